/*
 * gateway/directory.h - who is known: users and their numbers, accounts and
 * their short codes, domains, number rules. Built from the settings; replaced
 * as a whole by a reload.
 */
#ifndef GATEWAY_DIRECTORY_H
#define GATEWAY_DIRECTORY_H

#include "gateway/accounts.h"
#include "gateway/adapter.h"
#include "gateway/clock.h"
#include "gateway/keys.h"
#include "gateway/settings.h"
#include "policy/route.h"

#define DIRECTORY_WISHES_MAX 4

struct user {
	char *name;		/* "mary"                                     */
	char *domain;		/* "cpm.example"                              */
	char *address;		/* "sip:mary@cpm.example"                     */
	char *number;		/* "+15550100001", or NULL                    */
	char ha1_md5[33], ha1_sha256[65];
	uint32_t devices_most;
	enum technology wishes[DIRECTORY_WISHES_MAX];
	size_t n_wishes;
	uint64_t hash;		/* of its name: the recipient in the store    */
	uint32_t devices;	/* registered now                             */
	uint64_t waiting;	/* legs held for him when last counted        */
	struct user *next_name, *next_number, *next_all;
};

struct directory;

/** From checked settings. `realm` goes into the digests. NULL: no memory. */
enum err directory_new(const struct settings *s, struct keys *keys,
		       const struct clock *clock, struct directory **made)
	CHECKED;
void directory_free(struct directory *d);

struct user *directory_user(const struct directory *d, const char *name);
struct user *directory_user_at(const struct directory *d,
			       const struct address *a);
/** Whom people mean by `text`: a name, or an address or number in any form
 *  that the number rules read. *out: the address that traces know, the user's
 *  where it is one's. Strings are borrowed, or in `arena`. ERR_NOTFOUND: it is
 *  neither; ERR_NOMEM. */
enum err directory_called(const struct directory *d, const char *text,
			  struct arena *arena, struct address *out,
			  struct user **user) CHECKED;
struct user *directory_user_hashed(const struct directory *d, uint64_t hash);
/** The first of all users; then user->next_all. */
struct user *directory_users(const struct directory *d);
struct accounts *directory_accounts(const struct directory *d);
const struct address_rules *directory_rules(const struct directory *d);

/** The rules of numbers that the settings say; borrowed from them. */
struct address_rules directory_rules_of(const struct settings *s);

/** What policy/route.h wants to know of `to`. *user may become NULL. */
void directory_facts(const struct directory *d, const struct address *to,
		     struct route_facts *out, struct user **user);

/** The answer to a lookup; strings are borrowed from the directory, or in
 *  `arena`. ERR_NOMEM. */
enum err directory_find(const struct directory *d, const struct lookup *what,
			struct arena *arena, uint64_t now_us,
			struct found *out) CHECKED;

/** Registered devices and live changes of accounts go from one directory to
 *  its successor. ERR_NOMEM. */
enum err directory_inherit(struct directory *d,
			   const struct directory *before) CHECKED;

/** Does `fits` say so of some number rule? */
bool directory_any_rule(const struct directory *d,
			bool (*fits)(void *arg, const struct route_rule *rule),
			void *arg);

#endif
