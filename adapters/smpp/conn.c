/* One connection of an ESME: who it is, what it may, and its end. */
#include <string.h>
#include <unistd.h>

#include "adapters/smpp/password.h"
#include "adapters/smpp/amend.h"
#include "adapters/smpp/client.h"
#include "adapters/smpp/server_inside.h"
#include "codecs/arena.h"
#include "codecs/smpp_names.h"
#include "gateway/oplog.h"

#define STRANGER_PDU_OCTETS 2048   /* the longest before a bind         */
#define REFUSE_US	    500000 /* guessing passwords takes its time */
#define UNBIND_US	    2000000 /* for answers behind an unbind         */
#define TAKEN_ALWAYS	    (UINT32_MAX / 2)

static uint64_t setting_us(const struct server *v, const char *name)
{
	return settings_number(v->group, name) * 1000;
}

static void refuse_now(void *arg)
{
	struct conn *c = arg;
	struct smpp_pdu p = { .command_id = smpp_response_id(c->bind_id),
			      .command_status = c->status,
			      .sequence_number = c->sequence };

	session_send(c->session, &p);
	session_finish(c->session, "bind refused");
}

static void refuse(struct conn *c, uint32_t status)
{
	c->state = CONN_REFUSED;
	c->status = status;
	oplog_line(uplink_oplog(c->server->hub->up), OPLOG_NOTICE,
		   "bind of \"%s\" from %s refused: %s", c->name,
		   session_address(c->session), smpp_status_name(status));
	if (loop_set_timer(c->server->hub->loop, &c->delay, REFUSE_US,
			   refuse_now, c) != OK)
		refuse_now(c);
}

static void wipe(struct conn *c)
{
	explicit_bzero(c->password, sizeof c->password);
}

static bool copy(char *to, struct bytes from)
{
	if (from.n >= ACCOUNT_NAME)
		return false;
	if (from.n > 0)
		memcpy(to, from.p, from.n);
	to[from.n] = 0;
	return true;
}

/* The engine is asked; nothing else is read until it has answered. */
static void ask_engine(struct conn *c)
{
	struct hub *h = c->server->hub;
	struct lookup v = { LOOKUP_ACCOUNT, c->name };
	struct ticket unused;
	uint64_t ref = ticket_open(&h->tickets, &c->asker.tickets, 0, 0);

	if (ref == 0 || uplink_lookup(h->up, ref, &v) != OK) {
		if (ref != 0 && ticket_close(&h->tickets, ref, &unused))
			ref = 0;
		refuse(c, ESME_RSYSERR);
		return;
	}
	c->state = CONN_ASKING;
	session_hold(c->session, true);
}

static void bind(struct conn *c, const struct smpp_pdu *p)
{
	if (c->state != CONN_OPEN) {
		session_refuse(c->session, p, ESME_RALYBND);
		return;
	}
	c->bind_id = p->command_id;
	c->since_us = uplink_now_us(c->server->hub->up);
	c->sequence = p->sequence_number;
	c->version = p->interface_version;
	c->receives = p->command_id != SMPP_BIND_TRANSMITTER;
	c->submits = p->command_id != SMPP_BIND_RECEIVER;
	if (!copy(c->name, p->system_id) || c->name[0] == 0)
		refuse(c, ESME_RINVSYSID);
	else if (!copy(c->password, p->password))
		refuse(c, ESME_RINVPASWD);
	else
		ask_engine(c);
}

static void welcome(struct conn *c)
{
	struct buf tlvs = BUF_INIT(16);
	struct smpp_pdu p = { .command_id = smpp_response_id(c->bind_id),
			      .sequence_number = c->sequence };

	p.system_id = bytes_of(settings_text(c->server->group, "system-id"));
	if (p.system_id.n > 15)
		p.system_id.n = 15;
	if (c->version >= SMPP_INTERFACE_VERSION)
		smpp_tlv_put_number(&tlvs, SMPP_TLV_SC_INTERFACE_VERSION,
				    SMPP_INTERFACE_VERSION, 1);
	if (buf_status(&tlvs) == OK)
		p.tlvs = buf_bytes(&tlvs);
	session_send(c->session, &p);
	buf_clear(&tlvs);
}

