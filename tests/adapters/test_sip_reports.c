/*
 * cpmgw-sip as a program: notifications both ways. RFC 5438.
 */
#include "tests/adapters/sip_sample.h"

#include <string.h>

/* -- notifications -------------------------------------------------------- */

#define REPORT                                                                 \
	"From: <tel:+15550200001>\r\n"                                         \
	"To: <sip:mary@cpm.example>\r\n"                                       \
	"DateTime: 2025-11-21T02:01:00Z\r\n"                                   \
	"NS: imdn <urn:ietf:params:imdn>\r\n"                                  \
	"imdn.Message-ID: " PUBLIC_ID "\r\n"                                   \
	"imdn.IMDN-Route: <sip:core.example>\r\n"                              \
	"\r\n"                                                                 \
	"Content-Type: message/imdn+xml\r\n"                                   \
	"Content-Disposition: notification\r\n"                                \
	"Content-Length: 297\r\n"                                              \
	"\r\n"                                                                 \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"                       \
	"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">"                         \
	"<message-id>Aa1234567890</message-id>"                                \
	"<datetime>2025-11-20T21:00:00-05:00</datetime>"                       \
	"<recipient-uri>tel:+15550200001</recipient-uri>"                      \
	"<delivery-notification><status><delivered/></status>"                 \
	"</delivery-notification></imdn>\r\n"

static void sample_report(struct sample *s, uint64_t token)
{
	sample_init(s, token);
	s->leg.message.kind = MESSAGE_REPORT;
	s->leg.message.n_parts = 0;
	s->leg.message.submitted_text = "2025-11-20T21:00:00-05:00";
	s->leg.message.report = (struct report){
		.about = 5,
		.recipient = { ADDRESS_E164, "+15550200001" },
		.kind = WANT_POSITIVE,
		.state = STATE_DELIVERED,
		.via = TECHNOLOGY_SMS,
		.event_us = UINT64_C(1763690460000000),
	};
	sample_id(s, ID_IMDN, "Aa1234567890");
}

/* RFC 5438 7.2.1, 11: to the sender, about his message, in his own words. */
static void test_report(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, false);
	sample_report(&s, 91);
	sample_id(&s, ID_CONVERSATION, "conversation");
	sample_extra(&s, "sip.imdn-record-route", "sip:core.example");
	sample_extra(&s, "sip.cpim-from", "sip:mary@cpm.example");
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_body(&d), REPORT);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Conversation-ID"),
			       "conversation");
	CU_ASSERT(world_answer(&w, 91, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	/* A state that no notification has. */
	s.leg.token = 92;
	s.leg.message.report.state = STATE_ENROUTE;
	world_leg(&w, &s.leg);
	CU_ASSERT(world_answer(&w, 92, &o));
	CU_ASSERT(o.class == OUTCOME_NEVER);
	sample_finish(&w, &d);
}

/* RFC 5438 7.2.1.1: to the top IMDN-Route, if it is a server of ours. */
static void test_imdn_route(void)
{
	char port[64], trusted[64], why[256], there[64];
	const char *const more[] = { "domain.name=other.example",
				     "domain.address=127.0.0.1", port, trusted,
				     NULL };
	const char *const top[] = { "sip:imdn@other.example;lr", there };
	struct device_socket d, domain, core;
	struct outcome o;
	struct sample s;
	struct world w;
	size_t i;

	sample_start(&w, &d, false);
	device_open(&domain, &w, false);
	device_open(&core, &w, false);
	snprintf(port, sizeof(port), "domain.port=%u", domain.port);
	snprintf(trusted, sizeof(trusted), "core.trusted-peers=127.0.0.1:%u",
		 core.port);
	snprintf(there, sizeof(there), "sip:127.0.0.1:%u", core.port);
	CU_ASSERT(world_configure(&w, more, why, sizeof(why)));
	for (i = 0; i < 2; i++) {
		struct device_socket *to = i == 0 ? &domain : &core;

		sample_report(&s, 93 + i);
		sample_extra(&s, "sip.imdn-record-route", top[i]);
		sample_extra(&s, "sip.imdn-record-route", "sip:core.example");
		world_leg(&w, &s.leg);
		CU_ASSERT_FATAL(device_await(to));
		CU_ASSERT(strncmp(to->text + 8, top[i], strlen(top[i])) == 0);
		CU_ASSERT(strstr(device_body(to), top[i]) <
			  strstr(device_body(to),
				 "IMDN-Route: <sip:core.example>"));
		device_reply(to, 200, NULL);
		CU_ASSERT(world_answer(&w, 93 + i, &o));
		CU_ASSERT(o.class == OUTCOME_DELIVERED);
	}
	device_close(&domain);
	device_close(&core);
	sample_finish(&w, &d);
}

#define IMDN_BODY                                                              \
	"From: <sip:mary@cpm.example>\r\nTo: <tel:+15550200001>\r\n"           \
	"NS: imdn <urn:ietf:params:imdn>\r\n"                                  \
	"imdn.Message-ID: n1234567890\r\n\r\n"                                 \
	"Content-Type: message/imdn+xml\r\n"                                   \
	"Content-Disposition: notification\r\n\r\n"                            \
	"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>" PUBLIC_ID   \
	"</message-id><datetime>2025-11-20T21:00:00Z</datetime>"               \
	"<display-notification><status><displayed/></status>"                  \
	"</display-notification></imdn>"

static void test_imdn_in(void)
{
	struct device_request r = device_message("message/cpim", IMDN_BODY);
	static const struct outcome taken = { .class = OUTCOME_DELIVERED };
	static const struct outcome not_ours = { .class = OUTCOME_ADDRESS };
	struct far_report v;
	struct world_frame *f;
	struct device_socket d;
	struct intake in;
	struct message m;
	struct world w;

	sample_start(&w, &d, true);
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_FAR_REPORT);
	CU_ASSERT_FATAL(far_report_read(f->payload, w.arena, &v) == OK);
	CU_ASSERT(v.ours);
	CU_ASSERT_STRING_EQUAL(v.far_id, PUBLIC_ID);
	CU_ASSERT_STRING_EQUAL(v.peer, "cpm");
	CU_ASSERT_STRING_EQUAL(v.reporter.text, "+15550100001");
	CU_ASSERT(v.kind == WANT_DISPLAY && v.state == STATE_DISPLAYED);
	world_outcome(&w, FRAME_REPORTED, f->ref, &taken);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 200);

	/* About a message between two CPM users: to its sender, unchanged. */
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_FAR_REPORT);
	world_outcome(&w, FRAME_REPORTED, f->ref, &not_ours);
	f = world_wait(&w, FRAME_INTAKE);
	CU_ASSERT_FATAL(intake_read(f->payload, &in) == OK);
	CU_ASSERT_FATAL(message_read(in.message, w.arena, &m, NULL) == OK);
	CU_ASSERT(in.native && m.want == 0);
	CU_ASSERT(bytes_is(m.native, IMDN_BODY));
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	world_outcome(&w, FRAME_ANSWER, f->ref, &taken);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 200);
	sample_finish(&w, &d);
}

