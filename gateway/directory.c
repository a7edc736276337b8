#include "gateway/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codecs/digest.h"
#include "gateway/routes.h"

struct directory {
	struct keys *keys;
	struct arena *arena;	/* strings, users, rules */
	struct user **by_name, **by_number;
	struct accounts *accounts;
	size_t places;		/* of each of these: a power of two */
	struct user *users;
	struct routes *routes;
	const char **domains;
	size_t n_domains;
	struct address_rules rules;
	uint64_t version;
};

#define ARENA_MAX ((size_t)1 << 30)

static size_t place(const struct directory *d, const char *text)
{
	return (size_t)keys_hash63(d->keys, bytes_of(text)) & (d->places - 1);
}

static char *copy(struct directory *d, const char *text)
{
	return text == NULL ? NULL : arena_string(d->arena, bytes_of(text));
}

static size_t count(const struct settings *s, const char *group)
{
	size_t n = 0;

	while (settings_group_at(s, group, n) != NULL)
		n++;
	return n;
}

static enum err user_digests(struct user *u, const char *realm,
			     const char *password)
{
	struct digest_text t;
	enum err e;

	if (password == NULL)
		return OK;
	if ((e = digest_ha1(DIGEST_MD5, bytes_of(u->name), bytes_of(realm),
			    bytes_of(password), &t)) != OK)
		return e;
	memcpy(u->ha1_md5, t.text, sizeof u->ha1_md5);
	if ((e = digest_ha1(DIGEST_SHA256, bytes_of(u->name), bytes_of(realm),
			    bytes_of(password), &t)) != OK)
		return e;
	memcpy(u->ha1_sha256, t.text, sizeof u->ha1_sha256);
	return OK;
}

static void user_wishes(struct user *u, const struct settings_group *g)
{
	struct bytes item;
	size_t i;

	for (i = 0; settings_item(g, "when-absent", i, &item); i++) {
		char name[32] = "";
		enum technology t;

		if (item.n < sizeof name)
			memcpy(name, item.p, item.n);
		t = technology_named(name);
		if (t != TECHNOLOGY_NONE && u->n_wishes < DIRECTORY_WISHES_MAX)
			u->wishes[u->n_wishes++] = t;
	}
}

static void index_user(struct directory *d, struct user *u)
{
	size_t at = place(d, u->name);

	u->next_name = d->by_name[at];
	d->by_name[at] = u;
	u->next_all = d->users;
	d->users = u;
	if (u->number == NULL)
		return;
	at = place(d, u->number);
	u->next_number = d->by_number[at];
	d->by_number[at] = u;
}

static enum err add_user(struct directory *d, const struct settings *s,
			 const struct settings_group *g)
{
	const struct settings_group *sip = settings_single(s, "sip");
	const char *realm = settings_text(sip, "realm");
	const char *domain = settings_text(g, "domain");
	struct user *u = arena_alloc(d->arena, sizeof *u);
	struct buf address = BUF_INIT(1024);
	enum err e = ERR_NOMEM;

	if (u == NULL)
		return ERR_NOMEM;
	if (domain == NULL)
		domain = d->rules.home_domain;
	u->name = copy(d, settings_name(g));
	u->domain = copy(d, domain);
	u->number = copy(d, settings_text(g, "number"));
	u->devices_most = (uint32_t)settings_number(g, "devices");
	buf_printf(&address, "sip:%s@%s", settings_name(g), domain);
	u->address = arena_string(d->arena, buf_bytes(&address));
	buf_clear(&address);
	if (u->name == NULL || u->domain == NULL || u->address == NULL)
		return ERR_NOMEM;
	u->hash = keys_hash63(d->keys, bytes_of(u->name));
	user_wishes(u, g);
	e = user_digests(u, realm == NULL ? domain : realm,
			 settings_text(g, "password"));
	if (e == OK)
		index_user(d, u);
	return e;
}

static enum err add_domains(struct directory *d, const struct settings *s)
{
	const struct settings_group *g;
	size_t n = count(s, "domain");

	d->domains = arena_array(d->arena, n + 1, sizeof *d->domains);
	if (d->domains == NULL)
		return ERR_NOMEM;
	while (d->n_domains < n) {
		g = settings_group_at(s, "domain", d->n_domains);
		d->domains[d->n_domains] = copy(d, settings_name(g));
		if (d->domains[d->n_domains] == NULL)
			return ERR_NOMEM;
		d->n_domains++;
	}
	return OK;
}

struct address_rules directory_rules_of(const struct settings *s)
{
	const struct settings_group *g = settings_single(s, "gateway");

