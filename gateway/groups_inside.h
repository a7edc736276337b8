/* gateway/groups_inside.h - shared by groups*.c only. */
#ifndef GATEWAY_GROUPS_INSIDE_H
#define GATEWAY_GROUPS_INSIDE_H

#include "codecs/group_document.h"
#include "gateway/groups.h"

/* As struct group_identity, its URI as an address. */
struct group_one {
	bool except, many;
	struct address address;	/* kind NONE: see `domain`                    */
	const char *domain;	/* NULL: all                                  */
};

struct group_rule_known {
	bool members, others, never, identity;
	struct group_one *ones;
	size_t n_ones;
	enum group_say initiate, anonymity;
};

struct group_rules {
	struct group_rule_known *rules;
	size_t n;
};

/* What reads documents. */
struct groups_reading {
	struct arena *arena;	/* of what is kept                            */
	struct address_rules numbers;
	struct buf *complaints;
	const char *path;	/* of the document                            */
};

/** One more complaint, about that line; `text` in quotes may be empty. */
void groups_complain(struct groups_reading *r, size_t line, const char *what,
		     struct bytes text);

/** The rules of `from`; complaints are written. ERR_NOMEM. */
enum err groups_rules_read(struct groups_reading *r, const struct group *from,
			   const struct group_rules **out) CHECKED;

#endif
