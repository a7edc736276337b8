/* Token buckets and daily quotas, against counting by hand. */
#include "policy/rate.h"
#include "tests/check.h"

#define SECOND UINT64_C(1000000)
#define HOUR   (3600 * SECOND)

/* How many of `tries` at once pass. */
static unsigned passes(const struct rate_rule *rule, struct rate *r,
		       uint64_t now_us, unsigned tries)
{
	unsigned n = 0;

	while (tries-- > 0)
		n += rate_pass(rule, r, now_us);
	return n;
}

static const struct row {
	const char *name;
	struct rate_rule rule;
	unsigned first;		/* at once at the start                       */
	uint64_t wait_us;	/* for the next one                           */
	unsigned second;	/* and a second after that                    */
} rows[] = {
	{ "no limit", { 0, 0 }, 100, 0, 100 },
	{ "no limit, whatever the burst", { 0, 5 }, 100, 0, 100 },
	{ "ten a second", { 10, 0 }, 10, 100000, 10 },
	{ "ten a second, evenly", { 10, 1 }, 1, 100000, 1 },
	{ "one a second, twenty at once", { 1, 20 }, 20, 1000000, 1 },
	{ "a part of a microsecond is lent", { 3, 1 }, 1, 333333, 1 },
	{ "the greatest", { RATE_MOST, 1 }, 1, 1, 1 },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct rate rate = { 0 };
		uint64_t t = 1700000000 * SECOND;

		ROW(r, rate_full(&r->rule, &rate, t));
		ROW(r, passes(&r->rule, &rate, t, 100) == r->first);
		ROW(r, rate_wait_us(&r->rule, &rate, t) == r->wait_us);
		if (r->wait_us == 0)
			continue;
		ROW(r, !rate_full(&r->rule, &rate, t));
		ROW(r, !rate_pass(&r->rule, &rate, t + r->wait_us - 1));
		ROW(r, rate_wait_us(&r->rule, &rate, t + r->wait_us) == 0);
		ROW(r, passes(&r->rule, &rate, t + SECOND, 100) == r->second);
	}
}

/* A rate that does not divide a second, asked at times that divide nothing. */
static void test_no_drift(void)
{
	const struct rate_rule rule = { 7, 3 };
	struct rate r = { 0 };
	uint64_t t = 1700000000 * SECOND, end = t + 30 * HOUR, passed = 0;

	for (; t <= end; t += 46657)
		passed += rate_pass(&rule, &r, t);
	/* Three at the start, then seven a second; the last step may be one
	 * try behind. */
	CU_ASSERT(passed <= 3 + 7 * 30 * 3600);
	CU_ASSERT(passed >= 3 + 7 * 30 * 3600 - 1);
}

/* A bucket that is asked at every microsecond passes at exact times. */
static void test_every_microsecond(void)
{
	const struct rate_rule rule = { 30000, 1 };
	struct rate r = { 0 };
	uint64_t t = 5, passed = 0;

	for (; t < 5 + SECOND; t++)
		passed += rate_pass(&rule, &r, t);
	CU_ASSERT(passed == 30000);
}

static void test_clock_goes_back(void)
{
	const struct rate_rule rule = { 10, 0 };
	struct rate r = { 0 };
	uint64_t t = 1000 * SECOND;

	CU_ASSERT(passes(&rule, &r, t, 10) == 10);
	CU_ASSERT(passes(&rule, &r, t - 500 * SECOND, 10) == 0);
	CU_ASSERT(rate_wait_us(&rule, &r, t - SECOND) == SECOND + 100000);
	CU_ASSERT(passes(&rule, &r, t, 10) == 0);
	CU_ASSERT(passes(&rule, &r, t + SECOND, 20) == 10);
}

