/*
 * cpmgw-smpp as a server with TLS, over real sockets: RFC 8446, RFC 5246.
 * Certificates are made by each case in a folder of its own.
 */
#include <openssl/err.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/adapters/smpp_tls.h"

#define SERVER                                                                 \
	{ "smpp", "+", NULL }, { "smpp", "address", "127.0.0.1" },             \
		{ "smpp", "port", "@port" }, { "smpp", "tls-port", "@tls" },   \
	{                                                                      \
		"smpp", "tls-certificate", "~/server.pem"                      \
	}
#define ACCOUNT                                                                \
	{ "esme", "+", NULL }, { "esme", "system-id", "esme1" },               \
	{                                                                      \
		"esme", "password", "secret1"                                  \
	}
#define END                                                                    \
	{                                                                      \
		NULL, NULL, NULL                                               \
	}

static const struct world_setting server[] = { SERVER,
					       { "smpp", "bind-timeout", "5s" },
					       END };

static const struct world_setting impatient[] = {
	SERVER, { "smpp", "bind-timeout", "300ms" }, END
};

static const struct world_setting modern[] = { SERVER,
					       { "smpp", "tls-minimum", "1.3" },
					       END };

static const struct tls_end trusting = { .ca = "ca.pem" };

/* The account's settings of these names, as the engine tells them. */
static uint32_t bind_by(struct tls_scene *s, const char *tls, const char *name)
{
	struct found a = world_account();

	a.tls = tls;
	a.tls_name = name;
	return wire_bind(&s->w, &s->x, SMPP_BIND_TRANSCEIVER, &a);
}

static uint32_t bind_to(struct tls_scene *s)
{
	return bind_by(s, NULL, NULL);
}

static void ask_many(struct wire *x, unsigned n)
{
	struct smpp_pdu p = { .command_id = SMPP_ENQUIRE_LINK };
	struct buf all = BUF_INIT(1024 * 1024);

	while (n-- > 0) {
		p.sequence_number = ++x->sequence;
		CU_ASSERT(smpp_pdu_encode(&p, &all, NULL) == OK);
	}
	wire_octets(x, buf_bytes(&all));
	buf_clear(&all);
}

/* More than one read, and more than its socket takes of answers. */
static void test_server(void)
{
	struct tls_scene s;
	struct smpp_pdu p;
	unsigned i;
	int small = 32768;

	tls_scene_open(&s);
	world_run(&s.w, server);
	CU_ASSERT_FATAL(tls_scene_connect(&s, &trusting));
	CU_ASSERT(SSL_version(s.x.tls) == TLS1_3_VERSION);
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	CU_ASSERT(tls_peer_up(&s.w, "esme1", "TLSv1.3 TLS_AES_256"));
	setsockopt(s.x.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	ask_many(&s.x, 10000);
	for (i = s.x.sequence - 9999; i <= s.x.sequence; i++)
		if (!wire_read(&s.x, &p) || p.sequence_number != i ||
		    p.command_id != SMPP_ENQUIRE_LINK_RESP)
			break;
	CU_ASSERT(i == s.x.sequence + 1);
	wire_send(&s.x, &(struct smpp_pdu){ .command_id = SMPP_UNBIND,
					    .sequence_number = 9 });
	CU_ASSERT(wire_read(&s.x, &p) && p.command_id == SMPP_UNBIND_RESP);
	/* It says goodbye: RFC 8446 6.1. */
	CU_ASSERT(!wire_read(&s.x, &p));
	CU_ASSERT(SSL_get_shutdown(s.x.tls) & SSL_RECEIVED_SHUTDOWN);
	CU_ASSERT(wire_is_closed(&s.x));
	tls_scene_close(&s);
}

static void test_pieces(void)
{
	struct tls_end e = { .ca = "ca.pem", .one_by_one = true };
	struct tls_scene s;
	int version;

	tls_scene_open(&s);
	world_run(&s.w, server);
	for (version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		e.most = version;
		CU_ASSERT_FATAL(tls_scene_connect(&s, &e));
		CU_ASSERT(SSL_version(s.x.tls) == version);
		CU_ASSERT(bind_to(&s) == ESME_ROK);
	}
	tls_scene_close(&s);
}

/* RFC 8446 6.2: an alert, at most; then nothing more. */
static bool is_dropped(struct tls_scene *s)
{
	uint8_t octets[64];
	ssize_t n = recv(s->x.fd, octets, sizeof octets, MSG_WAITALL);

	return (n == 0 || (n == 7 && octets[0] == 21)) && wire_is_closed(&s->x);
}

static const struct stranger {
	const char *name, *hex;
} stranger_rows[] = {
	{ "plain SMPP",
	  "00000023 00000009 00000000 00000001 65736d653100 7365637265743100"
	  "00 34 00 00 00 000000" },
	{ "HTTP", "474554202f20485454502f312e310d0a0d0a" },
	{ "noise", "ffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "a record that is no handshake", "1703030005 0102030405" },
	{ "a ClientHello that lies about its length",
	  "16030100080100000403030102" },
};

static void test_strangers(void)
{
	const struct stranger *r = stranger_rows;
	uint8_t octets[128];
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, server);
	for (; r < stranger_rows + sizeof stranger_rows / sizeof *r; r++) {
		wire_connect_tls(&s.w, &s.x);
		wire_octets(&s.x, check_unhex(r->hex, octets, sizeof octets));
		ROW(r, is_dropped(&s));
		wire_close(&s.x);
	}
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	tls_scene_close(&s);
}

/* A ClientHello, as it leaves. */
static struct bytes first_octets(uint8_t *to, int size)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(c);
	struct bytes out = { to, 0 };

	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(ssl);
	CU_ASSERT(SSL_do_handshake(ssl) != 1);
	out.n = (size_t)BIO_read(SSL_get_wbio(ssl), to, size);
	SSL_free(ssl);
	SSL_CTX_free(c);
	return out;
}

