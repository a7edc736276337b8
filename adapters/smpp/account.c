/* Accounts that bind to the server: limits, and who may do what. */
#include <string.h>

#include "adapters/smpp/binds.h"
#include "adapters/smpp/server_inside.h"
#include "codecs/arena.h"

struct account *account_named(struct server *v, const char *name)
{
	struct peer *p = names_find(&v->hub->names, bytes_of(name));

	return p != NULL && p->manner.server ? p->self : NULL;
}

static void each_conn(struct account *a, void (*what)(struct conn *c))
{
	struct conn *c, *next;

	for (c = a->conns; c != NULL; c = next) {
		next = c->next;
		what(c);
	}
}

/* One that was told before and is still there is not waited for any more. */
static void kick_conn(struct conn *c)
{
	if (c->state == CONN_BOUND)
		conn_leave(c);
	else
		session_close(c->session, "closed by the operator");
}

/* One that is bound only to submit is not up for legs: it says why. */
void account_tell(struct account *a)
{
	struct peer *p = &a->peer;

	if (a->conns != NULL && p->out.n_sessions == 0 && p->text == NULL)
		p->text = "bound to submit only";
	peer_tell(p, p->out.n_sessions > 0);
}

static void start(struct peer *p)
{
	struct account *a = p->self;

	a->stopped = false;
	p->text = NULL;
	account_tell(a);
}

static void stop(struct peer *p)
{
	struct account *a = p->self;

	a->stopped = true;
	p->text = PEER_STOPPED;
	each_conn(a, conn_leave);
	account_tell(a);
}

static void kick(struct peer *p)
{
	each_conn(p->self, kick_conn);
}

/* 5.2.4: an ESME of an older version must not be sent parameters. Which of
 * its connections a leg takes is not known before, so one is enough. */
static void read_manner(struct account *a)
{
	const struct conn *c;

	manner_of_esme(a->peer.hub->settings, a->name, &a->peer.manner);
	for (c = a->conns; c != NULL; c = c->next)
		if (c->receives && c->version < SMPP_INTERFACE_VERSION)
			a->peer.manner.plain = true;
}

static const struct peer_role role = { start, stop, kick, stop,
					binds_of_account };

static void copy(char *to, size_t size, const char *from)
{
	size_t n = from == NULL ? 0 : strlen(from);

	if (n >= size)
		n = size - 1;
	if (n > 0)
		memcpy(to, from, n);
	to[n] = 0;
}

/* Calls `each` for the items of "a;b"; false: there are none. */
static bool each_item(const char *list,
		      void (*each)(void *arg, struct bytes item), void *arg)
{
	struct bytes left = bytes_of(list), item;
	bool any = false;

	while (left.n > 0) {
		size_t end = bytes_find(left, ';');

		item = bytes_trim((struct bytes){ left.p, end });
		left = bytes_after(left, end + 1);
		if (item.n == 0)
			continue;
		any = true;
		each(arg, item);
	}
	return any;
}

static void add_kind(void *arg, struct bytes item)
{
	unsigned *kinds = arg;

	if (bytes_is(item, "transmitter"))
		*kinds |= KIND_TRANSMITTER;
	else if (bytes_is(item, "receiver"))
		*kinds |= KIND_RECEIVER;
	else if (bytes_is(item, "transceiver"))
		*kinds |= KIND_TRANSCEIVER;
}

static enum err read_text(char **to, const char *text)
{
	char *fresh = text == NULL ? NULL : mem_string(text);

	if (text != NULL && fresh == NULL)
		return ERR_NOMEM;
	mem_free(*to);
	*to = fresh;
	return OK;
}

static enum account_tls read_tls(const char *rule)
{
	if (rule != NULL && strcmp(rule, "require") == 0)
		return ACCOUNT_TLS_REQUIRED;
	return rule != NULL && strcmp(rule, "no") == 0 ? ACCOUNT_TLS_REFUSED
						       : ACCOUNT_TLS_TAKEN;
}

enum err account_set(struct account *a, const struct found *f)
{
	enum err e = pace_set(&a->pace, f->burst == 0 ? f->rate : 0);

