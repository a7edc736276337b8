/*
 * The tables of the SMPP side: SMPP v3.4 5.1.3, 5.2.17, 5.2.19, 5.2.28 and
 * 5.3.2 against what they mean inside.
 */
#include "adapters/smpp/smpp_map.h"
#include "tests/check.h"

/* Each status that a peer may answer with. */
static const struct status {
	const char *name;
	uint32_t status;
	int reason;
	enum outcome_class class;
	uint8_t without;
} statuses[] = {
	{ "ROK", 0x00, -1, OUTCOME_ACCEPTED, 0 },
	{ "RINVMSGLEN", 0x01, -1, OUTCOME_NEVER, 0 },
	{ "RINVCMDLEN", 0x02, -1, OUTCOME_LINK, 0 },
	{ "RINVCMDID", 0x03, -1, OUTCOME_LINK, 0 },
	{ "RINVBNDSTS", 0x04, -1, OUTCOME_LINK, 0 },
	{ "RALYBND", 0x05, -1, OUTCOME_LINK, 0 },
	{ "RINVPRTFLG", 0x06, -1, OUTCOME_NEVER, SMPP_WITHOUT_PRIORITY },
	{ "RINVREGDLVFLG", 0x07, -1, OUTCOME_NEVER, SMPP_WITHOUT_RECEIPT },
	{ "RSYSERR", 0x08, -1, OUTCOME_LATER, 0 },
	{ "RINVSRCADR", 0x0A, -1, OUTCOME_NEVER, 0 },
	{ "RINVDSTADR", 0x0B, -1, OUTCOME_ADDRESS, 0 },
	{ "RBINDFAIL", 0x0D, -1, OUTCOME_LINK, 0 },
	{ "RINVPASWD", 0x0E, -1, OUTCOME_LINK, 0 },
	{ "RINVSYSID", 0x0F, -1, OUTCOME_LINK, 0 },
	{ "RMSGQFUL", 0x14, -1, OUTCOME_LATER, 0 },
	{ "RINVSERTYP", 0x15, -1, OUTCOME_NEVER, 0 },
	{ "RINVNUMDESTS", 0x33, -1, OUTCOME_NEVER, 0 },
	{ "RINVESMCLASS", 0x43, -1, OUTCOME_NEVER, 0 },
	{ "RSUBMITFAIL", 0x45, -1, OUTCOME_LATER, 0 },
	{ "RINVSRCTON", 0x48, -1, OUTCOME_NEVER, 0 },
	{ "RINVDSTTON", 0x50, -1, OUTCOME_ADDRESS, 0 },
	{ "RINVDSTNPI", 0x51, -1, OUTCOME_ADDRESS, 0 },
	{ "RINVSYSTYP", 0x53, -1, OUTCOME_LINK, 0 },
	{ "RTHROTTLED", 0x58, -1, OUTCOME_LATER, 0 },
	{ "RINVSCHED", 0x61, -1, OUTCOME_NEVER, SMPP_WITHOUT_VALIDITY },
	{ "RINVEXPIRY", 0x62, -1, OUTCOME_NEVER, SMPP_WITHOUT_VALIDITY },
	{ "RX_T_APPN", 0x64, -1, OUTCOME_LATER, 0 },
	{ "RX_P_APPN", 0x65, -1, OUTCOME_NEVER, 0 },
	{ "RX_R_APPN", 0x66, -1, OUTCOME_NEVER, 0 },
	{ "RINVOPTPARSTREAM", 0xC0, -1, OUTCOME_NEVER, SMPP_WITHOUT_TLVS },
	{ "RINVOPTPARAMVAL", 0xC4, -1, OUTCOME_NEVER, SMPP_WITHOUT_TLVS },
	{ "RDELIVERYFAILURE alone", 0xFE, -1, OUTCOME_LATER, 0 },
	{ "destination unavailable", 0xFE, 0, OUTCOME_LATER, 0 },
	{ "address invalid", 0xFE, 1, OUTCOME_ADDRESS, 0 },
	{ "permanent network error", 0xFE, 2, OUTCOME_NEVER, 0 },
	{ "temporary network error", 0xFE, 3, OUTCOME_LATER, 0 },
	{ "RUNKNOWNERR", 0xFF, -1, OUTCOME_LATER, 0 },
	{ "RSERTYPUNAUTH", 0x100, -1, OUTCOME_NEVER, 0 },
	{ "RSERTYPUNAVAIL", 0x102, -1, OUTCOME_LATER, 0 },
	{ "RINVDCS", 0x104, -1, OUTCOME_NEVER, SMPP_AS_UCS2 },
	{ "reserved", 0x105, -1, OUTCOME_NEVER, 0 },
	{ "vendor", 0x4FF, -1, OUTCOME_NEVER, 0 },
	{ "all ones", 0xFFFFFFFF, -1, OUTCOME_NEVER, 0 },
};

