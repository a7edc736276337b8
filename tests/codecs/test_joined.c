/* Parts of a longer text: 3GPP TS 23.038 6.2.1.1 and 6.2.3, 3GPP TS 23.040
 * 9.2.3.24.1. */
#include "tests/check.h"

#include <string.h>

#include "codecs/arena.h"
#include "codecs/joined.h"

#define GAP "..."
#define GSM JOINED_GSM7 ";locking=0;single=0"

static const struct row {
	const char *name;
	struct {
		const char *type, *hex; /* type NULL: GAP                    */
	} parts[4];
	size_t n;
	const char *want;
} rows[] = {
	{ "none", { { NULL, NULL } }, 0, "" },
	{ "GSM 7-bit", { { GSM, "61 00" }, { GSM, "62" } }, 2, "a@b" },
	{ "6.2.1.1: an escape that was cut",
	  { { GSM, "61 1B" }, { GSM, "65 62" } },
	  2,
	  "a€b" },
	{ "an escape in a part of its own",
	  { { GSM, "61" }, { GSM, "1B" }, { GSM, "" }, { GSM, "65" } },
	  4,
	  "a€" },
	{ "6.2.1.1: an escape at the end", { { GSM, "61 1B" } }, 1, "a " },
	{ "an escape in front of a gap",
	  { { GSM, "61 1B" }, { NULL, NULL }, { GSM, "65" } },
	  3,
	  "a " GAP "e" },
	{ "an escape in front of another alphabet",
	  { { GSM, "61 1B" }, { JOINED_UCS2, "00 65" } },
	  2,
	  "a e" },
	{ "annex A.2.1: the single shift of Turkish",
	  { { JOINED_GSM7 ";locking=0;single=1", "1B" },
	    { JOINED_GSM7 ";locking=0;single=1", "53" } },
	  2,
	  "Ş" },
	{ "another shift is another run",
	  { { JOINED_GSM7 ";locking=0;single=1", "1B" }, { GSM, "53" } },
	  2,
	  " S" },
	{ "6.2.3: a surrogate pair that was cut",
	  { { JOINED_UCS2, "04 16 D8 3D" }, { JOINED_UCS2, "DE 00 04 16" } },
	  2,
	  "Ж😀Ж" },
	{ "a unit that was cut",
	  { { JOINED_UCS2, "04" }, { JOINED_UCS2, "16" } },
	  2,
	  "Ж" },
	{ "half a pair and a gap",
	  { { JOINED_UCS2, "D8 3D" }, { NULL, NULL } },
	  2,
	  "\xEF\xBF\xBD" GAP },
	{ "UTF-8 that was cut",
	  { { JOINED_TEXT, "61 E2 82" }, { JOINED_TEXT, "AC 62" } },
	  2,
	  "a€b" },
	{ "no UTF-8",
	  { { JOINED_TEXT, "61 E2" }, { JOINED_TEXT, "62" } },
	  2,
	  "a\xEF\xBF\xBD"
	  "b" },
	{ "a pair of EUC-KR that was cut",
	  { { JOINED_KOREAN, "61 B0" }, { JOINED_KOREAN, "A1 62" } },
	  2,
	  "a가b" },
	{ "a pair of Shift_JIS that was cut before an octet of ASCII",
	  { { JOINED_JIS, "83" }, { JOINED_JIS, "41" } },
	  2,
	  "ア" },
	{ "half a pair and another alphabet",
	  { { JOINED_KANJI, "B0" }, { JOINED_UCS2, "04 16" } },
	  2,
	  "\xEF\xBF\xBDЖ" },
	{ "RFC 1468: escapes",
	  { { JOINED_2022, "61 1B 24 42 30" }, { JOINED_2022, "21 1B 28 42" } },
	  2,
	  "a亜" },
	{ "octets behind a text",
	  { { JOINED_UCS2, "04 16" }, { "application/octet-stream", "61 FF" } },
	  2,
	  "Жa\xEF\xBF\xBD" },
	{ "octets are not looked at",
	  { { "application/octet-stream", "FF 1B" },
	    { "application/octet-stream", "65" } },
	  2,
	  "\xFF\x1B"
	  "e" },
	{ "a language that is none",
	  { { JOINED_GSM7 ";locking=x;single=999", "1B 65" } },
	  1,
	  "€" },
};

/* Returns the first error. */
static enum err join(const struct row *r, struct joined *j, struct bytes *out)
{
	uint8_t octets[16];
	enum err e = OK;
	size_t i;

	for (i = 0; i < r->n && e == OK; i++) {
		if (r->parts[i].type == NULL)
			e = joined_put(j, GAP);
		else
			e = joined_add(j, r->parts[i].type,
				       check_unhex(r->parts[i].hex, octets,
						   sizeof octets));
	}
	return e == OK ? joined_end(j, out) : e;
}

static void test_rows(void)
{
	struct bytes out;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct joined j = JOINED_INIT(1000);

		ROW(&rows[i], join(&rows[i], &j, &out) == OK);
		ROW(&rows[i], bytes_is(out, rows[i].want));
		joined_clear(&j);
	}
}

static void test_types(void)
{
	char type[JOINED_TYPE_SIZE];

	joined_gsm7_type((struct gsm7_shift){ 0, 0 }, type);
	CU_ASSERT_STRING_EQUAL(type, GSM);
	joined_gsm7_type((struct gsm7_shift){ 255, 13 }, type);
	CU_ASSERT_STRING_EQUAL(type, JOINED_GSM7 ";locking=255;single=13");
}

/* One octet of room too few, and no memory at any step. */
static void test_limits(void)
{
	struct bytes out;
	unsigned n, failed = 0;
	size_t i;

	for (i = 1; i < sizeof rows / sizeof rows[0]; i++) {
		struct joined j = JOINED_INIT(strlen(rows[i].want) - 1);

		ROW(&rows[i], join(&rows[i], &j, &out) == ERR_TOOBIG);
		joined_clear(&j);
		for (n = 1; n < 6; n++) {
			struct joined k = JOINED_INIT(1000);
			enum err e;

			mem_fail_at(n);
			e = join(&rows[i], &k, &out);
			mem_fail_at(0);
			failed += e == ERR_NOMEM;
			ROW(&rows[i],
			    e == ERR_NOMEM ||
				    (e == OK && bytes_is(out, rows[i].want)));
			joined_clear(&k);
		}
	}
	CU_ASSERT(failed > 10);
}

static const struct check_test tests[] = { { "parts", test_rows },
					   { "types", test_types },
					   { "limits", test_limits },
					   { NULL, NULL } };

CHECK_MAIN("joined", tests)
