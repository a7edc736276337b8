/*
 * cpmgw-sip as a program: short messages to and from a device that has
 * nothing else. 3GPP TS 24.341 5.3.3, 3GPP TS 24.011 7.3.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/sip_sample.h"

#define SMS "application/vnd.3gpp.sms"

static const char *const with_sms[] = { "sip.sms-centre=+15550009999",
					"sip.sms-ack-timeout=1s", NULL };

/* mary's telephone, registered. */
static unsigned sms_register(struct device_socket *d, unsigned expires)
{
	char headers[256];
	struct device_request r;

	snprintf(headers, sizeof(headers),
		 "Contact: <sip:mary@127.0.0.1:%u%s>;+g.3gpp.smsip\r\n"
		 "Expires: %u\r\n",
		 d->port, d->tcp ? ";transport=tcp" : "", expires);
	r = device_registration(headers);
	r.call_id = d->tcp ? "sms-register-tcp" : "sms-register";
	return device_converse(d, &r);
}

static void sms_start(struct world *w, struct device_socket *d, bool tcp)
{
	world_start(w, with_sms);
	device_open(d, w, tcp);
	CU_ASSERT_FATAL(sms_register(d, 600) == 200);
}

/* The RP-DATA that must have come: its RP-MR; its Call-ID in `call_id`. */
static uint8_t take_data(struct device_socket *d, char call_id[64])
{
	const uint8_t *rp;

	sample_take(d, 0);
	snprintf(call_id, 64, "%s", device_header(d, "Call-ID"));
	CU_ASSERT_STRING_EQUAL(device_header(d, "Content-Type"), SMS);
	CU_ASSERT_STRING_EQUAL(device_header(d, "Accept-Contact"),
			       "*;+g.3gpp.smsip;require;explicit");
	rp = (const uint8_t *)device_body(d);
	CU_ASSERT(rp[0] == 1);
	/* RP-OA is the service centre, RP-DA is empty. */
	CU_ASSERT(memcmp(rp + 2, "\x07\x91\x51\x55\x00\x90\x99\xF9\x00", 9) ==
		  0);
	return rp[1];
}

/* A MESSAGE of the telephone's to its service centre. */
static struct device_request to_centre(const void *rp, size_t n,
				       const char *headers)
{
	struct device_request r = device_message(SMS, rp);

	r.target = "sip:+15550009999@cpm.example;user=phone";
	r.to = "<sip:+15550009999@cpm.example;user=phone>";
	r.call_id = "from-the-telephone";
	r.headers = headers;
	r.body_n = n;
	return r;
}

static void say(struct device_socket *d, const void *rp, size_t n,
		const char *call_id)
{
	char headers[128];
	struct device_request r;

	snprintf(headers, sizeof(headers), "In-Reply-To: %s\r\n", call_id);
	r = to_centre(rp, n, headers);
	CU_ASSERT(device_converse(d, &r) == 202);
}

static void acknowledge(struct device_socket *d, uint8_t reference,
			const char *call_id)
{
	uint8_t rp[] = { 2, reference, 0x41, 2, 0, 0 };

	say(d, rp, sizeof(rp), call_id);
}

static void refuse(struct device_socket *d, uint8_t reference, uint8_t cause,
		   const char *call_id)
{
	uint8_t rp[] = { 4, reference, 1, cause };

	say(d, rp, sizeof(rp), call_id);
}

/* -- to the telephone ----------------------------------------------------- */

static void test_acknowledged(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, false);
	sample_init(&s, 11);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	/* SMS-DELIVER from +15550200001, "hi". */
	CU_ASSERT(memcmp(device_body(&d) + 12,
			 "\x04\x0B\x91\x51\x55\x20\x00\x00\xF1\x00\x00",
			 11) == 0);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 11, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	CU_ASSERT(o.n_keys > 0 && strcmp(o.keys[o.n_keys - 1], call_id) == 0);
	sample_finish(&w, &d);
}

