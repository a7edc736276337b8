#include "policy/receipts.h"

enum want receipts_kind(enum delivery_state s)
{
	switch (s) {
	case STATE_DELIVERED:
		return WANT_POSITIVE;
	case STATE_DISPLAYED:
	case STATE_DELETED_UNREAD:
		return WANT_DISPLAY;
	case STATE_STORED:
	case STATE_PROCESSED:
		return WANT_PROCESSING;
	case STATE_LEGACY_SMS:
	case STATE_LEGACY_MMS:
		return WANT_INTERWORKING;
	case STATE_NONE:
	case STATE_ENROUTE:
	case STATE_ACCEPTED:
	case STATE_FORWARDED:
		return WANT_INTERMEDIATE;
	case STATE_REACHABLE:
		return WANT_ALERT;
	case STATE_ACKNOWLEDGED:
		return WANT_ACKNOWLEDGED;
	case STATE_EXPIRED:
	case STATE_DELETED:
	case STATE_UNDELIVERABLE:
	case STATE_REJECTED:
	case STATE_UNKNOWN:
	case STATE_UNRECOGNISED:
	case STATE_REPORT_DENIED:
	case STATE_CONDITION_NOT_MET:
	case STATE_REPLACED:
		break;
	}
	return WANT_NEGATIVE;
}

bool receipts_owed(uint8_t want, enum delivery_state s)
{
	if (s == STATE_REPORT_DENIED || s == STATE_REPLACED)
		return false;
	return (want & receipts_kind(s)) != 0;
}
