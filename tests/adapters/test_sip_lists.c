/*
 * Messages to a list of recipients: how a body comes apart (RFC 5363 4.1,
 * RFC 5365 7.3), what recipients are sent (RFC 5364 4), who may send.
 */
#include <string.h>

#include "adapters/sip/draft.h"
#include "adapters/sip/intake_map.h"
#include "adapters/sip/list_body.h"
#include "tests/adapters/sip_sample.h"

#define TYPE "multipart/mixed;boundary=\"b\""
#define LIST(entries_)                                                         \
	"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\">"     \
	"<list>" entries_ "</list></resource-lists>"
#define ONE	"<entry uri=\"sip:a@b.example\"/>"
#define IS_LIST "Content-Type: application/resource-lists+xml\r\n"             \
	"Content-Disposition: recipient-list\r\n\r\n"
#define TEXT	"Content-Type: text/plain\r\nContent-Language: fr\r\n\r\nbonjour"
#define PART(part_) "--b\r\n" part_ "\r\n"
#define END	"--b--\r\n"
#define MINE	"--cpmAAAAAAAAAAAAAAAAAAAAAA"
#define NEXT	"--cpmAQAAAAAAAAAAAAAAAAAAAA"

static const struct row {
	const char *name, *type, *body;
	enum err want;
	const char *why;	/* a part of it                              */
	size_t n;
	const char *left, *left_type;
} rows[] = {
	{ "a text and a list (RFC 5365 9)", TYPE,
	  PART(TEXT) PART(IS_LIST LIST(ONE)) END, OK, NULL, 1, "bonjour",
	  "text/plain" },
	{ "the list first", TYPE, PART(IS_LIST LIST(ONE)) PART(TEXT) END, OK,
	  NULL, 1, "bonjour", "text/plain" },
	{ "two lists (RFC 5363 4.1)", TYPE,
	  PART(IS_LIST LIST(ONE)) PART(TEXT) PART(IS_LIST LIST(ONE ONE)) END,
	  OK, NULL, 3, "bonjour", "text/plain" },
	{ "several parts are left (RFC 5365 7.3)", TYPE,
	  PART(TEXT) PART(IS_LIST LIST(ONE)) PART(TEXT) END, OK, NULL, 1,
	  MINE "\r\n" TEXT "\r\n" MINE "\r\n" TEXT "\r\n" MINE "--\r\n",
	  "multipart/mixed; boundary=cpmAAAAAAAAAAAAAAAAAAAAAA" },
	{ "a boundary of ours in it", TYPE,
	  PART("\r\n" MINE) PART(IS_LIST LIST(ONE)) PART("\r\nx") END, OK,
	  NULL, 1,
	  NEXT "\r\n\r\n" MINE "\r\n" NEXT "\r\n\r\nx\r\n" NEXT "--\r\n",
	  "multipart/mixed; boundary=cpmAQAAAAAAAAAAAAAAAAAAAA" },
	{ "transfer encodings are undone", TYPE,
	  "--b\r\nContent-Type: text/plain\r\n"
	  "Content-Transfer-Encoding: base64\r\n\r\nYm9uam91cg==\r\n"
	  "--b\r\nContent-Type: application/resource-lists+xml\r\n"
	  "Content-Transfer-Encoding: quoted-printable\r\n"
	  "Content-Disposition: Recipient-List; handling=required\r\n\r\n"
	  "<resource-lists xmlns=3D\"urn:ietf:params:xml:ns:resource-=\r\n"
	  "lists\"/>\r\n" END,
	  OK, NULL, 0, "bonjour", "text/plain" },
	{ "no Content-Type is text/plain", TYPE,
	  PART("\r\nhi") PART(IS_LIST LIST(ONE)) END, OK, NULL, 1, "hi", NULL },
	{ "a list that nobody has marked", TYPE,
	  PART(TEXT)
	  PART("Content-Type: application/resource-lists+xml\r\n\r\n" LIST(ONE))
	  END,
	  ERR_MALFORMED, "no recipient-list", 0, NULL, NULL },
	{ "no multipart", "text/plain", "hi", ERR_MALFORMED,
	  "no recipient-list", 0, NULL, NULL },
	{ "no type", NULL, "hi", ERR_MALFORMED, "Content-Type", 0, NULL, NULL },
	{ "nothing beside the list", TYPE, PART(IS_LIST LIST(ONE)) END,
	  ERR_MALFORMED, "nothing but", 0, NULL, NULL },
	{ "another format", TYPE,
	  PART(TEXT) PART("Content-Type: text/uri-list\r\n"
			  "Content-Disposition: recipient-list\r\n\r\nsip:a@b")
	  END,
	  ERR_UNSUPPORTED, "unknown format", 0, NULL, NULL },
	{ "a reference (RFC 5365 6)", TYPE,
	  PART(TEXT) PART(IS_LIST LIST("<entry-ref ref=\"x\"/>")) END,
	  ERR_MALFORMED, "not a flat list", 0, NULL, NULL },
	{ "a list cut short", TYPE, PART(TEXT) PART(IS_LIST "<resource-l") END,
	  ERR_MALFORMED, "recipient-list", 0, NULL, NULL },
	{ "an unknown transfer encoding", TYPE,
	  PART("Content-Transfer-Encoding: x-zip\r\n\r\nhi")
	  PART(IS_LIST LIST(ONE)) END,
	  ERR_MALFORMED, "body", 0, NULL, NULL },
	{ "more than it may be", TYPE,
	  PART("\r\n01234567890123456789012345678901234567890123456789"
	       "01234567890123456789012345678901234567890123456789"
	       "01234567890123456789012345678901234567890123456789"
	       "01234567890123456789012345678901234567890123456789"
	       "01234567890123456789012345678901234567890123456789"
	       "012345678901234567890123456789012345678901234567890")
	  PART(IS_LIST LIST(ONE)) END,
	  ERR_TOOBIG, "body", 0, NULL, NULL },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))
