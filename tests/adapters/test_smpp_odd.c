/*
 * Far sides that are odd, slow or wrong, over real sockets: no leg may wait
 * for ever, none may be sent twice without need. SMPP v3.4 2.7, 4.2, 4.4.2,
 * 5.1.4, 5.2.4, 5.2.23.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "adapters/smpp/smpp_out.h"
#include "codecs/smpp_receipt.h"
#include "tests/adapters/smpp_world.h"

#define ID_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A response whose body is those octets, whatever they are. */
static void respond(struct wire *x, const struct smpp_pdu *to,
		    struct bytes body)
{
	struct buf b = BUF_INIT(512);

	buf_u32(&b, (uint32_t)(SMPP_HEADER_OCTETS + body.n));
	buf_u32(&b, smpp_response_id(to->command_id));
	buf_u32(&b, ESME_ROK);
	buf_u32(&b, to->sequence_number);
	buf_put(&b, body);
	wire_octets(x, buf_bytes(&b));
	buf_clear(&b);
}

static const struct answer {
	const char *name;
	struct bytes body;
	uint8_t want;
	const char *far_id; /* NULL: there is none                       */
	enum outcome_class class;
} answers[] = {
#define BODY(text_)                                                            \
	{                                                                      \
		(const uint8_t *)(text_), sizeof(text_) - 1                    \
	}
	{ "an id", BODY("M1\0"), WANT_POSITIVE, "M1", OUTCOME_ACCEPTED },
	{ "of 64 octets", BODY(ID_64 "\0"), WANT_POSITIVE, ID_64,
	  OUTCOME_ACCEPTED },
	{ "of 64 octets without a NUL", BODY(ID_64), WANT_POSITIVE, ID_64,
	  OUTCOME_ACCEPTED },
	{ "without a NUL", BODY("M1"), WANT_POSITIVE, "M1", OUTCOME_ACCEPTED },
	{ "with a broken parameter", BODY("M1\0\x14"), WANT_POSITIVE, "M1",
	  OUTCOME_ACCEPTED },
	{ "of 65 octets", BODY(ID_64 "0\0"), WANT_POSITIVE, NULL,
	  OUTCOME_NEVER },
	{ "of 65 octets, and nobody asks", BODY(ID_64 "0\0"), 0, NULL,
	  OUTCOME_ACCEPTED },
	{ "of 200 octets", BODY(ID_64 ID_64 ID_64 "01234567\0"), WANT_NEGATIVE,
	  NULL, OUTCOME_NEVER },
	{ "empty", BODY("\0"), WANT_DISPLAY, NULL, OUTCOME_NEVER },
	{ "empty, and nobody asks", BODY("\0"), 0, NULL, OUTCOME_ACCEPTED },
	{ "no body", BODY(""), WANT_POSITIVE, NULL, OUTCOME_NEVER },
	{ "no body, and nobody asks", BODY(""), 0, NULL, OUTCOME_ACCEPTED },
};

/* 5.2.23: the SMSC has it. Without an id that a receipt can name nobody will
 * know more, and nothing is waited for. */
static void test_ids(void)
{
	struct outcome o;
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, world_link_settings);
	for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		const struct answer *r = &answers[i];
		struct leg leg = world_leg_of(i + 1);

		m.want = r->want;
		world_leg(&w, &leg, &m);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		respond(&x, &p, r->body);
		o = world_read_outcome(&w);
		ROW(r, w.got.ref == i + 1 && o.class == r->class);
		ROW(r, o.n_far_ids == (r->far_id != NULL));
		ROW(r,
		    o.n_far_ids == 0 || strcmp(o.far_ids[0], r->far_id) == 0);
		ROW(r, (o.text != NULL) == (r->far_id == NULL));
		ROW(r,
		    (o.state == STATE_UNKNOWN) == (r->class == OUTCOME_NEVER));
	}
	world_over(&w, &x);
}

/* 4.6.2: its message_id is unused, and may be anything. */
static void test_deliver_bodies(void)
{
	static const struct bytes bodies[] = { BODY("\0"), BODY(""), BODY("7"),
					       BODY(ID_64 ID_64),
					       BODY("\0\x01") };
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_server(&w, &x);
	for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct leg leg = world_leg_to_esme(i + 1);

		world_leg(&w, &leg, &m);
		CU_ASSERT_FATAL(wire_read(&x, &p));
		respond(&x, &p, bodies[i]);
		CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	}
	world_over(&w, &x);
}

