/* json_read.c - the reader of codecs/json.h. */
#include "codecs/json.h"

#include "codecs/base64.h"
#include "codecs/utf8.h"

struct reader {
	struct bytes in;
	size_t at;
	struct arena *arena;
	size_t values;
};

static void skip_space(struct reader *r)
{
	uint8_t c;

	for (; r->at < r->in.n; r->at++) {
		c = r->in.p[r->at];
		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			break;
	}
}

/* The next character that is not space, not taken. ERR_MORE: the end. */
static enum err peek(struct reader *r, uint8_t *c)
{
	skip_space(r);
	if (r->at >= r->in.n)
		return ERR_MORE;
	*c = r->in.p[r->at];
	return OK;
}

static enum err four_digits(struct bytes in, uint32_t *v)
{
	uint8_t octets[2];

	if (in.n < 4 || hex_read((struct bytes){ in.p, 4 }, octets, 2) != OK)
		return ERR_MALFORMED;
	*v = (uint32_t)octets[0] << 8 | octets[1];
	return OK;
}

/* What follows "\u": one code point, of one or two escapes. */
static enum err unescape_u(struct bytes in, size_t *used, struct buf *to)
{
	uint32_t high, low;

	if (four_digits(in, &high) != OK || (high >= 0xDC00 && high <= 0xDFFF))
		return ERR_MALFORMED;
	*used = 4;
	if (high < 0xD800 || high > 0xDFFF) {
		utf8_append(to, high);
		return OK;
	}
	if (in.n < 6 || in.p[4] != '\\' || in.p[5] != 'u' ||
	    four_digits(bytes_after(in, 6), &low) != OK || low < 0xDC00 ||
	    low > 0xDFFF)
		return ERR_MALFORMED;
	utf8_append(to, 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF));
	*used = 10;
	return OK;
}

/* One escape at the front of `in`, behind the backslash. */
static enum err unescape_one(struct bytes in, size_t *used, struct buf *to)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	enum err e;
	size_t i;

	if (in.n == 0)
		return ERR_MALFORMED;
	for (i = 0; letters[i] != 0; i++)
		if (in.p[0] == (uint8_t)letters[i])
			break;
	if (letters[i] != 0) {
		buf_u8(to, (uint8_t)meant[i]);
		*used = 1;
		return OK;
	}
	if (in.p[0] != 'u')
		return ERR_MALFORMED;
	e = unescape_u(bytes_after(in, 1), used, to);
	*used += 1;
	return e;
}

/* The decoded form of `raw`, which holds escapes; never longer than it. */
static enum err unescape(struct reader *r, struct bytes raw, struct bytes *out)
{
	struct buf text = BUF_INIT(raw.n);
	enum err e = OK;
	size_t used;

	while (raw.n > 0 && e == OK) {
		used = bytes_find(raw, '\\');
		buf_put(&text, (struct bytes){ raw.p, used });
		raw = bytes_after(raw, used);
		if (raw.n == 0)
			break;
		e = unescape_one(bytes_after(raw, 1), &used, &text);
		if (e == OK)
			raw = bytes_after(raw, 1 + used);
	}
	if (e == OK)
		e = buf_status(&text);
	if (e == OK)
		e = arena_copy(r->arena, buf_bytes(&text), out);
	buf_clear(&text);
	return e;
}

/* A character that the end of the input cuts through. */
static bool cut(struct bytes rest)
{
	size_t n = 0;

	while (n < rest.n && rest.p[n] >= 0x80)
		n++;
	return n == rest.n && n < 4;
}

/* At the opening quote. */
static enum err read_string(struct reader *r, struct bytes *out)
{
	struct bytes raw = bytes_after(r->in, ++r->at);
	bool escapes = false;
	uint32_t cp;
	size_t n = 0, step;

	while (n < raw.n && raw.p[n] != '"') {
		if (raw.p[n] < 0x20)
			return ERR_MALFORMED;
		step = utf8_step(bytes_after(raw, n), &cp);
		if (cp == UTF8_BAD)
			return cut(bytes_after(raw, n)) ? ERR_MORE
							: ERR_MALFORMED;
		escapes = escapes || cp == '\\';
		n += cp == '\\' ? 2 : step;
	}
	if (n >= raw.n)
		return ERR_MORE;
	r->at += n + 1;
	*out = (struct bytes){ raw.p, n };
	return escapes ? unescape(r, *out, out) : OK;
}

static size_t digits(struct bytes in)
{
	size_t n = 0;

	while (n < in.n && in.p[n] >= '0' && in.p[n] <= '9')
		n++;
	return n;
}

/* Length of a number at the front (RFC 8259 6). ERR_MORE: it may go on. */
static enum err number_length(struct bytes in, size_t *length)
{
	size_t at = in.n > 0 && in.p[0] == '-', n = digits(bytes_after(in, at));

	if (at + n == in.n && n == 0)
		return ERR_MORE;
	if (n == 0 || (n > 1 && in.p[at] == '0'))
		return ERR_MALFORMED;
	at += n;
	if (at < in.n && in.p[at] == '.') {
		n = digits(bytes_after(in, ++at));
		if (n == 0)
			return at == in.n ? ERR_MORE : ERR_MALFORMED;
		at += n;
	}
	if (at < in.n && (in.p[at] == 'e' || in.p[at] == 'E')) {
		at++;
		if (at < in.n && (in.p[at] == '+' || in.p[at] == '-'))
			at++;
		n = digits(bytes_after(in, at));
		if (n == 0)
			return at == in.n ? ERR_MORE : ERR_MALFORMED;
		at += n;
	}
	*length = at;
	return OK;
}