#define LIMIT	300

static enum err read_row(const struct row *r, struct bytes in, struct arena *a,
			 struct list_body *out, const char **why)
{
	return list_body_read(in, r->type, LIMIT, a, out, why);
}

static void test_bodies(void)
{
	struct arena *a = arena_new(1 << 20);
	struct list_body b;
	const char *why;
	size_t i;

	CU_ASSERT_FATAL(a != NULL);
	for (i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		arena_reset(a);
		ROW(r, read_row(r, bytes_of(r->body), a, &b, &why) == r->want);
		ROW(r, (why == NULL) == (r->why == NULL));
		ROW(r, !why || !r->why || strstr(why, r->why));
		if (r->want != OK)
			continue;
		ROW(r, b.list.n == r->n);
		ROW(r, bytes_is(b.body, r->left));
		ROW(r, (b.type == NULL) == (r->left_type == NULL));
		ROW(r, !b.type || strcmp(b.type, r->left_type) == 0);
	}
	ROW(&rows[0], read_row(&rows[0], bytes_of(rows[0].body), a, &b, &why) ==
			      OK);
	CU_ASSERT_STRING_EQUAL(b.language, "fr");
	arena_free(a);
}

static void test_cut_short(void)
{
	struct arena *a = arena_new(1 << 20);
	struct bytes in = bytes_of(rows[0].body);
	struct list_body b;
	const char *why;

	CU_ASSERT_FATAL(a != NULL);
	/* A closing line needs neither its end nor, RFC 5438 8.3, to be. */
	for (in.n -= strlen(END) + 1; in.n > 0; in.n--) {
		arena_reset(a);
		why = NULL;
		CU_ASSERT(read_row(&rows[0], in, a, &b, &why) ==
			  ERR_MALFORMED);
		CU_ASSERT(why != NULL);
	}
	arena_free(a);
}

