/*
 * adapters/smpp/client.h - links to SMSCs: any number of them, each with one
 * connection or several, or pairs of transmitter and receiver, each built
 * again whenever it is lost.
 */
#ifndef ADAPTERS_SMPP_CLIENT_H
#define ADAPTERS_SMPP_CLIENT_H

#include "adapters/smpp/hub.h"

/** NULL: no memory. */
struct client *client_new(struct hub *h);
/** After client_close(). */
void client_free(struct client *c);

/** Looks which links `s` changes; nothing else happens. ERR_NOMEM. */
enum err client_prepare(struct client *c, const struct settings *s,
			struct buf *complaint) CHECKED;
void client_commit(struct client *c);
void client_abort(struct client *c);

/** Binds from now on. */
void client_ready(struct client *c);

void client_drain(struct client *c);
void client_close(struct client *c);

/** Whether that peer is a link with a bind that transmits; *s is such a
 *  connection with room, or NULL. */
bool client_transmits(const struct peer *p, struct session **s);

#endif
