#include "adapters/sip/smsip_map.h"

#include <stdio.h>

#define GSM	     (UINT32_C(3) << 16) /* SMPP v3.4 5.3.2.31 */
#define CLAUSE	     "3GPP TS 24.011 8.2.5.4"
#define FCS_PROTOCOL 0x80 /* to 0x9F: TP-PID and TP-DCS                */
#define FCS_CODING   0x9F

/* -- refusals of ours ----------------------------------------------------- */

struct smsip_refusal smsip_refusal_of(const struct outcome *o)
{
	switch (o->class) {
	case OUTCOME_ADDRESS:
		return (struct smsip_refusal){ RPDU_CAUSE_UNASSIGNED,
					       TPDU_CAUSE_ADDRESS };
	case OUTCOME_LATER:
	case OUTCOME_LINK:
	case OUTCOME_ABSENT:
	case OUTCOME_UNANSWERED:
		return (struct smsip_refusal){ RPDU_CAUSE_CONGESTION,
					       TPDU_CAUSE_BUSY };
	case OUTCOME_ACCEPTED:
	case OUTCOME_DELIVERED:
		return (struct smsip_refusal){ 0, 0 };
	case OUTCOME_NEVER:
		break;
	}
	return (struct smsip_refusal){ RPDU_CAUSE_REJECTED,
				       o->state == STATE_REJECTED
					       ? TPDU_CAUSE_BARRED
					       : TPDU_CAUSE_UNSPECIFIED };
}

/* -- refusals of devices -------------------------------------------------- */

static const struct {
	uint8_t cause;
	enum outcome_class class;
	enum delivery_state state;
} causes[] = {
	{ RPDU_CAUSE_UNASSIGNED, OUTCOME_ADDRESS, STATE_NONE },
	{ RPDU_CAUSE_REJECTED, OUTCOME_NEVER, STATE_REJECTED },
	/* Its RP-SMMA, or whatever else it sends, says when to go on. */
	{ RPDU_CAUSE_MEMORY, OUTCOME_ABSENT, STATE_NONE },
	{ 27, OUTCOME_LATER, STATE_NONE },
	{ 30, OUTCOME_ADDRESS, STATE_NONE },
	{ RPDU_CAUSE_OUT_OF_ORDER, OUTCOME_LATER, STATE_NONE },
	{ RPDU_CAUSE_TEMPORARY, OUTCOME_LATER, STATE_NONE },
	{ RPDU_CAUSE_CONGESTION, OUTCOME_LATER, STATE_NONE },
	{ 47, OUTCOME_LATER, STATE_NONE },
};

/* 3GPP TS 23.040 9.2.3.22; true: it says more than the RP-Cause. */
static bool of_tp_cause(uint8_t cause, struct outcome *out)
{
	if (cause == TPDU_CAUSE_CARD_FULL || cause == TPDU_CAUSE_MEMORY_FULL)
		out->class = OUTCOME_ABSENT;
	else if (cause == TPDU_CAUSE_TOOLKIT_BUSY)
		out->class = OUTCOME_LATER;
	else if (cause >= FCS_PROTOCOL && cause <= FCS_CODING)
		out->state = STATE_UNRECOGNISED;
	else
		return false;
	return true;
}

void smsip_outcome_of(uint8_t cause, const struct tpdu *report, struct arena *a,
		      struct outcome *out)
{
	char text[80];
	size_t i;

	*out = (struct outcome){ .class = OUTCOME_NEVER,
				 .state = STATE_UNDELIVERABLE,
				 .far_code = GSM | cause,
				 .clause = CLAUSE };
	(void)snprintf(text, sizeof(text), "RP-ERROR %u: %s", cause,
		       rpdu_cause_text(cause));
	out->text = arena_string(a, bytes_of(text));
	if (report && of_tp_cause(report->cause, out)) {
		if (out->class != OUTCOME_NEVER)
			out->state = STATE_NONE;
		return;
	}
	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].cause == cause) {
			out->class = causes[i].class;
			out->state = causes[i].state;
		}
}
