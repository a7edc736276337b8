#include "codecs/header.h"

#include <string.h>

#include "codecs/base64.h"

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

/* RFC 2045 5.1: what a token may hold. */
static bool token_octet(uint8_t c)
{
	return c > ' ' && c < 0x7F && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static bool token(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (!token_octet(in.p[i]))
			return false;
	return in.n > 0;
}

/* A quoted string at the front; *used with both quotes. */
static enum err read_quoted(struct bytes in, struct arena *a, size_t *used,
			    struct bytes *out)
{
	size_t i = 1, n = 0;
	bool escapes = false;
	uint8_t *to;

	while (i < in.n && in.p[i] != '"') {
		escapes = escapes || in.p[i] == '\\';
		i += in.p[i] == '\\' ? 2 : 1;
	}
	if (i >= in.n)
		return ERR_MALFORMED;
	*used = i + 1;
	*out = (struct bytes){ in.p + 1, i - 1 };
	if (!escapes)
		return OK;
	to = arena_alloc(a, out->n);
	if (to == NULL)
		return ERR_NOMEM;
	for (i = 0; i < out->n; i++) {
		if (out->p[i] == '\\')
			i++;
		to[n++] = out->p[i];
	}
	*out = (struct bytes){ to, n };
	return OK;
}

/* One parameter at the front of *in, which then starts behind its ';'. */
static enum err read_parameter(struct bytes *in, struct arena *a,
			       struct parameter *p)
{
	size_t n = 0, used;
	enum err e;

	while (n < in->n && in->p[n] != '=' && in->p[n] != ';')
		n++;
	p->name = bytes_trim((struct bytes){ in->p, n });
	p->value = (struct bytes){ NULL, 0 };
	*in = bytes_after(*in, n);
	if (in->n == 0 || in->p[0] == ';')
		goto out;
	*in = bytes_trim(bytes_after(*in, 1));
	if (in->n > 0 && in->p[0] == '"') {
		if ((e = read_quoted(*in, a, &used, &p->value)) != OK)
			return e;
		*in = bytes_after(*in, used);
	} else {
		n = bytes_find(*in, ';');
		p->value = bytes_trim((struct bytes){ in->p, n });
	}
out:
	*in = bytes_after(*in, bytes_find(*in, ';') + 1);
	return OK;
}

/* A name as RFC 2231 divides it: base, "*" piece number, "*" if encoded. */
struct piece {
	struct bytes base;
	size_t number; /* 0 also when there is no number */
	bool extended, encoded;
};

static struct piece piece_of(struct bytes name)
{
	struct piece p = { .base = name };
	size_t star = bytes_find(name, '*');
	struct bytes rest = bytes_after(name, star + 1);
	uint64_t number = 0;

	if (star == name.n || star == 0)
		return p;
	if (rest.n > 0 && rest.p[rest.n - 1] == '*') {
		p.encoded = true;
		rest.n--;
	}
	if (rest.n == 0)
		p.encoded = true;
	else if (bytes_decimal(rest, HEADER_PARAMETERS_MAX, &number) != OK)
		return (struct piece){ .base = name };
	p.base.n = star;
	p.number = (size_t)number;
	p.extended = true;
	return p;
}

static void put_percent(struct bytes in, struct buf *to)
{
	uint8_t octet;

	while (in.n > 0) {
		if (in.p[0] == '%' && in.n >= 3 &&
		    hex_read((struct bytes){ in.p + 1, 2 }, &octet, 1) == OK) {
			buf_u8(to, octet);
			in = bytes_after(in, 3);
		} else {
			buf_u8(to, in.p[0]);
			in = bytes_after(in, 1);
		}
	}
}

/* Behind charset'language' of the first encoded piece (RFC 2231 4). */
static struct bytes after_label(struct bytes in)
{
	size_t first = bytes_find(in, '\'');
	struct bytes rest = bytes_after(in, first + 1);
	size_t second = bytes_find(rest, '\'');

	return first == in.n || second == rest.n
		       ? in
		       : bytes_after(rest, second + 1);
}

/* Appends piece `number` of `base`; false: there is none. */
static bool put_piece(const struct parameter *raw, size_t count,
		      struct bytes base, size_t number, struct buf *to)
{
	struct bytes value;
	struct piece p;
	size_t i;

	for (i = 0; i < count; i++) {
		p = piece_of(raw[i].name);
		if (!p.extended || p.number != number ||
		    !bytes_equal_nocase(p.base, base))
			continue;
		value = raw[i].value;
		if (p.encoded && number == 0)
			value = after_label(value);
		if (p.encoded)
			put_percent(value, to);
		else
			buf_put(to, value);
		return true;
	}
	return false;
}

/* Joins the pieces of RFC 2231; plain parameters stay as they are. */
static enum err join(const struct parameter *raw, size_t count, size_t limit,
		     struct arena *a, struct header_value *out)
{
	struct buf text = BUF_INIT(limit);
	enum err e = OK;
	struct piece p;
	size_t i, n;

	for (i = 0; i < count && e == OK; i++) {
		p = piece_of(raw[i].name);
		if (p.extended && p.number > 0)
			continue;
		out->parameters[out->count].name = p.base;
		out->parameters[out->count].value = raw[i].value;
		out->count++;
		if (!p.extended)
			continue;
		buf_reset(&text);
		for (n = 0; put_piece(raw, count, p.base, n, &text); n++)
			;
		e = buf_status(&text);
		if (e == OK)
			e = arena_copy(a, buf_bytes(&text),
				       &out->parameters[out->count - 1].value);
	}
	buf_clear(&text);
	return e;
}

enum err header_value_read(struct bytes in, struct arena *a,
			   struct header_value *out)
{
	struct parameter raw[HEADER_PARAMETERS_MAX];
	size_t n = bytes_find(in, ';'), count = 0, limit = in.n;
	struct header_value v = { .value = bytes_trim(
					  (struct bytes){ in.p, n }) };
	enum err e;

	in = bytes_trim(bytes_after(in, n + 1));
	while (in.n > 0) {
		if (count == HEADER_PARAMETERS_MAX)
			return ERR_TOOBIG;
		if ((e = read_parameter(&in, a, &raw[count])) != OK)
			return e;
		in = bytes_trim(in);
		if (raw[count].name.n > 0)
			count++;
	}
	v.parameters = arena_array(a, count, sizeof *v.parameters);
	if (v.parameters == NULL)
		return ERR_NOMEM;
	if ((e = join(raw, count, limit, a, &v)) != OK)
		return e;
	*out = v;
	return OK;
}

struct bytes header_parameter(const struct header_value *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (bytes_is_nocase(v->parameters[i].name, name))
			return v->parameters[i].value;
	return (struct bytes){ NULL, 0 };
}

static bool printable(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (in.p[i] < ' ' || in.p[i] >= 0x7F)
			return false;
	return true;
}

static void put_quoted(struct buf *to, struct bytes value)
{
	size_t i;

	buf_u8(to, '"');
	for (i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_u8(to, '\\');
		buf_u8(to, value.p[i]);
	}
	buf_u8(to, '"');
}

/* RFC 2231 4, for what a quoted string cannot hold. */
static void put_encoded(struct buf *to, struct bytes value)
{
	size_t i;

	buf_text(to, "UTF-8''");
	for (i = 0; i < value.n; i++) {
		if (token_octet(value.p[i]) &&
		    strchr("*'%", value.p[i]) == NULL)
			buf_u8(to, value.p[i]);
		else
			buf_printf(to, "%%%02X", value.p[i]);
	}
}

static void put_parameter(struct buf *to, struct bytes name, struct bytes value)
{
	bool encoded = !printable(value);

	buf_text(to, "; ");
	buf_put(to, name);
	buf_text(to, encoded ? "*=" : "=");
	if (encoded)
		put_encoded(to, value);
	else if (token(value))
		buf_put(to, value);
	else
		put_quoted(to, value);
}

void header_put_parameter(struct buf *to, const char *name, struct bytes value)
{
	put_parameter(to, bytes_of(name), value);
}

void header_value_write(const struct header_value *v, struct buf *to)
{
	size_t i;

	buf_put(to, v->value);
	for (i = 0; i < v->count; i++)
		put_parameter(to, v->parameters[i].name,
			      v->parameters[i].value);
}

enum err content_type_read(struct bytes in, struct arena *a,
			   struct content_type *out)
{
	struct content_type t;
	size_t slash;
	enum err e;

	if ((e = header_value_read(in, a, &t.full)) != OK)
		return e;
	slash = bytes_find(t.full.value, '/');
	t.type = (struct bytes){ t.full.value.p, slash };
	t.subtype = bytes_after(t.full.value, slash + 1);
	if (!token(t.type) || !token(t.subtype))
		return ERR_MALFORMED;
	*out = t;
	return OK;
}

bool content_type_is(const struct content_type *t, const char *name)
{
	size_t n = strlen(name);
	struct bytes front = t->full.value;

	if (n > 0 && name[n - 1] == '/' && front.n > n)
		front.n = n;
	return bytes_is_nocase(front, name);
}

struct bytes content_type_charset(const struct content_type *t)
{
	return header_parameter(&t->full, "charset");
}
