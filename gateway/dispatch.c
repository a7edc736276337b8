/*
 * dispatch.c - lanes are served: whose turn it is goes to the adapter; what
 * does not fit into memory stays on disk and is fetched when there is room.
 */
#include "gateway/dispatch_inside.h"

#include <string.h>

#define REFILL_ROWS 256

/* What is decided about `l` decides who is next: dispatch_release() then. */
struct target *dispatch_landed(struct engine *e, struct live *l)
{
	struct target *t = l->target;

	l->target = NULL;
	l->place = LIVE_NOWHERE;
	l->lane->outstanding--;
	e->counts.in_flight--;
	road_dirty(e, l->lane);
	return t;
}

/* Out of any queue, for something else to become of it. */
void dispatch_take(struct engine *e, struct live *l)
{
	struct target *t = l->place == LIVE_TARGET ? l->target : NULL;

	lane_remove(l->lane, l);
	if (t != NULL && !t->pending && t->n == 0)
		dispatch_release(e, t);
}

/* Its turn had come, but it does not go. */
static struct target *let_go(struct live *l)
{
	struct target *t = l->target;

	l->target = NULL;
	return t;
}

/* Unsent: it keeps its place before all others. */
void dispatch_put_back(struct engine *e, struct live *l)
{
	struct target *t = NULL;

	inflight_clear(e->inflight, l->slot);
	l->slot = 0;
	if (l->lane->by_target)
		t = lane_target_get(l->lane, l->recipient);
	if (t == NULL) {
		lane_push_back(l->lane, l);
	} else {
		target_push_front(t, l);
		target_wake(t);
	}
	road_dirty(e, l->lane);
}

/* -- a leg whose row is committed finds its place ------------------------- */

/* Nothing that is on disk may be behind the cursor. */
static void left_on_disk(struct lane *l, struct flow *f, uint64_t due_us)
{
	lane_on_disk(l, f);
	if (f->after_us >= due_us) {
		f->after_us = due_us - 1;
		f->after_id = UINT64_MAX;
	}
}

/* The earliest of those that wait for their time is due. */
static void flow_due(struct lane *l, struct flow *f)
{
	left_on_disk(l, f, f->next_us);
	f->next_us = 0;
}

void dispatch_enter(struct engine *e, struct live *l)
{
	struct lane *lane = l->lane;
	struct flow *f = l->flow;

	l->place = LIVE_NOWHERE;
	if (l->state == LEG_WAITING) {
		dispatch_enter_waiting(e, l);
		return;
	}
	if (l->due_us > road_now(e)) {
		if (f->next_us == 0 || l->due_us < f->next_us)
			f->next_us = l->due_us;
		road_forget(e, l);
		return;
	}
	if (f->next_us != 0 && f->next_us <= l->due_us)
		flow_due(lane, f);
	if (!lane->up || lane->held || f->on_disk || f->fetching ||
	    f->loaded >= FLOW_LOADED_MAX || l->image.n == 0) {
		left_on_disk(lane, f, l->due_us);
		road_dirty(e, lane);
		road_forget(e, l);
		return;
	}
	f->after_us = l->due_us;
	f->after_id = l->id;
	lane_push(lane, l);
	road_dirty(e, lane);
}

/* -- refill --------------------------------------------------------------- */

static void refill_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct lane *lane = road_lane_numbered(e, s->lane);
	struct flow *f = lane == NULL ? NULL
				      : road_flow_numbered(e, lane, s->flow);
	struct step_item *item;
	struct live *l;
	bool moved;

	if (f == NULL)
		return;
	f->fetching = false;
	/* Moved back meanwhile: something before these is on disk, too. */
	moved = f->after_us != s->after_us || f->after_id != s->after_id;
	for (item = s->found; item != NULL; item = item->next) {
		if (!moved) {
			f->after_us = item->leg.due_us;
			f->after_id = item->leg.id;
		}
		if (road_find(e, item->leg.id) != NULL)
			continue;
		if ((l = road_load(e, &item->leg)) != NULL)
			lane_push(lane, l);
	}
	if (s->result == OK && !moved &&
	    (s->complete || s->next_us > s->until_us)) {
		f->on_disk = false;
		if (s->next_us != 0 &&
		    (f->next_us == 0 || s->next_us < f->next_us))
			f->next_us = s->next_us;
	}
	road_dirty(e, lane);
}

