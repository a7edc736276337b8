/*
 * Recipients who are not there: what ESMEs ask to be told (set_dpf), what they
 * are told (alert_notification, dpf_result), and how SMSCs say it. SMPP v3.4
 * 4.7.2, 4.12, 5.3.2.28 to 5.3.2.31, 5.3.2.33.
 */
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "tests/adapters/smpp_desk.h"
#include "tests/adapters/smpp_world.h"

/* esme1 sent from 22222 to somebody who is there again. */
static struct message reachable(void)
{
	struct message m;

	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.report.recipient = (struct address){ ADDRESS_E164, "+15550100004" };
	m.report.state = STATE_REACHABLE;
	m.report.kind = WANT_ALERT;
	return m;
}

/* It has no response: the outcome comes at once, and the window stays free. */
static void test_alerted(void)
{
	struct smpp_pdu p, nack = { .command_id = SMPP_GENERIC_NACK,
				    .command_status = ESME_RINVCMDID };
	struct message m = reachable();
	struct world w;
	struct wire x;
	uint64_t token;
	uint32_t status = 9;

	world_server(&w, &x);
	for (token = 5; token < 200; token++) {
		struct leg leg = world_leg_to_esme(token);

		world_leg(&w, &leg, &m);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		CU_ASSERT(p.command_id == SMPP_ALERT_NOTIFICATION);
		CU_ASSERT(p.source.ton == 1 && p.source.npi == 1);
		CU_ASSERT(bytes_is(p.source.digits, "15550100004"));
		CU_ASSERT(p.dest.ton == 3 && bytes_is(p.dest.digits, "22222"));
		CU_ASSERT(smpp_tlv_number(p.tlvs,
					  SMPP_TLV_MS_AVAILABILITY_STATUS,
					  &status) &&
			  status == 0);
		CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
		CU_ASSERT(w.got.ref == token);
	}
	/* Whoever does not know it says so, and stays. */
	nack.sequence_number = p.sequence_number;
	wire_send(&x, &nack);
	p = (struct smpp_pdu){ .command_id = SMPP_ENQUIRE_LINK,
			       .sequence_number = 77 };
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_ENQUIRE_LINK_RESP);
	world_over(&w, &x);
}

/* 3.3 has no such PDU: the alert is over, and nothing is sent. */
static void test_older(void)
{
	struct found a = world_account();
	struct leg leg = world_leg_to_esme(5);
	struct message m = reachable();
	struct smpp_pdu p = { .command_id = SMPP_ENQUIRE_LINK,
			      .sequence_number = 7 };
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	x.version = 0x33;
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	world_leg(&w, &leg, &m);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_ENQUIRE_LINK_RESP);
	world_over(&w, &x);
}

static const struct asked {
	const char *name;
	uint32_t command;
	int dpf;
	bool wants, waits;
} asked[] = {
	{ "submit_sm, 1", SMPP_SUBMIT_SM, 1, true, true },
	{ "submit_sm, 0", SMPP_SUBMIT_SM, 0, false, false },
	{ "data_sm, 1, he is away", SMPP_DATA_SM, 1, true, true },
	{ "data_sm, 1, he is there", SMPP_DATA_SM, 1, true, false },
	{ "data_sm, 0", SMPP_DATA_SM, 0, false, false },
	{ "data_sm without it", SMPP_DATA_SM, -1, false, false },
	{ "reserved", SMPP_DATA_SM, 2, false, false },
};

static void tell_accepted(struct world *w, bool waits)
{
	struct accepted v = { .id = 9, .public_id = "x", .waits = waits };
	struct buf image = BUF_INIT(256);

	CU_ASSERT(accepted_image(&v, &image) == OK);
	world_tell(w, FRAME_ACCEPTED, w->got.ref, buf_bytes(&image));
	buf_clear(&image);
}

