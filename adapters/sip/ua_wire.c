/*
 * SIP over TLS: messages cut out of a connection's octets, answers, and calls
 * that are matched with theirs. Nothing is repeated there, so nothing of the
 * library's transactions is needed. RFC 3261 17, 18.3; RFC 5626 3.5.1, 5.3.
 */
#include "adapters/sip/ua_inside.h"

#include <sofia-sip/msg_buffer.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "codecs/arena.h"

#define PIECE	 4096 /* octets that a message grows by                  */
#define PING	 "\r\n\r\n"
#define TLS_PORT 5061

/* -- life ----------------------------------------------------------------- */

struct ua_wire *wire_hold(struct ua_wire *w)
{
	w->holders++;
	return w;
}

void wire_release(struct ua_wire *w)
{
	if (!w || --w->holders > 0)
		return;
	if (w->msg)
		msg_destroy(w->msg);
	mem_free(w);
}

/* That of the connection, which holds it. */
static struct ua_wire *wire_of(struct secure_conn *c)
{
	struct ua_wire *w = *secure_conn_user(c);

	if (w || !(w = mem_zero(sizeof(*w))))
		return w;
	w->conn = c;
	w->holders = 1;
	*secure_conn_user(c) = w;
	return w;
}

static void on_closed(void *arg, struct secure_conn *conn, const char *why)
{
	struct ua_wire *w = *secure_conn_user(conn);
	const struct sip_result gone = { .status = 503,
					 .own = true,
					 .reason = why };
	struct ua_flow *f;
	ua_lost *lost;

	w->conn = NULL;
	while (w->calls)
		ua_call_answered(w->calls, NULL, &gone);
	while ((f = w->flows)) {
		lost = f->lost;
		arg = f->arg;
		ua_flow_watch(f, NULL, NULL);
		lost(arg);
	}
	wire_release(w);
}

bool wire_trusted(const struct ua *u, const struct ua_wire *w)
{
	const struct sip_config *c = u->config;
	size_t i = 0;

	while (w->conn && i < c->n_trusted_names &&
	       !secure_conn_is(w->conn, c->trusted_names[i]))
		i++;
	return w->conn && i < c->n_trusted_names;
}

/* -- answers -------------------------------------------------------------- */

/* The whole message; false: it cannot be. */
static bool write_message(struct ua_wire *w, msg_t *msg)
{
	size_t n = 0;
	char *text = msg_as_string(msg_home(msg), msg, NULL, 0, &n);

	return text && w->conn &&
	       secure_conn_write(w->conn, (struct bytes){ (uint8_t *)text, n });
}

/* One that the request may lack: then it is refused without it. */
static int copy(msg_t *msg, void *header, const void *asked)
{
	return asked ? ua_put(msg, header) : 0;
}

/* What RFC 3261 8.2.6.2 wants, then ours. */
static int fill_reply(const struct ua *u, const sip_t *asked,
		      const struct ua_reply *reply, msg_t *msg)
{
	su_home_t *home = msg_home(msg);
	const char *phrase = reply->phrase;

	if (!phrase)
		phrase = sip_phrase(reply->status);
	if (ua_put(msg, sip_status_create(home, reply->status, phrase, NULL)) ||
	    ua_put(msg, sip_via_dup(home, asked->sip_via)) ||
	    copy(msg, sip_from_dup(home, asked->sip_from), asked->sip_from) ||
	    copy(msg, sip_to_dup(home, asked->sip_to), asked->sip_to) ||
	    copy(msg, sip_call_id_dup(home, asked->sip_call_id),
		 asked->sip_call_id) ||
	    copy(msg, sip_cseq_dup(home, asked->sip_cseq), asked->sip_cseq) ||
	    (reply->retry_after_s > 0 &&
	     ua_put(msg,
		    sip_retry_after_format(home, "%u",
					   (unsigned)reply->retry_after_s))) ||
	    (reply->minimum_s > 0 &&
	     ua_put(msg, sip_min_expires_format(home, "%u",
						(unsigned)reply->minimum_s))) ||
	    (reply->headers && reply->headers[0] &&
	     msg_header_add_str(msg, NULL, reply->headers) < 0) ||
	    ua_put(msg, sip_server_make(home, u->config->server)) ||
	    ua_put(msg, sip_content_length_create(home, 0)) ||
	    ua_put(msg, sip_separator_create(home)))
		return -1;
	return 0;
}

