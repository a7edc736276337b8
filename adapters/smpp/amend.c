#include "adapters/smpp/amend.h"

#include <stdio.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "adapters/smpp/smpp_out.h"
#include "codecs/digest.h"
#include "codecs/timestamp.h"

/*
 * replace_sm does not say in what alphabet it is: in that of what it replaces,
 * which the engine knows (SMPP_EXTRA_CODING). So it gets a part for each.
 */
static const uint8_t codings[] = { 0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 14 };

#define CODINGS (sizeof codings / sizeof codings[0])

static uint32_t failure(uint32_t command_id)
{
	switch (command_id) {
	case SMPP_QUERY_SM:
		return ESME_RQUERYFAIL;
	case SMPP_CANCEL_SM:
		return ESME_RCANCELFAIL;
	default:
		return ESME_RREPLACEFAIL;
	}
}

static enum amendment_kind kind_of(uint32_t command_id)
{
	switch (command_id) {
	case SMPP_QUERY_SM:
		return AMEND_QUERY;
	case SMPP_CANCEL_SM:
		return AMEND_CANCEL;
	default:
		return AMEND_REPLACE;
	}
}

/*
 * As it would be submitted: whatever the account's rules make of it, and as
 * whom it may send. One that is not there stands for any (4.8.1 to 4.10.1).
 */
static uint32_t read_source(struct inbox *in, struct arena *a,
			    const struct smpp_address *wire,
			    struct address *out)
{
	struct message m;
	uint32_t status;

	if (wire->digits.n == 0)
		return ESME_ROK;
	status = smpp_sender_in(wire, &in->peer->manner, a, out);
	if (status != ESME_ROK)
		return status;
	message_init(&m);
	m.from = *out;
	if (in->admit(in, &m) == ESME_ROK)
		*out = m.from;
	return ESME_ROK;
}

static uint32_t read_dest(const struct inbox *in, struct arena *a,
			  const struct smpp_address *wire, struct address *out)
{
	return wire->digits.n == 0
		       ? ESME_ROK
		       : smpp_recipient_in(wire, &in->peer->manner, a, out);
}

static bool one_coding(struct inbox *in, struct arena *a,
		       const struct smpp_pdu *p, uint8_t coding,
		       struct message *out, struct part *part)
{
	struct smpp_pdu as = *p;
	struct smpp_arrival arrival;
	char name[4];

	as.command_id = SMPP_SUBMIT_SM;
	as.dest = (struct smpp_address){ 5, 0, bytes_of("unread") };
	as.data_coding = coding;
	if (smpp_message_in(&as, &in->peer->manner,
			    uplink_now_us(in->peer->hub->up), a, &arrival) !=
	    ESME_ROK)
		return false;
	snprintf(name, sizeof name, "%u", coding);
	*part = arrival.message.parts[0];
	part->content_id = arena_string(a, bytes_of(name));
	if (part->content_id == NULL)
		return false;
	out->want = arrival.message.want;
	out->earliest_us = arrival.message.earliest_us;
	out->expires_us = arrival.message.expires_us;
	return true;
}

static uint32_t read_replacement(struct inbox *in, struct arena *a,
				 const struct smpp_pdu *p, struct amendment *r)
{
	struct buf *image = &in->peer->hub->image;
	struct part parts[CODINGS];
	struct message m;
	size_t i;

	message_init(&m);
	m.parts = parts;
	for (i = 0; i < CODINGS; i++)
		if (one_coding(in, a, p, codings[i], &m, &parts[m.n_parts]))
			m.n_parts++;
	if (m.n_parts == 0)
		return ESME_RREPLACEFAIL;
	buf_reset(image);
	if (message_image(&m, image) != OK)
		return ESME_RSYSERR;
	r->message = buf_bytes(image);
	r->extra = SMPP_EXTRA_CODING;
	return ESME_ROK;
}

