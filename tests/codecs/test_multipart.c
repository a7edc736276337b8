#include "codecs/multipart.h"

#include <string.h>

#include "tests/check.h"

/* RFC 2046 5.1.1: preamble, implicit and explicit type, epilogue. */
static const char simple[] =
	"Content-Type: multipart/mixed; boundary=\"simple boundary\"\r\n\r\n"
	"preamble, to be ignored\r\n"
	"--simple boundary\r\n\r\n"
	"implicit, no line end behind it\r\n"
	"--simple boundary\r\n"
	"Content-type: text/plain; charset=us-ascii\r\n\r\n"
	"explicit, with a line end\r\n\r\n"
	"--simple boundary--  \r\n"
	"epilogue, to be ignored\r\n";

static void test_simple(void)
{
	struct arena *a = arena_new(65536);
	const struct part *one, *two;
	struct part *p;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_FATAL(part_read(bytes_of(simple), a, &p, NULL) == OK);
	CU_ASSERT(content_type_is(&p->type, "multipart/mixed"));
	one = p->child;
	CU_ASSERT_PTR_NOT_NULL_FATAL(one);
	two = one->next;
	CU_ASSERT_PTR_NOT_NULL_FATAL(two);
	CU_ASSERT_PTR_NULL(two->next);
	CU_ASSERT(one->headers.count == 0);
	CU_ASSERT(content_type_is(&one->type, "text/plain"));
	CU_ASSERT(bytes_is(one->body, "implicit, no line end behind it"));
	CU_ASSERT(bytes_is(content_type_charset(&two->type), "us-ascii"));
	CU_ASSERT(bytes_is(two->body, "explicit, with a line end\r\n"));
	arena_free(a);
}

/* Whether the second boundary, and no more than its line end, is there. */
static bool ends_with_boundary(struct bytes in)
{
	struct bytes mark = bytes_of("it\r\n--simple boundary");

	while (in.n > 0 && (in.p[in.n - 1] == '\n' || in.p[in.n - 1] == '\r'))
		in.n--;
	return in.n >= mark.n &&
	       memcmp(in.p + in.n - mark.n, mark.p, mark.n) == 0;
}

/* Cut anywhere before the last boundary: not closed, but see RFC 5438 8.3. */
static void test_prefixes(void)
{
	struct arena *a = arena_new(65536);
	size_t last = (size_t)(strstr(simple, "boundary--") - simple) + 8;
	struct bytes in = bytes_of(simple);
	unsigned closed = 0;
	struct part *p;
	enum err want;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (in.n = 0; in.n < last; in.n++) {
		arena_reset(a);
		want = ends_with_boundary(in) ? OK : ERR_MORE;
		closed += want == OK;
		CU_ASSERT(part_read(in, a, &p, NULL) == want);
	}
	CU_ASSERT(closed == 3);
	arena_free(a);
}

static const struct row {
	const char *name, *type, *body;
	enum err want;
	const char *parts; /* bodies, each with a bar behind it */
} rows[] = {
	{ "one part", "multipart/mixed; boundary=b", "--b\r\n\r\nx\r\n--b--",
	  OK, "x|" },
	{ "LF alone", "multipart/mixed; boundary=b",
	  "--b\n\nx\n--b\n\ny\n--b--\n", OK, "x|y|" },
	{ "empty bodies", "multipart/mixed; boundary=b",
	  "--b\r\n\r\n--b\r\n\r\n\r\n--b--", OK, "||" },
	{ "headers alone", "multipart/mixed; boundary=b",
	  "--b\r\nA: c\r\n--b\r\nA: c\r\n\r\n--b--", OK, "||" },
	{ "nothing at all between", "multipart/mixed; boundary=b",
	  "--b\r\n--b--", OK, "|" },
	{ "space behind the boundary", "multipart/mixed; boundary=b",
	  "--b \t\r\n\r\nx\r\n--b--", OK, "x|" },
	{ "not at a line's start", "multipart/mixed; boundary=b",
	  "--b\r\n\r\nx --b\r\n--b--", OK, "x --b|" },
	{ "longer word", "multipart/mixed; boundary=b",
	  "--b\r\n\r\nx\r\n--bc\r\n--b--", OK, "x\r\n--bc|" },
	{ "not quite closed", "multipart/mixed; boundary=b",
	  "--b\r\n\r\nx\r\n--b--y\r\n--b--", OK, "x\r\n--b--y|" },
	{ "last boundary does not close (RFC 5438 8.3)",
	  "multipart/mixed; boundary=b", "--b\r\n\r\nx\r\n--b\r\n\r\n", OK,
	  "x|" },
	{ "never closed", "multipart/mixed; boundary=b",
	  "--b\r\n\r\nx\r\n--b\r\n\r\ny", ERR_MORE, "" },
	{ "opened and ended", "multipart/mixed; boundary=b", "--b\r\n\r\n",
	  ERR_MORE, "" },
	{ "no boundary line", "multipart/mixed; boundary=b", "x", ERR_MORE,
	  "" },
	{ "no part", "multipart/mixed; boundary=b", "--b--\r\n", ERR_MALFORMED,
	  "" },
	{ "no boundary parameter", "multipart/mixed", "--b\r\n\r\nx\r\n--b--",
	  ERR_MALFORMED, "" },
	{ "71 characters (RFC 2046 5.1.1)",
	  "multipart/mixed; boundary=x123456789x123456789x123456789x123456789"
	  "x123456789x123456789x1234567890",
	  "x", ERR_MALFORMED, "" },
	{ "headers of a part are wrong", "multipart/mixed; boundary=b",
	  "--b\r\nno colon\r\n\r\nx\r\n--b--", ERR_MALFORMED, "" },
	{ "type of a part is wrong", "multipart/mixed; boundary=b",
	  "--b\r\nContent-Type: text\r\n\r\nx\r\n--b--", ERR_MALFORMED, "" },
};

