/*
 * gateway/trace.h - the story of every message: what happened to it, when,
 * and the rule that decided. Records are appended to files of one day and at
 * most TRACE_SEGMENT_MAX octets each (trace-20260131-000.log) in blocks; a
 * block carries a Bloom filter of the keys in it and a checksum, so that a
 * search reads little, needs no index to be kept or rebuilt, and a torn block
 * is passed over. Segments that are too old, or too much, are removed whole.
 */
#ifndef GATEWAY_TRACE_H
#define GATEWAY_TRACE_H

#include "codecs/arena.h"
#include "policy/facts.h"

#define TRACE_SEGMENT_MAX (256 * 1024 * 1024)
#define TRACE_LIMIT_LEAST (2 * TRACE_SEGMENT_MAX)
#define TRACE_KEYS_MAX 16

struct trace_record {
	uint64_t story;		/* all records of one message share it        */
	uint64_t leg;		/* 0: about the whole message                 */
	uint64_t time_us;
	const char *step;	/* "intake", "route", "send", "outcome", ...  */
	const char *from, *to;	/* addresses, as people write them            */
	enum technology technology;
	const char *peer;	/* bind, account, listener                    */
	const char *verdict;	/* "accepted", "delivered", "maybe-duplicate" */
	const char *far_id;
	const char *text;	/* never message text, passwords or tokens    */
	const char *clause;	/* "SMPP v3.4 5.1.3", "RFC 3428 7"                */
	/* What it can be found by besides story, from, to and far_id: Call-ID,
	 * imdn.Message-ID, our public id ...                                 */
	const char *keys[TRACE_KEYS_MAX];
	size_t n_keys;
};

/** Appends one record's octets (what STEP_TRACE carries). */
enum err trace_record_image(const struct trace_record *r, struct buf *to)
	CHECKED;
/** Reads the record at the front; *used its octets. Total. */
enum err trace_record_read(struct bytes in, struct arena *a,
			   struct trace_record *out, size_t *used) CHECKED;

struct trace;			/* the writer: one, in the commit thread      */

enum err trace_open(struct trace **made, const char *directory,
		    unsigned keep_days) CHECKED;
void trace_close(struct trace *t);

/**
 * Keeps at most that many octets (TRACE_LIMIT_LEAST or more), the oldest
 * segments going first; 0, as at first: any number.
 */
void trace_limit(struct trace *t, uint64_t octets);

/**
 * Takes records (whole ones) into the open block. ERR_TOOBIG: the disk has
 * been full for long, they are not kept. ERR_MALFORMED, ERR_NOMEM.
 */
enum err trace_add(struct trace *t, struct bytes records) CHECKED;
/**
 * Writes what was taken with one write(): it then survives the process. The
 * file is that of the day of now_us (wall). ERR_TOOBIG: the disk is full; it
 * is kept in memory, within bounds, for the next flush. ERR_IO.
 */
enum err trace_flush(struct trace *t, uint64_t now_us) CHECKED;

/**
 * Calls `each` for every record whose story is among those that `key` (an id,
 * a number, a Call-ID ...; compared without case, spaces, and "tel:"/"sip:"
 * prefix, numbers with or without '+') is found in, by time, at most *limit
 * stories, the newest; *limit becomes how many there were. The number of a story or leg is a key, too, and so is
 * the number before the @ of a SIP address. ERR_NOTFOUND: no record. The
 * record is valid during the call. Read-only: any process or thread.
 */
typedef void trace_each(void *arg, const struct trace_record *r);
enum err trace_find(const char *directory, const char *key, size_t *limit,
		    trace_each *each, void *arg) CHECKED;
/** The same for one story. */
enum err trace_find_story(const char *directory, uint64_t story,
			  trace_each *each, void *arg) CHECKED;

#endif
