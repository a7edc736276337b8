/*
 * gateway/store.h - what the spool needs of a database. Everything is a step
 * (struct step) applied inside one transaction together with all others that
 * wait; gateway/commit.h decides when. One store has one user thread.
 *
 * Tables (schema.c):
 *	leg      one copy to one recipient, with its message's image inline,
 *	         or in `content` when several legs share it
 *	gone     legs that are removed: their rows go later, many at once
 *	content  story -> image, count of legs
 *	orphan   reports that came before the leg whose far key they name
 *	dedupe   128-bit key -> story, until when
 *	part     parts of longer short messages
 *	binding  devices;  directory: users and accounts;  name: lanes, flows
 */
#ifndef GATEWAY_STORE_H
#define GATEWAY_STORE_H

#include "codecs/arena.h"

/* On disk: only ever append. */
enum leg_state {
	LEG_QUEUED,		/* due index: (lane, flow, due, id)           */
	LEG_WAITING,		/* for its recipient; see store_leg.recipient */
	LEG_SENT,		/* far side has it, a report may come         */
	LEG_QUARANTINED		/* an operator must look                      */
};

struct store_leg {
	uint64_t id;		/* of the leg, unique; time-ordered           */
	uint64_t story;		/* of the message; == id when it has one leg  */
	enum leg_state state;
	uint32_t lane, flow;	/* numbers of struct name rows                */
	uint64_t due_us;	/* not before                                 */
	uint64_t expires_us;	/* 0: never                                   */
	uint64_t recipient;	/* hash, to find all that is not yet sent; 0:
				 * need not be found so                       */
	struct bytes meta;	/* the engine's own                           */
	struct bytes image;	/* the message; empty on update: unchanged    */
};

struct store_key {		/* 128-bit hash of something longer           */
	uint64_t high, low;
};

enum name_kind { NAME_LANE, NAME_FLOW };

enum step_kind {
	/* Inserts `legs` (none: only the key, with `story`; when more than
	 * one, the image is taken from the first and shared). With `has_key`:
	 * when the key is known and was kept until later than until_us (now;
	 * 0: until it is forgotten), nothing is inserted, result ERR_EXISTS
	 * and `story` is the earlier one; else it is kept until key_until_us.
	 * With `part_key` (leg.meta of a part's item): removes that set in
	 * the same step and keeps its parts' keys until key_until_us, with
	 * `aliases` their ids as keys (STORE_PART_KEY) of the story until
	 * its first leg expires, too; is the set gone, ERR_EXISTS.
	 * ERR_RANGE: a leg's id is taken, or not in 1..2^63-1.               */
	STEP_INSERT,
	STEP_SEEN,		/* key known and not past until_us: ERR_EXISTS
				 * and `story`; else OK. Read-only            */
	/* Replaces state, lane, flow, due, expires, recipient and meta of
	 * legs[0]; with drop_far removes all far keys of the leg; then adds
	 * `far` keys. The octets of orphan reports that wait under one of
	 * these are appended to `found`. They stay until the leg loses that
	 * key, so that none is lost before it has been acted upon.           */
	STEP_UPDATE,
	/* legs[0].id (.story when shared), far keys, and the content with its
	 * last leg. `later`: nobody has come near its row for long, so it may
	 * stay on the disk for a while; its id is not free before it goes.   */
	STEP_REMOVE,
	/* Up to `limit` legs (0: all), images included, appended to `found`,
	 * and never more than the arena holds (none at all: ERR_NOMEM).
	 * `complete`: nothing was left out. A leg whose checksum fails goes
	 * to LEG_QUARANTINED and is left out (STEP_GET: ERR_MALFORMED;
	 * STEP_LIST: shown without image and meta).                          */
	STEP_REFILL,		/* queued in (lane, flow), due <= until_us, in
				 * order (due, id), after (after_us, after_id).
				 * next_us: due of the first one left out or
				 * later than until_us, 0 none                */
	STEP_WAITING,		/* queued and waiting ones of `recipient`,
				 * id > after_id, by id                       */
	STEP_EXPIRED,		/* expires_us in 1..until_us, oldest first    */
	STEP_GET,		/* legs[0].id; ERR_NOTFOUND                   */
	/* All legs of the message legs[0].id: its story, or the id of a part
	 * that was joined into it; `story` is its own then. ERR_NOTFOUND: none
	 * is left. A part that waits: one item with leg.id 0, its octets,
	 * leg.meta names its set; count: the set is closed.                   */
	STEP_STORY,
	STEP_LIST,		/* all legs by id > after_id (gwctl queue)    */
	/* The leg of far[0] -> found, ERR_NOTFOUND; then, with orphan octets,
	 * keeps them until until_us (at most STORE_ORPHANS_MAX rows: the
	 * oldest goes).                                                      */
	STEP_FAR,
	/* Orphans whose far key belongs to a leg, number > after_id, at most
	 * `limit` (0: all) -> items with octets and number.                  */
	STEP_ORPHANS,
	/* Keeps part `number` of `of` under part_key until until_us; its id
	 * is `set`. One with the same `key` is kept once: ERR_EXISTS, and it
	 * in `found`. So is one that went on before, its key kept until later
	 * than key_until_us: the item's number is its id then; but it may come
	 * again when its id stands for story 0. Else another of that number
	 * closes the set and begins a new one. When
	 * all are there the set is closed under number `set`, `complete`,
	 * and every part is in `found`, in order. It stays until STEP_INSERT
	 * takes it; at again_us it is found as if it had expired.            */
	STEP_PART,
	/* Sets whose until_us (the latest part's) has passed, as items of
	 * `found`: octets by number, of number2; count: how many parts of
	 * the set were in one that STEP_INSERT took before. At most `limit`
	 * sets (0: all), those counted that had a later part and are passed
	 * over. They are closed under `set`, and found again at again_us if
	 * no STEP_INSERT takes them. With part_key, as STEP_STORY names a
	 * set: that one only, and at once.                                   */
	STEP_PARTS_EXPIRED,
	STEP_BIND,		/* text = user, text2 = key, octets = data,
				 * until_us 0 deletes                         */
	STEP_BINDINGS,		/* all that are not past until_us (wall) ->
				 * `found` items with text, text2, octets,
				 * number (their until_us)                    */
	STEP_DIRECTORY,		/* text = kind ("user"), text2 = name,
				 * octets; empty octets delete                */
	STEP_DIRECTORY_ALL,	/* all of kind `text` -> items, by text2; with
				 * text2 only those after it; <= limit        */
	STEP_NAME,		/* number <-> text for enum name_kind `name`  */
	STEP_NAMES,		/* of kind `name`, number > after_id, <= limit
				 * -> items (number, text), by number         */
	STEP_COUNTS,		/* legs by (state, lane) -> items: number =
				 * state, number2 = lane, count; and `story`
				 * is the greatest id of a leg, 0 none        */
	STEP_FLOWS,		/* (lane, flow) of queued legs, each once, after
				 * (lane, flow), <= limit -> items: number =
				 * lane, number2 = flow                       */
	STEP_WAITING_WHO,	/* distinct recipients of such legs
				 * > after_id, limit -> items: count = hash   */
	STEP_WAITING_COUNTS,	/* the same, with how many legs wait -> items:
				 * count = hash, number                       */
	STEP_FORGET,		/* dedupe, orphans, bindings past until_us:
				 * at most `limit` (0: all) of each           */
	STEP_TRACE		/* octets: records for the trace file         */
};

