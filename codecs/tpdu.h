/*
 * codecs/tpdu.h - the PDUs between a short message entity and its service
 * centre, as octets of RP-User-Data. Specs: 3GPP TS 23.040 9.2.2 and 9.2.3,
 * 3GPP TS 23.038 4.
 *
 * User data stands as in SMPP: the header, if there is one, then a septet in
 * an octet where TP-DCS says GSM 7 bit, else octets. So it is what
 * segment_text() reads and segment_split() makes.
 */
#ifndef CODECS_TPDU_H
#define CODECS_TPDU_H

#include "codecs/address.h"
#include "codecs/arena.h"

#define TPDU_OCTETS_MAX	  176 /* of any of them                            */
#define TPDU_ADDRESS_MAX  20  /* semi-octets                               */
#define TPDU_USER_MAX	  140 /* octets of TP-UD                           */
#define TPDU_SEPTETS_MAX  160
#define TPDU_COMMAND_MAX  156 /* octets of TP-CD                           */
#define TPDU_STAMP_OCTETS 7

enum tpdu_kind {
	TPDU_DELIVER,
	TPDU_DELIVER_REPORT,
	TPDU_SUBMIT,
	TPDU_SUBMIT_REPORT,
	TPDU_STATUS_REPORT,
	TPDU_COMMAND
};

/* Who sends it, in which RP message: the same bits mean two things. */
enum tpdu_way {
	TPDU_TO_CENTRE,	      /* DELIVER-REPORT, SUBMIT, COMMAND           */
	TPDU_TO_CENTRE_ERROR, /* DELIVER-REPORT within RP-ERROR            */
	TPDU_TO_DEVICE,	      /* DELIVER, SUBMIT-REPORT, STATUS-REPORT     */
	TPDU_TO_DEVICE_ERROR  /* SUBMIT-REPORT within RP-ERROR             */
};

enum tpdu_validity { /* the bits of TP-VPF                        */
		     TPDU_NO_VALIDITY,
		     TPDU_ENHANCED,
		     TPDU_RELATIVE,
		     TPDU_ABSOLUTE
};

/* TP-FCS (9.2.3.22). */
enum {
	TPDU_CAUSE_TPDU = 0xB0, /* TPDU not supported                   */
	TPDU_CAUSE_BUSY = 0xC0,
	TPDU_CAUSE_SYSTEM = 0xC2,   /* the centre's system fails         */
	TPDU_CAUSE_ADDRESS = 0xC3,  /* invalid SME address               */
	TPDU_CAUSE_BARRED = 0xC4,   /* destination SME barred            */
	TPDU_CAUSE_VALIDITY = 0xC7, /* TP-VP not supported              */
	TPDU_CAUSE_CARD_FULL = 0xD0,
	TPDU_CAUSE_MEMORY_FULL = 0xD3,
	TPDU_CAUSE_TOOLKIT_BUSY = 0xD4,
	TPDU_CAUSE_UNSPECIFIED = 0xFF
};

/* TP-ST (9.2.3.15). */
enum {
	TPDU_STATUS_RECEIVED = 0x00,
	TPDU_STATUS_FORWARDED = 0x01, /* whether it arrived is not known   */
	TPDU_STATUS_REPLACED = 0x02,
	TPDU_STATUS_REMOTE_ERROR = 0x40,
	TPDU_STATUS_INCOMPATIBLE = 0x41,
	TPDU_STATUS_REJECTED = 0x42,
	TPDU_STATUS_NOT_OBTAINABLE = 0x43,
	TPDU_STATUS_EXPIRED = 0x46,
	TPDU_STATUS_DELETED = 0x48
};

/* What a kind has not is 0. */
struct tpdu {
	enum tpdu_kind kind;
	bool error; /* a report of a failure: `cause` counts     */
	bool more;  /* TP-MMS: more wait in the centre           */
	bool loop;  /* TP-LP: forwarded or spawned               */
	bool udhi, reply_path;
	bool report; /* TP-SRI, TP-SRR, TP-SRQ                    */
	bool reject_duplicates;
	uint8_t reference; /* TP-MR                                     */
	struct address_smpp address; /* TP-OA, TP-DA, TP-RA               */
	bool has_protocol, has_coding,
		has_user;	  /* TP-PI of reports; others
				   * have them always, and need not say so     */
	uint8_t protocol, coding; /* TP-PID, TP-DCS                    */
	enum tpdu_validity validity;
	uint8_t period[TPDU_STAMP_OCTETS]; /* TP-VP; RELATIVE: one octet */
	uint8_t sent[TPDU_STAMP_OCTETS];   /* TP-SCTS                   */
	uint8_t done[TPDU_STAMP_OCTETS];   /* TP-DT                     */
	uint8_t status;		 /* TP-ST                                     */
	uint8_t cause;		 /* TP-FCS                                    */
	uint8_t command, number; /* TP-CT, TP-MN                      */
	struct bytes user;	 /* TP-UD as above; TP-CD                     */
};

/**
 * Reads one. Addresses and septets live in `a`, other user data is borrowed.
 * Octets behind one of the kinds with TP-PI are extensions and passed over.
 * ERR_MORE; ERR_MALFORMED: an address, length or header that cannot be, or
 * octets behind the end; ERR_UNSUPPORTED: the reserved TP-MTI; ERR_NOMEM. On
 * error *out keeps its value, and *why, unless NULL, names the field.
 */
enum err tpdu_decode(struct bytes in, enum tpdu_way way, struct arena *a,
		     struct tpdu *out, struct fault *why) CHECKED;

/**
 * Appends it. ERR_TOOBIG: user data, or an address; ERR_RANGE: an address
 * with other characters than its type of number has, septets above 7F;
 * ERR_MALFORMED: udhi without a whole header; else what `to` says.
 */
enum err tpdu_encode(const struct tpdu *t, struct buf *to) CHECKED;

/** Is user data of that TP-DCS septets? 3GPP TS 23.038 4. */
bool tpdu_is_septets(uint8_t coding);

/**
 * TP-SCTS and TP-DT <-> microseconds since 1970; years 2000 to 2099, written
 * in UTC. ERR_RANGE: no such moment.
 */
enum err tpdu_stamp_decode(const uint8_t in[TPDU_STAMP_OCTETS],
			   int64_t *out) CHECKED;
enum err tpdu_stamp_encode(int64_t t, uint8_t out[TPDU_STAMP_OCTETS]) CHECKED;

/**
 * When TP-VP ends for what was sent at `now`; *once: there shall be one
 * attempt only (9.2.3.12.3). ERR_NOTFOUND: it says nothing; ERR_RANGE: no such
 * moment; ERR_UNSUPPORTED: a reserved format.
 */
enum err tpdu_expiry(const struct tpdu *t, int64_t now, int64_t *out,
		     bool *once) CHECKED;

#endif
