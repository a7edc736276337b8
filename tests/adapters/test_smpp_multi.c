/*
 * submit_multi at the server, over real sockets; the test is the engine.
 * SMPP v3.4 4.5, 5.2.24 to 5.2.26.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_out.h"
#include "tests/adapters/smpp_world.h"

#define ID 99

struct to {
	const char *digits;	/* "@name": a distribution list */
	uint8_t ton, npi;
};

static struct smpp_pdu submission(struct wire *x, struct buf *dests,
				  const struct to *to, size_t n)
{
	struct smpp_pdu p = {
		.command_id = SMPP_SUBMIT_MULTI,
		.sequence_number = ++x->sequence,
		.source = { 1, 1, bytes_of("15550100001") },
		.registered_delivery = 1,
		.short_message = bytes_of("to many"),
		.number_of_dests = (uint8_t)n,
	};
	size_t i;

	buf_reset(dests);
	for (i = 0; i < n; i++) {
		struct smpp_dest d = { .is_list = to[i].digits[0] == '@' };

		if (d.is_list)
			d.list = bytes_of(to[i].digits + 1);
		else
			d.sme = (struct smpp_address){
				to[i].ton, to[i].npi, bytes_of(to[i].digits)
			};
		smpp_dest_put(dests, &d);
	}
	p.dests = buf_bytes(dests);
	return p;
}

static struct message intake(struct world *w, bool partial)
{
	struct intake in;

	CU_ASSERT_FATAL(world_wait(w, FRAME_INTAKE));
	struct message m = world_message(w, &in);

	CU_ASSERT(in.partial == partial && !in.native && !in.replace);
	return m;
}

static void answer(struct world *w, const char *refused, size_t n)
{
	struct accepted a = { .id = ID,
			      .public_id = "q83vEjRWeJCrze8SNFZ4kA",
			      .refused = { (const uint8_t *)refused, n } };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT(accepted_image(&a, &b) == OK);
	world_tell(w, FRAME_ACCEPTED, w->got.ref, buf_bytes(&b));
	buf_clear(&b);
}

static void next_failed(struct bytes *rest, const char *digits, uint32_t status)
{
	struct smpp_failed f;

	CU_ASSERT_FATAL(smpp_failed_next(rest, &f));
	CU_ASSERT(bytes_is(f.sme.digits, digits));
	CU_ASSERT(f.error_status_code == status);
}

static void read_answer(struct wire *x, struct smpp_pdu *p)
{
	char id[SMPP_OUR_ID_SIZE];

	CU_ASSERT_FATAL(wire_read(x, p));
	CU_ASSERT(p->command_id == SMPP_SUBMIT_MULTI_RESP);
	CU_ASSERT(p->command_status == ESME_ROK);
	CU_ASSERT(p->sequence_number == x->sequence);
	smpp_our_id(world_id_key, ID, id);
	CU_ASSERT(bytes_is(p->message_id, id));
}

static void test_all_taken(void)
{
	static const struct to to[] = { { "15550200001", 1, 1 },
					{ "5550200002", 2, 1 },
					{ "22222", 3, 0 } };
	struct buf dests = BUF_INIT(8192);
	struct smpp_pdu p;
	struct message m;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	p = submission(&x, &dests, to, 3);
	wire_send(&x, &p);
	m = intake(&w, true);
	CU_ASSERT_FATAL(m.n_recipients == 3);
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	CU_ASSERT_STRING_EQUAL(m.recipients[1].address.text, "+15550200002");
	CU_ASSERT_STRING_EQUAL(m.recipients[2].address.text, "22222");
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	CU_ASSERT(m.want == (WANT_POSITIVE | WANT_NEGATIVE));
	CU_ASSERT(bytes_is(m.parts[0].body, "to many"));
	answer(&w, NULL, 0);
	read_answer(&x, &p);
	CU_ASSERT(p.no_unsuccess == 0);
	world_over(&w, &x);
	buf_clear(&dests);
}

/* 4.5.2.1: each with its own status, in the order of the request. */
static void test_some_refused(void)
{
	static const struct to to[] = { { "@friends", 0, 0 },
					{ "15550200001", 1, 1 },
					{ "", 1, 1 },
					{ "15550200002", 1, 1 },
					{ "15550200003", 1, 1 },
					{ "15550200004", 1, 1 } };
	static const char refused[] = { 0, OUTCOME_ADDRESS, 2, OUTCOME_LATER };
	struct buf dests = BUF_INIT(8192);
	struct smpp_pdu p;
	struct message m;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	p = submission(&x, &dests, to, 6);
	wire_send(&x, &p);
	m = intake(&w, true);
	CU_ASSERT_FATAL(m.n_recipients == 4);
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	CU_ASSERT_STRING_EQUAL(m.recipients[3].address.text, "+15550200004");
	answer(&w, refused, sizeof refused);
	read_answer(&x, &p);
	CU_ASSERT(p.no_unsuccess == 4);
	next_failed(&p.failed, "friends", ESME_RINVDLNAME);
	next_failed(&p.failed, "15550200001", ESME_RINVDSTADR);
	next_failed(&p.failed, "", ESME_RINVDSTADR);
	next_failed(&p.failed, "15550200003", ESME_RMSGQFUL);
	world_over(&w, &x);
	buf_clear(&dests);
}

