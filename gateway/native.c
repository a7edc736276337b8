/*
 * native.c - device to device: the far side's answer goes back to the sender,
 * who still waits, so nothing need be on disk before it is tried. When no
 * final answer comes the message is spooled after all and accepted.
 */
#include "gateway/road.h"

/* Of a sender who waits behind another: with the time that the far side may
 * take itself he is answered well before he gives up (RFC 3261 17.1.2.2). */
#define PATIENCE_US 8000000

/* To whoever waits for it. */
static void answer(struct engine *e, const struct live *l,
		   const struct outcome *o)
{
	const struct waiter *w;

	road_refuse(e, &l->reply, FRAME_ANSWER, o);
	for (w = l->waiters; w != NULL; w = w->next)
		road_refuse(e, &w->reply, FRAME_ANSWER, o);
}

/* -- those under way that have a key -------------------------------------- */

static struct live **place_of(struct engine *e, const struct store_key *key)
{
	return &e->natives[key->low % NATIVES];
}

bool native_joins(struct engine *e, const struct reply *to,
		  const struct store_key *key)
{
	struct live *l = *place_of(e, key);
	struct waiter *w;

	while (l != NULL &&
	       (l->dedupe.low != key->low || l->dedupe.high != key->high))
		l = l->next_native;
	if (l == NULL)
		return false;
	if ((w = arena_alloc(l->arena, sizeof *w)) != NULL) {
		*w = (struct waiter){ l->waiters, *to };
		l->waiters = w;
	}
	e->counts.duplicates++;
	tell_leg(e, l, &(struct story){ .step = "intake",
					.verdict = "duplicate",
					.clause = "dedupe-window" });
	return true;
}

static void enlist(struct engine *e, struct live *l)
{
	struct live **at = place_of(e, &l->dedupe);

	l->next_native = *at;
	*at = l;
}

static void strike_off(struct engine *e, struct live *l)
{
	struct live **at = place_of(e, &l->dedupe);

	if (!l->has_dedupe)
		return;
	while (*at != NULL && *at != l)
		at = &(*at)->next_native;
	if (*at == l)
		*at = l->next_native;
}

static void forget(struct engine *e, struct live *l)
{
	strike_off(e, l);
	road_forget(e, l);
}

static void spool(struct engine *e, struct live *l, const char *why,
		  const struct outcome *o)
{
	tell_leg(e, l, &(struct story){ .step = "spool", .verdict = "held",
					.text = why,
					.clause = "RFC 4320",
					.keys = o == NULL ? NULL : o->keys,
					.n_keys = o == NULL ? 0 : o->n_keys });
	strike_off(e, l);
	spool_native(e, l);
}

/* -- behind another to the same recipient --------------------------------- */

void native_again(struct engine *e, struct live *l)
{
	l->behind_me = NULL;
	l->before_me = e->last_behind;
	if (e->last_behind != NULL)
		e->last_behind->behind_me = l;
	else
		e->first_behind = l;
	e->last_behind = l;
}

void native_turn(struct engine *e, struct live *l)
{
	if (l->before_me != NULL)
		l->before_me->behind_me = l->behind_me;
	else
		e->first_behind = l->behind_me;
	if (l->behind_me != NULL)
		l->behind_me->before_me = l->before_me;
	else
		e->last_behind = l->before_me;
	l->before_me = l->behind_me = NULL;
}

void native_spool(struct engine *e, struct live *l, const char *why)
{
	native_turn(e, l);
	spool(e, l, why, NULL);
}

static void take_out(struct engine *e, const char *why)
{
	struct live *l = e->first_behind;

	dispatch_take(e, l);
	native_spool(e, l, why);
}

void native_tick(struct engine *e, uint64_t now)
{
	while (e->first_behind != NULL && e->first_behind->patience_us <= now)
		take_out(e, "its turn did not come in time: accepted");
}

void native_drain(struct engine *e)
{
	while (e->first_behind != NULL)
		take_out(e, "the gateway stops: accepted");
}

/* -- the way -------------------------------------------------------------- */

/* Only what can go soon is worth that its sender waits. */
static void try_now(struct engine *e, struct live *l)
{
	if (dispatch_native(e, l)) {
		tell_leg(e, l, &(struct story){ .step = "native",
						.verdict = "trying",
						.clause = "RFC 3428 7" });
	} else if (dispatch_behind(e, l)) {
		l->patience_us = e->last_us + PATIENCE_US;
		native_again(e, l);
		tell_leg(e, l, &(struct story){ .step = "native",
						.verdict = "waits-its-turn",
						.clause = "RFC 3428 8" });
	} else {
		spool(e, l, "it has to wait: accepted", NULL);
	}
}

