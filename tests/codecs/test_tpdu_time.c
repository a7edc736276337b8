/* Times of TPDUs, and what their codings mean. 3GPP TS 23.040 9.2.3.11 and
 * 9.2.3.12, 3GPP TS 23.038 4. */
#include "tests/check.h"

#include <string.h>

#include "codecs/tpdu.h"

static const struct stamp_row {
	const char *name, *hex;
	enum err want;
	int64_t seconds; /* since 1970 */
} stamps[] = {
	{ "9.2.3.11: UTC", "62 11 12 91 60 00 00", OK, 1795287960 },
	{ "9.2.3.11: an hour ahead", "62 11 12 91 60 00 40", OK, 1795284360 },
	{ "9.2.3.11: an hour behind", "62 11 12 91 60 00 48", OK, 1795291560 },
	{ "9.2.3.11: 14 hours ahead", "62 11 12 91 60 00 65", OK, 1795237560 },
	{ "no month 13", "62 31 12 91 60 00 00", ERR_RANGE, 0 },
	{ "no digit", "62 11 A2 91 60 00 00", ERR_RANGE, 0 },
	{ "9.2.3.11: minus nothing", "62 11 12 91 60 00 08", OK, 1795287960 },
	{ "9.2.3.11: units above 9", "62 11 12 91 60 00 A0", ERR_RANGE, 0 },
};

static void test_stamps(void)
{
	uint8_t raw[TPDU_STAMP_OCTETS], back[TPDU_STAMP_OCTETS];
	size_t i;

	for (i = 0; i < sizeof stamps / sizeof *stamps; i++) {
		const struct stamp_row *r = &stamps[i];
		int64_t t = 5, again;

		(void)check_unhex(r->hex, raw, sizeof raw);
		ROW(r, tpdu_stamp_decode(raw, &t) == r->want);
		if (r->want != OK) {
			ROW(r, t == 5);
			continue;
		}
		ROW(r, t == r->seconds * 1000000);
		ROW(r, tpdu_stamp_encode(t, back) == OK &&
			       tpdu_stamp_decode(back, &again) == OK &&
			       again == t);
	}
	CU_ASSERT(tpdu_stamp_encode(-1, back) == ERR_RANGE);
}

static const struct expiry_row {
	const char *name;
	enum tpdu_validity validity;
	const char *hex;
	enum err want;
	int64_t seconds; /* from now on, which is 0 */
	bool once;
} expiries[] = {
	{ "none", TPDU_NO_VALIDITY, "", ERR_NOTFOUND, 0, false },
	{ "9.2.3.12.1: 0", TPDU_RELATIVE, "00", OK, 300, false },
	{ "9.2.3.12.1: 143", TPDU_RELATIVE, "8F", OK, 43200, false },
	{ "9.2.3.12.1: 144", TPDU_RELATIVE, "90", OK, 45000, false },
	{ "9.2.3.12.1: 167", TPDU_RELATIVE, "A7", OK, 86400, false },
	{ "9.2.3.12.1: 168", TPDU_RELATIVE, "A8", OK, 172800, false },
	{ "9.2.3.12.1: 196", TPDU_RELATIVE, "C4", OK, 2592000, false },
	{ "9.2.3.12.1: 197", TPDU_RELATIVE, "C5", OK, 3024000, false },
	{ "9.2.3.12.1: 255", TPDU_RELATIVE, "FF", OK, 38102400, false },
	{ "9.2.3.12.2", TPDU_ABSOLUTE, "62 11 12 91 60 00 00", OK, 1795287960,
	  false },
	{ "9.2.3.12.2: no date", TPDU_ABSOLUTE, "00 00 00 00 00 00 00",
	  ERR_RANGE, 0, false },
	{ "9.2.3.12.3: no period", TPDU_ENHANCED, "00", ERR_NOTFOUND, 0,
	  false },
	{ "9.2.3.12.3: single shot", TPDU_ENHANCED, "40", ERR_NOTFOUND, 0,
	  true },
	{ "9.2.3.12.3: relative", TPDU_ENHANCED, "01 A7", OK, 86400, false },
	{ "9.2.3.12.3: seconds", TPDU_ENHANCED, "02 1E", OK, 30, false },
	{ "9.2.3.12.3: 0 seconds", TPDU_ENHANCED, "02 00", ERR_RANGE, 0,
	  false },
	{ "9.2.3.12.3: a clock", TPDU_ENHANCED, "03 10 20 30", OK, 3723,
	  false },
	{ "9.2.3.12.3: no minute 60", TPDU_ENHANCED, "03 10 06 30", ERR_RANGE,
	  0, false },
	{ "9.2.3.12.3: reserved", TPDU_ENHANCED, "04", ERR_UNSUPPORTED, 0,
	  false },
	{ "9.2.3.12.3: an extension", TPDU_ENHANCED, "82 1E", ERR_UNSUPPORTED,
	  0, false },
};

static void test_expiry(void)
{
	size_t i;

	for (i = 0; i < sizeof expiries / sizeof *expiries; i++) {
		const struct expiry_row *r = &expiries[i];
		struct tpdu t = { .validity = r->validity };
		int64_t at = -1;
		bool once;

		(void)check_unhex(r->hex, t.period, sizeof t.period);
		ROW(r, tpdu_expiry(&t, 0, &at, &once) == r->want);
		ROW(r, once == r->once);
		ROW(r, at == (r->want == OK ? r->seconds * 1000000 : -1));
	}
}

/* 3GPP TS 23.038 4, group by group. */
static void test_codings(void)
{
	static const struct {
		const char *name;
		uint8_t coding;
		bool septets;
	} codings[] = {
		{ "default", 0x00, true },
		{ "class 1", 0x11, true },
		{ "8 bit", 0x04, false },
		{ "UCS2", 0x08, false },
		{ "reserved", 0x0C, true },
		{ "compressed", 0x20, false },
		{ "deletion", 0x40, true },
		{ "deletion, UCS2", 0x48, false },
		{ "reserved group", 0x80, true },
		{ "discard", 0xC8, true },
		{ "store", 0xD0, true },
		{ "store, UCS2", 0xE0, false },
		{ "class", 0xF1, true },
		{ "class, 8 bit", 0xF5, false },
	};
	size_t i;

	for (i = 0; i < sizeof codings / sizeof *codings; i++)
		ROW(&codings[i],
		    tpdu_is_septets(codings[i].coding) == codings[i].septets);
}

static const struct check_test tests[] = { { "moments", test_stamps },
					   { "validity", test_expiry },
					   { "codings", test_codings },
					   { NULL, NULL } };

CHECK_MAIN("tpdu_time", tests)
