/* Certificates for several names at one port. */
#include <openssl/err.h>

#include "adapters/tls_inside.h"
#include "codecs/arena.h"

/* A connection in its handshake may outlive the context that it is of. */
struct tls_names {
	unsigned holders;
	size_t n;
	SSL_CTX *list[];
};

struct tls_names *tls_names_new(size_t n)
{
	struct tls_names *t = mem_zero(sizeof *t + n * sizeof t->list[0]);

	if (t == NULL)
		return NULL;
	t->holders = 1;
	t->n = n;
	return t;
}

void tls_names_set(struct tls_names *t, size_t i, SSL_CTX *ssl)
{
	t->list[i] = ssl;
}

struct tls_names *tls_names_hold(struct tls_names *t)
{
	if (t != NULL)
		t->holders++;
	return t;
}

void tls_names_release(struct tls_names *t)
{
	size_t i;

	if (t == NULL || --t->holders > 0)
		return;
	for (i = 0; i < t->n; i++)
		SSL_CTX_free(t->list[i]);
	mem_free(t);
}

/* A SIP domain's, or a host's. */
static bool fits(const SSL_CTX *ssl, const char *name)
{
	X509 *x = SSL_CTX_get0_certificate(ssl);
	bool good;

	if (x == NULL)
		return false;
	good = certificate_is_domain(x, name) ||
	       X509_check_host(x, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
			       NULL) == 1;
	ERR_clear_error();
	return good;
}

static int choose(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const struct tls_names *t = arg;
	size_t i = 0;

	(void)alert;
	if (name == NULL || fits(SSL_get_SSL_CTX(ssl), name))
		return SSL_TLSEXT_ERR_OK;
	while (i < t->n && !fits(t->list[i], name))
		i++;
	if (i < t->n)
		SSL_set_SSL_CTX(ssl, t->list[i]);
	return SSL_TLSEXT_ERR_OK;
}

void tls_names_use(struct tls_names *t, SSL_CTX *ssl)
{
	SSL_CTX_set_tlsext_servername_callback(ssl, choose);
	SSL_CTX_set_tlsext_servername_arg(ssl, t);
}
