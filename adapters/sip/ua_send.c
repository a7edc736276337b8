#include "adapters/sip/ua_inside.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/arena.h"

static void unlink_call(struct ua_call *c)
{
	if (c->older)
		c->older->newer = c->newer;
	else
		c->ua->first_call = c->newer;
	if (c->newer)
		c->newer->older = c->older;
}

static void free_call(struct ua_call *c)
{
	unlink_call(c);
	loop_clear_timer(c->ua->loop, &c->timer);
	if (c->transaction)
		nta_outgoing_destroy(c->transaction);
	if (c->wire)
		wire_forget(c);
	mem_free(c);
}

static void finish(struct ua_call *c, const struct sip_result *r)
{
	ua_done *done = c->done;
	void *arg = c->arg;

	/* The reason is text of the response: it goes with the transaction. */
	done(arg, r);
	free_call(c);
}

static void early_due(void *arg)
{
	struct ua_call *c = arg;

	finish(c, &c->result);
}

/* RFC 3261 18.1.1: TCP was tried and refused. */
static bool fell_back(const struct ua *u, const nta_outgoing_t *transaction)
{
	msg_t *msg = nta_outgoing_getrequest((nta_outgoing_t *)transaction);
	tport_t *tport = nta_outgoing_transport((nta_outgoing_t *)transaction);
	bool back = msg && tport && tport_is_udp(tport) &&
		    msg_size(msg) > u->config->pager_limit;

	if (tport)
		tport_unref(tport);
	msg_destroy(msg);
	return back;
}

/* Somewhere that a request can be sent to, and that is not here. */
static bool leads_away(const struct ua *u, const sip_contact_t *m)
{
	const url_t *url = m->m_url;

	return (url->url_type == url_sip || url->url_type == url_sips) &&
	       url->url_host && !url->url_headers &&
	       strcasecmp(url->url_host, u->config->domain) != 0 &&
	       !(strcasecmp(url->url_host, u->config->address) == 0 &&
		 strtoul(url_port(url), NULL, 10) == u->config->port);
}

/* The Contact of a 3xx that is wanted most (RFC 3261 8.1.3.4); to be freed. */
static char *best_contact(const struct ua *u, const sip_t *sip)
{
	const sip_contact_t *m, *best = NULL;

	for (m = sip->sip_contact; m; m = m->m_next)
		if (leads_away(u, m) &&
		    (!best || sip_q_value(m->m_q) > sip_q_value(best->m_q)))
			best = m;
	return best ? url_as_string(NULL, best->m_url) : NULL;
}

void ua_call_answered(struct ua_call *c, const sip_t *sip,
		      const struct sip_result *so_far)
{
	struct sip_result r = *so_far;
	char *contact = NULL;

	if (sip && sip->sip_status)
		r.reason = sip->sip_status->st_phrase;
	if (sip && sip->sip_retry_after)
		r.retry_after_s = (uint32_t)sip->sip_retry_after->af_delta;
	if (sip && r.status / 100 == 3)
		contact = best_contact(c->ua, sip);
	r.contact = contact;
	finish(c, &r);
	su_free(NULL, contact);
}

static int on_response(struct ua_call *c, nta_outgoing_t *transaction,
		       const sip_t *sip)
{
	struct sip_result r = { .status = 503, .own = true };

	if (nta_outgoing_status(transaction) < 200)
		return 0;
	r.status = (unsigned)nta_outgoing_status(transaction);
	r.own = nta_sip_is_internal(sip) != 0;
	r.datagram = fell_back(c->ua, transaction);
	if (!c->sending) {
		ua_call_answered(c, sip, &r);
		return 0;
	}
	if (sip && sip->sip_retry_after)
		r.retry_after_s = (uint32_t)sip->sip_retry_after->af_delta;
	c->early = true;
	c->result = r;
	return 0;
}

/* Nothing but one line of text: what we are given may come from anywhere. */
static bool one_line(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	return true;
}

static bool may_be_sent(const struct ua_message *m)
{
	return one_line(m->target) && one_line(m->route) && one_line(m->from) &&
	       one_line(m->to) && one_line(m->call_id) && one_line(m->type);
}

int ua_put(msg_t *msg, void *header)
{
	return header ? msg_header_insert(msg, (msg_pub_t *)sip_object(msg),
					  header)
		      : -1;
}

