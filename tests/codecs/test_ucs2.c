#include "tests/check.h"

#include <string.h>

#include "codecs/ucs2.h"
#include "codecs/utf8.h"

static const struct row {
	const char *name, *hex, *text;
	bool damaged;
} rows[] = {
	{ "RFC 2781 5: below 10000", "04 1F 04 40 20 AC 00 41", "Пр€A", false },
	{ "RFC 2781 2.1: a pair", "D8 3D DE 00", "😀", false },
	{ "the first and the last pair", "D8 00 DC 00 DB FF DF FF",
	  "\U00010000\U0010FFFF", false },
	{ "a high half alone", "D8 3D 00 41", "\uFFFDA", true },
	{ "a high half at the end", "00 41 D8 3D", "A\uFFFD", true },
	{ "a low half alone", "DE 00 00 41", "\uFFFDA", true },
	{ "halves in the wrong order", "DE 00 D8 3D", "\uFFFD\uFFFD", true },
	{ "two high halves", "D8 3D D8 3D DE 00", "\uFFFD😀", true },
	{ "an odd octet", "00 41 04", "A\uFFFD", true },
	{ "U+FEFF stays", "FE FF 00 41", "\uFEFFA", false },
	{ "empty", "", "", false },
};

static void test_rows(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct buf b = BUF_INIT(64);
		bool damaged = false;

		ROW(r, ucs2_decode(in, &b, &damaged) == OK);
		ROW(r, damaged == r->damaged && b.n <= ucs2_read_max(in.n));
		ROW(r, bytes_is(buf_bytes(&b), r->text));
		buf_reset(&b);
		ROW(r, r->damaged || ucs2_encode(bytes_of(r->text), &b) == OK);
		ROW(r, r->damaged || bytes_equal(buf_bytes(&b), in));
		buf_clear(&b);
	}
}

static void test_prefixes(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);

		for (; in.n > 0; in.n--) {
			struct buf b = BUF_INIT(64);
			bool damaged = false;

			ROW(r, ucs2_decode(in, &b, &damaged) == OK);
			ROW(r, utf8_valid(buf_bytes(&b)));
			ROW(r, damaged || in.n % 2 == 0);
			buf_clear(&b);
		}
	}
}

/* Pairs at every place of a long text: pieces never come apart. */
static void test_long(void)
{
	struct buf text = BUF_INIT(4000), wide = BUF_INIT(4000);
	struct buf again = BUF_INIT(4000);
	bool damaged = false;
	size_t i;

	for (i = 0; i < 500; i++)
		buf_text(&text, i % 3 == 0 ? "a" : "😀");
	CU_ASSERT(ucs2_encode(buf_bytes(&text), &wide) == OK);
	CU_ASSERT(ucs2_decode(buf_bytes(&wide), &again, &damaged) == OK);
	CU_ASSERT(!damaged && bytes_equal(buf_bytes(&text), buf_bytes(&again)));
	buf_clear(&text);
	buf_clear(&wide);
	buf_clear(&again);
}

static void test_fails(void)
{
	struct buf b = BUF_INIT(3);
	bool damaged = false;
	size_t n = 77;

	CU_ASSERT(ucs2_count(bytes_of("a\xED\xA0\x80"), &n) == ERR_MALFORMED);
	CU_ASSERT(n == 77);
	CU_ASSERT(ucs2_encode(bytes_of("\xFF"), &b) == ERR_MALFORMED);
	CU_ASSERT(ucs2_encode(bytes_of("ab"), &b) == ERR_TOOBIG);
	buf_reset(&b);
	CU_ASSERT(ucs2_decode((struct bytes){ (const uint8_t *)"\x20\xAC"
							       "\0a",
					      4 },
			      &b, &damaged) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(ucs2_encode(bytes_of("a"), &b) == ERR_NOMEM);
	buf_clear(&b);
	CU_ASSERT(ucs2_decode(bytes_of("ab"), &b, &damaged) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static const struct check_test tests[] = { { "both ways", test_rows },
					   { "prefixes", test_prefixes },
					   { "a long text", test_long },
					   { "fails as said", test_fails },
					   { NULL, NULL } };

CHECK_MAIN("ucs2", tests)
