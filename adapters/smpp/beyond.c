#include "adapters/smpp/beyond.h"

#include "adapters/smpp/beyond_out.h"
#include "adapters/smpp/client.h"
#include "codecs/arena.h"

#define PDUS_MAX (512 * 1024)

/* One request of the engine, and the PDUs that it takes. */
struct errand {
	struct errand *next, **link;	/* of hub->errands                   */
	struct peer *peer;
	uint64_t ref;
	enum amendment_kind kind;
	unsigned of, sent, answered;
	struct standing standing;
	struct buf pdus;
	size_t pdus_at;
};

static void answer(struct hub *h, uint64_t ref, const struct standing *v)
{
	if (uplink_standing(h->up, ref, v) != OK)
		hub_give_up(h);
}

static void let_go(struct errand *e)
{
	*e->link = e->next;
	if (e->next != NULL)
		e->next->link = e->link;
	buf_clear(&e->pdus);
	mem_free(e);
}

/* What is known of one more segment; of the last one, the answer. */
static void settle(struct errand *e, const struct standing *one)
{
	beyond_add(e->kind, one, e->answered == 0, &e->standing);
	if (++e->answered < e->of)
		return;
	answer(e->peer->hub, e->ref, &e->standing);
	let_go(e);
}

/* Whether it was sent; ERR_BUSY stands for later. */
static bool send_next(struct errand *e, struct session *s)
{
	struct bytes rest = bytes_after(buf_bytes(&e->pdus), e->pdus_at), pdu;

	if (smpp_frame(rest, PDUS_MAX, &pdu, NULL) != OK ||
	    session_request(s, pdu, e, BEYOND_MARK | e->sent) != OK)
		return false;
	e->pdus_at += pdu.n;
	e->sent++;
	return true;
}

void beyond_pump(struct peer *peer, struct session *s)
{
	struct errand *e;

	for (e = peer->hub->errands; e != NULL; e = e->next)
		while (e->peer == peer && e->sent < e->of)
			if (session_room(s) == 0 || !send_next(e, s))
				return;
}

void beyond_response(const struct window_item *item, const struct smpp_pdu *p)
{
	struct errand *e = item->what;
	struct standing v =
		beyond_read(p, uplink_now_us(e->peer->hub->up));

	settle(e, &v);
}

void beyond_lost(const struct window_item *item)
{
	static const struct standing later = { .class = OUTCOME_LATER };

	settle(item->what, &later);
}

/* Those that were sent get their answers, or are lost, by themselves. */
static void strand(struct errand *e)
{
	static const struct standing later = { .class = OUTCOME_LATER };
	unsigned unsent = e->of - e->sent;

	e->sent = e->of;
	for (; unsent > 0; unsent--)
		settle(e, &later);
}

void beyond_strand(struct peer *peer)
{
	struct errand *e, *next;

	for (e = peer->hub->errands; e != NULL; e = next) {
		next = e->next;
		if (e->peer == peer)
			strand(e);
	}
}

void beyond_clear(struct hub *h)
{
	while (h->errands != NULL)
		let_go(h->errands);
}

static struct errand *errand_new(struct hub *h, struct peer *peer,
				 uint64_t ref, enum amendment_kind kind)
{
	struct errand *e = mem_zero(sizeof *e), **last = &h->errands;

	if (e == NULL)
		return NULL;
	e->peer = peer;
	e->ref = ref;
	e->kind = kind;
	e->pdus.limit = PDUS_MAX;
	while (*last != NULL)
		last = &(*last)->next;
	e->link = last;
	*last = e;
	return e;
}

static bool write(struct errand *e, const struct amendment *r,
		  struct standing *why)
{
	struct hub *h = e->peer->hub;
	struct progress progress;
	struct beyond_request q = { .amendment = r,
				    .progress = &progress,
				    .manner = &e->peer->manner,
				    .now_us = uplink_now_us(h->up),
				    .arena = hub_arena(h),
				    .scratch = &h->scratch,
				    .pdus = &e->pdus };

	*why = (struct standing){ .class = OUTCOME_LATER };
	if (progress_read(r->progress, h->arena, &progress) != OK ||
	    !beyond_write(&q, why))
		return false;
	e->of = q.of;
	return true;
}

void beyond_ask(struct hub *h, uint64_t ref, const struct amendment *r)
{
	struct standing why = { .class = OUTCOME_LATER };
	struct peer *peer = NULL;
	struct errand *e = NULL;
	struct session *s = NULL;

	if (r->peer != NULL)
		peer = names_find(&h->names, bytes_of(r->peer));
	if (peer != NULL && client_transmits(peer, &s))
		e = errand_new(h, peer, ref, r->kind);
	if (e == NULL || !write(e, r, &why)) {
		if (e != NULL)
			let_go(e);
		answer(h, ref, &why);
		return;
	}
	if (s != NULL)
		beyond_pump(peer, s);
}
