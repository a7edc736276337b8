/*
 * sweep.c - what a sender wants of a message that he names by its recipient
 * only: all that waits for that one is looked through, page by page. SMPP v3.4
 * 4.9.1 (cancel_sm without message_id), 5.2.18 (replace_if_present_flag).
 */
#include "gateway/road.h"

#include <string.h>

#define SWEEPS_MAX 100		/* under way at once                          */
#define PAGE_ROWS  256
#define ASK_ROWS   100		/* asked of the far side at once              */

struct sweep {
	struct sweep *next;
	struct reply reply;
	struct buf octets;	/* image of the amendment, or of the intake   */
	bool intake;
	uint32_t lanes[ROUTE_WAYS_MAX];
	size_t n_lanes;		/* still to be looked at: the last one first  */
	uint64_t recipient;
	uint32_t *flows;	/* of that lane, to be looked at              */
	size_t n_flows;
	uint64_t after_us, after_id;
	size_t done, failed;
	uint64_t number;	/* of the inquiry's; marks legs that it asked */
	bool more;		/* there are others to be asked               */
};

static void page(struct engine *e, struct sweep *w);

static void free_sweep(struct sweep *w)
{
	buf_clear(&w->octets);
	mem_free(w->flows);
	mem_free(w);
}

static void drop(struct engine *e, struct sweep *w)
{
	struct sweep **at = &e->sweeps;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	e->n_sweeps--;
	free_sweep(w);
}

void sweep_clear(struct engine *e)
{
	struct sweep *w, *next;

	for (w = e->sweeps; w != NULL; w = next) {
		next = w->next;
		free_sweep(w);
	}
	e->sweeps = NULL;
}

/* -- the end ---------------------------------------------------------------- */

/* Nothing waited: it goes its own way. */
static void take_in(struct engine *e, struct sweep *w)
{
	struct intake in;
	struct message m;

	if (intake_read(buf_bytes(&w->octets), &in) == OK &&
	    message_read(in.message, e->scratch, &m, NULL) == OK)
		intake_message(e, &w->reply, &in, &m);
}

static void conclude(struct engine *e, struct sweep *w)
{
	if (w->intake && w->done == 0)
		take_in(e, w);
	else if (!w->intake)
		amend_answer_after(e, &w->reply,
				   w->done > 0	   ? OUTCOME_DELIVERED
				   : w->failed > 0 ? OUTCOME_NEVER
						   : OUTCOME_ADDRESS,
				   STATE_NONE);
	drop(e, w);
}

/* -- what the far side has -------------------------------------------------- */

/* What `w` wants, as an amendment. */
static bool wanted(struct engine *e, const struct sweep *w,
		   struct amendment *out)
{
	struct intake in;
	struct message m;

	if (!w->intake)
		return amendment_read(buf_bytes(&w->octets), e->scratch, out) ==
		       OK;
	if (intake_read(buf_bytes(&w->octets), &in) != OK ||
	    message_read(in.message, e->scratch, &m, NULL) != OK)
		return false;
	*out = (struct amendment){
		.kind = AMEND_REPLACE,
		.account = m.origin.account,
		.from = m.from,
		.to = m.recipients[0].address,
		.service_type = m.service_type == NULL ? "" : m.service_type,
		.message = in.message,
	};
	return true;
}

/*
 * Those of them that are at hand. So many at once; the others when these have
 * answered.
 */
static void ask_round(struct engine *e, struct sweep *w)
{
	struct inquiry *q = inquiry_new(e, &w->reply, AMEND_CANCEL, w->number);
	struct amendment r;
	struct live *l;
	size_t n = 0;

	w->more = false;
	if (q == NULL || !wanted(e, w, &r)) {
		w->failed++;
		if (q != NULL)
			inquiry_drop(e, q);
		conclude(e, w);
		return;
	}
	for (l = e->sent_first; l != NULL && !w->more; l = l->next) {
		if (l->swept == w->number || !amend_beyond(e, l, &r))
			continue;
		l->swept = w->number;
		if (!inquiry_ask(e, q, l, &r))
			inquiry_add(q, 0, 1);
		w->more = ++n == ASK_ROWS;
	}
	inquiry_close(e, q);
}

void sweep_asked(struct engine *e, uint64_t number, size_t done, size_t failed)
{
	struct sweep *w = e->sweeps;

	while (w != NULL && w->number != number)
		w = w->next;
	if (w == NULL)
		return;
	w->done += done;
	w->failed += failed;
	if (w->more)
		ask_round(e, w);
	else
		conclude(e, w);
}

/* -- a page ----------------------------------------------------------------- */

/* The answer to a submission that has replaced another is that one's id. */
struct replaced {
	struct reply reply;
	uint64_t story;
};

static void replaced_done(void *owner, struct step *s)
{
	const struct replaced *r = s->context;

	spool_answer(owner, &r->reply, r->story, false);
}

static void answer_replaced(struct engine *e, const struct sweep *w,
			    uint64_t story)
{
	struct step *s = road_step(e, STEP_TRACE, replaced_done);
	struct replaced *r = road_room(s, 1, sizeof *r);

	*r = (struct replaced){ w->reply, story };
	s->context = r;
	road_submit(e, s);
}

