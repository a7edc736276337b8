/*
 * adapters/smpp/outbox.h - legs towards one peer, over as many connections
 * as it has: those that wait in a queue, those that are in the windows. Each
 * leg's outcome goes up exactly once.
 */
#ifndef ADAPTERS_SMPP_OUTBOX_H
#define ADAPTERS_SMPP_OUTBOX_H

#include "adapters/smpp/job.h"
#include "adapters/smpp/session.h"

struct peer;

struct outbox {
	struct peer *peer;
	struct session **sessions;	/* that take requests of ours        */
	unsigned n_sessions, capacity, turn;
	struct job *first, **last;	/* with something to send            */
	/* Outstanding requests allowed: halved when the far side says that
	 * it is too much, and grown again, one for each full window. */
	unsigned allowed, grown;
	uint64_t halved_us;
	struct rate rate;		/* against the manner's throughput   */
	struct loop_timer rest;		/* until it allows one more          */
};

void outbox_init(struct outbox *o, struct peer *peer);
/** Gives what is left the outcome LINK. */
void outbox_clear(struct outbox *o);

/** A connection that legs may be sent over. ERR_NOMEM. */
enum err outbox_add(struct outbox *o, struct session *s) CHECKED;
/** It takes no more; what it has asked is still to be answered. */
void outbox_remove(struct outbox *o, struct session *s);

/** Takes a leg; its outcome may go up at once. */
void outbox_leg(struct outbox *o, const struct leg *leg);
/** A connection of it has more room, by requests of others. */
void outbox_work(struct outbox *o);
/** A leg that waits is not to be sent. False: it does not wait here. */
bool outbox_cancel(struct outbox *o, uint64_t token);

/* For the events of the sessions: `item` is one of the outbox's. */
void outbox_response(struct outbox *o, const struct window_item *item,
		     const struct smpp_pdu *p);
void outbox_lost(struct outbox *o, const struct window_item *item,
		 enum session_loss how);

/** All windows together, and what of them is in use. */
unsigned outbox_window(const struct outbox *o);
unsigned outbox_used(const struct outbox *o);

#endif
