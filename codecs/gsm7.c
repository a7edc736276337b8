#include "codecs/gsm7.h"

#include <string.h>

#include "codecs/gsm7_tables.h"
#include "codecs/utf8.h"

#define SLOTS	  512U
#define EXTENDED  0x80U /* in a code: behind an escape               */
#define NO_CODE	  0x100U
#define EURO	  0x20AC
#define EURO_CODE (EXTENDED | 0x65U)

static uint8_t language(uint8_t id)
{
	return id <= GSM7_LANGUAGES ? id : 0;
}

static unsigned slot_of(uint32_t code_point)
{
	return (code_point ^ code_point >> 7) % SLOTS;
}

/* The first entry wins: a character costs one septet where it can. */
static void coder_add(struct gsm7_coder *c, char16_t key, unsigned code)
{
	unsigned slot = slot_of(key);

	if (key == 0)
		return;
	while (c->key[slot] != 0) {
		if (c->key[slot] == key)
			return;
		slot = (slot + 1) % SLOTS;
	}
	c->key[slot] = key;
	c->code[slot] = (uint8_t)code;
}

void gsm7_coder_init(struct gsm7_coder *c, struct gsm7_shift shift)
{
	const char16_t *locking = gsm7_locking[language(shift.locking)];
	const char16_t *single = gsm7_single[language(shift.single)];
	unsigned i;

	memset(c, 0, sizeof *c);
	for (i = 0; i < GSM7_TABLE; i++)
		if (i != GSM7_ESCAPE)
			coder_add(c, locking[i], i);
	for (i = 0; i < GSM7_TABLE; i++)
		if (i != GSM7_ESCAPE)
			coder_add(c, single[i], EXTENDED | i);
}

static unsigned coder_find(const struct gsm7_coder *c, uint32_t code_point)
{
	unsigned slot = slot_of(code_point);

	if (code_point == 0)
		return NO_CODE;
	while (c->key[slot] != 0) {
		if (c->key[slot] == code_point)
			return c->code[slot];
		slot = (slot + 1) % SLOTS;
	}
	return NO_CODE;
}

static unsigned default_find(uint32_t code_point)
{
	uint8_t code = GSM7_NONE;

	if (code_point < 0x100)
		code = gsm7_of_latin[code_point];
	else if (code_point >= GSM7_GREEK_FIRST &&
		 code_point <= GSM7_GREEK_LAST)
		code = gsm7_of_greek[code_point - GSM7_GREEK_FIRST];
	else if (code_point == EURO)
		code = EURO_CODE;
	return code == GSM7_NONE ? NO_CODE : code;
}

static enum err count_default(const uint8_t *p, const uint8_t *end, size_t *n)
{
	uint32_t code_point;
	unsigned code;

	while (p < end) {
		if (*p < 0x80 && gsm7_of_latin[*p] != GSM7_NONE) {
			*n += 1U + (gsm7_of_latin[*p++] >> 7);
			continue;
		}
		code_point = utf8_next(&p, end);
		if (code_point == UTF8_BAD)
			return ERR_MALFORMED;
		code = default_find(code_point);
		if (code == NO_CODE)
			return ERR_UNSUPPORTED;
		*n += 1U + (code >> 7);
	}
	return OK;
}

enum err gsm7_count(struct bytes text, const struct gsm7_coder *c,
		    size_t *septets)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	enum err e = OK;
	size_t n = 0;

	if (c == NULL)
		e = count_default(p, end, &n);
	while (c != NULL && e == OK && p < end) {
		uint32_t code_point = utf8_next(&p, end);
		unsigned code = NO_CODE;

		if (code_point == UTF8_BAD)
			e = ERR_MALFORMED;
		else if ((code = coder_find(c, code_point)) == NO_CODE)
			e = ERR_UNSUPPORTED;
		n += 1U + (code >> 7);
	}
	if (e == OK)
		*septets = n;
	return e;
}

static uint8_t *put_code(uint8_t *to, unsigned code)
{
	if ((code & EXTENDED) != 0)
		*to++ = GSM7_ESCAPE;
	*to++ = code & 0x7F;
	return to;
}

