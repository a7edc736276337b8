/*
 * amend.c - senders ask about, cancel and replace what they submitted before:
 * in the spool, and beyond it where the far side can do that. SMPP v3.4 4.8
 * to 4.10.
 */
#include "gateway/road.h"

#include <stdio.h>
#include <string.h>

#define BEYOND_MAX 1000		/* asked of adapters and of the past at once  */
#define NO_CHILD   UINT32_MAX

/* A request while the store looks for what it is about. */
struct wish {
	struct reply reply;
	struct bytes octets;
};

/* One that an adapter is asked about, or the past. */
struct beyond {
	struct beyond *next;
	uint64_t ref, leg;
	unsigned child;
	enum amendment_kind kind;
	struct reply reply;
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

/* -- beyond ----------------------------------------------------------------- */

static struct beyond *remember(struct engine *e, const struct reply *to,
			       enum amendment_kind kind)
{
	struct beyond *b;

	if (e->n_beyond == BEYOND_MAX || (b = mem_zero(sizeof *b)) == NULL)
		return NULL;
	b->ref = ++e->beyond_ref;
	b->child = NO_CHILD;
	b->kind = kind;
	b->reply = *to;
	b->next = e->beyond;
	e->beyond = b;
	e->n_beyond++;
	return b;
}

/* The caller frees it. NULL: nobody asked, or that is long ago. */
static struct beyond *recall(struct engine *e, uint64_t ref)
{
	struct beyond **at = &e->beyond, *b;

