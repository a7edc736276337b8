/* Requests from the wire: who sent them, and which room they belong to. */
#include "adapters/sip/failures.h"
#include "adapters/sip/intake_map.h"
#include "adapters/sip/smsip.h"

#include <string.h>

#define ALLOW "Allow: MESSAGE, OPTIONS, REGISTER\r\n"

struct asked *asked_new(struct sip *s, struct request *r)
{
	static const struct ua_reply busy = { .status = 503,
					      .retry_after_s =
						      SIP_RETRY_AFTER_S };
	struct asked *a = mem_zero(sizeof(*a));

	if (a)
		a->arena = sip_arena_take(s);
	if (a && a->arena)
		a->ref = slots_put(&s->asked, a);
	if (a && a->ref) {
		a->sip = s;
		a->request = r;
		return a;
	}
	if (a)
		sip_arena_give(s, a->arena);
	mem_free(a);
	ua_answer(r, &busy);
	return NULL;
}

void asked_end(struct asked *a, const struct ua_reply *reply)
{
	struct sip *s = a->sip;

	if (a->request)
		ua_answer(a->request, reply);
	slots_drop(&s->asked, a->ref);
	sip_arena_give(s, a->arena);
	mem_free(a);
	sip_maybe_drained(s);
}

void asked_end_status(struct asked *a, unsigned status)
{
	struct ua_reply reply = { .status = status };

	if (status == 503)
		reply.retry_after_s = SIP_RETRY_AFTER_S;
	asked_end(a, &reply);
}

/* -- who ------------------------------------------------------------------ */

struct asking {
	struct asked *asked;
	sip_known *known;
	size_t credentials; /* which of the request's                    */
};

void sip_challenge(struct asked *a, bool stale)
{
	bool registers = a->request->method == REQUEST_REGISTER;
	struct buf text = BUF_INIT(4 * AUTH_TEXT_MAX);
	struct ua_reply reply = { .status = registers ? 401 : 407 };
	struct sip *s = a->sip;
	enum err e;

	e = auth_challenge(
		s->auth, registers ? "WWW-Authenticate" : "Proxy-Authenticate",
		uplink_now_us(s->up), uplink_random(s->up), stale, &text);
	reply.headers = e == OK ? buf_string(&text) : NULL;
	if (reply.headers)
		asked_end(a, &reply);
	else
		asked_end_status(a, 503);
	buf_clear(&text);
}

/* Where he is, without the port: it changes with every connection. */
static struct bytes host_of(const struct request *r)
{
	struct bytes text = bytes_of(r->source_text);

	while (text.n > 0 && text.p[text.n - 1] != ':')
		text.n--;
	return text;
}

static enum auth_verdict check(struct asked *a, size_t which,
			       const struct user *u)
{
	struct sip *s = a->sip;
	struct auth_request r = {
		.credentials = &a->request->credentials[which],
		.ha1_md5 = u->ha1_md5,
		.ha1_sha256 = u->ha1_sha256,
		.method = bytes_of(a->request->method_name),
		.body = a->request->body,
		.now_us = uplink_now_us(s->up),
	};
	struct bytes name = r.credentials->username;
	struct bytes host = host_of(a->request);
	enum auth_verdict v = AUTH_BAD;

	if (u->exists && u->name && bytes_is(name, u->name))
		v = auth_check(s->auth, &r);
	if (v == AUTH_BAD)
		failures_add(s->failures, name, host, r.now_us);
	else if (v == AUTH_GOOD)
		failures_clear(s->failures, name, host);
	return v;
}

static void user_found(void *arg, const struct user *u)
{
	struct asking *q = arg;
	enum auth_verdict v;

	if (!u) {
		asked_end_status(q->asked, 503);
		return;
	}
	v = check(q->asked, q->credentials, u);
	if (v == AUTH_GOOD)
		q->known(q->asked, u);
	else
		sip_challenge(q->asked, v == AUTH_STALE);
}

/* A server that we trust says who: P-Asserted-Identity; in REGISTER, To. */
static void server_said(void *arg, const struct user *u)
{
	struct asking *q = arg;

	q->known(q->asked, u);
}

static void believe(struct asking *q)
{
	struct asked *a = q->asked;
	const struct request *r = a->request;
	const char *uri =
		r->method == REQUEST_REGISTER ? r->to : r->asserted[0];
	struct lookup what = { .kind = LOOKUP_USER_ADDRESS };
	struct address address;
	enum err e;

	e = address_of_uri(a->sip->config, uri, a->arena, &address);
	if (e != OK) {
		asked_end_status(a, e == ERR_NOMEM ? 503 : 403);
		return;
	}
	what.name = address.text;
	users_ask(a->sip->users, &what, server_said, q);
}

