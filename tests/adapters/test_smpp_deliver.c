/*
 * cpmgw-smpp as a server, towards ESMEs: deliveries and receipts. SMPP v3.4
 * 4.6 and appendix B; SMPP v3.4 5.2.12.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_out.h"
#include "tests/adapters/smpp_desk.h"
#include "tests/adapters/smpp_world.h"

static void test_deliver(void)
{
	struct leg leg = world_leg_to_esme(5);
	struct outcome o;
	struct part part;
	struct message m = world_text(&part, "hi");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	CU_ASSERT(world_peer(&w, "esme1", true));
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_DELIVER_SM);
	CU_ASSERT(p.source.ton == 1 &&
		  bytes_is(p.source.digits, "15550100001"));
	CU_ASSERT(p.dest.ton == 3 && bytes_is(p.dest.digits, "22222"));
	CU_ASSERT(bytes_is(p.short_message, "hi") && p.esm_class == 0);
	wire_respond(&x, &p, ESME_ROK, "");
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 5 && o.class == OUTCOME_DELIVERED);
	leg = world_leg_to_esme(6);
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p));
	wire_respond(&x, &p, ESME_RX_T_APPN, "");
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 6 && o.class == OUTCOME_LATER);
	CU_ASSERT(o.far_code == ESME_RX_T_APPN);
	wire_close(&x);
	CU_ASSERT(world_peer(&w, "esme1", false));
	leg = world_leg_to_esme(7);
	world_leg(&w, &leg, &m);
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 7 && o.class == OUTCOME_LINK);
	world_finish(&w);
}

/* SMPP v3.4 5.2.12: text and TLVs, addresses turned round, our decimal id. */
static void test_receipt(void)
{
	struct leg leg = world_leg_to_esme(8);
	struct message m;
	struct smpp_receipt text;
	struct smpp_pdu p;
	struct bytes id;
	uint32_t state = 0;
	char want[SMPP_OUR_ID_SIZE];
	struct world w;
	struct wire x;

	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.from = (struct address){ ADDRESS_E164, "+15550200001" };
	m.report.about = 4711;
	m.report.recipient = m.from;
	m.report.kind = WANT_POSITIVE;
	m.report.state = STATE_DELIVERED;
	m.report.event_us = UINT64_C(1763672400000000); /* 2025-11-20 21:00 */
	m.submitted_us = UINT64_C(1763672340000000);
	leg.to = (struct address){ ADDRESS_E164, "+15550100001" };
	world_server(&w, &x);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	smpp_our_id(world_id_key, 4711, want);
	CU_ASSERT(p.command_id == SMPP_DELIVER_SM && p.esm_class == 0x04);
	CU_ASSERT(bytes_is(p.source.digits, "15550200001"));
	CU_ASSERT(bytes_is(p.dest.digits, "15550100001"));
	CU_ASSERT(smpp_tlv_text(p.tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, &id));
	CU_ASSERT(bytes_is(id, want));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_MESSAGE_STATE, &state));
	CU_ASSERT(state == 2);
	CU_ASSERT_FATAL(smpp_receipt_decode(p.short_message, &text, NULL) ==
			OK);
	CU_ASSERT(bytes_is(text.id, want) && bytes_is(text.stat, "DELIVRD"));
	CU_ASSERT(text.sub == 1 && text.dlvrd == 1 && text.done.hour == 21);
	CU_ASSERT(bytes_is(text.err, "000") && text.submitted.minute == 59);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	world_over(&w, &x);
}

