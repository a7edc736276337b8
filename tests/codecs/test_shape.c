/* One structure with every kind of row, as an image and back. */
#include "codecs/shape.h"

#include <string.h>

#include "codecs/address.h"
#include "tests/check.h"

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_BLUE };

struct inner {
	uint16_t number;
	const char *text;
};

struct outer {
	uint8_t small;
	uint64_t large;
	enum colour colour;
	unsigned bit;
	int8_t level;
	const char *text;
	char chars[4];
	struct bytes octets, base, slice;
	uint8_t fixed[3];
	struct address address;
	struct inner inner, needed;
	struct inner *list;
	size_t n_list;
	const char **texts;
	size_t n_texts;
};

static const struct shape_row inner_rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct inner, number),
		.max = UINT16_MAX },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct inner, text) },
};
static const struct shape inner_shape = SHAPE(struct inner, inner_rows, 0);
static const struct shape needed_shape =
	SHAPE(struct inner, inner_rows, 1 << 2);

#define IN(member_) SHAPE_AT(struct outer, member_)
static const struct shape_row outer_rows[] = {
	[1] = { SHAPE_NUMBER, IN(small), .min = 2, .max = 9 },
	[2] = { SHAPE_NUMBER, IN(large), .max = UINT64_MAX },
	[3] = { SHAPE_NUMBER, IN(colour), .max = COLOUR_BLUE },
	[4] = { SHAPE_BIT, IN(bit), .max = 8 },
	[5] = { SHAPE_LEVEL, IN(level), .max = 3 },
	[6] = { SHAPE_TEXT, IN(text) },
	[7] = { SHAPE_CHARS, IN(chars) },
	[8] = { SHAPE_OCTETS, IN(octets) },
	[9] = { SHAPE_BASE, IN(base) },
	[10] = { SHAPE_SLICE, IN(slice) },
	[11] = { SHAPE_FIXED, IN(fixed) },
	[12] = { SHAPE_ADDRESS, IN(address) },
	[13] = { SHAPE_NESTED, IN(inner), .of = &inner_shape },
	[14] = { SHAPE_LIST, IN(list), SHAPE_COUNT(struct outer, n_list),
		 .max = 2, .of = &inner_shape },
	[15] = { SHAPE_TEXTS, IN(texts), SHAPE_COUNT(struct outer, n_texts),
		 .max = 2 },
	[17] = { SHAPE_NESTED, IN(needed), .of = &needed_shape },
};
static const struct shape outer_shape = SHAPE(struct outer, outer_rows, 0);

static struct outer full(void)
{
	static struct inner list[] = { { 1, "one" }, { 0, NULL } };
	static const char *texts[] = { "a", "" };
	struct bytes base = bytes_of("the base");

	return (struct outer){
		.small = 9,
		.large = UINT64_MAX,
		.colour = COLOUR_BLUE,
		.bit = 8,
		.level = 3,
		.text = "text",
		.chars = "abc",
		.octets = { (const uint8_t *)"\0\1", 2 },
		.base = base,
		.slice = { base.p + 4, 4 },
		.fixed = { 0, 0, 1 },
		.address = { ADDRESS_SHORT, "12345" },
		.inner = { 500, "in" },
		.needed = { 0, "must" },
		.list = list,
		.n_list = 2,
		.texts = texts,
		.n_texts = 2,
	};
}

static bool alike(const struct inner *a, const struct inner *b)
{
	return a->number == b->number &&
	       (a->text == NULL ? b->text == NULL
				: strcmp(a->text, b->text) == 0);
}

