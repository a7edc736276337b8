#include "adapters/sip/secure.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "adapters/sip/secure_inside.h"
#include "codecs/arena.h"

#define BACKLOG	    1024
#define ACCEPTS	    16	   /* a turn                                      */
#define PAUSE_US    200000 /* out of descriptors                          */
#define SHAKING_MIN 64
#define LOOKS	    64 /* at connections, for one that can go             */

struct secure *secure_new(struct loop *loop, struct oplog *oplog,
			  const uint8_t *key)
{
	struct secure *s = mem_zero(sizeof(*s));

	if (!s)
		return NULL;
	s->loop = loop;
	s->oplog = oplog;
	s->now.fd = s->next.fd = -1;
	if (table_init(&s->sources, 64, key) != OK) {
		mem_free(s);
		return NULL;
	}
	return s;
}

static void close_listener(struct secure *s, struct secure_listener *l)
{
	if (l->fd < 0)
		return;
	if (l->watched)
		loop_unwatch(s->loop, l->fd);
	l->watched = false;
	close(l->fd);
	l->fd = -1;
}

void secure_free(struct secure *s)
{
	if (!s)
		return;
	secure_abort(s);
	close_listener(s, &s->now);
	loop_clear_timer(s->loop, &s->pause);
	loop_clear_timer(s->loop, &s->turn);
	while (s->shaking.oldest)
		secure_conn_free(s->shaking.oldest, "the gateway stops");
	while (s->open.oldest)
		secure_conn_free(s->open.oldest, "the gateway stops");
	while (s->called.oldest)
		secure_conn_free(s->called.oldest, "the gateway stops");
	tls_context_free(s->inward);
	tls_context_free(s->outward);
	table_clear(&s->sources);
	mem_free(s);
}

void secure_tell(struct secure *s, const struct secure_events *e)
{
	s->events = *e;
}

/* -- settings ------------------------------------------------------------- */

static enum err complain(const struct sip_config *c, const char *setting,
			 const char *what, struct buf *complaint)
{
	settings_where(settings_single(c->settings, "sip"), setting, complaint);
	buf_printf(complaint, ": group sip: %s: %s\n", setting, what);
	return ERR_IO;
}

/* 0, or errno. */
static int bind_to(struct secure_listener *l, const struct addrinfo *a)
{
	int yes = 1, error = 0;

	l->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (l->fd < 0)
		return errno;
	if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(l->fd, a->ai_addr, a->ai_addrlen) || listen(l->fd, BACKLOG)) {
		error = errno;
		close(l->fd);
		l->fd = -1;
	}
	return error;
}

static enum err open_listener(struct secure_listener *l,
			      const struct sip_config *c, struct buf *complaint)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *all;
	char port[8], why[200];
	int bad;

	(void)snprintf(port, sizeof(port), "%u", l->port);
	if ((bad = getaddrinfo(l->address, port, &hints, &all)) != 0)
		return complain(c, "address", gai_strerror(bad), complaint);
	bad = bind_to(l, all);
	freeaddrinfo(all);
	if (bad == 0)
		return OK;
	(void)snprintf(why, sizeof(why), "cannot listen on %s:%u: %s",
		       l->address, l->port, strerror(bad));
	return complain(c, "tls-port", why, complaint);
}

static bool same_place(const struct secure_listener *a,
		       const struct secure_listener *b)
{
	return a->port == b->port && strcmp(a->address, b->address) == 0;
}

static enum err prepare_listener(struct secure *s, const struct sip_config *c,
				 struct buf *complaint)
{
	struct secure_listener l = { .fd = -1, .port = c->tls_port };
	enum err e = OK;

	(void)snprintf(l.address, sizeof(l.address), "%s", c->address);
	if (l.port != 0 && !(s->now.fd >= 0 && same_place(&s->now, &l)))
		e = open_listener(&l, c, complaint);
	s->next = l;
	return e;
}

enum err secure_prepare(struct secure *s, const struct sip_config *c,
			const char *folder, struct buf *complaint)
{
	const struct settings_group *g = settings_single(c->settings, "sip");
	struct tls_place at = { "sip", folder, s->oplog };
	enum err e;

	if ((e = prepare_listener(s, c, complaint)) == OK &&
	    (e = tls_context_server(&s->next_inward, g, &at, complaint)) ==
		    OK &&
	    s->next_inward)
		e = tls_context_more(s->next_inward, g, "tls-certificates", &at,
				     complaint);
	if (e == OK)
		e = tls_context_outward(&s->next_outward, g, &at, complaint);
	if (e != OK)
		secure_abort(s);
	return e;
}

