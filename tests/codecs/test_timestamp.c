#include "tests/check.h"

#include "codecs/timestamp.h"

#define S TIMESTAMP_SECOND

static const struct smpp_row {
	const char *name, *text;
	enum err want;
	const char *out; /* in RFC 3339; `now` is 2024-01-31T12:00:00Z */
} smpp_rows[] = {
	{ "SMPP v3.4 7.1.1.1: absolute, UTC", "251120210000000+", OK,
	  "2025-11-20T21:00:00Z" },
	{ "local ahead of UTC", "251120210000004+", OK,
	  "2025-11-20T20:00:00Z" },
	{ "local behind UTC", "251120210000004-", OK, "2025-11-20T22:00:00Z" },
	{ "quarters", "251120210000301+", OK, "2025-11-20T20:45:00.300Z" },
	{ "the most quarters", "251120210000048-", OK, "2025-11-21T09:00:00Z" },
	{ "49 quarters", "251120210000049+", ERR_RANGE, NULL },
	{ "leap day", "240229000000000+", OK, "2024-02-29T00:00:00Z" },
	{ "no leap day", "250229000000000+", ERR_RANGE, NULL },
	{ "month 13", "251320210000000+", ERR_RANGE, NULL },
	{ "month 0", "250020210000000+", ERR_RANGE, NULL },
	{ "hour 24", "251120240000000+", ERR_RANGE, NULL },
	{ "SMPP v3.4 7.1.1.2: 3 days", "000003000000000R", OK,
	  "2024-02-03T12:00:00Z" },
	{ "a month, to its last day", "000100000000000R", OK,
	  "2024-02-29T12:00:00Z" },
	{ "a year and a month", "010100000000000R", OK,
	  "2025-02-28T12:00:00Z" },
	{ "12 months", "001200000000000R", OK, "2025-01-31T12:00:00Z" },
	{ "every unit", "010101010101000R", OK, "2025-03-01T13:01:01Z" },
	{ "zero", "000000000000000R", OK, "2024-01-31T12:00:00Z" },
	{ "relative with tenths", "000003000000100R", ERR_MALFORMED, NULL },
	{ "relative with quarters", "000003000000004R", ERR_MALFORMED, NULL },
	{ "empty is no time", "", ERR_NOTFOUND, NULL },
	{ "15 characters", "25112021000000+", ERR_MALFORMED, NULL },
	{ "17 characters", "251120210000000+ ", ERR_MALFORMED, NULL },
	{ "another sign", "251120210000000Z", ERR_MALFORMED, NULL },
	{ "a letter", "25112021000000O+", ERR_MALFORMED, NULL },
};

static bool is_moment(int64_t t, const char *want)
{
	struct buf b = BUF_INIT(64);
	bool good = timestamp_rfc3339_encode(t, 0, &b) == OK &&
		    bytes_is(buf_bytes(&b), want);

	buf_clear(&b);
	return good;
}

