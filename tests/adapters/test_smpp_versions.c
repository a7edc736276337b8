/*
 * Peers of other versions than 3.4, and PDUs that nobody answers: over real
 * sockets, the test is the engine. SMPP v3.4 4.12, 5.2.4; SMPP v5.0 4.1.1.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/smpp_world.h"

/* SMPP v5.0 4.7.5: broadcast_sm, query_broadcast_sm, cancel_broadcast_sm. */
static const uint32_t later_commands[] = { 0x111, 0x112, 0x113 };

#define CONGESTION_STATE 0x0428 /* SMPP v5.0 4.8.4.18 */

static void wire_raw(struct wire *x, uint32_t id, uint32_t sequence,
		     const char *body, size_t n)
{
	struct buf b = BUF_INIT(512);

	buf_u32(&b, (uint32_t)(16 + n));
	buf_u32(&b, id);
	buf_u32(&b, 0);
	buf_u32(&b, sequence);
	buf_put(&b, (struct bytes){ (const void *)body, n });
	wire_octets(x, buf_bytes(&b));
	buf_clear(&b);
}

static void nacked(struct wire *x, uint32_t id, uint32_t sequence)
{
	struct smpp_pdu p;

	wire_raw(x, id, sequence, "CMT\0\1\1x\0", 8);
	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == SMPP_GENERIC_NACK);
	CU_ASSERT(p.command_status == ESME_RINVCMDID);
	CU_ASSERT(p.sequence_number == sequence);
}

static bool alive(struct wire *x)
{
	struct smpp_pdu p = { .command_id = SMPP_ENQUIRE_LINK,
			      .sequence_number = 4000 };

	wire_send(x, &p);
	return wire_read(x, &p) && p.command_id == SMPP_ENQUIRE_LINK_RESP &&
	       p.sequence_number == 4000;
}

/* Binds with that version; sc_interface_version of the answer, or 0. */
static uint32_t bind_as(struct world *w, struct wire *x, uint8_t version)
{
	struct found a = world_account();
	struct bytes octets;
	struct smpp_pdu p;
	uint32_t number = 0;

	world_start(w);
	world_run(w, world_server_settings);
	wire_connect(w, x);
	x->version = version;
	CU_ASSERT(wire_bind(w, x, SMPP_BIND_TRANSCEIVER, &a) == ESME_ROK);
	/* wire_bind() has read it, and it is still there. */
	octets = (struct bytes){ x->buffer, x->used };
	CU_ASSERT(smpp_pdu_decode(octets, &p, NULL) == OK);
	if (!smpp_tlv_number(p.tlvs, SMPP_TLV_SC_INTERFACE_VERSION, &number))
		CU_ASSERT(p.tlvs.n == 0);
	return number;
}

static void submit_with(struct world *w, struct wire *x, struct bytes tlvs)
{
	struct smpp_pdu p = { .command_id = SMPP_SUBMIT_SM,
			      .sequence_number = ++x->sequence,
			      .source = { 1, 1, bytes_of("15550100001") },
			      .dest = { 1, 1, bytes_of("15550200001") },
			      .short_message = bytes_of("x"),
			      .tlvs = tlvs };

	wire_send(x, &p);
	CU_ASSERT_FATAL(world_wait(w, FRAME_INTAKE));
	world_accept(w, w->got.ref, 7);
	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == SMPP_SUBMIT_SM_RESP);
	CU_ASSERT(p.command_status == ESME_ROK && p.tlvs.n == 0);
}

static void test_five(void)
{
	struct buf tlvs = BUF_INIT(64);
	struct world w;
	struct wire x;
	uint32_t i;

	CU_ASSERT(bind_as(&w, &x, 0x50) == SMPP_INTERFACE_VERSION);
	for (i = 0; i < 3; i++)
		nacked(&x, later_commands[i], 100 + i);
	smpp_tlv_put_number(&tlvs, CONGESTION_STATE, 42, 1);
	submit_with(&w, &x, buf_bytes(&tlvs));
	CU_ASSERT(alive(&x));
	buf_clear(&tlvs);
	world_over(&w, &x);
}

/* Their responses are nobody's, and before a bind it is the same. */
static void test_five_strays(void)
{
	struct world w;
	struct wire x;
	uint32_t i;

	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	for (i = 0; i < 3; i++) {
		nacked(&x, later_commands[i], 200 + i);
		wire_raw(&x, later_commands[i] | SMPP_RESP, 1, "", 0);
	}
	CU_ASSERT(alive(&x));
	world_over(&w, &x);
}

static const struct older {
	const char *name;
	uint8_t version;
	uint32_t told;
} older[] = {
	{ "none", 0x00, 0 },
	{ "3.3", 0x33, 0 },
	{ "3.4", 0x34, SMPP_INTERFACE_VERSION },
	{ "5.0", 0x50, SMPP_INTERFACE_VERSION },
};

