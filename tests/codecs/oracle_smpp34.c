/* libsmpp34. Ours comes first: it defines our names as macros. */
#include "tests/codecs/oracle.h"

#include <string.h>

#include <libsmpp34/smpp34.h>
#include <libsmpp34/smpp34_structs.h>
#include <libsmpp34/smpp34_params.h>

#define WIRE_MAX 8192
#define LIST_MAX 256

const char *const oracle_name = "libsmpp34";

void oracle_start(void)
{
}

/*
 * It writes a line on every field into a global of 2048 octets and on behind
 * it: a PDU must not have more than a few TLVs or destinations.
 */
#define PARTS_MAX 6

static void shorten(struct smpp_pdu *p)
{
	struct bytes rest = p->tlvs;
	struct smpp_dest d;
	struct smpp_tlv t;
	uint8_t n;

	for (n = 0; n < PARTS_MAX && smpp_tlv_next(&rest, &t); n++)
		continue;
	p->tlvs.n -= rest.n;
	rest = p->dests;
	for (n = 0; n < PARTS_MAX && smpp_dest_next(&rest, &d); n++)
		continue;
	p->dests.n -= rest.n;
	p->number_of_dests = n;
	if (p->short_message.n > 253) /* 254 is one too many for it */
		p->short_message.n = 253;
}

/*
 * Its data_sm has 20 octets for the source, its data_sm_resp no TLVs, and
 * its deliver_sm, deliver_sm_resp, sequence_number and npi hold to 3.4 where
 * ours is tolerant.
 */
bool oracle_trims(struct smpp_pdu *p)
{
	shorten(p);
	if (p->sequence_number == 0 || p->range.npi == 2)
		return false;
	switch (p->command_id) {
	case SMPP_DATA_SM:
		if (p->source.digits.n > 20)
			p->source.digits.n = 20;
		return true;
	case SMPP_DATA_SM_RESP:
		p->tlvs.n = 0;
		return true;
	case SMPP_DELIVER_SM:
		return p->schedule_delivery_time.n + p->validity_period.n == 0;
	case SMPP_DELIVER_SM_RESP:
		return p->message_id.n == 0;
	default:
		return true;
	}
}

/* Fills their PDU from ours, or looks for the first difference. */
struct visit {
	const struct smpp_pdu *ours;
	bool fill;
	const char *differs;
};

static void octet(struct visit *v, uint8_t *theirs, uint8_t ours,
		  const char *name)
{
	if (v->fill)
		*theirs = ours;
	else if (*theirs != ours)
		v->differs = name;
}

static void string(struct visit *v, uint8_t *theirs, struct bytes ours,
		   const char *name)
{
	if (v->fill && ours.n > 0)
		memcpy(theirs, ours.p, ours.n);
	else if (!v->fill && !bytes_is(ours, (const char *)theirs))
		v->differs = name;
}

static void octets(struct visit *v, uint8_t *theirs, struct bytes ours,
		   const char *name)
{
	if (ours.n == 0)
		return;
	if (v->fill)
		memcpy(theirs, ours.p, ours.n);
	else if (memcmp(theirs, ours.p, ours.n) != 0)
		v->differs = name;
}

/* It keeps numbers of two and four octets in the machine's own order. */
static void tlv_value(tlv_t *to, const struct smpp_tlv *t)
{
	uint32_t number = 0;
	size_t i;

	to->tag = t->tag;
	to->length = (uint16_t)t->value.n;
	for (i = 0; i < t->value.n && i < 4; i++)
		number = number << 8 | t->value.p[i];
	if (t->value.n == 2)
		to->value.val16 = (uint16_t)number;
	else if (t->value.n == 4 && t->tag == SMPP_TLV_QOS_TIME_TO_LIVE)
		to->value.val32 = number;
	else if (t->value.n > 0)
		memcpy(to->value.octet, t->value.p, t->value.n);
	if (t->value.n == 2 && (t->tag == SMPP_TLV_SOURCE_SUBADDRESS ||
				t->tag == SMPP_TLV_DEST_SUBADDRESS ||
				t->tag == SMPP_TLV_CALLBACK_NUM_ATAG ||
				t->tag == SMPP_TLV_MESSAGE_PAYLOAD ||
				t->tag == SMPP_TLV_RECEIPTED_MESSAGE_ID ||
				t->tag == SMPP_TLV_ADDITIONAL_STATUS_INFO_TEXT))
		memcpy(to->value.octet, t->value.p, 2);
}

