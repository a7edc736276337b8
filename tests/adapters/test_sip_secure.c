/*
 * Connections with TLS, both ends of them ours: their octets, whom they are
 * with, and what ends them. Time is the test's. RFC 5246, 8446; RFC 5922.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/sip/secure.h"
#include "gateway/loop.h"
#include "tests/adapters/pki.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

#define MB	  (1024u * 1024u)
#define SECOND_US UINT64_C(1000000)
#define ENDS_MAX  256

/* One side of a connection, as its owner sees it. */
struct end {
	struct secure_conn *conn; /* NULL: closed                      */
	struct buf got;
	const char *why;
	bool refuses;
};

/* One of the two. */
struct party {
	struct secure *secure;
	struct settings *settings;
	struct sip_config *config;
	struct end ends[ENDS_MAX];
	size_t n, closed;
	bool echoes, good, hurries;
};

struct scene {
	const char *folder;
	struct clock clock;
	uint64_t ahead_us;
	struct loop *loop;
	struct loop_timer timer;
	struct pki pki, other;
	uint16_t port;
	struct party server, client;
};

/* -- time ----------------------------------------------------------------- */

static uint64_t monotonic(void *arg)
{
	const struct clock *c = clock_system();

	return c->monotonic_us(c->arg) + ((struct scene *)arg)->ahead_us;
}

static uint64_t dice(void *arg)
{
	return monotonic(arg) * 0x9E3779B97F4A7C15;
}

static void over(void *arg)
{
	loop_end(arg);
}

/* A while. */
static void pump(struct scene *s, unsigned ms)
{
	CU_ASSERT_FATAL(loop_set_timer(s->loop, &s->timer, ms * 1000, over,
				       s->loop) == OK);
	CU_ASSERT(loop_run(s->loop) == OK);
}

/* Until it is so; false: 5 s were too short. */
static bool pump_until(struct scene *s, const size_t *number, size_t least)
{
	int i;

	for (i = 0; i < 1000 && *number < least; i++)
		pump(s, 5);
	return *number >= least;
}

static void later(struct scene *s, uint64_t seconds)
{
	s->ahead_us += seconds * SECOND_US;
	pump(s, 20);
}

/* -- owners --------------------------------------------------------------- */

static struct end *end_of(struct party *p, struct secure_conn *c)
{
	struct end *e = *secure_conn_user(c);

	if (e)
		return e;
	CU_ASSERT_FATAL(p->n < ENDS_MAX);
	e = &p->ends[p->n++];
	*e = (struct end){ .conn = c, .got = BUF_INIT(16 * MB) };
	*secure_conn_user(c) = e;
	return e;
}

static bool heard(void *arg, struct secure_conn *c, struct bytes in)
{
	struct party *p = arg;
	struct end *e = end_of(p, c);

	buf_put(&e->got, in);
	if (p->good)
		secure_conn_good(c, false);
	if (p->hurries)
		secure_conn_hurry(c, true);
	if (p->echoes && !secure_conn_write(c, in))
		e->why = "cannot echo";
	return !e->refuses;
}

static void closed(void *arg, struct secure_conn *c, const char *why)
{
	struct party *p = arg;
	struct end *e = end_of(p, c);

	e->conn = NULL;
	e->why = why;
	p->closed++;
}

/* -- the scene ------------------------------------------------------------ */

static uint16_t free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CU_ASSERT_FATAL(fd >= 0 &&
			bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
			getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	close(fd);
	return ntohs(a.sin_port);
}

