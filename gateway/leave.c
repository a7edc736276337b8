/*
 * leave.c - what waits for a user who is not in the configuration any more: it
 * goes by another way that there is now, else it has failed.
 */
#include "gateway/road.h"

#define LEAVE_ROWS 64

static bool is_user(const struct engine *e, uint64_t recipient)
{
	return directory_user_hashed(e->directory, recipient) != NULL;
}

bool leave_left(struct engine *e, struct live *l)
{
	struct outcome gone = { .class = OUTCOME_ADDRESS,
				.state = STATE_UNDELIVERABLE,
				.text = "its recipient is not a user any more",
				.clause = "group = user" };

	if (is_user(e, l->recipient))
		return false;
	tell_leg(e, l, &(struct story){ .step = "route",
					.verdict = "user-gone",
					.text = gone.text,
					.clause = gone.clause });
	if (l->is_report || !settle_reroute(e, l))
		settle_final(e, l, gone.state, &gone);
	return true;
}

static void next_page(struct engine *e, uint32_t lane, uint64_t recipient,
		      uint64_t after);

/* A key may also be one of alert.c: then none of it is of this lane. */
static bool is_of(const struct step *s, const struct step_item *item)
{
	return item->leg.lane == s->lane;
}

/* What is with an adapter, or is being changed, leaves when it comes back. */
static void offer(struct engine *e, const struct store_leg *row)
{
	struct live *l = road_find(e, row->id);

	if (l == NULL && (l = road_load(e, row)) == NULL)
		return;
	if (!live_at_rest(l))
		return;
	dispatch_take(e, l);
	(void)leave_left(e, l);
}

static void page_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item;
	uint64_t last = 0;

	if (is_user(e, s->recipient))
		return;
	for (item = s->found; item != NULL && is_of(s, item);
	     item = item->next) {
		last = item->leg.id;
		offer(e, &item->leg);
	}
	if (last != 0 && !s->complete)
		next_page(e, s->lane, s->recipient, last);
}

static void next_page(struct engine *e, uint32_t lane, uint64_t recipient,
		      uint64_t after)
{
	struct step *s = road_step(e, STEP_WAITING, page_done);

	s->lane = lane;
	s->recipient = recipient;
	s->after_id = after;
	s->limit = after == 0 ? 1 : LEAVE_ROWS;
	road_submit(e, s);
}

void leave_all(struct engine *e, const struct lane *l, uint64_t recipient)
{
	if (l->waiting > 0)
		next_page(e, l->number, recipient, 0);
}
