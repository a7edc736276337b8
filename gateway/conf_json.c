#include "gateway/conf_json.h"

#include "codecs/json.h"

static void put_group(struct json_writer *w, const struct setting_group *t,
		      const struct settings_group *g)
{
	const struct setting *row;

	json_open_object(w);
	for (row = t->settings; row->name != NULL; row++) {
		const char *text = settings_text(g, row->name);

		if (row->type == SETTING_SECRET && text != NULL)
			text = "(secret)";
		json_put_string(w, row->name, text);
	}
	json_close_object(w);
}

enum err conf_json_settings(const struct settings *s, struct buf *to)
{
	const struct setting_group *const *t = settings_tables();
	struct json_writer w = JSON_WRITER(to);
	const struct settings_group *g;
	size_t i;

	json_open_object(&w);
	for (; *t != NULL; t++) {
		json_name(&w, (*t)->name);
		if ((*t)->key == NULL) {
			put_group(&w, *t, settings_single(s, (*t)->name));
			continue;
		}
		json_open_array(&w);
		for (i = 0; (g = settings_group_at(s, (*t)->name, i)) != NULL;
		     i++)
			put_group(&w, *t, g);
		json_close_array(&w);
	}
	json_close_object(&w);
	buf_text(to, "\n");
	return buf_status(to);
}

enum err conf_json_complaints(struct bytes lines, struct buf *to)
{
	struct json_writer w = JSON_WRITER(to);

	json_open_object(&w);
	json_put_bool(&w, "good", lines.n == 0);
	json_name(&w, "complaints");
	json_open_array(&w);
	while (lines.n > 0) {
		size_t end = bytes_find(lines, '\n');

		json_text(&w, (struct bytes){ lines.p, end });
		lines = bytes_after(lines, end + 1);
	}
	json_close_array(&w);
	json_close_object(&w);
	buf_text(to, "\n");
	return buf_status(to);
}
