/*
 * adapters/sip/targets.h - one MESSAGE at a time to each target: the
 * next one goes when the one before has its final answer (RFC 3428 8).
 */
#ifndef ADAPTERS_SIP_TARGETS_H
#define ADAPTERS_SIP_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

struct target;

/* Inside what is to be sent; zeroed before its first use. */
struct target_item {
	struct target_item *next;
	struct target *target;	/* NULL: in none                             */
	void (*start)(struct target_item *item);	/* its turn          */
	void (*gone)(struct target_item *item);	/* no turn will come         */
};

/* Inside what is sent to; zeroed. */
struct target {
	struct target_item *active, *first, *last;
	size_t waiting;
	bool running;
};

/** Calls item->start(), now or in its turn. */
void target_add(struct target *t, struct target_item *item);

/** The item needs the target no more, whether it had its turn or not. */
void target_done(struct target_item *item);

/** No target any more: waiting items are gone(), the active one is left. */
void target_close(struct target *t);

#endif
