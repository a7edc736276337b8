#include "tests/check.h"

static const struct row {
	const char *name, *text;
	uint64_t max;
	enum err want;
	uint64_t out;
} decimals[] = {
	{ "zero", "0", 10, OK, 0 },
	{ "leading zeros", "007", 10, OK, 7 },
	{ "the greatest allowed", "255", 255, OK, 255 },
	{ "one above", "256", 255, ERR_RANGE, 0 },
	{ "2^64 - 1", "18446744073709551615", UINT64_MAX, OK, UINT64_MAX },
	{ "2^64", "18446744073709551616", UINT64_MAX, ERR_RANGE, 0 },
	{ "digit above a small max", "5", 3, ERR_RANGE, 0 },
	{ "empty", "", 10, ERR_MALFORMED, 0 },
	{ "a sign", "-1", 10, ERR_MALFORMED, 0 },
};

static void test_decimal(void)
{
	size_t i;

	for (i = 0; i < sizeof decimals / sizeof *decimals; i++) {
		const struct row *r = &decimals[i];
		uint64_t v = 0;

		ROW(r, bytes_decimal(bytes_of(r->text), r->max, &v) == r->want);
		ROW(r, v == r->out);
	}
}

static void test_numbers_round_trip(void)
{
	struct buf b = BUF_INIT(64);
	struct cursor c;

	buf_u8(&b, 0xAB);
	buf_u16(&b, 0x1234);
	buf_u32(&b, 0xDEADBEEF);
	buf_u64(&b, 0x0102030405060708);
	buf_varint(&b, UINT64_MAX);
	buf_varint(&b, 300);
	CU_ASSERT(buf_status(&b) == OK);
	c = CURSOR(buf_bytes(&b));
	CU_ASSERT(cursor_u8(&c) == 0xAB);
	CU_ASSERT(cursor_u16(&c) == 0x1234);
	CU_ASSERT(cursor_u32(&c) == 0xDEADBEEF);
	CU_ASSERT(cursor_u64(&c) == 0x0102030405060708);
	CU_ASSERT(cursor_varint(&c) == UINT64_MAX);
	CU_ASSERT(cursor_varint(&c) == 300);
	CU_ASSERT(c.bad == OK && cursor_left(&c) == 0);
	CU_ASSERT(cursor_u8(&c) == 0 && c.bad == ERR_MORE);
	buf_clear(&b);
}

static void test_varint_is_bounded(void)
{
	uint8_t raw[16];
	struct cursor c = CURSOR(
		check_unhex("FF FF FF FF FF FF FF FF FF 02", raw, sizeof raw));

	CU_ASSERT(cursor_varint(&c) == 0 && c.bad == ERR_MALFORMED);
}

static void test_buffer_keeps_its_limit(void)
{
	struct buf b = BUF_INIT(300);
	size_t i;

	for (i = 0; i < 300; i++)
		buf_u8(&b, 'x');
	CU_ASSERT(buf_status(&b) == OK);
	buf_u8(&b, 'y');
	CU_ASSERT(buf_status(&b) == ERR_TOOBIG && b.n == 300);
	buf_reset(&b);
	buf_printf(&b, "%0299d", 7);
	CU_ASSERT(buf_status(&b) == OK && b.n == 299);
	buf_shift(&b, 298);
	CU_ASSERT(bytes_is(buf_bytes(&b), "7"));
	buf_clear(&b);
}

static void test_memory_ends(void)
{
	struct buf b = BUF_INIT(300);
	struct arena *a;

	mem_fail_at(1);
	buf_u8(&b, 1);
	CU_ASSERT(buf_status(&b) == ERR_NOMEM);
	CU_ASSERT(arena_new(10) == NULL);
	mem_fail_at(2);
	a = arena_new(100);
	CU_ASSERT_FATAL(a != NULL);
	CU_ASSERT(arena_alloc(a, 10) == NULL);
	mem_fail_at(0);
	CU_ASSERT(arena_alloc(a, 101) == NULL);
	CU_ASSERT(arena_alloc(a, 90) != NULL);
	CU_ASSERT(arena_alloc(a, 11) == NULL);
	CU_ASSERT(arena_array(a, SIZE_MAX, 2) == NULL);
	arena_reset(a);
	CU_ASSERT(arena_used(a) == 0 && arena_alloc(a, 90) != NULL);
	arena_free(a);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "decimal numbers", test_decimal },
	{ "numbers round trip", test_numbers_round_trip },
	{ "varint is bounded", test_varint_is_bounded },
	{ "a buffer keeps its limit", test_buffer_keeps_its_limit },
	{ "memory ends", test_memory_ends },
	{ NULL, NULL }
};

CHECK_MAIN("bytes", tests)
