#include "policy/retry.h"

uint64_t retry_delay_us(const struct retry_rule *r, unsigned attempt,
			uint64_t far_wish_us, uint64_t random)
{
	uint64_t delay = r->first_us;
	uint64_t spread;

	while (attempt > 1 && delay < r->most_us) {
		delay *= 2;
		attempt--;
	}
	if (delay > r->most_us)
		delay = r->most_us;
	spread = delay / 100 * r->jitter_percent;
	if (spread > 0)
		delay = delay - spread + random % (2 * spread + 1);
	return delay > far_wish_us ? delay : far_wish_us;
}