void gsm7_write(struct bytes text, const struct gsm7_coder *c, uint8_t *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);

	while (c == NULL && p < end) {
		if (*p < 0x80)
			to = put_code(to, gsm7_of_latin[*p++]);
		else
			to = put_code(to, default_find(utf8_next(&p, end)));
	}
	while (p < end)
		to = put_code(to, coder_find(c, utf8_next(&p, end)));
}

enum err gsm7_encode(struct bytes text, const struct gsm7_coder *c,
		     struct buf *to)
{
	size_t n = 0;
	uint8_t *p;
	enum err e;

	if ((e = gsm7_count(text, c, &n)) != OK)
		return e;
	if ((p = buf_room(to, n)) != NULL)
		gsm7_write(text, c, p);
	return buf_status(to);
}

/* What an escape and `code` show: 3GPP TS 23.038 6.2.1.1. */
static char16_t extended(const char16_t *locking, const char16_t *single,
			 uint8_t code)
{
	if (code == GSM7_ESCAPE)
		return ' ';
	return single[code] != 0 ? single[code] : locking[code];
}

size_t gsm7_read(struct bytes septets, struct gsm7_shift shift, uint8_t *to,
		 bool *damaged)
{
	const char16_t *locking = gsm7_locking[language(shift.locking)];
	const char16_t *single = gsm7_single[language(shift.single)];
	uint8_t *start = to;
	size_t i;

	for (i = 0; i < septets.n; i++) {
		uint8_t code = septets.p[i];
		char16_t shown = code < 0x80 ? locking[code] : 0;

		if (code == GSM7_ESCAPE) {
			shown = ' ';
			if (i + 1 < septets.n && septets.p[i + 1] < 0x80)
				shown = extended(locking, single,
						 septets.p[++i]);
		}
		if (shown == 0) {
			shown = UTF8_REPLACEMENT;
			*damaged = true;
		}
		if (shown < 0x80)
			*to++ = (uint8_t)shown;
		else
			to = utf8_put(to, shown);
	}
	return (size_t)(to - start);
}

/* Septets of the first 128 that end behind a character, not in a pair. */
static size_t whole_pairs(struct bytes septets)
{
	size_t n = septets.n < 128 ? septets.n : 128, escapes = 0;

	while (escapes < n && septets.p[n - 1 - escapes] == GSM7_ESCAPE)
		escapes++;
	return n < septets.n && escapes % 2 == 1 ? n - 1 : n;
}

enum err gsm7_decode(struct bytes septets, struct gsm7_shift shift,
		     struct buf *to, bool *damaged)
{
	uint8_t some[3 * 128];
	struct bytes now;

	while (septets.n > 0 && buf_status(to) == OK) {
		now = (struct bytes){ septets.p, whole_pairs(septets) };
		buf_put(to, (struct bytes){ some, gsm7_read(now, shift, some,
							    damaged) });
		septets = bytes_after(septets, now.n);
	}
	return buf_status(to);
}

unsigned gsm7_fill_bits(size_t udh_octets)
{
	return (7U - (unsigned)(udh_octets * 8 % 7)) % 7U;
}

size_t gsm7_packed_octets(size_t septets, unsigned fill)
{
	return septets == 0 ? 0 : (septets * 7 + fill + 7) / 8;
}

void gsm7_pack(struct bytes septets, unsigned fill, uint8_t *to)
{
	uint32_t bits = 0;
	unsigned have = fill;
	size_t i;

	for (i = 0; i < septets.n; i++) {
		bits |= (septets.p[i] & 0x7FU) << have;
		have += 7;
		if (have >= 8) {
			*to++ = (uint8_t)bits;
			bits >>= 8;
			have -= 8;
		}
	}
	if (septets.n > 0 && have > 0)
		*to = (uint8_t)bits;
}

size_t gsm7_unpacked_septets(size_t octets, unsigned fill)
{
	return octets * 8 < fill ? 0 : (octets * 8 - fill) / 7;
}

void gsm7_unpack(struct bytes packed, unsigned fill, uint8_t *to)
{
	size_t n = gsm7_unpacked_septets(packed.n, fill), i = 0, at = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	if (n == 0)
		return;
	bits = (uint32_t)packed.p[at++] >> fill;
	have = 8 - fill;
	while (i < n) {
		if (have < 7) {
			bits |= (uint32_t)packed.p[at++] << have;
			have += 8;
		}
		to[i++] = bits & 0x7F;
		bits >>= 7;
		have -= 7;
	}
}
