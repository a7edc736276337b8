/* Rows are written from SMPP v3.4, clause in the name. */
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
#define HEX_MAX	     1024

static const struct row {
	const char *name, *hex;
	struct smpp_pdu pdu;
} rows[] = {
	{ "4.1.1 bind_transmitter",
	  "0000002F 00000002 00000000 00000001"
	  "534D50503354455354 00 7365637265743038 00 5355424D495431 00 34 01 01"
	  "00",
	  { .command_id = SMPP_BIND_TRANSMITTER,
	    .sequence_number = 1,
	    .system_id = S("SMPP3TEST"),
	    .password = S("secret08"),
	    .system_type = S("SUBMIT1"),
	    .interface_version = 0x34,
	    .range = { 1, 1, S("") } } },
	{ "4.1.3 bind_receiver with a range",
	  "00000021 00000001 00000000 00000002 6100 6200 00 34 00 01"
	  "5E343437302E2A2400",
	  { .command_id = SMPP_BIND_RECEIVER,
	    .sequence_number = 2,
	    .system_id = S("a"),
	    .password = S("b"),
	    .interface_version = 0x34,
	    .range = { 0, 1, S("^4470.*$") } } },
	{ "4.1.6 bind_transceiver_resp, version told",
	  "0000001A 80000009 00000000 00000003 534D534300 0210 0001 34",
	  { .command_id = SMPP_BIND_TRANSCEIVER_RESP,
	    .sequence_number = 3,
	    .system_id = S("SMSC"),
	    .tlvs = S("\x02\x10\x00\x01\x34") } },
	{ "4.1.6 refused bind has no body",
	  "00000010 80000009 0000000E 00000003",
	  { .command_id = SMPP_BIND_TRANSCEIVER_RESP,
	    .command_status = ESME_RINVPASWD,
	    .sequence_number = 3 } },
	{ "4.1.7.1 outbind",
	  "00000014 0000000B 00000000 00000001 4100 4200",
	  { .command_id = SMPP_OUTBIND,
	    .sequence_number = 1,
	    .system_id = S("A"),
	    .password = S("B") } },
	{ "4.2.1 unbind",
	  "00000010 00000006 00000000 00000004",
	  { .command_id = SMPP_UNBIND, .sequence_number = 4 } },
	{ "4.2.2 unbind_resp",
	  "00000010 80000006 00000000 00000004",
	  { .command_id = SMPP_UNBIND_RESP, .sequence_number = 4 } },
	{ "4.3.1 generic_nack",
	  "00000010 80000000 00000003 00000005",
	  { .command_id = SMPP_GENERIC_NACK,
	    .command_status = ESME_RINVCMDID,
	    .sequence_number = 5 } },
	{ "4.4.1 submit_sm",
	  "00000050 00000004 00000000 00000006 434D5400 05 00 43616600"
	  "01 01 34343737303039303031323300 43 00 01"
	  "30303030303330303030303030303052 00 00 01 00 04 00"
	  "07 06050415 8A0000 0204 0002 BEEF",
	  { .command_id = SMPP_SUBMIT_SM,
	    .sequence_number = 6,
	    .service_type = S("CMT"),
	    .source = { 5, 0, S("Caf") },
	    .dest = { 1, 1, S("447700900123") },
	    .esm_class = SMPP_ESM_UDHI | SMPP_ESM_MODE_STORE,
	    .priority_flag = 1,
	    .schedule_delivery_time = S("000003000000000R"),
	    .registered_delivery = SMPP_REGISTERED_FINAL,
	    .data_coding = 4,
	    .short_message = S("\x06\x05\x04\x15\x8A\x00\x00"),
	    .tlvs = S("\x02\x04\x00\x02\xBE\xEF") } },
	{ "4.4.2 submit_sm_resp",
	  "00000014 80000004 00000000 00000006 41423100",
	  { .command_id = SMPP_SUBMIT_SM_RESP,
	    .sequence_number = 6,
	    .message_id = S("AB1") } },
	{ "4.4.2 refused submit_sm has no body",
	  "00000010 80000004 00000058 00000006",
	  { .command_id = SMPP_SUBMIT_SM_RESP,
	    .command_status = ESME_RTHROTTLED,
	    .sequence_number = 6 } },
	{ "4.5.1 submit_multi to a number and a list",
	  "00000038 00000021 00000000 00000007 00 00 00 3100"
	  "02 01 01 01 3435 00 02 667269656E6473 00"
	  "00 00 00 00 00 00 00 00 00 04 41424344 0426 0001 01",
	  { .command_id = SMPP_SUBMIT_MULTI,
	    .sequence_number = 7,
	    .source = { 0, 0, S("1") },
	    .number_of_dests = 2,
	    .dests = S("\x01\x01\x01"
		       "45\0"
		       "\x02"
		       "friends\0"),
	    .short_message = S("ABCD"),
	    .tlvs = S("\x04\x26\x00\x01\x01") } },
	{ "4.5.2 submit_multi_resp with one failure",
	  "0000001C 80000021 00000000 00000007 3900 01 01 01 343500"
	  "0000000B",
	  { .command_id = SMPP_SUBMIT_MULTI_RESP,
	    .sequence_number = 7,
	    .message_id = S("9"),
	    .no_unsuccess = 1,
	    .failed = S("\x01\x01"
			"45\0"
			"\0\0\0\x0B") } },
	{ "4.6.1 deliver_sm, a receipt in message_payload",
	  "0000002F 00000005 00000000 00000008 00 01 01 3100 00 00 3200"
	  "04 00 00 00 00 00 00 00 00 00 0424 0003 69643A 0427 0001 02",
	  { .command_id = SMPP_DELIVER_SM,
	    .sequence_number = 8,
	    .source = { 1, 1, S("1") },
	    .dest = { 0, 0, S("2") },
	    .esm_class = SMPP_ESM_TYPE_RECEIPT,
	    .tlvs = S("\x04\x24\x00\x03id:\x04\x27\x00\x01\x02") } },
	{ "4.6.2 deliver_sm_resp",
	  "00000011 80000005 00000000 00000008 00",
	  { .command_id = SMPP_DELIVER_SM_RESP, .sequence_number = 8 } },
	{ "4.7.1 data_sm, addresses of 64 octets",
	  "0000009A 00000103 00000000 00000009 00 00 0E"
	  "61616161616161616161616161616161 61616161616161616161616161616161"
	  "61616161616161616161616161616161 61616161616161616161616161616161"
	  "00 01 01"
	  "62626262626262626262626262626262 62626262626262626262626262626262"
	  "62626262626262626262626262626262 62626262626262626262626262626262"
	  "00 00 01 08",
	  { .command_id = SMPP_DATA_SM,
	    .sequence_number = 9,
	    .source = { 0, 14,
			S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") },
	    .dest = { 1, 1,
		      S("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
			"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb") },
	    .registered_delivery = 1,
	    .data_coding = 8 } },
	{ "4.7.2 data_sm_resp says why",
	  "00000017 80000103 000000FE 00000009 31 00 0425 0001 00",
	  { .command_id = SMPP_DATA_SM_RESP,
	    .command_status = ESME_RDELIVERYFAILURE,
	    .sequence_number = 9,
	    .message_id = S("1"),
	    .tlvs = S("\x04\x25\x00\x01\x00") } },
	{ "4.8.1 query_sm",
	  "00000016 00000003 00000000 0000000A 3700 01 01 3100",
	  { .command_id = SMPP_QUERY_SM,
	    .sequence_number = 10,
	    .message_id = S("7"),
	    .source = { 1, 1, S("1") } } },
	{ "4.8.2 query_sm_resp",
	  "00000025 80000003 00000000 0000000A 3700"
	  "3235303130313233353935393030302B 00 02 00",
	  { .command_id = SMPP_QUERY_SM_RESP,
	    .sequence_number = 10,
	    .message_id = S("7"),
	    .final_date = S("250101235959000+"),
	    .message_state = 2 } },
	{ "4.9.1 cancel_sm",
	  "0000001B 00000008 00000000 0000000B 00 3700 01 01 3100 01 01 3200",
	  { .command_id = SMPP_CANCEL_SM,
	    .sequence_number = 11,
	    .message_id = S("7"),
	    .source = { 1, 1, S("1") },
	    .dest = { 1, 1, S("2") } } },
	{ "4.9.2 cancel_sm_resp",
	  "00000010 80000008 00000011 0000000B",
	  { .command_id = SMPP_CANCEL_SM_RESP,
	    .command_status = ESME_RCANCELFAIL,
	    .sequence_number = 11 } },
	{ "4.10.1 replace_sm has no service_type",
	  "0000001D 00000007 00000000 0000000C 3700 01 01 3100 00 00 01 00"
	  "02 6869",
	  { .command_id = SMPP_REPLACE_SM,
	    .sequence_number = 12,
	    .message_id = S("7"),
	    .source = { 1, 1, S("1") },
	    .registered_delivery = 1,
	    .short_message = S("hi") } },
	{ "4.10.2 replace_sm_resp",
	  "00000010 80000007 00000000 0000000C",
	  { .command_id = SMPP_REPLACE_SM_RESP, .sequence_number = 12 } },
	{ "4.11.1 enquire_link",
	  "00000010 00000015 00000000 7FFFFFFF",
	  { .command_id = SMPP_ENQUIRE_LINK, .sequence_number = 0x7FFFFFFF } },
	{ "4.11.2 enquire_link_resp",
	  "00000010 80000015 00000000 7FFFFFFF",
	  { .command_id = SMPP_ENQUIRE_LINK_RESP,
	    .sequence_number = 0x7FFFFFFF } },
	{ "4.12.1 alert_notification",
	  "0000001D 00000102 00000000 0000000D 01 01 3100 00 00 3200"
	  "0422 0001 00",
	  { .command_id = SMPP_ALERT_NOTIFICATION,
	    .sequence_number = 13,
	    .source = { 1, 1, S("1") },
	    .dest = { 0, 0, S("2") },
	    .tlvs = S("\x04\x22\x00\x01\x00") } },
};

static void test_rows_both_ways(void)
{
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		const struct row *r = &rows[i];
		uint8_t raw[HEX_MAX];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw), pdu;
		struct buf b = BUF_INIT(HEX_MAX);
		struct smpp_pdu out;

		ROW(r, smpp_frame(in, HEX_MAX, &pdu, NULL) == OK);
		ROW(r, pdu.p == in.p && pdu.n == in.n);
		ROW(r, smpp_pdu_decode(in, &out, NULL) == OK);
		ROW(r, sample_equal(&out, &r->pdu));
		ROW(r, smpp_pdu_encode(&r->pdu, &b, NULL) == OK);
		ROW(r, bytes_equal(buf_bytes(&b), in));
		buf_clear(&b);
	}
}

