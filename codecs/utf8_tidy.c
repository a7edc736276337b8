#include "codecs/utf8.h"

#include <string.h>

#include "codecs/nfc.h"

#define BYTE_ORDER_MARK 0xFEFF

/* Octets in front that are below 0x80 and no CR, as far as eights go. */
static size_t plain_octets(struct bytes text)
{
	const uint64_t ones = 0x0101010101010101U, highs = ones << 7;
	uint64_t eight, differs;
	size_t i;

	for (i = 0; text.n - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, text.p + i, sizeof eight);
		differs = eight ^ ones * '\r';
		/* The second term has a bit where `differs` has a zero octet.
		 */
		if (((eight | ((differs - ones) & ~differs)) & highs) != 0)
			break;
	}
	return i;
}

bool utf8_is_tidy(struct bytes text)
{
	size_t i = plain_octets(text), n;

	while (i < text.n) {
		if (text.p[i] < 0xCC) {
			if (text.p[i++] == '\r')
				return false;
			continue;
		}
		n = nfc_firm_octets(bytes_after(text, i));
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* A firm character and what may join it, not yet written. */
struct run {
	uint8_t octets[NFC_RUN_OCTETS];
	size_t n;
	bool alone; /* nothing may join it                               */
	bool over;  /* longer than any writing needs: stays as it is     */
};

static enum err flush(struct run *r, struct buf *to)
{
	struct bytes text = { r->octets, r->n };

	r->n = 0;
	if (!r->alone)
		return nfc_append(text, to);
	buf_put(to, text);
	return buf_status(to);
}

static enum err add(struct run *r, uint32_t code, struct buf *to)
{
	bool firm = nfc_firm(code);
	enum err e = OK;

	if (firm) {
		e = flush(r, to);
		r->over = false;
	} else if (r->n + 4 > sizeof r->octets) {
		buf_put(to, (struct bytes){ r->octets, r->n });
		r->n = 0;
		r->over = true;
	}
	r->alone = firm;
	if (r->over)
		utf8_append(to, code);
	else
		r->n = (size_t)(utf8_put(r->octets + r->n, code) - r->octets);
	return e;
}

enum err utf8_tidy(struct bytes text, struct buf *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	struct run r = { .alone = true };
	enum err e = OK;
	uint32_t code;

	while (p < end && e == OK) {
		code = utf8_next(&p, end);
		if (code == UTF8_BAD)
			return ERR_MALFORMED;
		if (code == BYTE_ORDER_MARK)
			continue;
		if (code == '\r') {
			if (p < end && *p == '\n')
				p++;
			code = '\n';
		}
		e = add(&r, code, to);
	}
	return e == OK ? flush(&r, to) : e;
}

/* First and last of each run, ascending. */
static const uint32_t marks[][2] = {
	{ 0x300, 0x36F },     { 0x483, 0x489 },	    { 0x591, 0x5BD },
	{ 0x5BF, 0x5BF },     { 0x5C1, 0x5C2 },	    { 0x5C4, 0x5C5 },
	{ 0x5C7, 0x5C7 },     { 0x610, 0x61A },	    { 0x64B, 0x65F },
	{ 0x670, 0x670 },     { 0x6D6, 0x6DC },	    { 0x6DF, 0x6E4 },
	{ 0x6E7, 0x6E8 },     { 0x6EA, 0x6ED },	    { 0x711, 0x711 },
	{ 0x730, 0x74A },     { 0x7A6, 0x7B0 },	    { 0xE31, 0xE31 },
	{ 0xE34, 0xE3A },     { 0xE47, 0xE4E },	    { 0xEB1, 0xEB1 },
	{ 0xEB4, 0xEBC },     { 0xEC8, 0xECD },	    { 0xF71, 0xF84 },
	{ 0x102B, 0x103E },   { 0x1056, 0x1059 },   { 0x135D, 0x135F },
	{ 0x17B4, 0x17D3 },   { 0x180B, 0x180D },   { 0x1AB0, 0x1AFF },
	{ 0x1DC0, 0x1DFF },   { 0x200C, 0x200D },   { 0x20D0, 0x20FF },
	{ 0x302A, 0x302F },   { 0x3099, 0x309A },   { 0xFE00, 0xFE0F },
	{ 0xFE20, 0xFE2F },   { 0x1F3FB, 0x1F3FF }, { 0xE0020, 0xE007F },
	{ 0xE0100, 0xE01EF },
};

/*
 * Devanagari to Malayalam, 0900 to 0D7F: nine blocks of one plan, with the
 * signs at the same places of each.
 */
static bool is_indic_mark(uint32_t code)
{
	uint32_t place = code & 0x7F;

	return place <= 3 || place == 0x3C ||
	       (place >= 0x3E && place <= 0x4D) ||
	       (place >= 0x55 && place <= 0x57) || place == 0x62 ||
	       place == 0x63;
}

bool utf8_is_mark(uint32_t code)
{
	size_t low = 0, high = sizeof marks / sizeof *marks, middle;

	if (code >= 0x900 && code <= 0xD7F)
		return is_indic_mark(code);
	while (low < high) {
		middle = (low + high) / 2;
		if (code < marks[middle][0])
			high = middle;
		else if (code > marks[middle][1])
			low = middle + 1;
		else
			return true;
	}
	return false;
}
