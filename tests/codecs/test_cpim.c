#include "codecs/cpim.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/imdn.h"
#include "tests/check.h"

/* RFC 3862 4 and RFC 5438 7.1.1.3 in one. */
static const char sample[] =
	"From: MR SANDERS <im:piglet@100akerwood.com>\r\n"
	"To: \"Depressed \\\"Donkey\\\" <1>\" <im:eeyore@100akerwood.com>\r\n"
	"To: <im:pooh@100akerwood.com>\r\n"
	"cc: <im:tigger@100akerwood.com>\r\n"
	"DateTime: 2000-12-13T13:40:00-08:00\r\n"
	"Subject: the weather \\\\ will be fine\r\n"
	"Subject:;lang=fr;x=\"a b\" beau temps\r\n"
	"NS: MyFeatures <mid:MessageFeatures@id.foo.com>\r\n"
	"MyFeatures.WackyMessageOption: Use-silly-font\r\n"
	"NS: n <urn:ietf:params:imdn>\r\n"
	"n.Message-ID: 34jk324j\r\n"
	"n.Disposition-Notification: positive-delivery, display\r\n"
	"n.Original-To: Bob <im:bob@example.com>\r\n"
	"n.IMDN-Record-Route: <sip:two@example.com>\r\n"
	"n.IMDN-Record-Route: One <sip:one@example.com>\r\n"
	"\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: text/plain;\r\n charset=utf-8\r\n"
	"Content-ID: <1234567890@foo.com>\r\n"
	"Content-Disposition: render\r\n"
	"Content-Encoding: deflate\r\n"
	"Content-Transfer-Encoding: 8bit\r\n"
	"\r\n"
	"Here is the text.\r\n";

