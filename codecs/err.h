/* codecs/err.h - why a call failed, and where in the octets. */
#ifndef CODECS_ERR_H
#define CODECS_ERR_H

#include <stddef.h>

/*
 * Why *my call* failed. What became of a message is a struct outcome
 * (gateway/outcome.h); the two are never mixed.
 */
enum err {
	OK = 0,
	ERR_MORE,		/* the input ends before the value does       */
	ERR_MALFORMED,		/* the input breaks its specification         */
	ERR_UNSUPPORTED,	/* well-formed, but nothing that we carry     */
	ERR_TOOBIG,		/* above a limit that the caller set          */
	ERR_NOMEM,		/* memory, or the arena's limit, is used up   */
	ERR_RANGE,		/* a value outside what is allowed            */
	ERR_NOTFOUND,
	ERR_EXISTS,
	ERR_DENIED,
	ERR_BUSY,		/* not now: queue full, window closed         */
	ERR_CLOSED,		/* the other side has gone                    */
	ERR_IO			/* the disk or the system refused             */
};

/* Where a decoder stopped. Texts are constants of the program. */
struct fault {
	const char *field;	/* as the specification calls it              */
	const char *clause;	/* "3GPP TS 23.040 9.2.3.24"                  */
	size_t offset;		/* octets from the front of the input         */
};

/** One word for `e`, for logs and traces: "more", "malformed", ... */
const char *err_name(enum err e);

/** Fills *why unless it is NULL, and returns `e`: `return fault_set(...)`. */
enum err fault_set(struct fault *why, enum err e, const char *field,
		   const char *clause, size_t offset);

#define CHECKED __attribute__((warn_unused_result))

#endif
