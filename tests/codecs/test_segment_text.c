#include "tests/check.h"

#include <string.h>

#include "codecs/joined.h"
#include "codecs/segment.h"
#include "codecs/utf8.h"

#define ARENA 4000000

static const struct row {
	const char *name, *hex;
	uint8_t data_coding;
	bool udhi;
	struct segment_rules rules;
	const char *text; /* NULL: data, the octets behind the header */
	bool damaged;
	int message_class; /* -1: none */
} rows[] = {
	{ "00, GSM", "68 1B 65 00", 0x00, false, { 0 }, "h€@", false, -1 },
	{ "00 on an ASCII bind",
	  "40 5F",
	  0x00,
	  false,
	  { .default_charset = SEGMENT_CHARSET_ASCII },
	  "@_",
	  false,
	  -1 },
	{ "00 on a Latin-1 bind",
	  "E9 40",
	  0x00,
	  false,
	  { .default_charset = SEGMENT_CHARSET_LATIN1 },
	  "é@",
	  false,
	  -1 },
	{ "00 on an UTF-8 bind",
	  "C3 A9 FF",
	  0x00,
	  false,
	  { .default_charset = SEGMENT_CHARSET_UTF8 },
	  "é\uFFFD",
	  true,
	  -1 },
	{ "01 ASCII", "40 E9", 0x01, false, { 0 }, "@\uFFFD", true, -1 },
	{ "02 octets", "FF 00", 0x02, false, { 0 }, NULL, false, -1 },
	{ "03 Latin-1", "E7 40", 0x03, false, { 0 }, "ç@", false, -1 },
	{ "04 octets", "FF 00", 0x04, false, { 0 }, NULL, false, -1 },
	{ "05 JIS", "30 21", 0x05, false, { 0 }, "亜", false, -1 },
	{ "0A ISO-2022-JP", "1B 24 42 30 21 1B 28 42 61", 0x0A, false, { 0 },
	  "亜a", false, -1 },
	{ "0D Extended Kanji", "8F B0 A1 B0 A1", 0x0D, false, { 0 }, "丂亜",
	  false, -1 },
	{ "0E half a character", "B0 A1 B0", 0x0E, false, { 0 },
	  "가\xEF\xBF\xBD", true, -1 },
	{ "06 Cyrillic", "BF E0", 0x06, false, { 0 }, "Пр", false, -1 },
	{ "07 Hebrew", "E0 E1", 0x07, false, { 0 }, "אב", false, -1 },
	{ "08 UTF-16BE",
	  "04 1F D8 3D DE 00",
	  0x08,
	  false,
	  { 0 },
	  "П😀",
	  false,
	  -1 },
	{ "08 cut short", "04 1F 04", 0x08, false, { 0 }, "П\uFFFD", true, -1 },
	{ "0E Korean", "B0 A1", 0x0E, false, { 0 }, "가", false, -1 },
	{ "0F reserved", "40", 0x0F, false, { 0 }, "¡", false, -1 },
	{ "11 without gsm-dcs", "61", 0x11, false, { 0 }, "a", false, -1 },
	{ "11 with it", "61", 0x11, false, { .gsm_dcs = true }, "a", false, 1 },
	{ "18", "04 36", 0x18, false, { .gsm_dcs = true }, "ж", false, 0 },
	{ "14", "04 36", 0x14, false, { .gsm_dcs = true }, NULL, false, 0 },
	{ "1C, the reserved alphabet",
	  "40",
	  0x1C,
	  false,
	  { .gsm_dcs = true },
	  "¡",
	  false,
	  0 },
	{ "30 compressed",
	  "61",
	  0x30,
	  false,
	  { .gsm_dcs = true },
	  NULL,
	  false,
	  0 },
	{ "48 automatic deletion, UCS2",
	  "04 36",
	  0x48,
	  false,
	  { .gsm_dcs = true },
	  "ж",
	  false,
	  -1 },
	{ "80 reserved",
	  "40",
	  0x80,
	  false,
	  { .gsm_dcs = true },
	  "¡",
	  false,
	  -1 },
	{ "08 is UCS2 with gsm-dcs too",
	  "04 36",
	  0x08,
	  false,
	  { .gsm_dcs = true },
	  "ж",
	  false,
	  -1 },
	{ "F0", "61 40", 0xF0, false, { 0 }, "a¡", false, 0 },
	{ "F2", "61", 0xF2, false, { 0 }, "a", false, 2 },
	{ "F5", "61", 0xF5, false, { 0 }, NULL, false, 1 },
	{ "a header in front",
	  "05 00 03 AB 02 01 61",
	  0x00,
	  true,
	  { 0 },
	  "a",
	  false,
	  -1 },
	{ "a header and UCS2",
	  "06 08 04 00 AB 02 01 04 36",
	  0x08,
	  true,
	  { 0 },
	  "ж",
	  false,
	  -1 },
	{ "A.3.1: locking shift",
	  "03 25 01 01 0C 7E 1D 07 40",
	  0x00,
	  true,
	  { 0 },
	  "ğüşıİ",
	  false,
	  -1 },
	{ "A.2.1: single shift",
	  "03 24 01 01 1B 67",
	  0x00,
	  true,
	  { 0 },
	  "ğ",
	  false,
	  -1 },
	{ "an unknown language",
	  "03 25 01 63 0C",
	  0x00,
	  true,
	  { 0 },
	  "ø",
	  false,
	  -1 },
	{ "a header alone",
	  "05 00 03 AB 02 01",
	  0x00,
	  true,
	  { 0 },
	  "",
	  false,
	  -1 },
	{ "nothing", "", 0x00, false, { 0 }, "", false, -1 },
	{ "packed",
	  "E1 70 38 1C 0E 87 C3",
	  0x00,
	  false,
	  { .packed = true },
	  "aaaaaaaa",
	  false,
	  -1 },
	{ "packed, seven and padding",
	  "E1 70 38 1C 0E 87 01",
	  0x00,
	  false,
	  { .packed = true },
	  "aaaaaaa",
	  false,
	  -1 },
	{ "packed, seven and CR: 23.038 6.1.2.3.1",
	  "E1 70 38 1C 0E 87 1B",
	  0x00,
	  false,
	  { .packed = true },
	  "aaaaaaa",
	  false,
	  -1 },
	{ "packed behind a header",
	  "05 00 03 AB 02 01 C2",
	  0x00,
	  true,
	  { .packed = true },
	  "a",
	  false,
	  -1 },
	{ "packed says nothing of UCS2",
	  "04 36",
	  0x08,
	  false,
	  { .packed = true },
	  "ж",
	  false,
	  -1 },
};

