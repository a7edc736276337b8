/* settle.c - what became of an attempt: done, again, next way, give up. */
#include "gateway/road.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/receipts.h"

#define PROGRESS_MAX 8192
#define UNSENT_MOST  5		/* times that a link may not send a leg       */

/* What a removal or change of a row leaves to do when it is committed. */
struct after {
	struct reply reply;	/* FRAME_REPORTED, when somebody waits        */
	uint32_t slot;		/* of the in-flight table, to be cleared      */
};

static void land_slot(struct engine *e, const struct after *a)
{
	inflight_clear(e->inflight, a->slot);
	if (a->reply.life != 0)
		road_refuse(e, &a->reply, FRAME_REPORTED,
			    &(struct outcome){ .class = OUTCOME_DELIVERED });
}

static void set_after(struct step *s, struct live *l, const struct reply *tell)
{
	struct after *a = road_room(s, 1, sizeof *a);

	a->slot = l->slot;
	l->slot = 0;
	if (tell != NULL)
		a->reply = *tell;
	s->context = a;
	s->context_id = l->id;
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->n_legs = 1;
	road_also(s, l);
	l->updating++;
}

static void removed_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *l = road_find(e, s->context_id);

	land_slot(e, s->context);
	if (l != NULL)
		road_forget(e, l);
}

/* The row goes, and with it the leg. Until that is done it is remembered: a
 * fetch that was on its way may still bring the row. */
void settle_remove(struct engine *e, struct live *l, const struct reply *tell)
{
	struct step *s = road_step(e, STEP_REMOVE, removed_done);

	set_after(s, l, tell);
	s->legs[0].id = l->id;
	s->legs[0].story = l->shared ? l->story : l->id;
	s->later = l->far_off;
	road_submit(e, s);
	fars_drop(e, l);
	l->place = LIVE_GONE;
	l->state = LEG_SENT;
	road_count(l);
}

/* A leg that came to rest without a place finds one. */
static void rest(struct engine *e, struct live *l)
{
	if (l->updating > 0 || l->place != LIVE_NOWHERE)
		return;
	if (l->state == LEG_QUARANTINED)
		road_forget(e, l);
	else
		dispatch_enter(e, l);
}

static void updated_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *l = road_find(e, s->context_id);

	land_slot(e, s->context);
	if (l == NULL)
		return;
	if (l->place != LIVE_GONE) {
		road_count(l);
		correlate_orphans(e, s);
	}
	l->updating--;
	rest(e, l);
}

static void fill_fars(struct step *s, const struct live *l)
{
	size_t i;

	s->far = road_room(s, l->n_fars, sizeof *s->far);
	for (i = 0; i < l->n_fars; i++)
		if (!l->fars[i].delivered)
			s->far[s->n_far++] = l->fars[i].key;
}

/* Writes the leg's row as the leg is now; `tell` waits for the commit. */
static void update(struct engine *e, struct live *l, const struct reply *tell)
{
	struct step *s = road_step(e, STEP_UPDATE, updated_done);

	set_after(s, l, tell);
	road_row(e, s, l, &s->legs[0]);
	s->drop_far = l->n_fars > 0;
	if (l->state == LEG_SENT)
		fill_fars(s, l);
	else
		l->n_fars = 0;
	road_submit(e, s);
}

void settle_update(struct engine *e, struct live *l)
{
	update(e, l, NULL);
}

void settle_tell(struct engine *e, struct live *l, const struct reply *tell)
{
	update(e, l, tell);
}

void settle_replace(struct engine *e, struct live *l, struct bytes image)
{
	struct step *s = road_step(e, STEP_UPDATE, updated_done);

	set_after(s, l, NULL);
	road_row(e, s, l, &s->legs[0]);
	s->legs[0].image = road_octets(s, image);
	l->image = (struct bytes){ NULL, 0 };
	road_submit(e, s);
}

/* Again at `due_us`: by its flow, or with its recipient's others. */
void settle_requeue(struct engine *e, struct live *l, uint64_t due_us)
{
	if (l->lane->by_target && leave_left(e, l))
		return;
	l->due_us = due_us;
	l->state = l->lane->by_target ? LEG_WAITING : LEG_QUEUED;
	dispatch_hold(e, l);
	update(e, l, NULL);
}