/* Its own request may overtake its response. */
static void test_acknowledged_before_the_response(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];

	sms_start(&w, &d, false);
	sample_init(&s, 12);
	world_leg(&w, &s.leg);
	acknowledge(&d, take_data(&d, call_id), call_id);
	CU_ASSERT(world_answer(&w, 12, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	sample_finish(&w, &d);
}

/* Another RP-MR, another Call-ID: about nothing of ours. */
static void test_answers_to_something_else(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, false);
	sample_init(&s, 13);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	acknowledge(&d, (uint8_t)(reference + 1), call_id);
	refuse(&d, reference, 21, "another");
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	refuse(&d, reference, 21, call_id);
	CU_ASSERT(world_answer(&w, 13, &o));
	CU_ASSERT(o.class == OUTCOME_NEVER && o.state == STATE_REJECTED);
	sample_finish(&w, &d);
}

static void test_silent(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, false);
	sample_init(&s, 14);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_answer(&w, 14, &o));
	CU_ASSERT(o.class == OUTCOME_UNANSWERED);
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	sample_finish(&w, &d);
}

static void test_refused_by_sip(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];

	sms_start(&w, &d, false);
	sample_init(&s, 15);
	world_leg(&w, &s.leg);
	(void)take_data(&d, call_id);
	device_reply(&d, 403, NULL);
	CU_ASSERT(world_answer(&w, 15, &o));
	CU_ASSERT(o.class == OUTCOME_NEVER && o.far_code == 403);
	sample_finish(&w, &d);
}

/* What it has of three parts it is not sent again. */
static void test_goes_on_where_it_was(void)
{
	struct buf text = BUF_INIT(1024), kept = BUF_INIT(64);
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference, first[256];

	check_repeat(&text, "x", 400, "");
	sms_start(&w, &d, false);
	sample_init(&s, 16);
	s.part.body = buf_bytes(&text);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	acknowledge(&d, reference, call_id);
	reference = take_data(&d, call_id);
	memcpy(first, device_body(&d) + 12, 40);
	device_reply(&d, 200, NULL);
	refuse(&d, reference, 22, call_id);
	CU_ASSERT(world_answer(&w, 16, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT && o.progress.n > 0);
	buf_put(&kept, o.progress);
	s.leg.token = 17;
	s.leg.progress = buf_bytes(&kept);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	CU_ASSERT(memcmp(first, device_body(&d) + 12, 40) == 0);
	device_reply(&d, 200, NULL);
	acknowledge(&d, reference, call_id);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 17, &o) && o.class == OUTCOME_DELIVERED);
	buf_clear(&text);
	buf_clear(&kept);
	sample_finish(&w, &d);
}

/* It leaves while two parts are still to come. */
static void test_the_device_goes(void)
{
	struct buf text = BUF_INIT(1024);
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	check_repeat(&text, "x", 400, "");
	sms_start(&w, &d, false);
	sample_init(&s, 18);
	s.part.body = buf_bytes(&text);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	CU_ASSERT(sms_register(&d, 0) == 200);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	CU_ASSERT(sms_register(&d, 600) == 200);
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 18, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT);
	buf_clear(&text);
	sample_finish(&w, &d);
}

static void test_cancelled(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, true);
	sample_init(&s, 19);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	world_tell(&w, FRAME_CANCEL, 19, (struct bytes){ 0 });
	CU_ASSERT(world_answer(&w, 19, &o));
	CU_ASSERT(o.class == OUTCOME_UNANSWERED);
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	sample_finish(&w, &d);
}

/* The program ends while one waits to be acknowledged. */
static void test_the_end(void)
{
	struct device_socket d;
	struct sample s;
	struct world w;
	char call_id[64];

	sms_start(&w, &d, false);
	sample_init(&s, 20);
	world_leg(&w, &s.leg);
	(void)take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	sample_finish(&w, &d);
}

/* Beside it a device that reads CPM: both get it, each its own way. */
static void test_beside_another(void)
{
	struct device_socket d, other;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, false);
	device_open(&other, &w, false);
	CU_ASSERT_FATAL(device_register(&other, "mary", 600) == 200);
	sample_init(&s, 21);
	world_leg(&w, &s.leg);
	sample_take(&other, 480);
	CU_ASSERT_STRING_EQUAL(device_header(&other, "Content-Type"),
			       "message/cpim");
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 21, &o) && o.class == OUTCOME_DELIVERED);
	device_close(&other);
	sample_finish(&w, &d);
}

