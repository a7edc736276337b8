#include "adapters/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "adapters/tls_inside.h"
#include "codecs/arena.h"

#define NAME_MAX_OCTETS 96

struct transport {
	SSL *ssl;
	struct tls_names *names; /* held: the handshake asks it      */
	bool wants_write; /* to read, or to say hello or goodbye       */
	bool more;	  /* the last read did not empty it            */
	bool ended;	  /* by the far side                           */
	const char *why;  /* it is broken: nothing more may be sent    */
};

/* An address in the certificate is no host name: RFC 5280 4.2.1.6. */
static bool set_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(p, name) == 1)
		return true;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(p,
					X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(p, name, 0) == 1 &&
	       SSL_set_tlsext_host_name(ssl, name) == 1;
}

struct transport *transport_new(const struct tls_context *c, int fd)
{
	struct transport *t = mem_zero(sizeof *t);

	if (t == NULL)
		return NULL;
	t->names = tls_names_hold(c->names);
	t->ssl = SSL_new(c->ssl);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1 ||
	    (c->name != NULL && !set_name(t->ssl, c->name))) {
		ERR_clear_error();
		transport_free(t);
		return NULL;
	}
	if (c->server)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	return t;
}

bool transport_ask_for(struct transport *t, const char *name)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
	bool good =
		address != NULL || SSL_set_tlsext_host_name(t->ssl, name) == 1;

	ASN1_OCTET_STRING_free(address);
	ERR_clear_error();
	return good;
}

void transport_free(struct transport *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	tls_names_release(t->names);
	mem_free(t);
}

/* What people see: why a certificate was not believed, before all else. */
static const char *reason_of(const SSL *ssl)
{
	long verified = SSL_get_verify_result(ssl);
	unsigned long e = ERR_peek_error();
	const char *text = ERR_reason_error_string(e);

	if (verified != X509_V_OK && verified != X509_V_ERR_UNSPECIFIED &&
	    ERR_GET_REASON(e) == SSL_R_CERTIFICATE_VERIFY_FAILED)
		return X509_verify_cert_error_string(verified);
	switch (ERR_GET_LIB(e) == ERR_LIB_SSL ? ERR_GET_REASON(e) : 0) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
		return "the far side does not speak TLS";
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		return "closed by the far side";
	default:
		return text != NULL ? text : "TLS error";
	}
}

/* What a call of the library that did not succeed means. 0: wait. */
static int judge(struct transport *t, int result)
{
	int error = errno, what = SSL_get_error(t->ssl, result);

	if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
		return 0;
	if (what == SSL_ERROR_ZERO_RETURN ||
	    (what == SSL_ERROR_SSL &&
	     ERR_GET_REASON(ERR_peek_error()) ==
		     SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
		t->ended = true;
		return what;
	}
	if (what == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)
		t->why = error != 0 ? strerror(error) : "connection lost";
	else
		t->why = reason_of(t->ssl);
	return what;
}

enum shake transport_shake(struct transport *t)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(t->ssl);
	t->wants_write = SSL_want_write(t->ssl);
	if (result == 1)
		return SHAKE_DONE;
	if (judge(t, result) == 0)
		return SHAKE_WAIT;
	if (t->why == NULL)
		t->why = "closed by the far side";
	ERR_clear_error();
	return SHAKE_FAILED;
}

static ssize_t result_of(const struct transport *t)
{
	if (t->why == NULL && t->ended)
		return 0;
	errno = t->why != NULL ? EPROTO : EAGAIN;
	return -1;
}

ssize_t transport_read(struct transport *t, void *to, size_t n)
{
	size_t done = 0, got;
	int result = 1;

	t->more = false;
	while (t->why == NULL && !t->ended && done < n) {
		ERR_clear_error();
		errno = 0;
		result = SSL_read_ex(t->ssl, (uint8_t *)to + done, n - done,
				     &got);
		if (result != 1 && judge(t, result) == 0)
			break;
		if (result == 1)
			done += got;
	}
	ERR_clear_error();
	t->wants_write = result != 1 && SSL_want_write(t->ssl);
	/* The end is told by the next call: no event may come for it. */
	t->more = done > 0 && (result == 1 || t->ended || t->why != NULL);
	return done > 0 ? (ssize_t)done : result_of(t);
}