static void quarantine(struct engine *e, struct live *l)
{
	e->counts.on_hold++;
	tell_leg(e, l, &(struct story){ .step = "quarantine",
					.verdict = "held",
					.text = "in flight at three crashes" });
	l->state = LEG_QUARANTINED;
	update(e, l, NULL);
}

/* -- outcomes ------------------------------------------------------------- */

/* By any of the ids that its segments got it is found. */
static void trace_outcome(struct engine *e, const struct live *l,
			  const struct outcome *o, const char *verdict)
{
	const char *keys[TRACE_KEYS_MAX];
	char segments[32];
	struct story s = { .step = "outcome",
			   .verdict = verdict,
			   .text = o->text,
			   .clause = o->clause,
			   .far_id = o->n_far_ids > 0 ? o->far_ids[0] : NULL,
			   .keys = keys };
	size_t i;

	for (i = 0; i < o->n_keys && s.n_keys < TRACE_KEYS_MAX; i++)
		keys[s.n_keys++] = o->keys[i];
	for (i = 1; i < o->n_far_ids && s.n_keys < TRACE_KEYS_MAX; i++)
		keys[s.n_keys++] = o->far_ids[i];
	snprintf(segments, sizeof segments, "%zu segments", o->n_far_ids);
	if (o->n_far_ids > 1 && s.text == NULL)
		s.text = segments;
	tell_leg(e, l, &s);
}

static uint64_t again_at(struct engine *e, unsigned attempts,
			 const struct outcome *o)
{
	return road_now(e) + retry_delay_us(&e->retry, attempts,
					    (uint64_t)o->retry_after_ms * 1000,
					    road_random(e));
}

/* Lane and flow of the way that is its own now; false: there is none. */
static bool take_way(struct engine *e, struct live *l)
{
	const struct route_way *way = live_way(l);
	struct lane *lane;
	struct flow *flow;
	char room[64];

	if (way == NULL ||
	    (lane = road_lane(e, way->technology, way->peer)) == NULL ||
	    (flow = road_flow(e, lane,
			      intake_account(&l->origin, room, sizeof room),
			      l->priority)) == NULL)
		return false;
	l->lane = lane;
	l->flow = flow;
	/* The row of a way that does not need it has not kept it. */
	l->recipient = choose_recipient(e, &l->to);
	tell_leg(e, l, &(struct story){ .step = "route",
					.verdict = "next-way" });
	return true;
}

/*
 * Another link of the same kind may take what this one does not take now.
 * How many take turns; 1: no other.
 */
static size_t other_link(struct engine *e, struct live *l)
{
	uint32_t up = 0;
	size_t i, turns;

	if (l->is_report || l->way + 1 >= l->n_ways || rest_stays(e, l))
		return 1;
	for (i = l->way + 1; i < l->n_ways; i++) {
		const struct route_way *w = &l->ways[i];
		const struct lane *lane = road_lane(e, w->technology, w->peer);

		if (lane != NULL && lane->up && !lane->held && !lane->busy)
			up |= 1u << i;
	}
	turns = route_turn(l->ways, l->n_ways, l->way, up);
	if (turns > 1 && !take_way(e, l))
		abort();
	if (turns > 1)
		rest_moved(l);
	return turns;
}

bool settle_elsewhere(struct engine *e, struct live *l)
{
	uint64_t now = road_now(e);

	if (other_link(e, l) == 1)
		return false;
	settle_requeue(e, l, l->due_us > now ? l->due_us : now);
	return true;
}

bool settle_reroute(struct engine *e, struct live *l)
{
	const struct lane *before = l->lane;
	struct message m;
	struct choice c;

	if (l->is_report ||
	    message_read(l->image, e->scratch, &m, NULL) != OK)
		return false;
	choose_ways(e, &m, &l->to, &c);
	if (c.verdict.n == 0) {
		settle_final(e, l, STATE_UNDELIVERABLE, &c.why);
		return true;
	}
	if (road_lane(e, c.verdict.ways[0].technology,
		      c.verdict.ways[0].peer) == before ||
	    intake_ways(l, &c.verdict) != OK)
		return false;
	l->way = 0;
	l->attempts = 0;
	if (live_way(l)->technology == before->technology)
		rest_moved(l);
	else
		rest_clear(l);
	if (!take_way(e, l))
		abort();
	settle_requeue(e, l, l->due_us);
	return true;
}

