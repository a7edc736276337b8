/*
 * codecs/smpp_tag_set.h - optional parameters of SMPP as operators name them
 * (SMPP v3.4 5.3.2): sets of tags, and parameters with their values.
 *
 *	source_port 0x1400-0x14FF 0x0030
 *	0x1401:00FF language_indicator:01
 */
#ifndef CODECS_SMPP_TAG_SET_H
#define CODECS_SMPP_TAG_SET_H

#include "codecs/bytes.h"

#define SMPP_TAG_RANGES	    32
#define SMPP_TAG_ADDED_MAX  256	/* octets, with tags and lengths             */

struct smpp_tag_set {
	struct {
		uint16_t first, last;
	} ranges[SMPP_TAG_RANGES];
	size_t n;
};

/* As they go behind a PDU. */
struct smpp_tag_added {
	uint8_t octets[SMPP_TAG_ADDED_MAX];
	size_t n;
};

/**
 * Reads items separated by spaces or ';': a name of 5.3.2, a tag in
 * hexadecimal, or a range of those. Empty text is none. ERR_RANGE: a mistake;
 * what it is was written to `complaint`, unless NULL, and *out is as before.
 */
enum err smpp_tag_set_read(struct bytes text, struct smpp_tag_set *out,
			   struct buf *complaint) CHECKED;
bool smpp_tag_set_has(const struct smpp_tag_set *s, uint16_t tag);

/**
 * The same of a name or tag, a colon, and its value in hexadecimal (none: no
 * octets). Values of 5.3.2 have the length that they may have; a tag is there
 * once, and is none of what a sender of PDUs has to fill in itself: texts,
 * their parts, references and states.
 */
enum err smpp_tag_added_read(struct bytes text, struct smpp_tag_added *out,
			     struct buf *complaint) CHECKED;

#endif
