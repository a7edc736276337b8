/*
 * Pushes as texts and back: WAP-167-ServiceInd 8 and 9, WAP-168-ServiceLoad 9
 * and 10, WAP-230-WSP 8.2.4.1 and its table 40.
 */
#include "tests/check.h"

#include <string.h>

#include "codecs/push_si.h"
#include "codecs/push_sl.h"
#include "codecs/pushed.h"
#include "codecs/wsp.h"

#define SIC "02 05 6A 00 45 C6 0C 03 61 2E 65 78 2F 78 00 01 03 48 69 00 01 01"
#define SLC "02 06 6A 00 85 09 03 61 2E 65 78 00 01"

static const struct row {
	const char *name, *hex;
	enum err want;
	const char *type, *text, *body;
} rows[] = {
	{ "service indication", "01 06 01 AE " SIC, OK,
	  "application/vnd.wap.sic", "Hi\nhttp://a.ex/x", SIC },
	{ "its type with a charset", "2A 06 03 02 AE 81 " SIC, ERR_MALFORMED,
	  NULL, NULL, NULL },
	{ "its type and a charset", "2A 06 04 03 AE 81 EA " SIC, OK,
	  "application/vnd.wap.sic", "Hi\nhttp://a.ex/x", SIC },
	{ "no text", "01 06 01 AE 02 05 6A 00 45 C6 0C 03 61 2E 65 78 00 01 01 01",
	  OK, "application/vnd.wap.sic", "http://a.ex", NULL },
	{ "no link",
	  "01 06 01 AE 02 05 6A 00 45 C6 11 03 31 00 01 03 48 69 00 "
	  "01 01",
	  OK, "application/vnd.wap.sic", "Hi", NULL },
	{ "takes another away",
	  "01 06 01 AE 02 05 6A 00 45 C6 11 03 31 00 09 01 03 48 69 00 01 01",
	  ERR_UNSUPPORTED, NULL, NULL, NULL },
	{ "service loading", "01 06 01 B0 " SLC, OK, "application/vnd.wap.slc",
	  "http://a.ex", SLC },
	{ "MMS notification", "07 06 03 BE AF 84 8C 82 98 41 00", OK,
	  "application/vnd.wap.mms-message", "", "8C 82 98 41 00" },
	{ "settings of the phone", "01 06 01 B6 03 0B 6A 00", ERR_UNSUPPORTED,
	  NULL, NULL, NULL },
	{ "no push", "01 40", ERR_UNSUPPORTED, NULL, NULL, NULL },
	{ "a document cut short", "01 06 01 AE 02 05 6A 00 45 C6", ERR_MORE,
	  NULL, NULL, NULL },
};

static void test_read(void)
{
	struct arena *a = arena_new(1 << 16);
	uint8_t in[256], body[256];
	size_t i;

	CU_ASSERT_FATAL(a != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct pushed p = { .type = "untouched" };

		arena_reset(a);
		ROW(r, pushed_read(check_unhex(r->hex, in, sizeof in), a, &p) ==
			       r->want);
		ROW(r, strcmp(p.type,
			      r->type != NULL ? r->type : "untouched") == 0);
		ROW(r, r->text == NULL || bytes_is(p.text, r->text));
		ROW(r, r->body == NULL ||
			       bytes_equal(p.body, check_unhex(r->body, body,
							       sizeof body)));
	}
	arena_free(a);
}

/* Cut short anywhere in front of its body it is no push. */
static void test_prefixes(void)
{
	struct arena *a = arena_new(1 << 16);
	uint8_t in[256];
	struct bytes all = check_unhex("01 06 04 03 AE 81 EA " SIC, in, 256);
	struct pushed p;
	size_t n;

	CU_ASSERT_FATAL(a != NULL);
	for (n = 0; n < all.n; n++) {
		arena_reset(a);
		CU_ASSERT(pushed_read((struct bytes){ in, n }, a, &p) != OK);
	}
	arena_free(a);
}

