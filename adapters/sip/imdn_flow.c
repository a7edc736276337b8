/*
 * Notifications from devices (RFC 5438). Only the engine can tell whether the
 * message that one is about was ours; if it was not, the notification is a
 * message like any other, to the one who sent that message.
 */
#include "adapters/sip/imdn_map.h"
#include "adapters/sip/intake_map.h"
#include "adapters/sip/sip.h"

void imdn_request(struct asked *a)
{
	const struct message *m = &a->mapped->message;
	const struct imdn *n = &a->mapped->imdn;
	const char *keys[2];
	struct far_report v = {
		.peer = "cpm",
		.ours = true,
		.reporter = *identity_main(&a->sender),
		.kind = imdn_kind_of(n->type),
		.state = imdn_state_of(n->status),
		.event_us = m->received_us,
		.keys = keys,
	};
	const char *id = message_id_of(m, ID_IMDN);
	enum err e = ERR_NOMEM;

	if (n->status == IMDN_FAILED && a->sender.user &&
	    registrar_disowned(a->sip->registrar, a->sender.user,
			       n->message_id)) {
		asked_end_status(a, 200);
		return;
	}
	keys[v.n_keys++] = a->request->call_id;
	if (id)
		keys[v.n_keys++] = id;
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
