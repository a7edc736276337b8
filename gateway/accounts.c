#include "gateway/accounts_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION	   1
#define PLACES	   64

static bool is_own(const struct json_value *row)
{
	return row != NULL && json_find_true(row, "own");
}

/* -- entries and their short codes ---------------------------------------- */

struct entry *accounts_entry(const struct accounts *a, const char *name)
{
	uint64_t hash = table_hash(&a->by_name, bytes_of(name));
	struct table_node *n = table_first(&a->by_name, hash);

	while (n != NULL && strcmp(((struct entry *)n)->name, name) != 0)
		n = table_next(n);
	return (struct entry *)n;
}

static struct entry *entry_make(struct accounts *a, const char *name)
{
	struct entry *e = accounts_entry(a, name);

	if (e != NULL)
		return e;
	if ((e = mem_zero(sizeof *e)) == NULL ||
	    (e->name = mem_string(name)) == NULL) {
		mem_free(e);
		return NULL;
	}
	table_add(&a->by_name, &e->node,
		  table_hash(&a->by_name, bytes_of(name)));
	return e;
}

/* The item that `*left` begins with, without it; false: there is none. */
static bool next_code(struct bytes *left, struct bytes *item)
{
	size_t end;

	while (left->n > 0) {
		end = bytes_find(*left, ';');
		*item = bytes_trim((struct bytes){ left->p, end });
		*left = bytes_after(*left, end + 1);
		if (item->n > 0)
			return true;
	}
	return false;
}

static void drop_codes(struct accounts *a, struct code *c)
{
	struct code *next;

	for (; c != NULL; c = next) {
		next = c->next;
		if (c->owner != NULL)
			table_remove(&a->by_code, &c->node);
		mem_free(c);
	}
}

static enum err make_codes(const struct account *from, struct code **out)
{
	struct bytes left = bytes_of(from->short_code), item;
	struct code *c;

	while (next_code(&left, &item)) {
		if ((c = mem_zero(sizeof *c + item.n + 1)) == NULL)
			return ERR_NOMEM;
		memcpy(c->text, item.p, item.n);
		c->next = *out;
		*out = c;
	}
	return OK;
}

/* `fresh` becomes what the entry is; NULL: it is no account any more. */
static enum err entry_set(struct accounts *a, struct entry *e,
			  struct account *fresh)
{
	struct code *codes = NULL, *c;

	if (fresh != NULL && make_codes(fresh, &codes) != OK) {
		drop_codes(a, codes);
		account_clear(fresh);
		return ERR_NOMEM;
	}
	drop_codes(a, e->codes);
	account_clear(&e->account);
	e->codes = codes;
	e->there = fresh != NULL;
	if (fresh == NULL)
		return OK;
	e->account = *fresh;
	e->account.name = e->name;
	for (c = codes; c != NULL; c = c->next) {
		c->owner = e;
		table_add(&a->by_code, &c->node,
			  table_hash(&a->by_code, bytes_of(c->text)));
	}
	return OK;
}

static void entry_free(struct accounts *a, struct entry *e)
{
	drop_codes(a, e->codes);
	account_clear(&e->account);
	table_remove(&a->by_name, &e->node);
	mem_free(e->name);
	mem_free(e->row);
	mem_free(e);
}

/* -- all of them ---------------------------------------------------------- */

enum err accounts_new(const struct settings *s, const struct clock *clock,
		      const uint8_t key[16], struct accounts **made)
{
	struct accounts *a = mem_zero(sizeof *a);
	const struct settings_group *g;
	struct account fresh;
	struct entry *entry;
	enum err e = ERR_NOMEM;
	size_t i;

	if (a == NULL)
		return ERR_NOMEM;
	a->from = (struct account_source){ s, clock };
	if (table_init(&a->by_name, PLACES, key) != OK ||
	    table_init(&a->by_code, PLACES, key) != OK)
		goto out;
	for (i = 0; (g = settings_group_at(s, ACCOUNTS_GROUP, i)) != NULL;
	     i++) {
		e = ERR_NOMEM;
		if ((entry = entry_make(a, settings_name(g))) == NULL)
			goto out;
		e = account_in_force(&a->from, entry->name, NULL, &fresh);
		if (e != OK || (e = entry_set(a, entry, &fresh)) != OK)
			goto out;
	}
	e = OK;
out:
	if (e == OK)
		*made = a;
	else
		accounts_free(a);
	return e;
}

static void free_one(void *arg, struct table_node *n)
{
	entry_free(arg, (struct entry *)n);
}

void accounts_free(struct accounts *a)
{
	if (a == NULL)
		return;
	table_walk(&a->by_name, free_one, a);
	table_clear(&a->by_name);
	table_clear(&a->by_code);
	mem_free(a);
}

enum err accounts_row(struct bytes text, struct arena *arena,
		      const struct json_value **row)
{
	uint64_t version;
	enum err e = json_read(text, arena, row, NULL);

	if (e == ERR_NOMEM)
		return e;
	if (e != OK || json_find_uint(*row, "v", UINT64_MAX, &version) != OK)
		return ERR_MALFORMED;
	return version == VERSION ? OK : ERR_UNSUPPORTED;
}

