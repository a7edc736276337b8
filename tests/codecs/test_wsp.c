#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/wsp.h"

static const struct uintvar_row {
	const char *name, *hex;
	enum err want;
	uint32_t v;
	bool shortest;
} uintvars[] = {
	{ "8.1.2: one octet", "7F", OK, 0x7F, true },
	{ "8.1.2: the example 0x87A5", "82 8F 25", OK, 0x87A5, true },
	{ "zero", "00", OK, 0, true },
	{ "two octets", "81 00", OK, 128, true },
	{ "32 bits", "8F FF FF FF 7F", OK, UINT32_MAX, true },
	{ "leading zeros", "80 80 01", OK, 1, false },
	{ "33 bits", "90 80 80 80 00", ERR_MALFORMED, 0, false },
	{ "six octets", "80 80 80 80 80 01", ERR_MALFORMED, 0, false },
	{ "cut short", "81", ERR_MORE, 0, false },
	{ "empty", "", ERR_MORE, 0, false },
};

static void test_uintvar(void)
{
	uint8_t raw[8];
	size_t i;

	for (i = 0; i < sizeof uintvars / sizeof *uintvars; i++) {
		const struct uintvar_row *r = &uintvars[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct cursor c = CURSOR(in);
		struct buf b = BUF_INIT(8);

		ROW(r, wsp_uintvar(&c) == r->v && c.bad == r->want);
		if (r->shortest) {
			wsp_put_uintvar(&b, r->v);
			ROW(r, bytes_equal(buf_bytes(&b), in));
		}
		buf_clear(&b);
	}
}

/* What a content type reads as: "media #code; name=value", a number as #n. */
static const struct type_row {
	const char *name, *hex;
	enum err want;
	const char *text;
	const char *again; /* as we write it, when that differs */
} types[] = {
	{ "8.4.2.24: well-known", "AE", OK, "application/vnd.wap.sic", NULL },
	{ "8.4.2.24: extension media", "78 2F 79 00", OK, "x/y", NULL },
	{ "a name that has a number", "54 65 78 74 2F 50 6C 61 69 6E 00", OK,
	  "text/plain", "83" },
	{ "an unknown number", "FF", OK, "#127", NULL },
	{ "8.4.2.24: general form, charset utf-8", "03 AE 81 EA", OK,
	  "application/vnd.wap.sic; charset=#106", NULL },
	{ "8.4.2.3: charset with two octets", "05 83 81 02 03 E8", OK,
	  "text/plain; charset=#1000", NULL },
	{ "a long media number", "03 02 02 01", OK, "#513", NULL },
	{ "general form without parameter", "01 AE", OK,
	  "application/vnd.wap.sic", "AE" },
	{ "8.4.2.4: SEC and MAC", "09 B6 91 80 92 30 41 31 42 00", OK,
	  "application/vnd.wap.connectivity-wbxml; sec=#0; mac=0A1B", NULL },
	{ "length behind 31", "1F 09 B6 91 80 92 30 41 31 42 00", OK,
	  "application/vnd.wap.connectivity-wbxml; sec=#0; mac=0A1B",
	  "09 B6 91 80 92 30 41 31 42 00" },
	{ "an untyped parameter", "08 83 61 00 22 62 20 63 00", OK,
	  "text/plain; a=b c", NULL },
	{ "an untyped number", "04 83 61 00 85", OK, "text/plain; a=#5", NULL },
	{ "no value", "03 83 94 00", OK, "text/plain; modification-date",
	  NULL },
	{ "8.4.2.3: a date is a long integer", "04 83 93 01 05", OK,
	  "text/plain; creation-date=#5", NULL },
	{ "8.4.2.3: q is a uintvar", "04 83 80 83 31", OK, "text/plain; q=#433",
	  NULL },
	{ "8.4.2.1: Quote before a high octet", "06 83 85 7F C3 A9 00", OK,
	  "text/plain; name=\xC3\xA9", NULL },
	{ "a parameter that we know not", "03 83 C0 81", OK,
	  "text/plain; #64=#1", NULL },
	{ "nine octets are no number", "0C 83 C0 09 01 02 03 04 05 06 07 08 09",
	  OK, "text/plain; #64=[9]", NULL },
	{ "a parameter behind its number's octets", "05 83 01 01 01 83", OK,
	  "text/plain; charset=#131", "04 83 81 01 83" },
	{ "cut in the length", "1F 81", ERR_MORE, "", NULL },
	{ "cut in the data", "03 AE 81", ERR_MORE, "", NULL },
	{ "cut in the text", "78 2F", ERR_MORE, "", NULL },
	{ "value runs past the length", "02 AE 81", ERR_MALFORMED, "", NULL },
	{ "text runs past the length", "03 AE 61 62 00", ERR_MALFORMED, "",
	  NULL },
	{ "no media", "00", ERR_MALFORMED, "", NULL },
	{ "empty media", "7F 00", ERR_MALFORMED, "", NULL },
	{ "media is data", "02 00 81", ERR_MALFORMED, "", NULL },
	{ "number above 0x7F as parameter", "05 83 02 01 00 81", ERR_MALFORMED,
	  "", NULL },
	{ "nine parameters",
	  "13 83 81 83 81 83 81 83 81 83 81 83 81 83 81 83 81 83 81 83",
	  ERR_TOOBIG, "", NULL },
	{ "empty", "", ERR_MORE, "", NULL },
};

static void say_value(struct buf *to, const struct wsp_value *v)
{
	switch (v->kind) {
	case WSP_NONE:
		return;
	case WSP_NUMBER:
		buf_printf(to, "=#%llu", (unsigned long long)v->number);
		return;
	case WSP_TEXT:
		buf_u8(to, '=');
		buf_put(to, v->octets);
		return;
	case WSP_DATA:
		buf_printf(to, "=[%zu]", v->octets.n);
		return;
	}
}

static void say_name(struct buf *to, struct bytes name, uint32_t code)
{
	if (name.n > 0)
		buf_put(to, name);
	else
		buf_printf(to, "#%u", code);
}

static void say_type(struct buf *to, const struct wsp_content_type *t)
{
	const struct wsp_parameter *p = t->parameters;

	say_name(to, t->media, t->code);
	for (; p < t->parameters + t->count; p++) {
		buf_text(to, "; ");
		say_name(to, p->name, p->code);
		say_value(to, &p->value);
	}
}

static void test_types(void)
{
	uint8_t raw[64], again[64];
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++) {
		const struct type_row *r = &types[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw), out;
		struct cursor c = CURSOR(in);
		struct wsp_content_type t = { 0 };
		struct buf said = BUF_INIT(256), b = BUF_INIT(256);

		ROW(r, wsp_content_type_read(&c, &t) == r->want);
		if (r->want == OK) {
			out = r->again == NULL ? in
					       : check_unhex(r->again, again,
							     sizeof again);
			say_type(&said, &t);
			ROW(r, bytes_is(buf_bytes(&said), r->text));
			ROW(r, cursor_left(&c) == 0);
			ROW(r, wsp_content_type_put(&b, &t) == OK);
			ROW(r, bytes_equal(buf_bytes(&b), out));
		}
		for (in.n--; r->want == OK && in.n < sizeof raw; in.n--) {
			c = CURSOR(in);
			ROW(r, wsp_content_type_read(&c, &t) == ERR_MORE);
		}
		buf_clear(&said);
		buf_clear(&b);
	}
}

