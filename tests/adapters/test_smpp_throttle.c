/* What a link does when it is told that it is too much, and how it counts what
 * passes. SMPP v3.4 5.1.3. */
#include "adapters/smpp/meter.h"
#include "adapters/smpp/throttle.h"
#include "tests/check.h"

#define MS UINT64_C(1000)
#define S  UINT64_C(1000000)
#define T0 (1000 * S)

static void test_meter(void)
{
	struct meter m = { 0 };
	unsigned i;

	CU_ASSERT(meter_second(&m, 5) == 0 && meter_minute(&m, T0) == 0);
	for (i = 0; i < 10; i++)
		meter_count(&m, T0);
	CU_ASSERT(meter_running(&m, T0 + S - 1) == 10);
	CU_ASSERT(meter_second(&m, T0) == 0);
	CU_ASSERT(meter_second(&m, T0 + S) == 10);
	CU_ASSERT(meter_second(&m, T0 + 2 * S) == 0);
	meter_count(&m, T0 + 30 * S);
	CU_ASSERT(meter_minute(&m, T0 + 30 * S) == 11);
	CU_ASSERT(meter_minute(&m, T0 + 59 * S) == 11);
	CU_ASSERT(meter_minute(&m, T0 + 60 * S) == 1);
	CU_ASSERT(meter_minute(&m, T0 + 90 * S) == 0);
	meter_count(&m, T0 + 100000 * S);
	CU_ASSERT(meter_minute(&m, T0 + 100000 * S) == 1);
}

/* 1, 2, 4, 8, 16, 30, 30 seconds while each first one is refused. */
static void test_pauses_double(void)
{
	static const unsigned want_s[] = { 1, 2, 4, 8, 16, 30, 30 };
	struct throttle t = { 0 };
	uint64_t now = T0;
	size_t i;

	CU_ASSERT(throttle_wait_us(&t, now) == 0);
	CU_ASSERT(throttle_allows(&t) == UINT32_MAX);
	for (i = 0; i < sizeof want_s / sizeof *want_s; i++) {
		CU_ASSERT(throttle_refused(&t, now, now));
		CU_ASSERT(throttle_wait_us(&t, now) == want_s[i] * S);
		CU_ASSERT(throttle_allows(&t) == 1);
		/* Others of the same moment change nothing. */
		CU_ASSERT(!throttle_refused(&t, now, now + 10 * MS));
		CU_ASSERT(throttle_wait_us(&t, now + 10 * MS) ==
			  want_s[i] * S - 10 * MS);
		now += want_s[i] * S;
		CU_ASSERT(throttle_wait_us(&t, now) == 0);
		throttle_sent(&t, now);
		CU_ASSERT(throttle_wait_us(&t, now) > 0);
	}
	CU_ASSERT(t.refused == 14 && t.paused_us == 91 * S);
	/* What is taken makes the next pause short again. */
	throttle_answered(&t, now, now + MS);
	CU_ASSERT(throttle_allows(&t) == 2);
	CU_ASSERT(throttle_refused(&t, now + MS, now + 2 * MS));
	CU_ASSERT(throttle_wait_us(&t, now + 2 * MS) == S);
}

/* An answer to what was sent before the pause proves nothing. */
static void test_old_answers(void)
{
	struct throttle t = { 0 };

	CU_ASSERT(throttle_refused(&t, T0, T0));
	throttle_answered(&t, T0, T0 + MS);
	CU_ASSERT(throttle_allows(&t) == 1 && !t.proven);
	CU_ASSERT(throttle_refused(&t, T0 + S, T0 + S + MS));
	CU_ASSERT(throttle_wait_us(&t, T0 + S + MS) == 2 * S);
}

/* One queue that is full is not all of them; two in a row are. */
static void test_queue_full(void)
{
	struct throttle t = { 0 };
	unsigned i;

	for (i = 0; i < 10; i++) {
		throttle_answered(&t, T0, T0);
		CU_ASSERT(!throttle_queue_full(&t, T0, T0));
		CU_ASSERT(throttle_wait_us(&t, T0) == 0);
	}
	CU_ASSERT(throttle_queue_full(&t, T0, T0) && t.refused == 11);
	CU_ASSERT(throttle_wait_us(&t, T0) == S);
	t = (struct throttle){ 0 };
	CU_ASSERT(throttle_queue_full(&t, T0, T0));
}

