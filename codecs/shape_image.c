#include "codecs/shape.h"

#include <string.h>

#include "codecs/address.h"

#define ELEMENT		1	/* tag of a list's elements */
#define LENGTH_LONG	5	/* octets kept for a nested length */

/* Numbers of 1, 2, 4 or 8 octets, wherever they are. */
static uint64_t load(const void *at, size_t size)
{
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v = 0;

	switch (size) {
	case 1:
		memcpy(&v8, at, 1);
		return v8;
	case 2:
		memcpy(&v16, at, 2);
		return v16;
	case 4:
		memcpy(&v32, at, 4);
		return v32;
	default:
		memcpy(&v, at, 8);
		return v;
	}
}

struct writer {
	struct buf *to;
	struct bytes base;
};

static void refuse(struct writer *w, enum err e)
{
	if (w->to->bad == OK)
		w->to->bad = e;
}

static size_t put_varint(uint8_t *p, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (uint8_t)(v | 0x80);
	p[n++] = (uint8_t)v;
	return n;
}

/* One field: `first` and then `rest` are its value. */
static void put_two(struct writer *w, unsigned tag, struct bytes first,
		    struct bytes rest)
{
	uint8_t head[20];
	size_t n = put_varint(head, tag);
	uint8_t *p;

	n += put_varint(head + n, first.n + rest.n);
	p = buf_room(w->to, n + first.n + rest.n);
	if (p == NULL)
		return;
	memcpy(p, head, n);
	if (first.n > 0)
		memcpy(p + n, first.p, first.n);
	if (rest.n > 0)
		memcpy(p + n + first.n, rest.p, rest.n);
}

static void put(struct writer *w, unsigned tag, struct bytes value)
{
	put_two(w, tag, (struct bytes){ NULL, 0 }, value);
}

/* A number that is written although it is 0 has no octets. */
static void put_number(struct writer *w, unsigned tag, uint64_t v)
{
	uint8_t octets[8];
	size_t n = 0;

	for (; v != 0; v >>= 8)
		octets[n++] = (uint8_t)v;
	put(w, tag, (struct bytes){ octets, n });
}

/* A value written next: its length is kept in 5 octets, or 1 when it fits. */
static size_t nested_open(struct writer *w, unsigned tag)
{
	size_t mark;

	buf_varint(w->to, tag);
	mark = w->to->n;
	buf_room(w->to, LENGTH_LONG);
	return mark;
}

static void nested_close(struct writer *w, size_t mark)
{
	struct buf *to = w->to;
	size_t n = to->n - mark - LENGTH_LONG;
	size_t i;

	if (to->bad != OK)
		return;
	if (n < 0x80) {
		to->p[mark] = (uint8_t)n;
		memmove(to->p + mark + 1, to->p + mark + LENGTH_LONG, n);
		to->n -= LENGTH_LONG - 1;
		return;
	}
	for (i = 0; i < LENGTH_LONG; i++, n >>= 7)
		to->p[mark + i] = (uint8_t)((n & 0x7F) |
					    (i + 1 < LENGTH_LONG ? 0x80 : 0));
}

static void write_shape(struct writer *w, const struct shape *s,
			const uint8_t *from);

static void write_number(struct writer *w, unsigned tag,
			 const struct shape_row *row, const uint8_t *from)
{
	uint64_t v = load(from + row->offset, row->size);

	if (row->kind == SHAPE_LEVEL) {
		v = (v + 1) & 0xFF;
		if (v > row->max + 1)
			refuse(w, ERR_RANGE);
	} else if (!shape_in_range(row, v)) {
		refuse(w, ERR_RANGE);
	}
	if (v != 0)
		put_number(w, tag, v);
}

static void write_fixed(struct writer *w, unsigned tag,
			const struct shape_row *row, const uint8_t *from)
{
	const uint8_t *p = from + row->offset;
	size_t i = 0;

	while (i < row->size && p[i] == 0)
		i++;
	if (i < row->size)
		put(w, tag, (struct bytes){ p, row->size });
}

/* Inline octets follow a 0; what is in the base a 1, offset and length. */
static void write_slice(struct writer *w, unsigned tag, struct bytes v)
{
	uintptr_t at = (uintptr_t)v.p, base = (uintptr_t)w->base.p;
	uint8_t head[21] = { 0 };
	size_t n;

	if (v.n == 0)
		return;
	if (w->base.n == 0 || at < base || at - base > w->base.n ||
	    v.n > w->base.n - (at - base)) {
		put_two(w, tag, (struct bytes){ head, 1 }, v);
		return;
	}
	head[0] = 1;
	n = 1 + put_varint(head + 1, at - base);
	n += put_varint(head + n, v.n);
	put(w, tag, (struct bytes){ head, n });
}

