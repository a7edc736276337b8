/* codecs/nfc: Unicode 15 3.11, UAX #15; each row by the rule that it shows. */
#include <string.h>
#include <utf8proc.h>

#include "codecs/nfc.h"
#include "tests/check.h"

static const struct row {
	const char *name, *text, *want;
} rows[] = {
	{ "3.11 D117: Cyrillic", "\u0438\u0306", "\u0439" },
	{ "two marks of one letter", "e\u0323\u0302", "\u1EC7" },
	{ "the order of marks does not matter", "e\u0302\u0323", "\u1EC7" },
	{ "3.11 D109: marks are put in order", "s\u0307\u0323", "\u1E69" },
	{ "a letter that has one mark already", "\u1E0B\u0323",
	  "\u1E0D\u0307" },
	{ "D115: a mark of the same class blocks", "a\u0302\u0301\u0302",
	  "\u1EA5\u0302" },
	{ "kana", "\u304B\u3099\u30CF\u309A", "\u304C\u30D1" },
	{ "3.12: Hangul, two jamo", "\u1100\u1161", "\uAC00" },
	{ "three", "\u1112\u1161\u11AB", "\uD55C" },
	{ "a syllable and the third", "\uD558\u11AB", "\uD55C" },
	{ "table 4 of UAX #15: excluded by script", "\u0958",
	  "\u0915\u093C" },
	{ "a singleton", "\u212B\u2126", "\u00C5\u03A9" },
	{ "an excluded pair", "\u0344", "\u0308\u0301" },
	{ "Bengali, two vowel signs", "\u09C7\u09BE", "\u09CB" },
	{ "above U+FFFF", "\U00011131\U00011127", "\U0001112E" },
	{ "ideographs for compatibility", "\uF900\U0002F800",
	  "\u8C48\u4E3D" },
	{ "form C, not KC", "\uFB01\u00BD", "\uFB01\u00BD" },
	{ "", "", "" },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct buf whole = BUF_INIT(64), parts = BUF_INIT(64);

		ROW(r, nfc_append(bytes_of(r->text), &whole) == OK);
		ROW(r, bytes_is(buf_bytes(&whole), r->want));
		/* The same from where texts are made ready, and once only. */
		ROW(r, utf8_tidy(bytes_of(r->text), &parts) == OK);
		ROW(r, bytes_is(buf_bytes(&parts), r->want));
		ROW(r, strcmp(r->text, r->want) == 0 ||
			       !utf8_is_tidy(bytes_of(r->text)));
		buf_reset(&whole);
		ROW(r, utf8_tidy(buf_bytes(&parts), &whole) == OK);
		ROW(r, bytes_is(buf_bytes(&whole), r->want));
		buf_clear(&whole);
		buf_clear(&parts);
	}
}

/* The code points of `code` in full decomposition, 1..4. */
static size_t decomposed(uint32_t code, utf8proc_int32_t out[8])
{
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(
		(utf8proc_int32_t)code, out, 8,
		UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &boundary);

	return n < 1 ? 0 : (size_t)n;
}

static bool is_itself(uint32_t code)
{
	uint8_t octets[4];
	struct buf made = BUF_INIT(64);
	struct bytes in = { octets, 0 };
	bool same;

	in.n = (size_t)(utf8_put(octets, code) - octets);
	same = nfc_append(in, &made) == OK &&
	       bytes_equal(buf_bytes(&made), in);
	buf_clear(&made);
	return same;
}

/* D45 and table 7 of UAX #15: of each code point, by the library's data. */
static void test_firm(void)
{
	static bool joins[0x110000];
	utf8proc_int32_t all[8];
	unsigned bad = 0, loose = 0;
	uint32_t code;
	bool firm;
	size_t n;

	for (code = 0x80; code < 0x110000; code++)
		if ((code < 0xD800 || code > 0xDFFF) && is_itself(code) &&
		    (n = decomposed(code, all)) > 1)
			joins[all[n - 1]] = true;
	for (code = 0; code < 0x110000; code++) {
		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		firm = utf8proc_get_property((utf8proc_int32_t)code)
				       ->combining_class == 0 &&
		       !joins[code] && is_itself(code) && code != 0xFEFF;
		/* Never firm that is not; in the first plane exactly. */
		bad += nfc_firm(code) && !firm;
		bad += code < 0x10000 && firm && !nfc_firm(code);
		loose += !nfc_firm(code);
	}
	CU_ASSERT(bad == 0);
	CU_ASSERT(loose > 2000);
}

static void test_octets(void)
{
	uint8_t octets[4];
	unsigned bad = 0;
	uint32_t code;

	for (code = 0x300; code < 0x110000; code++) {
		struct bytes in = { octets, 0 };

		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		in.n = (size_t)(utf8_put(octets, code) - octets);
		bad += nfc_firm_octets(in) != (nfc_firm(code) ? in.n : 0);
		while (--in.n > 0)
			bad += nfc_firm_octets(in) != 0;
	}
	CU_ASSERT(bad == 0);
}

/* Whatever is written, marks upon marks cost no more than their number. */
static void test_many_marks(void)
{
	struct buf text = BUF_INIT(1 << 20), made = BUF_INIT(1 << 22);
	struct buf again = BUF_INIT(1 << 22);

	check_repeat(&text, "\u0301\u0323", 100000, "e\u0301");
	CU_ASSERT(utf8_tidy(buf_bytes(&text), &made) == OK);
	CU_ASSERT(made.n == text.n - 1);
	CU_ASSERT(utf8_tidy(buf_bytes(&made), &again) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&made), buf_bytes(&again)));
	/* As many as stay below the limit are put in order. */
	buf_reset(&made);
	check_repeat(&text, "\u0301\u0323", 60, "");
	CU_ASSERT(utf8_tidy(buf_bytes(&text), &made) == OK);
	CU_ASSERT(made.n == text.n && memcmp(made.p, "\u0323\u0323", 4) == 0);
	buf_clear(&text);
	buf_clear(&made);
	buf_clear(&again);
}

static void test_fails(void)
{
	struct buf b = BUF_INIT(4);

	CU_ASSERT(nfc_append(bytes_of("\u0958"), &b) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(nfc_append(bytes_of("e\u0301"), &b) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "composes", test_rows },
	{ "firm is what the data says", test_firm },
	{ "firm by its octets", test_octets },
	{ "many marks", test_many_marks },
	{ "fails as said", test_fails },
	{ NULL, NULL }
};

CHECK_MAIN("nfc", tests)
