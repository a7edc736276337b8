/*
 * adapters/sip/body: text in the charset that it names, and what cannot be
 * read. RFC 2046 4.1.2, RFC 3862 3.2.
 */
#include <string.h>

#include "adapters/sip/body.h"
#include "tests/check.h"

static const struct row {
	const char *name, *type, *hex, *want; /* NULL: it is not read        */
} rows[] = {
	{ "UTF-8", "text/plain;charset=utf-8", "E282AC", "€" },
	{ "no charset", "text/plain", "C3A9", "é" },
	{ "US-ASCII", "text/plain; charset=US-ASCII", "41", "A" },
	{ "not well-formed", "text/plain", "41 E9", "A\uFFFD" },
	{ "windows-1252", "text/plain;charset=windows-1252", "80", "€" },
	{ "ISO 8859-15", "text/plain;charset=\"ISO-8859-15\"", "A4", "€" },
	{ "Latin-1 that could be UTF-8", "text/plain;charset=iso-8859-1",
	  "C3A9", "Ã©" },
	{ "UTF-16, its mark little-endian", "text/plain;charset=UTF-16",
	  "FFFE AC20", "€" },
	{ "big-endian", "text/plain;charset=utf-16", "FEFF 20AC", "€" },
	{ "no text, whatever its label", "application/x;charset=utf-16",
	  "FEFF", "\xFE\xFF" },
	{ "a charset nobody knows", "text/plain;charset=klingon", "6869",
	  NULL },
	{ "half a character", "text/plain;charset=utf-16le", "AC20 41",
	  NULL },
	{ "no character", "text/html;charset=windows-1252", "81", NULL },
};

static void test_rows(void)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t octets[64];
	struct body b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct body_source s = {
			.type = bytes_of(r->type),
			.body = check_unhex(r->hex, octets, sizeof(octets)),
		};
		const struct body_part *p = &b.parts[0];

		arena_reset(a);
		ROW(r, body_read(&s, 1000, a, &b) == OK && b.count == 1);
		if (!r->want) {
			ROW(r, strcmp(p->type, BODY_UNREAD) == 0);
			ROW(r, bytes_equal(p->body, s.body));
			continue;
		}
		ROW(r, bytes_is(p->body, r->want));
		ROW(r, strncmp(p->type, "text/", 5) != 0 ||
			       strcmp(p->type, "text/plain;charset=UTF-8") == 0);
	}
	arena_free(a);
}

/* Of several parts each has its own. */
static void test_parts(void)
{
	struct body_source s = {
		.type = bytes_of("multipart/mixed;boundary=b"),
		.body = bytes_of("--b\r\nContent-Type: text/plain;"
				 "charset=koi8-r\r\n\r\n\xF0\r\n--b\r\n"
				 "Content-Type: text/plain;charset=x\r\n\r\n"
				 "y\r\n--b--\r\n"),
	};
	struct arena *a = arena_new(1 << 20);
	struct body b;

	CU_ASSERT_FATAL(body_read(&s, 1000, a, &b) == OK && b.count == 2);
	CU_ASSERT(bytes_is(b.parts[0].body, "П"));
	CU_ASSERT_STRING_EQUAL(b.parts[1].type, BODY_UNREAD);
	arena_free(a);
}

static void test_fails(void)
{
	struct body_source s = {
		.type = bytes_of("text/plain;charset=windows-1252"),
		.body = bytes_of("\x80\x80"),
	};
	struct arena *a = arena_new(1 << 20);
	enum err e = ERR_NOMEM;
	struct body b;
	unsigned n;

	CU_ASSERT(body_read(&s, 5, a, &b) == ERR_TOOBIG);
	for (n = 1; e == ERR_NOMEM && n < 100; n++) {
		arena_free(a);
		a = arena_new(1 << 20);
		mem_fail_at(n);
		e = body_read(&s, 1000, a, &b);
		mem_fail_at(0);
	}
	CU_ASSERT(e == OK && n > 2);
	CU_ASSERT(bytes_is(b.parts[0].body, "€€"));
	arena_free(a);
}

static const struct check_test tests[] = {
	{ "charsets", test_rows },
	{ "of parts", test_parts },
	{ "fails as said", test_fails },
	{ NULL, NULL }
};

CHECK_MAIN("sip body", tests)