/* Segments have receipts of their own, each if it asked. */
static void test_receipts_of_segments(void)
{
	struct message_id ids[] = {
		{ ID_SMPP, "1001", WANT_POSITIVE | WANT_NEGATIVE },
		{ ID_SMPP, "1002", 0 },
		{ ID_SMPP, "1003", WANT_NEGATIVE },
	};
	struct leg leg = world_leg_to_esme(8);
	struct message m;
	struct smpp_pdu p;
	struct bytes id;
	struct world w;
	struct wire x;

	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.report.recipient = (struct address){ ADDRESS_E164, "+15550200001" };
	m.report.state = STATE_UNDELIVERABLE;
	m.ids = ids;
	m.n_ids = 3;
	world_server(&w, &x);
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p));
	CU_ASSERT(smpp_tlv_text(p.tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, &id));
	CU_ASSERT(bytes_is(id, "1001"));
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_read(&x, &p));
	CU_ASSERT(smpp_tlv_text(p.tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, &id));
	CU_ASSERT(bytes_is(id, "1003"));
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	world_over(&w, &x);
}

/* SMPP v3.4 2.11, 5.2.12, 5.2.17: each is told as what was asked for. */
static const struct asked {
	const char *name;
	uint8_t registered;
	enum delivery_state state;
	uint8_t esm[1]; /* 0: nothing is told */
	uint32_t told;
	const char *stat;
} asked_rows[] = {
	{ "1: delivered", 0x01, STATE_DELIVERED, { 0x04 }, 2,
	  "DELIVRD" },
	{ "1: displayed", 0x01, STATE_DISPLAYED, { 0 }, 0, NULL },
	{ "1: on its way", 0x01, STATE_ENROUTE, { 0 }, 0, NULL },
	{ "4: delivered", 0x04, STATE_DELIVERED, { 0 }, 0, NULL },
	{ "4: acknowledged", 0x04, STATE_ACKNOWLEDGED, { 0x08 }, 2,
	  "DELIVRD" },
	{ "4: failed", 0x04, STATE_UNDELIVERABLE, { 0 }, 0, NULL },
	{ "5: delivered", 0x05, STATE_DELIVERED, { 0x04 }, 2,
	  "DELIVRD" },
	{ "5: acknowledged", 0x05, STATE_ACKNOWLEDGED, { 0x08 }, 2,
	  "DELIVRD" },
	{ "1: acknowledged", 0x01, STATE_ACKNOWLEDGED, { 0 }, 0, NULL },
	{ "5: failed", 0x05, STATE_UNDELIVERABLE, { 0x04 }, 5,
	  "UNDELIV" },
	{ "6: delivered", 0x06, STATE_DELIVERED, { 0 }, 0, NULL },
	{ "6: acknowledged", 0x06, STATE_ACKNOWLEDGED, { 0x08 }, 2,
	  "DELIVRD" },
	{ "6: failed", 0x06, STATE_EXPIRED, { 0x04 }, 3, "EXPIRED" },
	{ "8: displayed", 0x08, STATE_DISPLAYED, { 0x10 }, 2,
	  "DELIVRD" },
	{ "9: displayed", 0x09, STATE_DISPLAYED, { 0x10 }, 2,
	  "DELIVRD" },
	{ "D: displayed", 0x0D, STATE_DISPLAYED, { 0x10 }, 2,
	  "DELIVRD" },
	{ "8: deleted unread", 0x08, STATE_DELETED_UNREAD, { 0 }, 0,
	  NULL },
	{ "10: on its way", 0x10, STATE_ENROUTE, { 0x20 }, 1,
	  "ENROUTE" },
	{ "11: accepted", 0x11, STATE_ACCEPTED, { 0x20 }, 6,
	  "ACCEPTD" },
};

/* A submission of that kind, and the report about it, as a leg. */
static void report_on(struct desk *k, const struct asked *r,
		      struct message_id *id)
{
	struct manner from = desk_manner(true);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival in;

	p.registered_delivery = r->registered;
	ROW(r, smpp_message_in(&p, &from, DESK_NOW, k->arena, &in) == ESME_ROK);
	*id = (struct message_id){ ID_SMPP, "1001", in.message.want };
	k->leg.message = in.message;
	k->leg.message.kind = MESSAGE_REPORT;
	k->leg.message.ids = id;
	k->leg.message.n_ids = 1;
	k->leg.message.report.recipient = k->leg.to;
	k->leg.message.report.state = r->state;
}

