/* Close letters: 3GPP TS 23.038 6.2.1, the decompositions of Unicode. */
#include "tests/check.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/segment.h"
#include "codecs/translit.h"
#include "codecs/translit_table.h"
#include "codecs/utf8.h"

static const struct row {
	const char *name, *in, *out;
	enum err want;
} rows[] = {
	{ "nothing", "", "", OK },
	{ "the default alphabet stays", "a\u00E9\u00DF\u0394\u20AC[@\n",
	  "a\u00E9\u00DF\u0394\u20AC[@\n", OK },
	{ "Czech", "\u010De\u0161tina \u017Elu\u0165ou\u010Dk\u00FD",
	  "cestina zlutoucky", OK },
	{ "Polish", "za\u017C\u00F3\u0142\u0107 g\u0119\u015Bl\u0105",
	  "zazolc gesla", OK },
	{ "Hungarian keeps what it can", "\u0151\u0171\u00F6\u00FC",
	  "ou\u00F6\u00FC", OK },
	{ "Vietnamese", "Ti\u1EBFng Vi\u1EC7t \u0111", "Tieng Viet d", OK },
	{ "marks apart", "c\u030Co\u0323", "co", OK },
	{ "letters that fall into two", "\u0153\u00FE\uFB01", "oethfi", OK },
	{ "Greek by its capitals", "\u039A\u03B1\u03BB\u03AE", "KA\u039BH",
	  OK },
	{ "quotation marks", "\u201Ca\u201D \u2018b\u2019 \u00ABc\u00BB",
	  "\"a\" 'b' \"c\"", OK },
	{ "dashes and dots", "1\u20132\u2014\u2026", "1-2-...", OK },
	{ "spaces", "a\u00A0b\u202Fc\u2009d\t", "a b c d ", OK },
	{ "no width", "a\u00ADb\u200Bc", "abc", OK },
	{ "fullwidth", "\uFF21\uFF11", "A1", OK },
	{ "Cyrillic has none", "\u0436", "", ERR_UNSUPPORTED },
	{ "nor has an emoji", "a\U0001F600", "", ERR_UNSUPPORTED },
	{ "nor the opposite of a sign", "\u226E", "", ERR_UNSUPPORTED },
	{ "not UTF-8", "\xFF", "", ERR_MALFORMED },
};

static void test_rows(void)
{
	struct buf out = BUF_INIT(1000);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		buf_reset(&out);
		ROW(r, translit(bytes_of(r->in), &out) == r->want);
		ROW(r, r->want != OK || bytes_is(buf_bytes(&out), r->out));
	}
	buf_clear(&out);
}

/* Each row is needed, in order, and gives what the alphabet has. */
static void test_table(void)
{
	uint8_t in[4];
	size_t i, n;

	for (i = 0; i < translit_rows_n; i++) {
		const struct translit_row *t = &translit_rows[i];
		struct bytes to = { (const uint8_t *)t->to,
				    strnlen(t->to, sizeof t->to) };
		struct bytes from = { in,
				      (size_t)(utf8_put(in, t->code) - in) };

		CU_ASSERT(i == 0 || translit_rows[i - 1].code < t->code);
		CU_ASSERT(gsm7_count(from, NULL, &n) == ERR_UNSUPPORTED);
		CU_ASSERT(gsm7_count(to, NULL, &n) == OK);
		CU_ASSERT(to.n <= TRANSLIT_GROWTH * from.n);
	}
}

static void test_no_room(void)
{
	struct buf out = BUF_INIT(2);

	CU_ASSERT(translit(bytes_of("abc"), &out) == ERR_TOOBIG);
	buf_clear(&out);
	out = (struct buf)BUF_INIT(100);
	mem_fail_at(1);
	CU_ASSERT(translit(bytes_of("\u010D"), &out) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&out);
}

/* When a link replaces letters at all. */
static const struct use {
	const char *name, *unit;
	size_t times;
	enum segment_replace replace;
	uint16_t single;
	bool replaced;
	uint8_t coding;
	size_t count;
} uses[] = {
	{ "never", "\u010D", 71, SEGMENT_AS_IT_IS, 0, false, 8, 2 },
	{ "it fits anyhow", "\u010D", 70, SEGMENT_REPLACE_FIT, 0, false, 8, 1 },
	{ "it saves a part", "\u010D", 71, SEGMENT_REPLACE_FIT, 0, true, 0, 1 },
	{ "it saves UTF-16", "\u010D", 1, SEGMENT_REPLACE, 0, true, 0, 1 },
	{ "a letter has none", "\u010D\u0436", 80, SEGMENT_REPLACE, 0, false, 8,
	  3 },
	{ "the default alphabet", "\u00E9", 170, SEGMENT_REPLACE, 0, false, 0,
	  2 },
	{ "a national table has it", "\u011F", 70, SEGMENT_REPLACE,
	  SEGMENT_LANGUAGE(1), false, 0, 1 },
	{ "a national table takes more", "\u011F", 90, SEGMENT_REPLACE,
	  SEGMENT_LANGUAGE(1), true, 0, 1 },
};

static void test_uses(void)
{
	struct arena *a = arena_new(100000);
	struct buf text = BUF_INIT(10000);
	struct segment_plan p;
	size_t i;

	CU_ASSERT_FATAL(a != NULL);
	for (i = 0; i < sizeof uses / sizeof *uses; i++) {
		const struct use *r = &uses[i];
		struct segment_options o = { .replace = r->replace,
					     .single = r->single };

		check_repeat(&text, r->unit, r->times, "");
		ROW(r, segment_split(buf_bytes(&text), &o, a, &p) == OK);
		ROW(r, p.replaced == r->replaced && p.count == r->count);
		ROW(r, p.data_coding == r->coding);
	}
	buf_clear(&text);
	arena_free(a);
}

static const struct check_test tests[] = { { "rows", test_rows },
					   { "the table", test_table },
					   { "no room", test_no_room },
					   { "when", test_uses },
					   { NULL, NULL } };

CHECK_MAIN("translit", tests)
