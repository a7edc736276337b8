/*
 * smsip_out.c - one device's copy of a message as short messages: one after
 * the other, each in a MESSAGE of its own that the device answers twice, with
 * a final response and with an RP-ACK or RP-ERROR. 3GPP TS 24.341 5.3.3.4.
 */
#include "adapters/sip/smsip.h"

#include <stdio.h>
#include <string.h>

#include "codecs/digest.h"

#define PROGRESS_VERSION 1
#define PROGRESS_OCTETS	 10 /* version, the device, how many it has      */
#define LINES_MAX	 8192

/* The plan of a leg, for all devices that take short messages. */
struct smsip {
	struct smsip_plan plan;
	uint64_t story;
	bool possible;
	struct outcome why_not;
	bool only; /* nothing else that it could go as          */
	uint8_t progress[PROGRESS_OCTETS];
};

/* One device's copy. */
struct smsip_turn {
	struct table_node node; /* first: those that wait for the device     */
	struct branch *branch;
	const char *from, *headers, *call_id;
	size_t at;	   /* short messages that it has                */
	uint8_t reference; /* RP-MR                                     */
	bool listed;
	struct loop_timer timer;
};

static const struct outcome no_memory = { .class = OUTCOME_LATER,
					  .text = "no memory" };

/* -- plans ---------------------------------------------------------------- */

void smsip_plan(struct delivery *v)
{
	const struct smsip_context c = { v->sip->config,
					 uplink_now_us(v->sip->up),
					 v->sip->nonce_key };
	const struct bytes progress = v->leg->progress;
	struct smsip *sms;

	if (v->smsip || c.config->sms_centre.kind == ADDRESS_NONE ||
	    registrar_sms(v->sip->registrar) == 0 ||
	    !(sms = arena_alloc(v->arena, sizeof(*sms))))
		return;
	sms->possible =
		smsip_plan_leg(&c, v->leg, v->arena, &sms->plan, &sms->why_not);
	if (progress.n == PROGRESS_OCTETS && progress.p[0] == PROGRESS_VERSION)
		memcpy(sms->progress, progress.p, PROGRESS_OCTETS);
	sms->story = v->leg->story;
	v->smsip = sms;
}

bool smsip_goes(const struct delivery *v, const struct device *d)
{
	const struct sip_config *c = v->sip->config;

	if (!d->sms || c->sms_centre.kind == ADDRESS_NONE)
		return false;
	if (v->draft.is_report)
		return !v->draft.type;
	return c->sms_preferred || !contact_takes_messages(&d->contact);
}

/*
 * Reports go to devices of the kind that has sent what they are about:
 * others cannot know what they mean.
 */
bool smsip_is_meant(const struct delivery *v, const struct device *d)
{
	if (!v->draft.type)
		return smsip_goes(v, d);
	return !v->draft.is_report || !d->sms ||
	       v->sip->config->sms_centre.kind == ADDRESS_NONE ||
	       contact_takes_messages(&d->contact);
}

/* -- progress ------------------------------------------------------------- */

static uint64_t device_hash(const struct branch *b)
{
	return digest_siphash(b->delivery->sip->nonce_key,
			      bytes_of(b->device->contact.key));
}

static void put_progress(const struct branch *b, uint8_t out[PROGRESS_OCTETS])
{
	uint64_t hash = device_hash(b);
	int i;

	out[0] = PROGRESS_VERSION;
	for (i = 0; i < 8; i++)
		out[1 + i] = (uint8_t)(hash >> (56 - 8 * i));
	out[9] = (uint8_t)b->sms->at;
}

/* What an earlier attempt has brought to this very device. */
static size_t begin_at(const struct branch *b)
{
	const struct smsip *sms = b->delivery->smsip;
	uint8_t mine[PROGRESS_OCTETS];

	put_progress(b, mine);
	return memcmp(mine, sms->progress, PROGRESS_OCTETS - 1) == 0 &&
			       sms->progress[9] < sms->plan.count
		       ? sms->progress[9]
		       : 0;
}

struct bytes smsip_progress(const struct delivery *v)
{
	const struct smsip *sms = v->smsip;

	if (!sms || sms->progress[0] != PROGRESS_VERSION)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ sms->progress, PROGRESS_OCTETS };
}

/* -- headers -------------------------------------------------------------- */

const char *smsip_from(const struct sip_config *c, struct arena *a)
{
	struct buf text = BUF_INIT(LINES_MAX);
	const char *made = NULL;

	buf_u8(&text, '<');
	if (address_sip_uri(&c->sms_centre, &c->rules, &text) == OK) {
		buf_u8(&text, '>');
		made = arena_string(a, buf_bytes(&text));
	}
	buf_clear(&text);
	return made;
}

