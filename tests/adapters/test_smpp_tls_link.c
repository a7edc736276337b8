/*
 * cpmgw-smpp as a client with TLS, and the files that both its ends need:
 * RFC 8446, RFC 6125. Certificates are made by each case.
 */
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

#define FILES(file_, key_)                                                     \
	{ "smpp", "+", NULL }, { "smpp", "port", "@port" },                    \
		{ "smpp", "address", "127.0.0.1" },                            \
		{ "smpp", "tls-port", "@tls" },                                \
		{ "smpp", "tls-certificate", file_ },                          \
	{                                                                      \
		"smpp", "tls-key", key_                                        \
	}

static const struct complaint {
	const char *name;
	struct world_setting settings[9];
	const char *part;
} complaint_rows[] = {
	{ "no certificate",
	  { { "smpp", "+", NULL }, { "smpp", "tls-port", "@tls" }, END },
	  "test.conf:2: group smpp: tls-port: needs tls-certificate" },
	{ "unreadable",
	  { FILES("~/nothing.pem", "~/server.pem"), END },
	  "test.conf:2: group smpp: tls-certificate: cannot be read: No such" },
	{ "in the state directory",
	  { FILES("tls/x.pem", "tls/x.pem"), END },
	  "tls-certificate: cannot be read: No such" },
	{ "a folder",
	  { FILES("~/", "~/server.pem"), END },
	  "tls-certificate: is not a file" },
	{ "not PEM",
	  { FILES("~/noise.pem", "~/server.pem"), END },
	  "tls-certificate: has no certificate in PEM: " },
	{ "another's key",
	  { FILES("~/server.pem", "~/esme1.pem"), END },
	  "tls-key: is not the key of the certificate" },
	{ "no key",
	  { FILES("~/server.pem", "~/ca.pem"), END },
	  "tls-key: has no key in PEM: " },
	{ "a key for everybody",
	  { FILES("~/server.pem", "~/open.pem"), END },
	  "tls-key: the key in it is open to others: chmod 600" },
	{ "a certificate is asked for, and nobody believed",
	  { SERVER, { "smpp", "tls-client", "ask" }, END },
	  "tls-client: needs tls-ca" },
	{ "authorities of noise",
	  { SERVER, { "smpp", "tls-ca", "~/noise.pem" }, END },
	  "tls-ca: has no certificates in PEM: " },
	{ "a name that nobody asks for",
	  { SERVER, ACCOUNT, { "esme", "tls-name", "a" } },
	  "group esme: tls-name: needs tls-port and tls-client" },
	{ "a key without a certificate",
	  { { "smsc", "+", NULL },
	    { "smsc", "name", "smsc-a" },
	    { "smsc", "host", "127.0.0.1" },
	    { "smsc", "system-id", "a" },
	    { "smsc", "tls", "yes" },
	    { "smsc", "tls-key", "~/server.pem" },
	    END },
	  "group smsc: tls-key: needs tls-certificate" },
};

static void write_text(const char *folder, const char *name, mode_t mode)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	CU_ASSERT_FATAL(f != NULL && fputs("noise\n", f) > 0);
	CU_ASSERT(fclose(f) == 0 && chmod(path, mode) == 0);
}

static bool complains_of(struct world *w, const char *part)
{
	char text[1024];
	size_t n = w->got.payload.n;

	if (n >= sizeof text)
		n = sizeof text - 1;
	memcpy(text, w->got.payload.p, n);
	text[n] = 0;
	if (strstr(text, part) != NULL)
		return true;
	fprintf(stderr, "complaint: %s\n", text);
	return false;
}

static void test_complaints(void)
{
	const struct complaint *r = complaint_rows;
	struct world_setting list[10];
	struct tls_scene s;

	tls_scene_open(&s);
	write_text(s.w.folder, "noise.pem", 0600);
	write_text(s.w.folder, "open.pem", 0644);
	for (; r < complaint_rows + sizeof complaint_rows / sizeof *r; r++) {
		memset(list, 0, sizeof list);
		memcpy(list, r->settings, sizeof r->settings);
		ROW(r, !world_prepare(&s.w, list));
		ROW(r, complains_of(&s.w, r->part));
	}
	/* One that has expired is a warning: it may be all that there is. */
	pki_issue(&s.pki, "server.pem", "DNS:cpm.example", -8, -1);
	CU_ASSERT(world_prepare(&s.w, server));
	world_commit(&s.w);
	tls_scene_close(&s);
}

#define LINK                                                                   \
	WORLD_LINK, { "smsc", "tls", "yes" },                                  \
	{                                                                      \
		"smsc", "tls-ca", "~/ca.pem"                                   \
	}

static const struct world_setting to_smsc[] = {
	LINK, { "smsc", "tls-certificate", "~/esme1.pem" }, END
};

static const struct world_setting to_named[] = {
	LINK, { "smsc", "tls-name", "elsewhere.example" }, END
};

static const struct world_setting to_patient[] = {
	LINK, { "smsc", "response-timeout", "300ms" }, END
};

