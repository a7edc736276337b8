#include "codecs/smpp_tlv.h"

#include <string.h>

#include "codecs/smpp_names.h"
#include "codecs/smpp_pdu.h"

#define TLV_HEADER   4
#define ADDRESS_ROOM 21 /* destination_addr, dl_name; with NUL */

enum { FLAG_SME = 1, FLAG_LIST = 2 }; /* 5.2.25 */

static uint32_t number(struct bytes b)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < b.n; i++)
		v = v << 8 | b.p[i];
	return v;
}

/* The TLV at the front of `in`, or false when it is cut short. */
static bool tlv_at(struct bytes in, struct smpp_tlv *out)
{
	size_t length;

	if (in.n < TLV_HEADER)
		return false;
	length = (size_t)in.p[2] << 8 | in.p[3];
	if (length > in.n - TLV_HEADER)
		return false;
	out->tag = (uint16_t)(in.p[0] << 8 | in.p[1]);
	out->value = (struct bytes){ in.p + TLV_HEADER, length };
	return true;
}

bool smpp_tlv_next(struct bytes *rest, struct smpp_tlv *out)
{
	if (!tlv_at(*rest, out))
		return false;
	*rest = bytes_after(*rest, TLV_HEADER + out->value.n);
	return true;
}

bool smpp_tlv_find(struct bytes tlvs, uint16_t tag, struct bytes *value)
{
	struct smpp_tlv t;

	while (smpp_tlv_next(&tlvs, &t)) {
		if (t.tag != tag)
			continue;
		*value = t.value;
		return true;
	}
	return false;
}

bool smpp_tlv_number(struct bytes tlvs, uint16_t tag, uint32_t *value)
{
	struct bytes b;

	if (!smpp_tlv_find(tlvs, tag, &b))
		return false;
	if (b.n != 1 && b.n != 2 && b.n != 4)
		return false;
	*value = number(b);
	return true;
}

bool smpp_tlv_text(struct bytes tlvs, uint16_t tag, struct bytes *value)
{
	if (!smpp_tlv_find(tlvs, tag, value))
		return false;
	value->n = bytes_find(*value, 0);
	return true;
}

static void tlv_header(struct buf *to, uint16_t tag, size_t length)
{
	if (length > UINT16_MAX) {
		to->bad = to->bad == OK ? ERR_TOOBIG : to->bad;
		return;
	}
	buf_u16(to, tag);
	buf_u16(to, (uint16_t)length);
}

void smpp_tlv_put(struct buf *to, uint16_t tag, struct bytes value)
{
	tlv_header(to, tag, value.n);
	buf_put(to, value);
}

void smpp_tlv_put_number(struct buf *to, uint16_t tag, uint32_t value,
			 size_t octets)
{
	tlv_header(to, tag, octets);
	while (octets-- > 0)
		buf_u8(to, (uint8_t)(value >> 8 * octets));
}

void smpp_tlv_put_text(struct buf *to, uint16_t tag, struct bytes text)
{
	tlv_header(to, tag, text.n + 1);
	buf_put(to, text);
	buf_u8(to, 0);
}

static uint32_t refuse(struct fault *why, uint32_t status, const char *field,
		       const char *clause, size_t offset)
{
	*why = (struct fault){ field, clause, offset };
	return status;
}

uint32_t smpp_tlvs_check(struct bytes in, struct fault *why)
{
	struct bytes rest = in;
	struct smpp_tlv t;

	while (rest.n > 0) {
		const struct smpp_tag_row *row;
		size_t at = in.n - rest.n;

		if (!smpp_tlv_next(&rest, &t))
			return refuse(why, ESME_RINVOPTPARSTREAM,
				      "optional parameters",
				      "SMPP v3.4 3.2.4.1", at);
		row = smpp_tag_row(t.tag);
		if (row != NULL &&
		    (t.value.n < row->min || t.value.n > row->max))
			return refuse(why, ESME_RINVPARLEN, row->name,
				      row->clause, at);
	}
	return ESME_ROK;
}

/*
 * A C-octet string of at most ADDRESS_ROOM octets at the front of *rest.
 * False: no NUL in them; *cut then says whether the input ended first.
 */
static bool take_string(struct bytes *rest, struct bytes *out, bool *cut)
{
	size_t most = rest->n < ADDRESS_ROOM ? rest->n : ADDRESS_ROOM;
	struct bytes room = { rest->p, most };
	size_t n = bytes_find(room, 0);

	*cut = rest->n < ADDRESS_ROOM;
	if (n == most)
		return false;
	*out = (struct bytes){ rest->p, n };
	*rest = bytes_after(*rest, n + 1);
	return true;
}

