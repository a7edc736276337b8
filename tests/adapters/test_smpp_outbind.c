/*
 * outbind both ways, over real sockets: the test is the engine, the ESME that
 * waits to be called (where world.h has the SMSC), and an SMSC that calls.
 * SMPP v3.4 2.2.1, 4.1.7.
 */
#include <poll.h>
#include <time.h>

#include "tests/adapters/smpp_world.h"

#define EVERY_MS 100
#define MOST_MS	 250

static const struct world_setting settings[] = {
	{ "smpp", "+", NULL },
	{ "smpp", "address", "127.0.0.1" },
	{ "smpp", "port", "@port" },
	{ "smpp", "system-id", "gateway" },
	{ "gateway", "+", NULL },
	{ "gateway", "country", "1" },
	{ "esme", "+", NULL },
	{ "esme", "system-id", "esme1" },
	{ "esme", "password", "secret1" },
	{ "esme", "outbind-host", "127.0.0.1" },
	{ "esme", "outbind-port", "@smsc" },
	{ "esme", "outbind-password", "callme" },
	{ "esme", "outbind-every", "100ms" },
	{ "esme", "outbind-most", "250ms" },
	{ NULL, NULL, NULL }
};

/* The engine says whether something waits for esme1. */
static void waits(struct world *w, bool any)
{
	struct waits v = { "esme1", any };
	struct buf image = BUF_INIT(64);

	CU_ASSERT(waits_image(&v, &image) == OK);
	world_tell(w, FRAME_WAITS, 0, buf_bytes(&image));
	buf_clear(&image);
}

/* Who it is it asks once. */
static void begin(struct world *w, const struct found *a)
{
	world_start(w);
	world_run(w, settings);
	waits(w, true);
	CU_ASSERT_FATAL(world_wait(w, FRAME_LOOKUP));
	world_found(w, a);
}

static void called(struct world *w, struct wire *x)
{
	struct smpp_pdu p;

	wire_accept(w, x);
	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == SMPP_OUTBIND);
	CU_ASSERT(bytes_is(p.system_id, "gateway"));
	CU_ASSERT(bytes_is(p.password, "callme"));
}

static bool is_called(const struct world *w)
{
	struct pollfd waiting = { .fd = w->smsc_listener, .events = POLLIN };

	return poll(&waiting, 1, 3 * MOST_MS) != 0;
}

/* Called, bound, served; called again when it has gone and something waits. */
static void test_called(void)
{
	struct found a = world_account();
	struct leg leg = world_leg_to_esme(5);
	struct part part;
	struct message m = world_text(&part, "hi");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	begin(&w, &a);
	called(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	waits(&w, false);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p) && p.command_id == SMPP_DELIVER_SM);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	wire_close(&x);
	CU_ASSERT(world_peer(&w, "esme1", false));
	CU_ASSERT(!is_called(&w));
	waits(&w, true);
	called(&w, &x);
	world_over(&w, &x);
}

/* Nothing waits; or no more. */
static void test_nothing_waits(void)
{
	struct found a = world_account();
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, settings);
	CU_ASSERT(!is_called(&w));
	waits(&w, true);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_LOOKUP));
	world_found(&w, &a);
	called(&w, &x);
	waits(&w, false);
	wire_close(&x);
	CU_ASSERT(!is_called(&w));
	world_finish(&w);
}

