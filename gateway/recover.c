/* recover.c - what the process before has left, and the regular sweeps. */
#include "gateway/road.h"

#include <stdlib.h>
#include <string.h>

#define EXPIRY_EVERY_US	 500000
#define EXPIRY_ROWS	 500
#define FORGET_EVERY_US	 60000000
#define FORGET_ROWS	 5000
#define NAME_ROWS	 5000
#define WHO_ROWS	 1000
#define WHO_TARGETS	 4000	/* more of them: those that come later wait   */
#define DOUBT_US	 10000000	/* clocks may have been set back      */
#define CLOCK_BACK_US	 3600000000u	/* more than that was a mistake */

static void came_back(struct engine *e)
{
	if (--e->recovering == 0)
		e->recovered = true;
}

static void submit(struct engine *e, struct step *s)
{
	e->recovering++;
	road_submit(e, s);
}

/* -- legs that were with an adapter when the process died ----------------- */

static void suspect_marked(void *owner, struct step *s)
{
	struct engine *e = owner;

	inflight_clear(e->inflight, (uint32_t)s->context_id);
	came_back(e);
}

static void mark_suspect(struct engine *e, struct live *l, uint32_t slot)
{
	struct step *s = road_step(e, STEP_UPDATE, suspect_marked);

	l->crashes++;
	if (!l->maybe_duplicate)
		e->counts.maybe_duplicates++;
	l->maybe_duplicate = true;
	if (l->crashes >= LIVE_CRASHES) {
		l->state = LEG_QUARANTINED;
		e->counts.on_hold++;
		road_count(l);
	}
	tell_leg(e, l,
		 &(struct story){
			 .step = l->state == LEG_QUARANTINED ? "quarantine"
							     : "recover",
			 .verdict = "maybe-duplicate",
			 .text = "it was being sent when the gateway died",
			 .clause = "on-unknown" });
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->n_legs = 1;
	road_row(e, s, l, &s->legs[0]);
	s->context_id = slot;
	submit(e, s);
}

/* Its far answer may have been committed after all: then it is not one. */
static void suspect_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	uint32_t slot = (uint32_t)s->context_id;
	struct live *l;

	if (s->found == NULL || (s->found->leg.state != LEG_QUEUED &&
				 s->found->leg.state != LEG_WAITING) ||
	    (l = road_load(e, &s->found->leg)) == NULL) {
		inflight_clear(e->inflight, slot);
	} else if (e->fail_unknown) {
		l->slot = slot;
		settle_unknown(e, l);
	} else {
		mark_suspect(e, l, slot);
		road_forget(e, l);
	}
	came_back(e);
}

static void ask_suspects(struct engine *e)
{
	uint32_t slot;
	uint64_t id;
	size_t i;

	for (i = 0; (slot = inflight_left(e->inflight, i, &id)) != 0; i++) {
		struct step *s = road_step(e, STEP_GET, suspect_done);

		s->legs = road_room(s, 1, sizeof *s->legs);
		s->legs[0].id = id;
		s->n_legs = 1;
		s->context_id = slot;
		submit(e, s);
	}
}

/* -- receipts that were kept, and whose leg was known, but not yet told --- */

static void ask_orphans(struct engine *e, uint64_t after);

static void orphans_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item;
	uint64_t last = 0;

	for (item = s->found; item != NULL; item = item->next) {
		correlate_again(e, item->octets);
		last = item->number;
	}
	if (!s->complete && last != 0)
		ask_orphans(e, last);
	came_back(e);
}

static void ask_orphans(struct engine *e, uint64_t after)
{
	struct step *s = road_step(e, STEP_ORPHANS, orphans_done);

	s->after_id = after;
	s->limit = WHO_ROWS;
	submit(e, s);
}

/*
 * Ids and due times go on from the greatest on disk, so that what comes after
 * a clock was set back does not go before what was there.
 */
static void go_on_from(struct engine *e, uint64_t greatest)
{
	uint64_t then = greatest >> 10, now = road_now(e);

	if (greatest > e->last_id)
		e->last_id = greatest;
	if (then > now && then - now < CLOCK_BACK_US)
		e->wall_base_us += then - now;
}

