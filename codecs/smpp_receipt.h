/*
 * codecs/smpp_receipt.h - the text of an SMSC delivery receipt, and message
 * ids as peers print them. Spec: SMPP v3.4 appendix B, 5.2.28, 7.1.1.
 *
 *	id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm
 *	done date:YYMMDDhhmm stat:DDDDDDD err:E text: . . . . . . . . .
 */
#ifndef CODECS_SMPP_RECEIPT_H
#define CODECS_SMPP_RECEIPT_H

#include "codecs/bytes.h"

enum {
	SMPP_ID_MAX = 64,		/* octets of a message_id, 5.2.23    */
	SMPP_ID_ROOM = SMPP_ID_MAX + 1,
	SMPP_RECEIPT_TEXT_MAX = 20,	/* of the message, appendix B        */
	SMPP_RECEIPT_OCTETS_MAX = 254,	/* fits short_message                */
	SMPP_COUNT_NONE = 0xFFFF	/* the receipt had no sub or dlvrd   */
};

/* message_state, 5.2.28; SCHEDULED and SKIPPED are of 5.0. */
enum smpp_state {
	SMPP_STATE_SCHEDULED = 0,
	SMPP_STATE_ENROUTE = 1,
	SMPP_STATE_DELIVERED = 2,
	SMPP_STATE_EXPIRED = 3,
	SMPP_STATE_DELETED = 4,
	SMPP_STATE_UNDELIVERABLE = 5,
	SMPP_STATE_ACCEPTED = 6,
	SMPP_STATE_UNKNOWN = 7,
	SMPP_STATE_REJECTED = 8,
	SMPP_STATE_SKIPPED = 9,
	SMPP_STATE_NONE = 255		/* none given, or not one of these   */
};

/* The SMSC's local time; which zone that is, only the bind's settings say. */
struct smpp_date {
	uint16_t year;			/* 1938..2037, or as printed; 0: none */
	uint8_t month, day, hour, minute, second;
};

struct smpp_receipt {
	struct bytes id;		/* 0..64, as printed                 */
	uint16_t sub, dlvrd;		/* 0..999, or SMPP_COUNT_NONE        */
	struct smpp_date submitted, done;
	enum smpp_state state;		/* what `stat` means                 */
	struct bytes stat;		/* as printed; empty: none           */
	struct bytes err;		/* as printed; not always digits     */
	struct bytes text;		/* of the message, blanks cut        */
};

/**
 * Reads a receipt; the slices borrow from `in`. Keys may be in any case and
 * order, may be missing and may be unknown (skipped); the first of two equal
 * keys counts, so a message text cannot overwrite what stands before it.
 * Dates have 10 (YYMMDDhhmm), 12 (YYMMDDhhmmss, or YYYYMMDDhhmm when that
 * has no month) or 14 digits; one that is no date is none. ERR_MALFORMED:
 * neither id nor stat is there, or the id is longer than 64. *out is written
 * on OK alone.
 */
enum err smpp_receipt_decode(struct bytes in, struct smpp_receipt *out,
			     struct fault *why) CHECKED;

/**
 * Appends the text in the form of appendix B: fields that are none are left
 * out, except that a missing date is written as zeros and an empty `err` as
 * 000; seconds are lost; text is cut to 20 octets. `stat` is not looked at,
 * `state` is. ERR_RANGE: id empty, above 64 or with a blank, state NONE or
 * SCHEDULED, counts above 999, err above 3, a date outside 1938..2037.
 */
enum err smpp_receipt_encode(const struct smpp_receipt *r, struct buf *to,
			     struct fault *why) CHECKED;

/** "DELIVRD" for a state; NULL for SCHEDULED, NONE and other numbers. */
const char *smpp_state_stat(enum smpp_state state);

/** The state of "DELIVRD" and of its variants; any case. NONE: no such. */
enum smpp_state smpp_state_of(struct bytes stat);

/** The state of a message_state octet. NONE: no such. */
enum smpp_state smpp_state_number(uint32_t message_state);

/* How a peer prints its ids; submit_sm_resp and receipt may differ. */
enum smpp_id_kind {
	SMPP_ID_STRING,			/* as it is                          */
	SMPP_ID_NOCASE,			/* letters in any case               */
	SMPP_ID_DECIMAL,		/* a number, perhaps zero-padded     */
	SMPP_ID_HEX			/* the same, perhaps with 0x         */
};

/** "string", "nocase", "decimal", "hex". ERR_NOTFOUND: none of them. */
enum err smpp_id_kind_read(struct bytes word, enum smpp_id_kind *out) CHECKED;

/**
 * The form by which ids are compared: blanks at both ends cut; nocase in
 * small letters; decimal and hex as small hex digits without leading zeros,
 * so that "0012" decimal equals "0C" hex. *out is NUL-terminated. ERR_RANGE:
 * empty or above 64; ERR_MALFORMED: a NUL, or not of that kind (compare it
 * as a string then). *out is written on OK alone.
 */
enum err smpp_id_canonical(struct bytes id, enum smpp_id_kind kind,
			   char out[SMPP_ID_ROOM]) CHECKED;

#endif
