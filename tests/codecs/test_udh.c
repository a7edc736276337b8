#include "tests/check.h"

#include <string.h>

#include "codecs/udh.h"

static const struct row {
	const char *name, *hex;
	enum err want;
	struct udh out; /* without `other` */
	size_t used;
	const char *other;
} rows[] = {
	{ "9.2.3.24.1: 8-bit reference",
	  "05 00 03 AB 02 01 54",
	  OK,
	  { .joined = true, .ref = 0xAB, .part = 1, .of = 2 },
	  6,
	  "" },
	{ "9.2.3.24.8: 16-bit reference",
	  "06 08 04 12 34 03 03",
	  OK,
	  { .joined = true, .wide = true, .ref = 0x1234, .part = 3, .of = 3 },
	  7,
	  "" },
	{ "9.2.3.24.1: part 0 is ignored",
	  "05 00 03 AB 02 00",
	  OK,
	  { 0 },
	  6,
	  "" },
	{ "9.2.3.24.1: part above the number",
	  "05 00 03 AB 02 03",
	  OK,
	  { 0 },
	  6,
	  "" },
	{ "9.2.3.24.1: no parts", "05 00 03 AB 00 00", OK, { 0 }, 6, "" },
	{ "9.2.3.24.4: 16-bit ports",
	  "06 05 04 0B 84 23 F0",
	  OK,
	  { .ports = true, .to_port = 2948, .from_port = 9200 },
	  7,
	  "" },
	{ "9.2.3.24.3: 8-bit ports",
	  "04 04 02 F0 F1",
	  OK,
	  { .ports = true, .narrow = true, .to_port = 240, .from_port = 241 },
	  5,
	  "" },
	{ "9.2.3.24.15: single shift",
	  "03 24 01 01",
	  OK,
	  { .single = 1 },
	  4,
	  "" },
	{ "9.2.3.24.16: locking shift",
	  "03 25 01 03",
	  OK,
	  { .locking = 3 },
	  4,
	  "" },
	{ "all of them",
	  "12 00 03 07 04 02 05 04 0B 84 00 00 24 01 01 25 01 01",
	  ERR_MORE,
	  { 0 },
	  0,
	  "" },
	{ "parts, ports and shifts",
	  "11 00 03 07 04 02 05 04 0B 84 00 00 24 01 01 25 01 01",
	  OK,
	  { .joined = true,
	    .ref = 7,
	    .part = 2,
	    .of = 4,
	    .ports = true,
	    .to_port = 2948,
	    .single = 1,
	    .locking = 1 },
	  18,
	  "" },
	{ "9.2.3.24: the last of two holds",
	  "0A 00 03 01 02 01 00 03 02 03 02",
	  OK,
	  { .joined = true, .ref = 2, .part = 2, .of = 3 },
	  11,
	  "" },
	{ "9.2.3.24: of two kinds too",
	  "0B 00 03 01 02 01 08 04 00 02 03 02",
	  OK,
	  { .joined = true, .wide = true, .ref = 2, .part = 2, .of = 3 },
	  12,
	  "" },
	{ "unknown IE", "04 70 02 AA BB", OK, { 0 }, 5, "70 02 AA BB" },
	{ "unknown ones around a known one",
	  "0C 70 01 AA 00 03 AB 02 01 71 02 00 00",
	  OK,
	  { .joined = true, .ref = 0xAB, .part = 1, .of = 2 },
	  13,
	  "70 01 AA 00 03 AB 02 01 71 02 00 00" },
	{ "a known IE with a wrong length",
	  "04 00 02 AB 02",
	  OK,
	  { 0 },
	  5,
	  "00 02 AB 02" },
	{ "no IE at all", "00 41", OK, { 0 }, 1, "" },
	{ "IE runs past UDHL", "02 00 03", ERR_MALFORMED, { 0 }, 0, "" },
	{ "IE without length", "01 00", ERR_MALFORMED, { 0 }, 0, "" },
	{ "second IE runs past UDHL",
	  "05 24 01 01 25 01",
	  ERR_MALFORMED,
	  { 0 },
	  0,
	  "" },
	{ "UDHL runs past the end", "05 00 03 AB 02", ERR_MORE, { 0 }, 0, "" },
	{ "empty", "", ERR_MORE, { 0 }, 0, "" },
};

static bool same(const struct udh *a, const struct udh *b)
{
	return a->joined == b->joined && a->wide == b->wide &&
	       a->ref == b->ref && a->part == b->part && a->of == b->of &&
	       a->ports == b->ports && a->narrow == b->narrow &&
	       a->to_port == b->to_port && a->from_port == b->from_port &&
	       a->single == b->single && a->locking == b->locking;
}

