#include "tests/check.h"

#include <string.h>

#include "codecs/nfc.h"
#include "codecs/utf8.h"

static const struct row {
	const char *name, *hex;
	bool valid;
	const char *repaired; /* U+FFFD is EF BF BD */
} rows[] = {
	{ "ASCII", "41 42 7F 00", true, "41 42 7F 00" },
	{ "RFC 3629 7: two, three and four octets",
	  "C2 A9 E2 89 A2 F0 A3 8E B4", true, "C2 A9 E2 89 A2 F0 A3 8E B4" },
	{ "the last of each length", "7F DF BF EF BF BF F4 8F BF BF", true,
	  "7F DF BF EF BF BF F4 8F BF BF" },
	{ "RFC 3629 10: overlong NUL", "C0 80", false, "EF BF BD EF BF BD" },
	{ "overlong slash, three octets", "E0 80 AF", false,
	  "EF BF BD EF BF BD EF BF BD" },
	{ "overlong, four octets", "F0 8F BF BF", false,
	  "EF BF BD EF BF BD EF BF BD EF BF BD" },
	{ "RFC 3629 3: a surrogate", "ED A0 80", false,
	  "EF BF BD EF BF BD EF BF BD" },
	{ "above 10FFFF", "F4 90 80 80", false,
	  "EF BF BD EF BF BD EF BF BD EF BF BD" },
	{ "F5 is never", "F5 41", false, "EF BF BD 41" },
	{ "a continuation alone", "41 80 42", false, "41 EF BF BD 42" },
	{ "Unicode 3.9: one U+FFFD for a maximal part", "61 F1 80 80 62 C2 63",
	  false, "61 EF BF BD 62 EF BF BD 63" },
	{ "cut at the end", "41 E2 82", false, "41 EF BF BD" },
	{ "bad behind eight good", "61 62 63 64 65 66 67 68 FF", false,
	  "61 62 63 64 65 66 67 68 EF BF BD" },
	{ "empty", "", true, "" },
};

static void test_valid(void)
{
	uint8_t raw[64], want[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct buf b = BUF_INIT(64);
		bool damaged = false;

		ROW(r, utf8_valid(in) == r->valid);
		ROW(r, utf8_repair(in, &b, &damaged) == OK);
		ROW(r, damaged == !r->valid);
		ROW(r, bytes_equal(buf_bytes(&b), check_unhex(r->repaired, want,
							      sizeof want)));
		ROW(r, utf8_valid(buf_bytes(&b)));
		buf_clear(&b);
	}
}

/*
 * RFC 3629 3 and 4: the shortest and longest forms; and what is none, with
 * the octets that one U+FFFD stands for (Unicode 3.9).
 */
