/* gateway/timers.h - the heap of timers behind both event loops. */
#ifndef GATEWAY_TIMERS_H
#define GATEWAY_TIMERS_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/loop.h"

struct timers {
	struct loop_timer **heap;	/* the earliest is first */
	size_t n, capacity;
};

/** Frees the heap; timers still set in it are forgotten. */
void timers_clear_all(struct timers *t);

/** Sets or moves one, t->due_us and the rest filled in by the caller. */
enum err timers_set(struct timers *t, struct loop_timer *timer) CHECKED;
void timers_clear(struct timers *t, struct loop_timer *timer);

/** The time of the earliest; false when none is set. */
bool timers_next(const struct timers *t, uint64_t *due_us);

/**
 * Calls those that are due at `now_us`, earliest first, each unset before its
 * call. What they set for at once waits for the next run. True: one was due.
 */
bool timers_run(struct timers *t, uint64_t now_us);

#endif