/* 5.1.4: neither another number nor another kind of response is an answer. */
static void test_wrong_answers(void)
{
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p, no;
	struct outcome o;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	no = p;
	no.sequence_number += 1000;
	wire_respond(&x, &no, ESME_RINVDSTADR, "");
	no.sequence_number = p.sequence_number;
	no.command_id = SMPP_DATA_SM;
	wire_respond(&x, &no, ESME_ROK, "wrong");
	no.command_id = SMPP_ENQUIRE_LINK;
	wire_respond(&x, &no, ESME_ROK, "");
	wire_respond(&x, &p, ESME_ROK, "right");
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.n_far_ids == 1);
	CU_ASSERT_STRING_EQUAL(o.far_ids[0], "right");
	/* Once more the same answer: nobody waits for it. */
	wire_respond(&x, &p, ESME_RINVDSTADR, "");
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	wire_respond(&x, &p, ESME_ROK, "M2");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	world_over(&w, &x);
}

/* A bind that is answered as if it were something else is not answered. */
static void test_wrong_bind_answer(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "response-timeout",
					     "300ms" },
					   { NULL, NULL, NULL } };
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, s);
	wire_accept(&w, &x);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	p.command_id = SMPP_SUBMIT_SM;
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(world_peer_text(&w, "smsc-a", "bind was not answered"));
	world_over(&w, &x);
}

/* 4.2: what is under way is answered before the last word, both ways. */
static void test_unbound_by_the_smsc(void)
{
	struct smpp_pdu unbind = { .command_id = SMPP_UNBIND,
				   .sequence_number = 7000 };
	struct smpp_pdu mo = { .command_id = SMPP_DELIVER_SM,
			       .sequence_number = 6999,
			       .source = { 1, 1, bytes_of("15550200001") },
			       .dest = { 1, 1, bytes_of("15550100001") } };
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p, submission;
	struct world w;
	struct wire x;
	uint64_t ref;

	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &submission));
	wire_send(&x, &mo);
	wire_send(&x, &unbind);
	CU_ASSERT_FATAL(world_wait(&w, FRAME_INTAKE));
	ref = w.got.ref;
	CU_ASSERT(world_peer(&w, "smsc-a", false));
	wire_respond(&x, &submission, ESME_ROK, "M1");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	world_accept(&w, ref, 1);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_DELIVER_SM_RESP);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND_RESP);
	CU_ASSERT(p.sequence_number == 7000 && wire_is_closed(&x));
	world_over(&w, &x);
}

/* An ESME that unbinds may still answer what it was sent; not for ever. */
static void test_unbound_by_the_esme(void)
{
	struct smpp_pdu unbind = { .command_id = SMPP_UNBIND,
				   .sequence_number = 7000 };
	struct leg leg = world_leg_to_esme(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p, delivery;
	unsigned answers;
	struct world w;
	struct wire x;

	for (answers = 0; answers < 2; answers++) {
		world_server(&w, &x);
		world_leg(&w, &leg, &m);
		CU_ASSERT_FATAL(wire_read(&x, &delivery));
		wire_send(&x, &unbind);
		CU_ASSERT(world_peer(&w, "esme1", true));
		CU_ASSERT(world_peer(&w, "esme1", false));
		if (answers == 1)
			wire_respond(&x, &delivery, ESME_ROK, "");
		CU_ASSERT(wire_read(&x, &p) &&
			  p.command_id == SMPP_UNBIND_RESP);
		wire_close(&x);
		CU_ASSERT(world_read_outcome(&w).class ==
			  (answers == 1 ? OUTCOME_DELIVERED
					: OUTCOME_UNANSWERED));
		world_finish(&w);
	}
}

/* The same when the far side answers no more: it ends all the same. */
static void test_unbound_and_silent(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "smsc", "response-timeout",
					     "300ms" },
					   { NULL, NULL, NULL } };
	struct smpp_pdu unbind = { .command_id = SMPP_UNBIND,
				   .sequence_number = 7000 };
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, "x");
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, s);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	wire_send(&x, &unbind);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_UNANSWERED);
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND_RESP);
	world_over(&w, &x);
}

