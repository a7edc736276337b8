#include "gateway/clock.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static uint64_t now(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) != 0)
		abort();
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t wall(void *arg)
{
	(void)arg;
	return now(CLOCK_REALTIME);
}

static uint64_t monotonic(void *arg)
{
	(void)arg;
	return now(CLOCK_MONOTONIC);
}

/* Up to 256 octets come whole and without a signal's interruption. */
static uint64_t random_bits(void *arg)
{
	uint64_t v;

	(void)arg;
	if (getrandom(&v, sizeof v, 0) != sizeof v)
		abort();
	return v;
}

static const struct clock machine = { wall, monotonic, random_bits, NULL };

const struct clock *clock_system(void)
{
	return &machine;
}
