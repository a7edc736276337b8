#include "adapters/smpp/smpp_in.h"

#include <stdio.h>
#include <string.h>

#include "adapters/smpp/keep.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/digest.h"
#include "codecs/joined.h"
#include "codecs/timestamp.h"

/* Everything that one reading passes along. */
struct reading {
	const struct smpp_pdu *p;
	const struct manner *m;
	struct arena *a;
	struct udh udh;
	size_t udh_octets;
	bool sar;
	uint16_t ref;
	uint8_t part, of;
};

static uint32_t address_status(enum err e, bool source)
{
	if (e == ERR_NOMEM)
		return ESME_RSYSERR;
	if (e == ERR_RANGE)
		return source ? ESME_RINVSRCTON : ESME_RINVDSTTON;
	return source ? ESME_RINVSRCADR : ESME_RINVDSTADR;
}

/*
 * Text with an @ is somebody at a domain, 5.2.6: without a scheme it is read as
 * a SIP URI. Mail, as mailto: says it, neither sends nor receives by SMPP.
 */
static enum err read_uri(const struct reading *r, const struct address_smpp *in,
			 struct address *out)
{
	struct bytes text = bytes_trim(in->text);
	char *uri = arena_alloc(r->a, text.n + 5);

	if (uri == NULL)
		return ERR_NOMEM;
	if (memchr(text.p, ':', text.n) != NULL)
		return ERR_MALFORMED;
	memcpy(uri, "sip:", 4);
	memcpy(uri + 4, text.p, text.n);
	uri[text.n + 4] = 0;
	return address_parse(bytes_of(uri), &r->m->rules, r->a, out);
}

static uint32_t read_address(const struct reading *r, bool source,
			     const struct smpp_address *in, struct address *out)
{
	struct address_smpp wire = { in->ton, in->npi, in->digits };
	enum err e = numbers_in(&r->m->numbers,
				source ? NUMBER_SENDER : NUMBER_RECIPIENT,
				&wire, &r->m->rules, r->a, out);

	if (e == OK && out->kind == ADDRESS_MAIL)
		e = read_uri(r, &wire, out);
	/* More than 15 digits is the address's fault, not its TON's. */
	if (e == ERR_RANGE && in->ton <= 6)
		e = ERR_MALFORMED;
	if (e != OK)
		return address_status(e, source);
	if (out->kind == ADDRESS_NONE && !source)
		return ESME_RINVDSTADR;
	return ESME_ROK;
}

uint32_t smpp_recipient_in(const struct smpp_address *wire,
			   const struct manner *m, struct arena *a,
			   struct address *out)
{
	struct reading r = { .m = m, .a = a };

	return read_address(&r, false, wire, out);
}

static uint32_t read_recipient(const struct reading *r, struct message *out)
{
	if (r->p->command_id == SMPP_SUBMIT_MULTI)
		return ESME_ROK;
	out->recipients = arena_array(r->a, 1, sizeof *out->recipients);
	if (out->recipients == NULL)
		return ESME_RSYSERR;
	out->n_recipients = 1;
	return read_address(r, false, &r->p->dest, &out->recipients[0].address);
}

static uint32_t read_addresses(const struct reading *r, struct message *out)
{
	uint32_t status;

	if ((status = read_recipient(r, out)))
		return status;
	if ((status = read_address(r, true, &r->p->source, &out->from)))
		return status;
	if (out->from.kind == ADDRESS_NONE)
		out->from = (struct address){ ADDRESS_ANONYMOUS, "" };
	out->asserted = out->from;
	return ESME_ROK;
}

/* 0 stays 0: no time was given. */
static bool read_time(struct bytes text, uint64_t now_us, uint64_t *out)
{
	int64_t t = 0;
	enum err e = timestamp_smpp_decode(text, (int64_t)now_us, &t);

	if (e == OK)
		*out = t > 0 ? (uint64_t)t : 1;
	return e == OK || e == ERR_NOTFOUND;
}

static uint32_t read_times(const struct reading *r, uint64_t now_us,
			   struct message *out)
{
	uint32_t ttl;

	out->received_us = out->submitted_us = now_us;
	if (r->m->server &&
	    !read_time(r->p->schedule_delivery_time, now_us, &out->earliest_us))
		return ESME_RINVSCHED;
	if (r->m->server &&
	    !read_time(r->p->validity_period, now_us, &out->expires_us))
		return ESME_RINVEXPIRY;
	if (smpp_tlv_number(r->p->tlvs, SMPP_TLV_QOS_TIME_TO_LIVE, &ttl) &&
	    ttl > 0)
		out->expires_us = now_us + UINT64_C(1000000) * ttl;
	if (out->expires_us != 0 && out->expires_us <= now_us)
		return ESME_RINVEXPIRY;
	if (out->earliest_us != 0 && out->expires_us != 0 &&
	    out->earliest_us >= out->expires_us)
		return ESME_RINVSCHED;
	return ESME_ROK;
}

