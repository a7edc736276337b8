/*
 * adapters/tls_context.h - what TLS needs before a connection: our
 * certificate and key, whom we believe, how old a version we speak. Made
 * from settings when they are prepared; a connection keeps the one that it
 * began with. RFC 8446, RFC 5246; never below TLS 1.2.
 */
#ifndef ADAPTERS_TLS_CONTEXT_H
#define ADAPTERS_TLS_CONTEXT_H

#include "gateway/oplog.h"
#include "gateway/settings.h"

struct tls_context;

/* Who wants to know, and where relative paths begin. */
struct tls_place {
	const char *group;	/* of the settings: "smpp"                   */
	const char *folder;	/* the state directory                       */
	struct oplog *oplog;	/* warnings: what works, but not for long    */
};

/**
 * For those who connect to us: NULL in *made when `g` has no tls-port. ERR_IO:
 * a setting names a file that is missing, foreign or badly kept; the complaint
 * has its file and line. ERR_NOMEM: likewise with a complaint.
 */
enum err tls_context_server(struct tls_context **made,
			    const struct settings_group *g,
			    const struct tls_place *at,
			    struct buf *complaint) CHECKED;

/**
 * And certificates for other names, which those are shown who ask for them
 * (SNI): the files of the list `setting`, each with its key.
 */
enum err tls_context_more(struct tls_context *c, const struct settings_group *g,
			  const char *setting, const struct tls_place *at,
			  struct buf *complaint) CHECKED;

/** The same for a group that is one server to connect to, its names too; NULL
 *  in *made with tls = no. */
enum err tls_context_client(struct tls_context **made,
			    const struct settings_group *g,
			    const struct tls_place *at,
			    struct buf *complaint) CHECKED;

/** The same for servers of all kinds: each connection has to be asked whom it
 *  leads to, transport_is_domain(). */
enum err tls_context_outward(struct tls_context **made,
			     const struct settings_group *g,
			     const struct tls_place *at,
			     struct buf *complaint) CHECKED;

/** Connections that began with it go on. NULL is fine. */
void tls_context_free(struct tls_context *c);

#endif
