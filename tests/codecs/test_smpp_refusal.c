/* What SMPP v3.4 forbids, and what it is answered; clause in the name. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/smpp_pdu.h"
#include "tests/codecs/smpp_samples.h"

#define S(text_)                                                               \
	{                                                                      \
		(const uint8_t *)(text_), sizeof(text_) - 1                    \
	}
#define ROWS(table_) (sizeof(table_) / sizeof *(table_))

#define A20 "6161616161616161616161616161616161616161"
#define A21 A20 "61"
#define A64 A20 A20 A20 "61616161"

/* "L" stands for the right command_length. */
static const struct refusal_row {
	const char *name, *hex;
	enum err want;
	uint32_t answer_id, status;
	const char *field;
	size_t offset;
	bool framing_lost;
} refusals[] = {
	{ "5.1.1 length below the header's", "0000000F 00000015 00000000 0000",
	  ERR_MALFORMED, SMPP_GENERIC_NACK, ESME_RINVCMDLEN, "command_length",
	  0, true },
	{ "5.1.1 length is not the frame's",
	  "00000011 00000015 00000000 00000009", ERR_MALFORMED,
	  SMPP_GENERIC_NACK, ESME_RINVCMDLEN, "command_length", 0, true },
	{ "5.1.2 a reserved request", "L 00000100 00000000 00000009",
	  ERR_UNSUPPORTED, SMPP_GENERIC_NACK, ESME_RINVCMDID, "command_id", 4,
	  false },
	{ "5.1.2 a request of 5.0", "L 00000111 00000000 00000009 00",
	  ERR_UNSUPPORTED, SMPP_GENERIC_NACK, ESME_RINVCMDID, "command_id", 4,
	  false },
	{ "5.1.2 0 is no request", "L 00000000 00000000 00000009",
	  ERR_UNSUPPORTED, SMPP_GENERIC_NACK, ESME_RINVCMDID, "command_id", 4,
	  false },
	{ "4.3 an unknown response is not answered",
	  "L 80000110 00000000 00000009", ERR_UNSUPPORTED, 0, ESME_RINVCMDID,
	  "command_id", 4, false },
	{ "4.4.2 message_id without its NUL", "L 80000004 00000000 00000009 39",
	  ERR_MALFORMED, 0, ESME_RINVCMDLEN, "message_id", 16, false },
	{ "5.2.23 message_id of 65", "L 80000004 00000000 00000009" A64 "6100",
	  ERR_MALFORMED, 0, ESME_RINVMSGID, "message_id", 16, false },
	{ "5.2.1 system_id of 16",
	  "L 00000009 00000000 00000009"
	  "61616161616161616161616161616161 00 00 00 34 00 00 00",
	  ERR_MALFORMED, SMPP_BIND_TRANSCEIVER_RESP, ESME_RINVSYSID,
	  "system_id", 16, false },
	{ "5.2.2 password of 9",
	  "L 00000001 00000000 00000009"
	  "6100 616161616161616161 00 00 34 00 00 00",
	  ERR_MALFORMED, SMPP_BIND_RECEIVER_RESP, ESME_RINVPASWD, "password",
	  18, false },
	{ "5.2.3 system_type of 13",
	  "L 00000002 00000000 00000009"
	  "6100 00 61616161616161616161616161 00 34 00 00 00",
	  ERR_MALFORMED, SMPP_BIND_TRANSMITTER_RESP, ESME_RINVSYSTYP,
	  "system_type", 19, false },
	{ "5.2.11 service_type of 6",
	  "L 00000004 00000000 00000009"
	  "616161616161 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVSERTYP, "service_type",
	  16, false },
	{ "5.2.8 source_addr of 21",
	  "L 00000004 00000000 00000009"
	  "00 00 00" A21 "00 00 00 00 00 00 00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVSRCADR, "source_addr",
	  19, false },
	{ "5.2.9 destination_addr of 21",
	  "L 00000005 00000000 00000009"
	  "00 00 00 00 00 00" A21 "00 00 00 00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_DELIVER_SM_RESP, ESME_RINVDSTADR,
	  "destination_addr", 22, false },
	{ "4.7.1 destination_addr of 65",
	  "L 00000103 00000000 00000009"
	  "00 00 00 00 00 00" A64 "61 00 00 00 00",
	  ERR_MALFORMED, SMPP_DATA_SM_RESP, ESME_RINVDSTADR, "destination_addr",
	  22, false },
	{ "5.2.15 schedule_delivery_time of 17",
	  "L 00000004 00000000 00000009 00 00 00 00 00 00 00 00 00 00"
	  "3030303030303030303030303030303030 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVSCHED,
	  "schedule_delivery_time", 26, false },
	{ "5.2.16 validity_period of 17",
	  "L 00000004 00000000 00000009 00 00 00 00 00 00 00 00 00 00 00"
	  "3030303030303030303030303030303030 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVEXPIRY,
	  "validity_period", 27, false },
	{ "5.2.21 sm_length beyond the PDU",
	  "L 00000004 00000000 00000009"
	  "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05 61616161",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVMSGLEN, "sm_length", 32,
	  false },
	{ "4.4.1 ends before sm_length",
	  "L 00000004 00000000 00000009"
	  "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVMSGLEN, "sm_length", 32,
	  false },
	{ "4.4.1 ends in the octets",
	  "L 00000004 00000000 00000009"
	  "00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVCMDLEN, "protocol_id",
	  24, false },
	{ "4.4.1 a request needs its body", "L 00000004 00000000 00000009",
	  ERR_MALFORMED, SMPP_SUBMIT_SM_RESP, ESME_RINVCMDLEN, "service_type",
	  16, false },
	{ "5.2.24 no destination",
	  "L 00000021 00000000 00000009"
	  "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_MULTI_RESP, ESME_RINVNUMDESTS,
	  "number_of_dests", 20, false },
	{ "5.2.24 255 destinations",
	  "L 00000021 00000000 00000009"
	  "00 00 00 00 FF 00 00 00 00 00 00 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_MULTI_RESP, ESME_RINVNUMDESTS,
	  "number_of_dests", 20, false },
	{ "5.2.25 dest_flag 3",
	  "L 00000021 00000000 00000009"
	  "00 00 00 00 02 01 00 00 00 03 00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_MULTI_RESP, ESME_RINVDESTFLAG, "dest_flag",
	  25, false },
	{ "5.2.27 dl_name of 21",
	  "L 00000021 00000000 00000009"
	  "00 00 00 00 01 02" A21 "00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_MULTI_RESP, ESME_RINVDLNAME, "dl_name", 21,
	  false },
	{ "4.5.1.2 destination of 21",
	  "L 00000021 00000000 00000009"
	  "00 00 00 00 01 01 01 01" A21 "00 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_MULTI_RESP, ESME_RINVDSTADR,
	  "destination_addr", 21, false },
	{ "4.5.1.1 fewer destinations than told",
	  "L 00000021 00000000 00000009 00 00 00 00 02 01 00 00 00",
	  ERR_MALFORMED, SMPP_SUBMIT_MULTI_RESP, ESME_RINVCMDLEN,
	  "dest_address(es)", 25, false },
	{ "4.5.2.1 a failure cut short",
	  "L 80000021 00000000 00000009 00 01 00 00 00 000000", ERR_MALFORMED,
	  0, ESME_RINVCMDLEN, "unsuccess_sme", 18, false },
	{ "4.8.2 query_sm_resp says nothing", "L 80000003 00000000 00000009",
	  ERR_MALFORMED, 0, ESME_RINVCMDLEN, "message_id", 16, false },
	{ "3.2.4.1 half a TLV header", "L 80000009 00000000 00000009 00 021000",
	  ERR_MALFORMED, 0, ESME_RINVOPTPARSTREAM, "optional parameters", 17,
	  false },
	{ "3.2.4.1 a TLV runs past the end",
	  "L 00000003 00000000 00000009"
	  "00 00 00 00 1400 0001 00 1401 0002 00",
	  ERR_MALFORMED, SMPP_QUERY_SM_RESP, ESME_RINVOPTPARSTREAM,
	  "optional parameters", 25, false },
	{ "5.3.2.17 user_message_reference of 1",
	  "L 00000003 00000000 00000009 00 00 00 00 0204 0001 00",
	  ERR_MALFORMED, SMPP_QUERY_SM_RESP, ESME_RINVPARLEN,
	  "user_message_reference", 20, false },
	{ "4.11.1 enquire_link with octets behind it",
	  "L 00000015 00000000 00000009 00", ERR_MALFORMED,
	  SMPP_ENQUIRE_LINK_RESP, ESME_RINVCMDLEN, "optional parameters", 16,
	  false },
	{ "4.12 alert_notification is never answered",
	  "L 00000102 00000000 00000009 01", ERR_MALFORMED, 0, ESME_RINVCMDLEN,
	  "source_addr_npi", 17, false },
};

