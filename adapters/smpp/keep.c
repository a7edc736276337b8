#include "adapters/smpp/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/short.h"
#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/smpp_names.h"

#define PRIORITY_FLAG "smpp.priority_flag"
#define ESM_CLASS     "smpp.esm_class" /* mode and reply path             */
#define REPLACE	      "smpp.replace_if_present_flag"
#define DATA_CODING   "smpp.data_coding"
#define REGISTERED    "smpp.registered_delivery" /* with bits 3-2       */
#define TLV	      "smpp.tlv."  /* and four hex digits                  */
#define LOST	      "smpp.lost"  /* what had no room in here             */

/* Message waiting groups, 3GPP TS 23.038 4. */
#define WAITING_DISCARD 0xC0
#define WAITING_STORE	0xD0
#define WAITING_UCS2	0xE0

/* -- in ------------------------------------------------------------------- */

static enum err add(struct arena *a, struct message *out, const char *name,
		    struct bytes value)
{
	if (out->n_extras == KEEP_MAX)
		return OK;
	if (out->n_extras == KEEP_MAX - 1) {
		name = LOST;
		value = bytes_of("optional_parameters");
	}
	if (out->extras == NULL)
		out->extras = arena_array(a, KEEP_MAX, sizeof *out->extras);
	if (out->extras == NULL ||
	    (name = arena_string(a, bytes_of(name))) == NULL)
		return ERR_NOMEM;
	out->extras[out->n_extras++] = (struct extra){ name, value };
	return OK;
}

static enum err add_octet(struct arena *a, struct message *out,
			  const char *name, uint8_t value)
{
	uint8_t *octet;

	if (value == 0)
		return OK;
	if ((octet = arena_alloc(a, 1)) == NULL)
		return ERR_NOMEM;
	*octet = value;
	return add(a, out, name, (struct bytes){ octet, 1 });
}

static enum err add_header(const struct udh *h, struct arena *a,
			   struct message *out)
{
	struct extra extras[SHORT_HEADER_EXTRAS];
	enum err e;
	size_t n, i;

	e = short_header_extras(h, a, extras, &n);
	for (i = 0; i < n && e == OK; i++)
		e = add(a, out, extras[i].name, extras[i].value);
	return e;
}

/* Does its coding say nothing but what the content and its class say? */
static bool coding_is_told(uint8_t coding, const struct segment_content *c)
{
	if (c->text)
		return !c->waiting;
	if (coding >= 0xF0 || coding == 0x02 || coding == 0x04)
		return true;
	return c->classed && (coding & 0x20) == 0; /* not compressed */
}

/* Of all that data_coding may say: the alphabet; 0 is not noted. */
static uint8_t alphabet_of(uint8_t coding)
{
	static const uint8_t general[] = { 0, 4, 8, 0 };

	if (coding <= 0x0E)
		return coding == 2 ? 4 : coding;
	if (coding < 0x80)	/* TS 23.038 4: general groups */
		return general[coding >> 2 & 3];
	if (coding >= 0xF0)
		return (coding & 4) != 0 ? 4 : 0;
	return coding >= WAITING_UCS2 ? 8 : 0;
}

static enum err add_alphabet(uint8_t coding, struct arena *a,
			     struct message *out)
{
	char text[4];
	char *own;

	if (alphabet_of(coding) == 0)
		return OK;
	snprintf(text, sizeof text, "%u", alphabet_of(coding));
	if ((own = arena_string(a, bytes_of(text))) == NULL)
		return ERR_NOMEM;
	return add(a, out, SMPP_EXTRA_CODING, bytes_of(own));
}

/* Those that struct message or struct segment_note have a place for. */
static bool tlv_is_told(uint16_t tag)
{
	switch (tag) {
	case SMPP_TLV_MESSAGE_PAYLOAD:
	case SMPP_TLV_MORE_MESSAGES_TO_SEND:
	case SMPP_TLV_QOS_TIME_TO_LIVE:
	case SMPP_TLV_SAR_MSG_REF_NUM:
	case SMPP_TLV_SAR_SEGMENT_SEQNUM:
	case SMPP_TLV_SAR_TOTAL_SEGMENTS:
	case SMPP_TLV_USER_MESSAGE_REFERENCE:
		return true;
	default:
		return false;
	}
}

static enum err add_tlvs(struct bytes rest, struct arena *a,
			 struct message *out)
{
	struct smpp_tlv tlv;
	char name[16];
	enum err e = OK;

	while (e == OK && smpp_tlv_next(&rest, &tlv)) {
		if (tlv_is_told(tlv.tag))
			continue;
		snprintf(name, sizeof name, TLV "%04x", tlv.tag);
		e = add(a, out, name, tlv.value);
	}
	return e;
}

enum err keep_in(const struct smpp_pdu *p, const struct segment_content *c,
		 struct arena *a, struct message *out)
{
	uint8_t esm = p->esm_class & (SMPP_ESM_MODE | SMPP_ESM_REPLY_PATH);
	uint8_t coding = p->data_coding;
	enum err e;

