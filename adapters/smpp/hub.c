#include "adapters/smpp/hub.h"

#include <stdio.h>
#include <string.h>

#include "codecs/arena.h"
#include "codecs/digest.h"
#include "gateway/oplog.h"

#define ARENA_FIRST   (16 * 1024) /* most messages need no more        */
#define SCRATCH_LIMIT (256 * 1024)
#define LOST_LIMIT    1024
#define TELL_US	      5000000

static bool make_parts(struct hub *h)
{
	size_t i;

	h->arena = arena_new(MESSAGE_ARENA_MAX);
	h->sessions = sessions_new(h->loop);
	h->references = mem_alloc(HUB_REFERENCES * sizeof *h->references);
	if (h->arena == NULL || h->sessions == NULL || h->references == NULL)
		return false;
	for (i = 0; i < HUB_REFERENCES; i++)
		h->references[i] = (uint16_t)uplink_random(h->up);
	return arena_alloc(h->arena, ARENA_FIRST) != NULL;
}

struct hub *hub_new(struct uplink *up, const struct welcome *w)
{
	struct hub *h = mem_zero(sizeof *h);
	uint64_t random;
	size_t i;

	if (h == NULL)
		return NULL;
	h->up = up;
	h->loop = uplink_loop(up);
	h->scratch.limit = SCRATCH_LIMIT;
	h->image.limit = MESSAGE_IMAGE_MAX;
	h->lost.limit = LOST_LIMIT;
	memcpy(h->id_key, w->id_key, sizeof h->id_key);
	for (i = 0; i < sizeof h->names.key; i += sizeof random) {
		random = uplink_random(up);
		memcpy(h->names.key + i, &random, sizeof random);
	}
	h->state_directory = mem_string(w->state_directory);
	if (h->state_directory != NULL && make_parts(h))
		return h;
	hub_free(h);
	return NULL;
}

void hub_free(struct hub *h)
{
	if (h == NULL)
		return;
	loop_clear_timer(h->loop, &h->tell);
	sessions_free(h->sessions);
	arena_free(h->arena);
	mem_free(h->references);
	mem_free(h->state_directory);
	buf_clear(&h->scratch);
	buf_clear(&h->image);
	buf_clear(&h->lost);
	jobs_clear(&h->jobs);
	tickets_clear(&h->tickets);
	names_clear(&h->names);
	mem_free(h);
}

struct arena *hub_arena(struct hub *h)
{
	arena_reset(h->arena);
	return h->arena;
}

enum err peer_add(struct hub *h, struct peer *p)
{
	enum err e;

	p->hub = h;
	p->entry.thing = p;
	p->since_us = uplink_now_us(h->up);
	if ((e = names_add(&h->names, &p->entry)) != OK)
		return e;
	outbox_init(&p->out, p);
	p->next = h->peers;
	p->link = &h->peers;
	if (p->next != NULL)
		p->next->link = &p->next;
	h->peers = p;
	return OK;
}

void peer_remove(struct peer *p)
{
	if (p->link == NULL)
		return;
	names_remove(&p->hub->names, &p->entry);
	*p->link = p->next;
	if (p->next != NULL)
		p->next->link = p->link;
	p->link = NULL;
	outbox_clear(&p->out);
}

void peer_count_sent(struct peer *p)
{
	p->sent++;
	meter_count(&p->sent_meter, loop_now_us(p->hub->loop));
}

void peer_count_received(struct peer *p)
{
	p->received++;
	meter_count(&p->received_meter, loop_now_us(p->hub->loop));
}