/* What we could not hand on: a text that only the SMSC knows, or two. */
static uint32_t check_content(const struct reading *r)
{
	struct bytes payload;

	if (r->m->server && r->p->sm_default_msg_id != 0)
		return ESME_RINVDFTMSGID;
	if (r->p->short_message.n > 0 &&
	    smpp_tlv_find(r->p->tlvs, SMPP_TLV_MESSAGE_PAYLOAD, &payload))
		return ESME_ROPTPARNOTALLWD;
	return ESME_ROK;
}

/* The header of user data, or the SAR parameters, which exclude each other. */
static uint32_t read_joining(struct reading *r)
{
	struct bytes tlvs = r->p->tlvs;
	uint32_t ref, of, part;

	if (r->p->esm_class & SMPP_ESM_UDHI &&
	    udh_decode(smpp_pdu_message(r->p), &r->udh, &r->udh_octets, NULL) !=
		    OK)
		return ESME_RINVMSGLEN;
	if (r->udh.joined) {
		r->ref = r->udh.ref;
		r->part = r->udh.part;
		r->of = r->udh.of;
	}
	if (!smpp_tlv_number(tlvs, SMPP_TLV_SAR_MSG_REF_NUM, &ref) ||
	    !smpp_tlv_number(tlvs, SMPP_TLV_SAR_TOTAL_SEGMENTS, &of) ||
	    !smpp_tlv_number(tlvs, SMPP_TLV_SAR_SEGMENT_SEQNUM, &part))
		return ESME_ROK;
	if (r->udh.joined)
		return ESME_RINVOPTPARAMVAL;
	if (part == 0 || of == 0 || part > of || of > 255)
		return ESME_ROK; /* 3GPP TS 23.040 9.2.3.24.1: a message of its
				    own */
	r->sar = true;
	r->ref = (uint16_t)ref;
	r->part = (uint8_t)part;
	r->of = (uint8_t)of;
	return ESME_ROK;
}

/* To whom; of submit_multi all of them, in few octets. */
static enum err read_dest(const struct reading *r,
			  uint8_t digest[DIGEST_SHA256_OCTETS],
			  struct smpp_address *out)
{
	*out = r->p->dest;
	if (r->p->command_id != SMPP_SUBMIT_MULTI)
		return OK;
	out->digits = (struct bytes){ digest, DIGEST_SHA256_OCTETS };
	return digest_of(DIGEST_SHA256, &r->p->dests, 1, digest);
}

static uint8_t *put_key(uint8_t *to, const struct smpp_address *a)
{
	*to++ = a->ton;
	if (a->digits.n > 0)
		memcpy(to, a->digits.p, a->digits.n);
	to += a->digits.n;
	*to++ = 0;
	return to;
}

/* Same octets for all parts of one text: 3GPP TS 23.040 9.2.3.24.1. */
static enum err read_segment(const struct reading *r, struct segment_note *out)
{
	size_t peer = strlen(r->m->peer) + 1, n;
	uint8_t digest[DIGEST_SHA256_OCTETS], *key, *at;
	struct smpp_address dest;

	if (r->of <= 1)
		return OK;
	if (read_dest(r, digest, &dest) != OK)
		return ERR_NOMEM;
	n = peer + r->p->source.digits.n + dest.digits.n + 8;
	if ((key = arena_alloc(r->a, n)) == NULL)
		return ERR_NOMEM;
	memcpy(key, r->m->peer, peer);
	at = put_key(key + peer, &r->p->source);
	at = put_key(at, &dest);
	*at++ = (uint8_t)(r->ref >> 8);
	*at++ = (uint8_t)r->ref;
	*at++ = r->of;
	*at = r->sar ? 2 : r->udh.wide;
	out->key = (struct bytes){ key, n };
	out->part = r->part;
	out->of = r->of;
	out->timeout_s = r->m->joined_timeout_s;
	return OK;
}

static unsigned port_of(const struct reading *r, bool to)
{
	uint32_t port;

	if (r->udh.ports)
		return to ? r->udh.to_port : r->udh.from_port;
	if (smpp_tlv_number(r->p->tlvs,
			    to ? SMPP_TLV_DESTINATION_PORT
			       : SMPP_TLV_SOURCE_PORT,
			    &port))
		return port;
	return 0;
}