/* What peers send and 3.4 does not quite say; read, not written so. */
static const struct row tolerated[] = {
	{ "4.4.2 accepted, and no body",
	  "L 80000004 00000000 00000001",
	  { .command_id = SMPP_SUBMIT_SM_RESP, .sequence_number = 1 } },
	{ "4.4.2 refused, with an empty id",
	  "L 80000004 00000008 00000001 00",
	  { .command_id = SMPP_SUBMIT_SM_RESP,
	    .command_status = 8,
	    .sequence_number = 1 } },
	{ "4.6.2 deliver_sm_resp without body",
	  "L 80000005 00000000 00000001",
	  { .command_id = SMPP_DELIVER_SM_RESP, .sequence_number = 1 } },
	{ "4.7.2 data_sm_resp without body",
	  "L 80000103 000000FE 00000001",
	  { .command_id = SMPP_DATA_SM_RESP,
	    .command_status = ESME_RDELIVERYFAILURE,
	    .sequence_number = 1 } },
	{ "4.8.2 query_sm_resp refused without body",
	  "L 80000003 00000067 00000001",
	  { .command_id = SMPP_QUERY_SM_RESP,
	    .command_status = ESME_RQUERYFAIL,
	    .sequence_number = 1 } },
};

static void test_tolerated(void)
{
	size_t i;

	for (i = 0; i < ROWS(tolerated); i++) {
		const struct row *r = &tolerated[i];
		uint8_t raw[64] = { 0 };
		struct bytes in = check_unhex(r->hex + 2, raw + 4, 60);
		struct smpp_pdu out;

		in = (struct bytes){ raw, in.n + 4 };
		sample_set_length(in);
		ROW(r, smpp_pdu_decode(in, &out, NULL) == OK);
		ROW(r, sample_equal(&out, &r->pdu));
	}
}