static void test_sample(void)
{
	struct arena *a = arena_new(65536);
	const struct cpim_header *h;
	struct cpim c;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_FATAL(cpim_decode(bytes_of(sample), a, &c, NULL) == OK);
	CU_ASSERT(c.count == 15);
	CU_ASSERT(bytes_is(c.from.name, "MR SANDERS"));
	CU_ASSERT(bytes_is(c.from.uri, "im:piglet@100akerwood.com"));
	CU_ASSERT_FATAL(c.to_count == 2 && c.cc_count == 1);
	CU_ASSERT(bytes_is(c.to[0].name, "Depressed \\\"Donkey\\\" <1>"));
	CU_ASSERT(bytes_is(c.to[0].uri, "im:eeyore@100akerwood.com"));
	CU_ASSERT(bytes_is(c.to[1].uri, "im:pooh@100akerwood.com"));
	CU_ASSERT(c.to[1].name.n == 0);
	CU_ASSERT(bytes_is(c.cc[0].uri, "im:tigger@100akerwood.com"));
	CU_ASSERT(bytes_is(c.datetime, "2000-12-13T13:40:00-08:00"));
	CU_ASSERT(bytes_is(c.subject, "the weather \\\\ will be fine"));
	CU_ASSERT(c.subject_language.n == 0 && c.required.n == 0);
	CU_ASSERT(bytes_is(c.message_id, "34jk324j"));
	CU_ASSERT(c.asks_notification);
	CU_ASSERT(imdn_want_decode(c.disposition_notification) ==
		  (IMDN_WANT_POSITIVE | IMDN_WANT_DISPLAY));
	CU_ASSERT(bytes_is(c.original_to.uri, "im:bob@example.com"));
	CU_ASSERT_FATAL(c.record_route_count == 2 && c.route_count == 0);
	CU_ASSERT(bytes_is(c.record_routes[0].uri, "sip:two@example.com"));
	CU_ASSERT(bytes_is(c.record_routes[1].name, "One"));
	h = cpim_find(&c, CPIM_NS_CORE, "Subject", 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT(bytes_is(h->parameters, ";lang=fr;x=\"a b\""));
	CU_ASSERT(bytes_is(h->value, "beau temps"));
	CU_ASSERT_PTR_NULL(cpim_find(&c, CPIM_NS_CORE, "Subject", 2));
	h = cpim_find(&c, "mid:MessageFeatures@id.foo.com",
		      "WackyMessageOption", 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT(bytes_is(h->prefix, "MyFeatures"));
	CU_ASSERT(bytes_is(h->raw,
			   "MyFeatures.WackyMessageOption: Use-silly-font"));
	CU_ASSERT(content_type_is(&c.type, "text/plain"));
	CU_ASSERT(bytes_is(content_type_charset(&c.type), "utf-8"));
	CU_ASSERT(bytes_is(c.content_id, "1234567890@foo.com"));
	CU_ASSERT(bytes_is(c.disposition, "render"));
	CU_ASSERT(bytes_is(c.content_encoding, "deflate"));
	CU_ASSERT(bytes_is(c.transfer_encoding, "8bit"));
	CU_ASSERT(bytes_is(c.body, "Here is the text.\r\n"));
	CU_ASSERT(c.entity.n > c.body.n && c.entity.p[0] == 'M');
	arena_free(a);
}

static void test_prefixes(void)
{
	struct arena *a = arena_new(65536);
	struct bytes in = bytes_of(sample);
	size_t last = in.n - strlen("Here is the text.\r\n");
	struct cpim c;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (in.n = 0; in.n < last; in.n++) {
		arena_reset(a);
		CU_ASSERT(cpim_decode(in, a, &c, NULL) == ERR_MORE);
	}
	CU_ASSERT(cpim_decode(in, a, &c, NULL) == OK && c.body.n == 0);
	arena_free(a);
}

#define ALICE "From: <sip:a@x>\r\nTo: <sip:b@x>\r\n"
#define TEXT  "\r\nContent-Type: text/plain\r\n\r\nhi"

/* What the row expects of From, Message-ID, type and body; NULL: not asked. */
static const struct row {
	const char *name, *text;
	enum err want;
	const char *from, *message_id, *type, *body;
} rows[] = {
	{ "any prefix (RFC 3862 3.4)",
	  ALICE "NS: abc <urn:ietf:params:imdn>\r\nabc.Message-ID: 1\r\n" TEXT,
	  OK, "sip:a@x", "1", "text/plain", "hi" },
	{ "NS without a space",
	  ALICE "NS: imdn<urn:ietf:params:imdn>\r\nimdn.Message-ID: 1\r\n" TEXT,
	  OK, "sip:a@x", "1", "text/plain", "hi" },
	{ "NS without angles",
	  ALICE "NS: i urn:ietf:params:imdn\r\ni.Message-ID: 1\r\n" TEXT, OK,
	  "sip:a@x", "1", "text/plain", "hi" },
	{ "imdn without declaration", ALICE "imdn.Message-ID: 1\r\n" TEXT, OK,
	  "sip:a@x", "1", "text/plain", "hi" },
	{ "another prefix without declaration",
	  ALICE "x.Message-ID: 1\r\n" TEXT, OK, "sip:a@x", "", "text/plain",
	  "hi" },
	{ "imdn bound to something else",
	  ALICE "NS: imdn <urn:x>\r\nimdn.Message-ID: 1\r\n" TEXT, OK,
	  "sip:a@x", "", "text/plain", "hi" },
	{ "default namespace (3.4)",
	  ALICE "NS: <urn:ietf:params:imdn>\r\nMessage-ID: 1\r\n" TEXT, OK,
	  "sip:a@x", "1", "text/plain", "hi" },
	{ "core names by a prefix (4)",
	  "NS: c <urn:ietf:params:cpim-headers:>\r\nc.From: <sip:c@x>\r\n" TEXT,
	  OK, "sip:c@x", "", "text/plain", "hi" },
	{ "a prefix bound again",
	  ALICE "NS: i <urn:x>\r\nNS: i <urn:ietf:params:imdn>\r\n"
	  "i.Message-ID: 1\r\n" TEXT,
	  OK, "sip:a@x", "1", "text/plain", "hi" },
	{ "names are case-sensitive (2.2)", "from: <sip:a@x>\r\n" TEXT, OK,
	  "", "", "text/plain", "hi" },
	{ "no From", "To: <sip:b@x>\r\n" TEXT, OK, "", "", "text/plain",
	  "hi" },
	{ "the first From counts", "From: <sip:1@x>\r\nFrom: <sip:2@x>\r\n" TEXT,
	  OK, "sip:1@x", "", "text/plain", "hi" },
	{ "address without angles", "From: sip:a@x\r\n" TEXT, OK, "sip:a@x",
	  "", "text/plain", "hi" },
	{ "name and address without angles", "From: Alice B. sip:a@x\r\n" TEXT,
	  OK, "sip:a@x", "", "text/plain", "hi" },
	{ "quoted name without angles", "From: \"A\" sip:a@x\r\n" TEXT, OK,
	  "sip:a@x", "", "text/plain", "hi" },
	{ "no space behind the colon", "From:<sip:a@x>\r\n" TEXT, OK,
	  "sip:a@x", "", "text/plain", "hi" },
	{ "LF everywhere", "From: <sip:a@x>\n\nContent-type: text/html\n\nhi",
	  OK, "sip:a@x", "", "text/html", "hi" },
	{ "LF inside, CRLF outside",
	  "From: <sip:a@x>\r\n\r\nContent-Type: text/html\nX: y\n\nhi\r\n", OK,
	  "sip:a@x", "", "text/html", "hi\r\n" },
	{ "MIME headers in the same block (RFC 5438 7.1.1.3)",
	  ALICE "imdn.Message-ID: 1\r\nContent-type: text/html\r\n"
	  "Content-length: 12\r\n\r\nhi",
	  OK, "sip:a@x", "1", "text/html", "hi" },
	{ "the same, folded (RFC 5438 8.3)",
	  "Content-TYPE: text/html;\r\n   charset=utf-8\r\nFrom: <sip:a@x>\r\n"
	  "\r\nhi",
	  OK, "sip:a@x", "", "text/html", "hi" },
	{ "the same, and the body looks like a header",
	  ALICE "Content-Type: text/plain\r\n\r\nA: b\r\n\r\nhi", OK,
	  "sip:a@x", "", "text/plain", "A: b\r\n\r\nhi" },
	{ "Content-Length alone in the first block",
	  ALICE "Content-Length: 2\r\n" TEXT, OK, "sip:a@x", "", "text/plain",
	  "hi" },
	{ "no MIME header (RFC 2045 5.2)", ALICE "\r\n\r\nhi", OK, "sip:a@x",
	  "", "text/plain", "hi" },
	{ "empty lines in the body", ALICE TEXT "\r\n\r\n", OK, "sip:a@x", "",
	  "text/plain", "hi\r\n\r\n" },
	{ "no CPIM header", "\r\nContent-Type: text/plain\r\n\r\nhi",
	  ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "no colon", "From\r\n" TEXT, ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "no name", ": x\r\n" TEXT, ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "folded CPIM header (3862 2.2)", ALICE " x: y\r\n" TEXT,
	  ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "control character (2.2)", ALICE "Subject: a\x01\r\n" TEXT,
	  ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "CR inside a line", ALICE "Subject: a\rTo: b\r\n" TEXT,
	  ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "angle without end", "From: <sip:a@x\r\n" TEXT, ERR_MALFORMED, NULL,
	  NULL, NULL, NULL },
	{ "quote without end", "From: \"A <sip:a@x>\r\n" TEXT, ERR_MALFORMED,
	  NULL, NULL, NULL, NULL },
	{ "no address", "From: \r\n" TEXT, ERR_MALFORMED, NULL, NULL, NULL,
	  NULL },
	{ "empty address", "From: A <>\r\n" TEXT, ERR_MALFORMED, NULL, NULL,
	  NULL, NULL },
	{ "NS without URI", ALICE "NS: imdn\r\n" TEXT, ERR_MALFORMED, NULL,
	  NULL, NULL, NULL },
	{ "NS with a prefix that is no name (3.6)",
	  ALICE "NS: a.b <urn:x>\r\n" TEXT, ERR_MALFORMED, NULL, NULL, NULL,
	  NULL },
	{ "bad Content-Type", ALICE "\r\nContent-Type: text\r\n\r\nhi",
	  ERR_MALFORMED, NULL, NULL, NULL, NULL },
	{ "text where MIME headers belong", ALICE "\r\nhi\r\n\r\n",
	  ERR_MALFORMED, NULL, NULL, NULL, NULL },
};

static void test_rows(void)
{
	struct arena *a = arena_new(65536);
	struct fault why;
	struct cpim c;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		arena_reset(a);
		why.offset = 0;
		ROW(r, cpim_decode(bytes_of(r->text), a, &c, &why) == r->want);
		ROW(r, why.offset <= strlen(r->text));
		if (r->want != OK)
			continue;
		ROW(r, bytes_is(c.from.uri, r->from));
		ROW(r, bytes_is(c.message_id, r->message_id));
		ROW(r, content_type_is(&c.type, r->type));
		ROW(r, bytes_is(c.body, r->body));
	}
	arena_free(a);
}

static const struct require_row {
	const char *name, *text, *required;
} requires[] = {
	{ "what we know", "Require: From, Subject, imdn.Message-ID\r\n", "" },
	{ "by another prefix",
	  "NS: i <urn:ietf:params:imdn>\r\nRequire: i.IMDN-Route\r\n", "" },
	{ "RFC 3862 3.5",
	  "NS: MyFeatures <mid:x@y>\r\n"
	  "Require: MyFeatures.VitalMessageOption\r\n",
	  "MyFeatures.VitalMessageOption" },
	{ "the second", "Require: To,Locale.MustRenderKanji , x\r\n",
	  "Locale.MustRenderKanji" },
	{ "a core name that does not exist", "Require: from\r\n", "from" },
	{ "empty", "Require: , \r\n", "" },
	{ "the second header", "Require: To\r\nRequire: b\r\n", "b" },
};

static void test_require(void)
{
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(512);
	struct cpim c;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof requires / sizeof *requires; i++) {
		buf_reset(&b);
		buf_printf(&b, ALICE "%s" TEXT, requires[i].text);
		ROW(&requires[i],
		    cpim_decode(buf_bytes(&b), a, &c, NULL) == OK);
		ROW(&requires[i],
		    bytes_is(c.required, requires[i].required));
	}
	buf_clear(&b);
	arena_free(a);
}

