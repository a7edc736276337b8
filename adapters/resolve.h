/*
 * adapters/resolve.h - a host name -> an address, without keeping the
 * loop waiting: numbers at once, names by a thread of their own.
 */
#ifndef ADAPTERS_RESOLVE_H
#define ADAPTERS_RESOLVE_H

#include <stdbool.h>
#include <sys/socket.h>

#include "gateway/loop.h"

struct resolved {
	struct sockaddr_storage address;
	socklen_t size;		/* 0: there is no such host                  */
};

/** "127.0.0.1", "::1", "localhost". False: it is a name to be asked for. */
bool resolve_number(const char *host, uint16_t port, struct resolved *out);

/** A TCP connection there that is being made, for a loop. -1: errno says why
 *  not. */
int resolved_connect(const struct resolved *r);

struct resolve;			/* a question under way                      */
typedef void resolve_done(void *arg, const struct resolved *r);

/** Asks; `done` is called once, later, unless it is cancelled before. NULL:
 *  no memory, or no thread. */
struct resolve *resolve_start(struct loop *loop, const char *host,
			      uint16_t port, resolve_done *done, void *arg);
/** Nobody wants to know any more. */
void resolve_cancel(struct resolve *r);

#endif
