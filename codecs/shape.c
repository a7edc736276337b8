#include "codecs/shape.h"

#include <string.h>

#include "codecs/address.h"
#include "codecs/field.h"

#define CLAUSE		"codecs/shape.h"
#define ELEMENT		1	/* tag of a list's elements */

static void keep(void *at, size_t size, uint64_t v)
{
	uint8_t v8 = (uint8_t)v;
	uint16_t v16 = (uint16_t)v;
	uint32_t v32 = (uint32_t)v;

	switch (size) {
	case 1:
		memcpy(at, &v8, 1);
		break;
	case 2:
		memcpy(at, &v16, 2);
		break;
	case 4:
		memcpy(at, &v32, 4);
		break;
	default:
		memcpy(at, &v, 8);
		break;
	}
}

bool shape_in_range(const struct shape_row *row, uint64_t v)
{
	if (row->kind == SHAPE_BIT && (v & (v - 1)) != 0)
		return false;
	return v >= row->min && v <= row->max;
}

struct reader {
	struct arena *arena;
	struct bytes whole, base;
	struct fault *why;
	bool told;		/* the innermost fault is the one to tell */
};

static enum err fail(struct reader *r, enum err e, const char *name,
		     const uint8_t *at)
{
	if (r->told)
		return e;
	r->told = true;
	return fault_set(r->why, e, name, CLAUSE, (size_t)(at - r->whole.p));
}

static enum err read_shape(struct reader *r, const struct shape *s,
			   struct bytes in, uint8_t *out);

static enum err read_number(const struct shape_row *row, const struct field *f,
			    uint8_t *out)
{
	enum err bad = OK;
	uint64_t v = field_value(f, &bad);

	if (bad != OK)
		return bad;
	if (row->kind == SHAPE_LEVEL) {
		if (v > row->max + 1)
			return ERR_MALFORMED;
		v--;
	} else if (!shape_in_range(row, v)) {
		return ERR_MALFORMED;
	}
	keep(out + row->offset, row->size, v);
	return OK;
}

static enum err read_text(struct reader *r, struct bytes in, const char **out)
{
	if (bytes_find(in, 0) != in.n)
		return ERR_MALFORMED;
	*out = arena_string(r->arena, in);
	return *out == NULL ? ERR_NOMEM : OK;
}

static enum err read_text_at(struct reader *r, struct bytes in, uint8_t *at)
{
	const char *text;
	enum err e = read_text(r, in, &text);

	if (e == OK)
		memcpy(at, &text, sizeof text);
	return e;
}

static enum err read_chars(const struct shape_row *row, struct bytes in,
			   uint8_t *out)
{
	if (in.n >= row->size || bytes_find(in, 0) != in.n)
		return ERR_MALFORMED;
	if (in.n > 0)
		memcpy(out + row->offset, in.p, in.n);
	out[row->offset + in.n] = 0;
	return OK;
}

static enum err slice(const struct reader *r, struct bytes in,
		      struct bytes *out)
{
	struct cursor c = CURSOR(in);
	uint8_t how = cursor_u8(&c);
	uint64_t at, n;

	if (c.bad != OK || how > 1)
		return ERR_MALFORMED;
	if (how == 0) {
		*out = bytes_after(in, 1);
		return OK;
	}
	at = cursor_varint(&c);
	n = cursor_varint(&c);
	if (c.bad != OK || cursor_left(&c) > 0 || at > r->base.n ||
	    n > r->base.n - at)
		return ERR_MALFORMED;
	*out = bytes_after(r->base, (size_t)at);
	out->n = (size_t)n;
	return OK;
}

static enum err read_octets(struct reader *r, const struct shape_row *row,
			    struct bytes in, uint8_t *out)
{
	enum err e;

	if (row->kind == SHAPE_SLICE && (e = slice(r, in, &in)) != OK)
		return e;
	if (in.n == 0)
		return OK;
	memcpy(out + row->offset, &in, sizeof in);
	if (row->kind == SHAPE_BASE)
		r->base = in;
	return OK;
}

static enum err read_fixed(const struct shape_row *row, struct bytes in,
			   uint8_t *out)
{
	if (in.n != row->size)
		return ERR_MALFORMED;
	memcpy(out + row->offset, in.p, in.n);
	return OK;
}

static enum err read_address(struct reader *r, const struct shape_row *row,
			     struct bytes in, uint8_t *out)
{
	struct address v = { .kind = ADDRESS_NONE };
	enum err e;