/* RFC 3862 2.3 and 2.3.1. */
static const struct escape_row {
	const char *name, *text;
	enum cpim_quote quote;
	const char *escaped;
} escapes[] = {
	{ "plain", "abc", CPIM_BARE, "abc" },
	{ "always", "\\\b\t\n\r", CPIM_BARE, "\\\\\\b\\t\\n\\r" },
	{ "quotes outside a string", "\"'", CPIM_BARE, "\"'" },
	{ "quotes inside double ones", "\"'", CPIM_DOUBLE_QUOTED, "\\\"'" },
	{ "quotes inside single ones", "\"'", CPIM_SINGLE_QUOTED, "\"\\'" },
	{ "other controls", "\x01\x0B\x1F\x7F", CPIM_BARE,
	  "\\u0001\\u000b\\u001f\\u007f" },
	{ "nothing else", "\xC2\x85\xF0\x9F\x98\x80<>;", CPIM_BARE,
	  "\xC2\x85\xF0\x9F\x98\x80<>;" },
};

static const struct unescape_row {
	const char *name, *text, *plain;
} unescapes[] = {
	{ "all of 2.3", "\\u0041\\\\\\\"\\'\\b\\t\\n\\r", "A\\\"'\b\t\n\r" },
	{ "digits of either case", "\\u00e4\\u00E4", "\xC3\xA4\xC3\xA4" },
	{ "a surrogate pair", "\\ud83d\\uDE00", "\xF0\x9F\x98\x80" },
	{ "a high surrogate alone", "\\ud83dx", "\xEF\xBF\xBDx" },
	{ "two high ones", "\\ud83d\\ud83d", "\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "a low surrogate alone", "\\ude00", "\xEF\xBF\xBD" },
	{ "unknown: what follows (2.3.1)", "\\x\\<\\\xC3\xA4",
	  "x<\xC3\xA4" },
	{ "u without digits", "\\u12g4", "u12g4" },
	{ "u at the end", "\\u12", "u12" },
	{ "backslash at the end (2.3.1)", "a\\", "a" },
	{ "not UTF-8", "a\xFF", "a\xEF\xBF\xBD" },
};

static void test_escapes(void)
{
	struct buf b = BUF_INIT(256), back = BUF_INIT(256);
	size_t i;

	for (i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		const struct escape_row *r = &escapes[i];

		buf_reset(&b);
		buf_reset(&back);
		cpim_escape(bytes_of(r->text), r->quote, &b);
		ROW(r, bytes_is(buf_bytes(&b), r->escaped));
		cpim_unescape(buf_bytes(&b), &back);
		ROW(r, bytes_is(buf_bytes(&back), r->text));
	}
	for (i = 0; i < sizeof unescapes / sizeof *unescapes; i++) {
		const struct unescape_row *r = &unescapes[i];

		buf_reset(&b);
		cpim_unescape(bytes_of(r->text), &b);
		ROW(r, bytes_is(buf_bytes(&b), r->plain));
	}
	buf_clear(&b);
	buf_clear(&back);
}

static const struct cpim_party parties[] = {
	{ .name = { (const uint8_t *)"Bob \"B\" \\ <b>", 13 },
	  .uri = { (const uint8_t *)"tel:+447700900123", 17 } },
	{ .uri = { (const uint8_t *)"sip:c@x", 7 } },
};
static const struct bytes routes[] = {
	{ (const uint8_t *)"sip:two@x", 9 },
	{ (const uint8_t *)"sip:one@x", 9 },
};
static const struct cpim_extra extras[] = {
	{ "rcs", "urn:x", "A", { (const uint8_t *)"1\n2", 3 } },
	{ "rcs", "urn:x", "B", { (const uint8_t *)"3", 1 } },
	{ NULL, NULL, "C", { (const uint8_t *)"4", 1 } },
	{ "imdn", "urn:y", "D", { (const uint8_t *)"5", 1 } },
};

static struct cpim_draft full_draft(void)
{
	struct cpim_draft d = {
		.from = parties[1],
		.to = parties, .to_count = 2,
		.cc = parties + 1, .cc_count = 1,
		.datetime = bytes_of("2025-11-20T21:00:00Z"),
		.subject = bytes_of("a\r\nb"),
		.subject_language = bytes_of("en"),
		.message_id = bytes_of("AAAAAAAAAAAAAAAAAAAAAA"),
		.want = IMDN_WANT_POSITIVE | IMDN_WANT_NEGATIVE,
		.original_to = parties[1],
		.record_routes = routes, .record_route_count = 2,
		.routes = routes, .route_count = 1,
		.extras = extras, .extra_count = 4,
		.content_type = bytes_of("text/plain; charset=UTF-8"),
		.disposition = bytes_of("render"),
		.content_id = bytes_of("1@x"),
		.transfer_encoding = bytes_of("8bit"),
		.with_length = true,
		.body = bytes_of("hi\r\n"),
	};

	return d;
}

static const char full_text[] =
	"From: <sip:c@x>\r\n"
	"To: \"Bob \\\"B\\\" \\\\ <b>\" <tel:+447700900123>\r\n"
	"To: <sip:c@x>\r\n"
	"cc: <sip:c@x>\r\n"
	"DateTime: 2025-11-20T21:00:00Z\r\n"
	"Subject:;lang=en a\\r\\nb\r\n"
	"NS: rcs <urn:x>\r\n"
	"rcs.A: 1\\n2\r\n"
	"rcs.B: 3\r\n"
	"C: 4\r\n"
	"NS: imdn <urn:y>\r\n"
	"imdn.D: 5\r\n"
	"NS: imdn <urn:ietf:params:imdn>\r\n"
	"imdn.Message-ID: AAAAAAAAAAAAAAAAAAAAAA\r\n"
	"imdn.Disposition-Notification: positive-delivery, "
	"negative-delivery\r\n"
	"imdn.Original-To: <sip:c@x>\r\n"
	"imdn.IMDN-Record-Route: <sip:two@x>\r\n"
	"imdn.IMDN-Record-Route: <sip:one@x>\r\n"
	"imdn.IMDN-Route: <sip:two@x>\r\n"
	"\r\n"
	"Content-Type: text/plain; charset=UTF-8\r\n"
	"Content-Disposition: render\r\n"
	"Content-ID: <1@x>\r\n"
	"Content-Transfer-Encoding: 8bit\r\n"
	"Content-Length: 4\r\n"
	"\r\n"
	"hi\r\n";

static void test_written(void)
{
	struct cpim_draft d = full_draft(), least = {
		.from = parties[1], .to = parties + 1, .to_count = 1,
		.content_type = bytes_of("text/plain"),
	};
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(4096), plain = BUF_INIT(64);
	struct cpim c;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(cpim_encode(&d, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), full_text));
	CU_ASSERT_FATAL(cpim_decode(buf_bytes(&b), a, &c, NULL) == OK);
	CU_ASSERT(bytes_equal(c.from.uri, d.from.uri));
	cpim_unescape(c.to[0].name, &plain);
	CU_ASSERT(bytes_equal(buf_bytes(&plain), parties[0].name));
	buf_reset(&plain);
	cpim_unescape(c.subject, &plain);
	CU_ASSERT(bytes_equal(buf_bytes(&plain), d.subject));
	CU_ASSERT(bytes_is(c.subject_language, "en"));
	CU_ASSERT(bytes_equal(c.message_id, d.message_id));
	CU_ASSERT(imdn_want_decode(c.disposition_notification) == d.want);
	CU_ASSERT(c.record_route_count == 2 && c.route_count == 1);
	CU_ASSERT(bytes_equal(c.record_routes[1].uri, routes[1]));
	CU_ASSERT_PTR_NOT_NULL(cpim_find(&c, "urn:x", "B", 0));
	CU_ASSERT_PTR_NOT_NULL(cpim_find(&c, "urn:y", "D", 0));
	CU_ASSERT(bytes_equal(c.body, d.body));
	CU_ASSERT(bytes_equal(c.content_id, d.content_id));
	buf_reset(&b);
	CU_ASSERT(cpim_encode(&least, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "From: <sip:c@x>\r\nTo: <sip:c@x>\r\n\r\n"
			   "Content-Type: text/plain\r\n\r\n"));
	buf_clear(&b);
	buf_clear(&plain);
	arena_free(a);
}