void peer_retell(struct peer *p)
{
	uint64_t now = loop_now_us(p->hub->loop);
	struct peer_state v = { .peer = p->entry.name,
				.technology = TECHNOLOGY_SMS,
				.up = p->up,
				.window = p->up ? outbox_wants(&p->out) : 0,
				.busy = outbox_pauses(&p->out),
				.septets_most = p->manner.septets_most,
				.units_most = p->manner.units_most,
				.short_names = p->manner.short_names,
				.used = outbox_used(&p->out),
				.kind = p->kind,
				.address =
					p->address[0] != 0 ? p->address : NULL,
				.text = p->text,
				.tls = p->tls[0] != 0 ? p->tls : NULL,
				.since_us = p->since_us,
				.sent = p->sent,
				.received = p->received,
				.failed = p->failed,
				.sent_minute = meter_minute(&p->sent_meter,
							    now),
				.received_minute =
					meter_minute(&p->received_meter, now) };

	p->told_sent = v.sent_minute;
	p->told_received = v.received_minute;
	p->told = p->sent + p->received + p->failed;
	if (p->hub->closing || p->link == NULL)
		return;
	if (uplink_peer(p->hub->up, &v) != OK)
		hub_give_up(p->hub);
}

void peer_met(struct peer *p, const struct session *s)
{
	const struct transport *t = session_transport(s);

	snprintf(p->address, sizeof p->address, "%s", session_address(s));
	p->tls[0] = 0;
	if (t != NULL)
		transport_describe(t, p->tls);
}

struct tls_place hub_tls_place(const struct hub *h, const char *group)
{
	return (struct tls_place){ group, h->state_directory,
				   uplink_oplog(h->up) };
}

void peer_log(const struct peer *p, const char *what, const char *detail)
{
	oplog_line(uplink_oplog(p->hub->up), OPLOG_NOTICE, "%s: %s: %s (%s)",
		   p->entry.name, p->kind, what, detail);
}

void peer_tell(struct peer *p, bool up)
{
	if (up != p->up)
		p->since_us = uplink_now_us(p->hub->up);
	p->up = up;
	peer_retell(p);
}

static bool is_news(const struct peer *p)
{
	uint64_t now = loop_now_us(p->hub->loop);

	return p->told != p->sent + p->received + p->failed ||
	       p->told_sent != meter_minute(&p->sent_meter, now) ||
	       p->told_received != meter_minute(&p->received_meter, now);
}

void hub_tell(struct hub *h)
{
	struct peer *p;

	for (p = h->peers; p != NULL; p = p->next)
		if (is_news(p))
			peer_retell(p);
}

static void tell(void *arg)
{
	struct hub *h = arg;

	hub_tell(h);
	hub_tell_often(h);
}

void hub_tell_often(struct hub *h)
{
	if (loop_set_timer(h->loop, &h->tell, TELL_US, tell, h) != OK)
		hub_give_up(h);
}

void hub_check_drained(struct hub *h)
{
	if (!h->draining || h->drained || sessions_count(h->sessions) > 0)
		return;
	h->drained = true;
	uplink_drained(h->up);
}

uint16_t hub_reference(struct hub *h, const struct peer *p,
		       const struct leg *leg)
{
	const char *from = leg->message.from.text;
	uint64_t hash = digest_siphash(h->names.key, bytes_of(p->entry.name));

	hash ^= digest_siphash(h->names.key, bytes_of(leg->to.text));
	if (from != NULL)
		hash ^= digest_siphash(h->id_key, bytes_of(from));
	return h->references[hash % HUB_REFERENCES]++;
}

void hub_give_up(struct hub *h)
{
	if (h->closing)
		return;
	oplog_line(uplink_oplog(h->up), OPLOG_ERROR,
		   "the engine cannot be told any more: ends");
	loop_end(h->loop);
}

void hub_leg(struct hub *h, const struct leg *leg)
{
	struct outcome out = { .class = OUTCOME_LINK, .text = "no such peer" };
	struct peer *p = names_find(&h->names, bytes_of(leg->peer));

	if (p != NULL)
		outbox_leg(&p->out, leg);
	else if (uplink_outcome(h->up, leg->token, &out) != OK)
		hub_give_up(h);
}