static void send_and_end(struct tls_scene *s, struct bytes octets)
{
	wire_connect_tls(&s->w, &s->x);
	wire_octets(&s->x, octets);
	CU_ASSERT(shutdown(s->x.fd, SHUT_WR) == 0);
	CU_ASSERT(wire_is_closed(&s->x));
	wire_close(&s->x);
}

/* Cut short, and wrong, at each octet: it is closed and nothing else. */
static void test_broken_hellos(void)
{
	struct tls_scene s;
	uint8_t octets[1024], wrong[sizeof octets];
	struct bytes hello = first_octets(octets, sizeof octets);
	size_t i;

	CU_ASSERT_FATAL(hello.n > 100 && hello.n < sizeof octets);
	tls_scene_open(&s);
	world_run(&s.w, server);
	for (i = 0; i < hello.n; i++) {
		if (i > 0)
			send_and_end(&s, (struct bytes){ octets, i });
		memcpy(wrong, octets, hello.n);
		wrong[i] ^= 0x41;
		send_and_end(&s, (struct bytes){ wrong, hello.n });
	}
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	tls_scene_close(&s);
}

static void test_tls_to_the_plain_port(void)
{
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, server);
	wire_connect(&s.w, &s.x);
	CU_ASSERT(!wire_shake(&s.w, &s.x, &trusting, false));
	CU_ASSERT(wire_is_closed(&s.x));
	wire_close(&s.x);
	wire_connect(&s.w, &s.x);
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	tls_scene_close(&s);
}

/* The bind-timeout is for all that comes before the bind. */
static void test_slow_handshake(void)
{
	uint8_t octets[16];
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, impatient);
	wire_connect_tls(&s.w, &s.x);
	CU_ASSERT(wire_is_closed(&s.x));
	wire_close(&s.x);
	wire_connect_tls(&s.w, &s.x);
	wire_octets(&s.x,
		    check_unhex("1603010200 0100", octets, sizeof octets));
	CU_ASSERT(wire_is_closed(&s.x));
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(wire_is_closed(&s.x));
	tls_scene_close(&s);
}

static void test_versions(void)
{
	struct tls_end e = { .most = TLS1_1_VERSION };
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, server);
	CU_ASSERT(!tls_scene_connect(&s, &e));
	e.most = TLS1_2_VERSION;
	CU_ASSERT(tls_scene_connect(&s, &e));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	CU_ASSERT(tls_peer_up(&s.w, "esme1", "TLSv1.2 ECDHE-ECDSA-"));
	world_run(&s.w, modern);
	CU_ASSERT(!tls_scene_connect(&s, &e));
	e.most = TLS1_3_VERSION;
	CU_ASSERT(tls_scene_connect(&s, &e));
	tls_scene_close(&s);
}

