/* Settings from nothing: the tables with their defaults, and instances. */
#include "gateway/settings_inside.h"

#include <stdlib.h>
#include <string.h>

#define SETTINGS_ARENA_MAX ((size_t)1024 * 1024 * 1024)

static int by_row_name(const void *a, const void *b, void *rows)
{
	const struct setting *settings = rows;
	uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;

	return strcmp(settings[x].name, settings[y].name);
}

static struct settings_group *new_group(struct settings *s,
					struct settings_kind *k)
{
	struct settings_group *g;
	size_t values = k->n_rows * sizeof g->values[0];

	g = arena_alloc(s->arena, sizeof *g + values);
	if (g == NULL)
		return NULL;
	g->of = s;
	g->kind = k;
	g->name = "";
	if (k->none != NULL)
		memcpy(g->values, k->none->values, values);
	return g;
}

static void set_default(const struct setting *row, struct settings_value *v)
{
	struct buf complaint = BUF_INIT(200);

	v->text = row->fallback;
	if (row->fallback != NULL &&
	    settings_value_check(row, bytes_of(row->fallback), &v->number,
				 &complaint) != OK)
		abort(); /* the table is wrong */
	buf_clear(&complaint);
}

static bool set_up(struct settings *s, struct settings_kind *k,
		   const struct setting_group *table)
{
	uint16_t i;

	k->table = table;
	while (table->settings[k->n_rows].name != NULL)
		k->n_rows++;
	k->key = k->n_rows;
	k->sorted = arena_array(s->arena, k->n_rows, sizeof *k->sorted);
	k->none = new_group(s, k);
	if (k->sorted == NULL || k->none == NULL)
		return false;
	for (i = 0; i < k->n_rows; i++) {
		const struct setting *row = &table->settings[i];

		k->sorted[i] = i;
		set_default(row, &k->none->values[i]);
		if (table->key != NULL && strcmp(table->key, row->name) == 0)
			k->key = i;
	}
	qsort_r(k->sorted, k->n_rows, sizeof *k->sorted, by_row_name,
		(void *)(uintptr_t)table->settings);
	return true;
}

struct settings *settings_new(void)
{
	const struct setting_group *const *tables = settings_tables();
	struct settings *s = mem_zero(sizeof *s);
	size_t i, n = 0;

	if (s == NULL || (s->arena = arena_new(SETTINGS_ARENA_MAX)) == NULL)
		goto failed;
	while (tables[n] != NULL)
		n++;
	s->kinds = arena_array(s->arena, n, sizeof *s->kinds);
	if (s->kinds == NULL)
		goto failed;
	s->n_kinds = n;
	for (i = 0; i < n; i++)
		if (!set_up(s, &s->kinds[i], tables[i]))
			goto failed;
	return s;
failed:
	settings_free(s);
	return NULL;
}

struct settings_group *settings_add(struct settings *s, struct settings_kind *k)
{
	struct settings_group **at = k->at, *g;
	size_t room = k->room;

	if (k->n == room) {
		room = room == 0 ? 4 : room * 2;
		at = mem_realloc(k->at, room * sizeof(struct settings_group *));
		if (at == NULL)
			return NULL;
		k->at = at;
		k->room = room;
	}
	if ((g = new_group(s, k)) != NULL)
		k->at[k->n++] = g;
	return g;
}

static int by_group_name(const void *a, const void *b)
{
	const struct settings_group *x = *(struct settings_group *const *)a;
	const struct settings_group *y = *(struct settings_group *const *)b;
	int d = strcmp(x->name, y->name);

	if (d != 0)
		return d;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return 0;
}

enum err settings_finish(struct settings *s)
{
	size_t i, j;

	for (i = 0; i < s->n_kinds; i++) {
		struct settings_kind *k = &s->kinds[i];
		size_t octets = k->n * sizeof(struct settings_group *);

		if (k->n == 0)
			continue;
		for (j = 0; j < k->n; j++)
			if (k->key < k->n_rows &&
			    k->at[j]->values[k->key].text != NULL)
				k->at[j]->name = k->at[j]->values[k->key].text;
		if ((k->by_name = mem_alloc(octets)) == NULL)
			return ERR_NOMEM;
		memcpy(k->by_name, k->at, octets);
		qsort(k->by_name, k->n, sizeof(struct settings_group *),
		      by_group_name);
	}
	return OK;
}
