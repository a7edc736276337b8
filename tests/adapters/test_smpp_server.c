/*
 * cpmgw-smpp as a server for ESMEs, over real sockets; the test is the
 * engine. SMPP v3.4 chapter 4; 3GPP TS 23.040 9.2.3.24.1, SMPP v3.4 5.2.17,
 * SMPP v3.4 5.2.12, RFC 3261 21; LAB (esme2).
 */
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_out.h"
#include "tests/adapters/smpp_world.h"

static struct smpp_pdu submission(struct wire *x, const char *text)
{
	return (struct smpp_pdu){
		.command_id = SMPP_SUBMIT_SM,
		.sequence_number = ++x->sequence,
		.source = { 1, 1, bytes_of("15550100001") },
		.dest = { 1, 1, bytes_of("15550200001") },
		.registered_delivery = 1,
		.short_message = bytes_of(text),
	};
}

static void test_bind(void)
{
	struct found a = world_account();
	struct smpp_pdu p = { .command_id = SMPP_UNBIND, .sequence_number = 9 };
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSCEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	wire_send(&x, &(struct smpp_pdu){ .command_id = SMPP_BIND_RECEIVER,
					  .sequence_number = 7 });
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_RALYBND);
	wire_send(&x, &(struct smpp_pdu){ .command_id = SMPP_ENQUIRE_LINK,
					  .sequence_number = 8 });
	CU_ASSERT(wire_read(&x, &p) && p.sequence_number == 8);
	CU_ASSERT(p.command_id == SMPP_ENQUIRE_LINK_RESP);
	wire_send(&x, &(struct smpp_pdu){ .command_id = SMPP_UNBIND,
					  .sequence_number = 9 });
	CU_ASSERT(wire_read(&x, &p) && p.sequence_number == 9);
	CU_ASSERT(p.command_id == SMPP_UNBIND_RESP);
	CU_ASSERT(wire_is_closed(&x));
	CU_ASSERT(world_peer(&w, "esme1", false));
	world_over(&w, &x);
}

static void refused(struct world *w, const struct found *f, uint32_t status)
{
	struct wire x;

	wire_connect(w, &x);
	CU_ASSERT(wire_bind(w, &x, SMPP_BIND_TRANSMITTER, f) == status);
	CU_ASSERT(wire_is_closed(&x));
	wire_close(&x);
}

static void test_bind_refused(void)
{
	struct found a = world_account();
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, world_server_settings);
	a.password_hash = "$sha256$salt$"
			  "0000000000000000000000000000000000000000"
			  "000000000000000000000000";
	refused(&w, &a, ESME_RINVPASWD);
	a.password_hash = "secret1";
	refused(&w, &a, ESME_RINVPASWD);
	refused(&w, &(struct found){ .exists = false }, ESME_RINVSYSID);
	a = world_account();
	a.binds = 1;
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	refused(&w, &a, ESME_RBINDFAIL);
	world_over(&w, &x);
}

static const struct refusal {
	const char *name, *hex;
	uint32_t id, status, sequence;
} refusal_rows[] = {
	{ "unknown command_id: 4.3", "00000010 00000999 00000000 00000021",
	  SMPP_GENERIC_NACK, ESME_RINVCMDID, 0x21 },
	{ "query_sm of what is no id of ours",
	  "00000015 00000003 00000000 00000022 6100 00 00 00",
	  SMPP_QUERY_SM_RESP, ESME_RINVMSGID, 0x22 },
	{ "submit_sm that ends too early",
	  "00000012 00000004 00000000 00000023 00 01", SMPP_SUBMIT_SM_RESP,
	  ESME_RINVCMDLEN, 0x23 },
	{ "sm_length beyond the PDU",
	  "00000025 00000004 00000000 00000024 00 0101313100 0101323200"
	  "000000 00 00 00 00 00 00 f0",
	  SMPP_SUBMIT_SM_RESP, ESME_RINVMSGLEN, 0x24 },
	{ "no destination",
	  "00000023 00000004 00000000 00000025 00 0101313100 010100"
	  "000000 00 00 00 00 00 00 00",
	  SMPP_SUBMIT_SM_RESP, ESME_RINVDSTADR, 0x25 },
	{ "a bad validity_period is refused: 7.1.1",
	  "0000003c 00000004 00000000 00000026 00 010100"
	  "0101313535353032303030303100"
	  "000000 00 39393939393939393939393939393939"
	  "00 00 00 00 00 00",
	  SMPP_SUBMIT_SM_RESP, ESME_RINVEXPIRY, 0x26 },
};

