/*
 * gateway/loop.h - one event loop on one thread: descriptors and timers.
 * loop.c is epoll; loop_su.c puts it inside sofia's su_root.
 */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include "codecs/err.h"
#include "gateway/clock.h"

struct loop;

enum loop_event { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 };

/* Called with the events that are there now; level-triggered. */
typedef void loop_ready(void *arg, int fd, unsigned events);
typedef void loop_due(void *arg);

/* A one-shot timer, inside what it belongs to; zeroed before its first use. */
struct loop_timer {
	uint64_t due_us;	/* monotonic                             */
	size_t slot;		/* place in the heap + 1; 0: not set     */
	loop_due *due;
	void *arg;
};

/** NULL: no memory or no descriptors. `clock` outlives the loop. */
struct loop *loop_new(const struct clock *clock);
void loop_free(struct loop *l);

/**
 * Watches `fd` for `events` (LOOP_READ | LOOP_WRITE); hang-ups always: the
 * callback must then unwatch it, they stay. ERR_EXISTS, ERR_NOMEM, ERR_IO.
 */
enum err loop_watch(struct loop *l, int fd, unsigned events, loop_ready *ready,
		    void *arg) CHECKED;
/** Other events for an fd that is watched. */
enum err loop_rewatch(struct loop *l, int fd, unsigned events) CHECKED;
/** Before close(fd). No call for it comes afterwards, not even in this turn. */
void loop_unwatch(struct loop *l, int fd);

/** Sets or moves it to `in_us` from now. O(log n). Not before the next turn's
 *  timers when a timer's callback sets it. ERR_NOMEM: it is not set. */
enum err loop_set_timer(struct loop *l, struct loop_timer *t, uint64_t in_us,
			loop_due *due, void *arg) CHECKED;
/** Unset is fine. */
void loop_clear_timer(struct loop *l, struct loop_timer *t);

/**
 * Called once at the end of every turn that did something: where output that
 * was gathered is written. One per loop.
 */
void loop_after_turn(struct loop *l, loop_due *flush, void *arg);

/** Turns until loop_end(). */
enum err loop_run(struct loop *l) CHECKED;
void loop_end(struct loop *l);

/** Microseconds since some start (monotonic: of timers); since 1970 (wall). */
uint64_t loop_now_us(const struct loop *l);
uint64_t loop_wall_us(const struct loop *l);

#endif
