#include "policy/life.h"

void life_decide(const struct life_rule *r, const struct life_facts *f,
		 struct life_verdict *out)
{
	uint64_t start = f->now_us, latest;

	if (f->earliest_us > start)
		start = f->earliest_us;
	if (start > f->now_us + r->most_us)
		start = f->now_us + r->most_us;
	latest = start + r->most_us;
	out->cut = f->own_us > latest;
	out->ends_us = f->own_us == 0 ? start + r->usual_us
		       : out->cut     ? latest
				      : f->own_us;
}