#define IMDN_ABOUT_IT(what_)                                                   \
	"From: <sip:mary@cpm.example>\r\nTo: <tel:+15550200001>\r\n"           \
	"\r\nContent-Type: message/imdn+xml\r\n\r\n"                           \
	"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>" PUBLIC_ID   \
	"</message-id><datetime>2025-11-20T21:00:00Z</datetime>"               \
	"<delivery-notification><status><" what_ "/></status>"                 \
	"</delivery-notification></imdn>"

/* A device that wants one From inside and outside gets it, and what it says
 * of the first try's failure is not passed on. */
static void test_one_from(void)
{
	struct device_request r =
		device_message("message/cpim", IMDN_ABOUT_IT("failed"));
	static const struct outcome taken = { .class = OUTCOME_DELIVERED };
	static const char one[] =
		"From: \"\xc5\xbdofie\" "
		"<sip:+15550200001@cpm.example;user=phone>\r\n";
	struct world_frame *f;
	struct device_socket d;
	struct far_report v;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, true);
	sample_init(&s, 31);
	s.leg.message.want = WANT_POSITIVE | WANT_NEGATIVE;
	s.leg.message.from_name = "\xc5\xbdofie";
	world_leg(&w, &s.leg);
	sample_take(&d, 488);
	CU_ASSERT(strstr(device_body(&d), "<tel:+15550200001>\r\nTo: ") !=
		  NULL);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Content-Type"),
			       "message/cpim");
	CU_ASSERT(strncmp(device_body(&d), one, sizeof(one) - 1) == 0);
	CU_ASSERT(strncmp(device_header(&d, "From"), one + 6,
			  sizeof(one) - 9) == 0);
	CU_ASSERT(world_answer(&w, 31, &o));
	CU_ASSERT(o.class == OUTCOME_ACCEPTED);

	CU_ASSERT(device_converse(&d, &r) == 200);
	CU_ASSERT(world_silent(&w, FRAME_FAR_REPORT, 50));
	r.body = IMDN_ABOUT_IT("delivered");
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_FAR_REPORT);
	CU_ASSERT_FATAL(far_report_read(f->payload, w.arena, &v) == OK);
	CU_ASSERT(v.state == STATE_DELIVERED);
	world_outcome(&w, FRAME_REPORTED, f->ref, &taken);
	CU_ASSERT(device_await(&d) && device_status(&d) == 200);

	/* From now on at once; and the text alone when that is not it. */
	s.leg.token = 32;
	world_leg(&w, &s.leg);
	sample_take(&d, 488);
	CU_ASSERT(strncmp(device_body(&d), one, sizeof(one) - 1) == 0);
	sample_take(&d, 200);
	CU_ASSERT_STRING_EQUAL(device_body(&d), "hi");
	CU_ASSERT(world_answer(&w, 32, &o));
	CU_ASSERT(o.class == OUTCOME_DELIVERED);
	sample_finish(&w, &d);
}

static const struct check_test tests[] = {
	{ "sends notifications", test_report },
	{ "sends them where they shall go", test_imdn_route },
	{ "takes notifications", test_imdn_in },
	{ "says From once", test_one_from },
	{ NULL, NULL }
};
CHECK_MAIN("sip reports", tests)
