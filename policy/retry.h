/* policy/retry.h - when a leg that could not be sent is tried again. */
#ifndef POLICY_RETRY_H
#define POLICY_RETRY_H

#include "policy/facts.h"

struct retry_rule {
	uint64_t first_us, most_us;	/* 1 <= first <= most                 */
	unsigned jitter_percent;	/* 0..100, added or taken away        */
};

/**
 * Microseconds to wait after attempt number `attempt` (1, 2, ...): first,
 * doubling to most, spread by the jitter; never less than what the far side
 * asked for. `random` is 64 random bits.
 */
uint64_t retry_delay_us(const struct retry_rule *r, unsigned attempt,
			uint64_t far_wish_us, uint64_t random);

#endif
