/*
 * ESMEs that want to be called: while something waits for one and none of its
 * binds receives, we connect, send outbind, and serve what binds over that
 * connection like any other. SMPP v3.4 2.2.1, 4.1.7.
 */
#include <errno.h>
#include <string.h>

#include "adapters/resolve.h"
#include "adapters/smpp/server_inside.h"
#include "codecs/arena.h"
#include "gateway/oplog.h"

/* Strings are borrowed from the settings: made anew by each commit. */
struct outbind {
	struct outbind *next;
	struct server *server;
	const struct settings_group *group;	/* "esme"                    */
	struct loop_timer timer;		/* until it may be called    */
	bool resting;				/* that is running           */
	unsigned calls;				/* since it last received    */
	struct resolve *resolve;
};

static void rested(void *arg);

/* Doubling, as long as it does not bind. */
static uint64_t rest_us(const struct outbind *o)
{
	uint64_t wait = settings_number(o->group, "outbind-every") * 1000;
	uint64_t most = settings_number(o->group, "outbind-most") * 1000;
	unsigned i;

	for (i = 1; i < o->calls && wait < most; i++)
		wait *= 2;
	return wait < most || o->calls <= 1 ? wait : most;
}

static void rest(struct outbind *o)
{
	struct hub *h = o->server->hub;

	o->resting = true;
	if (loop_set_timer(h->loop, &o->timer, rest_us(o), rested, o) != OK)
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
	}
	outbind_look_all(v);
}

static void connect_to(void *arg, const struct resolved *r)
{
	struct outbind *o = arg;
	struct hub *h = o->server->hub;
	const char *name = settings_name(o->group);
	int fd = -1;

	o->resolve = NULL;
	if (r->size != 0)
		fd = resolved_connect(r);
	if (fd >= 0)
		conn_out(o->server, fd, o->group);
	else
		oplog_line(uplink_oplog(h->up), OPLOG_NOTICE,
			   "outbind to \"%s\": %s", name,
			   r->size == 0 ? "no such host" : strerror(errno));
}

/* It was called, and has not said who it is yet. */
static bool is_called(const struct outbind *o)
{
	const struct conn *c;

	for (c = o->server->conns; c != NULL; c = c->all)
		if (c->account == NULL && c->outbind == o->group)
			return true;
	return o->resolve != NULL;
}

/* Outbind is not sent to one that would have to bind with TLS: who may not be
 * read by others is not called where they read along. */
static bool may_be_called(const struct outbind *o, const struct account *a)
{
	return !a->stopped && !a->barred && a->tls != ACCOUNT_TLS_REQUIRED &&
	       a->tls_name == NULL && !is_called(o);
}

static void call(struct outbind *o)
{
	const char *host = settings_text(o->group, "outbind-host");
	uint16_t port = (uint16_t)settings_number(o->group, "outbind-port");
	struct resolved r;

	o->calls++;
	rest(o);
	if (resolve_number(host, port, &r)) {
		connect_to(o, &r);
		return;
	}
	o->resolve = resolve_start(o->server->hub->loop, host, port, connect_to,
				   o);
}

static void look(struct outbind *o)
{
	struct server *v = o->server;
	const struct account *a = account_named(v, settings_name(o->group));

	if (a == NULL || !v->hub->ready || v->hub->draining || o->resting)
		return;
	if (!a->waited_for || a->peer.out.n_sessions > 0)
		return;
	if (!a->known)
		server_changed(v, a->name);	/* and then again */
	else if (may_be_called(o, a))
		call(o);
	else
		rest(o);
}

static void rested(void *arg)
{
	struct outbind *o = arg;

	o->resting = false;
	look(o);
}

void outbind_look(struct server *v, const char *account)
{
	struct outbind *o;

	for (o = v->outbinds; o != NULL; o = o->next)
		if (strcmp(settings_name(o->group), account) == 0)
			look(o);
}

void outbind_met(struct server *v, const char *account)
{
	struct outbind *o;

	for (o = v->outbinds; o != NULL; o = o->next) {
		if (strcmp(settings_name(o->group), account) != 0)
			continue;
		o->calls = 0;
		if (o->resting)
			rest(o);
	}
}

void outbind_look_all(struct server *v)
{
	struct outbind *o;

	for (o = v->outbinds; o != NULL; o = o->next)
		look(o);
}