	return (struct address_rules){
		.country = settings_text(g, "country"),
		.international_prefix =
			settings_text(g, "international-prefix"),
		.trunk_prefix = settings_text(g, "trunk-prefix"),
		.home_domain = settings_text(g, "home-domain"),
	};
}

static enum err add_rules(struct directory *d, const struct settings *s)
{
	struct address_rules said = directory_rules_of(s);

	d->rules.country = copy(d, said.country);
	d->rules.international_prefix = copy(d, said.international_prefix);
	d->rules.trunk_prefix = copy(d, said.trunk_prefix);
	d->rules.home_domain = copy(d, said.home_domain);
	return d->rules.home_domain == NULL ? ERR_NOMEM : OK;
}

static enum err add_people(struct directory *d, const struct settings *s)
{
	const struct settings_group *g;
	size_t i;
	enum err e;

	for (d->places = 64; d->places < 2 * count(s, "user");)
		d->places *= 2;
	d->by_name = arena_array(d->arena, d->places, sizeof *d->by_name);
	d->by_number = arena_array(d->arena, d->places, sizeof *d->by_number);
	if (d->by_name == NULL || d->by_number == NULL)
		return ERR_NOMEM;
	for (i = 0; (g = settings_group_at(s, "user", i)) != NULL; i++)
		if ((e = add_user(d, s, g)) != OK)
			return e;
	return OK;
}

enum err directory_new(const struct settings *s, struct keys *keys,
		       const struct clock *clock, struct directory **made)
{
	struct directory *d = mem_zero(sizeof *d);
	enum err e = ERR_NOMEM;

	if (d == NULL)
		return ERR_NOMEM;
	d->keys = keys;
	d->version = clock->wall_us(clock->arg);
	if ((d->arena = arena_new(ARENA_MAX)) == NULL)
		goto out;
	if ((e = add_rules(d, s)) != OK ||
	    (e = add_people(d, s)) != OK ||
	    (e = accounts_new(s, clock, keys_nonce(keys), &d->accounts)) !=
		    OK ||
	    (e = routes_new(s, d->arena, &d->routes)) != OK)
		goto out;
	e = add_domains(d, s);
out:
	if (e == OK)
		*made = d;
	else
		directory_free(d);
	return e;
}

void directory_free(struct directory *d)
{
	if (d == NULL)
		return;
	accounts_free(d->accounts);
	arena_free(d->arena);
	mem_free(d);
}

struct user *directory_user(const struct directory *d, const char *name)
{
	struct user *u = d->by_name[place(d, name)];

	while (u != NULL && strcmp(u->name, name) != 0)
		u = u->next_name;
	return u;
}

static struct user *user_by_number(const struct directory *d,
				   const char *number)
{
	struct user *u = d->by_number[place(d, number)];

	while (u != NULL && strcmp(u->number, number) != 0)
		u = u->next_number;
	return u;
}

struct user *directory_user_at(const struct directory *d,
			       const struct address *a)
{
	char name[ADDRESS_TEXT_MAX + 1];
	const char *at;
	struct user *u;

	if (a->kind == ADDRESS_E164)
		return user_by_number(d, a->text);
	if (a->kind != ADDRESS_SIP || strncmp(a->text, "sip:", 4) != 0 ||
	    (at = strchr(a->text, '@')) == NULL)
		return NULL;
	snprintf(name, sizeof name, "%.*s", (int)(at - a->text - 4),
		 a->text + 4);
	u = directory_user(d, name);
	return u != NULL && strcasecmp(u->domain, at + 1) == 0 ? u : NULL;
}

struct user *directory_user_hashed(const struct directory *d, uint64_t hash)
{
	struct user *u = d->by_name[hash & (d->places - 1)];

	while (u != NULL && u->hash != hash)
		u = u->next_name;
	return u;
}

struct user *directory_users(const struct directory *d)
{
	return d->users;
}

struct accounts *directory_accounts(const struct directory *d)
{
	return d->accounts;
}

const struct address_rules *directory_rules(const struct directory *d)
{
	return &d->rules;
}

static const char *domain_of(const struct directory *d, const char *address)
{
	const char *at = strchr(address, '@');
	size_t i;

	for (i = 0; at != NULL && i < d->n_domains; i++)
		if (strcasecmp(d->domains[i], at + 1) == 0)
			return d->domains[i];
	return NULL;
}

void directory_facts(const struct directory *d, const struct address *to,
		     struct route_facts *out, struct user **user)
{
	struct user *u = directory_user_at(d, to);
	const struct account *a;
	const char *number = u != NULL ? u->number : to->text;

