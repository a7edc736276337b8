#include "codecs/header.h"

#include <string.h>

#include "tests/check.h"

static const struct block_row {
	const char *name, *text;
	enum err want;
	size_t used, count;
	const char *field, *value;
} blocks[] = {
	{ "one field", "A: b\r\n\r\nbody", OK, 8, 1, "a", "b" },
	{ "LF alone", "A: b\nC: d\n\nbody", OK, 11, 2, "c", "d" },
	{ "mixed line ends", "A: b\nC: d\r\n\nbody", OK, 12, 2, "A", "b" },
	{ "no field", "\r\nbody", OK, 2, 0, "A", "" },
	{ "folded (RFC 5322 2.2.3)", "A: b\r\n  c\r\n\td\r\n\r\n", OK, 17, 1,
	  "A", "b  c\td" },
	{ "folded from the start", "A:\r\n b\r\n\r\n", OK, 10, 1, "A", "b" },
	{ "folded, space before the colon", "A :\r\n b\r\n\r\n", OK, 11, 1, "A",
	  "b" },
	{ "empty value", "A:\r\nB: c\r\n\r\n", OK, 12, 2, "A", "" },
	{ "no space behind the colon", "A:b\r\n\r\n", OK, 7, 1, "A", "b" },
	{ "colons in the value", "A: b:c\r\n\r\n", OK, 10, 1, "A", "b:c" },
	{ "the first one counts", "A: b\r\nA: c\r\n\r\n", OK, 14, 2, "A", "b" },
	{ "8-bit text", "A: \xC3\xA4\r\n\r\n", OK, 9, 1, "A", "\xC3\xA4" },
	{ "no colon", "A\r\n\r\n", ERR_MALFORMED, 0, 0, "", "" },
	{ "no name", ": b\r\n\r\n", ERR_MALFORMED, 0, 0, "", "" },
	{ "space in the name", "A B: c\r\n\r\n", ERR_MALFORMED, 0, 0, "", "" },
	{ "8-bit name", "\xC3\xA4: c\r\n\r\n", ERR_MALFORMED, 0, 0, "", "" },
	{ "folded line first", " b: c\r\n\r\n", ERR_MALFORMED, 0, 0, "", "" },
	{ "CR inside", "A: b\rc\r\n\r\n", ERR_MALFORMED, 0, 0, "", "" },
	{ "control in a folded line", "A: b\r\n \x01\r\n\r\n", ERR_MALFORMED, 0,
	  0, "", "" },
	{ "no empty line", "A: b\r\n", ERR_MORE, 0, 0, "", "" },
	{ "nothing", "", ERR_MORE, 0, 0, "", "" },
};

static void test_blocks(void)
{
	struct arena *a = arena_new(8192);
	struct header_block h;
	struct bytes in;
	size_t i, used;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		const struct block_row *r = &blocks[i];

		arena_reset(a);
		h.count = 0;
		used = 0;
		in = bytes_of(r->text);
		ROW(r, header_block_read(in, a, &h, &used, NULL) == r->want);
		ROW(r, used == r->used && h.count == r->count);
		if (r->want != OK)
			continue;
		ROW(r, bytes_is(header_find(&h, r->field), r->value));
		for (in.n = 0; in.n < r->used; in.n++)
			ROW(r, header_block_read(in, a, &h, &used, NULL) ==
				       ERR_MORE);
	}
	arena_free(a);
}

static void test_without_empty_line(void)
{
	struct arena *a = arena_new(8192);
	struct header_block h;
	struct fault why;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(header_fields_read(bytes_of("A: b\r\nC: d\r\n e"), a, &h,
				     NULL) == OK);
	CU_ASSERT(h.count == 2);
	CU_ASSERT(bytes_is(header_find(&h, "c"), "d e"));
	CU_ASSERT(header_fields_read(bytes_of(""), a, &h, NULL) == OK);
	CU_ASSERT(h.count == 0);
	CU_ASSERT(header_fields_read(bytes_of("A: b\r\nC"), a, &h, &why) ==
		  ERR_MALFORMED);
	CU_ASSERT(why.offset == 6);
	arena_free(a);
}

