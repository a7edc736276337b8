/*
 * adapters/sip/smsip_map.h - short messages of devices that carry them in SIP
 * <-> the neutral form. Pure: time is an argument, memory the caller's arena.
 * 3GPP TS 24.341 5.3, 3GPP TS 23.040 9.2, 3GPP TS 24.011 8.2.5.4.
 */
#ifndef ADAPTERS_SIP_SMSIP_MAP_H
#define ADAPTERS_SIP_SMSIP_MAP_H

#include "adapters/sip/config.h"
#include "adapters/sip/identity.h"
#include "adapters/sip/request.h"
#include "codecs/rpdu.h"
#include "gateway/adapter.h"

/* What a device is told when its short message is not taken. */
struct smsip_refusal {
	uint8_t cause;	  /* of RP-ERROR; 0: it is taken               */
	uint8_t tp_cause; /* TP-FCS of the SMS-SUBMIT-REPORT; 0: none  */
};

/* An SMS-SUBMIT, and who sends it. */
struct smsip_submit {
	const struct sip_config *config;
	const struct identity *sender;
	const struct request *request; /* the MESSAGE that brought it       */
	uint64_t now_us;
};

/* Everything is in the arena, or borrowed from what was read. */
struct smsip_arrival {
	struct message message;
	struct segment_note segment;
	struct bytes dedupe;
};

/**
 * The message in an SMS-SUBMIT. Its ID_SMS_REFERENCE is what status reports
 * will name: TP-MR, and when it came. A part of a longer text has its content
 * as codecs/joined.h takes it.
 */
struct smsip_refusal smsip_submit_in(const struct smsip_submit *in,
				     const struct tpdu *t, struct arena *a,
				     struct smsip_arrival *out);

/** What a device is told of the engine's refusal. */
struct smsip_refusal smsip_refusal_of(const struct outcome *o);

/** What became of a short message that the device has answered with RP-ERROR:
 *  `report` is its SMS-DELIVER-REPORT, NULL: it has none. Texts are in `a`. */
void smsip_outcome_of(uint8_t cause, const struct tpdu *report, struct arena *a,
		      struct outcome *out);

/* The short messages that a leg goes as, each as a TPDU. */
struct smsip_plan {
	struct bytes *tpdus;
	size_t count;	  /* 0: nothing in it is told by SMS           */
	const char *lost; /* "lost=image/png,...": parts that do not go, or
			   * NULL                                     */
};

struct smsip_context {
	const struct sip_config *config;
	uint64_t now_us;
	const uint8_t *key; /* 16 octets: references are made with it    */
};

/** Is it a report about what a device has sent as short messages? */
bool smsip_is_report(const struct message *m);

/**
 * Plans a leg: SMS-DELIVERs, or for a report an SMS-STATUS-REPORT about each
 * short message that asked for one. The same leg has the same plan each time.
 * False: it cannot go so; *why says what becomes of it (constant texts).
 */
bool smsip_plan_leg(const struct smsip_context *c, const struct leg *leg,
		    struct arena *a, struct smsip_plan *out,
		    struct outcome *why);

#endif
