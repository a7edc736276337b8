#include "codecs/wsp.h"

#include "codecs/wsp_value.h"

#define PUSH 0x06 /* table 34 */

enum { SHIFT_LAST = 31, SHIFT = 127, QUOTE = 127 };

/* Table 38: these are dates, and these Text-value, quoted unless a token. */
static bool date_parameter(uint32_t code)
{
	return code >= 0x13 && code <= 0x15;
}

static bool quoted_parameter(uint32_t code)
{
	return code == WSP_NO_CODE || code == WSP_MAC ||
	       (code >= 0x17 && code <= 0x1D);
}

/* ERR_MORE of a part of the input is ERR_MALFORMED of the whole. */
static enum err inside(enum err e)
{
	return e == ERR_MORE ? ERR_MALFORMED : e;
}

static void read_parameter_value(struct cursor *c, struct wsp_parameter *p)
{
	struct wsp_value *v = &p->value;

	if (p->code == WSP_Q) {
		v->kind = WSP_NUMBER;
		v->number = wsp_uintvar(c);
		return;
	}
	wsp_value_read(c, true, v);
	if (v->kind == WSP_DATA && v->octets.n == 0)
		v->kind = WSP_NONE;
	if (v->kind == WSP_TEXT && quoted_parameter(p->code) &&
	    v->octets.n > 0 && v->octets.p[0] == '"')
		v->octets = bytes_after(v->octets, 1);
}

/* What a name that is written as text starts with: no control, no length. */
static bool named(const struct wsp_value *v)
{
	return v->kind == WSP_TEXT && v->octets.n > 0 && v->octets.p[0] >= 32 &&
	       v->octets.p[0] < QUOTE;
}

static void read_parameter(struct cursor *c, struct wsp_parameter *p)
{
	struct wsp_value token;

	wsp_value_read(c, true, &token);
	if (token.kind == WSP_NUMBER && token.number < 0x80) {
		p->code = (uint32_t)token.number;
		p->name = bytes_of(wsp_parameter_name(p->code));
	} else if (named(&token)) {
		p->code = WSP_NO_CODE;
		p->name = token.octets;
	} else if (c->bad == OK) {
		c->bad = ERR_MALFORMED;
	}
	read_parameter_value(c, p);
}

static void set_media(struct cursor *c, const struct wsp_value *v,
		      struct wsp_content_type *t)
{
	if (v->kind == WSP_NUMBER && v->number < WSP_NO_CODE) {
		t->code = (uint32_t)v->number;
		t->media = bytes_of(wsp_media_name(t->code));
	} else if (named(v)) {
		t->code = wsp_media_code(v->octets);
		t->media = t->code == WSP_NO_CODE
				   ? v->octets
				   : bytes_of(wsp_media_name(t->code));
	} else if (c->bad == OK) {
		c->bad = ERR_MALFORMED;
	}
}

/* 8.4.2.24, Content-general-form behind its length. */
static enum err read_general(struct bytes in, struct wsp_content_type *t)
{
	struct cursor c = CURSOR(in);
	struct wsp_value v;

	wsp_value_read(&c, true, &v);
	set_media(&c, &v, t);
	while (c.bad == OK && cursor_left(&c) > 0) {
		if (t->count == WSP_PARAMETERS_MAX)
			return ERR_TOOBIG;
		t->parameters[t->count] = (struct wsp_parameter){ 0 };
		read_parameter(&c, &t->parameters[t->count++]);
	}
	return inside(c.bad);
}

enum err wsp_content_type_read(struct cursor *c, struct wsp_content_type *out)
{
	struct wsp_content_type t = { 0 };
	struct wsp_value v;
	enum err e;

	wsp_value_read(c, false, &v);
	if (v.kind != WSP_DATA)
		set_media(c, &v, &t);
	if (c->bad != OK)
		return c->bad;
	if (v.kind == WSP_DATA && (e = read_general(v.octets, &t)) != OK)
		return c->bad = e;
	*out = t;
	return OK;
}

/* RFC 2616 2.2. */
static bool token(struct bytes text)
{
	static const char separators[] = "()<>@,;:\\\"/[]?={} \t";
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < 33 || text.p[i] > 126 ||
		    bytes_find(bytes_of(separators), text.p[i]) <
			    sizeof separators - 1)
			return false;
	return text.n > 0;
}

