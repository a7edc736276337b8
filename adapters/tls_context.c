#include "adapters/tls_context.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/tls_inside.h"
#include "codecs/arena.h"

#define PATH_OCTETS    4096
#define SECURITY_LEVEL 2 /* 112 bits: RSA of 2048, no SHA-1           */

/* One group while its context is made. */
struct making {
	const struct settings_group *g;
	const struct tls_place *at;
	struct buf *complaint;
	SSL_CTX *ssl;
};

static enum err complain(const struct making *m, const char *setting,
			 const char *what, const char *detail)
{
	ERR_clear_error();
	settings_where(m->g, setting, m->complaint);
	buf_printf(m->complaint, ": group %s: %s: %s%s\n", m->at->group,
		   setting, what, detail);
	return ERR_IO;
}

/* Why the library did not take it. */
static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	return text != NULL ? text : "of no use";
}

static const char *path_to(const struct making *m, struct bytes name,
			   char path[static PATH_OCTETS])
{
	bool whole = name.n > 0 && name.p[0] == '/';

	snprintf(path, PATH_OCTETS, "%s%s%.*s", whole ? "" : m->at->folder,
		 whole ? "" : "/", (int)name.n, (const char *)name.p);
	return path;
}

/* The absolute path of what a setting names; NULL: it is not set. */
static const char *path_of(const struct making *m, const char *setting,
			   char path[static PATH_OCTETS])
{
	const char *text = settings_text(m->g, setting);

	return text == NULL ? NULL : path_to(m, bytes_of(text), path);
}

/* A pipe would keep us waiting; a key that anybody may read is none. */
static enum err look_at(const struct making *m, const char *setting,
			const char *path, bool secret)
{
	struct stat s;
	FILE *f;

	if (stat(path, &s) != 0 || (f = fopen(path, "re")) == NULL)
		return complain(m, setting,
				"cannot be read: ", strerror(errno));
	fclose(f);
	if (!S_ISREG(s.st_mode))
		return complain(m, setting, "is not a file", "");
	if (secret && s.st_mode & (S_IRWXO | S_IWGRP))
		return complain(m, setting,
				"the key in it is open to others: chmod 600",
				"");
	return OK;
}

/* Nobody is there to be asked for the password of a key. */
static int no_password(char *to, int size, int writing, void *arg)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static void warn(const struct making *m, const char *path, const char *what)
{
	if (m->at->oplog != NULL)
		oplog_line(m->at->oplog, OPLOG_WARNING,
			   "group %s: tls-certificate: %s %s", m->at->group,
			   path, what);
}

static void look_at_dates(const struct making *m, const char *path)
{
	const X509 *x = SSL_CTX_get0_certificate(m->ssl);

	if (x == NULL)
		return;
	if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
		warn(m, path, "has expired");
	if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
		warn(m, path, "is not valid yet");
}

static enum err take_key(const struct making *m, const char *setting,
			 const char *path)
{
	enum err e;

	if ((e = look_at(m, setting, path, true)) != OK)
		return e;
	if (SSL_CTX_use_PrivateKey_file(m->ssl, path, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(m->ssl) == 1)
		return OK;
	if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH)
		return complain(m, setting, "is not the key of the certificate",
				"");
	return complain(m, setting, "has no key in PEM: ", reason());
}

static enum err take_chain(const struct making *m, const char *setting,
			   const char *path)
{
	enum err e = look_at(m, setting, path, false);

	if (e != OK)
		return e;
	if (SSL_CTX_use_certificate_chain_file(m->ssl, path) != 1)
		return complain(m, setting,
				"has no certificate in PEM: ", reason());
	return OK;
}

/* The key is in a file of its own, or behind the certificate. */
static enum err take_certificate(const struct making *m)
{
	char path[PATH_OCTETS], own[PATH_OCTETS];
	enum err e;

	if (path_of(m, "tls-certificate", path) == NULL) {
		if (settings_text(m->g, "tls-key") == NULL)
			return OK;
		return complain(m, "tls-key", "needs tls-certificate", "");
	}
	if ((e = take_chain(m, "tls-certificate", path)) != OK)
		return e;
	e = path_of(m, "tls-key", own) != NULL
		    ? take_key(m, "tls-key", own)
		    : take_key(m, "tls-certificate", path);
	if (e == OK)
		look_at_dates(m, path);
	return e;
}

/* `names`: the far side is told whom we believe. */
static enum err take_authorities(const struct making *m, bool names)
{
	char path[PATH_OCTETS];
	STACK_OF(X509_NAME) * list;
	enum err e;

	if (path_of(m, "tls-ca", path) == NULL)
		return OK;
	if ((e = look_at(m, "tls-ca", path, false)) != OK)
		return e;
	if (SSL_CTX_load_verify_file(m->ssl, path) != 1)
		return complain(m, "tls-ca",
				"has no certificates in PEM: ", reason());
	if (!names)
		return OK;
	if ((list = SSL_load_client_CA_file(path)) == NULL)
		return complain(m, "tls-ca", "cannot be taken: ", reason());
	SSL_CTX_set_client_CA_list(m->ssl, list);
	return OK;
}

/*
 * Renegotiation is off, and so is resumption: binds last long, and what is
 * not kept needs no memory. The buffers of a silent connection are given back.
 */
static enum err begin(struct making *m, bool server)
{
	const char *least = settings_text(m->g, "tls-minimum");
	int version =
		strcmp(least, "1.3") == 0 ? TLS1_3_VERSION : TLS1_2_VERSION;

