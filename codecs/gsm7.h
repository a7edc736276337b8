/*
 * codecs/gsm7.h - the GSM 7-bit alphabets <-> UTF-8, and septet packing.
 * Spec: 3GPP TS 23.038 6.1.2.1, 6.2.1, 6.2.1.1, 6.2.1.2 and annex A.
 *
 * Septets stand one in an octet (unpacked, as in SMPP) unless a name says
 * packed. Whether a text fits is decided by these tables and nothing else.
 */
#ifndef CODECS_GSM7_H
#define CODECS_GSM7_H

#include <uchar.h>

#include "codecs/bytes.h"

#define GSM7_ESCAPE	   0x1B
#define GSM7_LANGUAGE_LAST 13	/* Urdu; 1 is Turkish, 2 Spanish (single) ...*/

/* National language identifiers of annex A; 0 and unknown: the default. */
struct gsm7_shift {
	uint8_t locking;	/* instead of the default alphabet           */
	uint8_t single;		/* instead of its extension table            */
};

/* Code points to septets for one shift; made once for many texts. */
struct gsm7_coder {
	char16_t key[512];
	uint8_t code[512];	/* bit 7: behind an escape                   */
};

/** Prepares *c for `shift`; about a microsecond. */
void gsm7_coder_init(struct gsm7_coder *c, struct gsm7_shift shift);

/**
 * Sets *septets to what `text` (UTF-8) takes, an extension character two.
 * `c` NULL: default alphabet and extension. ERR_UNSUPPORTED: a character is
 * in neither table; ERR_MALFORMED: not valid UTF-8. On error *septets keeps
 * its value.
 */
enum err gsm7_count(struct bytes text, const struct gsm7_coder *c,
		    size_t *septets) CHECKED;

/** Writes the septets that gsm7_count found for the same arguments, at `to`. */
void gsm7_write(struct bytes text, const struct gsm7_coder *c, uint8_t *to);

/** gsm7_count, then appends the septets. Errors of both. */
enum err gsm7_encode(struct bytes text, const struct gsm7_coder *c,
		     struct buf *to) CHECKED;

/**
 * Writes septets as UTF-8 at `to`, which has 3 * septets.n octets; returns
 * how many it took. An escape and a code that the single shift table has not
 * show the character of the main table (6.2.1.1); two escapes, and one at
 * the end, show a space. Sets *damaged for octets above 0x7F and for places
 * of a table without a character: those become U+FFFD.
 */
size_t gsm7_read(struct bytes septets, struct gsm7_shift shift, uint8_t *to,
		 bool *damaged);

/** As gsm7_read, appended. Errors as `to` says. */
enum err gsm7_decode(struct bytes septets, struct gsm7_shift shift,
		     struct buf *to, bool *damaged) CHECKED;

/** Zero bits before the first septet, behind a header of `udh_octets`. */
unsigned gsm7_fill_bits(size_t udh_octets);

/** Octets of `septets` packed behind `fill` bits. */
size_t gsm7_packed_octets(size_t septets, unsigned fill);

/** Writes those octets at `to`; bits of `septets` above 0x7F are dropped. */
void gsm7_pack(struct bytes septets, unsigned fill, uint8_t *to);

/** Whole septets in `octets` behind `fill` bits. */
size_t gsm7_unpacked_septets(size_t octets, unsigned fill);

/** Writes those septets, one an octet, at `to`. */
void gsm7_unpack(struct bytes packed, unsigned fill, uint8_t *to);

#endif