/* What every request has, then ours, then the body. */
static int fill(struct ua *u, const struct ua_message *m, msg_t *msg)
{
	uint64_t tag = u->callbacks.random(u->callbacks.arg);
	su_home_t *home = msg_home(msg);
	char *from = su_sprintf(home, "%s;tag=%016llx", m->from,
				(unsigned long long)tag);

	if (!from ||
	    ua_put(msg, sip_request_create(home, SIP_METHOD_MESSAGE,
					   URL_STRING_MAKE(m->target), NULL)) ||
	    ua_put(msg, sip_max_forwards_format(home, "%u", m->max_forwards)) ||
	    ua_put(msg, sip_from_make(home, from)) ||
	    ua_put(msg, sip_to_make(home, m->to)) ||
	    ua_put(msg, sip_call_id_make(home, m->call_id)) ||
	    ua_put(msg, sip_cseq_create(home, 1, SIP_METHOD_MESSAGE)) ||
	    ua_put(msg, sip_user_agent_make(home, u->config->server)))
		return -1;
	if (m->headers && m->headers[0] &&
	    msg_header_add_str(msg, NULL, m->headers) < 0)
		return -1;
	if (ua_put(msg, sip_content_type_make(home, m->type)))
		return -1;
	if (m->body.n > 0 &&
	    ua_put(msg,
		   sip_payload_create(home, m->body.p, (isize_t)m->body.n)))
		return -1;
	return sip_complete_message(msg);
}

static msg_t *build(struct ua *u, const struct ua_message *m)
{
	msg_t *msg = nta_msg_create(u->agent, 0);

	if (msg && fill(u, m, msg) < 0) {
		msg_destroy(msg);
		msg = NULL;
	}
	return msg;
}

static struct ua_call *make_call(struct ua *u, ua_done *done, void *arg)
{
	struct ua_call *c = mem_zero(sizeof(*c));

	if (!c)
		return NULL;
	c->ua = u;
	c->done = done;
	c->arg = arg;
	c->newer = u->first_call;
	if (c->newer)
		c->newer->older = c;
	u->first_call = c;
	return c;
}

/* By the library: over this connection of its own, or it finds a way. */
static enum err send_plain(struct ua_call *c, const struct ua_message *m,
			   msg_t *msg)
{
	tport_t *tport = m->flow ? m->flow->way.tport : NULL;

	c->sending = true;
	c->transaction = nta_outgoing_mcreate(
		c->ua->agent, on_response, c,
		m->route && !tport ? URL_STRING_MAKE(m->route) : NULL, msg,
		TAG_IF(tport, NTATAG_TPORT(tport)),
		TAG_IF(m->datagram, TPTAG_MTU(UA_DATAGRAM_OCTETS)), TAG_END());
	c->sending = false;
	if (!c->transaction) {
		msg_destroy(msg);
		return ERR_RANGE;
	}
	return c->early
		       ? loop_set_timer(c->ua->loop, &c->timer, 0, early_due, c)
		       : OK;
}

/* What cannot be sent has its answer, but later. */
static enum err send_secure(struct ua_call *c, struct ua_wire *w, msg_t *msg)
{
	enum err e = w ? wire_call(w, c, msg) : ERR_IO;

	msg_destroy(msg);
	if (e != ERR_IO)
		return e;
	c->result = (struct sip_result){ .status = 503, .own = true };
	return loop_set_timer(c->ua->loop, &c->timer, 0, early_due, c);
}

enum err ua_send(struct ua *u, const struct ua_message *m, ua_done *done,
		 void *arg, struct ua_call **made)
{
	struct ua_wire *wire = NULL;
	struct ua_call *c;
	msg_t *msg;
	enum err e;

	if (!may_be_sent(m) || !(msg = build(u, m)))
		return ERR_RANGE;
	c = make_call(u, done, arg);
	if (!c) {
		msg_destroy(msg);
		return ERR_NOMEM;
	}
	e = wire_find(u, m, &wire);
	if (e == ERR_UNSUPPORTED)
		e = send_plain(c, m, msg);
	else
		e = send_secure(c, e == OK ? wire : NULL, msg);
	if (e == OK)
		*made = c;
	else
		free_call(c);
	return e;
}

void ua_forget(struct ua_call *c)
{
	if (c)
		free_call(c);
}

void ua_calls_close(struct ua *u)
{
	while (u->first_call)
		free_call(u->first_call);
}