static void test_rows(void)
{
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(256);
	struct content_type t;
	struct part *first;
	const struct part *p;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		arena_reset(a);
		buf_reset(&b);
		first = NULL;
		ROW(r, content_type_read(bytes_of(r->type), a, &t) == OK);
		ROW(r, multipart_read(bytes_of(r->body), &t, a, &first, NULL) ==
			       r->want);
		for (p = first; p != NULL; p = p->next) {
			buf_put(&b, p->body);
			buf_text(&b, "|");
		}
		ROW(r, bytes_is(buf_bytes(&b), r->parts));
	}
	buf_clear(&b);
	arena_free(a);
}

static const char nested[] =
	"Content-Type: multipart/related; boundary=outer;\r\n"
	" start=\"<smil>\"\r\n\r\n"
	"--outer\r\n"
	"Content-ID: <smil>\r\n"
	"Content-Type: application/smil; name=\"a.smil\"\r\n\r\n"
	"<smil/>\r\n"
	"--outer\r\n"
	"Content-Type: multipart/alternative; boundary=outer2\r\n\r\n"
	"--outer2\r\n"
	"Content-Disposition: attachment; filename=\"n.txt\"\r\n"
	"Content-Location: n.txt\r\n"
	"Content-Transfer-Encoding: BASE64\r\n\r\n"
	"aGVs\r\nbG8=\r\n"
	"--outer2\r\n"
	"content-transfer-encoding: quoted-printable\r\n\r\n"
	"h=C3=A4=\r\nllo\r\n"
	"--outer2--\r\n"
	"--outer--\r\n";

static void test_nested(void)
{
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(256);
	const struct part *inner;
	struct part *p;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_FATAL(part_read(bytes_of(nested), a, &p, NULL) == OK);
	CU_ASSERT(bytes_is(header_parameter(&p->type.full, "start"), "<smil>"));
	CU_ASSERT(bytes_is(p->child->id, "smil"));
	CU_ASSERT(bytes_is(p->child->name, "a.smil"));
	CU_ASSERT_PTR_EQUAL(multipart_by_id(p->child, bytes_of("<smil>")),
			    p->child);
	CU_ASSERT_PTR_EQUAL(multipart_by_id(p->child, bytes_of("cid:smil")),
			    p->child);
	CU_ASSERT_PTR_NULL(multipart_by_id(p->child, bytes_of("x")));
	CU_ASSERT_PTR_NULL(multipart_by_id(p->child, bytes_of("")));
	CU_ASSERT_PTR_NOT_NULL_FATAL(p->child->next);
	inner = p->child->next->child;
	CU_ASSERT_PTR_NOT_NULL_FATAL(inner);
	CU_ASSERT(bytes_is(inner->name, "n.txt"));
	CU_ASSERT(bytes_is(inner->location, "n.txt"));
	CU_ASSERT(bytes_is(inner->disposition.value, "attachment"));
	CU_ASSERT(part_content(inner, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "hello"));
	buf_reset(&b);
	CU_ASSERT_PTR_NOT_NULL_FATAL(inner->next);
	CU_ASSERT(part_content(inner->next, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "h\xC3\xA4llo"));
	CU_ASSERT_PTR_NULL(inner->next->next);
	buf_clear(&b);
	arena_free(a);
}

static void test_encodings(void)
{
	struct buf b = BUF_INIT(64);
	struct part p = { .body = bytes_of("a=41") };

	CU_ASSERT(part_content(&p, &b) == OK);
	p.encoding = bytes_of("7BIT");
	CU_ASSERT(part_content(&p, &b) == OK);
	p.encoding = bytes_of("8bit");
	CU_ASSERT(part_content(&p, &b) == OK);
	p.encoding = bytes_of("binary");
	CU_ASSERT(part_content(&p, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "a=41a=41a=41a=41"));
	p.encoding = bytes_of("x-uuencode");
	CU_ASSERT(part_content(&p, &b) == ERR_UNSUPPORTED);
	buf_clear(&b);
}

