/*
 * Links to SMSCs that have several binds, are told that it is too much, are
 * answered late, or are drained; over real sockets, the test is the engine and
 * the SMSC. SMPP v3.4 2.9, 5.1.3.
 */
#include <string.h>
#include <time.h>

#include "tests/adapters/smpp_world.h"

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void send_legs(struct world *w, uint64_t from, uint64_t to)
{
	struct part part;
	struct message m = world_text(&part, "x");
	struct leg leg;

	for (; from <= to; from++) {
		leg = world_leg_of(from);
		leg.story = 100 + from;
		world_leg(w, &leg, &m);
	}
}

/* Takes that many submissions off the wire, and answers them or not. */
static void take(struct wire *x, unsigned n, bool answer)
{
	struct smpp_pdu p;

	while (n-- > 0) {
		CU_ASSERT_FATAL(wire_read(x, &p));
		CU_ASSERT_FATAL(p.command_id == SMPP_SUBMIT_SM);
		if (answer)
			wire_respond(x, &p, ESME_ROK, "1");
	}
}

/* Of the next n outcomes: how many have that class. */
static unsigned outcomes(struct world *w, unsigned n, enum outcome_class class)
{
	unsigned sum = 0;

	while (n-- > 0)
		sum += world_read_outcome(w).class == class;
	return sum;
}

/* Over three binds each takes its part; one that is lost takes its own
 * unanswered ones along and no others, and comes again. */
static void test_binds(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "binds", "3" },
					   { "smsc", "window", "4" },
					   { "smsc", "first-window", "0" },
					   { NULL, NULL, NULL } };
	struct world w;
	struct wire x[3];
	unsigned i;

	world_start(&w);
	world_run(&w, s);
	for (i = 0; i < 3; i++) {
		wire_accept(&w, &x[i]);
		wire_take_bind(&x[i], ESME_ROK);
	}
	for (i = 0; i < 3; i++) /* as each of them has come up */
		CU_ASSERT(world_peer(&w, "smsc-a", true));
	send_legs(&w, 1, 12);
	take(&x[0], 4, false);
	take(&x[1], 4, true);
	take(&x[2], 4, true);
	CU_ASSERT(outcomes(&w, 8, OUTCOME_ACCEPTED) == 8);
	wire_close(&x[0]);
	CU_ASSERT(outcomes(&w, 4, OUTCOME_UNANSWERED) == 4);
	send_legs(&w, 13, 20);
	take(&x[1], 4, true);
	take(&x[2], 4, true);
	CU_ASSERT(outcomes(&w, 8, OUTCOME_ACCEPTED) == 8);
	wire_accept(&w, &x[0]);
	wire_take_bind(&x[0], ESME_ROK);
	send_legs(&w, 21, 32);
	for (i = 0; i < 3; i++)
		take(&x[i], 4, true);
	CU_ASSERT(outcomes(&w, 12, OUTCOME_ACCEPTED) == 12);
	for (i = 0; i < 3; i++)
		wire_close(&x[i]);
	world_finish(&w);
}

/* Also while their windows open: none of them is left behind. */
static void test_spread(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "binds", "2" },
					   { NULL, NULL, NULL } };
	struct world w;
	struct wire x[2];
	uint64_t i;

	world_start(&w);
	world_run(&w, s);
	for (i = 0; i < 2; i++) {
		wire_accept(&w, &x[i]);
		wire_take_bind(&x[i], ESME_ROK);
		CU_ASSERT(world_peer(&w, "smsc-a", true));
	}
	for (i = 0; i < 10; i++) {
		send_legs(&w, 2 * i + 1, 2 * i + 2);
		take(&x[0], 1, true);
		take(&x[1], 1, true);
		CU_ASSERT(outcomes(&w, 2, OUTCOME_ACCEPTED) == 2);
	}
	wire_close(&x[0]);
	wire_close(&x[1]);
	world_finish(&w);
}

