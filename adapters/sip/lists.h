/*
 * adapters/sip/lists.h - the service that sends one message to all of a list
 * of recipients, as it was set. RFC 5363, RFC 5365.
 */
#ifndef ADAPTERS_SIP_LISTS_H
#define ADAPTERS_SIP_LISTS_H

#include "adapters/sip/identity.h"
#include "gateway/settings.h"

#define LISTS_OPTION "recipient-list-message"	/* RFC 5365 5 */

struct number_list;

struct lists {
	struct address service;	/* kind NONE: there is no such service       */
	uint32_t most;		/* recipients of one message                 */
	bool history;		/* recipients are told of each other         */
	struct number_list *senders;	/* NULL: everybody                   */
};

/** From group lists, which is checked; texts go to `a`. ERR_NOMEM. */
enum err lists_read(const struct settings *s, const struct address_rules *rules,
		    struct arena *a, struct lists *out) CHECKED;
void lists_clear(struct lists *l);

/** May he send to the service? */
bool lists_allow(const struct lists *l, const struct identity *sender);

#endif