	if (in.n == 0 || in.p[0] == ADDRESS_NONE ||
	    in.p[0] > ADDRESS_ANONYMOUS || in.n - 1 > ADDRESS_TEXT_MAX)
		return ERR_MALFORMED;
	v.kind = (enum address_kind)in.p[0];
	if ((e = read_text(r, bytes_after(in, 1), &v.text)) != OK)
		return e;
	if (address_check(&v) != OK)
		return ERR_MALFORMED;
	memcpy(out + row->offset, &v, sizeof v);
	return OK;
}

static enum err read_element(struct reader *r, const struct shape_row *row,
			     struct cursor *c, uint8_t *at)
{
	struct field f;

	if (!field_next(c, &f) || f.tag != ELEMENT)
		return ERR_MALFORMED;
	if (row->kind == SHAPE_TEXTS)
		return read_text_at(r, f.value, at);
	return read_shape(r, row->of, f.value, at);
}

static enum err read_list(struct reader *r, const struct shape_row *row,
			  struct bytes in, uint8_t *out)
{
	size_t size = row->of != NULL ? row->of->size : sizeof(char *);
	struct cursor c = CURSOR(in);
	uint64_t count = cursor_varint(&c);
	size_t n = (size_t)count, i;
	enum err e = OK;
	uint8_t *list;

	if (count > row->max)
		return ERR_TOOBIG;
	if (c.bad != OK || count > cursor_left(&c) / 2)
		return ERR_MALFORMED;
	if (n > 0 && (list = arena_array(r->arena, n, size)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < n && e == OK; i++)
		e = read_element(r, row, &c, list + i * size);
	if (e != OK || n == 0)
		return e;
	if (cursor_left(&c) > 0)
		return ERR_MALFORMED;
	memcpy(out + row->offset, &list, sizeof list);
	memcpy(out + row->count_offset, &n, sizeof n);
	return OK;
}

static enum err read_row(struct reader *r, const struct shape_row *row,
			 const struct field *f, uint8_t *out)
{
	switch (row->kind) {
	case SHAPE_NONE:
		return OK;
	case SHAPE_NUMBER:
	case SHAPE_BIT:
	case SHAPE_LEVEL:
		return read_number(row, f, out);
	case SHAPE_TEXT:
		return read_text_at(r, f->value, out + row->offset);
	case SHAPE_CHARS:
		return read_chars(row, f->value, out);
	case SHAPE_OCTETS:
	case SHAPE_BASE:
	case SHAPE_SLICE:
		return read_octets(r, row, f->value, out);
	case SHAPE_FIXED:
		return read_fixed(row, f->value, out);
	case SHAPE_ADDRESS:
		return read_address(r, row, f->value, out);
	case SHAPE_NESTED:
		return read_shape(r, row->of, f->value, out + row->offset);
	case SHAPE_LIST:
	case SHAPE_TEXTS:
		return read_list(r, row, f->value, out);
	}
	return ERR_MALFORMED;
}

/* Inside a field that is whole, an early end is malformed. */
static enum err settled(const struct reader *r, struct bytes in, enum err e)
{
	return e == ERR_MORE && in.p != r->whole.p ? ERR_MALFORMED : e;
}

static const uint8_t *at_end(const struct cursor *c)
{
	return c->in.n == 0 ? c->in.p : c->in.p + c->at;
}

static enum err read_shape(struct reader *r, const struct shape *s,
			   struct bytes in, uint8_t *out)
{
	struct cursor c = CURSOR(in);
	uint64_t missing = s->required;
	struct field f;
	unsigned last = 0;
	enum err e;

	while (field_next(&c, &f)) {
		if (f.tag <= last)
			return fail(r, ERR_MALFORMED, "tag", f.value.p);
		last = f.tag;
		if (f.tag >= s->n)
			continue;
		missing &= ~((uint64_t)1 << f.tag);
		if ((e = read_row(r, &s->rows[f.tag], &f, out)) != OK)
			return fail(r, e, s->rows[f.tag].name, f.value.p);
	}
	if (c.bad != OK)
		return fail(r, settled(r, in, c.bad), "field", at_end(&c));
	if (missing != 0)
		return fail(r, settled(r, in, ERR_MORE), "required", in.p);
	return OK;
}

enum err shape_read(const struct shape *s, struct bytes in, struct arena *a,
		    void *out, struct fault *why)
{
	struct reader r = { .arena = a, .whole = in, .why = why };

	return read_shape(&r, s, in, out);
}
