/* accounts_list.c - accounts as operators see them. */
#include "gateway/accounts_inside.h"

#include <stdlib.h>
#include <string.h>

#define OBJECT_MAX (2 * ACCOUNT_ROW_MAX)

/* What was changed live, by name; never a password. */
static void put_changed(struct json_writer *w, const struct accounts *a,
			const struct entry *e)
{
	struct arena *arena = arena_new(8 * ACCOUNT_ROW_MAX);
	const struct json_value *row = NULL, *v = NULL;
	bool in_files = settings_group_named(a->from.settings, ACCOUNTS_GROUP, e->name) !=
			NULL;

	if (e->row != NULL && arena != NULL &&
	    accounts_row(bytes_of(e->row), arena, &row) == OK)
		v = json_find(row, "set");
	json_put_string(w, "from",
			!in_files	 ? "live"
			: e->row == NULL ? "files"
					 : "files, changed live");
	json_name(w, "changed");
	json_open_array(w);
	for (v = v == NULL ? NULL : v->child; in_files && v != NULL;
	     v = v->next)
		json_text(w, v->name);
	json_close_array(w);
	arena_free(arena);
}

static enum err put_entry(const struct accounts *a, struct entry *e,
			  uint64_t now_us, struct buf *to)
{
	struct json_writer w = JSON_WRITER(to);

	json_open_object(&w);
	account_put(&w, &e->account, now_us);
	put_changed(&w, a, e);
	json_close_object(&w);
	return buf_status(to);
}

enum err accounts_show(const struct accounts *a, const char *name,
		       uint64_t now_us, struct buf *to)
{
	struct entry *e = accounts_entry(a, name);

	if (e == NULL || !e->there)
		return ERR_NOTFOUND;
	return put_entry(a, e, now_us, to);
}

struct listing {
	struct entry **at;
	size_t n;
};

static void list_one(void *arg, struct table_node *n)
{
	struct entry *e = (struct entry *)n;
	struct listing *l = arg;

	if (e->there)
		l->at[l->n++] = e;
}

static int by_name(const void *x, const void *y)
{
	const struct entry *a = *(struct entry *const *)x;
	const struct entry *b = *(struct entry *const *)y;

	return strcmp(a->name, b->name);
}

enum err accounts_list(const struct accounts *a, uint64_t now_us,
		       accounts_each *each, void *arg)
{
	struct listing l = { .n = 0 };
	struct buf object = BUF_INIT(OBJECT_MAX);
	enum err e = OK;
	size_t i;

	l.at = mem_alloc((a->by_name.count + 1) * sizeof(struct entry *));
	if (l.at == NULL)
		return ERR_NOMEM;
	table_walk(&a->by_name, list_one, &l);
	qsort(l.at, l.n, sizeof(struct entry *), by_name);
	for (i = 0; e == OK && i < l.n; i++) {
		buf_reset(&object);
		if ((e = put_entry(a, l.at[i], now_us, &object)) == OK)
			each(arg, buf_bytes(&object));
	}
	buf_clear(&object);
	mem_free(l.at);
	return e;
}