static void test_refusals(void)
{
	size_t i;

	for (i = 0; i < ROWS(refusals); i++) {
		const struct refusal_row *r = &refusals[i];
		bool right = r->hex[0] == 'L';
		uint8_t raw[256] = { 0 };
		struct bytes in = check_unhex(r->hex + (right ? 2 : 0),
					      raw + (right ? 4 : 0), 252);
		struct smpp_refusal why;
		struct smpp_pdu out, no;

		in = (struct bytes){ raw, in.n + (right ? 4 : 0) };
		if (right)
			sample_set_length(in);
		in = sample_exact(in, in.n);
		ROW(r, smpp_pdu_decode(in, &out, &why) == r->want);
		ROW(r, smpp_pdu_decode(in, &out, NULL) == r->want);
		ROW(r, why.answer_id == r->answer_id);
		ROW(r, why.command_status == r->status);
		ROW(r, why.framing_lost == r->framing_lost);
		ROW(r, strcmp(why.at.field, r->field) == 0);
		ROW(r, strncmp(why.at.clause, "SMPP v3.4 ", 10) == 0);
		ROW(r, why.at.offset == r->offset);
		ROW(r, in.n < 16 || (out.sequence_number == 9 &&
				     why.sequence_number == 9));
		no = smpp_refusal_pdu(&why);
		ROW(r, no.command_id == r->answer_id &&
			       no.command_status == r->status);
		free((void *)(uintptr_t)in.p);
	}
}