static void test_status(void)
{
	size_t i;

	for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		struct smpp_verdict v = smpp_status_verdict(statuses[i].status,
							    statuses[i].reason);

		ROW(&statuses[i], v.class == statuses[i].class);
		ROW(&statuses[i], v.without == statuses[i].without);
		ROW(&statuses[i], v.clause != NULL);
		ROW(&statuses[i], v.patient == (statuses[i].status == 0x45 ||
						statuses[i].status == 0xFF));
	}
}

/* What a submission that ended so is answered with, in each role. */
static void test_answers(void)
{
	static const struct row {
		const char *name;
		enum outcome_class class;
		uint32_t code, retry_ms;
		uint32_t submit, deliver, data;
		int reason;
	} rows[] = {
		{ "accepted", OUTCOME_ACCEPTED, 202, 0, 0, 0, 0, -1 },
		{ "delivered", OUTCOME_DELIVERED, 200, 0, 0, 0, 0, -1 },
		{ "SIP 400", OUTCOME_NEVER, 400, 0, 0x65, 0x65, 0xFE, 2 },
		{ "SIP 401", OUTCOME_LINK, 401, 0, 0x08, 0x08, 0x08, 3 },
		{ "SIP 403", OUTCOME_NEVER, 403, 0, 0x66, 0x66, 0xFE, 2 },
		{ "SIP 404", OUTCOME_ADDRESS, 404, 0, 0x0B, 0x65, 0xFE, 1 },
		{ "SIP 413", OUTCOME_NEVER, 413, 0, 0x01, 0x01, 0xFE, 2 },
		{ "SIP 415", OUTCOME_NEVER, 415, 0, 0x65, 0x65, 0xFE, 2 },
		{ "SIP 480", OUTCOME_ABSENT, 480, 0, 0x64, 0x64, 0xFE, 0 },
		{ "SIP 486", OUTCOME_LATER, 486, 0, 0x64, 0x64, 0xFE, 0 },
		{ "SIP 500", OUTCOME_LATER, 500, 0, 0x64, 0x64, 0xFE, 3 },
		{ "SIP 501", OUTCOME_NEVER, 501, 0, 0x65, 0x65, 0xFE, 2 },
		{ "SIP 503", OUTCOME_LATER, 503, 0, 0x64, 0x64, 0xFE, 3 },
		{ "SIP 503, Retry-After", OUTCOME_LATER, 503, 1000, 0x14, 0x14,
		  0x14, 3 },
		{ "SIP 513", OUTCOME_NEVER, 513, 0, 0x01, 0x01, 0xFE, 2 },
		{ "SIP 600", OUTCOME_NEVER, 600, 0, 0x66, 0x66, 0xFE, 2 },
		{ "SIP 604", OUTCOME_ADDRESS, 604, 0, 0x0B, 0x65, 0xFE, 1 },
		{ "no route", OUTCOME_ADDRESS, 0, 0, 0x0B, 0x65, 0xFE, 1 },
		{ "disk short", OUTCOME_LATER, 0, 0, 0x14, 0x64, 0xFE, 3 },
		{ "refused for good", OUTCOME_NEVER, 0, 0, 0x45, 0x65, 0xFE,
		  2 },
		{ "link", OUTCOME_LINK, 0, 0, 0x08, 0x64, 0xFE, 3 },
		{ "no answer", OUTCOME_UNANSWERED, 0, 0, 0x08, 0x64, 0xFE, 3 },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct outcome o = { .class = r->class,
				     .far_code = r->code,
				     .retry_after_ms = r->retry_ms };
		struct smpp_status_answer a;

		a = smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT);
		ROW(r, a.status == r->submit && a.reason == -1);
		a = smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT_DATA);
		ROW(r, a.status == r->submit && a.reason == r->reason);
		a = smpp_outcome_answer(&o, SMPP_ANSWER_DELIVER);
		ROW(r, a.status == r->deliver && a.reason == -1);
		a = smpp_outcome_answer(&o, SMPP_ANSWER_DATA);
		ROW(r, a.status == r->data);
		ROW(r, a.reason == r->reason);
	}
}