/* 5.3.2.28: dpf_result only in data_sm_resp. */
static void test_asked(void)
{
	struct buf tlvs = BUF_INIT(64);
	struct smpp_pdu p;
	struct intake in;
	struct world w;
	struct wire x;
	const struct asked *r;
	uint32_t result = 0;

	world_server(&w, &x);
	for (r = asked; r < asked + sizeof asked / sizeof *asked; r++) {
		p = (struct smpp_pdu){
			.command_id = r->command,
			.sequence_number = ++x.sequence,
			.source = { 3, 0, bytes_of("22222") },
			.dest = { 1, 1, bytes_of("15550100004") },
		};
		buf_reset(&tlvs);
		if (r->dpf >= 0)
			smpp_tlv_put_number(&tlvs, SMPP_TLV_SET_DPF,
					    (uint32_t)r->dpf, 1);
		p.tlvs = buf_bytes(&tlvs);
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
		ROW(r, ((world_message(&w, &in).want & WANT_ALERT) != 0) ==
			       r->wants);
		tell_accepted(&w, r->waits);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		ROW(r, p.command_status == ESME_ROK && p.message_id.n > 0);
		ROW(r, smpp_tlv_number(p.tlvs, SMPP_TLV_DPF_RESULT, &result) ==
			       (r->waits && r->command == SMPP_DATA_SM));
	}
	CU_ASSERT(result == 1);
	buf_clear(&tlvs);
	world_over(&w, &x);
}

/* 5.3.2.33: why data_sm is refused, and only that. */
static void test_refused(void)
{
	static const struct row {
		const char *name;
		uint32_t command;
		enum outcome_class class;
		uint32_t status;
		int reason;
	} rows[] = {
		{ "data_sm to nobody", SMPP_DATA_SM, OUTCOME_ADDRESS,
		  ESME_RINVDSTADR, 1 },
		{ "data_sm, the disk is full", SMPP_DATA_SM, OUTCOME_LATER,
		  ESME_RMSGQFUL, 3 },
		{ "data_sm, never", SMPP_DATA_SM, OUTCOME_NEVER,
		  ESME_RSUBMITFAIL, 2 },
		{ "submit_sm to nobody", SMPP_SUBMIT_SM, OUTCOME_ADDRESS,
		  ESME_RINVDSTADR, -1 },
	};
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint32_t reason;
	size_t i;

	world_server(&w, &x);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct outcome o = { .class = rows[i].class };

		p = (struct smpp_pdu){
			.command_id = rows[i].command,
			.sequence_number = ++x.sequence,
			.source = { 3, 0, bytes_of("22222") },
			.dest = { 1, 1, bytes_of("15550100004") },
		};
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
		world_outcome(&w, FRAME_REFUSED, w.got.ref, &o);
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

static const struct told {
	const char *name;
	uint8_t esm_class;
	uint32_t state;
	const char *error;	/* network_error_code; NULL: none            */
	bool absent;
} told[] = {
	{ "delivered", 0x04, 2, NULL, false },
	{ "delivered, an odd code", 0x04, 2, "\3\0\33", false },
	{ "its time is over", 0x04, 3, NULL, true },
	{ "undeliverable", 0x04, 5, NULL, false },
	{ "GSM absentSubscriber", 0x04, 5, "\3\0\33", true },
	{ "GSM absentSubscriberSM", 0x04, 5, "\3\0\6", true },
	{ "GSM unknownSubscriber", 0x04, 5, "\3\0\1", false },
	{ "IS-95 no page response", 0x04, 5, "\2\0\40", true },
	{ "ANSI-136 postponed", 0x04, 5, "\1\0\44", true },
	{ "ANSI-136 busy", 0x04, 5, "\1\0\41", false },
	{ "a network of its own", 0x04, 5, "\7\0\33", false },
	{ "intermediate, absent", 0x20, 1, "\3\0\33", true },
	{ "intermediate", 0x20, 1, NULL, false },
};

static void test_reports(void)
{
	struct manner m = desk_manner(false);
	struct arena *a = arena_new(1 << 20);
	struct buf tlvs = BUF_INIT(64);
	struct far_report out;
	const struct told *r;

	for (r = told; r < told + sizeof told / sizeof *told; r++) {
		struct smpp_pdu p = { .command_id = SMPP_DELIVER_SM,
				      .esm_class = r->esm_class };

		buf_reset(&tlvs);
		smpp_tlv_put_text(&tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID,
				  bytes_of("1"));
		smpp_tlv_put_number(&tlvs, SMPP_TLV_MESSAGE_STATE, r->state,
				    1);
		if (r->error != NULL)
			smpp_tlv_put(&tlvs, SMPP_TLV_NETWORK_ERROR_CODE,
				     (struct bytes){
					     (const uint8_t *)r->error, 3 });
		p.tlvs = buf_bytes(&tlvs);
		CU_ASSERT_FATAL(smpp_report_in(&p, &m, 1, a, &out) == OK);
		ROW(r, out.absent == r->absent);
	}
	numbers_clear(&m.numbers);
	buf_clear(&tlvs);
	arena_free(a);
}

/* The answer to a submission says it, too. */
static void test_answered(void)
{
	static const struct row {
		const char *name;
		uint32_t status;
		uint16_t tag;
		const char *value;
		size_t n;
		bool absent;
	} rows[] = {
		{ "destination unavailable", ESME_RDELIVERYFAILURE,
		  SMPP_TLV_DELIVERY_FAILURE_REASON, "\0", 1, true },
		{ "network error", ESME_RDELIVERYFAILURE,
		  SMPP_TLV_DELIVERY_FAILURE_REASON, "\3", 1, false },
		{ "GSM absentSubscriber", ESME_RX_T_APPN,
		  SMPP_TLV_NETWORK_ERROR_CODE, "\3\0\33", 3, true },
		{ "its queue is full", ESME_RX_T_APPN,
		  SMPP_TLV_NETWORK_ERROR_CODE, "\3\0\40", 3, false },
	};
	struct buf tlvs = BUF_INIT(64);
	struct smpp_pdu p, no;
	struct part part;
	struct message m = world_text(&part, "hi");
	struct outcome o;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct leg leg = world_leg_of(5 + i);

		world_leg(&w, &leg, &m);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		buf_reset(&tlvs);
		smpp_tlv_put(&tlvs, rows[i].tag,
			     (struct bytes){ (const uint8_t *)rows[i].value,
					     rows[i].n });
		no = (struct smpp_pdu){
			.command_id = smpp_response_id(p.command_id),
			.command_status = rows[i].status,
			.sequence_number = p.sequence_number,
			.tlvs = buf_bytes(&tlvs)
		};
		wire_send(&x, &no);
		o = world_read_outcome(&w);
		ROW(&rows[i], o.class == OUTCOME_LATER);
		ROW(&rows[i], o.absent == rows[i].absent);
	}
	buf_clear(&tlvs);
	world_over(&w, &x);
}