static void test_fields_before_the_fault_are_there(void)
{
	uint8_t raw[64];
	struct bytes in = check_unhex(
		"00000015 80000004 00000000 00000009 41 00 021000", raw, 64);
	struct smpp_pdu out;

	CU_ASSERT(smpp_pdu_decode(in, &out, NULL) == ERR_MALFORMED);
	CU_ASSERT(out.command_id == SMPP_SUBMIT_SM_RESP);
	CU_ASSERT(bytes_is(out.message_id, "A") && out.tlvs.n == 0);
}

static const struct bad_row {
	const char *name;
	struct smpp_pdu pdu;
	enum err want;
	const char *field;
} unwritable[] = {
	{ "5.1.2 no such command",
	  { .command_id = 0x100 },
	  ERR_UNSUPPORTED,
	  "command_id" },
	{ "5.2.2 password of 9",
	  { .command_id = SMPP_BIND_RECEIVER, .password = S("123456789") },
	  ERR_RANGE,
	  "password" },
	{ "3.1 NUL in a C-octet string",
	  { .command_id = SMPP_SUBMIT_SM,
	    .source.digits = S("12\0"
			       "3") },
	  ERR_RANGE,
	  "source_addr" },
	{ "5.2.9 destination of 21",
	  { .command_id = SMPP_CANCEL_SM,
	    .dest.digits = S("123456789012345678901") },
	  ERR_RANGE,
	  "destination_addr" },
	{ "5.2.24 no destinations",
	  { .command_id = SMPP_SUBMIT_MULTI },
	  ERR_MALFORMED,
	  "number_of_dests" },
	{ "5.2.24 fewer told than there are",
	  { .command_id = SMPP_SUBMIT_MULTI,
	    .number_of_dests = 1,
	    .dests = S("\x02l\0\x02m\0") },
	  ERR_MALFORMED,
	  "number_of_dests" },
	{ "5.2.25 dest_flag 0",
	  { .command_id = SMPP_SUBMIT_MULTI,
	    .number_of_dests = 1,
	    .dests = S("\0l\0") },
	  ERR_MALFORMED,
	  "dest_flag" },
	{ "3.2.4.1 half a TLV",
	  { .command_id = SMPP_DATA_SM, .tlvs = S("\x14\0\0\x01") },
	  ERR_MALFORMED,
	  "optional parameters" },
	{ "5.3.2.31 network_error_code of 2",
	  { .command_id = SMPP_DATA_SM, .tlvs = S("\x04\x23\0\x02\x03\x01") },
	  ERR_MALFORMED,
	  "network_error_code" },
};

static void test_unwritable(void)
{
	struct smpp_pdu p = { .command_id = SMPP_SUBMIT_SM };
	struct buf b = BUF_INIT(1000);
	uint8_t text[255] = { 0 };
	size_t i;

	for (i = 0; i < ROWS(unwritable); i++) {
		const struct bad_row *r = &unwritable[i];
		struct fault why;

		ROW(r, smpp_pdu_encode(&r->pdu, &b, &why) == r->want);
		ROW(r, smpp_pdu_encode(&r->pdu, &b, NULL) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0 && b.n == 0);
	}
	p.short_message = (struct bytes){ text, 255 }; /* 5.2.21 */
	CU_ASSERT(smpp_pdu_encode(&p, &b, NULL) == ERR_RANGE);
	p.short_message.n = 254;
	CU_ASSERT(smpp_pdu_encode(&p, &b, NULL) == OK);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "refusals", test_refusals },
	{ "fields before the fault", test_fields_before_the_fault_are_there },
	{ "unwritable", test_unwritable },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_refusal", tests)
