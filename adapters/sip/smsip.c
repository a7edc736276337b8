/*
 * smsip.c - what devices send to their service centre, which is us: short
 * messages, and what became of ours. Each is answered 202 and, where the relay
 * layer wants it, with an RP message in a MESSAGE of its own once the engine
 * has it on disk. 3GPP TS 24.341 5.3.3, 3GPP TS 24.011.
 */
#include "adapters/sip/smsip.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "adapters/sip/body.h"

#define WARNING_MAX 512
#define MTI_BITS    7
#define CAUSE_TYPE  97 /* message type not implemented              */
#define CLAUSE	    "3GPP TS 24.341 5.3.3.3"

/* An RP message that waits for its answer. */
struct smsip_asked {
	uint8_t reference;
	bool submit; /* its answer has an SMS-SUBMIT-REPORT       */
	uint8_t sent[TPDU_STAMP_OCTETS];
};

bool smsip_is_request(const struct sip *s, const struct request *r)
{
	return s->config->sms_centre.kind != ADDRESS_NONE && r->type &&
	       body_type_is(r->type, RPDU_MIME_TYPE);
}

bool smsip_is_answer(const struct sip *s, const struct request *r)
{
	unsigned type = r->body.n > 0 ? r->body.p[0] & MTI_BITS : 0;

	return (type == 2 * RPDU_ACK || type == 2 * RPDU_ERROR) &&
	       smsip_is_request(s, r);
}

/* -- which device it was -------------------------------------------------- */

/* "sip:mary@127.0.0.1:5060;..." and "127.0.0.1:5060". */
static bool stands_in(const char *uri, const char *source)
{
	const char *at = uri ? strstr(uri, source) : NULL;

	return at && !isdigit((unsigned char)at[strlen(source)]);
}

/* How sure it is that this device has sent it; 0: it cannot be reached. */
static int fits(const struct device *d, const struct request *r,
		const struct ua_flow *flow)
{
	if (!d->reachable)
		return 0;
	if ((flow && d->flow == flow) ||
	    stands_in(d->contact.uri, r->source_text) ||
	    stands_in(d->contact.route, r->source_text))
		return 3;
	return d->sms ? 2 : 1;
}

/* MESSAGE names no device (RFC 3428): that where it came from, else one that
 * takes short messages. NULL: he has none. */
static const struct device *device_of(const struct asked *a)
{
	const struct person *p =
		registrar_person(a->sip->registrar, a->sender.user);
	struct ua_flow *flow = ua_flow_of(a->request);
	const struct device *d, *best = NULL;
	int most = 0, n;

	for (d = p ? p->devices : NULL; d; d = d->next) {
		n = fits(d, a->request, flow);
		if (n > most) {
			most = n;
			best = d;
		}
	}
	ua_flow_release(flow);
	return best;
}

/* -- answers -------------------------------------------------------------- */

static void answer_done(void *arg, const struct sip_result *r)
{
	struct sip *s = arg;

	if (r->status < 300)
		s->sent++;
	else
		s->failed++;
}

/* The SMS-SUBMIT-REPORT of RP-ACK or RP-ERROR; empty: there is none. */
static enum err submit_report(const struct smsip_asked *q, uint8_t tp_cause,
			      struct buf *to)
{
	struct tpdu t = { .kind = TPDU_SUBMIT_REPORT,
			  .error = tp_cause != 0,
			  .cause = tp_cause };

	memcpy(t.sent, q->sent, sizeof(t.sent));
	return q->submit ? tpdu_encode(&t, to) : OK;
}

static enum err write_answer(const struct smsip_asked *q,
			     struct smsip_refusal no, struct buf *to)
{
	struct buf report = BUF_INIT(TPDU_OCTETS_MAX);
	struct rpdu rp = { .kind = no.cause ? RPDU_ERROR : RPDU_ACK,
			   .to_device = true,
			   .reference = q->reference,
			   .cause = no.cause };
	enum err e = OK;

	if (no.cause == 0 || no.tp_cause != 0)
		e = submit_report(q, no.tp_cause, &report);
	rp.user = buf_bytes(&report);
	if (e == OK)
		e = rpdu_encode(&rp, to);
	buf_clear(&report);
	return e;
}

/* A line of the message's story; without one it is found by its Call-ID. */
static void tell(const struct asked *a, const char *call_id,
		 struct smsip_refusal no)
{
	char verdict[32] = "rp-ack";
	struct note n = { .story = a->story,
			  .key = call_id,
			  .step = "answer",
			  .to = identity_main(&a->sender)->text,
			  .verdict = verdict,
			  .text = no.cause ? rpdu_cause_text(no.cause) : NULL,
			  .clause = CLAUSE,
			  .technology = TECHNOLOGY_CPM };
	enum err e;

