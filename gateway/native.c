/*
 * native.c - device to device: the far side's answer goes back to the sender,
 * who still waits, so nothing need be on disk before it is tried. When no
 * final answer comes the message is spooled after all and accepted.
 */
#include "gateway/road.h"

static void answer(struct engine *e, const struct live *l,
		   const struct outcome *o)
{
	road_refuse(e, &l->reply, FRAME_ANSWER, o);
}

static void try_now(struct engine *e, struct live *l)
{
	tell_leg(e, l, &(struct story){ .step = "native", .verdict = "trying",
					.clause = "REQ GW-MSG-05" });
	lane_push(l->lane, l);
	road_dirty(e, l->lane);
}

/* Seen before: the same answer again, and no second delivery. */
static void seen_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *l = road_find(e, s->context_id);

	if (l == NULL)
		return;
	if (!e->children[l->reply.child].up ||
	    e->children[l->reply.child].life != l->reply.life) {
		road_forget(e, l);
		return;
	}
	if (s->result != ERR_EXISTS) {
		try_now(e, l);
		return;
	}
	e->counts.duplicates++;
	tell_leg(e, l, &(struct story){ .step = "intake",
					.verdict = "duplicate",
					.clause = "dedupe-window" });
	answer(e, l, &(struct outcome){ .class = OUTCOME_DELIVERED,
					.state = STATE_DELIVERED,
					.far_code = 200 });
	road_forget(e, l);
}

/* -- twins: the same message again before the first one has its answer ----- */

static struct live **chain_of(struct engine *e, const struct store_key *key)
{
	return &e->natives[key->low % (sizeof e->natives / sizeof *e->natives)];
}

static struct live *twin_of(struct engine *e, const struct live *l)
{
	struct live *other = *chain_of(e, &l->dedupe);

	while (other != NULL && (other == l ||
				 other->dedupe.high != l->dedupe.high ||
				 other->dedupe.low != l->dedupe.low))
		other = other->next_native;
	return other;
}

static void seek(struct engine *e, struct live *l);

/* Its fate is known, or its key on disk: the next twin, if any, looks. */
void native_leave(struct engine *e, struct live *l)
{
	struct live **at = chain_of(e, &l->dedupe), *next;

	if (!l->in_natives)
		return;
	l->in_natives = false;
	while (*at != l)
		at = &(*at)->next_native;
	*at = l->next_native;
	if (l->twin)
		return;
	next = twin_of(e, l);
	if (next != NULL) {
		next->twin = false;
		seek(e, next);
	}
}

void native_try(struct engine *e, struct live *l)
{
	struct live **at;

	if (!l->has_dedupe) {
		try_now(e, l);
		return;
	}
	at = chain_of(e, &l->dedupe);
	l->twin = twin_of(e, l) != NULL;
	l->in_natives = true;
	l->next_native = *at;
	*at = l;
	if (!l->twin)
		seek(e, l);
}

static void seek(struct engine *e, struct live *l)
{
	struct step *s;

	s = road_step(e, STEP_SEEN, seen_done);
	s->has_key = true;
	s->key = l->dedupe;
	s->until_us = e->last_us;
	s->context_id = l->id;
	road_submit(e, s);
}

void native_spool(struct engine *e, struct live *l)
{
	tell_leg(e, l, &(struct story){ .step = "spool", .verdict = "held",
					.text = "no final answer: accepted",
					.clause = "REQ GW-MSG-02" });
	intake_spool(e, l);
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
	road_forget(e, l);
}

static void commit_answer(struct engine *e, struct live *l,
			  const struct outcome *o)
{
	struct step *s = road_step(e, STEP_INSERT, answered_done);

	buf_reset(&e->payload);
	if (outcome_image(o, &e->payload) == OK)
		s->octets = road_octets(s, buf_bytes(&e->payload));
	s->has_key = l->has_dedupe;
	s->key = l->dedupe;
	s->until_us = e->last_us;
	s->key_until_us = e->last_us + e->dedupe_us;
	s->story = l->story;
	s->context_id = l->id;
	road_submit(e, s);
}

void native_outcome(struct engine *e, struct live *l, const struct outcome *o)
{
	switch (o->class) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_DELIVERED:
		e->counts.accepted++;
		e->counts.delivered++;
		tell_leg(e, l,
			 &(struct story){ .step = "outcome",
					  .verdict = "delivered",
					  .text = o->text,
					  .clause = o->clause });
		commit_answer(e, l, o);
		return;
	case OUTCOME_ADDRESS:
	case OUTCOME_NEVER:
		e->counts.failed++;
		tell_leg(e, l, &(struct story){ .step = "outcome",
						.verdict = "failed",
						.text = o->text,
						.clause = o->clause });
		answer(e, l, o);
		road_forget(e, l);
		return;
	case OUTCOME_LATER:
	case OUTCOME_ABSENT:
	case OUTCOME_LINK:
	case OUTCOME_UNANSWERED:
		break;
	}
	if (l->once) {
		answer(e, l, o);
		road_forget(e, l);
		return;
	}
	l->maybe_duplicate |= o->class == OUTCOME_UNANSWERED;
	l->state = LEG_WAITING;
	l->due_us = road_now(e) + retry_delay_us(&e->retry, 1, 0,
						 road_random(e));
	native_spool(e, l);
}