static void answered(struct inbox *in)
{
	struct conn *c = in->owner;

	if (c->state == CONN_LEAVING)
		conn_leave(c);
}

static uint32_t pass(struct inbox *in)
{
	const struct conn *c = in->owner;

	return account_throttles(c->account);
}

enum err conn_limit(struct conn *c)
{
	const struct account *a = c->account;
	const struct server *v = c->server;
	unsigned window = (unsigned)settings_number(v->group, "window");
	struct session_limits l = {
		.window = a->window > 0 ? a->window : window,
		.enquire_us = setting_us(v, "enquire-link"),
		.response_us = setting_us(v, "response-timeout"),
		.idle_us = setting_us(v, "idle-timeout"),
		.pdu_octets = SMPP_PDU_OCTETS_MAX,
	};

	/* An account with a window of its own is throttled instead. */
	c->inbox.most = a->window > 0 ? TAKEN_ALWAYS : window;
	return session_set_limits(c->session, &l);
}

static enum err set_bound_limits(struct conn *c)
{
	inbox_init(&c->inbox, &c->account->peer, c->session);
	c->inbox.owner = c;
	c->inbox.version = c->version;
	c->inbox.admit = account_admit;
	c->inbox.pass = pass;
	c->inbox.answered = answered;
	return conn_limit(c);
}

static void let_in(struct conn *c, struct account *a)
{
	c->account = a;
	if (set_bound_limits(c) != OK) {
		c->account = NULL;
		refuse(c, ESME_RSYSERR);
		return;
	}
	c->state = CONN_BOUND;
	server_stranger_left(c->server);
	session_set_deadline(c->session, 0);
	welcome(c);
	if (account_join(a, c) != OK) {
		session_close(c->session, "no memory");
		return;
	}
	peer_log(&a->peer, "bound", session_address(c->session));
	account_tell(a);
}

void conn_found(struct conn *c, const struct found *f)
{
	struct account *a = NULL;
	uint32_t status;
	bool good = password_good(f->exists ? f->password_hash : NULL,
				  bytes_of(c->password));

	wipe(c);
	session_hold(c->session, false);
	if (!f->exists) {
		refuse(c, ESME_RINVSYSID);
		return;
	}
	if (!good) {
		refuse(c, ESME_RINVPASWD);
		return;
	}
	if ((a = account_make(c->server, f)) == NULL) {
		refuse(c, ESME_RSYSERR);
		return;
	}
	if ((status = account_refuses(a, c)) != ESME_ROK)
		refuse(c, status);
	else
		let_in(c, a);
}

/* Nothing is under way in either direction. */
static bool quiet(const struct conn *c)
{
	return c->inbox.tickets.count == 0 &&
	       (c->waited || session_used(c->session) == 0);
}

static void say_goodbye(struct conn *c)
{
	struct smpp_pdu p = { .command_id = SMPP_UNBIND_RESP,
			      .sequence_number = c->sequence };

	if (c->gone)
		return;
	c->gone = true;
	if (!c->unbind_asked) {
		session_unbind(c->session);
		return;
	}
	session_send(c->session, &p);
	session_finish(c->session, "unbound by the far side");
}

void conn_leave(struct conn *c)
{
	if (c->state == CONN_BOUND) {
		c->state = CONN_LEAVING;
		account_retire(c->account, c);
		session_set_deadline(
			c->session,
			2 * setting_us(c->server, "response-timeout"));
	}
	if (c->state == CONN_LEAVING && quiet(c))
		say_goodbye(c);
}

static void stop_waiting(void *arg)
{
	struct conn *c = arg;

	c->waited = true;
	conn_leave(c);
}

