/*
 * cpmgw-sip as a program: registration, a message in, a leg out, a
 * notification in, each with the engine's frames on the other side.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/sip_world.h"

#define CPIM_HEAD                                                              \
	"From: <tel:+15550100001>\r\nTo: <tel:+15550200001>\r\n"               \
	"DateTime: 2025-11-20T21:00:00-05:00\r\n"                              \
	"NS: imdn <urn:ietf:params:imdn>\r\n"                                  \
	"imdn.Message-ID: Aa1234567890\r\n"                                    \
	"imdn.Disposition-Notification: positive-delivery, display\r\n\r\n"
#define CPIM_TEXT                                                              \
	CPIM_HEAD "Content-Type: text/plain;charset=UTF-8\r\n\r\nhello \xe2"   \
		  "\x82\xac"

static struct device_request message_from_mary(const char *type,
					       const char *body)
{
	struct device_request r = device_message(type, body);

	r.from = "\"Mary\" <sip:mary@cpm.example>";
	r.call_id = "message-1";
	return r;
}

/* Sends it, authenticated; the INTAKE that comes of it. */
static struct world_frame *send_in(struct world *w, struct device_socket *d,
				   struct device_request *r,
				   struct intake *intake, struct message *m)
{
	struct world_frame *f;

	if (!d->nonce[0]) {
		device_ask(d, r);
		CU_ASSERT_FATAL(device_await(d));
		CU_ASSERT(device_status(d) == 407);
		CU_ASSERT(sscanf(strstr(d->text, "nonce=\"") + 7, "%127[^\"]",
				 d->nonce) == 1);
		d->nonce_count = 0;
	}
	device_ask(d, r);
	f = world_wait(w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT_FATAL(intake_read(f->payload, intake) == OK);
	CU_ASSERT_FATAL(message_read(intake->message, w->arena, m, NULL) == OK);
	return f;
}

/* -- registration --------------------------------------------------------- */

static void test_register(void)
{
	struct world w;
	struct device_socket d;
	struct world_frame *f;
	struct presence p;
	struct binding b;
	const char *challenge;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	CU_ASSERT(device_register(&d, "mary", 600) == 200);
	/* RFC 3261 10.3; TS 24.229 5.4.1: what the 200 says. */
	CU_ASSERT(strstr(device_header(&d, "Contact"), ";expires=600") != NULL);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "P-Associated-URI"),
			       "<sip:mary@cpm.example>, <tel:+15550100001>");
	CU_ASSERT(device_header(&d, "Service-Route")[0] == '<');
	f = world_wait(&w, FRAME_BINDING);
	CU_ASSERT_FATAL(binding_read(f->payload, w.arena, &b) == OK);
	CU_ASSERT_STRING_EQUAL(b.user, "mary");
	CU_ASSERT(b.expires_us > 0 && b.data.n > 0);
	f = world_wait(&w, FRAME_AVAILABLE);
	CU_ASSERT_FATAL(presence_read(f->payload, w.arena, &p) == OK);
	CU_ASSERT_STRING_EQUAL(p.user, "mary");
	CU_ASSERT(p.devices == 1);

	/* RFC 8760 2.3: the order of preference, and both in one answer. */
	d.nonce[0] = 0;
	CU_ASSERT(device_register(&d, "nobody", 600) == 401);
	challenge = strstr(d.text, "WWW-Authenticate: ");
	CU_ASSERT_FATAL(challenge != NULL);
	CU_ASSERT(strstr(challenge, "algorithm=MD5") <
		  strstr(challenge, "algorithm=SHA-256"));
	CU_ASSERT(strstr(challenge, "realm=\"cpm.example\"") != NULL);

	CU_ASSERT(device_register(&d, "mary", 10) == 423);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Min-Expires"), "60");
	CU_ASSERT(device_register(&d, "mary", 0) == 200);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Contact"), "");
	f = world_wait(&w, FRAME_GONE);
	CU_ASSERT_FATAL(presence_read(f->payload, w.arena, &p) == OK);
	CU_ASSERT_STRING_EQUAL(p.user, "mary");
	device_close(&d);
	world_finish(&w);
}

