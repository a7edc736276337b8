/*
 * waits.c - an adapter that could call a peer which is not up (SMPP v3.4 2.2.1)
 * hears whether legs wait for it.
 */
#include "gateway/road.h"

/* Those for later do not count. */
static bool any_now(const struct lane *l)
{
	const struct flow *f;

	if (l->up || l->held || l->waiting == 0)
		return false;
	if (l->ring != NULL)
		return true;
	for (f = l->listed; f != NULL; f = f->next_listed)
		if (f->on_disk)
			return true;
	return false;
}

void waits_tick(struct engine *e, struct lane *l)
{
	struct waits v = { l->peer, any_now(l) };
	enum lane_told now = v.any ? LANE_SOME_WAIT : LANE_NONE_WAITS;
	struct reply to;

	if (l->told == now || l->child < 0 || e->draining)
		return;
	to = (struct reply){ .child = (unsigned)l->child, .life = l->life };
	if (to.life != e->children[to.child].life)
		return;
	buf_reset(&e->payload);
	if (waits_image(&v, &e->payload) != OK)
		return;
	l->told = now;
	road_send(e, &to, FRAME_WAITS, buf_bytes(&e->payload));
}