/* false: no more are wanted. */
static bool look_at(struct engine *e, struct sweep *w,
		    const struct amendment *r, const struct store_leg *row)
{
	struct live *l = road_find(e, row->id);
	bool here = l != NULL;
	uint64_t story;

	if (!here && (l = road_load(e, row)) == NULL)
		return true;
	story = l->story;
	if (amend_fits(e, l, r)) {
		if (amend_leg(e, l, r)) {
			w->done++;
			if (w->intake)
				answer_replaced(e, w, story);
			return !w->intake;
		}
		w->failed++;
	}
	if (!here)
		road_forget(e, l);
	return true;
}

static void page_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct sweep *w = s->context;
	const struct step_item *item;
	struct amendment r;
	bool more = wanted(e, w, &r);

	for (item = s->found; more && item != NULL; item = item->next) {
		w->after_us = item->leg.due_us;
		w->after_id = item->leg.id;
		more = look_at(e, w, &r, &item->leg);
	}
	if (!more) {
		conclude(e, w);
		return;
	}
	if (s->complete || s->found == NULL) {
		w->after_us = w->after_id = 0;
		w->n_flows -= w->n_flows > 0;
		if (w->n_flows == 0)
			w->n_lanes--;
	}
	page(e, w);
}

/* The account's flows in that lane; false: it has none there. */
static bool list_flows(struct sweep *w, const struct lane *l,
		       const char *account)
{
	size_t length = strlen(account), n = 0;
	const struct flow *f;

	for (f = l->flows; f != NULL; f = f->next)
		n++;
	mem_free(w->flows);
	w->n_flows = 0;
	w->flows = mem_alloc((n + 1) * sizeof *w->flows);
	for (f = l->flows; w->flows != NULL && f != NULL; f = f->next)
		if (strncmp(f->name, account, length) == 0 &&
		    f->name[length] == '/')
			w->flows[w->n_flows++] = f->number;
	return w->n_flows > 0;
}

static void ask(struct engine *e, struct sweep *w, const struct lane *l)
{
	struct step *s = road_step(
		e, l->by_target ? STEP_WAITING : STEP_REFILL, page_done);

	s->context = w;
	s->lane = l->number;
	s->flow = w->n_flows > 0 ? w->flows[w->n_flows - 1] : 0;
	s->recipient = w->recipient;
	s->after_us = w->after_us;
	s->after_id = w->after_id;
	s->until_us = UINT64_MAX;
	s->limit = PAGE_ROWS;
	road_submit(e, s);
}

/* The next page of the last flow of the last lane. */
static void page(struct engine *e, struct sweep *w)
{
	struct amendment r;
	const struct lane *l;

	while (w->n_lanes > 0) {
		l = road_lane_numbered(e, w->lanes[w->n_lanes - 1]);
		if (l != NULL && wanted(e, w, &r) &&
		    (l->by_target || w->n_flows > 0 ||
		     list_flows(w, l, r.account))) {
			ask(e, w, l);
			return;
		}
		w->n_lanes--;
	}
	if (w->intake)
		conclude(e, w);
	else
		ask_round(e, w);
}

/* -- the beginning ---------------------------------------------------------- */

static struct sweep *begin(struct engine *e, const struct reply *to,
			   struct bytes octets, const struct address *about)
{
	struct sweep *w;
	struct route_facts facts;
	struct route_verdict v;
	struct user *user;
	struct lane *l;

	if (e->n_sweeps == SWEEPS_MAX || (w = mem_zero(sizeof *w)) == NULL)
		return NULL;
	w->reply = *to;
	w->number = ++e->sweep_number;
	w->octets = (struct buf)BUF_INIT(FRAME_PAYLOAD_MAX);
	buf_put(&w->octets, octets);
	if (buf_status(&w->octets) != OK) {
		free_sweep(w);
		return NULL;
	}
	directory_facts(e->directory, about, &facts, &user);
	route_decide(&facts, &v);
	for (; w->n_lanes < v.n; w->n_lanes++) {
		l = road_lane(e, v.ways[w->n_lanes].technology,
			      v.ways[w->n_lanes].peer);
		w->lanes[w->n_lanes] = l == NULL ? 0 : l->number;
	}
	w->recipient = choose_recipient(e, about);
	w->next = e->sweeps;
	e->sweeps = w;
	e->n_sweeps++;
	return w;
}

void sweep_cancel(struct engine *e, const struct reply *to,
		  struct bytes octets, const struct amendment *r)
{
	struct standing no = { .class = OUTCOME_ADDRESS };
	struct sweep *w;

	if (r->account == NULL || r->to.kind == ADDRESS_NONE) {
		amend_answer(e, to, &no);
		return;
	}
	if ((w = begin(e, to, octets, &r->to)) == NULL) {
		no.class = OUTCOME_LATER;
		amend_answer(e, to, &no);
		return;
	}
	page(e, w);
}

void sweep_intake(struct engine *e, const struct reply *to,
		  struct bytes octets, const struct message *m)
{
	struct outcome busy = { .class = OUTCOME_LATER,
				.text = "too many replacements at once" };
	struct sweep *w = NULL;

	if (m->origin.account != NULL)
		w = begin(e, to, octets, &m->recipients[0].address);
	if (w == NULL) {
		road_refuse(e, to, FRAME_REFUSED, &busy);
		return;
	}
	w->intake = true;
	page(e, w);
}
