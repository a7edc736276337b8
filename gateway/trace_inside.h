/*
 * gateway/trace_inside.h - the form of traces on disk, shared by writer and
 * reader. All numbers big-endian.
 *
 *	block:	magic(4) version(2) probes(2) filter(4) payload(4) records(4)
 *		unused(4) first_us(8) last_us(8) payload_sum(8) head_sum(8)
 *		filter octets, payload octets
 *	record:	octets that follow(4) story(8) leg(8) time_us(8)
 *		technology(1) keys(1), then the texts in the order of enum
 *		trace_text, each its length + 1 as varint (0: NULL) and octets
 *
 * head_sum is over all before it and the filter.
 */
#ifndef GATEWAY_TRACE_INSIDE_H
#define GATEWAY_TRACE_INSIDE_H

#include "gateway/trace.h"

#define BLOCK_MAGIC	UINT32_C(0x63705472)	/* "cpTr" */
#define BLOCK_VERSION	1
#define BLOCK_HEAD	56
#define BLOCK_PAYLOAD_MAX (1024 * 1024)
#define BLOCK_FILTER_MAX (1024 * 1024)
#define FILTER_BITS	12	/* a key: finds 0.4 % too many */
#define FILTER_PROBES	6
#define RECORD_MAX	65536
#define SEGMENT_NAME	"trace-%08u-%03u.log"
#define RECORD_HASHES	(2 + 2 * (3 + TRACE_KEYS_MAX))

enum trace_text {
	TEXT_STEP,
	TEXT_FROM,
	TEXT_TO,
	TEXT_PEER,
	TEXT_VERDICT,
	TEXT_FAR_ID,
	TEXT_TEXT,
	TEXT_CLAUSE,
	TEXTS
};

/* A record where it lies. */
struct trace_view {
	uint64_t story, leg, time_us;
	enum technology technology;
	struct bytes texts[TEXTS + TRACE_KEYS_MAX];	/* p NULL: none */
	size_t n_keys, octets;
};

/** The record at the front of `in`. Total. */
enum err trace_view_read(struct bytes in, struct trace_view *out) CHECKED;

/** Hash of a key as trace_find() compares it; 0: there is nothing left. */
uint64_t trace_key_hash(struct bytes key);
uint64_t trace_number_hash(uint64_t story_or_leg);
/** All that a record is found by; at most RECORD_HASHES. */
size_t trace_view_hashes(const struct trace_view *v, uint64_t *to);

/* The filter: `octets` of bits. */
void filter_set(uint8_t *filter, size_t octets, uint64_t hash);
bool filter_has(struct bytes filter, unsigned probes, uint64_t hash);

struct trace_block {
	uint32_t filter_octets, payload_octets, records;
	unsigned probes;
	uint64_t first_us, last_us, payload_sum;
	struct bytes filter;
};

/**
 * The head and filter at the front of `in`. ERR_MORE: `in` ends before;
 * ERR_MALFORMED: no block begins here. Total.
 */
enum err trace_block_read(struct bytes in, struct trace_block *out) CHECKED;
/** Whether these octets are the block's payload. */
bool trace_block_holds(const struct trace_block *b, struct bytes payload);
/** Appends a whole block of the records in `payload` and their hashes. */
enum err trace_block_write(const struct trace_block *b, struct bytes payload,
			   const uint64_t *hashes, size_t n, struct buf *to)
	CHECKED;

struct trace_segment {
	unsigned day, number;	/* 20260131, 0 */
};

/**
 * The segments in `directory`, oldest first; mem_free() them. ERR_NOTFOUND:
 * no such directory. ERR_IO, ERR_NOMEM.
 */
enum err trace_segments(const char *directory, struct trace_segment **out,
			size_t *n) CHECKED;

#endif
