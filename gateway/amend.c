/*
 * amend.c - senders ask about, cancel and replace what they submitted before:
 * in the spool, and beyond it where the far side can do that. SMPP v3.4 4.8
 * to 4.10.
 */
#include "gateway/road.h"

#include <stdio.h>
#include <string.h>

#define TRIES_MAX 3		/* to meet parts that become one message      */

/* A request while the store looks for what it is about. */
struct wish {
	struct reply reply;
	struct bytes octets;
	unsigned tries;		/* before this one                            */
};

void amend_answer(struct engine *e, const struct reply *to,
		  const struct standing *v)
{
	buf_reset(&e->payload);
	if (standing_image(v, &e->payload) == OK)
		road_send(e, to, FRAME_STANDING, buf_bytes(&e->payload));
}

/* -- when what was decided is on disk --------------------------------------- */

struct decided {
	struct reply reply;
	struct standing standing;
};

static void decided_done(void *owner, struct step *s)
{
	const struct decided *d = s->context;

	amend_answer(owner, &d->reply, &d->standing);
}

/* Steps are taken in order: this one comes back after those before it. */
void amend_answer_after(struct engine *e, const struct reply *to,
			enum outcome_class class, enum delivery_state state)
{
	struct step *s = road_step(e, STEP_TRACE, decided_done);
	struct decided *d = road_room(s, 1, sizeof *d);

	*d = (struct decided){ *to, { .class = class, .state = state } };
	s->context = d;
	road_submit(e, s);
}

/* -- what becomes of a leg -------------------------------------------------- */

static bool waits(const struct live *l)
{
	return live_at_rest(l) && !l->is_report && l->state != LEG_SENT;
}

static bool far_away(const struct live *l)
{
	return l->updating == 0 && !l->is_report && l->state == LEG_SENT &&
	       (l->place == LIVE_SENT || l->place == LIVE_NOWHERE);
}

static void let_go(struct engine *e, struct live *l)
{
	if (l->state == LEG_QUARANTINED && e->counts.on_hold > 0)
		e->counts.on_hold--;
	l->held_us = 0;
	l->held_by = NULL;
}

static const struct outcome cancelled = {
	.class = OUTCOME_NEVER,
	.state = STATE_DELETED,
	.text = "cancelled by its sender",
	.clause = "SMPP v3.4 4.9",
};

static void cancel(struct engine *e, struct live *l)
{
	struct message m;

	let_go(e, l);
	dispatch_take(e, l);
	if (message_read(l->image, e->scratch, &m, NULL) == OK)
		reassemble_forget(e, &m);
	settle_final(e, l, STATE_DELETED, &cancelled);
}

void amend_cancelled(struct engine *e, struct live *l)
{
	if (far_away(l))
		cancel(e, l);
}

/* Of several forms that one which the message itself names. */
static struct part *form_for(const struct message *m,
			     const struct message *other, const char *extra)
{
	struct bytes name = { NULL, 0 };
	size_t i;

	if (extra != NULL)
		name = message_extra(m, extra);
	for (i = 0; i < other->n_parts && name.n > 0; i++)
		if (other->parts[i].content_id != NULL &&
		    bytes_is(name, other->parts[i].content_id))
			return &other->parts[i];
	return &other->parts[0];
}

/* The new text in the old message: it keeps its ids, addresses and place. */
static bool replace(struct engine *e, struct live *l, const struct amendment *r)
{
	struct life_verdict life;
	struct message m, other;

	buf_reset(&e->image);
	if (message_read(l->image, e->scratch, &m, NULL) != OK ||
	    message_read(r->message, e->scratch, &other, NULL) != OK ||
	    other.n_parts == 0)
		return false;
	m.parts = form_for(&m, &other, r->extra);
	m.parts->content_id = NULL;
	m.n_parts = 1;
	m.native = (struct bytes){ NULL, 0 };
	m.native_type = NULL;
	m.want = other.want | (m.want & WANT_ALERT);
	if (other.earliest_us != 0)
		m.earliest_us = other.earliest_us;
	if (other.expires_us != 0)
		m.expires_us = other.expires_us;
	if (m.expires_us != 0 && m.expires_us <= m.earliest_us)
		return false;
	life = intake_life(e, &m);
	if (life.cut)
		m.expires_us = life.ends_us;
	if (message_image(&m, &e->image) != OK)
		return false;
	dispatch_take(e, l);
	let_go(e, l);
	l->want = m.want;
	l->shared = false;
	rest_clear(l);
	if (other.expires_us != 0 || other.earliest_us != 0)
		l->expires_us = life.ends_us;
	if (l->state == LEG_QUARANTINED || other.earliest_us > e->last_us)
		l->state = LEG_QUEUED;
	if (other.earliest_us > e->last_us)
		l->due_us = other.earliest_us;
	tell_leg(e, l, &(struct story){ .step = "replace",
					.verdict = "replaced",
					.text = "by its sender",
					.clause = "SMPP v3.4 4.10" });
	settle_replace(e, l, buf_bytes(&e->image));
	return true;
}

