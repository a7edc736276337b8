#include "adapters/smpp/inbox.h"

#include "adapters/smpp/multi.h"
#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "adapters/smpp/smpp_out.h"

void inbox_init(struct inbox *in, struct peer *p, struct session *s)
{
	in->peer = p;
	in->session = s;
	in->tickets.owner = in;
}

void inbox_drop(struct inbox *in)
{
	if (in->peer != NULL)
		ticket_abandon(&in->peer->hub->tickets, &in->tickets);
	in->session = NULL;
}

void inbox_count(struct inbox *in)
{
	if (in->tickets.count < in->most || in->holding)
		return;
	in->holding = true;
	session_hold(in->session, true);
}

void inbox_uncount(struct inbox *in)
{
	if (in->holding && in->tickets.count <= in->most / 2) {
		in->holding = false;
		session_hold(in->session, false);
	}
	if (in->answered != NULL)
		in->answered(in);
}

static enum smpp_answer role_of(const struct inbox *in, uint32_t command_id)
{
	if (in->peer->manner.server)
		return command_id == SMPP_DATA_SM ? SMPP_ANSWER_SUBMIT_DATA
						  : SMPP_ANSWER_SUBMIT;
	return command_id == SMPP_DATA_SM ? SMPP_ANSWER_DATA
					  : SMPP_ANSWER_DELIVER;
}

static enum err send_up(struct inbox *in, const struct smpp_arrival *arrival,
			const struct smpp_pdu *p, struct multi *multi)
{
	struct hub *h = in->peer->hub;
	bool native = in->peer->manner.end_to_end && arrival->segment.of <= 1;
	struct intake v = { .segment = arrival->segment,
			    .native = native,
			    .sender_keeps = native,
			    .replace = in->peer->manner.server &&
				       p->command_id == SMPP_SUBMIT_SM &&
				       p->replace_if_present_flag == 1,
			    .partial = multi != NULL };
	struct ticket unused;
	uint64_t ref;
	enum err e;

	buf_reset(&h->image);
	if ((e = message_image(&arrival->message, &h->image)) != OK)
		return e;
	v.message = buf_bytes(&h->image);
	ref = ticket_open(&h->tickets, &in->tickets, p->sequence_number,
			  p->command_id);
	if (ref == 0)
		return ERR_NOMEM;
	e = uplink_intake(h->up, ref, &v);
	if (e == OK)
		ticket_keep(&h->tickets, ref, multi);
	else if (ticket_close(&h->tickets, ref, &unused))
		return e;
	return e;
}

/* `multi` is taken when that is OK. */
static uint32_t take(struct inbox *in, const struct smpp_pdu *p,
		     struct multi *multi)
{
	struct hub *h = in->peer->hub;
	struct smpp_arrival arrival;
	uint32_t status;
	enum err e;

	if (in->peer->manner.server &&
	    (status = smpp_flags_in(p, in->version)) != ESME_ROK)
		return status;
	status = smpp_message_in(p, &in->peer->manner, uplink_now_us(h->up),
				 hub_arena(h), &arrival);
	if (status == ESME_ROK && in->admit != NULL)
		status = in->admit(in, &arrival.message);
	if (status == ESME_ROK && multi != NULL)
		status = multi_read(multi, in, h->arena, &arrival.message);
	if (status != ESME_ROK)
		return status;
	e = send_up(in, &arrival, p, multi);
	if (e == OK)
		return ESME_ROK;
	return e == ERR_TOOBIG ? ESME_RINVMSGLEN : ESME_RSYSERR;
}

void inbox_message(struct inbox *in, const struct smpp_pdu *p)
{
	struct multi *multi = NULL;
	uint32_t status = ESME_RSYSERR;

	if (p->command_id == SMPP_SUBMIT_MULTI)
		multi = multi_new(p);
	if (multi != NULL || p->command_id != SMPP_SUBMIT_MULTI)
		status = take(in, p, multi);
	if (status != ESME_ROK) {
		mem_free(multi);
		in->peer->failed++;
		session_refuse(in->session, p, status);
		return;
	}
	peer_count_received(in->peer);
	inbox_count(in);
}

/* A line of a story of its own: there is no message that it belongs to. */
static void tell_nameless(const struct inbox *in, const struct smpp_pdu *p)
{
	struct hub *h = in->peer->hub;
	struct note n = { .step = "report-in",
			  .from = smpp_clean_text(h->arena, p->source.digits),
			  .to = smpp_clean_text(h->arena, p->dest.digits),
			  .verdict = "dropped",
			  .text = "a report without an identifier",
			  .clause = "SMPP v3.4 appendix B",
			  .technology = TECHNOLOGY_SMS };

	if (n.from == NULL || n.to == NULL)
		n.from = n.to = NULL;
	if (uplink_note(h->up, &n) != OK)
		hub_give_up(h);
}