	*out = (struct route_facts){ .user = u != NULL };
	*user = u;
	if (u != NULL) {
		out->registered = u->devices > 0;
		out->when_absent = u->wishes;
		out->n_when_absent = u->n_wishes;
	}
	if (number != NULL && (u != NULL || to->kind == ADDRESS_E164))
		out->rule = routes_find(d->routes, number);
	if ((to->kind == ADDRESS_SHORT || to->kind == ADDRESS_E164) &&
	    (a = accounts_of_code(d->accounts, to->text)) != NULL) {
		out->account = a->name;
		out->account_technology = a->technology;
	}
	if (to->kind == ADDRESS_SIP)
		out->domain = domain_of(d, to->text);
}

static void find_user(const struct directory *d, const struct user *u,
		      struct found *out)
{
	(void)d;
	out->exists = true;
	out->name = u->name;
	out->domain = u->domain;
	out->number = u->number;
	out->devices = u->devices_most;
	if (u->ha1_md5[0] != '\0') {
		out->ha1_md5 = u->ha1_md5;
		out->ha1_sha256 = u->ha1_sha256;
	}
}

/* An adapter of an earlier version knows of one short code only. */
static enum err find_account(const struct account *a, struct arena *arena,
			     uint64_t now_us, struct found *out)
{
	struct bytes code = bytes_of(a->short_code);

	code.n = bytes_find(code, ';');
	if (code.n > 0 &&
	    (out->short_code = arena_string(arena, bytes_trim(code))) == NULL)
		return ERR_NOMEM;
	out->exists = true;
	out->name = a->name;
	out->password_hash = a->password;
	out->rate = (uint32_t)a->rate;
	out->burst = (uint32_t)a->burst;
	out->daily_quota = a->daily_quota;
	out->window = (uint32_t)a->window;
	out->binds = (uint32_t)a->binds;
	out->bind_kinds = a->bind;
	out->short_codes = a->short_code;
	out->any_sender = a->any_sender;
	out->allowed = a->allowed;
	out->default_sender = a->fallback;
	out->forced_sender = a->forced;
	out->wrong_sender = a->wrong;
	out->allowed_hosts = a->hosts;
	out->tls = a->tls;
	out->tls_name = a->tls_name;
	out->barred = account_barred(a, now_us);
	return OK;
}

enum err directory_called(const struct directory *d, const char *text,
			  struct arena *arena, struct address *out,
			  struct user **user)
{
	struct user *u = directory_user(d, text);
	enum err e = OK;

	if (u == NULL &&
	    (e = address_parse(bytes_of(text), &d->rules, arena, out)) == OK)
		u = directory_user_at(d, out);
	if (e != OK)
		return e == ERR_NOMEM ? e : ERR_NOTFOUND;
	if (u != NULL)
		*out = (struct address){ ADDRESS_SIP, u->address };
	*user = u;
	return OK;
}

static struct user *user_by_text(const struct directory *d, const char *text)
{
	struct arena *a = arena_new(4096);
	struct address address = { ADDRESS_NONE, NULL };
	struct user *u = NULL;

	if (a != NULL &&
	    address_parse(bytes_of(text), &d->rules, a, &address) == OK)
		u = directory_user_at(d, &address);
	arena_free(a);
	return u;
}

enum err directory_find(const struct directory *d, const struct lookup *what,
			struct arena *arena, uint64_t now_us,
			struct found *out)
{
	const struct account *a = NULL;
	const struct user *u = NULL;

	*out = (struct found){ .version = d->version };
	switch (what->kind) {
	case LOOKUP_USER_NAME:
		u = directory_user(d, what->name);
		break;
	case LOOKUP_USER_ADDRESS:
		u = user_by_text(d, what->name);
		break;
	case LOOKUP_ACCOUNT:
		a = accounts_named(d->accounts, what->name);
		break;
	}
	if (u != NULL)
		find_user(d, u, out);
	return a == NULL ? OK : find_account(a, arena, now_us, out);
}

enum err directory_inherit(struct directory *d, const struct directory *before)
{
	const struct user *old;
	struct user *u;

	for (old = before->users; old != NULL; old = old->next_all)
		if ((u = directory_user(d, old->name)) != NULL)
			u->devices = old->devices;
	return accounts_inherit(d->accounts, before->accounts);
}

bool directory_any_rule(const struct directory *d,
			bool (*fits)(void *arg, const struct route_rule *rule),
			void *arg)
{
	return routes_any(d->routes, fits, arg);
}