static void test_written(void)
{
	struct arena *a = arena_new(65536);
	struct header_block h = { 0 }, back;
	struct buf b = BUF_INIT(65536);
	size_t i, used;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < HEADER_FIELDS_MAX; i++)
		CU_ASSERT(header_add(&h, a, i % 2 == 0 ? "X-Even" : "X-Odd",
				     bytes_of("value")) == OK);
	CU_ASSERT(header_add(&h, a, "X", bytes_of("y")) == ERR_TOOBIG);
	header_block_write(&h, &b);
	buf_text(&b, "\r\n");
	CU_ASSERT(header_block_read(buf_bytes(&b), a, &back, &used, NULL) ==
		  OK);
	CU_ASSERT(used == b.n && back.count == HEADER_FIELDS_MAX);
	CU_ASSERT(bytes_is(back.fields[99].name, "X-Odd"));
	CU_ASSERT(header_add(&back, a, "X", bytes_of("y")) == ERR_TOOBIG);
	buf_shift(&b, 0);
	buf_reset(&b);
	header_block_write(&h, &b);
	buf_text(&b, "One: more\r\n\r\n");
	CU_ASSERT(header_block_read(buf_bytes(&b), a, &back, &used, NULL) ==
		  ERR_TOOBIG);
	CU_ASSERT(header_block_read(bytes_of("A: b\r\n\r\n"), a, &back, &used,
				    NULL) == OK);
	CU_ASSERT(header_add(&back, a, "C", bytes_of("d")) == OK);
	CU_ASSERT(bytes_is(header_find(&back, "A"), "b"));
	CU_ASSERT(bytes_is(header_find(&back, "C"), "d"));
	buf_clear(&b);
	arena_free(a);
}

static const struct value_row {
	const char *name, *text, *value, *parameter, *content;
	size_t count;
	enum err want;
} values[] = {
	{ "token", "text/plain; charset=utf-8", "text/plain", "charset",
	  "utf-8", 1, OK },
	{ "no space", "text/plain;charset=utf-8", "text/plain", "CHARSET",
	  "utf-8", 1, OK },
	{ "quoted", "a/b; n=\"x; y=z\"; m=1", "a/b", "n", "x; y=z", 2, OK },
	{ "quoted pair", "a/b; n=\"x\\\"y\\\\\"", "a/b", "n", "x\"y\\", 1, OK },
	{ "spaces around =", "a/b ; n = x ;", "a/b", "n", "x", 1, OK },
	{ "no value", "attachment; x; filename=f", "attachment", "filename",
	  "f", 2, OK },
	{ "empty quoted", "a/b; n=\"\"", "a/b", "n", "", 1, OK },
	{ "empty parameters", "a/b;;; ;n=x;", "a/b", "n", "x", 1, OK },
	{ "no parameters", "inline", "inline", "n", "", 0, OK },
	{ "RFC 2231 3, pieces",
	  "message/external-body; URL*0=\"ftp://\"; "
	  "URL*1=\"cs.utk.edu/pub/x\"",
	  "message/external-body", "url", "ftp://cs.utk.edu/pub/x", 1, OK },
	{ "pieces out of order", "a/b; n*1=b; n*0=a; n*2=c", "a/b", "n", "abc",
	  1, OK },
	{ "a piece missing", "a/b; n*0=a; n*2=c", "a/b", "n", "a", 1, OK },
	{ "RFC 2231 4, escapes",
	  "a/b; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "a/b",
	  "title", "This is ***fun***", 1, OK },
	{ "RFC 2231 4, Latin-1",
	  "a/b; t*0*=iso-8859-1'en'%A3%20; t*1=\"rates\"", "a/b", "t",
	  "\xC2\xA3 rates", 1, OK },
	{ "RFC 2231 4.1, both",
	  "a/b; t*0*=us-ascii'en'This%20is; t*1*=%20even; t*2=\"isn't it!\"",
	  "a/b", "t", "This is evenisn't it!", 1, OK },
	{ "percent without digits", "a/b; n*=utf-8''1%zz%4", "a/b", "n",
	  "1%zz%4", 1, OK },
	{ "star that is no piece", "a/b; n*x=1", "a/b", "n*x", "1", 1, OK },
	{ "quoted without end", "a/b; n=\"x", "", "", "", 0, ERR_MALFORMED },
	{ "ends in a backslash", "a/b; n=\"x\\", "", "", "", 0, ERR_MALFORMED },
};

static void test_values(void)
{
	struct arena *a = arena_new(8192);
	struct header_value v;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof values / sizeof *values; i++) {
		const struct value_row *r = &values[i];

		arena_reset(a);
		ROW(r, header_value_read(bytes_of(r->text), a, &v) == r->want);
		if (r->want != OK)
			continue;
		ROW(r, bytes_is(v.value, r->value));
		ROW(r, v.count == r->count);
		ROW(r,
		    bytes_is(header_parameter(&v, r->parameter), r->content));
	}
	arena_free(a);
}

static void test_many_parameters(void)
{
	struct arena *a = arena_new(8192);
	struct buf b = BUF_INIT(1024);
	struct header_value v;
	unsigned i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	buf_text(&b, "a/b");
	for (i = 0; i < HEADER_PARAMETERS_MAX; i++)
		buf_printf(&b, ";n%u=%u", i, i);
	CU_ASSERT(header_value_read(buf_bytes(&b), a, &v) == OK);
	CU_ASSERT(bytes_is(header_parameter(&v, "n31"), "31"));
	buf_text(&b, ";x=y");
	CU_ASSERT(header_value_read(buf_bytes(&b), a, &v) == ERR_TOOBIG);
	buf_clear(&b);
	arena_free(a);
}

