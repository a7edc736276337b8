#include "tests/check.h"

#include <string.h>

#include "codecs/rpdu.h"

#define ARENA 10000

static const struct row {
	const char *name, *hex;
	struct rpdu want; /* without texts */
	const char *centre, *user;
	size_t whole; /* a front of that length is one, too */
	bool another; /* it is written in another way       */
} rows[] = {
	{ .name = "7.3.1.2: RP-DATA of a device",
	  .hex = "00 2A 00 07 91 51 55 10 99 99 F9 03 01 02 03",
	  .want = { .kind = RPDU_DATA,
		    .reference = 0x2A,
		    .centre = { 1, 1, { 0 } } },
	  .centre = "15550199999",
	  .user = "\x01\x02\x03" },
	{ .name = "7.3.1.1: RP-DATA of the network",
	  .hex = "01 FF 07 91 51 55 10 99 99 F9 00 01 7F",
	  .want = { .kind = RPDU_DATA,
		    .to_device = true,
		    .reference = 0xFF,
		    .centre = { 1, 1, { 0 } } },
	  .centre = "15550199999",
	  .user = "\x7F" },
	{ .name = "8.2.5.1: an even number of digits",
	  .hex = "01 01 03 A1 21 43 00 00",
	  .want = { .kind = RPDU_DATA,
		    .to_device = true,
		    .reference = 1,
		    .centre = { 2, 1, { 0 } } },
	  .centre = "1234",
	  .user = "" },
	{ .name = "7.3.3: RP-ACK of a device",
	  .hex = "02 2A",
	  .want = { .kind = RPDU_ACK, .reference = 0x2A },
	  .centre = "",
	  .user = "" },
	{ .name = "7.3.3: RP-ACK of the network with a report",
	  .hex = "03 2A 41 02 01 7E",
	  .want = { .kind = RPDU_ACK, .to_device = true, .reference = 0x2A },
	  .centre = "",
	  .user = "\x01\x7E",
	  .whole = 2 },
	{ .name = "7.3.4: RP-ERROR of a device",
	  .hex = "04 2A 01 16 41 02 01 D3",
	  .want = { .kind = RPDU_ERROR,
		    .reference = 0x2A,
		    .cause = RPDU_CAUSE_MEMORY },
	  .centre = "",
	  .user = "\x01\xD3",
	  .whole = 4 },
	{ .name = "8.2.5.4: with a diagnostic",
	  .hex = "05 2A 02 95 00",
	  .want = { .kind = RPDU_ERROR,
		    .to_device = true,
		    .reference = 0x2A,
		    .cause = RPDU_CAUSE_REJECTED },
	  .centre = "",
	  .user = "",
	  .another = true },
	{ .name = "7.3.2: RP-SMMA",
	  .hex = "06 2A",
	  .want = { .kind = RPDU_SMMA, .reference = 0x2A },
	  .centre = "",
	  .user = "" },
	{ .name = "8.2.2: spare bits, unknown elements",
	  .hex = "FA 2A 80 42 01 AA 41 01 7E",
	  .want = { .kind = RPDU_ACK, .reference = 0x2A },
	  .centre = "",
	  .user = "\x7E",
	  .another = true },
};

static bool same(const struct rpdu *a, const struct rpdu *b)
{
	return a->kind == b->kind && a->to_device == b->to_device &&
	       a->reference == b->reference && a->cause == b->cause &&
	       a->centre.ton == b->centre.ton && a->centre.npi == b->centre.npi;
}

static void test_decode(void)
{
	struct arena *a = arena_new(ARENA);
	uint8_t raw[300];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct rpdu v = { 0 };

		ROW(r, rpdu_decode(in, a, &v, NULL) == OK);
		ROW(r, same(&v, &r->want));
		ROW(r, bytes_is(v.centre.text, r->centre));
		ROW(r, bytes_is(v.user, r->user));
	}
	arena_free(a);
}

static void test_prefixes(void)
{
	struct arena *a = arena_new(ARENA);
	uint8_t raw[300];
	struct fault why;
	struct rpdu v;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		size_t n = r->another ? 2 : in.n;

		for (in.n = 0; in.n < n; in.n++) {
			if (r->whole && in.n == r->whole) {
				ROW(r, rpdu_decode(in, a, &v, NULL) == OK);
				continue;
			}
			ROW(r, rpdu_decode(in, a, &v, &why) == ERR_MORE);
			ROW(r, strcmp(why.field, "RPDU") == 0);
		}
	}
	arena_free(a);
}

