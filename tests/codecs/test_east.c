/* Japanese and Korean octets -> UTF-8: JIS X 0208, JIS X 0212, RFC 1468,
 * RFC 1554, KS C 5601. */
#include "tests/check.h"

#include <string.h>

#include "codecs/east.h"
#include "codecs/utf8.h"

#define BAD "\xEF\xBF\xBD"

static const struct row {
	const char *name, *hex;
	enum east_set set;
	const char *want;
	bool damaged;
} rows[] = {
	{ "nothing", "", EAST_JIS, "", false },
	{ "X 0208: bare codes", "24 22 30 21", EAST_JIS, "あ亜", false },
	{ "X 0208: no pairs", "48 69 21", EAST_JIS, "Hi!", false },
	{ "X 0208: a blank", "48 69 20 21", EAST_JIS, "Hi !", false },
	{ "X 0208: Shift_JIS", "82 A0 88 9F B1 61", EAST_JIS, "あ亜ｱa", false },
	{ "RFC 1468", "1B 24 42 24 22 1B 28 42 61", EAST_JIS, "あa", false },
	{ "RFC 1468: ASCII is ASCII", "24 22 30 21", EAST_2022, "$\"0!",
	  false },
	{ "RFC 1468: JIS C 6226", "1B 24 40 24 22 1B 28 4A 61", EAST_2022,
	  "あa", false },
	{ "RFC 1554: X 0212", "1B 24 28 44 30 21 1B 28 42", EAST_2022, "丂",
	  false },
	{ "X 0212: bare codes", "30 21", EAST_KANJI, "丂", false },
	{ "X 0212: EUC-JP", "8F B0 A1 B0 A1 8E B1", EAST_KANJI, "丂亜ｱ", false },
	{ "KS C 5601", "B0 A1 20 61 DC D8", EAST_KOREAN, "가 a福", false },
	{ "KS C 5601: ASCII", "24 22", EAST_KOREAN, "$\"", false },
	{ "CP949", "8C 63", EAST_KOREAN, "똠", false },
	{ "KS C 5601: half of it", "61 B0", EAST_KOREAN, "a" BAD, true },
	{ "KS C 5601: no such code", "FF FF 61", EAST_KOREAN, BAD "a", true },
	{ "X 0212: half of it", "8F B0", EAST_KANJI, BAD, true },
	{ "an escape alone", "1B", EAST_2022, BAD, true },
	{ "an escape to nowhere", "1B 24 7A 61", EAST_2022, "\x1B$za",
	  false },
};

static void test_rows(void)
{
	uint8_t in[32], out[3 * sizeof in];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool damaged = false;
		struct bytes text = { out, 0 };

		ROW(&rows[i], east_known(rows[i].set));
		text.n = east_read(rows[i].set,
				   check_unhex(rows[i].hex, in, sizeof in), out,
				   &damaged);
		ROW(&rows[i], bytes_is(text, rows[i].want));
		ROW(&rows[i], damaged == rows[i].damaged);
	}
}

/* Whatever comes is text within its room, every prefix of every row. */
static void test_prefixes(void)
{
	uint8_t octets[32], out[3 * sizeof octets];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bytes in = check_unhex(rows[i].hex, octets,
					      sizeof octets);

		for (; in.n > 0; in.n--) {
			bool damaged;
			size_t n = east_read(rows[i].set, in, out, &damaged);

			ROW(&rows[i], n <= 3 * in.n &&
					      utf8_valid((struct bytes){ out,
									 n }));
		}
	}
}

static const struct check_test tests[] = { { "rows", test_rows },
					   { "prefixes", test_prefixes },
					   { NULL, NULL } };

CHECK_MAIN("east", tests)
