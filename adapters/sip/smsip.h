/*
 * adapters/sip/smsip.h - SMS over IP: the gateway as the service centre of
 * devices that registered with +g.3gpp.smsip. 3GPP TS 24.341 5.3.
 */
#ifndef ADAPTERS_SIP_SMSIP_H
#define ADAPTERS_SIP_SMSIP_H

#include "adapters/sip/delivery.h"
#include "adapters/sip/smsip_map.h"

#define SMSIP_REFERENCES 256 /* values of RP-MR                           */

/** Is the MESSAGE one of a device to its service centre, and are we one? */
bool smsip_is_request(const struct sip *s, const struct request *r);

/** Does it say what became of a short message of ours? */
bool smsip_is_answer(const struct sip *s, const struct request *r);

/** Such a MESSAGE, of a known sender. */
void smsip_request(struct asked *a);

/** The engine's answer to what it brought. */
void smsip_outcome(struct asked *a, const struct outcome *o);

/** Plans v->leg for those devices, if there are any at all, and if that has
 *  not been done. Without memory there is no plan. */
void smsip_plan(struct delivery *v);

/** Does that device get it as short messages; and is it to get it at all? */
bool smsip_goes(const struct delivery *v, const struct device *d);
bool smsip_is_meant(const struct delivery *v, const struct device *d);

/** For a branch that is to be short messages. NULL: no memory. */
struct smsip_turn *smsip_turn_new(struct delivery *v);

/** Its turn. It may end before this returns. */
void smsip_start(struct branch *b);

/** Is it on its way, and the device has yet to answer? */
bool smsip_waits(const struct branch *b);

/** Whatever was to come does not matter any more. */
void smsip_stop(struct branch *b);

/** For struct outcome: what the devices have of it. */
struct bytes smsip_progress(const struct delivery *v);

/** The device has answered an RP-DATA of ours, if it is one of those. */
void smsip_answered(struct sip *s, const char *user, const struct rpdu *rp,
		    const char *answered_call);

/** For all that goes to devices from us as their service centre: From, and
 *  lines of headers. NULL: no memory, or no such URI. */
const char *smsip_from(const struct sip_config *c, struct arena *a);
const char *smsip_headers(const char *from, const char *answered_call,
			  struct arena *a);

#endif