/* RFC 5626 6: said where it is done, over a connection. */
static void test_outbound(void)
{
	struct device_request r = device_registration(
		"Supported: outbound\r\nContact: <sip:x@127.0.0.1:9>;reg-id=1;"
		"+sip.instance=\"<urn:uuid:1>\"\r\n");
	struct device_socket d;
	struct world w;
	int tcp;

	world_start(&w, NULL);
	for (tcp = 0; tcp < 2; tcp++) {
		r.call_id = tcp ? "tcp" : "udp";
		device_open(&d, &w, tcp);
		CU_ASSERT(device_converse(&d, &r) == 200);
		CU_ASSERT_STRING_EQUAL(device_header(&d, "Require"),
				       tcp ? "outbound" : "");
		CU_ASSERT(strstr(device_header(&d, "Contact"), ";reg-id=1") !=
			  NULL);
		device_close(&d);
	}
	world_finish(&w);
}

/* The 200 leaves after the engine's commit, and not before. */
static void test_register_waits(void)
{
	struct device_request r = { .method = "REGISTER",
				    .target = "sip:cpm.example",
				    .from = "<sip:peter@cpm.example>",
				    .to = "<sip:peter@cpm.example>",
				    .headers =
					    "Contact: <sip:peter@127.0.0.1:9>"
					    ";+sip.instance=\"<urn:uuid:1>\""
					    "\r\nSupported: gruu\r\n",
				    .user = "peter",
				    .password = "peter-secret",
				    .algorithm = DIGEST_SHA256 };
	struct device_socket d;
	struct world_frame *f;
	struct world w;

	world_start(&w, NULL);
	w.keep_bindings = true;
	device_open(&d, &w, true);
	device_ask(&d, &r);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(sscanf(strstr(d.text, "nonce=\"") + 7, "%127[^\"]",
			 d.nonce) == 1);
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_BINDING);
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(device_silent(&d, 100));
	world_tell(&w, FRAME_BOUND, f->ref, (struct bytes){ 0 });
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 200);
	CU_ASSERT(strstr(device_header(&d, "Contact"),
			 "pub-gruu=\"sip:peter@cpm.example;gr=urn:uuid:1\"") !=
		  NULL);
	/* The same CSeq in another transaction is late (10.3 step 7). */
	r.cseq = d.cseq;
	device_ask(&d, &r);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 500);
	device_close(&d);
	world_finish(&w);
}

static void test_register_refused(void)
{
	static const struct row {
		const char *name, *to, *headers;
		unsigned status;
	} rows[] = {
		{ "another's address", "<sip:bob@cpm.example>",
		  "Contact: <sip:x@127.0.0.1:9>\r\n", 403 },
		{ "another domain", "<sip:mary@other.example>",
		  "Contact: <sip:x@127.0.0.1:9>\r\n", 403 },
		{ "by number", "<sip:+15550100001@cpm.example;user=phone>",
		  "Contact: <sip:x@127.0.0.1:9>\r\n", 200 },
		{ "* with a time", "<sip:mary@cpm.example>",
		  "Contact: *\r\nExpires: 5\r\n", 400 },
		{ "* and another", "<sip:mary@cpm.example>",
		  "Contact: *, <sip:x@127.0.0.1:9>\r\nExpires: 0\r\n", 400 },
		{ "four devices of three", "<sip:mary@cpm.example>",
		  "Contact: <sip:1@127.0.0.1:9>, <sip:2@127.0.0.1:9>, "
		  "<sip:3@127.0.0.1:9>, <sip:4@127.0.0.1:9>\r\n",
		  403 },
		{ "a telephone number", "<sip:mary@cpm.example>",
		  "Contact: <tel:+15550100009>\r\n", 400 },
		{ "a mailbox, with others", "<sip:mary@cpm.example>",
		  "Contact: <sip:x@127.0.0.1:9>, <mailto:mary@x.example>\r\n",
		  400 },
		{ "two flows at once (RFC 5626 6)", "<sip:mary@cpm.example>",
		  "Contact: <sip:x@127.0.0.1:9>;reg-id=1;+sip.instance="
		  "\"<urn:uuid:1>\", <sip:x@127.0.0.1:9>;reg-id=2;"
		  "+sip.instance=\"<urn:uuid:1>\"\r\n",
		  400 },
		{ "unknown extension", "<sip:mary@cpm.example>",
		  "Require: nothing\r\nContact: <sip:x@127.0.0.1:9>\r\n", 420 },
		{ "all gone", "<sip:mary@cpm.example>",
		  "Contact: *\r\nExpires: 0\r\n", 200 },
	};
	struct device_request r = { .method = "REGISTER",
				    .target = "sip:cpm.example",
				    .from = "<sip:mary@cpm.example>",
				    .user = "mary",
				    .password = "mary-secret" };
	struct device_socket d;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.to = rows[i].to;
		r.headers = rows[i].headers;
		ROW(&rows[i], device_converse(&d, &r) == rows[i].status);
	}
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Contact"), "");
	device_close(&d);
	world_finish(&w);
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

