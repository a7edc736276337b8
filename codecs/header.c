#include "codecs/header.h"

#include <string.h>

static const char clause_field[] = "RFC 5322 2.2";

bool header_line(struct bytes in, size_t *at, struct bytes *line)
{
	struct bytes rest = bytes_after(in, *at);
	size_t n = bytes_find(rest, '\n');

	if (n == rest.n)
		return false;
	*at += n + 1;
	if (n > 0 && rest.p[n - 1] == '\r')
		n--;
	*line = (struct bytes){ rest.p, n };
	return true;
}

static bool control(uint8_t c)
{
	return (c < 0x20 && c != '\t') || c == 0x7F;
}

static bool folded(struct bytes line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* The line at *at; at the end of `in` it may lack its line end. */
static bool last_line(struct bytes in, size_t *at, struct bytes *line)
{
	if (header_line(in, at, line))
		return true;
	if (*at >= in.n)
		return false;
	*line = bytes_after(in, *at);
	*at = in.n;
	return true;
}

static bool good_name(struct bytes name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7F)
			return false;
	return name.n > 0;
}

static enum err read_field(struct bytes line, struct header_field *f)
{
	size_t n = bytes_find(line, ':'), i;

	f->name = bytes_trim((struct bytes){ line.p, n });
	if (n == line.n || !good_name(f->name))
		return ERR_MALFORMED;
	f->value = (struct bytes){ line.p + n + 1, line.n - n - 1 };
	for (i = 0; i < f->value.n; i++)
		if (control(f->value.p[i]))
			return ERR_MALFORMED;
	return OK;
}

/*
 * The value of f->value.p up to `end`, which spans folded lines, without
 * their line ends (RFC 5322 2.2.3).
 */
static enum err unfold(struct header_field *f, const uint8_t *end,
		       struct arena *a)
{
	struct bytes raw = { f->value.p, (size_t)(end - f->value.p) }, line;
	uint8_t *to = arena_alloc(a, raw.n + 1);
	size_t at = 0, n = 0, i;

	if (to == NULL)
		return ERR_NOMEM;
	while (last_line(raw, &at, &line)) {
		for (i = 0; i < line.n; i++) {
			if (control(line.p[i]))
				return ERR_MALFORMED;
			to[n++] = line.p[i];
		}
	}
	f->value = (struct bytes){ to, n };
	return OK;
}

static size_t count_fields(struct bytes in)
{
	struct bytes line;
	size_t at = 0, n = 0;

	while (last_line(in, &at, &line))
		n += !folded(line);
	return n;
}

/* The field whose first line is `line`, with the folded ones behind it. */
static enum err whole_field(struct bytes in, size_t *at, struct bytes line,
			    struct header_field *f, struct arena *a)
{
	const uint8_t *end = NULL;
	size_t next = *at;
	enum err e;

	if (folded(line))
		return ERR_MALFORMED;
	if ((e = read_field(line, f)) != OK)
		return e;
	while (last_line(in, &next, &line) && folded(line)) {
		end = line.p + line.n;
		*at = next;
	}
	if (end != NULL)
		e = unfold(f, end, a);
	f->value = bytes_trim(f->value);
	return e;
}

enum err header_fields_read(struct bytes in, struct arena *a,
			    struct header_block *out, struct fault *why)
{
	size_t at = 0, start = 0, count = count_fields(in);
	struct header_block h = { .room = count };
	struct bytes line;
	enum err e;

	if (count > HEADER_FIELDS_MAX)
		return fault_set(why, ERR_TOOBIG, "fields", clause_field, 0);
	h.fields = arena_array(a, count, sizeof *h.fields);
	if (h.fields == NULL)
		return fault_set(why, ERR_NOMEM, "fields", clause_field, 0);
	while (last_line(in, &at, &line)) {
		if (h.count == count)
			e = ERR_MALFORMED;
		else
			e = whole_field(in, &at, line, &h.fields[h.count], a);
		if (e != OK)
			return fault_set(why, e, "field", clause_field, start);
		h.count++;
		start = at;
	}
	*out = h;
	return OK;
}

enum err header_block_read(struct bytes in, struct arena *a,
			   struct header_block *out, size_t *used,
			   struct fault *why)
{
	struct bytes line, fields = in;
	size_t at = 0, start = 0;
	enum err e;

	for (;;) {
		if (!header_line(in, &at, &line))
			return fault_set(why, ERR_MORE, "empty line",
					 clause_field, in.n);
		if (line.n == 0)
			break;
		start = at;
	}
	fields.n = start;
	if ((e = header_fields_read(fields, a, out, why)) != OK)
		return e;
	*used = at;
	return OK;
}

struct bytes header_unangled(struct bytes in)
{
	in = bytes_trim(in);
	if (in.n >= 2 && in.p[0] == '<' && in.p[in.n - 1] == '>')
		in = (struct bytes){ in.p + 1, in.n - 2 };
	return in;
}

struct bytes header_find(const struct header_block *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (bytes_is_nocase(h->fields[i].name, name))
			return h->fields[i].value;
	return (struct bytes){ NULL, 0 };
}

enum err header_add(struct header_block *h, struct arena *a, const char *name,
		    struct bytes value)
{
	size_t room = h->room + 8;
	struct header_field *more;

	if (h->count == HEADER_FIELDS_MAX)
		return ERR_TOOBIG;
	if (h->count == h->room) {
		more = arena_array(a, room, sizeof *more);
		if (more == NULL)
			return ERR_NOMEM;
		if (h->count > 0)
			memcpy(more, h->fields, h->count * sizeof *more);
		h->fields = more;
		h->room = room;
	}
	h->fields[h->count].name = bytes_of(name);
	h->fields[h->count++].value = value;
	return OK;
}

void header_block_write(const struct header_block *h, struct buf *to)
{
	size_t i;

	for (i = 0; i < h->count; i++) {
		buf_put(to, h->fields[i].name);
		buf_text(to, ": ");
		buf_put(to, h->fields[i].value);
		buf_text(to, "\r\n");
	}
}