/* Nobody gets in by it until an operator has seen to it. */
static enum err unreadable(const struct accounts *a, const char *name,
			   struct account *out)
{
	enum err e = account_in_force(&a->from, name, NULL, out);

	if (e != OK)
		return e;
	out->enabled = false;
	e = account_text(&out->comment,
			 bytes_of("what was changed live cannot be read: reset "
				  "it, or remove it"));
	if (e != OK)
		account_clear(out);
	return e;
}

/* The entry as its row, or NULL, and the files say. */
static enum err apply(struct accounts *a, struct entry *entry,
		      const struct json_value *row, bool readable)
{
	bool there = !readable || is_own(row) ||
		     settings_group_named(a->from.settings, ACCOUNTS_GROUP,
					  entry->name) != NULL;
	struct account fresh;
	enum err e;

	if (!there)
		return entry_set(a, entry, NULL);
	e = readable ? account_in_force(&a->from, entry->name,
					json_find(row, "set"), &fresh)
		     : ERR_MALFORMED;
	if (e != OK && e != ERR_NOMEM)
		e = unreadable(a, entry->name, &fresh);
	return e == OK ? entry_set(a, entry, &fresh) : e;
}

static enum err load(struct accounts *a, struct arena *arena, const char *name,
		     struct bytes text)
{
	struct entry *entry = entry_make(a, name);
	const struct json_value *row = NULL;
	enum err e;

	arena_reset(arena);
	if (entry == NULL || account_text(&entry->row, text) != OK)
		return ERR_NOMEM;
	if ((e = accounts_row(text, arena, &row)) == ERR_NOMEM)
		return e;
	return apply(a, entry, row, e == OK);
}

enum err accounts_load(struct accounts *a, const char *name, struct bytes row)
{
	struct arena *arena = arena_new(8 * ACCOUNT_ROW_MAX);
	enum err e = arena == NULL ? ERR_NOMEM : load(a, arena, name, row);

	arena_free(arena);
	return e;
}

struct inheritance {
	struct accounts *to;
	struct arena *arena;
	enum err e;
};

static void inherit_one(void *arg, struct table_node *n)
{
	const struct entry *old = (const struct entry *)n;
	struct inheritance *h = arg;

	if (h->e == OK && old->row != NULL)
		h->e = load(h->to, h->arena, old->name, bytes_of(old->row));
}

enum err accounts_inherit(struct accounts *a, const struct accounts *before)
{
	struct inheritance h = { a, arena_new(8 * ACCOUNT_ROW_MAX), OK };

	if (h.arena == NULL)
		return ERR_NOMEM;
	table_walk(&before->by_name, inherit_one, &h);
	arena_free(h.arena);
	return h.e;
}

const struct account *accounts_named(const struct accounts *a, const char *name)
{
	const struct entry *e = accounts_entry(a, name);

	return e != NULL && e->there ? &e->account : NULL;
}

/* Of several in the files that claim it, always the same one has it. */
const struct account *accounts_of_code(const struct accounts *a,
				       const char *text)
{
	uint64_t hash = table_hash(&a->by_code, bytes_of(text));
	struct table_node *n = table_first(&a->by_code, hash);
	const struct entry *best = NULL;

	for (; n != NULL; n = table_next(n)) {
		const struct code *c = (const struct code *)n;

		if (strcmp(c->text, text) == 0 &&
		    (best == NULL || strcmp(c->owner->name, best->name) < 0))
			best = c->owner;
	}
	return best == NULL ? NULL : &best->account;
}

/* -- changes -------------------------------------------------------------- */

static enum err refuse(struct buf *why, enum err e, const char *name,
		       const char *what)
{
	buf_printf(why, "%s %s", name, what);
	return e;
}

/* Links of all groups share one space of names. */
static bool is_link(const struct settings *s, const char *name)
{
	const struct setting_group *const *t = settings_tables();

	for (; *t != NULL; t++)
		if ((*t)->link && settings_group_named(s, (*t)->name, name))
			return true;
	return false;
}

/* C-octet string of ASCII (SMPP v3.4 3.1), and as names of links are. */
static bool good_name(const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return n > 0 && n <= ACCOUNT_NAME_MAX && strpbrk(name, ";/|") == NULL;
}

static enum err check_order(const struct accounts *a,
			    const struct account_order *o,
			    const struct entry *entry, struct buf *why)
{
	bool there = entry != NULL && entry->there;
	bool in_files = settings_group_named(a->from.settings, ACCOUNTS_GROUP,
					     o->name) != NULL;

	if (o->what != ACCOUNT_ADD) {
		if (!there)
			return refuse(why, ERR_NOTFOUND, o->name,
				      "is no account");
		if (o->what == ACCOUNT_REMOVE && in_files)
			return refuse(why, ERR_DENIED, o->name,
				      "is in the configuration: take it out "
				      "there, or disable it");
		if (o->what == ACCOUNT_RESET && !in_files)
			return refuse(why, ERR_DENIED, o->name,
				      "is not in the configuration: there is "
				      "nothing to go back to");
		return OK;
	}
	if (there)
		return refuse(why, ERR_EXISTS, o->name, "is there already");
	if (!good_name(o->name))
		return refuse(why, ERR_RANGE, o->name,
			      "is no name: 1 to 15 ASCII characters, without "
			      "space, ';', '/' and '|'");
	if (is_link(a->from.settings, o->name))
		return refuse(why, ERR_EXISTS, o->name,
			      "is the name of a link");
	if (o->set == NULL || json_find(o->set, "password") == NULL)
		return refuse(why, ERR_RANGE, o->name, "needs a password");
	return OK;
}