/* -- a request -------------------------------------------------------------- */

static bool same_service(struct engine *e, const struct live *l,
			 const char *asked)
{
	struct message m;

	return asked == NULL ||
	       (message_read(l->image, e->scratch, &m, NULL) == OK &&
		strcmp(m.service_type == NULL ? "" : m.service_type, asked) ==
			0);
}

static bool same_address(const struct address *asked, const struct address *is)
{
	return asked->kind == ADDRESS_NONE || address_equal(asked, is);
}

static bool same_account(const struct origin *o, const struct amendment *r)
{
	return r->account != NULL && o->account != NULL &&
	       strcmp(o->account, r->account) == 0;
}

static bool is_his(const struct live *l, const struct amendment *r)
{
	return same_account(&l->origin, r) &&
	       same_address(&r->from, &l->from) &&
	       same_address(&r->to, &l->to);
}

static bool is_his_message(const struct message *m, const struct amendment *r)
{
	return same_account(&m->origin, r) &&
	       same_address(&r->from, &m->from) && m->n_recipients > 0 &&
	       same_address(&r->to, &m->recipients[0].address);
}

bool amend_fits(struct engine *e, const struct live *l,
		const struct amendment *r)
{
	return is_his(l, r) && waits(l) && same_service(e, l, r->service_type);
}

bool amend_beyond(struct engine *e, const struct live *l,
		  const struct amendment *r)
{
	return is_his(l, r) && far_away(l) &&
	       same_service(e, l, r->service_type);
}

bool amend_leg(struct engine *e, struct live *l, const struct amendment *r)
{
	if (r->kind == AMEND_REPLACE)
		return replace(e, l, r);
	cancel(e, l);
	return true;
}

/* What the legs of a message come to. */
struct sum {
	size_t found, done;	/* reports are not counted            */
	size_t asked;		/* those that the far side has        */
	struct inquiry *inquiry;
	bool part;		/* what was named is but a part of it */
	bool other;		/* it has legs that were not meant    */
	bool pending, final;
	struct standing standing;	/* of those that have ended */
};

/* 0: none, or no number. */
static uint32_t error_number(const char *error)
{
	uint64_t number;

	if (error == NULL ||
	    bytes_decimal(bytes_of(error), UINT32_MAX, &number) != OK)
		return 0;
	return (uint32_t)number;
}

static void stand(const struct live *l, struct sum *sum)
{
	if (!l->is_report) {
		sum->pending = true;
	} else if (delivery_state_final(l->report.state)) {
		sum->final = true;
		sum->standing = (struct standing){
			.class = OUTCOME_DELIVERED,
			.state = l->report.state,
			.far_code = error_number(l->report.error),
			.event_us = l->report.event_us,
		};
	}
}

static void refuse(struct engine *e, const struct live *l,
		   const struct amendment *r, const struct sum *sum)
{
	tell_leg(e, l,
		 &(struct story){
			 .step = r->kind == AMEND_CANCEL ? "cancel" : "replace",
			 .verdict = "refused",
			 .text = sum->part ? "it is a part of a longer message"
					   : "it has been sent",
		 });
}

/* It is with the far side, which is asked; of several one is enough to query. */
static bool ask(struct engine *e, const struct live *l, const struct wish *w,
		const struct amendment *r, struct sum *sum)
{
	if (!far_away(l) || (r->kind == AMEND_QUERY && sum->asked > 0))
		return false;
	if (sum->inquiry == NULL)
		sum->inquiry = inquiry_new(e, &w->reply, r->kind, 0);
	if (sum->inquiry == NULL || !inquiry_ask(e, sum->inquiry, l, r))
		return false;
	sum->asked++;
	return true;
}

static void act(struct engine *e, struct live *l, const struct wish *w,
		const struct amendment *r, struct sum *sum)
{
	bool asks = r->kind == AMEND_QUERY;
	bool may = r->kind != AMEND_REPLACE || !sum->part;

	sum->found += !l->is_report;
	stand(l, sum);
	if (may && !asks && waits(l) && amend_leg(e, l, r)) {
		sum->done++;
		return;
	}
	if (!(may && ask(e, l, w, r, sum)) && !asks && !l->is_report)
		refuse(e, l, r, sum);
	if (l->place == LIVE_NOWHERE && l->updating == 0)
		road_forget(e, l);
}

static void answer_query(struct engine *e, const struct wish *w,
			 const struct sum *sum)
{
	struct standing v = { .class = OUTCOME_DELIVERED,
			      .state = STATE_ENROUTE };

	if (sum->found == 0 && !sum->final)
		v = (struct standing){ .class = OUTCOME_ADDRESS };
	else if (!sum->pending && sum->final)
		v = sum->standing;
	amend_answer(e, &w->reply, &v);
}