/* 5.1.1: command_length says where the next PDU begins. */
static void test_frames(void)
{
	uint8_t raw[64];
	struct bytes in = check_unhex("00000010 00000015 00000000 00000001"
				      "00000011 80000005 00000000 00000002 00",
				      raw, sizeof raw);
	struct bytes pdu = { NULL, 7 };
	struct smpp_refusal why = { .answer_id = 1 };
	size_t n;

	for (n = 0; n < 16; n++)
		CU_ASSERT(smpp_frame((struct bytes){ raw, n }, 64, &pdu,
				     &why) == ERR_MORE &&
			  pdu.n == 7);
	CU_ASSERT(why.answer_id == 1);
	CU_ASSERT(smpp_frame(in, 64, &pdu, &why) == OK && pdu.n == 16);
	in = bytes_after(in, pdu.n);
	CU_ASSERT(smpp_frame(in, 17, &pdu, &why) == OK && pdu.n == 17);
	CU_ASSERT(smpp_frame(in, 16, &pdu, &why) == ERR_TOOBIG);
	CU_ASSERT(why.framing_lost && why.sequence_number == 2 &&
		  why.answer_id == SMPP_GENERIC_NACK &&
		  why.command_status == ESME_RINVCMDLEN);
	in.n = 4;
	CU_ASSERT(smpp_frame(in, 16, &pdu, &why) == ERR_TOOBIG);
	CU_ASSERT(why.sequence_number == 0);
	raw[3] = 15;
	CU_ASSERT(smpp_frame((struct bytes){ raw, 4 }, 64, &pdu, &why) ==
		  ERR_MALFORMED);
	CU_ASSERT(why.framing_lost && why.sequence_number == 0);
}

