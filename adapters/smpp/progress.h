/*
 * adapters/smpp/progress.h - what earlier attempts of a leg have left: which
 * segments the far side has, under which reference, and what it did not like.
 * Travels in outcome.progress and comes back in leg.progress.
 */
#ifndef ADAPTERS_SMPP_PROGRESS_H
#define ADAPTERS_SMPP_PROGRESS_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

struct progress {
	bool begun;		/* `reference` and `of` count                */
	uint16_t reference;	/* of the concatenation                      */
	uint8_t of;		/* segments                                  */
	uint8_t without;	/* enum smpp_without                         */
	const char **far_ids;	/* `of` of them; NULL: not accepted yet      */
};

/** Total: octets that are none give an empty *out. ERR_NOMEM. */
enum err progress_read(struct bytes in, struct arena *a, struct progress *out)
	CHECKED;

/** Appends it; nothing when there is nothing to say. */
void progress_write(const struct progress *p, struct buf *to);

/** The far side has segment `i` (from 0). */
bool progress_has(const struct progress *p, unsigned i);

#endif
