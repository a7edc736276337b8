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
	{ "names are case-sensitive (2.2)", "from: <sip:a@x>\r\n" TEXT, OK, "",
	  "", "text/plain", "hi" },
	{ "no From", "To: <sip:b@x>\r\n" TEXT, OK, "", "", "text/plain", "hi" },
	{ "the first From counts",
	  "From: <sip:1@x>\r\nFrom: <sip:2@x>\r\n" TEXT, OK, "sip:1@x", "",
	  "text/plain", "hi" },
	{ "address without angles", "From: sip:a@x\r\n" TEXT, OK, "sip:a@x", "",
	  "text/plain", "hi" },
	{ "name and address without angles", "From: Alice B. sip:a@x\r\n" TEXT,
	  OK, "sip:a@x", "", "text/plain", "hi" },
	{ "quoted name without angles", "From: \"A\" sip:a@x\r\n" TEXT, OK,
	  "sip:a@x", "", "text/plain", "hi" },
	{ "no space behind the colon", "From:<sip:a@x>\r\n" TEXT, OK, "sip:a@x",
	  "", "text/plain", "hi" },
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
	  ALICE "Content-Type: text/plain\r\n\r\nA: b\r\n\r\nhi", OK, "sip:a@x",
	  "", "text/plain", "A: b\r\n\r\nhi" },
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
	{ "CR inside a line", ALICE "Subject: a\rTo: b\r\n" TEXT, ERR_MALFORMED,
	  NULL, NULL, NULL, NULL },
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
		ROW(&requires[i], bytes_is(c.required, requires[i].required));
	}
	buf_clear(&b);
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
	{ "headers and prefixes are bounded", test_limits },
	{ "memory", test_memory },
	{ "foreign messages", test_foreign_messages },
	{ NULL, NULL }
};
CHECK_MAIN("cpim", tests)
