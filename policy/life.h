/* policy/life.h - until when a message is kept and tried. */
#ifndef POLICY_LIFE_H
#define POLICY_LIFE_H

#include "policy/facts.h"

struct life_rule {
	uint64_t usual_us;	/* when its sender says nothing               */
	uint64_t most_us;	/* whatever its sender says                   */
};

struct life_facts {
	uint64_t now_us;
	uint64_t earliest_us;	/* its schedule; 0: at once                   */
	uint64_t own_us;	/* its sender's end of it; 0: none            */
};

struct life_verdict {
	uint64_t ends_us;
	bool cut;		/* its sender wished for more                 */
};

/**
 * A life begins at the schedule; the sender's own end counts, up to the most
 * from there. A schedule is at most `most_us` away: adapters refuse others.
 */
void life_decide(const struct life_rule *r, const struct life_facts *f,
		 struct life_verdict *out);

#endif
