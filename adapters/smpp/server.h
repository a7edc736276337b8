/*
 * adapters/smpp/server.h - the SMPP server: one listener, the connections
 * that come to it, and the accounts that bind over them.
 */
#ifndef ADAPTERS_SMPP_SERVER_H
#define ADAPTERS_SMPP_SERVER_H

#include "adapters/smpp/hub.h"

/** NULL: no memory. */
struct server *server_new(struct hub *h);
/** After hub->sessions has none of its connections any more. */
void server_free(struct server *v);

/** Binds the listener of `s` if it is another than now. On error the
 *  complaint says why. */
enum err server_prepare(struct server *v, const struct settings *s,
			struct buf *complaint) CHECKED;
void server_commit(struct server *v);
/** Tells the engine of the accounts that have not bound yet: once no link
 *  has the name of one any more. */
void server_introduce(struct server *v);
void server_abort(struct server *v);

/** Connections are taken from now on. */
void server_ready(struct server *v);

/** Nothing new; every bind ends when what it has under way is done. */
void server_drain(struct server *v);
/** Closes everything at once. */
void server_close(struct server *v);

void server_found(struct server *v, uint64_t ref, const struct found *f);
/** Legs wait for an account that has no bind for them, or none do. */
void server_waits(struct server *v, const struct waits *what);
/** An account has changed: its limits are asked for again. */
void server_changed(struct server *v, const char *account);

#endif