/* Bodies are "body"; `text` has the content type, then the headers. */
static const struct push_row {
	const char *name, *hex;
	enum err want;
	const char *text;
	size_t headers_n; /* octets before the body */
} pushes[] = {
	{ "8.2.4.1: SI, no header", "01 06 01 AE 62 6F 64 79", OK,
	  "application/vnd.wap.sic", 4 },
	{ "X-Wap-Application-Id mms.ua", "01 06 03 BE AF 84 62 6F 64 79", OK,
	  "application/vnd.wap.mms-message | X-Wap-Application-Id=#4", 6 },
	{ "Content-Length, Push-Flag",
	  "01 06 07 BE AF 84 8D F0 B4 84 62 6F 64 79", OK,
	  "application/vnd.wap.mms-message | X-Wap-Application-Id=#4 | "
	  "Content-Length=#112 | Push-Flag=#4",
	  10 },
	{ "a long Content-Length", "01 06 05 AE 8D 02 01 00 62 6F 64 79", OK,
	  "application/vnd.wap.sic | Content-Length=#256", 8 },
	{ "8.4.2.3: Expires and Date",
	  "01 06 0D AE 92 04 36 BD 0A 80 94 04 36 BD 0A 81 62 6F 64 79", OK,
	  "application/vnd.wap.sic | Date=#918358656 | Expires=#918358657",
	  16 },
	{ "X-Wap-Application-Id as a URI",
	  "01 06 09 AE AF 78 2D 61 3A 62 2E 00 62 6F 64 79", OK,
	  "application/vnd.wap.sic | X-Wap-Application-Id=x-a:b.", 12 },
	{ "8.4.2.6: a header that has only a name",
	  "01 06 05 AE 78 00 79 00 62 6F 64 79", OK,
	  "application/vnd.wap.sic | x=y", 8 },
	{ "8.4.2.6: another code page", "01 06 05 AE 7F 02 AF 84 62 6F 64 79",
	  OK, "application/vnd.wap.sic | #47=#4", 8 },
	{ "a value of octets", "01 06 05 AE A3 02 81 81 62 6F 64 79", OK,
	  "application/vnd.wap.sic | Range=[2]", 8 },
	{ "bearer and initiator", "01 06 06 AE B3 83 B1 61 00 62 6F 64 79", OK,
	  "application/vnd.wap.sic | Bearer-Indication=#3 | "
	  "X-Wap-Initiator-URI=a",
	  9 },
	{ "8.2.1: a Get PDU", "01 40 00", ERR_UNSUPPORTED, "", 0 },
	{ "8.2.4.1: ConfirmedPush", "01 05 01 AE", ERR_UNSUPPORTED, "", 0 },
	{ "no content type", "01 06 00", ERR_MALFORMED, "", 0 },
	{ "header value missing", "01 06 02 AE AF", ERR_MALFORMED, "", 0 },
	{ "header runs past HeadersLen", "01 06 03 AE 8D 04 00 00 00 00",
	  ERR_MALFORMED, "", 0 },
	{ "header name without end", "01 06 02 AE 78 79 00", ERR_MALFORMED, "",
	  0 },
	{ "a header called 0", "01 06 03 AE 00 80", ERR_MALFORMED, "", 0 },
	{ "code page 0", "01 06 03 AE 7F 00", ERR_MALFORMED, "", 0 },
	{ "HeadersLen above 32 bits", "01 06 FF FF FF FF 7F", ERR_MALFORMED, "",
	  0 },
};