static const struct step_row {
	const char *name, *hex;
	uint32_t cp;
	size_t n;
} steps[] = {
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

static void test_steps(void)
{
	struct buf b = BUF_INIT(8);
	uint8_t raw[8];
	struct bytes in;
	uint32_t cp;
	size_t i;

	for (i = 0; i < sizeof steps / sizeof *steps; i++) {
		const struct step_row *r = &steps[i];

		in = check_unhex(r->hex, raw, sizeof raw);
		ROW(r, utf8_step(in, &cp) == r->n);
		ROW(r, cp == r->cp);
		if (cp == UTF8_BAD)
			continue;
		buf_reset(&b);
		utf8_append(&b, cp);
		ROW(r, bytes_equal(buf_bytes(&b), in));
	}
	buf_clear(&b);
}

/* As above for a whole buffer; what has no form is replaced. */
static void test_append(void)
{
	struct buf b = BUF_INIT(9), none = BUF_INIT(9);

	utf8_append(&b, 0xD800);
	utf8_append(&b, 0x110000);
	utf8_append(&b, UTF8_BAD);
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"));
	utf8_append(&b, 'a');
	CU_ASSERT(buf_status(&b) == ERR_TOOBIG && b.n == 9);
	buf_clear(&b);
	mem_fail_at(1);
	utf8_append(&none, 'a');
	mem_fail_at(0);
	CU_ASSERT(buf_status(&none) == ERR_NOMEM);
}

/* Every code point there is, written and read, and each prefix of it. */
static void test_every_code_point(void)
{
	uint8_t octets[4];
	uint32_t code;
	unsigned bad = 0;

	for (code = 0; code <= 0x10FFFF; code++) {
		const uint8_t *p = octets, *end = utf8_put(octets, code);
		bool surrogate = code >= 0xD800 && code <= 0xDFFF;
		struct bytes in = { octets, (size_t)(end - octets) };

		bad += utf8_next(&p, end) !=
		       (surrogate ? UTF8_REPLACEMENT : code);
		bad += p != end || !utf8_valid(in);
		while (--in.n > 0)
			bad += utf8_valid(in);
	}
	CU_ASSERT(bad == 0);
}

static const struct tidy_row {
	const char *name, *text, *want;
} tidy_rows[] = {
	{ "line ends", "a\r\nb\rc\nd\r", "a\nb\nc\nd\n" },
	{ "two line ends", "\r\r\n\n", "\n\n\n" },
	{ "byte order mark", "\uFEFFa\uFEFF", "a" },
	{ "Unicode 3.11: composed", "e\u0301a\u0308n\u0303", "éäñ" },
	{ "Turkish", "g\u0306I\u0307s\u0327", "ğİş" },
	{ "two marks, in their order", "e\u0301\u0323", "\u1EB9\u0301" },
	{ "a mark behind what goes", "e\uFEFF\u0301", "é" },
	{ "no such letter", "x\u0301", "x\u0301" },
	{ "a mark alone", "\u0301a", "\u0301a" },
	{ "singletons", "\u2126\u212A\u212B", "ΩKÅ" },
	{ "composed of a singleton", "A\u030A", "Å" },
	{ "the rest stays", "ﬁ € 😀 \u0915\u093C", "ﬁ € 😀 \u0915\u093C" },
	{ "empty", "", "" },
};

static void test_tidy(void)
{
	size_t i;

	for (i = 0; i < sizeof tidy_rows / sizeof *tidy_rows; i++) {
		const struct tidy_row *r = &tidy_rows[i];
		struct buf b = BUF_INIT(NFC_GROWTH * strlen(r->text));

		ROW(r, utf8_tidy(bytes_of(r->text), &b) == OK);
		ROW(r, bytes_is(buf_bytes(&b), r->want));
		ROW(r, strcmp(r->text, r->want) == 0 ||
			       !utf8_is_tidy(bytes_of(r->text)));
		buf_clear(&b);
	}
	CU_ASSERT(utf8_is_tidy(bytes_of("Grüße, Welt! €")));
}

static void test_tidy_fails(void)
{
	struct buf b = BUF_INIT(64);

	CU_ASSERT(utf8_tidy(bytes_of("a\xFF"), &b) == ERR_MALFORMED);
	buf_clear(&b);
	b.limit = 2;
	CU_ASSERT(utf8_tidy(bytes_of("a\r\nbc"), &b) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(utf8_tidy(bytes_of("a"), &b) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static void test_marks(void)
{
	static const uint32_t marks[] = { 0x300,  0x36F,  0x64B,   0x93E,
					  0x94D,  0x9C7,  0xC4D,   0x0E31,
					  0x200D, 0xFE0F, 0x1F3FB, 0x20E3 };
	static const uint32_t others[] = { 'a',	  0x2FF,  0x370,   0x905,
					   0x915, 0x93D,  0x964,   0x996,
					   0xE01, 0x4E00, 0x1F600, 0x10FFFF };
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++)
		CU_ASSERT(utf8_is_mark(marks[i]));
	for (i = 0; i < sizeof others / sizeof *others; i++)
		CU_ASSERT(!utf8_is_mark(others[i]));
}

static const struct set_row {
	const char *name;
	enum utf8_set set;
	const char *hex, *want;
	bool damaged;
} set_rows[] = {
	{ "ASCII", UTF8_SET_ASCII, "41 7F", "A\x7F", false },
	{ "ASCII, high bit", UTF8_SET_ASCII, "41 E9", "A\uFFFD", true },
	{ "ISO 8859-1", UTF8_SET_LATIN1, "A0 BF E9 FF", "\u00A0¿éÿ", false },
	{ "ISO 8859-5", UTF8_SET_CYRILLIC, "A1 AD AE B0 CF EF F0 F1 FD FF A0",
	  "Ё\u00ADЎАЯя№ё§џ\u00A0", false },
	{ "ISO 8859-8", UTF8_SET_HEBREW, "A2 AA BA DF E0 FA FD FE",
	  "¢×÷‗את\u200E\u200F", false },
	{ "ISO 8859-8, no such place", UTF8_SET_HEBREW, "A1 BF DE FB FF",
	  "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD", true },
};

static void test_sets(void)
{
	uint8_t raw[32], text[96];
	size_t i;

	for (i = 0; i < sizeof set_rows / sizeof *set_rows; i++) {
		const struct set_row *r = &set_rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		bool damaged = false;
		size_t n = utf8_from_set(r->set, in, text, &damaged);

		ROW(r, n <= 3 * in.n && damaged == r->damaged);
		ROW(r, bytes_is((struct bytes){ text, n }, r->want));
	}
}

/* All of Latin-1 that text uses, there and back. */
static void test_latin1(void)
{
	uint8_t all[256], text[512], again[256];
	struct bytes in = { all, 0 }, utf8 = { text, 0 };
	bool damaged = false;
	size_t n = 0;
	unsigned c;

	for (c = 0; c < 256; c++)
		if (c < 0x80 || c >= 0xA0)
			all[in.n++] = (uint8_t)c;
	utf8.n = utf8_from_set(UTF8_SET_LATIN1, in, text, &damaged);
	CU_ASSERT(!damaged && utf8_latin1_count(utf8, &n) == OK);
	CU_ASSERT_FATAL(n == in.n);
	utf8_latin1_write(utf8, again);
	CU_ASSERT(memcmp(all, again, n) == 0);
	CU_ASSERT(utf8_latin1_count(bytes_of("€"), &n) == ERR_UNSUPPORTED);
	CU_ASSERT(utf8_latin1_count(bytes_of("a\xC2\x80"), &n) ==
		  ERR_UNSUPPORTED);
	CU_ASSERT(utf8_latin1_count(bytes_of("a\xC2"), &n) == ERR_MALFORMED);
	CU_ASSERT(utf8_ascii(bytes_of("abcdefghij")));
	CU_ASSERT(!utf8_ascii(bytes_of("abcdefghié")));
}

static const struct check_test tests[] = {
	{ "validates and repairs", test_valid },
	{ "one at a time", test_steps },
	{ "appends one", test_append },
	{ "every code point", test_every_code_point },
	{ "makes tidy", test_tidy },
	{ "tidy fails as said", test_tidy_fails },
	{ "knows marks", test_marks },
	{ "8-bit sets", test_sets },
	{ "Latin-1 both ways", test_latin1 },
	{ NULL, NULL }
};

CHECK_MAIN("utf8", tests)
