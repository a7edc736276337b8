#include "adapters/sip/users.h"

#include <string.h>

#include "adapters/sip/slots.h"
#include "codecs/table.h"

#define EPOCHS 4096 /* groups of names that change together      */

struct wait {
	struct wait *next;
	users_done *done;
	void *arg;
};

/* One name or address. Asked for and not answered: `asking` is set. */
struct entry {
	struct table_node node; /* first: it is found by it                  */
	struct entry *older, *newer; /* by last use                       */
	enum lookup_kind kind;
	char *text;
	uint64_t asking;
	struct wait *waiting, **waiting_end;
	struct user user;
	char *strings; /* what `user` points into                   */
	uint64_t until_us;
	uint32_t epoch; /* of the name, when it was answered         */
};

struct users {
	struct uplink *up;
	struct table table;
	struct slots asked;
	struct entry *oldest, *newest;
	uint32_t epochs[EPOCHS];
	uint32_t generation;
};

struct users *users_new(struct uplink *up, const uint8_t key[16])
{
	struct users *u = mem_zero(sizeof(*u));

	if (!u)
		return NULL;
	u->up = up;
	u->asked = (struct slots)SLOTS_INIT(USERS_WAITING);
	if (table_init(&u->table, 1024, key) != OK) {
		mem_free(u);
		return NULL;
	}
	return u;
}

static void unlink_entry(struct users *u, struct entry *e)
{
	if (e->older)
		e->older->newer = e->newer;
	else
		u->oldest = e->newer;
	if (e->newer)
		e->newer->older = e->older;
	else
		u->newest = e->older;
	e->older = e->newer = NULL;
}

static void link_newest(struct users *u, struct entry *e)
{
	e->older = u->newest;
	e->newer = NULL;
	if (u->newest)
		u->newest->newer = e;
	else
		u->oldest = e;
	u->newest = e;
}

static void answer_all(struct entry *e, const struct user *user)
{
	struct wait *w = e->waiting, *next;

	e->waiting = NULL;
	e->waiting_end = &e->waiting;
	for (; w; w = next) {
		next = w->next;
		w->done(w->arg, user);
		mem_free(w);
	}
}

static void drop(struct users *u, struct entry *e)
{
	unlink_entry(u, e);
	table_remove(&u->table, &e->node);
	slots_drop(&u->asked, e->asking);
	answer_all(e, NULL);
	mem_free(e->text);
	mem_free(e->strings);
	mem_free(e);
}

void users_free(struct users *u)
{
	if (!u)
		return;
	while (u->oldest)
		drop(u, u->oldest);
	table_clear(&u->table);
	slots_clear(&u->asked);
	mem_free(u);
}

static uint64_t hash_of(const struct users *u, enum lookup_kind kind,
			const char *text)
{
	return table_hash(&u->table, bytes_of(text)) + (uint64_t)kind;
}

static uint32_t *epoch_of(struct users *u, const char *name)
{
	return &u->epochs[table_hash(&u->table, bytes_of(name)) % EPOCHS];
}

static struct entry *find(const struct users *u, const struct lookup *what)
{
	uint64_t hash = hash_of(u, what->kind, what->name);
	struct table_node *n = table_first(&u->table, hash);
	struct entry *e;

	for (; n; n = table_next(n)) {
		e = (struct entry *)n;
		if (e->kind == what->kind && strcmp(e->text, what->name) == 0)
			return e;
	}
	return NULL;
}

static bool fresh(struct users *u, const struct entry *e)
{
	uint32_t epoch = u->generation;

	if (e->user.name)
		epoch += *epoch_of(u, e->user.name);
	return uplink_now_us(u->up) < e->until_us && e->epoch == epoch;
}

/* The oldest that nobody waits for goes. */
static void make_room(struct users *u)
{
	struct entry *e = u->oldest;

	if (u->table.count < USERS_MAX)
		return;
	while (e && e->waiting)
		e = e->newer;
	if (e)
		drop(u, e);
}