static void say_push(struct buf *to, const struct wsp_push *p)
{
	const struct wsp_header *h = p->headers;

	say_type(to, &p->type);
	for (; h < p->headers + p->count; h++) {
		buf_text(to, " | ");
		say_name(to, h->name, h->code);
		say_value(to, &h->value);
	}
}

static void test_pushes(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof pushes / sizeof *pushes; i++) {
		const struct push_row *r = &pushes[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct buf said = BUF_INIT(256), b = BUF_INIT(256);
		struct wsp_push p = { 0 };
		struct fault why = { 0 };

		ROW(r, wsp_push_decode(in, &p, &why) == r->want);
		ROW(r, (why.field == NULL) == (r->want == OK));
		ROW(r, why.offset <= in.n);
		if (r->want == OK) {
			say_push(&said, &p);
			ROW(r, bytes_is(buf_bytes(&said), r->text));
			ROW(r, p.transaction_id == 1);
			ROW(r, bytes_is(p.body, "body"));
			ROW(r, wsp_push_encode(&p, &b) == OK);
			ROW(r, bytes_equal(buf_bytes(&b), in));
		}
		for (in.n = 0; in.n < r->headers_n; in.n++)
			ROW(r, wsp_push_decode(in, &p, NULL) == ERR_MORE);
		buf_clear(&said);
		buf_clear(&b);
	}
}

static void test_find(void)
{
	static const uint8_t raw[] = { 9,    6,	   8,	 3,    0xAE, 0x81,
				       0xEA, 0xAF, 0x84, 0xB4, 0x81 };
	struct wsp_push p;

	CU_ASSERT_FATAL(wsp_push_decode((struct bytes){ raw, sizeof raw }, &p,
					NULL) == OK);
	CU_ASSERT(wsp_push_header(&p, WSP_APPLICATION_ID)->value.number ==
		  WSP_APPLICATION_MMS);
	CU_ASSERT(wsp_push_header(&p, WSP_PUSH_FLAG)->value.number == 1);
	CU_ASSERT(wsp_push_header(&p, WSP_DATE) == NULL);
	CU_ASSERT(wsp_parameter(&p.type, WSP_CHARSET)->value.number == 106);
	CU_ASSERT(wsp_parameter(&p.type, WSP_SEC) == NULL);
	CU_ASSERT(p.body.n == 0 && p.transaction_id == 9);
}