/* RFC 2045 6.7. */
static const struct quoted_row {
	const char *name, *text, *plain;
} quoted[] = {
	{ "rule 1", "=3D=0C=e9", "=\x0C\xE9" },
	{ "rule 3, blanks at a line's end", "a \t\r\nb  ", "a\r\nb" },
	{ "rule 5, soft line break", "a=\r\nb= \r\nc=\nd", "abcd" },
	{ "soft break at the end", "a=", "a" },
	{ "line ends stay", "a\r\nb\nc\r\n", "a\r\nb\nc\r\n" },
	{ "not two digits", "=4", "=4" },
	{ "no digits", "=zz=", "=zz" },
	{ "encoded blank at the end", "a=20\r\n", "a \r\n" },
	{ "empty", "", "" },
};

static void test_quoted_printable(void)
{
	struct buf b = BUF_INIT(64);
	size_t i;

	for (i = 0; i < sizeof quoted / sizeof *quoted; i++) {
		buf_reset(&b);
		quoted_printable_read(bytes_of(quoted[i].text), &b);
		ROW(&quoted[i], bytes_is(buf_bytes(&b), quoted[i].plain));
	}
	buf_clear(&b);
}

static void test_written(void)
{
	struct arena *a = arena_new(65536);
	struct part two = { .body = bytes_of("second\r\n") };
	struct part one = { .body = bytes_of("first"), .next = &two };
	char boundary[MULTIPART_BOUNDARY_OCTETS];
	struct content_type t;
	struct buf type = BUF_INIT(128), b = BUF_INIT(512);
	uint8_t random[16] = { 1, 2, 3 };
	struct part *back;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	multipart_boundary(random, boundary);
	CU_ASSERT_STRING_EQUAL(boundary, "cpmAQIDAAAAAAAAAAAAAAAAAA");
	CU_ASSERT(header_add(&one.headers, a, "Content-Type",
			     bytes_of("text/html")) == OK);
	CU_ASSERT(multipart_write(&one, boundary, &b) == OK);
	buf_text(&type, "multipart/mixed");
	header_put_parameter(&type, "boundary", bytes_of(boundary));
	CU_ASSERT(content_type_read(buf_bytes(&type), a, &t) == OK);
	CU_ASSERT_FATAL(multipart_read(buf_bytes(&b), &t, a, &back, NULL) ==
			OK);
	CU_ASSERT(content_type_is(&back->type, "text/html"));
	CU_ASSERT(bytes_is(back->body, "first"));
	CU_ASSERT(bytes_is(back->next->body, "second\r\n"));
	CU_ASSERT_PTR_NULL(back->next->next);
	CU_ASSERT(multipart_write(&one, "cond", &b) == ERR_EXISTS);
	buf_clear(&b);
	buf_clear(&type);
	arena_free(a);
}

/* `count` parts, each inside a multipart of its own when `deep`. */
static enum err read_many(unsigned count, bool deep, struct arena *a)
{
	struct buf b = BUF_INIT(65536);
	struct part *p;
	unsigned i;
	enum err e;

	if (!deep)
		buf_text(&b,
			 "Content-Type: multipart/mixed;boundary=b\r\n\r\n");
	for (i = 0; i < count; i++) {
		if (deep)
			buf_printf(&b,
				   "Content-Type: multipart/mixed;boundary="
				   "b%u\r\n\r\n--b%u\r\n",
				   i, i);
		else
			buf_text(&b, "--b\r\n\r\nx\r\n");
	}
	if (deep)
		buf_text(&b, "\r\nx\r\n");
	for (i = count; deep && i-- > 0;)
		buf_printf(&b, "--b%u--\r\n", i);
	if (!deep)
		buf_text(&b, "--b--\r\n");
	e = part_read(buf_bytes(&b), a, &p, NULL);
	buf_clear(&b);
	return e;
}

static void test_limits(void)
{
	struct arena *a = arena_new(1 << 20);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(read_many(MULTIPART_PARTS_MAX - 1, false, a) == OK);
	CU_ASSERT(read_many(MULTIPART_PARTS_MAX, false, a) == ERR_TOOBIG);
	CU_ASSERT(read_many(MULTIPART_DEPTH_MAX, true, a) == OK);
	CU_ASSERT(read_many(MULTIPART_DEPTH_MAX + 1, true, a) == ERR_TOOBIG);
	arena_free(a);
}

static void test_memory(void)
{
	struct arena *a;
	struct part *p;
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; n < 50 && e != OK; n++) {
		a = arena_new(65536);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(n);
		e = part_read(bytes_of(nested), a, &p, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
	for (n = 64; n < 4096 && e != ERR_MORE; n += 64) {
		a = arena_new(n);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = part_read(bytes_of(nested), a, &p, NULL);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
}

static const struct check_test tests[] = {
	{ "preamble, parts, epilogue", test_simple },
	{ "cut anywhere", test_prefixes },
	{ "boundaries", test_rows },
	{ "multiparts inside each other", test_nested },
	{ "transfer encodings", test_encodings },
	{ "quoted-printable", test_quoted_printable },
	{ "parts are written", test_written },
	{ "parts and depth are bounded", test_limits },
	{ "memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("multipart", tests)
