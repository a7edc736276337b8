/*
 * adapters/smpp/beyond_out.h - requests about messages that an SMSC has, and
 * its answers. SMPP v3.4 4.8 to 4.10. Pure.
 */
#ifndef ADAPTERS_SMPP_BEYOND_OUT_H
#define ADAPTERS_SMPP_BEYOND_OUT_H

#include "adapters/smpp/manner.h"
#include "adapters/smpp/progress.h"
#include "codecs/smpp_pdu.h"
#include "gateway/adapter.h"

struct beyond_request {
	const struct amendment *amendment;
	const struct progress *progress;
	const struct manner *manner;
	uint64_t now_us;
	struct arena *arena;		/* for the time of the call          */
	struct buf *scratch;		/* likewise                          */
	struct buf *pdus;		/* one for each segment, sequence 0  */
	unsigned of;			/* out: segments                     */
};

/** Writes the PDUs. False: it is not possible, or there is no memory: what
 *  *why says. */
bool beyond_write(struct beyond_request *r, struct standing *why);

/** What an answer says of one segment. */
struct standing beyond_read(const struct smpp_pdu *p, uint64_t now_us);

/** What `one` makes of what is known of the others. */
void beyond_add(enum amendment_kind kind, const struct standing *one,
		bool first, struct standing *all);

#endif