/* What it was sent it may still answer, but not for long: it wants to go. */
static void unbind(struct conn *c, const struct smpp_pdu *p)
{
	bool again = c->unbind_asked;

	c->unbind_asked = true;
	c->sequence = p->sequence_number;
	if (c->state != CONN_BOUND && c->state != CONN_LEAVING) {
		say_goodbye(c);
		return;
	}
	if (!again && loop_set_timer(c->server->hub->loop, &c->delay,
				     UNBIND_US, stop_waiting, c) != OK)
		c->waited = true;
	conn_leave(c);
}

/* 5.2.12: an ESME submits messages and acknowledgements, nothing else. */
static void submit(struct conn *c, const struct smpp_pdu *p)
{
	uint32_t status = ESME_ROK;

	if (p->command_id != SMPP_SUBMIT_MULTI)
		status = account_throttles(c->account);
	if (status != ESME_ROK) {
		session_refuse(c->session, p, status);
		return;
	}
	switch (p->esm_class & SMPP_ESM_TYPE) {
	case SMPP_ESM_TYPE_MESSAGE:
		inbox_message(&c->inbox, p);
		break;
	case SMPP_ESM_TYPE_DELIVERY_ACK:
	case SMPP_ESM_TYPE_USER_ACK:
		if (p->command_id == SMPP_SUBMIT_MULTI)
			session_refuse(c->session, p, ESME_RINVESMCLASS);
		else
			inbox_report(&c->inbox, p);
		break;
	default:
		session_refuse(c->session, p, ESME_RINVESMCLASS);
	}
}

/* A bound ESME that may submit wants something done. */
static void work(struct conn *c, const struct smpp_pdu *p)
{
	switch (p->command_id) {
	case SMPP_SUBMIT_SM:
	case SMPP_SUBMIT_MULTI:
	case SMPP_DATA_SM:
		submit(c, p);
		return;
	case SMPP_QUERY_SM:
	case SMPP_CANCEL_SM:
	case SMPP_REPLACE_SM:
		amend_request(&c->inbox, p);
		return;
	default:
		session_refuse(c->session, p, ESME_RINVCMDID);
	}
}

static void bound_request(struct conn *c, const struct smpp_pdu *p)
{
	if (!c->submits || c->unbind_asked) {
		session_refuse(c->session, p, ESME_RINVBNDSTS);
	} else if (c->state == CONN_LEAVING) {
		session_refuse(c->session, p, ESME_RSYSERR);
	} else {
		meter_count(&c->received, loop_now_us(c->server->hub->loop));
		work(c, p);
	}
}

static void bury(void *arg)
{
	struct server *v = arg;
	struct conn *c;

	while ((c = v->dead) != NULL) {
		v->dead = c->next;
		mem_free(c);
	}
}

/* Freed when this turn ends. */
static void forget(struct conn *c)
{
	struct server *v = c->server;

	*c->link = c->all;
	if (c->all != NULL)
		c->all->link = c->link;
	c->next = v->dead;
	v->dead = c;
	if (v->bury.slot == 0 &&
	    loop_set_timer(v->hub->loop, &v->bury, 0, bury, v) != OK)
		v->bury.slot = 0; /* the next one's timer does it */
}

/* An SMSC wants us to bind to it: the connection is its link's from now on. */
static void outbind(struct conn *c, const struct smpp_pdu *p)
{
	if (c->state != CONN_OPEN || c->unbind_asked || c->outbind != NULL)
		return;
	if (!client_outbound(c->server->hub->client, p, c->session)) {
		session_finish(c->session, "outbind of an unknown SMSC");
		return;
	}
	loop_clear_timer(c->server->hub->loop, &c->delay);
	c->server->strangers--;
	forget(c);
}

static void request(void *owner, struct session *s, const struct smpp_pdu *p)
{
	struct conn *c = owner;

	switch (p->command_id) {
	case SMPP_BIND_RECEIVER:
	case SMPP_BIND_TRANSMITTER:
	case SMPP_BIND_TRANSCEIVER:
		bind(c, p);
		return;
	case SMPP_UNBIND:
		unbind(c, p);
		return;
	case SMPP_OUTBIND:
		outbind(c, p);
		return;
	default:
		break;
	}
	if (c->account == NULL)
		session_refuse(s, p, ESME_RINVBNDSTS);
	else
		bound_request(c, p);
}

