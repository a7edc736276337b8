#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/gsm7_tables.h"
#include "codecs/utf8.h"

static const struct row {
	const char *name, *text, *hex;
	struct gsm7_shift shift;
} rows[] = {
	{ "6.2.1", "hello", "68 65 6C 6C 6F", { 0, 0 } },
	{ "6.2.1.1: euro", "hello €", "68 65 6C 6C 6F 20 1B 65", { 0, 0 } },
	{ "6.2.1: not as in ASCII",
	  "@$_¡§¿à\n\r",
	  "00 02 11 40 5F 60 7F 0A 0D",
	  { 0, 0 } },
	{ "6.2.1: Greek capitals",
	  "ΔΦΓΛΩΠΨΣΘΞ",
	  "10 12 13 14 15 16 17 18 19 1A",
	  { 0, 0 } },
	{ "6.2.1.1: all of the extension",
	  "\f^{}\\[~]|€",
	  "1B 0A 1B 14 1B 28 1B 29 1B 2F 1B 3C 1B 3D 1B 3E 1B 40 1B 65",
	  { 0, 0 } },
	{ "A.2.1: Turkish single shift",
	  "ğşıİ",
	  "1B 67 1B 73 1B 69 1B 49",
	  { 0, 1 } },
	{ "A.3.1: Turkish locking shift", "ğşıİ", "0C 1D 07 40", { 1, 0 } },
	{ "A.3.1: Turkish, both: one septet if it can",
	  "ğ€ç[",
	  "0C 04 60 1B 3C",
	  { 1, 1 } },
	{ "A.2.2: Spanish", "áÓç€", "1B 61 1B 4F 1B 09 1B 65", { 0, 2 } },
	{ "A.2.3: Portuguese", "ãâ", "1B 7B 1B 7F", { 0, 3 } },
	{ "A.3.3: Portuguese locking", "ãê€∞", "7B 04 18 15", { 3, 0 } },
	{ "A.3.6: Hindi locking",
	  "\u0905\u0930\u094D\u0928",
	  "03 44 5F 2F",
	  { 6, 0 } },
	{ "A.2.6: Hindi single",
	  "\u0966\u0964\u0971",
	  "1B 1C 1B 19 1B 3A",
	  { 0, 6 } },
	{ "A.3.13: Urdu locking", "\u0627\u06CC", "00 59", { 13, 0 } },
	{ "unknown language: the default", "Ç[", "09 1B 3C", { 14, 99 } },
	{ "empty", "", "", { 0, 0 } },
};

static bool encodes(const struct row *r, const struct gsm7_coder *c,
		    struct bytes want)
{
	struct buf b = BUF_INIT(200);
	size_t n = 0;
	bool good;

	good = gsm7_count(bytes_of(r->text), c, &n) == OK && n == want.n &&
	       gsm7_encode(bytes_of(r->text), c, &b) == OK &&
	       bytes_equal(buf_bytes(&b), want);
	buf_clear(&b);
	return good;
}

static void test_rows(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes septets = check_unhex(r->hex, raw, sizeof raw);
		struct buf b = BUF_INIT(200);
		struct gsm7_coder c;
		bool damaged = false;

		gsm7_coder_init(&c, r->shift);
		ROW(r, encodes(r, &c, septets));
		if (r->shift.locking % 14 + r->shift.single % 99 == 0)
			ROW(r, encodes(r, NULL, septets));
		ROW(r, gsm7_decode(septets, r->shift, &b, &damaged) == OK);
		ROW(r, !damaged && bytes_is(buf_bytes(&b), r->text));
		buf_clear(&b);
	}
}

