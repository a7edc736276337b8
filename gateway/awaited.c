/* awaited.c - a leg that the far side has, until its reports have come. */
#include "gateway/road.h"

/* Will the far side report on it? An intermediate one only an SMSC sends, and
 * that the recipient is not there only it tells. */
bool awaited_comes(const struct live *l)
{
	unsigned want = WANT_POSITIVE | WANT_NEGATIVE | WANT_DISPLAY |
			WANT_ACKNOWLEDGED;

	if (live_way(l)->technology == TECHNOLOGY_SMS)
		want |= WANT_INTERMEDIATE | WANT_ALERT;
	return (l->want & want) != 0;
}

/* Reports come by any of those names. */
void awaited_from(struct engine *e, struct live *l,
		  const struct outcome *o)
{
	size_t i, n = o->n_far_ids;
	bool ack = o->ack_id != NULL;

	l->fars = arena_array(l->arena, n + 1, sizeof *l->fars);
	l->n_fars = l->fars == NULL ? 0 : n + ack;
	for (i = 0; i < l->n_fars; i++)
		l->fars[i] = (struct far){
			.leg = l,
			.ack = i == n,
			.key = correlate_key(e,
					     i < o->n_far_peers
						     ? o->far_peers[i]
						     : live_way(l)->peer,
					     i == n ? o->ack_id
						    : o->far_ids[i])
		};
	l->state = LEG_SENT;
	l->unreported = o->unreported;
	if (l->expires_us != 0)
		l->expires_us += UINT64_C(1000000) * o->report_wait_s;
	fars_sent(e, l);
	settle_update(e, l);
}
