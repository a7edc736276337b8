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
#include "codecs/smpp_pdu.h"
#include "codecs/timestamp.h"
#include "codecs/utf8.h"
#include "policy/receipts.h"

#define TYPE_GSM     3 /* network type of network_error_code, 5.3.2.31 */
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

/* Three digits of our own cause table: the far code's last ones. */
static void error_digits(const struct report *r, char out[4])
{
	unsigned code = 0;

	if (smpp_state_out(r->state) != SMPP_STATE_DELIVERED)
		code = (uint16_t)r->far_code % 1000u;
	snprintf(out, 4, "%03u", code);
}

static void put_error_code(struct buf *to, const struct report *r)
{
	if (r->far_code == 0 ||
	    smpp_state_out(r->state) == SMPP_STATE_DELIVERED)
		return;
	buf_u16(to, SMPP_TLV_NETWORK_ERROR_CODE);
	buf_u16(to, 3);
	buf_u8(to, r->far_code >> 16 ? (uint8_t)(r->far_code >> 16) : TYPE_GSM);
	buf_u16(to, (uint16_t)r->far_code);
}

static void put_reference(struct buf *to, const struct message *m)
{
	const char *reference = message_id_of(m, ID_SMPP_REFERENCE);
	uint64_t number;

	if (bytes_decimal(bytes_of(reference), UINT16_MAX, &number) == OK)
		smpp_tlv_put_number(to, SMPP_TLV_USER_MESSAGE_REFERENCE,
				    (uint32_t)number, 2);
}

/* Of a receipt, in d->scratch; the text says the same. */
static void put_tlvs(struct departure *d, const char *id, enum smpp_state state)
{
	const struct message *m = &d->leg->message;

	buf_reset(d->scratch);
	if (d->progress->without & SMPP_WITHOUT_TLVS)
		return;
	smpp_tlv_put_text(d->scratch, SMPP_TLV_RECEIPTED_MESSAGE_ID,
			  bytes_of(id));
	smpp_tlv_put_number(d->scratch, SMPP_TLV_MESSAGE_STATE, (uint32_t)state,
			    1);
	put_error_code(d->scratch, &m->report);
	put_reference(d->scratch, m);
}

/* The front of the message's text, when it is anybody's to read. */
static struct bytes excerpt(const struct message *m)
{
	struct bytes text = { NULL, 0 };

	if (m->n_parts == 0 || (m->privacy & ~PRIVACY_NONE) != 0)
		return text;
	text = m->parts[0].body;
	if (text.n > SMPP_RECEIPT_TEXT_MAX)
		text.n = SMPP_RECEIPT_TEXT_MAX;
	return utf8_ascii(text) ? text : (struct bytes){ NULL, 0 };
}

/* One receipt about the id `id`; 5.7 says what is in it. */
static enum err write_receipt(struct departure *d, struct smpp_pdu *p,
			      const char *id)
{
	const struct message *m = &d->leg->message;
	struct smpp_receipt text = { .id = bytes_of(id), .sub = 1 };
	struct buf octets = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX + 64);
	char error[4];
	enum err e;

	text.state = smpp_state_out(m->report.state);
	text.dlvrd = text.state == SMPP_STATE_DELIVERED;
	text.submitted = date_of(m->submitted_us);
	text.done = date_of(m->report.event_us);
	error_digits(&m->report, error);
	text.err = bytes_of(error);
	text.text = excerpt(m);
	put_tlvs(d, id, text.state);
	if ((e = smpp_receipt_encode(&text, &octets, NULL)) == OK &&
	    (e = buf_status(d->scratch)) == OK) {
		p->short_message = buf_bytes(&octets);
		p->tlvs = buf_bytes(d->scratch);
		e = smpp_pdu_encode(p, d->pdus, NULL);
	}
	buf_clear(&octets);
	return e;
}

/*
 * The esm_classes of what was asked for about that state, at most two of them:
 * the SMSC's receipt or intermediate notification, the SME's acknowledgement.
 * SMPP v3.4 2.11, 5.2.12, 5.2.17.
 */
static unsigned classes(const struct message *m, uint8_t want, uint8_t out[2])
{
	enum delivery_state s = m->report.state;
	uint8_t asked = keep_registered(m);
	enum want kind = receipts_kind(s);
	unsigned n = 0;

	if ((want & kind) == 0)
		return 0;
	if (kind == WANT_DISPLAY)
		out[n++] = SMPP_ESM_TYPE_USER_ACK;
	else if (!delivery_state_final(s))
		out[n++] = SMPP_ESM_TYPE_INTERMEDIATE;
	else if (kind != WANT_POSITIVE || asked == 0 ||
		 (asked & SMPP_REGISTERED_RECEIPT & 1) != 0)
		out[n++] = SMPP_ESM_TYPE_RECEIPT;
	if (kind == WANT_POSITIVE && asked & SMPP_REGISTERED_DELIVERY_ACK)
		out[n++] = SMPP_ESM_TYPE_DELIVERY_ACK;
	return n;
}

/* Those about one id that the far side has not; d->of counts all. */
static enum err write_about(struct departure *d, struct smpp_pdu *p,
			    const char *id, uint8_t want)
{
	uint8_t esm[2];
	unsigned n = classes(&d->leg->message, want, esm), i;
	enum err e = OK;

	for (i = 0; i < n && e == OK; i++) {
		p->esm_class = esm[i];
		if (!progress_has(d->progress, d->of++))
			e = write_receipt(d, p, id);
	}
	return e;
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

	p->command_id = smpp_depart_command(d->manner);
	p->esm_class = d->manner->esm_mode;
	if (m->report.state == STATE_DISPLAYED)
		p->esm_class |= SMPP_ESM_TYPE_USER_ACK;
	else if (m->report.state == STATE_DELIVERED)
		p->esm_class |= SMPP_ESM_TYPE_DELIVERY_ACK;
	else
		return smpp_no_way(why, OUTCOME_NEVER,
				   "an SME acknowledges only what arrived");
	buf_reset(d->scratch);
	if (!(d->progress->without & SMPP_WITHOUT_TLVS))
		put_reference(d->scratch, m);
	p->tlvs = buf_bytes(d->scratch);
	*d->progress = (struct progress){ .without = d->progress->without };
	d->of = 1;
	if (smpp_pdu_encode(p, d->pdus, NULL) != OK)
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