/* Was it done for somebody who has said who he is? */
static bool is_known(const sip_t *asked, unsigned status)
{
	sip_method_t method = asked->sip_request->rq_method;

	return status / 100 == 2 &&
	       (method == sip_method_register || method == sip_method_message);
}

void wire_reply(struct ua *u, struct ua_wire *w, msg_t *msg,
		const struct ua_reply *reply)
{
	bool known = is_known(sip_object(msg), reply->status);
	msg_t *made = w->conn ? msg_create(u->parser, 0) : NULL;

	/* Without memory, or an end to send it to: it asks again. */
	if (made && fill_reply(u, sip_object(msg), reply, made) >= 0 &&
	    write_message(w, made))
		secure_conn_good(w->conn, known);
	msg_destroy(made);
	msg_destroy(msg);
}

/* -- calls ---------------------------------------------------------------- */

static void too_late(void *arg)
{
	static const struct sip_result r = { .status = 408, .own = true };

	ua_call_answered(arg, NULL, &r);
}

static void put_branch(const struct ua_call *c, char text[static 32])
{
	(void)snprintf(text, 32, "z9hG4bK%016llx",
		       (unsigned long long)c->branch);
}

/* The port is where we can be called; RFC 3261 18.1.1. */
static sip_via_t *make_via(const struct ua_wire *w, const struct ua_call *c,
			   su_home_t *home)
{
	const struct sip_config *config = c->ua->config;
	unsigned port = config->tls_port;
	char host[64], branch[32];
	bool known = secure_conn_host(w->conn, host);

	put_branch(c, branch);
	return sip_via_format(home, "SIP/2.0/TLS %s:%u;branch=%s;rport",
			      known ? host : config->domain,
			      port ? port : TLS_PORT, branch);
}

enum err wire_call(struct ua_wire *w, struct ua_call *c, msg_t *msg)
{
	const struct ua *u = c->ua;

	if (!w->conn)
		return ERR_IO;
	c->branch = u->callbacks.random(u->callbacks.arg);
	if (loop_set_timer(u->loop, &c->timer,
			   u->config->deliver_timeout_ms * (uint64_t)1000,
			   too_late, c) != OK ||
	    ua_put(msg, make_via(w, c, msg_home(msg))))
		return ERR_NOMEM;
	if (!write_message(w, msg))
		return ERR_IO;
	c->wire = wire_hold(w);
	c->next_there = w->calls;
	w->calls = c;
	return OK;
}

void wire_forget(struct ua_call *c)
{
	struct ua_call **at = &c->wire->calls;

	while (*at != c)
		at = &(*at)->next_there;
	*at = c->next_there;
	wire_release(c->wire);
	c->wire = NULL;
}

/* -- what comes ----------------------------------------------------------- */

static bool is_answerable(const sip_t *sip)
{
	return sip->sip_request && sip->sip_via &&
	       sip->sip_request->rq_method != sip_method_ack;
}

/* RFC 3261 8.1.1: what each request has. */
static bool is_complete(const sip_t *sip)
{
	return sip->sip_call_id && sip->sip_cseq && sip->sip_from &&
	       sip->sip_to;
}

/* Takes `msg`. A status of a call that has been given up means nothing. */
static void take_response(struct ua_wire *w, msg_t *msg, const sip_t *sip)
{
	struct sip_result r = { .status =
					(unsigned)sip->sip_status->st_status };
	const char *branch = sip->sip_via ? sip->sip_via->v_branch : NULL;
	struct ua_call *c = w->calls;
	char text[32];

	for (; c && branch; c = c->next_there) {
		put_branch(c, text);
		if (strcasecmp(text, branch) == 0)
			break;
	}
	if (c && branch && sip->sip_cseq && !msg_has_error(msg) &&
	    sip->sip_cseq->cs_method == sip_method_message && r.status >= 200) {
		secure_conn_good(w->conn, false);
		ua_call_answered(c, sip, &r);
	}
	msg_destroy(msg);
}

