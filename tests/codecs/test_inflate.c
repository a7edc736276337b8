#include "codecs/inflate.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "tests/check.h"

#define ZLIB 15
#define GZIP 31
#define RAW  (-15)

/* `in` compressed by zlib itself in the given form. */
static struct bytes squeeze(struct bytes in, int form, uint8_t *to, size_t size)
{
	z_stream z = { .next_in = in.p, .avail_in = (uInt)in.n };

	CU_ASSERT_FATAL(deflateInit2(&z, 9, Z_DEFLATED, form, 8,
				     Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_out = to;
	z.avail_out = (uInt)size;
	CU_ASSERT_FATAL(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return (struct bytes){ to, size - z.avail_out };
}

static const struct row {
	const char *name, *hex;
	enum err want;
	const char *text;
} rows[] = {
	/* RFC 1951 3.2.4: a stored block; 3.2.6: a fixed one. */
	{ "stored block", "01 05 00 FA FF 68 65 6C 6C 6F", OK, "hello" },
	{ "length and its complement differ", "01 05 00 FA FE 68 65 6C 6C 6F",
	  ERR_MALFORMED, "" },
	{ "zlib (RFC 1950 2.2)",
	  "78 01 01 05 00 FA FF 68 65 6C 6C 6F 06 2C 02 15", OK, "hello" },
	{ "wrong Adler-32", "78 01 01 05 00 FA FF 68 65 6C 6C 6F 06 2C 02 16",
	  ERR_MALFORMED, "" },
	{ "wants a dictionary", "78 20 00 00 00 01 01 00 00 FF FF",
	  ERR_MALFORMED, "" },
	{ "octets behind", "01 05 00 FA FF 68 65 6C 6C 6F 00", ERR_MALFORMED,
	  "" },
	{ "reserved block type (RFC 1951 3.2.3)", "07", ERR_MALFORMED, "" },
	{ "nothing", "", ERR_MORE, "" },
};

static void test_rows(void)
{
	struct buf b = BUF_INIT(64);
	uint8_t raw[64];
	struct bytes in;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		in = check_unhex(r->hex, raw, sizeof raw);
		buf_reset(&b);
		ROW(r, inflate_read(in, &b) == r->want);
		ROW(r, r->want != OK || bytes_is(buf_bytes(&b), r->text));
		if (r->want != OK)
			continue;
		for (in.n--; in.n > 0; in.n--) {
			buf_reset(&b);
			ROW(r, inflate_read(in, &b) == ERR_MORE);
		}
	}
	buf_clear(&b);
}

static void test_forms(void)
{
	static const int forms[] = { ZLIB, GZIP, RAW };
	static uint8_t plain[20000], packed[21000];
	struct bytes in = { plain, sizeof plain }, out;
	struct buf b = BUF_INIT(sizeof plain);
	size_t i;

	for (i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * i >> 7);
	for (i = 0; i < 3; i++) {
		out = squeeze(in, forms[i], packed, sizeof packed);
		buf_reset(&b);
		CU_ASSERT(inflate_read(out, &b) == OK);
		CU_ASSERT(bytes_equal(buf_bytes(&b), in));
		out.n -= 1;
		buf_reset(&b);
		CU_ASSERT(inflate_read(out, &b) == ERR_MORE);
	}
	buf_clear(&b);
}

/* RFC 1952 2.2: members one after the other are one text. */
static void test_members(void)
{
	uint8_t packed[200];
	struct buf b = BUF_INIT(64);
	struct bytes one, two, in;

	one = squeeze(bytes_of("hello, "), GZIP, packed, sizeof packed);
	two = squeeze(bytes_of("world"), GZIP, packed + one.n,
		      sizeof packed - one.n);
	in = (struct bytes){ packed, one.n + two.n };
	CU_ASSERT(inflate_read(in, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), "hello, world"));
	for (in.n--; in.n > one.n + 2; in.n--) {
		buf_reset(&b);
		CU_ASSERT(inflate_read(in, &b) == ERR_MORE);
	}
	packed[one.n] = 0;
	in.n = one.n + two.n;
	buf_reset(&b);
	CU_ASSERT(inflate_read(in, &b) == ERR_MALFORMED);
	two = squeeze(bytes_of("world"), ZLIB, packed + one.n,
		      sizeof packed - one.n);
	in.n = one.n + two.n;
	buf_reset(&b);
	CU_ASSERT(inflate_read(in, &b) == ERR_MALFORMED);
	buf_clear(&b);
}

/* A thousand to one: the limit holds, and costs no more than the limit. */
static void test_limit(void)
{
	static uint8_t zeros[1000000], packed[2000];
	struct bytes in;
	struct buf b = BUF_INIT(5000);

	in = squeeze((struct bytes){ zeros, sizeof zeros }, ZLIB, packed,
		     sizeof packed);
	CU_ASSERT(inflate_read(in, &b) == ERR_TOOBIG);
	CU_ASSERT(b.capacity <= 5000);
	CU_ASSERT(inflate_read(in, &b) == ERR_TOOBIG);
	buf_clear(&b);
}

static void test_memory(void)
{
	uint8_t raw[64];
	struct bytes in =
		check_unhex("78 01 01 05 00 FA FF 68 65 6C 6C 6F 06 2C 02 15",
			    raw, sizeof raw);
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; n < 20 && e != OK; n++) {
		struct buf b = BUF_INIT(64);

		mem_fail_at(n);
		e = inflate_read(in, &b);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		buf_clear(&b);
	}
	CU_ASSERT(e == OK && n > 3);
}

static const struct check_test tests[] = { { "blocks by hand", test_rows },
					   { "zlib, gzip and raw", test_forms },
					   { "members of gzip", test_members },
					   { "the limit holds", test_limit },
					   { "memory", test_memory },
					   { NULL, NULL } };
CHECK_MAIN("inflate", tests)