static const struct write_row {
	const char *name, *type, *body, *hex;
	enum err want;
} writes[] = {
	{ "SI in XML", "text/vnd.wap.si;charset=UTF-8",
	  "<?xml version=\"1.0\"?><!DOCTYPE si PUBLIC \"-//WAPFORUM//DTD SI "
	  "1.0//EN\" \"http://www.wapforum.org/DTD/si.dtd\"><si><indication "
	  "href=\"http://a.ex/x\">Hi</indication></si>",
	  "01 06 01 AE " SIC, OK },
	{ "SL in XML", "TEXT/vnd.wap.sl", "<sl href=\"http://a.ex\"/>",
	  "01 06 01 B0 " SLC, OK },
	{ "SI that is none", "text/vnd.wap.si", "<si/>", "", ERR_MALFORMED },
	{ "no XML", "text/vnd.wap.sl", "hello", "", ERR_MALFORMED },
	{ "a picture", "image/png", "x", "", ERR_UNSUPPORTED },
	{ "MMS", "application/vnd.wap.mms-message", "\x8C\x82",
	  "01 06 03 BE AF 84 8C 82", OK },
};

static void test_write(void)
{
	struct arena *a = arena_new(1 << 16);
	struct buf out = BUF_INIT(1000);
	uint8_t want[256];
	size_t i;

	CU_ASSERT_FATAL(a != NULL);
	for (i = 0; i < sizeof writes / sizeof *writes; i++) {
		const struct write_row *r = &writes[i];

		arena_reset(a);
		buf_reset(&out);
		ROW(r, pushed_takes(r->type) == (r->want != ERR_UNSUPPORTED));
		ROW(r, pushed_write(r->type, bytes_of(r->body), a, &out) ==
			       r->want);
		ROW(r, r->want != OK ||
			       bytes_equal(buf_bytes(&out),
					   check_unhex(r->hex, want, 256)));
	}
	buf_clear(&out);
	arena_free(a);
}

/* What was pushed goes on as the same octets. */
static void test_again(void)
{
	static const char *const pushes[] = { "01 06 01 AE " SIC,
					      "01 06 01 B0 " SLC,
					      "01 06 03 BE AF 84 8C 82" };
	struct arena *a = arena_new(1 << 16);
	struct buf out = BUF_INIT(1000);
	uint8_t in[256];
	struct pushed p;
	size_t i;

	CU_ASSERT_FATAL(a != NULL);
	for (i = 0; i < sizeof pushes / sizeof *pushes; i++) {
		struct bytes push = check_unhex(pushes[i], in, sizeof in);

		buf_reset(&out);
		CU_ASSERT_FATAL(pushed_read(push, a, &p) == OK);
		CU_ASSERT(pushed_write(p.type, p.body, a, &out) == OK);
		CU_ASSERT(bytes_equal(buf_bytes(&out), push));
	}
	buf_clear(&out);
	arena_free(a);
}

static enum err there_and_back(struct arena *a, struct buf *out)
{
	uint8_t in[256];
	struct pushed p;
	enum err e =
		pushed_read(check_unhex("01 06 01 AE " SIC, in, 256), a, &p);

	return e == OK ? pushed_write(p.type, p.body, a, out) : e;
}

static void test_memory_ends(void)
{
	struct buf out = BUF_INIT(1000);
	enum err e = ERR_NOMEM;
	struct arena *a;
	unsigned n;

	for (n = 1; e == ERR_NOMEM && n < 50; n++) {
		a = arena_new(1 << 16);
		mem_fail_at(n);
		e = there_and_back(a, &out);
		mem_fail_at(0);
		arena_free(a);
		buf_clear(&out);
		out = (struct buf)BUF_INIT(1000);
	}
	CU_ASSERT(e == OK && n > 3);
}

static const struct check_test tests[] = { { "in", test_read },
					   { "cut short", test_prefixes },
					   { "out", test_write },
					   { "in and out", test_again },
					   { "memory ends", test_memory_ends },
					   { NULL, NULL } };

CHECK_MAIN("pushed", tests)
