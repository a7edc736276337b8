/*
 * gateway/groups.h - groups of people that have an address (group = groups):
 * a message to it goes to all members. Built from the documents of a folder;
 * never changes.
 */
#ifndef GATEWAY_GROUPS_H
#define GATEWAY_GROUPS_H

#include "codecs/address.h"
#include "gateway/settings.h"

#define GROUPS_FILES_MAX   10000	/* documents in the folder            */
#define GROUPS_ARENA_MAX   ((size_t)256 * 1024 * 1024)

struct groups;
struct group_rules;

struct group_person {
	struct address address;
	const char *name;	/* display name, or NULL                      */
};

struct group_known {
	struct address address;
	const char *name;	/* display name, or NULL                      */
	const char *said;	/* for people: "sip:g@x (/etc/g/a.xml:3)"     */
	const struct group_person *members;
	size_t n_members;	/* at most MESSAGE_RECIPIENTS_MAX             */
	const struct group_rules *rules;
};

/* Who wants to send, under all of his addresses. */
struct group_sender {
	const struct address *addresses[2];	/* NULL: none                 */
	bool hidden;		/* the others are not to see who he is        */
	/* Are these two addresses of the same person? */
	bool (*same)(void *arg, const struct address *a,
		     const struct address *b);
	void *arg;
};

enum group_answer {
	GROUP_MAY,
	GROUP_MAY_NOT,
	GROUP_NOT_HIDDEN	/* he might if he were not hidden             */
};

/**
 * From checked settings. ERR_RANGE: the folder or a document cannot be read or
 * has mistakes; each is a line "file:line: why" in `complaints`. ERR_NOMEM.
 */
enum err groups_new(const struct settings *s, struct groups **made,
		    struct buf *complaints) CHECKED;
void groups_free(struct groups *g);	/* NULL is fine                       */

size_t groups_count(const struct groups *g);

/** The group of that address; NULL: there is none. */
const struct group_known *groups_find(const struct groups *g,
				      const struct address *a);

/** Is that one of his addresses? */
bool group_sender_is(const struct group_sender *who, const struct address *a);

/** Is he one of the members? */
bool groups_member(const struct group_known *g, const struct group_sender *who);

/**
 * What no rule grants is not granted (RFC 4745 10); but where none of them
 * says who may initiate, members may.
 */
enum group_answer groups_ask(const struct group_known *g,
			     const struct group_sender *who);

#endif
