#include "codecs/bytes.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "codecs/arena.h"

#define BUF_FIRST	256

struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text,
			       text == NULL ? 0 : strlen(text) };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_is(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of(text));
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool bytes_is_nocase(struct bytes a, const char *text)
{
	return bytes_equal_nocase(a, bytes_of(text));
}

struct bytes bytes_after(struct bytes in, size_t skip)
{
	if (skip >= in.n)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ in.p + skip, in.n - skip };
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct bytes bytes_trim(struct bytes in)
{
	while (in.n > 0 && blank(in.p[0])) {
		in.p++;
		in.n--;
	}
	while (in.n > 0 && blank(in.p[in.n - 1]))
		in.n--;
	return in;
}

size_t bytes_find(struct bytes in, uint8_t c)
{
	const uint8_t *hit;

	if (in.n == 0)
		return 0;
	hit = memchr(in.p, c, in.n);
	return hit == NULL ? in.n : (size_t)(hit - in.p);
}

enum err bytes_decimal(struct bytes in, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (in.n == 0)
		return ERR_MALFORMED;
	for (i = 0; i < in.n; i++) {
		uint8_t digit = (uint8_t)(in.p[i] - '0');

		if (digit > 9)
			return ERR_MALFORMED;
		if (digit > max || v > (max - digit) / 10)
			return ERR_RANGE;
		v = v * 10 + digit;
	}
	*out = v;
	return OK;
}

size_t cursor_left(const struct cursor *c)
{
	return c->in.n - c->at;
}

struct bytes cursor_take(struct cursor *c, size_t n)
{
	struct bytes out = { NULL, 0 };

	if (c->bad != OK)
		return out;
	if (n > cursor_left(c)) {
		c->bad = ERR_MORE;
		return out;
	}
	out.p = c->in.p + c->at;
	out.n = n;
	c->at += n;
	return out;
}

uint8_t cursor_u8(struct cursor *c)
{
	if (c->bad == OK && c->at < c->in.n)
		return c->in.p[c->at++];
	(void)cursor_take(c, 1);
	return 0;
}

uint16_t cursor_u16(struct cursor *c)
{
	struct bytes b = cursor_take(c, 2);
	uint16_t v = 0;

	if (b.n > 0)
		memcpy(&v, b.p, sizeof v);
	return be16toh(v);
}

uint32_t cursor_u32(struct cursor *c)
{
	struct bytes b = cursor_take(c, 4);
	uint32_t v = 0;

	if (b.n > 0)
		memcpy(&v, b.p, sizeof v);
	return be32toh(v);
}

uint64_t cursor_u64(struct cursor *c)
{
	struct bytes b = cursor_take(c, 8);
	uint64_t v = 0;

	if (b.n > 0)
		memcpy(&v, b.p, sizeof v);
	return be64toh(v);
}

uint64_t cursor_varint(struct cursor *c)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 70; shift += 7) {
		uint8_t octet = cursor_u8(c);

		if (c->bad != OK)
			return 0;
		if (shift == 63 && octet > 1)
			break;
		v |= (uint64_t)(octet & 0x7F) << shift;
		if ((octet & 0x80) == 0)
			return v;
	}
	c->bad = ERR_MALFORMED;
	return 0;
}

void buf_clear(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){ .limit = b->limit };
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->bad = OK;
}

struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->p, b->n };
}

enum err buf_status(const struct buf *b)
{
	return b->bad;
}

static void grow(struct buf *b, size_t need)
{
	size_t capacity = b->capacity == 0 ? BUF_FIRST : b->capacity;
	uint8_t *p;

	while (capacity < need)
		capacity = capacity > b->limit / 2 ? b->limit : capacity * 2;
	p = mem_realloc(b->p, capacity);
	if (p == NULL) {
		b->bad = ERR_NOMEM;
		return;
	}
	b->p = p;
	b->capacity = capacity;
}

static uint8_t *more_room(struct buf *b, size_t n)
{
	if (b->bad != OK)
		return NULL;
	if (n > b->limit - b->n) {
		b->bad = ERR_TOOBIG;
		return NULL;
	}
	if (b->p == NULL || b->n + n > b->capacity)
		grow(b, b->n + n);
	if (b->bad != OK)
		return NULL;
	b->n += n;
	return b->p + b->n - n;
}

/* Mostly there is room: that is looked at where it is wanted. */
static inline uint8_t *room(struct buf *b, size_t n)
{
	if (b->bad != OK || b->p == NULL || n > b->capacity - b->n ||
	    n > b->limit - b->n)
		return more_room(b, n);
	b->n += n;
	return b->p + b->n - n;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
	return room(b, n);
}

void buf_u8(struct buf *b, uint8_t v)
{
	uint8_t *p = room(b, 1);

	if (p != NULL)
		*p = v;
}

void buf_u16(struct buf *b, uint16_t v)
{
	uint8_t *p = room(b, sizeof v);

	v = htobe16(v);
	if (p != NULL)
		memcpy(p, &v, sizeof v);
}

void buf_u32(struct buf *b, uint32_t v)
{
	uint8_t *p = room(b, sizeof v);

	v = htobe32(v);
	if (p != NULL)
		memcpy(p, &v, sizeof v);
}

void buf_u64(struct buf *b, uint64_t v)
{
	uint8_t *p = room(b, sizeof v);

	v = htobe64(v);
	if (p != NULL)
		memcpy(p, &v, sizeof v);
}

void buf_varint(struct buf *b, uint64_t v)
{
	while (v >= 0x80) {
		buf_u8(b, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	buf_u8(b, (uint8_t)v);
}

void buf_put(struct buf *b, struct bytes v)
{
	uint8_t *p = room(b, v.n);

	if (p != NULL && v.n > 0)
		memcpy(p, v.p, v.n);
}

void buf_text(struct buf *b, const char *text)
{
	buf_put(b, bytes_of(text));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	char small[256];
	va_list args;
	uint8_t *p;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0) {
		b->bad = b->bad == OK ? ERR_MALFORMED : b->bad;
		return;
	}
	if ((size_t)n < sizeof small) {
		buf_put(b, (struct bytes){ (uint8_t *)small, (size_t)n });
		return;
	}
	p = buf_room(b, (size_t)n + 1);
	if (p == NULL)
		return;
	va_start(args, format);
	vsnprintf((char *)p, (size_t)n + 1, format, args);
	va_end(args);
	b->n--;
}

void buf_shift(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

const char *buf_string(struct buf *b)
{
	uint8_t *end = buf_room(b, 1);

	if (end == NULL)
		return NULL;
	*end = 0;
	b->n--;
	return (const char *)b->p;
}