static enum err read_number(struct reader *r, struct json_value *v)
{
	struct bytes rest = bytes_after(r->in, r->at);
	size_t n;
	enum err e = number_length(rest, &n);

	if (e != OK)
		return e;
	v->kind = JSON_NUMBER;
	v->text = (struct bytes){ rest.p, n };
	r->at += n;
	return OK;
}

static enum err read_word(struct reader *r, const char *word)
{
	struct bytes w = bytes_of(word), rest = bytes_after(r->in, r->at);
	size_t i;

	for (i = 0; i < w.n; i++) {
		if (i == rest.n)
			return ERR_MORE;
		if (rest.p[i] != w.p[i])
			return ERR_MALFORMED;
	}
	r->at += w.n;
	return OK;
}

static enum err read_scalar(struct reader *r, uint8_t c, struct json_value *v)
{
	switch (c) {
	case '"':
		v->kind = JSON_STRING;
		return read_string(r, &v->text);
	case 't':
		v->kind = JSON_BOOL;
		v->truth = true;
		return read_word(r, "true");
	case 'f':
		v->kind = JSON_BOOL;
		return read_word(r, "false");
	case 'n':
		v->kind = JSON_NULL;
		return read_word(r, "null");
	default:
		return read_number(r, v);
	}
}

static enum err read_value(struct reader *r, struct json_value *v,
			   unsigned depth);

/* `"name" :` in front of a member. */
static enum err read_name(struct reader *r, struct bytes *name)
{
	uint8_t c;
	enum err e;

	if ((e = peek(r, &c)) != OK)
		return e;
	if (c != '"')
		return ERR_MALFORMED;
	if ((e = read_string(r, name)) != OK || (e = peek(r, &c)) != OK)
		return e;
	r->at++;
	return c == ':' ? OK : ERR_MALFORMED;
}

/* One element or member, linked behind the others. */
static enum err read_element(struct reader *r, const struct json_value *of,
			     const struct json_value ***tail, unsigned depth)
{
	struct json_value *v = arena_alloc(r->arena, sizeof *v);
	enum err e;

	if (v == NULL)
		return ERR_NOMEM;
	if (of->kind == JSON_OBJECT && (e = read_name(r, &v->name)) != OK)
		return e;
	**tail = v;
	*tail = &v->next;
	return read_value(r, v, depth);
}

/* Behind the opening bracket. */
static enum err read_elements(struct reader *r, struct json_value *v,
			      unsigned depth)
{
	uint8_t c, end = v->kind == JSON_OBJECT ? '}' : ']';
	const struct json_value **tail = &v->child;
	enum err e;

	if ((e = peek(r, &c)) != OK)
		return e;
	if (c == end) {
		r->at++;
		return OK;
	}
	do {
		if ((e = read_element(r, v, &tail, depth)) != OK ||
		    (e = peek(r, &c)) != OK)
			return e;
		r->at++;
	} while (c == ',');
	return c == end ? OK : ERR_MALFORMED;
}

static enum err read_value(struct reader *r, struct json_value *v,
			   unsigned depth)
{
	uint8_t c;
	enum err e;

	if ((e = peek(r, &c)) != OK)
		return e;
	if (++r->values > JSON_VALUES_MAX)
		return ERR_TOOBIG;
	if (c != '{' && c != '[')
		return read_scalar(r, c, v);
	if (depth == JSON_DEPTH_MAX)
		return ERR_TOOBIG;
	v->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
	r->at++;
	return read_elements(r, v, depth + 1);
}

enum err json_read(struct bytes in, struct arena *a,
		   const struct json_value **out, struct fault *why)
{
	struct reader r = { .in = in, .arena = a };
	struct json_value *v = arena_alloc(a, sizeof *v);
	enum err e;

	if (v == NULL)
		return fault_set(why, ERR_NOMEM, "JSON text", "RFC 8259 2", 0);
	e = read_value(&r, v, 0);
	skip_space(&r);
	if (e == OK && r.at < in.n)
		e = ERR_MALFORMED;
	if (e != OK)
		return fault_set(why, e, "JSON text", "RFC 8259 2", r.at);
	*out = v;
	return OK;
}

const struct json_value *json_find(const struct json_value *v, const char *name)
{
	const struct json_value *member, *found = NULL;

	if (v == NULL || v->kind != JSON_OBJECT)
		return NULL;
	for (member = v->child; member != NULL; member = member->next)
		if (bytes_is(member->name, name))
			found = member;
	return found;
}

enum err json_find_text(const struct json_value *v, const char *name,
			struct bytes *out)
{
	const struct json_value *member = json_find(v, name);

	if (member == NULL)
		return ERR_NOTFOUND;
	if (member->kind != JSON_STRING)
		return ERR_MALFORMED;
	*out = member->text;
	return OK;
}

enum err json_find_uint(const struct json_value *v, const char *name,
			uint64_t max, uint64_t *out)
{
	const struct json_value *member = json_find(v, name);

	if (member == NULL)
		return ERR_NOTFOUND;
	if (member->kind != JSON_NUMBER)
		return ERR_MALFORMED;
	return bytes_decimal(member->text, max, out);
}

bool json_find_true(const struct json_value *v, const char *name)
{
	const struct json_value *member = json_find(v, name);

	return member != NULL && member->kind == JSON_BOOL && member->truth;
}