/* At once by another link; when all have been tried, after a while. */
static void later(struct engine *e, struct live *l, const struct outcome *o)
{
	uint64_t due;
	size_t turns;

	if (l->once) {
		settle_final(e, l, STATE_UNDELIVERABLE, o);
		return;
	}
	e->counts.retries++;
	if (rest_goes(e, l))
		return;
	turns = other_link(e, l);
	if (l->attempts % turns != 0)
		due = road_now(e);
	else
		due = again_at(e, l->attempts / (unsigned)turns, o);
	settle_requeue(e, l, rest_due(e, l, due));
}

/* The next way to reach him; false: there is none. */
static bool next_way(struct engine *e, struct live *l)
{
	l->way++;
	if (!take_way(e, l)) {
		l->way--;
		return false;
	}
	l->attempts = 0;
	rest_clear(l);
	settle_requeue(e, l, road_now(e));
	return true;
}

static void absent(struct engine *e, struct live *l, const struct outcome *o)
{
	if (next_way(e, l))
		return;
	if (l->once) {
		settle_final(e, l, STATE_UNDELIVERABLE, o);
		return;
	}
	if (l->lane->by_target)
		report_extra(e, l, STATE_STORED);
	settle_requeue(e, l, again_at(e, l->attempts, o));
}

/* The far side has it. Its report is awaited if the sender wants one. */
static void accepted(struct engine *e, struct live *l,
		     const struct outcome *o)
{
	if (l->is_report) {
		e->counts.reports++;
		settle_remove(e, l, NULL);
		return;
	}
	report_carried(e, l, o);
	if (o->direct || !awaited_comes(l)) {
		e->counts.delivered++;
		settle_remove(e, l, NULL);
		return;
	}
	awaited_from(e, l, o);
}

/* To the recipient himself, who was asked to say more of it later on. */
static void delivered(struct engine *e, struct live *l,
		      const struct outcome *o)
{
	if (o->by_sms)
		report_carried(e, l, o);
	report_extra(e, l, STATE_ACKNOWLEDGED);
	if (o->ack_id == NULL || (l->want & WANT_DISPLAY) == 0) {
		settle_final(e, l, STATE_DELIVERED, o);
		return;
	}
	e->counts.delivered++;
	alert_delivered(e, l);
	report_extra(e, l, STATE_DELIVERED);
	l->told |= WANT_POSITIVE | WANT_NEGATIVE;
	awaited_from(e, l, o);
}

static void unanswered(struct engine *e, struct live *l,
		       const struct outcome *o)
{
	if (e->fail_unknown) {
		settle_final(e, l, STATE_UNKNOWN, o);
		return;
	}
	if (!l->maybe_duplicate)
		e->counts.maybe_duplicates++;
	l->maybe_duplicate = true;
	later(e, l, o);
}

/*
 * The link's fault: no attempt was made; it keeps its place, or goes by a link
 * that is up. A link that is up all the same rests until the next tick, and one
 * that goes on so is treated as one that refuses.
 */
static void requeue_unsent(struct engine *e, struct live *l,
			   const struct outcome *o)
{
	l->lane->stalled = true;
	if ((!l->lane->up || l->lane->busy) && other_link(e, l) > 1) {
		l->attempts--;
		settle_requeue(e, l, road_now(e));
		return;
	}
	if (l->once || ++l->unsent > UNSENT_MOST) {
		l->unsent = 0;
		later(e, l, o);
		return;
	}
	l->attempts--;
	if (l->progress.n > 0)
		settle_requeue(e, l, road_now(e));
	else
		dispatch_put_back(e, l);
}

static enum delivery_state failed_state(const struct outcome *o)
{
	return delivery_state_final(o->state) && o->state != STATE_DELIVERED
		       ? o->state
		       : STATE_UNDELIVERABLE;
}

static void settle(struct engine *e, struct live *l, const struct outcome *o)
{
	if (o->class != OUTCOME_LINK)
		l->unsent = 0;
	if (o->absent || o->class == OUTCOME_ABSENT)
		alert_absent(e, l);
	l->sought = !l->is_report && (o->class == OUTCOME_LATER ||
				      o->class == OUTCOME_ABSENT);
	switch (o->class) {
	case OUTCOME_ACCEPTED:
		accepted(e, l, o);
		break;
	case OUTCOME_DELIVERED:
		if (l->is_report)
			accepted(e, l, o);
		else
			delivered(e, l, o);
		break;
	case OUTCOME_LATER:
		later(e, l, o);
		break;
	case OUTCOME_ABSENT:
		absent(e, l, o);
		break;
	case OUTCOME_ADDRESS:
		if (!next_way(e, l))
			settle_final(e, l, failed_state(o), o);
		break;
	case OUTCOME_NEVER:
		settle_final(e, l, failed_state(o), o);
		break;
	case OUTCOME_LINK:
		requeue_unsent(e, l, o);
		break;
	case OUTCOME_UNANSWERED:
		unanswered(e, l, o);
		break;
	}
}