static void response(void *owner, struct session *s,
		     const struct window_item *item, const struct smpp_pdu *p)
{
	struct conn *c = owner;

	if (p->command_status == ESME_ROK)
		meter_count(&c->sent, loop_now_us(c->server->hub->loop));
	outbox_response(&c->account->peer.out, s, item, p);
	if (c->state == CONN_LEAVING)
		conn_leave(c);
}

static void lost(void *owner, struct session *s, const struct window_item *item,
		 enum session_loss how)
{
	struct conn *c = owner;

	outbox_missed(&c->account->peer.out, s, item, how);
	if (c->state == CONN_LEAVING)
		conn_leave(c);
}

static void nothing(void *owner, struct session *s)
{
	(void)owner;
	(void)s;
}

static void no_answer(void *owner, struct session *s, const struct smpp_pdu *p)
{
	(void)p;
	nothing(owner, s);
}

static void closed(void *owner, struct session *s, const char *why)
{
	struct conn *c = owner;
	struct server *v = c->server;

	if (session_shaking(s) && !v->hub->closing)
		oplog_line(uplink_oplog(v->hub->up), OPLOG_NOTICE,
			   "no TLS with %s: %s", session_address(s), why);
	loop_clear_timer(v->hub->loop, &c->delay);
	ticket_abandon(&v->hub->tickets, &c->asker.tickets);
	wipe(c);
	if (c->account != NULL) {
		if (!c->account->stopped)
			c->account->peer.text = why;
		peer_log(&c->account->peer, "unbound", why);
		account_leave(c->account, c);
		inbox_drop(&c->inbox);
	} else {
		server_stranger_left(v);
	}
	forget(c);
	hub_check_drained(v->hub);
}

static void connected(void *owner, struct session *s)
{
	const struct conn *c = owner;
	const struct settings_group *g = c->server->group;
	const char *password;
	struct smpp_pdu p = { .command_id = SMPP_OUTBIND,
			      .sequence_number = 1 };

	if (c->outbind == NULL)
		return;
	password = settings_text(c->outbind, "outbind-password");
	p.system_id = bytes_of(settings_text(g, "system-id"));
	if (p.system_id.n > 15)
		p.system_id.n = 15;
	p.password = bytes_of(password);
	session_send(s, &p);
	session_set_deadline(s, setting_us(c->server, "bind-timeout"));
}

static const struct session_events events = { connected, request, no_answer,
					      response, lost,	 closed,
					      NULL };

static struct conn *make(struct server *v, int fd)
{
	struct session_limits l = {
		.response_us = setting_us(v, "response-timeout"),
		.pdu_octets = STRANGER_PDU_OCTETS,
	};
	struct conn *c = mem_zero(sizeof *c);

	if (c == NULL || (c->session = session_new(v->hub->sessions, fd,
						   &events, c)) == NULL) {
		mem_free(c);
		close(fd);
		return NULL;
	}
	c->server = v;
	c->asker.conn = c;
	c->asker.tickets.owner = &c->asker;
	v->strangers++;
	c->all = v->conns;
	c->link = &v->conns;
	if (c->all != NULL)
		c->all->link = &c->all;
	v->conns = c;
	if (session_set_limits(c->session, &l) == OK)
		return c;
	session_close(c->session, "no memory");
	return NULL;
}

void conn_new(struct server *v, int fd, const struct tls_context *tls)
{
	struct conn *c = make(v, fd);

	if (c == NULL)
		return;
	session_set_deadline(c->session, setting_us(v, "bind-timeout"));
	if (tls != NULL && session_secure(c->session, tls) != OK)
		session_close(c->session, "no memory");
}

void conn_out(struct server *v, int fd, const struct settings_group *esme)
{
	struct conn *c = make(v, fd);

	if (c == NULL)
		return;
	c->outbind = esme;
	session_connecting(c->session, setting_us(v, "bind-timeout"));
}
