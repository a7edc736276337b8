/* Raw rows: an image in the making. */
#include "gateway/settings_inside.h"

#include <string.h>

struct settings_raw {
	struct buf files, groups;
	char *last_file; /* its name, and its index from 1            */
	uint32_t last;
	size_t group; /* mark of the group being written           */
	bool in_group;
};

struct settings_raw *settings_raw_new(void)
{
	struct settings_raw *r = mem_zero(sizeof *r);

	if (r == NULL)
		return NULL;
	r->files.limit = SETTINGS_IMAGE_MAX;
	r->groups.limit = SETTINGS_IMAGE_MAX;
	return r;
}

void settings_raw_free(struct settings_raw *r)
{
	if (r == NULL)
		return;
	buf_clear(&r->files);
	buf_clear(&r->groups);
	mem_free(r->last_file);
	mem_free(r);
}

/* Index of `file`, which is added when it is not there yet; 0: no memory. */
static uint32_t file_index(struct settings_raw *r, const char *file)
{
	struct cursor c = CURSOR(buf_bytes(&r->files));
	struct field f;
	uint32_t i = 1;

	if (r->last_file != NULL && strcmp(file, r->last_file) == 0)
		return r->last;
	while (field_next(&c, &f) && !bytes_is(f.value, file))
		i++;
	if (cursor_left(&c) == 0 && (i == 1 || !bytes_is(f.value, file)))
		field_text(&r->files, IMAGE_FILE, file);
	mem_free(r->last_file);
	r->last_file = mem_string(file);
	r->last = i;
	return r->last_file == NULL || r->files.bad != OK ? 0 : i;
}

enum err settings_raw_group(struct settings_raw *r, const char *group,
			    const char *file, unsigned line)
{
	uint32_t index = file_index(r, file);

	if (index == 0)
		return ERR_NOMEM;
	r->in_group = true;
	r->group = field_open(&r->groups, IMAGE_GROUP);
	field_text(&r->groups, IN_GROUP_NAME, group);
	field_number(&r->groups, IN_GROUP_FILE, index);
	field_number(&r->groups, IN_GROUP_LINE, line);
	field_close(&r->groups, r->group);
	return buf_status(&r->groups);
}

enum err settings_raw_set(struct settings_raw *r, const char *name,
			  const char *value, const char *file, unsigned line)
{
	uint32_t index = file_index(r, file);
	size_t mark;

	if (index == 0)
		return ERR_NOMEM;
	if (!r->in_group)
		return ERR_NOTFOUND;
	mark = field_open(&r->groups, IN_GROUP_SETTING);
	field_text(&r->groups, IN_SETTING_NAME, name);
	field_text(&r->groups, IN_SETTING_VALUE, value);
	field_number(&r->groups, IN_SETTING_FILE, index);
	field_number(&r->groups, IN_SETTING_LINE, line);
	field_close(&r->groups, mark);
	field_close(&r->groups, r->group); /* it has grown */
	return buf_status(&r->groups);
}

enum err settings_raw_image(const struct settings_raw *r, struct buf *to)
{
	buf_put(to, buf_bytes(&r->files));
	buf_put(to, buf_bytes(&r->groups));
	return buf_status(to);
}
