/*
 * dispatch_targets.c - one recipient's legs: one at a time is with the adapter,
 * a few stand behind it in memory, those that are held come from disk in their
 * order.
 */
#include "gateway/dispatch_inside.h"

#define TARGET_ROWS	 16
#define TARGETS_MANY	 1000	/* more of them load fewer legs each          */
#define TARGET_ROWS_MANY 2

static void fetch_target(struct engine *e, struct target *t);

static bool there(const struct engine *e, uint64_t recipient)
{
	const struct user *u = directory_user_hashed(e->directory, recipient);

	return u != NULL && u->devices > 0;
}

/* Nothing is pending for it any more: the next one, more from disk, or gone. */
void dispatch_release(struct engine *e, struct target *t)
{
	if (t == NULL)
		return;
	t->pending = false;
	if (t->n > 0)
		target_wake(t);
	else if (t->draining && !t->fetching)
		fetch_target(e, t);
	road_dirty(e, t->lane);
	target_drop_if_idle(t);
}

/* false: one that is being changed; those behind it must come after it. */
static bool take_waiting(struct engine *e, struct target *t,
			 const struct store_leg *row)
{
	struct live *l = road_find(e, row->id);

	t->after_id = row->id;
	if (l != NULL && l->place == LIVE_FLOW)
		lane_remove(t->lane, l);
	else if (l != NULL)
		return l->place != LIVE_NOWHERE;
	else if ((row->state == LEG_QUEUED && row->due_us > e->last_us) ||
		 (l = road_load(e, row)) == NULL)
		return true;
	target_push(t, l);
	return true;
}

static void waiting_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct lane *lane = road_lane_numbered(e, s->lane);
	struct target *t =
		lane == NULL ? NULL : lane_target(lane, s->recipient);
	struct step_item *item;

	if (t == NULL)
		return;
	t->fetching = false;
	if (t->paused_until_us != 0 || !t->draining) {
		target_drop_if_idle(t);
		return;
	}
	for (item = s->found; item != NULL; item = item->next)
		if (!take_waiting(e, t, &item->leg)) {
			t->again = true;
			break;
		}
	if (s->n_found == 0 && t->n == 0 && !t->again) {
		t->draining = false;
		target_now(t);
	}
	if (t->n == 0 && t->draining && !t->pending)
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
	s->limit = t->lane->targets.count < TARGETS_MANY ? TARGET_ROWS
						     : TARGET_ROWS_MANY;
	road_submit(e, s);
}

static void unpause(struct engine *e, struct target *t)
{
	struct target **at = &e->paused;

	t->paused_until_us = 0;
	while (*at != NULL && *at != t)
		at = &(*at)->next_paused;
	if (*at == t)
		*at = t->next_paused;
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
	if (!t->pending && t->n == 0 && !t->fetching)
		fetch_target(e, t);
}

/* It comes back from disk, where it is already, or native goes now. */
static void unload(struct engine *e, struct live *l)
{
	if (l->native)
		native_spool(e, l, "its recipient has to wait: accepted");
	else
		road_forget(e, l);
}

/* It is on disk, too: it comes back with what else is held for him. */
void dispatch_overflow(void *arg, struct live *l)
{
	struct engine *e = arg;
	struct lane *lane = l->lane;
	uint64_t recipient = l->recipient;
	const struct target *t = lane_target(lane, recipient);

	road_forget(e, l);
	if ((t == NULL || t->paused_until_us == 0) && there(e, recipient))
		dispatch_drain_target(e, lane, recipient);
}

static void unload_target(struct engine *e, struct target *t)
{
	struct live *l;

	target_now(t);
	while ((l = target_pop(t)) != NULL)
		unload(e, l);
}

static void pause_target(struct engine *e, struct target *t, uint64_t until_us)
{
	if (t->paused_until_us == 0) {
		t->next_paused = e->paused;
		e->paused = t;
	}
	if (t->paused_until_us < until_us)
		t->paused_until_us = until_us;
	t->draining = false;
	t->again = false;
	unload_target(e, t);
}

/*
 * `l` must go again, and before all that came after it for the same recipient:
 * they go to disk, too, and come back with it. While he is away nothing need
 * be remembered: when he is back all is fetched in its order.
 */
void dispatch_hold(struct engine *e, const struct live *l)
{
	struct target *t;

	if (!l->lane->by_target ||
	    (t = lane_target_get(l->lane, l->recipient)) == NULL)
		return;
	if (there(e, l->recipient) && l->due_us > e->last_us) {
		pause_target(e, t, l->due_us);
		return;
	}
	if (t->paused_until_us != 0)
		unpause(e, t);
	unload_target(e, t);
	t->draining = there(e, l->recipient);
	t->again = t->draining;
	target_drop_if_idle(t);
}

/*
 * A leg that waits for its recipient: while he is not registered nothing need
 * be done; when he is but could not be reached, the next try is later.
 */
void dispatch_enter_waiting(struct engine *e, struct live *l)
{
	struct target *t;

	if (there(e, l->recipient)) {
		t = lane_target_get(l->lane, l->recipient);
		if (t != NULL && l->due_us > road_now(e))
			pause_target(e, t, l->due_us);
		else if (l->lane->up && (t == NULL || t->paused_until_us == 0))
			dispatch_drain_target(e, l->lane, l->recipient);
	}
	road_forget(e, l);
}

void dispatch_unpause(struct engine *e, uint64_t now)
{
	struct target *t, *next;

	for (t = e->paused; t != NULL; t = next) {
		next = t->next_paused;
		if (t->paused_until_us <= now)
			dispatch_drain_target(e, t->lane, t->recipient);
	}
}
