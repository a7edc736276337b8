#include "adapters/smpp/client.h"

#include <string.h>

#include "adapters/smpp/binds.h"
#include "adapters/smpp/client_inside.h"
#include "codecs/arena.h"
#include "codecs/digest.h"

#define SPREAD_EACH_US 10000
#define SPREAD_MOST_US 1000000

struct client *client_new(struct hub *h)
{
	struct client *c = mem_zero(sizeof *c);

	if (c != NULL)
		c->hub = h;
	return c;
}

static void free_smsc(struct smsc *s)
{
	peer_remove(&s->peer);
	if (s->peer.out.peer != NULL)
		outbox_clear(&s->peer.out);
	numbers_clear(&s->peer.manner.numbers);
	mem_free(s->name);
	mem_free(s->lines);
	mem_free(s);
}

void client_free(struct client *c)
{
	struct smsc *s;

	if (c == NULL)
		return;
	client_tls_free(c->tls);
	client_tls_free(c->next_tls);
	while ((s = c->smscs) != NULL) {
		c->smscs = s->next;
		free_smsc(s);
	}
	mem_free(c);
}

/* Many do not come in the same moment: they are spread over a second, or over
 * less when there are few. */
static uint64_t some_time(struct client *c)
{
	uint64_t all = 0;
	struct smsc *s;
	unsigned i;

	for (s = c->smscs; s != NULL; s = s->next)
		for (i = 0; i < s->n_lines; i++)
			all += s->lines[i].state != LINE_DOWN;
	if (all == 0)
		return 0;
	all *= SPREAD_EACH_US;
	if (all > SPREAD_MOST_US)
		all = SPREAD_MOST_US;
	return uplink_random(c->hub->up) % all;
}

static void start(struct peer *p)
{
	struct smsc *s = p->self;
	unsigned i;

	s->enabled = true;
	p->text = NULL;
	outbox_go_on(&p->out);
	for (i = 0; i < s->n_lines; i++) {
		if (s->lines[i].state == LINE_WAITING)
			line_close(&s->lines[i], "");
		line_start_in(&s->lines[i], some_time(s->client));
	}
	smsc_changed(s);
}

static void stop(struct peer *p)
{
	struct smsc *s = p->self;
	unsigned i;

	s->enabled = false;
	outbox_go_on(&p->out);
	for (i = 0; i < s->n_lines; i++)
		line_leave(&s->lines[i]);
	smsc_changed(s);
}

/* Lines that are lost meanwhile are not built again. */
static void drain(struct peer *p)
{
	struct smsc *s = p->self;
	unsigned i;

	s->enabled = false;
	for (i = 0; i < s->n_lines; i++)
		if (s->lines[i].state != LINE_BOUND)
			line_leave(&s->lines[i]);
	outbox_finish(&p->out);
	smsc_changed(s);
}

static void kick(struct peer *p)
{
	struct smsc *s = p->self;
	unsigned i;

	for (i = 0; i < s->n_lines; i++)
		if (s->lines[i].session != NULL)
			session_close(s->lines[i].session,
				      "closed by the operator");
}

static const struct peer_role role = { start, stop, kick, drain,
				       binds_of_link };

/* It is told our password: it has to know its own, and where that goes by TLS
 * only it has to come by TLS. */
static bool knows(const struct smsc *s, const struct smpp_pdu *p,
		  const struct session *session)
{
	const char *name = settings_text(s->group, "outbind-system-id");
	const char *password = settings_text(s->group, "outbind-password");

	if (settings_bool(s->group, "tls") &&
	    session_transport(session) == NULL)
		return false;
	return password != NULL &&
	       digest_equal(p->password, bytes_of(password)) &&
	       (name == NULL || bytes_is(p->system_id, name));
}

bool client_outbound(struct client *c, const struct smpp_pdu *p,
		     struct session *session)
{
	struct smsc *s;

	for (s = c->smscs; s != NULL; s = s->next)
		if (s->enabled && !s->retired && knows(s, p, session) &&
		    line_adopt(&s->lines[s->n_lines - 1], session))
			return true;
	return false;
}

