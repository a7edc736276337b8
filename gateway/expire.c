/* expire.c - a leg's time is over, and that in which its report may come. */
#include "gateway/road.h"

/* The far side had it and has said nothing: what is told is as its link says. */
static void unreported(struct engine *e, struct live *l)
{
	struct outcome o = { .class = OUTCOME_NEVER,
			     .state = l->unreported,
			     .text = "no report has come",
			     .clause = "receipt-missing" };

	if (l->unreported == STATE_NONE) {
		o.state = STATE_EXPIRED;
		e->counts.expired++;
	} else if (l->unreported == STATE_DELIVERED) {
		e->counts.delivered++;
	} else {
		e->counts.failed++;
	}
	tell_leg(e, l,
		 &(struct story){ .step = "settled",
				  .verdict = delivery_state_name(o.state),
				  .text = o.text,
				  .clause = o.clause });
	report_due(e, l, o.state, &o, NULL);
}

void settle_expired(struct engine *e, struct live *l)
{
	bool sent = !l->is_report && l->state == LEG_SENT;

	/* Whoever only wanted to hear of a failure has heard of none. */
	if (sent && (l->want & (WANT_POSITIVE | WANT_DISPLAY |
				WANT_ACKNOWLEDGED)) == 0) {
		e->counts.delivered++;
		settle_remove(e, l, NULL);
		return;
	}
	if (!l->is_report && (l->told & WANT_POSITIVE) != 0) {
		settle_remove(e, l, NULL);	/* was delivered, not read */
		return;
	}
	if (!l->is_report &&
	    (l->told & (WANT_DISPLAY | WANT_ACKNOWLEDGED)) != 0) {
		/* Displayed: then it was delivered, too. */
		settle_final(e, l, STATE_DELIVERED, NULL);
		return;
	}
	if (sent) {
		unreported(e, l);
		return;
	}
	e->counts.expired++;
	settle_final(e, l, STATE_EXPIRED,
		     &(struct outcome){ .class = OUTCOME_NEVER,
					.text = "its lifetime has ended",
					.clause = "lifetime" });
}
