#include "adapters/smpp/smpp_out.h"

#include <string.h>

#include "adapters/short.h"
#include "adapters/smpp/keep.h"
#include "adapters/smpp/smpp_map.h"
#include "adapters/smpp/text_out.h"
#include "codecs/smpp_pdu.h"
#include "codecs/timestamp.h"

bool smpp_no_way(struct outcome *why, enum outcome_class class,
		 const char *text)
{
	*why = (struct outcome){ .class = class,
				 .text = text,
				 .clause = "SMPP v3.4 4.4.1" };
	return false;
}

/* Once each. Names that have no room any more are many: the first will do. */
void smpp_lost(struct departure *d, const char *field)
{
	struct bytes named = d->lost == NULL ? (struct bytes){ NULL, 0 }
					     : buf_bytes(d->lost);

	if (d->lost == NULL || (named.n > 0 && memmem(named.p, named.n, field,
						      strlen(field)) != NULL))
		return;
	buf_text(d->lost, d->lost->n == 0 ? "lost=" : ",");
	buf_text(d->lost, field);
}

static enum err wire_address(const struct departure *d, enum number_role role,
			     const struct address *a, struct smpp_address *out)
{
	struct address_smpp wire;
	enum err e = numbers_out(&d->manner->numbers, role, a, d->arena, &wire);

	if (e == OK)
		*out = (struct smpp_address){ wire.ton, wire.npi, wire.text };
	return e;
}

bool smpp_depart_addresses(struct departure *d, const struct address *from,
			   struct smpp_address wire[2], struct outcome *why)
{
	enum err e;

	wire[0] = (struct smpp_address){ 0 };
	if (from->kind != ADDRESS_ANONYMOUS && from->kind != ADDRESS_NONE) {
		e = wire_address(d, NUMBER_SENDER, from, &wire[0]);
		if (e == ERR_NOMEM)
			return smpp_no_way(why, OUTCOME_LATER, "no memory");
		if (e != OK)
			return smpp_no_way(why, OUTCOME_NEVER,
					   "sender has no form in SMPP");
	}
	e = wire_address(d, NUMBER_RECIPIENT, &d->leg->to, &wire[1]);
	if (e == ERR_NOMEM)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	if (e != OK)
		return smpp_no_way(why, OUTCOME_ADDRESS,
				   "recipient has no number");
	return true;
}

/* The originator's, or one that says which leg it is. 5.3.2.17. */
static uint32_t message_reference(const struct leg *leg)
{
	const char *theirs = message_id_of(&leg->message, ID_SMPP_REFERENCE);
	uint64_t number;

	if (bytes_decimal(bytes_of(theirs), UINT16_MAX, &number) == OK)
		return (uint32_t)number;
	return (uint16_t)leg->id;
}

/*
 * The part of the recipient's device that a message of a class is for, where
 * its coding has no class: 5.3.2.1, not in deliver_sm. 0: that is not so.
 */
static uint32_t subunit(const struct departure *d,
			const struct segment_plan *plan)
{
	int8_t class = d->leg->message.sms_class;

	if (class < 0 || class > 3 || plan->data_coding != 0x08 ||
	    d->manner->server || keep_has(d, SMPP_TLV_DEST_ADDR_SUBUNIT))
		return 0;
	return (uint32_t) class + 1;
}

/* What data_sm has instead of validity_period: 5.3.2.9, in seconds. */
static void put_lifetime(const struct departure *d, struct buf *to)
{
	const struct message *m = &d->leg->message;
	uint64_t s = d->manner->min_validity_s;

	if (!d->manner->data_sm || (m->expires_us == 0 && !m->once) ||
	    d->progress->without & SMPP_WITHOUT_VALIDITY)
		return;
	if (!m->once)
		s = (m->expires_us - d->now_us + 999999) / 1000000;
	smpp_tlv_put_number(to, SMPP_TLV_QOS_TIME_TO_LIVE,
			    s < UINT32_MAX ? (uint32_t)s : UINT32_MAX, 4);
}

