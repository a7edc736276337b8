/*
 * codecs/ucs2.h - UTF-8 <-> UTF-16BE, which the SMS world calls UCS2.
 * Specs: 3GPP TS 23.038 6.2.3, RFC 2781.
 */
#ifndef CODECS_UCS2_H
#define CODECS_UCS2_H

#include "codecs/bytes.h"

/**
 * Sets *units to the 16-bit units of `text`: one, above U+FFFF two.
 * ERR_MALFORMED: not valid UTF-8; *units then keeps its value.
 */
enum err ucs2_count(struct bytes text, size_t *units) CHECKED;

/** Writes the 2 * units octets that ucs2_count found, at `to`. */
void ucs2_write(struct bytes text, uint8_t *to);

/** ucs2_count, then appends. Errors of both. */
enum err ucs2_encode(struct bytes text, struct buf *to) CHECKED;

/** Octets that ucs2_read may need for `octets` of input. */
size_t ucs2_read_max(size_t octets);

/**
 * Writes UTF-16BE as UTF-8 at `to`; returns the octets it took. A surrogate
 * without its other half and an odd last octet become U+FFFD and set
 * *damaged. U+FEFF at the front stays.
 */
size_t ucs2_read(struct bytes in, uint8_t *to, bool *damaged);

/** As ucs2_read, appended. Errors as `to` says. */
enum err ucs2_decode(struct bytes in, struct buf *to, bool *damaged) CHECKED;

/** Is the unit the first, or the second, half of a surrogate pair? */
static inline bool ucs2_is_high(uint16_t unit)
{
	return (unit & 0xFC00) == 0xD800;
}

static inline bool ucs2_is_low(uint16_t unit)
{
	return (unit & 0xFC00) == 0xDC00;
}

#endif
