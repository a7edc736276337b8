/*
 * gateway/accounts_inside.h - what the files gateway/accounts*.c share: how
 * accounts lie in memory.
 */
#ifndef GATEWAY_ACCOUNTS_INSIDE_H
#define GATEWAY_ACCOUNTS_INSIDE_H

#include "codecs/table.h"
#include "gateway/accounts.h"

struct entry;

struct code {
	struct table_node node;		/* of accounts.by_code                */
	struct entry *owner;
	struct code *next;		/* of the owner's                     */
	char text[];
};

struct entry {
	struct table_node node;		/* of accounts.by_name                */
	struct account account;
	char *name, *row;		/* NULL: the store has none           */
	bool there;			/* an account, not only such a row    */
	struct code *codes;
};

struct accounts {
	struct account_source from;
	struct table by_name, by_code;
};

/** The entry of that name, or NULL; it may be no account. */
struct entry *accounts_entry(const struct accounts *a, const char *name);

/** A row as the store has it. ERR_MALFORMED, ERR_UNSUPPORTED: it cannot be
 *  read; ERR_NOMEM. */
enum err accounts_row(struct bytes text, struct arena *arena,
		      const struct json_value **row) CHECKED;

#endif
