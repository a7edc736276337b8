/*
 * ESMEs that want to be called: while none of their binds receives, we
 * connect, send outbind, and serve what binds over that connection like any
 * other. SMPP v3.4 2.2.1, 4.1.7.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "adapters/smpp/resolve.h"
#include "adapters/smpp/server_inside.h"
#include "codecs/arena.h"
#include "gateway/oplog.h"

/* Strings are borrowed from the settings: made anew by each commit. */
struct outbind {
	struct outbind *next;
	struct server *server;
	const struct settings_group *group;	/* "esme"                    */
	struct loop_timer timer;
	struct resolve *resolve;
};

static void call(void *arg);

static uint64_t every_us(const struct outbind *o)
{
	return settings_number(o->group, "outbind-every") * 1000;
}

static void call_in(struct outbind *o, uint64_t in_us)
{
	struct hub *h = o->server->hub;

	if (loop_set_timer(h->loop, &o->timer, in_us, call, o) != OK)
		hub_give_up(h);
}

void outbind_clear(struct server *v)
{
	struct outbind *o;

	while ((o = v->outbinds) != NULL) {
		v->outbinds = o->next;
		loop_clear_timer(v->hub->loop, &o->timer);
		resolve_cancel(o->resolve);
		mem_free(o);
	}
}

void outbind_commit(struct server *v, const struct settings *s)
{
	const struct settings_group *g;
	struct outbind *o;
	size_t i;

	outbind_clear(v);
	for (i = 0; (g = settings_group_at(s, "esme", i)) != NULL; i++) {
		if (settings_text(g, "outbind-host") == NULL)
			continue;
		if ((o = mem_zero(sizeof *o)) == NULL) {
			hub_give_up(v->hub);
			return;
		}
		o->server = v;
		o->group = g;
		o->next = v->outbinds;
		v->outbinds = o;
		call_in(o, every_us(o));
	}
}

static int open_socket(const struct resolved *r)
{
	int fd = socket(r->address.ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
	    (connect(fd, (const struct sockaddr *)&r->address, r->size) == 0 ||
	     errno == EINPROGRESS))
		return fd;
	close(fd);
	return -1;
}

static void connect_to(void *arg, const struct resolved *r)
{
	struct outbind *o = arg;
	struct hub *h = o->server->hub;
	const char *name = settings_name(o->group);
	int fd = -1;

	o->resolve = NULL;
	if (r->size != 0)
		fd = open_socket(r);
	if (fd >= 0)
		conn_out(o->server, fd, o->group);
	else
		oplog_line(uplink_oplog(h->up), OPLOG_NOTICE,
			   "outbind to \"%s\": %s", name,
			   r->size == 0 ? "no such host" : strerror(errno));
}

/* It receives already, or was called and has not said who it is yet. */
static bool is_there(const struct outbind *o)
{
	const char *name = settings_name(o->group);
	const struct account *a = account_named(o->server, name);
	const struct conn *c;

	if (a != NULL && (a->stopped || a->peer.out.n_sessions > 0))
		return true;
	for (c = o->server->conns; c != NULL; c = c->all)
		if (c->account == NULL && c->outbind == o->group)
			return true;
	return o->resolve != NULL;
}

static void call(void *arg)
{
	struct outbind *o = arg;
	struct hub *h = o->server->hub;
	const char *host = settings_text(o->group, "outbind-host");
	uint16_t port = (uint16_t)settings_number(o->group, "outbind-port");
	struct resolved r;

	call_in(o, every_us(o));
	if (!h->ready || h->draining || is_there(o))
		return;
	if (resolve_number(host, port, &r)) {
		connect_to(o, &r);
		return;
	}
	o->resolve = resolve_start(h->loop, host, port, connect_to, o);
}
