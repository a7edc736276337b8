/* smsip_in.c - SMS-SUBMIT -> the neutral form. 3GPP TS 23.040 9.2.2.2. */
#include "adapters/sip/smsip_map.h"

#include <stdio.h>
#include <string.h>

#include "adapters/short.h"
#include "codecs/joined.h"
#include "codecs/segment.h"

#define EXTRAS_MAX (SHORT_HEADER_EXTRAS + 1)
#define KEY_MAX	   1024

/* What is being worked on. */
struct reading {
	const struct smsip_submit *in;
	const struct tpdu *t;
	struct arena *arena;
	struct smsip_arrival *out;
	struct message *m;
	struct udh header;
};

static const struct smsip_refusal taken;

static struct smsip_refusal refuse(uint8_t cause, uint8_t tp_cause)
{
	return (struct smsip_refusal){ cause, tp_cause };
}

static struct smsip_refusal no_memory(void)
{
	return refuse(RPDU_CAUSE_CONGESTION, TPDU_CAUSE_SYSTEM);
}

/* -- who, and until when -------------------------------------------------- */

static struct smsip_refusal read_addresses(struct reading *r)
{
	struct recipient *to = arena_alloc(r->arena, sizeof(*to));
	enum err e = ERR_NOMEM;

	if (to)
		e = address_from_smpp(&r->t->address, &r->in->config->rules,
				      r->arena, &to->address);
	if (e == ERR_NOMEM)
		return no_memory();
	if (e != OK || (to->address.kind != ADDRESS_E164 &&
			to->address.kind != ADDRESS_SHORT))
		return refuse(RPDU_CAUSE_UNASSIGNED, TPDU_CAUSE_ADDRESS);
	to->role = RECIPIENT_TO;
	r->m->recipients = to;
	r->m->n_recipients = 1;
	r->m->from = *identity_main(r->in->sender);
	r->m->asserted = r->m->from;
	return taken;
}

static struct smsip_refusal read_times(struct reading *r)
{
	int64_t now = (int64_t)r->in->now_us, end = 0;
	bool once = false;
	enum err e = tpdu_expiry(r->t, now, &end, &once);

	r->m->received_us = r->in->now_us;
	r->m->submitted_us = r->in->now_us;
	r->m->once = once;
	if (e == OK && end > now)
		r->m->expires_us = (uint64_t)end;
	else if (e != ERR_NOTFOUND)
		return refuse(RPDU_CAUSE_INTERWORKING, TPDU_CAUSE_VALIDITY);
	return taken;
}

/* -- content -------------------------------------------------------------- */

/* Its type, and the octets that joining takes where it is a part. */
static enum err set_content(struct reading *r, const struct segment_content *c,
			    struct part *part)
{
	const struct udh *h = &r->header;

	part->body = c->body;
	part->type =
		c->text ? JOINED_TEXT
			: joined_data_type(h->to_port, h->from_port, r->arena);
	if (!part->type)
		return ERR_NOMEM;
	if (h->joined && h->of > 1 &&
	    joined_part(c, r->arena, &part->type, &part->body) != OK)
		return ERR_NOMEM;
	if (!c->text)
		return OK;
	part->type = joined_port_type(part->type, h->to_port, r->arena);
	if (part->type && !(h->joined && h->of > 1))
		part->type = joined_text_type(part->type);
	return part->type ? OK : ERR_NOMEM;
}

static enum err keep_rest(struct reading *r)
{
	struct message *m = r->m;
	uint8_t *protocol;
	enum err e;

	m->extras = arena_array(r->arena, EXTRAS_MAX, sizeof(*m->extras));
	if (!m->extras)
		return ERR_NOMEM;
	e = short_header_extras(&r->header, r->arena, m->extras, &m->n_extras);
	if (e != OK || r->t->protocol == 0)
		return e;
	if (!(protocol = arena_alloc(r->arena, 1)))
		return ERR_NOMEM;
	*protocol = r->t->protocol;
	m->extras[m->n_extras++] =
		(struct extra){ SHORT_PROTOCOL, { protocol, 1 } };
	return OK;
}