static void answer_change(struct engine *e, const struct wish *w,
			  const struct sum *sum)
{
	enum outcome_class class = OUTCOME_NEVER;

	if (sum->found == 0 && !sum->final)
		class = OUTCOME_ADDRESS;
	else if (sum->found > 0 && sum->done == sum->found)
		class = OUTCOME_DELIVERED;
	amend_answer_after(e, &w->reply, class, STATE_NONE);
}

/* One answer, whatever became of how many legs. */
static void conclude(struct engine *e, const struct wish *w,
		     const struct amendment *r, const struct sum *sum)
{
	bool asks = r->kind == AMEND_QUERY;

	if (sum->inquiry != NULL && sum->asked > 0) {
		if (!asks)
			inquiry_add(sum->inquiry, sum->done,
				    sum->found - sum->done - sum->asked);
		inquiry_close(e, sum->inquiry);
		return;
	}
	if (sum->inquiry != NULL)
		inquiry_drop(e, sum->inquiry);
	if (sum->found == 0 && !sum->final && !sum->other)
		inquiry_past(e, &w->reply, r);
	else if (asks)
		answer_query(e, w, sum);
	else
		answer_change(e, w, sum);
}

/* -- of parts that wait for the others -------------------------------------- */

static void look_up(struct engine *e, const struct wish *w);

static void parts_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct wish *w = s->context;

	if (s->n_found == 0) {	/* they have become one meanwhile */
		look_up(e, w);
		return;
	}
	reassemble_cancelled(e, s, &cancelled);
	amend_answer_after(e, &w->reply, OUTCOME_DELIVERED, STATE_DELETED);
}

static struct wish *wish_again(struct step *s, const struct wish *w)
{
	struct wish *again = road_room(s, 1, sizeof *again);

	*again = (struct wish){ w->reply, road_octets(s, w->octets),
				w->tries + 1 };
	return again;
}

static void cancel_parts(struct engine *e, const struct wish *w,
			 struct bytes set)
{
	struct step *s = road_step(e, STEP_PARTS_EXPIRED, parts_done);

	s->context = wish_again(s, w);
	s->part_key = road_octets(s, set);
	s->set = road_id(e);
	s->until_us = e->last_us;
	s->again_us = e->last_us + 1000000;
	road_submit(e, s);
}

/* No part is replaced: its text is but a piece of one. */
static void about_part(struct engine *e, const struct wish *w,
		       const struct amendment *r, const struct step_item *item)
{
	struct standing v = { .class = OUTCOME_ADDRESS };
	struct message m;

	if (reassemble_read(e, item, &m) != OK || !is_his_message(&m, r)) {
		amend_answer(e, &w->reply, &v);
	} else if (r->kind == AMEND_QUERY) {
		v.class = OUTCOME_DELIVERED;
		v.state = STATE_ENROUTE;
		amend_answer(e, &w->reply, &v);
	} else if (r->kind == AMEND_REPLACE) {
		v.class = OUTCOME_NEVER;
		amend_answer(e, &w->reply, &v);
	} else if (item->count == 0) {
		cancel_parts(e, w, item->leg.meta);
	} else {
		look_up(e, w);
	}
}

/* -- a request by id -------------------------------------------------------- */

static void story_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct wish *w = s->context;
	const struct step_item *item;
	struct sum sum = { .found = 0 };
	struct amendment r;

	if (amendment_read(w->octets, e->scratch, &r) != OK)
		return;
	if (s->found != NULL && s->found->leg.id == 0) {
		about_part(e, w, &r, s->found);
		return;
	}
	sum.part = s->story != r.id;
	for (item = s->found; item != NULL; item = item->next) {
		struct live *l = road_find(e, item->leg.id);
		bool here = l != NULL;

		if (!here && (l = road_load(e, &item->leg)) == NULL)
			continue;
		if (is_his(l, &r)) {
			act(e, l, w, &r, &sum);
			continue;
		}
		sum.other |= !l->is_report;
		if (!here)
			road_forget(e, l);
	}
	conclude(e, w, &r, &sum);
}

static void look_up(struct engine *e, const struct wish *w)
{
	struct amendment r;
	struct step *s;

	if (w->tries > TRIES_MAX ||
	    amendment_read(w->octets, e->scratch, &r) != OK) {
		amend_answer(e, &w->reply,
			     &(struct standing){ .class = OUTCOME_LATER });
		return;
	}
	s = road_step(e, STEP_STORY, story_done);
	s->context = wish_again(s, w);
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->legs[0].id = r.id;
	s->n_legs = 1;
	road_submit(e, s);
}

void amend_frame(struct engine *e, unsigned child, const struct frame *f)
{
	struct reply to = { child, e->children[child].life, f->ref };
	struct amendment r;

	if (amendment_read(f->payload, e->scratch, &r) != OK ||
	    (r.id == 0 && r.kind != AMEND_CANCEL)) {
		amend_answer(e, &to,
			     &(struct standing){ .class = OUTCOME_ADDRESS });
		return;
	}
	if (r.id == 0)
		sweep_cancel(e, &to, f->payload, &r);
	else
		look_up(e, &(struct wish){ to, f->payload, 0 });
}