/*
 * A PDU cut at any octet: as a frame it wants more; with its length put
 * right it is refused, or it ends where a TLV or the body may.
 */
static void cut(const struct row *r, struct bytes in, size_t n)
{
	struct bytes part = sample_exact(in, n), pdu;
	struct smpp_pdu out;
	enum err e;

	ROW(r, smpp_frame(part, HEX_MAX, &pdu, NULL) == ERR_MORE);
	ROW(r, smpp_pdu_decode(part, &out, NULL) == ERR_MALFORMED);
	if (n >= 16) {
		sample_set_length(part);
		e = smpp_pdu_decode(part, &out, NULL);
		ROW(r, e == ERR_MALFORMED ||
			       (e == OK && (n == 16 || r->pdu.tlvs.n > 0)));
	}
	free((void *)(uintptr_t)part.p);
}

static void test_every_prefix(void)
{
	size_t i, n;

	for (i = 0; i < ROWS(rows); i++) {
		uint8_t raw[HEX_MAX];
		struct bytes in = check_unhex(rows[i].hex, raw, sizeof raw);

		for (n = 0; n < in.n; n++)
			cut(&rows[i], in, n);
	}
}

static void test_memory_and_limits(void)
{
	struct smpp_pdu p = { .command_id = SMPP_ENQUIRE_LINK };
	struct buf b = BUF_INIT(31);

	mem_fail_at(1);
	CU_ASSERT(smpp_pdu_encode(&p, &b, NULL) == ERR_NOMEM && b.n == 0);
	mem_fail_at(0);
	buf_reset(&b);
	CU_ASSERT(smpp_pdu_encode(&p, &b, NULL) == OK && b.n == 16);
	CU_ASSERT(smpp_pdu_encode(&p, &b, NULL) == ERR_TOOBIG && b.n == 16);
	buf_clear(&b);
}

