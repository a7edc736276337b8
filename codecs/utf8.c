#include "codecs/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080U

static bool continuation(uint8_t c)
{
	return (c & 0xC0) == 0x80;
}

/* Lowest and highest second octet after `lead`: Unicode 3.9, table 3-7. */
static bool second_fits(uint8_t lead, uint8_t second)
{
	switch (lead) {
	case 0xE0:
		return second >= 0xA0 && second <= 0xBF;
	case 0xED:
		return second >= 0x80 && second <= 0x9F;
	case 0xF0:
		return second >= 0x90 && second <= 0xBF;
	case 0xF4:
		return second >= 0x80 && second <= 0x8F;
	default:
		return continuation(second);
	}
}

uint32_t utf8_next_long(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *p = *at;
	uint8_t lead = *p++;
	unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
	uint32_t code;

	*at = p;
	if (lead < 0x80)
		return lead;
	if (lead < 0xC2 || lead > 0xF4)
		return UTF8_BAD;
	if (p == end || !second_fits(lead, *p))
		return UTF8_BAD;
	code = lead & (0x3FU >> more);
	for (; more > 0; more--) {
		if (p == end || !continuation(*p)) {
			*at = p;
			return UTF8_BAD;
		}
		code = code << 6 | (*p++ & 0x3FU);
	}
	*at = p;
	return code;
}

uint8_t *utf8_put(uint8_t *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (uint8_t)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (uint8_t)(0xC0 | code >> 6);
		*to++ = (uint8_t)(0x80 | (code & 0x3F));
		return to;
	}
	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		code = UTF8_REPLACEMENT;
	if (code < 0x10000) {
		*to++ = (uint8_t)(0xE0 | code >> 12);
	} else {
		*to++ = (uint8_t)(0xF0 | code >> 18);
		*to++ = (uint8_t)(0x80 | (code >> 12 & 0x3F));
	}
	*to++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
	*to++ = (uint8_t)(0x80 | (code & 0x3F));
	return to;
}

size_t utf8_step(struct bytes in, uint32_t *cp)
{
	const uint8_t *at = in.p;

	*cp = utf8_next(&at, in.p + in.n);
	return (size_t)(at - in.p);
}

void utf8_append(struct buf *to, uint32_t code)
{
	uint8_t octets[4];
	const uint8_t *end = utf8_put(octets, code);

	buf_put(to, (struct bytes){ octets, (size_t)(end - octets) });
}

/* Past the octets below 0x80 at `p`, eight at a time. */
static const uint8_t *skip_ascii(const uint8_t *p, const uint8_t *end)
{
	uint64_t eight;

	while ((size_t)(end - p) >= sizeof eight) {
		memcpy(&eight, p, sizeof eight);
		if ((eight & HIGH_BITS) != 0)
			break;
		p += sizeof eight;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

bool utf8_valid(struct bytes text)
{
	const uint8_t *p = text.p, *end = utf8_end(text);

	while ((p = skip_ascii(p, end)) < end)
		if (utf8_next_long(&p, end) == UTF8_BAD)
			return false;
	return true;
}

bool utf8_ascii(struct bytes text)
{
	const uint8_t *end = utf8_end(text);

	return skip_ascii(text.p, end) == end;
}

enum err utf8_repair(struct bytes text, struct buf *to, bool *damaged)
{
	static const uint8_t replacement[] = { 0xEF, 0xBF, 0xBD };
	const uint8_t *p = text.p, *good = text.p, *start;
	const uint8_t *end = utf8_end(text);

	while ((p = skip_ascii(p, end)) < end) {
		start = p;
		if (utf8_next_long(&p, end) != UTF8_BAD)
			continue;
		buf_put(to, (struct bytes){ good, (size_t)(start - good) });
		buf_put(to, (struct bytes){ replacement, sizeof replacement });
		good = p;
		*damaged = true;
	}
	buf_put(to, (struct bytes){ good, (size_t)(end - good) });
	return buf_status(to);
}

/* ISO 8859-5: the Cyrillic block in order, but for three places. */
static uint32_t cyrillic(uint8_t c)
{
	switch (c) {
	case 0xAD:
		return 0xAD;
	case 0xF0:
		return 0x2116;
	case 0xFD:
		return 0xA7;
	default:
		return c <= 0xA0 ? c : c + 0x400U - 0xA0U;
	}
}

/* ISO 8859-8: letters from E0, the rest much as in ISO 8859-1. */
static uint32_t hebrew(uint8_t c)
{
	switch (c) {
	case 0xAA:
		return 0xD7;
	case 0xBA:
		return 0xF7;
	case 0xDF:
		return 0x2017;
	case 0xFD:
		return 0x200E;
	case 0xFE:
		return 0x200F;
	default:
		break;
	}
	if (c >= 0xE0 && c <= 0xFA)
		return c + 0x5D0U - 0xE0U;
	return c == 0xA1 || c >= 0xBF ? UTF8_REPLACEMENT : c;
}

static uint32_t code_of(enum utf8_set set, uint8_t c)
{
	switch (set) {
	case UTF8_SET_LATIN1:
		return c;
	case UTF8_SET_CYRILLIC:
		return cyrillic(c);
	case UTF8_SET_HEBREW:
		return hebrew(c);
	case UTF8_SET_ASCII:
		break;
	}
	return UTF8_REPLACEMENT;
}

size_t utf8_from_set(enum utf8_set set, struct bytes in, uint8_t *to,
		     bool *damaged)
{
	uint8_t *start = to;
	size_t i;

	for (i = 0; i < in.n; i++) {
		uint32_t code = in.p[i];

		if (code >= 0x80)
			code = code_of(set, (uint8_t)code);
		if (code == UTF8_REPLACEMENT)
			*damaged = true;
		to = utf8_put(to, code);
	}
	return (size_t)(to - start);
}

enum err utf8_latin1_count(struct bytes text, size_t *octets)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	size_t n = 0;
	uint32_t code;

	while (p < end) {
		code = utf8_next(&p, end);
		if (code == UTF8_BAD)
			return ERR_MALFORMED;
		if (code > 0xFF || (code >= 0x80 && code < 0xA0))
			return ERR_UNSUPPORTED;
		n++;
	}
	*octets = n;
	return OK;
}

void utf8_latin1_write(struct bytes text, uint8_t *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);

	while (p < end)
		*to++ = (uint8_t)utf8_next(&p, end);
}