/* Seen before: accepted again, and no second delivery. */
static void seen_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *l = road_find(e, s->context_id);
	const struct waiter *w;

	if (l == NULL)
		return;
	if (s->result != ERR_EXISTS) {
		try_now(e, l);
		return;
	}
	e->counts.duplicates++;
	tell_leg(e, l, &(struct story){ .step = "intake",
					.verdict = "duplicate",
					.clause = "dedupe-window" });
	spool_answer_again(e, &l->reply, s->story);
	for (w = l->waiters; w != NULL; w = w->next)
		spool_answer_again(e, &w->reply, s->story);
	forget(e, l);
}

void native_try(struct engine *e, struct live *l)
{
	struct step *s;

	if (!l->has_dedupe) {
		try_now(e, l);
		return;
	}
	enlist(e, l);
	s = road_step(e, STEP_SEEN, seen_done);
	s->has_key = true;
	s->key = l->dedupe;
	s->until_us = e->last_us;
	s->context_id = l->id;
	road_submit(e, s);
}

/* The answer leaves when the key that makes a repetition known is on disk. */
static void answered_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *l = road_find(e, s->context_id);
	struct outcome o;

	if (l == NULL)
		return;
	if (outcome_read(s->octets, e->scratch, &o) == OK) {
		if (s->result != OK && s->result != ERR_EXISTS)
			o = (struct outcome){ .class = OUTCOME_LATER,
					      .text = "the disk is full" };
		answer(e, l, &o);
	}
	forget(e, l);
}

static void commit_answer(struct engine *e, struct live *l,
			  const struct outcome *o)
{
	struct step *s = road_step(e, STEP_INSERT, answered_done);
	struct outcome told = *o;

	told.n_keys = 0;	/* they were for the trace */
	buf_reset(&e->payload);
	if (outcome_image(&told, &e->payload) == OK)
		s->octets = road_octets(s, buf_bytes(&e->payload));
	s->has_key = l->has_dedupe;
	s->key = l->dedupe;
	s->until_us = e->last_us;
	s->key_until_us = e->last_us + e->dedupe_us;
	s->story = l->story | SPOOL_ANSWERED;
	s->context_id = l->id;
	road_also(s, l);
	road_submit(e, s);
}

static void delivered(struct engine *e, struct live *l,
		      const struct outcome *o)
{
	e->counts.accepted++;
	e->counts.delivered++;
	alert_delivered(e, l);
	tell_leg(e, l, &(struct story){ .step = "outcome",
					.verdict = "delivered",
					.text = o->text,
					.clause = o->clause,
					.keys = o->keys,
					.n_keys = o->n_keys });
	/* Nothing more follows from there: the report is ours to make. */
	if (o->by_sms)
		report_carried(e, l, o);
	if (o->class == OUTCOME_DELIVERED)
		(void)report_besides(e, l, STATE_DELIVERED, o);
	commit_answer(e, l, o);
}

static void failed(struct engine *e, struct live *l, const struct outcome *o)
{
	e->counts.failed++;
	tell_leg(e, l, &(struct story){ .step = "outcome",
					.verdict = "failed",
					.text = o->text,
					.clause = o->clause,
					.keys = o->keys,
					.n_keys = o->n_keys });
	answer(e, l, o);
	forget(e, l);
}

void native_outcome(struct engine *e, struct live *l, const struct outcome *o)
{
	switch (o->class) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_DELIVERED:
		delivered(e, l, o);
		return;
	case OUTCOME_ADDRESS:
	case OUTCOME_NEVER:
		failed(e, l, o);
		return;
	case OUTCOME_LATER:
	case OUTCOME_ABSENT:
	case OUTCOME_LINK:
	case OUTCOME_UNANSWERED:
		break;
	}
	if (l->once || l->sender_keeps ||
	    (o->class == OUTCOME_UNANSWERED && e->fail_unknown)) {
		failed(e, l, o);
		return;
	}
	l->maybe_duplicate |= o->class == OUTCOME_UNANSWERED;
	l->state = LEG_WAITING;
	l->due_us = road_now(e) + retry_delay_us(&e->retry, 1, 0,
						 road_random(e));
	dispatch_hold(e, l);
	spool(e, l, "no final answer: accepted", o);
}
