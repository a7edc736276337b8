#include "codecs/utf8_step.h"

/* First octet -> octets of the sequence, the bits it gives, the least value. */
static size_t first(uint8_t c, uint32_t *bits, uint32_t *least)
{
	if (c < 0x80) {
		*bits = c;
		*least = 0;
		return 1;
	}
	if (c >= 0xC2 && c < 0xE0) {
		*bits = c & 0x1Fu;
		*least = 0x80;
		return 2;
	}
	if (c >= 0xE0 && c < 0xF0) {
		*bits = c & 0x0Fu;
		*least = 0x800;
		return 3;
	}
	if (c >= 0xF0 && c < 0xF5) {
		*bits = c & 0x07u;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

static bool surrogate(uint32_t cp)
{
	return cp >= 0xD800 && cp <= 0xDFFF;
}

size_t utf8_step(struct bytes in, uint32_t *cp)
{
	uint32_t v, least;
	size_t n, i;

	*cp = UTF8_BAD;
	n = first(in.p[0], &v, &least);
	if (n == 0 || n > in.n)
		return 1;
	for (i = 1; i < n; i++) {
		if ((in.p[i] & 0xC0) != 0x80)
			return 1;
		v = v << 6 | (in.p[i] & 0x3Fu);
	}
	if (v < least || v > 0x10FFFF || surrogate(v))
		return 1;
	*cp = v;
	return n;
}

void utf8_append(struct buf *to, uint32_t cp)
{
	if (cp > 0x10FFFF || surrogate(cp))
		cp = UTF8_REPLACEMENT;
	if (cp < 0x80) {
		buf_u8(to, (uint8_t)cp);
		return;
	}
	if (cp < 0x800) {
		buf_u8(to, (uint8_t)(0xC0 | cp >> 6));
	} else {
		if (cp < 0x10000) {
			buf_u8(to, (uint8_t)(0xE0 | cp >> 12));
		} else {
			buf_u8(to, (uint8_t)(0xF0 | cp >> 18));
			buf_u8(to, (uint8_t)(0x80 | (cp >> 12 & 0x3F)));
		}
		buf_u8(to, (uint8_t)(0x80 | (cp >> 6 & 0x3F)));
	}
	buf_u8(to, (uint8_t)(0x80 | (cp & 0x3F)));
}