bool client_transmits(const struct peer *p, struct session **s)
{
	const struct smsc *x = p->self;
	bool any = false;
	unsigned i;

	*s = NULL;
	if (p->role != &role)
		return false;
	for (i = 0; i < x->n_lines; i++) {
		const struct line *l = &x->lines[i];

		if (l->state != LINE_BOUND || l->bind_id == SMPP_BIND_RECEIVER)
			continue;
		any = true;
		if (session_room(l->session) > 0)
			*s = l->session;
	}
	return any;
}

/* One that is bound only to receive is not up for legs: it says why. */
static bool only_receives(const struct smsc *s)
{
	unsigned i;

	for (i = 0; i < s->n_lines; i++)
		if (s->lines[i].state == LINE_BOUND)
			return s->peer.out.n_sessions == 0;
	return false;
}

static const char *text_of(const struct smsc *s)
{
	unsigned i;

	if (s->peer.out.finishing)
		return PEER_DRAINING;
	if (!s->enabled)
		return PEER_STOPPED;
	if (only_receives(s))
		return "bound to receive only";
	for (i = 0; i < s->n_lines; i++)
		if (s->lines[i].state != LINE_BOUND && s->lines[i].failures > 0)
			return s->lines[i].why;
	return NULL;
}

static bool any_line(const struct smsc *s)
{
	unsigned i;

	for (i = 0; i < s->n_lines; i++)
		if (s->lines[i].session != NULL)
			return true;
	return false;
}

