#include "adapters/sip/imdn_map.h"

static const struct {
	enum want kind;
	enum imdn_type type;
} kinds[] = {
	{ WANT_POSITIVE, IMDN_DELIVERY },
	{ WANT_DISPLAY, IMDN_DISPLAY },
	{ WANT_PROCESSING, IMDN_PROCESSING },
	{ WANT_INTERWORKING, IMDN_INTERWORKING },
};

/* Of the states that one word stands for, first the one that it is read as. */
static const struct {
	enum delivery_state state;
	enum imdn_status status;
} states[] = {
	{ STATE_DELIVERED, IMDN_DELIVERED },
	{ STATE_DISPLAYED, IMDN_DISPLAYED },
	{ STATE_REPORT_DENIED, IMDN_FORBIDDEN },
	{ STATE_DELETED_UNREAD, IMDN_FORBIDDEN },
	{ STATE_UNDELIVERABLE, IMDN_FAILED },
	{ STATE_EXPIRED, IMDN_FAILED },
	{ STATE_DELETED, IMDN_FAILED },
	{ STATE_REJECTED, IMDN_FAILED },
	{ STATE_UNRECOGNISED, IMDN_FAILED },
	{ STATE_CONDITION_NOT_MET, IMDN_FAILED },
	{ STATE_UNKNOWN, IMDN_ERROR },
	{ STATE_STORED, IMDN_STORED },
	{ STATE_PROCESSED, IMDN_PROCESSED },
	{ STATE_LEGACY_SMS, IMDN_LEGACY_SMS },
	{ STATE_LEGACY_MMS, IMDN_LEGACY_MMS },
};

enum imdn_type imdn_type_of(enum want kind)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].type;
	return IMDN_DELIVERY;
}

enum want imdn_kind_of(enum imdn_type t)
{
	size_t i = 0;

	while (kinds[i].type != t)
		i++;
	return kinds[i].kind;
}

enum err imdn_status_of(const struct report *r, enum imdn_status *out)
{
	enum imdn_type type = imdn_type_of(r->kind);
	enum imdn_status s;
	size_t i = 0;

	while (i < sizeof(states) / sizeof(states[0]) &&
	       states[i].state != r->state)
		i++;
	if (i == sizeof(states) / sizeof(states[0]))
		return ERR_UNSUPPORTED;
	s = states[i].status;
	/* <error/> stands in processing notifications only (RFC 5438 8.1). */
	if (s == IMDN_ERROR && type == IMDN_DELIVERY)
		s = IMDN_FAILED;
	if (!imdn_status_fits(type, s))
		return ERR_UNSUPPORTED;
	*out = s;
	return OK;
}

enum delivery_state imdn_state_of(enum imdn_status s)
{
	size_t i = 0;

	while (states[i].status != s)
		i++;
	return states[i].state;
}
