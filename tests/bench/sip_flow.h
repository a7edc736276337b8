/* tests/bench/sip_flow.h - SIP messages over UDP and TCP, many at once. */
#ifndef BENCH_SIP_FLOW_H
#define BENCH_SIP_FLOW_H

#include <netinet/in.h>

#include "tests/bench/load.h"

/* Where a message came from and its answer goes: a connection, or UDP. */
struct hop {
	struct load_conn *conn;		/* NULL: UDP                         */
	struct sockaddr_in address;
};

struct flows;

typedef void flow_message(void *arg, struct bytes m, const struct hop *from);

/**
 * Receives on `own` (UDP and TCP); with `tcp` also opens connections to
 * `server`. `message` gets each whole message.
 */
struct flows *flows_new(struct load *l, unsigned server, unsigned own, bool tcp,
			flow_message *message, void *arg);
void flows_free(struct flows *f);

/** The way of user number `n` to the server. */
struct hop flows_way(const struct flows *f, size_t n);
/** Leaves at the end of the turn. */
void flows_send(struct flows *f, const struct hop *to, struct bytes m);
void flows_flush(struct flows *f);

#endif
