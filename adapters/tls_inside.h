/* adapters/tls_inside.h - shared by tls_context.c, tls_domain.c and transport.c
 * only. The library's names stay here and there. */
#ifndef ADAPTERS_TLS_INSIDE_H
#define ADAPTERS_TLS_INSIDE_H

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "adapters/tls_context.h"
#include "adapters/transport.h"

struct tls_context {
	SSL_CTX *ssl;
	bool server;
	char *name;		/* that the far side must show; NULL: any    */
};

/** Is it the certificate of that SIP domain, or IP address? RFC 5922 7.1, 7.2:
 *  whole names, no wildcards. */
bool certificate_is_domain(X509 *x, const char *name);

#endif