	if (e != OK || (e = read_text(&a->hosts, f->allowed_hosts)) != OK ||
	    (e = read_text(&a->tls_name, f->tls_name)) != OK)
		return e;
	a->known = true;
	a->tls = read_tls(f->tls);
	a->live = settings_group_named(a->peer.hub->settings, "esme",
				       a->name) == NULL;
	a->rate_rule = (struct rate_rule){ .per_second = f->rate,
					   .burst = f->burst };
	a->quota_rule = (struct quota_rule){ .per_day = f->daily_quota };
	a->window = f->window;
	a->binds_most = f->binds;
	a->any_sender = f->any_sender;
	a->barred = f->barred;
	a->kinds = 0;
	if (!each_item(f->bind_kinds, add_kind, &a->kinds))
		a->kinds = KIND_TRANSMITTER | KIND_RECEIVER | KIND_TRANSCEIVER;
	senders_read(&a->senders, f, &a->peer.manner.rules);
	return OK;
}

static struct account *make(struct server *v, const char *name)
{
	struct account *a = mem_zero(sizeof *a);

	if (a == NULL)
		return NULL;
	copy(a->name, sizeof a->name, name);
	a->server = v;
	a->asker.account = a;
	a->asker.tickets.owner = &a->asker;
	a->peer.self = a;
	a->peer.role = &role;
	a->peer.kind = "esme";
	a->peer.entry.name = a->name;
	manner_of_esme(v->hub->settings, a->name, &a->peer.manner);
	if (peer_add(v->hub, &a->peer) != OK) {
		mem_free(a);
		return NULL;
	}
	a->next = v->accounts;
	v->accounts = a;
	return a;
}

struct account *account_make(struct server *v, const struct found *f)
{
	struct account *a = account_named(v, f->name);

	if (a == NULL)
		a = make(v, f->name);
	return a != NULL && account_set(a, f) == OK ? a : NULL;
}

/* Without memory it is known when it binds. */
void account_introduce(struct server *v, const char *name)
{
	struct account *a;

	if (names_find(&v->hub->names, bytes_of(name)) != NULL)
		return;
	if ((a = make(v, name)) != NULL)
		account_tell(a);
}

void account_free(struct account *a)
{
	ticket_abandon(&a->peer.hub->tickets, &a->asker.tickets);
	peer_remove(&a->peer);
	pace_clear(&a->pace);
	numbers_clear(&a->peer.manner.numbers);
	senders_clear(&a->senders);
	mem_free(a->hosts);
	mem_free(a->tls_name);
	mem_free(a);
}

void account_commit(struct account *a)
{
	read_manner(a);
}

/* "127.0.0.1:1234", "[::1]:1234" -> the host alone. */
static struct bytes host_of(const char *address)
{
	const char *colon = strrchr(address, ':');
	struct bytes host = bytes_of(address);

	if (colon != NULL)
		host.n = (size_t)(colon - address);
	if (host.n >= 2 && host.p[0] == '[') {
		host.p++;
		host.n -= 2;
	}
	return host;
}

struct host {
	struct bytes text;
	bool listed;
};

static void compare_host(void *arg, struct bytes item)
{
	struct host *h = arg;

	h->listed |= bytes_equal(item, h->text);
}

/* Over TLS or not, and with whose certificate. */
static bool secured(const struct account *a, const struct session *s)
{
	const struct transport *t = session_transport(s);

	if ((t == NULL && a->tls == ACCOUNT_TLS_REQUIRED) ||
	    (t != NULL && a->tls == ACCOUNT_TLS_REFUSED))
		return false;
	return a->tls_name == NULL ||
	       (t != NULL && transport_shows(t, a->tls_name));
}

static unsigned kind_bit(const struct conn *c)
{
	if (c->receives && c->submits)
		return KIND_TRANSCEIVER;
	return c->receives ? KIND_RECEIVER : KIND_TRANSMITTER;
}

/* Such a bind, and from there. */
static bool permitted(const struct account *a, const struct conn *c)
{
	struct host h = { host_of(session_address(c->session)), false };

	if (a->barred || (a->kinds & kind_bit(c)) == 0)
		return false;
	if (each_item(a->hosts, compare_host, &h) && !h.listed)
		return false;
	if (secured(a, c->session))
		return true;
	peer_log(&a->peer, "bind refused",
		 "without TLS, or not by its certificate");
	return false;
}

