/*
 * cpmgw-smpp: accounts that have not bound, and what the engine is told of
 * peers; the test is the engine.
 */
#include <string.h>

#include "tests/adapters/smpp_world.h"

#define SERVER                                                       \
	{ "smpp", "+", NULL }, { "smpp", "address", "127.0.0.1" },   \
	{                                                            \
		"smpp", "port", "@port"                              \
	}

/* What was stopped before it ever bound is refused; one that is taken out and
 * comes back is not. */
static void test_account_known_before(void)
{
	const struct world_setting with[] = { SERVER,
					      { "esme", "+", NULL },
					      { "esme", "system-id", "esme1" },
					      { "esme", "password", "secret1" },
					      { NULL, NULL, NULL } };
	const struct world_setting without[] = { SERVER,
						 { NULL, NULL, NULL } };
	struct found a = world_account();
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, with);
	CU_ASSERT(world_peer(&w, "esme1", false));
	world_control(&w, "stop", "esme1");
	CU_ASSERT(world_peer_text(&w, "esme1", "stopped"));
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSCEIVER, &a) ==
		  ESME_RBINDFAIL);
	CU_ASSERT(wire_is_closed(&x));
	wire_close(&x);
	CU_ASSERT(world_prepare(&w, without));
	world_commit(&w);
	world_control(&w, "stop", "esme1");
	CU_ASSERT(memmem(w.got.payload.p, w.got.payload.n, "no such link",
			 12) != NULL);
	CU_ASSERT(world_prepare(&w, with));
	world_commit(&w);
	CU_ASSERT(world_peer(&w, "esme1", false));
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSCEIVER, &a) == ESME_ROK);
	world_over(&w, &x);
}

/* Its numbers are told when they are asked for, and only if they changed. */
static void test_tells_when_asked(void)
{
	struct smpp_pdu p = { .command_id = SMPP_SUBMIT_SM,
			      .sequence_number = 77,
			      .source = { 1, 1, bytes_of("15550100001") },
			      .dest = { 1, 1, bytes_of("15550200001") },
			      .short_message = bytes_of("x") };
	struct peer_state v;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	CU_ASSERT(world_peer(&w, "esme1", true));
	wire_send(&x, &p);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	world_accept(&w, w.got.ref, 1);
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_ROK);
	CU_ASSERT(!world_has(&w, FRAME_PEER));
	world_control(&w, CONTROL_TELL, NULL);
	CU_ASSERT(w.got.payload.n == 0);
	CU_ASSERT_FATAL(world_has(&w, FRAME_PEER));
	CU_ASSERT_FATAL(world_wait(&w, FRAME_PEER));
	CU_ASSERT(peer_state_read(w.got.payload, w.arena, &v) == OK);
	CU_ASSERT(v.up && v.received == 1);
	world_control(&w, CONTROL_TELL, NULL);
	CU_ASSERT(!world_has(&w, FRAME_PEER));
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "known before it binds", test_account_known_before },
	{ "numbers when asked for", test_tells_when_asked },
	{ NULL, NULL }
};

CHECK_MAIN("smpp account", tests)