static void test_body_memory(void)
{
	enum err e = ERR_NOMEM;
	struct list_body b;
	const char *why;
	struct arena *a;
	unsigned n;

	for (n = 1; e == ERR_NOMEM && n < 200; n++) {
		a = arena_new(1 << 20);
		mem_fail_at(n);
		e = read_row(&rows[2], bytes_of(rows[2].body), a, &b, &why);
		mem_fail_at(0);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 3);
}

/* -- out ------------------------------------------------------------------ */

static uint64_t chance(void *arg)
{
	(void)arg;
	return 4;
}

/* To three, of whom one is blind and one anonymous. */
static enum err make(struct arena *a, bool history, uint32_t most,
		     struct draft *out)
{
	static const uint8_t key[16] = { 0 };
	static struct recipient to[] = {
		{ .address = { ADDRESS_E164, "+15550200001" }, .name = "J & J" },
		{ .address = { ADDRESS_SIP, "sip:bob@cpm.example" },
		  .role = RECIPIENT_BCC },
		{ .address = { ADDRESS_SIP, "sip:eve@cpm.example" },
		  .role = RECIPIENT_CC,
		  .anonymous = true },
	};
	struct sip_config config = { .domain = "cpm.example",
				     .rules = { .home_domain = "cpm.example" },
				     .lists = { .history = history },
				     .message_maximum = most };
	struct draft_context c = { .config = &config,
				   .now_us = 1000000,
				   .random = chance,
				   .thread_key = key };
	struct extra extra = { .name = EXTRA_LIST, .value = bytes_of("1") };
	struct leg leg = { .public_id = "id", .to = to[0].address };

	message_init(&leg.message);
	leg.message.kind = MESSAGE_USER;
	leg.message.from = (struct address){ ADDRESS_E164, "+15550100001" };
	leg.message.asserted = leg.message.from;
	leg.message.recipients = to;
	leg.message.n_recipients = 3;
	leg.message.extras = &extra;
	leg.message.n_extras = 1;
	leg.message.native_type = "text/plain";
	leg.message.native = bytes_of("hi");
	return draft_make(&c, &leg, a, out);
}

static bool has(struct bytes in, const char *text)
{
	return memmem(in.p, in.n, text, strlen(text)) != NULL;
}

static void test_what_is_sent(void)
{
	struct arena *a = arena_new(1 << 20);
	struct draft d;

	CU_ASSERT_FATAL(a != NULL);
	CU_ASSERT_FATAL(make(a, true, 10000, &d) == OK);
	CU_ASSERT_STRING_EQUAL(d.type, "text/plain");
	CU_ASSERT(bytes_is(d.body, "hi"));
	CU_ASSERT_FATAL(d.listed_type != NULL);
	CU_ASSERT(strncmp(d.listed_type, "multipart/mixed;boundary=", 25) == 0);
	CU_ASSERT(has(d.listed, "Content-Type: text/plain\r\n\r\nhi\r\n--"));
	CU_ASSERT(has(d.listed, "Content-Disposition: recipient-list-history;"
				"handling=optional\r\n"));
	CU_ASSERT(has(d.listed, "<entry uri=\"tel:+15550200001\" "
				"cp:copyControl=\"to\"><display-name>J &amp; J"
				"</display-name></entry><entry uri=\""
				"sip:anonymous@anonymous.invalid\" "
				"cp:copyControl=\"cc\"/></list>"));
	CU_ASSERT(!has(d.listed, "bob") && !has(d.listed, "eve"));
	CU_ASSERT_FATAL(make(a, false, 10000, &d) == OK);
	CU_ASSERT(d.listed_type == NULL);
	/* RFC 5364 7: without the list where there is no room for it. */
	CU_ASSERT_FATAL(make(a, true, 300, &d) == OK);
	CU_ASSERT(d.listed_type == NULL && bytes_is(d.body, "hi"));
	arena_free(a);
}

