#include "adapters/sip/body.h"

#include <string.h>

#include "codecs/charset.h"
#include "codecs/multipart.h"
#include "codecs/utf8.h"

struct reading {
	struct arena *arena;
	size_t limit; /* octets of one decoded part                */
	struct body *out;
};

/* Text in another charset, as UTF-8. */
static enum err converted(struct reading *r, struct bytes charset,
			  struct bytes in, struct bytes *out)
{
	struct buf text = BUF_INIT(r->limit);
	enum err e = charset_read(charset, in, &text);

	if (e == OK)
		e = arena_copy(r->arena, buf_bytes(&text), out);
	buf_clear(&text);
	return e;
}

/* Octets that are not UTF-8 become U+FFFD. */
static enum err repaired(struct bytes in, struct arena *a, struct bytes *out)
{
	struct buf text = BUF_INIT(3 * in.n + 1);
	bool damaged = false;
	enum err e = utf8_repair(in, &text, &damaged);

	if (e == OK)
		e = arena_copy(a, buf_bytes(&text), out);
	buf_clear(&text);
	return e;
}

static const char *text_type(const struct content_type *t, struct arena *a)
{
	struct buf text = BUF_INIT(300);
	const char *made = NULL;

	buf_put(&text, t->full.value);
	buf_text(&text, ";charset=UTF-8");
	if (buf_status(&text) == OK)
		made = arena_string(a, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

static const char *whole_type(const struct content_type *t, struct arena *a)
{
	struct buf text = BUF_INIT(1024);
	const char *made = NULL;

	header_value_write(&t->full, &text);
	if (buf_status(&text) == OK)
		made = arena_string(a, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

/*
 * Text in UTF-8, its label too. What cannot be read as what it is said to be
 * is no text to anybody here (RFC 2046 4.1.2).
 */
static enum err set_type(struct reading *r, const struct content_type *t,
			 struct body_part *p)
{
	struct bytes charset = content_type_charset(t);
	enum err e = OK;

	if (!content_type_is(t, "text/")) {
		p->type = whole_type(t, r->arena);
		return p->type ? OK : ERR_NOMEM;
	}
	if (!charset_is_utf8(charset))
		e = converted(r, charset, p->body, &p->body);
	else if (!utf8_valid(p->body))
		e = repaired(p->body, r->arena, &p->body);
	if (e == ERR_UNSUPPORTED || e == ERR_MALFORMED) {
		p->type = BODY_UNREAD;
		return OK;
	}
	p->type = text_type(t, r->arena);
	if (e == OK && !p->type)
		e = ERR_NOMEM;
	return e;
}

static enum err text_of(struct arena *a, struct bytes in, const char **out)
{
	*out = NULL;
	if (in.n == 0)
		return OK;
	*out = arena_string(a, in);
	return *out ? OK : ERR_NOMEM;
}

static bool is_identity(struct bytes encoding)
{
	return encoding.n == 0 || bytes_is_nocase(encoding, "7bit") ||
	       bytes_is_nocase(encoding, "8bit") ||
	       bytes_is_nocase(encoding, "binary");
}

/* The content, borrowed when it was not encoded. */
static enum err content(struct reading *r, const struct part *p,
			struct bytes *out)
{
	struct buf plain = BUF_INIT(r->limit);
	enum err e;

	if (is_identity(p->encoding)) {
		*out = p->body;
		return OK;
	}
	e = part_content(p, &plain);
	if (e == OK)
		e = arena_copy(r->arena, buf_bytes(&plain), out);
	buf_clear(&plain);
	return e;
}

static enum err add(struct reading *r, const struct part *p)
{
	struct body_part *to;
	enum err e;

	if (r->out->count == BODY_PARTS_MAX)
		return ERR_TOOBIG;
	to = &r->out->parts[r->out->count];
	*to = (struct body_part){ 0 };
	if ((e = content(r, p, &to->body)) != OK ||
	    (e = set_type(r, &p->type, to)) != OK ||
	    (e = text_of(r->arena, p->disposition.value, &to->disposition)) !=
		    OK ||
	    (e = text_of(r->arena, p->id, &to->content_id)) != OK ||
	    (e = text_of(r->arena, p->name, &to->name)) != OK ||
	    (e = text_of(r->arena, header_find(&p->headers, "Content-Language"),
			 &to->language)) != OK)
		return e;
	r->out->count++;
	return OK;
}

/* The next one of the tree, depth first; depth is bounded by its reader. */
static enum err add_all(struct reading *r, const struct part *first)
{
	const struct part *stack[MULTIPART_DEPTH_MAX + 1];
	const struct part *p = first;
	size_t depth = 0;
	enum err e;

	for (;;) {
		while (!p && depth > 0)
			p = stack[--depth]->next;
		if (!p)
			return OK;
		if (p->child && depth <= MULTIPART_DEPTH_MAX) {
			stack[depth++] = p;
			p = p->child;
			continue;
		}
		if ((e = add(r, p)) != OK)
			return e;
		p = p->next;
	}
}

static enum err single(struct reading *r, const struct body_source *s,
		       const struct content_type *t)
{
	struct part p = {
		.type = *t,
		.id = s->content_id,
		.encoding = s->transfer_encoding,
		.body = s->body,
	};
	struct header_field language = { bytes_of("Content-Language"),
					 s->language };
	enum err e;

	if (s->language.n > 0)
		p.headers = (struct header_block){ &language, 1, 1 };
	if (s->disposition.n > 0 &&
	    (e = header_value_read(s->disposition, r->arena, &p.disposition)) !=
		    OK)
		return e;
	p.name = header_parameter(&p.disposition, "filename");
	if (p.name.n == 0)
		p.name = header_parameter(&t->full, "name");
	return add(r, &p);
}

enum err body_read(const struct body_source *s, size_t limit, struct arena *a,
		   struct body *out)
{
	struct reading r = { a, limit, out };
	struct content_type t;
	struct part *first;
	enum err e;

	out->count = 0;
	out->only_multipart = false;
	e = content_type_read(s->type.n > 0 ? s->type : bytes_of("text/plain"),
			      a, &t);
	if (e != OK)
		return e;
	if (!content_type_is(&t, "multipart/"))
		return single(&r, s, &t);
	if ((e = multipart_read(s->body, &t, a, &first, NULL)) != OK)
		return e;
	out->only_multipart = true;
	return add_all(&r, first);
}

/* -- writing -------------------------------------------------------------- */

static enum err put_part(const struct body_part *from, struct arena *a,
			 struct part *p)
{
	enum err e;

	p->body = from->body;
	e = header_add(&p->headers, a, "Content-Type", bytes_of(from->type));
	if (e == OK && from->content_id) {
		struct buf id = BUF_INIT(512);
		char *text = NULL;

		buf_printf(&id, "<%s>", from->content_id);
		if (buf_status(&id) == OK)
			text = arena_string(a, buf_bytes(&id));
		buf_clear(&id);
		e = text ? header_add(&p->headers, a, "Content-ID",
				      bytes_of(text))
			 : ERR_NOMEM;
	}
	if (e == OK && from->disposition)
		e = header_add(&p->headers, a, "Content-Disposition",
			       bytes_of(from->disposition));
	if (e == OK && from->language)
		e = header_add(&p->headers, a, "Content-Language",
			       bytes_of(from->language));
	return e;
}

enum err body_write(const struct body_part *parts, size_t count,
		    const uint8_t random[16], struct buf *type, struct buf *to)
{
	char boundary[MULTIPART_BOUNDARY_OCTETS];
	struct arena *a = arena_new(262144);
	struct part *list;
	enum err e = ERR_NOMEM;
	size_t i;

	if (!a)
		return ERR_NOMEM;
	list = arena_array(a, count, sizeof(*list));
	if (!list || count == 0)
		goto out;
	for (i = 0; i < count; i++) {
		if ((e = put_part(&parts[i], a, &list[i])) != OK)
			goto out;
		list[i].next = i + 1 < count ? &list[i + 1] : NULL;
	}
	multipart_boundary(random, boundary);
	/* Without quotes, which it does not need: liblinphone dies of them. */
	buf_printf(type, "multipart/mixed;boundary=%s", boundary);
	if ((e = multipart_write(list, boundary, to)) == OK)
		e = buf_status(type);
out:
	arena_free(a);
	return e;
}

bool body_type_is(const char *type, const char *name)
{
	size_t n = strlen(name), end = strcspn(type, "; \t");

	if (n > 0 && name[n - 1] == '/')
		return strncasecmp(type, name, n) == 0;
	return end == n && strncasecmp(type, name, n) == 0;
}
