/*
 * gateway/account.h - one account that may bind to the SMPP server: what the
 * files and live changes make of it, and how operators see it.
 */
#ifndef GATEWAY_ACCOUNT_H
#define GATEWAY_ACCOUNT_H

#include "codecs/json.h"
#include "gateway/clock.h"
#include "gateway/message.h"
#include "gateway/settings.h"

#define ACCOUNTS_GROUP	"esme" /* of the files                              */
#define ACCOUNT_FOREVER UINT64_MAX

/* One account as it is in force; absent texts are NULL. */
struct account {
	const char *name;
	enum technology technology;
	char *password;	  /* "$sha256$salt$hex", "$scrypt$..."          */
	char *bind;	  /* "transceiver;receiver"                     */
	char *short_code; /* one, or several: "22222;22223"             */
	char *allowed, *fallback, *forced, *wrong; /* as senders          */
	char *hosts; /* it may bind from; NULL: from all           */
	char *comment;
	char *tls, *tls_name; /* as settings of these names                 */
	uint64_t binds, rate, burst, window, daily_quota;
	uint64_t banned_until_us; /* ACCOUNT_FOREVER; 0: is not         */
	bool any_sender, enabled;
};

/* Where accounts come from, and salts. */
struct account_source {
	const struct settings *settings;
	const struct clock *clock;
};

/**
 * What the files say of `name` (defaults, if nothing), and over it the members
 * of the object `set` (NULL: nothing); those that are unknown are of a later
 * version and passed over. ERR_MALFORMED, ERR_RANGE: a value is none.
 */
enum err account_in_force(const struct account_source *from, const char *name,
			  const struct json_value *set,
			  struct account *out) CHECKED;
void account_clear(struct account *a);

/** One member of such an object. ERR_NOTFOUND: no such setting;
 *  ERR_MALFORMED, ERR_RANGE: no value of it, `why` may say more. */
enum err account_set_member(const struct settings *s, struct account *to,
			    const struct json_value *v,
			    struct buf *why) CHECKED;

/** Replaces a text of ours; an empty one is NULL. */
enum err account_text(char **to, struct bytes text) CHECKED;

/** Not to be let in at `now_us`. */
bool account_barred(const struct account *a, uint64_t now_us);

/** Its members, into an open object; no password. */
void account_put(struct json_writer *w, struct account *a, uint64_t now_us);

#endif