/* Its lists grow at the front: the last of ours is its first. */
static void tlvs(struct visit *v, tlv_t **list)
{
	struct bytes rest = v->ours->tlvs;
	struct smpp_tlv all[LIST_MAX];
	tlv_t *at = *list;
	size_t n = 0;

	while (n < LIST_MAX && smpp_tlv_next(&rest, &all[n]))
		n++;
	while (v->fill && rest.p != v->ours->tlvs.p && n > 0) {
		tlv_t one;

		memset(&one, 0, sizeof one);
		tlv_value(&one, &all[--n]);
		build_tlv(list, &one);
	}
	for (; !v->fill && n > 0 && at != NULL; at = at->next) {
		tlv_t one;

		memset(&one, 0, sizeof one);
		tlv_value(&one, &all[--n]);
		if (at->tag != one.tag || at->length != one.length ||
		    memcmp(&at->value, &one.value, one.length) != 0)
			v->differs = "tlv";
	}
	if (!v->fill && (n > 0 || at != NULL))
		v->differs = "number of tlvs";
}

static void dest_value(dad_t *to, const struct smpp_dest *d)
{
	struct visit v = { NULL, true, NULL };

	to->dest_flag =
		d->is_list ? DFID_Distribution_List_Name : DFID_SME_Address;
	if (d->is_list) {
		string(&v, to->value.dl_name, d->list, "");
		return;
	}
	to->value.sme.dest_addr_ton = d->sme.ton;
	to->value.sme.dest_addr_npi = d->sme.npi;
	string(&v, to->value.sme.destination_addr, d->sme.digits, "");
}

static bool dest_same(const dad_t *a, const dad_t *b)
{
	if (a->dest_flag != b->dest_flag)
		return false;
	if (a->dest_flag == DFID_Distribution_List_Name)
		return strcmp((const char *)a->value.dl_name,
			      (const char *)b->value.dl_name) == 0;
	return a->value.sme.dest_addr_ton == b->value.sme.dest_addr_ton &&
	       a->value.sme.dest_addr_npi == b->value.sme.dest_addr_npi &&
	       strcmp((const char *)a->value.sme.destination_addr,
		      (const char *)b->value.sme.destination_addr) == 0;
}

static void dests(struct visit *v, dad_t **list)
{
	struct bytes rest = v->ours->dests;
	struct smpp_dest all[LIST_MAX];
	dad_t *at = *list;
	size_t n = 0;

	while (n < LIST_MAX && smpp_dest_next(&rest, &all[n]))
		n++;
	while (n-- > 0) {
		dad_t one;

		memset(&one, 0, sizeof one);
		dest_value(&one, &all[n]);
		if (v->fill)
			build_dad(list, &one);
		else if (at == NULL || !dest_same(at, &one))
			v->differs = "dest_address";
		at = at == NULL ? NULL : at->next;
	}
	if (!v->fill && at != NULL)
		v->differs = "number of dests";
}

static void failed_value(udad_t *to, const struct smpp_failed *f)
{
	struct visit v = { NULL, true, NULL };

	to->dest_addr_ton = f->sme.ton;
	to->dest_addr_npi = f->sme.npi;
	to->error_status_code = f->error_status_code;
	string(&v, to->destination_addr, f->sme.digits, "");
}

static void failed(struct visit *v, udad_t **list)
{
	struct bytes rest = v->ours->failed;
	struct smpp_failed all[LIST_MAX];
	udad_t *at = *list;
	size_t n = 0;

	while (n < LIST_MAX && smpp_failed_next(&rest, &all[n]))
		n++;
	while (n-- > 0) {
		udad_t one;

		memset(&one, 0, sizeof one);
		failed_value(&one, &all[n]);
		if (v->fill)
			build_udad(list, &one);
		else if (at == NULL || at->dest_addr_ton != one.dest_addr_ton ||
			 at->dest_addr_npi != one.dest_addr_npi ||
			 at->error_status_code != one.error_status_code ||
			 strcmp((char *)at->destination_addr,
				(char *)one.destination_addr) != 0)
			v->differs = "unsuccess_sme";
		at = at == NULL ? NULL : at->next;
	}
	if (!v->fill && at != NULL)
		v->differs = "number of failures";
}