/* Reports of CPM are for the devices of CPM only, and the other way. */
static void test_reports_go_where_they_are_understood(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, false);
	sample_init(&s, 22);
	s.leg.message.kind = MESSAGE_REPORT;
	s.leg.message.report.state = STATE_DELIVERED;
	s.leg.message.report.kind = WANT_POSITIVE;
	s.leg.message.report.about = 1;
	s.leg.message.report.recipient = s.leg.message.from;
	sample_id(&s, ID_IMDN, "34jk324j");
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 22, &o) && o.class == OUTCOME_ABSENT);
	s.leg.token = 23;
	s.ids[0] = (struct message_id){ ID_SMS_REFERENCE, "5 1795287960",
					WANT_POSITIVE };
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	CU_ASSERT(memcmp(device_body(&d) + 12, "\x06\x05\x0B\x91", 4) == 0);
	device_reply(&d, 200, NULL);
	acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 23, &o) && o.class == OUTCOME_DELIVERED);
	sample_finish(&w, &d);
}

/* -- from the telephone --------------------------------------------------- */

/* RP-DATA 9 with an SMS-SUBMIT of TP-MR 5 to +15550200001: "Hi". */
static const uint8_t data[] = { 0x00, 0x09, 0x00, 0x07, 0x91, 0x51, 0x55,
				0x00, 0x90, 0x99, 0xF9, 0x0F, 0x21, 0x05,
				0x0B, 0x91, 0x51, 0x55, 0x20, 0x00, 0x00,
				0xF1, 0x00, 0x00, 0x02, 0xC8, 0x34 };

/* Sends it, with the credentials of before; the engine has it then. */
static uint64_t hand_in(struct world *w, struct device_socket *d,
			struct intake *v)
{
	struct device_request r = to_centre(data, sizeof(data), NULL);
	struct world_frame *f;

	device_ask(d, &r);
	f = world_wait(w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f != NULL && intake_read(f->payload, v) == OK);
	return f->ref;
}

/* The RP message behind the 202. */
static const uint8_t *take_answer(struct device_socket *d)
{
	CU_ASSERT_FATAL(device_await(d));
	CU_ASSERT(device_status(d) == 202);
	CU_ASSERT_FATAL(device_await(d));
	CU_ASSERT_STRING_EQUAL(device_header(d, "In-Reply-To"),
			       "from-the-telephone");
	CU_ASSERT_STRING_EQUAL(device_header(d, "Content-Type"), SMS);
	return (const uint8_t *)device_body(d);
}

/* Acknowledged when the engine has it on disk, and not before. */
static void test_submitted(void)
{
	struct device_socket d;
	struct message m;
	const uint8_t *rp;
	struct intake v;
	struct world w;
	uint64_t ref;

	sms_start(&w, &d, false);
	ref = hand_in(&w, &d, &v);
	CU_ASSERT(!v.native && v.segment.of == 0);
	CU_ASSERT_FATAL(message_read(v.message, w.arena, &m, NULL) == OK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	CU_ASSERT(bytes_is(m.parts[0].body, "Hi"));
	CU_ASSERT(m.want == (WANT_POSITIVE | WANT_NEGATIVE));
	CU_ASSERT(device_silent(&d, 30));
	world_accept(&w, ref);
	rp = take_answer(&d);
	/* RP-ACK 9, SMS-SUBMIT-REPORT without parameters but TP-SCTS. */
	CU_ASSERT(memcmp(rp, "\x03\x09\x41\x09\x01\x00", 6) == 0);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_wait(&w, FRAME_TRACE) != NULL);
	sample_finish(&w, &d);
}

static void test_not_submitted(void)
{
	static const struct outcome nowhere = { .class = OUTCOME_ADDRESS };
	struct device_socket d;
	const uint8_t *rp;
	struct intake v;
	struct world w;

	sms_start(&w, &d, true);
	world_outcome(&w, FRAME_REFUSED, hand_in(&w, &d, &v), &nowhere);
	rp = take_answer(&d);
	/* RP-ERROR 9, unassigned number; TP-FCS: invalid SME address. */
	CU_ASSERT(memcmp(rp, "\x05\x09\x01\x01\x41\x0A\x01\xC3\x00", 9) == 0);
	device_reply(&d, 200, NULL);
	sample_finish(&w, &d);
}