static void test_smpp(void)
{
	int64_t now = 0, t;
	size_t i;

	CU_ASSERT_FATAL(
		timestamp_rfc3339_decode(bytes_of("2024-01-31T12:00:00Z"), &now,
					 NULL) == OK);
	for (i = 0; i < sizeof smpp_rows / sizeof *smpp_rows; i++) {
		const struct smpp_row *r = &smpp_rows[i];
		struct bytes in = bytes_of(r->text);

		t = -7;
		ROW(r, timestamp_smpp_decode(in, now, &t) == r->want);
		ROW(r, r->want == OK ? is_moment(t, r->out) : t == -7);
		for (in.n = 1; in.n < 16 && in.n < bytes_of(r->text).n; in.n++)
			ROW(r, timestamp_smpp_decode(in, now, &t) ==
				       ERR_MALFORMED);
	}
	CU_ASSERT(timestamp_smpp_decode(bytes_of("990000000000000R"),
					TIMESTAMP_LAST, &t) == ERR_RANGE);
	CU_ASSERT(timestamp_smpp_decode(bytes_of("000000000001000R"), INT64_MAX,
					&t) == ERR_RANGE);
}
static const struct date_row {
	const char *name, *text;
	enum err want;
	const char *out;
} rfc3339_rows[] = {
	{ "RFC 3339 5.8: fraction", "1985-04-12T23:20:50.52Z", OK,
	  "1985-04-12T23:20:50.520Z" },
	{ "RFC 3339 5.8: offset", "1996-12-19T16:39:57-08:00", OK,
	  "1996-12-20T00:39:57Z" },
	{ "RFC 3339 5.8: leap second", "1990-12-31T23:59:60Z", OK,
	  "1991-01-01T00:00:00Z" },
	{ "RFC 3339 5.8: leap second elsewhere", "1990-12-31T15:59:60-08:00",
	  OK, "1991-01-01T00:00:00Z" },
	{ "RFC 3339 5.8: odd offset", "1937-01-01T12:00:27.87+00:20", OK,
	  "1937-01-01T11:40:27.870Z" },
	{ "RFC 3339 5.7: no leap second at noon", "1990-12-31T12:00:60Z",
	  ERR_RANGE, NULL },
	{ "small letters", "1985-04-12t23:20:50z", OK, "1985-04-12T23:20:50Z" },
	{ "nine digits are cut", "1985-04-12T23:20:50.123456789Z", OK,
	  "1985-04-12T23:20:50.123456Z" },
	{ "RFC 3339 4.3: -00:00", "1985-04-12T23:20:50-00:00", OK,
	  "1985-04-12T23:20:50Z" },
	{ "year 0", "0000-02-29T00:00:00Z", OK, "0000-02-29T00:00:00Z" },
	{ "the last second", "9999-12-31T23:59:59.999999Z", OK,
	  "9999-12-31T23:59:59.999999Z" },
	{ "behind the last", "9999-12-31T23:59:59-00:01", ERR_RANGE, NULL },
	{ "before the first", "0000-01-01T00:00:00+00:01", ERR_RANGE, NULL },
	{ "no offset", "1985-04-12T23:20:50", ERR_MALFORMED, NULL },
	{ "a blank for T", "1985-04-12 23:20:50Z", ERR_MALFORMED, NULL },
	{ "point without digits", "1985-04-12T23:20:50.Z", ERR_MALFORMED,
	  NULL },
	{ "more behind Z", "1985-04-12T23:20:50Z ", ERR_MALFORMED, NULL },
	{ "offset without colon", "1985-04-12T23:20:50+0100", ERR_MALFORMED,
	  NULL },
	{ "offset of 24 hours", "1985-04-12T23:20:50+24:00", ERR_RANGE, NULL },
	{ "1900 was no leap year", "1900-02-29T00:00:00Z", ERR_RANGE, NULL },
	{ "2000 was", "2000-02-29T00:00:00Z", OK, "2000-02-29T00:00:00Z" },
};

static void test_rfc3339(void)
{
	size_t i;

	for (i = 0; i < sizeof rfc3339_rows / sizeof *rfc3339_rows; i++) {
		const struct date_row *r = &rfc3339_rows[i];
		struct bytes in = bytes_of(r->text);
		int64_t t = -7;

		ROW(r, timestamp_rfc3339_decode(in, &t, NULL) == r->want);
		ROW(r, r->want == OK ? is_moment(t, r->out) : t == -7);
		while (r->want == OK && in.n-- > 0)
			ROW(r, timestamp_rfc3339_decode(in, &t, NULL) ==
				       ERR_MALFORMED);
	}
}

static void test_xml(void)
{
	int64_t t = 0;
	int offset = 99;

	CU_ASSERT(timestamp_xml_decode(bytes_of("2025-11-20T21:00:00"), &t) ==
		  OK);
	CU_ASSERT(is_moment(t, "2025-11-20T21:00:00Z"));
	CU_ASSERT(timestamp_xml_decode(bytes_of("2025-11-20T21:00:00.5+02:00"),
				       &t) == OK);
	CU_ASSERT(is_moment(t, "2025-11-20T19:00:00.500Z"));
	CU_ASSERT(timestamp_xml_decode(bytes_of("2025-12-31T24:00:00"), &t) ==
		  OK);
	CU_ASSERT(is_moment(t, "2026-01-01T00:00:00Z"));
	CU_ASSERT(timestamp_xml_decode(bytes_of("2025-12-31T24:00:01"), &t) ==
		  ERR_RANGE);
	CU_ASSERT(timestamp_xml_decode(bytes_of("2025-12-31T24:00:00.1"), &t) ==
		  ERR_RANGE);
	CU_ASSERT(timestamp_xml_decode(bytes_of("9999-12-31T24:00:00"), &t) ==
		  ERR_RANGE);
	CU_ASSERT(timestamp_rfc3339_decode(bytes_of("2025-12-31T24:00:00Z"),
					   &t, NULL) == ERR_RANGE);
	CU_ASSERT(timestamp_xml_decode(bytes_of("2025-11-20"), &t) ==
		  ERR_MALFORMED);
	CU_ASSERT(
		timestamp_rfc3339_decode(bytes_of("2025-11-20T21:00:00-03:30"),
					 &t, &offset) == OK);
	CU_ASSERT(offset == -210);
}