static void test_round_trip(void)
{
	struct outer from = full(), to = { .level = -1 };
	struct buf b = BUF_INIT(1000);
	struct arena *a = arena_new(10000);

	CU_ASSERT(shape_image(&outer_shape, &from, &b) == OK);
	CU_ASSERT(shape_read(&outer_shape, buf_bytes(&b), a, &to, NULL) == OK);
	CU_ASSERT(to.small == 9 && to.large == UINT64_MAX);
	CU_ASSERT(to.colour == COLOUR_BLUE && to.bit == 8 && to.level == 3);
	CU_ASSERT_STRING_EQUAL(to.text, "text");
	CU_ASSERT_STRING_EQUAL(to.chars, "abc");
	CU_ASSERT(bytes_equal(to.octets, from.octets));
	CU_ASSERT(bytes_is(to.slice, "base") && to.slice.p == to.base.p + 4);
	CU_ASSERT(memcmp(to.fixed, from.fixed, sizeof to.fixed) == 0);
	CU_ASSERT(address_equal(&to.address, &from.address));
	CU_ASSERT(alike(&to.inner, &from.inner));
	CU_ASSERT(alike(&to.needed, &from.needed));
	CU_ASSERT_FATAL(to.n_list == 2 && to.n_texts == 2);
	CU_ASSERT(alike(&to.list[0], &from.list[0]));
	CU_ASSERT(alike(&to.list[1], &from.list[1]));
	CU_ASSERT_STRING_EQUAL(to.texts[0], "a");
	CU_ASSERT_STRING_EQUAL(to.texts[1], "");
	buf_clear(&b);
	arena_free(a);
}

/* What shape_read() would refuse is not written. */
static void test_not_written(void)
{
	static const char *long_texts[3] = { "", "", "" };
	struct outer good = full(), bad[12];
	struct buf b = BUF_INIT(1000);
	const enum err want[12] = {
		ERR_RANGE,     ERR_RANGE,     ERR_RANGE,  ERR_RANGE,
		ERR_RANGE,     ERR_RANGE,     ERR_TOOBIG, ERR_MALFORMED,
		ERR_MALFORMED, ERR_MALFORMED, ERR_TOOBIG, ERR_TOOBIG,
	};
	size_t i;

	for (i = 0; i < 12; i++)
		bad[i] = good;
	bad[0].small = 1;
	bad[1].small = 10;
	bad[2].colour = (enum colour)3;
	bad[3].bit = 16;
	bad[4].bit = 3;
	bad[5].level = 4;
	memcpy(bad[6].chars, "abcd", 4);
	bad[7].address.text = "12a";
	bad[8].address.kind = ADDRESS_NONE;
	bad[9].needed.text = NULL;
	bad[10].n_list = 3;
	bad[11].texts = long_texts;
	bad[11].n_texts = 3;
	for (i = 0; i < 12; i++) {
		buf_reset(&b);
		if (shape_image(&outer_shape, &bad[i], &b) != want[i]) {
			CU_FAIL("written, or refused otherwise");
			fprintf(stderr, "  bad[%zu]\n", i);
		}
	}
	buf_clear(&b);
}

