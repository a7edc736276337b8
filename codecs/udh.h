/* codecs/udh.h - SMS user data header. Spec: 3GPP TS 23.040 9.2.3.24. */
#ifndef CODECS_UDH_H
#define CODECS_UDH_H

#include "codecs/bytes.h"

#define UDH_OCTETS_MAX	140	/* with UDHL: one TP-UD                       */

/* All zero: no header. */
struct udh {
	bool joined;		/* this is one part of a longer text         */
	bool wide;		/* IE 08 (16-bit reference), else IE 00      */
	uint16_t ref;		/* 0..255 from IE 00, 0..65535 from IE 08    */
	uint8_t part, of;	/* 1 <= part <= of, counted in short messages */
	bool ports;
	bool narrow;		/* IE 04 (8-bit ports), else IE 05           */
	uint16_t to_port, from_port;
	uint8_t single;		/* IE 24, language of the single shift; 0 no */
	uint8_t locking;	/* IE 25, of the locking shift; 0 no         */
	/*
	 * From the first IE that is none of these to the last, as they stand
	 * (id, length, data); known ones may lie between. Borrowed.
	 */
	struct bytes other;
};

/**
 * Reads the header at the front of `in` (octets, UDHL first). Ignored, and
 * no error: a part number of 0 or above `of` (9.2.3.24.1), a known IE with a
 * length that is not its own (it then counts as `other`); of IEs that repeat
 * or exclude each other the last holds (9.2.3.24). Sets *used to the octets
 * read, so the text starts at in.p + *used. ERR_MORE: `in` ends inside the
 * header. ERR_MALFORMED: an IE runs past UDHL. On error *out and *used keep
 * their values; *why, unless NULL, names the field, clause and octet offset.
 */
enum err udh_decode(struct bytes in, struct udh *out, size_t *used,
		    struct fault *why) CHECKED;

/** Octets that udh_encode appends, 0 without any IE. */
size_t udh_octets(const struct udh *h);

/**
 * Appends UDHL and IEs: parts (IE 08 when `wide` or ref > 255), ports (IE 05
 * when not `narrow` or a port > 255), shifts, then the unknown ones of
 * `other`. Nothing without any. ERR_RANGE: joined, and not 1 <= part <= of;
 * ERR_MALFORMED: `other` does not hold whole IEs; ERR_TOOBIG: above
 * UDH_OCTETS_MAX, or what `to` says.
 */
enum err udh_encode(const struct udh *h, struct buf *to) CHECKED;

/** As udh_encode, at `to`, which has udh_octets(h) octets. Same errors. */
enum err udh_write(const struct udh *h, uint8_t *to) CHECKED;

#endif
