#include "gateway/account.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "codecs/base64.h"
#include "codecs/digest.h"
#include "codecs/timestamp.h"

#define BANNED_UNTIL "banned-until" /* of rows only */

enum kind { TEXT, NUMBER, TRUTH };

/* What rows, files and operators name. */
static const struct member {
	const char *name;
	enum kind kind;
	size_t offset;
} members[] = {
	{ "password", TEXT, offsetof(struct account, password) },
	{ "bind", TEXT, offsetof(struct account, bind) },
	{ "binds", NUMBER, offsetof(struct account, binds) },
	{ "rate", NUMBER, offsetof(struct account, rate) },
	{ "burst", NUMBER, offsetof(struct account, burst) },
	{ "daily-quota", NUMBER, offsetof(struct account, daily_quota) },
	{ "window", NUMBER, offsetof(struct account, window) },
	{ "short-code", TEXT, offsetof(struct account, short_code) },
	{ "any-sender", TRUTH, offsetof(struct account, any_sender) },
	{ "allowed-address", TEXT, offsetof(struct account, allowed) },
	{ "default-sender", TEXT, offsetof(struct account, fallback) },
	{ "forced-sender", TEXT, offsetof(struct account, forced) },
	{ "wrong-sender", TEXT, offsetof(struct account, wrong) },
	{ "allowed-host", TEXT, offsetof(struct account, hosts) },
	{ "tls", TEXT, offsetof(struct account, tls) },
	{ "tls-name", TEXT, offsetof(struct account, tls_name) },
	{ "enabled", TRUTH, offsetof(struct account, enabled) },
	{ "comment", TEXT, offsetof(struct account, comment) },
};

#define MEMBERS (sizeof members / sizeof *members)

static char **text_at(struct account *a, const struct member *m)
{
	return (char **)(void *)((char *)a + m->offset);
}

static uint64_t *number_at(struct account *a, const struct member *m)
{
	return (uint64_t *)(void *)((char *)a + m->offset);
}

static bool *truth_at(struct account *a, const struct member *m)
{
	return (bool *)(void *)((char *)a + m->offset);
}

static const struct member *member_named(struct bytes name)
{
	size_t i;

	for (i = 0; i < MEMBERS; i++)
		if (bytes_is(name, members[i].name))
			return &members[i];
	return NULL;
}

void account_clear(struct account *a)
{
	size_t i;

	for (i = 0; i < MEMBERS; i++)
		if (members[i].kind == TEXT)
			mem_free(*text_at(a, &members[i]));
	*a = (struct account){ .name = NULL };
}

/* -- what an account has -------------------------------------------------- */

static bool is_hash(struct bytes password)
{
	return password.n > 8 && (memcmp(password.p, "$sha256$", 8) == 0 ||
				  memcmp(password.p, "$scrypt$", 8) == 0);
}

/* "$sha256$salt$hex" of salt and password; one that is so already is kept. */
static enum err keep_password(const struct clock *clock, char **password)
{
	struct buf text = BUF_INIT(256);
	uint8_t sum[DIGEST_SHA256_OCTETS];
	char salt[17];
	struct bytes pieces[2];
	enum err e = OK;

	if (*password == NULL || is_hash(bytes_of(*password)))
		return OK;
	snprintf(salt, sizeof salt, "%016" PRIx64, clock->random(clock->arg));
	pieces[0] = bytes_of(salt);
	pieces[1] = bytes_of(*password);
	if ((e = digest_of(DIGEST_SHA256, pieces, 2, sum)) != OK)
		return e;
	buf_printf(&text, "$sha256$%s$", salt);
	hex_put(&text, (struct bytes){ sum, sizeof sum });
	explicit_bzero(*password, strlen(*password));
	mem_free(*password);
	*password = buf_string(&text) == NULL ? NULL
					      : mem_string(buf_string(&text));
	buf_clear(&text);
	return *password == NULL ? ERR_NOMEM : OK;
}

enum err account_text(char **to, struct bytes text)
{
	char *copy = NULL;

	if (text.n > 0) {
		if ((copy = mem_alloc(text.n + 1)) == NULL)
			return ERR_NOMEM;
		memcpy(copy, text.p, text.n);
		copy[text.n] = '\0';
	}
	mem_free(*to);
	*to = copy;
	return OK;
}

