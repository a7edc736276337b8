#include "tests/adapters/smpp_tls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const char *in_folder(const char *folder, const char *name, char *to,
			     size_t size)
{
	CU_ASSERT_FATAL((size_t)snprintf(to, size, "%s/%s", folder, name) <
			size);
	return to;
}

static SSL_CTX *context(struct world *w, const struct tls_end *e, bool server)
{
	SSL_CTX *c =
		SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	char path[512];

	CU_ASSERT_FATAL(c != NULL);
	if (e->most != 0) {
		/* Below 1.2 it has to be wanted. */
		SSL_CTX_set_security_level(c, 0);
		CU_ASSERT(SSL_CTX_set_min_proto_version(c, TLS1_VERSION) == 1);
		CU_ASSERT(SSL_CTX_set_max_proto_version(c, e->most) == 1);
	}
	if (e->own != NULL) {
		in_folder(w->folder, e->own, path, sizeof path);
		CU_ASSERT(SSL_CTX_use_certificate_chain_file(c, path) == 1);
		CU_ASSERT(SSL_CTX_use_PrivateKey_file(c, path,
						      SSL_FILETYPE_PEM) == 1);
	}
	if (e->ca != NULL) {
		in_folder(w->folder, e->ca, path, sizeof path);
		CU_ASSERT(SSL_CTX_load_verify_file(c, path) == 1);
	}
	if (e->ask || (e->ca != NULL && !server))
		SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	return c;
}

/* What TLS wants to send, each octet in a segment of its own. */
static void trickle(struct wire *x, BIO *out)
{
	uint8_t octet;

	while (BIO_read(out, &octet, 1) == 1)
		CU_ASSERT(send(x->fd, &octet, 1, MSG_NOSIGNAL) == 1);
}

static bool shake_one_by_one(struct wire *x)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	int yes = 1, result;
	uint8_t octet;

	setsockopt(x->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	SSL_set_bio(x->tls, in, out);
	while ((result = SSL_do_handshake(x->tls)) != 1) {
		if (SSL_get_error(x->tls, result) != SSL_ERROR_WANT_READ)
			return false;
		trickle(x, out);
		if (recv(x->fd, &octet, 1, 0) != 1)
			return false;
		CU_ASSERT(BIO_write(in, &octet, 1) == 1);
	}
	trickle(x, out);
	return SSL_set_fd(x->tls, x->fd) == 1;
}

bool wire_shake(struct world *w, struct wire *x, const struct tls_end *e,
		bool server)
{
	SSL_CTX *c = context(w, e, server);

	x->tls = SSL_new(c);
	SSL_CTX_free(c);
	CU_ASSERT_FATAL(x->tls != NULL);
	if (server)
		SSL_set_accept_state(x->tls);
	else
		SSL_set_connect_state(x->tls);
	if (e->one_by_one)
		return shake_one_by_one(x);
	return SSL_set_fd(x->tls, x->fd) == 1 && SSL_do_handshake(x->tls) == 1;
}

void wire_connect_tls(struct world *w, struct wire *x)
{
	uint16_t plain = w->port;

	w->port = w->tls_port;
	wire_connect(w, x);
	w->port = plain;
}

void tls_scene_open(struct tls_scene *s)
{
	const char *folder = check_directory();

	world_start(&s->w);
	s->w.folder = folder;
	pki_open(&s->pki, folder, "ca");
	pki_open(&s->other, folder, "other");
	pki_issue(&s->pki, "server.pem", "DNS:cpm.example,IP:127.0.0.1", -1, 9);
	pki_issue(&s->pki, "esme1.pem", "DNS:esme1.example", -1, 9);
	pki_issue(&s->pki, "old.pem", "IP:127.0.0.1", -8, -1);
	pki_issue(&s->pki, "elsewhere.pem", "DNS:elsewhere.example", -1, 9);
	pki_issue(&s->other, "foreign.pem", "DNS:esme1.example,IP:127.0.0.1",
		  -1, 9);
	s->x = (struct wire){ .fd = -1 };
}

void tls_scene_close(struct tls_scene *s)
{
	pki_close(&s->pki);
	pki_close(&s->other);
	world_over(&s->w, &s->x);
}

bool tls_scene_connect(struct tls_scene *s, const struct tls_end *e)
{
	wire_close(&s->x);
	wire_connect_tls(&s->w, &s->x);
	return wire_shake(&s->w, &s->x, e, false);
}

bool tls_peer_up(struct world *w, const char *peer, const char *text)
{
	struct peer_state p;

	while (world_wait(w, FRAME_PEER)) {
		CU_ASSERT_FATAL(peer_state_read(w->got.payload, w->arena, &p) ==
				OK);
		if (strcmp(p.peer, peer) == 0 && p.up)
			return p.tls != NULL && strstr(p.tls, text) != NULL;
	}
	return false;
}