	while (*at != NULL && (*at)->ref != ref)
		at = &(*at)->next;
	if ((b = *at) != NULL) {
		*at = b->next;
		e->n_beyond--;
	}
	return b;
}

void amend_clear(struct engine *e)
{
	struct beyond *b;

	while ((b = e->beyond) != NULL) {
		e->beyond = b->next;
		mem_free(b);
	}
}

void amend_child_died(struct engine *e, unsigned child)
{
	struct beyond *b, *next;

	for (b = e->beyond; b != NULL; b = next) {
		next = b->next;
		if (b->child != child)
			continue;
		amend_answer(e, &b->reply,
		       &(struct standing){ .class = OUTCOME_LATER });
		mem_free(recall(e, b->ref));
	}
}

/* The far side has it, and its adapter knows how to ask. */
static bool ask_beyond(struct engine *e, const struct live *l,
		       const struct reply *to, const struct amendment *r)
{
	struct amendment down = *r;
	struct frame f = { .type = FRAME_AMENDMENT };
	struct beyond *b;

	if (l->progress.n == 0 || !l->lane->up || l->lane->child < 0)
		return false;
	down.id = l->id;
	down.account = NULL;
	down.peer = live_way(l)->peer;
	down.from = l->from;
	down.to = l->to;
	down.progress = l->progress;
	buf_reset(&e->payload);
	if (amendment_image(&down, &e->payload) != OK ||
	    (b = remember(e, to, r->kind)) == NULL)
		return false;
	b->child = (unsigned)l->lane->child;
	b->leg = l->id;
	f.ref = b->ref;
	f.payload = buf_bytes(&e->payload);
	if (e->world.send(e->world.arg, b->child, &f))
		return true;
	mem_free(recall(e, b->ref));
	return false;
}

/* It has ended: how is in its story, which others may have to read. */
static void ask_past(struct engine *e, const struct reply *to,
		     const struct amendment *r)
{
	struct beyond *b = remember(e, to, r->kind);
	char decimal[24];

	if (b == NULL) {
		amend_answer(e, to, &(struct standing){ .class = OUTCOME_LATER });
		return;
	}
	snprintf(decimal, sizeof decimal, "%llu",
		 (unsigned long long)keys_decimal(e->keys, r->id));
	e->world.look_back(e->world.arg, b->ref, decimal,
			   r->account == NULL ? "" : r->account);
}

void engine_looked_back(struct engine *e, uint64_t ref,
			const struct standing *v)
{
	struct beyond *b = recall(e, ref);

	if (b != NULL)
		amend_answer(e, &b->reply, v);
	mem_free(b);
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

static void cancel(struct engine *e, struct live *l)
{
	struct outcome o = { .class = OUTCOME_NEVER,
			     .state = STATE_DELETED,
			     .text = "cancelled by its sender",
			     .clause = "SMPP v3.4 4.9" };

	let_go(e, l);
	dispatch_take(e, l);
	settle_final(e, l, STATE_DELETED, &o);
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
	if (message_image(&m, &e->image) != OK)
		return false;
	dispatch_take(e, l);
	let_go(e, l);
	l->want = m.want;
	l->shared = false;
	rest_clear(l);
	if (other.expires_us != 0 &&
	    other.expires_us < e->last_us + e->lifetime_us)
		l->expires_us = other.expires_us;
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

static bool is_his(const struct live *l, const struct amendment *r)
{
	return r->account != NULL && l->origin.account != NULL &&
	       strcmp(l->origin.account, r->account) == 0 &&
	       same_address(&r->from, &l->from) &&
	       same_address(&r->to, &l->to);
}

bool amend_fits(struct engine *e, const struct live *l,
		const struct amendment *r)
{
	return is_his(l, r) && waits(l) && same_service(e, l, r->service_type);
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
	size_t found, done, beyond;
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

static void act(struct engine *e, struct live *l, const struct wish *w,
		const struct amendment *r, struct sum *sum)
{
	bool asks = r->kind == AMEND_QUERY;

	sum->found++;
	stand(l, sum);
	if (far_away(l) && sum->beyond == 0 &&
	    ask_beyond(e, l, &w->reply, r)) {
		sum->beyond++;
	} else if (waits(l) && !asks) {
		if (amend_leg(e, l, r)) {
			sum->done++;
			return;
		}
	} else if (!asks) {
		tell_leg(e, l, &(struct story){
				       .step = r->kind == AMEND_CANCEL
						       ? "cancel"
						       : "replace",
				       .verdict = "refused",
				       .text = "it has been sent",
			       });
	}
	if (l->place == LIVE_NOWHERE && l->updating == 0)
		road_forget(e, l);
}

/* One answer, whatever became of how many legs. */
static void conclude(struct engine *e, const struct wish *w,
		     const struct amendment *r, const struct sum *sum)
{
	struct standing v = { .class = OUTCOME_DELIVERED,
			      .state = STATE_ENROUTE };

	if (sum->beyond > 0)
		return;
	if (r->kind != AMEND_QUERY) {
		amend_answer_after(e, &w->reply,
			     sum->found == 0		? OUTCOME_ADDRESS
			     : sum->done == sum->found	? OUTCOME_DELIVERED
							: OUTCOME_NEVER,
			     STATE_NONE);
		return;
	}
	if (sum->found == 0) {
		ask_past(e, &w->reply, r);
		return;
	}
	if (!sum->pending && sum->final)
		v = sum->standing;
	amend_answer(e, &w->reply, &v);
}

static void story_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct wish *w = s->context;
	const struct step_item *item;
	struct sum sum = { .found = 0 };
	struct amendment r;

	if (amendment_read(w->octets, e->scratch, &r) != OK)
		return;
	for (item = s->found; item != NULL; item = item->next) {
		struct live *l = road_find(e, item->leg.id);
		bool here = l != NULL;

		if (!here && (l = road_load(e, &item->leg)) == NULL)
			continue;
		if (is_his(l, &r))
			act(e, l, w, &r, &sum);
		else if (!here)
			road_forget(e, l);
	}
	conclude(e, w, &r, &sum);
}

void amend_frame(struct engine *e, unsigned child, const struct frame *f)
{
	struct reply to = { child, e->children[child].life, f->ref };
	struct amendment r;
	struct wish *w;
	struct step *s;

	if (amendment_read(f->payload, e->scratch, &r) != OK ||
	    (r.id == 0 && r.kind != AMEND_CANCEL)) {
		amend_answer(e, &to,
			     &(struct standing){ .class = OUTCOME_ADDRESS });
		return;
	}
	if (r.id == 0) {
		sweep_cancel(e, &to, f->payload, &r);
		return;
	}
	s = road_step(e, STEP_STORY, story_done);
	w = road_room(s, 1, sizeof *w);
	*w = (struct wish){ to, road_octets(s, f->payload) };
	s->context = w;
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->legs[0].id = r.id;
	s->n_legs = 1;
	road_submit(e, s);
}

/* The far side has cancelled it: so it has ended here, too. */
static void found_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct wish *w = s->context;
	struct live *l = road_find(e, s->legs[0].id);

	if (l == NULL && s->found != NULL)
		l = road_load(e, &s->found->leg);
	if (l != NULL && far_away(l))
		cancel(e, l);
	amend_answer_after(e, &w->reply, OUTCOME_DELIVERED, STATE_DELETED);
}

static void cancelled_beyond(struct engine *e, const struct beyond *b)
{
	struct step *s = road_step(e, STEP_GET, found_done);
	struct wish *w = road_room(s, 1, sizeof *w);

	w->reply = b->reply;
	s->context = w;
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->legs[0].id = b->leg;
	s->n_legs = 1;
	road_submit(e, s);
}

/* An adapter's answer: it has done so with the far side, or cannot. */
void amend_standing(struct engine *e, unsigned child, const struct frame *f)
{
	struct beyond *b;
	struct standing v;

	if ((b = recall(e, f->ref)) == NULL)
		return;
	if (b->child != child ||
	    standing_read(f->payload, e->scratch, &v) != OK)
		v = (struct standing){ .class = OUTCOME_LATER };
	if (v.class != OUTCOME_DELIVERED && b->kind == AMEND_QUERY)
		v = (struct standing){ .class = OUTCOME_DELIVERED,
				       .state = STATE_ENROUTE };
	if (v.class == OUTCOME_DELIVERED && b->kind == AMEND_CANCEL)
		cancelled_beyond(e, b);
	else
		amend_answer(e, &b->reply, &v);
	mem_free(b);
}
