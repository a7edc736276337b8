/* adapters/smpp/client_tls.h - the TLS contexts of links to SMSCs, made anew
 * from their files with each configuration. */
#ifndef ADAPTERS_SMPP_CLIENT_TLS_H
#define ADAPTERS_SMPP_CLIENT_TLS_H

#include "adapters/tls_context.h"

struct client_tls;

/** Those of all groups smsc with tls = yes. NULL in *made is none of them.
 *  Errors as of tls_context_client(). */
enum err client_tls_new(struct client_tls **made, const struct settings *s,
			const struct tls_place *at,
			struct buf *complaint) CHECKED;
void client_tls_free(struct client_tls *all);

/** NULL: the link has none. */
const struct tls_context *client_tls_find(const struct client_tls *all,
					  const char *link);

#endif
