#include "codecs/smpp_vendor.h"

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

/* "0x4A1"; no longer numbers than could be meant. */
static bool read_status(struct bytes text, uint32_t *out)
{
	size_t i;

	if (text.n < 3 || text.n > 10 || text.p[0] != '0' ||
	    (text.p[1] != 'x' && text.p[1] != 'X'))
		return false;
	*out = 0;
	for (i = 2; i < text.n; i++) {
		if (digit(text.p[i]) < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit(text.p[i]);
	}
	return true;
}

static bool read_range(struct bytes text, uint32_t *first, uint32_t *last)
{
	size_t dash = bytes_find(text, '-');

	if (!read_status((struct bytes){ text.p, dash }, first))
		return false;
	*last = *first;
	return dash == text.n || read_status(bytes_after(text, dash + 1), last);
}

static enum smpp_vendor_kind read_kind(struct bytes word)
{
	if (bytes_is(word, "throttle"))
		return SMPP_VENDOR_THROTTLE;
	if (bytes_is(word, "retry"))
		return SMPP_VENDOR_RETRY;
	return bytes_is(word, "final") ? SMPP_VENDOR_FINAL
				       : SMPP_VENDOR_UNKNOWN;
}

static enum err read_item(struct bytes item, struct smpp_vendor *v,
			  struct buf *complaint)
{
	size_t colon = bytes_find(item, ':');
	uint32_t first, last;
	enum smpp_vendor_kind kind;

	if (colon == item.n ||
	    !read_range((struct bytes){ item.p, colon }, &first, &last))
		return complain(complaint, item,
				"is not STATUS:WORD, such as 0x400:throttle");
	if ((kind = read_kind(bytes_after(item, colon + 1))) ==
	    SMPP_VENDOR_UNKNOWN)
		return complain(complaint, item,
				"says none of throttle, retry or final");
	if (first < SMPP_VENDOR_FIRST || last > SMPP_VENDOR_LAST)
		return complain(complaint, item,
				"is not a vendor's status, 0x400..0x4FF");
	if (first > last)
		return complain(complaint, item, "ends before it begins");
	for (; first <= last; first++) {
		uint8_t *at = &v->kinds[first - SMPP_VENDOR_FIRST];

		if (*at != SMPP_VENDOR_UNKNOWN)
			return complain(complaint, item,
					"has a status that is there twice");
		*at = (uint8_t)kind;
	}
	return OK;
}

enum err smpp_vendor_read(struct bytes text, struct smpp_vendor *out,
			  struct buf *complaint)
{
	struct smpp_vendor v = { { 0 } };
	struct bytes item;
	enum err e = OK;

	while (e == OK && next_item(&text, &item))
		e = read_item(item, &v, complaint);
	if (e == OK)
		*out = v;
	return e;
}

enum smpp_vendor_kind smpp_vendor_kind(const struct smpp_vendor *v,
				       uint32_t status)
{
	if (status < SMPP_VENDOR_FIRST || status > SMPP_VENDOR_LAST)
		return SMPP_VENDOR_UNKNOWN;
	return (enum smpp_vendor_kind)v->kinds[status - SMPP_VENDOR_FIRST];
}