/* By its address, 127.0.0.1, and with a certificate of ours. */
static void test_client(void)
{
	struct tls_end e = { .own = "server.pem", .ca = "ca.pem", .ask = true };
	struct smpp_pdu p;
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, to_smsc);
	wire_accept(&s.w, &s.x);
	CU_ASSERT_FATAL(wire_shake(&s.w, &s.x, &e, true));
	CU_ASSERT(SSL_get0_peer_certificate(s.x.tls) != NULL);
	CU_ASSERT(SSL_get_servername(s.x.tls, TLSEXT_NAMETYPE_host_name) ==
		  NULL);
	wire_take_bind(&s.x, ESME_ROK);
	CU_ASSERT(tls_peer_up(&s.w, "smsc-a", " cpm.example"));
	world_control(&s.w, "stop", "smsc-a");
	CU_ASSERT(wire_read(&s.x, &p) && p.command_id == SMPP_UNBIND);
	wire_respond(&s.x, &p, ESME_ROK, "");
	CU_ASSERT(!wire_read(&s.x, &p));
	CU_ASSERT(SSL_get_shutdown(s.x.tls) & SSL_RECEIVED_SHUTDOWN);
	tls_scene_close(&s);
}

static void test_client_named(void)
{
	struct tls_end e = { .own = "elsewhere.pem", .one_by_one = true };
	const char *name;
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, to_named);
	wire_accept(&s.w, &s.x);
	CU_ASSERT_FATAL(wire_shake(&s.w, &s.x, &e, true));
	name = SSL_get_servername(s.x.tls, TLSEXT_NAMETYPE_host_name);
	CU_ASSERT(name != NULL && strcmp(name, "elsewhere.example") == 0);
	wire_take_bind(&s.x, ESME_ROK);
	CU_ASSERT(tls_peer_up(&s.w, "smsc-a", " elsewhere.example"));
	tls_scene_close(&s);
}

static const struct impostor {
	const char *name, *own, *text;
} impostor_rows[] = {
	{ "another name", "elsewhere.pem", "IP address mismatch" },
	{ "it has expired", "old.pem", "certificate has expired" },
	{ "of an authority that is not ours", "foreign.pem",
	  "unable to get local issuer certificate" },
};

/* Nothing of the bind is seen by one who is not who it should be. */
static void test_impostors(void)
{
	const struct impostor *r = impostor_rows;
	struct tls_end e = { .own = NULL };
	struct tls_scene s;
	struct smpp_pdu p;

	tls_scene_open(&s);
	world_run(&s.w, to_smsc);
	for (; r < impostor_rows + sizeof impostor_rows / sizeof *r; r++) {
		e.own = r->own;
		wire_accept(&s.w, &s.x);
		if (wire_shake(&s.w, &s.x, &e, true))
			ROW(r, !wire_read(&s.x, &p));
		ROW(r, wire_is_closed(&s.x));
		wire_close(&s.x);
		ROW(r, world_peer_text(&s.w, "smsc-a", r->text));
		ERR_clear_error();
	}
	wire_accept(&s.w, &s.x);
	wire_octets(&s.x, bytes_of("SMSC at your service, sir\r\n"));
	CU_ASSERT(world_peer_text(&s.w, "smsc-a",
				  "the far side does not speak TLS"));
	wire_close(&s.x);
	tls_scene_close(&s);
}

/* Its files are read anew, though its settings are the same. */
static void test_client_reload(void)
{
	struct tls_end e = { .own = "foreign.pem" };
	struct tls_scene s;
	struct smpp_pdu p;
	struct pki again;
	struct wire old;

	tls_scene_open(&s);
	world_run(&s.w, to_smsc);
	wire_accept(&s.w, &old);
	CU_ASSERT_FATAL(
		wire_shake(&s.w, &old, &(struct tls_end){ .own = "server.pem" },
			   true));
	wire_take_bind(&old, ESME_ROK);
	CU_ASSERT(tls_peer_up(&s.w, "smsc-a", "cpm.example"));
	pki_open(&again, s.w.folder, "ca");
	pki_issue(&again, "foreign.pem", "IP:127.0.0.1", -1, 9);
	CU_ASSERT(world_prepare(&s.w, to_smsc));
	world_commit(&s.w);
	wire_send(&old, &(struct smpp_pdu){ .command_id = SMPP_ENQUIRE_LINK,
					    .sequence_number = 5 });
	CU_ASSERT(wire_read(&old, &p) &&
		  p.command_id == SMPP_ENQUIRE_LINK_RESP);
	wire_close(&old);
	wire_accept(&s.w, &s.x);
	CU_ASSERT(wire_shake(&s.w, &s.x, &e, true));
	wire_take_bind(&s.x, ESME_ROK);
	CU_ASSERT(world_peer(&s.w, "smsc-a", true));
	pki_close(&again);
	tls_scene_close(&s);
}

static void test_smsc_that_says_nothing(void)
{
	struct tls_scene s;

	tls_scene_open(&s);
	world_run(&s.w, to_patient);
	wire_accept(&s.w, &s.x);
	CU_ASSERT(world_peer_text(&s.w, "smsc-a", "took too long"));
	tls_scene_close(&s);
}

static const struct check_test tests[] = {
	{ "what is wrong with files is said", test_complaints },
	{ "a client: bind, its certificate, goodbye", test_client },
	{ "a client that knows a name", test_client_named },
	{ "an SMSC that is another", test_impostors },
	{ "a client's files are read anew", test_client_reload },
	{ "an SMSC that says nothing", test_smsc_that_says_nothing },
	{ NULL, NULL }
};

int main(void)
{
	/* Our own ends of TLS are written to when they are closed. */
	signal(SIGPIPE, SIG_IGN);
	return check_run("smpp_tls_link", tests);
}