static void test_draft_memory(void)
{
	enum err e = ERR_NOMEM;
	struct arena *a;
	struct draft d;
	unsigned n;

	for (n = 1; e == ERR_NOMEM && n < 200; n++) {
		a = arena_new(1 << 20);
		mem_fail_at(n);
		e = make(a, true, 10000, &d);
		mem_fail_at(0);
		CU_ASSERT(e != OK || d.listed_type != NULL);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 5);
}

/* -- the program ---------------------------------------------------------- */

#define SERVICE "sip:lists@cpm.example"

/* The sender's notification goes to him by his own id: see struct outcome. */
static void test_who_reports_to_whom(void)
{
	static const char cpim[] =
		"From: <sip:bob@cpm.example>\r\nTo: <" SERVICE ">\r\n"
		"NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: theirs\r\n"
		"imdn.Disposition-Notification: positive-delivery\r\n\r\n"
		"Content-type: text/plain\r\n\r\nhi";
	struct device_socket d;
	struct outcome o;
	struct sample s;
	struct world w;

	sample_start(&w, &d, false);
	sample_init(&s, 12);
	s.leg.message.native_type = "message/cpim";
	s.leg.message.native = bytes_of(cpim);
	s.leg.message.want = WANT_POSITIVE;
	sample_id(&s, ID_IMDN, "theirs");
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT(world_answer(&w, 12, &o));
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.direct);
	/* Ours names our own id. */
	sample_init(&s, 13);
	s.leg.message.want = WANT_POSITIVE;
	world_leg(&w, &s.leg);
	sample_take(&d, 200);
	CU_ASSERT(world_answer(&w, 13, &o));
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && !o.direct);
	sample_finish(&w, &d);
}

/* Another service, other senders: as soon as they are set. */
static void test_settings(void)
{
	static const char *const all[] = { "lists.service=" SERVICE, NULL };
	static const char *const john[] = { "lists.service=" SERVICE,
					    "lists.senders=+15550200001",
					    NULL };
	static const char body[] = PART(TEXT) PART(IS_LIST LIST(ONE)) END;
	struct device_request r = device_message(TYPE, body);
	struct world_frame *f;
	struct device_socket d;
	struct intake in;
	struct message m;
	char why[300];
	struct world w;

	r.target = SERVICE;
	world_start(&w, NULL);
	device_open(&d, &w, false);
	CU_ASSERT(device_register(&d, "mary", 600) == 200);
	r.headers = "Require: recipient-list-message\r\n";
	CU_ASSERT(device_converse(&d, &r) == 420);
	CU_ASSERT(world_configure(&w, john, why, sizeof(why)));
	CU_ASSERT(device_converse(&d, &r) == 403);
	CU_ASSERT(world_configure(&w, all, why, sizeof(why)));
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f && intake_read(f->payload, &in) == OK);
	CU_ASSERT(!in.native);
	CU_ASSERT_FATAL(message_read(in.message, w.arena, &m, NULL) == OK);
	CU_ASSERT_FATAL(m.n_recipients == 1);
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "sip:a@b.example");
	CU_ASSERT(m.recipients[0].role == RECIPIENT_BCC);
	CU_ASSERT(bytes_is(m.native, "bonjour"));
	CU_ASSERT_STRING_EQUAL(m.original_to, SERVICE);
	world_accept(&w, f->ref);
	CU_ASSERT(device_await(&d) && device_status(&d) == 202);
	device_close(&d);
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "bodies", test_bodies },
	{ "a body cut short", test_cut_short },
	{ "memory ends in a body", test_body_memory },
	{ "what a recipient is sent", test_what_is_sent },
	{ "memory ends in a draft", test_draft_memory },
	{ "who reports to whom", test_who_reports_to_whom },
	{ "settings", test_settings },
	{ NULL, NULL }
};

CHECK_MAIN("sip_lists", tests)