static void test_known_moments(void)
{
	int64_t t = -1;

	CU_ASSERT(timestamp_rfc3339_decode(bytes_of("1970-01-01T00:00:00Z"), &t,
					   NULL) == OK &&
		  t == 0);
	CU_ASSERT(timestamp_rfc3339_decode(bytes_of("2001-09-09T01:46:40Z"), &t,
					   NULL) == OK &&
		  t == 1000000000 * S);
	CU_ASSERT(timestamp_rfc3339_decode(bytes_of("1969-12-31T23:59:59.9Z"),
					   &t, NULL) == OK &&
		  t == -100000);
	CU_ASSERT(is_moment(TIMESTAMP_FIRST, "0000-01-01T00:00:00Z"));
	CU_ASSERT(is_moment(TIMESTAMP_LAST, "9999-12-31T23:59:59.999999Z"));
}

/* Every day of all years: the parts and back, each the day after the last. */
static void test_every_day(void)
{
	struct timestamp_civil c = { 0 }, was = { .year = -1 };
	int64_t t, again, days = 0;
	bool good = true;

	for (t = TIMESTAMP_FIRST; t <= TIMESTAMP_LAST && good;
	     t += 86400 * S, days++) {
		good = timestamp_to_civil(t, &c) == OK && c.hour == 0 &&
		       timestamp_from_civil(&c, &again) == OK && again == t;
		good = good &&
		       (c.day == was.day + 1 || (c.day == 1 && was.day != 1));
		was = c;
	}
	CU_ASSERT(good && days == 3652425);
}

static void test_encode(void)
{
	struct buf b = BUF_INIT(64);
	int64_t t = 0, again = 0;

	CU_ASSERT(timestamp_rfc3339_decode(bytes_of("2025-11-20T21:00:00.9Z"),
					   &t, NULL) == OK);
	CU_ASSERT(timestamp_smpp_encode(t, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "251120210000000+"));
	CU_ASSERT(timestamp_smpp_decode(buf_bytes(&b), 0, &again) == OK &&
		  again == t - 900000);
	buf_reset(&b);
	CU_ASSERT(timestamp_smpp_relative(3 * 86400 + 3661, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "000003010101000R"));
	CU_ASSERT(timestamp_smpp_decode(buf_bytes(&b), t, &again) == OK &&
		  again == t + (3 * 86400 + 3661) * S);
	buf_reset(&b);
	CU_ASSERT(timestamp_rfc3339_encode(t, -210, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "2025-11-20T17:30:00.900-03:30"));
	buf_clear(&b);
}

static void test_encode_bounds(void)
{
	struct buf b = BUF_INIT(64);

	CU_ASSERT(timestamp_smpp_encode(0, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_smpp_encode(INT64_MAX, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_smpp_encode(INT64_MIN, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_smpp_relative(100 * 86400, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_smpp_relative(UINT64_MAX, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_rfc3339_encode(0, 1440, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_rfc3339_encode(0, INT32_MIN, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_rfc3339_encode(TIMESTAMP_LAST, 1, &b) == ERR_RANGE);
	CU_ASSERT(timestamp_rfc3339_encode(INT64_MAX, 0, &b) == ERR_RANGE);
	CU_ASSERT(b.n == 0);
	b.limit = 5;
	CU_ASSERT(timestamp_rfc3339_encode(0, 0, &b) == ERR_TOOBIG);
	buf_clear(&b);
	b.limit = 64;
	mem_fail_at(1);
	CU_ASSERT(timestamp_smpp_encode(1000000000 * S, &b) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "SMPP times", test_smpp },
	{ "RFC 3339", test_rfc3339 },
	{ "xs:dateTime", test_xml },
	{ "known moments", test_known_moments },
	{ "every day", test_every_day },
	{ "writing", test_encode },
	{ "bounds of writing", test_encode_bounds },
	{ NULL, NULL }
};

CHECK_MAIN("timestamp", tests)
