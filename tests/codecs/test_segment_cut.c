#include "tests/check.h"

#include <string.h>

#include "codecs/segment.h"

#define ARENA 4000000

/* 23.040 9.2.3.16 and 9.2.3.24: what one part carries beside its header. */
static const struct room_row {
	const char *name;
	struct segment_options o;
	size_t septets, units, octets; /* of the first of many parts */
} rooms[] = {
	{ "IE 00", { 0 }, 153, 67, 134 },
	{ "IE 08", { .means = SEGMENT_UDH16 }, 152, 66, 133 },
	{ "SAR", { .means = SEGMENT_SAR }, 152, 66, 133 },
	{ "ports and IE 00", { .header = { .ports = true } }, 146, 64, 128 },
	{ "SAR gives way to ports",
	  { .means = SEGMENT_SAR, .header = { .ports = true } },
	  145,
	  63,
	  127 },
};

static size_t first_room(const char *unit, const struct segment_options *o,
			 struct arena *arena, size_t unit_octets)
{
	struct buf text = BUF_INIT(100000);
	struct segment_plan p;
	struct udh h;
	size_t used = 0;

	check_repeat(&text, unit, 400, "");
	CU_ASSERT_FATAL((*unit == '\1' ? segment_split_data(buf_bytes(&text), o,
							    arena, &p)
				       : segment_split(buf_bytes(&text), o,
						       arena, &p)) == OK);
	buf_clear(&text);
	if (p.segments[0].udhi)
		CU_ASSERT_FATAL(udh_decode(p.segments[0].short_message, &h,
					   &used, NULL) == OK);
	CU_ASSERT(p.segments[0].udhi == !p.sar);
	return (p.segments[0].short_message.n - used) / unit_octets;
}

static void test_rooms(void)
{
	struct arena *arena = arena_new(ARENA);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		const struct room_row *r = &rooms[i];

		ROW(r, first_room("a", &r->o, arena, 1) == r->septets);
		ROW(r, first_room("ж", &r->o, arena, 2) == r->units);
		ROW(r, first_room("\1", &r->o, arena, 1) == r->octets);
	}
	arena_free(arena);
}

/* Room with national tables: 23.038 6.2.1.2.4. */
static void test_national_rooms(void)
{
	struct segment_options o = { .locking = SEGMENT_ANY_LANGUAGE };
	struct arena *arena = arena_new(ARENA);

	CU_ASSERT_FATAL(arena != NULL);
	CU_ASSERT(first_room("ğ", &o, arena, 1) == 149);
	o.means = SEGMENT_UDH16;
	CU_ASSERT(first_room("ğ", &o, arena, 1) == 148);
	o.single = SEGMENT_ANY_LANGUAGE;
	CU_ASSERT(first_room("\u0966\u0915", &o, arena, 1) == 144);
	o.means = SEGMENT_UDH8;
	CU_ASSERT(first_room("\u0966\u0915", &o, arena, 1) == 146);
	arena_free(arena);
}

struct repeated {
	const char *unit;
	unsigned n;	/* so many that there is room to spare in the parts  */
	const char *pad;
};

/*
 * At every offset: no part of a text of units begins with what must not be
 * parted from its front.
 */
static unsigned bad_cuts(struct repeated r, const struct segment_options *o,
			 struct arena *arena)
{
	size_t octets = strlen(r.unit);
	struct segment_rules rules = { 0 };
	struct buf text = BUF_INIT(100000);
	unsigned bad = 0;
	size_t shift, i, j;

	for (shift = 0; shift < 20; shift++) {
		struct segment_plan p;
		struct segment_content c;

		arena_reset(arena);
		buf_reset(&text);
		for (i = 0; i < shift; i++)
			buf_text(&text, r.pad);
		for (i = 0; i < r.n; i++)
			buf_text(&text, r.unit);
		bad += segment_split(buf_bytes(&text), o, arena, &p) != OK;
		for (j = 1; j < p.count && bad == 0; j++) {
			struct segment_wire w = { p.segments[j].short_message,
						  p.data_coding, true };

			bad += segment_text(&w, &rules, arena, &c, NULL) !=
				       OK ||
			       c.damaged || c.body.n < octets ||
			       memcmp(c.body.p, r.unit, octets) != 0;
		}
	}
	buf_clear(&text);
	return bad;
}