void secure_abort(struct secure *s)
{
	close_listener(s, &s->next);
	tls_context_free(s->next_inward);
	tls_context_free(s->next_outward);
	s->next_inward = s->next_outward = NULL;
}

static void watch(struct secure *s);

void secure_commit(struct secure *s, const struct sip_config *c)
{
	s->config = c;
	tls_context_free(s->inward);
	tls_context_free(s->outward);
	s->inward = s->next_inward;
	s->outward = s->next_outward;
	s->next_inward = s->next_outward = NULL;
	/* Another, none, or the same. */
	if (s->next.fd >= 0 || s->next.port == 0) {
		close_listener(s, &s->now);
		s->now = s->next;
		s->next.fd = -1;
	}
	watch(s);
}

/* -- who comes ------------------------------------------------------------ */

static void accept_some(void *arg, int fd, unsigned events);

static void watch(struct secure *s)
{
	struct secure_listener *l = &s->now;

	if (s->serving && l->fd >= 0 && !l->watched)
		l->watched = loop_watch(s->loop, l->fd, LOOP_READ, accept_some,
					s) == OK;
}

static void unwatch(struct secure *s)
{
	if (s->now.watched)
		loop_unwatch(s->loop, s->now.fd);
	s->now.watched = false;
}

void secure_serve(struct secure *s, bool serve)
{
	s->serving = serve;
	if (serve)
		watch(s);
	else
		unwatch(s);
}

static void go_on(void *arg)
{
	watch(arg);
}

static void pause_accepting(struct secure *s)
{
	unwatch(s);
	if (loop_set_timer(s->loop, &s->pause, PAUSE_US, go_on, s) != OK)
		watch(s);
}

/* Whom an address belongs to: with IPv6, everybody has many. */
static void source_of(const struct sockaddr_storage *from, uint8_t to[16])
{
	const struct sockaddr_in6 *six = (const void *)from;
	const struct sockaddr_in *four = (const void *)from;

	memset(to, 0, 16);
	if (from->ss_family == AF_INET)
		memcpy(to + 12, &four->sin_addr, 4);
	else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		memcpy(to + 12, six->sin6_addr.s6_addr + 12, 4);
	else
		memcpy(to, &six->sin6_addr, 8);
}

/* It counts; NULL: there are enough from there, or no memory. */
static struct secure_source *source_enter(struct secure *s,
					  const struct sockaddr_storage *from)
{
	struct secure_source *one;
	struct table_node *n;
	uint8_t address[16];
	uint64_t hash;

	source_of(from, address);
	hash = table_hash(&s->sources, (struct bytes){ address, 16 });
	n = table_first(&s->sources, hash);
	while (n && memcmp(((struct secure_source *)n)->address, address, 16))
		n = table_next(n);
	one = (struct secure_source *)n;
	if (one && one->count >= s->config->source_connections)
		return NULL;
	if (!one) {
		one = mem_zero(sizeof(*one));
		if (!one)
			return NULL;
		memcpy(one->address, address, 16);
		table_add(&s->sources, &one->node, hash);
	}
	one->count++;
	return one;
}

void secure_source_leave(struct secure *s, struct secure_source *source)
{
	if (--source->count > 0)
		return;
	table_remove(&s->sources, &source->node);
	mem_free(source);
}

/* Of those that are open the first that nobody knows; NULL: there is none. */
static struct secure_conn *unknown(struct secure *s)
{
	unsigned i;

	for (i = 0; i < LOOKS && s->open.oldest; i++) {
		if (!s->open.oldest->known)
			return s->open.oldest;
		secure_conn_renew(s->open.oldest);
	}
	return NULL;
}

/*
 * Those in their handshake are few, or go: the oldest ones first. A real one
 * is done before it is its turn. When all are too many, then those go, too,
 * that are nobody's whom we know.
 */
