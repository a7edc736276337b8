/*
 * adapters/smpp/throttle.h - what a link does when the far side says that it
 * is too much (ESME_RTHROTTLED, ESME_RMSGQFUL): all of it pauses, one second
 * and twice as long each time that the first request after a pause is refused
 * too; then it goes on with one request and three quarters of the pace that
 * the far side took, a little faster each second. SMPP v3.4 5.1.3. No sockets;
 * time is an argument and never goes back.
 */
#ifndef ADAPTERS_SMPP_THROTTLE_H
#define ADAPTERS_SMPP_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/smpp/meter.h"
#include "policy/rate.h"

#define THROTTLE_FIRST_US UINT64_C(1000000)
#define THROTTLE_MOST_US  UINT64_C(30000000)

/* A zeroed one has never been refused. */
struct throttle {
	uint64_t since_us, until_us;	/* the last pause                    */
	bool proven;			/* something was taken since         */
	bool taking;			/* as the last answer said           */
	uint32_t pace;			/* a second; 0: no limit             */
	uint32_t peak;			/* taken in a second before it       */
	uint64_t grown_us;		/* when the pace has grown           */
	unsigned allowed, answered;	/* at once; 0: no limit              */
	struct rate rate;		/* against the pace                  */
	struct meter taken;
	uint64_t refused, paused_us;	/* since the start                   */
	uint64_t congested_us, congested;	/* the last time; how often  */
};

/** A request that was sent at `sent_us` is refused as too much. True: a new
 *  pause begins; else it was sent before the one that is known. */
bool throttle_refused(struct throttle *t, uint64_t sent_us, uint64_t now_us);

/** The same with ESME_RMSGQFUL, which may be about one recipient alone: the
 *  link pauses only if the answer before it was no better. */
bool throttle_queue_full(struct throttle *t, uint64_t sent_us, uint64_t now_us);

/** One that was sent at `sent_us` was answered in another way. */
void throttle_answered(struct throttle *t, uint64_t sent_us, uint64_t now_us);

/** An answer says that it is nearly too much: no pause, but three quarters of
 *  the pace that was taken, once in a second while it says so. */
void throttle_congested(struct throttle *t, uint64_t now_us);

/** Microseconds until one more may be sent; 0: now. */
uint64_t throttle_wait_us(struct throttle *t, uint64_t now_us);

/** One is sent. */
void throttle_sent(struct throttle *t, uint64_t now_us);

/** It pauses. */
bool throttle_pauses(const struct throttle *t, uint64_t now_us);

/** How many may be unanswered at once; UINT32_MAX: no limit. */
unsigned throttle_allows(const struct throttle *t);

#endif
