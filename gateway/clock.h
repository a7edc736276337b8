/*
 * gateway/clock.h - time and randomness as arguments, so that tests and the
 * simulation own them.
 */
#ifndef GATEWAY_CLOCK_H
#define GATEWAY_CLOCK_H

#include <stdint.h>

struct clock {
	uint64_t (*wall_us)(void *arg);		/* since 1970 UTC        */
	uint64_t (*monotonic_us)(void *arg);	/* never steps back      */
	uint64_t (*random)(void *arg);		/* 64 bits, unguessable  */
	void *arg;
};

/** The machine's own. */
const struct clock *clock_system(void);

#endif
