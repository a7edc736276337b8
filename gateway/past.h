/*
 * gateway/past.h - how messages that are no more in the spool have ended: read
 * from their stories, on a thread of its own, since that reads files.
 */
#ifndef GATEWAY_PAST_H
#define GATEWAY_PAST_H

#include "gateway/adapter.h"
#include "gateway/loop.h"

/* In the text of a "report-in": the network's own error follows. */
#define PAST_ERROR "err:"

struct past;

/** The answer to past_ask(), on the loop's thread. class ADDRESS: no such
 *  message, or it is not that account's; LATER: too many were asked. */
typedef void past_told(void *arg, uint64_t ref, const struct standing *v);

/** Reads the traces in `directory`. NULL: no memory or no thread. */
struct past *past_new(struct loop *loop, const char *directory,
		      past_told *told, void *arg);
/** Nothing that was asked is answered any more. */
void past_free(struct past *p);

/** How did the message that a story calls `key`, submitted by `account` as
 *  `from` (its text; "": any), end? */
void past_ask(struct past *p, uint64_t ref, const char *key,
	      const char *account, const char *from);

#endif
