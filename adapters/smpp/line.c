/* One connection to an SMSC: connect, bind, work, and again. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "adapters/smpp/alert.h"
#include "adapters/smpp/beyond.h"
#include "adapters/smpp/client_inside.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/smpp_names.h"

#define INTAKES_MIN 100 /* unanswered by the engine, at least        */

static void connect_to(void *arg, const struct resolved *r);
static void resume(void *arg);

static uint64_t setting_us(const struct line *l, const char *name)
{
	return settings_number(l->smsc->group, name) * 1000;
}

void line_init(struct smsc *s, uint32_t bind_id, uint16_t port)
{
	struct line *l = &s->lines[s->n_lines++];

	*l = (struct line){ .smsc = s, .bind_id = bind_id, .port = port };
}

static void enter(struct line *l, enum line_state state)
{
	l->state = state;
	l->since_us = uplink_now_us(l->smsc->peer.hub->up);
}

static void blame(struct line *l, const char *why)
{
	l->why = why;
	l->why_us = uplink_now_us(l->smsc->peer.hub->up);
}

/* Doubling, never above the longest, and the binds of a link that were lost
 * together do not come back together. */
static uint64_t wait_us(const struct line *l)
{
	uint64_t first = setting_us(l, "reconnect-first");
	uint64_t most = setting_us(l, "reconnect-most");
	uint64_t wait = first;
	unsigned i;

	for (i = 1; i < l->failures && wait < most; i++)
		wait *= 2;
	if (wait > most || l->patient)
		wait = most;
	return wait - uplink_random(l->smsc->peer.hub->up) % (wait / 2 + 1);
}

static void wait_for_retry(struct line *l)
{
	struct hub *h = l->smsc->peer.hub;

	enter(l, LINE_DOWN);
	if (l->smsc->enabled && !l->smsc->retired && !h->draining)
		line_start_in(l, wait_us(l));
}

static void resume(void *arg)
{
	struct line *l = arg;

	enter(l, LINE_DOWN);
	line_start(l);
}

/* Of many binds one more or less is no news. */
static bool is_news(const struct line *l)
{
	const struct smsc *s = l->smsc;
	unsigned i, bound = 0;

	for (i = 0; i < s->n_lines; i++)
		bound += s->lines[i].state == LINE_BOUND && &s->lines[i] != l;
	return bound == 0 || s->n_lines <= 2;
}

static void fail(struct line *l, const char *why)
{
	/* The first of a row; the others are seen in the link's state. */
	if (l->called || (l->failures++ == 0 && is_news(l)))
		peer_log(&l->smsc->peer, "not bound", why);
	blame(l, why);
	wait_for_retry(l);
	smsc_changed(l->smsc);
}

void line_start_in(struct line *l, uint64_t in_us)
{
	struct hub *h = l->smsc->peer.hub;

	if (l->called || l->state != LINE_DOWN || !h->ready || h->draining)
		return;
	if (in_us == 0) {
		line_start(l);
		return;
	}
	enter(l, LINE_WAITING);
	if (loop_set_timer(h->loop, &l->timer, in_us, resume, l) != OK)
		hub_give_up(h);
}

void line_start(struct line *l)
{
	const char *host = settings_text(l->smsc->group, "host");
	struct hub *h = l->smsc->peer.hub;
	struct resolved r;

	if (l->called || l->state != LINE_DOWN || !h->ready || h->draining)
		return;
	if (resolve_number(host, l->port, &r)) {
		connect_to(l, &r);
		return;
	}
	enter(l, LINE_RESOLVING);
	l->resolve = resolve_start(h->loop, host, l->port, connect_to, l);
	if (l->resolve == NULL)
		fail(l, "the host cannot be looked up");
}

static void connected(void *owner, struct session *s)
{
	struct line *l = owner;
	const struct settings_group *g = l->smsc->group;
	const char *password = settings_text(g, "password");
	struct smpp_pdu p = { .command_id = l->bind_id,
			      .interface_version = SMPP_INTERFACE_VERSION };

	p.system_id = bytes_of(settings_text(g, "system-id"));
	p.password = bytes_of(password);
	p.system_type = bytes_of(settings_text(g, "system-type"));
	p.range.ton = (uint8_t)settings_number(g, "address-ton");
	p.range.npi = (uint8_t)settings_number(g, "address-npi");
	p.range.digits = bytes_of(settings_text(g, "address-range"));
	session_ask(s, &p);
}

static bool transmits(const struct line *l)
{
	return l->bind_id != SMPP_BIND_RECEIVER;
}

