#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/segment.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

#define ARENA 4000000

/* `count` times `unit`, then `tail`. */
static void repeat(struct buf *b, const char *unit, size_t count,
		   const char *tail)
{
	buf_reset(b);
	while (count-- > 0)
		buf_text(b, unit);
	buf_text(b, tail);
	CU_ASSERT_FATAL(buf_status(b) == OK);
}

static const struct row {
	const char *name;
	const char *unit;
	size_t times;
	const char *tail;
	struct segment_options o;
	enum err want;
	size_t count;
	uint8_t data_coding;
	size_t first, last; /* octets of short_message */
	const char *front;  /* of the first segment    */
} rows[] = {
	{ "hello with a euro",
	  "hello ",
	  1,
	  "€",
	  { 0 },
	  OK,
	  1,
	  0x00,
	  8,
	  8,
	  "68 65 6C 6C 6F 20 1B 65" },
	{ "empty", "", 0, "", { 0 }, OK, 1, 0x00, 0, 0, "" },
	{ "23.040 9.2.3.16: 160 septets",
	  "a",
	  160,
	  "",
	  { 0 },
	  OK,
	  1,
	  0x00,
	  160,
	  160,
	  "61" },
	{ "161 septets are 153 and 8",
	  "a",
	  161,
	  "",
	  { .reference = 0xAB },
	  OK,
	  2,
	  0x00,
	  159,
	  14,
	  "05 00 03 AB 02 01 61" },
	{ "the 153rd is an escape",
	  "a",
	  152,
	  "€bcdefghi",
	  { 0 },
	  OK,
	  2,
	  0x00,
	  158,
	  16,
	  "05 00 03 00 02 01 61" },
	{ "the 152nd is an escape",
	  "a",
	  151,
	  "€bcdefghi",
	  { 0 },
	  OK,
	  2,
	  0x00,
	  159,
	  14,
	  "05" },
	{ "Cyrillic",
	  "Привет",
	  1,
	  "",
	  { 0 },
	  OK,
	  1,
	  0x08,
	  12,
	  12,
	  "04 1F 04 40 04 38 04 32 04 35 04 42" },
	{ "70 units", "ж", 70, "", { 0 }, OK, 1, 0x08, 140, 140, "04 36" },
	{ "71 units are 67 and 4",
	  "ж",
	  71,
	  "",
	  { 0 },
	  OK,
	  2,
	  0x08,
	  140,
	  14,
	  "05 00 03 00 02 01 04 36" },
	{ "a pair at 67 and 68 stays whole",
	  "ж",
	  66,
	  "😀жжж",
	  { 0 },
	  OK,
	  2,
	  0x08,
	  138,
	  16,
	  "05 00 03 00 02 01 04 36" },
	{ "16-bit reference",
	  "a",
	  161,
	  "",
	  { .means = SEGMENT_UDH16, .reference = 7 },
	  OK,
	  2,
	  0x00,
	  159,
	  16,
	  "06 08 04 00 07 02 01 61" },
	{ "SAR: the room of IE 08, no header",
	  "a",
	  161,
	  "",
	  { .means = SEGMENT_SAR, .reference = 7 },
	  OK,
	  2,
	  0x00,
	  152,
	  9,
	  "61" },
	{ "payload when it is long",
	  "a",
	  161,
	  "",
	  { .means = SEGMENT_PAYLOAD },
	  OK,
	  1,
	  0x00,
	  161,
	  161,
	  "61" },
	{ "no payload when it is short",
	  "a",
	  160,
	  "",
	  { .means = SEGMENT_PAYLOAD },
	  OK,
	  1,
	  0x00,
	  160,
	  160,
	  "61" },
	{ "Turkish without national tables",
	  "ğüşıİ",
	  1,
	  "",
	  { 0 },
	  OK,
	  1,
	  0x08,
	  10,
	  10,
	  "01 1F 00 FC 01 5F 01 31 01 30" },
	{ "Turkish single shift",
	  "ğüşıİ",
	  1,
	  "",
	  { .single = true },
	  OK,
	  1,
	  0x00,
	  13,
	  13,
	  "03 24 01 01 1B 67 7E 1B 73 1B 69 1B 49" },
	{ "Turkish locking shift",
	  "ğüşıİ",
	  1,
	  "",
	  { .locking = true },
	  OK,
	  1,
	  0x00,
	  9,
	  9,
	  "03 25 01 01 0C 7E 1D 07 40" },
	{ "the locking one is shorter",
	  "ğüşıİ",
	  1,
	  "",
	  { .single = true, .locking = true },
	  OK,
	  1,
	  0x00,
	  9,
	  9,
	  "03 25 01 01 0C" },
	{ "both are needed",
	  "\u0928\u0967",
	  1,
	  "",
	  { .single = true, .locking = true, .language = 6 },
	  OK,
	  1,
	  0x00,
	  10,
	  10,
	  "06 24 01 06 25 01 06 2F 1B 1D" },
	{ "c with cedilla is not the capital",
	  "ç",
	  1,
	  "",
	  { 0 },
	  OK,
	  1,
	  0x08,
	  2,
	  2,
	  "00 E7" },
	{ "Spanish",
	  "á",
	  1,
	  "",
	  { .single = true, .language = 2 },
	  OK,
	  1,
	  0x00,
	  6,
	  6,
	  "03 24 01 02 1B 61" },
	{ "Portuguese",
	  "ã",
	  1,
	  "",
	  { .single = true, .language = 3 },
	  OK,
	  1,
	  0x00,
	  6,
	  6,
	  "03 24 01 03 1B 7B" },
	{ "a language that has it not",
	  "ã",
	  1,
	  "",
	  { .single = true, .language = 1 },
	  OK,
	  1,
	  0x00,
	  6,
	  6,
	  "03 24 01 03 1B 7B" },
	{ "155 septets with one shift",
	  "ğ",
	  77,
	  "a",
	  { .single = true },
	  OK,
	  1,
	  0x00,
	  159,
	  159,
	  "03 24 01 01 1B 67" },
	{ "149 with parts",
	  "ğ",
	  78,
	  "",
	  { .single = true },
	  OK,
	  2,
	  0x00,
	  157,
	  17,
	  "08 00 03 00 02 01 24 01 01 1B 67" },
	{ "Latin-1 when allowed",
	  "á",
	  140,
	  "",
	  { .latin1 = true },
	  OK,
	  1,
	  0x03,
	  140,
	  140,
	  "E1 E1" },
	{ "Latin-1, 134 with parts",
	  "á",
	  141,
	  "",
	  { .latin1 = true },
	  OK,
	  2,
	  0x03,
	  140,
	  13,
	  "05 00 03 00 02 01 E1" },
	{ "GSM before Latin-1",
	  "é",
	  2,
	  "",
	  { .latin1 = true },
	  OK,
	  1,
	  0x00,
	  2,
	  2,
	  "05 05" },
	{ "packed",
	  "a",
	  160,
	  "",
	  { .packed = true },
	  OK,
	  1,
	  0x00,
	  140,
	  140,
	  "E1 70 38 1C 0E 87 C3 E1" },
	{ "packed parts, one fill bit",
	  "a",
	  161,
	  "",
	  { .packed = true },
	  OK,
	  2,
	  0x00,
	  140,
	  14,
	  "05 00 03 00 02 01 C2 E1" },
	{ "class 0, 23.038 4",
	  "a",
	  1,
	  "",
	  { .classed = true },
	  OK,
	  1,
	  0xF0,
	  1,
	  1,
	  "61" },
	{ "class 1, general group",
	  "a",
	  1,
	  "",
	  { .classed = true, .gsm_dcs = true, .message_class = 1 },
	  OK,
	  1,
	  0x11,
	  1,
	  1,
	  "61" },
	{ "class 0 and UCS2, general group",
	  "ж",
	  1,
	  "",
	  { .classed = true, .gsm_dcs = true },
	  OK,
	  1,
	  0x18,
	  2,
	  2,
	  "04 36" },
	{ "class 0 and UCS2 without it",
	  "ж",
	  1,
	  "",
	  { .classed = true },
	  OK,
	  1,
	  0x08,
	  2,
	  2,
	  "04 36" },
	{ "line ends become one",
	  "a\r\nb",
	  1,
	  "",
	  { 0 },
	  OK,
	  1,
	  0x00,
	  3,
	  3,
	  "61 0A 62" },
	{ "a composed letter",
	  "e\u0301",
	  1,
	  "",
	  { 0 },
	  OK,
	  1,
	  0x00,
	  1,
	  1,
	  "05" },
	{ "as many parts as allowed",
	  "a",
	  306,
	  "",
	  { .parts_max = 2 },
	  OK,
	  2,
	  0x00,
	  159,
	  159,
	  "05" },
	{ "one more",
	  "a",
	  307,
	  "",
	  { .parts_max = 2 },
	  ERR_TOOBIG,
	  0,
	  0,
	  0,
	  0,
	  NULL },
	{ "255 parts",
	  "a",
	  255 * 153,
	  "",
	  { 0 },
	  OK,
	  255,
	  0x00,
	  159,
	  159,
	  "05 00 03 00 FF 01" },
	{ "256 parts",
	  "a",
	  255 * 153 + 1,
	  "",
	  { 0 },
	  ERR_TOOBIG,
	  0,
	  0,
	  0,
	  0,
	  NULL },
	{ "payload above 64 K",
	  "a",
	  65536,
	  "",
	  { .means = SEGMENT_PAYLOAD },
	  ERR_TOOBIG,
	  0,
	  0,
	  0,
	  0,
	  NULL },
	{ "reference above 255 in IE 00",
	  "a",
	  1,
	  "",
	  { .reference = 256 },
	  ERR_RANGE,
	  0,
	  0,
	  0,
	  0,
	  NULL },
	{ "class 4",
	  "a",
	  1,
	  "",
	  { .classed = true, .message_class = 4 },
	  ERR_RANGE,
	  0,
	  0,
	  0,
	  0,
	  NULL },
	{ "bad UTF-8", "a\xFF", 1, "", { 0 }, ERR_MALFORMED, 0, 0, 0, 0, NULL },
	{ "bad UTF-8 behind Cyrillic",
	  "ж\xFF",
	  1,
	  "",
	  { .single = true, .locking = true, .latin1 = true },
	  ERR_MALFORMED,
	  0,
	  0,
	  0,
	  0,
	  NULL },
};

