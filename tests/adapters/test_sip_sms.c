/*
 * cpmgw-sip as a program: short messages to a device that has nothing else.
 * 3GPP TS 24.341 5.3.3.4, 3GPP TS 24.011 7.3.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/sip_phone.h"

static void test_acknowledged(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	phone_start(&w, &d, false);
	sample_init(&s, 11);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	/* SMS-DELIVER from +15550200001, "hi". */
	CU_ASSERT(memcmp(device_body(&d) + 12,
			 "\x04\x0B\x91\x51\x55\x20\x00\x00\xF1\x00\x00",
			 11) == 0);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	phone_acknowledge(&d, reference, call_id);
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

	phone_start(&w, &d, false);
	sample_init(&s, 12);
	world_leg(&w, &s.leg);
	phone_acknowledge(&d, phone_take(&d, call_id), call_id);
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

	phone_start(&w, &d, false);
	sample_init(&s, 13);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, (uint8_t)(reference + 1), call_id);
	phone_refuse(&d, reference, 21, "another");
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	phone_refuse(&d, reference, 21, call_id);
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

	phone_start(&w, &d, false);
	sample_init(&s, 14);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_answer(&w, 14, &o));
	CU_ASSERT(o.class == OUTCOME_UNANSWERED);
	phone_acknowledge(&d, reference, call_id);
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

	phone_start(&w, &d, false);
	sample_init(&s, 15);
	world_leg(&w, &s.leg);
	(void)phone_take(&d, call_id);
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
	phone_start(&w, &d, false);
	sample_init(&s, 16);
	s.part.body = buf_bytes(&text);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, reference, call_id);
	reference = phone_take(&d, call_id);
	memcpy(first, device_body(&d) + 12, 40);
	device_reply(&d, 200, NULL);
	phone_refuse(&d, reference, 22, call_id);
	CU_ASSERT(world_answer(&w, 16, &o));
	CU_ASSERT(o.class == OUTCOME_ABSENT && o.progress.n > 0);
	buf_put(&kept, o.progress);
	s.leg.token = 17;
	s.leg.progress = buf_bytes(&kept);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	CU_ASSERT(memcmp(first, device_body(&d) + 12, 40) == 0);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, reference, call_id);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, reference, call_id);
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
	phone_start(&w, &d, false);
	sample_init(&s, 18);
	s.part.body = buf_bytes(&text);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	CU_ASSERT(phone_register(&d, 0) == 200);
	CU_ASSERT(world_silent(&w, FRAME_OUTCOME, 30));
	CU_ASSERT(phone_register(&d, 600) == 200);
	phone_acknowledge(&d, reference, call_id);
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

	phone_start(&w, &d, true);
	sample_init(&s, 19);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	world_tell(&w, FRAME_CANCEL, 19, (struct bytes){ 0 });
	CU_ASSERT(world_answer(&w, 19, &o));
	CU_ASSERT(o.class == OUTCOME_UNANSWERED);
	phone_acknowledge(&d, reference, call_id);
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

	phone_start(&w, &d, false);
	sample_init(&s, 20);
	world_leg(&w, &s.leg);
	(void)phone_take(&d, call_id);
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

	phone_start(&w, &d, false);
	device_open(&other, &w, false);
	CU_ASSERT_FATAL(device_register(&other, "mary", 600) == 200);
	sample_init(&s, 21);
	world_leg(&w, &s.leg);
	sample_take(&other, 480);
	CU_ASSERT_STRING_EQUAL(device_header(&other, "Content-Type"),
			       "message/cpim");
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, reference, call_id);
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

	phone_start(&w, &d, false);
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
	reference = phone_take(&d, call_id);
	CU_ASSERT(memcmp(device_body(&d) + 12, "\x06\x05\x0B\x91", 4) == 0);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 23, &o) && o.class == OUTCOME_DELIVERED);
	sample_finish(&w, &d);
}

/* A device that would take either: as the setting prefers; but a report of
 * CPM is no short message. */
static void test_preferred(void)
{
	static const char *const more[] = { "sip.sms-centre=+15550009999",
					    "sip.sms-over-ip=preferred", NULL };
	char headers[256], call_id[64];
	struct device_request r;
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	uint8_t reference;

	world_start(&w, more);
	device_open(&d, &w, false);
	snprintf(headers, sizeof(headers),
		 "Contact: <sip:mary@127.0.0.1:%u>;+g.3gpp.smsip;+g.3gpp."
		 "icsi-ref=\"urn%%3Aurn-7%%3A3gpp-service.ims.icsi.oma.cpm.msg"
		 "\"\r\n",
		 d.port);
	r = device_registration(headers);
	CU_ASSERT(device_converse(&d, &r) == 200);
	sample_init(&s, 24);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	phone_acknowledge(&d, reference, call_id);
	CU_ASSERT(world_answer(&w, 24, &o) && o.class == OUTCOME_DELIVERED);
	s.leg.token = 25;
	s.leg.message.kind = MESSAGE_REPORT;
	s.leg.message.report.state = STATE_DELIVERED;
	s.leg.message.report.kind = WANT_POSITIVE;
	s.leg.message.report.about = 1;
	s.leg.message.report.recipient = s.leg.message.from;
	sample_id(&s, ID_IMDN, "34jk324j");
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Content-Type"),
			       "message/cpim");
	CU_ASSERT(world_answer(&w, 25, &o) && o.class == OUTCOME_DELIVERED);
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
	{ "preferred", test_preferred },
	{ NULL, NULL }
};

CHECK_MAIN("sip_sms", tests)
