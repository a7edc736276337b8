#include "tests/gateway/set.h"

#include <stdio.h>
#include <string.h>

#include "codecs/arena.h"

enum err set_image(const char *text, struct buf *image)
{
	struct settings_raw *r = settings_raw_new();
	char copy[8192], *line, *rest = copy, *equals;
	unsigned n = 0;
	enum err e = r == NULL ? ERR_NOMEM : OK;

	snprintf(copy, sizeof copy, "%s", text);
	while (e == OK && (line = strsep(&rest, "\n")) != NULL) {
		n++;
		if (*line == '\0')
			continue;
		if ((equals = strchr(line, '=')) == NULL) {
			e = settings_raw_group(r, line, "f", n);
			continue;
		}
		*equals = '\0';
		e = settings_raw_set(r, line, equals + 1, "f", n);
	}
	if (e == OK)
		e = settings_raw_image(r, image);
	settings_raw_free(r);
	return e;
}

enum err set_read_to(const char *text, struct settings **out,
		     struct buf *complaints)
{
	struct buf image = BUF_INIT(SETTINGS_IMAGE_MAX);
	enum err e = set_image(text, &image);

	*out = NULL;
	if (e == OK)
		e = settings_read(buf_bytes(&image), out, complaints);
	buf_clear(&image);
	return e;
}

struct settings *set_read(const char *text)
{
	struct buf complaints = BUF_INIT(65536);
	struct settings *s;

	if (set_read_to(text, &s, &complaints) != OK)
		printf("%.*s", (int)complaints.n, (const char *)complaints.p);
	buf_clear(&complaints);
	return s;
}
