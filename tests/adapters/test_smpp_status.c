/*
 * Every command_status that a peer may answer with, and every SIP status that
 * an SMPP peer is told of: none without a row. SMPP v3.4 5.1.3 and 5.3.2.33;
 * RFC 3261 21.
 */
#include "adapters/smpp/smpp_map.h"
#include "tests/check.h"

#define LATER	OUTCOME_LATER
#define NEVER	OUTCOME_NEVER
#define ADDRESS OUTCOME_ADDRESS
#define LINK	OUTCOME_LINK

struct status {
	const char *name;
	uint32_t from, to;
	enum outcome_class class;
	uint8_t without;
	bool patient;
};

/* They follow each other without a gap. */
static const struct status statuses[] = {
	{ "ROK", 0x00, 0x00, OUTCOME_ACCEPTED, 0, false },
	{ "RINVMSGLEN", 0x01, 0x01, NEVER, 0, false },
	{ "RINVCMDLEN", 0x02, 0x02, LINK, 0, false },
	{ "RINVCMDID", 0x03, 0x03, LINK, 0, false },
	{ "RINVBNDSTS", 0x04, 0x04, LINK, 0, false },
	{ "RALYBND", 0x05, 0x05, LINK, 0, false },
	{ "RINVPRTFLG", 0x06, 0x06, NEVER, SMPP_WITHOUT_PRIORITY, false },
	{ "RINVREGDLVFLG", 0x07, 0x07, NEVER, SMPP_WITHOUT_RECEIPT, false },
	{ "RSYSERR", 0x08, 0x08, LATER, 0, false },
	{ "reserved", 0x09, 0x09, NEVER, 0, false },
	{ "RINVSRCADR", 0x0A, 0x0A, NEVER, 0, false },
	{ "RINVDSTADR", 0x0B, 0x0B, ADDRESS, 0, false },
	{ "RINVMSGID", 0x0C, 0x0C, NEVER, 0, false },
	{ "RBINDFAIL", 0x0D, 0x0D, LINK, 0, false },
	{ "RINVPASWD", 0x0E, 0x0E, LINK, 0, false },
	{ "RINVSYSID", 0x0F, 0x0F, LINK, 0, false },
	{ "reserved", 0x10, 0x10, NEVER, 0, false },
	{ "RCANCELFAIL", 0x11, 0x11, NEVER, 0, false },
	{ "reserved", 0x12, 0x12, NEVER, 0, false },
	{ "RREPLACEFAIL", 0x13, 0x13, NEVER, 0, false },
	{ "RMSGQFUL", 0x14, 0x14, LATER, 0, false },
	{ "RINVSERTYP", 0x15, 0x15, NEVER, 0, false },
	{ "reserved", 0x16, 0x32, NEVER, 0, false },
	{ "RINVNUMDESTS", 0x33, 0x33, NEVER, 0, false },
	{ "RINVDLNAME", 0x34, 0x34, NEVER, 0, false },
	{ "reserved", 0x35, 0x3F, NEVER, 0, false },
	{ "RINVDESTFLAG", 0x40, 0x40, NEVER, 0, false },
	{ "reserved", 0x41, 0x41, NEVER, 0, false },
	{ "RINVSUBREP", 0x42, 0x42, NEVER, 0, false },
	{ "RINVESMCLASS", 0x43, 0x43, NEVER, 0, false },
	{ "RCNTSUBDL", 0x44, 0x44, NEVER, 0, false },
	{ "RSUBMITFAIL", 0x45, 0x45, LATER, 0, true },
	{ "reserved", 0x46, 0x47, NEVER, 0, false },
	{ "RINVSRCTON", 0x48, 0x48, NEVER, 0, false },
	{ "RINVSRCNPI", 0x49, 0x49, NEVER, 0, false },
	{ "reserved", 0x4A, 0x4F, NEVER, 0, false },
	{ "RINVDSTTON", 0x50, 0x50, ADDRESS, 0, false },
	{ "RINVDSTNPI", 0x51, 0x51, ADDRESS, 0, false },
	{ "reserved", 0x52, 0x52, NEVER, 0, false },
	{ "RINVSYSTYP", 0x53, 0x53, LINK, 0, false },
	{ "RINVREPFLAG", 0x54, 0x54, NEVER, 0, false },
	{ "RINVNUMMSGS", 0x55, 0x55, NEVER, 0, false },
	{ "reserved", 0x56, 0x57, NEVER, 0, false },
	{ "RTHROTTLED", 0x58, 0x58, LATER, 0, false },
	{ "reserved", 0x59, 0x60, NEVER, 0, false },
	{ "RINVSCHED", 0x61, 0x61, NEVER, SMPP_WITHOUT_VALIDITY, false },
	{ "RINVEXPIRY", 0x62, 0x62, NEVER, SMPP_WITHOUT_VALIDITY, false },
	{ "RINVDFTMSGID", 0x63, 0x63, NEVER, 0, false },
	{ "RX_T_APPN", 0x64, 0x64, LATER, 0, false },
	{ "RX_P_APPN", 0x65, 0x65, NEVER, 0, false },
	{ "RX_R_APPN", 0x66, 0x66, NEVER, 0, false },
	{ "RQUERYFAIL", 0x67, 0x67, NEVER, 0, false },
	{ "reserved", 0x68, 0xBF, NEVER, 0, false },
	{ "parameters", 0xC0, 0xC4, NEVER, SMPP_WITHOUT_TLVS, false },
	{ "reserved", 0xC5, 0xFD, NEVER, 0, false },
	{ "RDELIVERYFAILURE alone", 0xFE, 0xFE, LATER, 0, false },
	{ "RUNKNOWNERR", 0xFF, 0xFF, LATER, 0, true },
	{ "RSERTYPUNAUTH, RPROHIBITED", 0x100, 0x101, NEVER, 0, false },
	{ "RSERTYPUNAVAIL", 0x102, 0x102, LATER, 0, false },
	{ "RSERTYPDENIED", 0x103, 0x103, NEVER, 0, false },
	{ "RINVDCS", 0x104, 0x104, NEVER, SMPP_AS_UCS2, false },
	{ "others of 5.0", 0x105, 0x112, NEVER, 0, false },
	{ "reserved", 0x113, 0x3FF, NEVER, 0, false },
	{ "vendors", 0x400, 0x4FF, NEVER, 0, false },
	{ "reserved", 0x500, 0xFFFF, NEVER, 0, false },
};

