#include "adapters/smpp/server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/smpp/server_inside.h"
#include "codecs/arena.h"

#define BACKLOG	      1024
#define ACCEPTS	      64     /* a turn                                    */
#define PAUSE_US      200000 /* out of descriptors                        */
#define STRANGERS_MIN 16

struct server *server_new(struct hub *h)
{
	struct server *v = mem_zero(sizeof *v);
	unsigned k;

	if (v == NULL)
		return NULL;
	v->hub = h;
	for (k = 0; k < LISTENERS; k++)
		v->now[k].fd = v->next[k].fd = -1;
	return v;
}

static void close_listener(struct server *v, struct listener *l)
{
	if (l->fd < 0)
		return;
	if (l->watched)
		loop_unwatch(v->hub->loop, l->fd);
	l->watched = false;
	close(l->fd);
	l->fd = -1;
}

static void close_listeners(struct server *v, struct listener *all)
{
	unsigned k;

	for (k = 0; k < LISTENERS; k++)
		close_listener(v, &all[k]);
}

static void free_dead(struct server *v)
{
	struct conn *c;

	loop_clear_timer(v->hub->loop, &v->bury);
	while ((c = v->dead) != NULL) {
		v->dead = c->next;
		mem_free(c);
	}
}

void server_free(struct server *v)
{
	struct account *a;

	if (v == NULL)
		return;
	close_listeners(v, v->now);
	close_listeners(v, v->next);
	tls_context_free(v->tls);
	tls_context_free(v->next_tls);
	loop_clear_timer(v->hub->loop, &v->pause);
	outbind_clear(v);
	while ((a = v->accounts) != NULL) {
		v->accounts = a->next;
		account_free(a);
	}
	free_dead(v);
	mem_free(v);
}

static enum err complain(const struct settings_group *g, const char *setting,
			 struct buf *complaint, const char *what)
{
	settings_where(g, setting, complaint);
	buf_printf(complaint, ": group smpp: %s: %s\n", setting, what);
	return ERR_IO;
}

/* Numbers only: names would have to be asked for. */
static enum err resolve(const struct listener *l, struct addrinfo **out)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_PASSIVE |
					      AI_NUMERICSERV };
	const char *host = l->address;
	char port[8];

	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	snprintf(port, sizeof port, "%u", l->port);
	return getaddrinfo(host, port, &hints, out) == 0 ? OK : ERR_MALFORMED;
}

static enum err open_listener(struct listener *l)
{
	struct addrinfo *a;
	int yes = 1;
	bool good;
	int error;

	if (resolve(l, &a) != OK)
		return ERR_MALFORMED;
	l->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	good = l->fd >= 0 &&
	       setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ==
		       0 &&
	       bind(l->fd, a->ai_addr, a->ai_addrlen) == 0 &&
	       listen(l->fd, BACKLOG) == 0;
	error = errno;
	freeaddrinfo(a);
	if (good)
		return OK;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	errno = error;
	return ERR_IO;
}

/* A listener of `next`, unless the one of now is the same. */
static enum err prepare_listener(struct server *v, unsigned which,
				 const struct settings_group *g,
				 struct buf *complaint)
{
	const char *port = which == LISTENER_TLS ? "tls-port" : "port";
	const struct listener *now = &v->now[which];
	struct listener l = { .fd = -1 };
	char why[200];
	enum err e;

	snprintf(l.address, sizeof l.address, "%s",
		 settings_text(g, "address"));
	l.port = (uint16_t)settings_number(g, port);
	v->next[which] = l;
	if (l.port == 0 || (now->fd >= 0 && l.port == now->port &&
			    strcmp(l.address, now->address) == 0))
		return OK;
	if ((e = open_listener(&l)) == ERR_MALFORMED)
		return complain(g, "address", complaint,
				"has to be an IP address");
	if (e != OK) {
		snprintf(why, sizeof why, "cannot listen on %s:%u: %s",
			 l.address, l.port, strerror(errno));
		return complain(g, port, complaint, why);
	}
	v->next[which] = l;
	return OK;
}

/* A name of a certificate that nobody is asked for: nobody could bind. */
static enum err look_at_accounts(const struct settings *s,
				 const struct settings_group *smpp,
				 struct buf *complaint)
{
	const char *asks = settings_text(smpp, "tls-client");
	const struct settings_group *g;
	size_t i;

	for (i = 0; (g = settings_group_at(s, "esme", i)) != NULL; i++) {
		if (settings_text(g, "tls-name") == NULL ||
		    (settings_number(smpp, "tls-port") != 0 &&
		     strcmp(asks, "no") != 0))
			continue;
		settings_where(g, "tls-name", complaint);
		buf_text(complaint, ": group esme: tls-name: needs tls-port "
				    "and tls-client in group smpp\n");
		return ERR_IO;
	}
	return OK;
}

enum err server_prepare(struct server *v, const struct settings *s,
			struct buf *complaint)
{
	const struct settings_group *g = settings_single(s, "smpp");
	struct tls_place at = hub_tls_place(v->hub, "smpp");
	enum err e = OK;
	unsigned k;

	v->next_settings = s;
	for (k = 0; e == OK && k < LISTENERS; k++)
		e = prepare_listener(v, k, g, complaint);
	if (e == OK)
		e = look_at_accounts(s, g, complaint);
	if (e == OK)
		e = tls_context_server(&v->next_tls, g, &at, complaint);
	if (e != OK)
		server_abort(v);
	return e;
}

static void accept_some(void *arg, int fd, unsigned events);