/* RFC 5246 7.2.2: no_renegotiation; the test's end gives up then. */
static void test_no_renegotiation(void)
{
	struct tls_end e = { .most = TLS1_2_VERSION };
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, server);
	CU_ASSERT(tls_scene_connect(&s, &e));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	CU_ASSERT(SSL_renegotiate(s.x.tls) == 1);
	CU_ASSERT(SSL_do_handshake(s.x.tls) != 1);
	CU_ASSERT(ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_RENEGOTIATION);
	ERR_clear_error();
	CU_ASSERT(tls_scene_connect(&s, &e));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	tls_scene_close(&s);
}

/* RFC 8446 4.6.3: a key may be changed at any moment. */
static void test_key_update(void)
{
	struct smpp_pdu p;
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, server);
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	CU_ASSERT(SSL_key_update(s.x.tls, SSL_KEY_UPDATE_REQUESTED) == 1);
	ask_many(&s.x, 2);
	CU_ASSERT(wire_read(&s.x, &p) && wire_read(&s.x, &p));
	CU_ASSERT(p.sequence_number == s.x.sequence);
	tls_scene_close(&s);
}

static const struct world_setting asking[] = { SERVER,
					       { "smpp", "tls-ca", "~/ca.pem" },
					       { "smpp", "tls-client", "ask" },
					       ACCOUNT,
					       { "esme", "tls-name",
						 "esme1.example" },
					       END };

static const struct world_setting requiring[] = {
	SERVER,
	{ "smpp", "tls-ca", "~/ca.pem" },
	{ "smpp", "tls-client", "require" },
	ACCOUNT,
	{ "esme", "tls", "require" },
	END
};

static const struct world_setting plain_only[] = {
	SERVER, ACCOUNT, { "esme", "tls", "no" }, END
};

static const struct world_setting secure_only[] = {
	SERVER, ACCOUNT, { "esme", "tls", "require" }, END
};

/* With TLS 1.3 a client is refused after it believes that all is well. */
static bool is_taken(struct tls_scene *s, const char *own)
{
	struct tls_end e = { .ca = "ca.pem", .own = own };
	struct smpp_pdu p;

	if (!tls_scene_connect(s, &e))
		return false;
	ask_many(&s->x, 1);
	return wire_read(&s->x, &p) && p.command_id == SMPP_ENQUIRE_LINK_RESP;
}

static void test_client_certificate(void)
{
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, requiring);
	CU_ASSERT(!is_taken(&s, NULL));
	CU_ASSERT(ERR_GET_REASON(ERR_peek_error()) ==
		  SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
	ERR_clear_error();
	CU_ASSERT(!is_taken(&s, "foreign.pem"));
	CU_ASSERT(ERR_GET_REASON(ERR_peek_error()) ==
		  SSL_R_TLSV1_ALERT_UNKNOWN_CA);
	ERR_clear_error();
	CU_ASSERT(!is_taken(&s, "old.pem"));
	CU_ASSERT(ERR_GET_REASON(ERR_peek_error()) ==
		  SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED);
	ERR_clear_error();
	CU_ASSERT(is_taken(&s, "esme1.pem"));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	CU_ASSERT(tls_peer_up(&s.w, "esme1", " esme1.example"));
	tls_scene_close(&s);
}

static void test_account_name(void)
{
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, asking);
	CU_ASSERT(is_taken(&s, NULL));
	CU_ASSERT(bind_by(&s, NULL, "esme1.example") == ESME_RBINDFAIL);
	CU_ASSERT(is_taken(&s, "elsewhere.pem"));
	CU_ASSERT(bind_by(&s, NULL, "esme1.example") == ESME_RBINDFAIL);
	CU_ASSERT(!is_taken(&s, "foreign.pem"));
	wire_close(&s.x);
	wire_connect(&s.w, &s.x);
	CU_ASSERT(bind_by(&s, NULL, "esme1.example") == ESME_RBINDFAIL);
	CU_ASSERT(is_taken(&s, "esme1.pem"));
	CU_ASSERT(bind_by(&s, NULL, "esme1.example") == ESME_ROK);
	ERR_clear_error();
	tls_scene_close(&s);
}