static bool put_parameter_text(struct buf *to, const struct wsp_parameter *p)
{
	struct bytes text = p->value.octets;

	if (!quoted_parameter(p->code) || token(text))
		return wsp_put_text(to, text);
	if (bytes_find(text, 0) != text.n)
		return false;
	buf_u8(to, '"');
	buf_put(to, text);
	buf_u8(to, 0);
	return true;
}

static bool put_data(struct buf *to, struct bytes data)
{
	if (data.n > UINT32_MAX)
		return false;
	wsp_put_length(to, data.n);
	buf_put(to, data);
	return true;
}

static bool put_parameter_value(struct buf *to, const struct wsp_parameter *p)
{
	const struct wsp_value *v = &p->value;

	if (p->code == WSP_Q) {
		wsp_put_uintvar(to, (uint32_t)v->number);
		return v->kind == WSP_NUMBER && v->number <= UINT32_MAX;
	}
	switch (v->kind) {
	case WSP_NONE:
		buf_u8(to, 0);
		return true;
	case WSP_NUMBER:
		if (date_parameter(p->code))
			wsp_put_long(to, v->number);
		else
			wsp_put_integer(to, v->number);
		return true;
	case WSP_TEXT:
		return put_parameter_text(to, p);
	case WSP_DATA:
		break;
	}
	return put_data(to, v->octets);
}

static bool put_name(struct buf *to, struct bytes name)
{
	struct wsp_value v = { .kind = WSP_TEXT, .octets = name };

	return named(&v) && wsp_put_text(to, name);
}

static bool put_parameter(struct buf *to, const struct wsp_parameter *p)
{
	if (p->code == WSP_NO_CODE) {
		if (!put_name(to, p->name))
			return false;
	} else if (p->code < 0x80) {
		buf_u8(to, (uint8_t)(0x80 | p->code));
	} else {
		return false;
	}
	return put_parameter_value(to, p);
}

static bool put_media(struct buf *to, const struct wsp_content_type *t)
{
	uint32_t code = t->media.n == 0 ? t->code : wsp_media_code(t->media);

	if (code == WSP_NO_CODE)
		return put_name(to, t->media);
	wsp_put_integer(to, code);
	return true;
}

/* The form of 8.4.2.24 that has no length; a long number has none. */
static bool constrained(const struct wsp_content_type *t)
{
	return t->count == 0 && (t->media.n > 0 || t->code < 0x80);
}

enum err wsp_content_type_put(struct buf *to, const struct wsp_content_type *t)
{
	struct buf general = BUF_INIT(to->limit);
	bool good = put_media(&general, t);
	size_t i;
	enum err e;

	if (t->count > WSP_PARAMETERS_MAX)
		good = false;
	for (i = 0; good && i < t->count; i++)
		good = put_parameter(&general, &t->parameters[i]);
	e = buf_status(&general);
	if (!good)
		e = ERR_RANGE;
	if (e == OK) {
		if (!constrained(t))
			wsp_put_length(to, general.n);
		buf_put(to, buf_bytes(&general));
		e = buf_status(to);
	}
	buf_clear(&general);
	return e;
}

const struct wsp_parameter *wsp_parameter(const struct wsp_content_type *t,
					  uint32_t code)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->parameters[i].code == code)
			return &t->parameters[i];
	return NULL;
}

static bool date_field(const struct wsp_header *h)
{
	if (h->page > 1)
		return false;
	return h->code == WSP_DATE || h->code == WSP_EXPIRES ||
	       h->code == 0x17 || h->code == 0x1B || h->code == 0x1D ||
	       h->code == 0x3F;
}

/* Fields whose value is Integer-value or Date-value (8.4.2). */
static bool number_field(const struct wsp_header *h)
{
	if (h->page > 1)
		return false;
	return date_field(h) || h->code == WSP_CONTENT_LENGTH ||
	       h->code == WSP_APPLICATION_ID || h->code == WSP_PUSH_FLAG ||
	       h->code == 0x05 || h->code == 0x1E || h->code == 0x33;
}