static void watch(struct server *v)
{
	struct listener *l;

	if (!v->hub->ready || v->hub->draining)
		return;
	for (l = v->now; l < v->now + LISTENERS; l++)
		if (!l->watched && l->fd >= 0)
			l->watched = loop_watch(v->hub->loop, l->fd, LOOP_READ,
						accept_some, v) == OK;
}

static void go_on(void *arg)
{
	watch(arg);
}

static void unwatch(struct server *v)
{
	struct listener *l;

	for (l = v->now; l < v->now + LISTENERS; l++) {
		if (l->watched)
			loop_unwatch(v->hub->loop, l->fd);
		l->watched = false;
	}
}

static void pause_accepting(struct server *v)
{
	unwatch(v);
	if (loop_set_timer(v->hub->loop, &v->pause, PAUSE_US, go_on, v) != OK)
		watch(v);
}

static uint64_t most(const struct server *v)
{
	return settings_number(v->group, "connections");
}

/* Many that come at once wait for their turn; each has to bind in time. */
static bool strangers_enough(const struct server *v)
{
	uint64_t n = most(v) / 4;

	return v->strangers >= (n < STRANGERS_MIN ? STRANGERS_MIN : n);
}

void server_stranger_left(struct server *v)
{
	v->strangers--;
	watch(v);
}

static void take_connection(struct server *v, int fd, bool secure)
{
	int yes = 1;

	if (sessions_count(v->hub->sessions) >= most(v) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0) {
		close(fd);
		return;
	}
	conn_new(v, fd, secure ? v->tls : NULL);
}

static void accept_some(void *arg, int fd, unsigned events)
{
	struct server *v = arg;
	unsigned i;
	int made;

	(void)events;
	for (i = 0; i < ACCEPTS; i++) {
		if (strangers_enough(v)) {
			unwatch(v);
			return;
		}
		made = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (made >= 0) {
			take_connection(v, made, fd == v->now[LISTENER_TLS].fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			pause_accepting(v);
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

/* What was prepared: another, none, or the same. */
static void take_listener(struct server *v, struct listener *now,
			  struct listener *next)
{
	if (next->fd < 0 && next->port != 0)
		return;
	close_listener(v, now);
	*now = *next;
	next->fd = -1;
}

/* Those that were taken out and have ended. */
static void forget_removed(struct server *v)
{
	const struct settings *s = v->next_settings;
	struct account **at = &v->accounts, *a;

	while ((a = *at) != NULL) {
		if (a->conns != NULL || a->live ||
		    settings_group_named(s, "esme", a->name) != NULL) {
			at = &a->next;
			continue;
		}
		*at = a->next;
		account_free(a);
	}
}

void server_commit(struct server *v)
{
	struct account *a;
	struct conn *c;
	unsigned k;

	forget_removed(v);
	v->group = settings_single(v->next_settings, "smpp");
	for (k = 0; k < LISTENERS; k++)
		take_listener(v, &v->now[k], &v->next[k]);
	tls_context_free(v->tls);
	v->tls = v->next_tls;
	v->next_tls = NULL;
	for (a = v->accounts; a != NULL; a = a->next) {
		account_commit(a);
		if (a->conns != NULL)
			server_changed(v, a->name);	/* or it has gone */
	}
	for (c = v->conns; c != NULL; c = c->all)
		c->outbind = NULL;
	outbind_commit(v, v->next_settings);
	watch(v);
}

void server_introduce(struct server *v)
{
	const struct settings *s = v->hub->settings;
	const struct settings_group *g;
	size_t i;

	for (i = 0; (g = settings_group_at(s, "esme", i)) != NULL; i++)
		account_introduce(v, settings_name(g));
}

void server_abort(struct server *v)
{
	close_listeners(v, v->next);
	tls_context_free(v->next_tls);
	v->next_tls = NULL;
}

void server_ready(struct server *v)
{
	watch(v);
	outbind_look_all(v);
}

void server_drain(struct server *v)
{
	struct conn *c, *next;

	close_listeners(v, v->now);
	for (c = v->conns; c != NULL; c = next) {
		next = c->all;
		if (c->account != NULL)
			conn_leave(c);
		else
			session_close(c->session, "the gateway stops");
	}
}

void server_close(struct server *v)
{
	while (v->conns != NULL)
		session_close(v->conns->session, "the gateway stops");
}

void server_found(struct server *v, uint64_t ref, const struct found *f)
{
	struct ticket t;
	struct asker *who;

	if (!ticket_close(&v->hub->tickets, ref, &t) || t.list == NULL)
		return;
	who = t.list->owner;
	if (who->conn != NULL)
		conn_found(who->conn, f);
	else
		account_found(who->account, f);
}

void server_waits(struct server *v, const struct waits *what)
{
	struct account *a = account_named(v, what->peer);

	if (a == NULL)
		return;
	a->waited_for = what->any;
	if (a->waited_for)
		outbind_look(v, a->name);
}

void server_changed(struct server *v, const char *account)
{
	struct account *a = account_named(v, account);
	struct lookup what = { LOOKUP_ACCOUNT, account };
	struct ticket unused;
	uint64_t ref;

	if (a == NULL)
		return;
	ref = ticket_open(&v->hub->tickets, &a->asker.tickets, 0, 0);
	if (ref != 0 && uplink_lookup(v->hub->up, ref, &what) != OK &&
	    ticket_close(&v->hub->tickets, ref, &unused))
		a->peer.text = "new limits could not be asked for";
}