/* Ages of rest fill the bucket, and no further. */
static void test_long_rest(void)
{
	const struct rate_rule rule = { RATE_MOST, RATE_MOST };
	struct rate r = { 0 };

	CU_ASSERT(passes(&rule, &r, 1, RATE_MOST + 5) == RATE_MOST);
	CU_ASSERT(rate_full(&rule, &r, UINT64_MAX));
	CU_ASSERT(passes(&rule, &r, UINT64_MAX, RATE_MOST + 5) == RATE_MOST);
}

/* An operator changes the rule while it runs. */
static void test_new_rule(void)
{
	const struct rate_rule before = { 100, 0 }, less = { 10, 0 };
	struct rate r = { 0 };
	uint64_t t = 1000 * SECOND;

	CU_ASSERT(passes(&before, &r, t, 200) == 100);
	CU_ASSERT(passes(&less, &r, t, 200) == 0);
	CU_ASSERT(rate_wait_us(&less, &r, t) == 91 * SECOND / 10);
	CU_ASSERT(passes(&before, &r, t + SECOND, 200) == 100);
}

static void test_quota(void)
{
	const struct quota_rule rule = { .per_day = 3 };
	struct quota q = { 0 };
	uint64_t noon = 20000 * RATE_DAY_US + 12 * HOUR;

	CU_ASSERT(quota_left(&rule, &q, noon) == 3);
	CU_ASSERT(quota_pass(&rule, &q, 2, noon));
	CU_ASSERT(!quota_pass(&rule, &q, 2, noon));
	CU_ASSERT(quota_left(&rule, &q, noon) == 1);
	CU_ASSERT(quota_pass(&rule, &q, 1, noon + HOUR));
	CU_ASSERT(!quota_pass(&rule, &q, 1, noon + 12 * HOUR - 1));
	CU_ASSERT(quota_wait_us(&rule, noon + 12 * HOUR - 1) == 1);
	CU_ASSERT(quota_wait_us(&rule, noon + 12 * HOUR) == RATE_DAY_US);
	CU_ASSERT(quota_pass(&rule, &q, 3, noon + 12 * HOUR));
	CU_ASSERT(q.used == 3 && !quota_pass(&rule, &q, 1, noon + 13 * HOUR));
}

/* Days of an account in the east begin earlier, in the west later. */
static void test_quota_zones(void)
{
	const struct quota_rule east = { .per_day = 1, .east_s = 2 * 3600 };
	const struct quota_rule west = { .per_day = 1, .east_s = -5 * 3600 };
	const struct quota_rule none = { 0 };
	uint64_t midnight = 20000 * RATE_DAY_US;
	struct quota q = { 0 };

	CU_ASSERT(quota_pass(&east, &q, 1, midnight - 3 * HOUR));
	CU_ASSERT(quota_wait_us(&east, midnight - 3 * HOUR) == HOUR);
	CU_ASSERT(quota_pass(&east, &q, 1, midnight - 2 * HOUR));
	CU_ASSERT(!quota_pass(&east, &q, 1, midnight));
	q = (struct quota){ 0 };
	CU_ASSERT(quota_pass(&west, &q, 1, midnight));
	CU_ASSERT(quota_wait_us(&west, midnight) == 5 * HOUR);
	CU_ASSERT(!quota_pass(&west, &q, 1, midnight + 5 * HOUR - 1));
	CU_ASSERT(quota_pass(&west, &q, 1, midnight + 5 * HOUR));
	CU_ASSERT(quota_left(&none, &q, midnight) == UINT64_MAX);
	CU_ASSERT(quota_pass(&none, &q, UINT64_MAX / 4, midnight));
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "no drift", test_no_drift },
	{ "every microsecond", test_every_microsecond },
	{ "a clock that goes back", test_clock_goes_back },
	{ "a long rest", test_long_rest },
	{ "a new rule", test_new_rule },
	{ "quota", test_quota },
	{ "quota elsewhere", test_quota_zones },
	{ NULL, NULL }
};

CHECK_MAIN("rate", tests)
