/*
 * cpmgw-smpp as a client of an SMSC, over real sockets; the test is the
 * engine and the SMSC. SMPP v3.4 chapter 4; 3GPP TS 23.040 9.2.3.24.1, SMPP
 * v3.4 4.4.1, SMPP v3.4 appendix B, SMPP v3.4 5.2.12, SMPP v3.4 5.1.3.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/smpp_world.h"

/* SMPP v3.4 4.4.1, field by field. */
static void test_submit(void)
{
	struct leg leg = world_leg_of(5);
	struct outcome o;
	struct part part;
	struct message m = world_text(&part, "hello \xe2\x82\xac");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	m.want = WANT_POSITIVE | WANT_NEGATIVE;
	m.expires_us = UINT64_C(4070908800000000); /* 2099-01-01 */
	m.priority = PRIORITY_HIGH;
	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_SUBMIT_SM);
	CU_ASSERT(p.source.ton == 1 && p.source.npi == 1);
	CU_ASSERT(bytes_is(p.source.digits, "15550100001"));
	CU_ASSERT(p.dest.ton == 1 && p.dest.npi == 1);
	CU_ASSERT(bytes_is(p.dest.digits, "15550200001"));
	CU_ASSERT(bytes_is(p.short_message, "hello \x1b\x65"));
	CU_ASSERT(p.data_coding == 0 && p.esm_class == 0);
	CU_ASSERT(p.registered_delivery == 1 && p.priority_flag == 1);
	CU_ASSERT(bytes_is(p.validity_period, "990101000000000+"));
	wire_respond(&x, &p, ESME_ROK, "0Ab");
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 5 && o.class == OUTCOME_ACCEPTED);
	CU_ASSERT(o.n_far_ids == 1);
	CU_ASSERT_STRING_EQUAL(o.far_ids[0], "0Ab");
	world_over(&w, &x);
}

static void test_statuses(void)
{
	static const struct row {
		const char *name;
		uint32_t status;
		enum outcome_class class;
	} rows[] = {
		{ "RSYSERR", ESME_RSYSERR, OUTCOME_LATER },
		{ "RINVDSTADR", ESME_RINVDSTADR, OUTCOME_ADDRESS },
		{ "RINVSRCADR", ESME_RINVSRCADR, OUTCOME_NEVER },
		{ "RINVCMDLEN", ESME_RINVCMDLEN, OUTCOME_LATER },
		{ "RINVPASWD", ESME_RINVPASWD, OUTCOME_LATER },
		{ "RTHROTTLED", ESME_RTHROTTLED, OUTCOME_LATER },
		{ "vendor", 0x451, OUTCOME_NEVER },
		{ "reserved", 0x7777, OUTCOME_NEVER },
	};
	struct leg leg = world_leg_of(5);
	struct outcome o;
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		world_leg(&w, &leg, &m);
		CU_ASSERT(wire_read(&x, &p));
		wire_respond(&x, &p, rows[i].status, "");
		o = world_read_outcome(&w);
		ROW(&rows[i], o.class == rows[i].class);
		ROW(&rows[i], o.far_code == rows[i].status);
	}
	world_over(&w, &x);
}

/* Whatever it says, the message is not taken: not even with ESME_ROK. */
static void test_nacks(void)
{
	static const uint32_t statuses[] = { ESME_RINVCMDID, ESME_ROK };
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p, nack = { .command_id = SMPP_GENERIC_NACK };
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < 2; i++) {
		world_leg(&w, &leg, &m);
		CU_ASSERT(wire_read(&x, &p));
		nack.command_status = statuses[i];
		nack.sequence_number = p.sequence_number;
		wire_send(&x, &nack);
		CU_ASSERT(world_read_outcome(&w).class == OUTCOME_LATER);
	}
	world_over(&w, &x);
}

/* SMPP v3.4 5.1.3x04: the message waits for its retry, the link binds anew. */
static void test_forgotten_bind(void)
{
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	wire_respond(&x, &p, ESME_RINVBNDSTS, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_LATER);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_is_closed(&x));
	wire_close(&x);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	world_over(&w, &x);
}

static char long_text[401];

static struct message long_message(struct part *part)
{
	memset(long_text, 'a', sizeof long_text - 1);
	return world_text(part, long_text);
}

/* Of three segments the second is refused for a time: the retry sends it
 * alone, under the same reference; then all three ids go up, in order. */