static void test_cuts(void)
{
	static const struct repeated rows[] = {
		{ "€", 100, "a" },
		{ "😀", 70, "ж" },
		{ "x\u0323\u0301", 46, "ж" },
		{ "👩\u200D👧", 28, "ж" },
		{ "\u0E01\u0E34\u0E48", 46, "\u0E01" },
		{ "\u1113\u1160\u11AB", 46, "\u0436" },
		{ "\uD55C\u11A8", 70, "\u0436" },
		{ "\U0001F1E9\U0001F1EA", 35, "\u0436" },
		{ "\U0001F44D\U0001F3FD", 35, "\u0436" },
		{ "1\uFE0F\u20E3", 46, "\u0436" },
	};
	static const struct repeated hindi_rows[] = {
		{ "\u0915\u093F", 100, "\u0915" },
		{ "\u0915\u094D\u0930", 66, "\u0915" },
	};
	struct segment_options none = { 0 };
	struct segment_options hindi = { .locking = SEGMENT_LANGUAGE(6) };
	struct arena *arena = arena_new(ARENA);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		CU_ASSERT(bad_cuts(rows[i], &none, arena) == 0);
	for (i = 0; i < sizeof hindi_rows / sizeof *hindi_rows; i++)
		CU_ASSERT(bad_cuts(hindi_rows[i], &hindi, arena) == 0);
	arena_free(arena);
}

/* A cut between characters may not cost a part, nor form C, nor its lack. */
static void test_fewest(void)
{
	static const struct fewest {
		const char *name, *front, *middle, *back;
		size_t n, back_n, want;
	} rows[] = {
		{ "a mark where the part ends", "я", "я\u0301", "я", 66, 66,
		  2 },
		{ "a flag there", "я", "\U0001F1E9\U0001F1EA", "я", 65, 65,
		  2 },
		{ "a flag with room", "я", "\U0001F1E9\U0001F1EA", "я", 65, 64,
		  2 },
		{ "letters that form C takes apart", "\u0958", "", "", 70, 0,
		  1 },
		{ "letters that it joins", "e\u0301", "ж", "", 69, 0, 1 },
	};
	struct segment_options none = { 0 };
	struct arena *arena = arena_new(ARENA);
	struct buf text = BUF_INIT(10000);
	size_t i, j;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fewest *r = &rows[i];
		struct segment_plan p = { 0 };

		arena_reset(arena);
		check_repeat(&text, r->front, r->n, r->middle);
		for (j = 0; j < r->back_n; j++)
			buf_text(&text, r->back);
		ROW(r, segment_split(buf_bytes(&text), &none, arena, &p) == OK);
		ROW(r, p.count == r->want);
	}
	buf_clear(&text);
	arena_free(arena);
}

/* What comes is what goes, as long as it goes in the same alphabet. */
static void test_as_it_came(void)
{
	static const struct as_it_came {
		const char *name, *text;
		uint16_t locking;
		const char *want;
	} rows[] = {
		{ "a compatibility ideograph", "\uFA19", 0, "\uFA19" },
		{ "marks out of order", "\u0644\u0651\u064E", 0,
		  "\u0644\u0651\u064E" },
		{ "a letter that form C takes apart", "\u0958", 0, "\u0958" },
		{ "jamo", "\u1112\u1161\u11AB", 0, "\u1112\u1161\u11AB" },
		{ "a letter and its mark", "e\u0301\u0436", 0,
		  "e\u0301\u0436" },
		{ "one that a national table has", "\u09DC",
		  SEGMENT_LANGUAGE(4), "\u09DC" },
		{ "GSM 7-bit needs form C", "e\u0301", 0, "\u00E9" },
	};
	struct arena *arena = arena_new(ARENA);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct as_it_came *r = &rows[i];
		struct segment_options o = { .locking = r->locking };
		struct segment_rules rules = { 0 };
		struct segment_plan p = { 0 };
		struct segment_content c = { 0 };
		struct segment_wire w = { .udhi = false };

		arena_reset(arena);
		ROW(r, segment_split(bytes_of(r->text), &o, arena, &p) == OK);
		ROW(r, p.count == 1);
		if (p.count != 1)
			continue;
		w.octets = p.segments[0].short_message;
		w.data_coding = p.data_coding;
		w.udhi = p.segments[0].udhi;
		ROW(r, segment_text(&w, &rules, arena, &c, NULL) == OK);
		ROW(r, bytes_is(c.body, r->want));
		ROW(r, (p.locking != 0) == (r->locking != 0));
	}
	arena_free(arena);
}

