/* An image against the tables, and settings as an image again. */
#include "gateway/settings_inside.h"

struct reader {
	struct settings *s;
	struct buf *complaints;
	bool mistakes;
};

/* What the fields of one group, or of one setting, say about it. */
struct head {
	struct bytes name, value;
	uint32_t file, line;
};

static uint32_t small(const struct field *f, enum err *bad)
{
	uint64_t v = field_value(f, bad);

	if (v > UINT32_MAX)
		*bad = ERR_MALFORMED;
	return (uint32_t)v;
}

static enum err read_setting(struct bytes in, struct head *out)
{
	struct cursor c = CURSOR(in);
	struct field f;

	*out = (struct head){ .file = 0 };
	while (field_next(&c, &f)) {
		if (f.tag == IN_SETTING_NAME)
			out->name = f.value;
		else if (f.tag == IN_SETTING_VALUE)
			out->value = f.value;
		else if (f.tag == IN_SETTING_FILE)
			out->file = small(&f, &c.bad);
		else if (f.tag == IN_SETTING_LINE)
			out->line = small(&f, &c.bad);
	}
	return c.bad;
}

static enum err read_head(struct bytes in, struct head *out)
{
	struct cursor c = CURSOR(in);
	struct field f;

	*out = (struct head){ .file = 0 };
	while (field_next(&c, &f)) {
		if (f.tag == IN_GROUP_NAME)
			out->name = f.value;
		else if (f.tag == IN_GROUP_FILE)
			out->file = small(&f, &c.bad);
		else if (f.tag == IN_GROUP_LINE)
			out->line = small(&f, &c.bad);
	}
	return c.bad;
}

/* "file:line: group smsc: port: "; the caller ends the line. */
static void begin(struct reader *r, const struct head *at, struct bytes group,
		  struct bytes setting)
{
	r->mistakes = true;
	settings_put_where(r->s, at->file, at->line, r->complaints);
	buf_text(r->complaints, ": group ");
	settings_put_shown(r->complaints, group);
	buf_text(r->complaints, ": ");
	if (setting.n == 0)
		return;
	settings_put_shown(r->complaints, setting);
	buf_text(r->complaints, ": ");
}

/* The one that may be meant, else all that there are. */
static void suggest(struct reader *r, struct bytes word,
		    const char *const *names, size_t n)
{
	const char *near = settings_nearest(word, names, n);
	size_t i;

	if (near != NULL)
		buf_printf(r->complaints, "; did you mean %s?", near);
	for (i = 0; near == NULL && i < n; i++)
		buf_printf(r->complaints, "%s%s",
			   i == 0 ? "; there are " : ", ", names[i]);
	buf_text(r->complaints, "\n");
}

static void unknown_group(struct reader *r, const struct head *h)
{
	const char *names[SETTINGS_NAMES_MAX];
	size_t i;

	begin(r, h, h->name, (struct bytes){ NULL, 0 });
	buf_text(r->complaints, "there is no such group");
	for (i = 0; i < r->s->n_kinds && i < SETTINGS_NAMES_MAX; i++)
		names[i] = r->s->kinds[i].table->name;
	suggest(r, h->name, names, i);
}

static void unknown_setting(struct reader *r, const struct settings_kind *k,
			    const struct head *h)
{
	const char *names[SETTINGS_NAMES_MAX];
	size_t i;

	begin(r, h, bytes_of(k->table->name), h->name);
	buf_text(r->complaints, "there is no such setting");
	for (i = 0; i < k->n_rows && i < SETTINGS_NAMES_MAX; i++)
		names[i] = k->table->settings[i].name;
	suggest(r, h->name, names, i);
}

static enum err take_value(struct reader *r, struct settings_group *g,
			   size_t row, const struct head *h)
{
	const struct setting *what = &g->kind->table->settings[row];
	struct settings_value *v = &g->values[row];
	struct buf why = BUF_INIT(1024);
	struct bytes group = bytes_of(g->kind->table->name);
	uint64_t number = 0;
	enum err e = OK;

	if (v->written != NULL) {
		begin(r, h, group, h->name);
		buf_text(r->complaints, "already set at ");
		settings_put_where(r->s, v->file, v->line, r->complaints);
		buf_text(r->complaints, "\n");
	} else if (settings_value_check(what, h->value, &number, &why) != OK) {
		begin(r, h, group, h->name);
		buf_put(r->complaints, buf_bytes(&why));
		buf_text(r->complaints, "\n");
		v->written = "";
	} else if ((v->written = arena_string(r->s->arena, h->value)) == NULL) {
		e = ERR_NOMEM;
	} else {
		v->text = v->written;
		v->number = number;
	}
	v->file = h->file;
	v->line = h->line;
	buf_clear(&why);
	return e;
}