static enum err set_bound_limits(struct line *l)
{
	unsigned window = (unsigned)settings_number(l->smsc->group, "window");
	struct session_limits limits = {
		.window = window,
		.enquire_us = setting_us(l, "enquire-link"),
		.response_us = setting_us(l, "response-timeout"),
		.pdu_octets = SMPP_PDU_OCTETS_MAX,
	};
	enum err e = session_set_limits(l->session, &limits);

	if (e == OK && transmits(l))
		e = outbox_add(&l->smsc->peer.out, l->session);
	l->inbox = (struct inbox){ .most = window > INTAKES_MIN ? window
								: INTAKES_MIN };
	inbox_init(&l->inbox, &l->smsc->peer, l->session);
	return e;
}

/* The answer to the bind. */
static void answer(void *owner, struct session *s, const struct smpp_pdu *p)
{
	struct line *l = owner;
	const struct smpp_name *row = smpp_status_row(p->command_status);

	if (p->command_status != ESME_ROK ||
	    p->command_id == SMPP_GENERIC_NACK) {
		l->patient = p->command_status == ESME_RINVPASWD ||
			     p->command_status == ESME_RINVSYSID ||
			     p->command_status == ESME_RINVSYSTYP;
		session_close(s, row != NULL ? row->name : "bind refused");
		return;
	}
	enter(l, LINE_BOUND);
	l->failures = 0;
	l->patient = false;
	if (set_bound_limits(l) != OK) {
		session_close(s, "no memory");
		return;
	}
	if (is_news(l))
		peer_log(&l->smsc->peer, "bound", session_address(s));
	smsc_changed(l->smsc);
}

/* Only what is under way is waited for, both ways. */
static void leave_if_quiet(struct line *l)
{
	struct smpp_pdu p = { .command_id = SMPP_UNBIND_RESP,
			      .sequence_number = l->unbind_sequence };

	if (l->state != LINE_LEAVING || session_used(l->session) > 0 ||
	    l->inbox.tickets.count > 0)
		return;
	if (!l->unbind_asked) {
		session_unbind(l->session);
		return;
	}
	session_send(l->session, &p);
	session_finish(l->session, "unbound by the SMSC");
}

static void answered(struct inbox *in)
{
	leave_if_quiet(in->owner);
}

/* Nothing new from now on. */
static void start_leaving(struct line *l)
{
	enter(l, LINE_LEAVING);
	l->inbox.owner = l;
	l->inbox.answered = answered;
	outbox_remove(&l->smsc->peer.out, l->session);
	session_set_deadline(l->session, 2 * setting_us(l, "response-timeout"));
}

/* What is under way is answered first: the far side may have it. */
static void unbound(struct line *l, const struct smpp_pdu *p)
{
	l->unbind_asked = true;
	l->unbind_sequence = p->sequence_number;
	if (l->state != LINE_LEAVING)
		start_leaving(l);
	leave_if_quiet(l);
	smsc_changed(l->smsc);
}

static void deliver(struct line *l, const struct smpp_pdu *p)
{
	meter_count(&l->received, loop_now_us(l->smsc->peer.hub->loop));
	switch (p->esm_class & SMPP_ESM_TYPE) {
	case SMPP_ESM_TYPE_MESSAGE:
		inbox_message(&l->inbox, p);
		break;
	case SMPP_ESM_TYPE_RECEIPT:
	case SMPP_ESM_TYPE_DELIVERY_ACK:
	case SMPP_ESM_TYPE_USER_ACK:
	case SMPP_ESM_TYPE_INTERMEDIATE:
		inbox_report(&l->inbox, p);
		break;
	case SMPP_ESM_TYPE_ABORT: /* of a session that we have not */
		session_refuse(l->session, p, ESME_ROK);
		break;
	default:
		session_refuse(l->session, p, ESME_RINVESMCLASS);
	}
}

static void request(void *owner, struct session *s, const struct smpp_pdu *p)
{
	struct line *l = owner;

	if (p->command_id == SMPP_UNBIND)
		unbound(l, p);
	else if (p->command_id == SMPP_ALERT_NOTIFICATION)
		alert_in(&l->smsc->peer, p);
	else if (l->state == LINE_LEAVING)
		session_refuse(s, p, ESME_RX_T_APPN);
	else if (l->state == LINE_BOUND && (p->command_id == SMPP_DELIVER_SM ||
					    p->command_id == SMPP_DATA_SM))
		deliver(l, p);
	else
		session_refuse(s, p, ESME_RINVBNDSTS);
}

