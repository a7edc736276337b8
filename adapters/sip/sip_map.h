/*
 * adapters/sip/sip_map.h - SIP status codes <-> struct outcome. RFC 3261 21,
 * RFC 3428 7 (6xx: the user has seen it and refused), RFC 4320 (a
 * MESSAGE is never answered 408).
 */
#ifndef ADAPTERS_SIP_MAP_H
#define ADAPTERS_SIP_MAP_H

#include "gateway/leg.h"
#include "gateway/outcome.h"

/* How one request that we sent ended. */
struct sip_result {
	unsigned status;	/* final, 200..699                           */
	bool own;		/* made here: no answer, or no way           */
	bool datagram;		/* went by UDP in spite of its length        */
	uint32_t retry_after_s;	/* 0: none                                   */
	const char *reason;	/* phrase; may be NULL                       */
	const char *contact;	/* of a 3xx: the one to try; or NULL         */
};

/**
 * What it means for the leg. `report_follows`: we asked the device for a
 * notification, so 2xx is only the acceptance. `attempt` is the leg's.
 * Text is borrowed from `r`.
 */
void outcome_of_sip(const struct sip_result *r, bool report_follows,
		    unsigned attempt, struct outcome *out);

/** Of two branches of a fork, is `a` the better news? */
bool outcome_better(const struct outcome *a, const struct outcome *b);

/* An answer to a MESSAGE. */
struct sip_status {
	unsigned code;
	uint32_t retry_after_s;
};

/** What the sender of a MESSAGE is told; the far side's own code if any. */
struct sip_status sip_status_of(const struct outcome *o);

/** The phrase of a code that we send, "" when it is another. */
const char *sip_phrase(unsigned code);

#endif