static void check_row_content(const struct row *r, struct bytes in,
			      const struct segment_content *c)
{
	size_t used = r->udhi ? in.p[0] + 1U : 0;

	ROW(r, c->text == (r->text != NULL) && c->damaged == r->damaged);
	if (r->text != NULL)
		ROW(r, bytes_is(c->body, r->text));
	else
		ROW(r, bytes_equal(c->body, bytes_after(in, used)));
	ROW(r, c->classed == (r->message_class >= 0));
	ROW(r, !c->classed || c->message_class == r->message_class);
	ROW(r, !c->waiting);
}

/* The text of all parts, as codecs/joined.h makes it; live until cleared. */
static enum err join(const struct segment_wire *parts, size_t n,
		     const struct segment_rules *rules, struct arena *arena,
		     struct joined *j)
{
	struct segment_content c;
	const char *type;
	struct bytes octets;
	enum err e = OK;
	size_t i;

	for (i = 0; i < n && e == OK; i++) {
		e = segment_text(&parts[i], rules, arena, &c, NULL);
		if (e != OK)
			break;
		type = c.text ? JOINED_TEXT : "data";
		octets = c.body;
		if ((e = joined_part(&c, arena, &type, &octets)) == OK)
			e = joined_add(j, type, octets);
	}
	return e == OK ? joined_end(j, &octets) : e;
}