	if (no.cause)
		(void)snprintf(verdict, sizeof(verdict), "rp-error %u",
			       no.cause);
	e = uplink_note(a->sip->up, &n);
	(void)e; /* the story is shorter by a line */
}

static const char *route_lines(const struct device *d, const char *lines,
			       struct arena *a)
{
	struct buf text = BUF_INIT(32768);
	const char *made;

	if (!d->contact.path)
		return lines;
	buf_printf(&text, "Route: %s\r\n%s", d->contact.path, lines);
	made = buf_status(&text) == OK ? arena_string(a, buf_bytes(&text))
				       : NULL;
	buf_clear(&text);
	return made;
}

static const char *to_of(const struct asked *a)
{
	struct buf text = BUF_INIT(1024);
	const char *made = NULL;

	buf_printf(&text, "<%s>", a->sender.sip.text);
	if (buf_status(&text) == OK)
		made = arena_string(a->arena, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

/* To the device, as far as there is memory for it: else it asks again. */
static enum err send_answer(const struct asked *a, const struct device *d,
			    const char *call_id, struct bytes body)
{
	const struct sip *s = a->sip;
	const struct contact *c = &d->contact;
	const char *from = smsip_from(s->config, a->arena);
	const char *lines =
		from ? smsip_headers(from, call_id, a->arena) : NULL;
	struct ua_message m = {
		.target = c->core ? a->sender.sip.text : c->uri,
		.route = c->core ? c->uri : c->route,
		.flow = c->path ? NULL : d->flow,
		.datagram = d->datagram,
		.from = from,
		.to = to_of(a),
		.call_id = sip_call_id(s, a->arena),
		.max_forwards = 70,
		.headers = lines ? route_lines(d, lines, a->arena) : NULL,
		.type = RPDU_MIME_TYPE,
		.body = body,
	};
	struct ua_call *call;

	if (!m.to || !m.call_id || !m.headers)
		return ERR_NOMEM;
	return ua_send(s->ua, &m, answer_done, a->sip, &call);
}

/* 202 first, then RP-ACK or RP-ERROR. */
static void answer(struct asked *a, struct smsip_refusal no)
{
	const char *call_id =
		arena_string(a->arena, bytes_of(a->request->call_id));
	const struct device *d = device_of(a);
	struct buf body = BUF_INIT(RPDU_OCTETS_MAX);
	enum err e = ERR_NOTFOUND;

	ua_answer_status(a->request, 202);
	a->request = NULL;
	if (d && call_id && write_answer(a->sms, no, &body) == OK)
		e = send_answer(a, d, call_id, buf_bytes(&body));
	if (e == OK)
		tell(a, call_id, no);
	else
		a->sip->failed++;
	buf_clear(&body);
	asked_end_status(a, 202);
}

void smsip_outcome(struct asked *a, const struct outcome *o)
{
	answer(a, smsip_refusal_of(o));
}

static void refuse(struct asked *a, uint8_t cause, uint8_t tp_cause)
{
	answer(a, (struct smsip_refusal){ cause, tp_cause });
}

static void malformed(struct asked *a, const struct fault *why)
{
	struct buf text = BUF_INIT(WARNING_MAX);
	struct ua_reply reply = { .status = 400 };

	buf_printf(&text, "Warning: 399 %s \"%s at octet %zu, %s\"\r\n",
		   a->sip->config->domain, why->field, why->offset,
		   why->clause);
	reply.headers = buf_string(&text);
	a->sip->failed++;
	asked_end(a, &reply);
	buf_clear(&text);
}

/* -- SMS-SUBMIT ----------------------------------------------------------- */

static void hand_over(struct asked *a, const struct smsip_arrival *in)
{
	struct buf *image = &a->sip->image;
	struct intake v = { .dedupe = in->dedupe, .segment = in->segment };
	enum err e;

	buf_reset(image);
	e = message_image(&in->message, image);
	if (e == OK) {
		v.message = buf_bytes(image);
		e = uplink_intake(a->sip->up, a->ref, &v);
	}
	if (e == ERR_MALFORMED || e == ERR_RANGE || e == ERR_TOOBIG)
		refuse(a, RPDU_CAUSE_INCORRECT, TPDU_CAUSE_UNSPECIFIED);
	else if (e != OK)
		refuse(a, RPDU_CAUSE_CONGESTION, TPDU_CAUSE_SYSTEM);
}

static void submit(struct asked *a, const struct rpdu *rp)
{
	struct smsip_submit in = { a->sip->config, &a->sender, a->request,
				   uplink_now_us(a->sip->up) };
	struct smsip_arrival out;
	struct smsip_refusal no;
	struct tpdu t;
	enum err e = tpdu_decode(rp->user, TPDU_TO_CENTRE, a->arena, &t, NULL);

	a->sms->submit = true;
	if (tpdu_stamp_encode((int64_t)in.now_us, a->sms->sent) != OK)
		memset(a->sms->sent, 0, sizeof(a->sms->sent));
	if (e == ERR_NOMEM) {
		refuse(a, RPDU_CAUSE_CONGESTION, TPDU_CAUSE_SYSTEM);
		return;
	}
	if (e == ERR_MORE || e == ERR_MALFORMED) {
		refuse(a, RPDU_CAUSE_MANDATORY, TPDU_CAUSE_UNSPECIFIED);
		return;
	}
	if (e != OK || t.kind != TPDU_SUBMIT) {
		refuse(a, RPDU_CAUSE_NOT_IMPLEMENTED, TPDU_CAUSE_TPDU);
		return;
	}
	no = smsip_submit_in(&in, &t, a->arena, &out);
	if (no.cause)
		answer(a, no);
	else
		hand_over(a, &out);
}

/* -- what kind it is ------------------------------------------------------ */

/* What could be read of it says which one is to be answered. */
static void unreadable(struct asked *a, enum err e, const struct fault *why)
{
	struct bytes in = a->request->body;
	unsigned type = in.n >= 2 ? in.p[0] & MTI_BITS : 0;

	if (e == ERR_NOMEM) {
		asked_end_status(a, 503);
		return;
	}
	if (in.n < 2 || type == 2 * RPDU_ACK || type == 2 * RPDU_ERROR) {
		malformed(a, why);
		return;
	}
	a->sms->reference = in.p[1];
	refuse(a, type == 2 * RPDU_DATA ? RPDU_CAUSE_MANDATORY : CAUSE_TYPE, 0);
}

/* 202 first: what is to be sent next goes behind it. */
static void answered(struct asked *a, const struct rpdu *rp)
{
	const char *call_id = NULL;
	struct rpdu kept = *rp;
	enum err e = arena_copy(a->arena, rp->user, &kept.user);

	if (e == OK && a->request->answered_call) {
		call_id = arena_string(a->arena,
				       bytes_of(a->request->answered_call));
		e = call_id ? OK : ERR_NOMEM;
	}
	if (e != OK) {
		asked_end_status(a, 503);
		return;
	}
	ua_answer_status(a->request, 202);
	a->request = NULL;
	smsip_answered(a->sip, a->sender.user, &kept, call_id);
	asked_end_status(a, 202);
}

static void sort(struct asked *a, const struct rpdu *rp)
{
	a->sms->reference = rp->reference;
	if (rp->to_device) {
		refuse(a, CAUSE_TYPE, 0);
		return;
	}
	switch (rp->kind) {
	case RPDU_ACK:
	case RPDU_ERROR:
		answered(a, rp);
		return;
	case RPDU_SMMA:
		/* That he was seen has made due what waits for him. */
		refuse(a, 0, 0);
		return;
	case RPDU_DATA:
		break;
	}
	submit(a, rp);
}

/* Then nothing is said back, and he may have left meanwhile. */
static bool is_answer(enum err e, const struct rpdu *rp)
{
	return e == OK && (rp->kind == RPDU_ACK || rp->kind == RPDU_ERROR);
}

void smsip_request(struct asked *a)
{
	static const struct ua_reply encoded = {
		.status = 415, .headers = "Accept-Encoding: identity\r\n"
	};
	const char *encoding = a->request->encoding;
	struct fault why = { 0 };
	struct rpdu rp;
	enum err e;

	if (encoding && strcasecmp(encoding, "identity") != 0) {
		asked_end(a, &encoded);
		return;
	}
	a->sms = arena_alloc(a->arena, sizeof(*a->sms));
	if (!a->sms) {
		asked_end_status(a, 503);
		return;
	}
	e = rpdu_decode(a->request->body, a->arena, &rp, &why);
	if (!a->sender.user || (!is_answer(e, &rp) && !device_of(a))) {
		a->sip->failed++;
		asked_end_status(a, 403);
	} else if (e == OK) {
		sort(a, &rp);
	} else {
		unreadable(a, e, &why);
	}
}
