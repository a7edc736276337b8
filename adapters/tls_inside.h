/* adapters/tls_inside.h - shared by tls_*.c and transport.c only. The library's
 * names stay here and there. */
#ifndef ADAPTERS_TLS_INSIDE_H
#define ADAPTERS_TLS_INSIDE_H

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "adapters/tls_context.h"
#include "adapters/transport.h"

/* Certificates for other names. */
struct tls_names;

struct tls_context {
	SSL_CTX *ssl;
	struct tls_names *names;	/* held; NULL: none                  */
	bool server;
	char *name;		/* that the far side must show; NULL: any    */
};

/** Is it the certificate of that SIP domain, or IP address? RFC 5922 7.1, 7.2:
 *  whole names, no wildcards. */
bool certificate_is_domain(X509 *x, const char *name);

/** That many of them; each is taken over, and may be NULL. NULL: no memory. */
struct tls_names *tls_names_new(size_t n);
void tls_names_set(struct tls_names *t, size_t i, SSL_CTX *ssl);
/** Who connects to `ssl` is shown what fits the name that he asks for (RFC
 *  6066 3). Its transports hold `t`. */
void tls_names_use(struct tls_names *t, SSL_CTX *ssl);
struct tls_names *tls_names_hold(struct tls_names *t);
void tls_names_release(struct tls_names *t);

#endif