static enum err from_group(struct account *to, const struct settings_group *g)
{
	const struct member *m;
	enum err e = OK;

	for (m = members; e == OK && m < members + MEMBERS; m++)
		if (m->kind == TEXT)
			e = account_text(text_at(to, m),
					 bytes_of(settings_text(g, m->name)));
		else if (m->kind == NUMBER)
			*number_at(to, m) = settings_number(g, m->name);
		else
			*truth_at(to, m) = settings_bool(g, m->name);
	return e;
}

enum err account_set_member(const struct settings *s, struct account *to,
			    const struct json_value *v, struct buf *why)
{
	const struct member *m = member_named(v->name);
	uint64_t number = 0;
	enum err e;

	if (v->kind != JSON_STRING)
		return ERR_MALFORMED;
	if (bytes_is(v->name, BANNED_UNTIL))
		return bytes_decimal(v->text, UINT64_MAX, &to->banned_until_us);
	if (m == NULL)
		return ERR_NOTFOUND;
	if (strcmp(m->name, "password") == 0 && !is_hash(v->text))
		return ERR_MALFORMED;
	e = settings_check(s, ACCOUNTS_GROUP, m->name, v->text, &number, why);
	if (e != OK)
		return e;
	if (m->kind == TEXT)
		return account_text(text_at(to, m), v->text);
	if (m->kind == NUMBER)
		*number_at(to, m) = number;
	else
		*truth_at(to, m) = number != 0;
	return OK;
}

enum err account_in_force(const struct account_source *from, const char *name,
			  const struct json_value *set, struct account *out)
{
	const struct settings_group *g =
		settings_group_named(from->settings, ACCOUNTS_GROUP, name);
	const struct json_value *v;
	struct buf why = BUF_INIT(1024);
	enum err e;

	*out = (struct account){ .technology = TECHNOLOGY_SMS };
	if (g == NULL)
		g = settings_blank(from->settings, ACCOUNTS_GROUP);
	e = from_group(out, g);
	for (v = set == NULL ? NULL : set->child; e == OK && v != NULL;
	     v = v->next)
		if ((e = account_set_member(from->settings, out, v, &why)) ==
		    ERR_NOTFOUND)
			e = OK;
	if (e == OK)
		e = keep_password(from->clock, &out->password);
	buf_clear(&why);
	if (e != OK)
		account_clear(out);
	return e;
}

bool account_barred(const struct account *a, uint64_t now_us)
{
	return !a->enabled || a->banned_until_us > now_us;
}

static const char *password_kind(const struct account *a)
{
	if (a->password == NULL)
		return "none";
	return strncmp(a->password, "$scrypt$", 8) == 0 ? "scrypt" : "sha256";
}

static const char *state_of(const struct account *a, uint64_t now_us)
{
	if (!a->enabled)
		return "disabled";
	return a->banned_until_us > now_us ? "banned" : "enabled";
}

static void put_member(struct json_writer *w, struct account *a,
		       const struct member *m)
{
	if (m->offset == offsetof(struct account, password))
		json_put_string(w, m->name, password_kind(a));
	else if (m->kind == NUMBER)
		json_put_uint(w, m->name, *number_at(a, m));
	else if (m->kind == TRUTH)
		json_put_bool(w, m->name, *truth_at(a, m));
	else if (*text_at(a, m) != NULL)
		json_put_string(w, m->name, *text_at(a, m));
}

static void put_ban(struct json_writer *w, const struct account *a,
		    uint64_t now_us)
{
	struct buf time = BUF_INIT(64);

	if (a->banned_until_us <= now_us)
		return;
	if (a->banned_until_us == ACCOUNT_FOREVER)
		json_put_string(w, BANNED_UNTIL, "forever");
	else if (timestamp_rfc3339_encode((int64_t)a->banned_until_us, 0,
					  &time) == OK)
		json_put_text(w, BANNED_UNTIL, buf_bytes(&time));
	buf_clear(&time);
}

void account_put(struct json_writer *w, struct account *a, uint64_t now_us)
{
	size_t i;

	json_put_string(w, "name", a->name);
	json_put_string(w, "state", state_of(a, now_us));
	put_ban(w, a, now_us);
	for (i = 0; i < MEMBERS; i++)
		put_member(w, a, &members[i]);
}
