/* tests/adapters/smpp_tls.h - TLS at the test's end of a wire. */
#ifndef TESTS_ADAPTERS_SMPP_TLS_H
#define TESTS_ADAPTERS_SMPP_TLS_H

#include <openssl/ssl.h>

#include "tests/adapters/pki.h"
#include "tests/adapters/smpp_world.h"

/* How the test's end speaks. */
struct tls_end {
	const char *ca;		/* believes; NULL: anybody                   */
	const char *own;	/* shows; NULL: nothing                      */
	int most;		/* version; 0: all                           */
	bool ask;		/* a server: for a certificate               */
	bool one_by_one;	/* the handshake, octet by octet             */
};

/** The handshake on a wire that is connected; false: it failed. Files are in
 *  w->folder. */
bool wire_shake(struct world *w, struct wire *x, const struct tls_end *e,
		bool server);

/** Connects to the server's tls-port, without a handshake. */
void wire_connect_tls(struct world *w, struct wire *x);

/* A program that has been told its settings, and the files that they name. */
struct tls_scene {
	struct world w;
	struct wire x;
	struct pki pki, other;
};

/** ca.pem, other.pem; by the first of them server.pem, esme1.pem, old.pem
 *  (expired), elsewhere.pem; by the other one foreign.pem. */
void tls_scene_open(struct tls_scene *s);
void tls_scene_close(struct tls_scene *s);

/** Another connection of s->x to the tls-port; whether its handshake is
 *  done. */
bool tls_scene_connect(struct tls_scene *s, const struct tls_end *e);

/** Once the peer is up: whether `text` is a part of what TLS it has. */
bool tls_peer_up(struct world *w, const char *peer, const char *text);

#endif
