#include "codecs/json.h"

#include "codecs/utf8.h"

static void before(struct json_writer *w)
{
	if (w->comma)
		buf_u8(w->to, ',');
	w->comma = true;
}

static void open_with(struct json_writer *w, uint8_t bracket)
{
	before(w);
	buf_u8(w->to, bracket);
	w->comma = false;
}

static void close_with(struct json_writer *w, uint8_t bracket)
{
	buf_u8(w->to, bracket);
	w->comma = true;
}

void json_open_object(struct json_writer *w)
{
	open_with(w, '{');
}

void json_close_object(struct json_writer *w)
{
	close_with(w, '}');
}

void json_open_array(struct json_writer *w)
{
	open_with(w, '[');
}

void json_close_array(struct json_writer *w)
{
	close_with(w, ']');
}

/* RFC 8259 7: the two-character form of a code point, or 0. */
static uint8_t short_escape(uint32_t cp)
{
	switch (cp) {
	case '"':
	case '\\':
		return (uint8_t)cp;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

/* U+2028 and U+2029 end lines for some readers of JSON lines. */
static bool must_escape(uint32_t cp)
{
	return cp < 0x20 || cp == 0x7F || cp == 0x2028 || cp == 0x2029;
}

static void put_escaped(struct buf *to, struct bytes text)
{
	uint32_t cp;
	size_t n;

	while (text.n > 0 && to->bad == OK) {
		n = utf8_step(text, &cp);
		if (short_escape(cp) != 0) {
			buf_u8(to, '\\');
			buf_u8(to, short_escape(cp));
		} else if (must_escape(cp)) {
			buf_printf(to, "\\u%04x", (unsigned)cp);
		} else if (cp == UTF8_BAD) {
			utf8_append(to, UTF8_REPLACEMENT);
		} else {
			buf_put(to, (struct bytes){ text.p, n });
		}
		text = bytes_after(text, n);
	}
}

void json_text(struct json_writer *w, struct bytes text)
{
	before(w);
	buf_u8(w->to, '"');
	put_escaped(w->to, text);
	buf_u8(w->to, '"');
}

void json_name(struct json_writer *w, const char *name)
{
	json_text(w, bytes_of(name));
	buf_u8(w->to, ':');
	w->comma = false;
}

static void literal(struct json_writer *w, const char *text)
{
	before(w);
	buf_text(w->to, text);
}

void json_null(struct json_writer *w)
{
	literal(w, "null");
}

void json_string(struct json_writer *w, const char *text)
{
	if (text == NULL)
		json_null(w);
	else
		json_text(w, bytes_of(text));
}

void json_bool(struct json_writer *w, bool v)
{
	literal(w, v ? "true" : "false");
}

void json_int(struct json_writer *w, int64_t v)
{
	before(w);
	buf_printf(w->to, "%lld", (long long)v);
}

void json_uint(struct json_writer *w, uint64_t v)
{
	before(w);
	buf_printf(w->to, "%llu", (unsigned long long)v);
}

void json_put_text(struct json_writer *w, const char *name, struct bytes v)
{
	json_name(w, name);
	json_text(w, v);
}

void json_put_string(struct json_writer *w, const char *name, const char *v)
{
	json_name(w, name);
	json_string(w, v);
}

void json_put_int(struct json_writer *w, const char *name, int64_t v)
{
	json_name(w, name);
	json_int(w, v);
}

void json_put_uint(struct json_writer *w, const char *name, uint64_t v)
{
	json_name(w, name);
	json_uint(w, v);
}

void json_put_bool(struct json_writer *w, const char *name, bool v)
{
	json_name(w, name);
	json_bool(w, v);
}