/* One header, or a shift of the code page; false: no header came of it. */
static bool read_header(struct cursor *c, uint8_t *page, struct wsp_header *h)
{
	uint8_t first = cursor_u8(c);

	if (first == SHIFT || (first > 0 && first <= SHIFT_LAST)) {
		*page = first == SHIFT ? cursor_u8(c) : first;
		if (*page == 0 && c->bad == OK)
			c->bad = ERR_MALFORMED;
		return false;
	}
	*h = (struct wsp_header){ .page = *page, .code = WSP_NO_CODE };
	if (first >= 0x80) {
		h->code = first & 0x7F;
		if (*page == 1)
			h->name = bytes_of(wsp_field_name(h->code));
	} else if (first == 0) {
		c->bad = c->bad == OK ? ERR_MALFORMED : c->bad;
	} else {
		c->at--;
		h->name = wsp_take_text(c);
	}
	wsp_value_read(c, number_field(h), &h->value);
	return true;
}

static enum err read_headers(struct cursor *c, struct wsp_push *p)
{
	struct wsp_header h;
	uint8_t page = 1;

	while (c->bad == OK && cursor_left(c) > 0) {
		if (!read_header(c, &page, &h) || c->bad != OK)
			continue;
		if (p->count == WSP_HEADERS_MAX)
			return ERR_TOOBIG;
		p->headers[p->count++] = h;
	}
	return c->bad;
}

enum err wsp_push_decode(struct bytes in, struct wsp_push *out,
			 struct fault *why)
{
	struct wsp_push p = { 0 };
	struct cursor c = CURSOR(in), headers;
	uint8_t type;
	size_t start;
	enum err e;

	p.transaction_id = cursor_u8(&c);
	type = cursor_u8(&c);
	if (c.bad == OK && type != PUSH)
		return fault_set(why, ERR_UNSUPPORTED, "PDU Type",
				 "WAP-230-WSP 8.2.1", 1);
	headers = CURSOR(cursor_take(&c, wsp_uintvar(&c)));
	if (c.bad != OK)
		return fault_set(why, c.bad, "HeadersLen",
				 "WAP-230-WSP 8.2.4.1", c.at);
	start = c.at - headers.in.n;
	if ((e = wsp_content_type_read(&headers, &p.type)) != OK)
		return fault_set(why, inside(e), "ContentType",
				 "WAP-230-WSP 8.4.2.24", start + headers.at);
	if ((e = read_headers(&headers, &p)) != OK)
		return fault_set(why, inside(e), "Headers", "WAP-230-WSP 8.4.1",
				 start + headers.at);
	p.body = bytes_after(in, c.at);
	*out = p;
	return OK;
}

static bool put_header_value(struct buf *to, const struct wsp_header *h)
{
	const struct wsp_value *v = &h->value;

	switch (v->kind) {
	case WSP_NONE:
		return false;
	case WSP_NUMBER:
		if (date_field(h))
			wsp_put_long(to, v->number);
		else
			wsp_put_integer(to, v->number);
		return true;
	case WSP_TEXT:
		return wsp_put_text(to, v->octets);
	case WSP_DATA:
		break;
	}
	return put_data(to, v->octets);
}

static bool put_headers(struct buf *to, const struct wsp_push *p)
{
	const struct wsp_header *h = p->headers;
	uint8_t page = 1, wanted;

	for (; h < p->headers + p->count; h++) {
		wanted = h->page == 0 ? 1 : h->page;
		if (wanted != page) {
			buf_u8(to, SHIFT);
			buf_u8(to, wanted);
			page = wanted;
		}
		if (h->code < 0x80)
			buf_u8(to, (uint8_t)(0x80 | h->code));
		else if (h->code != WSP_NO_CODE || !put_name(to, h->name))
			return false;
		if (!put_header_value(to, h))
			return false;
	}
	return true;
}

enum err wsp_push_encode(const struct wsp_push *p, struct buf *to)
{
	struct buf headers = BUF_INIT(to->limit);
	enum err e = wsp_content_type_put(&headers, &p->type);

	if (e == OK &&
	    (p->count > WSP_HEADERS_MAX || !put_headers(&headers, p)))
		e = ERR_RANGE;
	if (e == OK)
		e = buf_status(&headers);
	if (e == OK) {
		buf_u8(to, p->transaction_id);
		buf_u8(to, PUSH);
		wsp_put_uintvar(to, (uint32_t)headers.n);
		buf_put(to, buf_bytes(&headers));
		buf_put(to, p->body);
		e = buf_status(to);
	}
	buf_clear(&headers);
	return e;
}

const struct wsp_header *wsp_push_header(const struct wsp_push *p,
					 uint32_t code)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->headers[i].page <= 1 && p->headers[i].code == code)
			return &p->headers[i];
	return NULL;
}
