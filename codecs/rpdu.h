/*
 * codecs/rpdu.h - the relay layer of short messages: what carries TPDUs
 * between a device and its service centre, and says whether they arrived.
 * Spec: 3GPP TS 24.011 7.3 and 8.2.
 */
#ifndef CODECS_RPDU_H
#define CODECS_RPDU_H

#include "codecs/tpdu.h"

#define RPDU_USER_MAX	 233 /* octets of RP-User-Data                    */
#define RPDU_OCTETS_MAX	 260
#define RPDU_ADDRESS_MAX 11 /* octets of an address with its type        */

#define RPDU_MIME_TYPE "application/vnd.3gpp.sms"

enum rpdu_kind { /* RP-MTI / 2                                */
		 RPDU_DATA,
		 RPDU_ACK,
		 RPDU_ERROR,
		 RPDU_SMMA /* a device has memory again                 */
};

/* RP-Cause (8.2.5.4). */
enum {
	RPDU_CAUSE_UNASSIGNED = 1,
	RPDU_CAUSE_REJECTED = 21,
	RPDU_CAUSE_MEMORY = 22, /* memory capacity exceeded          */
	RPDU_CAUSE_OUT_OF_ORDER = 38,
	RPDU_CAUSE_TEMPORARY = 41,
	RPDU_CAUSE_CONGESTION = 42,
	RPDU_CAUSE_NOT_IMPLEMENTED = 69,
	RPDU_CAUSE_REFERENCE = 81,    /* invalid message reference         */
	RPDU_CAUSE_INCORRECT = 95,    /* semantically incorrect            */
	RPDU_CAUSE_MANDATORY = 96,    /* invalid mandatory information     */
	RPDU_CAUSE_UNSPECIFIED = 111, /* protocol error                    */
	RPDU_CAUSE_INTERWORKING = 127
};

struct rpdu {
	enum rpdu_kind kind;
	bool to_device;	   /* the network has sent it                   */
	uint8_t reference; /* RP-MR                                     */
	struct address_smpp centre; /* RP-DATA: the service centre: who  */
	/* it is from, or goes to; digits            */
	uint8_t cause;	   /* RP-ERROR: 0 to 127                        */
	struct bytes user; /* RP-User-Data: a TPDU; empty: none         */
};

/**
 * Reads one; digits live in `a`, user data is borrowed. Information elements
 * that are not known are passed over (8.1.2 of TS 24.007). ERR_MORE;
 * ERR_MALFORMED: a length or address that cannot be; ERR_UNSUPPORTED: a
 * reserved RP-MTI; ERR_NOMEM. On error *out keeps its value, and *why, unless
 * NULL, names the field.
 */
enum err rpdu_decode(struct bytes in, struct arena *a, struct rpdu *out,
		     struct fault *why) CHECKED;

/** Appends it. ERR_TOOBIG, ERR_RANGE: the address, the cause, the user data;
 *  a device's RP-SMMA only; else what `to` says. */
enum err rpdu_encode(const struct rpdu *r, struct buf *to) CHECKED;

/** "memory capacity exceeded"; never NULL. */
const char *rpdu_cause_text(uint8_t cause);

#endif
