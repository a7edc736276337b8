#include "gateway/gwctl_print.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "codecs/utf8.h"

size_t print_columns(uint32_t cp)
{
	int n = wcwidth((wchar_t)cp);

	return n < 0 ? 1 : (size_t)n;
}

size_t print_width(const char *text)
{
	struct bytes left = bytes_of(text);
	size_t n = 0;
	uint32_t cp;

	while (left.n > 0) {
		left = bytes_after(left, utf8_step(left, &cp));
		n += print_columns(cp);
	}
	return n;
}

static void put_spaces(struct buf *to, size_t n)
{
	for (; n > 0; n--)
		buf_u8(to, ' ');
}

void print_padded(struct buf *to, const char *text, size_t width)
{
	size_t n = print_width(text);

	buf_text(to, text);
	if (n < width)
		put_spaces(to, width - n);
}

/* Nothing that moves a cursor or hides what stands there. */
static bool harmless(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == UTF8_BAD)
		return false;
	if (cp == 0x200E || cp == 0x200F || cp == 0xFEFF)
		return false;
	return !(cp >= 0x2028 && cp <= 0x202E) &&
	       !(cp >= 0x2066 && cp <= 0x2069);
}

const char *print_harmless(struct arena *a, struct bytes text)
{
	struct buf out = BUF_INIT(GWCTL_TEXT_MAX);
	const char *s = NULL;
	uint32_t cp;

	while (text.n > 0 && out.n + 8 < GWCTL_TEXT_MAX) {
		text = bytes_after(text, utf8_step(text, &cp));
		utf8_append(&out, harmless(cp) ? cp : '?');
	}
	if (buf_status(&out) == OK)
		s = arena_string(a, buf_bytes(&out));
	buf_clear(&out);
	return s;
}

const char *print_member(struct arena *a, const struct json_value *v,
			 const char *name)
{
	const struct json_value *m = json_find(v, name);

	if (m == NULL)
		return "";
	switch (m->kind) {
	case JSON_BOOL:
		return m->truth ? "yes" : "no";
	case JSON_NUMBER:
	case JSON_STRING:
		return print_harmless(a, m->text);
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return "";
}

const char *print_duration(struct arena *a, uint64_t seconds)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = { { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 } };
	struct buf out = BUF_INIT(64);
	const char *s;
	size_t i, shown = 0;

	for (i = 0; i < 4 && shown < 2; i++) {
		uint64_t n = seconds / units[i].seconds;

		seconds %= units[i].seconds;
		if (n == 0 && (shown > 0 || i < 3))
			continue;
		buf_printf(&out, "%s%llu%s", shown > 0 ? " " : "",
			   (unsigned long long)n, units[i].name);
		shown++;
	}
	s = arena_string(a, buf_bytes(&out));
	buf_clear(&out);
	return s;
}

void print_table_init(struct print_table *t, struct arena *a,
		      const struct print_column *columns)
{
	*t = (struct print_table){ .arena = a, .columns = columns };
	while (columns[t->n_columns].title != NULL)
		t->n_columns++;
}

void print_table_clear(struct print_table *t)
{
	mem_free(t->cells);
	t->cells = NULL;
	t->n_cells = t->room = 0;
}

/* "2026-01-31 12:34:56Z" of an RFC 3339 time in UTC; else as it is. */
static const char *short_time(struct arena *a, const char *time)
{
	struct buf out = BUF_INIT(64);
	const char *s;

	if (strlen(time) < 20 || time[10] != 'T' ||
	    time[strlen(time) - 1] != 'Z')
		return time;
	buf_printf(&out, "%.10s %.8sZ", time, time + 11);
	s = arena_string(a, buf_bytes(&out));
	buf_clear(&out);
	return s;
}

static const char *cell(struct arena *a, const struct json_value *v,
			const struct print_column *c)
{
	uint64_t seconds;
	const char *text;

	if (c->kind == PRINT_SECONDS &&
	    json_find_uint(v, c->member, UINT64_MAX, &seconds) == OK)
		return print_duration(a, seconds);
	if (c->kind == PRINT_IF && !json_find_true(v, c->member))
		return "";
	text = print_member(a, v, c->member);
	return text != NULL && c->kind == PRINT_TIME ? short_time(a, text)
						     : text;
}

enum err print_table_add(struct print_table *t, const struct json_value *v)
{
	const char **cells = t->cells;
	size_t room = t->room, i;

	if (t->n_cells + t->n_columns > room) {
		room = (room + t->n_columns) * 2;
		cells = mem_realloc(t->cells, room * sizeof(const char *));
		if (cells == NULL)
			return ERR_NOMEM;
		t->cells = cells;
		t->room = room;
	}
	for (i = 0; i < t->n_columns; i++) {
		const char *s = cell(t->arena, v, &t->columns[i]);

		if (s == NULL)
			return ERR_NOMEM;
		t->cells[t->n_cells + i] = s;
	}
	t->n_cells += t->n_columns;
	return OK;
}

/* 0: nothing is in that column. */
static size_t column_width(const struct print_table *t, size_t column)
{
	size_t widest = 0, i, n;

	for (i = column; i < t->n_cells; i += t->n_columns) {
		n = print_width(t->cells[i]);
		if (n > widest)
			widest = n;
	}
	n = print_width(t->columns[column].title);
	return widest > 0 && widest < n ? n : widest;
}

static void put_cell(const struct print_column *c, const char *text,
		     size_t width, size_t *gap, struct buf *to)
{
	size_t n = print_width(text);
	size_t left = width > n ? width - n : 0;
	bool right = c->kind == PRINT_NUMBER || c->kind == PRINT_SECONDS;

	/* Spaces wait in *gap, so that no line ends in them. */
	put_spaces(to, n == 0 ? 0 : *gap + (right ? left : 0));
	buf_text(to, text);
	*gap = n == 0 ? *gap + width : (right ? 0 : left);
	*gap += 2;
}

static void put_row(const struct print_table *t, const size_t *widths,
		    const char *const *cells, struct buf *to)
{
	size_t gap = 0, i;

	for (i = 0; i < t->n_columns; i++)
		if (widths[i] > 0)
			put_cell(&t->columns[i],
				 cells == NULL ? t->columns[i].title : cells[i],
				 widths[i], &gap, to);
	buf_text(to, "\n");
}

void print_table_put(struct print_table *t, struct buf *to)
{
	bool wider = false;
	size_t width, i;

	for (i = 0; i < t->n_columns; i++) {
		width = column_width(t, i);
		if (width <= t->widths[i])
			continue;
		t->widths[i] = width;
		wider = true;
	}
	if (wider)
		put_row(t, t->widths, NULL, to);
	for (i = 0; i < t->n_cells; i += t->n_columns)
		put_row(t, t->widths, (const char *const *)t->cells + i, to);
	t->n_cells = 0;
}