/* Every value is one that its setting may have. */
static enum err check_values(const struct accounts *a,
			     const struct account_order *o, struct buf *why)
{
	struct account probe = { .name = NULL };
	const struct json_value *v = o->set == NULL ? NULL : o->set->child;
	enum err e = OK;

	for (; e == OK && v != NULL; v = v->next) {
		size_t mark = why->n;

		e = account_set_member(a->from.settings, &probe, v, why);
		if (e == OK || e == ERR_NOMEM)
			continue;
		if (why->n == mark)
			buf_text(why, "no such setting, or no value for it");
		buf_printf(why, " (%.*s)", (int)v->name.n,
			   (const char *)v->name.p);
		e = ERR_RANGE;
	}
	account_clear(&probe);
	return e;
}

static enum err check_codes(const struct accounts *a, const char *name,
			    const struct json_value *set, struct buf *why)
{
	struct bytes left, item;
	const struct account *other;
	char text[ADDRESS_TEXT_MAX + 1];

	if (set == NULL || json_find_text(set, "short-code", &left) != OK)
		return OK;
	while (next_code(&left, &item)) {
		snprintf(text, sizeof text, "%.*s", (int)item.n,
			 (const char *)item.p);
		other = accounts_of_code(a, text);
		if (other != NULL && strcmp(other->name, name) != 0) {
			buf_printf(why, "short code %s is that of %s", text,
				   other->name);
			return ERR_EXISTS;
		}
	}
	return OK;
}

static void put_members(struct json_writer *w, const struct json_value *set,
			const struct json_value *but)
{
	const struct json_value *v = set == NULL ? NULL : set->child;
	char name[64];

	for (; v != NULL; v = v->next) {
		snprintf(name, sizeof name, "%.*s", (int)v->name.n,
			 (const char *)v->name.p);
		if (v->kind == JSON_STRING &&
		    (but == NULL || json_find(but, name) == NULL))
			json_put_text(w, name, v->text);
	}
}

/* The row after it; `old` may be NULL. */
static enum err put_row(const struct account_order *o,
			const struct json_value *old, struct buf *row)
{
	struct json_writer w = JSON_WRITER(row);

	json_open_object(&w);
	json_put_uint(&w, "v", VERSION);
	if (o->what == ACCOUNT_ADD || is_own(old))
		json_put_bool(&w, "own", true);
	json_name(&w, "set");
	json_open_object(&w);
	if (o->what == ACCOUNT_SET && old != NULL)
		put_members(&w, json_find(old, "set"), o->set);
	put_members(&w, o->set, NULL);
	json_close_object(&w);
	json_close_object(&w);
	return buf_status(row);
}

static enum err change(struct accounts *a, const struct account_order *o,
		       struct arena *arena, struct buf *row)
{
	struct entry *entry = entry_make(a, o->name);
	const struct json_value *old = NULL, *now = NULL;
	char *text = NULL;
	enum err e = OK;

	if (entry == NULL)
		return ERR_NOMEM;
	if (entry->row != NULL)
		e = accounts_row(bytes_of(entry->row), arena, &old);
	if (e == ERR_NOMEM)
		goto out;
	if (e != OK)
		old = NULL;
	e = OK;
	if ((o->what == ACCOUNT_ADD || o->what == ACCOUNT_SET) &&
	    ((e = put_row(o, old, row)) != OK ||
	     (e = accounts_row(buf_bytes(row), arena, &now)) != OK ||
	     (e = account_text(&text, buf_bytes(row))) != OK))
		goto out;
	if ((e = apply(a, entry, now, true)) != OK)
		goto out;
	mem_free(entry->row);
	entry->row = text;
	text = NULL;
out:
	mem_free(text);
	if (entry->row == NULL && !entry->there)
		entry_free(a, entry);
	return e;
}

enum err accounts_change(struct accounts *a, const struct account_order *o,
			 struct buf *row, struct buf *why)
{
	struct arena *arena;
	enum err e;

	if ((e = check_order(a, o, accounts_entry(a, o->name), why)) != OK ||
	    (e = check_values(a, o, why)) != OK ||
	    (e = check_codes(a, o->name, o->set, why)) != OK)
		return e;
	if ((arena = arena_new(16 * ACCOUNT_ROW_MAX)) == NULL)
		return ERR_NOMEM;
	e = change(a, o, arena, row);
	arena_free(arena);
	return e;
}
