#include "codecs/base64.h"

#include <string.h>

#include "tests/check.h"

/* RFC 4648 10. */
static const struct row {
	const char *name, *plain, *base64, *base64url, *hex;
} rows[] = {
	{ "empty", "", "", "", "" },
	{ "f", "f", "Zg==", "Zg", "66" },
	{ "fo", "fo", "Zm8=", "Zm8", "666f" },
	{ "foo", "foo", "Zm9v", "Zm9v", "666f6f" },
	{ "foob", "foob", "Zm9vYg==", "Zm9vYg", "666f6f62" },
	{ "fooba", "fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261" },
	{ "foobar", "foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172" },
	{ "the last two letters", "\xFB\xEF\xFF", "++//", "--__", "fbefff" },
};

static void test_rows(void)
{
	struct buf b = BUF_INIT(64);
	uint8_t raw[16];
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		n = strlen(r->plain);
		base64_put(&b, bytes_of(r->plain));
		ROW(r, bytes_is(buf_bytes(&b), r->base64));
		buf_reset(&b);
		base64url_put(&b, bytes_of(r->plain));
		ROW(r, bytes_is(buf_bytes(&b), r->base64url));
		buf_reset(&b);
		hex_put(&b, bytes_of(r->plain));
		ROW(r, bytes_is(buf_bytes(&b), r->hex));
		buf_reset(&b);
		ROW(r, base64_read(bytes_of(r->base64), &b) == OK);
		ROW(r, bytes_is(buf_bytes(&b), r->plain));
		buf_reset(&b);
		ROW(r, base64url_read(bytes_of(r->base64url), &b) == OK);
		ROW(r, bytes_is(buf_bytes(&b), r->plain));
		buf_reset(&b);
		ROW(r, hex_read(bytes_of(r->hex), raw, n) == OK);
		ROW(r, memcmp(raw, r->plain, n) == 0);
	}
	buf_clear(&b);
}

static const struct bad {
	const char *name, *text;
	bool url;
} bad[] = {
	{ "padding missing (RFC 4648 3.2)", "Zg", false },
	{ "half the padding", "Zg=", false },
	{ "too much padding", "Z===", false },
	{ "padding alone", "====", false },
	{ "padding inside", "Zg==Zg==", false },
	{ "line end (3.3)", "Zm9v\r\nZm9v", false },
	{ "other alphabet (5)", "--__", false },
	{ "unused bits set, one octet (3.5)", "Zh==", false },
	{ "unused bits set, two octets (3.5)", "Zm9=", false },
	{ "one character", "Z", true },
	{ "five characters", "Zm9vZ", true },
	{ "padding where there is none", "Zg==", true },
	{ "plain alphabet", "++//", true },
	{ "unused bits set", "Zh", true },
};

static void test_strict(void)
{
	struct buf b = BUF_INIT(64);
	struct bytes in;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		in = bytes_of(bad[i].text);
		ROW(&bad[i],
		    (bad[i].url ? base64url_read(in, &b)
				: base64_read(in, &b)) == ERR_MALFORMED);
		ROW(&bad[i], b.n == 0 && b.bad == OK);
	}
	buf_clear(&b);
}

/* RFC 4648 4, 5: a front of a text is another text, or none at all. */
static void test_prefixes(void)
{
	struct bytes plain = bytes_of("Zm9vYmE="), url = bytes_of("Zm9vYmE");
	struct buf b = BUF_INIT(64);
	size_t n;

	for (n = 0; n < plain.n; n++) {
		buf_reset(&b);
		CU_ASSERT((base64_read((struct bytes){ plain.p, n }, &b) ==
			   OK) == (n % 4 == 0));
		CU_ASSERT(b.n == (n % 4 == 0 ? n / 4 * 3 : 0));
	}
	for (n = 0; n < url.n; n++) {
		buf_reset(&b); /* others leave bits that must be 0 */
		CU_ASSERT((base64url_read((struct bytes){ url.p, n }, &b) ==
			   OK) == (n % 4 == 0));
	}
	buf_clear(&b);
}

static void test_lines(void)
{
	struct buf text = BUF_INIT(1024), back = BUF_INIT(256);
	uint8_t octets[200];
	size_t i;

	for (i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 7);
	base64_put_lines(&text, (struct bytes){ octets, sizeof octets });
	CU_ASSERT(buf_status(&text) == OK);
	CU_ASSERT(text.n == 3 * 78 + 40 + 2);
	CU_ASSERT(text.p[76] == '\r' && text.p[77] == '\n');
	CU_ASSERT(base64_read_lines(buf_bytes(&text), &back) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&back),
			      (struct bytes){ octets, sizeof octets }));
	buf_reset(&back);
	CU_ASSERT(base64_read_lines(bytes_of(" Z*m 9v\tY\n=Zg"), &back) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&back), "foo"));
	buf_clear(&text);
	buf_clear(&back);
}

static void test_identifier(void)
{
	uint8_t octets[16];
	struct buf b = BUF_INIT(32);
	char text[23];
	unsigned i;

	for (i = 0; i < 16; i++)
		octets[i] = (uint8_t)(0xF7 + i * 31);
	base64url_16(octets, text);
	base64url_put(&b, (struct bytes){ octets, 16 });
	CU_ASSERT(b.n == 22 && bytes_is(buf_bytes(&b), text));
	buf_clear(&b);
}

static void test_hex(void)
{
	uint8_t raw[4] = { 1, 2, 3, 4 };

	CU_ASSERT(hex_read(bytes_of("0aFF"), raw, 2) == OK);
	CU_ASSERT(raw[0] == 0x0A && raw[1] == 0xFF);
	CU_ASSERT(hex_read(bytes_of("0aF"), raw, 2) == ERR_MALFORMED);
	CU_ASSERT(hex_read(bytes_of("0aF"), raw, 1) == ERR_MALFORMED);
	CU_ASSERT(hex_read(bytes_of("0aFF00"), raw, 2) == ERR_MALFORMED);
	CU_ASSERT(hex_read(bytes_of("00g0"), raw, 2) == ERR_MALFORMED);
	CU_ASSERT(raw[0] == 0x0A && raw[1] == 0xFF && raw[2] == 3);
}

static void test_limits(void)
{
	struct buf b = BUF_INIT(7);

	base64_put(&b, bytes_of("foobar"));
	CU_ASSERT(buf_status(&b) == ERR_TOOBIG);
	buf_reset(&b);
	CU_ASSERT(base64_read(bytes_of("Zm9vYmFyZm9v"), &b) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	base64url_put(&b, bytes_of("f"));
	mem_fail_at(0);
	CU_ASSERT(buf_status(&b) == ERR_NOMEM);
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(base64_read_lines(bytes_of("Zm9v"), &b) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "vectors of RFC 4648 10", test_rows },
	{ "one value has one spelling", test_strict },
	{ "every prefix", test_prefixes },
	{ "lines of mail", test_lines },
	{ "16 octets are 22 characters", test_identifier },
	{ "hexadecimal", test_hex },
	{ "limits and memory", test_limits },
	{ NULL, NULL }
};
CHECK_MAIN("base64", tests)
