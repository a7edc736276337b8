/* When a leg is tried again. */
#include "policy/retry.h"
#include "tests/check.h"

#define S UINT64_C(1000000)

static const struct row {
	const char *name;
	struct retry_rule rule;
	unsigned attempt;
	uint64_t wish_us, random, want_us;
} rows[] = {
	{ "the first wait", { 5 * S, 300 * S, 0 }, 1, 0, 0, 5 * S },
	{ "it doubles", { 5 * S, 300 * S, 0 }, 3, 0, 0, 20 * S },
	{ "to the most", { 5 * S, 300 * S, 0 }, 7, 0, 0, 300 * S },
	{ "and stays there", { 5 * S, 300 * S, 0 }, 4000000000u, 0, 0,
	  300 * S },
	{ "attempt 0 is the first", { 5 * S, 300 * S, 0 }, 0, 0, 0, 5 * S },
	{ "the far side asks for more", { 5 * S, 300 * S, 0 }, 1, 900 * S, 0,
	  900 * S },
	{ "the far side asks for less", { 5 * S, 300 * S, 0 }, 1, S, 0,
	  5 * S },
	{ "the least by jitter", { 5 * S, 300 * S, 20 }, 1, 0, 0, 4 * S },
	{ "the most by jitter", { 5 * S, 300 * S, 20 }, 1, 0, 2 * S, 6 * S },
	{ "random is any number", { 5 * S, 300 * S, 20 }, 1, 0,
	  (2 * S + 1) * 77 + S, 5 * S },
	{ "all of it is jitter", { S, S, 100 }, 1, 0, 0, 0 },
	{ "first above most", { 9 * S, 3 * S, 0 }, 2, 0, 0, 3 * S },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++)
		ROW(r, retry_delay_us(&r->rule, r->attempt, r->wish_us,
				      r->random) == r->want_us);
}

/* Whatever the random number, within the jitter of the middle. */
static void test_spread(void)
{
	struct retry_rule rule = { 1000, 8000, 30 };
	uint64_t random = 1, delay;
	unsigned i;

	for (i = 0; i < 10000; i++) {
		random = random * UINT64_C(6364136223846793005) + 1;
		delay = retry_delay_us(&rule, 2, 0, random);
		CU_ASSERT(delay >= 1400 && delay <= 2600);
	}
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "the jitter", test_spread },
	{ NULL, NULL }
};

CHECK_MAIN("retry", tests)
