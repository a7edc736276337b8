#include "gateway/access.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codecs/number_list.h"

#define ARENA_MAX ((size_t)64 * 1024 * 1024)

struct access_rule {
	bool deny;
	const char *said;
	struct number_list *senders, *recipients;	/* NULL: all          */
	const char **origins, **ways;	/* ended by NULL; empty: all          */
	struct access_rule *next;
};

struct access {
	struct arena *arena;
	struct access_rule *rules;
	bool of_ways;
};

static enum err read_whole(FILE *f, struct buf *to)
{
	uint8_t *room;
	size_t n;

	do {
		if ((room = buf_room(to, 65536)) == NULL)
			return to->bad;
		n = fread(room, 1, 65536, f);
		to->n -= 65536 - n;
	} while (n > 0);
	return ferror(f) ? ERR_IO : OK;
}

static enum err complain(const struct settings_group *g, const char *setting,
			 const char *why, struct buf *complaints)
{
	settings_where(g, setting, complaints);
	buf_printf(complaints, ": group access: %s: %s: %s\n", setting,
		   settings_text(g, setting), why);
	return ERR_RANGE;
}

static enum err add_file(const struct settings_group *g, const char *setting,
			 struct number_list *l, struct buf *complaints)
{
	const char *path = settings_text(g, setting);
	struct buf text = BUF_INIT(ACCESS_FILE_MAX);
	FILE *f = fopen(path, "re");
	enum err e;

	if (f == NULL)
		return complain(g, setting, strerror(errno), complaints);
	e = read_whole(f, &text);
	if (e == ERR_TOOBIG)
		e = complain(g, setting, "larger than 64M", complaints);
	else if (e == ERR_IO)
		e = complain(g, setting, "cannot be read", complaints);
	if (e == OK)
		e = number_list_read(l, buf_bytes(&text), path, complaints);
	if (e == ERR_TOOBIG)
		e = complain(g, setting, "too many entries", complaints);
	fclose(f);
	buf_clear(&text);
	return e;
}

/* The list of a setting and of the file beside it; NULL: neither is set. */
static enum err read_list(const struct settings_group *g, const char *setting,
			  const char *file, struct number_list **out,
			  struct buf *complaints)
{
	const char *text = settings_text(g, setting);
	enum err e = OK;

	if (text == NULL && settings_text(g, file) == NULL)
		return OK;
	if ((*out = number_list_new()) == NULL)
		return ERR_NOMEM;
	if (text != NULL)
		e = number_list_add_all(*out, bytes_of(text), NULL);
	if (e == OK && settings_text(g, file) != NULL)
		e = add_file(g, file, *out, complaints);
	number_list_finish(*out);
	return e;
}

static const char **read_names(const struct settings_group *g,
			       const char *setting, struct arena *a)
{
	struct bytes item;
	const char **names;
	size_t i, n = 0;

	while (settings_item(g, setting, n, &item))
		n++;
	if ((names = arena_array(a, n + 1, sizeof *names)) == NULL)
		return NULL;
	for (i = 0; i < n && settings_item(g, setting, i, &item); i++)
		if ((names[i] = arena_string(a, item)) == NULL)
			return NULL;
	return names;
}

static const char *read_said(const struct settings_group *g, struct arena *a)
{
	struct buf said = BUF_INIT(2000);
	const char *text;

	buf_printf(&said, "denied by rule %s (", settings_name(g));
	settings_where(g, "name", &said);
	buf_text(&said, ")");
	text = arena_string(a, buf_bytes(&said));
	buf_clear(&said);
	return text;
}

/* It belongs to `a` whatever happens. */
static enum err read_rule(struct access *a, const struct settings_group *g,
			  struct access_rule *r, struct buf *complaints)
{
	enum err e;

	r->deny = strcmp(settings_text(g, "action"), "deny") == 0;
	r->said = read_said(g, a->arena);
	r->origins = read_names(g, "from", a->arena);
	r->ways = read_names(g, "way", a->arena);
	if (r->said == NULL || r->origins == NULL || r->ways == NULL)
		return ERR_NOMEM;
	a->of_ways |= r->ways[0] != NULL;
	e = read_list(g, "sender", "sender-file", &r->senders, complaints);
	if (e != OK && e != ERR_RANGE)
		return e;
	if (read_list(g, "recipient", "recipient-file", &r->recipients,
		      complaints) == ERR_NOMEM)
		return ERR_NOMEM;
	return e;
}

enum err access_new(const struct settings *s, struct access **made,
		    struct buf *complaints)
{
	struct access *a = mem_zero(sizeof *a);
	const struct settings_group *g;
	struct access_rule **last;
	size_t before = complaints->n, i;
	enum err e = ERR_NOMEM;

	*made = NULL;
	if (a == NULL || (a->arena = arena_new(ARENA_MAX)) == NULL)
		goto out;
	e = OK;
	last = &a->rules;
	for (i = 0; (g = settings_group_at(s, "access", i)) != NULL; i++) {
		*last = arena_alloc(a->arena, sizeof **last);
		e = *last == NULL ? ERR_NOMEM
				  : read_rule(a, g, *last, complaints);
		if (e != OK && e != ERR_RANGE)
			goto out;
		last = &(*last)->next;
	}
	e = complaints->n > before ? ERR_RANGE : OK;
out:
	if (e == OK)
		*made = a;
	else
		access_free(a);
	return e;
}

void access_free(struct access *a)
{
	struct access_rule *r;

	if (a == NULL)
		return;
	for (r = a->rules; r != NULL; r = r->next) {
		number_list_free(r->senders);
		number_list_free(r->recipients);
	}
	arena_free(a->arena);
	mem_free(a);
}

bool access_of_ways(const struct access *a)
{
	return a->of_ways;
}

static bool named(const char *const *names, const char *name)
{
	while (*names != NULL && (name == NULL || strcmp(*names, name) != 0))
		names++;
	return *names != NULL;
}

static bool listed(const struct number_list *l, const char *const texts[2])
{
	size_t i;

	if (l == NULL)
		return true;
	for (i = 0; i < 2; i++)
		if (texts[i] != NULL && number_list_has(l, bytes_of(texts[i])))
			return true;
	return false;
}

static bool fits(const struct access_rule *r, const struct access_query *q)
{
	if (q->way == NULL ? r->ways[0] != NULL : !named(r->ways, q->way))
		return false;
	if (r->origins[0] != NULL && !named(r->origins, q->origin[0]) &&
	    !named(r->origins, q->origin[1]))
		return false;
	return listed(r->senders, q->from) && listed(r->recipients, q->to);
}

const char *access_denies(const struct access *a, const struct access_query *q,
			  bool *sender)
{
	const struct access_rule *r = a->rules;

	while (r != NULL && !fits(r, q))
		r = r->next;
	if (r == NULL || !r->deny)
		return NULL;
	if (sender != NULL)
		*sender = r->senders != NULL && r->recipients == NULL;
	return r->said;
}
