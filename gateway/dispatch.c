/*
 * dispatch.c - lanes are served: whose turn it is goes to the adapter; what
 * does not fit into memory stays on disk and is fetched when there is room.
 */
#include "gateway/road.h"

#include <string.h>

#define REFILL_ROWS	256
#define TARGET_ROWS	16

static void fetch_target(struct engine *e, struct target *t);

/* Nothing is pending for it any more: the next one, more from disk, or gone. */
static void target_free(struct engine *e, struct target *t)
{
	t->pending = NULL;
	if (t->n > 0)
		target_wake(t);
	else if (t->draining && !t->fetching)
		fetch_target(e, t);
	target_drop_if_idle(t);
}

static void let_go(struct engine *e, struct live *l)
{
	struct target *t = l->target;

	l->target = NULL;
	if (t != NULL)
		target_free(e, t);
}

void dispatch_landed(struct engine *e, struct live *l)
{
	l->place = LIVE_NOWHERE;
	l->lane->outstanding--;
	e->counts.in_flight--;
	let_go(e, l);
	road_dirty(e, l->lane);
}

/* -- one recipient's held legs -------------------------------------------- */

static void take_waiting(struct engine *e, struct target *t,
			 const struct store_leg *row)
{
	struct live *l;

	t->after_id = row->id;
	if (road_find(e, row->id) != NULL)
		return;
	if ((l = road_load(e, row)) == NULL)
		return;
	l->flow->loaded++;
	target_push(t, l);
}

static void waiting_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct lane *lane = road_lane_numbered(e, s->lane);
	struct target *t = lane == NULL ? NULL : lane_target(lane, s->recipient);
	struct step_item *item;

	if (t == NULL)
		return;
	t->fetching = false;
	if (t->paused_until_us != 0 || !t->draining) {
		target_drop_if_idle(t);
		return;
	}
	for (item = s->found; item != NULL; item = item->next)
		take_waiting(e, t, &item->leg);
	if (s->n_found == 0 && t->n == 0 && !t->again)
		t->draining = false;
	if (t->n == 0 && t->draining && t->pending == NULL)
		fetch_target(e, t);
	target_wake(t);
	target_drop_if_idle(t);
	road_dirty(e, lane);
}

static void fetch_target(struct engine *e, struct target *t)
{
	struct step *s = road_step(e, STEP_WAITING, waiting_done);

	if (t->again)
		t->after_id = 0;
	t->again = false;
	t->fetching = true;
	s->lane = t->lane->number;
	s->recipient = t->recipient;
	s->after_id = t->after_id;
	s->limit = TARGET_ROWS;
	road_submit(e, s);
}

static void unpause(struct engine *e, struct target *t)
{
	size_t i;

	t->paused_until_us = 0;
	for (i = 0; i < e->n_paused; i++)
		if (e->paused[i] == t) {
			e->paused[i] = e->paused[--e->n_paused];
			return;
		}
}

void dispatch_drain_target(struct engine *e, struct lane *l,
			   uint64_t recipient)
{
	struct target *t = lane_target_get(l, recipient);

	if (t == NULL)
		return;
	if (t->paused_until_us != 0)
		unpause(e, t);
	t->again = true;
	t->draining = true;
	if (t->pending == NULL && t->n == 0 && !t->fetching)
		fetch_target(e, t);
}

/* A leg in memory goes to disk, to wait for its recipient. */
static void to_waiting(struct engine *e, struct live *l)
{
	l->target = NULL;
	l->place = LIVE_NOWHERE;
	/* It has no row yet, and a sender who waits for an answer. */
	if (l->native) {
		native_outcome(e, l,
			       &(struct outcome){ .class = OUTCOME_ABSENT,
						  .text = "no final answer" });
		return;
	}
	if (l->state == LEG_WAITING) {
		road_forget(e, l);
		return;
	}
	l->state = LEG_WAITING;
	settle_update(e, l);
}

static void overflow(void *arg, struct live *l)
{
	struct engine *e = arg;
	struct target *t = lane_target_get(l->lane, l->recipient);

	if (t != NULL && t->paused_until_us == 0) {
		t->draining = true;
		t->again = true;
	}
	/* He is there: what is too much now comes when its turn does. */
	if (l->native && !l->once) {
		l->target = NULL;
		l->place = LIVE_NOWHERE;
		l->state = LEG_WAITING;
		native_spool(e, l);
		return;
	}
	to_waiting(e, l);
}

/* What is behind `t` in memory waits on disk until he is there again. */
void dispatch_absent(struct engine *e, struct target *t)
{
	struct live *l;

	t->draining = false;
	t->again = false;
	while ((l = target_pop(t)) != NULL) {
		l->flow->loaded--;
		to_waiting(e, l);
	}
}

/* The senders of those behind `l` must not wait for one try after another. */
void dispatch_absent_behind(struct engine *e, const struct live *l)
{
	struct target *t = l->target;

	if (t != NULL && t->pending == l && !t->draining)
		dispatch_absent(e, t);
}

static bool pause_target(struct engine *e, struct live *l)
{
	struct target *t = lane_target_get(l->lane, l->recipient);

	if (t == NULL || e->n_paused == sizeof e->paused / sizeof *e->paused)
		return false;
	if (t->paused_until_us == 0)
		e->paused[e->n_paused++] = t;
	if (t->paused_until_us < l->due_us)
		t->paused_until_us = l->due_us;
	dispatch_absent(e, t);
	return true;
}

/*
 * A leg that waits for its recipient: while he is not registered nothing need
 * be done; when he is but could not be reached, the next try is later.
 */
