/* Reports from an SMSC, as in SMPP v3.4 appendix B; declared in smpp_in.h. */
#include "adapters/smpp/smpp_in.h"

#include <stdio.h>
#include <string.h>

#include "adapters/smpp/ack.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/timestamp.h"

#define MINUTE_US UINT64_C(60000000)

void smpp_answer_id(struct bytes message_id, const struct manner *m,
		    char out[SMPP_ID_ROOM])
{
	out[0] = 0;
	if (smpp_id_canonical(message_id, m->message_id, out) == OK)
		return;
	if (smpp_id_canonical(message_id, SMPP_ID_STRING, out) != OK)
		out[0] = 0;
}

/* An identifier of a report, and how it is written. */
struct named {
	struct bytes id;
	enum smpp_id_kind kind, other;
};

/* The same, though one is written as in answers and one as in texts? */
static bool is_same(struct bytes answered, struct bytes reported,
		    const struct manner *m)
{
	char one[SMPP_ID_ROOM], other[SMPP_ID_ROOM];

	return smpp_id_canonical(answered, m->message_id, one) == OK &&
	       smpp_id_canonical(reported, m->receipt_id, other) == OK &&
	       strcmp(one, other) == 0;
}

/*
 * receipted_message_id, else that of the text. Some SMSCs write the first as in
 * their answer (5.3.2.12), and the other in another base: that is then seen by
 * both, or because it cannot be read like those in texts.
 */
static struct named name_in(const struct smpp_pdu *p,
			    const struct smpp_receipt *text,
			    const struct manner *m)
{
	struct named n = { text->id, m->receipt_id, m->message_id };
	struct bytes id;

	if (!smpp_tlv_text(p->tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, &id) ||
	    id.n == 0)
		return n;
	if (is_same(id, text->id, m))
		n = (struct named){ id, m->message_id, m->receipt_id };
	n.id = id;
	return n;
}

static enum err canonical(const struct named *n, struct arena *a,
			  const char **out)
{
	char text[SMPP_ID_ROOM];

	if (smpp_id_canonical(n->id, n->kind, text) != OK &&
	    smpp_id_canonical(n->id, n->other, text) != OK &&
	    smpp_id_canonical(n->id, SMPP_ID_STRING, text) != OK)
		return ERR_MALFORMED;
	*out = arena_string(a, bytes_of(text));
	return *out == NULL ? ERR_NOMEM : OK;
}

/* Of a text: up to three characters, "045" or "21b". */
static const char *printed_error(struct arena *a, struct bytes err)
{
	if (err.n == 0 || err.n > 3)
		return NULL;
	return smpp_clean_text(a, err);
}

/*
 * 5.3.2.31: type of network, then the code; `err` of the text where there is
 * no such parameter, or it names no error. False: no memory.
 */
static bool read_error(const struct smpp_pdu *p,
		       const struct smpp_receipt *text, struct arena *a,
		       struct far_report *r)
{
	unsigned code = 0;
	struct bytes v;
	char digits[8];

	if (smpp_tlv_find(p->tlvs, SMPP_TLV_NETWORK_ERROR_CODE, &v) &&
	    v.n == 3) {
		code = (unsigned)v.p[1] << 8 | v.p[2];
		r->far_code = (uint32_t)v.p[0] << 16 | code;
	}
	snprintf(digits, sizeof digits, "%03u", code);
	if (code == 0 && text->err.n > 0)
		r->error = printed_error(a, text->err);
	else if (r->far_code != 0)
		r->error = arena_string(a, bytes_of(digits));
	else
		return true;
	return r->error != NULL;
}

/*
 * The SMSC's time, which has no seconds, as a rule: in the minute in which it
 * came, when it came is more exact. 0: it gives none.
 */
static uint64_t read_done(const struct smpp_date *d, const struct manner *m,
			  uint64_t now_us)
{
	struct timestamp_civil c = { d->year, d->month,  d->day, d->hour,
				     d->minute, d->second, 0 };
	int64_t t;

	if (d->year == 0 || timestamp_from_civil(&c, &t) != OK)
		return 0;
	t -= m->receipt_ahead_s * TIMESTAMP_SECOND;
	if (t <= 0)
		return 0;
	if ((uint64_t)t <= now_us && now_us - (uint64_t)t < MINUTE_US)
		return now_us;
	return (uint64_t)t;
}

/* What kind of report this is, and the state if it does not say. */
static enum delivery_state by_class(uint8_t esm_class, enum want *kind)
{
	*kind = WANT_POSITIVE;
	switch (esm_class & SMPP_ESM_TYPE) {
	case SMPP_ESM_TYPE_DELIVERY_ACK:
		return STATE_ACKNOWLEDGED;
	case SMPP_ESM_TYPE_USER_ACK:
		*kind = WANT_DISPLAY;
		return STATE_DISPLAYED;
	case SMPP_ESM_TYPE_INTERMEDIATE:
		return STATE_ENROUTE;
	default:
		return STATE_UNKNOWN;
	}
}

