/*
 * Reports towards SMPP peers, SMPP v3.4 5.2.12: the SMSC's delivery receipts to
 * an ESME, and an SME's acknowledgements to an SMSC. Declared in smpp_out.h.
 */
#include "adapters/smpp/smpp_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/keep.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/digest.h"
#include "codecs/segment.h"
#include "codecs/smpp_pdu.h"
#include "codecs/timestamp.h"
#include "codecs/utf8.h"
#include "policy/receipts.h"

#define MS_AVAILABLE 0 /* ms_availability_status, 5.3.2.30           */

void smpp_our_id(const uint8_t *id_key, uint64_t id, char out[SMPP_OUR_ID_SIZE])
{
	snprintf(out, SMPP_OUR_ID_SIZE, "%" PRIu64,
		 digest_scramble64(id_key, id));
}

static struct smpp_date date_of(uint64_t us)
{
	struct timestamp_civil c;
	struct smpp_date d = { 0 };

	if (us == 0 || timestamp_to_civil((int64_t)us, &c) != OK ||
	    c.year < 1938 || c.year > 2037)
		return d;
	d.year = (uint16_t)c.year;
	d.month = (uint8_t)c.month;
	d.day = (uint8_t)c.day;
	d.hour = (uint8_t)c.hour;
	d.minute = (uint8_t)c.minute;
	d.second = (uint8_t)c.second;
	return d;
}

/*
 * What the network said, its last three characters; else three digits of our
 * own cause table: a SIP status, a command_status, one that is greater in hex.
 */
static void error_digits(const struct report *r, char out[4])
{
	size_t n = r->error == NULL ? 0 : strlen(r->error);

	if (smpp_state_out(r->state) == SMPP_STATE_DELIVERED)
		snprintf(out, 4, "000");
	else if (n > 0)
		snprintf(out, 4, "%s", r->error + (n > 3 ? n - 3 : 0));
	else if (r->far_code > 999)
		snprintf(out, 4, "%03X", (unsigned)(r->far_code & 0xFFF));
	else
		snprintf(out, 4, "%03u", (unsigned)r->far_code);
}

/* 5.3.2.31: only what a network has said, with its type. */
static void put_error_code(const struct departure *d, struct buf *to)
{
	const struct report *r = &d->leg->message.report;

	if (r->error == NULL || r->far_code >> 16 == 0 ||
	    !keep_passes(d, SMPP_TLV_NETWORK_ERROR_CODE) ||
	    smpp_state_out(r->state) == SMPP_STATE_DELIVERED)
		return;
	buf_u16(to, SMPP_TLV_NETWORK_ERROR_CODE);
	buf_u16(to, 3);
	buf_u8(to, (uint8_t)(r->far_code >> 16));
	buf_u16(to, (uint16_t)r->far_code);
}

static void put_reference(const struct departure *d, struct buf *to)
{
	const struct message *m = &d->leg->message;
	const char *reference = message_id_of(m, ID_SMPP_REFERENCE);
	uint64_t number;

	if (keep_passes(d, SMPP_TLV_USER_MESSAGE_REFERENCE) &&
	    bytes_decimal(bytes_of(reference), UINT16_MAX, &number) == OK)
		smpp_tlv_put_number(to, SMPP_TLV_USER_MESSAGE_REFERENCE,
				    (uint32_t)number, 2);
}

/* Of a receipt, in d->scratch; the text says the same. */
static void put_tlvs(struct departure *d, const char *id, enum smpp_state state)
{
	buf_reset(d->scratch);
	if (keep_passes(d, SMPP_TLV_RECEIPTED_MESSAGE_ID))
		smpp_tlv_put_text(d->scratch, SMPP_TLV_RECEIPTED_MESSAGE_ID,
				  bytes_of(id));
	if (keep_passes(d, SMPP_TLV_MESSAGE_STATE))
		smpp_tlv_put_number(d->scratch, SMPP_TLV_MESSAGE_STATE,
				    (uint32_t)state, 1);
	put_error_code(d, d->scratch);
	put_reference(d, d->scratch);
	keep_added(d, d->scratch);
}

/* The front of the message's text, when it is anybody's to read: of a receipt
 * only ASCII is sure to be understood. */