/* decode(encode(x)) == x, and cut anywhere it neither crashes nor lies. */
static void round_trip(const struct sample *s, uint32_t *seed)
{
	struct buf b = BUF_INIT(SMPP_PDU_OCTETS_MAX);
	struct bytes wire, part;
	struct smpp_pdu out;

	CU_ASSERT_FATAL(smpp_pdu_encode(&s->pdu, &b, NULL) == OK);
	wire = sample_exact(buf_bytes(&b), b.n);
	CU_ASSERT_FATAL(smpp_pdu_decode(wire, &out, NULL) == OK);
	CU_ASSERT(sample_equal(&s->pdu, &out));
	part = sample_exact(wire, sample_random(seed) % wire.n);
	if (part.n >= SMPP_HEADER_OCTETS) {
		sample_set_length(part);
		(void)!smpp_pdu_decode(part, &out, NULL);
	}
	free((void *)(uintptr_t)wire.p);
	free((void *)(uintptr_t)part.p);
	buf_clear(&b);
}

static void test_round_trips(void)
{
	uint32_t seed = 34;
	struct sample s;
	size_t i, n, turn;
	const uint32_t *commands = sample_commands(&n);

	sample_init(&s);
	for (i = 0; i < n; i++) {
		for (turn = 0; turn < 300; turn++) {
			sample_make(&s, commands[i], SAMPLE_WIDE, &seed);
			round_trip(&s, &seed);
		}
	}
	sample_clear(&s);
}

/* 5.3.2.32: up to 64 K octets. */
static void test_largest_payload(void)
{
	struct smpp_pdu p = { .command_id = SMPP_DATA_SM }, out;
	struct buf tlvs = BUF_INIT(70000), b = BUF_INIT(SMPP_PDU_OCTETS_MAX);
	struct bytes none = { NULL, 0 }, pdu;
	struct bytes payload = sample_exact(none, 65535);

	memset((void *)(uintptr_t)payload.p, 'x', payload.n);
	smpp_tlv_put(&tlvs, SMPP_TLV_MESSAGE_PAYLOAD, payload);
	CU_ASSERT(buf_status(&tlvs) == OK);
	p.tlvs = buf_bytes(&tlvs);
	CU_ASSERT(smpp_pdu_encode(&p, &b, NULL) == OK);
	CU_ASSERT(smpp_frame(buf_bytes(&b), SMPP_PDU_OCTETS_MAX, &pdu, NULL) ==
		  OK);
	CU_ASSERT(smpp_pdu_decode(pdu, &out, NULL) == OK);
	CU_ASSERT(bytes_equal(smpp_pdu_message(&out), payload));
	buf_reset(&tlvs);
	payload.n++;
	smpp_tlv_put(&tlvs, SMPP_TLV_MESSAGE_PAYLOAD, payload);
	CU_ASSERT(buf_status(&tlvs) == ERR_TOOBIG && tlvs.n == 0);
	free((void *)(uintptr_t)payload.p);
	buf_clear(&tlvs);
	buf_clear(&b);
}

/* 5.2.21: 254; 255 is read, because peers of 5.0 send it. */
static void test_short_message_of_255(void)
{
	uint8_t raw[16 + 17 + 255] = { 0 };
	struct bytes in = { raw, sizeof raw };
	struct smpp_pdu out;

	sample_set_length(in);
	raw[7] = 4;
	raw[32] = 255;
	CU_ASSERT(smpp_pdu_decode(in, &out, NULL) == OK);
	CU_ASSERT(out.short_message.n == 255);
	CU_ASSERT(smpp_pdu_message(&out).n == 255);
}

static const struct check_test tests[] = {
	{ "rows both ways", test_rows_both_ways },
	{ "tolerated", test_tolerated },
	{ "frames", test_frames },
	{ "every prefix", test_every_prefix },
	{ "memory and limits", test_memory_and_limits },
	{ "round trips", test_round_trips },
	{ "largest payload", test_largest_payload },
	{ "short_message of 255", test_short_message_of_255 },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_pdu", tests)
