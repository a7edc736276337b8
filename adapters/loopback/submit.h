/*
 * adapters/loopback/submit.h - messages as lines on a UNIX socket:
 *
 *	[@key=K] [@report] [@native] FROM TO TEXT
 *
 * Each is answered by "accepted ID LINE" (or "duplicate ID LINE") once the
 * engine has it for good, or by "refused CLASS CODE LINE", where LINE is its
 * number on that connection, from 1; @native ones afterwards by "answered
 * CLASS CODE LINE". What cannot be read is answered by "malformed LINE".
 * "count" is answered by "count LEGS REPORTS".
 */
#ifndef ADAPTERS_LOOPBACK_SUBMIT_H
#define ADAPTERS_LOOPBACK_SUBMIT_H

#include "gateway/adapter.h"

struct submit;

/** Listens at `path`, taking an older socket away. ERR_IO, ERR_NOMEM. */
enum err submit_new(struct submit **made, struct uplink *up, const char *path)
	CHECKED;
void submit_free(struct submit *s);

/** No line is read while it is slow. */
void submit_slow(struct submit *s, bool slow);

/** What "count" says. */
void submit_counts(struct submit *s, uint64_t legs, uint64_t reports);

/** The engine's answers; those for a connection that has gone are dropped. */
void submit_accepted(struct submit *s, uint64_t ref, const struct accepted *v);
void submit_refused(struct submit *s, uint64_t ref, const struct outcome *v);
void submit_answer(struct submit *s, uint64_t ref, const struct outcome *v);

#endif