/* Half a PDU, and then nothing: what was asked is marked, not lost. */
static void test_cut_pdu(void)
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
	wire_octets(&x, (struct bytes)BODY("\0\0\0\x20\x80\0\0\x04\0\0"));
	wire_close(&x);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_UNANSWERED);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	world_over(&w, &x);
}

/* The longest PDU there is, and one octet more. 5.1.1. */
static void test_long_pdus(void)
{
	uint8_t head[SMPP_HEADER_OCTETS] = { 0, 1, 0x20, 0, 0, 0, 0, 0x15 };
	uint8_t zeros[1024] = { 0 };
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t left = SMPP_PDU_OCTETS_MAX - sizeof head, n;

	world_server(&w, &x);
	head[15] = 9;
	wire_octets(&x, (struct bytes){ head, sizeof head });
	for (; left > 0; left -= n) {
		n = left < sizeof zeros ? left : sizeof zeros;
		wire_octets(&x, (struct bytes){ zeros, n });
	}
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_ENQUIRE_LINK_RESP ||
		  p.command_id == SMPP_GENERIC_NACK);
	CU_ASSERT(p.sequence_number == 9);
	head[3] = 1;
	wire_octets(&x, (struct bytes){ head, sizeof head });
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_GENERIC_NACK);
	CU_ASSERT(p.command_status == ESME_RINVCMDLEN && wire_is_closed(&x));
	world_over(&w, &x);
}

/* Asks and asks and reads nothing: it is closed, whatever TCP holds. */
static void test_never_reads(void)
{
	const struct world_setting s[] = {
		{ "smpp", "+", NULL },
		{ "smpp", "address", "127.0.0.1" },
		{ "smpp", "port", "@port" },
		{ "smpp", "response-timeout", "500ms" },
		{ "gateway", "+", NULL },
		{ NULL, NULL, NULL }
	};
	struct timeval patience = { .tv_sec = 20 };
	struct found a = world_account();
	struct buf many = BUF_INIT(65536);
	struct smpp_pdu p = { .command_id = SMPP_ENQUIRE_LINK };
	struct world w;
	struct wire x;
	int little = 4096;
	ssize_t n = 1;

	while (smpp_pdu_encode(&p, &many, NULL) == OK && many.n < 65000)
		;
	world_start(&w);
	world_run(&w, s);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSCEIVER, &a) == ESME_ROK);
	setsockopt(x.fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
	setsockopt(x.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	while (n > 0)
		n = send(x.fd, many.p, many.n, MSG_NOSIGNAL);
	CU_ASSERT(errno == EPIPE || errno == ECONNRESET);
	CU_ASSERT(world_peer_text(&w, "esme1", "the far side does not read"));
	buf_clear(&many);
	world_over(&w, &x);
}

/* 5.2.4: to an ESME of 3.3 a receipt is its text alone. */
static void test_older_version(void)
{
	struct leg leg = world_leg_to_esme(8);
	struct found a = world_account();
	struct smpp_receipt text;
	struct message m;
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.report.about = 4711;
	m.report.recipient = (struct address){ ADDRESS_E164, "+15550200001" };
	m.report.state = STATE_DELIVERED;
	world_start(&w);
	world_run(&w, world_server_settings);
	wire_connect(&w, &x);
	x.version = 0x33;
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSCEIVER, &a) == ESME_ROK);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.tlvs.n == 0);
	CU_ASSERT(smpp_receipt_decode(p.short_message, &text, NULL) == OK);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_DELIVERED);
	world_over(&w, &x);
}

/* Parameters that it does not like are left out once, then it is given up. */
static void test_acknowledgement_refused(void)
{
	struct message_id id = { ID_SMPP_REFERENCE, "513", 0 };
	struct leg leg = world_leg_of(5);
	struct message m;
	struct outcome o;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	uint8_t progress[64];

	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.report.recipient = (struct address){ ADDRESS_E164, "+15550100001" };
	m.report.state = STATE_DELIVERED;
	m.ids = &id;
	m.n_ids = 1;
	world_smsc(&w, &x, world_link_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.tlvs.n > 0);
	wire_respond(&x, &p, ESME_ROPTPARNOTALLWD, "");
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_LATER);
	CU_ASSERT_FATAL(o.progress.n > 0 && o.progress.n < sizeof progress);
	memcpy(progress, o.progress.p, o.progress.n);
	leg.progress = (struct bytes){ progress, o.progress.n };
	world_leg(&w, &leg, &m);
	CU_ASSERT(wire_read(&x, &p) && p.tlvs.n == 0);
	wire_respond(&x, &p, ESME_ROPTPARNOTALLWD, "");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_NEVER);
	world_over(&w, &x);
}