/* A text of nothing but marks is cut all the same. */
static void test_only_marks(void)
{
	struct segment_options none = { 0 };
	struct arena *arena = arena_new(ARENA);
	struct buf text = BUF_INIT(10000);
	struct segment_plan p;

	CU_ASSERT_FATAL(arena != NULL);
	check_repeat(&text, "\u0323", 200, "");
	CU_ASSERT(segment_split(buf_bytes(&text), &none, arena, &p) == OK);
	CU_ASSERT(p.count == 3 && p.segments[0].short_message.n == 140);
	buf_clear(&text);
	arena_free(arena);
}

static void test_data(void)
{
	struct segment_options o = {
		.classed = true,
		.message_class = 1,
		.header = { .ports = true, .to_port = 2948, .from_port = 9200 }
	};
	struct arena *arena = arena_new(ARENA);
	uint8_t octets[300] = { 0xFF, 0x1B };
	struct segment_plan p;

	CU_ASSERT_FATAL(arena != NULL);
	CU_ASSERT(segment_split_data((struct bytes){ octets, 133 }, &o, arena,
				     &p) == OK);
	CU_ASSERT(p.count == 1 && p.data_coding == 0xF5);
	CU_ASSERT(p.segments[0].short_message.n == 140);
	CU_ASSERT(memcmp(p.segments[0].short_message.p,
			 "\x06\x05\x04\x0B\x84\x23\xF0\xFF\x1B", 9) == 0);
	CU_ASSERT(segment_split_data((struct bytes){ octets, 300 }, &o, arena,
				     &p) == OK);
	CU_ASSERT(p.count == 3 && p.segments[2].short_message.n == 12 + 44);
	o = (struct segment_options){ .header = { .joined = true } };
	CU_ASSERT(segment_split_data((struct bytes){ octets, 3 }, &o, arena,
				     &p) == ERR_RANGE);
	arena_free(arena);
}

/* A header of the caller that leaves no room. */
static void test_long_header(void)
{
	uint8_t other[138] = { 0x70, 136 };
	struct segment_options o = { .header = { .other = { other, 138 } } };
	struct arena *arena = arena_new(ARENA);
	struct segment_plan p;

	CU_ASSERT_FATAL(arena != NULL);
	CU_ASSERT(segment_split(bytes_of("a"), &o, arena, &p) == OK);
	CU_ASSERT(p.segments[0].short_message.n == 140);
	CU_ASSERT(segment_split(bytes_of("ab"), &o, arena, &p) == ERR_TOOBIG);
	o.header.other.n = 100;
	CU_ASSERT(segment_split(bytes_of("a"), &o, arena, &p) == ERR_MALFORMED);
	arena_free(arena);
}

static void test_memory_ends(void)
{
	struct segment_options o = { .packed = true };
	struct buf text = BUF_INIT(10000);
	struct arena *arena;
	unsigned long n;
	enum err e;
	size_t i;

	for (i = 1; i < 4; i++) {
		check_repeat(&text, "abc\r\n", i * i * 100 - 99, "");
		for (n = 1, e = ERR_NOMEM; e == ERR_NOMEM; n++) {
			struct segment_plan p = { 0 };

			arena = arena_new(ARENA);
			mem_fail_at(n);
			e = segment_split(buf_bytes(&text), &o, arena, &p);
			mem_fail_at(0);
			CU_ASSERT(e == OK || e == ERR_NOMEM);
			CU_ASSERT((e == OK) == (p.segments != NULL));
			arena_free(arena);
		}
		CU_ASSERT(n > 2 && n < 20);
	}
	buf_clear(&text);
}

static const struct check_test tests[] = {
	{ "room of one part", test_rooms },
	{ "room with national tables", test_national_rooms },
	{ "cuts between characters", test_cuts },
	{ "as few parts as can be", test_fewest },
	{ "as it came", test_as_it_came },
	{ "nothing but marks", test_only_marks },
	{ "data", test_data },
	{ "long header", test_long_header },
	{ "memory ends", test_memory_ends },
	{ NULL, NULL }
};

CHECK_MAIN("segment_cut", tests)