/* RFC 3261 18.2.1, RFC 3581 4: where it came from. */
static void mark_via(msg_t *msg, sip_t *sip)
{
	su_home_t *home = msg_home(msg);
	sip_via_t *via = sip->sip_via;
	char host[64];

	if (!tport_hostport(host, sizeof(host), msg_addr(msg), 0))
		return;
	if (strcasecmp(host, via->v_host) != 0 || via->v_rport)
		(void)msg_header_replace_param(
			home, via->v_common,
			su_sprintf(home, "received=%s", host));
	if (via->v_rport)
		(void)msg_header_replace_param(
			home, via->v_common,
			su_sprintf(home, "rport=%u",
				   ntohs(msg_addr(msg)->su_port)));
}

/* What it is refused with by itself; 0: it is whole. */
static unsigned wrong_with(const msg_t *msg, const sip_t *sip)
{
	size_t body = sip->sip_payload ? sip->sip_payload->pl_len : 0;

	if (msg_get_flags(msg, MSG_FLG_TOOLARGE) ||
	    msg_size(msg) > UA_HEADERS_OCTETS + body)
		return 413;
	if (sip->sip_request->rq_version != sip_version_2_0)
		return 505;
	if (msg_has_error(msg) || sip->sip_error || sip_sanity_check(sip) < 0)
		return 400;
	return 0;
}

/* Takes `msg`. False: what follows it cannot be understood. */
static bool take_message(struct ua *u, struct ua_wire *w, msg_t *msg,
			 bool whole)
{
	const struct ua_way way = { .wire = w };
	struct ua_reply reply = { .status = 0 };
	sip_t *sip = sip_object(msg);

	if (whole && sip && sip->sip_status) {
		take_response(w, msg, sip);
		return true;
	}
	if (!sip || !is_answerable(sip)) {
		whole = whole && sip && sip->sip_request;
		msg_destroy(msg);
		return whole;
	}
	mark_via(msg, sip);
	reply.status = wrong_with(msg, sip);
	if (reply.status == 0 && (!whole || !is_complete(sip)))
		reply.status = 400;
	if (!is_complete(sip))
		wire_reply(u, w, msg, &reply);
	else if (reply.status != 0)
		ua_refuse(u, msg, &way, reply.status);
	else
		ua_take(u, msg, sip, &way);
	return whole && reply.status != 413;
}

/* Between messages; a ping has its pong. */
static struct bytes skip_line_ends(struct ua_wire *w, struct bytes in)
{
	static const struct bytes pong = { (const uint8_t *)"\r\n", 2 };

	while (in.n > 0 && (in.p[0] == '\r' || in.p[0] == '\n')) {
		w->line_ends =
			in.p[0] == PING[w->line_ends] ? w->line_ends + 1 : 0;
		in = bytes_after(in, 1);
		if (w->line_ends < sizeof(PING) - 1)
			continue;
		w->line_ends = 0;
		if (!secure_conn_write(w->conn, pong))
			return (struct bytes){ NULL, 0 };
	}
	if (in.n > 0)
		w->line_ends = 0;
	return in;
}

static msg_t *new_message(const struct ua *u, const struct ua_wire *w)
{
	const struct sockaddr *from = secure_conn_peer(w->conn);
	msg_t *msg = msg_create(u->parser, 0);

	if (!msg)
		return NULL;
	(void)msg_maxsize(msg, u->config->message_maximum + UA_HEADERS_OCTETS +
				       CONNECTION_OCTETS);
	memcpy(msg_addr(msg), from,
	       from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6));
	return msg;
}

/* Into the message's own memory. False: it takes no more. */
static bool put_octets(msg_t *msg, struct bytes in)
{
	msg_iovec_t at[msg_n_fragments] = { { 0 } };
	issize_t n = msg_recv_iovec(msg, at, msg_n_fragments, (usize_t)in.n, 0);
	size_t done = 0, piece;
	issize_t i;

	for (i = 0; i < n && done < in.n; i++) {
		piece = at[i].mv_len < in.n - done ? at[i].mv_len : in.n - done;
		memcpy(at[i].mv_base, in.p + done, piece);
		done += piece;
	}
	if (done < in.n)
		return false;
	(void)msg_recv_commit(msg, (usize_t)in.n, 0);
	return true;
}