/* 4.9: the service_type counts only where no id says which message it is. */
static uint32_t read_request(struct inbox *in, struct arena *a,
			     const struct smpp_pdu *p, struct amendment *r)
{
	uint64_t decimal;
	uint32_t status;

	r->kind = kind_of(p->command_id);
	if (p->message_id.n > 0 || r->kind != AMEND_CANCEL) {
		if (bytes_decimal(p->message_id, UINT64_MAX, &decimal) != OK)
			return ESME_RINVMSGID;
		r->id = digest_unscramble64(in->peer->hub->id_key, decimal);
	} else if (p->dest.digits.n == 0) {
		return ESME_RINVDSTADR;
	} else if (p->service_type.n > 0) {
		r->service_type = arena_string(a, p->service_type);
	}
	r->account = in->peer->entry.name;
	if ((status = read_source(in, a, &p->source, &r->from)) != ESME_ROK)
		return status;
	if (p->command_id == SMPP_CANCEL_SM &&
	    (status = read_dest(in, a, &p->dest, &r->to)) != ESME_ROK)
		return status;
	return p->command_id == SMPP_REPLACE_SM ? read_replacement(in, a, p, r)
						: ESME_ROK;
}

void amend_request(struct inbox *in, const struct smpp_pdu *p)
{
	struct hub *h = in->peer->hub;
	struct amendment r = { .id = 0 };
	struct ticket unused;
	uint32_t status = read_request(in, hub_arena(h), p, &r);
	uint64_t ref;

	if (status != ESME_ROK) {
		session_refuse(in->session, p, status);
		return;
	}
	ref = ticket_open(&h->tickets, &in->tickets, p->sequence_number,
			  p->command_id);
	if (ref != 0)
		ticket_about(&h->tickets, ref, r.id);
	if (ref != 0 && uplink_amendment(h->up, ref, &r) == OK) {
		inbox_count(in);
		return;
	}
	if (ref != 0 && ticket_close(&h->tickets, ref, &unused))
		ref = 0;
	session_refuse(in->session, p, ESME_RSYSERR);
}

static uint32_t status_of(const struct standing *v, uint32_t command_id)
{
	switch (v->class) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_DELIVERED:
		return ESME_ROK;
	case OUTCOME_ADDRESS:
		return ESME_RINVMSGID;
	case OUTCOME_LATER:
	case OUTCOME_ABSENT:
	case OUTCOME_LINK:
	case OUTCOME_UNANSWERED:
		return ESME_RSYSERR;
	case OUTCOME_NEVER:
		break;
	}
	return failure(command_id);
}

/* 4.8.2: the final date is that of a final state. */
static void fill_query(const struct standing *v, struct buf *date,
		       struct smpp_pdu *p)
{
	p->message_state = (uint8_t)smpp_state_out(v->state);
	p->error_code = v->far_code <= UINT8_MAX ? (uint8_t)v->far_code : 0;
	if (delivery_state_final(v->state) && v->event_us != 0 &&
	    timestamp_smpp_encode((int64_t)v->event_us, date) == OK)
		p->final_date = buf_bytes(date);
}

void amend_standing(struct hub *h, uint64_t ref, const struct standing *v)
{
	struct buf date = BUF_INIT(32);
	struct ticket t = { 0 };
	struct inbox *in = inbox_take(h, ref, &t);
	struct smpp_pdu p = {
		.command_id = smpp_response_id(t.command_id),
		.command_status = status_of(v, t.command_id),
		.sequence_number = t.sequence,
	};
	char id[SMPP_OUR_ID_SIZE];

	if (in == NULL)
		return;
	if (t.command_id == SMPP_QUERY_SM && p.command_status == ESME_ROK) {
		smpp_our_id(h->id_key, t.about, id);
		p.message_id = bytes_of(id);
		fill_query(v, &date, &p);
	}
	session_send(in->session, &p);
	buf_clear(&date);
	inbox_uncount(in);
}