/* One member made wrong at a time. */
static void test_refused(void)
{
	struct cpim_party bad = { .uri = bytes_of("sip:a@x>\r\nTo: <b") };
	struct bytes bad_route = bytes_of("sip:a x");
	struct cpim_extra bad_extra = { NULL, NULL, "A:B", { NULL, 0 } };
	struct cpim_draft drafts[13], *d = drafts;
	struct buf b = BUF_INIT(4096);
	size_t i;

	for (i = 0; i < sizeof drafts / sizeof *drafts; i++)
		drafts[i] = full_draft();
	(d++)->from.uri.n = 0;
	(d++)->to_count = 0;
	d->to = &bad;
	(d++)->to_count = 1;
	d->cc = &bad;
	(d++)->cc_count = 1;
	(d++)->datetime = bytes_of("now\r\n");
	(d++)->subject_language = bytes_of("e n");
	(d++)->message_id = bytes_of("a b");
	(d++)->original_to = bad;
	d->record_routes = &bad_route;
	(d++)->record_route_count = 1;
	d->extras = &bad_extra;
	(d++)->extra_count = 1;
	(d++)->content_type.n = 0;
	(d++)->disposition = bytes_of("x\r\n");
	(d++)->content_id = bytes_of("\x01");
	CU_ASSERT_FATAL(d == drafts + 13);
	for (i = 0; i < sizeof drafts / sizeof *drafts; i++)
		CU_ASSERT(cpim_encode(&drafts[i], &b) == ERR_RANGE);
	CU_ASSERT(b.n == 0);
	buf_clear(&b);
}

