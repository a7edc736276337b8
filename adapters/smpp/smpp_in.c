#include "adapters/smpp/smpp_in.h"

#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_map.h"
#include "codecs/timestamp.h"

#define EXTRAS_MAX    16
#define TLV_VENDOR    0x1400 /* to 0x3FFF: 5.3.2                          */
#define TLV_RESERVED  0x4000
#define PORT_WAP_PUSH 2948
#define PORT_VCARD    9204
#define PORT_CALENDAR 9205

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

static uint32_t read_address(const struct reading *r, bool source,
			     struct address *out)
{
	const struct smpp_address *in = source ? &r->p->source : &r->p->dest;
	struct address_smpp wire = { in->ton, in->npi, in->digits };
	enum err e = address_from_smpp(&wire, &r->m->rules, r->a, out);

	/* More than 15 digits is the address's fault, not its TON's. */
	if (e == ERR_RANGE && in->ton <= 6)
		e = ERR_MALFORMED;
	if (e != OK)
		return address_status(e, source);
	if (out->kind == ADDRESS_NONE && !source)
		return ESME_RINVDSTADR;
	return ESME_ROK;
}

static uint32_t read_addresses(const struct reading *r, struct message *out)
{
	uint32_t status;

	out->recipients = arena_array(r->a, 1, sizeof *out->recipients);
	if (out->recipients == NULL)
		return ESME_RSYSERR;
	out->n_recipients = 1;
	if ((status = read_address(r, false, &out->recipients[0].address)))
		return status;
	if ((status = read_address(r, true, &out->from)))
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
		return ESME_ROK; /* 3GPP TS 23.040 9.2.3.24.1: a message of its own */
	r->sar = true;
	r->ref = (uint16_t)ref;
	r->part = (uint8_t)part;
	r->of = (uint8_t)of;
	return ESME_ROK;
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
	size_t peer = strlen(r->m->peer) + 1;
	size_t n = peer + r->p->source.digits.n + r->p->dest.digits.n + 8;
	uint8_t *key, *at;

	if (r->of <= 1)
		return OK;
	if ((key = arena_alloc(r->a, n)) == NULL)
		return ERR_NOMEM;
	memcpy(key, r->m->peer, peer);
	at = put_key(key + peer, &r->p->source);
	at = put_key(at, &r->p->dest);
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

static unsigned port_of(const struct reading *r)
{
	uint32_t port;

	if (r->udh.ports)
		return r->udh.to_port;
	if (smpp_tlv_number(r->p->tlvs, SMPP_TLV_DESTINATION_PORT, &port))
		return port;
	return 0;
}

/* 3GPP TS 23.040 9.2.3.24.3. NULL: no memory. */
static const char *data_type(const struct reading *r, unsigned port)
{
	char text[64];

	if (port == 0)
		return "application/octet-stream";
	if (port == PORT_VCARD)
		return "text/x-vcard";
	if (port == PORT_CALENDAR)
		return "text/calendar";
	snprintf(text, sizeof text, "application/octet-stream;x-port=%u", port);
	return arena_string(r->a, bytes_of(text));
}

/* Its text stays as it came, lest a pair of surrogates is torn. */
static void read_ucs2_part(const struct reading *r, struct part *out)
{
	out->type = "text/plain;charset=utf-16be";
	out->body = bytes_after(smpp_pdu_message(r->p), r->udh_octets);
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
	part->type =
		c.text ? "text/plain;charset=UTF-8" : data_type(r, port_of(r));
	if (part->type == NULL)
		return ESME_RSYSERR;
	part->body = c.body;
	if (r->of > 1 && c.text &&
	    smpp_coding_is_ucs2(r->p->data_coding, r->m->read.gsm_dcs))
		read_ucs2_part(r, part);
	if (c.classed)
		out->sms_class = (int8_t)c.message_class;
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

/* Octets of a peer as a string that anybody may print. NULL: no memory. */
static const char *clean_string(struct arena *a, struct bytes in)
{
	char *text = arena_string(a, in);
	size_t i;

	for (i = 0; text != NULL && i < in.n; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	return text;
}

static enum err add_extra(const struct reading *r, struct message *out,
			  const char *name, struct bytes value)
{
	if (out->n_extras == EXTRAS_MAX)
		return OK;
	if (out->extras == NULL) {
		out->extras =
			arena_array(r->a, EXTRAS_MAX, sizeof *out->extras);
		if (out->extras == NULL)
			return ERR_NOMEM;
	}
	name = arena_string(r->a, bytes_of(name));
	if (name == NULL)
		return ERR_NOMEM;
	out->extras[out->n_extras++] = (struct extra){ name, value };
	return OK;
}

/* Of all that data_coding may say: the alphabet. 5.2.19, TS 23.038 4. */
static const char *coding_of(const struct reading *r)
{
	uint8_t coding = r->p->data_coding;

	if (smpp_coding_is_ucs2(coding, r->m->read.gsm_dcs))
		return "8";
	if (coding == 1)
		return "1";
	if (coding == 3)
		return "3";
	return coding == 2 || coding == 4 || (coding & 0xF4) == 0xF4 ? "4"
								      : NULL;
}

/* What only SMPP knows and another SMPP peer gets back unchanged. */
static enum err read_extras(const struct reading *r, struct message *out)
{
	struct bytes rest = r->p->tlvs;
	const char *coding = coding_of(r);
	struct smpp_tlv tlv;
	char name[24];
	enum err e;

	if (r->m->server && coding != NULL &&
	    (e = add_extra(r, out, SMPP_EXTRA_CODING, bytes_of(coding))) != OK)
		return e;

	if (r->p->protocol_id != 0 &&
	    (e = add_extra(r, out, "smpp.protocol_id",
			   (struct bytes){ &r->p->protocol_id, 1 })) != OK)
		return e;
	if (r->udh.other.n > 0 &&
	    (e = add_extra(r, out, "smpp.udh", r->udh.other)) != OK)
		return e;
	while (smpp_tlv_next(&rest, &tlv)) {
		if (tlv.tag < TLV_VENDOR || tlv.tag >= TLV_RESERVED)
			continue;
		snprintf(name, sizeof name, "smpp.tlv.%04x", tlv.tag);
		if ((e = add_extra(r, out, name, tlv.value)) != OK)
			return e;
	}
	return OK;
}

static uint32_t read_rest(const struct reading *r, struct message *out)
{
	const struct smpp_pdu *p = r->p;

	if (p->priority_flag > 3)
		return ESME_RINVPRTFLG;
	out->priority = smpp_priority_in(p->priority_flag);
	out->want = smpp_registered_in(p->registered_delivery, r->m->server);
	if (p->service_type.n > 0 &&
	    (out->service_type = clean_string(r->a, p->service_type)) == NULL)
		return ESME_RSYSERR;
	if (read_ids(r, out) != OK || read_extras(r, out) != OK)
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
	    (status = read_joining(&r)) ||
	    (status = read_body(&r, &out->message)) ||
	    (status = read_rest(&r, &out->message)))
		return status;
	if (read_segment(&r, &out->segment) != OK)
		return ESME_RSYSERR;
	return ESME_ROK;
}
