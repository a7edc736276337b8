/*
 * cpmgw-sip as a program: legs out to devices and to another domain, and what
 * their answers mean; notifications both ways.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/adapters/sip_sample.h"

/* -- what is sent --------------------------------------------------------- */

/* RFC 3862, row by row; RFC 3428. */
static void test_from_sms(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, false);
	sample_init(&s, 11);
	s.leg.message.want = WANT_POSITIVE | WANT_NEGATIVE;
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT(strncmp(device_header(&d, "From"),
			  "<sip:+15550200001@cpm.example;user=phone>;tag=",
			  46) == 0);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "To"),
			       "<sip:mary@cpm.example>");
	CU_ASSERT(strstr(d.text,
			 "P-Asserted-Identity: <tel:+15550200001>\r\n"
			 "P-Asserted-Identity: "
			 "<sip:+15550200001@cpm.example;user=phone>\r\n") !=
		  NULL);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "P-Asserted-Service"),
			       "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg");
	CU_ASSERT(strlen(device_header(&d, "Conversation-ID")) == 36);
	CU_ASSERT(strlen(device_header(&d, "Contribution-ID")) == 36);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Contact"), "");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Record-Route"), "");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Content-Type"),
			       "message/cpim");
	CU_ASSERT_STRING_EQUAL(
		device_body(&d),
		"From: <tel:+15550200001>\r\n"
		"To: <tel:+15550100001>\r\n"
		"DateTime: 2025-11-20T21:00:00Z\r\n"
		"NS: imdn <urn:ietf:params:imdn>\r\n"
		"imdn.Message-ID: " PUBLIC_ID "\r\n"
		"imdn.Disposition-Notification: positive-delivery, "
		"negative-delivery\r\n"
		"\r\n"
		"Content-Type: text/plain;charset=UTF-8\r\n"
		"\r\n"
		"hi");
	CU_ASSERT(world_answer(&w, 11, &o));
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.far_code == 200);
	sample_finish(&w, &d);
}

/* CPIM is never changed on its way (RFC 3862 2; RFC 3428). */
static void test_native(void)
{
	static const char cpim[] =
		"From: Mary <sip:bob@cpm.example>\nX.y: z\n\n"
		"Content-type: text/plain\n\nodd but mine";
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, false);
	sample_init(&s, 12);
	s.leg.native = true;
	s.leg.message.native_type = "message/cpim";
	s.leg.message.native = bytes_of(cpim);
	s.leg.message.from_name = "Bob \"B\"\r\nX: y";
	sample_extra(&s, "sip.from", "sip:bob@cpm.example");
	sample_extra(&s, "sip.max-forwards", "20");
	sample_id(&s, ID_CONVERSATION, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
	sample_id(&s, ID_CONTRIBUTION, "abc");
	sample_id(&s, ID_IN_REPLY_TO, "def");
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_body(&d), cpim);
	/* A name with line ends is none; the URI is the sender's own. */
	CU_ASSERT(strncmp(device_header(&d, "From"),
			  "<sip:bob@cpm.example>;tag=", 26) == 0);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "X"), "");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Max-Forwards"), "19");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Conversation-ID"),
			       "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Contribution-ID"), "abc");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "InReplyTo-Contribution-ID"),
			       "def");
	CU_ASSERT(world_answer(&w, 12, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	CU_ASSERT(o.state == STATE_DELIVERED && o.far_code == 200);
	sample_finish(&w, &d);
}

/* Hidden senders: RFC 3323 4.1, RFC 3862. */
static void test_hidden(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, false);
	sample_init(&s, 13);
	s.leg.message.privacy = PRIVACY_ID;
	s.leg.message.asserted = s.leg.message.from;
	s.leg.message.from = (struct address){ ADDRESS_ANONYMOUS, "" };
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT(strstr(d.text, "15550200001") == NULL);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Privacy"), "id");
	CU_ASSERT(strncmp(device_header(&d, "From"),
			  "\"Anonymous\" <sip:anonymous@anonymous.invalid>",
			  45) == 0);
	CU_ASSERT(strstr(device_body(&d),
			 "<sip:anonymous@anonymous.invalid>") != NULL);
	CU_ASSERT(world_answer(&w, 13, &o));
	sample_finish(&w, &d);
}

