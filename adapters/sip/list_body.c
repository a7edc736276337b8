#include "adapters/sip/list_body.h"

#include <string.h>

#include "codecs/multipart.h"

#define LIST_OCTETS_MAX (256 * 1024)
#define BOUNDARIES	16 /* that are tried                       */

struct taking {
	struct arena *arena;
	size_t limit;
	struct list_body *out;
	const char **why;
};

/* Every cut and every mistake of the octets is a mistake of the sender. */
static enum err wrong(struct taking *t, enum err e, const char *why)
{
	*t->why = why;
	return e == ERR_MORE || e == ERR_RANGE ? ERR_MALFORMED : e;
}

static enum err content(struct taking *t, const struct part *p, size_t limit,
			struct bytes *out)
{
	struct buf text = BUF_INIT(limit);
	enum err e = part_content(p, &text);

	if (e == OK)
		e = arena_copy(t->arena, buf_bytes(&text), out);
	buf_clear(&text);
	return e == ERR_UNSUPPORTED ? ERR_MALFORMED : e;
}

/* -- the lists ------------------------------------------------------------ */

static enum err add_list(struct taking *t, const struct part *p)
{
	struct resource_list list = { 0 }, both, *all = &t->out->list;
	struct bytes text;
	enum err e;

	if (!content_type_is(&p->type, RESOURCE_LIST_MIME_TYPE))
		return wrong(t, ERR_UNSUPPORTED,
			     "recipient-list: unknown format");
	e = content(t, p, LIST_OCTETS_MAX, &text);
	if (e == OK)
		e = resource_list_decode(text, t->arena, &list, NULL);
	if (e == ERR_UNSUPPORTED)
		return wrong(t, ERR_MALFORMED,
			     "recipient-list: not a flat list");
	if (e != OK)
		return wrong(t, e, "recipient-list");
	both.n = all->n + list.n;
	both.entries = arena_array(t->arena, both.n + 1, sizeof(*both.entries));
	if (!both.entries)
		return ERR_NOMEM;
	if (all->n > 0)
		memcpy(both.entries, all->entries,
		       all->n * sizeof(*both.entries));
	memcpy(both.entries + all->n, list.entries,
	       list.n * sizeof(*both.entries));
	*all = both;
	return OK;
}

static bool is_list(const struct part *p)
{
	return bytes_is_nocase(p->disposition.value, RESOURCE_LIST_DISPOSITION);
}

/* Reads the lists and takes them out of the parts. */
static enum err take_lists(struct taking *t, struct part **first)
{
	struct part **at = first;
	bool any = false;
	enum err e;

	while (*at) {
		if (!is_list(*at)) {
			at = &(*at)->next;
			continue;
		}
		if ((e = add_list(t, *at)) != OK)
			return e;
		any = true;
		*at = (*at)->next;
	}
	return any ? OK : wrong(t, ERR_MALFORMED, "no recipient-list");
}

/* -- what is left --------------------------------------------------------- */

static enum err text_of(struct taking *t, struct bytes value, const char **out)
{
	*out = NULL;
	if (value.n == 0)
		return OK;
	*out = arena_string(t->arena, value);
	return *out ? OK : ERR_NOMEM;
}

static enum err unwrap(struct taking *t, const struct part *p)
{
	struct list_body *out = t->out;
	enum err e;

	if ((e = text_of(t, header_find(&p->headers, "Content-Type"),
			 &out->type)) != OK ||
	    (e = text_of(t, header_find(&p->headers, "Content-Language"),
			 &out->language)) != OK)
		return e;
	return content(t, p, t->limit, &out->body);
}

/* The same Content-Type, with another boundary. */
static enum err with_boundary(struct taking *t, struct content_type *type,
			      const char *boundary)
{
	struct buf text = BUF_INIT(1024);
	struct header_value *v = &type->full;
	enum err e;
	size_t i;

	for (i = 0; i < v->count; i++)
		if (bytes_is_nocase(v->parameters[i].name, "boundary"))
			v->parameters[i].value = bytes_of(boundary);
	header_value_write(v, &text);
	e = buf_status(&text);
	if (e == OK)
		e = text_of(t, buf_bytes(&text), &t->out->type);
	buf_clear(&text);
	return e;
}

/* Any boundary will do that is in none of the parts. */
static enum err wrap_again(struct taking *t, const struct part *first,
			   struct content_type *type)
{
	struct buf body = BUF_INIT(t->limit);
	char boundary[MULTIPART_BOUNDARY_OCTETS];
	uint8_t number[16] = { 0 };
	enum err e = ERR_EXISTS;

	for (; e == ERR_EXISTS && number[0] < BOUNDARIES; number[0]++) {
		multipart_boundary(number, boundary);
		e = multipart_write(first, boundary, &body);
	}
	if (e == OK)
		e = arena_copy(t->arena, buf_bytes(&body), &t->out->body);
	if (e == OK)
		e = with_boundary(t, type, boundary);
	buf_clear(&body);
	return e == ERR_EXISTS ? ERR_MALFORMED : e;
}

enum err list_body_read(struct bytes body, const char *type, size_t limit,
			struct arena *a, struct list_body *out,
			const char **why)
{
	struct taking t = { a, limit, out, why };
	struct content_type read;
	struct part *first;
	enum err e;

	*out = (struct list_body){ .type = type };
	*why = NULL;
	e = content_type_read(bytes_of(type), a, &read);
	if (e != OK)
		return wrong(&t, e, "Content-Type");
	if (!content_type_is(&read, "multipart/"))
		return wrong(&t, ERR_MALFORMED, "no recipient-list");
	e = multipart_read(body, &read, a, &first, NULL);
	if (e != OK)
		return wrong(&t, e, "multipart");
	if ((e = take_lists(&t, &first)) != OK)
		return e;
	if (!first)
		return wrong(&t, ERR_MALFORMED, "nothing but a recipient-list");
	e = first->next ? wrap_again(&t, first, &read) : unwrap(&t, first);
	return e == OK ? OK : wrong(&t, e, "body");
}
