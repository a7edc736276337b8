/*
 * gateway/live.h - a leg in memory: what the engine knows of it, and `meta`,
 * the part of that which is on disk beside the message's image.
 */
#ifndef GATEWAY_LIVE_H
#define GATEWAY_LIVE_H

#include "codecs/table.h"
#include "gateway/leg.h"
#include "gateway/outcome.h"
#include "gateway/store.h"
#include "policy/route.h"

#define LIVE_ARENA_MAX	(MESSAGE_IMAGE_MAX + 65536)
#define LIVE_META_MAX	32768
#define LIVE_CRASHES	3	/* in flight at so many: quarantine           */

struct lane;
struct flow;
struct target;

/* Where an answer goes: a child of a certain life, and its own number. */
struct reply {
	unsigned child;
	uint64_t life;		/* of the child; 0: nobody waits              */
	uint64_t ref;
};

struct far {
	struct store_key key;	/* of (peer, far id), see correlate.c         */
	bool delivered;
	bool ack;		/* no segment: outcome.ack_id                 */
	struct live *leg;
	struct far *next;	/* chain of the engine's table                */
};

/* A report about a leg that came before the answer to the leg. */
#define LIVE_EARLY_MAX 4
struct early {
	struct early *next;
	enum want kind;
	enum delivery_state state;
	uint32_t far_code;
	bool absent;
	const char *error;
	uint64_t event_us;
	const char *text;	/* see struct far_report: reply               */
	uint16_t response;
	struct bytes octets;	/* of all of it                               */
	struct reply reply;
};

/* Another one that waits for the same answer: its key was the same. */
struct waiter {
	struct waiter *next;
	struct reply reply;
};

enum live_place {
	LIVE_NOWHERE,		/* just made, or with the commit thread       */
	LIVE_FLOW,		/* in its flow's queue                        */
	LIVE_TARGET,		/* behind another one for the same recipient  */
	LIVE_FLIGHT,		/* with an adapter                            */
	LIVE_SENT,		/* kept at hand, its report is awaited        */
	LIVE_GONE		/* its row is being removed: until that is    */
				/* done, rows read before it are not it again */
};

struct live {
	struct table_node by_id;	/* first: in the engine's table       */

	/* -- on disk, in columns ------------------------------------------ */
	uint64_t id, story;
	enum leg_state state;
	uint64_t due_us, expires_us, recipient;
	struct lane *lane;
	struct flow *flow;

	/* -- on disk, in meta --------------------------------------------- */
	struct origin origin;
	struct address from, to;
	uint32_t to_index;	/* into the message's recipients              */
	uint8_t want;
	enum priority priority;
	bool once, shared, maybe_duplicate;
	bool sought;		/* found by alert_key() of its recipient      */
	struct route_way ways[ROUTE_WAYS_MAX];
	size_t n_ways, way;
	unsigned attempts, crashes;
	struct bytes progress;
	unsigned taken;		/* parts that the link has, and how long the  */
	uint64_t stays_us;	/* rest stays with it: see rest.c             */
	struct far *fars;	/* what the far side called its parts         */
	size_t n_fars;
	enum delivery_state unreported;	/* see struct outcome                 */
	uint8_t told;		/* reports already made: bits of enum want    */
	uint32_t passed;	/* states that are not final and were told    */
	/* Of a report in the leg's own row. */
	bool is_report;
	struct report report;
	uint64_t received_us;
	uint64_t held_us;	/* held by an operator since then; 0: not,    */
	const char *held_by;	/* in quarantine by itself; NULL: not known   */

	/* -- only in memory ----------------------------------------------- */
	enum live_place place;
	/* Steps about its row that are still out. While there are any the leg
	 * stays in memory: what is read from disk meanwhile is old news.
	 * Nowhere and none of them: whoever has it must find it a place.     */
	unsigned updating;
	struct step *also;	/* to go with the next change of its row      */
	struct early *early;	/* reports that came before the answer        */
	unsigned unsent;	/* times in a row that its link did not send  */
	bool native;		/* not on disk; its sender waits in `reply`   */
	bool sender_keeps;	/* a native one: no answer is an answer, too  */
	struct waiter *waiters;	/* and others with the same key               */
	struct live *next_native;
	struct live *before_me, *behind_me;	/* natives that wait their turn */
	uint64_t patience_us;	/* until then; 0: it does not wait so        */
	bool stored;		/* "stored" is to be told when it is          */
	uint64_t swept;		/* by which sweep it was asked about, last    */
	uint64_t sending;	/* how many had been sent before it           */
	bool far_off;		/* its row lies among others that are left
				 * alone: a report came late                  */
	struct lane *counted;	/* the lane whose `waiting` includes it       */
	struct reply reply;
	struct store_key dedupe;
	bool has_dedupe;
	uint32_t slot;		/* in the in-flight table + 1; 0: none        */
	struct target *target;
	struct live *next, *before;	/* queue or SENT list                 */
	struct bytes image;
	struct arena *arena;
};

/** A zeroed one in an arena of its own; NULL: no memory. */
struct live *live_new(void);
void live_free(struct live *l);

/** Appends what `meta` holds. */
enum err live_meta(const struct live *l, struct buf *to) CHECKED;

/**
 * Fills `l` from a row: columns but lane and flow, meta, image (copied into
 * its arena). ERR_MALFORMED, ERR_NOMEM.
 */
enum err live_read(struct live *l, const struct store_leg *row) CHECKED;

/** The way it goes now; NULL when none is left. */
/** Nobody has it and its row is as it is: not with an adapter, nor about to be. */
bool live_at_rest(const struct live *l);

const struct route_way *live_way(const struct live *l);

#endif
