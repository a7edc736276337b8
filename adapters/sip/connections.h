/*
 * adapters/sip/connections.h - keeps accepted TCP connections within their
 * number and our patience. The library closes none that never says anything,
 * nor one that it has refused something on, so this looks at the sockets
 * themselves, a slice at a time.
 */
#ifndef ADAPTERS_SIP_CONNECTIONS_H
#define ADAPTERS_SIP_CONNECTIONS_H

#include <stdint.h>

#include "codecs/err.h"

#define CONNECTION_OCTETS 262144	/* the most that comes in one piece  */

struct connections;
struct loop;

/** Watches the connections to local TCP port `port`. ERR_NOMEM. */
enum err connections_new(struct connections **made, struct loop *loop,
			 uint16_t port) CHECKED;
void connections_free(struct connections *c);

/** At most `limit`; without a word for `idle_ms` one is closed. */
void connections_limits(struct connections *c, uint32_t limit,
			uint32_t idle_ms);

#endif