static void write_octets(struct writer *w, const struct shape *s, unsigned tag,
			 const uint8_t *from)
{
	const struct shape_row *row = &s->rows[tag];
	struct bytes v;

	memcpy(&v, from + row->offset, sizeof v);
	if (row->kind == SHAPE_SLICE) {
		write_slice(w, tag, v);
		return;
	}
	if (v.n > 0 || (s->required >> tag & 1) != 0)
		put(w, tag, v);
	if (row->kind == SHAPE_BASE)
		w->base = v;
}

static void write_address(struct writer *w, unsigned tag,
			  const struct shape_row *row, const uint8_t *from)
{
	struct address v;
	uint8_t kind;

	memcpy(&v, from + row->offset, sizeof v);
	kind = (uint8_t)v.kind;
	if (address_check(&v) != OK)
		refuse(w, ERR_MALFORMED);
	else if (v.kind != ADDRESS_NONE)
		put_two(w, tag, (struct bytes){ &kind, 1 }, bytes_of(v.text));
}

static void write_text(struct writer *w, unsigned tag, const char *text,
		       bool required)
{
	if (text != NULL)
		put(w, tag, bytes_of(text));
	else if (required)
		refuse(w, ERR_MALFORMED);
}

static void write_chars(struct writer *w, unsigned tag,
			const struct shape_row *row, const uint8_t *from)
{
	const char *text = (const char *)from + row->offset;
	size_t n = strnlen(text, row->size);

	if (n == row->size)
		refuse(w, ERR_TOOBIG);
	else if (n > 0)
		put(w, tag, (struct bytes){ (const uint8_t *)text, n });
}

static void write_element(struct writer *w, const struct shape_row *row,
			  const uint8_t *list, size_t i)
{
	const char *text;
	size_t mark;

	if (row->kind == SHAPE_TEXTS) {
		memcpy(&text, list + i * sizeof text, sizeof text);
		write_text(w, ELEMENT, text, true);
		return;
	}
	mark = nested_open(w, ELEMENT);
	write_shape(w, row->of, list + i * row->of->size);
	nested_close(w, mark);
}

static void write_list(struct writer *w, unsigned tag,
		       const struct shape_row *row, const uint8_t *from)
{
	const uint8_t *list;
	size_t n, i, mark;

	memcpy(&list, from + row->offset, sizeof list);
	memcpy(&n, from + row->count_offset, sizeof n);
	if (n > row->max)
		refuse(w, ERR_TOOBIG);
	if (n == 0 || w->to->bad != OK)
		return;
	mark = nested_open(w, tag);
	buf_varint(w->to, n);
	for (i = 0; i < n; i++)
		write_element(w, row, list, i);
	nested_close(w, mark);
}

static bool is_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* A structure of which nothing is set leaves nothing. */
static void write_nested(struct writer *w, unsigned tag,
			 const struct shape_row *row, const uint8_t *from)
{
	size_t before = w->to->n, mark, inside;

	/* What most are; a LEVEL says nothing by not being 0. */
	if (is_zero(from + row->offset, row->of->size) &&
	    row->of->required == 0)
		return;
	mark = nested_open(w, tag);
	inside = w->to->n;
	write_shape(w, row->of, from + row->offset);
	if (w->to->n == inside)
		w->to->n = before;
	else
		nested_close(w, mark);
}

static void write_row(struct writer *w, const struct shape *s, unsigned tag,
		      const uint8_t *from)
{
	const struct shape_row *row = &s->rows[tag];
	const char *text;

	switch (row->kind) {
	case SHAPE_NONE:
		break;
	case SHAPE_NUMBER:
	case SHAPE_BIT:
	case SHAPE_LEVEL:
		write_number(w, tag, row, from);
		break;
	case SHAPE_TEXT:
		memcpy(&text, from + row->offset, sizeof text);
		write_text(w, tag, text, (s->required >> tag & 1) != 0);
		break;
	case SHAPE_CHARS:
		write_chars(w, tag, row, from);
		break;
	case SHAPE_OCTETS:
	case SHAPE_BASE:
	case SHAPE_SLICE:
		write_octets(w, s, tag, from);
		break;
	case SHAPE_FIXED:
		write_fixed(w, tag, row, from);
		break;
	case SHAPE_ADDRESS:
		write_address(w, tag, row, from);
		break;
	case SHAPE_NESTED:
		write_nested(w, tag, row, from);
		break;
	case SHAPE_LIST:
	case SHAPE_TEXTS:
		write_list(w, tag, row, from);
		break;
	}
}

static void write_shape(struct writer *w, const struct shape *s,
			const uint8_t *from)
{
	unsigned tag;

	for (tag = 1; tag < s->n; tag++)
		write_row(w, s, tag, from);
}

enum err shape_image(const struct shape *s, const void *from, struct buf *to)
{
	struct writer w = { .to = to };

	write_shape(&w, s, from);
	return buf_status(to);
}
