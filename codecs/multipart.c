#include "codecs/multipart.h"

#include <string.h>

#include "codecs/base64.h"

static const char clause[] = "RFC 2046 5.1.1";

/* One run over an entity: what bounds it, and where faults are counted from. */
struct reader {
	struct arena *arena;
	struct fault *why;
	const uint8_t *front;
	size_t parts;
};

static enum err complain(struct reader *r, enum err e, const char *field,
			 const uint8_t *at)
{
	size_t offset = at == NULL ? 0 : (size_t)(at - r->front);

	return fault_set(r->why, e, field, clause, offset);
}

/* A boundary line found: where it starts (its own line end before it off). */
struct delimiter {
	size_t before; /* octets in front of it */
	size_t after;  /* index behind its line */
	bool closes;
};

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/*
 * Whether `in`, which starts behind "--boundary", ends the line as a
 * delimiter's line must; *used octets.
 */
static bool delimiter_tail(struct bytes in, size_t *used, bool *closes)
{
	size_t n = 0;

	*closes = in.n >= 2 && in.p[0] == '-' && in.p[1] == '-';
	if (*closes)
		n = 2;
	while (n < in.n && blank(in.p[n]))
		n++;
	if (n < in.n && in.p[n] == '\r')
		n++;
	if (n < in.n && in.p[n] != '\n')
		return false;
	*used = n < in.n ? n + 1 : n;
	return true;
}

/* The first delimiter at or behind `from`; `mark` is "--boundary". */
static bool find_delimiter(struct bytes in, size_t from, struct bytes mark,
			   struct delimiter *d)
{
	struct bytes rest;
	const uint8_t *hit;
	size_t at, used;

	for (; from < in.n; from = at + 1) {
		hit = memmem(in.p + from, in.n - from, mark.p, mark.n);
		if (hit == NULL)
			return false;
		at = (size_t)(hit - in.p);
		rest = bytes_after(in, at + mark.n);
		if ((at > 0 && in.p[at - 1] != '\n') ||
		    !delimiter_tail(rest, &used, &d->closes))
			continue;
		d->after = at + mark.n + used;
		d->before = at > 0 ? at - 1 : 0;
		if (d->before > from && in.p[d->before - 1] == '\r')
			d->before--;
		return true;
	}
	return false;
}

/* The members of `p` that its headers tell. */
static enum err describe(struct reader *r, struct part *p)
{
	struct bytes text = header_find(&p->headers, "Content-Type");
	enum err e;

	if (text.n == 0)
		text = bytes_of("text/plain");
	if ((e = content_type_read(text, r->arena, &p->type)) != OK)
		return complain(r, e, "Content-Type", r->front);
	text = header_find(&p->headers, "Content-Disposition");
	e = header_value_read(text, r->arena, &p->disposition);
	if (e != OK && e != ERR_MALFORMED)
		return complain(r, e, "Content-Disposition", r->front);
	p->id = header_unangled(header_find(&p->headers, "Content-ID"));
	p->location = header_find(&p->headers, "Content-Location");
	p->encoding = header_find(&p->headers, "Content-Transfer-Encoding");
	p->name = header_parameter(&p->disposition, "filename");
	if (p->name.n == 0)
		p->name = header_parameter(&p->type.full, "name");
	return OK;
}

static enum err read_children(struct reader *r, struct bytes body,
			      const struct content_type *t, unsigned depth,
			      struct part **first);

/* Headers, empty line, body; a part may end with its headers. */
static enum err read_entity(struct reader *r, struct bytes in, unsigned depth,
			    struct part **out)
{
	struct part *p;
	size_t used = in.n;
	enum err e;

	if (++r->parts > MULTIPART_PARTS_MAX)
		return complain(r, ERR_TOOBIG, "parts", in.p);
	p = arena_alloc(r->arena, sizeof *p);
	if (p == NULL)
		return complain(r, ERR_NOMEM, "part", in.p);
	e = header_block_read(in, r->arena, &p->headers, &used, NULL);
	if (e == ERR_MORE && depth > 0)
		e = header_fields_read(in, r->arena, &p->headers, NULL);
	if (e != OK)
		return complain(r, e, "part headers", in.p);
	if ((e = describe(r, p)) != OK)
		return e;
	p->body = bytes_after(in, used);
	*out = p;
	if (!content_type_is(&p->type, "multipart/"))
		return OK;
	return read_children(r, p->body, &p->type, depth + 1, &p->child);
}

/* RFC 2046 5.1.1: 1 to 70 characters, none of which can end a line. */
static bool good_boundary(struct bytes boundary)
{
	size_t i;

	for (i = 0; i < boundary.n; i++)
		if (boundary.p[i] < ' ' || boundary.p[i] >= 0x7F)
			return false;
	return boundary.n > 0 && boundary.n <= 70;
}

/* Only white space: a last delimiter that should have been the closing one. */
static bool nothing_in(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (!blank(in.p[i]) && in.p[i] != '\r' && in.p[i] != '\n')
			return false;
	return true;
}

/* Every part between delimiters; `mark` is "--boundary". */
static enum err read_parts(struct reader *r, struct bytes body,
			   struct bytes mark, unsigned depth,
			   struct part **first)
{
	struct delimiter d = { 0 };
	struct part **tail = first;
	struct bytes entity;
	size_t start;
	enum err e;