static const struct refused_row {
	const char *name, *text;
	enum err want;
} refused[] = {
	{ "small c with cedilla is not the capital", "ç", ERR_UNSUPPORTED },
	{ "grave accent", "a`", ERR_UNSUPPORTED },
	{ "Turkish", "ğ", ERR_UNSUPPORTED },
	{ "acute", "á", ERR_UNSUPPORTED },
	{ "Greek small", "α", ERR_UNSUPPORTED },
	{ "Greek capital that looks Latin", "Α", ERR_UNSUPPORTED },
	{ "Cyrillic", "П", ERR_UNSUPPORTED },
	{ "tab", "\t", ERR_UNSUPPORTED },
	{ "escape", "\x1B", ERR_UNSUPPORTED },
	{ "an emoji", "😀", ERR_UNSUPPORTED },
	{ "its low 16 bits are a letter", "\U00010041", ERR_UNSUPPORTED },
	{ "bad UTF-8", "a\xC3", ERR_MALFORMED },
};

static void test_refused(void)
{
	struct gsm7_coder c;
	size_t i, n = 77;

	gsm7_coder_init(&c, (struct gsm7_shift){ 0, 0 });
	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		const struct refused_row *r = &refused[i];

		ROW(r, gsm7_count(bytes_of(r->text), NULL, &n) == r->want);
		ROW(r, gsm7_count(bytes_of(r->text), &c, &n) == r->want);
		ROW(r, n == 77);
	}
	CU_ASSERT(gsm7_count((struct bytes){ (const uint8_t *)"", 1 }, NULL,
			     &n) == ERR_UNSUPPORTED);
	CU_ASSERT(gsm7_count((struct bytes){ (const uint8_t *)"", 1 }, &c,
			     &n) == ERR_UNSUPPORTED);
}

static const struct read_row {
	const char *name, *hex, *text;
	struct gsm7_shift shift;
	bool damaged;
} read_rows[] = {
	{ "6.2.1.1: unknown pair shows the main table",
	  "41 1B 41 42",
	  "AAB",
	  { 0, 0 },
	  false },
	{ "6.2.1.1: of the locking table", "1B 0C", "ğ", { 1, 0 }, false },
	{ "6.2.1.1: two escapes show a space",
	  "41 1B 1B 42",
	  "A B",
	  { 0, 0 },
	  false },
	{ "6.2.1: an escape at the end", "41 1B", "A ", { 0, 0 }, false },
	{ "A.3.11: Tamil has no character at 0B",
	  "0B 42",
	  "\uFFFD\u0BAE",
	  { 11, 0 },
	  true },
	{ "an octet above 7F", "41 C1 42", "A\uFFFDB", { 0, 0 }, true },
	{ "behind an escape", "1B C1 42", " \uFFFDB", { 0, 0 }, true },
};

static void test_read(void)
{
	uint8_t raw[16], text[48];
	size_t i;

	for (i = 0; i < sizeof read_rows / sizeof *read_rows; i++) {
		const struct read_row *r = &read_rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		bool damaged = false;
		size_t n = gsm7_read(in, r->shift, text, &damaged);

		ROW(r, n <= 3 * in.n && damaged == r->damaged);
		ROW(r, bytes_is((struct bytes){ text, n }, r->text));
	}
}

/* Each code of each pair of tables, to UTF-8 and back to the same text. */
static unsigned wrong_codes(struct gsm7_shift shift)
{
	uint8_t septets[2] = { GSM7_ESCAPE, 0 }, text[6], again[6];
	struct gsm7_coder c;
	unsigned wrong = 0, code, i;

	gsm7_coder_init(&c, shift);
	for (i = 0; i < 256; i++) {
		struct bytes in = { septets + (i < 128), i < 128 ? 1 : 2 };
		struct bytes utf8 = { text, 0 };
		bool damaged = false;
		size_t n = 0;

		code = septets[1] = i & 0x7F;
		if (code == GSM7_ESCAPE)
			continue;
		utf8.n = gsm7_read(in, shift, text, &damaged);
		if (damaged)
			continue;
		wrong += gsm7_count(utf8, &c, &n) != OK || n > in.n;
		gsm7_write(utf8, &c, again);
		wrong += gsm7_read((struct bytes){ again, n }, shift, again + 2,
				   &damaged) != utf8.n ||
			 memcmp(again + 2, text, utf8.n) != 0;
	}
	return wrong;
}

