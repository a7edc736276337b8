/*
 * cpmgw-sip as a program: which device is which, who is sent what, and what
 * a message is called: registrations, GRUUs, conversations, the trace's keys.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/sip_sample.h"

#define HERE "127.0.0.1"
#define OF(instance_) ";+sip.instance=\"<urn:uuid:" instance_ ">\""

/* Registers a contact of that device with these parameters; the status. */
static unsigned enrol_at(struct device_socket *d, const char *host,
			 const char *parameters)
{
	struct device_request r = device_registration(NULL);
	char headers[300];

	snprintf(headers, sizeof(headers),
		 "Contact: <sip:mary@%s:%u%s>%s\r\nExpires: 600\r\n", host,
		 d->port, d->tcp ? ";transport=tcp" : "", parameters);
	r.headers = headers;
	return device_converse(d, &r);
}

static unsigned enrol(struct device_socket *d, const char *parameters)
{
	return enrol_at(d, HERE, parameters);
}

static unsigned count_contacts(const struct device_socket *d)
{
	const char *at = d->text;
	unsigned n = 0;

	while ((at = strstr(at, "\r\nContact: "))) {
		at++;
		n++;
	}
	return n;
}

/* -- registrations -------------------------------------------------------- */

/* RFC 3261 10.3 step 1 and 21.4.5: our domain, by name or by address. */
static void test_domain(void)
{
	static const struct row {
		const char *name, *target;
		unsigned status;
	} rows[] = {
		{ "ours", "sip:cpm.example", 200 },
		{ "in capitals, with a parameter",
		  "sip:CPM.EXAMPLE;transport=udp", 200 },
		{ "with a port", "sip:cpm.example:5060", 200 },
		{ "with a user", "sip:mary@cpm.example", 200 },
		{ "our address", "sip:127.0.0.1:5060", 200 },
		{ "another's", "sip:other.example", 404 },
		{ "with ours in front of it", "sip:cpm.example@other.example",
		  404 },
		{ "below ours", "sip:a.cpm.example", 404 },
		{ "no domain", "tel:+15550100001", 404 },
	};
	struct device_request r = device_registration(
		"Contact: <sip:mary@127.0.0.1:9>\r\nExpires: 600\r\n");
	struct device_socket d;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.target = rows[i].target;
		ROW(&rows[i], device_converse(&d, &r) == rows[i].status);
	}
	sample_finish(&w, &d);
}

/* RFC 3261 10.3 step 7, RFC 5626 6: in this order at the same URI. */
static void test_same_uri(void)
{
	static const struct row {
		const char *name, *first, *second;
		bool tcp;
		unsigned left;
		const char *host;
	} rows[] = {
		{ "then with an instance", "", OF("1"), false, 1, HERE },
		{ "then without", OF("1"), "", false, 1, HERE },
		{ "another instance", OF("1"), OF("2"), false, 1, HERE },
		{ "another flow", OF("1") ";reg-id=1", OF("1") ";reg-id=2",
		  true, 2, HERE },
		{ "a flow that was none", OF("1"), OF("1") ";reg-id=1", true,
		  1, HERE },
		{ "another's private address", OF("1"), OF("2"), true, 2,
		  "10.0.0.7" },
		{ "another in the same place", OF("1"), OF("2"), true, 1, HERE },
		{ "taken back without its instance", OF("1"), ";expires=0",
		  false, 0, HERE },
	};
	struct device_socket d;
	struct world w;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world_start(&w, NULL);
		device_open(&d, &w, rows[i].tcp);
		ROW(&rows[i], enrol_at(&d, rows[i].host, rows[i].first) == 200);
		ROW(&rows[i], count_contacts(&d) == 1);
		ROW(&rows[i], enrol_at(&d, rows[i].host, rows[i].second) == 200);
		ROW(&rows[i], count_contacts(&d) == rows[i].left);
		sample_finish(&w, &d);
	}
}

/* One device, one copy. */
static void test_one_copy(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	CU_ASSERT(enrol(&d, "") == 200);
	CU_ASSERT(enrol(&d, OF("1")) == 200);
	sample_init(&s, 11);
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT(world_answer(&w, 11, &o));
	CU_ASSERT(device_silent(&d, 100));
	sample_finish(&w, &d);
}

/* -- GRUUs ---------------------------------------------------------------- */