/* Settings as they are, and `more`; false: refused. */
static bool configure(struct scene *s, struct party *p, bool server,
		      const char *more)
{
	struct settings *old = p->settings;
	struct sip_config *before = p->config;
	struct buf text = BUF_INIT(8192), complaint = BUF_INIT(8192);
	bool good;

	buf_printf(&text, "sip\naddress=127.0.0.1\ntls-ca=ca.pem\n%s", more);
	if (server)
		buf_printf(&text, "tls-port=%u\n", s->port);
	if (!strstr(more, "tls-certificate="))
		buf_text(&text, "tls-certificate=server.pem\n");
	p->settings = set_read(buf_string(&text));
	CU_ASSERT_FATAL(p->settings != NULL);
	CU_ASSERT_FATAL(config_new(p->settings, &p->config, &complaint) == OK);
	good = secure_prepare(p->secure, p->config, s->folder, &complaint) ==
	       OK;
	if (good) {
		secure_commit(p->secure, p->config);
		config_free(before);
		settings_free(old);
	} else {
		config_free(p->config);
		settings_free(p->settings);
		p->config = before;
		p->settings = old;
	}
	buf_clear(&text);
	buf_clear(&complaint);
	return good;
}

static void party_open(struct scene *s, struct party *p, bool server,
		       const char *more)
{
	static const uint8_t key[16] = { 7 };
	const struct secure_events events = { heard, closed, p };

	p->secure = secure_new(s->loop, NULL, key);
	CU_ASSERT_FATAL(p->secure != NULL);
	secure_tell(p->secure, &events);
	CU_ASSERT_FATAL(configure(s, p, server, more));
	secure_serve(p->secure, true);
}

static void open_scene(struct scene *s, const char *server, const char *client)
{
	memset(s, 0, sizeof(*s));
	(void)signal(SIGPIPE, SIG_IGN);
	s->folder = check_directory();
	s->clock = (struct clock){ monotonic, monotonic, dice, s };
	s->loop = loop_new(&s->clock);
	CU_ASSERT_FATAL(s->loop != NULL);
	s->port = free_port();
	pki_open(&s->pki, s->folder, "ca");
	pki_open(&s->other, s->folder, "other");
	pki_issue(&s->pki, "server.pem", "URI:sip:cpm.example,IP:127.0.0.1", -1,
		  9);
	pki_issue(&s->pki, "old.pem", "DNS:cpm.example", -8, -1);
	pki_issue(&s->other, "foreign.pem", "DNS:cpm.example", -1, 9);
	party_open(s, &s->server, true, server);
	party_open(s, &s->client, false, client);
}

static void party_close(struct party *p)
{
	size_t i;

	secure_free(p->secure);
	for (i = 0; i < p->n; i++) {
		CU_ASSERT(p->ends[i].conn == NULL);
		buf_clear(&p->ends[i].got);
	}
	config_free(p->config);
	settings_free(p->settings);
}

static void close_scene(struct scene *s)
{
	party_close(&s->client);
	party_close(&s->server);
	loop_clear_timer(s->loop, &s->timer);
	loop_free(s->loop);
	pki_close(&s->pki);
	pki_close(&s->other);
}

/* The client's end of a connection to whoever has to be `name`. */
static struct end *call(struct scene *s, const char *name)
{
	struct secure_target t = { .host = "127.0.0.1", .port = s->port };
	struct secure_conn *c = NULL;

	(void)snprintf(t.name, sizeof(t.name), "%s", name);
	CU_ASSERT_FATAL(secure_connect(s->client.secure, &t, &c) == OK);
	return end_of(&s->client, c);
}

