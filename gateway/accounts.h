/*
 * gateway/accounts.h - who may bind to the SMPP server. `group = esme` of the
 * files seeds accounts; what operators change or add while the gateway runs
 * is a row in the store, kind ACCOUNTS_KIND, which stands over the files.
 */
#ifndef GATEWAY_ACCOUNTS_H
#define GATEWAY_ACCOUNTS_H

#include "gateway/account.h"

#define ACCOUNTS_KIND	 "esme" /* of their rows in `directory`              */
#define ACCOUNT_NAME_MAX 15	/* octets of a system_id: SMPP v3.4 5.2.1     */
#define ACCOUNT_ROW_MAX	 65536	/* octets of a row                            */
enum account_change {
	ACCOUNT_ADD,   /* one that is not there yet                  */
	ACCOUNT_SET,   /* some of what it has                        */
	ACCOUNT_RESET, /* as the files say                           */
	ACCOUNT_REMOVE /* one that is not in the files               */
};

struct account_order {
	enum account_change what;
	const char *name;
	const struct json_value *set; /* an object: names of settings and
				       * their texts, also "banned-until" in us;
				       * NULL: nothing */
};

struct accounts;

/**
 * Those of the settings, which outlive it. `key` hashes names; `clock` gives
 * salts. ERR_NOMEM.
 */
enum err accounts_new(const struct settings *s, const struct clock *clock,
		      const uint8_t key[16], struct accounts **made) CHECKED;
void accounts_free(struct accounts *a);

/** Takes over the rows of the accounts before. ERR_NOMEM. */
enum err accounts_inherit(struct accounts *a,
			  const struct accounts *before) CHECKED;

/** A row as the store has it. One that cannot be read disables the account,
 *  which says so. ERR_NOMEM. */
enum err accounts_load(struct accounts *a, const char *name,
		       struct bytes row) CHECKED;

/**
 * Does what an operator wants; `row` becomes what the store is to have, empty:
 * no row. ERR_NOTFOUND, ERR_EXISTS, ERR_RANGE, ERR_DENIED: `why` is for
 * people, and nothing has changed. ERR_NOMEM.
 */
enum err accounts_change(struct accounts *a, const struct account_order *o,
			 struct buf *row, struct buf *why) CHECKED;

/** NULL: there is none. */
const struct account *accounts_named(const struct accounts *a,
				     const char *name);
const struct account *accounts_of_code(const struct accounts *a,
				       const char *code);

/** Calls `each` for every one, by name, with its JSON object. ERR_NOMEM. */
typedef void accounts_each(void *arg, struct bytes object);
enum err accounts_list(const struct accounts *a, uint64_t now_us,
		       accounts_each *each, void *arg) CHECKED;
/** That of one. ERR_NOTFOUND; ERR_NOMEM. */
enum err accounts_show(const struct accounts *a, const char *name,
		       uint64_t now_us, struct buf *to) CHECKED;

#endif
