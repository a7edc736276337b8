/*
 * gateway/access.h - black and white lists (group = access): may this message
 * be taken, and may it go over that link? Built from the settings and the
 * files that they name; never changes.
 */
#ifndef GATEWAY_ACCESS_H
#define GATEWAY_ACCESS_H

#include "gateway/settings.h"

#define ACCESS_FILE_MAX ((size_t)64 * 1024 * 1024)	/* octets             */

struct access;

/* Texts are canonical addresses; NULL where there is none. */
struct access_query {
	const char *from[2];	/* as it says, and who it really is           */
	const char *to[2];	/* as it says, and the user's number          */
	const char *origin[2];	/* the link and the account it came from      */
	const char *way;	/* over this link? NULL: taken at all?        */
};

/**
 * From checked settings. ERR_RANGE: a file cannot be read or has mistakes;
 * each is a line in `complaints`. ERR_TOOBIG, ERR_NOMEM.
 */
enum err access_new(const struct settings *s, struct access **made,
		    struct buf *complaints) CHECKED;
void access_free(struct access *a);	/* NULL is fine                       */

/** Some rule speaks of links (`way`): it is worth asking about them. */
bool access_of_ways(const struct access *a);

/**
 * NULL: it may. Else the rule that denies it, for people: "denied by rule
 * spammers (/etc/cpmgw/cpmgw.conf:12)". *sender, unless NULL: it is a rule of
 * senders alone.
 */
const char *access_denies(const struct access *a, const struct access_query *q,
			  bool *sender);

#endif
