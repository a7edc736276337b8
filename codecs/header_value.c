/* header_value.c - values with parameters, and Content-Type among them. */
#include "codecs/header.h"

#include <string.h>

#include "codecs/base64.h"
#include "codecs/utf8.h"

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
static struct bytes after_label(struct bytes in, bool *latin1)
{
	size_t first = bytes_find(in, '\'');
	struct bytes rest = bytes_after(in, first + 1);
	size_t second = bytes_find(rest, '\'');

	if (first == in.n || second == rest.n)
		return in;
	*latin1 = bytes_is_nocase((struct bytes){ in.p, first }, "ISO-8859-1");
	return bytes_after(rest, second + 1);
}

/* The pieces of one value. */
struct joined {
	struct buf octets;
	bool latin1; /* not UTF-8 yet */
};

/* Appends piece `number` of `base`; false: there is none. */
static bool put_piece(const struct parameter *raw, size_t count,
		      struct bytes base, size_t number, struct joined *to)
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
			value = after_label(value, &to->latin1);
		if (p.encoded)
			put_percent(value, &to->octets);
		else
			buf_put(&to->octets, value);
		return true;
	}
	return false;
}

static enum err keep_joined(const struct joined *from, struct arena *a,
			    struct bytes *out)
{
	struct bytes octets = buf_bytes(&from->octets);
	bool damaged = false;
	uint8_t *to;
	enum err e;

	if ((e = buf_status(&from->octets)) != OK || !from->latin1)
		return e != OK ? e : arena_copy(a, octets, out);
	if ((to = arena_array(a, octets.n, 3)) == NULL)
		return ERR_NOMEM;
	*out = (struct bytes){ to, utf8_from_set(UTF8_SET_LATIN1, octets, to,
						 &damaged) };
	return OK;
}

/* Joins the pieces of RFC 2231; plain parameters stay as they are. */
static enum err join(const struct parameter *raw, size_t count, size_t limit,
		     struct arena *a, struct header_value *out)
{
	struct joined text = { .octets = BUF_INIT(limit) };
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
		buf_reset(&text.octets);
		text.latin1 = false;
		for (n = 0; put_piece(raw, count, p.base, n, &text); n++)
			;
		e = keep_joined(&text, a,
				&out->parameters[out->count - 1].value);
	}
	buf_clear(&text.octets);
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
