/*
 * gateway/inflight.h - which legs are with an adapter now: a small mapped
 * file, written without a system call, that outlives the process. What was
 * in it when the engine died may have arrived and is marked so when it is
 * sent again: at most one window per bind, and nothing else.
 */
#ifndef GATEWAY_INFLIGHT_H
#define GATEWAY_INFLIGHT_H

#include "codecs/bytes.h"

#define INFLIGHT_SLOTS 65536
#define INFLIGHT_BOOT  40	/* octets of a boot's name                    */

struct inflight;

struct doubt {
	uint64_t id, due_us;	/* legs up to this id that were due before    */
};

/** Maps `directory`/inflight (made when absent, 0600). */
enum err inflight_open(const char *directory, struct inflight **made,
		       struct buf *why) CHECKED;
/** Over INFLIGHT_SLOTS numbers of the caller's (the simulation). */
struct inflight *inflight_new(uint64_t *slots);
/**
 * The machine has gone down under the process before: the file may be older
 * than what was sent, so any leg that was on disk may have arrived.
 */
bool inflight_doubtful(const struct inflight *f);
/** Makes it so (the simulation). */
void inflight_suspect(struct inflight *f);
/** These legs may have arrived: remembered for ever. */
void inflight_doubt(struct inflight *f, const struct doubt *d);
/** What was remembered last. */
const struct doubt *inflight_doubted(const struct inflight *f);
void inflight_close(struct inflight *f);

/** Notes leg `id`; the slot + 1, or 0 when all are taken. */
uint32_t inflight_put(struct inflight *f, uint64_t id);
/** Its far answer is committed; 0 is fine. */
void inflight_clear(struct inflight *f, uint32_t slot);
/** The nth slot + 1 of those in use at the open; 0 when there are fewer. */
uint32_t inflight_left(const struct inflight *f, size_t n, uint64_t *id);

#endif