const char *smsip_headers(const char *from, const char *answered_call,
			  struct arena *a)
{
	struct buf text = BUF_INIT(LINES_MAX);
	const char *made = NULL;

	buf_printf(&text,
		   "P-Asserted-Identity: %s\r\n"
		   "Accept-Contact: *;+g.3gpp.smsip;require;explicit\r\n",
		   from);
	if (answered_call)
		buf_printf(&text, "In-Reply-To: %s\r\n", answered_call);
	if (buf_status(&text) == OK)
		made = arena_string(a, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

/* -- those that wait for the device's RP-ACK ------------------------------ */

static uint64_t hash_of(const struct sip *s, const char *user,
			uint8_t reference)
{
	return table_hash(&s->sms_waiting, bytes_of(user)) + reference;
}

static struct smsip_turn *find(const struct sip *s, const char *user,
			       uint8_t reference)
{
	struct table_node *n =
		table_first(&s->sms_waiting, hash_of(s, user, reference));
	struct smsip_turn *t;

	for (; n; n = table_next(n)) {
		t = (struct smsip_turn *)n;
		if (t->reference == reference &&
		    strcmp(t->branch->delivery->user, user) == 0)
			return t;
	}
	return NULL;
}

static bool list(struct smsip_turn *t)
{
	struct sip *s = t->branch->delivery->sip;
	const char *user = t->branch->delivery->user;
	unsigned i;

	for (i = 0; i < SMSIP_REFERENCES; i++) {
		t->reference = s->sms_reference++;
		if (find(s, user, t->reference))
			continue;
		table_add(&s->sms_waiting, &t->node,
			  hash_of(s, user, t->reference));
		t->listed = true;
		return true;
	}
	return false;
}

static void unlist(struct smsip_turn *t)
{
	struct sip *s = t->branch->delivery->sip;

	loop_clear_timer(s->loop, &t->timer);
	if (t->listed)
		table_remove(&s->sms_waiting, &t->node);
	t->listed = false;
}

bool smsip_waits(const struct branch *b)
{
	return b->sms && b->sms->listed;
}

void smsip_stop(struct branch *b)
{
	if (b->sms)
		unlist(b->sms);
}

/* -- one after the other -------------------------------------------------- */

static void end(struct smsip_turn *t, const struct outcome *o)
{
	unlist(t);
	branch_settle(t->branch, o);
}

static void end_by_sip(struct smsip_turn *t, const struct sip_result *r)
{
	struct branch *b = t->branch;
	struct outcome o;

	outcome_of_sip(r, false, b->delivery->attempt, &o);
	if (o.text)
		o.text = arena_string(b->delivery->arena, bytes_of(o.text));
	end(t, &o);
}

/* Whoever waits for a native one does not wait long. */
static uint64_t patience_us(const struct branch *b)
{
	const struct sip_config *c = b->delivery->sip->config;
	uint64_t most = (uint64_t)c->deliver_timeout_ms * 1000, gone;

	if (!b->delivery->native)
		return (uint64_t)c->sms_ack_timeout_ms * 1000;
	gone = uplink_now_us(b->delivery->sip->up) - b->delivery->since_us;
	return gone < most ? most - gone : 0;
}

static void ack_missing(void *arg)
{
	static const struct outcome o = { .class = OUTCOME_UNANSWERED,
					  .text = "no RP-ACK",
					  .clause = "3GPP TS 24.011 6.2.2" };

	end(arg, &o);
}

static void call_done(void *arg, const struct sip_result *r)
{
	struct smsip_turn *t = arg;
	struct branch *b = t->branch;

	b->call = NULL;
	if (r->status >= 300)
		end_by_sip(t, r);
	else if (loop_set_timer(b->delivery->sip->loop, &t->timer,
				patience_us(b), ack_missing, t) != OK)
		end(t, &no_memory);
}

static enum err write_data(const struct smsip_turn *t, struct buf *to)
{
	const struct delivery *v = t->branch->delivery;
	struct rpdu rp = { .kind = RPDU_DATA,
			   .to_device = true,
			   .reference = t->reference,
			   .user = v->smsip->plan.tpdus[t->at] };
	enum err e = address_to_smpp(&v->sip->config->sms_centre, v->arena,
				     &rp.centre);

	return e == OK ? rpdu_encode(&rp, to) : e;
}

static enum err send_one(struct smsip_turn *t)
{
	struct branch *b = t->branch;
	struct delivery *v = b->delivery;
	struct buf body = BUF_INIT(RPDU_OCTETS_MAX);
	struct ua_message m = {
		.from = t->from,
		.to = v->draft.to,
		.call_id = sip_call_id(v->sip, v->arena),
		.max_forwards = v->draft.max_forwards,
		.headers = branch_headers(b, t->headers),
		.type = RPDU_MIME_TYPE,
	};
	enum err e = m.call_id && m.headers ? write_data(t, &body) : ERR_NOMEM;

	if (e == OK) {
		m.body = buf_bytes(&body);
		branch_aim(b, &m);
		draft_key(&v->draft, m.call_id);
		t->call_id = m.call_id;
		e = ua_send(v->sip->ua, &m, call_done, t, &b->call);
	}
	buf_clear(&body);
	return e;
}

/* All of them are there. */
static void end_well(struct smsip_turn *t)
{
	struct outcome o = { .class = OUTCOME_DELIVERED,
			     .by_sms = true,
			     .text = "as a short message",
			     .clause = "3GPP TS 24.341 5.3.3.4" };
	char text[40];

	(void)snprintf(text, sizeof(text), "as %zu short messages", t->at);
	if (t->at != 1)
		o.text = arena_string(t->branch->delivery->arena,
				      bytes_of(text));
	end(t, &o);
}

static void next(struct smsip_turn *t)
{
	static const struct outcome busy = { .class = OUTCOME_LATER,
					     .text = "too many at once" };
	static const struct sip_result left = { .status = 480, .own = true };
	static const struct sip_result broken = { .status = 500, .own = true };
	struct branch *b = t->branch;

	if (t->at == b->delivery->smsip->plan.count)
		end_well(t);
	else if (!b->item.target) /* the device has gone */
		end_by_sip(t, &left);
	else if (!list(t))
		end(t, &busy);
	else if (send_one(t) != OK)
		end_by_sip(t, &broken);
}

/* A line of the message's story, told with the first attempt. */
static void tell_lost(const struct delivery *v)
{
	struct note n = { .story = v->smsip->story,
			  .step = "map",
			  .to = v->user,
			  .verdict = "lost",
			  .text = v->smsip->plan.lost,
			  .technology = TECHNOLOGY_CPM };
	enum err e = OK;

	if (n.text && v->attempt <= 1)
		e = uplink_note(v->sip->up, &n);
	(void)e; /* the story is shorter by a line */
}

void smsip_start(struct branch *b)
{
	const struct smsip *sms = b->delivery->smsip;

	b->sms->branch = b;
	if (!sms) /* the first of its kind, since a moment */
		end(b->sms, &no_memory);
	else if (!sms->possible)
		end(b->sms, &sms->why_not);
	else {
		tell_lost(b->delivery);
		b->sms->at = begin_at(b);
		next(b->sms);
	}
}

struct smsip_turn *smsip_turn_new(struct delivery *v)
{
	struct smsip_turn *t = arena_alloc(v->arena, sizeof(*t));

	if (!t)
		return NULL;
	if (v->leg)
		smsip_plan(v);
	t->from = smsip_from(v->sip->config, v->arena);
	t->headers = t->from ? smsip_headers(t->from, NULL, v->arena) : NULL;
	return t->headers ? t : NULL;
}

/* -- the device's answers ------------------------------------------------- */

static void refused(struct smsip_turn *t, const struct rpdu *rp)
{
	struct delivery *v = t->branch->delivery;
	struct tpdu report;
	struct outcome o;
	bool has = rp->user.n > 0 &&
		   tpdu_decode(rp->user, TPDU_TO_CENTRE_ERROR, v->arena,
			       &report, NULL) == OK &&
		   report.error;

	smsip_outcome_of(rp->cause, has ? &report : NULL, v->arena, &o);
	end(t, &o);
}

void smsip_answered(struct sip *s, const char *user, const struct rpdu *rp,
		    const char *answered_call)
{
	struct smsip_turn *t = find(s, user, rp->reference);
	struct branch *b = t ? t->branch : NULL;

	/* Those that nobody waits for say nothing (TS 24.011 8.2.3). */
	if (!t || (answered_call && strcmp(answered_call, t->call_id) != 0))
		return;
	unlist(t);
	/* It may be here before the final response is. */
	if (b->call)
		ua_forget(b->call);
	b->call = NULL;
	if (rp->kind == RPDU_ERROR) {
		refused(t, rp);
		return;
	}
	t->at++;
	if (b->item.target)
		put_progress(b, b->delivery->smsip->progress);
	next(t);
}