#define STORE_ORPHANS_MAX 100000
#define STEP_FAR_MAX 256

/* Under which key the story of a part's id is kept: no hash. */
#define STORE_PART_KEY(id_) ((struct store_key){ .high = 0, .low = (id_) })

/* One row of an answer; a list in the step's arena. */
struct step_item {
	struct step_item *next;
	struct store_leg leg;	/* the leg steps                              */
	const char *text, *text2;
	struct bytes octets;
	uint64_t number, number2, count;
};

struct step {
	struct step *next;	/* of the queue                               */
	enum step_kind kind;
	bool intake;		/* may be refused when the disk is short      */
	/* Applied behind this one in the same transaction if this one came to
	 * OK, and comes back with it; freed with it. */
	struct step *also;

	/* What is asked. Octets belong to `arena`. */
	struct store_leg *legs;
	size_t n_legs;
	bool has_key, drop_far, later, aliases;
	struct store_key key;
	uint64_t key_until_us;
	struct store_key *far;
	size_t n_far;
	struct bytes part_key, octets;
	uint32_t number, of;
	uint32_t lane, flow;
	uint64_t recipient, after_us, after_id, until_us, set,
		again_us;
	size_t limit;
	const char *text, *text2;
	enum name_kind name;

	/* What came of it; valid once the step has come back. */
	enum err result;	/* ERR_TOOBIG: the disk is full               */
	uint64_t story, next_us;
	bool complete;
	struct step_item *found, **found_end;
	size_t n_found;

	struct arena *arena;	/* owns the step itself too                   */
	void (*done)(void *owner, struct step *s); /* engine's; may be NULL  */
	void *owner, *context;
	uint64_t context_id;
};

/** A zeroed step in an arena of its own. NULL: no memory. */
struct step *step_new(enum step_kind kind, size_t limit_octets);
void step_free(struct step *s);

struct store;

/**
 * Opens or makes the spool in `directory` (mode 0700; file spool.db, 0600),
 * brings its schema up to date. `vfs` names SQLite's view of the disk (NULL:
 * the machine's). On error `why` says what and where.
 */
enum err store_open(struct store **made, const char *directory, const char *vfs,
		    struct buf *why) CHECKED;
void store_close(struct store *s);

/**
 * Applies one step inside the open transaction; never fails by itself but
 * through s->result. ERR_TOOBIG and ERR_IO mean that the whole transaction
 * must be rolled back (ERR_TOOBIG: full disk; ERR_IO: stop for good).
 */
void store_apply(struct store *s, struct step *step);

enum err store_begin(struct store *s) CHECKED;
/** Durable when it returns OK. ERR_TOOBIG: full, rolled back. ERR_IO. */
enum err store_commit(struct store *s) CHECKED;
void store_rollback(struct store *s);

/**
 * Writes the log back into the file when there is enough of it; outside a
 * transaction, best while nobody waits. Every commit makes it due a little.
 * ERR_IO: as above. A full disk is no error: it is tried again later.
 */
enum err store_tidy(struct store *s) CHECKED;

/** From how many octets of log on store_tidy() works; 16 MiB unless set. */
void store_log_limit(struct store *s, uint64_t octets);

/** How many rows of removed legs may stay; some thousands unless set. */
void store_gone_limit(struct store *s, size_t legs);

/** Rows found damaged since store_open(); any thread. */
uint64_t store_damaged(const struct store *s);

/** What went wrong last, for the log; "" if nothing did. */
const char *store_why(const struct store *s);

/** Free octets for others on that disk. */
enum err store_free_octets(const char *directory, uint64_t *out) CHECKED;

#endif