/* A socket that says nothing by itself. */
static int raw(const struct scene *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(s->port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CU_ASSERT_FATAL(fd >= 0 &&
			connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	return fd;
}

/* Has the far side ended it? */
static bool is_ended(int fd)
{
	char octet;

	return recv(fd, &octet, 1, MSG_DONTWAIT) == 0;
}

static bool says(struct end *e, const char *text)
{
	return secure_conn_write(e->conn, bytes_of(text));
}

/* -- cases ---------------------------------------------------------------- */

static void test_octets(void)
{
	struct scene s;
	struct end *e;
	struct buf all = BUF_INIT(4 * MB);
	char text[TRANSPORT_TEXT];
	size_t i;

	open_scene(&s, "", "");
	s.server.echoes = true;
	for (i = 0; i < 3 * MB; i++)
		buf_u8(&all, (uint8_t)(i * 7 + i / 251));
	e = call(&s, "cpm.example");
	/* What is written before the handshake is kept. */
	CU_ASSERT(says(e, "first"));
	CU_ASSERT(pump_until(&s, &e->got.n, 5));
	CU_ASSERT(bytes_is(buf_bytes(&e->got), "first"));
	buf_reset(&e->got);
	CU_ASSERT(secure_conn_write(e->conn, buf_bytes(&all)));
	CU_ASSERT(pump_until(&s, &e->got.n, all.n));
	CU_ASSERT(bytes_equal(buf_bytes(&e->got), buf_bytes(&all)));
	CU_ASSERT(secure_describe(s.client.secure, "cpm.example", text));
	CU_ASSERT(secure_count(s.server.secure) == 1);
	/* The same connection for the same target. */
	CU_ASSERT(call(&s, "cpm.example") == e);
	CU_ASSERT(secure_conn_is(e->conn, "cpm.example"));
	CU_ASSERT(!secure_conn_is(s.server.ends[0].conn, "cpm.example"));
	buf_clear(&all);
	close_scene(&s);
}

static const struct row {
	const char *name, *certificate, *wanted, *why;
} rows[] = {
	{ "another domain", "server.pem", "other.example",
	  "its certificate is for others" },
	{ "a part of it", "server.pem", "example",
	  "its certificate is for others" },
	{ "expired", "old.pem", "cpm.example", "certificate has expired" },
	{ "another authority", "foreign.pem", "cpm.example",
	  "unable to get local issuer certificate" },
};

static void test_strangers(void)
{
	const struct row *r;
	char settings[64];
	struct scene s;
	struct end *e;

	open_scene(&s, "", "");
	for (r = rows; r < rows + sizeof(rows) / sizeof(rows[0]); r++) {
		(void)snprintf(settings, sizeof(settings),
			       "tls-certificate=%s\n", r->certificate);
		CU_ASSERT(configure(&s, &s.server, true, settings));
		e = call(&s, r->wanted);
		ROW(r, says(e, "secret"));
		ROW(r, pump_until(&s, &s.client.closed, s.client.n));
		ROW(r, e->why && strcmp(e->why, r->why) == 0);
		ROW(r, strcmp(secure_complaint(s.client.secure, r->wanted),
			      r->why) == 0);
		ROW(r, s.server.n == 0);
	}
	/* Once it is he, nothing is complained of. */
	CU_ASSERT(configure(&s, &s.server, true, ""));
	e = call(&s, "cpm.example");
	CU_ASSERT(says(e, "hello") && pump_until(&s, &s.server.n, 1));
	CU_ASSERT(!secure_complaint(s.client.secure, "cpm.example"));
	close_scene(&s);
}

static void test_nobody_there(void)
{
	struct scene s;
	struct end *e;

	open_scene(&s, "", "");
	secure_free(s.server.secure);
	s.server.secure = NULL;
	e = call(&s, "cpm.example");
	CU_ASSERT(pump_until(&s, &s.client.closed, 1));
	CU_ASSERT(e->why != NULL);
	CU_ASSERT(strcmp(secure_complaint(s.client.secure, "cpm.example"),
			 "Connection refused") == 0);
	/* He is called again, not remembered. */
	CU_ASSERT(call(&s, "cpm.example") != e);
	CU_ASSERT(pump_until(&s, &s.client.closed, 2));
	close_scene(&s);
}

/* Half a handshake has ten seconds, whatever is said meanwhile. */
static void test_handshake_time(void)
{
	struct scene s;
	int fd;

	open_scene(&s, "", "");
	fd = raw(&s);
	pump(&s, 20);
	later(&s, 6);
	CU_ASSERT(send(fd, "\x16\x03\x01", 3, MSG_NOSIGNAL) == 3);
	pump(&s, 20);
	CU_ASSERT(!is_ended(fd));
	later(&s, 5);
	CU_ASSERT(is_ended(fd));
	close(fd);
	close_scene(&s);
}

/* The server's end of a new connection; its first word has been said. */
static struct end *greeted(struct scene *s)
{
	struct end *e = call(s, "cpm.example");

	CU_ASSERT_FATAL(says(e, "hello"));
	CU_ASSERT_FATAL(pump_until(s, &s->server.n, 1));
	CU_ASSERT_FATAL(pump_until(s, &s->server.ends[0].got.n, 5));
	return &s->server.ends[0];
}

static void test_silence(void)
{
	struct scene s;
	struct end *e;

	/* Nothing good has come. */
	open_scene(&s, "idle-timeout=1h\n", "");
	e = greeted(&s);
	later(&s, 29);
	CU_ASSERT(e->conn != NULL);
	later(&s, 2);
	CU_ASSERT(e->conn == NULL && strcmp(e->why, "took too long") == 0);
	close_scene(&s);
	/* It has. */
	open_scene(&s, "idle-timeout=1h\n", "");
	s.server.good = true;
	e = greeted(&s);
	later(&s, 3590);
	CU_ASSERT(e->conn != NULL);
	CU_ASSERT(says(&s.client.ends[0], "again"));
	CU_ASSERT(pump_until(&s, &e->got.n, 10));
	later(&s, 3590);
	CU_ASSERT(e->conn != NULL);
	later(&s, 20);
	CU_ASSERT(e->conn == NULL);
	close_scene(&s);
	/* It has, but what was begun does not end. */
	open_scene(&s, "idle-timeout=1h\n", "");
	s.server.good = s.server.hurries = true;
	e = greeted(&s);
	later(&s, 20);
	CU_ASSERT(says(&s.client.ends[0], "and"));
	CU_ASSERT(pump_until(&s, &e->got.n, 8));
	later(&s, 12);
	CU_ASSERT(e->conn == NULL);
	close_scene(&s);
}

/* What was said before is heard, and then its end. */
static void test_refusal(void)
{
	struct scene s;
	struct end *e;

	open_scene(&s, "", "");
	s.server.echoes = true;
	e = call(&s, "cpm.example");
	CU_ASSERT(says(e, "one") && pump_until(&s, &e->got.n, 3));
	s.server.ends[0].refuses = true;
	CU_ASSERT(says(e, "two"));
	CU_ASSERT(pump_until(&s, &s.client.closed, 1));
	CU_ASSERT(bytes_is(buf_bytes(&e->got), "onetwo"));
	CU_ASSERT(strcmp(s.server.ends[0].why, "refused") == 0);
	close_scene(&s);
}

/* Who reads nothing costs no more than what may wait for him. */
static void test_deaf(void)
{
	struct buf piece = BUF_INIT(MB);
	struct scene s;
	struct end *e;
	unsigned i = 0;

	open_scene(&s, "", "");
	s.server.good = true;
	e = greeted(&s);
	CU_ASSERT(buf_room(&piece, MB) != NULL);
	memset(piece.p, 'x', MB);
	/* Nobody turns the loop: the far side takes nothing. */
	while (i < 64 && secure_conn_write(e->conn, buf_bytes(&piece)))
		i++;
	CU_ASSERT(i > 0 && i < 16);
	CU_ASSERT(pump_until(&s, &s.server.closed, 1));
	buf_clear(&piece);
	close_scene(&s);
}

static void test_source(void)
{
	int fds[5], i, ended = 0;
	struct scene s;
	struct end *e;

	open_scene(&s, "tls-source-connections=4\n", "");
	e = greeted(&s);
	for (i = 0; i < 5; i++)
		fds[i] = raw(&s);
	pump(&s, 50);
	for (i = 0; i < 5; i++)
		ended += is_ended(fds[i]);
	CU_ASSERT(ended == 2);
	CU_ASSERT(e->conn != NULL);
	/* When they have gone there is room again. */
	for (i = 0; i < 5; i++)
		close(fds[i]);
	pump(&s, 50);
	fds[0] = raw(&s);
	pump(&s, 50);
	CU_ASSERT(!is_ended(fds[0]));
	close(fds[0]);
	close_scene(&s);
}

/* The oldest of the half ones goes, and none that is whole. */
static void test_crowd(void)
{
	int fds[80], i, ended = 0;
	struct scene s;
	struct end *e;

	open_scene(&s, "connections=100\n", "");
	s.server.good = true;
	e = greeted(&s);
	for (i = 0; i < 80; i++)
		fds[i] = raw(&s);
	pump(&s, 100);
	for (i = 0; i < 80; i++)
		ended += is_ended(fds[i]);
	CU_ASSERT(ended == 16);
	CU_ASSERT(is_ended(fds[0]) && is_ended(fds[15]) && !is_ended(fds[16]));
	CU_ASSERT(e->conn != NULL);
	CU_ASSERT(says(&s.client.ends[0], "still") &&
		  pump_until(&s, &e->got.n, 10));
	for (i = 0; i < 80; i++)
		close(fds[i]);
	close_scene(&s);
}

/* Other files, another port, none: who is there stays. */
static void test_changes(void)
{
	uint16_t first;
	struct scene s;
	struct end *e;

	open_scene(&s, "", "");
	s.server.good = true;
	e = greeted(&s);
	CU_ASSERT(!configure(&s, &s.server, true,
			     "tls-certificate=server.pem\n"
			     "tls-key=foreign.pem\n"));
	first = s.port;
	s.port = free_port();
	CU_ASSERT(configure(&s, &s.server, true, ""));
	close(raw(&s));
	s.port = first;
	CU_ASSERT(configure(&s, &s.server, false, ""));
	CU_ASSERT(says(&s.client.ends[0], "still") &&
		  pump_until(&s, &e->got.n, 10));
	CU_ASSERT(call(&s, "other.example") != NULL);
	CU_ASSERT(pump_until(&s, &s.client.closed, 1));
	close_scene(&s);
}

/* Whatever cannot be had, nothing is lost and nothing stays. */
static void test_memory(void)
{
	struct secure_target t = { .host = "127.0.0.1", .name = "cpm.example" };
	struct secure_conn *c;
	struct scene s;
	struct end *e;
	size_t n;

	open_scene(&s, "", "");
	s.server.echoes = true;
	t.port = s.port;
	for (n = 1; n <= 12; n++) {
		c = NULL;
		CU_ASSERT_FATAL(loop_set_timer(s.loop, &s.timer, 20000, over,
					       s.loop) == OK);
		mem_fail_at(n);
		if (secure_connect(s.client.secure, &t, &c) == OK) {
			e = end_of(&s.client, c);
			(void)says(e, "hello");
		}
		CU_ASSERT(loop_run(s.loop) == OK);
		mem_fail_at(0);
		/* Whatever has become of it, its time comes. */
		later(&s, 40);
		later(&s, 3700);
	}
	CU_ASSERT(s.client.closed == s.client.n);
	e = call(&s, "cpm.example");
	CU_ASSERT(says(e, "hello") && pump_until(&s, &e->got.n, 5));
	close_scene(&s);
}

static const struct check_test tests[] = {
	{ "octets, both ways", test_octets },
	{ "somebody else", test_strangers },
	{ "nobody", test_nobody_there },
	{ "half a handshake", test_handshake_time },
	{ "silence", test_silence },
	{ "refused after its answer", test_refusal },
	{ "who reads nothing", test_deaf },
	{ "many from one address", test_source },
	{ "many half ones", test_crowd },
	{ "changes", test_changes },
	{ "without memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("sip secure", tests)