static const struct parameter_row {
	const char *name, *value, *written;
} parameters[] = {
	{ "token", "utf-8", "; p=utf-8" },
	{ "tspecials are quoted (RFC 2045 5.1)", "a/b", "; p=\"a/b\"" },
	{ "space", "a b", "; p=\"a b\"" },
	{ "quotes", "a\"b\\c", "; p=\"a\\\"b\\\\c\"" },
	{ "empty", "", "; p=\"\"" },
	{ "UTF-8 (RFC 2231 4)", "\xC3\xA4 b", "; p*=UTF-8''%C3%A4%20b" },
	{ "line end", "a\r\nB: c", "; p*=UTF-8''a%0D%0AB%3A%20c" },
	{ "marks of the encoding", "\xC3\xA4%'*",
	  "; p*=UTF-8''%C3%A4%25%27%2A" },
};

static void test_parameters_written(void)
{
	struct arena *a = arena_new(8192);
	struct buf b = BUF_INIT(256);
	struct header_value v;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof parameters / sizeof *parameters; i++) {
		const struct parameter_row *r = &parameters[i];

		buf_reset(&b);
		arena_reset(a);
		header_put_parameter(&b, "p", bytes_of(r->value));
		ROW(r, bytes_is(buf_bytes(&b), r->written));
		ROW(r, header_value_read(buf_bytes(&b), a, &v) == OK);
		ROW(r, bytes_is(header_parameter(&v, "p"), r->value));
		buf_reset(&b);
		header_value_write(&v, &b);
		ROW(r, bytes_is(buf_bytes(&b), r->written));
	}
	buf_clear(&b);
	arena_free(a);
}

static void test_content_type(void)
{
	struct arena *a = arena_new(8192);
	struct content_type t;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(content_type_read(bytes_of("Text/Plain;charset=\"utf8\""), a,
				    &t) == OK);
	CU_ASSERT(bytes_is(t.type, "Text") && bytes_is(t.subtype, "Plain"));
	CU_ASSERT(content_type_is(&t, "text/plain"));
	CU_ASSERT(content_type_is(&t, "text/"));
	CU_ASSERT(!content_type_is(&t, "text"));
	CU_ASSERT(!content_type_is(&t, "text/plainer"));
	CU_ASSERT(!content_type_is(&t, "image/"));
	CU_ASSERT(bytes_is(content_type_charset(&t), "utf8"));
	CU_ASSERT(content_type_read(bytes_of("message/imdn+xml"), a, &t) == OK);
	CU_ASSERT(content_type_charset(&t).n == 0);
	CU_ASSERT(content_type_read(bytes_of("text"), a, &t) == ERR_MALFORMED);
	CU_ASSERT(content_type_read(bytes_of("/x"), a, &t) == ERR_MALFORMED);
	CU_ASSERT(content_type_read(bytes_of("text/"), a, &t) == ERR_MALFORMED);
	CU_ASSERT(content_type_read(bytes_of("a/b/c"), a, &t) == ERR_MALFORMED);
	CU_ASSERT(content_type_read(bytes_of("a b/c"), a, &t) == ERR_MALFORMED);
	CU_ASSERT(content_type_read(bytes_of(""), a, &t) == ERR_MALFORMED);
	arena_free(a);
}

static void test_unangled(void)
{
	CU_ASSERT(bytes_is(header_unangled(bytes_of(" <a@b> ")), "a@b"));
	CU_ASSERT(bytes_is(header_unangled(bytes_of("a@b")), "a@b"));
	CU_ASSERT(bytes_is(header_unangled(bytes_of("<a@b")), "<a@b"));
	CU_ASSERT(header_unangled(bytes_of("<>")).n == 0);
	CU_ASSERT(header_unangled(bytes_of("")).n == 0);
}

static void test_memory(void)
{
	struct bytes in = bytes_of("A: b\r\n c\r\n\r\n");
	struct bytes text = bytes_of("a/b; n=\"\\x\"; m*0=1; m*1=2");
	struct header_value v;
	struct header_block h;
	struct arena *a;
	unsigned long n;
	enum err e = ERR_NOMEM;
	size_t used;

	for (n = 1; n < 20 && e != OK; n++) {
		a = arena_new(8192);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(n);
		e = header_block_read(in, a, &h, &used, NULL);
		if (e == OK)
			e = header_value_read(text, a, &v);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
	a = arena_new(20);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(header_block_read(in, a, &h, &used, NULL) == ERR_NOMEM);
	CU_ASSERT(header_value_read(text, a, &v) == ERR_NOMEM);
	arena_free(a);
}

static const struct check_test tests[] = {
	{ "blocks", test_blocks },
	{ "fields without an empty line", test_without_empty_line },
	{ "fields are written and bounded", test_written },
	{ "values with parameters", test_values },
	{ "parameters are bounded", test_many_parameters },
	{ "parameters are quoted or encoded", test_parameters_written },
	{ "Content-Type", test_content_type },
	{ "angle brackets", test_unangled },
	{ "memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("header", tests)
