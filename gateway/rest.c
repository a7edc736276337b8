/*
 * rest.c - a longer message of which a link has taken some parts: the rest
 * waits for that link a while, so that one that is back at once gets all of it,
 * and then goes by the next that is up.
 */
#include "gateway/road.h"

#define FREE  1			/* of stays_us: it has left its first link    */
#define TRIES 3			/* of that link before it does                */

void rest_clear(struct live *l)
{
	l->progress = (struct bytes){ NULL, 0 };
	l->stays_us = 0;
	l->taken = 0;
}

bool rest_stays(struct engine *e, const struct live *l)
{
	return l->stays_us > FREE && l->stays_us > road_now(e);
}

static bool over(struct engine *e, const struct live *l)
{
	return l->stays_us > FREE && l->stays_us <= road_now(e);
}

/* A link that is down is looked at now and then: also when its time is over. */
static void look_then(struct lane *lane, uint64_t at_us)
{
	if (lane->divert_at_us > at_us)
		lane->divert_at_us = at_us;
}

void rest_offered(struct engine *e, const struct live *l)
{
	if (rest_stays(e, l))
		look_then(l->lane, l->stays_us);
}

void rest_noted(struct engine *e, struct live *l, const struct outcome *o)
{
	bool again = o->class == OUTCOME_LATER || o->class == OUTCOME_LINK ||
		     o->class == OUTCOME_UNANSWERED;

	if (!again || o->n_far_ids == 0) {
		l->stays_us = 0;
		l->taken = 0;
		return;
	}
	if (o->n_far_ids > l->taken)
		l->stays_us = road_now(e) + e->rest_us;
	l->taken = (unsigned)o->n_far_ids;
	if (l->stays_us > FREE)
		look_then(l->lane, l->stays_us);
}

void rest_moved(struct live *l)
{
	if (l->stays_us != 0)
		l->stays_us = FREE;
}

bool rest_goes(struct engine *e, struct live *l)
{
	return over(e, l) && settle_elsewhere(e, l);
}

uint64_t rest_due(struct engine *e, const struct live *l, uint64_t due_us)
{
	uint64_t soon;

	if (l->way + 1 >= l->n_ways || !rest_stays(e, l))
		return due_us;
	soon = road_now(e) + e->rest_us / TRIES;
	if (soon > l->stays_us)
		soon = l->stays_us;
	return soon < due_us ? soon : due_us;
}
