/* policy/admit.h - may this be submitted, now? */
#ifndef POLICY_ADMIT_H
#define POLICY_ADMIT_H

#include <stddef.h>

#include "policy/facts.h"

struct admit_facts {
	size_t recipients, recipients_most;
	uint64_t expires_us;	/* 0: no end of its own                       */
	uint64_t now_us;
	bool disk_short, stopping;
};

struct admit_verdict {
	bool yes;
	/* Else: OUTCOME_NEVER or OUTCOME_LATER, and why. */
	enum outcome_class class;
	enum delivery_state state;
	uint32_t retry_after_ms;
	const char *reason, *clause;
};

/** What is wrong for good is said before what is wrong for now. */
void admit_decide(const struct admit_facts *f, struct admit_verdict *out);

#endif