uint32_t account_refuses(const struct account *a, const struct conn *c)
{
	if (a->stopped || a->peer.hub->draining || !permitted(a, c))
		return ESME_RBINDFAIL;
	if (a->binds_most > 0 && a->binds >= a->binds_most)
		return ESME_RBINDFAIL;
	return ESME_ROK;
}

static const char *kind_of(const struct conn *c)
{
	if (c->receives && c->submits)
		return "esme transceiver";
	return c->receives ? "esme receiver" : "esme transmitter";
}

enum err account_join(struct account *a, struct conn *c)
{
	enum err e = OK;

	c->account = a;
	c->next = a->conns;
	a->conns = c;
	a->binds++;
	a->peer.kind = kind_of(c);
	a->peer.text = NULL;
	peer_met(&a->peer, c->session);
	read_manner(a);
	if (c->receives) {
		e = outbox_add(&a->peer.out, c->session);
		outbind_met(a->server, a->name);
	}
	return e;
}

void account_retire(struct account *a, struct conn *c)
{
	outbox_remove(&a->peer.out, c->session);
	account_tell(a);
}

void account_leave(struct account *a, struct conn *c)
{
	struct conn **at = &a->conns;

	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = c->next;
	a->binds--;
	read_manner(a);
	if (a->conns == NULL)
		a->peer.tls[0] = 0;
	account_retire(a, c);
}

static unsigned unanswered(const struct account *a)
{
	const struct conn *c;
	unsigned n = 0;

	for (c = a->conns; c != NULL; c = c->next)
		n += c->inbox.tickets.count;
	return n;
}

/* Without a burst the rate holds in any second, however it began. */
static bool in_pace(struct account *a, uint64_t now_us)
{
	if (a->rate_rule.burst == 0)
		return pace_pass(&a->pace, now_us);
	return rate_pass(&a->rate_rule, &a->rate, now_us);
}

uint32_t account_throttles(struct account *a)
{
	uint64_t now_us = uplink_now_us(a->peer.hub->up);

	if (a->window > 0 && unanswered(a) >= a->window)
		return ESME_RTHROTTLED;
	if (quota_left(&a->quota_rule, &a->quota, now_us) == 0 ||
	    !in_pace(a, loop_now_us(a->peer.hub->loop)) ||
	    !quota_pass(&a->quota_rule, &a->quota, 1, now_us))
		return ESME_RTHROTTLED;
	return ESME_ROK;
}

uint32_t account_admit(struct inbox *in, struct message *m)
{
	struct account *a = in->peer->self;

	return senders_admit(&a->senders, a->any_sender, m);
}

/* What binds it has that it may not have any more, the last ones first. */
static void leave_what_is_too_much(struct account *a)
{
	struct conn *c, *next;
	unsigned most = a->binds_most > 0 ? a->binds_most : a->binds;
	unsigned staying = 0;

	for (c = a->conns; c != NULL; c = c->next)
		staying += c->state == CONN_BOUND;
	for (c = a->conns; c != NULL; c = next) {
		next = c->next;
		if (c->state != CONN_BOUND ||
		    (permitted(a, c) && staying <= most))
			continue;
		staying--;
		conn_leave(c);
	}
}

static enum err limit_conns(struct account *a)
{
	struct conn *c;
	enum err e = OK;

	for (c = a->conns; e == OK && c != NULL; c = c->next)
		if (c->state == CONN_BOUND)
			e = conn_limit(c);
	return e;
}

void account_found(struct account *a, const struct found *f)
{
	if (!f->exists) {
		a->live = false;
		a->peer.text = "the account has gone";
		each_conn(a, conn_leave);
		return;
	}
	if (account_set(a, f) != OK || limit_conns(a) != OK)
		a->peer.text = "no memory for new limits";
	else if (a->barred)
		a->peer.text = "disabled by the operator";
	leave_what_is_too_much(a);
	outbind_look(a->server, a->name);
}
