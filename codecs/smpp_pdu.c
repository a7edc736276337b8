#include "codecs/smpp_pdu.h"

#include <endian.h>
#include <string.h>

#include "codecs/smpp_layout.h"

#define LENGTH_CLAUSE "SMPP v3.4 5.1.1"

/* The octets not read yet. */
struct span {
	const uint8_t *p, *end;
};

/* A field and the command_status that refuses it; ESME_ROK: all is well. */
struct bad {
	uint32_t status;
	struct fault at; /* offset: in the PDU; encode: 0     */
};

static uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return be32toh(v);
}

static uint8_t *store32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof v);
	return p + sizeof v;
}

/*
 * Index of the first NUL of `p`, or `most`. Strings here are short, so a
 * call of memchr() would cost more than the search: eight octets a step.
 */
static inline size_t nul_at(const uint8_t *p, size_t most)
{
	const uint64_t low = 0x0101010101010101, high = 0x8080808080808080;
	size_t i;

	for (i = 0; most - i >= 8; i += 8) {
		uint64_t v;

		memcpy(&v, p + i, sizeof v);
		v = le64toh(v);
		v = (v - low) & ~v & high;
		if (v != 0)
			return i + (size_t)(__builtin_ctzll(v) >> 3);
	}
	for (; i < most; i++)
		if (p[i] == 0)
			return i;
	return most;
}

static bool is_response(uint32_t command_id)
{
	return (command_id & SMPP_RESP) != 0;
}

uint32_t smpp_response_id(uint32_t command_id)
{
	if (is_response(command_id) || command_id == SMPP_OUTBIND ||
	    command_id == SMPP_ALERT_NOTIFICATION)
		return 0;
	if (smpp_layout(command_id) == NULL)
		return SMPP_GENERIC_NACK;
	return command_id | SMPP_RESP;
}

struct smpp_pdu smpp_refusal_pdu(const struct smpp_refusal *why)
{
	return (struct smpp_pdu){ .command_id = why->answer_id,
				  .command_status = why->command_status,
				  .sequence_number = why->sequence_number };
}

struct bytes smpp_pdu_message(const struct smpp_pdu *p)
{
	struct bytes payload;

	if (smpp_tlv_find(p->tlvs, SMPP_TLV_MESSAGE_PAYLOAD, &payload))
		return payload;
	return p->short_message;
}

/* 4.3.1: a broken header is answered with generic_nack. */
static enum err refuse_frame(struct bytes in, enum err e,
			     struct smpp_refusal *why)
{
	if (why == NULL)
		return e;
	*why = (struct smpp_refusal){
		.at = { "command_length", LENGTH_CLAUSE, 0 },
		.answer_id = SMPP_GENERIC_NACK,
		.command_status = ESME_RINVCMDLEN,
		.framing_lost = true,
	};
	if (in.n >= SMPP_HEADER_OCTETS)
		why->sequence_number = load32(in.p + 12);
	return e;
}

enum err smpp_frame(struct bytes in, size_t limit, struct bytes *pdu,
		    struct smpp_refusal *why)
{
	uint32_t length;

	if (in.n < 4)
		return ERR_MORE;
	length = load32(in.p);
	if (length < SMPP_HEADER_OCTETS)
		return refuse_frame(in, ERR_MALFORMED, why);
	if (length > limit)
		return refuse_frame(in, ERR_TOOBIG, why);
	if (length > in.n)
		return ERR_MORE;
	*pdu = (struct bytes){ in.p, length };
	return OK;
}

/* A string is cut by the end of the PDU, or is longer than allowed. */
static void string_bad(const struct smpp_field *f, const struct span *s,
		       struct bad *bad)
{
	bool cut = (size_t)(s->end - s->p) < f->room;

	bad->status = cut ? ESME_RINVCMDLEN : f->status;
}

static bool read_message(struct span *s, struct smpp_pdu *out)
{
	size_t n;

	if (s->p == s->end)
		return false;
	n = *s->p;
	if (n > (size_t)(s->end - s->p) - 1)
		return false;
	out->short_message = (struct bytes){ s->p + 1, n };
	s->p += 1 + n;
	return true;
}

/* 5.2.24: 1 to 254. */
static void dests_status(unsigned count, struct bad *bad)
{
	if (count < 1 || count > SMPP_DESTINATIONS_MAX)
		bad->status = ESME_RINVNUMDESTS;
}

/* number_of_dests or no_unsuccess, and as many entries. */
static void read_list(const struct smpp_field *f, struct span *s,
		      struct smpp_pdu *out, struct bad *bad)
{
	bool dests = f->kind == SMPP_FIELD_DESTS;
	struct bytes in = { s->p, (size_t)(s->end - s->p) };
	size_t used = 0;
	unsigned count;