/* -- what the answers mean ------------------------------------------------ */

static void test_answers(void)
{
	static const struct row {
		const char *name;
		unsigned status;
		const char *headers;
		enum outcome_class class;
		enum delivery_state state;
		uint32_t retry_after_ms;
	} rows[] = {
		{ "202 of a store on the way", 202, NULL, OUTCOME_ACCEPTED,
		  STATE_NONE, 0 },
		{ "404", 404, NULL, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, 0 },
		{ "403", 403, NULL, OUTCOME_NEVER, STATE_REJECTED, 0 },
		{ "480", 480, NULL, OUTCOME_ABSENT, STATE_NONE, 0 },
		{ "500", 500, NULL, OUTCOME_LATER, STATE_NONE, 0 },
		{ "503 with a time", 503, "Retry-After: 7\r\n", OUTCOME_LATER,
		  STATE_NONE, 7000 },
		{ "603", 603, NULL, OUTCOME_NEVER, STATE_REJECTED, 0 },
	};
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	size_t i;

	sample_start(&w, &d, true);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample_init(&s, 100 + i);
		world_leg(&w, &s.leg);
		sample_take(&d, 0);
		device_reply(&d, rows[i].status, rows[i].headers);
		ROW(&rows[i], world_answer(&w, 100 + i, &o));
		ROW(&rows[i], o.class == rows[i].class);
		ROW(&rows[i], o.state == rows[i].state);
		ROW(&rows[i], o.far_code == rows[i].status);
		ROW(&rows[i], o.retry_after_ms == rows[i].retry_after_ms);
	}
	sample_finish(&w, &d);
}

/* 415 to CPIM: the text alone, and from then on at once (RFC 3261 21). */
static void test_plain(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, true);
	sample_init(&s, 21);
	s.leg.message.want = WANT_POSITIVE;
	world_leg(&w, &s.leg);
	sample_take(&d, 415);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Content-Type"),
			       "text/plain;charset=UTF-8");
	CU_ASSERT_STRING_EQUAL(device_body(&d), "hi");
	/* No notification will follow that. */
	CU_ASSERT(world_answer(&w, 21, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	s.leg.token = 22;
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_body(&d), "hi");
	CU_ASSERT(world_answer(&w, 22, &o));
	sample_finish(&w, &d);
}

/* 3xx: to where the device says it is, so often; not to ourselves. */
static void test_redirect(void)
{
	struct device_socket d, there;
	char contact[256];
	struct outcome o;
	struct sample s;
	struct world w;
	unsigned i;

	sample_start(&w, &d, true);
	device_open(&there, &w, false);
	sample_init(&s, 23);
	world_leg(&w, &s.leg);
	CU_ASSERT(device_await(&d));
	snprintf(contact, sizeof(contact),
		 "Contact: <sip:m@127.0.0.1:1>;q=0.2, <mailto:m@x>, "
		 "<sip:moved@127.0.0.1:%u>;q=0.7\r\n",
		 there.port);
	device_reply(&d, 302, contact);
	CU_ASSERT(device_await(&there));
	CU_ASSERT(strncmp(there.text, "MESSAGE sip:moved@127.0.0.1:", 28) == 0);
	CU_ASSERT(strstr(device_body(&there), "\r\nhi") != NULL);
	device_reply(&there, 200, NULL);
	CU_ASSERT(world_answer(&w, 23, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED && o.far_code == 200);

	/* In a circle. */
	s.leg.token = 24;
	world_leg(&w, &s.leg);
	CU_ASSERT(device_await(&d));
	device_reply(&d, 301, contact);
	for (i = 0; i < 5; i++) {
		CU_ASSERT(device_await(&there));
		device_reply(&there, 302, contact);
	}
	CU_ASSERT(world_answer(&w, 24, &o));
	CU_ASSERT(o.class == OUTCOME_ADDRESS && o.far_code == 302);
	CU_ASSERT(o.state == STATE_UNDELIVERABLE);

	/* To us, to nobody. */
	s.leg.token = 25;
	world_leg(&w, &s.leg);
	CU_ASSERT(device_await(&d));
	device_reply(&d, 302, "Contact: <sip:bob@cpm.example>\r\n");
	CU_ASSERT(world_answer(&w, 25, &o));
	CU_ASSERT(o.class == OUTCOME_ADDRESS && o.far_code == 302);
	device_close(&there);
	sample_finish(&w, &d);
}

static void test_nobody(void)
{
	struct outcome o;
	struct sample s;
	struct world w;

	world_start(&w, NULL);
	sample_init(&s, 31);
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 31, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT);
	sample_init(&s, 32);
	s.leg.to.text = "+4477009001";
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 32, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT);
	/* A body that is kept outside cannot go by MESSAGE. */
	sample_init(&s, 33);
	s.part.external = true;
	s.part.reference.octets = 100000;
	s.part.body = (struct bytes){ 0 };
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 33, &o));
	CU_ASSERT(o.class == OUTCOME_NEVER);
	/* Hops used up (RFC 3261 16.3). */
	sample_init(&s, 34);
	sample_extra(&s, "sip.max-forwards", "0");
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 34, &o));
	CU_ASSERT(o.class == OUTCOME_NEVER && o.far_code == 483);
	world_finish(&w);
}