static void test_text(void)
{
	struct arena *arena = arena_new(ARENA);
	uint8_t raw[64];
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct segment_wire w = { in, r->data_coding, r->udhi };
		struct segment_content c = { 0 };
		struct joined j = JOINED_INIT(ARENA);

		ROW(r, segment_text(&w, &r->rules, arena, &c, NULL) == OK);
		check_row_content(r, in, &c);
		ROW(r, join(&w, 1, &r->rules, arena, &j) == OK);
		ROW(r, bytes_equal(buf_bytes(&j.body), c.body));
		joined_clear(&j);
		for (; w.octets.n > 0; w.octets.n--) {
			enum err e =
				segment_text(&w, &r->rules, arena, &c, NULL);

			ROW(r, e == OK || (r->udhi && e == ERR_MALFORMED));
			ROW(r, !c.text || utf8_valid(c.body));
		}
	}
	arena_free(arena);
}

/* 3GPP TS 23.038 4: message waiting. */
static void test_waiting(void)
{
	static const struct waiting_row {
		const char *name;
		uint8_t coding;
		bool active, discard;
		uint8_t kind;
	} waiting[] = {
		{ "voice, discard", 0xC8, true, true, 0 },
		{ "fax, off", 0xC1, false, true, 1 },
		{ "mail, store", 0xDA, true, false, 2 },
		{ "other, store, UCS2", 0xEB, true, false, 3 },
	};
	struct arena *arena = arena_new(ARENA);
	struct segment_rules rules = { 0 };
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof waiting / sizeof *waiting; i++) {
		const struct waiting_row *r = &waiting[i];
		struct segment_wire w = { bytes_of("\4\66"), r->coding, false };
		struct segment_content c = { 0 };

		ROW(r, segment_text(&w, &rules, arena, &c, NULL) == OK);
		ROW(r, c.waiting && c.text && !c.classed);
		ROW(r, c.waiting_active == r->active);
		ROW(r, c.waiting_discard == r->discard);
		ROW(r, c.waiting_kind == r->kind);
		ROW(r, bytes_is(c.body, r->coding >= 0xE0 ? "ж" : "è6"));
	}
	arena_free(arena);
}

static struct segment_wire wire(const char *octets, size_t n, uint8_t coding,
				bool udhi)
{
	struct segment_wire w = { { (const uint8_t *)octets, n },
				  coding,
				  udhi };

	return w;
}

#define WIRE(text_, coding_, udhi_)                                            \
	wire(text_, sizeof(text_) - 1, coding_, udhi_)

static bool joins(const struct segment_wire *parts, size_t n, const char *want)
{
	struct arena *arena = arena_new(ARENA);
	struct segment_rules rules = { 0 };
	struct joined j = JOINED_INIT(ARENA);
	bool good = join(parts, n, &rules, arena, &j) == OK &&
		    bytes_is(buf_bytes(&j.body), want);

	joined_clear(&j);
	arena_free(arena);
	return good;
}

static void test_join(void)
{
	const struct segment_wire pair[] = {
		WIRE("\5\0\3\1\2\1\0a\xD8\x3D", 8, true),
		WIRE("\5\0\3\1\2\2\xDE\0\0b", 8, true),
	};
	const struct segment_wire escape[] = {
		WIRE("\5\0\3\1\2\1a\x1B", 0, true),
		WIRE("\5\0\3\1\2\2\x65", 0, true),
	};
	const struct segment_wire mixed[] = {
		WIRE("a", 0, false),
		WIRE("\4\66", 8, false),
		WIRE("\3\45\1\1\x0C", 0, true),
		WIRE("\x0C", 0, false),
	};

	CU_ASSERT(joins(pair, 2, "a😀b"));
	CU_ASSERT(joins(escape, 2, "a€"));
	CU_ASSERT(joins(mixed, 4, "aжğø"));
}