/* What the far side cannot be given, and a report that names nothing, are
 * lines of a story. */
static void test_notes(void)
{
	struct extra extra = { "smpp.tlv.1204", { (const uint8_t *)"", 1 } };
	struct leg leg = world_leg_to_esme(5);
	struct smpp_pdu p = { .command_id = SMPP_DELIVER_SM,
			      .sequence_number = 9,
			      .esm_class = SMPP_ESM_TYPE_RECEIPT,
			      .short_message = bytes_of("no receipt") };
	struct part part;
	struct message m = world_text(&part, "x");
	struct world w;
	struct wire x;

	m.extras = &extra;
	m.n_extras = 1;
	world_server(&w, &x);
	world_leg(&w, &leg, &m);
	CU_ASSERT_STRING_EQUAL(world_note(&w, "map"), "lost=ms_validity");
	world_over(&w, &x);
	world_smsc(&w, &x, world_link_settings);
	wire_send(&x, &p);
	CU_ASSERT_STRING_EQUAL(world_note(&w, "report-in"),
			       "a report without an identifier");
	CU_ASSERT(wire_read(&x, &p) && p.command_status == ESME_ROK);
	world_over(&w, &x);
}

/* What gwctl shows as the state of a link is what its text says. */
static void test_stopped(void)
{
	const struct world_setting off[] = { WORLD_LINK,
					     { "smsc", "start", "no" },
					     { NULL, NULL, NULL } };
	const struct world_setting receiver[] = {
		WORLD_LINK, { "smsc", "bind", "receiver" }, { NULL, NULL, NULL }
	};
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_start(&w);
	world_run(&w, off);
	CU_ASSERT(world_peer_text(&w, "smsc-a", "stopped"));
	world_control(&w, "start", "smsc-a");
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	world_control(&w, "stop", "smsc-a");
	CU_ASSERT(world_peer_text(&w, "smsc-a", "stopped"));
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_is_closed(&x));
	CU_ASSERT(world_peer_text(&w, "smsc-a", "stopped"));
	world_over(&w, &x);
	world_start(&w);
	world_run(&w, receiver);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer_text(&w, "smsc-a", "bound to receive only"));
	world_over(&w, &x);
}

static void test_stopped_account(void)
{
	struct found a = world_account();
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_server(&w, &x);
	world_control(&w, "stop", "esme1");
	CU_ASSERT(world_peer_text(&w, "esme1", "stopped"));
	CU_ASSERT(wire_read(&x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(wire_is_closed(&x));
	CU_ASSERT(world_peer_text(&w, "esme1", "stopped"));
	world_control(&w, "start", "esme1");
	wire_close(&x);
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	CU_ASSERT(world_peer_text(&w, "esme1", "bound to submit only"));
	world_over(&w, &x);
}

/* A link and an account of one name would be one thing to routes and gwctl. */
static void test_one_name(void)
{
	const struct world_setting s[] = { WORLD_LINK,
					   { "esme", "+", NULL },
					   { "esme", "system-id", "smsc-a" },
					   { "esme", "password", "secret1" },
					   { NULL, NULL, NULL } };
	struct world w;

	world_start(&w);
	CU_ASSERT(!world_prepare(&w, s));
	CU_ASSERT(world_prepare(&w, world_link_settings));
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "ids", test_ids },
	{ "bodies of deliver_sm_resp", test_deliver_bodies },
	{ "wrong answers", test_wrong_answers },
	{ "a wrong answer to the bind", test_wrong_bind_answer },
	{ "unbound by the SMSC", test_unbound_by_the_smsc },
	{ "unbound by the ESME", test_unbound_by_the_esme },
	{ "unbound, then silent", test_unbound_and_silent },
	{ "half a PDU", test_cut_pdu },
	{ "long PDUs", test_long_pdus },
	{ "one that never reads", test_never_reads },
	{ "an older version", test_older_version },
	{ "a refused acknowledgement", test_acknowledgement_refused },
	{ "notes", test_notes },
	{ "stopped links", test_stopped },
	{ "stopped accounts", test_stopped_account },
	{ "one name for two", test_one_name },
	{ NULL, NULL }
};

CHECK_MAIN("smpp odd", tests)