/* What the rules refuse is not asked for again: 5.1.3. */
static void test_refusals(void)
{
	struct outcome o = { .class = OUTCOME_NEVER,
			     .state = STATE_REJECTED };
	struct smpp_status_answer a;

	CU_ASSERT(smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT).status == 0x66);
	CU_ASSERT(smpp_outcome_answer(&o, SMPP_ANSWER_DELIVER).status == 0x66);
	o.sender = true;
	a = smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT);
	CU_ASSERT(a.status == 0x0A && a.reason == -1);
	a = smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT_DATA);
	CU_ASSERT(a.status == 0x0A && a.reason == 2);
	CU_ASSERT(smpp_outcome_answer(&o, SMPP_ANSWER_DELIVER).status == 0x66);
	a = smpp_outcome_answer(&o, SMPP_ANSWER_DATA);
	CU_ASSERT(a.status == 0xFE && a.reason == 2);
}

static void test_states(void)
{
	static const struct row {
		const char *name;
		enum smpp_state far;
		enum delivery_state ours;
		enum smpp_state back;
	} rows[] = {
		{ "SCHEDULED", SMPP_STATE_SCHEDULED, STATE_ENROUTE,
		  SMPP_STATE_ENROUTE },
		{ "ENROUTE", SMPP_STATE_ENROUTE, STATE_ENROUTE,
		  SMPP_STATE_ENROUTE },
		{ "DELIVERED", SMPP_STATE_DELIVERED, STATE_DELIVERED,
		  SMPP_STATE_DELIVERED },
		{ "EXPIRED", SMPP_STATE_EXPIRED, STATE_EXPIRED,
		  SMPP_STATE_EXPIRED },
		{ "DELETED", SMPP_STATE_DELETED, STATE_DELETED,
		  SMPP_STATE_DELETED },
		{ "UNDELIVERABLE", SMPP_STATE_UNDELIVERABLE,
		  STATE_UNDELIVERABLE, SMPP_STATE_UNDELIVERABLE },
		{ "ACCEPTED", SMPP_STATE_ACCEPTED, STATE_ACCEPTED,
		  SMPP_STATE_ACCEPTED },
		{ "UNKNOWN", SMPP_STATE_UNKNOWN, STATE_UNKNOWN,
		  SMPP_STATE_UNKNOWN },
		{ "REJECTED", SMPP_STATE_REJECTED, STATE_REJECTED,
		  SMPP_STATE_REJECTED },
		{ "SKIPPED", SMPP_STATE_SKIPPED, STATE_REJECTED,
		  SMPP_STATE_REJECTED },
		{ "none", SMPP_STATE_NONE, STATE_NONE, SMPP_STATE_NONE },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ROW(&rows[i], smpp_state_in(rows[i].far) == rows[i].ours);
		ROW(&rows[i], smpp_state_out(rows[i].ours) == rows[i].back);
	}
	CU_ASSERT(smpp_state_out(STATE_DISPLAYED) == SMPP_STATE_DELIVERED);
	CU_ASSERT(smpp_state_out(STATE_UNRECOGNISED) ==
		  SMPP_STATE_UNDELIVERABLE);
	CU_ASSERT(smpp_state_out(STATE_REPORT_DENIED) == SMPP_STATE_NONE);
	CU_ASSERT(smpp_state_out(STATE_REACHABLE) == SMPP_STATE_NONE);
}