	if (in.n == 0) {
		bad->status = ESME_RINVCMDLEN;
		return;
	}
	count = *in.p;
	in = (struct bytes){ in.p + 1, in.n - 1 };
	if (dests)
		dests_status(count, bad);
	if (bad->status != ESME_ROK)
		return;
	bad->status = dests ? smpp_dests_check(in, count, &used, &bad->at)
			    : smpp_failed_check(in, count, &used, &bad->at);
	if (bad->status != ESME_ROK) {
		s->p++;
		return;
	}
	in.n = used;
	*(dests ? &out->dests : &out->failed) = in;
	*(dests ? &out->number_of_dests : &out->no_unsuccess) = (uint8_t)count;
	s->p += 1 + used;
}

/* What stands once in a PDU at most, and so not in the hot loop. */
static void read_rare(const struct smpp_field *f, struct span *s,
		      struct smpp_pdu *out, struct bad *bad)
{
	if (f->kind != SMPP_FIELD_MESSAGE)
		read_list(f, s, out, bad);
	else if (!read_message(s, out))
		bad->status = f->status;
}

/* All fields in order; on error s->p is at the bad one, *bad says which. */
static void read_fields(const struct smpp_field *f, struct span *s,
			struct smpp_pdu *out, struct bad *bad)
{
	for (; f->kind != SMPP_FIELD_END; f++) {
		uint8_t *to = (uint8_t *)out + f->at;
		size_t left = (size_t)(s->end - s->p);
		size_t most = left < f->room ? left : f->room;
		size_t n;

		if (f->kind == SMPP_FIELD_OCTET && left > 0) {
			*to = *s->p++;
			continue;
		}
		if (f->kind == SMPP_FIELD_STRING &&
		    (n = nul_at(s->p, most)) < most) {
			memcpy(to, &(struct bytes){ s->p, n },
			       sizeof(struct bytes));
			s->p += n + 1;
			continue;
		}
		bad->at = (struct fault){ f->name, f->clause, 0 };
		if (f->kind == SMPP_FIELD_OCTET)
			bad->status = ESME_RINVCMDLEN;
		else if (f->kind == SMPP_FIELD_STRING)
			string_bad(f, s, bad);
		else
			read_rare(f, s, out, bad);
		if (bad->status != ESME_ROK)
			return;
	}
}

static void read_tlvs(const struct smpp_layout *l, struct span *s,
		      struct smpp_pdu *out, struct bad *bad)
{
	struct bytes in = { s->p, (size_t)(s->end - s->p) };

	bad->status = smpp_tlvs_check(in, &bad->at);
	if (bad->status == ESME_ROK)
		out->tlvs = in;
	else if (l->fields->kind == SMPP_FIELD_END)
		bad->status = ESME_RINVCMDLEN;
}

static bool may_be_bare(const struct smpp_layout *l, uint32_t status)
{
	return l->bare == SMPP_BARE_ALWAYS ||
	       (l->bare == SMPP_BARE_ERROR && status != ESME_ROK);
}

static void read_body(const struct smpp_layout *l, struct span *s,
		      struct smpp_pdu *out, struct bad *bad)
{
	if (s->p == s->end && may_be_bare(l, out->command_status))
		return;
	read_fields(l->fields, s, out, bad);
	if (bad->status == ESME_ROK && s->p != s->end)
		read_tlvs(l, s, out, bad);
}

/* Out of line: a good PDU never comes here. */
static enum err refuse_body(const struct smpp_pdu *p, enum err e,
			    const struct bad *bad, struct smpp_refusal *why)
{
	if (why == NULL)
		return e;
	*why = (struct smpp_refusal){
		.at = bad->at,
		.answer_id = smpp_response_id(p->command_id),
		.command_status = bad->status,
		.sequence_number = p->sequence_number,
	};
	return e;
}

enum err smpp_pdu_decode(struct bytes in, struct smpp_pdu *out,
			 struct smpp_refusal *why)
{
	const struct smpp_layout *l;
	struct bad bad = { ESME_ROK, { NULL, NULL, 0 } };
	struct span s;

	if (in.n < SMPP_HEADER_OCTETS)
		return refuse_frame(in, ERR_MALFORMED, why);
	*out = (struct smpp_pdu){ 0 };
	out->command_id = load32(in.p + 4);
	out->command_status = load32(in.p + 8);
	out->sequence_number = load32(in.p + 12);
	if (load32(in.p) != in.n)
		return refuse_frame(in, ERR_MALFORMED, why);
	l = smpp_layout(out->command_id);
	if (l == NULL) {
		bad = (struct bad){ ESME_RINVCMDID,
				    { "command_id", "SMPP v3.4 5.1.2", 4 } };
		return refuse_body(out, ERR_UNSUPPORTED, &bad, why);
	}
	s = (struct span){ in.p + SMPP_HEADER_OCTETS, in.p + in.n };
	read_body(l, &s, out, &bad);
	if (bad.status == ESME_ROK)
		return OK;
	bad.at.offset += (size_t)(s.p - in.p);
	return refuse_body(out, ERR_MALFORMED, &bad, why);
}

/* True: the octets of list `f` are what its writers make. */
static bool list_good(const struct smpp_field *f, const struct smpp_pdu *p,
		      struct bytes *list, struct bad *bad)
{
	size_t used = 0;

