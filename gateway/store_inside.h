/*
 * gateway/store_inside.h - what the files of the SQLite store share; nobody
 * else includes it. Statements are prepared once, in store_open().
 */
#ifndef GATEWAY_STORE_INSIDE_H
#define GATEWAY_STORE_INSIDE_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "gateway/store.h"
#include "gateway/store_index.h"

/* Texts: store_statements.c. */
enum statement {
	DO_BEGIN,
	DO_COMMIT,
	DO_ROLLBACK,
	LEG_INSERT,
	LEG_BEFORE,
	LEG_UPDATE,
	LEG_UPDATE_EXPIRES,
	LEG_IMAGE,
	LEG_DELETE,
	LEG_QUARANTINE,
	LEG_GET,
	LEGS_REFILL,
	LEGS_WAITING,
	LEGS_EXPIRED,
	LEGS_LIST, LEGS_STORY,
	LEG_RECIPIENT,
	LEG_RECIPIENTS, LEG_FLOW,
	CONTENT_INSERT,
	CONTENT_COUNT,
	CONTENT_RECOUNT,
	CONTENT_DELETE,
	IMAGE_INSERT,
	IMAGE_GET,
	IMAGE_DELETE,
	LEG_GREATEST,
	LEG_FAR,
	FAR_ALL,
	GONE_INSERT, GONE_ALL, GONE_OLDEST, GONE_FORGET, LEGS_AFTER,
	ORPHAN_INSERT,
	ORPHAN_GET,
	ORPHAN_DELETE,
	ORPHAN_OLDEST,
	ORPHAN_FORGET,
	ORPHAN_COUNT,
	ORPHAN_CLAIMED,
	DEDUPE_GET,
	DEDUPE_INSERT,
	DEDUPE_FORGET,
	PART_GET, PART_NAMED, PART_INSERT, PART_COUNT, PART_SET, PART_CLOSE,
	PART_DELETE, PART_KEYS, PART_IDS, PART_SEEN, PART_EXPIRED,
	BINDING_INSERT,
	BINDING_DELETE,
	BINDING_ALL,
	BINDING_FORGET,
	DIRECTORY_INSERT,
	DIRECTORY_DELETE,
	DIRECTORY_ALL,
	NAME_INSERT,
	NAME_ALL,
	TALLY_ALL,
	TALLY_SET,
	STATEMENTS
};

/* How many legs are in a state and lane; written back at each commit. */
struct tally {
	uint64_t count;
	uint32_t lane;
	uint8_t state;
	bool used, changed;
};

struct tallies {
	struct tally *slots;		/* open addressing, a power of two */
	size_t size, used;
	struct tally **changed;		/* `size` pointers                 */
	size_t n_changed;
};

/* How far taking out the rows of removed legs has come. */
struct gone_state {
	uint64_t last;			/* number in `gone`                */
	uint64_t through;		/* until that one; 0: not begun    */
	uint64_t after;			/* id of a leg                     */
	bool swept;			/* the rows; the notes are left    */
};

/* A row that was read for a report: most often its leg goes next. */
struct gone_note {
	uint64_t leg;			/* 0: none                         */
	uint32_t lane;
	size_t far_octets;
	uint8_t far[16];
};

#define GONE_NOTES 512

struct gone {
	struct index legs;		/* by themselves                   */
	struct gone_state now, kept;	/* kept: as committed              */
	uint64_t greatest;		/* of those found at the start     */
	size_t least;			/* fewer are left alone            */
	struct gone_note notes[GONE_NOTES];	/* places by leg           */
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct tallies tallies;
	struct index far;		/* keys -> legs, see store_far.c */
	struct gone gone;
	uint64_t orphans;
	int log_frames;			/* since the log was written back  */
	int log_limit, tidy_at;		/* frames                          */
	_Atomic uint64_t damaged;
	char why[200];
};

/** Prepares all. ERR_IO: the schema is not ours; store_why() says more. */
enum err statements_prepare(struct store *s) CHECKED;
void statements_finalize(struct store *s);

/** SQLite's last error of `s` as ours, kept for store_why(); `what` failed. */
enum err store_error(struct store *s, const char *what) CHECKED;

static inline sqlite3_stmt *prepared(struct store *s, enum statement which)
{
	return s->statements[which];
}

/** Runs a statement that gives no rows to its end. */
enum err run(struct store *s, enum statement which) CHECKED;

/** The next row; at the end *row is false and the statement is reset. */
enum err next_row(struct store *s, enum statement which, bool *row) CHECKED;

/** Leaves rows unread. */
void rows_end(struct store *s, enum statement which);

/* Arguments, numbered from 1. Numbers above 2^63-1 are taken for that. */
void bind_number(sqlite3_stmt *q, int at, uint64_t v);
void bind_hash(sqlite3_stmt *q, int at, uint64_t v);	/* all 64 bits */
void bind_octets(sqlite3_stmt *q, int at, struct bytes v); /* empty: NULL */
void bind_text(sqlite3_stmt *q, int at, const char *v);

/* Columns, numbered from 0. Octets are borrowed until the next row. */
uint64_t column_number(sqlite3_stmt *q, int at);
uint64_t column_hash(sqlite3_stmt *q, int at);
struct bytes column_octets(sqlite3_stmt *q, int at);

/** A new item at the end of s->found; NULL: the arena is full. */
struct step_item *item_add(struct step *s);
/** As item_add, with copies of the columns' octets. ERR_NOMEM. */
enum err item_octets(struct step *s, struct bytes octets,
		     struct step_item **made) CHECKED;
