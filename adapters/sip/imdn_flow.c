/*
 * Notifications from devices (RFC 5438). Only the engine can tell whether the
 * message that one is about was ours; if it was not, the notification is a
 * message like any other, to the one who sent that message.
 */
#include "adapters/sip/intake_map.h"
#include "adapters/sip/sip.h"

static enum want kind_of(enum imdn_type t)
{
	switch (t) {
	case IMDN_DISPLAY:
		return WANT_DISPLAY;
	case IMDN_PROCESSING:
		return WANT_PROCESSING;
	case IMDN_INTERWORKING:
		return WANT_INTERWORKING;
	case IMDN_DELIVERY:
		break;
	}
	return WANT_POSITIVE;
}

/* SMPP v3.4 5.2.28, SMPP v3.4 5.2.12. */
static enum delivery_state state_of(enum imdn_status s)
{
	switch (s) {
	case IMDN_DELIVERED:
		return STATE_DELIVERED;
	case IMDN_FAILED:
		return STATE_UNDELIVERABLE;
	case IMDN_DISPLAYED:
		return STATE_DISPLAYED;
	case IMDN_PROCESSED:
		return STATE_PROCESSED;
	case IMDN_STORED:
		return STATE_STORED;
	case IMDN_FORBIDDEN:
		return STATE_REPORT_DENIED;
	case IMDN_LEGACY_SMS:
		return STATE_LEGACY_SMS;
	case IMDN_LEGACY_MMS:
		return STATE_LEGACY_MMS;
	case IMDN_ERROR:
		break;
	}
	return STATE_UNKNOWN;
}

void imdn_request(struct asked *a)
{
	const struct imdn *n = &a->mapped->imdn;
	struct far_report v = {
		.peer = "cpm",
		.ours = true,
		.reporter = *identity_main(&a->sender),
		.kind = kind_of(n->type),
		.state = state_of(n->status),
		.event_us = a->mapped->message.received_us,
	};
	enum err e = ERR_NOMEM;

	if (n->status == IMDN_FAILED && a->sender.user &&
	    registrar_disowned(a->sip->registrar, a->sender.user,
			       n->message_id)) {
		asked_end_status(a, 200);
		return;
	}
	v.far_id = arena_string(a->arena, n->message_id);
	if (v.far_id)
		e = uplink_far_report(a->sip->up, a->ref, &v);
	if (e != OK)
		asked_end_status(a, 503);
}

void imdn_reported(struct asked *a, const struct outcome *o)
{
	struct sip_status s;
	struct ua_reply reply = { 0 };

	if (o->class == OUTCOME_ADDRESS) {
		pager_intake(a);
		return;
	}
	s = sip_status_of(o);
	reply.status = o->class == OUTCOME_ACCEPTED ? 200 : s.code;
	reply.retry_after_s = s.retry_after_s;
	asked_end(a, &reply);
}