static void test_from_peers(void)
{
	static const enum outcome_class failures[] = { LATER, ADDRESS, NEVER,
						       LATER, LATER };
	struct smpp_verdict v;
	uint32_t next = 0, status;
	size_t i;

	for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		const struct status *r = &statuses[i];

		ROW(r, r->from == next);
		next = r->to + 1;
		for (status = r->from; status <= r->to; status++) {
			v = smpp_status_verdict(status, -1);
			ROW(r, v.class == r->class);
			ROW(r, v.without == r->without);
			ROW(r, v.patient == r->patient);
			ROW(r, v.clause != NULL);
		}
	}
	/* Of the high half what stands for all: octets all set, one set. */
	for (i = 16; i < 32; i++)
		CU_ASSERT(smpp_status_verdict(1u << i, -1).class == NEVER);
	CU_ASSERT(smpp_status_verdict(UINT32_MAX, 0).class == NEVER);
	/* delivery_failure_reason counts for ESME_RDELIVERYFAILURE alone. */
	for (i = 0; i < 5; i++) {
		CU_ASSERT(smpp_status_verdict(0xFE, (int)i).class ==
			  failures[i]);
		CU_ASSERT(smpp_status_verdict(0x08, (int)i).class == LATER);
		CU_ASSERT(smpp_status_verdict(0x0B, (int)i).class == ADDRESS);
	}
}

/* What a SIP status becomes: submit_sm_resp, deliver_sm_resp, data_sm_resp
 * with its delivery_failure_reason. */
struct told {
	uint32_t submit, deliver, data;
	int reason;
};

static const struct told bad = { 0x65, 0x65, 0xFE, 2 };
static const struct told ours = { 0x08, 0x08, 0x08, 3 };
static const struct told refused = { 0x66, 0x66, 0xFE, 2 };
static const struct told nobody = { 0x0B, 0x65, 0xFE, 1 };
static const struct told away = { 0x64, 0x64, 0xFE, 0 };
static const struct told large = { 0x01, 0x01, 0xFE, 2 };
static const struct told server = { 0x64, 0x64, 0xFE, 3 };

/* Sorted; what is not here is `bad`, from 600 on `refused`. */
static const struct sip {
	const char *name;
	uint32_t code;
	const struct told *told;
} sips[] = {
	{ "Unauthorized", 401, &ours },
	{ "Payment Required", 402, &refused },
	{ "Forbidden", 403, &refused },
	{ "Not Found", 404, &nobody },
	{ "Proxy Authentication Required", 407, &ours },
	{ "Request Timeout", 408, &away },
	{ "Gone", 410, &nobody },
	{ "Request Entity Too Large", 413, &large },
	{ "Unsupported URI Scheme", 416, &nobody },
	{ "Anonymity Disallowed", 433, &refused },
	{ "Temporarily Unavailable", 480, &away },
	{ "Address Incomplete", 484, &nobody },
	{ "Ambiguous", 485, &nobody },
	{ "Busy Here", 486, &away },
	{ "Request Terminated", 487, &away },
	{ "Request Pending", 491, &away },
	{ "Server Internal Error", 500, &server },
	{ "Bad Gateway", 502, &server },
	{ "Service Unavailable", 503, &server },
	{ "Server Time-out", 504, &server },
	{ "Message Too Large", 513, &large },
	{ "Does Not Exist Anywhere", 604, &nobody },
};

static void check_told(const struct sip *r, uint32_t code, uint32_t retry_ms,
		       const struct told *t)
{
	struct outcome o = { .class = NEVER,
			     .far_code = code,
			     .retry_after_ms = retry_ms };
	struct smpp_status_answer a;

	a = smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT);
	ROW(r, a.status == t->submit && a.reason == -1);
	a = smpp_outcome_answer(&o, SMPP_ANSWER_DELIVER);
	ROW(r, a.status == t->deliver && a.reason == -1);
	a = smpp_outcome_answer(&o, SMPP_ANSWER_DATA);
	ROW(r, a.status == t->data && a.reason == t->reason);
}

static void test_to_peers(void)
{
	static const struct sip other = { "of no row", 0, &bad };
	static const struct told busy = { 0x14, 0x14, 0x14, 3 };
	size_t i = 0, n = sizeof sips / sizeof sips[0];
	uint32_t code;

	for (code = 300; code < 700; code++) {
		if (i < n && sips[i].code == code) {
			check_told(&sips[i], code, 0, sips[i].told);
			i++;
		} else {
			check_told(&other, code, 0,
				   code < 600 ? &bad : &refused);
		}
	}
	CU_ASSERT(i == n);
	/* With Retry-After: the queue is full, whatever the PDU. */
	check_told(&other, 503, 1000, &busy);
}

static const struct check_test tests[] = {
	{ "from peers", test_from_peers },
	{ "to peers", test_to_peers },
	{ NULL, NULL }
};

CHECK_MAIN("smpp statuses", tests)
