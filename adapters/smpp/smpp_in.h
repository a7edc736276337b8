/*
 * adapters/smpp/smpp_in.h - what arrives by SMPP -> the neutral form:
 * submit_sm and data_sm of ESMEs, deliver_sm and data_sm of SMSCs, and the
 * reports among them. Pure: time is an argument, memory the caller's arena.
 */
#ifndef ADAPTERS_SMPP_SMPP_IN_H
#define ADAPTERS_SMPP_SMPP_IN_H

#include "adapters/smpp/manner.h"
#include "codecs/smpp_pdu.h"
#include "gateway/adapter.h"

/* The extra that tells in what alphabet a message came: the data_coding of
 * that in decimal, 1 to 14; not there: 0. */
#define SMPP_EXTRA_CODING "smpp.coding"

struct smpp_arrival {
	struct message message;
	struct segment_note segment;
};

/**
 * Reads a message (esm_class type 0). `from` and `default_from` decide its
 * sender: an empty source address is `default_from` (NONE: anonymous).
 * Returns 0, or the command_status that refuses the PDU; ESME_RSYSERR: the
 * arena is full. Of a submit_multi the recipients are not read. Everything in
 * *out is in `a` or borrowed from `p` and `m`.
 * A part of a longer text: out->segment.of is not 0, and the message has
 * that part alone, with a type of codecs/joined.h.
 */
uint32_t smpp_message_in(const struct smpp_pdu *p, const struct manner *m,
			 uint64_t now_us, struct arena *a,
			 struct smpp_arrival *out);

/** What an ESME of that interface_version may not ask for: 0, or the status
 *  that refuses it. SMPP v3.4 5.2.17, 5.2.18. */
uint32_t smpp_flags_in(const struct smpp_pdu *p, uint8_t version);

/** Reads an address that a message goes to. 0, or the command_status that
 *  refuses it; ESME_RSYSERR: the arena is full. */
uint32_t smpp_recipient_in(const struct smpp_address *wire,
			   const struct manner *m, struct arena *a,
			   struct address *out);
/** The same of one that a message is from. */
uint32_t smpp_sender_in(const struct smpp_address *wire,
			const struct manner *m, struct arena *a,
			struct address *out);

/**
 * Reads a receipt, an acknowledgement of an SME or an intermediate
 * notification (esm_class type 04, 08, 10, 20): TLVs first, then the text.
 * ERR_MALFORMED: no id in it, so nobody can be told; ERR_NOMEM.
 */
enum err smpp_report_in(const struct smpp_pdu *p, const struct manner *m,
			uint64_t now_us, struct arena *a,
			struct far_report *out) CHECKED;

/**
 * The canonical form of the id in an answer to a submission, in `out`;
 * empty when the answer had none.
 */
void smpp_answer_id(struct bytes message_id, const struct manner *m,
		    char out[SMPP_ID_ROOM]);

/** Octets of a peer as a string that anybody may print. NULL: no memory. */
const char *smpp_clean_text(struct arena *a, struct bytes in);

#endif
