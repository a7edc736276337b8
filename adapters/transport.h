/*
 * adapters/transport.h - TLS on a connected socket that does not block:
 * octets in, octets out, and the handshake before. A connection without TLS
 * has none. RFC 8446, RFC 5246.
 */
#ifndef ADAPTERS_TRANSPORT_H
#define ADAPTERS_TRANSPORT_H

#include <sys/types.h>

#include "adapters/tls_context.h"

#define TRANSPORT_TEXT 160	/* of transport_describe(), with its NUL     */

struct transport;

enum shake {
	SHAKE_DONE,
	SHAKE_WAIT,		/* for what transport_wants_write() says     */
	SHAKE_FAILED
};

/** Either role, as the context has it. `fd` stays the caller's. NULL: no
 *  memory. */
struct transport *transport_new(const struct tls_context *c, int fd);
void transport_free(struct transport *t);

/** Whom the far side is told that we want (RFC 6066 3), unless it is an IP
 *  address; before the handshake. False: no memory. */
bool transport_ask_for(struct transport *t, const char *name);

/** A step of the handshake; the far side's certificate is verified by it.
 *  SHAKE_FAILED: transport_why() says why, and the far side was told. */
enum shake transport_shake(struct transport *t);

/**
 * As recv() and send() on a socket that does not block: -1 with EAGAIN, 0 at
 * the end, with or without close_notify (messages have their lengths). -1
 * with EPROTO: transport_why(). Octets that transport_write() did not take
 * have to be offered again, as many or more of them.
 */
ssize_t transport_read(struct transport *t, void *to, size_t n);
ssize_t transport_write(struct transport *t, const void *from, size_t n);

/** transport_read() would return something now, whatever the socket says. */
bool transport_more(const struct transport *t);
/** Reading goes on, or the handshake, when the socket can be written to, and
 *  not before. */
bool transport_wants_write(const struct transport *t);

/** close_notify. False: when the socket can be written to, again. */
bool transport_finish(struct transport *t);

/** A constant text. */
const char *transport_why(const struct transport *t);

/** "TLSv1.3 TLS_AES_256_GCM_SHA384", and the name in the far side's
 *  certificate when it has shown one. */
void transport_describe(const struct transport *t,
			char text[static TRANSPORT_TEXT]);

/** It has shown a certificate that is good for this host name, or IP
 *  address. RFC 6125. */
bool transport_shows(const struct transport *t, const char *name);

/** The same, but for this SIP domain, or IP address. RFC 5922 7. */
bool transport_is_domain(const struct transport *t, const char *name);

#endif