/* Everything malformed is answered and the link goes on. */
static void test_refusals(void)
{
	uint8_t octets[256];
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_server(&w, &x);
	for (i = 0; i < sizeof refusal_rows / sizeof refusal_rows[0]; i++) {
		const struct refusal *r = &refusal_rows[i];

		wire_octets(&x, check_unhex(r->hex, octets, sizeof octets));
		CU_ASSERT_FATAL(wire_read(&x, &p));
		ROW(r, p.command_id == r->id);
		ROW(r, p.command_status == r->status);
		ROW(r, p.sequence_number == r->sequence);
	}
	/* Where framing is lost, generic_nack is the last word: 3.2. */
	wire_octets(&x, check_unhex("00000004 00000004", octets, 256));
	wire_octets(&x, check_unhex("00000000 00000027", octets, 256));
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_GENERIC_NACK);
	CU_ASSERT(p.command_status == ESME_RINVCMDLEN);
	CU_ASSERT(wire_is_closed(&x));
	world_over(&w, &x);
}

static void test_not_bound(void)
{
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	p = submission(&x, "x");
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_RINVBNDSTS);
	world_over(&w, &x);
}

/* No id before the engine has it; answers in the engine's order. */
static void test_submit(void)
{
	struct smpp_pdu p;
	struct intake in;
	struct message m;
	struct world w;
	struct wire x;
	uint64_t first;
	char id[SMPP_OUR_ID_SIZE];

	world_server(&w, &x);
	p = submission(&x, "hello \x1b\x65");
	wire_send(&x, &p);
	p = submission(&x, "second");
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	m = world_message(&w, &in);
	first = w.got.ref;
	CU_ASSERT(in.dedupe.n == 0 && !in.native && in.segment.of == 0);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	CU_ASSERT_STRING_EQUAL(m.origin.peer, "esme1");
	CU_ASSERT_STRING_EQUAL(m.origin.account, "esme1");
	CU_ASSERT(m.origin.technology == TECHNOLOGY_SMS);
	CU_ASSERT(m.want == (WANT_POSITIVE | WANT_NEGATIVE));
	CU_ASSERT_STRING_EQUAL(m.parts[0].type, "text/plain;charset=UTF-8");
	CU_ASSERT(bytes_is(m.parts[0].body, "hello \xe2\x82\xac"));
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	world_accept(&w, w.got.ref, 4711);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_SUBMIT_SM_RESP);
	CU_ASSERT(p.sequence_number == 3 && p.command_status == ESME_ROK);
	smpp_our_id(world_id_key, 4711, id);
	CU_ASSERT(bytes_is(p.message_id, id));
	world_accept(&w, first, 4712);
	CU_ASSERT(wire_read(&x, &p) && p.sequence_number == 2);
	CU_ASSERT(!bytes_is(p.message_id, id));
	world_over(&w, &x);
}

/* RFC 3261 21 and what the lab says about no route. */
static void test_submit_refused(void)
{
	static const struct row {
		const char *name;
		struct outcome outcome;
		uint32_t status;
	} rows[] = {
		{ "no route", { .class = OUTCOME_ADDRESS }, ESME_RINVDSTADR },
		{ "disk short", { .class = OUTCOME_LATER }, ESME_RMSGQFUL },
		{ "SIP 403",
		  { .class = OUTCOME_NEVER, .far_code = 403 },
		  ESME_RX_R_APPN },
		{ "SIP 404",
		  { .class = OUTCOME_ADDRESS, .far_code = 404 },
		  ESME_RINVDSTADR },
	};
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_server(&w, &x);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		p = submission(&x, "x");
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
		world_outcome(&w, FRAME_REFUSED, w.got.ref, &rows[i].outcome);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		ROW(&rows[i], p.command_status == rows[i].status);
		ROW(&rows[i], p.message_id.n == 0);
	}
	world_over(&w, &x);
}

