#include "codecs/cpim.h"

#include <string.h>

#include "codecs/imdn.h"
#include "tests/check.h"

#define ALICE "From: <sip:a@x>\r\nTo: <sip:b@x>\r\n"
#define TEXT  "\r\nContent-Type: text/plain\r\n\r\nhi"

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
	{ "unknown: what follows (2.3.1)", "\\x\\<\\\xC3\xA4", "x<\xC3\xA4" },
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
		.to = parties,
		.to_count = 2,
		.cc = parties + 1,
		.cc_count = 1,
		.datetime = bytes_of("2025-11-20T21:00:00Z"),
		.subject = bytes_of("a\r\nb"),
		.subject_language = bytes_of("en"),
		.message_id = bytes_of("AAAAAAAAAAAAAAAAAAAAAA"),
		.want = IMDN_WANT_POSITIVE | IMDN_WANT_NEGATIVE,
		.original_to = parties[1],
		.record_routes = routes,
		.record_route_count = 2,
		.routes = routes,
		.route_count = 1,
		.extras = extras,
		.extra_count = 4,
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
		.from = parties[1],
		.to = parties + 1,
		.to_count = 1,
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
	{ "behind the declaration", ALICE "NS: i <urn:ietf:params:imdn>\n",
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
		ROW(r, i != 0 || bytes_equal(buf_bytes(&back), buf_bytes(&in)));
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

static void test_memory(void)
{
	struct cpim_party to = { bytes_of("B"), bytes_of("tel:+15550100002") };
	struct cpim_draft d = { .from = { bytes_of(""), bytes_of("tel:+1555") },
				.to = &to,
				.to_count = 1,
				.subject = bytes_of("\"s\""),
				.message_id = bytes_of("id"),
				.want = 1,
				.content_type = bytes_of("text/plain"),
				.body = bytes_of("hello") };
	struct buf out = BUF_INIT(10000), in = BUF_INIT(10000);
	enum err e = ERR_NOMEM, f = ERR_NOMEM, g = ERR_NOMEM;
	struct arena *a;
	unsigned long n;

	for (n = 1; e == ERR_NOMEM && n < 20; n++) {
		buf_clear(&in);
		mem_fail_at(n);
		e = cpim_encode(&d, &in);
		mem_fail_at(0);
	}
	CU_ASSERT(e == OK && n > 2);
	for (n = 1; (f == ERR_NOMEM || g == ERR_NOMEM) && n < 50; n++) {
		a = arena_new(100000);
		buf_clear(&out);
		mem_fail_at(n);
		f = cpim_insert(buf_bytes(&in), "IMDN-Route",
				bytes_of("sip:gw@x"), a, &out);
		mem_fail_at(0);
		CU_ASSERT(f == OK || f == ERR_NOMEM);
		buf_clear(&out);
		mem_fail_at(n);
		g = cpim_remove(buf_bytes(&in), "Message-ID", a, &out);
		mem_fail_at(0);
		CU_ASSERT(g == OK || g == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(f == OK && g == OK && n > 3);
	d.body = bytes_of("a body that is longer than what there is room for");
	buf_clear(&in);
	in.limit = 200;
	CU_ASSERT(cpim_encode(&d, &in) == ERR_TOOBIG);
	buf_clear(&in);
	buf_clear(&out);
}

static const struct check_test tests[] = {
	{ "escapes", test_escapes },
	{ "written and read back", test_written },
	{ "what is not written", test_refused },
	{ "imdn headers inserted and removed", test_inserted },
	{ "memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("cpim_write", tests)