static void check_plan(const struct row *r, const struct segment_plan *p)
{
	uint8_t raw[64];
	struct bytes front = check_unhex(r->front, raw, sizeof raw), got;
	size_t i;

	ROW(r, p->count == r->count && p->data_coding == r->data_coding);
	ROW(r, p->payload == (r->o.means == SEGMENT_PAYLOAD && r->times > 160));
	ROW(r, p->sar == (r->o.means == SEGMENT_SAR && p->count > 1));
	got = p->segments[0].short_message;
	ROW(r, got.n == r->first && got.n >= front.n);
	ROW(r, front.n == 0 || memcmp(got.p, front.p, front.n) == 0);
	ROW(r, p->segments[p->count - 1].short_message.n == r->last);
	for (i = 0; i < p->count; i++) {
		ROW(r, p->segments[i].part == i + 1);
		ROW(r, p->segments[i].of == p->count);
		ROW(r, p->payload || p->segments[i].short_message.n <= 160);
	}
}

static void test_split(void)
{
	struct buf text = BUF_INIT(100000);
	struct arena *arena = arena_new(ARENA);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct segment_plan p = { 0 };
		enum err e;

		arena_reset(arena);
		repeat(&text, r->unit, r->times, r->tail);
		e = segment_split(buf_bytes(&text), &r->o, arena, &p);
		ROW(r, e == r->want);
		ROW(r, e == OK || p.segments == NULL);
		if (e == OK && r->want == OK)
			check_plan(r, &p);
	}
	buf_clear(&text);
	arena_free(arena);
}

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

	repeat(&text, unit, 400, "");
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
	struct segment_options o = { .locking = true };
	struct arena *arena = arena_new(ARENA);

	CU_ASSERT_FATAL(arena != NULL);
	CU_ASSERT(first_room("ğ", &o, arena, 1) == 149);
	o.means = SEGMENT_UDH16;
	CU_ASSERT(first_room("ğ", &o, arena, 1) == 148);
	o.single = true;
	CU_ASSERT(first_room("\u0966\u0915", &o, arena, 1) == 144);
	o.means = SEGMENT_UDH8;
	CU_ASSERT(first_room("\u0966\u0915", &o, arena, 1) == 146);
	arena_free(arena);
}