static void test_segments(void)
{
	static const char *const ids[] = { "A1", "A2", "A3" };
	struct leg leg = world_leg_of(5);
	struct outcome o;
	struct part part;
	struct message m = long_message(&part);
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint8_t udh[6], progress[256];
	unsigned i;

	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	for (i = 0; i < 3; i++) {
		CU_ASSERT_FATAL(wire_read(&x, &p));
		CU_ASSERT(p.esm_class == SMPP_ESM_UDHI);
		CU_ASSERT_FATAL(p.short_message.n > 6);
		CU_ASSERT(p.short_message.p[5] == i + 1);
		CU_ASSERT(p.short_message.p[4] == 3);
		memcpy(udh, p.short_message.p, 6);
		wire_respond(&x, &p, i == 1 ? ESME_RMSGQFUL : ESME_ROK,
			     i == 1 ? "" : ids[i]);
	}
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_LATER && o.far_code == ESME_RMSGQFUL);
	CU_ASSERT_FATAL(o.progress.n > 0 && o.progress.n < sizeof progress);
	memcpy(progress, o.progress.p, o.progress.n);
	leg = world_leg_of(6);
	leg.attempt = 2;
	leg.progress = (struct bytes){ progress, o.progress.n };
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	udh[5] = 2;
	CU_ASSERT(memcmp(p.short_message.p, udh, 6) == 0);
	wire_respond(&x, &p, ESME_ROK, ids[1]);
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 6 && o.class == OUTCOME_ACCEPTED);
	CU_ASSERT_FATAL(o.n_far_ids == 3);
	for (i = 0; i < 3; i++)
		CU_ASSERT_STRING_EQUAL(o.far_ids[i], ids[i]);
	world_over(&w, &x);
}

/* 5.0 4.7.6x104: once more as UCS2, cut anew; refused again, that is all. */
static void test_refused_coding(void)
{
	struct leg leg = world_leg_of(5);
	struct outcome o;
	struct part part;
	struct message m = long_message(&part);
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint8_t progress[64];
	unsigned i;

	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	for (i = 0; i < 3; i++) {
		CU_ASSERT_FATAL(wire_read(&x, &p) && p.data_coding == 0x00);
		wire_respond(&x, &p, i == 0 ? ESME_ROK : ESME_RINVDCS, "A1");
	}
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_LATER && o.retry_after_ms == 1);
	CU_ASSERT_FATAL(o.progress.n > 0 && o.progress.n < sizeof progress);
	memcpy(progress, o.progress.p, o.progress.n);
	leg = world_leg_of(6);
	leg.attempt = 2;
	leg.progress = (struct bytes){ progress, o.progress.n };
	world_leg(&w, &leg, &m);
	for (i = 0; i < 6; i++) {
		CU_ASSERT_FATAL(wire_read(&x, &p) && p.data_coding == 0x08);
		CU_ASSERT_FATAL(p.short_message.n > 8);
		CU_ASSERT(p.short_message.p[5] == i + 1);
		CU_ASSERT(p.short_message.p[7] == 'a');
		wire_respond(&x, &p, ESME_RINVDCS, "");
	}
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 6 && o.class == OUTCOME_NEVER);
	CU_ASSERT(o.far_code == ESME_RINVDCS);
	/* What is UCS2 already is not sent again; nor by generic_nack. */
	m = world_text(&part, "\xD0\xB6");
	leg = world_leg_of(7);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p) && p.data_coding == 0x08);
	p = (struct smpp_pdu){ .command_id = SMPP_GENERIC_NACK,
			       .command_status = ESME_RINVDCS,
			       .sequence_number = p.sequence_number };
	wire_send(&x, &p);
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 7 && o.class == OUTCOME_NEVER);
	world_over(&w, &x);
}

/* Window of 10: the 11th waits. All that was sent may have arrived, what
 * was not has not; the link comes back by itself. */
