#include "gateway/conf_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_MAX (256 * 1024 * 1024)

/* Where reading stands; one for each file that is open. */
struct place {
	const struct place *from; /* the including one, or NULL         */
	const char *file;
	unsigned line, depth;
};

struct scan {
	struct conf_scan *out;
	struct buf *complaints;
	struct buf joined; /* a line put together of several            */
	bool in_group, good;
	bool lost; /* settings of no group: told once, until the next   */
};

static enum err read_path(struct scan *s, const char *path,
			  const struct place *from);

static void complain(struct scan *s, const struct place *at, const char *text)
{
	s->good = false;
	buf_printf(s->complaints, "%s:%u: %s\n", at->file, at->line, text);
}

static void complain_file(struct scan *s, const struct place *from,
			  const char *path, const char *text)
{
	s->good = s->out->whole = false;
	if (from != NULL)
		buf_printf(s->complaints, "%s:%u: include: ", from->file,
			   from->line);
	buf_printf(s->complaints, "%s: %s\n", path, text);
}

static void *grown(void *p, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room * 2;
	void *q = p;

	if (n < *room)
		return p;
	if ((q = mem_realloc(p, more * size)) != NULL)
		*room = more;
	return q;
}

/* Any "include" among them is split, see CONF_SPLIT. */
static void put_split(struct buf *to, struct bytes text)
{
	static const char word[] = "include";
	size_t n = sizeof word - 1, i;

	for (i = 0; i < text.n; i++) {
		buf_u8(to, text.p[i]);
		if (text.n - i >= n && memcmp(text.p + i, word, n) == 0)
			buf_u8(to, CONF_SPLIT);
	}
}

static enum err add_setting(struct scan *s, const struct place *at,
			    struct bytes name, struct bytes value)
{
	struct conf_scan *o = s->out;
	struct conf_setting *all, *x;
	struct conf_group *group = &o->groups[o->n_groups - 1];

	all = grown(o->settings, o->n_settings, &o->room_settings, sizeof *all);
	if (all == NULL)
		return ERR_NOMEM;
	o->settings = all;
	x = &all[o->n_settings++];
	x->name = arena_string(o->arena, name);
	x->file = at->file;
	x->line = at->line;
	buf_printf(&o->text, "s%zu = ", group->n++);
	put_split(&o->text, value);
	buf_text(&o->text, "\n");
	return x->name == NULL ? ERR_NOMEM : buf_status(&o->text);
}

static enum err begin_group(struct scan *s, const struct place *at,
			    struct bytes value)
{
	struct conf_scan *o = s->out;
	struct conf_group *all;

	all = grown(o->groups, o->n_groups, &o->room_groups, sizeof *all);
	if (all == NULL)
		return ERR_NOMEM;
	o->groups = all;
	all[o->n_groups++] =
		(struct conf_group){ .first = o->n_settings,
				     .n = 0,
				     .text = o->text.n };
	buf_text(&o->text, "\ngroup = all\n");
	s->in_group = true;
	s->lost = false;
	return add_setting(s, at, bytes_of("group"), value);
}

static enum err include(struct scan *s, const struct place *at,
			struct bytes value)
{
	const char *slash = strrchr(at->file, '/');
	struct buf path = BUF_INIT(4096);
	enum err e;

	if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
		value = (struct bytes){ value.p + 1, value.n - 2 };
	if (slash != NULL && value.n > 0 && value.p[0] != '/')
		buf_put(&path,
			(struct bytes){ (const uint8_t *)at->file,
					(size_t)(slash - at->file) + 1 });
	buf_put(&path, value);
	s->in_group = false;
	if (value.n == 0)
		complain(s, at, "include: a file or directory must be named");
	else if (buf_string(&path) == NULL)
		complain(s, at, "include: the name is too long");
	e = value.n == 0 || path.bad != OK
		    ? OK
		    : read_path(s, buf_string(&path), at);
	s->in_group = false;
	buf_clear(&path);
	return e;
}

static bool has_control(struct bytes line)
{
	size_t i;

	for (i = 0; i < line.n; i++)
		if ((line.p[i] < 0x20 && line.p[i] != '\t') ||
		    line.p[i] == 0x7F)
			return true;
	return false;
}