	m->ssl =
		SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	if (m->ssl == NULL ||
	    SSL_CTX_set_min_proto_version(m->ssl, version) != 1)
		return complain(m, "tls-minimum", "cannot be: ", reason());
	SSL_CTX_set_security_level(m->ssl, SECURITY_LEVEL);
	SSL_CTX_set_options(m->ssl, SSL_OP_NO_RENEGOTIATION |
					    SSL_OP_NO_COMPRESSION |
					    SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(m->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(m->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(m->ssl, 1);
	SSL_CTX_set_default_passwd_cb(m->ssl, no_password);
	return SSL_CTX_set_num_tickets(m->ssl, 0) == 1
		       ? OK
		       : complain(m, "tls-minimum", "cannot be: ", reason());
}

/* `name` is copied; NULL: none. What was made is consumed in any case. */
static enum err end(struct making *m, enum err e, struct tls_context **made,
		    const char *name)
{
	struct tls_context *c = NULL;

	if (e == OK && (c = mem_zero(sizeof *c)) != NULL && name != NULL &&
	    (c->name = mem_string(name)) == NULL) {
		mem_free(c);
		c = NULL;
	}
	ERR_clear_error();
	if (c != NULL) {
		c->ssl = m->ssl;
		*made = c;
		return OK;
	}
	SSL_CTX_free(m->ssl);
	if (e != OK)
		return e;
	buf_printf(m->complaint, "group %s: no memory for TLS\n", m->at->group);
	return ERR_NOMEM;
}

static enum err take_client_rule(const struct making *m)
{
	const char *rule = settings_text(m->g, "tls-client");
	int mode = SSL_VERIFY_NONE;

	if (strcmp(rule, "no") != 0)
		mode = SSL_VERIFY_PEER;
	if (strcmp(rule, "require") == 0)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	if (mode != SSL_VERIFY_NONE && settings_text(m->g, "tls-ca") == NULL)
		return complain(m, "tls-client", "needs tls-ca", "");
	SSL_CTX_set_verify(m->ssl, mode, NULL);
	return OK;
}

enum err tls_context_server(struct tls_context **made,
			    const struct settings_group *g,
			    const struct tls_place *at, struct buf *complaint)
{
	struct making m = { g, at, complaint, NULL };
	enum err e;

	*made = NULL;
	if (settings_number(g, "tls-port") == 0)
		return OK;
	if (settings_text(g, "tls-certificate") == NULL)
		return complain(&m, "tls-port", "needs tls-certificate", "");
	if ((e = begin(&m, true)) == OK && (e = take_certificate(&m)) == OK &&
	    (e = take_authorities(&m, true)) == OK)
		e = take_client_rule(&m);
	if ((e = end(&m, e, made, NULL)) == OK)
		(*made)->server = true;
	return e;
}

/* One more certificate, and its key behind it. */
static enum err make_other(struct making *m, const char *setting,
			   struct bytes file)
{
	char path[PATH_OCTETS];
	enum err e;

	(void)path_to(m, file, path);
	if ((e = begin(m, true)) == OK &&
	    (e = take_chain(m, setting, path)) == OK &&
	    (e = take_key(m, setting, path)) == OK)
		look_at_dates(m, path);
	return e;
}

enum err tls_context_more(struct tls_context *c, const struct settings_group *g,
			  const char *setting, const struct tls_place *at,
			  struct buf *complaint)
{
	struct making m = { g, at, complaint, NULL };
	struct bytes file;
	enum err e = OK;
	size_t n = 0, i;

	while (settings_item(g, setting, n, &file))
		n++;
	if (n == 0)
		return OK;
	if ((c->names = tls_names_new(n)) == NULL) {
		buf_printf(complaint, "group %s: no memory for TLS\n",
			   at->group);
		return ERR_NOMEM;
	}
	for (i = 0; e == OK && i < n; i++) {
		(void)settings_item(g, setting, i, &file);
		m.ssl = NULL;
		e = make_other(&m, setting, file);
		tls_names_set(c->names, i, m.ssl);
	}
	ERR_clear_error();
	tls_names_use(c->names, c->ssl);
	return e;
}

static enum err take_system(const struct making *m)
{
	if (settings_text(m->g, "tls-ca") != NULL)
		return take_authorities(m, false);
	if (SSL_CTX_set_default_verify_paths(m->ssl) == 1)
		return OK;
	return complain(m, "tls-ca", "the system's authorities: ", reason());
}

/* `name` is that of the one server, or NULL. */
static enum err make_client(struct making *m, struct tls_context **made,
			    const char *name)
{
	enum err e;

	if ((e = begin(m, false)) == OK && (e = take_certificate(m)) == OK)
		e = take_system(m);
	if (e == OK)
		SSL_CTX_set_verify(m->ssl, SSL_VERIFY_PEER, NULL);
	return end(m, e, made, name);
}

enum err tls_context_client(struct tls_context **made,
			    const struct settings_group *g,
			    const struct tls_place *at, struct buf *complaint)
{
	struct making m = { g, at, complaint, NULL };
	const char *name = settings_text(g, "tls-name");

	*made = NULL;
	if (!settings_bool(g, "tls"))
		return OK;
	return make_client(&m, made,
			   name != NULL ? name : settings_text(g, "host"));
}

enum err tls_context_outward(struct tls_context **made,
			     const struct settings_group *g,
			     const struct tls_place *at, struct buf *complaint)
{
	struct making m = { g, at, complaint, NULL };

	*made = NULL;
	return make_client(&m, made, NULL);
}

void tls_context_free(struct tls_context *c)
{
	if (c == NULL)
		return;
	SSL_CTX_free(c->ssl);
	tls_names_release(c->names);
	mem_free(c->name);
	mem_free(c);
}