/* Retired links are freed here, never in the middle of an event of theirs. */
static void sweep(struct client *c)
{
	struct smsc **at = &c->smscs, *s;

	while ((s = *at) != NULL) {
		if (!s->retired || any_line(s)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free_smsc(s);
	}
}

void smsc_changed(struct smsc *s)
{
	struct peer *p = &s->peer;
	unsigned i = s->n_lines;

	p->tls[0] = 0;
	while (i-- > 0)
		if (s->lines[i].session != NULL)
			peer_met(p, s->lines[i].session);
	p->text = text_of(s);
	if (!s->retired)
		peer_tell(p, !p->out.finishing && p->out.n_sessions > 0);
	hub_check_drained(p->hub);
}

static const char *kind_of(const char *bind)
{
	if (strcmp(bind, "pair") == 0)
		return "smsc pair";
	if (strcmp(bind, "transmitter") == 0)
		return "smsc transmitter";
	return strcmp(bind, "receiver") == 0 ? "smsc receiver"
					     : "smsc transceiver";
}

static void make_bind(struct smsc *s, const char *bind)
{
	uint16_t port = (uint16_t)settings_number(s->group, "port");
	uint16_t receive_port =
		(uint16_t)settings_number(s->group, "receive-port");

	if (strcmp(bind, "transceiver") == 0) {
		line_init(s, SMPP_BIND_TRANSCEIVER, port);
		return;
	}
	if (strcmp(bind, "receiver") != 0)
		line_init(s, SMPP_BIND_TRANSMITTER, port);
	if (strcmp(bind, "transmitter") != 0)
		line_init(s, SMPP_BIND_RECEIVER,
			  receive_port != 0 ? receive_port : port);
}

static enum err make_lines(struct smsc *s)
{
	const char *bind = settings_text(s->group, "bind");
	unsigned n = (unsigned)settings_number(s->group, "binds");

	s->peer.kind = kind_of(bind);
	s->lines = mem_zero((n * 2 + 1) * sizeof *s->lines);
	if (s->lines == NULL)
		return ERR_NOMEM;
	while (n-- > 0)
		make_bind(s, bind);
	if (settings_text(s->group, "outbind-password") != NULL) {
		line_init(s, SMPP_BIND_RECEIVER, 0);
		s->lines[s->n_lines - 1].called = true;
	}
	return OK;
}

static enum err add_smsc(struct client *c, const struct settings *settings,
			 const struct settings_group *g)
{
	struct smsc *s = mem_zero(sizeof *s);

	if (s == NULL || (s->name = mem_string(settings_name(g))) == NULL) {
		mem_free(s);
		return ERR_NOMEM;
	}
	s->client = c;
	s->group = g;
	s->enabled = settings_bool(g, "start");
	s->peer.self = s;
	s->peer.role = &role;
	s->peer.entry.name = s->name;
	manner_of_smsc(settings, g, &s->peer.manner);
	if (!s->enabled)
		s->peer.text = PEER_STOPPED;
	if (make_lines(s) != OK || peer_add(c->hub, &s->peer) != OK) {
		free_smsc(s);
		return ERR_NOMEM;
	}
	s->next = c->smscs;
	c->smscs = s;
	peer_tell(&s->peer, false);
	if (s->enabled)
		start(&s->peer);
	return OK;
}

/* Its settings end with this commit: what it still needs of them, its lines
 * have. */
static void retire(struct smsc *s)
{
	unsigned i;

	peer_tell(&s->peer, false);
	s->retired = true;
	s->enabled = false;
	for (i = 0; i < s->n_lines; i++)
		line_leave(&s->lines[i]);
	peer_remove(&s->peer);
}

/* Routes and gwctl name both alike. */
static enum err complain(const struct settings_group *g, struct buf *complaint)
{
	settings_where(g, "name", complaint);
	buf_printf(complaint, ": group smsc: name: an esme is called %s, too\n",
		   settings_name(g));
	return ERR_EXISTS;
}

enum err client_prepare(struct client *c, const struct settings *s,
			struct buf *complaint)
{
	struct tls_place at = hub_tls_place(c->hub, "smsc");
	const struct settings_group *g;
	struct smsc *x;
	size_t i;
	enum err e;

	for (i = 0; (g = settings_group_at(s, "smsc", i)) != NULL; i++)
		if (settings_group_named(s, "esme", settings_name(g)) != NULL)
			return complain(g, complaint);
	if ((e = client_tls_new(&c->next_tls, s, &at, complaint)) != OK)
		return e;
	c->next_settings = s;
	for (x = c->smscs; x != NULL; x = x->next) {
		g = settings_group_named(s, "smsc", x->name);
		x->next_group = NULL;
		if (!x->retired && g != NULL &&
		    settings_group_equal(g, x->group))
			x->next_group = g;
	}
	return OK;
}

void client_abort(struct client *c)
{
	c->next_settings = NULL;
	client_tls_free(c->next_tls);
	c->next_tls = NULL;
}

static void keep(struct smsc *x, const struct settings *s)
{
	x->group = x->next_group;
	manner_of_smsc(s, x->group, &x->peer.manner);
}

void client_commit(struct client *c)
{
	const struct settings *s = c->next_settings;
	const struct settings_group *g;
	struct smsc *x;
	size_t i;

	client_tls_free(c->tls);
	c->tls = c->next_tls;
	c->next_tls = NULL;
	for (x = c->smscs; x != NULL; x = x->next) {
		if (x->next_group != NULL)
			keep(x, s);
		else if (!x->retired)
			retire(x);
	}
	sweep(c);
	for (i = 0; (g = settings_group_at(s, "smsc", i)) != NULL; i++) {
		if (names_find(&c->hub->names, bytes_of(settings_name(g))))
			continue;
		if (add_smsc(c, s, g) != OK)
			hub_give_up(c->hub);
	}
}

void client_ready(struct client *c)
{
	struct smsc *s;

	for (s = c->smscs; s != NULL; s = s->next)
		if (s->enabled)
			start(&s->peer);
}

static void each_line(struct client *c, void (*what)(struct line *l))
{
	struct smsc *s;
	unsigned i;

	for (s = c->smscs; s != NULL; s = s->next)
		for (i = 0; i < s->n_lines; i++)
			what(&s->lines[i]);
}

void client_drain(struct client *c)
{
	each_line(c, line_leave);
}

static void close_line(struct line *l)
{
	l->smsc->enabled = false;
	line_close(l, "the gateway stops");
	line_close(l, "");
}

void client_close(struct client *c)
{
	each_line(c, close_line);
}
