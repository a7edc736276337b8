/*
 * adapters/smpp/pace.h - so many requests in one second and not one more, in
 * any second: the times of the last ones are kept, no bucket refills early.
 */
#ifndef ADAPTERS_SMPP_PACE_H
#define ADAPTERS_SMPP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "codecs/err.h"

struct pace {
	uint32_t rate;		/* a second; 0: no limit                     */
	uint32_t slots, at;
	uint64_t period_us;	/* in which `slots` may pass                 */
	uint64_t *times;	/* when they passed, a ring                  */
};

/**
 * Sets the rate; what has passed is forgotten unless the rate is the same.
 * ERR_NOMEM: the old rate stays. A zeroed struct has no limit.
 */
enum err pace_set(struct pace *p, uint32_t rate) CHECKED;
void pace_clear(struct pace *p);

/** May one pass at `now_us` (never going back)? If so, it has. */
bool pace_pass(struct pace *p, uint64_t now_us);

#endif
