#include "codecs/ucs2.h"

#include "codecs/utf8.h"

enum err ucs2_count(struct bytes text, size_t *units)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	size_t n = 0;
	uint32_t code;

	while (p < end) {
		code = utf8_next(&p, end);
		if (code == UTF8_BAD)
			return ERR_MALFORMED;
		n += code > 0xFFFF ? 2 : 1;
	}
	*units = n;
	return OK;
}

static uint8_t *put_unit(uint8_t *to, uint32_t unit)
{
	*to++ = (uint8_t)(unit >> 8);
	*to++ = (uint8_t)unit;
	return to;
}

void ucs2_write(struct bytes text, uint8_t *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	uint32_t code;

	while (p < end) {
		code = utf8_next(&p, end);
		if (code > 0xFFFF) {
			to = put_unit(to, 0xD7C0 + (code >> 10));
			code = 0xDC00 | (code & 0x3FF);
		}
		to = put_unit(to, code);
	}
}

enum err ucs2_encode(struct bytes text, struct buf *to)
{
	size_t n = 0;
	uint8_t *p;
	enum err e;

	if ((e = ucs2_count(text, &n)) != OK)
		return e;
	if ((p = buf_room(to, 2 * n)) != NULL)
		ucs2_write(text, p);
	return buf_status(to);
}

size_t ucs2_read_max(size_t octets)
{
	return 3 * (octets / 2 + octets % 2);
}

static uint16_t unit_at(struct bytes in, size_t at)
{
	return (uint16_t)(in.p[at] << 8 | in.p[at + 1]);
}

/* The code point at *at, which moves past it; surrogates alone are bad. */
static uint32_t next_code(struct bytes in, size_t *at)
{
	uint16_t unit, low;

	if (in.n - *at < 2) {
		*at = in.n;
		return UTF8_BAD;
	}
	unit = unit_at(in, *at);
	*at += 2;
	if (ucs2_is_low(unit))
		return UTF8_BAD;
	if (!ucs2_is_high(unit))
		return unit;
	if (in.n - *at < 2 || !ucs2_is_low(low = unit_at(in, *at)))
		return UTF8_BAD;
	*at += 2;
	return 0x10000U + ((unit & 0x3FFU) << 10) + (low & 0x3FFU);
}

size_t ucs2_read(struct bytes in, uint8_t *to, bool *damaged)
{
	uint8_t *start = to;
	size_t at = 0;
	uint32_t code;

	while (at < in.n) {
		code = next_code(in, &at);
		if (code == UTF8_BAD) {
			code = UTF8_REPLACEMENT;
			*damaged = true;
		}
		to = utf8_put(to, code);
	}
	return (size_t)(to - start);
}

enum err ucs2_decode(struct bytes in, struct buf *to, bool *damaged)
{
	uint8_t some[3 * 64];
	struct bytes now;

	while (in.n > 0 && buf_status(to) == OK) {
		now = in;
		if (now.n > 128)
			now.n = ucs2_is_high(unit_at(in, 126)) ? 126 : 128;
		buf_put(to,
			(struct bytes){ some, ucs2_read(now, some, damaged) });
		in = bytes_after(in, now.n);
	}
	return buf_status(to);
}
