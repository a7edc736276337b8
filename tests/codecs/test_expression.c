/* Regular expressions: IEEE Std 1003.1 9.4, and what we do not allow. */
#include <string.h>

#include "codecs/expression.h"
#include "tests/check.h"

static const struct row {
	const char *name, *expression, *text;
	const char *want;	/* what matched and its groups: "abc|b|-"; NULL:
				   nothing                                    */
} rows[] = {
	{ "a number", "^\\+44[0-9]+$", "+447700900123", "+447700900123" },
	{ "not that one", "^\\+44[0-9]+$", "+4977009", NULL },
	{ "somewhere", "00", "12001", "00" },
	{ "groups", "^(0)(1|2)?([0-9]*)$", "0345", "0345|0|-|345" },
	{ "a group of nothing", "^a(b*)c$", "ac", "ac|" },
	{ "nine groups", "(.)(.)(.)(.)(.)(.)(.)(.)(.)", "123456789",
	  "123456789|1|2|3|4|5|6|7|8|9" },
	{ "repeats", "^[0-9]{3,5}$", "12345", "12345" },
	{ "too few", "^[0-9]{3,5}$", "12", NULL },
	{ "the empty text", "^$", "", "" },
};

static void put_parts(const struct expression *e, struct bytes text,
		      const struct expression_part *parts, struct buf *to)
{
	size_t i;

	for (i = 0; i <= expression_groups(e); i++) {
		if (i > 0)
			buf_text(to, "|");
		if (parts[i].from > parts[i].to)
			buf_text(to, "-");
		else
			buf_put(to, (struct bytes){
					    text.p + parts[i].from,
					    parts[i].to - parts[i].from });
	}
}

static void test_rows(void)
{
	struct expression_part parts[EXPRESSION_GROUPS];
	struct buf got = BUF_INIT(1000);
	struct expression *e;
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct bytes text = bytes_of(r->text);
		bool found;

		buf_reset(&got);
		ROW(r, expression_new(bytes_of(r->expression), &e, NULL) == OK);
		found = expression_matches(e, text, parts);
		ROW(r, found == (r->want != NULL));
		ROW(r, expression_matches(e, text, NULL) == found);
		if (found)
			put_parts(e, text, parts, &got);
		ROW(r, !found || bytes_is(buf_bytes(&got), r->want));
		expression_free(e);
	}
	buf_clear(&got);
}

static const struct bad {
	const char *name, *expression, *why;
} bads[] = {
	{ "nothing", "", "//: an empty expression" },
	{ "an open bracket", "[0-9", "" },
	{ "an open group", "(1", "" },
	{ "ten groups", "(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)",
	  "/(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)/: more than 9 groups" },
	{ "a reference back", "^(.)\\1$",
	  "/^(.)\\1$/: a reference back is not allowed" },
	{ "a class of another kind of expression", "^\\d+$",
	  "/^\\d+$/: a letter behind \\ means nothing in POSIX expressions; a "
	  "digit is [0-9]" },
	{ "in brackets, too", "[\\d]",
	  "/[\\d]/: a letter behind \\ means nothing in POSIX expressions; a "
	  "digit is [0-9]" },
	{ "repeats of repeats", "((a{32}){32}){32}",
	  "/((a{32}){32}){32}/: its {...} repeat too much" },
	{ "a great repeat", "a{5,99999999999999999999}",
	  "/a{5,99999999999999999999}/: its {...} repeat too much" },
};

static void test_bad(void)
{
	struct buf why = BUF_INIT(1000);
	char longest[EXPRESSION_MAX + 2];
	struct expression *e;
	const struct bad *r;

	for (r = bads; r < bads + sizeof bads / sizeof *bads; r++) {
		buf_reset(&why);
		ROW(r, expression_new(bytes_of(r->expression), &e, &why) ==
			       ERR_RANGE);
		ROW(r, e == NULL && why.n > 0);
		ROW(r, *r->why == '\0' || bytes_is(buf_bytes(&why), r->why));
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	CU_ASSERT(expression_new(bytes_of(longest), &e, NULL) == ERR_RANGE);
	longest[sizeof longest - 2] = '\0';
	CU_ASSERT(expression_new(bytes_of(longest), &e, NULL) == OK);
	CU_ASSERT(expression_matches(e, bytes_of(longest), NULL));
	expression_free(e);
	CU_ASSERT(expression_new((struct bytes){ (const uint8_t *)"a\0b", 3 },
				 &e, NULL) == ERR_RANGE);
	buf_clear(&why);
}

static void test_bounds_of_texts(void)
{
	uint8_t text[EXPRESSION_TEXT + 1];
	struct expression *e;

	CU_ASSERT_FATAL(expression_new(bytes_of("^1*$"), &e, NULL) == OK);
	memset(text, '1', sizeof text);
	CU_ASSERT(expression_matches(
		e, (struct bytes){ text, EXPRESSION_TEXT }, NULL));
	CU_ASSERT(!expression_matches(e, (struct bytes){ text, sizeof text },
				      NULL));
	text[1] = 0;
	CU_ASSERT(!expression_matches(e, (struct bytes){ text, 3 }, NULL));
	CU_ASSERT(expression_matches(e, (struct bytes){ NULL, 0 }, NULL));
	expression_free(e);
	expression_free(NULL);
}

static void test_no_memory(void)
{
	struct expression *e;

	mem_fail_at(1);
	CU_ASSERT(expression_new(bytes_of("a"), &e, NULL) == ERR_NOMEM);
	mem_fail_at(0);
	CU_ASSERT(e == NULL);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "what is refused", test_bad },
	{ "bounds of texts", test_bounds_of_texts },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("expression", tests)
