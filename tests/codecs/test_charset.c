/* codecs/charset: rows by the document that registers or defines each name. */
#include <string.h>

#include "codecs/charset.h"
#include "codecs/utf8.h"
#include "tests/check.h"

static const struct row {
	const char *name, *charset, *hex, *want; /* NULL: ERR_MALFORMED      */
	unsigned whole; /* octets that are a whole text also alone      */
} rows[] = {
	{ "RFC 2781 3.2: big-endian mark", "UTF-16", "FEFF 0041 20AC", "A€",
	  2 },
	{ "little-endian mark", "utf-16", "FFFE 4100 AC20", "A€", 2 },
	{ "RFC 2781 4.3: no mark", "UTF-16", "0041 20AC", "A€", 2 },
	{ "RFC 2781 2.1: a pair", "UTF-16LE", "3DD8 00DE", "😀", 4 },
	{ "RFC 2781 3.3: FEFF is text where the name says", "utf-16be",
	  "FEFF 0041", "\uFEFFA", 2 },
	{ "half a pair", "utf-16be", "D83D 0041", NULL, 2 },
	{ "half a unit", "utf-16be", "0041 00", NULL, 2 },
	{ "UTF-32", "utf-32le", "00F60100", "😀", 4 },
	{ "ISO 8859-1", "ISO-8859-1", "E9 80", "é\xC2\x80", 1 },
	{ "ISO 8859-5", "iso-8859-5", "BF E0", "Пр", 1 },
	{ "ISO 8859-7", "iso-8859-7", "C1 FE", "Αώ", 1 },
	{ "8859-7 has no FF", "iso-8859-7", "C1 FF", NULL, 1 },
	{ "ISO 8859-15: the euro", "iso-8859-15", "A4", "€", 1 },
	{ "windows-1252: the euro", "windows-1252", "80 E9", "€é", 1 },
	{ "and no 81", "windows-1252", "81", NULL, 1 },
	{ "windows-1251", "WINDOWS-1251", "CF F0", "Пр", 1 },
	{ "RFC 1489: KOI8-R", "koi8-r", "F0 D2", "Пр", 1 },
	{ "RFC 2319: KOI8-U", "koi8-u", "A4", "є", 1 },
	{ "Big5", "big5", "A4A4 A4E5", "中文", 2 },
	{ "Big5, half of it", "Big5", "A4A4 A4", NULL, 2 },
	{ "GB 18030, two octets", "gb18030", "D6D0 CEC4", "中文", 2 },
	{ "GB 18030, four", "GB18030", "9439FC36", "😀", 4 },
	{ "GB 2312", "gb2312", "D6D0", "中", 2 },
	{ "EUC-KR", "euc-kr", "C7D1", "한", 2 },
	{ "EUC-JP", "euc-jp", "C6FC", "日", 2 },
	{ "Shift_JIS", "Shift_JIS", "93FA B1", "日ｱ", 2 },
	{ "RFC 1468: ISO-2022-JP", "iso-2022-jp",
	  "41 1B2442 467C 1B2842 42", "A日B", 0 },
	{ "RFC 1557: ISO-2022-KR", "iso-2022-kr",
	  "1B242943 0E 4751 0F 41", "한A", 0 },
	{ "TIS-620", "tis-620", "A1 D4", "กิ", 1 },
	{ "Vietnamese, held back for its mark", "windows-1258", "61 D2",
	  "\u1EA3", 0 },
	{ "nothing", "koi8-r", "", "", 1 },
};

static void test_rows(void)
{
	uint8_t octets[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct buf to = BUF_INIT(64);
		struct bytes in = check_unhex(r->hex, octets, sizeof octets);
		enum err e = charset_read(bytes_of(r->charset), in, &to);

		ROW(r, e == (r->want ? OK : ERR_MALFORMED));
		ROW(r, !r->want || bytes_is(buf_bytes(&to), r->want));
		buf_clear(&to);
	}
}

/* Cut anywhere it is a whole text, or malformed; never half of a character. */
static void test_prefixes(void)
{
	uint8_t octets[64];
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, octets, sizeof octets);

		for (n = 0; r->want && r->whole > 0 && n < in.n; n++) {
			struct buf to = BUF_INIT(64);
			struct bytes part = { in.p, n };
			enum err e = charset_read(bytes_of(r->charset), part,
						  &to);

			ROW(r, n % r->whole == 0 || e == ERR_MALFORMED);
			ROW(r, e != OK || utf8_valid(buf_bytes(&to)));
			buf_clear(&to);
		}
	}
}

static void test_names(void)
{
	static const char *const unknown[] = { "klingon", "utf-9", "UTF-16 ",
					       "CP1252//TRANSLIT", "../x",
					       "unicode", "ucs-2" };
	struct buf to = BUF_INIT(64);
	size_t i;

	for (i = 0; i < sizeof unknown / sizeof *unknown; i++)
		CU_ASSERT(charset_read(bytes_of(unknown[i]), bytes_of("a"),
				       &to) == ERR_UNSUPPORTED);
	CU_ASSERT(to.n == 0);
	CU_ASSERT(charset_read(bytes_of("UTF-8"), bytes_of("a\xFF"), &to) ==
		  OK);
	CU_ASSERT(bytes_is(buf_bytes(&to), "a\xFF"));
	CU_ASSERT(charset_is_utf8(bytes_of("")));
	CU_ASSERT(charset_is_utf8(bytes_of("US-ascii")));
	CU_ASSERT(!charset_is_utf8(bytes_of("utf-16")));
	buf_clear(&to);
}

/* Longer than one piece, and no longer than allowed. */
static void test_bounds(void)
{
	struct buf text = BUF_INIT(1 << 16), to = BUF_INIT(1 << 20);

	check_repeat(&text, "\x80", 5000, "");
	CU_ASSERT(charset_read(bytes_of("windows-1252"), buf_bytes(&text),
			       &to) == OK);
	CU_ASSERT(to.n == 15000);
	buf_clear(&to);
	to.limit = 14999;
	CU_ASSERT(charset_read(bytes_of("windows-1252"), buf_bytes(&text),
			       &to) == ERR_TOOBIG);
	buf_clear(&to);
	mem_fail_at(1);
	CU_ASSERT(charset_read(bytes_of("windows-1252"), buf_bytes(&text),
			       &to) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&to);
	buf_clear(&text);
}

static const struct check_test tests[] = {
	{ "reads rows", test_rows },
	{ "cut anywhere", test_prefixes },
	{ "names", test_names },
	{ "bounds", test_bounds },
	{ NULL, NULL }
};

CHECK_MAIN("charset", tests)