static void refill(void *arg, struct lane *lane, struct flow *f)
{
	struct engine *e = arg;
	struct step *s;

	if (f->loaded >= FLOW_REFILL_AT)
		return;
	s = road_step(e, STEP_REFILL, refill_done);
	f->fetching = true;
	s->lane = lane->number;
	s->flow = f->number;
	s->after_us = f->after_us;
	s->after_id = f->after_id;
	s->until_us = road_now(e);
	s->limit = REFILL_ROWS;
	road_submit(e, s);
}

/* -- sending -------------------------------------------------------------- */

/* The number of one of our people, where his address has no meaning. */
static struct address address_for(const struct engine *e,
				  const struct address *a, enum technology t)
{
	const struct user *u;

	if (t == TECHNOLOGY_SMS && a->kind == ADDRESS_SIP &&
	    (u = directory_user_at(e->directory, a)) != NULL &&
	    u->number != NULL)
		return (struct address){ ADDRESS_E164, u->number };
	return *a;
}

static enum err leg_payload(struct engine *e, const struct live *l)
{
	const struct route_way *way = live_way(l);
	const struct address *to = l->is_report ? &l->from : &l->to;
	struct bytes message = l->image;
	struct leg out = {
		.token = l->id,
		.id = l->id,
		.story = l->story,
		.technology = way->technology,
		.peer = way->peer,
		.to = address_for(e, to, way->technology),
		.recipient = l->is_report ? 0 : l->to_index,
		.attempt = l->attempts + 1,
		.maybe_duplicate = l->maybe_duplicate,
		.native = l->native,
		.progress = l->progress,
	};
	enum err why;

	if ((why = keys_public_id(e->keys, l->id, out.public_id)) != OK)
		return why;
	if (l->is_report) {
		buf_reset(&e->image);
		if ((why = report_image(e, l, &e->image)) != OK)
			return why;
		message = buf_bytes(&e->image);
	}
	buf_reset(&e->payload);
	return leg_image(&out, message, &e->payload);
}

static void sent(struct engine *e, struct live *l)
{
	l->place = LIVE_FLIGHT;
	l->attempts++;
	l->lane->outstanding++;
	l->lane->sent++;
	e->counts.in_flight++;
	tell_leg(e, l,
		 &(struct story){
			 .step = l->is_report ? "report" : "send",
			 .verdict = l->maybe_duplicate ? "maybe-duplicate"
						       : "sent",
			 .clause = l->maybe_duplicate ? "on-unknown" : NULL });
}

/* false: the adapter takes no more now. */
static bool send_leg(struct engine *e, struct live *l)
{
	struct frame f = { .type = FRAME_LEG, .ref = l->id };

	if (!l->native && l->slot == 0 &&
	    (l->slot = inflight_put(e->inflight, l->id)) == 0) {
		l->lane->stalled = true;
		return false;
	}
	f.payload = buf_bytes(&e->payload);
	if (!e->world.send(e->world.arg, (unsigned)l->lane->child, &f)) {
		l->lane->stalled = true;
		return false;
	}
	sent(e, l);
	return true;
}

/* It may have been sent before the power went: see inflight_doubtful(). */
static void doubt(struct engine *e, struct live *l)
{
	const struct doubt *d = inflight_doubted(e->inflight);

	if (l->maybe_duplicate || l->id > d->id || l->due_us >= d->due_us)
		return;
	l->maybe_duplicate = true;
	e->counts.maybe_duplicates++;
}

/* Nobody is there for it, and it has no other way: it need not be tried. */
static bool must_wait(const struct engine *e, const struct live *l)
{
	const struct user *u;

	if (!l->lane->by_target || l->once || l->way + 1 < l->n_ways)
		return false;
	u = directory_user_hashed(e->directory, l->recipient);
	return u != NULL && u->devices == 0;
}

/* Nothing to be fetched by its flow, after a restart, before he is there. */
static void to_waiting(struct engine *e, struct live *l)
{
	l->target = NULL;
	if (l->state == LEG_WAITING) {
		road_forget(e, l);
		return;
	}
	l->state = LEG_WAITING;
	alert_absent(e, l);
	settle_update(e, l);
}

/* One that has waited behind another. */
static bool serve_native(struct engine *e, struct live *l)
{
	struct target *t;

	if (must_wait(e, l) || leg_payload(e, l) != OK) {
		t = let_go(l);
		native_spool(e, l, "it has to wait: accepted");
		dispatch_release(e, t);
		return true;
	}
	native_turn(e, l);
	if (send_leg(e, l))
		return true;
	t = let_go(l);
	native_again(e, l);
	dispatch_put_back(e, l);
	dispatch_release(e, t);
	return false;
}

