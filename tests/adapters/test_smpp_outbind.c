/*
 * outbind to ESMEs, over real sockets: the test is the engine, and the ESME
 * that waits to be called (where world.h has the SMSC). SMPP v3.4 2.2.1,
 * 4.1.7.
 */
#include <poll.h>

#include "tests/adapters/smpp_world.h"

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
	{ NULL, NULL, NULL }
};

static void called(struct world *w, struct wire *x)
{
	struct smpp_pdu p;

	wire_accept(w, x);
	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == SMPP_OUTBIND);
	CU_ASSERT(bytes_is(p.system_id, "gateway"));
	CU_ASSERT(bytes_is(p.password, "callme"));
}

/* Called, bound, served; called again when it has gone. */
static void test_called(void)
{
	struct found a = world_account();
	struct leg leg = world_leg_to_esme(5);
	struct part part;
	struct message m = world_text(&part, "hi");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, settings);
	called(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p) && p.command_id == SMPP_DELIVER_SM);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	wire_close(&x);
	CU_ASSERT(world_peer(&w, "esme1", false));
	called(&w, &x);
	world_over(&w, &x);
}

/* One that receives is left alone; one that only submits is not. */
static void test_not_called(void)
{
	struct found a = world_account();
	struct pollfd waits = { .events = POLLIN };
	struct world w;
	struct wire x, y, z;

	world_start(&w);
	world_run(&w, settings);
	called(&w, &y);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_RECEIVER, &a) == ESME_ROK);
	CU_ASSERT(world_peer(&w, "esme1", true));
	wire_close(&y);
	waits.fd = w.smsc_listener;
	CU_ASSERT(poll(&waits, 1, 350) == 0);
	wire_close(&x);
	CU_ASSERT(world_peer(&w, "esme1", false));
	called(&w, &y);
	wire_connect(&w, &z);
	CU_ASSERT(wire_bind(&w, &z, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	wire_close(&y);
	called(&w, &y);
	wire_close(&z);
	world_over(&w, &y);
}

/* While it thinks it is not called twice; other settings, and it is over. */
static void test_once(void)
{
	struct pollfd waits = { .events = POLLIN };
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, settings);
	called(&w, &x);
	waits.fd = w.smsc_listener;
	CU_ASSERT(poll(&waits, 1, 350) == 0);
	CU_ASSERT_FATAL(world_prepare(&w, world_server_settings));
	world_commit(&w);
	/* The answer to this one says that the commit is over. */
	CU_ASSERT_FATAL(world_prepare(&w, world_server_settings));
	world_commit(&w);
	wire_close(&x);
	CU_ASSERT(poll(&waits, 1, 350) == 0);
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "called", test_called },
	{ "not called", test_not_called },
	{ "once", test_once },
	{ NULL, NULL }
};

CHECK_MAIN("outbind", tests)