	if (f->kind == SMPP_FIELD_FAILED) {
		*list = p->failed;
		bad->status = smpp_failed_check(*list, p->no_unsuccess, &used,
						&bad->at);
		return bad->status == ESME_ROK && used == list->n;
	}
	*list = p->dests;
	dests_status(p->number_of_dests, bad);
	if (bad->status == ESME_ROK)
		bad->status = smpp_dests_check(*list, p->number_of_dests, &used,
					       &bad->at);
	return bad->status == ESME_ROK && used == list->n;
}

static enum err bad_field(const struct smpp_field *f, enum err e,
			  struct fault *why)
{
	return fault_set(why, e, f->name, f->clause, 0);
}

/* Adds the octets of field `f` to *n. */
static enum err measure_field(const struct smpp_field *f,
			      const struct smpp_pdu *p, size_t *n,
			      struct fault *why)
{
	struct bad bad = { ESME_ROK, { f->name, f->clause, 0 } };
	struct bytes v;

	if (f->kind == SMPP_FIELD_OCTET) {
		*n += 1;
		return OK;
	}
	if (f->kind == SMPP_FIELD_DESTS || f->kind == SMPP_FIELD_FAILED) {
		if (!list_good(f, p, &v, &bad))
			return fault_set(why, ERR_MALFORMED, bad.at.field,
					 bad.at.clause, bad.at.offset);
		*n += 1 + v.n;
		return OK;
	}
	memcpy(&v, (const uint8_t *)p + f->at, sizeof v);
	*n += 1 + v.n;
	if (f->kind == SMPP_FIELD_MESSAGE)
		return v.n <= SMPP_SHORT_MESSAGE_MAX
			       ? OK
			       : bad_field(f, ERR_RANGE, why);
	if (v.n >= f->room || nul_at(v.p, v.n) < v.n)
		return bad_field(f, ERR_RANGE, why);
	return OK;
}

/* Nothing but a header to say, and 4.1.2, 4.4.2 ... want it without body. */
static bool goes_bare(const struct smpp_layout *l, const struct smpp_pdu *p)
{
	size_t strings = p->system_id.n + p->message_id.n + p->final_date.n;

	return l->terse && p->command_status != ESME_ROK && strings == 0 &&
	       p->tlvs.n == 0 && p->no_unsuccess == 0 &&
	       p->message_state == 0 && p->error_code == 0;
}

static enum err measure(const struct smpp_layout *l, const struct smpp_pdu *p,
			size_t *n, struct fault *why)
{
	const struct smpp_field *f;
	struct fault at;
	enum err e;

	*n = SMPP_HEADER_OCTETS;
	if (goes_bare(l, p))
		return OK;
	for (f = l->fields; f->kind != SMPP_FIELD_END; f++)
		if ((e = measure_field(f, p, n, why)) != OK)
			return e;
	*n += p->tlvs.n;
	if (p->tlvs.n > 0 && smpp_tlvs_check(p->tlvs, &at) != ESME_ROK)
		return fault_set(why, ERR_MALFORMED, at.field, at.clause,
				 at.offset);
	return OK;
}

static uint8_t *put(uint8_t *to, struct bytes v)
{
	if (v.n > 0)
		memcpy(to, v.p, v.n);
	return to + v.n;
}

static uint8_t *write_field(uint8_t *to, const struct smpp_field *f,
			    const struct smpp_pdu *p)
{
	const uint8_t *from = (const uint8_t *)p + f->at;
	struct bytes v;

	if (f->kind == SMPP_FIELD_OCTET) {
		*to = *from;
		return to + 1;
	}
	memcpy(&v, from, sizeof v);
	if (f->kind == SMPP_FIELD_STRING) {
		to = put(to, v);
		*to = 0;
		return to + 1;
	}
	*to = (uint8_t)v.n;
	if (f->kind == SMPP_FIELD_DESTS)
		*to = p->number_of_dests;
	else if (f->kind == SMPP_FIELD_FAILED)
		*to = p->no_unsuccess;
	return put(to + 1, v);
}

enum err smpp_pdu_encode(const struct smpp_pdu *p, struct buf *to,
			 struct fault *why)
{
	const struct smpp_layout *l = smpp_layout(p->command_id);
	const struct smpp_field *f;
	uint8_t *at;
	enum err e;
	size_t n;

	if (l == NULL)
		return fault_set(why, ERR_UNSUPPORTED, "command_id",
				 "SMPP v3.4 5.1.2", 0);
	if ((e = measure(l, p, &n, why)) != OK)
		return e;
	at = buf_room(to, n);
	if (at == NULL)
		return fault_set(why, to->bad, "command_length", LENGTH_CLAUSE,
				 0);
	at = store32(at, (uint32_t)n);
	at = store32(at, p->command_id);
	at = store32(at, p->command_status);
	at = store32(at, p->sequence_number);
	if (n == SMPP_HEADER_OCTETS)
		return OK;
	for (f = l->fields; f->kind != SMPP_FIELD_END; f++)
		at = write_field(at, f, p);
	put(at, p->tlvs);
	return OK;
}