/* One that receives is left alone; one that only submits is not. */
static void test_not_called(void)
{
	struct found a = world_account();
	struct world w;
	struct wire x, y, z;

	begin(&w, &a);
	called(&w, &y);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	wire_close(&y);
	CU_ASSERT(!is_called(&w));
	wire_close(&x);
	CU_ASSERT(world_peer(&w, "esme1", false));
	waits(&w, true);
	called(&w, &y);
	wire_connect(&w, &z);
	CU_ASSERT(wire_bind(&w, &z, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	wire_close(&y);
	called(&w, &y);
	wire_close(&z);
	world_over(&w, &y);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Twice as long each time, up to the longest; once it has received, anew. */
static void test_backs_off(void)
{
	static const uint64_t least[] = { EVERY_MS, 2 * EVERY_MS, MOST_MS,
					  MOST_MS };
	struct found a = world_account();
	uint64_t before, now;
	struct world w;
	struct wire x;
	size_t i;

	begin(&w, &a);
	called(&w, &x);
	before = now_ms();
	for (i = 0; i < sizeof least / sizeof *least; i++) {
		wire_close(&x);
		called(&w, &x);
		now = now_ms();
		CU_ASSERT(now - before + 20 >= least[i]);
		before = now;
	}
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	wire_close(&x);
	waits(&w, true);
	before = now_ms();
	called(&w, &x);
	wire_close(&x);
	called(&w, &x);
	CU_ASSERT(now_ms() - before < 2 * MOST_MS);
	world_over(&w, &x);
}

/* While it thinks it is not called twice; other settings, and it is over. */
static void test_once(void)
{
	struct found a = world_account();
	struct world w;
	struct wire x;

	begin(&w, &a);
	called(&w, &x);
	CU_ASSERT(!is_called(&w));
	CU_ASSERT_FATAL(world_prepare(&w, world_server_settings));
	world_commit(&w);
	/* The answer to this one says that the commit is over. */
	CU_ASSERT_FATAL(world_prepare(&w, world_server_settings));
	world_commit(&w);
	wire_close(&x);
	CU_ASSERT(!is_called(&w));
	world_finish(&w);
}

/* Outbind is without TLS: not to those who have to have it, nor to those who
 * may not bind at all. */
static void test_may_not(void)
{
	static const struct row {
		const char *name, *tls, *tls_name;
		bool barred, called;
	} rows[] = {
		{ "TLS required", "require", NULL, false, false },
		{ "a certificate", "yes", "a.example", false, false },
		{ "barred", "yes", NULL, true, false },
		{ "TLS taken", "yes", NULL, false, true },
	};
	struct world w;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct found a = world_account();

		a.tls = rows[i].tls;
		a.tls_name = rows[i].tls_name;
		a.barred = rows[i].barred;
		begin(&w, &a);
		ROW(&rows[i], is_called(&w) == rows[i].called);
		world_finish(&w);
	}
}

static const struct world_setting called_settings[] = {
	WORLD_LINK,
	{ "smsc", "start", "yes" },
	{ "smsc", "outbind-password", "wakeup" },
	{ "smsc", "outbind-system-id", "far" },
	{ NULL, NULL, NULL }
};

static void outbind(struct world *w, struct wire *x, const char *name,
		    const char *password)
{
	struct smpp_pdu p = { .command_id = SMPP_OUTBIND,
			      .sequence_number = 1,
			      .system_id = bytes_of(name),
			      .password = bytes_of(password) };

	wire_connect(w, x);
	wire_send(x, &p);
}

static void deliver(struct world *w, struct wire *x)
{
	struct smpp_pdu p = { .command_id = SMPP_DELIVER_SM,
			      .sequence_number = 77,
			      .source = { 1, 1, bytes_of("15550200001") },
			      .dest = { 3, 0, bytes_of("22222") },
			      .short_message = bytes_of("mo") };
	struct intake in;
	struct message m;

	wire_send(x, &p);
	CU_ASSERT_FATAL(world_wait(w, FRAME_INTAKE));
	m = world_message(w, &in);
	CU_ASSERT_STRING_EQUAL(m.origin.peer, "smsc-a");
	world_accept(w, w->got.ref, 8);
	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == SMPP_DELIVER_SM_RESP);
	CU_ASSERT(p.sequence_number == 77);
}

/* An SMSC calls: a receiver of its link, beside the transceiver; when it goes
 * it may call again. */
static void test_by_smsc(void)
{
	struct smpp_pdu p;
	struct world w;
	struct wire x, y, z;
	unsigned i;

	world_smsc(&w, &x, called_settings);
	for (i = 0; i < 2; i++) {
		outbind(&w, &y, "far", "wakeup");
		CU_ASSERT_FATAL(wire_read(&y, &p));
		CU_ASSERT(p.command_id == SMPP_BIND_RECEIVER);
		CU_ASSERT(bytes_is(p.system_id, "cpmgw"));
		wire_respond(&y, &p, ESME_ROK, "");
		deliver(&w, &y);
		outbind(&w, &z, "far", "wakeup"); /* it has one */
		CU_ASSERT(wire_is_closed(&z));
		wire_close(&z);
		p = (struct smpp_pdu){ .command_id = SMPP_UNBIND,
				       .sequence_number = 78 };
		wire_send(&y, &p);
		CU_ASSERT(wire_read(&y, &p));
		CU_ASSERT(p.command_id == SMPP_UNBIND_RESP);
		CU_ASSERT(wire_is_closed(&y));
		wire_close(&y);
	}
	deliver(&w, &x);
	world_over(&w, &x);
}

/* Our password goes to nobody who does not know his own. */
static void test_strangers(void)
{
	static const char *const names[][2] = { { "far", "wrong" },
						{ "far", "" },
						{ "other", "wakeup" },
						{ "", "" } };
	struct found a = world_account();
	struct smpp_pdu p = { .command_id = SMPP_OUTBIND,
			      .sequence_number = 5,
			      .system_id = bytes_of("far"),
			      .password = bytes_of("wakeup") };
	struct world w;
	struct wire x, y;
	size_t i;

	world_smsc(&w, &x, called_settings);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		outbind(&w, &y, names[i][0], names[i][1]);
		CU_ASSERT(!wire_read(&y, &p));
		CU_ASSERT(wire_is_closed(&y));
		wire_close(&y);
	}
	/* One that is bound already is no SMSC. */
	wire_connect(&w, &y);
	CU_ASSERT(wire_bind(&w, &y, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	p = (struct smpp_pdu){ .command_id = SMPP_OUTBIND,
			       .sequence_number = 5,
			       .system_id = bytes_of("far"),
			       .password = bytes_of("wakeup") };
	wire_send(&y, &p);
	wire_send(&y, &(struct smpp_pdu){ .command_id = SMPP_ENQUIRE_LINK,
					  .sequence_number = 6 });
	CU_ASSERT(wire_read(&y, &p) && p.sequence_number == 6);
	CU_ASSERT(p.command_id == SMPP_ENQUIRE_LINK_RESP);
	wire_close(&y);
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "called", test_called },
	{ "nothing waits", test_nothing_waits },
	{ "not called", test_not_called },
	{ "it backs off", test_backs_off },
	{ "once", test_once },
	{ "may not be called", test_may_not },
	{ "by an SMSC", test_by_smsc },
	{ "by strangers", test_strangers },
	{ NULL, NULL }
};

CHECK_MAIN("outbind", tests)