	if (!find_delimiter(body, 0, mark, &d))
		return complain(r, ERR_MORE, "first boundary", body.p);
	while (!d.closes) {
		start = d.after;
		entity = bytes_after(body, start);
		if (!find_delimiter(body, start, mark, &d)) {
			if (*first != NULL && nothing_in(entity))
				return OK;
			return complain(r, ERR_MORE, "boundary", entity.p);
		}
		entity.n = d.before > start ? d.before - start : 0;
		if ((e = read_entity(r, entity, depth, tail)) != OK)
			return e;
		tail = &(*tail)->next;
	}
	if (*first == NULL)
		return complain(r, ERR_MALFORMED, "parts", body.p);
	return OK;
}

static enum err read_children(struct reader *r, struct bytes body,
			      const struct content_type *t, unsigned depth,
			      struct part **first)
{
	struct bytes boundary = header_parameter(&t->full, "boundary");
	uint8_t mark[72] = "--";

	if (depth > MULTIPART_DEPTH_MAX)
		return complain(r, ERR_TOOBIG, "depth", body.p);
	if (!good_boundary(boundary))
		return complain(r, ERR_MALFORMED, "boundary", body.p);
	memcpy(mark + 2, boundary.p, boundary.n);
	return read_parts(r, body, (struct bytes){ mark, boundary.n + 2 },
			  depth, first);
}

enum err part_read(struct bytes in, struct arena *a, struct part **out,
		   struct fault *why)
{
	struct reader r = { .arena = a, .why = why, .front = in.p };
	struct part *p;
	enum err e;

	if ((e = read_entity(&r, in, 0, &p)) != OK)
		return e;
	*out = p;
	return OK;
}

enum err multipart_read(struct bytes body, const struct content_type *t,
			struct arena *a, struct part **first, struct fault *why)
{
	struct reader r = { .arena = a, .why = why, .front = body.p };
	struct part *list = NULL;
	enum err e;

	if ((e = read_children(&r, body, t, 1, &list)) != OK)
		return e;
	*first = list;
	return OK;
}

const struct part *multipart_by_id(const struct part *first, struct bytes id)
{
	const struct part *p;

	id = header_unangled(id);
	if (id.n >= 4 && bytes_is_nocase((struct bytes){ id.p, 4 }, "cid:"))
		id = bytes_after(id, 4);
	for (p = first; p != NULL; p = p->next)
		if (id.n > 0 && bytes_equal(p->id, id))
			return p;
	return NULL;
}

/* One line of quoted-printable, without its line end. */
static void quoted_printable_line(struct bytes line, struct buf *to)
{
	uint8_t octet;

	while (line.n > 0) {
		if (line.p[0] == '=' && line.n >= 3 &&
		    hex_read((struct bytes){ line.p + 1, 2 }, &octet, 1) ==
			    OK) {
			buf_u8(to, octet);
			line = bytes_after(line, 3);
		} else {
			buf_u8(to, line.p[0]);
			line = bytes_after(line, 1);
		}
	}
}

void quoted_printable_read(struct bytes in, struct buf *to)
{
	struct bytes line, end;
	size_t n;

	while (in.n > 0 && to->bad == OK) {
		n = bytes_find(in, '\n');
		line = (struct bytes){ in.p, n };
		if (n > 0 && n < in.n && in.p[n - 1] == '\r')
			line.n--;
		end = (struct bytes){ in.p + line.n,
				      (n < in.n ? n + 1 : n) - line.n };
		in = bytes_after(in, n + 1);
		while (line.n > 0 && blank(line.p[line.n - 1]))
			line.n--;
		if (line.n > 0 && line.p[line.n - 1] == '=') {
			line.n--;
			end.n = 0;
		}
		quoted_printable_line(line, to);
		buf_put(to, end);
	}
}

enum err part_content(const struct part *p, struct buf *to)
{
	if (bytes_is_nocase(p->encoding, "base64"))
		return base64_read_lines(p->body, to);
	if (bytes_is_nocase(p->encoding, "quoted-printable"))
		quoted_printable_read(p->body, to);
	else if (p->encoding.n == 0 || bytes_is_nocase(p->encoding, "7bit") ||
		 bytes_is_nocase(p->encoding, "8bit") ||
		 bytes_is_nocase(p->encoding, "binary"))
		buf_put(to, p->body);
	else
		return ERR_UNSUPPORTED;
	return buf_status(to);
}

void part_write(const struct part *p, struct buf *to)
{
	header_block_write(&p->headers, to);
	buf_text(to, "\r\n");
	buf_put(to, p->body);
}

enum err multipart_write(const struct part *first, const char *boundary,
			 struct buf *to)
{
	size_t n = strlen(boundary);
	const struct part *p;

	for (p = first; p != NULL; p = p->next)
		if (p->body.n > 0 &&
		    memmem(p->body.p, p->body.n, boundary, n) != NULL)
			return ERR_EXISTS;
	for (p = first; p != NULL; p = p->next) {
		buf_text(to, "--");
		buf_text(to, boundary);
		buf_text(to, "\r\n");
		part_write(p, to);
		buf_text(to, "\r\n");
	}
	buf_text(to, "--");
	buf_text(to, boundary);
	buf_text(to, "--\r\n");
	return buf_status(to);
}

void multipart_boundary(const uint8_t random[16],
			char out[MULTIPART_BOUNDARY_OCTETS])
{
	memcpy(out, "cpm", 3);
	base64url_16(random, out + 3);
}
