/*
 * gateway/children.h - the engine's side of the adapter programs: starts
 * them, speaks with them over a link, starts them again when they end, and
 * stops them.
 *
 * One that ends unasked is started again at once, then after 0.1 s, doubling
 * to 5 s; a life of a minute begins that anew. After five ends within a
 * minute it rests 30 s, with an alarm in the log.
 */
#ifndef GATEWAY_CHILDREN_H
#define GATEWAY_CHILDREN_H

#include "gateway/adapter.h"
#include "gateway/link.h"
#include "gateway/oplog.h"

struct children;
struct child;			/* one program, over all its lives */

struct children_events {
	/* It said who it is; frames may be sent and will come. */
	void (*up)(void *arg, struct child *c, const struct hello *h);
	/* Of one that is up. The descriptor is the callee's, or -1. */
	void (*frame)(void *arg, struct child *c, const struct frame *f,
		      int fd);
	/* Its link is slow to take output (LINK_HIGH), or no more. */
	void (*high)(void *arg, struct child *c, bool high);
	/* It has ended, all its frames have been given, and the link is gone.
	 * `was_up`: up() had been called. It starts again in `again_us`;
	 * UINT64_MAX: never, it was stopped, and `c` is gone when this
	 * returns. */
	void (*down)(void *arg, struct child *c, bool was_up,
		     uint64_t again_us);
	/* After children_stop(): the last one has ended. */
	void (*stopped)(void *arg);
};

/* All outlive the children. */
struct children_options {
	struct loop *loop;
	struct oplog *oplog;
	const char *programs;	/* directory of cpmgw-NAME                    */
	const char *run;	/* directory that gets <program>.pid; NULL    */
	uint64_t hello_us;	/* time until HELLO; 0: 10 s                  */
	uint64_t drain_us;	/* time to drain before SIGKILL; 0: 10 s      */
};

/** NULL: no memory. */
struct children *children_new(const struct children_options *o,
			      const struct children_events *events, void *arg);

/** Kills what still runs and waits for it; no events. NULL is fine. */
void children_free(struct children *all);

/**
 * Adds cpmgw-`name` and starts it in the next turn. `owner` is whatever the
 * caller wants children_owner() to give back. NULL: no memory.
 */
struct child *children_add(struct children *all, const char *name,
			   void *owner);

/** For those that are stopped from now on. */
void children_set_drain(struct children *all, uint64_t drain_us);

/** Drains and stops one for good: down() comes with UINT64_MAX. */
void children_remove(struct child *c);

/** The same with all. */
void children_stop(struct children *all);

/** Ends it without draining (SIGKILL), to be started again: it does not
 *  answer, or speaks what nobody understands. `why` goes into the log. */
void children_kill(struct child *c, const char *why);

const char *children_name(const struct child *c);
void *children_owner(const struct child *c);

/** Where to send; NULL unless it is up. */
struct link *children_link(const struct child *c);

/** 0 while it does not run. */
uint64_t children_pid(const struct child *c);

/** Ends that nobody asked for, since it was added. */
uint64_t children_crashes(const struct child *c);

/** The next after `c`, the first after NULL; NULL at the end. */
struct child *children_next(const struct children *all, const struct child *c);

#endif