/* Two, four, eight, then all of the window. */
static void test_slow_start(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "window", "10" },
					   { NULL, NULL, NULL } };
	static const unsigned rounds[] = { 2, 4, 8, 10, 10 };
	struct world w;
	struct wire x;
	uint64_t token = 1;
	unsigned i, n;

	world_smsc(&w, &x, s);
	for (i = 0; i < sizeof rounds / sizeof *rounds; i++) {
		struct smpp_pdu p[10], bind = { .command_id = SMPP_ENQUIRE_LINK,
						.sequence_number = 77 };

		n = rounds[i];
		send_legs(&w, token, token + n);
		token += n + 1;
		for (unsigned k = 0; k < n; k++)
			CU_ASSERT_FATAL(wire_read(&x, &p[k]) &&
					p[k].command_id == SMPP_SUBMIT_SM);
		/* And no more: the answer to this comes next. */
		wire_send(&x, &bind);
		CU_ASSERT_FATAL(wire_read(&x, &bind));
		CU_ASSERT(bind.command_id == SMPP_ENQUIRE_LINK_RESP);
		for (unsigned k = 0; k < n; k++)
			wire_respond(&x, &p[k], ESME_ROK, "1");
		take(&x, 1, true);
		CU_ASSERT(outcomes(&w, n + 1, OUTCOME_ACCEPTED) == n + 1);
	}
	world_over(&w, &x);
}

static void refuse(struct wire *x, uint32_t status)
{
	struct smpp_pdu p;

	CU_ASSERT_FATAL(wire_read(x, &p) && p.command_id == SMPP_SUBMIT_SM);
	wire_respond(x, &p, status, "");
}

/* One refusal stops the whole link for a second, the next for two; nothing is
 * sent in between, and each message is settled once. 5.1.3x58, x14. */
static void test_throttled(void)
{
	static const uint32_t statuses[] = { ESME_RTHROTTLED, ESME_RMSGQFUL };
	struct outcome o;
	struct world w;
	struct wire x;
	uint64_t before;
	unsigned i;

	for (i = 0; i < 2; i++) {
		world_smsc(&w, &x, world_link_settings);
		send_legs(&w, 1, 1);
		refuse(&x, statuses[i]);
		before = now_ms();
		o = world_read_outcome(&w);
		CU_ASSERT(o.class == OUTCOME_LATER);
		CU_ASSERT(o.far_code == statuses[i]);
		CU_ASSERT(o.retry_after_ms > 900 && o.retry_after_ms <= 1001);
		send_legs(&w, 2, 4);
		refuse(&x, statuses[i]);
		CU_ASSERT(now_ms() - before >= 950);
		before = now_ms();
		CU_ASSERT(world_read_outcome(&w).retry_after_ms > 1900);
		take(&x, 1, true);
		CU_ASSERT(now_ms() - before >= 1950);
		take(&x, 1, true);
		CU_ASSERT(outcomes(&w, 2, OUTCOME_ACCEPTED) == 2);
		world_over(&w, &x);
	}
}

/* It was given up; then the answer comes: told once, in its story. */
static void test_late(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "response-timeout",
					     "300ms" },
					   { "smsc", "enquire-link", "0" },
					   { NULL, NULL, NULL } };
	struct smpp_pdu p[2];
	struct note n;
	struct world w;
	struct wire x;
	unsigned i;

	world_smsc(&w, &x, s);
	send_legs(&w, 1, 2);
	CU_ASSERT_FATAL(wire_read(&x, &p[0]) && wire_read(&x, &p[1]));
	CU_ASSERT(outcomes(&w, 2, OUTCOME_UNANSWERED) == 2);
	for (i = 0; i < 2; i++) {
		wire_respond(&x, &p[1 - i], i == 0 ? ESME_ROK : ESME_RSYSERR,
			     i == 0 ? "late1" : "");
		CU_ASSERT_FATAL(world_wait(&w, FRAME_TRACE));
		CU_ASSERT(note_read(w.got.payload, w.arena, &n) == OK);
		CU_ASSERT(n.story == 102 - i);
		CU_ASSERT_STRING_EQUAL(n.step, "late");
		CU_ASSERT_STRING_EQUAL(n.verdict,
				       i == 0 ? "maybe twice" : "refused");
		CU_ASSERT(i == 1 || strstr(n.text, "id=late1") != NULL);
	}
	/* Once more, or without any request: that is nothing. */
	wire_respond(&x, &p[0], ESME_ROK, "late2");
	p[0].sequence_number = 4711;
	wire_respond(&x, &p[0], ESME_ROK, "late3");
	send_legs(&w, 3, 3);
	take(&x, 1, true);
	CU_ASSERT(outcomes(&w, 1, OUTCOME_ACCEPTED) == 1);
	CU_ASSERT(!world_has(&w, FRAME_TRACE));
	world_over(&w, &x);
}