static void test_lost_in_window(void)
{
	struct leg leg;
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	unsigned i, unanswered = 0, link = 0;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < 11; i++) {
		leg = world_leg_of(i + 1);
		world_leg(&w, &leg, &m);
	}
	for (i = 0; i < 10; i++)
		CU_ASSERT(wire_read(&x, &p));
	wire_close(&x);
	for (i = 0; i < 11; i++) {
		switch (world_read_outcome(&w).class) {
		case OUTCOME_UNANSWERED:
			unanswered++;
			break;
		case OUTCOME_LINK:
			link++;
			CU_ASSERT(w.got.ref == 11);
			break;
		case OUTCOME_ACCEPTED:
		case OUTCOME_DELIVERED:
		case OUTCOME_LATER:
		case OUTCOME_ABSENT:
		case OUTCOME_ADDRESS:
		case OUTCOME_NEVER:
			CU_FAIL("another class");
		}
	}
	CU_ASSERT(unanswered == 10 && link == 1);
	CU_ASSERT(world_peer(&w, "smsc-a", false));
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	world_over(&w, &x);
}

/* No answer in time; and nobody answers enquire_link either. */
static void test_silence(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "response-timeout",
					     "300ms" },
					   { "smsc", "enquire-link", "200ms" },
					   { NULL, NULL, NULL } };
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, s);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_ENQUIRE_LINK);
	wire_respond(&x, &p, ESME_ROK, "");
	world_leg(&w, &leg, &m);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_UNANSWERED);
	CU_ASSERT(wire_is_closed(&x));
	CU_ASSERT(world_peer(&w, "smsc-a", false));
	world_over(&w, &x);
}

static void test_refused_bind(void)
{
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, world_link_settings);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_RINVPASWD);
	CU_ASSERT(wire_is_closed(&x));
	wire_close(&x);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	world_over(&w, &x);
}

/* What an SMSC does not like is left out once: SMPP v3.4 5.1.3. */
static void test_once_more_without(void)
{
	struct leg leg = world_leg_of(5);
	struct outcome o;
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint8_t progress[64];

	m.priority = PRIORITY_HIGH;
	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.priority_flag == 1);
	wire_respond(&x, &p, ESME_RINVPRTFLG, "");
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_LATER);
	CU_ASSERT_FATAL(o.progress.n > 0 && o.progress.n < sizeof progress);
	memcpy(progress, o.progress.p, o.progress.n);
	leg.progress = (struct bytes){ progress, o.progress.n };
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.priority_flag == 0);
	wire_respond(&x, &p, ESME_RINVPRTFLG, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_NEVER);
	world_over(&w, &x);
}

/* Stop lets what is under way end; start binds again; a reload that changes
 * nothing leaves it alone. */
static void test_operator(void)
{
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, world_link_settings);
	CU_ASSERT(world_prepare(&w, world_link_settings));
	world_commit(&w);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p) && p.command_id == SMPP_SUBMIT_SM);
	world_control(&w, "stop", "smsc-a");
	CU_ASSERT(w.got.payload.n == 0);
	CU_ASSERT(world_peer(&w, "smsc-a", false));
	wire_respond(&x, &p, ESME_ROK, "1");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_is_closed(&x));
	wire_close(&x);
	world_leg(&w, &leg, &m);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_LINK);
	world_control(&w, "start", "smsc-a");
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	world_control(&w, "kick", "nobody");
	CU_ASSERT(w.got.payload.n > 0);
	world_control(&w, "kick", "smsc-a");
	CU_ASSERT(wire_is_closed(&x));
	world_over(&w, &x);
}

/* A transmitter and a receiver; the far side unbinds one of them. */
static void test_pair(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "bind", "pair" },
					   { NULL, NULL, NULL } };
	struct smpp_pdu p = { .command_id = SMPP_UNBIND, .sequence_number = 3 };
	struct world w;
	struct wire x, y;

	world_start(&w);
	world_run(&w, s);
	wire_accept(&w, &x);
	wire_accept(&w, &y);
	wire_take_bind(&x, ESME_ROK);
	wire_take_bind(&y, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND_RESP);
	CU_ASSERT(wire_is_closed(&x));
	wire_close(&x);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	wire_close(&x);
	wire_close(&y);
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "a submission", test_submit },
	{ "what the SMSC answers", test_statuses },
	{ "generic_nack", test_nacks },
	{ "an SMSC that has forgotten the bind", test_forgotten_bind },
	{ "segments", test_segments },
	{ "lost in the window", test_lost_in_window },
	{ "silence", test_silence },
	{ "a bind refused", test_refused_bind },
	{ "a coding that was refused", test_refused_coding },
	{ "once more without", test_once_more_without },
	{ "the operator", test_operator },
	{ "a pair", test_pair },
	{ NULL, NULL }
};

CHECK_MAIN("smpp client", tests)