/* -- names, counts -------------------------------------------------------- */

static void ask_flows(struct engine *e, uint32_t lane, uint32_t flow);

/* Only these have legs that are ready, or will be. */
static void flows_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item;
	struct lane *l;
	struct flow *f;

	for (item = s->found; item != NULL; item = item->next) {
		l = road_lane_numbered(e, (uint32_t)item->number);
		f = l == NULL ? NULL
			      : road_flow_numbered(e, l,
						   (uint32_t)item->number2);
		if (f != NULL)
			lane_on_disk(l, f);
		if (item->next == NULL && !s->complete)
			ask_flows(e, (uint32_t)item->number,
				  (uint32_t)item->number2);
	}
	came_back(e);
}

static void ask_flows(struct engine *e, uint32_t lane, uint32_t flow)
{
	struct step *s = road_step(e, STEP_FLOWS, flows_done);

	s->lane = lane;
	s->flow = flow;
	s->limit = NAME_ROWS;
	submit(e, s);
}

static void counts_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item;
	struct lane *l;

	for (item = s->found; item != NULL; item = item->next) {
		l = road_lane_numbered(e, (uint32_t)item->number2);
		if (item->number == LEG_QUARANTINED)
			e->counts.on_hold += item->count;
		if (l == NULL || (item->number != LEG_QUEUED &&
				  item->number != LEG_WAITING))
			continue;
		l->waiting += item->count;
	}
	go_on_from(e, s->story);
	if (inflight_doubtful(e->inflight))
		inflight_doubt(e->inflight,
			       &(struct doubt){ s->story,
						road_now(e) + DOUBT_US });
	ask_suspects(e);
	ask_orphans(e, 0);
	came_back(e);
}

static void each_lane(struct engine *e, const struct step *s,
		      void (*each)(struct lane *l, struct bytes octets))
{
	const struct step_item *item;
	struct lane *l;

	for (item = s->found; item != NULL; item = item->next)
		for (l = e->lanes; l != NULL; l = l->next)
			if (strcmp(l->name, item->text2) == 0)
				each(l, item->octets);
	came_back(e);
}

static void held_done(void *owner, struct step *s)
{
	each_lane(owner, s, hold_recovered);
}

static void stopped_done(void *owner, struct step *s)
{
	each_lane(owner, s, links_recovered);
}

/* What the operators have said. */
static void ask_orders(struct engine *e)
{
	struct step *held = road_step(e, STEP_DIRECTORY_ALL, held_done);
	struct step *stopped = road_step(e, STEP_DIRECTORY_ALL, stopped_done);

	held->text = ROAD_HELD;
	stopped->text = ROAD_STOPPED;
	submit(e, held);
	submit(e, stopped);
}

static void ask_accounts(struct engine *e, const char *after);

static void accounts_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const char *last = change_recovered(e, s);

	if (!s->complete && last != NULL)
		ask_accounts(e, last);
	came_back(e);
}

static void ask_accounts(struct engine *e, const char *after)
{
	struct step *s = road_step(e, STEP_DIRECTORY_ALL, accounts_done);

	s->text = ACCOUNTS_KIND;
	if ((s->text2 = arena_string(s->arena, bytes_of(after))) == NULL)
		abort();
	s->limit = ROAD_ACCOUNTS;
	submit(e, s);
}

static void ask_names(struct engine *e, enum name_kind kind, uint64_t after);

/* Lanes, then flows, then what there is of them. */
static void names_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item;
	uint64_t last = s->after_id;

	for (item = s->found; item != NULL; item = item->next) {
		last = item->number;
		if (s->name == NAME_LANE)
			roster_add_lane(e, (uint32_t)last, item->text);
		else
			roster_add_flow(e, (uint32_t)last, item->text);
	}
	if (!s->complete) {
		ask_names(e, s->name, last);
	} else if (s->name == NAME_LANE) {
		ask_names(e, NAME_FLOW, 0);
		ask_orders(e);
	} else {
		ask_flows(e, 0, 0);
		submit(e, road_step(e, STEP_COUNTS, counts_done));
	}
	came_back(e);
}