/* No answer within deliver-timeout: he is away (RFC 4320). */
static void test_silent_device(void)
{
	static const char *const fast[] = { "sip.deliver-timeout=1s", NULL };
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	world_start(&w, fast);
	device_open(&d, &w, false);
	CU_ASSERT_FATAL(device_register(&d, "mary", 600) == 200);
	sample_init(&s, 41);
	world_leg(&w, &s.leg);
	sample_take(&d, 0);
	CU_ASSERT(world_answer(&w, 41, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT && o.far_code == 408);
	while (!device_silent(&d, 1)) /* repetitions */
		continue;
	/* The late answer is absorbed; so is one to nothing at all. */
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 50));
	/* Any sign of life makes it worth trying again. */
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL); /* registration */
	CU_ASSERT(device_register(&d, "mary", 600) == 200);
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL);
	sample_finish(&w, &d);
}

/* -- several devices, several messages ------------------------------------ */

static void test_fork(void)
{
	struct device_socket a, b;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &a, false);
	device_open(&b, &w, true);
	CU_ASSERT_FATAL(device_register(&b, "mary", 600) == 200);
	sample_init(&s, 51);
	world_leg(&w, &s.leg);
	sample_take(&a, 486);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	sample_take(&b, 200);
	CU_ASSERT(world_answer(&w, 51, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	/* All refuse: the best of it. */
	s.leg.token = 52;
	world_leg(&w, &s.leg);
	sample_take(&a, 404);
	sample_take(&b, 480);
	CU_ASSERT(world_answer(&w, 52, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	device_close(&b);
	sample_finish(&w, &a);
}

/* RFC 3428 8: one MESSAGE at a time to a target. */
/* RFC 5626 5.3: one copy to each device, however many flows it keeps. */
static void test_flows(void)
{
	struct device_request r = device_registration(NULL);
	struct device_socket flows[2];
	char headers[256];
	struct outcome o;
	struct sample s;
	struct world w;
	unsigned i;

	world_start(&w, NULL);
	for (i = 0; i < 2; i++) {
		device_open(&flows[i], &w, false);
		snprintf(headers, sizeof(headers),
			 "Contact: <sip:mary@127.0.0.1:%u>;reg-id=%u;"
			 "+sip.instance=\"<urn:uuid:1>\"\r\n",
			 flows[i].port, i + 1);
		r.headers = headers;
		CU_ASSERT(device_converse(&flows[i], &r) == 200);
	}
	sample_init(&s, 45);
	world_leg(&w, &s.leg);
	sample_take(&flows[1], 200);
	CU_ASSERT(world_answer(&w, 45, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	CU_ASSERT(device_silent(&flows[0], 30));
	device_close(&flows[0]);
	sample_finish(&w, &flows[1]);
}

static void test_one_at_a_time(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, true);
	sample_init(&s, 61);
	world_leg(&w, &s.leg);
	s.part.body = bytes_of("second");
	s.leg.token = 62;
	world_leg(&w, &s.leg);
	sample_take(&d, 0);
	CU_ASSERT(strstr(d.text, "second") == NULL);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_answer(&w, 61, &o));
	sample_take(&d, 200);
	CU_ASSERT(strstr(d.text, "second") != NULL);
	CU_ASSERT(world_answer(&w, 62, &o));
	sample_finish(&w, &d);
}

/* A leg is taken back: it has its one outcome, and the queue moves on. */
static void test_cancel(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, true);
	sample_init(&s, 65);
	world_leg(&w, &s.leg);
	sample_take(&d, 0);
	world_tell(&w, FRAME_CANCEL, 65, (struct bytes){ 0 });
	CU_ASSERT(world_answer(&w, 65, &o));
	CU_ASSERT(o.class == OUTCOME_UNANSWERED);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	s.leg.token = 66;
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT(world_answer(&w, 66, &o));
	sample_finish(&w, &d);
}

/* To stop does not take as long as a device may: what waits goes back at
 * once, what is on its way after seconds. */
static void test_stop(void)
{
	static const char *const slow[] = { "sip.deliver-timeout=30s", NULL };
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	world_start(&w, slow);
	device_open(&d, &w, false);
	CU_ASSERT(device_register(&d, "mary", 600) == 200);
	sample_init(&s, 67);
	world_leg(&w, &s.leg);
	sample_take(&d, 0);
	s.leg.token = 68;
	world_leg(&w, &s.leg);
	world_tell(&w, FRAME_STOP, 0, (struct bytes){ 0 });
	CU_ASSERT(world_answer(&w, 68, &o));
	CU_ASSERT(o.class == OUTCOME_LATER);
	CU_ASSERT(world_answer(&w, 67, &o));
	CU_ASSERT(o.class == OUTCOME_UNANSWERED);
	sample_finish(&w, &d);
}

static void test_dead_flow(void)
{
	struct device_socket d;
	struct outcome o;
	struct presence p;
	struct sample s;
	struct world w;

	sample_start(&w, &d, true);
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL);
	device_close(&d);
	sample_init(&s, 71);
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 71, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT);
	/* Seen as dead at the latest by the next one. */
	s.leg.token = 72;
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 72, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT);
	CU_ASSERT_FATAL(presence_read(world_wait(&w, FRAME_GONE)->payload,
				      w.arena, &p) == OK);
	CU_ASSERT(p.devices == 0);
	world_finish(&w);
}