#define U08(i, name, parse)                                                    \
	octet(v, &t->name, (uint8_t)v->ours->F_##name, #name)
#define C_OCTET(i, name, room)	 string(v, t->name, v->ours->F_##name, #name)
#define O_C_OCTET(i, name, room) C_OCTET(i, name, room)
#define OCTET8(i, name, room, n) octets(v, t->name, v->ours->F_##name, #name)
#define TLV(i, name, parse)	 tlvs(v, &t->name)
#define DAD(i, name, parse)	 dests(v, &t->name)
#define UDAD(i, name, parse)	 failed(v, &t->name)

static void visit_bind_receiver(struct visit *v, bind_receiver_t *t)
{
#include <libsmpp34/def_frame/bind_receiver.frame>
}

static void visit_bind_receiver_resp(struct visit *v, bind_receiver_resp_t *t)
{
#include <libsmpp34/def_frame/bind_receiver_resp.frame>
}

static void visit_outbind(struct visit *v, outbind_t *t)
{
#include <libsmpp34/def_frame/outbind.frame>
}

static void visit_submit_sm(struct visit *v, submit_sm_t *t)
{
#include <libsmpp34/def_frame/submit_sm.frame>
}

static void visit_submit_sm_resp(struct visit *v, submit_sm_resp_t *t)
{
#include <libsmpp34/def_frame/submit_sm_resp.frame>
}

static void visit_submit_multi(struct visit *v, submit_multi_t *t)
{
#include <libsmpp34/def_frame/submit_multi.frame>
}

static void visit_submit_multi_resp(struct visit *v, submit_multi_resp_t *t)
{
#include <libsmpp34/def_frame/submit_multi_resp.frame>
}

static void visit_deliver_sm(struct visit *v, deliver_sm_t *t)
{
#include <libsmpp34/def_frame/deliver_sm.frame>
}

static void visit_deliver_sm_resp(struct visit *v, deliver_sm_resp_t *t)
{
#include <libsmpp34/def_frame/deliver_sm_resp.frame>
}

static void visit_data_sm(struct visit *v, data_sm_t *t)
{
#include <libsmpp34/def_frame/data_sm.frame>
}

static void visit_data_sm_resp(struct visit *v, data_sm_resp_t *t)
{
#include <libsmpp34/def_frame/data_sm_resp.frame>
}

static void visit_query_sm(struct visit *v, query_sm_t *t)
{
#include <libsmpp34/def_frame/query_sm.frame>
}

static void visit_query_sm_resp(struct visit *v, query_sm_resp_t *t)
{
#include <libsmpp34/def_frame/query_sm_resp.frame>
}

static void visit_cancel_sm(struct visit *v, cancel_sm_t *t)
{
#include <libsmpp34/def_frame/cancel_sm.frame>
}

static void visit_replace_sm(struct visit *v, replace_sm_t *t)
{
#include <libsmpp34/def_frame/replace_sm.frame>
}

static void visit_alert_notification(struct visit *v, alert_notification_t *t)
{
#include <libsmpp34/def_frame/alert_notification.frame>
}

union theirs {
	enquire_link_t header; /* the same front in all */
	bind_receiver_t bind_receiver;
	bind_receiver_resp_t bind_receiver_resp;
	outbind_t outbind;
	submit_sm_t submit_sm;
	submit_sm_resp_t submit_sm_resp;
	submit_multi_t submit_multi;
	submit_multi_resp_t submit_multi_resp;
	deliver_sm_t deliver_sm;
	deliver_sm_resp_t deliver_sm_resp;
	data_sm_t data_sm;
	data_sm_resp_t data_sm_resp;
	query_sm_t query_sm;
	query_sm_resp_t query_sm_resp;
	cancel_sm_t cancel_sm;
	replace_sm_t replace_sm;
	alert_notification_t alert_notification;
};

static void visit_request(struct visit *v, union theirs *t)
{
	switch (v->ours->command_id) {
	case SMPP_BIND_RECEIVER:
	case SMPP_BIND_TRANSMITTER:
	case SMPP_BIND_TRANSCEIVER:
		visit_bind_receiver(v, &t->bind_receiver);
		return;
	case SMPP_OUTBIND:
		visit_outbind(v, &t->outbind);
		return;
	case SMPP_SUBMIT_SM:
		visit_submit_sm(v, &t->submit_sm);
		return;
	case SMPP_SUBMIT_MULTI:
		visit_submit_multi(v, &t->submit_multi);
		return;
	case SMPP_DELIVER_SM:
		visit_deliver_sm(v, &t->deliver_sm);
		return;
	case SMPP_DATA_SM:
		visit_data_sm(v, &t->data_sm);
		return;
	case SMPP_QUERY_SM:
		visit_query_sm(v, &t->query_sm);
		return;
	case SMPP_CANCEL_SM:
		visit_cancel_sm(v, &t->cancel_sm);
		return;
	case SMPP_REPLACE_SM:
		visit_replace_sm(v, &t->replace_sm);
		return;
	case SMPP_ALERT_NOTIFICATION:
		visit_alert_notification(v, &t->alert_notification);
		return;
	default:
		return;
	}
}

static void visit_response(struct visit *v, union theirs *t)
{
	switch (v->ours->command_id) {
	case SMPP_BIND_RECEIVER_RESP:
	case SMPP_BIND_TRANSMITTER_RESP:
	case SMPP_BIND_TRANSCEIVER_RESP:
		visit_bind_receiver_resp(v, &t->bind_receiver_resp);
		return;
	case SMPP_SUBMIT_SM_RESP:
		visit_submit_sm_resp(v, &t->submit_sm_resp);
		return;
	case SMPP_SUBMIT_MULTI_RESP:
		visit_submit_multi_resp(v, &t->submit_multi_resp);
		return;
	case SMPP_DELIVER_SM_RESP:
		visit_deliver_sm_resp(v, &t->deliver_sm_resp);
		return;
	case SMPP_DATA_SM_RESP:
		visit_data_sm_resp(v, &t->data_sm_resp);
		return;
	case SMPP_QUERY_SM_RESP:
		visit_query_sm_resp(v, &t->query_sm_resp);
		return;
	default:
		return;
	}
}

static void visit(struct visit *v, union theirs *t)
{
	if ((v->ours->command_id & SMPP_RESP) != 0)
		visit_response(v, t);
	else
		visit_request(v, t);
}

/* The lists that it keeps on the heap. */
static void theirs_clear(union theirs *t, uint32_t command_id)
{
	switch (command_id) {
	case SMPP_BIND_RECEIVER_RESP:
	case SMPP_BIND_TRANSMITTER_RESP:
	case SMPP_BIND_TRANSCEIVER_RESP:
		destroy_tlv(t->bind_receiver_resp.tlv);
		return;
	case SMPP_SUBMIT_SM:
		destroy_tlv(t->submit_sm.tlv);
		return;
	case SMPP_SUBMIT_MULTI:
		destroy_tlv(t->submit_multi.tlv);
		destroy_dad(t->submit_multi.dest_addr_def);
		return;
	case SMPP_SUBMIT_MULTI_RESP:
		destroy_udad(t->submit_multi_resp.unsuccess_smes);
		return;
	case SMPP_DELIVER_SM:
		destroy_tlv(t->deliver_sm.tlv);
		return;
	case SMPP_DATA_SM:
		destroy_tlv(t->data_sm.tlv);
		return;
	case SMPP_ALERT_NOTIFICATION:
		destroy_tlv(t->alert_notification.tlv);
		return;
	default:
		return;
	}
}

static void theirs_make(union theirs *t, const struct smpp_pdu *p)
{
	struct visit v = { p, true, NULL };

	memset(t, 0, sizeof *t);
	t->header.command_id = p->command_id;
	t->header.command_status = p->command_status;
	t->header.sequence_number = p->sequence_number;
	visit(&v, t);
}

bool oracle_encodes(const struct smpp_pdu *p, struct buf *to)
{
	uint8_t wire[WIRE_MAX];
	union theirs t;
	int n = 0, bad;

	theirs_make(&t, p);
	bad = smpp34_pack2(wire, sizeof wire, &n, &t);
	theirs_clear(&t, p->command_id);
	if (bad == 0)
		buf_put(to, (struct bytes){ wire, (size_t)n });
	return bad == 0;
}

static const char *header_differs(const union theirs *t,
				  const struct smpp_pdu *p)
{
	if (t->header.command_id != p->command_id)
		return "command_id";
	if (t->header.command_status != p->command_status)
		return "command_status";
	if (t->header.sequence_number != p->sequence_number)
		return "sequence_number";
	return NULL;
}

const char *oracle_differs(struct bytes wire, const struct smpp_pdu *want)
{
	struct visit v = { want, false, NULL };
	union theirs t;

	memset(&t, 0, sizeof t);
	if (smpp34_unpack2(&t, wire.p, (int)wire.n) != 0)
		return "decode";
	v.differs = header_differs(&t, want);
	if (v.differs == NULL)
		visit(&v, &t);
	theirs_clear(&t, want->command_id);
	return v.differs;
}

void oracle_encode_often(const struct smpp_pdu *p, unsigned long n)
{
	uint8_t wire[WIRE_MAX];
	union theirs t;
	int used;

	theirs_make(&t, p);
	while (n-- > 0)
		if (smpp34_pack2(wire, sizeof wire, &used, &t) != 0)
			break;
	theirs_clear(&t, p->command_id);
}

void oracle_decode_often(struct bytes wire, unsigned long n)
{
	union theirs t;

	while (n-- > 0) {
		memset(&t, 0, sizeof t);
		if (smpp34_unpack2(&t, wire.p, (int)wire.n) != 0)
			break;
		theirs_clear(&t, t.header.command_id);
	}
}