static void ask_names(struct engine *e, enum name_kind kind, uint64_t after)
{
	struct step *s = road_step(e, STEP_NAMES, names_done);

	s->name = kind;
	s->after_id = after;
	s->limit = NAME_ROWS;
	submit(e, s);
}

void engine_recover(struct engine *e)
{
	ask_names(e, NAME_LANE, 0);
	ask_accounts(e, "");
}

bool engine_recovered(const struct engine *e)
{
	return e->recovered;
}

/* -- held legs of those who are registered -------------------------------- */

/* Until all is known targets begin by fetching what is held. */
static void ask_who(struct engine *e, struct lane *l, uint64_t after);

static void who_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct lane *l = road_lane_numbered(e, s->lane);
	const struct step_item *item;
	const struct user *u;
	uint64_t last = 0;

	if (l == NULL)
		return;
	for (item = s->found; item != NULL; item = item->next) {
		last = item->count;
		u = directory_user_hashed(e->directory, item->count);
		if (u == NULL)
			leave_all(e, l, item->count);
		else if (u->devices > 0)
			dispatch_drain_target(e, l, item->count);
	}
	if (s->n_found < WHO_ROWS)
		l->asking--;
	else if (l->targets.count < WHO_TARGETS)
		ask_who(e, l, last);
	else
		l->ask_after = last;
	road_dirty(e, l);
}

static void ask_who(struct engine *e, struct lane *l, uint64_t after)
{
	struct step *s = road_step(e, STEP_WAITING_WHO, who_done);

	l->ask_after = 0;
	s->lane = l->number;
	s->after_id = after;
	s->limit = WHO_ROWS;
	road_submit(e, s);
}

void recover_drain_waiting(struct engine *e, struct lane *l)
{
	if (l->ask_after == 0)
		l->asking++;
	ask_who(e, l, 0);
}

static void ask_more(struct engine *e)
{
	struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next)
		if (l->ask_after != 0 && l->targets.count < WHO_TARGETS)
			ask_who(e, l, l->ask_after);
}

/* -- sweeps --------------------------------------------------------------- */

static void expire(struct engine *e, const struct store_leg *row)
{
	struct live *l = road_find(e, row->id);

	if (l == NULL && (l = road_load(e, row)) == NULL)
		return;
	/* With an adapter: when it lands. Being changed: the next time. */
	if (l->place == LIVE_FLIGHT || l->updating > 0)
		return;
	dispatch_take(e, l);
	/* Its sender hears of it, if no operator has let it out before. */
	if (l->state == LEG_QUARANTINED && e->counts.on_hold > 0)
		e->counts.on_hold--;
	settle_expired(e, l);
}

static void expired_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item;

	e->expiring = false;
	for (item = s->found; item != NULL; item = item->next)
		expire(e, &item->leg);
	if (!s->complete)
		e->expiry_after_us = 0;
}

static void sweep_expired(struct engine *e, uint64_t now)
{
	struct step *s;

	if (e->expiring || now < e->expiry_after_us)
		return;
	e->expiring = true;
	e->expiry_after_us = now + EXPIRY_EVERY_US;
	s = road_step(e, STEP_EXPIRED, expired_done);
	s->until_us = now;
	/* Those with adapters are passed over. */
	s->limit = EXPIRY_ROWS + e->counts.in_flight;
	road_submit(e, s);
}

static void sweep_forgotten(struct engine *e, uint64_t now)
{
	struct step *s;

	if (now < e->forget_after_us)
		return;
	e->forget_after_us = now + FORGET_EVERY_US;
	s = road_step(e, STEP_FORGET, NULL);
	s->until_us = now;
	s->limit = FORGET_ROWS;
	road_submit(e, s);
}

void engine_tick(struct engine *e)
{
	uint64_t now = road_now(e);

	if (!e->recovered)
		return;
	ask_more(e);
	dispatch_tick(e, now);
	sweep_expired(e, now);
	sweep_forgotten(e, now);
	reassemble_tick(e, now);
}