static bool take_sme(struct bytes *rest, struct smpp_address *out, bool *cut)
{
	*cut = rest->n < 2;
	if (*cut)
		return false;
	out->ton = rest->p[0];
	out->npi = rest->p[1];
	*rest = bytes_after(*rest, 2);
	return take_string(rest, &out->digits, cut);
}

/* 0 and the destination taken off *rest, or the command_status. */
static uint32_t take_dest(struct bytes *rest, struct smpp_dest *out,
			  struct fault *why)
{
	bool cut = rest->n == 0;
	uint8_t flag = cut ? FLAG_SME : rest->p[0];

	*out = (struct smpp_dest){ .is_list = flag == FLAG_LIST };
	if (flag != FLAG_SME && flag != FLAG_LIST)
		return refuse(why, ESME_RINVDESTFLAG, "dest_flag",
			      "SMPP v3.4 5.2.25", 0);
	*rest = bytes_after(*rest, 1);
	if (flag == FLAG_LIST && take_string(rest, &out->list, &cut))
		return ESME_ROK;
	if (flag == FLAG_SME && !cut && take_sme(rest, &out->sme, &cut))
		return ESME_ROK;
	if (cut)
		return refuse(why, ESME_RINVCMDLEN, "dest_address(es)",
			      "SMPP v3.4 4.5.1.1", 0);
	if (flag == FLAG_LIST)
		return refuse(why, ESME_RINVDLNAME, "dl_name",
			      "SMPP v3.4 5.2.27", 0);
	return refuse(why, ESME_RINVDSTADR, "destination_addr",
		      "SMPP v3.4 5.2.9", 0);
}

static uint32_t take_failed(struct bytes *rest, struct smpp_failed *out,
			    struct fault *why)
{
	bool cut;

	*out = (struct smpp_failed){ 0 };
	if (take_sme(rest, &out->sme, &cut) && rest->n >= 4) {
		out->error_status_code = number((struct bytes){ rest->p, 4 });
		*rest = bytes_after(*rest, 4);
		return ESME_ROK;
	}
	return refuse(why, ESME_RINVCMDLEN, "unsuccess_sme",
		      "SMPP v3.4 4.5.2.1", 0);
}

uint32_t smpp_dests_check(struct bytes in, unsigned count, size_t *used,
			  struct fault *why)
{
	struct bytes rest = in;
	struct smpp_dest d;

	while (count-- > 0) {
		size_t at = in.n - rest.n;
		uint32_t status = take_dest(&rest, &d, why);

		if (status == ESME_ROK)
			continue;
		why->offset = at;
		return status;
	}
	*used = in.n - rest.n;
	return ESME_ROK;
}

uint32_t smpp_failed_check(struct bytes in, unsigned count, size_t *used,
			   struct fault *why)
{
	struct bytes rest = in;
	struct smpp_failed f;

	while (count-- > 0) {
		size_t at = in.n - rest.n;
		uint32_t status = take_failed(&rest, &f, why);

		if (status == ESME_ROK)
			continue;
		why->offset = at;
		return status;
	}
	*used = in.n - rest.n;
	return ESME_ROK;
}

bool smpp_dest_next(struct bytes *rest, struct smpp_dest *out)
{
	struct bytes after = *rest;
	struct fault why;

	if (rest->n == 0 || take_dest(&after, out, &why) != ESME_ROK)
		return false;
	*rest = after;
	return true;
}

bool smpp_failed_next(struct bytes *rest, struct smpp_failed *out)
{
	struct bytes after = *rest;
	struct fault why;

	if (rest->n == 0 || take_failed(&after, out, &why) != ESME_ROK)
		return false;
	*rest = after;
	return true;
}

static void put_sme(struct buf *to, const struct smpp_address *a)
{
	buf_u8(to, a->ton);
	buf_u8(to, a->npi);
	buf_put(to, a->digits);
	buf_u8(to, 0);
}

void smpp_dest_put(struct buf *to, const struct smpp_dest *d)
{
	buf_u8(to, d->is_list ? FLAG_LIST : FLAG_SME);
	if (!d->is_list) {
		put_sme(to, &d->sme);
		return;
	}
	buf_put(to, d->list);
	buf_u8(to, 0);
}

void smpp_failed_put(struct buf *to, const struct smpp_failed *f)
{
	put_sme(to, &f->sme);
	buf_u32(to, f->error_status_code);
}