static void response(void *owner, struct session *s,
		     const struct window_item *item, const struct smpp_pdu *p)
{
	struct line *l = owner;

	if (p->command_status == ESME_ROK)
		meter_count(&l->sent, loop_now_us(l->smsc->peer.hub->loop));
	else
		blame(l, smpp_status_name(p->command_status));
	if (item->which & BEYOND_MARK)
		beyond_response(item, p);
	if (l->state == LINE_BOUND)
		beyond_pump(&l->smsc->peer, s);
	if (item->which & BEYOND_MARK)
		outbox_work(&l->smsc->peer.out);
	else
		outbox_response(&l->smsc->peer.out, s, item, p);
	/* SMPP v3.4 5.1.3: it has forgotten the bind, so it gets a new one. */
	if (p->command_status == ESME_RINVBNDSTS && l->state == LINE_BOUND)
		line_leave(l);
	else
		leave_if_quiet(l);
}

static void lost(void *owner, struct session *s, const struct window_item *item,
		 enum session_loss how)
{
	struct line *l = owner;

	if (how == SESSION_NO_ANSWER)
		blame(l, "a request was not answered");
	if (item->which & BEYOND_MARK)
		beyond_lost(item);
	if (l->state == LINE_BOUND)
		beyond_pump(&l->smsc->peer, s);
	if (item->which & BEYOND_MARK)
		outbox_work(&l->smsc->peer.out);
	else
		outbox_missed(&l->smsc->peer.out, s, item, how);
	leave_if_quiet(l);
}

static void strand_if_last(struct line *l)
{
	struct session *unused;

	if (!client_transmits(&l->smsc->peer, &unused))
		beyond_strand(&l->smsc->peer);
}

static void late(void *owner, struct session *s, const struct smpp_pdu *p)
{
	struct line *l = owner;

	outbox_late(&l->smsc->peer.out, s, p);
}

static void closed(void *owner, struct session *s, const char *why)
{
	struct line *l = owner;

	outbox_remove(&l->smsc->peer.out, s);
	outbox_forget(&l->smsc->peer.out, s);
	inbox_drop(&l->inbox);
	l->session = NULL;
	fail(l, why);
	strand_if_last(l);
}

static const struct session_events events = { connected, request, answer,
					      response,	 lost,	  closed,
					      late };

/* Nothing of it leaves unless TLS, where it is wanted, has begun. */
static enum err secure(struct line *l)
{
	const struct smsc *s = l->smsc;
	const struct tls_context *tls;

	if (!settings_bool(s->group, "tls"))
		return OK;
	tls = client_tls_find(s->client->tls, s->name);
	return tls == NULL ? ERR_NOTFOUND : session_secure(l->session, tls);
}

static void connect_to(void *arg, const struct resolved *r)
{
	struct line *l = arg;
	struct session_limits limits = {
		.response_us = setting_us(l, "response-timeout"),
		.pdu_octets = SMPP_PDU_OCTETS_MAX,
	};
	int fd;

	l->resolve = NULL;
	enter(l, LINE_DOWN);
	if (r->size == 0) {
		fail(l, "no such host");
		return;
	}
	if ((fd = resolved_connect(r)) < 0) {
		fail(l, strerror(errno));
		return;
	}
	l->session = session_new(l->smsc->peer.hub->sessions, fd, &events, l);
	if (l->session == NULL) {
		close(fd);
		fail(l, "no memory");
		return;
	}
	enter(l, LINE_CONNECTING);
	l->unbind_asked = false;
	l->inbox = (struct inbox){ 0 };
	if (session_set_limits(l->session, &limits) != OK || secure(l) != OK)
		session_close(l->session, "no memory");
	else
		session_connecting(l->session, limits.response_us);
}

bool line_adopt(struct line *l, struct session *s)
{
	struct session_limits limits = {
		.response_us = setting_us(l, "response-timeout"),
		.pdu_octets = SMPP_PDU_OCTETS_MAX,
	};

	if (l->session != NULL || l->smsc->peer.hub->draining)
		return false;
	session_give(s, &events, l);
	session_set_deadline(s, 0);
	l->session = s;
	enter(l, LINE_CONNECTING);
	l->unbind_asked = false;
	l->inbox = (struct inbox){ 0 };
	if (session_set_limits(s, &limits) != OK)
		session_close(s, "no memory");
	else
		connected(l, s);
	return true;
}

static void stop_trying(struct line *l)
{
	loop_clear_timer(l->smsc->peer.hub->loop, &l->timer);
	resolve_cancel(l->resolve);
	l->resolve = NULL;
	enter(l, LINE_DOWN);
}

void line_close(struct line *l, const char *why)
{
	if (l->session != NULL)
		session_close(l->session, why);
	else
		stop_trying(l);
}

void line_leave(struct line *l)
{
	if (l->state == LINE_LEAVING)
		return;
	if (l->state != LINE_BOUND) {
		line_close(l, "stopped");
		stop_trying(l);
		return;
	}
	start_leaving(l);
	leave_if_quiet(l);
}