static const struct insert_row {
	const char *name, *front, *inserted, *back;
} inserts[] = {
	{ "behind the declaration",
	  ALICE "NS: i <urn:ietf:params:imdn>\n",
	  "i.IMDN-Record-Route: <sip:gw@x>\r\n",
	  "i.IMDN-Record-Route: <sip:one@x>\r\n" TEXT },
	{ "nothing declared", "",
	  "NS: imdn <urn:ietf:params:imdn>\r\n"
	  "imdn.IMDN-Record-Route: <sip:gw@x>\r\n",
	  ALICE TEXT },
	{ "used before it is declared", "",
	  "NS: imdn <urn:ietf:params:imdn>\r\n"
	  "imdn.IMDN-Record-Route: <sip:gw@x>\r\n",
	  "imdn.IMDN-Record-Route: <sip:one@x>\r\n"
	  "NS: imdn <urn:ietf:params:imdn>\r\n" ALICE TEXT },
	{ "declared as the default", ALICE "NS: <urn:ietf:params:imdn>\r\n",
	  "IMDN-Record-Route: <sip:gw@x>\r\n", "Message-ID: 1\r\n" TEXT },
	{ "MIME headers in the same block", "",
	  "NS: imdn <urn:ietf:params:imdn>\r\n"
	  "imdn.IMDN-Record-Route: <sip:gw@x>\r\n",
	  "Content-type: text/plain\r\n" ALICE "\r\nhi\r\n" },
};