/* Whether it is that word but for capitals. */
static bool is_lower(struct bytes name, const char *word)
{
	return name.n == strlen(word) &&
	       strncasecmp((const char *)name.p, word, name.n) == 0;
}

static void in_no_group(struct scan *s, const struct place *at)
{
	if (!s->lost)
		complain(s, at,
			 "this setting is in no group; a group begins with "
			 "\"group = NAME\" and ends with an empty line");
	s->lost = true;
}

static enum err take_line(struct scan *s, const struct place *at,
			  struct bytes line)
{
	size_t equals;
	struct bytes name, value;

	line = bytes_trim(line);
	if (line.n == 0)
		s->in_group = s->lost = false;
	if (line.n == 0 || line.p[0] == '#')
		return OK;
	equals = bytes_find(line, '=');
	name = bytes_trim((struct bytes){ line.p, equals });
	value = bytes_trim(bytes_after(line, equals + 1));
	if (has_control(line))
		complain(s, at, "there is a control character in this line");
	else if (equals == line.n || name.n == 0)
		complain(s, at, "this is not \"name = value\"");
	else if (value.n > 0 && value.p[0] == '"' &&
		 (value.n == 1 || value.p[value.n - 1] != '"'))
		complain(s, at, "a quote begins here and does not end");
	else if (bytes_is(name, "include"))
		return include(s, at, value);
	else if (bytes_is(name, "group"))
		return begin_group(s, at, value);
	else if (is_lower(name, "group") || is_lower(name, "include"))
		complain(s, at, "\"group\" and \"include\" are written in "
				"small letters");
	else if (!s->in_group)
		in_no_group(s, at);
	else
		return add_setting(s, at, name, value);
	return OK;
}

/* The next physical line, without its end. */
static struct bytes next_line(struct bytes *left)
{
	size_t end = bytes_find(*left, '\n');
	struct bytes line = { left->p, end };

	*left = bytes_after(*left, end + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool goes_on(struct bytes *line)
{
	struct bytes trimmed = bytes_trim(*line);

	if (trimmed.n == 0 || trimmed.p[trimmed.n - 1] != '\\' ||
	    trimmed.p[0] == '#')
		return false;
	line->n = (size_t)(trimmed.p - line->p) + trimmed.n - 1;
	return true;
}

/* One complaint for a file that is no text at all; a mark that says UTF-8 at
 * its begin is passed over. */
static bool is_text(struct scan *s, struct place *at, struct bytes *text)
{
	struct bytes before = *text;

	before.n = bytes_find(*text, '\0');
	at->line = 1;
	if (text->n >= 2 && (memcmp(text->p, "\xFF\xFE", 2) == 0 ||
			     memcmp(text->p, "\xFE\xFF", 2) == 0)) {
		complain(s, at, "this file is UTF-16; it must be UTF-8");
		return false;
	}
	if (before.n < text->n) {
		while (before.n > 0)
			at->line += before.p[--before.n] == '\n';
		complain(s, at, "there is a NUL octet: this file is no text");
		return false;
	}
	if (text->n >= 3 && memcmp(text->p, "\xEF\xBB\xBF", 3) == 0)
		*text = bytes_after(*text, 3);
	return true;
}

static enum err take_text(struct scan *s, struct place *at, struct bytes left)
{
	enum err e = OK;
	unsigned physical = 0;

	if (!is_text(s, at, &left))
		return OK;

	while (e == OK && left.n > 0) {
		struct bytes line = next_line(&left);

		at->line = ++physical;
		if (!goes_on(&line)) {
			e = take_line(s, at, line);
			continue;
		}
		buf_reset(&s->joined);
		buf_put(&s->joined, line);
		while (left.n > 0) {
			bool more;

			line = next_line(&left);
			physical++;
			more = goes_on(&line);
			buf_put(&s->joined, line);
			if (!more)
				break;
		}
		if ((e = buf_status(&s->joined)) == OK)
			e = take_line(s, at, buf_bytes(&s->joined));
	}
	s->in_group = s->lost = false;
	return e;
}

static enum err read_all(int fd, struct buf *to)
{
	uint8_t block[16384];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) > 0)
		buf_put(to, (struct bytes){ block, (size_t)n });
	return n < 0 ? ERR_IO : buf_status(to);
}