/* The first credentials that can be for us. */
static bool pick(struct asked *a, struct asking *q, bool *stale)
{
	uint64_t now = uplink_now_us(a->sip->up);
	enum auth_verdict v;
	size_t i;

	for (i = 0; i < a->request->n_credentials; i++) {
		v = auth_look(a->sip->auth, &a->request->credentials[i], now);
		if (v == AUTH_GOOD) {
			q->credentials = i;
			return true;
		}
		*stale |= v == AUTH_STALE;
	}
	return false;
}

void sip_authenticate(struct asked *a, sip_known *known)
{
	static const struct ua_reply wrong_uri = {
		.status = 400, .phrase = "Digest URI Is Another"
	};
	struct asking *q = arena_alloc(a->arena, sizeof(*q));
	struct lookup what = { .kind = LOOKUP_USER_NAME };
	bool stale = false;

	if (!q) {
		asked_end_status(a, 503);
		return;
	}
	q->asked = a;
	q->known = known;
	if (a->request->trusted && (a->request->n_asserted > 0 ||
				    a->request->method == REQUEST_REGISTER)) {
		believe(q);
		return;
	}
	if (!pick(a, q, &stale)) {
		sip_challenge(a, stale);
		return;
	}
	if (a->request->credentials[q->credentials].elsewhere) {
		asked_end(a, &wrong_uri);
		return;
	}
	if (failures_locked(a->sip->failures,
			    a->request->credentials[q->credentials].username,
			    host_of(a->request), uplink_now_us(a->sip->up))) {
		asked_end_status(a, 403);
		return;
	}
	what.name = arena_string(
		a->arena, a->request->credentials[q->credentials].username);
	if (what.name)
		users_ask(a->sip->users, &what, user_found, q);
	else
		asked_end_status(a, 503);
}

/* -- which room ----------------------------------------------------------- */

static void options(const struct sip *s, struct request *r)
{
	bool sms = s->config->sms_centre.kind != ADDRESS_NONE;
	bool lists = s->config->lists.service.kind != ADDRESS_NONE;
	struct ua_reply reply = { .status = 200 };
	struct buf text = BUF_INIT(1024);

	buf_printf(&text,
		   ALLOW
		   "Accept: message/cpim, message/imdn+xml, text/plain, "
		   "multipart/mixed, application/im-iscomposing+xml%s\r\n"
		   "Accept-Encoding: deflate, gzip, identity\r\n"
		   "Supported: path, gruu, outbound%s\r\n",
		   sms ? ", " RPDU_MIME_TYPE : "", lists ? ", " LISTS_OPTION : "");
	reply.headers = buf_string(&text);
	ua_answer(r, &reply);
	buf_clear(&text);
}

static void bad_extension(struct request *r)
{
	struct buf text = BUF_INIT(512);
	struct ua_reply reply = { .status = 420 };

	buf_printf(&text, "Unsupported: %s\r\n", r->unsupported);
	reply.headers = buf_string(&text);
	ua_answer(r, &reply);
	buf_clear(&text);
}

static bool scheme_known(const char *uri)
{
	return strncasecmp(uri, "sip:", 4) == 0 ||
	       strncasecmp(uri, "sips:", 5) == 0 ||
	       strncasecmp(uri, "tel:", 4) == 0 ||
	       strncasecmp(uri, "im:", 3) == 0;
}

static void message(struct sip *s, struct request *r)
{
	static const struct ua_reply busy = { .status = 503,
					      .retry_after_s =
						      SIP_RETRY_AFTER_S };
	struct asked *a;

	/* What a device says of ours ends something. */
	if ((s->slow || s->draining || s->stopped) && !smsip_is_answer(s, r)) {
		ua_answer(r, &busy);
		return;
	}
	/* We keep no dialogs; and a loop must end somewhere. */
	if (r->to_tag || r->max_forwards == 0) {
		ua_answer_status(r, r->to_tag ? 481 : 483);
		return;
	}
	s->received++;
	a = asked_new(s, r);
	if (a)
		sip_authenticate(a, pager_request);
}

void sip_request(void *arg, struct request *r)
{
	struct ua_reply not_allowed = { .status = 405, .headers = ALLOW };
	struct sip *s = arg;
	struct asked *a;

	if (!scheme_known(r->target)) {
		ua_answer_status(r, 416);
		return;
	}
	if (r->unsupported && r->method != REQUEST_CANCEL) {
		bad_extension(r);
		return;
	}
	switch (r->method) {
	case REQUEST_MESSAGE:
		message(s, r);
		return;
	case REQUEST_REGISTER:
		a = asked_new(s, r);
		if (a)
			sip_authenticate(a, register_request);
		return;
	case REQUEST_OPTIONS:
		options(s, r);
		return;
	case REQUEST_CANCEL:
		ua_answer_status(r, 481);
		return;
	case REQUEST_ACK:
	case REQUEST_OTHER:
		break;
	}
	ua_answer(r, &not_allowed);
}