static bool make_room(struct secure *s)
{
	uint32_t most = s->config->connections, shaking = most / 4;
	struct secure_conn *c = s->shaking.oldest;
	bool full = s->shaking.count + s->open.count >= most;

	if (shaking < SHAKING_MIN)
		shaking = SHAKING_MIN;
	if (full && !c)
		c = unknown(s);
	if (c && (full || s->shaking.count >= shaking))
		secure_conn_free(c, "others have come");
	return s->shaking.count + s->open.count < most;
}

static void take_connection(struct secure *s, int fd,
			    const struct resolved *from)
{
	struct secure_source *source = NULL;
	int yes = 1;

	if (make_room(s) &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0)
		source = source_enter(s, &from->address);
	if (source && secure_conn_accept(s, fd, from, source) == OK)
		return;
	if (source)
		secure_source_leave(s, source);
	close(fd);
}

static void accept_some(void *arg, int fd, unsigned events)
{
	struct resolved from = { .size = 0 };
	struct secure *s = arg;
	unsigned i;
	int made;

	(void)events;
	for (i = 0; i < ACCEPTS; i++) {
		from.size = sizeof(from.address);
		made = accept4(fd, (struct sockaddr *)&from.address, &from.size,
			       SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (made >= 0) {
			take_connection(s, made, &from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			pause_accepting(s);
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

/* -- whom we call --------------------------------------------------------- */

static struct secure_conn *called(const struct secure *s,
				  const struct secure_target *t)
{
	struct secure_conn *c = s->called.oldest;

	while (c && (c->told || c->broken || c->target->port != t->port ||
		     strcasecmp(c->target->host, t->host) != 0 ||
		     strcasecmp(c->target->name, t->name) != 0))
		c = c->newer;
	return c;
}

enum err secure_connect(struct secure *s, const struct secure_target *t,
			struct secure_conn **made)
{
	*made = called(s, t);
	return *made ? OK : secure_conn_call(s, t, made);
}

uint32_t secure_count(const struct secure *s)
{
	return s->open.count;
}

static struct secure_trouble *trouble_of(struct secure *s, const char *name)
{
	unsigned i = 0;

	while (i < SECURE_TROUBLES &&
	       strcasecmp(s->troubles[i].name, name) != 0)
		i++;
	return i < SECURE_TROUBLES ? &s->troubles[i] : NULL;
}

void secure_note(struct secure *s, const char *name, const char *why)
{
	struct secure_trouble *t = trouble_of(s, name);

	if (!t && !why)
		return;
	if (!t)
		t = &s->troubles[s->next_trouble++ % SECURE_TROUBLES];
	(void)snprintf(t->name, sizeof(t->name), "%s", name);
	t->why = why;
}

const char *secure_complaint(struct secure *s, const char *name)
{
	const struct secure_trouble *t = trouble_of(s, name);

	return t ? t->why : NULL;
}

bool secure_describe(const struct secure *s, const char *name,
		     char text[static TRANSPORT_TEXT])
{
	const struct secure_conn *c = s->called.oldest;

	while (c && (c->state != SECURE_OPEN ||
		     strcasecmp(c->target->name, name) != 0))
		c = c->newer;
	if (c)
		transport_describe(c->transport, text);
	return c != NULL;
}

/* -- what is known of one ------------------------------------------------- */

void secure_conn_good(struct secure_conn *c, bool known)
{
	c->good = true;
	c->known |= known;
}

const struct sockaddr *secure_conn_peer(const struct secure_conn *c)
{
	return (const struct sockaddr *)&c->peer.address;
}

bool secure_conn_is(const struct secure_conn *c, const char *name)
{
	return c->transport && transport_is_domain(c->transport, name);
}

bool secure_conn_host(const struct secure_conn *c, char host[static 64])
{
	struct sockaddr_storage local = { 0 };
	socklen_t n = sizeof(local);
	char text[48];

	if (getsockname(c->fd, (struct sockaddr *)&local, &n) != 0 ||
	    getnameinfo((struct sockaddr *)&local, n, text, sizeof(text), NULL,
			0, NI_NUMERICHOST) != 0)
		return false;
	(void)snprintf(host, 64, strchr(text, ':') ? "[%s]" : "%s", text);
	return true;
}

void **secure_conn_user(struct secure_conn *c)
{
	return &c->user;
}