/* Nothing more becomes of the delivery itself: the sender is told, or not. */
void settle_final(struct engine *e, struct live *l, enum delivery_state s,
		  const struct outcome *o)
{
	if (l->is_report) {
		report_undelivered(e, l, o);
		return;
	}
	if (s == STATE_DELIVERED) {
		e->counts.delivered++;
		alert_delivered(e, l);
	} else {
		e->counts.failed++;
	}
	tell_leg(e, l,
		 &(struct story){ .step = "settled",
				  .verdict = delivery_state_name(s),
				  .text = o == NULL ? NULL : o->text,
				  .clause = o == NULL ? NULL : o->clause });
	report_due(e, l, s, o, NULL);
}

void settle_frame(struct engine *e, unsigned child, const struct frame *f)
{
	struct live *l = road_find(e, f->ref);
	struct target *t;
	struct outcome o;

	if (l == NULL || l->place != LIVE_FLIGHT ||
	    l->lane->child != (int)child)
		return;
	if (outcome_read(f->payload, e->scratch, &o) != OK)
		o = (struct outcome){ .class = OUTCOME_NEVER,
				      .text = "an adapter's broken outcome" };
	t = dispatch_landed(e, l);
	if (o.progress.n > 0 && o.progress.n <= PROGRESS_MAX &&
	    arena_copy(l->arena, o.progress, &l->progress) != OK)
		l->progress = (struct bytes){ NULL, 0 };
	if (l->native) {
		native_outcome(e, l, &o);
		dispatch_release(e, t);
		return;
	}
	trace_outcome(e, l, &o, outcome_class_name(o.class));
	rest_noted(e, l, &o);
	settle(e, l, &o);
	correlate_early(e, l);
	dispatch_release(e, t);
}

/* -- a dead adapter ------------------------------------------------------- */

/* What became of it nobody knows: `on-unknown` decides. */
void settle_unknown(struct engine *e, struct live *l)
{
	struct outcome died = { .class = OUTCOME_UNANSWERED,
				.text = "its adapter died" };

	if (e->fail_unknown) {
		settle_final(e, l, STATE_UNKNOWN, &died);
		return;
	}
	e->counts.maybe_duplicates += !l->maybe_duplicate;
	l->maybe_duplicate = true;
	trace_outcome(e, l, &died, "maybe-duplicate");
	settle_requeue(e, l, road_now(e));
}

static void orphaned(struct engine *e, struct live *l)
{
	struct outcome died = { .class = OUTCOME_UNANSWERED,
				.text = "its adapter died" };
	struct target *t = dispatch_landed(e, l);

	if (l->native) {
		native_outcome(e, l, &died);
	} else if (++l->crashes >= LIVE_CRASHES) {
		quarantine(e, l);
		correlate_early(e, l);
	} else {
		settle_unknown(e, l);
		correlate_early(e, l);
	}
	dispatch_release(e, t);
}

/* The legs that an adapter has, by id. */
struct with_child {
	int child;
	uint64_t *ids;
	size_t n;
};

static void add_if_there(void *arg, struct table_node *node)
{
	const struct live *l = (const struct live *)node;
	struct with_child *w = arg;

	if (l->place == LIVE_FLIGHT && l->lane->child == w->child)
		w->ids[w->n++] = l->id;
}

/* By id, since what happens to one may make others go. */
void settle_child_died(struct engine *e, unsigned child)
{
	struct with_child w = { .child = (int)child };
	struct live *l;
	size_t i;

	w.ids = mem_alloc((e->by_id.count + 1) * sizeof *w.ids);
	if (w.ids == NULL)
		abort();
	table_walk(&e->by_id, add_if_there, &w);
	for (i = 0; i < w.n; i++)
		if ((l = road_find(e, w.ids[i])) != NULL)
			orphaned(e, l);
	mem_free(w.ids);
}