/** A copy of a text column in the step's arena. */
enum err item_text(struct step *s, sqlite3_stmt *q, int at, const char **out)
	CHECKED;

/* store_tally.c */
enum err tally_load(struct store *s) CHECKED;
enum err tally_save(struct store *s) CHECKED;	/* what changed: rows */
enum err tally_add(struct store *s, enum leg_state state, uint32_t lane,
		   int by) CHECKED;
uint64_t tally_total(const struct store *s);	/* legs in all */
enum err tally_items(const struct store *s, struct step *step) CHECKED;
void tally_clear(struct store *s);

/* Steps; each returns what becomes its result. */
enum err legs_insert(struct store *s, struct step *step) CHECKED;
/** ERR_EXISTS and step->story: the key is known, and not past until_us. */
enum err key_seen(struct store *s, struct step *step) CHECKED;
/** What is kept under a key, past or not. ERR_NOTFOUND. */
enum err key_story(struct store *s, const struct store_key *key,
		   uint64_t *until_us, uint64_t *story) CHECKED;
enum err leg_update(struct store *s, struct step *step) CHECKED;
enum err leg_remove(struct store *s, struct step *step) CHECKED;
enum err legs_refill(struct store *s, struct step *step) CHECKED;
enum err legs_waiting(struct store *s, struct step *step) CHECKED;
enum err legs_expired(struct store *s, struct step *step) CHECKED;
enum err legs_list(struct store *s, struct step *step) CHECKED;
enum err legs_story(struct store *s, struct step *step) CHECKED;
enum err legs_waiting_who(struct store *s, struct step *step) CHECKED;
/** The leg, if it lists `far` (NULL: any), -> found. ERR_NOTFOUND;
 *  ERR_MALFORMED: damaged. */
enum err leg_get(struct store *s, struct step *step, uint64_t id,
		 const struct store_key *far) CHECKED;

/** One of the keys that a leg's row lists. */
#define FAR_KEY_OCTETS 16
struct store_key far_key(const uint8_t octets[FAR_KEY_OCTETS]);
/** Whether `list` (16 octets each) has the key. */
bool far_lists(struct bytes list, const struct store_key *key);
/** The keys of `list` are the leg's, and no other's. */
enum err far_add(struct store *s, uint64_t leg, struct bytes list) CHECKED;
/** They are the leg's no more. */
enum err far_drop(struct store *s, uint64_t leg, struct bytes list) CHECKED;
/** All of the rows. */
enum err far_load(struct store *s) CHECKED;
enum err far_step(struct store *s, struct step *step) CHECKED;
/** Orphans of the step's far keys -> found. */
enum err orphans_find(struct store *s, struct step *step) CHECKED;
/** Removes those of the keys in `list` that `step` (or NULL) does not set. */
enum err orphans_drop(struct store *s, struct bytes list,
		      const struct step *step) CHECKED;
enum err orphans_claimed(struct store *s, struct step *step) CHECKED;
enum err orphans_count(struct store *s) CHECKED;
enum err far_forget(struct store *s, const struct step *step) CHECKED;

/* store_gone.c: legs that are removed, their rows still on the disk. */
bool gone_has(const struct store *s, uint64_t leg);
enum err gone_load(struct store *s) CHECKED;
/** The leg's row is one of them now. */
enum err gone_add(struct store *s, uint64_t leg) CHECKED;
/** Notes the row of a leg that was sent and has one key at most. */
void gone_note(struct store *s, const struct store_leg *leg, struct bytes far);
/** What it says, until a row changes; NULL: it is not known. */
const struct gone_note *gone_noted(struct store *s, uint64_t leg);
/** Its row is about to change. */
void gone_changes(struct store *s, uint64_t leg);
/** Takes the row of one out. */
enum err gone_take(struct store *s, uint64_t leg) CHECKED;
/** The greatest id of those that were there at the start. */
uint64_t gone_greatest(const struct store *s);
void gone_keep(struct store *s);	/* it is committed */
void gone_undo(struct store *s);	/* it is rolled back */
void gone_clear(struct store *s);
/** store_legs.c: the row, and the content with its last leg. */
enum err leg_take_out(struct store *s, uint64_t id) CHECKED;

enum err part_step(struct store *s, struct step *step) CHECKED;
enum err parts_expired(struct store *s, struct step *step) CHECKED;
/** The set of a STEP_INSERT is there; ERR_EXISTS: no more. */
enum err parts_there(struct store *s, const struct step *step) CHECKED;
/** The part whose id is legs[0].id -> found, as STEP_STORY has it.
 *  ERR_NOTFOUND. */
enum err part_named(struct store *s, struct step *step) CHECKED;
/** It has become a message: its parts' keys stay, so that they are known. */
enum err parts_joined(struct store *s, const struct step *step) CHECKED;

/** Brings the schema up to date; `why` as in store_open(). */
enum err schema_upgrade(struct store *s) CHECKED;
/** Runs SQL that gives no rows. */
enum err store_sql(struct store *s, const char *sql) CHECKED;
/** The number that a PRAGMA or SELECT gives. */
enum err store_number(struct store *s, const char *sql, int64_t *out) CHECKED;

/* store_rows.c: how rows of legs are guarded. */

/** Checksum over all columns but the image: `far` as stored. */
uint32_t leg_sum(const struct store_leg *leg, struct bytes far);
/** Checksum of an image stored under `id`. */
uint32_t image_sum(uint64_t id, struct bytes image);

#endif
