#include "policy/facts.h"

#include <stddef.h>
#include <string.h>

static const char *const technologies[] = {
	[TECHNOLOGY_NONE] = "none",	[TECHNOLOGY_CPM] = "cpm",
	[TECHNOLOGY_SMS] = "sms",	[TECHNOLOGY_MMS] = "mms",
	[TECHNOLOGY_VASP] = "vasp",	[TECHNOLOGY_MAIL] = "mail",
	[TECHNOLOGY_XMPP] = "xmpp",	[TECHNOLOGY_SIMPLE] = "simple",
	[TECHNOLOGY_IMPS] = "imps",	[TECHNOLOGY_LOOPBACK] = "loopback",
};

static const char *const states[] = {
	[STATE_NONE] = "none",
	[STATE_ENROUTE] = "enroute",
	[STATE_ACCEPTED] = "accepted",
	[STATE_DELIVERED] = "delivered",
	[STATE_DISPLAYED] = "displayed",
	[STATE_DELETED_UNREAD] = "deleted-unread",
	[STATE_EXPIRED] = "expired",
	[STATE_DELETED] = "deleted",
	[STATE_UNDELIVERABLE] = "undeliverable",
	[STATE_REJECTED] = "rejected",
	[STATE_UNKNOWN] = "unknown",
	[STATE_UNRECOGNISED] = "unrecognised",
	[STATE_FORWARDED] = "forwarded",
	[STATE_REPORT_DENIED] = "report-denied",
	[STATE_CONDITION_NOT_MET] = "condition-not-met",
	[STATE_REPLACED] = "replaced",
	[STATE_STORED] = "stored",
	[STATE_PROCESSED] = "processed",
	[STATE_LEGACY_SMS] = "legacy-sms",
	[STATE_LEGACY_MMS] = "legacy-mms",
	[STATE_REACHABLE] = "reachable",
	[STATE_ACKNOWLEDGED] = "acknowledged",
};

static const char *const classes[] = {
	[OUTCOME_ACCEPTED] = "accepted", [OUTCOME_DELIVERED] = "delivered",
	[OUTCOME_LATER] = "later",	 [OUTCOME_ABSENT] = "absent",
	[OUTCOME_ADDRESS] = "address",	 [OUTCOME_NEVER] = "never",
	[OUTCOME_LINK] = "link",	 [OUTCOME_UNANSWERED] = "unanswered",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *technology_name(enum technology t)
{
	return (size_t)t < COUNT(technologies) ? technologies[t] : "none";
}

enum technology technology_named(const char *name)
{
	size_t i;

	for (i = 1; i < COUNT(technologies); i++)
		if (strcmp(technologies[i], name) == 0)
			return (enum technology)i;
	return TECHNOLOGY_NONE;
}

const char *delivery_state_name(enum delivery_state s)
{
	return (size_t)s < COUNT(states) ? states[s] : "none";
}

bool delivery_state_final(enum delivery_state s)
{
	switch (s) {
	case STATE_DELIVERED:
	case STATE_EXPIRED:
	case STATE_DELETED:
	case STATE_UNDELIVERABLE:
	case STATE_REJECTED:
	case STATE_UNKNOWN:
	case STATE_UNRECOGNISED:
	case STATE_REPORT_DENIED:
	case STATE_CONDITION_NOT_MET:
	case STATE_REPLACED:
		return true;
	case STATE_NONE:
	case STATE_ENROUTE:
	case STATE_ACCEPTED:
	case STATE_DISPLAYED:
	case STATE_DELETED_UNREAD:
	case STATE_FORWARDED:
	case STATE_STORED:
	case STATE_PROCESSED:
	case STATE_LEGACY_SMS:
	case STATE_LEGACY_MMS:
	case STATE_REACHABLE:
	case STATE_ACKNOWLEDGED:
		break;
	}
	return false;
}

const char *outcome_class_name(enum outcome_class c)
{
	return (size_t)c < COUNT(classes) ? classes[c] : "none";
}