/* What it has is sent, what comes is not; then it unbinds and is stopped. */
static void test_drain(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "window", "1" },
					   { NULL, NULL, NULL } };
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, s);
	send_legs(&w, 1, 2);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	world_control(&w, "drain", "smsc-a");
	CU_ASSERT(w.got.payload.n == 0);
	CU_ASSERT(world_peer_text(&w, "smsc-a", "draining"));
	send_legs(&w, 3, 3);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_LINK);
	wire_respond(&x, &p, ESME_ROK, "1");
	take(&x, 1, true);
	CU_ASSERT(outcomes(&w, 2, OUTCOME_ACCEPTED) == 2);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_is_closed(&x));
	CU_ASSERT(world_peer_text(&w, "smsc-a", "stopped"));
	wire_close(&x);
	world_control(&w, "start", "smsc-a");
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	/* With nothing to do it is stopped at once. */
	world_control(&w, "drain", "smsc-a");
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	world_over(&w, &x);
}

static bool shows(const struct world *w, const char *text)
{
	char all[4096];
	size_t n = w->got.payload.n;

	if (n >= sizeof all)
		n = sizeof all - 1;
	memcpy(all, w->got.payload.p, n);
	all[n] = 0;
	return strstr(all, text) != NULL;
}

static void test_show(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "binds", "2" },
					   { NULL, NULL, NULL } };
	struct smpp_pdu p;
	struct world w;
	struct wire x, y;

	world_start(&w);
	world_run(&w, s);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	wire_accept(&w, &y);
	wire_take_bind(&y, ESME_RINVSYSID);
	CU_ASSERT(wire_is_closed(&y));
	CU_ASSERT(world_peer_text(&w, "smsc-a", "ESME_RINVSYSID"));
	send_legs(&w, 1, 1);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	world_control(&w, "show", "smsc-a");
	CU_ASSERT(shows(&w, "{\"link\":\"smsc-a\",\"queued\":0,"));
	CU_ASSERT(shows(&w, "{\"bind\":1,\"kind\":\"transceiver\","
			    "\"state\":\"bound\",\"address\":\"127.0.0.1:"));
	CU_ASSERT(shows(&w, "\"window\":10,\"allowed\":2,\"used\":1,"));
	CU_ASSERT(shows(&w, "{\"bind\":2,\"kind\":\"transceiver\","
			    "\"state\":\"waiting\","));
	CU_ASSERT(shows(&w, "\"error\":\"ESME_RINVSYSID\",\"error_time\":\""));
	world_control(&w, "show", "nobody");
	CU_ASSERT(shows(&w, "no such link"));
	wire_close(&y);
	world_over(&w, &x);
}

/* Those of an account are its connections. */
static void test_show_account(void)
{
	struct smpp_pdu p = { .command_id = SMPP_SUBMIT_SM,
			      .sequence_number = 7,
			      .source = { 3, 0, bytes_of("22222") },
			      .dest = { 1, 1, bytes_of("15550200001") },
			      .short_message = bytes_of("x") };
	struct world w;
	struct wire x;

	world_server(&w, &x);
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	world_control(&w, "show", "esme1");
	CU_ASSERT(shows(&w, "{\"link\":\"esme1\",\"queued\":0,"));
	CU_ASSERT(shows(&w, "{\"bind\":1,\"kind\":\"transceiver\","
			    "\"state\":\"bound\",\"address\":\"127.0.0.1:"));
	CU_ASSERT(shows(&w, "\"sent_minute\":0,"));
	CU_ASSERT(shows(&w, "\"received_minute\":1"));
	CU_ASSERT(!shows(&w, "\"bind\":2"));
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "several binds", test_binds },
	{ "spread", test_spread },
	{ "slow start", test_slow_start },
	{ "throttled", test_throttled },
	{ "an answer after the time-out", test_late },
	{ "drain", test_drain },
	{ "show", test_show },
	{ "show an account", test_show_account },
	{ NULL, NULL }
};

CHECK_MAIN("smpp links", tests)