static void test_every_code(void)
{
	uint8_t l, s;

	for (l = 0; l <= GSM7_LANGUAGE_LAST; l++)
		for (s = 0; s <= GSM7_LANGUAGE_LAST; s++)
			CU_ASSERT(wrong_codes((struct gsm7_shift){ l, s }) ==
				  0);
}

/* The tables backwards say the same as forwards, for every code point. */
static void test_every_code_point(void)
{
	struct gsm7_coder c;
	uint8_t text[4], a[2], b[2];
	struct bytes in = { text, 0 };
	unsigned wrong = 0, found = 0;
	uint32_t code;

	gsm7_coder_init(&c, (struct gsm7_shift){ 0, 0 });
	for (code = 0; code <= 0x1FFFF; code++) {
		size_t n = 0, m = 0;
		enum err e;

		in.n = (size_t)(utf8_put(text, code) - text);
		e = gsm7_count(in, NULL, &n);
		wrong += gsm7_count(in, &c, &m) != e || n != m;
		if (e != OK)
			continue;
		found++;
		gsm7_write(in, NULL, a);
		gsm7_write(in, &c, b);
		wrong += memcmp(a, b, n) != 0;
	}
	CU_ASSERT(wrong == 0);
	/* 127 without the escape, 10 of the extension; CR is in both. */
	CU_ASSERT(found == 127 + 10);
}

static const struct pack_row {
	const char *name, *text;
	unsigned fill;
	const char *hex;
} pack_rows[] = {
	{ "6.1.2.1.1", "hellohello", 0, "E8 32 9B FD 46 97 D9 EC 37" },
	{ "seven in seven octets", "aaaaaaa", 0, "E1 70 38 1C 0E 87 01" },
	{ "eight in seven octets", "aaaaaaaa", 0, "E1 70 38 1C 0E 87 C3" },
	{ "behind UDHL 05: one bit", "a", 1, "C2" },
	{ "six bits", "ab", 6, "40 58 0C" },
	{ "nothing", "", 3, "" },
};

static void test_pack(void)
{
	uint8_t raw[16], packed[16], septets[24];
	size_t i;

	for (i = 0; i < sizeof pack_rows / sizeof *pack_rows; i++) {
		const struct pack_row *r = &pack_rows[i];
		struct bytes in = bytes_of(r->text), out = { packed, 0 };
		struct bytes want = check_unhex(r->hex, raw, sizeof raw);

		out.n = gsm7_packed_octets(in.n, r->fill);
		gsm7_pack(in, r->fill, packed);
		ROW(r, bytes_equal(out, want));
		gsm7_unpack(out, r->fill, septets);
		ROW(r, gsm7_unpacked_septets(out.n, r->fill) >= in.n);
		ROW(r, in.n == 0 || memcmp(septets, in.p, in.n) == 0);
	}
	/* 9.2.3.16: 160 septets are 140 octets. */
	CU_ASSERT(gsm7_packed_octets(160, 0) == 140);
	CU_ASSERT(gsm7_unpacked_septets(140, 0) == 160);
}

/* Header octets and their fill bits: the text starts on a septet. */
static void test_fill(void)
{
	size_t udh;

	for (udh = 0; udh <= 140; udh++)
		CU_ASSERT((udh * 8 + gsm7_fill_bits(udh)) % 7 == 0 &&
			  gsm7_fill_bits(udh) < 7);
	CU_ASSERT(gsm7_fill_bits(6) == 1 && gsm7_fill_bits(7) == 0);
}

/* All lengths and fills: unpack(pack(x)) == x. */
static void test_pack_round_trip(void)
{
	uint8_t septets[200], packed[200], again[240];
	unsigned fill, wrong = 0;
	size_t n;

	for (n = 0; n < sizeof septets; n++)
		septets[n] = (uint8_t)(n * 37 + 11) & 0x7F;
	for (n = 0; n <= 180; n++)
		for (fill = 0; fill < 7; fill++) {
			struct bytes out = { packed,
					     gsm7_packed_octets(n, fill) };

			gsm7_pack((struct bytes){ septets, n }, fill, packed);
			gsm7_unpack(out, fill, again);
			wrong += memcmp(septets, again, n) != 0;
			wrong += gsm7_unpacked_septets(out.n, fill) - n > 1;
		}
	CU_ASSERT(wrong == 0);
}