static struct entry *make(struct users *u, const struct lookup *what)
{
	struct entry *e;

	make_room(u);
	e = mem_zero(sizeof(*e));
	if (!e)
		return NULL;
	e->kind = what->kind;
	e->text = mem_string(what->name);
	e->waiting_end = &e->waiting;
	if (!e->text) {
		mem_free(e);
		return NULL;
	}
	table_add(&u->table, &e->node, hash_of(u, what->kind, what->name));
	link_newest(u, e);
	return e;
}

static enum err ask(struct users *u, struct entry *e)
{
	struct lookup l = { e->kind, e->text };
	enum err err;

	if (e->asking)
		return OK;
	e->asking = slots_put(&u->asked, e);
	if (!e->asking)
		return ERR_BUSY;
	if ((err = uplink_lookup(u->up, e->asking, &l)) != OK) {
		slots_drop(&u->asked, e->asking);
		e->asking = 0;
	}
	return err;
}

static enum err wait_for(struct entry *e, users_done *done, void *arg)
{
	struct wait *w = mem_zero(sizeof(*w));

	if (!w)
		return ERR_NOMEM;
	w->done = done;
	w->arg = arg;
	*e->waiting_end = w;
	e->waiting_end = &w->next;
	return OK;
}

void users_ask(struct users *u, const struct lookup *what, users_done *done,
	       void *arg)
{
	struct entry *e = find(u, what);

	if (e) {
		unlink_entry(u, e);
		link_newest(u, e);
	} else {
		e = make(u, what);
	}
	if (!e) {
		done(arg, NULL);
		return;
	}
	if (!e->asking && e->until_us && fresh(u, e)) {
		done(arg, &e->user);
		return;
	}
	if (ask(u, e) != OK || wait_for(e, done, arg) != OK) {
		done(arg, NULL);
		if (!e->waiting && !e->asking)
			drop(u, e);
	}
}

static char *keep(char **at, const char *text)
{
	char *to = *at;
	size_t n;

	if (!text)
		return NULL;
	n = strlen(text) + 1;
	memcpy(to, text, n);
	*at = to + n;
	return to;
}

static size_t room(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static enum err fill(struct entry *e, const struct found *v)
{
	size_t n = room(v->name) + room(v->domain) + room(v->number) +
		   room(v->ha1_md5) + room(v->ha1_sha256) + 1;
	char *strings = mem_alloc(n), *at = strings;

	if (!strings)
		return ERR_NOMEM;
	mem_free(e->strings);
	e->strings = strings;
	e->user = (struct user){
		.exists = v->exists,
		.name = keep(&at, v->name),
		.domain = keep(&at, v->domain),
		.number = keep(&at, v->number),
		.ha1_md5 = keep(&at, v->ha1_md5),
		.ha1_sha256 = keep(&at, v->ha1_sha256),
		.devices = v->devices,
	};
	return OK;
}

void users_found(struct users *u, uint64_t ref, const struct found *v)
{
	struct entry *e = slots_get(&u->asked, ref);

	if (!e)
		return;
	slots_drop(&u->asked, ref);
	e->asking = 0;
	unlink_entry(u, e);
	link_newest(u, e);
	if (fill(e, v) != OK) {
		drop(u, e);
		return;
	}
	e->until_us = uplink_now_us(u->up) +
		      (v->exists ? USERS_KNOWN_US : USERS_UNKNOWN_US);
	e->epoch = u->generation;
	if (e->user.name)
		e->epoch += *epoch_of(u, e->user.name);
	answer_all(e, &e->user);
}

void users_changed(struct users *u, const struct lookup *what)
{
	struct entry *e;

	if (!what->name) {
		users_forget(u);
		return;
	}
	if (what->kind == LOOKUP_USER_NAME)
		++*epoch_of(u, what->name);
	e = find(u, what);
	if (e)
		e->until_us = 1; /* answers under way are older, too */
}

void users_forget(struct users *u)
{
	u->generation += EPOCHS + 1;
}
