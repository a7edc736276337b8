#include "gateway/groups_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codecs/xml.h"
#include "gateway/directory.h"
#include "gateway/message.h"

#define READ_ARENA_MAX ((size_t)64 * 1024 * 1024) /* of one document      */
#define SUFFIX	       ".xml"

struct groups {
	struct arena *arena;
	struct group_known *known;	/* by address                         */
	size_t n, room;
};

void groups_complain(struct groups_reading *r, size_t line, const char *what,
		     struct bytes text)
{
	buf_printf(r->complaints, "%s:%zu: %s", r->path, line, what);
	if (text.n > 0)
		buf_printf(r->complaints, ": %.*s",
			   text.n > 100 ? 100 : (int)text.n,
			   (const char *)text.p);
	buf_text(r->complaints, "\n");
}

/* -- one group ------------------------------------------------------------ */

/* What can be sent to, or nothing: complaints are written. */
static enum err read_address(struct groups_reading *r, struct bytes uri,
			     size_t line, struct address *out)
{
	struct address a = { ADDRESS_NONE, NULL };
	enum err e = address_parse(uri, &r->numbers, r->arena, &a);

	if (e == ERR_NOMEM)
		return e;
	if (e == OK && (a.kind == ADDRESS_SIP || a.kind == ADDRESS_E164 ||
			a.kind == ADDRESS_SHORT))
		*out = a;
	else
		groups_complain(r, line, "no address that can be sent to",
				uri);
	return OK;
}

static enum err read_name(struct groups_reading *r, struct bytes name,
			  const char **out)
{
	if (name.n == 0)
		return OK;
	*out = arena_string(r->arena, name);
	return *out == NULL ? ERR_NOMEM : OK;
}

static enum err read_members(struct groups_reading *r, const struct group *from,
			     struct group_known *g)
{
	struct group_person *to;
	size_t i;
	enum err e;

	if (from->n_members > MESSAGE_RECIPIENTS_MAX) {
		groups_complain(r, from->line, "more than 254 members",
				from->uri);
		return OK;
	}
	to = arena_array(r->arena, from->n_members + 1, sizeof *to);
	if (to == NULL)
		return ERR_NOMEM;
	g->members = to;
	for (i = 0; i < from->n_members; i++) {
		const struct group_member *m = &from->members[i];

		if ((e = read_address(r, m->uri, m->line,
				      &to[g->n_members].address)) != OK ||
		    (e = read_name(r, m->name, &to[g->n_members].name)) != OK)
			return e;
		g->n_members++;
	}
	return OK;
}

static enum err say_where(struct groups_reading *r, const struct group *from,
			  struct group_known *g)
{
	struct buf said = BUF_INIT(8192);

	buf_printf(&said, "%s (%s:%zu)", g->address.text, r->path, from->line);
	g->said = arena_string(r->arena, buf_bytes(&said));
	buf_clear(&said);
	return g->said == NULL ? ERR_NOMEM : OK;
}

/* It is kept unless its address is none, which was complained about. */
static enum err read_group(struct groups_reading *r, const struct group *from,
			   struct groups *to)
{
	struct group_known *g = &to->known[to->n];
	enum err e;

	*g = (struct group_known){ .n_members = 0 };
	e = read_address(r, from->uri, from->line, &g->address);
	if (e != OK || g->address.kind == ADDRESS_NONE)
		return e;
	if ((e = read_name(r, from->name, &g->name)) != OK ||
	    (e = say_where(r, from, g)) != OK ||
	    (e = read_members(r, from, g)) != OK)
		return e;
	to->n++;
	return groups_rules_read(r, from, &g->rules);
}

static bool has_room(struct groups *to)
{
	size_t room = to->room == 0 ? 64 : 2 * to->room;
	struct group_known *more;

	if (to->n < to->room)
		return true;
	more = mem_alloc(room * sizeof *more);
	if (more == NULL)
		return false;
	if (to->n > 0)
		memcpy(more, to->known, to->n * sizeof *more);
	mem_free(to->known);
	to->known = more;
	to->room = room;
	return true;
}

/* -- one document --------------------------------------------------------- */

static enum err read_document(struct groups_reading *r, struct bytes text,
			      struct groups *to)
{
	struct arena *scratch = arena_new(READ_ARENA_MAX);
	struct group_fault why;
	const struct group *g = NULL;
	struct group *first;
	enum err e = ERR_NOMEM;

	if (scratch == NULL)
		return ERR_NOMEM;
	e = group_document_decode(text, scratch, &first, &why);
	if (e == OK)
		g = first;
	else if (e != ERR_NOMEM)
		groups_complain(r, why.line, why.what,
				(struct bytes){ NULL, 0 });
	if (e != ERR_NOMEM)
		e = OK;
	for (; e == OK && g != NULL; g = g->next)
		e = has_room(to) ? read_group(r, g, to) : ERR_NOMEM;
	arena_free(scratch);
	return e;
}