/* Parts keep their own octets and share a key: 3GPP TS 23.040 9.2.3.24.1. */
static void test_parts(void)
{
	static const char *const texts[] = { "05 00 03 ab 02 01 04 1f d8 3d",
					     "05 00 03 ab 02 02 de 00" };
	uint8_t octets[64], key[256];
	struct bytes keys[2];
	struct smpp_pdu p;
	struct intake in;
	struct message m;
	struct world w;
	struct wire x;
	unsigned i;

	world_server(&w, &x);
	for (i = 0; i < 2; i++) {
		p = submission(&x, "");
		p.short_message = check_unhex(texts[i], octets, sizeof octets);
		p.data_coding = 8;
		p.esm_class = SMPP_ESM_UDHI;
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
		m = world_message(&w, &in);
		CU_ASSERT(in.segment.part == i + 1 && in.segment.of == 2);
		CU_ASSERT_STRING_EQUAL(m.parts[0].type,
				       "text/plain;charset=utf-16be");
		CU_ASSERT(bytes_equal(
			m.parts[0].body,
			(struct bytes){ octets + 6, i == 0 ? 4 : 2 }));
		CU_ASSERT_FATAL(in.segment.key.n < sizeof key / 2);
		memcpy(key + 128 * i, in.segment.key.p, in.segment.key.n);
		keys[i] = (struct bytes){ key + 128 * i, in.segment.key.n };
		world_accept(&w, w.got.ref, 100 + i);
		CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_ROK);
		CU_ASSERT(p.message_id.n > 0);
	}
	CU_ASSERT(bytes_equal(keys[0], keys[1]));
	world_over(&w, &x);
}

/* 5.2.12: of the special types an ESME has the two acknowledgements. */
static void test_types(void)
{
	static const struct row {
		const char *name;
		uint8_t esm_class;
		uint32_t status;
	} rows[] = {
		{ "receipt", SMPP_ESM_TYPE_RECEIPT, ESME_RINVESMCLASS },
		{ "abort", SMPP_ESM_TYPE_ABORT, ESME_RINVESMCLASS },
		{ "notice", SMPP_ESM_TYPE_INTERMEDIATE, ESME_RINVESMCLASS },
		{ "reserved", 0x3c, ESME_RINVESMCLASS },
		{ "throttled", SMPP_ESM_TYPE_DELIVERY_ACK, ESME_RTHROTTLED },
	};
	struct found a = world_account();
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	a.rate = 4;
	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		p = submission(&x, "x");
		p.esm_class = rows[i].esm_class;
		wire_send(&x, &p);
		ROW(&rows[i], wire_read(&x, &p));
		ROW(&rows[i], p.command_status == rows[i].status);
	}
	world_over(&w, &x);
}

/* esme2 of the lab: the 11th within a second, and the 11th unanswered. */
static void test_throttle(void)
{
	struct found a = world_account();
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	unsigned i;

	a.window = 10;
	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	for (i = 0; i < 11; i++) {
		p = submission(&x, "x");
		wire_send(&x, &p);
	}
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_RTHROTTLED);
	CU_ASSERT(p.sequence_number == 12);
	for (i = 0; i < 10; i++)
		CU_ASSERT(world_wait(&w, FRAME_INTAKE));
	wire_close(&x);
	a.window = 0;
	a.rate = 10;
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	for (i = 0; i < 11; i++) {
		p = submission(&x, "x");
		wire_send(&x, &p);
	}
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_RTHROTTLED);
	CU_ASSERT(p.sequence_number == 12);
	world_over(&w, &x);
}