static void test_registered(void)
{
	static const struct row {
		const char *name;
		uint8_t want;
		bool sme_ack, always;
		uint8_t registered;
	} out[] = {
		{ "nothing", 0, true, false, 0x00 },
		{ "always", 0, true, true, 0x01 },
		{ "both", WANT_POSITIVE | WANT_NEGATIVE, true, false, 0x01 },
		{ "failures", WANT_NEGATIVE, true, false, 0x02 },
		{ "success", WANT_POSITIVE, true, false, 0x01 },
		{ "that he was not there", WANT_ALERT, true, false, 0x02 },
		{ "display", WANT_DISPLAY, true, false, 0x08 },
		{ "display, sme-ack = no", WANT_DISPLAY, false, false, 0x00 },
		{ "acknowledged", WANT_ACKNOWLEDGED, true, false, 0x04 },
		{ "acknowledged, too",
		  WANT_POSITIVE | WANT_ACKNOWLEDGED | WANT_DISPLAY, true, false,
		  0x0D },
		{ "acknowledged, sme-ack = no", WANT_ACKNOWLEDGED, false, false,
		  0x00 },
		{ "intermediate, to its end", WANT_INTERMEDIATE, true, false,
		  0x11 },
	};
	static const struct row in[] = {
		{ "1: both", WANT_POSITIVE | WANT_NEGATIVE, true, false, 0x01 },
		{ "2: failures", WANT_NEGATIVE, true, false, 0x02 },
		{ "3: success, of 5.0", WANT_POSITIVE, true, false, 0x03 },
		{ "SME delivery", WANT_ACKNOWLEDGED, true, false, 0x04 },
		{ "SME user", WANT_DISPLAY, true, false, 0x08 },
		{ "SME both", WANT_ACKNOWLEDGED | WANT_DISPLAY, true, false,
		  0x0C },
		{ "SME delivery, from an SMSC", WANT_POSITIVE, false, false,
		  0x04 },
		{ "intermediate",
		  WANT_POSITIVE | WANT_NEGATIVE | WANT_INTERMEDIATE, true,
		  false, 0x11 },
		{ "from an SMSC only SME bits", WANT_DISPLAY, false, false,
		  0x19 },
	};
	size_t i;

	for (i = 0; i < sizeof out / sizeof out[0]; i++)
		ROW(&out[i],
		    smpp_registered_out(out[i].want, out[i].sme_ack,
					out[i].always) == out[i].registered);
	/* Here `sme_ack` says who has submitted. */
	for (i = 0; i < sizeof in / sizeof in[0]; i++)
		ROW(&in[i], smpp_registered_in(in[i].registered,
					       in[i].sme_ack) == in[i].want);
}

static void test_priority(void)
{
	CU_ASSERT(smpp_priority_in(0) == PRIORITY_NORMAL);
	CU_ASSERT(smpp_priority_in(1) == PRIORITY_HIGH);
	CU_ASSERT(smpp_priority_in(3) == PRIORITY_HIGH);
	CU_ASSERT(smpp_priority_out(PRIORITY_LOW) == 0);
	CU_ASSERT(smpp_priority_out(PRIORITY_NORMAL) == 0);
	CU_ASSERT(smpp_priority_out(PRIORITY_HIGH) == 1);
	CU_ASSERT(smpp_priority_out(PRIORITY_URGENT) == 2);
}

/* SMPP v3.4 4.4.1, 4.6.1, 4.7.1 */
static void test_tlvs(void)
{
	static const struct row {
		const char *name;
		uint16_t tag;
		bool submit, deliver, data;
	} rows[] = {
		{ "callback_num", SMPP_TLV_CALLBACK_NUM, true, true, true },
		{ "ms_validity", SMPP_TLV_MS_VALIDITY, true, false, true },
		{ "message_state", SMPP_TLV_MESSAGE_STATE, false, true, false },
		{ "ussd_service_op", SMPP_TLV_USSD_SERVICE_OP, true, false,
		  false },
		{ "set_dpf", SMPP_TLV_SET_DPF, false, false, true },
		{ "dest_bearer_type", SMPP_TLV_DEST_BEARER_TYPE, false, false,
		  true },
		{ "vendor", 0x1400, true, true, true },
		{ "of 5.0", 0x0600, true, true, true },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];

		ROW(r, smpp_tlv_goes(r->tag, SMPP_SUBMIT_SM) == r->submit);
		ROW(r, smpp_tlv_goes(r->tag, SMPP_DELIVER_SM) == r->deliver);
		ROW(r, smpp_tlv_goes(r->tag, SMPP_DATA_SM) == r->data);
	}
}

static const struct check_test tests[] = { { "statuses", test_status },
					   { "answers", test_answers },
					   { "refusals", test_refusals },
					   { "states", test_states },
					   { "registered_delivery",
					     test_registered },
					   { "priority", test_priority },
					   { "parameters", test_tlvs },
					   { NULL, NULL } };

CHECK_MAIN("smpp map", tests)
