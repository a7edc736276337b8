/*
 * adapters/child_inside.h - what child.c, child_frames.c and uplink.c share,
 * and nobody else.
 */
#ifndef ADAPTERS_CHILD_INSIDE_H
#define ADAPTERS_CHILD_INSIDE_H

#include "adapters/child.h"
#include "gateway/link.h"
#include "gateway/oplog.h"

struct uplink {
	const struct adapter *adapter;
	void *self;		/* what open() made; NULL before          */
	const struct clock *clock;
	struct loop *loop;
	struct link *link;
	struct oplog *oplog;
	struct arena *arena;	/* of the frame that is being handled     */
	struct settings *current, *prepared;
	bool opened, draining, drained;
	bool engine_slow, link_high, told_slow;
	bool failed;		/* the exit status is not 0               */
};

/** Ends the loop; the program then ends as failed, which is logged. */
void child_fail(struct uplink *up, const char *what, enum err e);

/** Begins to drain, once. */
void child_drain(struct uplink *up);

/** Tells the adapter when either the engine or the link is too slow now. */
void child_tell_slow(struct uplink *up);

/** Acts on one frame of the engine; `fd` is closed. */
void child_frame(struct uplink *up, const struct frame *f, int fd);

#endif