/* Three at most: what is gone makes room, but only once, and only if that is
 * enough; what the request itself speaks of does not. */
static void test_register_room(void)
{
	static const struct row {
		const char *name, *contacts;
		unsigned status, left;
	} rows[] = {
		{ "two for the one that goes",
		  "<%s>;expires=0, <sip:4@127.0.0.1:9>, <sip:5@127.0.0.1:9>",
		  403, 3 },
		{ "two for the one that is gone, and named again",
		  "<%s>, <sip:4@127.0.0.1:9>", 403, 3 },
		{ "two for the one that is gone",
		  "<sip:4@127.0.0.1:9>, <sip:5@127.0.0.1:9>", 403, 3 },
		{ "one named twice", "<sip:4@127.0.0.1:9>, <sip:4@127.0.0.1:9>",
		  200, 3 },
		{ "one for one",
		  "<sip:4@127.0.0.1:9>;expires=0, <sip:5@127.0.0.1:9>", 200,
		  3 },
	};
	struct device_request r = device_registration(NULL);
	char dead[96], contacts[256], headers[300];
	struct device_socket d, gone;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	device_open(&gone, &w, true);
	CU_ASSERT(device_register(&gone, "mary", 600) == 200);
	snprintf(dead, sizeof(dead), "sip:mary@127.0.0.1:%u;transport=tcp",
		 gone.port);
	device_close(&gone);
	r.headers = "Contact: <sip:2@127.0.0.1:9>, <sip:3@127.0.0.1:9>\r\n";
	CU_ASSERT(device_converse(&d, &r) == 200);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(contacts, sizeof(contacts), rows[i].contacts, dead);
		snprintf(headers, sizeof(headers), "Contact: %s\r\n", contacts);
		r.headers = headers;
		ROW(&rows[i], device_converse(&d, &r) == rows[i].status);
		r.headers = NULL;
		ROW(&rows[i], device_converse(&d, &r) == 200);
		ROW(&rows[i], count_contacts(&d) == rows[i].left);
	}
	/* However many there are, all of them go. */
	r.headers = "Contact: *\r\nExpires: 0\r\n";
	CU_ASSERT(device_converse(&d, &r) == 200);
	CU_ASSERT(count_contacts(&d) == 0);
	device_close(&d);
	world_finish(&w);
}

/* RFC 7616 3.4.6, RFC 3261 22.4. */
static void test_digest_uri(void)
{
	static const struct row {
		const char *name, *target, *uri;
		unsigned status;
	} rows[] = {
		{ "the same", "sip:cpm.example", "sip:cpm.example", 200 },
		{ "the same, written otherwise", "sip:cpm.example",
		  "sip:CPM.example", 200 },
		{ "our address, as SIPp writes it", "sip:cpm.example",
		  "sip:127.0.0.1:5060", 200 },
		{ "another server", "sip:cpm.example", "sip:other.example",
		  400 },
		{ "somebody", "sip:cpm.example", "sip:bob@cpm.example", 400 },
		{ "none", "sip:cpm.example", "", 400 },
	};
	struct device_request r = { .method = "REGISTER",
				    .from = "<sip:mary@cpm.example>",
				    .to = "<sip:mary@cpm.example>",
				    .user = "mary",
				    .password = "mary-secret" };
	struct device_socket d;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.target = rows[i].target;
		r.uri = rows[i].uri;
		ROW(&rows[i], device_converse(&d, &r) == rows[i].status);
	}
	r = message_from_mary("text/plain", "tampered with");
	r.uri = "tel:+15550200009";
	CU_ASSERT(device_converse(&d, &r) == 400);
	device_close(&d);
	world_finish(&w);
}

/* -- a message in --------------------------------------------------------- */

