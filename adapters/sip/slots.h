/*
 * adapters/sip/slots.h - numbers for things that an answer will be about, so
 * that an answer which comes after its thing has gone finds nothing.
 */
#ifndef ADAPTERS_SIP_SLOTS_H
#define ADAPTERS_SIP_SLOTS_H

#include "codecs/err.h"

#include <stddef.h>
#include <stdint.h>

struct slot {
	void *thing;		/* NULL: free                                */
	uint32_t round;		/* how often it was used                     */
	uint32_t next;		/* of the free ones                          */
};

struct slots {
	struct slot *slots;
	uint32_t size, limit, free, count;
};

#define SLOTS_INIT(limit_) { .limit = (limit_), .free = UINT32_MAX }

void slots_clear(struct slots *s);

/** The number of `thing`; 0: all are taken, or no memory. */
uint64_t slots_put(struct slots *s, void *thing);

/** The thing; NULL when it has gone. */
void *slots_get(const struct slots *s, uint64_t ref);

void slots_drop(struct slots *s, uint64_t ref);

/** The nth place, for walks: its thing or NULL. */
void *slots_at(const struct slots *s, uint32_t n);

#endif
