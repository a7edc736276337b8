#include "codecs/field.h"

#define LENGTH_OCTETS	5

void field_put(struct buf *to, unsigned tag, struct bytes value)
{
	buf_varint(to, tag);
	buf_varint(to, value.n);
	buf_put(to, value);
}

void field_text(struct buf *to, unsigned tag, const char *text)
{
	if (text != NULL)
		field_put(to, tag, bytes_of(text));
}

void field_number(struct buf *to, unsigned tag, uint64_t v)
{
	uint8_t octets[8];
	size_t n = 0;

	if (v == 0)
		return;
	for (; v != 0; v >>= 8)
		octets[n++] = (uint8_t)v;
	field_put(to, tag, (struct bytes){ octets, n });
}

size_t field_open(struct buf *to, unsigned tag)
{
	size_t mark;

	buf_varint(to, tag);
	mark = to->n;
	buf_room(to, LENGTH_OCTETS);
	return mark;
}

void field_close(struct buf *to, size_t mark)
{
	size_t n, i;

	if (to->bad != OK)
		return;
	n = to->n - mark - LENGTH_OCTETS;
	for (i = 0; i < LENGTH_OCTETS; i++) {
		uint8_t more = i + 1 < LENGTH_OCTETS ? 0x80 : 0;

		to->p[mark + i] = (uint8_t)((n & 0x7F) | more);
		n >>= 7;
	}
}

/* Most tags and lengths are one octet: looked at here, without calls. */
static uint64_t next_varint(struct cursor *c)
{
	if (c->bad == OK && c->at < c->in.n && c->in.p[c->at] < 0x80)
		return c->in.p[c->at++];
	return cursor_varint(c);
}

bool field_next(struct cursor *c, struct field *out)
{
	uint64_t tag, n;

	if (c->bad != OK || cursor_left(c) == 0)
		return false;
	tag = next_varint(c);
	n = next_varint(c);
	if (c->bad == OK && (tag == 0 || tag > UINT16_MAX))
		c->bad = ERR_MALFORMED;
	if (c->bad == OK && n > cursor_left(c))
		c->bad = ERR_MORE;
	if (c->bad != OK)
		return false;
	out->tag = (unsigned)tag;
	out->value = cursor_take(c, (size_t)n);
	return true;
}

uint64_t field_value(const struct field *f, enum err *bad)
{
	uint64_t v = 0;
	size_t i;

	if (f->value.n > 8) {
		*bad = ERR_MALFORMED;
		return 0;
	}
	for (i = f->value.n; i > 0; i--)
		v = v << 8 | f->value.p[i - 1];
	return v;
}