static void check_required(struct reader *r, const struct settings_group *g)
{
	struct head h = { .file = g->file, .line = g->line };
	const struct setting *rows = g->kind->table->settings;
	size_t i;

	for (i = 0; i < g->kind->n_rows; i++)
		if (rows[i].required && g->values[i].written == NULL) {
			begin(r, &h, bytes_of(g->kind->table->name),
			      bytes_of(rows[i].name));
			buf_text(r->complaints, "must be set\n");
		}
}

static enum err take_group(struct reader *r, struct bytes in)
{
	struct cursor c = CURSOR(in);
	struct settings_kind *k;
	struct settings_group *g;
	struct head h, setting;
	struct field f;
	enum err e = read_head(in, &h);

	if (e != OK)
		return e;
	if ((k = settings_kind_named(r->s, h.name)) == NULL) {
		unknown_group(r, &h);
		return OK;
	}
	if ((g = settings_add(r->s, k)) == NULL)
		return ERR_NOMEM;
	g->file = h.file;
	g->line = h.line;
	while (e == OK && field_next(&c, &f)) {
		size_t row;

		if (f.tag != IN_GROUP_SETTING)
			continue;
		if ((e = read_setting(f.value, &setting)) != OK)
			return e;
		if ((row = settings_row_named(k, setting.name)) == k->n_rows)
			unknown_setting(r, k, &setting);
		else
			e = take_value(r, g, row, &setting);
	}
	check_required(r, g);
	return e;
}

static enum err take_file(struct settings *s, struct bytes name)
{
	const char **files = s->files;
	size_t room = s->room_files;

	if (s->n_files == room) {
		room = room == 0 ? 4 : room * 2;
		files = mem_realloc(s->files, room * sizeof(const char *));
		if (files == NULL)
			return ERR_NOMEM;
		s->files = files;
		s->room_files = room;
	}
	if ((s->files[s->n_files] = arena_string(s->arena, name)) == NULL)
		return ERR_NOMEM;
	s->n_files++;
	return OK;
}

static enum err take_image(struct reader *r, struct bytes image,
			   uint64_t *shift)
{
	struct cursor c = CURSOR(image);
	struct field f;
	enum err e = OK;

	while (e == OK && field_next(&c, &f)) {
		if (f.tag == IMAGE_FILE)
			e = take_file(r->s, f.value);
		else if (f.tag == IMAGE_GROUP)
			e = take_group(r, f.value);
		else if (f.tag == IMAGE_SHIFT)
			*shift = field_value(&f, &c.bad);
	}
	return e == OK ? c.bad : e;
}

enum err settings_read(struct bytes image, struct settings **out,
		       struct buf *complaints)
{
	struct reader r = { .complaints = complaints };
	uint64_t shift = 0;
	enum err e;

	*out = NULL;
	if (image.n > SETTINGS_IMAGE_MAX)
		return ERR_TOOBIG;
	if ((r.s = settings_new()) == NULL)
		return ERR_NOMEM;
	if ((e = take_image(&r, image, &shift)) != OK)
		goto out;
	if ((e = settings_finish(r.s)) != OK)
		goto out;
	if ((e = settings_check_whole(r.s, complaints)) != OK)
		goto out;
	if (r.mistakes)
		e = ERR_RANGE;
	else if (shift > 0)
		e = settings_shift_ports(r.s, shift);
out:
	if (e == OK)
		*out = r.s;
	else
		settings_free(r.s);
	return e;
}

static void put_group(const struct settings_group *g, struct buf *to)
{
	size_t mark = field_open(to, IMAGE_GROUP), i, inner;

	field_text(to, IN_GROUP_NAME, g->kind->table->name);
	field_number(to, IN_GROUP_FILE, g->file);
	field_number(to, IN_GROUP_LINE, g->line);
	for (i = 0; i < g->kind->n_rows; i++) {
		const struct settings_value *v = &g->values[i];

		if (v->written == NULL)
			continue;
		inner = field_open(to, IN_GROUP_SETTING);
		field_text(to, IN_SETTING_NAME,
			   g->kind->table->settings[i].name);
		field_text(to, IN_SETTING_VALUE, v->written);
		field_number(to, IN_SETTING_FILE, v->file);
		field_number(to, IN_SETTING_LINE, v->line);
		field_close(to, inner);
	}
	field_close(to, mark);
}

static enum err put_image(const struct settings *s, bool shared, struct buf *to)
{
	size_t i, j;

	for (i = 0; i < s->n_files; i++)
		field_text(to, IMAGE_FILE, s->files[i]);
	for (i = 0; i < s->n_kinds; i++)
		for (j = 0; j < s->kinds[i].n; j++)
			if (!shared || !s->kinds[i].table->private)
				put_group(s->kinds[i].at[j], to);
	field_number(to, IMAGE_SHIFT, s->shift);
	return buf_status(to);
}

enum err settings_image(const struct settings *s, struct buf *to)
{
	return put_image(s, false, to);
}

enum err settings_image_shared(const struct settings *s, struct buf *to)
{
	return put_image(s, true, to);
}