static void test_account_rule(void)
{
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, plain_only);
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_by(&s, "no", NULL) == ESME_RBINDFAIL);
	wire_close(&s.x);
	wire_connect(&s.w, &s.x);
	CU_ASSERT(bind_by(&s, "no", NULL) == ESME_ROK);
	tls_scene_close(&s);
	tls_scene_open(&s);
	world_run(&s.w, secure_only);
	wire_connect(&s.w, &s.x);
	CU_ASSERT(bind_by(&s, "require", NULL) == ESME_RBINDFAIL);
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_by(&s, "require", NULL) == ESME_ROK);
	tls_scene_close(&s);
}

/* New connections see the new certificate, binds stay as they are. */
static void test_reload(void)
{
	struct tls_end e = { .ca = "other.pem" };
	struct tls_scene s;
	struct wire old;
	struct smpp_pdu p;

	tls_scene_open(&s);
	world_run(&s.w, server);
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	old = s.x;
	s.x = (struct wire){ .fd = -1 };
	pki_issue(&s.other, "server.pem", "DNS:cpm.example", -1, 9);
	CU_ASSERT(world_prepare(&s.w, server));
	world_commit(&s.w);
	/* Prepared, committed: the next prepare has seen both. */
	CU_ASSERT(world_prepare(&s.w, server));
	CU_ASSERT(!tls_scene_connect(&s, &trusting));
	CU_ASSERT(tls_scene_connect(&s, &e));
	ask_many(&old, 1);
	CU_ASSERT(wire_read(&old, &p) &&
		  p.command_id == SMPP_ENQUIRE_LINK_RESP);
	wire_close(&old);
	ERR_clear_error();
	world_commit(&s.w);
	tls_scene_close(&s);
}

/* Without tls-port the listener goes, and binds stay. */
static void test_listener_goes(void)
{
	struct tls_scene s;
	struct smpp_pdu p;

	tls_scene_open(&s);
	world_run(&s.w, server);
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	CU_ASSERT(bind_to(&s) == ESME_ROK);
	CU_ASSERT(world_prepare(&s.w, world_server_settings));
	world_commit(&s.w);
	CU_ASSERT(world_prepare(&s.w, world_server_settings));
	ask_many(&s.x, 1);
	CU_ASSERT(wire_read(&s.x, &p));
	world_commit(&s.w);
	CU_ASSERT(world_prepare(&s.w, server));
	world_commit(&s.w);
	CU_ASSERT(world_prepare(&s.w, server));
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	world_commit(&s.w);
	tls_scene_close(&s);
}

/* While the engine is behind, a handshake goes on; PDUs wait. */
static void test_slow_engine(void)
{
	struct smpp_pdu p;
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, server);
	world_tell(&s.w, FRAME_SLOW, 0, (struct bytes){ NULL, 0 });
	CU_ASSERT(world_prepare(&s.w, server));
	CU_ASSERT(tls_scene_connect(&s, &trusting));
	ask_many(&s.x, 5000);
	world_tell(&s.w, FRAME_GO, 0, (struct bytes){ NULL, 0 });
	while (wire_read(&s.x, &p) && p.sequence_number < s.x.sequence)
		;
	CU_ASSERT(p.sequence_number == s.x.sequence);
	world_commit(&s.w);
	tls_scene_close(&s);
}

static const struct check_test tests[] = {
	{ "a server: bind, much at once, goodbye", test_server },
	{ "a handshake octet by octet", test_pieces },
	{ "what is no handshake is dropped", test_strangers },
	{ "handshakes that are broken anywhere", test_broken_hellos },
	{ "TLS to the plain port", test_tls_to_the_plain_port },
	{ "a handshake has its time", test_slow_handshake },
	{ "versions", test_versions },
	{ "no renegotiation", test_no_renegotiation },
	{ "keys may be changed", test_key_update },
	{ "client certificates", test_client_certificate },
	{ "the name that an account must show", test_account_name },
	{ "accounts with and without TLS", test_account_rule },
	{ "a reload takes new certificates", test_reload },
	{ "a listener goes and comes", test_listener_goes },
	{ "while the engine is behind", test_slow_engine },
	{ NULL, NULL }
};

int main(void)
{
	/* Our own ends of TLS are written to when they are closed. */
	signal(SIGPIPE, SIG_IGN);
	return check_run("smpp_tls", tests);
}