static void test_message_in(void)
{
	struct device_request r = message_from_mary("message/cpim", CPIM_TEXT);
	struct device_socket d;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;

	r.headers = "Conversation-ID: f81d4fae-7dec-11d0-a765-00a0c91e6bf6\r\n"
		    "Contribution-ID: abcdef-1234-5678-90ab-cdef01234567\r\n"
		    "P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.oma"
		    ".cpm.msg\r\nExpires: 60\r\nPriority: urgent\r\n";
	world_start(&w, NULL);
	device_open(&d, &w, false);
	f = send_in(&w, &d, &r, &in, &m);
	CU_ASSERT(in.native);
	CU_ASSERT(bytes_is(in.dedupe, "+15550100001\nAa1234567890\n"
				  "+15550200001"));
	CU_ASSERT(m.origin.technology == TECHNOLOGY_CPM &&
		  strcmp(m.origin.account, "mary") == 0);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	CU_ASSERT_STRING_EQUAL(m.asserted.text, "sip:mary@cpm.example");
	CU_ASSERT_STRING_EQUAL(m.from_name, "Mary");
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	CU_ASSERT(m.want == (WANT_POSITIVE | WANT_DISPLAY));
	CU_ASSERT_STRING_EQUAL(m.submitted_text, "2025-11-20T21:00:00-05:00");
	CU_ASSERT(m.submitted_us == UINT64_C(1763690400000000));
	CU_ASSERT(m.expires_us > m.received_us &&
		  m.expires_us <= m.received_us + 60000000);
	CU_ASSERT(m.priority == PRIORITY_HIGH);
	CU_ASSERT_STRING_EQUAL(message_id_of(&m, ID_IMDN), "Aa1234567890");
	CU_ASSERT_STRING_EQUAL(message_id_of(&m, ID_CALL), "message-1");
	CU_ASSERT_STRING_EQUAL(message_id_of(&m, ID_CONVERSATION),
			       "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
	CU_ASSERT_STRING_EQUAL(m.service,
			       "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg");
	CU_ASSERT_STRING_EQUAL(m.native_type, "message/cpim");
	CU_ASSERT(bytes_is(m.native, CPIM_TEXT));
	CU_ASSERT_FATAL(m.n_parts == 1);
	CU_ASSERT_STRING_EQUAL(m.parts[0].type, "text/plain;charset=UTF-8");
	CU_ASSERT(bytes_is(m.parts[0].body, "hello \xe2\x82\xac"));
	/* RFC 3428 7: 202, no body, no Contact. */
	world_accept(&w, f->ref);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 202);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Contact"), "");
	CU_ASSERT_STRING_EQUAL(device_header(&d, "Content-Length"), "0");
	device_close(&d);
	world_finish(&w);
}

/* RFC 3261 17.2.2: a repetition gets the same answer, and no second life. */
static void test_repeated(void)
{
	struct device_request r = message_from_mary("text/plain", "again");
	struct device_socket d;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;
	char tag[200];

	world_start(&w, NULL);
	device_open(&d, &w, false);
	f = send_in(&w, &d, &r, &in, &m);
	r.branch = d.branch;
	r.cseq = d.cseq;
	device_ask(&d, &r); /* while the engine is at work: nothing */
	CU_ASSERT(device_silent(&d, 50));
	world_accept(&w, f->ref);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 202);
	snprintf(tag, sizeof(tag), "%s", device_header(&d, "To"));
	device_ask(&d, &r);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 202);
	CU_ASSERT_STRING_EQUAL(device_header(&d, "To"), tag);
	CU_ASSERT(world_silent(&w, FRAME_INTAKE, 50));
	device_close(&d);
	world_finish(&w);
}

/* The same credentials in another transaction are a replay (RFC 7616 5.12). */
static void test_replayed(void)
{
	struct device_request r = message_from_mary("text/plain", "once");
	struct device_socket d;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	f = send_in(&w, &d, &r, &in, &m);
	world_accept(&w, f->ref);
	CU_ASSERT_FATAL(device_await(&d));
	d.nonce_count--;
	device_ask(&d, &r);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 407);
	CU_ASSERT(strstr(d.text, "stale=true") != NULL);
	/* A greater count of the same nonce is fine. */
	d.nonce_count++;
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f != NULL);
	world_accept(&w, f->ref);
	CU_ASSERT_FATAL(device_await(&d));
	CU_ASSERT(device_status(&d) == 202);
	device_close(&d);
	world_finish(&w);
}

static const struct answer_row {
	const char *name;
	enum frame_type type;
	struct outcome o;
	unsigned status;
	const char *retry_after;
} answer_rows[] = {
	{ "device's 200",
	  FRAME_ANSWER,
	  { .class = OUTCOME_DELIVERED, .far_code = 200 },
	  200,
	  "" },
	{ "far 202",
	  FRAME_ANSWER,
	  { .class = OUTCOME_ACCEPTED, .far_code = 202 },
	  202,
	  "" },
	{ "device declined",
	  FRAME_ANSWER,
	  { .class = OUTCOME_NEVER, .far_code = 603 },
	  603,
	  "" },
	{ "never 408 (RFC 4320)",
	  FRAME_ANSWER,
	  { .class = OUTCOME_ABSENT, .far_code = 408 },
	  480,
	  "" },
	{ "no route", FRAME_REFUSED, { .class = OUTCOME_ADDRESS }, 404, "" },
	{ "not now",
	  FRAME_REFUSED,
	  { .class = OUTCOME_LATER, .retry_after_ms = 1500 },
	  503,
	  "2" },
};

