#include "policy/admit.h"

#define RETRY_AFTER_MS 5000

static void never(struct admit_verdict *v, enum delivery_state s,
		  const char *reason)
{
	v->yes = false;
	v->class = OUTCOME_NEVER;
	v->state = s;
	v->reason = reason;
}

static void later(struct admit_verdict *v, const char *reason,
		  const char *clause)
{
	v->yes = false;
	v->class = OUTCOME_LATER;
	v->retry_after_ms = RETRY_AFTER_MS;
	v->reason = reason;
	v->clause = clause;
}

void admit_decide(const struct admit_facts *f, struct admit_verdict *out)
{
	*out = (struct admit_verdict){ .yes = true };
	if (f->recipients == 0)
		never(out, STATE_REJECTED, "no recipient");
	else if (f->recipients > f->recipients_most)
		never(out, STATE_REJECTED, "too many recipients");
	else if (f->expires_us != 0 && f->expires_us <= f->now_us)
		never(out, STATE_EXPIRED, "it has expired already");
	else if (f->stopping)
		later(out, "the gateway is stopping", NULL);
	else if (f->disk_short)
		later(out, "the disk is nearly full", "minimum-free");
}