static void test_names(void)
{
	uint32_t code;

	for (code = 0; wsp_media_name(code) != NULL; code++)
		CU_ASSERT(wsp_media_code(bytes_of(wsp_media_name(code))) ==
			  code);
	CU_ASSERT(code > 0x3E);
	CU_ASSERT(wsp_media_code(bytes_of("APPLICATION/VND.WAP.SIC")) == 0x2E);
	CU_ASSERT(wsp_media_code(bytes_of("a/b")) == WSP_NO_CODE);
	CU_ASSERT(wsp_field_name(0x7F) == NULL);
	CU_ASSERT(wsp_parameter_name(0x7F) == NULL);
	CU_ASSERT_STRING_EQUAL(wsp_field_name(WSP_PUSH_FLAG), "Push-Flag");
	CU_ASSERT_STRING_EQUAL(wsp_parameter_name(WSP_MAC), "mac");
}

/* 33 headers are one too many, and so are they to write. */
static void test_bounds(void)
{
	uint8_t raw[4 + 2 * 33] = { 1, 6, 1 + 2 * 33, 0xAE };
	struct bytes in = { raw, sizeof raw };
	struct wsp_push p;
	struct buf b = BUF_INIT(256);
	size_t i;

	for (i = 4; i < sizeof raw; i++)
		raw[i] = 0x81;
	CU_ASSERT(wsp_push_decode(in, &p, NULL) == ERR_TOOBIG);
	raw[2] -= 2;
	in.n -= 2;
	CU_ASSERT_FATAL(wsp_push_decode(in, &p, NULL) == OK);
	CU_ASSERT(p.count == WSP_HEADERS_MAX);
	p.count++;
	CU_ASSERT(wsp_push_encode(&p, &b) == ERR_RANGE && b.n == 0);
	p.count--;
	b.limit = in.n - 1;
	CU_ASSERT(wsp_push_encode(&p, &b) == ERR_TOOBIG);
	buf_clear(&b);
}

static struct bytes odd_octets(const char *text, size_t n)
{
	return (struct bytes){ (const uint8_t *)text, n };
}

static enum err encode(const struct wsp_push *p)
{
	struct buf b = BUF_INIT(256);
	enum err e = wsp_push_encode(p, &b);

	buf_clear(&b);
	return e;
}

static void test_refused(void)
{
	struct wsp_push good = { .type = { .media = bytes_of("a/b") } }, p;

	CU_ASSERT(encode(&good) == OK);
	p = good;
	p.type.code = WSP_NO_CODE;
	p.type.media.n = 0;
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p = good;
	p.type.media = odd_octets("a\0b", 3);
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p = good;
	p.type.count = WSP_PARAMETERS_MAX + 1;
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p = good;
	p.type.count = 1;
	p.type.parameters[0].code = 0x80;
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p.type.parameters[0].code = WSP_Q;
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p.type.parameters[0].code = WSP_MAC;
	p.type.parameters[0].value.kind = WSP_TEXT;
	p.type.parameters[0].value.octets = odd_octets(" \0b", 3);
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p = good;
	p.count = 1;
	p.headers[0].code = WSP_NO_CODE;
	p.headers[0].value.kind = WSP_NUMBER;
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p.headers[0].code = WSP_DATE;
	CU_ASSERT(encode(&p) == OK);
	p.headers[0].value.kind = WSP_NONE;
	CU_ASSERT(encode(&p) == ERR_RANGE);
	p.headers[0].value.kind = WSP_TEXT;
	p.headers[0].value.octets = odd_octets("\0", 1);
	CU_ASSERT(encode(&p) == ERR_RANGE);
}

static void test_memory(void)
{
	struct wsp_push p = { .type = { .media = bytes_of("a/b") } };
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; e == ERR_NOMEM && n < 16; n++) {
		mem_fail_at(n);
		e = encode(&p);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
	}
	CU_ASSERT(e == OK && n > 3);
}

static const struct check_test tests[] = { { "uintvar", test_uintvar },
					   { "content types", test_types },
					   { "pushes", test_pushes },
					   { "finds", test_find },
					   { "names", test_names },
					   { "bounds", test_bounds },
					   { "what it does not write",
					     test_refused },
					   { "memory ends", test_memory },
					   { NULL, NULL } };

CHECK_MAIN("wsp", tests)
