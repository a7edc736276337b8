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

/** An SMSC that has connected asks us to bind: true, and the connection is
 *  its link's, or it is of no link that expects that. SMPP v3.4 4.1.7. */
bool client_outbound(struct client *c, const struct smpp_pdu *p,
		     struct session *s);

/** Whether that peer is a link with a bind that transmits; *s is such a
 *  connection with room, or NULL. */
bool client_transmits(const struct peer *p, struct session **s);

#endif