static struct bytes excerpt(const struct message *m,
			    uint8_t room[SMPP_RECEIPT_TEXT_MAX])
{
	const uint8_t *at, *end;
	uint32_t code;
	size_t n = 0;

	if (m->n_parts == 0 || (m->privacy & ~PRIVACY_NONE) != 0 ||
	    strncmp(m->parts[0].type, "text/", 5) != 0)
		return (struct bytes){ NULL, 0 };
	at = m->parts[0].body.p;
	end = at + m->parts[0].body.n;
	while (at < end && n < SMPP_RECEIPT_TEXT_MAX) {
		code = utf8_next(&at, end);
		room[n++] = code < 0x80 ? (uint8_t)code : '?';
	}
	return (struct bytes){ room, n };
}

/*
 * What the recipient has written, in the place of a receipt's text, and his
 * user_response_code: SMPP v3.4 2.11, 5.3.2.18.
 */
static enum err put_reply(struct departure *d, struct smpp_pdu *p)
{
	const struct report *r = &d->leg->message.report;
	struct segment_options o = d->manner->write;
	struct segment_plan plan;
	enum err e;

	if (r->response > 0 && keep_passes(d, SMPP_TLV_USER_RESPONSE_CODE))
		smpp_tlv_put_number(d->scratch, SMPP_TLV_USER_RESPONSE_CODE,
				    r->response - 1u, 1);
	if (r->reply == NULL)
		return OK;
	o.means = SEGMENT_PAYLOAD;
	if ((e = segment_split(bytes_of(r->reply), &o, d->arena, &plan)) != OK)
		return e;
	p->data_coding = plan.data_coding;
	p->short_message = plan.segments[0].short_message;
	if (!plan.payload && p->command_id != SMPP_DATA_SM)
		return OK;
	smpp_tlv_put(d->scratch, SMPP_TLV_MESSAGE_PAYLOAD, p->short_message);
	p->short_message = (struct bytes){ NULL, 0 };
	return OK;
}

/* One receipt about the id `id`; 5.7 says what is in it. */
static enum err write_receipt(struct departure *d, struct smpp_pdu *p,
			      const char *id)
{
	const struct message *m = &d->leg->message;
	struct smpp_receipt text = { .id = bytes_of(id), .sub = 1 };
	struct buf octets = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX + 64);
	uint8_t front[SMPP_RECEIPT_TEXT_MAX];
	char error[4];
	enum err e;

	text.state = smpp_state_out(m->report.state);
	text.dlvrd = text.state == SMPP_STATE_DELIVERED;
	text.submitted = date_of(m->submitted_us);
	text.done = date_of(m->report.event_us);
	error_digits(&m->report, error);
	text.err = bytes_of(error);
	text.text = excerpt(m, front);
	put_tlvs(d, id, text.state);
	e = smpp_receipt_encode(&text, &octets, NULL);
	p->short_message = buf_bytes(&octets);
	if (e == OK)
		e = put_reply(d, p);
	if (e == OK && (e = buf_status(d->scratch)) == OK) {
		p->tlvs = buf_bytes(d->scratch);
		e = smpp_pdu_encode(p, d->pdus, NULL);
	}
	buf_clear(&octets);
	return e;
}

/*
 * The esm_class of a report about that state; false: it was not asked for. The
 * SMSC's receipt or intermediate notification, the SME's acknowledgement.
 * SMPP v3.4 2.11, 5.2.12, 5.2.17.
 */
static bool class_of(const struct message *m, uint8_t want, uint8_t *out)
{
	enum delivery_state s = m->report.state;
	enum want kind = receipts_kind(s);

	if (kind == WANT_DISPLAY)
		*out = SMPP_ESM_TYPE_USER_ACK;
	else if (kind == WANT_ACKNOWLEDGED)
		*out = SMPP_ESM_TYPE_DELIVERY_ACK;
	else if (!delivery_state_final(s))
		*out = SMPP_ESM_TYPE_INTERMEDIATE;
	else
		*out = SMPP_ESM_TYPE_RECEIPT;
	return (want & kind) != 0;
}

/* The one about that id, unless the far side has it; d->of counts all. */
static enum err write_about(struct departure *d, struct smpp_pdu *p,
			    const char *id, uint8_t want)
{
	if (!class_of(&d->leg->message, want, &p->esm_class) ||
	    progress_has(d->progress, d->of++))
		return OK;
	return write_receipt(d, p, id);
}

/* About each segment what it asks for; or about the whole. */
static enum err write_receipts(struct departure *d, struct smpp_pdu *p)
{
	const struct message *m = &d->leg->message;
	char ours[SMPP_OUR_ID_SIZE];
	enum err e = OK;
	size_t i;

