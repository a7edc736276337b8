/*
 * adapters/smpp/smpp_out.h - legs -> PDUs: submit_sm or data_sm towards an
 * SMSC, deliver_sm towards an ESME; messages in as many segments as they need,
 * and reports as the other side understands them. 3GPP TS 23.038, SMPP v3.4
 * 4.4.1, 4.7.1 and 5.2.12. Pure.
 */
#ifndef ADAPTERS_SMPP_SMPP_OUT_H
#define ADAPTERS_SMPP_SMPP_OUT_H

#include "adapters/smpp/manner.h"
#include "adapters/smpp/progress.h"
#include "codecs/smpp_tlv.h"
#include "gateway/leg.h"
#include "gateway/outcome.h"

struct departure {
	const struct leg *leg;
	const struct manner *manner;
	struct progress *progress;	/* of earlier attempts; completed    */
	uint16_t reference;		/* for a concatenation that is new   */
	const uint8_t *id_key;		/* 16 octets: digest_scramble64()    */
	uint64_t now_us;
	struct arena *arena;		/* for the time of the call          */
	struct buf *scratch;		/* likewise                          */
	struct buf *pdus;		/* PDUs are appended, sequence 0     */
	struct buf *lost;		/* names of fields, see smpp_lost()  */
	unsigned of;			/* out: segments, all of them        */
	uint64_t plan;			/* out: what they are; 0: one        */
	bool anew;			/* out: those that it had go again   */
	bool coding_last;		/* out: as UCS2, or it cannot be     */
};

/**
 * Writes the PDUs of those segments that d->progress has not, in order.
 * False: it cannot go this way; *why says what becomes of the leg (its
 * strings are constants).
 */
bool smpp_depart(struct departure *d, struct outcome *why);

/** The command_id of what goes to such a peer. */
uint32_t smpp_depart_command(const struct manner *m);

/** Our id as an ESME sees it: at most 20 decimal digits and a NUL. */
#define SMPP_OUR_ID_SIZE 21
void smpp_our_id(const uint8_t *id_key, uint64_t id,
		 char out[SMPP_OUR_ID_SIZE]);

/**
 * The addresses of a leg: from whom, and to whom. False: as smpp_depart.
 */
bool smpp_depart_addresses(struct departure *d, const struct address *from,
			   struct smpp_address wire[2], struct outcome *why);

/** Receipts (server) or an SME's acknowledgement: legs of kind REPORT. */
bool smpp_depart_report(struct departure *d, struct outcome *why);

/** For the two above: OUTCOME_`class` with a constant text; false. */
bool smpp_no_way(struct outcome *why, enum outcome_class class,
		 const char *text);

/** Of a field that the far side will not get: its name, into d->lost. */
void smpp_lost(struct departure *d, const char *field);

#endif