ssize_t transport_write(struct transport *t, const void *from, size_t n)
{
	size_t done = 0, put;
	int result = 1;

	while (t->why == NULL && done < n) {
		ERR_clear_error();
		errno = 0;
		result = SSL_write_ex(t->ssl, (const uint8_t *)from + done,
				      n - done, &put);
		if (result != 1 && judge(t, result) == 0)
			break;
		if (result != 1 && t->why == NULL)
			t->why = "closed by the far side";
		if (result == 1)
			done += put;
	}
	ERR_clear_error();
	if (done > 0)
		return (ssize_t)done;
	errno = t->why != NULL ? EPROTO : EAGAIN;
	return -1;
}

bool transport_more(const struct transport *t)
{
	return t->more;
}

bool transport_wants_write(const struct transport *t)
{
	return t->wants_write;
}

bool transport_finish(struct transport *t)
{
	int result;

	if (t->why != NULL || !SSL_is_init_finished(t->ssl) ||
	    SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)
		return true;
	ERR_clear_error();
	errno = 0;
	/* The far side's own close_notify is not waited for. */
	result = SSL_shutdown(t->ssl);
	t->wants_write = result < 0 &&
			 SSL_get_error(t->ssl, result) == SSL_ERROR_WANT_WRITE;
	ERR_clear_error();
	return !t->wants_write;
}

const char *transport_why(const struct transport *t)
{
	return t->why != NULL ? t->why : "closed by the far side";
}

/* The first name that a certificate is for, else that of its subject. */
static void name_of(X509 *x, char *text, size_t size)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	const GENERAL_NAME *first = sk_GENERAL_NAME_value(names, 0);
	const ASN1_STRING *s = NULL;
	size_t i;

	text[0] = 0;
	if (first != NULL &&
	    (first->type == GEN_DNS || first->type == GEN_EMAIL ||
	     first->type == GEN_URI))
		s = first->d.ia5;
	if (s != NULL)
		snprintf(text, size, "%.*s", ASN1_STRING_length(s),
			 (const char *)ASN1_STRING_get0_data(s));
	else
		X509_NAME_get_text_by_NID(X509_get_subject_name(x),
					  NID_commonName, text, (int)size);
	GENERAL_NAMES_free(names);
	/* The far side chose them; they are shown. */
	for (i = 0; text[i] != 0; i++)
		if (text[i] < 0x21 || text[i] > 0x7E)
			text[i] = '?';
}

void transport_describe(const struct transport *t,
			char text[static TRANSPORT_TEXT])
{
	X509 *x = SSL_get0_peer_certificate(t->ssl);
	char name[NAME_MAX_OCTETS] = "";

	if (x != NULL)
		name_of(x, name, sizeof name);
	ERR_clear_error();
	snprintf(text, TRANSPORT_TEXT, "%s %s%s%s", SSL_get_version(t->ssl),
		 SSL_get_cipher_name(t->ssl), name[0] != 0 ? " " : "", name);
}

bool transport_shows(const struct transport *t, const char *name)
{
	X509 *x = SSL_get0_peer_certificate(t->ssl);
	bool good;

	if (x == NULL || SSL_get_verify_result(t->ssl) != X509_V_OK)
		return false;
	good = X509_check_ip_asc(x, name, 0) == 1 ||
	       X509_check_host(x, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
			       NULL) == 1;
	ERR_clear_error();
	return good;
}

bool transport_is_domain(const struct transport *t, const char *name)
{
	X509 *x = SSL_get0_peer_certificate(t->ssl);

	return x != NULL && SSL_get_verify_result(t->ssl) == X509_V_OK &&
	       certificate_is_domain(x, name);
}
