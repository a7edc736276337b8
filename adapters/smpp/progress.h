/*
 * adapters/smpp/progress.h - what earlier attempts of a leg have left: which
 * segments the far side has, under which reference, and what it did not like.
 * Travels in outcome.progress and comes back in leg.progress.
 */
#ifndef ADAPTERS_SMPP_PROGRESS_H
#define ADAPTERS_SMPP_PROGRESS_H

#include "codecs/arena.h"
#include "codecs/bytes.h"
#include "codecs/smpp_tlv.h"

struct progress {
	bool begun;		/* `reference` and `of` count                */
	uint16_t reference;	/* of the concatenation                      */
	uint8_t of;		/* segments                                  */
	uint8_t without;	/* enum smpp_without                         */
	uint64_t plan;		/* what all of them are; 0: not known        */
	const char *peer;	/* the link of that; NULL: not known         */
	const char **peers;	/* who else has a segment; NULL: `peer`      */
	const char **far_ids;	/* `of` of them; NULL: not accepted yet      */
	const char **raw_ids;	/* as the far side writes them; NULL: so     */
	/* All of it is with the far side, which may be asked about it: how
	 * that knows it. */
	bool whole;
	struct smpp_address source, dest;
	uint8_t coding, registered;	/* its data_coding, what was asked   */
	uint8_t form;		/* in which alphabet its sender wrote it     */
};

/** Total: octets that are none give an empty *out. ERR_NOMEM. */
enum err progress_read(struct bytes in, struct arena *a, struct progress *out)
	CHECKED;

/** Appends it; nothing when there is nothing to say. */
void progress_write(const struct progress *p, struct buf *to);

/** The id of a segment that it has, as it writes it. */
const char *progress_raw_id(const struct progress *p, unsigned i);

/** The link that has segment `i`; NULL: not known. */
const char *progress_peer(const struct progress *p, unsigned i);

/** The far side has segment `i` (from 0). */
bool progress_has(const struct progress *p, unsigned i);

#endif