static struct smsip_refusal read_content(struct reading *r)
{
	static const struct segment_rules rules = { .gsm_dcs = true };
	struct segment_wire wire = { r->t->user, r->t->coding, r->t->udhi };
	struct segment_content c = { 0 };
	struct part *part = arena_alloc(r->arena, sizeof(*part));
	enum err e = ERR_NOMEM;

	if (part)
		e = segment_text(&wire, &rules, r->arena, &c, NULL);
	if (e == ERR_MALFORMED)
		return refuse(RPDU_CAUSE_INCORRECT, TPDU_CAUSE_UNSPECIFIED);
	r->header = c.header;
	if (e == OK)
		e = set_content(r, &c, part);
	if (e == OK)
		e = keep_rest(r);
	if (e != OK)
		return no_memory();
	if (c.classed)
		r->m->sms_class = (int8_t)c.message_class;
	r->m->parts = part;
	r->m->n_parts = 1;
	return taken;
}

/* -- what it is known by -------------------------------------------------- */

static enum err set_ids(struct reading *r)
{
	struct message *m = r->m;
	char text[32];

	m->ids = arena_array(r->arena, 2, sizeof(*m->ids));
	if (!m->ids)
		return ERR_NOMEM;
	if (r->t->report)
		m->want = WANT_POSITIVE | WANT_NEGATIVE;
	(void)snprintf(text, sizeof(text), "%u %llu", r->t->reference,
		       (unsigned long long)(r->in->now_us / 1000000));
	m->ids[0] = (struct message_id){ .kind = ID_SMS_REFERENCE,
					 .want = m->want };
	m->ids[0].value = arena_string(r->arena, bytes_of(text));
	m->ids[1] = (struct message_id){ .kind = ID_CALL,
					 .value = r->in->request->call_id };
	m->n_ids = 2;
	return m->ids[0].value ? OK : ERR_NOMEM;
}

/* The parts of one text have it in common (9.2.3.24.1). */
static enum err set_segment(struct reading *r)
{
	const struct udh *h = &r->header;
	struct segment_note *s = &r->out->segment;
	struct buf key = BUF_INIT(KEY_MAX);
	enum err e;

	if (!h->joined || h->of <= 1)
		return OK;
	buf_printf(&key, "smsip\n%s\n%s\n%u %u %u",
		   identity_main(r->in->sender)->text,
		   r->m->recipients[0].address.text, h->ref, h->of, h->wide);
	e = buf_status(&key);
	if (e == OK)
		e = arena_copy(r->arena, buf_bytes(&key), &s->key);
	buf_clear(&key);
	s->part = h->part;
	s->of = h->of;
	return e;
}

/* Sent again with TP-RD it has the same TP-MR, in another MESSAGE
 * (9.2.3.25); else it is only that MESSAGE which may be repeated. */
static enum err set_dedupe(struct reading *r)
{
	const struct request *q = r->in->request;
	struct buf key = BUF_INIT(KEY_MAX);
	enum err e;

	buf_printf(&key, "smsip\n%s\n", identity_main(r->in->sender)->text);
	if (r->t->reject_duplicates) {
		buf_printf(&key, "%u\n%s\n", r->t->reference,
			   r->m->recipients[0].address.text);
		buf_put(&key, r->t->user);
	} else {
		buf_printf(&key, "\n%s\n%s\n%u", q->from_tag ? q->from_tag : "",
			   q->call_id, q->cseq);
	}
	e = buf_status(&key);
	if (e == OK)
		e = arena_copy(r->arena, buf_bytes(&key), &r->out->dedupe);
	buf_clear(&key);
	return e;
}

struct smsip_refusal smsip_submit_in(const struct smsip_submit *in,
				     const struct tpdu *t, struct arena *a,
				     struct smsip_arrival *out)
{
	struct reading r = {
		.in = in, .t = t, .arena = a, .out = out, .m = &out->message
	};
	struct smsip_refusal no;

	*out = (struct smsip_arrival){ 0 };
	message_init(r.m);
	r.m->origin.technology = TECHNOLOGY_CPM;
	r.m->origin.peer = "cpm";
	r.m->origin.account = in->sender->user;
	if ((no = read_addresses(&r)).cause || (no = read_times(&r)).cause ||
	    (no = read_content(&r)).cause)
		return no;
	if (set_ids(&r) != OK || set_segment(&r) != OK || set_dedupe(&r) != OK)
		return no_memory();
	return taken;
}
