#include "codecs/utf8_step.h"

#include "tests/check.h"

/*
 * RFC 3629 3 and 4: the shortest and longest forms; and what is none, with
 * the octets that one U+FFFD stands for (Unicode 3.9).
 */
static const struct row {
	const char *name, *hex;
	uint32_t cp;
	size_t n;
} rows[] = {
	{ "NUL", "00", 0, 1 },
	{ "last of one octet", "7F", 0x7F, 1 },
	{ "first of two", "C2 80", 0x80, 2 },
	{ "last of two", "DF BF", 0x7FF, 2 },
	{ "first of three", "E0 A0 80", 0x800, 3 },
	{ "below the surrogates", "ED 9F BF", 0xD7FF, 3 },
	{ "above the surrogates", "EE 80 80", 0xE000, 3 },
	{ "last of three", "EF BF BF", 0xFFFF, 3 },
	{ "first of four", "F0 90 80 80", 0x10000, 4 },
	{ "last of all", "F4 8F BF BF", 0x10FFFF, 4 },
	{ "above U+10FFFF", "F4 90 80 80", UTF8_BAD, 1 },
	{ "first octet F5", "F5 80 80 80", UTF8_BAD, 1 },
	{ "overlong slash", "C0 AF", UTF8_BAD, 1 },
	{ "overlong of three", "E0 80 AF", UTF8_BAD, 1 },
	{ "overlong of four", "F0 80 80 AF", UTF8_BAD, 1 },
	{ "a surrogate", "ED A0 80", UTF8_BAD, 1 },
	{ "continuation alone", "80", UTF8_BAD, 1 },
	{ "cut short", "E2 82", UTF8_BAD, 2 },
	{ "wrong continuation", "E2 28 A1", UTF8_BAD, 1 },
};

static void test_rows(void)
{
	struct buf b = BUF_INIT(8);
	uint8_t raw[8];
	struct bytes in;
	uint32_t cp;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		in = check_unhex(r->hex, raw, sizeof raw);
		ROW(r, utf8_step(in, &cp) == r->n);
		ROW(r, cp == r->cp);
		ROW(r, utf8_valid(in) == (r->cp != UTF8_BAD));
		if (cp == UTF8_BAD)
			continue;
		buf_reset(&b);
		utf8_append(&b, cp);
		ROW(r, bytes_equal(buf_bytes(&b), in));
	}
	buf_clear(&b);
}

static void test_replacement(void)
{
	struct buf b = BUF_INIT(16);

	utf8_append(&b, 0xD800);
	utf8_append(&b, 0x110000);
	utf8_append(&b, UTF8_BAD);
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"));
	CU_ASSERT(utf8_valid((struct bytes){ NULL, 0 }));
	CU_ASSERT(!utf8_valid(bytes_of("abc\xFF")));
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "code points of one to four octets", test_rows },
	{ "what has no form is replaced", test_replacement },
	{ NULL, NULL }
};
CHECK_MAIN("utf8_step", tests)