/* That of its coding, or of the parameter that makes it a flash: 5.3.2.1. */
static int8_t class_of(const struct reading *r, const struct segment_content *c)
{
	uint32_t subunit;

	if (c->classed)
		return (int8_t)c->message_class;
	if (smpp_tlv_number(r->p->tlvs, SMPP_TLV_DEST_ADDR_SUBUNIT, &subunit) &&
	    subunit == 1)
		return 0;
	return -1;
}

static uint32_t read_body(const struct reading *r, struct message *out)
{
	struct segment_wire wire = { smpp_pdu_message(r->p), r->p->data_coding,
				     r->p->esm_class & SMPP_ESM_UDHI };
	struct segment_content c = { 0 };
	struct part *part = arena_array(r->a, 1, sizeof *part);
	enum err e;

	if (part == NULL)
		return ESME_RSYSERR;
	e = segment_text(&wire, &r->m->read, r->a, &c, NULL);
	if (e != OK)
		return e == ERR_NOMEM ? ESME_RSYSERR : ESME_RINVMSGLEN;
	part->type = c.text ? JOINED_TEXT
			    : joined_data_type(port_of(r, true),
					       port_of(r, false), r->a);
	if (part->type == NULL)
		return ESME_RSYSERR;
	part->body = c.body;
	if (r->of > 1 && joined_part(&c, r->a, &part->type, &part->body) != OK)
		return ESME_RSYSERR;
	if (c.text && (part->type = joined_port_type(
			       part->type, port_of(r, true), r->a)) == NULL)
		return ESME_RSYSERR;
	if (c.text && r->of <= 1)
		part->type = joined_text_type(part->type);
	if (keep_in(r->p, &c, r->a, out) != OK)
		return ESME_RSYSERR;
	out->sms_class = class_of(r, &c);
	out->parts = part;
	out->n_parts = 1;
	return ESME_ROK;
}

static enum err read_ids(const struct reading *r, struct message *out)
{
	uint32_t ref;
	char text[12];

	if (!smpp_tlv_number(r->p->tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE, &ref))
		return OK;
	snprintf(text, sizeof text, "%u", (unsigned)ref);
	out->ids = arena_array(r->a, 1, sizeof *out->ids);
	if (out->ids == NULL)
		return ERR_NOMEM;
	out->ids[0].kind = ID_SMPP_REFERENCE;
	out->ids[0].value = arena_string(r->a, bytes_of(text));
	out->n_ids = 1;
	return out->ids[0].value == NULL ? ERR_NOMEM : OK;
}

const char *smpp_clean_text(struct arena *a, struct bytes in)
{
	char *text = arena_string(a, in);
	size_t i;

	for (i = 0; text != NULL && i < in.n; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	return text;
}

/* 5.3.2.29: a sender who asks to be told when the recipient is there again. */
static bool sets_dpf(const struct reading *r)
{
	uint32_t dpf;

	return r->m->server &&
	       smpp_tlv_number(r->p->tlvs, SMPP_TLV_SET_DPF, &dpf) && dpf == 1;
}

static uint32_t read_rest(const struct reading *r, struct message *out)
{
	const struct smpp_pdu *p = r->p;

	if (p->priority_flag > 3)
		return ESME_RINVPRTFLG;
	out->priority = smpp_priority_in(p->priority_flag);
	out->want = smpp_registered_in(p->registered_delivery, r->m->server);
	if (sets_dpf(r))
		out->want |= WANT_ALERT;
	if (p->service_type.n > 0 && (out->service_type = smpp_clean_text(
					      r->a, p->service_type)) == NULL)
		return ESME_RSYSERR;
	if (read_ids(r, out) != OK)
		return ESME_RSYSERR;
	return ESME_ROK;
}

uint32_t smpp_message_in(const struct smpp_pdu *p, const struct manner *m,
			 uint64_t now_us, struct arena *a,
			 struct smpp_arrival *out)
{
	struct reading r = { .p = p, .m = m, .a = a };
	uint32_t status;

	message_init(&out->message);
	out->segment = (struct segment_note){ 0 };
	out->message.submitted_us = now_us;
	out->message.origin.technology = TECHNOLOGY_SMS;
	out->message.origin.peer = m->peer;
	out->message.origin.account = m->server ? m->peer : NULL;
	if ((status = read_addresses(&r, &out->message)) ||
	    (status = read_times(&r, now_us, &out->message)) ||
	    (status = check_content(&r)) || (status = read_joining(&r)) ||
	    (status = read_body(&r, &out->message)) ||
	    (status = read_rest(&r, &out->message)))
		return status;
	if (read_segment(&r, &out->segment) != OK)
		return ESME_RSYSERR;
	return ESME_ROK;
}