static void check_told(const struct desk *k, const struct asked *r, unsigned n)
{
	struct smpp_receipt text;
	struct smpp_pdu p;
	uint32_t state = 0;

	ROW(r, desk_pdu_at(k, n, &p) && p.esm_class == r->esm[n]);
	ROW(r, smpp_tlv_number(p.tlvs, SMPP_TLV_MESSAGE_STATE, &state));
	ROW(r, state == r->told);
	ROW(r, smpp_receipt_decode(p.short_message, &text, NULL) == OK);
	ROW(r, bytes_is(text.id, "1001") && bytes_is(text.stat, r->stat));
}

static void test_what_was_asked(void)
{
	size_t i, n;

	for (i = 0; i < sizeof asked_rows / sizeof asked_rows[0]; i++) {
		const struct asked *r = &asked_rows[i];
		struct message_id id;
		struct smpp_pdu p;
		struct desk k;

		desk_open(&k, "", true);
		report_on(&k, r, &id);
		ROW(r, smpp_depart(&k.d, &k.why) == (r->esm[0] != 0));
		ROW(r, r->esm[0] != 0 || k.why.class == OUTCOME_DELIVERED);
		for (n = 0; n < 1 && r->esm[n] != 0; n++)
			check_told(&k, r, (unsigned)n);
		ROW(r, !desk_pdu_at(&k, (unsigned)n, &p));
		ROW(r, n == 0 || k.d.of == n);
		desk_close(&k);
	}
}

/* SMPP v3.4 2.11, 5.3.2.18: what he wrote stands for a receipt's text. */
static void test_reply(void)
{
	static const struct asked r = { "read", 0x08, STATE_DISPLAYED,
					{ 0x10 }, 2, NULL };
	struct bytes payload;
	struct message_id id;
	uint32_t code = 0;
	struct smpp_pdu p;
	struct desk k;
	char text[500];

	memset(text, 'y', sizeof text - 1);
	text[sizeof text - 1] = 0;
	desk_open(&k, "", true);
	report_on(&k, &r, &id);
	k.leg.message.report.reply = "Yes, read";
	k.leg.message.report.response = 1;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.esm_class == 0x10);
	CU_ASSERT(bytes_is(p.short_message, "Yes, read"));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_USER_RESPONSE_CODE, &code));
	CU_ASSERT(code == 0);
	desk_close(&k);
	desk_open(&k, "", true);
	report_on(&k, &r, &id);
	k.leg.message.report.reply = text;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.short_message.n == 0);
	CU_ASSERT(smpp_tlv_find(p.tlvs, SMPP_TLV_MESSAGE_PAYLOAD, &payload));
	CU_ASSERT(bytes_is(payload, text));
	CU_ASSERT(!smpp_tlv_number(p.tlvs, SMPP_TLV_USER_RESPONSE_CODE, &code));
	desk_close(&k);
	desk_open(&k, "", false);
	report_on(&k, &r, &id);
	k.leg.message.report.reply = "\xD0\x96";
	k.leg.message.report.response = 256;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.command_id == SMPP_SUBMIT_SM && p.esm_class == 0x10);
	CU_ASSERT(p.data_coding == 8 && bytes_is(p.short_message, "\x04\x16"));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_USER_RESPONSE_CODE, &code));
	CU_ASSERT(code == 255);
	desk_close(&k);
}

static const struct check_test tests[] = { { "deliveries", test_deliver },
					   { "a receipt", test_receipt },
					   { "receipts of segments",
					     test_receipts_of_segments },
					   { "what was asked for",
					     test_what_was_asked },
					   { "what he wrote", test_reply },
					   { NULL, NULL } };

CHECK_MAIN("smpp deliver", tests)
