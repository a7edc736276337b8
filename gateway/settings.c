#include "gateway/settings_inside.h"

#include <stdlib.h>
#include <string.h>

void settings_free(struct settings *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n_kinds; i++) {
		mem_free(s->kinds[i].at);
		mem_free(s->kinds[i].by_name);
	}
	mem_free(s->files);
	arena_free(s->arena);
	mem_free(s);
}

struct settings_kind *settings_kind_named(const struct settings *s,
					  struct bytes group)
{
	size_t i;

	for (i = 0; i < s->n_kinds; i++)
		if (bytes_is(group, s->kinds[i].table->name))
			return &s->kinds[i];
	return NULL;
}

/* As strcmp, with a text that has no NUL. */
static int compare(struct bytes a, const char *b)
{
	size_t n = strlen(b);
	int d = a.n == 0 ? 0 : memcmp(a.p, b, a.n < n ? a.n : n);

	if (d != 0)
		return d;
	return a.n < n ? -1 : a.n > n;
}

size_t settings_row_named(const struct settings_kind *k, struct bytes name)
{
	size_t low = 0, high = k->n_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		size_t row = k->sorted[middle];
		int d = compare(name, k->table->settings[row].name);

		if (d == 0)
			return row;
		if (d < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return k->n_rows;
}

const struct settings_group *settings_group_at(const struct settings *s,
					       const char *group, size_t n)
{
	const struct settings_kind *k = settings_kind_named(s, bytes_of(group));

	return k == NULL || n >= k->n ? NULL : k->at[n];
}

const struct settings_group *settings_group_named(const struct settings *s,
						  const char *group,
						  const char *name)
{
	const struct settings_kind *k = settings_kind_named(s, bytes_of(group));
	size_t low = 0, high = k == NULL ? 0 : k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int d = strcmp(name, k->by_name[middle]->name);

		if (d == 0)
			return k->by_name[middle];
		if (d < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct settings_group *settings_single(const struct settings *s,
					     const char *group)
{
	const struct settings_kind *k = settings_kind_named(s, bytes_of(group));

	if (k == NULL)
		abort();
	return k->n > 0 ? k->at[0] : k->none;
}

const struct settings_group *settings_blank(const struct settings *s,
					    const char *group)
{
	const struct settings_kind *k = settings_kind_named(s, bytes_of(group));

	if (k == NULL)
		abort();
	return k->none;
}

enum err settings_check(const struct settings *s, const char *group,
			const char *setting, struct bytes text,
			uint64_t *number, struct buf *complaint)
{
	const struct settings_kind *k = settings_kind_named(s, bytes_of(group));
	size_t row;

	if (k == NULL)
		abort();
	row = settings_row_named(k, bytes_of(setting));
	if (row == k->n_rows)
		return ERR_NOTFOUND;
	return settings_value_check(&k->table->settings[row], text, number,
				    complaint);
}

const char *settings_name(const struct settings_group *g)
{
	return g->name;
}

static const struct settings_value *value_of(const struct settings_group *g,
					     const char *setting)
{
	size_t row = settings_row_named(g->kind, bytes_of(setting));

	if (row == g->kind->n_rows)
		abort();
	return &g->values[row];
}

const char *settings_text(const struct settings_group *g, const char *setting)
{
	return value_of(g, setting)->text;
}

uint64_t settings_number(const struct settings_group *g, const char *setting)
{
	return value_of(g, setting)->number;
}

bool settings_bool(const struct settings_group *g, const char *setting)
{
	return value_of(g, setting)->number != 0;
}

bool settings_item(const struct settings_group *g, const char *setting,
		   size_t n, struct bytes *out)
{
	struct bytes left = settings_list(bytes_of(value_of(g, setting)->text));

	while (settings_next(&left, out))
		if (n-- == 0)
			return true;
	return false;
}

void settings_put_where(const struct settings *s, uint32_t file, uint32_t line,
			struct buf *out)
{
	if (file == 0 || file > s->n_files)
		buf_text(out, "(default)");
	else
		buf_printf(out, "%s:%u", s->files[file - 1], line);
}

void settings_where(const struct settings_group *g, const char *setting,
		    struct buf *out)
{
	const struct settings_value *v = value_of(g, setting);

	if (v->written != NULL)
		settings_put_where(g->of, v->file, v->line, out);
	else
		settings_put_where(g->of, g->file, g->line, out);
}

static bool is_number(enum setting_type type)
{
	return type == SETTING_NUMBER || type == SETTING_BOOL ||
	       type == SETTING_DURATION || type == SETTING_SIZE ||
	       type == SETTING_PORT;
}

static bool same_value(const struct setting *row,
		       const struct settings_value *a,
		       const struct settings_value *b)
{
	if (a->text == NULL || b->text == NULL)
		return a->text == b->text;
	if (is_number(row->type))
		return a->number == b->number;
	return strcmp(a->text, b->text) == 0;
}

bool settings_group_equal(const struct settings_group *a,
			  const struct settings_group *b)
{
	size_t i;

	if (a->kind->table != b->kind->table || strcmp(a->name, b->name) != 0)
		return false;
	for (i = 0; i < a->kind->n_rows; i++)
		if (!same_value(&a->kind->table->settings[i], &a->values[i],
				&b->values[i]))
			return false;
	return true;
}
