/*
 * gateway/lane.h - one queue per destination: (technology, peer). A lane
 * holds a window of ready legs in memory and knows that more are on disk;
 * nothing here does I/O.
 *
 * Inside a lane, accounts and priorities are flows that take turns (weighted
 * round robin), so nobody waits behind another's million. Where the technology
 * wants one pending message per recipient (RFC 3428 8), legs that meet a
 * busy recipient queue behind it: struct target.
 */
#ifndef GATEWAY_LANE_H
#define GATEWAY_LANE_H

#include "codecs/table.h"
#include "gateway/live.h"

#define FLOW_LOADED_MAX	 512	/* ready legs of one flow in memory           */
#define FLOW_REFILL_AT	 128	/* fewer: fetch                               */
#define LANE_DEVICES	 "cpm"	/* peer name of the users' own devices        */
#define LANE_ALERTS	 "alerts"	/* no peer has it: see alert.c        */
#define TARGET_QUEUE_MAX 16	/* behind one recipient, in memory            */
#define LANE_BEHIND_MAX	 4096	/* behind all of them: more stay on disk      */

struct flow {
	struct table_node node;	/* first: in the lane's table, by number      */
	uint32_t number;
	char *name;		/* "account/priority"                         */
	unsigned weight, credit;
	struct live *head, *tail;
	size_t loaded;		/* in this queue                              */
	uint64_t after_us, after_id;	/* all up to here is loaded or done   */
	bool on_disk;		/* there may be more behind it                */
	bool listed;		/* among the lane's that may be fetched       */
	bool fetching;
	uint64_t next_us;	/* earliest one not yet due; 0: none          */
	struct flow *next;	/* all flows of the lane                      */
	struct flow *next_listed;
	struct flow *ring_next;	/* those with ready legs                      */
	bool in_ring;
	bool of_targets;	/* the lane's ready targets take turns here   */
};

struct target {
	struct table_node node;	/* first: in the lane's table, by recipient   */
	struct lane *lane;
	uint64_t recipient;
	bool pending;		/* one of his is with the adapter             */
	struct live *head, *tail;
	size_t n;
	/* Natives: behind those that are held, while these are being fetched. */
	struct live *later, *last_later;
	size_t n_later;
	bool draining;		/* held legs of his are being fetched; new    */
				/* ones go to disk until none is left         */
	bool fetching, again;
	uint64_t after_id;
	uint64_t paused_until_us;	/* 0: not paused                      */
	struct target *next_paused;
	bool ready;		/* in the lane's ready queue                  */
	struct target *next_ready;
};

/* What its adapter was told of legs that wait while it is down. */
enum lane_told { LANE_UNTOLD, LANE_NONE_WAITS, LANE_SOME_WAIT };

struct lane {
	struct table_node by_peer;	/* first: in the engine's tables      */
	struct table_node by_number;
	uint32_t number;
	char *name;		/* "sms/smsc-a"                               */
	enum technology technology;
	char *peer;
	bool by_target;
	int child;		/* the adapter that has the peer; -1: none    */
	bool up;		/* the adapter says so                        */
	bool busy;		/* likewise: others are preferred             */
	bool held;		/* the operator says so                       */
	char *held_by;		/* his name, or NULL                          */
	uint64_t held_us;
	char *stopped;		/* by the operator: name of the adapter that  */
				/* was told; NULL: it is not                  */
	bool stalled;		/* its link took nothing: until the next tick */
	/* by_target: who has held legs is being asked. Until that is known
	 * everybody may, and what is on disk for him goes first.             */
	unsigned asking;
	uint64_t ask_after;	/* those from here on, when there is room     */
	uint32_t window, outstanding;
	struct flow *flows;
	struct table flows_by_number;
	struct flow *listed;	/* with more on disk, and some without        */
	struct flow *ring;	/* last served; ring_next is next             */
	struct flow targets_flow;
	struct table targets;
	size_t behind;		/* legs in their queues                       */
	struct target *ready_head, *ready_tail;
	/* Down: its legs are offered to other links, one flow after another. */
	uint64_t divert_at_us;	/* when that begins; 0: it is not down        */
	struct flow *diverted;	/* being looked at; NULL: none                */
	uint64_t divert_us, divert_id;	/* up to here it has been             */
	bool dirty;		/* in the engine's list to be served          */
	struct lane *next_dirty, *next;
	uint64_t waiting;	/* legs on disk for it, in whatever state     */
	uint64_t sent, failed;
	/* For people. */
	char *kind, *address, *text, *tls;
	uint64_t since_us, far_sent, far_received, far_failed;
	uint32_t far_used, sent_minute, received_minute;
	uint64_t on_hold;	/* legs held or in quarantine, when last asked */
	bool known;		/* an adapter has spoken of it                */
	uint64_t life;		/* that life of it was the last               */
	enum lane_told told;	/* whether legs wait                          */
	bool dropped;		/* it is not in the configuration any more    */
};

/** NULL: no memory. `name` is "technology/peer". */
struct lane *lane_new(uint32_t number, enum technology t, const char *peer);
void lane_free(struct lane *l);

/** The flow of that number; made when absent. NULL: no memory. */
struct flow *lane_flow(struct lane *l, uint32_t number, const char *name,
		       enum priority priority);

/** There may be more legs of it on disk. */
void lane_on_disk(struct lane *l, struct flow *f);
/** Calls `each` for every flow with more on disk that is not being fetched. */
void lane_each_on_disk(struct lane *l,
		       void (*each)(void *arg, struct lane *l, struct flow *f),
		       void *arg);

/** Puts a ready leg at the end of its flow. */
void lane_push(struct lane *l, struct live *leg);
/** Puts one that came back unsent where its due time belongs. */
void lane_push_back(struct lane *l, struct live *leg);

/**
 * Takes the leg whose turn it is; NULL: none is ready. In a lane by_target it
 * has become its target's pending one. Legs that met a busy target were moved
 * behind it; those that found no room there are handed to `overflow`.
 */
struct live *lane_next(struct lane *l,
		       void (*overflow)(void *arg, struct live *leg),
		       void *arg);

/** Finds a recipient's target; NULL. */
struct target *lane_target(const struct lane *l, uint64_t recipient);
/** Finds or makes it. NULL: no memory. */
struct target *lane_target_get(struct lane *l, uint64_t recipient);
/** Puts `leg` behind what waits for that target. */
void target_push(struct target *t, struct live *leg);
/** Puts it before them: one that came back unsent. */
void target_push_front(struct target *t, struct live *leg);
/** Puts a native one behind all that is held for that target. */
void target_push_later(struct target *t, struct live *leg);
/** Nothing is held any more: those stand behind the target like others. */
void target_now(struct target *t);
/** Lets it take turns if it has something to send. */
void target_wake(struct target *t);
/** Takes the first leg that waits behind it, not later; NULL. */
struct live *target_pop(struct target *t);
/** Frees it if nothing is pending, waiting, draining or paused. */
void target_drop_if_idle(struct target *t);

/**
 * Takes `leg` out of its flow's queue or from behind its target (O(n) of that
 * queue; rare).
 */
void lane_remove(struct lane *l, struct live *leg);

#endif
