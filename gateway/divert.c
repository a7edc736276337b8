/*
 * divert.c - what waits for a link that stays down goes by another one that is
 * up, if it has such a way; what waits for one that is not configured any more
 * goes by the ways that there are now. Rows are read page by page; those that
 * have no other way stay as they are.
 */
#include "gateway/road.h"

#include <string.h>

#define DIVERT_AFTER_US 3000000		/* down so long: not a flap           */
#define DIVERT_EVERY_US 60000000	/* and then again, still down         */
#define DIVERT_ROWS	256

static void next_page(struct engine *e, struct lane *l);

/* One row of the lane; what is in memory elsewhere is about to change. */
static void offer(struct engine *e, struct lane *lane,
		  const struct store_leg *row)
{
	struct live *l = road_find(e, row->id);
	bool queued = l != NULL && l->place == LIVE_FLOW && l->lane == lane;

	if (queued)
		dispatch_take(e, l);
	else if (l != NULL || (l = road_load(e, row)) == NULL)
		return;
	rest_offered(e, l);
	if (lane->dropped ? settle_reroute(e, l) : settle_elsewhere(e, l))
		return;
	if (queued)
		dispatch_enter(e, l);
	else
		road_forget(e, l);
}

static void page_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct lane *lane = road_lane_numbered(e, s->lane);
	struct step_item *item;

	if (lane == NULL || lane->diverted == NULL)
		return;
	for (item = s->found; item != NULL; item = item->next) {
		lane->divert_us = item->leg.due_us;
		lane->divert_id = item->leg.id;
		offer(e, lane, &item->leg);
	}
	if (s->result != OK || s->complete || s->n_found == 0) {
		lane->diverted = lane->diverted->next;
		lane->divert_us = lane->divert_id = 0;
	}
	next_page(e, lane);
}

static void next_page(struct engine *e, struct lane *l)
{
	struct step *s;

	if (l->up || l->held || e->draining)
		l->diverted = NULL;
	if (l->diverted == NULL)
		return;
	s = road_step(e, STEP_REFILL, page_done);
	s->lane = l->number;
	s->flow = l->diverted->number;
	s->after_us = l->divert_us;
	s->after_id = l->divert_id;
	s->until_us = INT64_MAX;
	s->limit = DIVERT_ROWS;
	road_submit(e, s);
}

struct beside {
	struct engine *e;
	const struct lane *lane;
};

/* The rule has this link and another that is up. */
static bool has_other(void *arg, const struct route_rule *r)
{
	const struct beside *b = arg;
	bool here = false, other = false;
	size_t i;

	for (i = 0; i < r->n_peers; i++) {
		const struct lane *l;

		if (strcmp(r->peers[i].name, b->lane->peer) == 0) {
			here = true;
			continue;
		}
		l = road_lane(b->e, r->technology, r->peers[i].name);
		other |= l != NULL && l->up && !l->held;
	}
	return here && other && r->technology == b->lane->technology;
}

void divert_tick(struct engine *e, struct lane *l, uint64_t now)
{
	struct beside b = { e, l };

	if (l->up || l->held || l->by_target) {
		l->divert_at_us = 0;
		return;
	}
	if (l->divert_at_us == 0)
		l->divert_at_us = now + DIVERT_AFTER_US;
	if (now < l->divert_at_us || l->diverted != NULL || e->draining)
		return;
	if (l->dropped ? l->waiting == 0
		       : !directory_any_rule(e->directory, has_other, &b))
		return;
	l->divert_at_us = now + DIVERT_EVERY_US;
	l->diverted = l->flows;
	l->divert_us = l->divert_id = 0;
	next_page(e, l);
}
