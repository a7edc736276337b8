/*
 * policy/rate.h - how many may pass: a token bucket for messages a second, a
 * quota for messages a day. Time is an argument, everything is a whole
 * number: however long it runs, nothing is lost and nothing is won.
 */
#ifndef POLICY_RATE_H
#define POLICY_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_MOST	1000000	/* messages a second, and of a burst         */
#define RATE_DAY_US	UINT64_C(86400000000)

struct rate_rule {
	uint32_t per_second;	/* 0: no limit; at most RATE_MOST            */
	uint32_t burst;		/* at once after a pause; 0: as per_second   */
};

/* A zeroed one is full. It may be kept when the rule changes. */
struct rate {
	uint64_t missing;	/* millionths of a message up to full        */
	uint64_t at_us;		/* when that was so                          */
};

/**
 * May one pass at `now_us`? If so, it has. Never more than `burst` at once,
 * nor than burst + per_second * t in any time t, to the microsecond. A clock
 * that goes back gives nothing.
 */
bool rate_pass(const struct rate_rule *rule, struct rate *r, uint64_t now_us);

/** Microseconds until rate_pass() says yes; 0: now. Changes nothing. */
uint64_t rate_wait_us(const struct rate_rule *rule, const struct rate *r,
		      uint64_t now_us);

/** Full again: forgetting it changes nothing. */
bool rate_full(const struct rate_rule *rule, const struct rate *r,
	       uint64_t now_us);

struct quota_rule {
	uint64_t per_day;	/* 0: no limit                               */
	int32_t east_s;		/* the day begins so much before it does in  */
};				/* UTC: -86400 < east_s < 86400              */

/* A zeroed one has used nothing. */
struct quota {
	uint64_t day, used;	/* day: since 1970, where the account is     */
};

/** May `n` more pass on the day of `now_us` (wall, since 1970)? All or none. */
bool quota_pass(const struct quota_rule *rule, struct quota *q, uint64_t n,
		uint64_t now_us);

/** What is left of that day's quota; UINT64_MAX: there is no limit. */
uint64_t quota_left(const struct quota_rule *rule, const struct quota *q,
		    uint64_t now_us);

/** Microseconds until the next day begins: more than 0. */
uint64_t quota_wait_us(const struct quota_rule *rule, uint64_t now_us);

#endif
