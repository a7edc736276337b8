#include "tests/check.h"

#include "codecs/field.h"

static void test_round_trip(void)
{
	struct buf b = BUF_INIT(1024);
	struct cursor c;
	struct field f;
	enum err bad = OK;
	size_t outer, inner;

	field_text(&b, 1, "hello");
	field_text(&b, 2, NULL);
	field_text(&b, 3, "");
	field_number(&b, 4, 0);
	field_number(&b, 300, UINT64_MAX);
	outer = field_open(&b, 301);
	inner = field_open(&b, 1);
	field_number(&b, 7, 256);
	field_close(&b, inner);
	field_close(&b, outer);
	CU_ASSERT(buf_status(&b) == OK);

	c = CURSOR(buf_bytes(&b));
	CU_ASSERT(field_next(&c, &f) && f.tag == 1);
	CU_ASSERT(bytes_is(f.value, "hello"));
	CU_ASSERT(field_next(&c, &f) && f.tag == 3 && f.value.n == 0);
	CU_ASSERT(field_next(&c, &f) && f.tag == 300);
	CU_ASSERT(field_value(&f, &bad) == UINT64_MAX);
	CU_ASSERT(field_next(&c, &f) && f.tag == 301);
	CU_ASSERT(!field_next(&c, &(struct field){ 0 }) && c.bad == OK);
	c = CURSOR(f.value);
	CU_ASSERT(field_next(&c, &f) && f.tag == 1);
	c = CURSOR(f.value);
	CU_ASSERT(field_next(&c, &f) && f.tag == 7);
	CU_ASSERT(field_value(&f, &bad) == 256 && bad == OK);
	buf_clear(&b);
}

static const struct row {
	const char *name, *hex;
	enum err want;
	unsigned fields;
} rows[] = {
	{ "nothing", "", OK, 0 },
	{ "two fields", "01 00 02 01 FF", OK, 2 },
	{ "tag 65535", "FF FF 03 00", OK, 1 },
	{ "tag 65536", "80 80 04 00", ERR_MALFORMED, 0 },
	{ "tag 0", "00 00", ERR_MALFORMED, 0 },
	{ "a tag alone", "01", ERR_MORE, 0 },
	{ "half a tag", "81", ERR_MORE, 0 },
	{ "half a length", "01 80", ERR_MORE, 0 },
	{ "a long form of a length", "01 81 80 00 41", OK, 1 },
	{ "shorter than it says", "01 03 41 42", ERR_MORE, 0 },
	{ "length 2^64 - 1", "01 FF FF FF FF FF FF FF FF FF 01", ERR_MORE, 0 },
	{ "length above 64 bits", "01 FF FF FF FF FF FF FF FF FF 02",
	  ERR_MALFORMED, 0 },
	{ "the first field counts", "01 00 00", ERR_MORE, 1 },
};

static void test_octets(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct cursor c =
			CURSOR(check_unhex(r->hex, raw, sizeof raw));
		struct field f;
		unsigned n = 0;

		while (field_next(&c, &f))
			n++;
		ROW(r, c.bad == r->want);
		ROW(r, n == r->fields);
		ROW(r, !field_next(&c, &f));
	}
}

static void test_prefixes(void)
{
	struct buf b = BUF_INIT(64);
	struct bytes cut;
	struct cursor c;
	struct field f;
	unsigned n;

	field_text(&b, 1, "hello");
	field_number(&b, 300, UINT64_MAX);
	for (cut = buf_bytes(&b), cut.n = 0; cut.n < b.n; cut.n++) {
		c = CURSOR(cut);
		for (n = 0; field_next(&c, &f); n++)
			;
		CU_ASSERT(n == (cut.n >= 7 ? 1 : 0));
		CU_ASSERT(c.bad ==
			  (cut.n == 0 || cut.n == 7 ? OK : ERR_MORE));
	}
	buf_clear(&b);
}

static void test_numbers(void)
{
	static const uint8_t nine[9] = { 1 };
	struct field f = { 1, { nine, 9 } };
	enum err bad = OK;

	CU_ASSERT(field_value(&f, &bad) == 0 && bad == ERR_MALFORMED);
	bad = OK;
	f.value.n = 8;
	CU_ASSERT(field_value(&f, &bad) == 1 && bad == OK);
	f.value.n = 0;
	CU_ASSERT(field_value(&f, &bad) == 0 && bad == OK);
}

static void test_limits(void)
{
	struct buf b = BUF_INIT(8);
	size_t mark = field_open(&b, 1);

	field_text(&b, 2, "abc");
	field_close(&b, mark);
	CU_ASSERT(buf_status(&b) == ERR_TOOBIG && b.n <= 8);
	buf_clear(&b);
	mem_fail_at(1);
	mark = field_open(&b, 1);
	field_close(&b, mark);
	mem_fail_at(0);
	CU_ASSERT(buf_status(&b) == ERR_NOMEM);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "round trip", test_round_trip },
	{ "octets", test_octets },
	{ "every prefix", test_prefixes },
	{ "numbers", test_numbers },
	{ "limits", test_limits },
	{ NULL, NULL }
};

CHECK_MAIN("field", tests)
