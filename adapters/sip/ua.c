#include "adapters/sip/ua_inside.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codecs/arena.h"
#include "codecs/digest.h"
#include "gateway/loop_su.h"

/* -- transactions --------------------------------------------------------- */

static uint64_t mix(const struct ua *u, uint64_t so_far, const char *text)
{
	uint64_t h = digest_siphash(u->key, bytes_of(text));

	return (so_far << 13 | so_far >> 51) * 0x9E3779B97F4A7C15 + h;
}

/* RFC 3261 17.2.3, and what an RFC 2543 client can be told by. */
static uint64_t transaction_key(const struct ua *u, const sip_t *sip)
{
	const sip_via_t *via = sip->sip_via;
	uint64_t k;

	k = mix(u, sip->sip_cseq->cs_seq, sip->sip_request->rq_method_name);
	k = mix(u, k, via->v_branch);
	k = mix(u, k, via->v_host);
	k = mix(u, k, via->v_port);
	k = mix(u, k, sip->sip_call_id->i_id);
	return mix(u, k, sip->sip_from->a_tag);
}

static void link_incoming(struct ua *u, struct ua_incoming *in)
{
	in->older = u->newest;
	if (u->newest)
		u->newest->newer = in;
	else
		u->oldest = in;
	u->newest = in;
	u->pending++;
	u->octets += in->octets;
}

static void unlink_incoming(struct ua *u, struct ua_incoming *in)
{
	if (in->older)
		in->older->newer = in->newer;
	else
		u->oldest = in->newer;
	if (in->newer)
		in->newer->older = in->older;
	else
		u->newest = in->older;
	u->pending--;
	u->octets -= in->octets;
}

static void free_incoming(struct ua_incoming *in)
{
	unlink_incoming(in->ua, in);
	if (in->msg)
		msg_destroy(in->msg);
	ua_way_release(&in->way);
	mem_free(in);
}

/* -- answers -------------------------------------------------------------- */

/* The same To tag for the same transaction, whenever it is answered. */
static void tag_reply(const struct ua *u, uint64_t key, msg_t *msg)
{
	sip_t *sip = sip_object(msg);
	char tag[32];

	if (sip->sip_to->a_tag)
		return;
	(void)snprintf(tag, sizeof(tag), "tag=%016llx",
		       (unsigned long long)digest_scramble64(u->key, key));
	(void)sip_to_tag(msg_home(msg), sip->sip_to, tag);
}

/* Takes `msg`. */
static void send_reply(struct ua *u, msg_t *msg, const struct ua_way *way,
		       const struct ua_reply *reply)
{
	const char *phrase = reply->phrase;
	char retry[16] = "", minimum[16] = "";

	if (way->wire) {
		wire_reply(u, way->wire, msg, reply);
		return;
	}
	if (!phrase)
		phrase = sip_phrase(reply->status);
	if (reply->retry_after_s > 0)
		(void)snprintf(retry, sizeof(retry), "%u",
			       (unsigned)reply->retry_after_s);
	if (reply->minimum_s > 0)
		(void)snprintf(minimum, sizeof(minimum), "%u",
			       (unsigned)reply->minimum_s);
	nta_msg_treply(
		u->agent, msg, (int)reply->status, phrase,
		NTATAG_TPORT(way->tport),
		TAG_IF(retry[0], SIPTAG_RETRY_AFTER_STR(retry)),
		TAG_IF(minimum[0], SIPTAG_MIN_EXPIRES_STR(minimum)),
		TAG_IF(reply->headers, SIPTAG_HEADER_STR(reply->headers)),
		TAG_IF(reply->status > 100,
		       SIPTAG_SERVER_STR(u->config->server)),
		TAG_END());
}

void ua_answer(struct request *r, const struct ua_reply *reply)
{
	struct ua_incoming *in = r->incoming;
	struct ua *u = in->ua;
	msg_t *msg = in->msg;
	struct answer a = {
		.status = (uint16_t)reply->status,
		.retry_after_s = (uint16_t)reply->retry_after_s,
		.minimum_s = (uint16_t)reply->minimum_s,
	};

	/* A challenge is made anew for each repetition: it costs nothing to
	 * keep, and so the first request of a client leaves no state. */
	if (!r->stream)
		answers_set(u->answers, in->key, &a);
	in->msg = NULL;
	tag_reply(u, in->key, msg);
	send_reply(u, msg, &in->way, reply);
	free_incoming(in);
}