/* An SMSC that takes `limit` in each second of its own clock, asked without
 * end for `seconds`: how much it took, and how often it refused. */
static void drive(unsigned limit, unsigned seconds, unsigned *taken,
		  unsigned *refused)
{
	struct throttle t = { 0 };
	uint64_t now, second = 0;
	unsigned in_second = 0;

	*taken = *refused = 0;
	for (now = T0; now < T0 + seconds * S; now += MS) {
		if (throttle_wait_us(&t, now) > 0)
			continue;
		throttle_sent(&t, now);
		if (now / S != second)
			in_second = 0;
		second = now / S;
		if (++in_second <= limit) {
			throttle_answered(&t, now, now);
			++*taken;
		} else {
			throttle_refused(&t, now, now);
			++*refused;
		}
	}
}

/* Most of what it takes is used, and hardly anything is sent in vain. */
static void test_finds_the_rate(void)
{
	static const unsigned limits[] = { 2, 5, 20, 100, 500 };
	unsigned taken, refused;
	size_t i;

	for (i = 0; i < sizeof limits / sizeof *limits; i++) {
		drive(limits[i], 120, &taken, &refused);
		CU_ASSERT(taken >= limits[i] * 120 / 2);
		CU_ASSERT(refused <= 45);
	}
}

/* When the far side takes everything again there is no limit in the end. */
static void test_recovers(void)
{
	struct throttle t = { 0 };
	uint64_t now = T0 + S;
	unsigned i;

	for (i = 0; i < 100; i++)
		throttle_answered(&t, T0, T0);
	CU_ASSERT(throttle_refused(&t, T0, T0) && t.pace == 75);
	for (i = 0; i < 60 * 1000; i++, now += MS)
		if (throttle_wait_us(&t, now) == 0) {
			throttle_sent(&t, now);
			throttle_answered(&t, now, now);
		}
	CU_ASSERT(t.pace == 0 && throttle_allows(&t) == UINT32_MAX);
	CU_ASSERT(throttle_wait_us(&t, now) == 0);
}

/* No pause, but three quarters of what was taken, once in a second; when it
 * says so no more, all of it in the end. SMPP v5.0 4.8.4.18. */
static void test_congested(void)
{
	struct throttle t = { 0 };
	uint64_t now = T0;
	unsigned i;

	for (i = 0; i < 100; i++)
		throttle_answered(&t, now, now);
	now += S;
	for (i = 0; i < 5; i++)
		throttle_congested(&t, now + i * MS);
	CU_ASSERT(t.pace == 75 && t.congested == 5 && t.refused == 0);
	CU_ASSERT(throttle_allows(&t) == UINT32_MAX);
	CU_ASSERT(!throttle_pauses(&t, now) && throttle_wait_us(&t, now) == 0);
	for (i = 0; i < 40; i++)
		throttle_answered(&t, now, now);
	now += S;
	throttle_congested(&t, now);
	CU_ASSERT(t.pace == 30);
	for (i = 0; i < 60 * 1000; i++, now += MS)
		if (throttle_wait_us(&t, now) == 0) {
			throttle_sent(&t, now);
			throttle_answered(&t, now, now);
		}
	CU_ASSERT(t.pace == 0 && throttle_wait_us(&t, now) == 0);
	/* In a pause it is known already. */
	CU_ASSERT(throttle_refused(&t, now, now));
	i = t.pace;
	throttle_congested(&t, now + MS);
	CU_ASSERT(t.pace == i && throttle_pauses(&t, now + MS));
}

static const struct check_test tests[] = {
	{ "meter", test_meter },
	{ "pauses double", test_pauses_double },
	{ "old answers", test_old_answers },
	{ "queue full", test_queue_full },
	{ "finds the rate", test_finds_the_rate },
	{ "recovers", test_recovers },
	{ "congested", test_congested },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_throttle", tests)
