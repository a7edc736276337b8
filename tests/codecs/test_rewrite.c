/* Rules that rewrite addresses. */
#include <string.h>

#include "codecs/rewrite.h"
#include "tests/check.h"

static const struct row {
	const char *name, *rules, *text, *want;
} rows[] = {
	{ "no rules", "", "+447700900123", "+447700900123" },
	{ "only blanks", "  ", "12345", "12345" },
	{ "a prefix", "+44 -> 0044", "+447700900123", "00447700900123" },
	{ "another prefix", "+44 -> 0044", "+15550100001", "+15550100001" },
	{ "the prefix alone", "+44 -> 0044", "+44", "0044" },
	{ "less than the prefix", "+44 -> 0044", "+4", "+4" },
	{ "stripped", "+1 ->", "+15550100001", "5550100001" },
	{ "added", "-> 99", "12345", "9912345" },
	{ "added to nothing", "-> 99", "", "99" },
	{ "without blanks", "+44->0;+->00", "+4477", "077" },
	{ "the first that fits", "+44 -> 0; + -> 00", "+4477", "077" },
	{ "else the second", "+44 -> 0; + -> 00", "+4977", "004977" },
	{ "and only one", "0 -> 1; 1 -> 2", "05", "15" },
	{ "an expression", "/^0([1-9][0-9]*)$/ -> +44\\1", "07700900123",
	  "+447700900123" },
	{ "that does not fit", "/^0([1-9][0-9]*)$/ -> +44\\1", "0044", "0044" },
	{ "only what matched is replaced", "/00/ -> x", "12003400",
	  "12x3400" },
	{ "all of it", "/[0-9]+/ -> <\\0>", "a12b", "a<12>b" },
	{ "groups in another order", "/^(.)(.)(.)$/ -> \\3\\1\\1", "abc",
	  "caa" },
	{ "a group that took no part", "/^(1)?2$/ -> [\\1]", "2", "[]" },
	{ "a backslash", "/1/ -> \\\\", "1", "\\" },
	{ "a fixed sender", "/.*/ -> 22222", "News", "22222" },
	{ "a name", "News -> 12345", "News", "12345" },
	{ "an arrow in an expression", "/a->b/ -> c", "a->b", "c" },
	{ "a slash in an expression", "/a/b/ -> c", "xa/b", "xc" },
};

static void test_rows(void)
{
	struct buf got = BUF_INIT(1000);
	const struct row *r;
	struct rewrite *w;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		buf_reset(&got);
		ROW(r, rewrite_new(bytes_of(r->rules), &w, NULL) == OK);
		ROW(r, rewrite_apply(w, bytes_of(r->text), &got) == OK);
		ROW(r, bytes_is(buf_bytes(&got), r->want));
		rewrite_free(w);
	}
	buf_clear(&got);
}

static const struct bad {
	const char *name, *rules, *why;
} bads[] = {
	{ "no arrow", "+44", "+44: not a rule: FROM -> TO" },
	{ "an empty rule", "+44 -> 0;; 1 -> 2", ": not a rule: FROM -> TO" },
	{ "an open expression", "/1 -> 2", "/1: no '/' at its end" },
	{ "one slash", "/ -> 2", "/: no '/' at its end" },
	{ "a bad expression", "1 -> 2; /(/ -> 3", NULL },
	{ "no such group", "/(1)/ -> \\2",
	  "/(1)/ -> \\2: there is no such group in the expression" },
	{ "a group of a prefix", "1 -> \\1",
	  "1 -> \\1: there is no such group in the expression" },
	{ "a lonely backslash", "1 -> 2\\", "1 -> 2\\: a backslash at the end" },
	{ "an unknown backslash", "1 -> \\x",
	  "1 -> \\x: after a backslash only a digit or a backslash" },
};

static void test_bad(void)
{
	struct buf why = BUF_INIT(1000);
	const struct bad *r;
	struct rewrite *w;

	for (r = bads; r < bads + sizeof bads / sizeof *bads; r++) {
		buf_reset(&why);
		ROW(r, rewrite_new(bytes_of(r->rules), &w, &why) == ERR_RANGE);
		ROW(r, w == NULL && why.n > 0);
		ROW(r, r->why == NULL || bytes_is(buf_bytes(&why), r->why));
		ROW(r, rewrite_new(bytes_of(r->rules), &w, NULL) == ERR_RANGE);
	}
	buf_clear(&why);
}

static void test_bounds(void)
{
	struct buf rules = BUF_INIT(10000), to = BUF_INIT(1000);
	uint8_t text[REWRITE_TEXT_MAX + 1];
	struct rewrite *w;
	unsigned i;

	for (i = 0; i < REWRITE_RULES_MAX; i++)
		buf_printf(&rules, "%s%u -> x", i == 0 ? "" : ";", i + 1000);
	CU_ASSERT(rewrite_new(buf_bytes(&rules), &w, NULL) == OK);
	CU_ASSERT(rewrite_apply(w, bytes_of("10990"), &to) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&to), "x0"));
	rewrite_free(w);
	buf_text(&rules, "; a -> b");
	CU_ASSERT(rewrite_new(buf_bytes(&rules), &w, NULL) == ERR_RANGE);

	memset(text, '1', sizeof text);
	CU_ASSERT_FATAL(rewrite_new(bytes_of("-> 2"), &w, NULL) == OK);
	buf_reset(&to);
	CU_ASSERT(rewrite_apply(w, (struct bytes){ text, sizeof text - 2 },
				&to) == OK && to.n == REWRITE_TEXT_MAX);
	CU_ASSERT(rewrite_apply(w, (struct bytes){ text, sizeof text - 1 },
				&to) == ERR_TOOBIG);
	CU_ASSERT(rewrite_apply(NULL, (struct bytes){ text, sizeof text },
				&to) == ERR_TOOBIG);
	rewrite_free(w);
	rewrite_free(NULL);
	buf_clear(&to);
	buf_clear(&rules);
}

static void test_no_memory(void)
{
	struct buf to = { .limit = 3 };
	struct rewrite *w = NULL;
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; e != OK; n++) {
		mem_fail_at(n);
		e = rewrite_new(bytes_of("1 -> 2; /3/ -> 4"), &w, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || (e == ERR_NOMEM && w == NULL));
	}
	CU_ASSERT(n > 3);
	CU_ASSERT(rewrite_apply(w, bytes_of("1111"), &to) == ERR_TOOBIG);
	rewrite_free(w);
	buf_clear(&to);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "mistakes", test_bad },
	{ "bounds", test_bounds },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("rewrite", tests)
