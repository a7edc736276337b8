#include "policy/rate.h"

#define ONE 1000000u		/* millionths of one message                  */

/*
 * What may be missing after one has passed. The clock knows no parts of a
 * microsecond: what one brings less than its end is lent, so that rates which
 * do not divide a second are kept on average, too.
 */
static uint64_t most(const struct rate_rule *rule)
{
	uint64_t burst = rule->burst == 0 ? rule->per_second : rule->burst;

	return burst * ONE + rule->per_second - 1;
}

/* What is missing now; per_second is also millionths a microsecond. */
static uint64_t missing(const struct rate_rule *rule, const struct rate *r,
			uint64_t now_us)
{
	uint64_t passed = now_us > r->at_us ? now_us - r->at_us : 0;

	if (passed >= r->missing / rule->per_second + 1)
		return 0;
	passed *= rule->per_second;
	return passed < r->missing ? r->missing - passed : 0;
}

bool rate_pass(const struct rate_rule *rule, struct rate *r, uint64_t now_us)
{
	uint64_t now;

	if (rule->per_second == 0)
		return true;
	now = missing(rule, r, now_us);
	if (now + ONE > most(rule))
		return false;
	r->missing = now + ONE;
	if (r->at_us < now_us)
		r->at_us = now_us;
	return true;
}

uint64_t rate_wait_us(const struct rate_rule *rule, const struct rate *r,
		      uint64_t now_us)
{
	uint64_t over;

	if (rule->per_second == 0)
		return 0;
	over = missing(rule, r, now_us) + ONE;
	if (over <= most(rule))
		return 0;
	over -= most(rule);
	over = (over + rule->per_second - 1) / rule->per_second;
	return now_us < r->at_us ? over + (r->at_us - now_us) : over;
}

bool rate_full(const struct rate_rule *rule, const struct rate *r,
	       uint64_t now_us)
{
	return rule->per_second == 0 || missing(rule, r, now_us) == 0;
}

static uint64_t local_us(const struct quota_rule *rule, uint64_t now_us)
{
	return now_us + (uint64_t)((int64_t)rule->east_s * ONE);
}

uint64_t quota_left(const struct quota_rule *rule, const struct quota *q,
		    uint64_t now_us)
{
	uint64_t day = local_us(rule, now_us) / RATE_DAY_US;

	if (rule->per_day == 0)
		return UINT64_MAX;
	if (q->day != day)
		return rule->per_day;
	return q->used < rule->per_day ? rule->per_day - q->used : 0;
}

bool quota_pass(const struct quota_rule *rule, struct quota *q, uint64_t n,
		uint64_t now_us)
{
	uint64_t day = local_us(rule, now_us) / RATE_DAY_US;

	if (n > quota_left(rule, q, now_us))
		return false;
	if (q->day != day)
		*q = (struct quota){ .day = day };
	q->used += n;
	return true;
}

uint64_t quota_wait_us(const struct quota_rule *rule, uint64_t now_us)
{
	return RATE_DAY_US - local_us(rule, now_us) % RATE_DAY_US;
}