	d->of = 0;
	if (message_id_of(m, ID_SMPP) == NULL) {
		smpp_our_id(d->id_key, m->report.about, ours);
		return write_about(d, p, ours, UINT8_MAX);
	}
	for (i = 0; i < m->n_ids && e == OK; i++)
		if (m->ids[i].kind == ID_SMPP)
			e = write_about(d, p, m->ids[i].value, m->ids[i].want);
	return e;
}

static bool depart_receipts(struct departure *d, struct smpp_pdu *p,
			    struct outcome *why)
{
	enum err e;

	p->command_id = SMPP_DELIVER_SM;
	e = write_receipts(d, p);
	if (e == ERR_NOMEM)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	if (e != OK || d->of > 255)
		return smpp_no_way(why, OUTCOME_NEVER, "no such receipt");
	if (d->of == 0)
		return smpp_no_way(why, OUTCOME_DELIVERED,
				   "no segment asked for it");
	return true;
}

static bool depart_acknowledgement(struct departure *d, struct smpp_pdu *p,
				   struct outcome *why)
{
	const struct message *m = &d->leg->message;
	enum err e;

	p->command_id = smpp_depart_command(d->manner);
	p->esm_class = d->manner->esm_mode;
	if (m->report.state == STATE_DISPLAYED)
		p->esm_class |= SMPP_ESM_TYPE_USER_ACK;
	else if (m->report.state == STATE_DELIVERED ||
		 m->report.state == STATE_ACKNOWLEDGED)
		p->esm_class |= SMPP_ESM_TYPE_DELIVERY_ACK;
	else
		return smpp_no_way(why, OUTCOME_NEVER,
				   "an SME acknowledges only what arrived");
	buf_reset(d->scratch);
	put_reference(d, d->scratch);
	keep_added(d, d->scratch);
	e = put_reply(d, p);
	p->tlvs = buf_bytes(d->scratch);
	*d->progress = (struct progress){ .without = d->progress->without };
	d->of = 1;
	if (e == ERR_NOMEM)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	if (e != OK || smpp_pdu_encode(p, d->pdus, NULL) != OK)
		return smpp_no_way(why, OUTCOME_NEVER, "does not fit a PDU");
	return true;
}

/* 4.12.1: to whom is the address that it sent from. */
static bool depart_alert(struct departure *d, struct smpp_pdu *p,
			 struct outcome *why)
{
	if (!d->manner->server || d->manner->plain)
		return smpp_no_way(why, OUTCOME_DELIVERED,
				   "it knows no alert_notification");
	p->command_id = SMPP_ALERT_NOTIFICATION;
	buf_reset(d->scratch);
	smpp_tlv_put_number(d->scratch, SMPP_TLV_MS_AVAILABILITY_STATUS,
			    MS_AVAILABLE, 1);
	if (buf_status(d->scratch) != OK)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	p->tlvs = buf_bytes(d->scratch);
	*d->progress = (struct progress){ .without = d->progress->without };
	d->of = 1;
	if (smpp_pdu_encode(p, d->pdus, NULL) != OK)
		return smpp_no_way(why, OUTCOME_NEVER, "does not fit a PDU");
	return true;
}

bool smpp_depart_report(struct departure *d, struct outcome *why)
{
	bool alert = d->leg->message.report.state == STATE_REACHABLE;
	const struct report *r = &d->leg->message.report;
	struct smpp_pdu p = { 0 };
	struct smpp_address wire[2];
	struct address from = r->recipient;

	if (r->state == STATE_REPORT_DENIED ||
	    r->state == STATE_DELETED_UNREAD ||
	    (smpp_state_out(r->state) == SMPP_STATE_NONE && !alert))
		return smpp_no_way(why, OUTCOME_DELIVERED,
				   "SMPP has no such report");
	if (from.kind != ADDRESS_E164 && from.kind != ADDRESS_SHORT)
		from = (struct address){ ADDRESS_ANONYMOUS, "" };
	if (!smpp_depart_addresses(d, &from, wire, why))
		return false;
	p.source = wire[0];
	p.dest = wire[1];
	if (alert)
		return depart_alert(d, &p, why);
	return d->manner->server ? depart_receipts(d, &p, why)
				 : depart_acknowledgement(d, &p, why);
}