static void test_inserted(void)
{
	struct arena *a = arena_new(65536);
	struct buf in = BUF_INIT(4096), want = BUF_INIT(4096);
	struct buf out = BUF_INIT(4096), back = BUF_INIT(4096);
	struct cpim c;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof inserts / sizeof *inserts; i++) {
		const struct insert_row *r = &inserts[i];

		buf_reset(&in);
		buf_reset(&want);
		buf_reset(&out);
		buf_reset(&back);
		buf_printf(&in, "%s%s", r->front, r->back);
		buf_printf(&want, "%s%s%s", r->front, r->inserted, r->back);
		ROW(r, cpim_insert(buf_bytes(&in), "IMDN-Record-Route",
				   bytes_of("sip:gw@x"), a, &out) == OK);
		ROW(r, bytes_equal(buf_bytes(&out), buf_bytes(&want)));
		ROW(r, cpim_decode(buf_bytes(&out), a, &c, NULL) == OK);
		ROW(r, c.record_route_count >= 1 &&
			       bytes_is(c.record_routes[0].uri, "sip:gw@x"));
		ROW(r, cpim_remove(buf_bytes(&out), "IMDN-Record-Route", a,
				   &back) == OK);
		ROW(r, i != 0 ||
			       bytes_equal(buf_bytes(&back), buf_bytes(&in)));
		arena_reset(a);
	}
	buf_reset(&out);
	CU_ASSERT(cpim_insert(buf_bytes(&in), "IMDN-Record-Route",
			      bytes_of("sip:gw@x>"), a, &out) == ERR_RANGE);
	CU_ASSERT(cpim_insert(bytes_of("x"), "IMDN-Record-Route",
			      bytes_of("sip:gw@x"), a, &out) == ERR_MORE);
	CU_ASSERT(cpim_remove(buf_bytes(&in), "IMDN-Route", a, &out) ==
		  ERR_NOTFOUND);
	CU_ASSERT(out.n == 0);
	buf_clear(&in);
	buf_clear(&want);
	buf_clear(&out);
	buf_clear(&back);
	arena_free(a);
}

