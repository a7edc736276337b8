/*
 * adapters/sip/secure.h - connections with TLS, in and out: octets, and who
 * they come from. It knows no SIP; ua_wire.c has what is said on them. RFC
 * 3261 26, RFC 5922.
 */
#ifndef ADAPTERS_SIP_SECURE_H
#define ADAPTERS_SIP_SECURE_H

#include <sys/socket.h>

#include "adapters/sip/config.h"
#include "adapters/transport.h"

#define SECURE_NAME	   256	/* octets of a host name, with its NUL       */
#define SECURE_PIECE	   16384	/* octets that come at once, at most */

struct loop;
struct oplog;
struct secure;
struct secure_conn;

/* None of them may end the connection that it is about. */
struct secure_events {
	/* Octets have come. False: no more of them is wanted; what was said
	 * to the far side gets there, then it is closed. */
	bool (*heard)(void *arg, struct secure_conn *c, struct bytes in);
	/* The last word about it. `why` is a constant text. */
	void (*closed)(void *arg, struct secure_conn *c, const char *why);
	void *arg;
};

/** NULL: no memory. `key`: of 16 octets, for hashing. */
struct secure *secure_new(struct loop *loop, struct oplog *oplog,
			  const uint8_t *key);

/** All connections are closed. NULL is fine. */
void secure_free(struct secure *s);

/** Who is told from now on. */
void secure_tell(struct secure *s, const struct secure_events *e);

/**
 * As the settings say: contexts made from their files, the port bound if it
 * is another one. Nothing has changed before secure_commit(). ERR_IO,
 * ERR_NOMEM: with a complaint.
 */
enum err secure_prepare(struct secure *s, const struct sip_config *c,
			const char *folder, struct buf *complaint) CHECKED;
void secure_abort(struct secure *s);
/** Connections go on as they began. `c` stays valid until the next one. */
void secure_commit(struct secure *s, const struct sip_config *c);

/** Connections are accepted from now on, or not any more. */
void secure_serve(struct secure *s, bool serve);

/** Where somebody is that we want to talk to, and who he has to be. */
struct secure_target {
	char host[SECURE_NAME];	/* a name, or an IP address                  */
	uint16_t port;
	char name[SECURE_NAME];	/* a SIP domain, or an IP address            */
};

/**
 * The connection that there is, or begins one: what is written is kept until
 * its handshake is done. When that fails, or he is somebody else, it is
 * closed(). ERR_NOMEM.
 */
enum err secure_connect(struct secure *s, const struct secure_target *t,
			struct secure_conn **made) CHECKED;

/** False: it cannot be; it will be closed(), later. */
bool secure_conn_write(struct secure_conn *c, struct bytes v) CHECKED;

/** Something good was said there: it may be silent for longer. `known`: by
 *  somebody whom we know, who has not to make room for others. */
void secure_conn_good(struct secure_conn *c, bool known);

/** From now on, or no longer, something is awaited that must come soon. */
void secure_conn_hurry(struct secure_conn *c, bool hurry);

const struct sockaddr *secure_conn_peer(const struct secure_conn *c);
/** The far side has proven to be that SIP domain, or IP address. */
bool secure_conn_is(const struct secure_conn *c, const char *name);
/** "127.0.0.1" or "[::1]", of our end. False: not known yet. */
bool secure_conn_host(const struct secure_conn *c, char host[static 64]);
/** What TLS a connection to him has; false: there is none. */
bool secure_describe(const struct secure *s, const char *name,
		     char text[static TRANSPORT_TEXT]);

/** Connections that others have made and whose handshake is done. */
uint32_t secure_count(const struct secure *s);

/** Why the last connection to him has not become one; NULL: it has. */
const char *secure_complaint(struct secure *s, const char *name);

/** Whatever its owner wants to keep with it; NULL at first. */
void **secure_conn_user(struct secure_conn *c);

#endif