/*
 * How many of the last octets are not its own, but the next one's: the
 * library has them already.
 */
static size_t left_over(msg_t *msg)
{
	msg_t *next = msg_next(msg);
	size_t n = next ? msg_buf_committed(next) : 0;

	msg_destroy(next);
	return n;
}

/* As many of them as belong to one message. False: it is over. */
static bool take_octets(struct ua *u, struct ua_wire *w, struct bytes *in)
{
	struct bytes piece = { in->p, in->n < PIECE ? in->n : PIECE };
	size_t left = 0;
	msg_t *msg = w->msg;
	int result = -1;

	if (!msg && !(msg = new_message(u, w)))
		return false;
	w->msg = msg;
	if (put_octets(msg, piece))
		result = msg_extract(msg);
	if (result == 0) {
		*in = bytes_after(*in, piece.n);
		return true;
	}
	w->msg = NULL;
	if (result > 0)
		left = left_over(msg);
	*in = bytes_after(*in, piece.n - left);
	return take_message(u, w, msg, result > 0);
}

static bool on_heard(void *arg, struct secure_conn *conn, struct bytes in)
{
	struct ua_wire *w = wire_of(conn);
	struct ua *u = arg;
	bool good = w != NULL;

	while (good && in.n > 0) {
		if (!w->msg)
			in = skip_line_ends(w, in);
		if (in.n > 0)
			good = take_octets(u, w, &in);
	}
	if (good)
		secure_conn_hurry(conn, w->msg != NULL);
	return good;
}

void ua_take_secure(struct ua *u, struct secure *s)
{
	const struct secure_events events = { .heard = on_heard,
					      .closed = on_closed,
					      .arg = u };

	u->secure = s;
	secure_tell(s, &events);
}

/* -- whom we call --------------------------------------------------------- */

static bool is_secure(const url_t *url)
{
	char transport[16] = "";

	if (url->url_type == url_sips)
		return true;
	return url->url_type == url_sip && url->url_params &&
	       url_param(url->url_params, "transport", transport,
			 sizeof(transport)) > 0 &&
	       strcasecmp(transport, "tls") == 0;
}

/* False: there can be no such host, or port. */
static bool find_target(const url_t *url, const char *name,
			struct secure_target *t)
{
	struct bytes host = bytes_of(url->url_host);
	uint64_t port = TLS_PORT;

	if (host.n > 2 && host.p[0] == '[')
		host = (struct bytes){ host.p + 1, host.n - 2 };
	if (host.n >= sizeof(t->host) ||
	    (url->url_port && url->url_port[0] &&
	     bytes_decimal(bytes_of(url->url_port), 65535, &port) != OK))
		return false;
	memcpy(t->host, host.p, host.n);
	t->host[host.n] = 0;
	t->port = (uint16_t)port;
	(void)snprintf(t->name, sizeof(t->name), "%s", name ? name : t->host);
	return true;
}

enum err wire_find(struct ua *u, const struct ua_message *m,
		   struct ua_wire **found)
{
	struct secure_target t = { .port = 0 };
	struct secure_conn *conn;
	su_home_t *home;
	url_t *url;
	enum err e = ERR_UNSUPPORTED;

	if (m->flow) {
		*found = m->flow->way.wire;
		return *found ? OK : ERR_UNSUPPORTED;
	}
	home = su_home_new(sizeof(*home));
	url = home ? url_make(home, m->route ? m->route : m->target) : NULL;
	if (!url || !url->url_host || !is_secure(url))
		goto out;
	e = ERR_IO;
	if (!u->secure || !find_target(url, m->name, &t) ||
	    (e = secure_connect(u->secure, &t, &conn)) != OK)
		goto out;
	*found = wire_of(conn);
	e = *found ? OK : ERR_NOMEM;
out:
	su_home_unref(home);
	return e;
}