void ua_answer_status(struct request *r, unsigned status)
{
	struct ua_reply reply = { .status = status };

	ua_answer(r, &reply);
}

/* A repetition over UDP: the same answer, if there is one. Takes `msg`. */
static void answer_again(struct ua *u, msg_t *msg, const struct ua_way *way,
			 const struct answer *a, uint64_t key)
{
	struct ua_reply reply = {
		.status = a->status,
		.retry_after_s = a->retry_after_s,
		.minimum_s = a->minimum_s,
	};

	if (a->status == 0 && !a->trying) {
		msg_destroy(msg);
		return;
	}
	if (a->status == 0)
		reply.status = 100;
	else
		tag_reply(u, key, msg);
	send_reply(u, msg, way, &reply);
}

/* RFC 4320 4.1: 100 when the client's Timer E has reached T2, not earlier. */
static void trying_due(void *arg)
{
	struct ua *u = arg;
	uint64_t now = u->callbacks.now_us(u->callbacks.arg);
	static const struct ua_reply reply = { .status = 100 };
	static const struct answer answer = { .trying = true };
	struct ua_incoming *in;

	for (in = u->oldest; in; in = in->newer) {
		if (in->trying)
			continue;
		if (in->came_us + UA_TRYING_US > now)
			break;
		in->trying = true;
		answers_set(u->answers, in->key, &answer);
		send_reply(u, msg_ref_create(in->msg), &in->way, &reply);
	}
	if (!in)
		return;
	if (loop_set_timer(u->loop, &u->trying,
			   in->came_us + UA_TRYING_US - now, trying_due,
			   u) != OK)
		u->trying.slot = 0; /* set again by the next request */
}

/* -- requests ------------------------------------------------------------- */

void ua_refuse(struct ua *u, msg_t *msg, const struct ua_way *way,
	       unsigned status)
{
	struct ua_reply reply = { .status = status };

	if (status == 503)
		reply.retry_after_s = 1;
	tag_reply(u, transaction_key(u, sip_object(msg)), msg);
	send_reply(u, msg, way, &reply);
}

static struct ua_incoming *make_incoming(struct ua *u, msg_t *msg,
					 const struct ua_way *way, uint64_t key)
{
	struct ua_incoming *in = mem_zero(sizeof(*in));

	if (!in)
		return NULL;
	in->ua = u;
	in->msg = msg;
	in->way = *way;
	ua_way_hold(way);
	in->key = key;
	in->came_us = u->callbacks.now_us(u->callbacks.arg);
	in->trying = ua_way_is_stream(way);
	in->request.incoming = in;
	in->octets = msg_size(msg) + UA_PRELOAD_OCTETS;
	link_incoming(u, in);
	return in;
}

static void take_request(struct ua *u, msg_t *msg, sip_t *sip,
			 const struct ua_way *way, uint64_t key)
{
	struct ua_incoming *in;
	enum err e;

	if (u->pending >= UA_PENDING_MAX || u->octets >= UA_PENDING_OCTETS) {
		ua_refuse(u, msg, way, 503);
		return;
	}
	in = make_incoming(u, msg, way, key);
	if (!in) {
		msg_destroy(msg);
		return;
	}
	e = ua_read(in, sip);
	if (e != OK) {
		ua_answer_status(&in->request, e == ERR_TOOBIG ? 413 : 400);
		return;
	}
	if (!in->trying && u->trying.slot == 0 &&
	    loop_set_timer(u->loop, &u->trying, UA_TRYING_US, trying_due, u) !=
		    OK)
		u->trying.slot = 0;
	u->callbacks.request(u->callbacks.arg, &in->request);
}

/*
 * A request of our own has come back: a contact that is our own address, or a
 * connection to a local port that the system has joined to itself.
 */
static bool is_loop(struct ua *u, msg_t *msg, sip_t *sip,
		    const struct ua_way *way)
{
	bool stream = ua_way_is_stream(way);

	if (!nta_outgoing_find(u->agent, msg, sip, sip->sip_via))
		return false;
	ua_refuse(u, msg, way, stream ? 503 : 482);
	if (stream)
		tport_shutdown(way->tport, 2);
	return true;
}