/* One whose turn it is, in its row; false: the lane can take no more now. */
static bool serve(struct engine *e, struct live *l)
{
	struct target *t;
	enum err why;

	if (l->native)
		return serve_native(e, l);
	doubt(e, l);
	if (l->expires_us != 0 && l->expires_us <= e->last_us) {
		t = let_go(l);
		settle_expired(e, l);
	} else if (must_wait(e, l)) {
		t = let_go(l);
		dispatch_hold(e, l);
		to_waiting(e, l);
	} else if ((why = leg_payload(e, l)) != OK) {
		t = let_go(l);
		settle_final(e, l, STATE_UNDELIVERABLE,
			     &(struct outcome){ .class = OUTCOME_NEVER,
						.text = err_name(why) });
	} else if (send_leg(e, l)) {
		return true;
	} else {
		t = let_go(l);
		dispatch_put_back(e, l);
		dispatch_release(e, t);
		return false;
	}
	dispatch_release(e, t);
	return true;
}

static bool may_send(const struct engine *e, const struct lane *lane)
{
	return lane->up && !lane->held && !lane->stalled && lane->child >= 0 &&
	       !e->draining &&
	       lane->outstanding < lane->window;
}

void dispatch_lane(struct engine *e, struct lane *lane)
{
	struct live *l;

	while (may_send(e, lane)) {
		if ((l = lane_next(lane, dispatch_overflow, e)) == NULL)
			break;
		if (!serve(e, l))
			break;
	}
	if (lane->up && !lane->held && !e->draining)
		lane_each_on_disk(lane, refill, e);
}

/* Nothing of its own flow goes before it. */
static bool is_first(const struct live *l)
{
	const struct flow *f = l->flow;

	return f->head == NULL && !f->on_disk && !f->fetching &&
	       l->lane->asking == 0;
}

/* Its recipient is free, nothing goes before it. */
static bool is_next(const struct live *l)
{
	const struct target *t = lane_target(l->lane, l->recipient);

	return is_first(l) &&
	       (!l->lane->by_target || t == NULL ||
		(!t->pending && t->n == 0 && !t->draining &&
		 t->paused_until_us == 0));
}

bool dispatch_behind(struct engine *e, struct live *l)
{
	struct lane *lane = l->lane;
	struct target *t;

	if (!lane->by_target || !lane->up || lane->held || lane->child < 0 ||
	    e->draining ||
	    (t = lane_target_get(lane, l->recipient)) == NULL)
		return false;
	if (t->paused_until_us != 0 ||
	    t->n + t->n_later >= TARGET_QUEUE_MAX ||
	    lane->behind >= LANE_BEHIND_MAX) {
		target_drop_if_idle(t);
		return false;
	}
	/* What its flow has on disk may be for him: that goes first. */
	if (!t->draining && !is_first(l))
		dispatch_drain_target(e, lane, l->recipient);
	if (t->draining) {
		target_push_later(t, l);
		return true;
	}
	target_push(t, l);
	target_wake(t);
	road_dirty(e, lane);
	return true;
}

bool dispatch_native(struct engine *e, struct live *l)
{
	struct target *t;

	if (!may_send(e, l->lane) || !is_next(l))
		return false;
	if (l->lane->by_target) {
		if ((t = lane_target_get(l->lane, l->recipient)) == NULL)
			return false;
		t->pending = true;
		l->target = t;
	}
	if (leg_payload(e, l) == OK && send_leg(e, l))
		return true;
	dispatch_release(e, let_go(l));
	return false;
}

void dispatch_tick(struct engine *e, uint64_t now)
{
	struct lane *lane;
	struct flow *f;

	for (lane = e->lanes; lane != NULL; lane = lane->next) {
		divert_tick(e, lane, now);
		waits_tick(e, lane);
		if (lane->stalled) {
			lane->stalled = false;
			road_dirty(e, lane);
		}
		for (f = lane->flows; f != NULL; f = f->next)
			if (f->next_us != 0 && f->next_us <= now) {
				flow_due(lane, f);
				road_dirty(e, lane);
			}
	}
	native_tick(e, now);
	dispatch_unpause(e, now);
}
