#include "adapters/smpp/beyond_out.h"

#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "adapters/smpp/smpp_out.h"
#include "codecs/smpp_pdu.h"
#include "codecs/timestamp.h"

#define UCS2 0x08

static bool no(struct standing *why, enum outcome_class class)
{
	*why = (struct standing){ .class = class };
	return false;
}

/* -- the new text ---------------------------------------------------------- */

/* That form of it which was meant, in the sender's alphabet. */
static struct part *form_of(const struct message *m, uint8_t form)
{
	char name[4];
	size_t i;

	snprintf(name, sizeof name, "%u", form);
	for (i = 0; i < m->n_parts; i++)
		if (m->parts[i].content_id != NULL &&
		    strcmp(m->parts[i].content_id, name) == 0)
			return &m->parts[i];
	return m->n_parts > 0 ? &m->parts[0] : NULL;
}

/* As it would be submitted: one PDU, or it cannot be. */
static bool depart(struct beyond_request *r, struct leg *leg,
		   struct smpp_pdu *out)
{
	struct manner manner = *r->manner;
	struct progress progress = {
		.without = r->progress->coding == UCS2 ? SMPP_AS_UCS2 : 0
	};
	struct departure d = { .leg = leg,
			       .manner = &manner,
			       .progress = &progress,
			       .now_us = r->now_us,
			       .arena = r->arena,
			       .scratch = r->scratch,
			       .pdus = r->pdus };
	struct outcome unused;
	struct bytes pdu;

	manner.data_sm = false; /* replace_sm has no message_payload */
	manner.write.means = SEGMENT_UDH8;
	return smpp_depart(&d, &unused) && d.of == 1 &&
	       smpp_frame(buf_bytes(r->pdus), SMPP_PDU_OCTETS_MAX, &pdu,
			  NULL) == OK &&
	       smpp_pdu_decode(pdu, out, NULL) == OK;
}

/* 4.10.1: in the data_coding of before, which it has no field for. */
static bool write_text(struct beyond_request *r, struct smpp_pdu *p,
		       struct buf *octets)
{
	struct leg leg = { .to = r->amendment->to };
	struct smpp_pdu as = { 0 };
	struct part *part;

	if (r->progress->of != 1 ||
	    message_read(r->amendment->message, r->arena, &leg.message, NULL) !=
		    OK ||
	    (part = form_of(&leg.message, r->progress->form)) == NULL)
		return false;
	leg.message.parts = part;
	leg.message.n_parts = 1;
	leg.message.from = r->amendment->from;
	if (!depart(r, &leg, &as) || as.data_coding != r->progress->coding ||
	    as.esm_class & SMPP_ESM_UDHI)
		return false;
	buf_put(octets, as.short_message);
	p->registered_delivery = r->progress->registered;
	if (leg.message.want != 0)
		p->registered_delivery = as.registered_delivery;
	return buf_status(octets) == OK;
}

static void put_time(uint64_t us, struct buf *to, struct bytes *out)
{
	if (us != 0 && timestamp_smpp_encode((int64_t)us, to) == OK)
		*out = buf_bytes(to);
}

static bool write_replace(struct beyond_request *r, struct smpp_pdu *p,
			  struct standing *why)
{
	struct buf octets = BUF_INIT(SMPP_SHORT_MESSAGE_MAX);
	struct buf schedule = BUF_INIT(32), validity = BUF_INIT(32);
	struct message m;
	bool good = write_text(r, p, &octets);

	buf_reset(r->pdus);
	p->short_message = buf_bytes(&octets);
	if (good &&
	    message_read(r->amendment->message, r->arena, &m, NULL) == OK) {
		put_time(m.earliest_us, &schedule, &p->schedule_delivery_time);
		put_time(m.expires_us, &validity, &p->validity_period);
	}
	good = good && smpp_pdu_encode(p, r->pdus, NULL) == OK;
	buf_clear(&octets);
	buf_clear(&schedule);
	buf_clear(&validity);
	return good || no(why, OUTCOME_NEVER);
}

/* -- requests -------------------------------------------------------------- */

static uint32_t command_of(enum amendment_kind kind)
{
	if (kind == AMEND_QUERY)
		return SMPP_QUERY_SM;
	return kind == AMEND_CANCEL ? SMPP_CANCEL_SM : SMPP_REPLACE_SM;
}

static bool write_one(struct beyond_request *r, unsigned i,
		      struct standing *why)
{
	struct smpp_pdu p = { .command_id = command_of(r->amendment->kind),
			      .source = r->progress->source };

	p.message_id = bytes_of(progress_raw_id(r->progress, i));
	if (p.message_id.n == 0)
		return no(why, OUTCOME_NEVER);
	if (r->amendment->kind == AMEND_REPLACE)
		return write_replace(r, &p, why);
	if (r->amendment->kind == AMEND_CANCEL)
		p.dest = r->progress->dest;
	return smpp_pdu_encode(&p, r->pdus, NULL) == OK ||
	       no(why, OUTCOME_LATER);
}

bool beyond_write(struct beyond_request *r, struct standing *why)
{
	unsigned i;

	if (!r->progress->whole ||
	    !(r->manner->beyond & 1u << r->amendment->kind))
		return no(why, OUTCOME_NEVER);
	r->of = r->progress->of;
	for (i = 0; i < r->of; i++)
		if (!progress_has(r->progress, i))
			return no(why, OUTCOME_NEVER);
	for (i = 0; i < r->of; i++)
		if (!write_one(r, i, why))
			return false;
	return true;
}

/* -- answers --------------------------------------------------------------- */

static void read_query(const struct smpp_pdu *p, uint64_t now_us,
		       struct standing *out)
{
	int64_t t = 0;

	out->state = smpp_state_in(smpp_state_number(p->message_state));
	out->far_code = p->error_code;
	if (out->state == STATE_NONE)
		out->state = STATE_UNKNOWN;
	if (timestamp_smpp_decode(p->final_date, (int64_t)now_us, &t) == OK &&
	    t > 0)
		out->event_us = (uint64_t)t;
}

struct standing beyond_read(const struct smpp_pdu *p, uint64_t now_us)
{
	struct standing v = { .class = OUTCOME_DELIVERED };
	struct smpp_verdict verdict;

	if (p->command_status == ESME_ROK &&
	    p->command_id != SMPP_GENERIC_NACK) {
		if (p->command_id == SMPP_QUERY_SM_RESP)
			read_query(p, now_us, &v);
		return v;
	}
	verdict = smpp_status_verdict(p->command_status, -1);
	v.class = OUTCOME_NEVER;
	if (verdict.class == OUTCOME_LATER)
		v.class = OUTCOME_LATER;
	v.far_code = p->command_status;
	return v;
}

/* The greater decides for the whole: refused, not now, then its states: one
 * that has failed, one that is under way, all that are there. */
static unsigned weight(const struct standing *v)
{
	if (v->class != OUTCOME_DELIVERED)
		return v->class == OUTCOME_LATER ? 3 : 4;
	if (!delivery_state_final(v->state))
		return 1;
	return v->state == STATE_DELIVERED ? 0 : 2;
}

void beyond_add(enum amendment_kind kind, const struct standing *one,
		bool first, struct standing *all)
{
	bool later = kind == AMEND_QUERY && one->event_us > all->event_us;

	if (first || weight(one) > weight(all) ||
	    (weight(one) == weight(all) && later))
		*all = *one;
}