/* A file of reasonable length that is none of a kind which could block. */
static enum err read_whole(const char *path, struct buf *to, const char **why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat about;
	uint8_t *room;
	ssize_t n = 1;
	enum err e = ERR_IO;

	*why = NULL;
	if (fd < 0 || fstat(fd, &about) != 0) {
		*why = strerror(errno);
		goto out;
	}
	if (!S_ISREG(about.st_mode) || about.st_size > XML_OCTETS_MAX) {
		*why = S_ISREG(about.st_mode) ? "larger than 1M" : "no file";
		goto out;
	}
	while (n > 0 && (room = buf_room(to, 65536)) != NULL) {
		n = read(fd, room, 65536);
		to->n -= 65536 - (size_t)(n < 0 ? 0 : n);
	}
	if (n < 0)
		*why = strerror(errno);
	e = n < 0 ? ERR_IO : buf_status(to);
out:
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err read_file(struct groups_reading *r, struct groups *to)
{
	struct buf text = BUF_INIT(XML_OCTETS_MAX + 65536);
	const char *why;
	enum err e = read_whole(r->path, &text, &why);

	if (e == ERR_IO) {
		buf_printf(r->complaints, "%s: %s\n", r->path, why);
		e = OK;
	} else if (e == ERR_TOOBIG) {
		buf_printf(r->complaints, "%s: larger than 1M\n", r->path);
		e = OK;
	} else if (e == OK) {
		e = read_document(r, buf_bytes(&text), to);
	}
	buf_clear(&text);
	return e;
}

/* -- the folder ----------------------------------------------------------- */

static int is_document(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name), end = strlen(SUFFIX);

	return entry->d_name[0] != '.' && n > end &&
	       strcmp(entry->d_name + n - end, SUFFIX) == 0;
}

static enum err read_files(struct groups_reading *r, const char *folder,
			   struct dirent **names, size_t n, struct groups *to)
{
	char path[4096];
	enum err e = OK;
	size_t i;

	r->path = path;
	for (i = 0; e == OK && i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		e = read_file(r, to);
	}
	return e;
}

static enum err refuse(const struct settings_group *g, const char *why,
		       struct buf *complaints)
{
	settings_where(g, "folder", complaints);
	buf_printf(complaints, ": group groups: folder: %s: %s\n",
		   settings_text(g, "folder"), why);
	return ERR_RANGE;
}

static enum err read_folder(struct groups_reading *r,
			    const struct settings_group *g, struct groups *to)
{
	const char *folder = settings_text(g, "folder");
	struct dirent **names = NULL;
	int n = scandir(folder, &names, is_document, alphasort), i;
	enum err e;

	if (n < 0)
		return refuse(g, strerror(errno), r->complaints);
	if (n > GROUPS_FILES_MAX)
		e = refuse(g, "more than 10000 documents", r->complaints);
	else
		e = read_files(r, folder, names, (size_t)n, to);
	for (i = 0; i < n; i++)
		free(names[i]); /* scandir's own */
	free(names);
	return e;
}

/* -- all of them ---------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const struct group_known *x = a, *y = b;
	int d = strcmp(x->address.text, y->address.text);

	return d != 0 ? d : strcmp(x->said, y->said);
}

/* An address is one group's, and groups have no groups as members. */
static void check_all(const struct groups *to, struct buf *complaints)
{
	const struct group_known *inner;
	size_t i, k;

	for (i = 0; i < to->n; i++) {
		const struct group_known *g = &to->known[i];

		if (i > 0 && address_equal(&g->address, &g[-1].address))
			buf_printf(complaints, "%s: is already there: %s\n",
				   g->said, g[-1].said);
		for (k = 0; k < g->n_members; k++) {
			inner = groups_find(to, &g->members[k].address);
			if (inner != NULL)
				buf_printf(complaints,
					   "%s: a member is a group: %s\n",
					   g->said, inner->said);
		}
	}
}

enum err groups_new(const struct settings *s, struct groups **made,
		    struct buf *complaints)
{
	const struct settings_group *g = settings_single(s, "groups");
	struct groups_reading r = { .numbers = directory_rules_of(s),
				    .complaints = complaints };
	struct groups *to = mem_zero(sizeof *to);
	size_t before = complaints->n;
	enum err e = ERR_NOMEM;

	*made = NULL;
	if (to == NULL || (to->arena = arena_new(GROUPS_ARENA_MAX)) == NULL)
		goto out;
	r.arena = to->arena;
	e = OK;
	if (settings_text(g, "folder") != NULL)
		e = read_folder(&r, g, to);
	if (e == OK && to->n > 0) {
		qsort(to->known, to->n, sizeof *to->known, by_address);
		check_all(to, complaints);
	}
	if (e == OK && (complaints->n > before || complaints->bad != OK))
		e = ERR_RANGE;
out:
	if (e == OK)
		*made = to;
	else
		groups_free(to);
	return e;
}

void groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	mem_free(g->known);
	arena_free(g->arena);
	mem_free(g);
}

size_t groups_count(const struct groups *g)
{
	return g->n;
}

const struct group_known *groups_find(const struct groups *g,
				      const struct address *a)
{
	size_t low = 0, high = g->n, middle;
	int d;

	while (a->text != NULL && low < high) {
		middle = low + (high - low) / 2;
		d = strcmp(a->text, g->known[middle].address.text);
		if (d == 0)
			return a->kind == g->known[middle].address.kind
				       ? &g->known[middle]
				       : NULL;
		if (d < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