/* 5.2.4: one that knows no optional parameters gets none. */
static void test_older(void)
{
	struct leg leg = world_leg_to_esme(5);
	struct part part;
	struct message m = world_text(&part, "hi");
	struct extra extra = { "smpp.tlv.1400", bytes_of("v") };
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	m.extras = &extra;
	m.n_extras = 1;
	for (i = 0; i < sizeof older / sizeof older[0]; i++) {
		const struct older *r = &older[i];

		ROW(r, bind_as(&w, &x, r->version) == r->told);
		world_leg(&w, &leg, &m);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		ROW(r, p.command_id == SMPP_DELIVER_SM);
		ROW(r, (p.tlvs.n > 0) == (r->told != 0));
		wire_respond(&x, &p, ESME_ROK, "");
		CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
		world_over(&w, &x);
	}
}

/* An SMSC of 5.0: what it says more than 3.4 is taken. */
static void test_smsc_of_five(void)
{
	struct leg leg = world_leg_of(5);
	struct buf tlvs = BUF_INIT(64);
	struct part part;
	struct message m = world_text(&part, "hi");
	struct smpp_pdu p, yes;
	struct outcome o;
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, world_link_settings);
	wire_accept(&w, &x);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.interface_version == SMPP_INTERFACE_VERSION);
	smpp_tlv_put_number(&tlvs, SMPP_TLV_SC_INTERFACE_VERSION, 0x50, 1);
	smpp_tlv_put_number(&tlvs, CONGESTION_STATE, 80, 1);
	yes = (struct smpp_pdu){ .command_id = p.command_id | SMPP_RESP,
				 .sequence_number = p.sequence_number,
				 .system_id = bytes_of("five"),
				 .tlvs = buf_bytes(&tlvs) };
	wire_send(&x, &yes);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	yes = (struct smpp_pdu){ .command_id = p.command_id | SMPP_RESP,
				 .sequence_number = p.sequence_number,
				 .message_id = bytes_of("id"),
				 .tlvs = buf_bytes(&tlvs) };
	wire_send(&x, &yes);
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.n_far_ids == 1);
	nacked(&x, later_commands[0], 300);
	CU_ASSERT(alive(&x));
	buf_clear(&tlvs);
	world_over(&w, &x);
}

static const struct alert {
	const char *name;
	int status;
	const char *text;
} alerts[] = {
	{ "no status", -1, "the subscriber can be reached" },
	{ "available", 0, "the subscriber is available" },
	{ "denied", 1, "the subscriber is denied" },
	{ "unavailable", 2, "the subscriber is unavailable" },
	{ "not known", 3, "ms_availability_status is unknown" },
};

/* 4.12: told, and never answered; also when it is broken. */
static void test_alert(void)
{
	struct smpp_pdu p = { .command_id = SMPP_ALERT_NOTIFICATION,
			      .sequence_number = 9,
			      .source = { 1, 1, bytes_of("15550200001") },
			      .dest = { 3, 0, bytes_of("22222") } };
	struct buf tlvs = BUF_INIT(64);
	struct world w;
	struct wire x;
	struct note n;
	size_t i;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
		buf_reset(&tlvs);
		if (alerts[i].status >= 0)
			smpp_tlv_put_number(&tlvs,
					    SMPP_TLV_MS_AVAILABILITY_STATUS,
					    (uint32_t)alerts[i].status, 1);
		p.tlvs = buf_bytes(&tlvs);
		wire_send(&x, &p);
		ROW(&alerts[i], strcmp(world_note(&w, "alert"),
				       alerts[i].text) == 0);
		CU_ASSERT(note_read(w.got.payload, w.arena, &n) == OK);
		CU_ASSERT_STRING_EQUAL(n.key, "+15550200001");
		CU_ASSERT_STRING_EQUAL(n.to, "22222");
	}
	p.tlvs = (struct bytes){ NULL, 0 };
	p.source = (struct smpp_address){ 9, 9, bytes_of("no\377number") };
	wire_send(&x, &p);
	CU_ASSERT(world_note(&w, "alert") != NULL);
	wire_raw(&x, SMPP_ALERT_NOTIFICATION, 10, "\1", 1);
	CU_ASSERT(alive(&x));
	buf_clear(&tlvs);
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "an ESME of 5.0", test_five },
	{ "an ESME of 5.0 that is not bound", test_five_strays },
	{ "older ESMEs", test_older },
	{ "an SMSC of 5.0", test_smsc_of_five },
	{ "alerts", test_alert },
	{ NULL, NULL }
};

CHECK_MAIN("smpp versions", tests)
