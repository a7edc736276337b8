/*
 * adapters/smpp/meter.h - how many there were in the last second, and in the
 * last minute. Time is an argument and never goes back.
 */
#ifndef ADAPTERS_SMPP_METER_H
#define ADAPTERS_SMPP_METER_H

#include <stdint.h>

#define METER_SECONDS 60

/* A zeroed one has counted nothing. */
struct meter {
	uint64_t second;	/* that runs                                 */
	uint32_t counts[METER_SECONDS + 1];	/* by second, a ring         */
};

/** One more at `now_us`. */
void meter_count(struct meter *m, uint64_t now_us);

/** In the last whole second. */
uint32_t meter_second(const struct meter *m, uint64_t now_us);
/** In the second that runs. */
uint32_t meter_running(const struct meter *m, uint64_t now_us);
/** In the second that runs and the 59 before it. */
uint32_t meter_minute(const struct meter *m, uint64_t now_us);

#endif