/* 5.3.2.30: only "available" makes anything go. */
static void test_heard(void)
{
	static const int rows[] = { 1, 2, 3, -1, 0 };
	struct smpp_pdu p = { .command_id = SMPP_ALERT_NOTIFICATION,
			      .source = { 1, 1, bytes_of("15550200001") },
			      .dest = { 3, 0, bytes_of("22222") } };
	struct buf tlvs = BUF_INIT(64);
	struct presence v;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&tlvs);
		if (rows[i] >= 0)
			smpp_tlv_put_number(&tlvs,
					    SMPP_TLV_MS_AVAILABILITY_STATUS,
					    (uint32_t)rows[i], 1);
		p.tlvs = buf_bytes(&tlvs);
		p.sequence_number++;
		wire_send(&x, &p);
		CU_ASSERT(world_note(&w, "alert") != NULL);
		if (i < 3)
			continue;
		CU_ASSERT_FATAL(world_wait(&w, FRAME_AVAILABLE));
		CU_ASSERT_FATAL(presence_read(w.got.payload, w.arena, &v) ==
				OK);
		CU_ASSERT(v.user == NULL);
		CU_ASSERT(v.subscriber.kind == ADDRESS_E164);
		CU_ASSERT_STRING_EQUAL(v.subscriber.text, "+15550200001");
		CU_ASSERT(!world_has(&w, FRAME_AVAILABLE));
	}
	buf_clear(&tlvs);
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "an ESME is alerted", test_alerted },
	{ "an ESME of 3.3 is not", test_older },
	{ "what it asks for", test_asked },
	{ "what it is refused", test_refused },
	{ "absent, in reports", test_reports },
	{ "absent, in answers", test_answered },
	{ "an SMSC alerts", test_heard },
	{ NULL, NULL }
};

CHECK_MAIN("smpp alerts", tests)