/* `count` headers after `front`; the row of `%u` numbers them. */
static enum err read_many(const char *line, unsigned count)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(65536);
	struct cpim c;
	unsigned i;
	enum err e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < count; i++)
		buf_printf(&b, line, i);
	buf_text(&b, TEXT);
	e = cpim_decode(buf_bytes(&b), a, &c, NULL);
	buf_clear(&b);
	arena_free(a);
	return e;
}

static void test_limits(void)
{
	CU_ASSERT(read_many("To: <sip:%u@x>\r\n", CPIM_HEADERS_MAX) == OK);
	CU_ASSERT(read_many("To: <sip:%u@x>\r\n", CPIM_HEADERS_MAX + 1) ==
		  ERR_TOOBIG);
	CU_ASSERT(read_many("NS: p%u <urn:x>\r\n", CPIM_PREFIXES_MAX) == OK);
	CU_ASSERT(read_many("NS: p%u <urn:x>\r\n", CPIM_PREFIXES_MAX + 1) ==
		  ERR_TOOBIG);
}

static void test_memory(void)
{
	static const char inside[] =
		ALICE "Content-type: text/plain;\r\n a=\"\\b\"\r\n\r\nhi";
	struct arena *a;
	struct cpim c;
	unsigned long n;
	size_t limit;
	enum err e = ERR_NOMEM;

	for (n = 1; n < 50 && e != OK; n++) {
		a = arena_new(65536);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(n);
		e = cpim_decode(bytes_of(sample), a, &c, NULL);
		if (e == OK)
			e = cpim_decode(bytes_of(inside), a, &c, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
	for (limit = 16, e = ERR_NOMEM; limit < 8192 && e != OK; limit += 16) {
		a = arena_new(limit);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = cpim_decode(bytes_of(sample), a, &c, NULL);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK);
}

/* Messages of a folder that the tester names; those of RFCs must be read. */
static void test_foreign_messages(void)
{
	const char *base = getenv("CPMGW_VECTORS");
	static uint8_t octets[65536];
	char path[4096];
	struct dirent *entry;
	struct arena *a;
	struct cpim c;
	enum err e;
	size_t n;
	DIR *d;
	FILE *f;

	if (base == NULL)
		return;
	snprintf(path, sizeof path, "%s/cpim", base);
	d = opendir(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	while ((entry = readdir(d)) != NULL) {
		snprintf(path, sizeof path, "%s/cpim/%s", base, entry->d_name);
		f = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (f == NULL)
			continue;
		n = fread(octets, 1, sizeof octets, f);
		fclose(f);
		a = arena_new(1 << 20);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = cpim_decode((struct bytes){ octets, n }, a, &c, NULL);
		CU_ASSERT(e == OK || strncmp(entry->d_name, "rfc", 3) != 0);
		arena_free(a);
	}
	closedir(d);
}

static const struct check_test tests[] = {
	{ "a message of every header", test_sample },
	{ "cut anywhere in the headers", test_prefixes },
	{ "liberties that are taken, and not", test_rows },
	{ "Require", test_require },
	{ "escapes", test_escapes },
	{ "written and read back", test_written },
	{ "what is not written", test_refused },
	{ "imdn headers inserted and removed", test_inserted },
	{ "headers and prefixes are bounded", test_limits },
	{ "memory", test_memory },
	{ "foreign messages", test_foreign_messages },
	{ NULL, NULL }
};
CHECK_MAIN("cpim", tests)
