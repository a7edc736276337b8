/*
 * cpmgw-smpp as a client: what comes from an SMSC, and acknowledgements to
 * it. SMPP v3.4 4.6, 5.2.12, appendix B; SMPP v3.4 5.2.12, SMPP v3.4 appendix
 * B, RFC 3261 21.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/smpp_world.h"

static struct smpp_pdu delivery(struct wire *x, const char *text)
{
	return (struct smpp_pdu){
		.command_id = SMPP_DELIVER_SM,
		.sequence_number = ++x->sequence,
		.source = { 1, 1, bytes_of("15550200001") },
		.dest = { 1, 1, bytes_of("15550100001") },
		.short_message = bytes_of(text),
	};
}

static void test_message(void)
{
	struct smpp_pdu p;
	struct intake in;
	struct message m;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, world_link_settings);
	p = delivery(&x, "hi");
	p.registered_delivery = SMPP_REGISTERED_DELIVERY_ACK;
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	m = world_message(&w, &in);
	CU_ASSERT(!in.native && m.want == WANT_POSITIVE);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550200001");
	CU_ASSERT_STRING_EQUAL(m.origin.peer, "smsc-a");
	CU_ASSERT(m.origin.account == NULL);
	CU_ASSERT(bytes_is(m.parts[0].body, "hi"));
	world_accept(&w, w.got.ref, 1);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_DELIVER_SM_RESP);
	CU_ASSERT(p.command_status == ESME_ROK && p.message_id.n == 0);
	world_over(&w, &x);
}

/* RFC 3261 21: the far answer decides. */
static void test_end_to_end(void)
{
	static const struct row {
		const char *name;
		uint32_t command, sip, status;
		int reason;
	} rows[] = {
		{ "480", SMPP_DELIVER_SM, 480, ESME_RX_T_APPN, -1 },
		{ "404", SMPP_DELIVER_SM, 404, ESME_RX_P_APPN, -1 },
		{ "603", SMPP_DELIVER_SM, 603, ESME_RX_R_APPN, -1 },
		{ "404 to data_sm", SMPP_DATA_SM, 404, ESME_RDELIVERYFAILURE,
		  1 },
	};
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "ack", "end-to-end" },
					   { NULL, NULL, NULL } };
	struct outcome o = { .class = OUTCOME_NEVER };
	struct smpp_pdu p;
	struct intake in;
	struct world w;
	struct wire x;
	uint32_t reason;
	size_t i;

	world_smsc(&w, &x, s);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		p = delivery(&x, "");
		p.command_id = rows[i].command;
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
		world_message(&w, &in);
		ROW(&rows[i], in.native);
		o.far_code = rows[i].sip;
		world_outcome(&w, FRAME_ANSWER, w.got.ref, &o);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		ROW(&rows[i], p.command_status == rows[i].status);
		ROW(&rows[i],
		    smpp_tlv_number(p.tlvs, SMPP_TLV_DELIVERY_FAILURE_REASON,
				    &reason) == (rows[i].reason >= 0));
		ROW(&rows[i],
		    rows[i].reason < 0 || reason == (uint32_t)rows[i].reason);
	}
	world_over(&w, &x);
}

static const char delivered[] =
	"id:0000000427 sub:001 dlvrd:001 submit date:2511202100 "
	"done date:2511202101 stat:DELIVRD err:000 text:x";
static const struct receipt {
	const char *name, *text, *tlv_id;
	uint8_t esm_class, tlv_state;
	const char *far_id;
	enum want kind;
	enum delivery_state state;
} receipt_rows[] = {
	{ "text", delivered, NULL, 0x04, 0, "1ab", WANT_POSITIVE,
	  STATE_DELIVERED },
	{ "TLVs alone", "", "427", 0x04, 5, "1ab", WANT_POSITIVE,
	  STATE_UNDELIVERABLE },
	{ "TLVs before text", delivered, "428", 0x04, 3, "1ac", WANT_POSITIVE,
	  STATE_EXPIRED },
	{ "a TLV as the answer was, the text otherwise", delivered, "1AB", 0x04,
	  2, "1ab", WANT_POSITIVE, STATE_DELIVERED },
	{ "a TLV alone that is as the answer was", "", "1AB", 0x04, 2, "1ab",
	  WANT_POSITIVE, STATE_DELIVERED },
	{ "intermediate", "", "427", 0x20, 1, "1ab", WANT_POSITIVE,
	  STATE_ENROUTE },
	{ "2.11: intermediate, of one attempt", delivered, "427", 0x20, 5,
	  "1ab", WANT_POSITIVE, STATE_ENROUTE },
	{ "a receipt that is not final", "", "427", 0x04, 1, "1ab",
	  WANT_POSITIVE, STATE_ENROUTE },
	{ "SME acknowledgement", "", "427", 0x08, 0, "1ab", WANT_POSITIVE,
	  STATE_ACKNOWLEDGED },
	{ "SME acknowledgement that tells the state", delivered, NULL, 0x08, 2,
	  "1ab", WANT_POSITIVE, STATE_ACKNOWLEDGED },
	{ "user acknowledgement", "", "427", 0x10, 0, "1ab", WANT_DISPLAY,
	  STATE_DISPLAYED },
};