static void test_bad_header(void)
{
	struct segment_wire w = WIRE("\2\0\3", 0, true);
	struct segment_rules rules = { 0 };
	struct segment_content c = { .waiting = true };
	struct fault why = { 0 };
	struct arena *arena = arena_new(ARENA);

	CU_ASSERT(segment_text(&w, &rules, arena, &c, &why) == ERR_MALFORMED);
	CU_ASSERT(c.waiting && why.field != NULL && why.offset == 1);
	w.octets.n = 0;
	CU_ASSERT(segment_text(&w, &rules, arena, &c, &why) == ERR_MALFORMED);
	arena_free(arena);
}

static const struct way {
	const char *name;
	struct segment_options o;
	struct segment_rules rules;
} ways[] = {
	{ "IE 00", { 0 }, { 0 } },
	{ "IE 08", { .means = SEGMENT_UDH16 }, { 0 } },
	{ "SAR", { .means = SEGMENT_SAR }, { 0 } },
	{ "payload", { .means = SEGMENT_PAYLOAD }, { 0 } },
	{ "packed", { .packed = true }, { .packed = true } },
	{ "flash", { .classed = true }, { 0 } },
	{ "class 1",
	  { .classed = true, .gsm_dcs = true, .message_class = 1 },
	  { .gsm_dcs = true } },
	{ "single shift", { .single = SEGMENT_ANY_LANGUAGE }, { 0 } },
	{ "locking shift", { .locking = SEGMENT_ANY_LANGUAGE }, { 0 } },
	{ "Latin-1", { .latin1 = true }, { 0 } },
};

static void goes_and_comes(const struct way *r, struct bytes text,
			   struct arena *arena)
{
	struct segment_wire parts[100];
	struct joined j = JOINED_INIT(ARENA);
	struct segment_plan p;
	size_t i;

	arena_reset(arena);
	ROW(r, segment_split(text, &r->o, arena, &p) == OK);
	CU_ASSERT_FATAL(p.count <= 100);
	for (i = 0; i < p.count; i++)
		parts[i] = (struct segment_wire){ p.segments[i].short_message,
						  p.data_coding,
						  p.segments[i].udhi };
	ROW(r, join(parts, p.count, &r->rules, arena, &j) == OK);
	ROW(r, bytes_equal(buf_bytes(&j.body), text));
	joined_clear(&j);
}

/* The same text by every way there is of sending it. */
static void test_same_text(void)
{
	static const char *texts[] = { "Grüße [€] {x}\n", "ğüşıİ €", "Привет 😀",
				       "áéíóú ÿ", "\u0915\u0930\u094D\u0967 " };
	struct arena *arena = arena_new(ARENA);
	struct buf text = BUF_INIT(20000);
	size_t i, j, k;

	for (j = 0; j < sizeof texts / sizeof *texts; j++) {
		buf_reset(&text);
		for (k = 1; k < 60; k++) {
			buf_text(&text, texts[j]);
			for (i = 0; i < sizeof ways / sizeof *ways; i++)
				goes_and_comes(&ways[i], buf_bytes(&text),
					       arena);
		}
	}
	buf_clear(&text);
	arena_free(arena);
}

static void test_memory_ends(void)
{
	struct segment_rules rules = { .packed = true };
	uint8_t octets[3000] = { 1 };
	struct segment_wire w[2] = { { { octets, 3000 }, 0, false },
				     { { octets, 3000 }, 0, false } };
	struct joined j = JOINED_INIT(ARENA);
	struct arena *arena;
	unsigned long n;
	size_t parts;
	enum err e;

	for (parts = 1; parts <= 2; parts++)
		for (n = 1, e = ERR_NOMEM; e == ERR_NOMEM; n++) {
			arena = arena_new(ARENA);
			mem_fail_at(n);
			e = join(w, parts, &rules, arena, &j);
			mem_fail_at(0);
			CU_ASSERT(e == OK || (e == ERR_NOMEM && n < 20));
			joined_clear(&j);
			arena_free(arena);
		}
}

static const struct check_test tests[] = { { "every data_coding", test_text },
					   { "message waiting", test_waiting },
					   { "joins parts", test_join },
					   { "bad header", test_bad_header },
					   { "the same text every way",
					     test_same_text },
					   { "memory ends", test_memory_ends },
					   { NULL, NULL } };

CHECK_MAIN("segment_text", tests)
