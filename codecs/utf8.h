/*
 * codecs/utf8.h - UTF-8, the one form of text inside, and the 8-bit sets
 * that become it. Specs: RFC 3629, Unicode 15 3.9 (table 3-7) and 3.11,
 * ISO 8859-1, -5 and -8.
 */
#ifndef CODECS_UTF8_H
#define CODECS_UTF8_H

#include "codecs/bytes.h"

#define UTF8_BAD	 0xFFFFFFFFU
#define UTF8_REPLACEMENT 0xFFFDU

/**
 * The code point of one to four octets at *at (before `end`), which moves
 * past it; UTF8_BAD when they are none, and *at moves past those that a
 * single U+FFFD stands for. Callers use utf8_next().
 */
uint32_t utf8_next_long(const uint8_t **at, const uint8_t *end);

/** As utf8_next_long, of any length; *at < end. */
static inline uint32_t utf8_next(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *p = *at;

	if (p[0] < 0x80)
		return *(*at)++;
	if (p[0] >= 0xC2 && p[0] < 0xE0 && end - p > 1 &&
	    (p[1] & 0xC0) == 0x80) {
		*at += 2;
		return (p[0] & 0x1FU) << 6 | (p[1] & 0x3FU);
	}
	return utf8_next_long(at, end);
}

/** Behind the last octet of `text`, whose p may be NULL when it is empty. */
static inline const uint8_t *utf8_end(struct bytes text)
{
	return text.n == 0 ? text.p : text.p + text.n;
}

/**
 * Writes `code` at `to` (1 to 4 octets), returns the place behind it. What
 * is no code point (a surrogate, above 10FFFF) is written as U+FFFD.
 */
uint8_t *utf8_put(uint8_t *to, uint32_t code);

/**
 * The same of a struct bytes and into a struct buf: the octets of the code
 * point at the front of `in` (not empty), 1..4; *cp as utf8_next() says.
 */
size_t utf8_step(struct bytes in, uint32_t *cp);
void utf8_append(struct buf *to, uint32_t code);

/** Is all of `text` well-formed? No surrogates, no overlong forms. */
bool utf8_valid(struct bytes text);

/** Are all octets below 0x80? */
bool utf8_ascii(struct bytes text);

/**
 * Appends `text` with U+FFFD for what is not well-formed, one for each
 * maximal part (Unicode 3.9). Sets *damaged when there was any; never NULL.
 * ERR_TOOBIG and ERR_NOMEM as `to` says.
 */
enum err utf8_repair(struct bytes text, struct buf *to, bool *damaged) CHECKED;

/**
 * Appends `text` with CRLF and CR as LF, and without U+FEFF; never longer.
 * ERR_MALFORMED: not valid UTF-8, *to then has part of it; else as `to` says.
 */
enum err utf8_plain(struct bytes text, struct buf *to) CHECKED;

/**
 * The same in form C (codecs/nfc.h), but for more marks on one letter than
 * NFC_RUN_OCTETS, which stay as they are. At most NFC_GROWTH times as long.
 * Errors as above.
 */
enum err utf8_tidy(struct bytes text, struct buf *to) CHECKED;

/** Is utf8_tidy(text) == text? May say false of a text that is. */
bool utf8_is_tidy(struct bytes text);

/**
 * A mark that belongs to the letter before it (combining marks, vowel signs,
 * variation selectors, skin tones, joiners): no place to cut a text.
 */
bool utf8_is_mark(uint32_t code);

/**
 * Do the two stand in one cluster (UAX #29 3.1.1), so that a text is not cut
 * between them: marks, joined signs, Hangul, conjuncts? Of flags, which are
 * pairs, utf8_is_flag_letter() tells the halves.
 */
bool utf8_holds(uint32_t before, uint32_t after);
bool utf8_is_flag_letter(uint32_t code);

/* The 8-bit sets, as `set` below. */
enum utf8_set {
	UTF8_SET_ASCII,		/* 0x80 and above: U+FFFD                    */
	UTF8_SET_LATIN1,	/* ISO 8859-1, with the C1 controls          */
	UTF8_SET_CYRILLIC,	/* ISO 8859-5                                */
	UTF8_SET_HEBREW		/* ISO 8859-8                                */
};

/**
 * Writes `in` as UTF-8 at `to`, which has 3 * in.n octets; returns how many
 * it took. Sets *damaged when an octet has no meaning in `set` (U+FFFD).
 */
size_t utf8_from_set(enum utf8_set set, struct bytes in, uint8_t *to,
		     bool *damaged);

/**
 * Characters of `text` when each is in ISO 8859-1 (without the C1 controls,
 * which have no glyph), into *octets. ERR_UNSUPPORTED: one is not;
 * ERR_MALFORMED: not valid UTF-8.
 */
enum err utf8_latin1_count(struct bytes text, size_t *octets) CHECKED;

/** Writes the octets that utf8_latin1_count found, at `to`. */
void utf8_latin1_write(struct bytes text, uint8_t *to);

#endif
