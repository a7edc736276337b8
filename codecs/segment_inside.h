/* codecs/segment_inside.h - shared by segment.c and segment_choice.c only. */
#ifndef CODECS_SEGMENT_INSIDE_H
#define CODECS_SEGMENT_INSIDE_H

#include "codecs/gsm7.h"
#include "codecs/segment.h"

/* A text that is being planned. */
struct draft {
	struct bytes source;	/* UTF-8, or data                            */
	enum segment_alphabet alphabet;
	const struct gsm7_coder *coder;	/* NULL: default alphabet            */
	size_t units;		/* septets, 16-bit units or octets           */
	bool packed;
	bool recoded;		/* septets only count: it goes in o->charset */
	struct udh header;
	const uint8_t *written;	/* all units, for cutting                    */
};

/* Of one way of writing a text. */
struct segment_size {
	size_t least;		/* parts, if no room were lost at cuts       */
	bool alone;		/* in one short message                      */
};

struct segment_size segment_size_of(const struct draft *d,
				    const struct segment_options *o);

/**
 * The parts that it takes; of what goes whole, those that the SMSC would
 * make of it. ERR_TOOBIG: it does not go; ERR_NOMEM.
 */
enum err segment_count(const struct draft *d, const struct segment_options *o,
		       size_t *parts) CHECKED;

/** The data_coding of that alphabet. */
uint8_t segment_coding(enum segment_alphabet alphabet,
		       const struct segment_options *o);

/**
 * Chooses for d->source, by the smallest number of parts; `coder` is room
 * for d->coder. ERR_MALFORMED, ERR_TOOBIG, ERR_NOMEM.
 */
enum err segment_choose(struct draft *d, const struct segment_options *o,
			struct gsm7_coder *coder) CHECKED;

#endif