/* SMPP v3.4 appendix B: what nobody can be told about is acknowledged, too. */
void inbox_report(struct inbox *in, const struct smpp_pdu *p)
{
	struct hub *h = in->peer->hub;
	struct far_report v;
	struct ticket unused;
	uint64_t ref;
	enum err e;

	e = smpp_report_in(p, &in->peer->manner, uplink_now_us(h->up),
			   hub_arena(h), &v);
	if (e == ERR_NOMEM) {
		session_refuse(in->session, p, ESME_RX_T_APPN);
		return;
	}
	if (e != OK) {
		tell_nameless(in, p);
		session_refuse(in->session, p,
			       in->peer->manner.server ? ESME_RINVMSGID
						       : ESME_ROK);
		return;
	}
	peer_count_received(in->peer);
	ref = ticket_open(&h->tickets, &in->tickets, p->sequence_number,
			  p->command_id);
	if (ref != 0 && uplink_far_report(h->up, ref, &v) == OK) {
		inbox_count(in);
		return;
	}
	if (ref != 0 && ticket_close(&h->tickets, ref, &unused))
		ref = 0;
	session_refuse(in->session, p, ESME_RX_T_APPN);
}

struct inbox *inbox_take(struct hub *h, uint64_t ref, struct ticket *out)
{
	if (!ticket_close(&h->tickets, ref, out))
		return NULL;
	if (out->list != NULL)
		return out->list->owner;
	mem_free(out->kept);
	return NULL;
}

static struct smpp_pdu answer_to(const struct ticket *t, uint32_t status)
{
	return (struct smpp_pdu){
		.command_id = smpp_response_id(t->command_id),
		.command_status = status,
		.sequence_number = t->sequence,
	};
}

void inbox_accepted(struct hub *h, uint64_t ref, const struct accepted *v)
{
	char id[SMPP_OUR_ID_SIZE];
	struct buf failed = BUF_INIT(SMPP_PDU_OCTETS_MAX);
	struct buf tlvs = BUF_INIT(16);
	struct ticket t = { 0 };
	struct inbox *in = inbox_take(h, ref, &t);
	struct smpp_pdu p = answer_to(&t, ESME_ROK);

	if (in == NULL)
		return;
	smpp_our_id(h->id_key, v->id, id);
	if (t.command_id != SMPP_DELIVER_SM)
		p.message_id = bytes_of(id);
	/* 5.3.2.28: where it is not, the flag is not set. */
	if (t.command_id == SMPP_DATA_SM && v->waits)
		smpp_tlv_put_number(&tlvs, SMPP_TLV_DPF_RESULT, 1, 1);
	if (tlvs.n > 0 && buf_status(&tlvs) == OK)
		p.tlvs = buf_bytes(&tlvs);
	if (t.kept != NULL)
		multi_answer(t.kept, v->refused, &p, &failed);
	mem_free(t.kept);
	session_send(in->session, &p);
	buf_clear(&tlvs);
	buf_clear(&failed);
	inbox_uncount(in);
}

/* Refused, or the far answer of a message that was not stored. */
void inbox_outcome(struct hub *h, uint64_t ref, const struct outcome *v)
{
	struct buf tlvs = BUF_INIT(64);
	struct ticket t = { 0 };
	struct inbox *in = inbox_take(h, ref, &t);
	struct smpp_status_answer a;
	struct smpp_pdu p;

	if (in == NULL)
		return;
	mem_free(t.kept);
	a = smpp_outcome_answer(v, role_of(in, t.command_id));
	p = answer_to(&t, a.status);
	if (a.status != ESME_ROK)
		in->peer->failed++;
	if (a.reason >= 0 && a.status != ESME_ROK)
		smpp_tlv_put_number(&tlvs, SMPP_TLV_DELIVERY_FAILURE_REASON,
				    (uint32_t)a.reason, 1);
	if (buf_status(&tlvs) == OK)
		p.tlvs = buf_bytes(&tlvs);
	session_send(in->session, &p);
	buf_clear(&tlvs);
	inbox_uncount(in);
}

void inbox_reported(struct hub *h, uint64_t ref, const struct outcome *v)
{
	struct ticket t = { 0 };
	struct inbox *in = inbox_take(h, ref, &t);
	struct smpp_pdu p = answer_to(&t, ESME_ROK);
	char id[SMPP_OUR_ID_SIZE];

	if (in == NULL)
		return;
	/* An ESME hears when it acknowledges what nobody waits for. */
	if (in->peer->manner.server &&
	    (v->class == OUTCOME_ACCEPTED || v->class == OUTCOME_ADDRESS))
		p.command_status = ESME_RINVMSGID;
	if (v->class == OUTCOME_LATER)
		p.command_status = ESME_RX_T_APPN;
	if (p.command_status == ESME_ROK && t.command_id != SMPP_DELIVER_SM) {
		smpp_our_id(h->id_key, uplink_random(h->up), id);
		p.message_id = bytes_of(id);
	}
	session_send(in->session, &p);
	inbox_uncount(in);
}
