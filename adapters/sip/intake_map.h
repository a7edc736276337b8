/*
 * adapters/sip/intake_map.h - a MESSAGE from a known sender -> the neutral
 * form. RFC 3428, RFC 3862, RFC 5438, RFC 6050.
 */
#ifndef ADAPTERS_SIP_INTAKE_MAP_H
#define ADAPTERS_SIP_INTAKE_MAP_H

#include "adapters/sip/config.h"
#include "adapters/sip/identity.h"
#include "adapters/sip/request.h"
#include "codecs/imdn.h"
#include "gateway/message.h"

/* Extras that the way out of this adapter understands. */
#define EXTRA_FROM	   "sip.from"		/* URI of From               */
#define EXTRA_TO	   "sip.to"		/* URI of To                 */
#define EXTRA_CPIM_FROM	   "sip.cpim-from"	/* URI of CPIM From          */
#define EXTRA_CPIM_TO	   "sip.cpim-to"	/* URI of the first CPIM To  */
#define EXTRA_GRUU	   "sip.gruu"		/* see adapters/sip/gruu.h   */
#define EXTRA_HOPS	   "sip.max-forwards"	/* decimal                   */
#define EXTRA_RECORD_ROUTE "sip.imdn-record-route"	/* one URI each      */
#define EXTRA_DISPOSITION  "sip.content-disposition"
#define EXTRA_LIST	   "sip.recipient-list"	/* came with one: "1"        */

struct intake_map {
	const struct sip_config *config;
	const struct request *request;
	const struct identity *sender;
	uint64_t now_us;
	struct arena *arena;	/* for all that `out` points to              */
};

enum mapped_kind {
	MAPPED_MESSAGE,
	MAPPED_IMDN,		/* a notification: `imdn`                    */
	MAPPED_COMPOSING	/* "is writing": worth nothing later         */
};

struct mapped {
	unsigned status;	/* 0: fine; else refuse with it              */
	const char *warning;	/* why, or NULL                              */
	enum mapped_kind kind;
	struct message message;
	struct imdn imdn;
	struct bytes dedupe;
};

/** Never fails but by out->status; octets are borrowed from the request. */
void intake_map(const struct intake_map *in, struct mapped *out);

/**
 * The address in a Request-URI or To, our own host name or address standing
 * for the home domain. Errors of address_parse().
 */
enum err address_of_uri(const struct sip_config *c, const char *uri,
			struct arena *a, struct address *out) CHECKED;

#endif