static void test_sender(void)
{
	struct found a = world_account();
	struct smpp_pdu p;
	struct intake in;
	struct message m;
	struct world w;
	struct wire x;

	a.any_sender = false;
	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	p = submission(&x, "x");
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_RINVSRCADR);
	p = submission(&x, "x");
	p.source = (struct smpp_address){ 0, 0, { NULL, 0 } };
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	m = world_message(&w, &in);
	CU_ASSERT(m.from.kind == ADDRESS_SHORT);
	CU_ASSERT_STRING_EQUAL(m.from.text, "22222");
	world_over(&w, &x);
}

/* What is under way ends, then unbind, then the program. */
static void test_drain(void)
{
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	p = submission(&x, "x");
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	world_tell(&w, FRAME_STOP, 0, (struct bytes){ NULL, 0 });
	CU_ASSERT(world_peer(&w, "esme1", true));
	CU_ASSERT(world_peer(&w, "esme1", false));
	world_accept(&w, w.got.ref, 1);
	world_finish(&w);
	wire_close(&x);
}

static void test_drain_whole(void)
{
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint64_t ref;

	world_server(&w, &x);
	p = submission(&x, "x");
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	ref = w.got.ref;
	world_tell(&w, FRAME_STOP, 0, (struct bytes){ NULL, 0 });
	world_accept(&w, ref, 1);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_SUBMIT_SM_RESP);
	CU_ASSERT(p.command_status == ESME_ROK);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_is_closed(&x));
	CU_ASSERT(world_wait(&w, 0));
	world_over(&w, &x);
}

/* Slow: what comes waits in the socket; then all of it is taken. */
static void test_slow(void)
{
	struct bytes none = { NULL, 0 };
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	unsigned i;

	world_server(&w, &x);
	world_tell(&w, FRAME_SLOW, 0, none);
	world_control(&w, "start", "esme1"); /* it was seen */
	for (i = 0; i < 20; i++) {
		p = submission(&x, "x");
		wire_send(&x, &p);
	}
	world_control(&w, "start", "esme1");
	CU_ASSERT(!world_has(&w, FRAME_INTAKE));
	world_tell(&w, FRAME_GO, 0, none);
	for (i = 0; i < 20; i++)
		CU_ASSERT(world_wait(&w, FRAME_INTAKE));
	world_over(&w, &x);
}

static void test_reload(void)
{
	const struct world_setting other[] = {
		{ "smpp", "+", NULL },
		{ "smpp", "address", "127.0.0.1" },
		{ "smpp", "port", "@smsc" }, /* taken: by the test */
		{ NULL, NULL, NULL }
	};
	const struct world_setting name[] = { { "smpp", "+", NULL },
					      { "smpp", "address",
						"not.a.number.example" },
					      { NULL, NULL, NULL } };
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	CU_ASSERT(!world_prepare(&w, other));
	CU_ASSERT(memmem(w.got.payload.p, w.got.payload.n, "test.conf:2", 11) !=
		  NULL);
	CU_ASSERT(!world_prepare(&w, name));
	CU_ASSERT(world_prepare(&w, world_server_settings));
	world_commit(&w);
	/* The bind is still there. */
	p = submission(&x, "x");
	wire_send(&x, &p);
	CU_ASSERT(world_wait(&w, FRAME_INTAKE));
	world_control(&w, "kick", "esme1");
	CU_ASSERT(wire_is_closed(&x));
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "binds and unbinds", test_bind },
	{ "binds refused", test_bind_refused },
	{ "malformed PDUs", test_refusals },
	{ "not bound", test_not_bound },
	{ "submissions", test_submit },
	{ "submissions refused", test_submit_refused },
	{ "parts of a longer text", test_parts },
	{ "what an ESME may submit", test_types },
	{ "throttled", test_throttle },
	{ "senders", test_sender },
	{ "stopped at once", test_drain },
	{ "drained", test_drain_whole },
	{ "slow", test_slow },
	{ "reloads", test_reload },
	{ NULL, NULL }
};

CHECK_MAIN("smpp server", tests)