	if ((e = add_octet(a, out, SHORT_PROTOCOL, p->protocol_id)) != OK ||
	    (e = add_octet(a, out, ESM_CLASS, esm)) != OK ||
	    (e = add_octet(a, out, REPLACE, p->replace_if_present_flag)) != OK)
		return e;
	if (p->priority_flag > 1 &&
	    (e = add_octet(a, out, PRIORITY_FLAG, p->priority_flag)) != OK)
		return e;
	if (p->registered_delivery & SMPP_REGISTERED_DELIVERY_ACK &&
	    (e = add_octet(a, out, REGISTERED, p->registered_delivery)) != OK)
		return e;
	if ((e = add_alphabet(coding, a, out)) != OK)
		return e;
	if (!coding_is_told(coding, c) &&
	    (e = add_octet(a, out, DATA_CODING, coding)) != OK)
		return e;
	if ((e = add_header(&c->header, a, out)) != OK)
		return e;
	return add_tlvs(p->tlvs, a, out);
}

/* -- out ------------------------------------------------------------------ */

/* 0: it is not there. */
static uint8_t octet(const struct message *m, const char *name)
{
	struct bytes v = message_extra(m, name);

	return v.n == 1 ? v.p[0] : 0;
}

uint8_t keep_registered(const struct message *m)
{
	return octet(m, REGISTERED);
}

/* The tag of a parameter that was kept; 0: it is another extra. */
static uint16_t tag_of(const struct extra *x)
{
	size_t n = strlen(TLV);

	if (strncmp(x->name, TLV, n) != 0 || strlen(x->name) != n + 4)
		return 0;
	return (uint16_t)strtoul(x->name + n, NULL, 16);
}

static bool goes(const struct departure *d, uint16_t tag)
{
	return tag != 0 && !(d->progress->without & SMPP_WITHOUT_TLVS) &&
	       smpp_tlv_goes(tag, smpp_depart_command(d->manner));
}

static void name_lost(struct departure *d)
{
	const struct message *m = &d->leg->message;
	const struct smpp_tag_row *row;
	char tag[16];
	size_t i;

	for (i = 0; i < m->n_extras; i++) {
		const struct extra *x = &m->extras[i];
		uint16_t t = tag_of(x);

		if (strcmp(x->name, LOST) == 0)
			smpp_lost(d, "optional_parameters");
		if (t == 0 || goes(d, t))
			continue;
		row = smpp_tag_row(t);
		snprintf(tag, sizeof tag, "tlv-%04x", t);
		smpp_lost(d, row != NULL ? row->name : tag);
	}
}

static void esm_class(struct departure *d, struct smpp_pdu *p)
{
	uint8_t kept = octet(&d->leg->message, ESM_CLASS);

	p->esm_class |= kept & SMPP_ESM_REPLY_PATH;
	if (d->manner->server || (kept & SMPP_ESM_MODE) == 0)
		return; /* 5.2.12: only towards an SMSC */
	if ((p->esm_class & SMPP_ESM_MODE) == SMPP_ESM_MODE_DEFAULT)
		p->esm_class |= kept & SMPP_ESM_MODE;
	else if ((p->esm_class ^ kept) & SMPP_ESM_MODE)
		smpp_lost(d, "esm_class"); /* the link says another one */
}

void keep_out(struct departure *d, struct smpp_pdu *p)
{
	const struct message *m = &d->leg->message;
	uint8_t replace = octet(m, REPLACE);

	if (m->n_extras == 0)
		return;
	p->protocol_id = octet(m, SHORT_PROTOCOL);
	if (p->priority_flag == 1 && octet(m, PRIORITY_FLAG) != 0)
		p->priority_flag = octet(m, PRIORITY_FLAG);
	esm_class(d, p);
	if (!d->manner->server)
		p->replace_if_present_flag = replace;
	else if (replace != 0)
		smpp_lost(d, "replace_if_present_flag");
	name_lost(d);
}

/* The same indication for a text in that alphabet; 0: there is none. */
static uint8_t waiting_coding(uint8_t kept, enum segment_alphabet alphabet)
{
	uint8_t kind = kept & 0x0F;

	if (alphabet == SEGMENT_UCS2)
		return WAITING_UCS2 | kind;
	if (alphabet != SEGMENT_GSM7)
		return 0;
	return (kept < WAITING_STORE ? WAITING_DISCARD : WAITING_STORE) | kind;
}

void keep_coding(struct departure *d, struct segment_plan *plan)
{
	uint8_t kept = octet(&d->leg->message, DATA_CODING);
	uint8_t coding = kept;

	if (kept == 0)
		return;
	if (d->progress->without & SMPP_AS_UCS2)
		coding = 0;
	else if (kept >= WAITING_DISCARD && kept < 0xF0)
		coding = waiting_coding(kept, plan->alphabet);
	else if (plan->alphabet != SEGMENT_DATA)
		coding = 0;
	if (coding != 0)
		plan->data_coding = coding;
	else
		smpp_lost(d, "data_coding");
}

bool keep_has(const struct departure *d, uint16_t tag)
{
	const struct message *m = &d->leg->message;
	size_t i;

	for (i = 0; i < m->n_extras; i++)
		if (tag_of(&m->extras[i]) == tag && goes(d, tag))
			return true;
	return false;
}

void keep_tlvs(const struct departure *d, struct buf *to)
{
	const struct message *m = &d->leg->message;
	size_t i;

	for (i = 0; i < m->n_extras; i++)
		if (goes(d, tag_of(&m->extras[i])))
			smpp_tlv_put(to, tag_of(&m->extras[i]),
				     m->extras[i].value);
}