/* Whoever had no room is tried again; and is told so. */
static void test_memory_available(void)
{
	struct device_request r = to_centre("\x06\x2A", 2, NULL);
	struct device_socket d;
	const uint8_t *rp;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	sms_start(&w, &d, false);
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL);
	sample_init(&s, 31);
	world_leg(&w, &s.leg);
	reference = take_data(&d, call_id);
	device_reply(&d, 200, NULL);
	refuse(&d, reference, 22, call_id);
	CU_ASSERT(world_answer(&w, 31, &o) && o.class == OUTCOME_ABSENT);
	CU_ASSERT(world_silent(&w, FRAME_AVAILABLE, 30));
	device_ask(&d, &r);
	rp = take_answer(&d);
	CU_ASSERT(rp[0] == 3 && rp[1] == 0x2A);
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL);
	device_reply(&d, 200, NULL);
	sample_finish(&w, &d);
}

static void test_malformed(void)
{
	static const struct row {
		const char *name, *hex;
		unsigned status; /* 202: RP-ERROR of that cause         */
		uint8_t cause;
	} rows[] = {
		{ "empty RP-ACK", "02", 400, 0 },
		{ "RP-ERROR without its cause", "04 01", 400, 0 },
		{ "RP-DATA cut short", "00 01 00 07 91", 202, 96 },
		{ "RP-DATA without a TPDU", "00 01 00 03 91 51 55 00", 202,
		  96 },
		{ "a TPDU of a kind that is reserved",
		  "00 01 00 03 91 51 55 01 03", 202, 69 },
		{ "an RP-MTI that is reserved", "07 01", 202, 97 },
		{ "what only the network sends", "03 01", 202, 97 },
	};
	struct device_request r;
	struct device_socket d;
	struct world w;
	uint8_t octets[32];
	struct bytes in;
	size_t i;

	sms_start(&w, &d, false);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in = check_unhex(rows[i].hex, octets, sizeof(octets));
		r = to_centre(in.p, in.n, NULL);
		device_ask(&d, &r);
		CU_ASSERT_FATAL(device_await(&d));
		ROW(&rows[i], device_status(&d) == rows[i].status);
		if (rows[i].status != 202)
			continue;
		CU_ASSERT_FATAL(device_await(&d));
		in.p = (const uint8_t *)device_body(&d);
		ROW(&rows[i],
		    in.p[0] == 5 && in.p[1] == 1 && in.p[3] == rows[i].cause);
		device_reply(&d, 200, NULL);
	}
	sample_finish(&w, &d);
}

static void test_without_a_telephone(void)
{
	struct device_request r = to_centre("\x06\x2A", 2, NULL);
	struct device_socket d;
	struct world w;

	world_start(&w, with_sms);
	device_open(&d, &w, false);
	CU_ASSERT(device_converse(&d, &r) == 403);
	sample_finish(&w, &d);
}

static const struct check_test tests[] = {
	{ "acknowledged", test_acknowledged },
	{ "acknowledged before the response",
	  test_acknowledged_before_the_response },
	{ "answers to something else", test_answers_to_something_else },
	{ "silent", test_silent },
	{ "refused by SIP", test_refused_by_sip },
	{ "goes on where it was", test_goes_on_where_it_was },
	{ "the device goes", test_the_device_goes },
	{ "cancelled", test_cancelled },
	{ "the end", test_the_end },
	{ "beside another", test_beside_another },
	{ "reports go where they are understood",
	  test_reports_go_where_they_are_understood },
	{ "submitted", test_submitted },
	{ "not submitted", test_not_submitted },
	{ "memory available", test_memory_available },
	{ "malformed", test_malformed },
	{ "without a telephone", test_without_a_telephone },
	{ NULL, NULL }
};

CHECK_MAIN("sip_sms", tests)
