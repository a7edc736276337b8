/*
 * adapters/smpp/smpp_map.h - what the numbers of SMPP mean inside, and what
 * ours mean in SMPP: tables, no state. SMPP v3.4
 * 5.1.3 (status), 5.2.14 (priority), 5.2.17 (reports asked for), 5.2.28.
 */
#ifndef ADAPTERS_SMPP_SMPP_MAP_H
#define ADAPTERS_SMPP_SMPP_MAP_H

#include "codecs/smpp_pdu.h"
#include "codecs/smpp_receipt.h"
#include "gateway/outcome.h"

/*
 * What a retry leaves out because the SMSC refused the field: bits that
 * travel in the progress of a leg.
 */
enum smpp_without {
	SMPP_WITHOUT_PRIORITY = 1,
	SMPP_WITHOUT_RECEIPT = 2,	/* registered_delivery               */
	SMPP_WITHOUT_VALIDITY = 4,
	SMPP_WITHOUT_TLVS = 8,
	SMPP_AS_UCS2 = 16
};

/* What a command_status says about a message. */
struct smpp_verdict {
	enum outcome_class class;
	uint8_t without;	/* enum smpp_without: once more without it   */
	bool patient;		/* LATER a few times, then NEVER             */
	const char *clause;
};

#define SMPP_PATIENCE 5		/* attempts of a `patient` one               */

/**
 * Of a response from the far side. `reason` is the value of its
 * delivery_failure_reason (5.3.2.33), which counts for ESME_RDELIVERYFAILURE
 * only; -1: it had none. Every number has a verdict. SMPP v3.4 5.1.3.
 */
struct smpp_verdict smpp_status_verdict(uint32_t status, int reason);

/** A network_error_code among these says that the subscriber is not there.
 *  SMPP v3.4 5.3.2.31. */
bool smpp_error_absent(struct bytes tlvs);

/* In what role an answer is given; it decides about some statuses. */
enum smpp_answer {
	SMPP_ANSWER_SUBMIT,	/* we are the SMSC, any submission ...       */
	SMPP_ANSWER_SUBMIT_DATA,	/* by data_sm                        */
	SMPP_ANSWER_DELIVER,	/* we are the ESME: deliver_sm_resp          */
	SMPP_ANSWER_DATA	/* we are the ESME: data_sm_resp             */
};

struct smpp_status_answer {
	uint32_t status;
	int reason;		/* delivery_failure_reason, or -1: none      */
};

/**
 * The answer to a submission that ended so. A far_code of 300 to 699 is a
 * SIP status and decides; else the class does. RFC 3261 21.
 */
struct smpp_status_answer smpp_outcome_answer(const struct outcome *o,
					      enum smpp_answer role);

/** States of 5.2.28 <-> ours. NONE has no other side. SMPP v3.4 5.2.28. */
enum delivery_state smpp_state_in(enum smpp_state s);
enum smpp_state smpp_state_out(enum delivery_state s);

/** enum want -> registered_delivery of a submission. SMPP v3.4 5.2.17. */
uint8_t smpp_registered_out(uint8_t want, bool sme_ack, bool always);

/**
 * registered_delivery -> enum want. `submitted`: from an ESME to us; else
 * the SMSC's, where only the bits of SME acknowledgements mean something.
 */
uint8_t smpp_registered_in(uint8_t registered, bool submitted);

/** priority_flag <-> priority; never above HIGH from SMPP. SMPP v3.4 5.2.14. */
enum priority smpp_priority_in(uint8_t flag);
uint8_t smpp_priority_out(enum priority p);

/**
 * May a parameter of the originator stand in a submit_sm, a deliver_sm or a
 * data_sm? Those that 3.4 does not know may. SMPP v3.4 4.4.1, 4.6.1, 4.7.1.
 */
bool smpp_tlv_goes(uint16_t tag, uint32_t command_id);

#endif