/*
 * At every offset: no part of a text of `unit` begins with what must not be
 * parted from its front.
 */
static unsigned bad_cuts(const char *unit, const char *pad,
			 const struct segment_options *o, struct arena *arena)
{
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
			buf_text(&text, pad);
		for (i = 0; i < 100; i++)
			buf_text(&text, unit);
		bad += segment_split(buf_bytes(&text), o, arena, &p) != OK;
		for (j = 1; j < p.count && bad == 0; j++) {
			struct segment_wire w = { p.segments[j].short_message,
						  p.data_coding, true };

			bad += segment_text(&w, &rules, arena, &c, NULL) !=
				       OK ||
			       c.damaged || c.body.n < strlen(unit) ||
			       memcmp(c.body.p, unit, strlen(unit)) != 0;
		}
	}
	buf_clear(&text);
	return bad;
}

static void test_cuts(void)
{
	struct segment_options none = { 0 };
	struct segment_options hindi = { .locking = true, .language = 6 };
	struct arena *arena = arena_new(ARENA);

	CU_ASSERT_FATAL(arena != NULL);
	CU_ASSERT(bad_cuts("€", "a", &none, arena) == 0);
	CU_ASSERT(bad_cuts("😀", "ж", &none, arena) == 0);
	CU_ASSERT(bad_cuts("x\u0301\u0323", "ж", &none, arena) == 0);
	CU_ASSERT(bad_cuts("👩\u200D👧", "ж", &none, arena) == 0);
	CU_ASSERT(bad_cuts("\u0915\u093F", "\u0915", &hindi, arena) == 0);
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
	repeat(&text, "\u0323", 200, "");
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
		repeat(&text, "abc\r\n", i * i * 100 - 99, "");
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
	{ "splits", test_split },
	{ "room of one part", test_rooms },
	{ "room with national tables", test_national_rooms },
	{ "cuts between characters", test_cuts },
	{ "nothing but marks", test_only_marks },
	{ "data", test_data },
	{ "long header", test_long_header },
	{ "memory ends", test_memory_ends },
	{ NULL, NULL }
};

CHECK_MAIN("segment", tests)