/* Escapes at every place around the pieces in which long texts are read. */
static void test_long(void)
{
	struct gsm7_shift none = { 0, 0 };
	uint8_t septets[300], whole[900];
	size_t at, run, n, wrong = 0;

	for (at = 120; at < 135; at++)
		for (run = 1; run < 12; run++) {
			struct buf b = BUF_INIT(1000);
			bool damaged = false;

			memset(septets, 'a', sizeof septets);
			memset(septets + at, GSM7_ESCAPE, run);
			septets[at + run] = 0x65;
			n = gsm7_read((struct bytes){ septets, 300 }, none,
				      whole, &damaged);
			wrong += gsm7_decode((struct bytes){ septets, 300 },
					     none, &b, &damaged) != OK;
			wrong += !bytes_equal(buf_bytes(&b),
					      (struct bytes){ whole, n });
			buf_clear(&b);
		}
	CU_ASSERT(wrong == 0);
}

static void test_fails(void)
{
	struct buf b = BUF_INIT(4);
	bool damaged = false;

	CU_ASSERT(gsm7_encode(bytes_of("aaa€"), NULL, &b) == ERR_TOOBIG);
	buf_reset(&b);
	CU_ASSERT(gsm7_encode(bytes_of("П"), NULL, &b) == ERR_UNSUPPORTED);
	CU_ASSERT(gsm7_decode(bytes_of("aaaaa"), (struct gsm7_shift){ 0, 0 },
			      &b, &damaged) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(gsm7_encode(bytes_of("a"), NULL, &b) == ERR_NOMEM);
	buf_clear(&b);
	CU_ASSERT(gsm7_decode(bytes_of("a"), (struct gsm7_shift){ 0, 0 }, &b,
			      &damaged) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

/*
 * Against somebody else's transcription, where there is one. It differs in
 * what is no character (escape, second carriage return), leaves out the
 * space of the Indic tables, and has Bengali signs at Hindi 00 to 02.
 */
static bool known_difference(unsigned language, bool locking, unsigned code)
{
	if (code == GSM7_ESCAPE || code == 0x0D ||
	    (locking && language > 3 && code == 0x20))
		return true;
	return locking && language == 6 && code <= 2;
}

static void compare_line(const char *line, unsigned *seen)
{
	unsigned language, code, unicode;
	char kind[16];
	const char16_t *table;

	if (sscanf(line, "%u %*s %15s %x %x", &language, kind, &code,
		   &unicode) != 4 ||
	    language > GSM7_LANGUAGES || code >= GSM7_TABLE)
		return;
	++*seen;
	table = kind[0] == 'l' ? gsm7_locking[language] : gsm7_single[language];
	if (!known_difference(language, kind[0] == 'l', code))
		CU_ASSERT(table[code] == unicode);
}

static void test_against_others(void)
{
	const char *folder = getenv("CPMGW_VECTORS");
	char path[4096], line[256];
	unsigned seen = 0;
	FILE *f;

	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/sms/gsm7_national_tables.tsv", folder);
	f = fopen(path, "r");
	CU_ASSERT_FATAL(f != NULL);
	while (fgets(line, sizeof line, f) != NULL)
		compare_line(line, &seen);
	fclose(f);
	CU_ASSERT(seen > 2000);
}

static const struct check_test tests[] = {
	{ "both ways", test_rows },
	{ "what cannot be written", test_refused },
	{ "escapes and holes", test_read },
	{ "every code of every table", test_every_code },
	{ "every code point", test_every_code_point },
	{ "packing", test_pack },
	{ "fill bits", test_fill },
	{ "packing round trip", test_pack_round_trip },
	{ "long texts", test_long },
	{ "fails as said", test_fails },
	{ "against another transcription", test_against_others },
	{ NULL, NULL }
};

CHECK_MAIN("gsm7", tests)