static enum err read_file(struct scan *s, const char *path, int fd,
			  const struct place *from)
{
	struct place at = { .from = from, .depth = 1 };
	struct buf text = BUF_INIT(CONF_FILE_MAX);
	enum err e = read_all(fd, &text);

	if (from != NULL)
		at.depth = from->depth + 1;
	at.file = arena_string(s->out->arena, bytes_of(path));
	if (at.file == NULL)
		e = ERR_NOMEM;
	if (e == ERR_IO || e == ERR_TOOBIG) {
		complain_file(s, from, path,
			      e == ERR_IO ? strerror(errno)
					  : "the file is too large");
		e = OK;
	} else if (e == OK) {
		e = take_text(s, &at, buf_bytes(&text));
	}
	buf_clear(&text);
	return e;
}

static int is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' &&
	       strcmp(d->d_name + n - 5, ".conf") == 0;
}

static enum err read_directory(struct scan *s, const char *path,
			       const struct place *from)
{
	struct dirent **names = NULL;
	struct buf file = BUF_INIT(4096);
	int n = scandir(path, &names, is_conf, alphasort), i;
	enum err e = OK;

	if (n < 0)
		complain_file(s, from, path, strerror(errno));
	for (i = 0; i < n; i++) {
		buf_reset(&file);
		buf_printf(&file, "%s/%s", path, names[i]->d_name);
		if (e == OK && buf_string(&file) != NULL)
			e = read_path(s, buf_string(&file), from);
		free(names[i]);
	}
	free(names);
	buf_clear(&file);
	return e;
}

static bool is_open(const struct place *from, const char *path)
{
	for (; from != NULL; from = from->from)
		if (strcmp(from->file, path) == 0)
			return true;
	return false;
}

static enum err read_path(struct scan *s, const char *path,
			  const struct place *from)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	enum err e = OK;

	if (fd < 0 || fstat(fd, &st) != 0)
		complain_file(s, from, path, strerror(errno));
	else if (is_open(from, path))
		complain_file(s, from, path, "this file includes itself");
	else if (from != NULL && from->depth == CONF_DEPTH_MAX)
		complain_file(s, from, path, "includes are nested too deep");
	else if (S_ISDIR(st.st_mode))
		e = read_directory(s, path, from);
	else if (!S_ISREG(st.st_mode))
		complain_file(s, from, path, "this is not a file");
	else
		e = read_file(s, path, fd, from);
	if (fd >= 0)
		close(fd);
	return e;
}

enum err conf_scan_read(struct conf_scan *s, const char *path,
			struct buf *complaints)
{
	struct scan scan = { .out = s, .complaints = complaints, .good = true };
	struct buf inside = BUF_INIT(4096);
	struct stat st;
	enum err e;

	*s = (struct conf_scan){ .arena = arena_new(ARENA_MAX), .whole = true };
	s->text.limit = CONF_TEXT_MAX;
	scan.joined.limit = CONF_FILE_MAX;
	if (s->arena == NULL)
		return ERR_NOMEM;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		buf_printf(&inside, "%s/%s", path, CONF_MAIN_FILE);
		if ((path = buf_string(&inside)) == NULL) {
			e = buf_status(&inside);
			goto out;
		}
	}
	e = read_path(&scan, path, NULL);
	if (e == ERR_TOOBIG) {
		complain_file(&scan, NULL, path, "too much configuration");
		e = OK;
	}
	if (e == OK && !scan.good)
		e = ERR_RANGE;
out:
	buf_clear(&inside);
	buf_clear(&scan.joined);
	return e;
}

void conf_scan_clear(struct conf_scan *s)
{
	arena_free(s->arena);
	mem_free(s->settings);
	mem_free(s->groups);
	buf_clear(&s->text);
	*s = (struct conf_scan){ .arena = NULL };
}