/* RFC 5627 6.1: to that instance only, else 480; of its answers, too. */
static void test_gruu_out(void)
{
	static const struct row {
		const char *name, *gruu;
		unsigned answer; /* of the second device; 0: none comes   */
		enum outcome_class class;
		unsigned code;
	} rows[] = {
		{ "there", "gr=urn:uuid:Bb", 200, OUTCOME_DELIVERED, 200 },
		{ "19.1.4: written otherwise", "GR=urn%3auuid:%42b", 200,
		  OUTCOME_DELIVERED, 200 },
		{ "it knows nobody", "gr=urn:uuid:Bb", 404, OUTCOME_NEVER,
		  480 },
		{ "it is away", "gr=urn:uuid:Bb", 480, OUTCOME_NEVER, 480 },
		{ "it is busy", "gr=urn:uuid:Bb", 486, OUTCOME_LATER, 486 },
		{ "it refuses", "gr=urn:uuid:Bb", 403, OUTCOME_NEVER, 403 },
		{ "not there", "gr=urn:uuid:c", 0, OUTCOME_NEVER, 480 },
		{ "not all of it", "gr=urn:uuid:B", 0, OUTCOME_NEVER, 480 },
		{ "a temporary one", "gr", 0, OUTCOME_NEVER, 480 },
	};
	struct device_socket one, other;
	struct outcome o;
	struct sample s;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&one, &w, false);
	device_open(&other, &w, false);
	CU_ASSERT(enrol(&one, OF("a")) == 200);
	CU_ASSERT(enrol(&other, OF("Bb")) == 200);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample_init(&s, 20 + i);
		sample_extra(&s, "sip.gruu", rows[i].gruu);
		world_leg(&w, &s.leg);
		if (rows[i].answer)
			sample_take(&other, rows[i].answer);
		ROW(&rows[i], world_answer(&w, 20 + i, &o));
		ROW(&rows[i], o.class == rows[i].class);
		ROW(&rows[i], o.far_code == rows[i].code);
	}
	CU_ASSERT(device_silent(&one, 50));
	/* A report about such a message is for all of its sender's devices. */
	sample_init(&s, 40);
	sample_extra(&s, "sip.gruu", "gr=urn:uuid:elsewhere");
	sample_id(&s, ID_IMDN, "Aa1234567890");
	s.leg.message.kind = MESSAGE_REPORT;
	s.leg.message.report = (struct report){ .kind = WANT_POSITIVE,
						.state = STATE_DELIVERED,
						.recipient =
							s.leg.message.from };
	world_leg(&w, &s.leg);
	sample_take(&one, 200);
	sample_take(&other, 200);
	CU_ASSERT(world_answer(&w, 40, &o) && o.class == OUTCOME_DELIVERED);
	device_close(&other);
	sample_finish(&w, &one);
}

/* Told at once, or carried on; in another domain it is that domain's. */
static void test_gruu_in(void)
{
	static const struct row {
		const char *name, *target;
		unsigned status; /* 0: it comes in                        */
		const char *gruu;
	} rows[] = {
		{ "there", "sip:peter@cpm.example;gr=urn:uuid:1", 0,
		  "gr=urn:uuid:1" },
		{ "by his number",
		  "sip:+15550100002@cpm.example;gr=urn:uuid:1;user=phone", 0,
		  "gr=urn:uuid:1" },
		{ "not there", "sip:peter@cpm.example;gr=urn:uuid:2", 480,
		  NULL },
		{ "nobody is", "sip:bob@cpm.example;gr=urn:uuid:1", 480,
		  NULL },
		{ "a temporary one", "sip:peter@cpm.example;gr", 404, NULL },
		{ "of another domain", "sip:x@other.example;gr", 0, "gr" },
		{ "all of his devices", "sip:peter@cpm.example;x=gr", 0, "" },
	};
	struct device_request r = device_message("text/plain", "x");
	struct device_request his_own = device_registration(
		"Contact: <sip:peter@127.0.0.1:9>" OF("1") "\r\n"
		"Expires: 600\r\n");
	static const struct outcome taken = { .class = OUTCOME_DELIVERED };
	struct device_socket d, his;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;
	size_t i;

	sample_start(&w, &d, false);
	device_open(&his, &w, false);
	his_own.from = his_own.to = "<sip:peter@cpm.example>";
	his_own.user = "peter";
	his_own.password = "peter-secret";
	CU_ASSERT(device_converse(&his, &his_own) == 200);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.target = rows[i].target;
		r.to = "<sip:them@cpm.example>";
		device_ask(&d, &r);
		if (rows[i].status) {
			CU_ASSERT_FATAL(device_await(&d));
			ROW(&rows[i], device_status(&d) == rows[i].status);
			continue;
		}
		f = world_wait(&w, FRAME_INTAKE);
		CU_ASSERT_FATAL(f != NULL &&
				intake_read(f->payload, &in) == OK);
		CU_ASSERT_FATAL(message_read(in.message, w.arena, &m, NULL) ==
				OK);
		ROW(&rows[i],
		    bytes_is(message_extra(&m, "sip.gruu"), rows[i].gruu));
		world_outcome(&w, FRAME_ANSWER, f->ref, &taken);
		CU_ASSERT_FATAL(device_await(&d));
		ROW(&rows[i], device_status(&d) == 200);
	}
	device_close(&his);
	sample_finish(&w, &d);
}

/* -- what it is called ---------------------------------------------------- */

/* What the device is sent under these two names. */
struct names {
	char conversation[64], contribution[64];
};

static struct names send_one(struct world *w, struct device_socket *d,
			     struct sample *s)
{
	struct outcome o;
	struct names n;

