#include "codecs/smpp_tag_set.h"

#include "codecs/smpp_names.h"
#include "codecs/smpp_tlv.h"

#define SHOWN_MAX 40 /* octets of an item that a complaint repeats */

static bool separates(uint8_t c)
{
	return c == ' ' || c == '\t' || c == ';';
}

static bool next_item(struct bytes *left, struct bytes *item)
{
	size_t n = 0;

	while (left->n > 0 && separates(left->p[0]))
		*left = bytes_after(*left, 1);
	while (n < left->n && !separates(left->p[n]))
		n++;
	*item = (struct bytes){ left->p, n };
	*left = bytes_after(*left, n);
	return n > 0;
}

static enum err complain(struct buf *complaint, struct bytes item,
			 const char *why)
{
	size_t n = item.n < SHOWN_MAX ? item.n : SHOWN_MAX;

	if (complaint != NULL)
		buf_printf(complaint, "%.*s%s %s", (int)n,
			   (const char *)item.p, n < item.n ? "..." : "", why);
	return ERR_RANGE;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "0x1401" */
static bool read_number(struct bytes text, uint16_t *out)
{
	unsigned n = 0;
	size_t i;

	if (text.n < 3 || text.n > 6 || text.p[0] != '0' ||
	    (text.p[1] != 'x' && text.p[1] != 'X'))
		return false;
	for (i = 2; i < text.n; i++) {
		if (digit(text.p[i]) < 0)
			return false;
		n = n << 4 | (unsigned)digit(text.p[i]);
	}
	*out = (uint16_t)n;
	return n > 0;
}

static bool read_tag(struct bytes text, uint16_t *out)
{
	const struct smpp_tag_row *r;

	if (read_number(text, out))
		return true;
	for (r = smpp_tags(); r->name != NULL; r++)
		if (bytes_is_nocase(text, r->name)) {
			*out = r->tag;
			return true;
		}
	return false;
}

static enum err read_range(struct bytes item, struct smpp_tag_set *s,
			   struct buf *complaint)
{
	size_t dash = bytes_find(item, '-');
	uint16_t first, last;
	bool good = read_tag((struct bytes){ item.p, dash }, &first);

	last = first;
	if (good && dash < item.n)
		good = read_tag(bytes_after(item, dash + 1), &last);
	if (!good)
		return complain(complaint, item,
				"is no optional parameter: neither a name nor "
				"0x1 to 0xFFFF");
	if (first > last)
		return complain(complaint, item, "ends before it begins");
	if (s->n == SMPP_TAG_RANGES)
		return complain(complaint, item, "is one too many: 32 at most");
	s->ranges[s->n].first = first;
	s->ranges[s->n++].last = last;
	return OK;
}

enum err smpp_tag_set_read(struct bytes text, struct smpp_tag_set *out,
			   struct buf *complaint)
{
	struct smpp_tag_set s = { .n = 0 };
	struct bytes item;
	enum err e = OK;

	while (e == OK && next_item(&text, &item))
		e = read_range(item, &s, complaint);
	if (e == OK)
		*out = s;
	return e;
}

bool smpp_tag_set_has(const struct smpp_tag_set *s, uint16_t tag)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (tag >= s->ranges[i].first && tag <= s->ranges[i].last)
			return true;
	return false;
}

/* What says something else in each PDU, or about its text. */
static bool is_ours(uint16_t tag)
{
	static const uint16_t ours[] = {
		SMPP_TLV_MESSAGE_PAYLOAD,     SMPP_TLV_SAR_MSG_REF_NUM,
		SMPP_TLV_SAR_TOTAL_SEGMENTS,  SMPP_TLV_SAR_SEGMENT_SEQNUM,
		SMPP_TLV_QOS_TIME_TO_LIVE,    SMPP_TLV_USER_MESSAGE_REFERENCE,
		SMPP_TLV_MESSAGE_STATE,	      SMPP_TLV_RECEIPTED_MESSAGE_ID,
		SMPP_TLV_NETWORK_ERROR_CODE,  SMPP_TLV_MORE_MESSAGES_TO_SEND,
		SMPP_TLV_USER_RESPONSE_CODE,
	};
	size_t i;

	for (i = 0; i < sizeof ours / sizeof *ours; i++)
		if (ours[i] == tag)
			return true;
	return false;
}

static bool is_there(const struct smpp_tag_added *a, uint16_t tag)
{
	struct bytes unused;

	return smpp_tlv_find((struct bytes){ a->octets, a->n }, tag, &unused);
}

/* Why it cannot be added, or NULL. */
static const char *wrong(const struct smpp_tag_added *a, uint16_t tag,
			 struct bytes hex)
{
	const struct smpp_tag_row *row = smpp_tag_row(tag);
	size_t i, n = hex.n / 2;

	for (i = 0; i < hex.n; i++)
		if (digit(hex.p[i]) < 0)
			break;
	if (i < hex.n || hex.n % 2 != 0)
		return "has a value that is not hexadecimal";
	if (is_ours(tag))
		return "is filled in by the gateway itself";
	if (row != NULL && (n < row->min || n > row->max))
		return "has a value of another length than SMPP says";
	if (is_there(a, tag))
		return "is there twice";
	return a->n + 4 + n > SMPP_TAG_ADDED_MAX
		       ? "is too much: 256 octets at most, with 4 for each"
		       : NULL;
}

static enum err read_added(struct bytes item, struct smpp_tag_added *a,
			   struct buf *complaint)
{
	size_t colon = bytes_find(item, ':');
	struct bytes hex = bytes_after(item, colon + 1);
	const char *why;
	uint16_t tag;
	size_t i;

	if (colon == item.n || !read_tag((struct bytes){ item.p, colon }, &tag))
		return complain(complaint, item,
				"is not TAG:VALUE, such as 0x1401:00FF");
	if ((why = wrong(a, tag, hex)) != NULL)
		return complain(complaint, item, why);
	a->octets[a->n++] = (uint8_t)(tag >> 8);
	a->octets[a->n++] = (uint8_t)tag;
	a->octets[a->n++] = 0;
	a->octets[a->n++] = (uint8_t)(hex.n / 2);
	for (i = 0; i < hex.n; i += 2)
		a->octets[a->n++] = (uint8_t)(digit(hex.p[i]) << 4 |
					      digit(hex.p[i + 1]));
	return OK;
}

enum err smpp_tag_added_read(struct bytes text, struct smpp_tag_added *out,
			     struct buf *complaint)
{
	struct smpp_tag_added a = { .n = 0 };
	struct bytes item;
	enum err e = OK;

	while (e == OK && next_item(&text, &item))
		e = read_added(item, &a, complaint);
	if (e == OK)
		*out = a;
	return e;
}