/* Too long, though it came in one piece: ua_stream.c has not seen a part. */
static bool is_too_long(struct ua *u, msg_t *msg, const sip_t *sip,
			const struct ua_way *way)
{
	size_t body = sip->sip_payload ? sip->sip_payload->pl_len : 0;

	if (!ua_way_is_stream(way) || msg_size(msg) <= UA_HEADERS_OCTETS + body)
		return false;
	ua_refuse(u, msg, way, 413);
	tport_shutdown(way->tport, 1);
	return true;
}

void ua_take(struct ua *u, msg_t *msg, sip_t *sip, const struct ua_way *way)
{
	uint64_t key = transaction_key(u, sip);
	const struct answer *before;

	if (!u->serving) {
		if (ua_way_is_stream(way))
			ua_refuse(u, msg, way, 503);
		else
			msg_destroy(msg); /* it will come again */
		return;
	}
	before = ua_way_is_stream(way)
			 ? NULL
			 : answers_see(u->answers, key,
				       u->callbacks.now_us(u->callbacks.arg));
	if (before)
		answer_again(u, msg, way, before, key);
	else
		take_request(u, msg, sip, way, key);
}

/* Everything that belongs to no transaction of the library. */
static int on_message(struct ua *u, nta_agent_t *agent, msg_t *msg, sip_t *sip)
{
	struct ua_way way = { NULL, NULL };

	/* A late response: its call has been given up. */
	if (!sip->sip_request ||
	    sip->sip_request->rq_method == sip_method_ack || !sip->sip_via ||
	    !sip->sip_call_id || !sip->sip_cseq || !sip->sip_from ||
	    !sip->sip_to) {
		msg_destroy(msg);
		return 0;
	}
	way.tport = tport_delivered_by(nta_agent_tports(agent), msg);
	if (!way.tport) {
		msg_destroy(msg);
		return 0;
	}
	if (!is_loop(u, msg, sip, &way) && !is_too_long(u, msg, sip, &way))
		ua_take(u, msg, sip, &way);
	return 0;
}

/* -- listeners ------------------------------------------------------------ */

static void silence(void)
{
	extern su_log_t nta_log[], tport_log[];

	su_log_set_level(NULL, 0);
	su_log_set_level(nta_log, 0);
	su_log_set_level(tport_log, 0);
}

/*
 * A datagram above the library's limit leaves it in a state where the next
 * one ends the process, and a piece of a connection above it closes that
 * without an answer: so it lies above all that can come in one piece. Shorter
 * limits are ours: ua_stream.c, ua_read().
 */
static unsigned size_limit(const struct sip_config *c)
{
	return c->message_maximum + UA_HEADERS_OCTETS + CONNECTION_OCTETS;
}

static nta_agent_t *make_agent(struct ua *u, const struct sip_config *c)
{
	char url[160];
	bool six = strchr(c->address, ':') != NULL;

	(void)snprintf(url, sizeof(url), six ? "sip:[%s]:%u" : "sip:%s:%u",
		       c->address, c->port);
	return nta_agent_create(
		loop_su_root(u->loop), URL_STRING_MAKE(url), on_message, u,
		NTATAG_MCLASS(u->parser), NTATAG_UA(0),
		NTATAG_PRELOAD(UA_PRELOAD_OCTETS), NTATAG_BAD_REQ_MASK(~0u),
		NTATAG_BAD_RESP_MASK(~0u), NTATAG_UDP_MTU(c->pager_limit),
		NTATAG_MAXSIZE(size_limit(c)),
		NTATAG_SIP_T1X64(c->deliver_timeout_ms),
		NTATAG_SIP_T4(UA_LINGER_MS), NTATAG_SERVER_RPORT(1),
		NTATAG_CLIENT_RPORT(1), NTATAG_TCP_RPORT(1),
		NTATAG_TIMEOUT_408(1), NTATAG_PASS_408(1),
		TPTAG_QUEUESIZE(1000), TPTAG_IDLE(c->idle_timeout_ms),
		TPTAG_TIMEOUT(UA_PATIENCE_MS), TPTAG_PONG2PING(1),
		TPTAG_UDP_RMEM(UA_SOCKET_OCTETS),
		TPTAG_UDP_WMEM(UA_SOCKET_OCTETS),
		TPTAG_TLS_VERIFY_POLICY(TPTLS_VERIFY_ALL), TAG_END());
}