	world_leg(w, &s->leg);
	sample_take(d, 200);
	snprintf(n.conversation, sizeof(n.conversation), "%s",
		 device_header(d, "Conversation-ID"));
	snprintf(n.contribution, sizeof(n.contribution), "%s",
		 device_header(d, "Contribution-ID"));
	CU_ASSERT(world_answer(w, s->leg.token, &o));
	return n;
}

static void test_conversations(void)
{
	struct names first, again, next, other, hidden[2];
	struct device_socket d;
	struct sample s;
	struct world w;
	int i;

	sample_start(&w, &d, false);
	sample_init(&s, 1);
	first = send_one(&w, &d, &s);
	s.leg.token = 2;
	again = send_one(&w, &d, &s);
	s.leg.token = 3;
	s.leg.public_id[0] = 'x';
	next = send_one(&w, &d, &s);
	s.leg.token = 4;
	s.leg.message.from.text = "+15550200002";
	other = send_one(&w, &d, &s);
	for (i = 0; i < 2; i++) {
		s.leg.token = (uint64_t)(5 + i);
		s.leg.message.privacy = PRIVACY_ID;
		hidden[i] = send_one(&w, &d, &s);
	}
	CU_ASSERT(strlen(first.conversation) == 36);
	CU_ASSERT_STRING_EQUAL(first.conversation, again.conversation);
	CU_ASSERT_STRING_EQUAL(first.contribution, again.contribution);
	CU_ASSERT_STRING_EQUAL(first.conversation, next.conversation);
	CU_ASSERT_STRING_NOT_EQUAL(first.contribution, next.contribution);
	CU_ASSERT_STRING_NOT_EQUAL(first.contribution, first.conversation);
	CU_ASSERT_STRING_NOT_EQUAL(first.conversation, other.conversation);
	/* Those who hide are not to be taken for one. */
	CU_ASSERT_STRING_NOT_EQUAL(hidden[0].conversation,
				   hidden[1].conversation);
	sample_finish(&w, &d);
}

static bool has_key(const char *const *keys, size_t n, const char *key)
{
	while (n > 0 && strcmp(keys[n - 1], key) != 0)
		n--;
	return n > 0 && key[0];
}

/* The trace finds it by all that the device has seen. */
static void test_keys_out(void)
{
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;
	char first[128];

	sample_start(&w, &d, false);
	sample_init(&s, 11);
	sample_id(&s, ID_CONTRIBUTION, "abc");
	world_leg(&w, &s.leg);
	sample_take(&d, 415);
	snprintf(first, sizeof(first), "%s", device_header(&d, "Call-ID"));
	sample_take(&d, 200);
	CU_ASSERT(world_answer(&w, 11, &o));
	CU_ASSERT(has_key(o.keys, o.n_keys, PUBLIC_ID));
	CU_ASSERT(has_key(o.keys, o.n_keys, "abc"));
	CU_ASSERT(has_key(o.keys, o.n_keys,
			  device_header(&d, "Conversation-ID")));
	CU_ASSERT(has_key(o.keys, o.n_keys, device_header(&d, "Call-ID")));
	CU_ASSERT(has_key(o.keys, o.n_keys, first));
	CU_ASSERT(o.n_keys == 5);
	sample_finish(&w, &d);
}

#define IMDN                                                                   \
	"From: <sip:mary@cpm.example>\r\nTo: <tel:+15550200001>\r\n"           \
	"NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: Zz9876543210\r\n" \
	"\r\nContent-Type: message/imdn+xml\r\n\r\n"                           \
	"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>" PUBLIC_ID   \
	"</message-id><datetime>2025-11-20T21:00:00Z</datetime>"               \
	"<delivery-notification><status><delivered/></status>"                 \
	"</delivery-notification></imdn>"

static void test_keys_in(void)
{
	struct device_request r = device_message("message/cpim", IMDN);
	static const struct outcome taken = { .class = OUTCOME_DELIVERED };
	struct device_socket d;
	struct world_frame *f;
	struct far_report v;
	struct world w;

	sample_start(&w, &d, true);
	r.call_id = "notification-1";
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_FAR_REPORT);
	CU_ASSERT_FATAL(far_report_read(f->payload, w.arena, &v) == OK);
	CU_ASSERT(has_key(v.keys, v.n_keys, "notification-1"));
	CU_ASSERT(has_key(v.keys, v.n_keys, "Zz9876543210"));
	world_outcome(&w, FRAME_REPORTED, f->ref, &taken);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 200);
	sample_finish(&w, &d);
}

static const struct check_test tests[] = {
	{ "registers in its domain", test_domain },
	{ "a URI is one device's", test_same_uri },
	{ "one device, one copy", test_one_copy },
	{ "a GRUU, to devices", test_gruu_out },
	{ "a GRUU, from devices", test_gruu_in },
	{ "conversations", test_conversations },
	{ "keys of what is sent", test_keys_out },
	{ "keys of a notification", test_keys_in },
	{ NULL, NULL }
};

CHECK_MAIN("sip devices", tests)