/* The parameters of one segment, in d->scratch. */
static struct bytes tlvs(const struct departure *d,
			 const struct segment_plan *plan, size_t i)
{
	const struct segment *s = &plan->segments[i];
	struct buf *to = d->scratch;

	buf_reset(to);
	if (plan->payload || d->manner->data_sm)
		smpp_tlv_put(to, SMPP_TLV_MESSAGE_PAYLOAD, s->short_message);
	put_lifetime(d, to);
	if (plan->sar) {
		smpp_tlv_put_number(to, SMPP_TLV_SAR_MSG_REF_NUM,
				    plan->reference, 2);
		smpp_tlv_put_number(to, SMPP_TLV_SAR_TOTAL_SEGMENTS, s->of, 1);
		smpp_tlv_put_number(to, SMPP_TLV_SAR_SEGMENT_SEQNUM, s->part,
				    1);
	}
	if (d->progress->without & SMPP_WITHOUT_TLVS)
		return buf_bytes(to);
	smpp_tlv_put_number(to, SMPP_TLV_USER_MESSAGE_REFERENCE,
			    message_reference(d->leg), 2);
	if (!d->manner->server && i + 1 < plan->count)
		smpp_tlv_put_number(to, SMPP_TLV_MORE_MESSAGES_TO_SEND, 1, 1);
	if (subunit(d, plan) != 0)
		smpp_tlv_put_number(to, SMPP_TLV_DEST_ADDR_SUBUNIT,
				    subunit(d, plan), 1);
	keep_tlvs(d, to);
	return buf_bytes(to);
}

/* What is asked of an SMSC about the message; an ESME is asked nothing. */
static void requests(struct departure *d, struct smpp_pdu *p)
{
	const struct message *m = &d->leg->message;
	uint8_t without = d->progress->without;

	if (m->want & WANT_DISPLAY &&
	    (d->manner->server || !d->manner->sme_ack))
		smpp_lost(d, "registered_delivery:user-acknowledgement");
	if (d->manner->server)
		return;
	p->esm_class = d->manner->esm_mode;
	if (without & SMPP_WITHOUT_RECEIPT)
		smpp_lost(d, "registered_delivery");
	else
		p->registered_delivery = smpp_registered_out(
			m->want, d->manner->sme_ack, d->manner->always_receipt);
}

/* To an ESME it goes now, or when its time is over not at all. */
static void validity(struct departure *d, struct smpp_pdu *p,
		     struct buf *expiry)
{
	const struct message *m = &d->leg->message;
	enum err e;

	if ((m->expires_us == 0 && !m->once) || d->manner->server)
		return;
	e = m->once ? timestamp_smpp_relative(d->manner->min_validity_s, expiry)
		    : timestamp_smpp_encode((int64_t)m->expires_us, expiry);
	if (d->progress->without & SMPP_WITHOUT_VALIDITY || e != OK)
		smpp_lost(d, "validity_period");
	else if (!d->manner->data_sm)
		p->validity_period = buf_bytes(expiry);
}

/* 4.7.1: fields that data_sm does not have. */
static void leave_out(struct departure *d, const struct smpp_pdu *p)
{
	if (p->protocol_id != 0)
		smpp_lost(d, "protocol_id");
	if (p->replace_if_present_flag != 0)
		smpp_lost(d, "replace_if_present_flag");
}

/* What all segments have in common. */
static bool common(struct departure *d, struct smpp_pdu *p, struct buf *expiry,
		   struct outcome *why)
{
	const struct message *m = &d->leg->message;
	struct address from = short_sender(m, d->arena);
	struct smpp_address wire[2];

	if (!smpp_depart_addresses(d, &from, wire, why))
		return false;
	p->source = wire[0];
	p->dest = wire[1];
	p->service_type =
		bytes_of(m->service_type != NULL ? m->service_type
						 : d->manner->service_type);
	if (p->service_type.n > 5) {
		p->service_type.n = 5;
		smpp_lost(d, "service_type");
	}
	if (!(d->progress->without & SMPP_WITHOUT_PRIORITY) &&
	    !d->manner->data_sm)
		p->priority_flag = smpp_priority_out(m->priority);
	else if (m->priority > PRIORITY_NORMAL)
		smpp_lost(d, "priority_flag");
	requests(d, p);
	validity(d, p, expiry);
	keep_out(d, p);
	if (d->manner->data_sm)
		leave_out(d, p);
	return true;
}