static enum err fill(struct ua *u, const struct sip_config *c)
{
	uint64_t random;
	size_t i;

	for (i = 0; i < 2; i++) {
		random = u->callbacks.random(u->callbacks.arg);
		memcpy(u->key + 8 * i, &random, 8);
	}
	(void)snprintf(u->address, sizeof(u->address),
		       strchr(c->address, ':') ? "[%s]:%u" : "%s:%u",
		       c->address, c->port);
	u->answers = answers_new(UA_ANSWERS_MAX);
	u->parser = sip_extend_mclass(NULL);
	if (!u->answers || !u->parser)
		return ERR_NOMEM;
	return connections_new(&u->connections, u->loop, c->port);
}

/* 0: a socket of that type can be bound there. */
static int bind_error(const struct addrinfo *to)
{
	int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC, 0);
	int bad = 0, yes = 1;

	if (fd < 0)
		return errno;
	if (to->ai_socktype == SOCK_STREAM &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)))
		bad = errno;
	else if (bind(fd, to->ai_addr, to->ai_addrlen))
		bad = errno;
	close(fd);
	return bad;
}

/* What the system says of that address; sofia keeps it to itself. */
static const char *why_not(const struct sip_config *c)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICSERV }, *all, *to;
	char port[8];
	int bad;

	(void)snprintf(port, sizeof(port), "%u", c->port);
	if ((bad = getaddrinfo(c->address, port, &hints, &all)) != 0)
		return gai_strerror(bad);
	for (to = all; to && !bad; to = to->ai_next)
		if (to->ai_socktype != SOCK_RAW)
			bad = bind_error(to);
	freeaddrinfo(all);
	return bad ? strerror(bad) : "no reason is known";
}

enum err ua_open(struct ua **made, struct loop *loop,
		 const struct sip_config *c, const struct ua_callbacks *cb,
		 struct buf *complaint)
{
	struct ua *u = mem_zero(sizeof(*u));
	enum err e;

	if (!u)
		return ERR_NOMEM;
	silence();
	u->callbacks = *cb;
	u->loop = loop;
	u->config = c;
	if ((e = fill(u, c)) != OK)
		goto out;
	u->agent = make_agent(u, c);
	if (!u->agent) {
		settings_where(settings_single(c->settings, "sip"), "port",
			       complaint);
		buf_printf(complaint,
			   ": group sip: port: cannot listen on %s: %s\n",
			   u->address, why_not(c));
		e = ERR_IO;
		goto out;
	}
	connections_limits(u->connections, c->connections, c->idle_timeout_ms);
	*made = u;
out:
	if (e != OK)
		ua_close(u);
	return e;
}

void ua_configure(struct ua *u, const struct sip_config *c)
{
	u->config = c;
	connections_limits(u->connections, c->connections, c->idle_timeout_ms);
	nta_agent_set_params(u->agent, NTATAG_UDP_MTU(c->pager_limit),
			     NTATAG_MAXSIZE(size_limit(c)),
			     NTATAG_SIP_T1X64(c->deliver_timeout_ms),
			     TAG_END());
}

void ua_serve(struct ua *u, bool serve)
{
	u->serving = serve;
}

bool ua_busy(const struct ua *u)
{
	return u->oldest || u->first_call;
}

struct ua **ua_next(struct ua *u)
{
	return &u->next;
}

void ua_close(struct ua *u)
{
	if (!u)
		return;
	if (u->loop)
		loop_clear_timer(u->loop, &u->trying);
	while (u->oldest)
		free_incoming(u->oldest);
	ua_calls_close(u);
	if (u->agent)
		nta_agent_destroy(u->agent);
	connections_free(u->connections);
	if (u->parser)
		su_free(NULL, u->parser);
	answers_free(u->answers);
	mem_free(u);
}

const char *ua_address(const struct ua *u)
{
	return u->address;
}