static void enter_waiting(struct engine *e, struct live *l)
{
	const struct user *u =
		directory_user_hashed(e->directory, l->recipient);
	bool there = u != NULL && u->devices > 0;

	if (there && l->due_us > road_now(e) && pause_target(e, l)) {
		road_forget(e, l);
		return;
	}
	if (there && l->lane->up)
		dispatch_drain_target(e, l->lane, l->recipient);
	road_forget(e, l);
}

/* -- a leg whose row is committed finds its place -------------------------- */

void dispatch_enter(struct engine *e, struct live *l)
{
	struct lane *lane = l->lane;
	struct flow *f = l->flow;

	l->place = LIVE_NOWHERE;
	if (l->state == LEG_WAITING) {
		enter_waiting(e, l);
		return;
	}
	if (l->due_us > road_now(e)) {
		if (f->next_us == 0 || l->due_us < f->next_us)
			f->next_us = l->due_us;
		road_forget(e, l);
		return;
	}
	if (!lane->up || lane->held || f->on_disk || f->fetching ||
	    f->loaded >= FLOW_LOADED_MAX || l->image.n == 0) {
		f->on_disk = true;
		road_dirty(e, lane);
		road_forget(e, l);
		return;
	}
	f->after_us = l->due_us;
	f->after_id = l->id;
	lane_push(lane, l);
	road_dirty(e, lane);
}

/* -- refill ---------------------------------------------------------------- */

static void refill_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct lane *lane = road_lane_numbered(e, s->lane);
	struct flow *f = lane == NULL ? NULL
				      : road_flow_numbered(e, lane, s->flow);
	struct step_item *item;
	struct live *l;

	if (f == NULL)
		return;
	f->fetching = false;
	for (item = s->found; item != NULL; item = item->next) {
		f->after_us = item->leg.due_us;
		f->after_id = item->leg.id;
		if (road_find(e, item->leg.id) != NULL)
			continue;
		if ((l = road_load(e, &item->leg)) != NULL)
			lane_push(lane, l);
	}
	if (s->result == OK && s->complete) {
		f->on_disk = false;
		if (s->next_us != 0 &&
		    (f->next_us == 0 || s->next_us < f->next_us))
			f->next_us = s->next_us;
	}
	road_dirty(e, lane);
}

static void refill(struct engine *e, struct lane *lane, struct flow *f)
{
	struct step *s = road_step(e, STEP_REFILL, refill_done);

	f->fetching = true;
	s->lane = lane->number;
	s->flow = f->number;
	s->after_us = f->after_us;
	s->after_id = f->after_id;
	s->until_us = road_now(e);
	s->limit = REFILL_ROWS;
	road_submit(e, s);
}

static void refill_flows(struct engine *e, struct lane *lane)
{
	struct flow *f;

	for (f = lane->flows; f != NULL; f = f->next)
		if (f->on_disk && !f->fetching && f->loaded < FLOW_REFILL_AT)
			refill(e, lane, f);
}

/* -- sending ---------------------------------------------------------------- */

static enum err leg_payload(struct engine *e, const struct live *l)
{
	const struct route_way *way = live_way(l);
	struct bytes message = l->image;
	struct leg out = {
		.token = l->id,
		.id = l->id,
		.story = l->story,
		.technology = way->technology,
		.peer = way->peer,
		.to = l->is_report ? l->from : l->to,
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

/* false: the lane can take no more now. */
static bool send_leg(struct engine *e, struct live *l)
{
	struct frame f = { .type = FRAME_LEG, .ref = l->id };
	enum err why;

	if (!l->native && l->slot == 0 &&
	    (l->slot = inflight_put(e->inflight, l->id)) == 0)
		goto back;
	if ((why = leg_payload(e, l)) != OK) {
		let_go(e, l);
		settle_final(e, l, STATE_UNDELIVERABLE,
			     &(struct outcome){ .class = OUTCOME_NEVER,
						.text = err_name(why) });
		return true;
	}
	f.payload = buf_bytes(&e->payload);
	if (!e->world.send(e->world.arg, (unsigned)l->lane->child, &f))
		goto back;
	sent(e, l);
	return true;
back:
	let_go(e, l);
	lane_push_back(l->lane, l);
	return false;
}

void dispatch_lane(struct engine *e, struct lane *lane)
{
	struct live *l;

	if (!lane->up || lane->held || lane->child < 0 || e->draining)
		return;
	while (lane->outstanding < lane->window) {
		if ((l = lane_next(lane, overflow, e)) == NULL)
			break;
		if (l->expires_us != 0 && l->expires_us <= e->last_us &&
		    !l->native) {
			let_go(e, l);
			settle_expired(e, l);
			continue;
		}
		if (l->early.set) {
			let_go(e, l);
			correlate_early(e, l);
			continue;
		}
		if (!send_leg(e, l))
			break;
	}
	refill_flows(e, lane);
}

void dispatch_tick(struct engine *e, uint64_t now)
{
	struct lane *lane;
	struct flow *f;
	size_t i;

	for (lane = e->lanes; lane != NULL; lane = lane->next)
		for (f = lane->flows; f != NULL; f = f->next)
			if (f->next_us != 0 && f->next_us <= now) {
				f->next_us = 0;
				f->on_disk = true;
				road_dirty(e, lane);
			}
	for (i = e->n_paused; i-- > 0;) {
		struct target *t = e->paused[i];

		if (t->paused_until_us <= now)
			dispatch_drain_target(e, t->lane, t->recipient);
	}
}
