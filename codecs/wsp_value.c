#include "codecs/wsp_value.h"

#include <string.h>

enum { LENGTH_SHORT_MAX = 30, LENGTH_QUOTE = 31, QUOTE = 127 };

uint32_t wsp_uintvar(struct cursor *c)
{
	uint64_t v = 0;
	unsigned i;
	uint8_t octet;

	for (i = 0; i < 5; i++) {
		octet = cursor_u8(c);
		v = v << 7 | (octet & 0x7FU);
		if ((octet & 0x80) == 0)
			break;
	}
	if (c->bad == OK && (i == 5 || v > UINT32_MAX))
		c->bad = ERR_MALFORMED;
	return c->bad == OK ? (uint32_t)v : 0;
}

void wsp_put_uintvar(struct buf *to, uint32_t v)
{
	unsigned shift = 28;

	while (shift > 0 && v >> shift == 0)
		shift -= 7;
	for (; shift > 0; shift -= 7)
		buf_u8(to, (uint8_t)(0x80 | (v >> shift & 0x7F)));
	buf_u8(to, (uint8_t)(v & 0x7F));
}

struct bytes wsp_take_text(struct cursor *c)
{
	struct bytes rest = bytes_after(c->in, c->at);
	size_t n = bytes_find(rest, 0);
	struct bytes text;

	if (n == rest.n) {
		if (c->bad == OK)
			c->bad = ERR_MORE;
		return (struct bytes){ NULL, 0 };
	}
	text = cursor_take(c, n);
	cursor_u8(c);
	return text;
}

static uint64_t big_endian(struct bytes in)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < in.n; i++)
		v = v << 8 | in.p[i];
	return v;
}

static void read_data(struct cursor *c, size_t n, bool numbers,
		      struct wsp_value *out)
{
	out->kind = WSP_DATA;
	out->octets = cursor_take(c, n);
	if (!numbers || n == 0 || n > 8)
		return;
	out->kind = WSP_NUMBER;
	out->number = big_endian(out->octets);
	out->octets = (struct bytes){ NULL, 0 };
}

void wsp_value_read(struct cursor *c, bool numbers, struct wsp_value *out)
{
	uint8_t first = cursor_u8(c);

	*out = (struct wsp_value){ 0 };
	if (first <= LENGTH_SHORT_MAX) {
		read_data(c, first, numbers, out);
	} else if (first == LENGTH_QUOTE) {
		read_data(c, wsp_uintvar(c), numbers, out);
	} else if (first >= 0x80) {
		out->kind = WSP_NUMBER;
		out->number = first & 0x7F;
	} else {
		if (first != QUOTE)
			c->at--;
		out->kind = WSP_TEXT;
		out->octets = wsp_take_text(c);
	}
}

bool wsp_put_text(struct buf *to, struct bytes text)
{
	if (bytes_find(text, 0) != text.n)
		return false;
	if (text.n == 0 || text.p[0] < 32 || text.p[0] >= QUOTE)
		buf_u8(to, QUOTE);
	buf_put(to, text);
	buf_u8(to, 0);
	return true;
}

void wsp_put_length(struct buf *to, size_t n)
{
	if (n <= LENGTH_SHORT_MAX) {
		buf_u8(to, (uint8_t)n);
		return;
	}
	buf_u8(to, LENGTH_QUOTE);
	wsp_put_uintvar(to, (uint32_t)n);
}

void wsp_put_long(struct buf *to, uint64_t v)
{
	unsigned n = 1;

	while (n < 8 && v >> 8 * n != 0)
		n++;
	buf_u8(to, (uint8_t)n);
	while (n-- > 0)
		buf_u8(to, (uint8_t)(v >> 8 * n));
}

void wsp_put_integer(struct buf *to, uint64_t v)
{
	if (v < 0x80)
		buf_u8(to, (uint8_t)(0x80 | v));
	else
		wsp_put_long(to, v);
}