static void test_round_trip(void)
{
	struct buf b = BUF_INIT(RPDU_OCTETS_MAX);
	struct arena *a = arena_new(ARENA);
	uint8_t raw[300];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct rpdu v, again;

		ROW(r, rpdu_decode(in, a, &v, NULL) == OK);
		buf_reset(&b);
		ROW(r, rpdu_encode(&v, &b) == OK);
		ROW(r, r->another || bytes_equal(buf_bytes(&b), in));
		ROW(r, rpdu_decode(buf_bytes(&b), a, &again, NULL) == OK);
		ROW(r, same(&v, &again) && bytes_equal(v.user, again.user) &&
			       bytes_equal(v.centre.text, again.centre.text));
	}
	buf_clear(&b);
	arena_free(a);
}

static const struct bad_row {
	const char *name, *hex;
	enum err want;
	const char *field;
} bad_rows[] = {
	{ "8.2.2: reserved", "07 00", ERR_UNSUPPORTED, "RP-MTI" },
	{ "8.2.5.1: too long an address",
	  "00 00 00 0C 91 00 00 00 00 00 00 00 00 00 00 00 00", ERR_MALFORMED,
	  "RP-Address" },
	{ "7.3.1.2: a device names itself", "00 00 02 91 21 02 91 21 00",
	  ERR_MALFORMED, "RP-Address" },
	{ "8.2.5.1: fill in the middle", "01 00 03 91 1F 32 00 00",
	  ERR_MALFORMED, "address" },
	{ "8.2.5.3: too long", "00 00 00 00 EA", ERR_MALFORMED,
	  "RP-User-Data" },
	{ "8.2.5.4: no cause", "04 00 00", ERR_MALFORMED, "RP-Cause" },
};

static void test_refused(void)
{
	struct arena *a = arena_new(ARENA);
	uint8_t raw[300];
	size_t i;

	for (i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
		const struct bad_row *r = &bad_rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct rpdu v = { .cause = 99 };
		struct fault why = { 0 };

		ROW(r, rpdu_decode(in, a, &v, &why) == r->want);
		ROW(r, v.cause == 99 && why.field &&
			       strcmp(why.field, r->field) == 0);
	}
	arena_free(a);
}

static void test_bounds(void)
{
	static uint8_t text[300];
	struct buf b = BUF_INIT(RPDU_OCTETS_MAX);
	struct rpdu v = { .to_device = true,
			  .centre = { 1, 1, { text, 20 } },
			  .user = { text, RPDU_USER_MAX } };

	memset(text, '5', sizeof text);
	CU_ASSERT(rpdu_encode(&v, &b) == OK);
	buf_reset(&b);
	v.user.n++;
	CU_ASSERT(rpdu_encode(&v, &b) == ERR_TOOBIG);
	v.user.n = 1;
	v.centre.text.n = 21;
	CU_ASSERT(rpdu_encode(&v, &b) == ERR_TOOBIG);
	buf_reset(&b);
	v.centre.text = bytes_of("1?");
	CU_ASSERT(rpdu_encode(&v, &b) == ERR_RANGE);
	buf_reset(&b);
	v = (struct rpdu){ .kind = RPDU_ERROR, .cause = 128 };
	CU_ASSERT(rpdu_encode(&v, &b) == ERR_RANGE);
	v = (struct rpdu){ .kind = RPDU_SMMA, .to_device = true };
	CU_ASSERT(rpdu_encode(&v, &b) == ERR_RANGE);
	v = (struct rpdu){ .kind = RPDU_ACK, .user = { text, 9 } };
	buf_clear(&b);
	mem_fail_at(1);
	CU_ASSERT(rpdu_encode(&v, &b) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static void test_memory(void)
{
	uint8_t raw[300];
	struct arena *none = arena_new(1);
	struct rpdu v = { .cause = 99 };

	CU_ASSERT(rpdu_decode(check_unhex(rows[0].hex, raw, sizeof raw), none,
			      &v, NULL) == ERR_NOMEM);
	CU_ASSERT(v.cause == 99);
	arena_free(none);
}

static void test_names(void)
{
	CU_ASSERT_STRING_EQUAL(rpdu_cause_text(RPDU_CAUSE_MEMORY),
			       "memory capacity exceeded");
	CU_ASSERT_STRING_EQUAL(rpdu_cause_text(0), "unspecified cause");
}

static const struct check_test tests[] = {
	{ "reads", test_decode },	   { "every prefix", test_prefixes },
	{ "round trip", test_round_trip }, { "refuses", test_refused },
	{ "bounds", test_bounds },	   { "memory", test_memory },
	{ "names", test_names },	   { NULL, NULL }
};

CHECK_MAIN("rpdu", tests)