/* Does the coding, or a parameter, tell of the class? */
static void check_class(struct departure *d, const struct segment_plan *plan)
{
	uint8_t coding = plan->data_coding;
	bool told = coding >= 0xF0 || (d->manner->write.gsm_dcs &&
				       coding >= 0x10 && coding < 0x80);

	if (subunit(d, plan) != 0 &&
	    !(d->progress->without & SMPP_WITHOUT_TLVS))
		told = true;
	if (d->leg->message.sms_class >= 0 && !told)
		smpp_lost(d, "message_class");
}

static bool write_segments(struct departure *d, struct smpp_pdu *p,
			   const struct segment_plan *plan, struct outcome *why)
{
	uint8_t esm_class = p->esm_class;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct segment *s = &plan->segments[i];

		if (progress_has(d->progress, (unsigned)i))
			continue;
		p->esm_class = esm_class;
		if (s->udhi)
			p->esm_class |= SMPP_ESM_UDHI;
		p->data_coding = plan->data_coding;
		p->short_message = (struct bytes){ NULL, 0 };
		if (!plan->payload && !d->manner->data_sm)
			p->short_message = s->short_message;
		p->tlvs = tlvs(d, plan, i);
		if (buf_status(d->scratch) != OK ||
		    smpp_pdu_encode(p, d->pdus, NULL) != OK)
			return smpp_no_way(why, OUTCOME_NEVER,
					   "does not fit a PDU");
	}
	return true;
}

/*
 * Segments that the far side has keep their reference; a plan of another
 * length (other settings since then) starts anew.
 */
static bool plan_segments(struct departure *d, struct segment_plan *plan,
			  struct outcome *why)
{
	uint16_t reference =
		d->progress->begun ? d->progress->reference : d->reference;

	if (!text_out_plan(d, reference, plan, why))
		return false;
	if (d->progress->begun && d->progress->of == plan->count)
		return true;
	if (d->progress->begun && !text_out_plan(d, d->reference, plan, why))
		return false;
	d->progress->begun = true;
	d->progress->reference = plan->reference;
	d->progress->of = (uint8_t)plan->count;
	d->progress->far_ids = arena_array(d->arena, plan->count,
					   sizeof *d->progress->far_ids);
	if (d->progress->far_ids == NULL)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	return true;
}

uint32_t smpp_depart_command(const struct manner *m)
{
	if (m->server)
		return SMPP_DELIVER_SM;
	return m->data_sm ? SMPP_DATA_SM : SMPP_SUBMIT_SM;
}

static bool depart_message(struct departure *d, struct outcome *why)
{
	const struct message *m = &d->leg->message;
	struct smpp_pdu p = { .command_id = smpp_depart_command(d->manner) };
	struct segment_plan plan = { 0 };
	struct buf expiry = BUF_INIT(32);
	bool good;

	if (m->expires_us != 0 && m->expires_us <= d->now_us) {
		smpp_no_way(why, OUTCOME_NEVER, "expired");
		why->state = STATE_EXPIRED;
		return false;
	}
	good = plan_segments(d, &plan, why) && common(d, &p, &expiry, why);
	if (good) {
		keep_coding(d, &plan);
		d->coding_last = plan.alphabet == SEGMENT_DATA ||
				 plan.data_coding == 0x08;
		check_class(d, &plan);
		good = write_segments(d, &p, &plan, why);
	}
	d->of = (unsigned)plan.count;
	buf_clear(&expiry);
	return good;
}

bool smpp_depart(struct departure *d, struct outcome *why)
{
	bool good = d->leg->message.kind == MESSAGE_REPORT
			    ? smpp_depart_report(d, why)
			    : depart_message(d, why);

	if (good && buf_status(d->pdus) != OK)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	return good;
}
