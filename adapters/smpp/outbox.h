/*
 * adapters/smpp/outbox.h - legs towards one peer, over as many connections
 * as it has: those that wait in a queue, those that are in the windows. Each
 * leg's outcome goes up exactly once.
 */
#ifndef ADAPTERS_SMPP_OUTBOX_H
#define ADAPTERS_SMPP_OUTBOX_H

#include "adapters/smpp/job.h"
#include "adapters/smpp/session.h"
#include "adapters/smpp/throttle.h"

struct peer;

/* A connection that takes requests of ours. Its window opens slowly, twice as
 * wide after each of it has been answered: RFC 5681 3.1 does so, too. */
struct outbox_way {
	struct session *session;
	unsigned allowed, answered;
};

/* A request that was given up, whose answer may still come. */
struct outbox_lost {
	const struct session *session;	/* NULL: none                        */
	uint32_t sequence;
	uint64_t story;
	uint64_t sent_us;
};

#define OUTBOX_LOST 256			/* of the last ones are remembered   */

struct outbox {
	struct peer *peer;
	struct outbox_way *ways;
	unsigned n_sessions, capacity, turn;
	struct job *first, **last;	/* with something to send            */
	unsigned n_queued;
	bool finishing;			/* takes no more                     */
	bool pausing;			/* as its peer was told              */
	struct throttle throttle;
	struct rate rate;		/* against the manner's throughput   */
	struct loop_timer rest;		/* until they allow one more         */
	struct outbox_lost *lost;	/* OUTBOX_LOST, a ring; NULL: none   */
	unsigned lost_at;
	uint64_t late;			/* answers after their time-out      */
};

void outbox_init(struct outbox *o, struct peer *peer);
/** Gives what is left the outcome LINK. */
void outbox_clear(struct outbox *o);

/** A connection that legs may be sent over. ERR_NOMEM. */
enum err outbox_add(struct outbox *o, struct session *s) CHECKED;
/** It takes no more; what it has asked is still to be answered. */
void outbox_remove(struct outbox *o, struct session *s);
/** Its late answers will not come any more. */
void outbox_forget(struct outbox *o, const struct session *s);

/** Takes no more legs; when all are answered its peer is stopped: maybe at
 *  once. outbox_go_on() takes them again. */
void outbox_finish(struct outbox *o);
void outbox_go_on(struct outbox *o);

/** Takes a leg; its outcome may go up at once. */
void outbox_leg(struct outbox *o, const struct leg *leg);
/** A connection of it has more room, by requests of others. */
void outbox_work(struct outbox *o);
/** A leg that waits is not to be sent. False: it does not wait here. */
bool outbox_cancel(struct outbox *o, uint64_t token);

/* For the events of the sessions: `item` is one of the outbox's. */
void outbox_response(struct outbox *o, const struct session *s,
		     const struct window_item *item, const struct smpp_pdu *p);
void outbox_missed(struct outbox *o, const struct session *s,
		   const struct window_item *item, enum session_loss how);
/** A response that answers nothing that waits: it may come too late. */
void outbox_late(struct outbox *o, const struct session *s,
		 const struct smpp_pdu *p);

/** What that connection may have unanswered now; 0: it is not in use. */
unsigned outbox_allows(const struct outbox *o, const struct session *s);

/** The far side wants nothing for a while; its peer was told so, and will be
 *  told when it is over. */
bool outbox_pauses(const struct outbox *o);
/** How many legs it wants at most. */
unsigned outbox_wants(const struct outbox *o);

/** All windows together, and what of them is in use. */
unsigned outbox_window(const struct outbox *o);
unsigned outbox_used(const struct outbox *o);

#endif