static void test_decode(void)
{
	uint8_t raw[64], other[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct bytes want = check_unhex(r->other, other, sizeof other);
		struct udh h = { 0 };
		size_t used = 0;

		ROW(r, udh_decode(in, &h, &used, NULL) == r->want);
		ROW(r, same(&h, &r->out) && used == r->used);
		ROW(r, bytes_equal(h.other, want));
		for (in.n = 0; r->want == OK && in.n < r->used; in.n++)
			ROW(r, udh_decode(in, &h, &used, NULL) == ERR_MORE);
	}
}

static void test_fault(void)
{
	static const uint8_t past[] = { 5, 0x24, 1, 1, 0x25, 1 };
	struct fault why = { 0 };
	struct udh h;
	size_t used;

	CU_ASSERT(udh_decode((struct bytes){ past, 6 }, &h, &used, &why) ==
		  ERR_MALFORMED);
	CU_ASSERT(strcmp(why.field, "IEDL") == 0 && why.offset == 4);
	CU_ASSERT(udh_decode((struct bytes){ past, 3 }, &h, &used, &why) ==
		  ERR_MORE);
	CU_ASSERT(strcmp(why.field, "UDHL") == 0 && why.offset == 3);
}

/* decode(encode(x)) == x, and unknown IEs go on where known ones do not. */
static void test_round_trip(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct buf b = BUF_INIT(256), second = BUF_INIT(256);
		struct udh h, again = { 0 };
		size_t used = 0;

		if (udh_decode(in, &h, &used, NULL) != OK)
			continue;
		ROW(r, udh_encode(&h, &b) == OK && b.n == udh_octets(&h));
		if (b.n > 0)
			ROW(r, udh_decode(buf_bytes(&b), &again, &used, NULL) ==
				       OK);
		ROW(r, same(&h, &again) && (b.n == 0 || used == b.n));
		ROW(r, udh_encode(&again, &second) == OK);
		ROW(r, bytes_equal(buf_bytes(&b), buf_bytes(&second)));
		buf_clear(&b);
		buf_clear(&second);
	}
}

static const struct encode_row {
	const char *name;
	struct udh in;
	enum err want;
	const char *hex;
} encode_rows[] = {
	{ "nothing", { 0 }, OK, "" },
	{ "short form",
	  { .joined = true, .ref = 255, .part = 1, .of = 2 },
	  OK,
	  "05 00 03 FF 02 01" },
	{ "long form for a long reference",
	  { .joined = true, .ref = 256, .part = 1, .of = 2 },
	  OK,
	  "06 08 04 01 00 02 01" },
	{ "long form when it was long",
	  { .joined = true, .wide = true, .ref = 1, .part = 1, .of = 2 },
	  OK,
	  "06 08 04 00 01 02 01" },
	{ "narrow ports that are none",
	  { .ports = true, .narrow = true, .to_port = 300 },
	  OK,
	  "06 05 04 01 2C 00 00" },
	{ "both shifts",
	  { .single = 1, .locking = 1 },
	  OK,
	  "06 24 01 01 25 01 01" },
	{ "part 0", { .joined = true, .of = 2 }, ERR_RANGE, "" },
	{ "part above the number",
	  { .joined = true, .part = 3, .of = 2 },
	  ERR_RANGE,
	  "" },
	{ "others cut short",
	  { .other = { (const uint8_t *)"\x70\x05\x01", 3 } },
	  ERR_MALFORMED,
	  "" },
};

static void test_encode(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof encode_rows / sizeof *encode_rows; i++) {
		const struct encode_row *r = &encode_rows[i];
		struct buf b = BUF_INIT(256);

		ROW(r, udh_encode(&r->in, &b) == r->want);
		ROW(r, bytes_equal(buf_bytes(&b),
				   check_unhex(r->hex, raw, sizeof raw)));
		buf_clear(&b);
	}
}

static void test_bounds(void)
{
	uint8_t other[139] = { 0x70, 137 };
	struct udh h = { .other = { other, 139 } };
	struct buf b = BUF_INIT(200);

	CU_ASSERT(udh_encode(&h, &b) == OK && b.n == UDH_OCTETS_MAX);
	h.single = 1;
	CU_ASSERT(udh_encode(&h, &b) == ERR_TOOBIG && b.n == UDH_OCTETS_MAX);
	h = (struct udh){ .single = 1 };
	b.limit = 141;
	CU_ASSERT(udh_encode(&h, &b) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(udh_encode(&h, &b) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "reads", test_decode },
	{ "says where it stopped", test_fault },
	{ "round trip", test_round_trip },
	{ "writes", test_encode },
	{ "bounds", test_bounds },
	{ NULL, NULL }
};

CHECK_MAIN("udh", tests)
