/* adapters/smpp/tls_inside.h - shared by tls_context.c and transport.c only.
 * The library's names stay here and there. */
#ifndef ADAPTERS_SMPP_TLS_INSIDE_H
#define ADAPTERS_SMPP_TLS_INSIDE_H

#include <openssl/ssl.h>

#include "adapters/smpp/tls_context.h"
#include "adapters/smpp/transport.h"

struct tls_context {
	SSL_CTX *ssl;
	bool server;
	char *name;		/* that the far side must show; NULL: any    */
};

#endif