static void test_message_answers(void)
{
	struct device_request r = message_from_mary("text/plain", "hello");
	struct device_socket d;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, true);
	for (i = 0; i < sizeof(answer_rows) / sizeof(answer_rows[0]); i++) {
		f = send_in(&w, &d, &r, &in, &m);
		world_outcome(&w, answer_rows[i].type, f->ref,
			      &answer_rows[i].o);
		CU_ASSERT_FATAL(device_await(&d));
		ROW(&answer_rows[i],
		    device_status(&d) == answer_rows[i].status);
		ROW(&answer_rows[i], strcmp(device_header(&d, "Retry-After"),
					    answer_rows[i].retry_after) == 0);
	}
	device_close(&d);
	world_finish(&w);
}

static const struct refused_row {
	const char *name, *target, *from, *type, *headers, *body;
	unsigned status;
} refused_rows[] = {
	{ "another's From", "tel:+15550200001", "<sip:bob@cpm.example>",
	  "text/plain", NULL, "x", 403 },
	{ "another's CPIM From", "tel:+15550200001", "<sip:mary@cpm.example>",
	  "message/cpim", NULL,
	  "From: <sip:bob@cpm.example>\r\n\r\n"
	  "Content-Type: text/plain\r\n\r\nx",
	  403 },
	{ "unknown required header", "tel:+15550200001",
	  "<sip:mary@cpm.example>", "message/cpim", NULL,
	  "From: <sip:mary@cpm.example>\r\nRequire: Burn\r\n\r\n"
	  "Content-Type: text/plain\r\n\r\nx",
	  400 },
	{ "broken CPIM", "tel:+15550200001", "<sip:mary@cpm.example>",
	  "message/cpim", NULL, "no colon", 400 },
	{ "unknown encoding", "tel:+15550200001", "<sip:mary@cpm.example>",
	  "text/plain", "Content-Encoding: br\r\n", "x", 415 },
	{ "not deflated", "tel:+15550200001", "<sip:mary@cpm.example>",
	  "text/plain", "Content-Encoding: deflate\r\n", "x", 400 },
	{ "unknown scheme", "nobody:here", "<sip:mary@cpm.example>",
	  "text/plain", NULL, "x", 416 },
	{ "too many digits", "tel:+1234567890123456789",
	  "<sip:mary@cpm.example>", "text/plain", NULL, "x", 404 },
	{ "is writing, to nobody who is there", "tel:+15550200001",
	  "<sip:mary@cpm.example>", "application/im-iscomposing+xml", NULL,
	  "<isComposing/>", 200 },
};

static void test_message_refused(void)
{
	struct device_request r = message_from_mary(NULL, NULL);
	struct device_socket d;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	for (i = 0; i < sizeof(refused_rows) / sizeof(refused_rows[0]); i++) {
		r.target = refused_rows[i].target;
		r.to = "<sip:peter@cpm.example>";
		if (strncmp(r.target, "tel:+1234", 9) == 0)
			r.to = "<tel:+1234567890123456789>";
		r.from = refused_rows[i].from;
		r.type = refused_rows[i].type;
		r.headers = refused_rows[i].headers;
		r.body = refused_rows[i].body;
		ROW(&refused_rows[i],
		    device_converse(&d, &r) == refused_rows[i].status);
	}
	CU_ASSERT(world_silent(&w, FRAME_INTAKE, 20));
	device_close(&d);
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "registers", test_register },
	{ "200 to REGISTER after the commit", test_register_waits },
	{ "refuses registrations", test_register_refused },
	{ "keeps flows", test_outbound },
	{ "has room for so many devices", test_register_room },
	{ "wants credentials for what is asked", test_digest_uri },
	{ "takes a message in", test_message_in },
	{ "answers repetitions", test_repeated },
	{ "sees replays", test_replayed },
	{ "answers as the engine says", test_message_answers },
	{ "refuses messages", test_message_refused },
	{ NULL, NULL }
};
CHECK_MAIN("sip link", tests)
