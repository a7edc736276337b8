/* adapters/sip/intake_inside.h - shared by intake_*.c only. */
#ifndef ADAPTERS_SIP_INTAKE_INSIDE_H
#define ADAPTERS_SIP_INTAKE_INSIDE_H

#include "adapters/sip/intake_map.h"
#include "codecs/cpim.h"
#include "codecs/resource_list.h"

/* What is being worked on. */
struct work {
	const struct intake_map *in;
	struct arena *arena;
	const struct request *request;
	struct mapped *out;
	struct message *m;
	struct bytes body; /* as sent, content encoding undone          */
	struct cpim cpim;
	struct bytes gruu; /* of the recipient's URI: see gruu.h       */
	bool is_cpim, hidden;
	bool is_list;		   /* its recipients are in `list`         */
	struct resource_list list;
};

/** Both say why in `out` and return false. `warning` may be NULL. */
bool intake_refuse(struct work *w, unsigned status, const char *warning);
bool intake_no_memory(struct work *w);

/** Undoes the encoding of the body and reads its CPIM headers, if any. */
bool intake_open(struct work *w);

/**
 * Of a message to the list service: the list is read, and taken out of what
 * then is worked on. False: refused, in `out`.
 */
bool intake_list(struct work *w);
/** Its recipients into the message. */
bool intake_recipients(struct work *w);

/** Parts, native octets and the kind of message, when `m` has its sender. */
bool intake_body(struct work *w);

#endif