/* -- restart -------------------------------------------------------------- */

/* What BINDING carried comes back by SNAPSHOT: UDP is reachable again. */
static void test_snapshot(void)
{
	struct world_frame f;
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w, again;

	sample_start(&w, &d, false);
	f = *world_wait(&w, FRAME_BINDING);
	world_start_bare(&again, NULL);
	world_tell(&again, FRAME_SNAPSHOT, 0, f.payload);
	world_tell(&again, FRAME_SNAPSHOT, 0, f.payload);
	world_ready(&again);
	CU_ASSERT(world_wait(&again, FRAME_AVAILABLE) != NULL);
	sample_init(&s, 81);
	world_leg(&again, &s.leg);
	/* It comes from the other port: not over the device's own peer. */
	device_close(&d);
	world_tell(&again, FRAME_CANCEL, 81, (struct bytes){ 0 });
	CU_ASSERT(world_answer(&again, 81, &o));
	CU_ASSERT(o.class != OUTCOME_DELIVERED);
	world_finish(&again);
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "sends what came by SMS", test_from_sms },
	{ "sends CPIM unchanged", test_native },
	{ "hides senders", test_hidden },
	{ "knows what answers mean", test_answers },
	{ "falls back to plain text", test_plain },
	{ "follows who has moved", test_redirect },
	{ "finds nobody", test_nobody },
	{ "waits so long for a device", test_silent_device },
	{ "forks", test_fork },
	{ "sends over one flow", test_flows },
	{ "sends one at a time", test_one_at_a_time },
	{ "takes a leg back", test_cancel },
	{ "stops in time", test_stop },
	{ "sees that a connection is dead", test_dead_flow },
	{ "takes its snapshot", test_snapshot },
	{ NULL, NULL }
};
CHECK_MAIN("sip deliver", tests)