/* Whom it is about; a writing that cannot be read is nobody's. */
static struct address reporter(const struct smpp_pdu *p, const struct manner *m,
			       struct arena *a)
{
	struct address_smpp wire = { p->source.ton, p->source.npi,
				     p->source.digits };
	struct address who;

	if (numbers_in(&m->numbers, NUMBER_SENDER, &wire, &m->rules, a, &who) !=
	    OK)
		who = (struct address){ ADDRESS_NONE, NULL };
	return who;
}

static bool is_ack(const struct smpp_pdu *p)
{
	uint8_t type = p->esm_class & SMPP_ESM_TYPE;

	return type == SMPP_ESM_TYPE_DELIVERY_ACK ||
	       type == SMPP_ESM_TYPE_USER_ACK;
}

/* 2.11: what the recipient has written, and the code of his answer. */
static enum err read_reply(const struct smpp_pdu *p, const struct manner *m,
			   struct arena *a, struct far_report *r)
{
	struct segment_wire wire = { smpp_pdu_message(p), p->data_coding,
				     p->esm_class & SMPP_ESM_UDHI };
	struct segment_content c = { 0 };
	uint32_t code;
	enum err e;

	if (smpp_tlv_number(p->tlvs, SMPP_TLV_USER_RESPONSE_CODE, &code) &&
	    code <= UINT8_MAX)
		r->response = (uint16_t)(code + 1);
	if (wire.octets.n == 0)
		return OK;
	if ((e = segment_text(&wire, &m->read, a, &c, NULL)) != OK)
		return e == ERR_NOMEM ? e : OK;
	if (c.text && c.body.n > 0)
		r->reply = r->text = arena_string(a, c.body);
	return c.text && c.body.n > 0 && r->reply == NULL ? ERR_NOMEM : OK;
}

/* By which of our messages it is known, and by whom it is traced. */
static enum err read_names(const struct smpp_pdu *p, const struct manner *m,
			   struct arena *a, const struct named *n,
			   struct far_report *r)
{
	char ack[ACK_ID_ROOM];
	enum err e;

	r->keys = arena_array(a, 2, sizeof *r->keys);
	if (r->keys == NULL ||
	    (r->keys[0] = smpp_clean_text(a, p->source.digits)) == NULL ||
	    (r->keys[1] = smpp_clean_text(a, p->dest.digits)) == NULL)
		return ERR_NOMEM;
	r->n_keys = 2;
	e = canonical(n, a, &r->far_id);
	if (e != ERR_MALFORMED || !is_ack(p))
		return e;
	if ((e = ack_id_in(p, m, a, ack)) == OK &&
	    (r->far_id = arena_string(a, bytes_of(ack))) == NULL)
		e = ERR_NOMEM;
	return e;
}

enum err smpp_report_in(const struct smpp_pdu *p, const struct manner *m,
			uint64_t now_us, struct arena *a,
			struct far_report *out)
{
	struct smpp_receipt text = { .state = SMPP_STATE_NONE };
	enum smpp_state state = SMPP_STATE_NONE;
	struct far_report r = { .peer = m->peer };
	bool readable =
		smpp_receipt_decode(smpp_pdu_message(p), &text, NULL) == OK;
	struct named n = name_in(p, &text, m);
	uint32_t number;
	enum err e;

	if ((e = read_names(p, m, a, &n, &r)) != OK)
		return e;
	if (smpp_tlv_number(p->tlvs, SMPP_TLV_MESSAGE_STATE, &number))
		state = smpp_state_number(number);
	if (state == SMPP_STATE_NONE && readable)
		state = text.state;
	r.state = by_class(p->esm_class, &r.kind);
	if (!is_ack(p) && state != SMPP_STATE_NONE)
		r.state = smpp_state_in(state);
	/* 2.11: of one attempt; what becomes of the message is yet to come. */
	if ((p->esm_class & SMPP_ESM_TYPE) == SMPP_ESM_TYPE_INTERMEDIATE &&
	    delivery_state_final(r.state))
		r.state = STATE_ENROUTE;
	r.reporter = reporter(p, m, a);
	if (!read_error(p, &text, a, &r))
		return ERR_NOMEM;
	if ((r.event_us = read_done(&text.done, m, now_us)) == 0)
		r.event_us = now_us;
	/* What could not be delivered in all its time: he was not there. */
	r.absent = r.state == STATE_EXPIRED ||
		   (r.state != STATE_DELIVERED && smpp_error_absent(p->tlvs));
	if (readable && text.stat.n > 0 &&
	    (r.text = smpp_clean_text(a, text.stat)) == NULL)
		return ERR_NOMEM;
	if (is_ack(p) && !readable && (e = read_reply(p, m, a, &r)) != OK)
		return e;
	*out = r;
	return OK;
}