/* No destination is left: the first one's fault is the answer. */
static void test_none_left(void)
{
	static const struct to lists[] = { { "@friends", 0, 0 }, { "", 1, 1 } };
	static const struct to one[] = { { "15550200001", 1, 1 } };
	static const struct outcome no = { .class = OUTCOME_ADDRESS };
	struct buf dests = BUF_INIT(8192);
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	p = submission(&x, &dests, lists, 2);
	wire_send(&x, &p);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_SUBMIT_MULTI_RESP);
	CU_ASSERT(p.command_status == ESME_RINVDLNAME);
	p = submission(&x, &dests, one, 1);
	wire_send(&x, &p);
	CU_ASSERT(intake(&w, true).n_recipients == 1);
	world_outcome(&w, FRAME_REFUSED, w.got.ref, &no);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_SUBMIT_MULTI_RESP);
	CU_ASSERT(p.command_status == ESME_RINVDSTADR);
	world_over(&w, &x);
	buf_clear(&dests);
}

/* As many as one PDU may name: 5.2.24. */
static void test_254(void)
{
	static char digits[SMPP_DESTINATIONS_MAX][12];
	struct to to[SMPP_DESTINATIONS_MAX];
	char refused[2 * SMPP_DESTINATIONS_MAX - 2];
	struct buf dests = BUF_INIT(8192);
	struct smpp_pdu p;
	struct message m;
	struct world w;
	struct wire x;
	unsigned i;

	for (i = 0; i < SMPP_DESTINATIONS_MAX; i++) {
		snprintf(digits[i], sizeof digits[i], "15550200%03u", i);
		to[i] = (struct to){ digits[i], 1, 1 };
	}
	for (i = 0; i < sizeof refused; i += 2) {
		refused[i] = (char)(i / 2);
		refused[i + 1] = OUTCOME_ADDRESS;
	}
	world_server(&w, &x);
	p = submission(&x, &dests, to, SMPP_DESTINATIONS_MAX);
	wire_send(&x, &p);
	m = intake(&w, true);
	CU_ASSERT_FATAL(m.n_recipients == SMPP_DESTINATIONS_MAX);
	CU_ASSERT_STRING_EQUAL(m.recipients[253].address.text, "+15550200253");
	answer(&w, refused, sizeof refused);
	read_answer(&x, &p);
	CU_ASSERT(p.no_unsuccess == SMPP_DESTINATIONS_MAX - 1);
	for (i = 0; i + 1 < SMPP_DESTINATIONS_MAX; i++)
		next_failed(&p.failed, digits[i], ESME_RINVDSTADR);
	world_over(&w, &x);
	buf_clear(&dests);
}

/* Each destination counts: those beyond the account's rate are told so. */
static void test_throttled(void)
{
	static const struct to to[] = { { "15550200001", 1, 1 },
					{ "15550200002", 1, 1 },
					{ "15550200003", 1, 1 } };
	struct found a = world_account();
	struct buf dests = BUF_INIT(8192);
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	a.rate = 2;
	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	p = submission(&x, &dests, to, 3);
	wire_send(&x, &p);
	CU_ASSERT(intake(&w, true).n_recipients == 2);
	answer(&w, NULL, 0);
	read_answer(&x, &p);
	CU_ASSERT(p.no_unsuccess == 1);
	next_failed(&p.failed, "15550200003", ESME_RTHROTTLED);
	world_over(&w, &x);
	buf_clear(&dests);
}

/* Parts for the same destinations belong together, others do not. */
static void test_parts(void)
{
	static const struct to to[] = { { "15550200001", 1, 1 },
					{ "15550200002", 1, 1 } };
	static const char *const parts[] = { "\5\0\3\7\2\1a", "\5\0\3\7\2\2b",
					     "\5\0\3\7\2\1a" };
	struct buf dests = BUF_INIT(8192), keys[3];
	struct smpp_pdu p;
	struct intake in;
	struct world w;
	struct wire x;
	unsigned i;

	world_server(&w, &x);
	for (i = 0; i < 3; i++) {
		keys[i] = (struct buf)BUF_INIT(1024);
		p = submission(&x, &dests, to, i < 2 ? 2 : 1);
		p.esm_class = SMPP_ESM_UDHI;
		p.short_message = (struct bytes){ (const void *)parts[i], 7 };
		wire_send(&x, &p);
		CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
		CU_ASSERT_FATAL(intake_read(w.got.payload, &in) == OK);
		CU_ASSERT(in.segment.of == 2);
		buf_put(&keys[i], in.segment.key);
	}
	CU_ASSERT(bytes_equal(buf_bytes(&keys[0]), buf_bytes(&keys[1])));
	CU_ASSERT(!bytes_equal(buf_bytes(&keys[0]), buf_bytes(&keys[2])));
	for (i = 0; i < 3; i++)
		buf_clear(&keys[i]);
	world_over(&w, &x);
	buf_clear(&dests);
}

/* An acknowledgement has one recipient; and who has gone is not answered. */
static void test_odd(void)
{
	static const struct to to[] = { { "15550200001", 1, 1 } };
	struct buf dests = BUF_INIT(8192);
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	p = submission(&x, &dests, to, 1);
	p.esm_class = SMPP_ESM_TYPE_USER_ACK;
	wire_send(&x, &p);
	CU_ASSERT(wire_read(&x, &p));
	CU_ASSERT(p.command_status == ESME_RINVESMCLASS);
	p = submission(&x, &dests, to, 1);
	wire_send(&x, &p);
	CU_ASSERT(intake(&w, true).n_recipients == 1);
	wire_close(&x);
	CU_ASSERT(world_peer(&w, "esme1", true));
	CU_ASSERT(world_peer(&w, "esme1", false));
	answer(&w, NULL, 0);
	world_finish(&w);
	buf_clear(&dests);
}

static const struct check_test tests[] = {
	{ "all are taken", test_all_taken },
	{ "some are refused", test_some_refused },
	{ "none is left", test_none_left },
	{ "254 destinations", test_254 },
	{ "throttled", test_throttled },
	{ "parts", test_parts },
	{ "odd ones", test_odd },
	{ NULL, NULL }
};

CHECK_MAIN("submit_multi", tests)