/* SMPP v3.4 appendix B: TLVs first, then the text; other bases are the same id.
 */
static void test_receipts(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "message-id", "hex" },
					   { "smsc", "receipt-id", "decimal" },
					   { NULL, NULL, NULL } };
	struct outcome answer = { .class = OUTCOME_DELIVERED };
	struct buf tlvs = BUF_INIT(256);
	struct far_report r;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, s);
	for (i = 0; i < sizeof receipt_rows / sizeof receipt_rows[0]; i++) {
		p = delivery(&x, receipt_rows[i].text);
		p.esm_class = receipt_rows[i].esm_class;
		buf_reset(&tlvs);
		if (receipt_rows[i].tlv_id != NULL)
			smpp_tlv_put_text(&tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID,
					  bytes_of(receipt_rows[i].tlv_id));
		if (receipt_rows[i].tlv_state != 0)
			smpp_tlv_put_number(&tlvs, SMPP_TLV_MESSAGE_STATE,
					    receipt_rows[i].tlv_state, 1);
		p.tlvs = buf_bytes(&tlvs);
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_FAR_REPORT));
		CU_ASSERT_FATAL(far_report_read(w.got.payload, w.arena, &r) ==
				OK);
		ROW(&receipt_rows[i],
		    strcmp(r.far_id, receipt_rows[i].far_id) == 0);
		ROW(&receipt_rows[i], strcmp(r.peer, "smsc-a") == 0 && !r.ours);
		ROW(&receipt_rows[i], r.kind == receipt_rows[i].kind);
		ROW(&receipt_rows[i], r.state == receipt_rows[i].state);
		answer.class = i == 1	? OUTCOME_LATER
			       : i == 2 ? OUTCOME_ADDRESS
					: OUTCOME_DELIVERED;
		world_outcome(&w, FRAME_REPORTED, w.got.ref, &answer);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		ROW(&receipt_rows[i],
		    p.command_status == (i == 1 ? ESME_RX_T_APPN : ESME_ROK));
	}
	/* One that nobody can be told about. */
	p = delivery(&x, "no receipt at all");
	p.esm_class = 0x04;
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_ROK);
	buf_clear(&tlvs);
	world_over(&w, &x);
}

/* SMPP v3.4 5.2.12: we are the SME that acknowledges. */
static void test_acknowledge(void)
{
	struct message_id id = { ID_SMPP_REFERENCE, "513", 0 };
	struct leg leg = world_leg_of(5);
	struct message m;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint32_t reference = 0;

	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.report.recipient = (struct address){ ADDRESS_E164, "+15550100001" };
	m.report.state = STATE_DISPLAYED;
	m.report.kind = WANT_DISPLAY;
	m.ids = &id;
	m.n_ids = 1;
	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_SUBMIT_SM);
	CU_ASSERT(p.esm_class == 0x10 && p.short_message.n == 0);
	CU_ASSERT(bytes_is(p.source.digits, "15550100001"));
	CU_ASSERT(bytes_is(p.dest.digits, "15550200001"));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE,
				  &reference));
	CU_ASSERT(reference == 513);
	wire_respond(&x, &p, ESME_ROK, "1");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	m.report.state = STATE_UNDELIVERABLE;
	world_leg(&w, &leg, &m);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_NEVER);
	world_over(&w, &x);
}

static const struct check_test tests[] = { { "a message", test_message },
					   { "end to end", test_end_to_end },
					   { "receipts", test_receipts },
					   { "acknowledgements",
					     test_acknowledge },
					   { NULL, NULL } };

CHECK_MAIN("smpp arrive", tests)
