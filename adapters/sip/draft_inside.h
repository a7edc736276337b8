/* adapters/sip/draft_inside.h - shared by draft*.c only. */
#ifndef ADAPTERS_SIP_DRAFT_INSIDE_H
#define ADAPTERS_SIP_DRAFT_INSIDE_H

#include "adapters/sip/draft.h"

struct drafting {
	const struct draft_context *c;
	const struct leg *leg;
	const struct message *m;
	struct arena *arena;
	struct draft *out;
};

/** What of a short message people are shown, in d->m. ERR_NOMEM. */
enum err draft_shown(struct drafting *d) CHECKED;

/** The body: CPIM around the parts, or a notification (struct report). */
enum err draft_body(struct drafting *d) CHECKED;
enum err draft_report(struct drafting *d) CHECKED;

/** The same beside the list of its recipients, if it came with one. */
enum err draft_listed(struct drafting *d) CHECKED;

/** As message_extra(); what is said of the recipient is not that of a member
 *  when he was a group. */
struct bytes draft_extra(const struct drafting *d, const char *name);

/** Sixteen octets from the program's source of chance. */
void draft_random(const struct drafting *d, uint8_t out[16]);

/** The URI of an address for CPIM; into the arena. */
enum err draft_uri(struct drafting *d, const struct address *a,
		   const char **out) CHECKED;

/** Of a sender who is but a name: that. Else NULL. */
const char *draft_name_of(const struct address *who);

#endif