static const struct row {
	const char *name, *hex;
	enum err want;
	const char *field;
} rows[] = {
	{ "nothing", "", OK, NULL },
	{ "no such tag is passed over", "10 01 FF", OK, NULL },
	{ "nor one behind the last", "7F 00", OK, NULL },
	{ "a number below", "01 01 01", ERR_MALFORMED, "small" },
	{ "a number above", "01 01 0A", ERR_MALFORMED, "small" },
	{ "nine octets", "02 09 010101010101010101", ERR_MALFORMED, "large" },
	{ "two bits", "04 01 03", ERR_MALFORMED, "bit" },
	{ "a bit too high", "04 01 10", ERR_MALFORMED, "bit" },
	{ "a level too high", "05 01 05", ERR_MALFORMED, "level" },
	{ "a level of -1", "05 00", OK, NULL },
	{ "no room for the NUL", "07 04 61626364", ERR_MALFORMED, "chars" },
	{ "a NUL among them", "07 02 6100", ERR_MALFORMED, "chars" },
	{ "a slice of another kind", "0A 01 02", ERR_MALFORMED, "slice" },
	{ "a slice of nothing", "0A 00", ERR_MALFORMED, "slice" },
	{ "a slice before its base", "0A 03 01 01 01", ERR_MALFORMED, "slice" },
	{ "more behind a slice", "09 01 61 0A 04 01 00 01 00", ERR_MALFORMED,
	  "slice" },
	{ "two of three", "0B 02 0101", ERR_MALFORMED, "fixed" },
	{ "letters in a short code", "0C 02 0261", ERR_MALFORMED, "address" },
	{ "cut inside what is nested", "0D 02 01 02", ERR_MALFORMED, "field" },
	{ "what must be is not", "11 00", ERR_MALFORMED, "required" },
	{ "three of two", "0E 01 03", ERR_TOOBIG, "list" },
	{ "an element of another tag", "0F 04 01 02 01 61", ERR_MALFORMED,
	  "texts" },
	{ "octets behind the list", "0F 05 01 01 01 61 00", ERR_MALFORMED,
	  "texts" },
	{ "tags descend", "04 00 03 00", ERR_MALFORMED, "tag" },
	{ "cut in a value", "06 02 61", ERR_MORE, "field" },
	{ "cut in a length", "06", ERR_MORE, "field" },
	{ "tag 0", "00 00", ERR_MALFORMED, "field" },
};

static void test_octets(void)
{
	struct arena *a = arena_new(10000);
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct fault why = { 0 };
		struct outer to = { .level = -1 };

		ROW(r, shape_read(&outer_shape, in, a, &to, &why) == r->want);
		ROW(r, r->field == NULL ? why.field == NULL
					: strcmp(why.field, r->field) == 0);
		ROW(r, why.offset <= in.n);
	}
	arena_free(a);
}

/* Where the image is cut between two fields it is whole. */
static void test_prefixes(void)
{
	struct outer from = full(), to;
	struct buf b = BUF_INIT(1000);
	struct arena *a = arena_new(100000);
	struct bytes cut;
	size_t i, whole = 0;
	enum err e;

	CU_ASSERT(shape_image(&outer_shape, &from, &b) == OK);
	for (cut = buf_bytes(&b), i = 0; i < b.n; i++) {
		cut.n = i;
		to = (struct outer){ .level = -1 };
		e = shape_read(&outer_shape, cut, a, &to, NULL);
		CU_ASSERT(e == OK || e == ERR_MORE);
		whole += e == OK;
	}
	CU_ASSERT(whole == 16); /* rows, and nothing at all, less the whole */
	buf_clear(&b);
	arena_free(a);
}

static void test_memory_ends(void)
{
	struct outer from = full(), to;
	struct buf b = BUF_INIT(1000), again = BUF_INIT(1000);
	struct arena *a;
	unsigned long n;
	size_t limit;
	enum err e = ERR_NOMEM;

	CU_ASSERT(shape_image(&outer_shape, &from, &b) == OK);
	for (limit = 0; limit < 1000 && e == ERR_NOMEM; limit += 8) {
		a = arena_new(limit);
		to = (struct outer){ .level = -1 };
		e = shape_read(&outer_shape, buf_bytes(&b), a, &to, NULL);
		arena_free(a);
	}
	CU_ASSERT(e == OK && limit > 16);
	for (n = 1, e = ERR_NOMEM; e == ERR_NOMEM && n < 10; n++) {
		mem_fail_at(n);
		e = shape_image(&outer_shape, &from, &again);
		mem_fail_at(0);
		buf_clear(&again);
	}
	CU_ASSERT(e == OK && n > 2);
	buf_clear(&b);
}

static const struct check_test tests[] = { { "round trip", test_round_trip },
					   { "what is not written",
					     test_not_written },
					   { "octets", test_octets },
					   { "every prefix", test_prefixes },
					   { "memory ends", test_memory_ends },
					   { NULL, NULL } };

CHECK_MAIN("shape", tests)
