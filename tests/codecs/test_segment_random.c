/*
 * Random Unicode text through segments and back: whatever a link allows, the
 * text is the same again, though its parts come in any order and some twice;
 * and no alphabet that was allowed takes fewer parts. 3GPP TS 23.038 6.2,
 * 3GPP TS 23.040 9.2.3.24.
 */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/joined.h"
#include "codecs/segment.h"
#include "codecs/translit.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

#define ARENA	  8000000
#define TEXT_MAX  20000
#define ROUNDS	  6000
#define WIRES_MAX 1024
#define CUT_LOSS  33 /* units that a part may leave empty */

/* What people write, by the alphabet that it needs. */
static const char *const pools[] = {
	"abcdefghij KLMNOPQ 0123456789 .,!?@\n",
	"@@@@@@@@a",
	"[]{}|~^\\\u20AC",
	"\u00E8\u00E9\u00F9\u00A3\u00DF\u0394",
	"\u011F\u015F\u0131\u0130\u00E7",
	"\u00E1\u00ED\u00F3\u00FA\u00E3",
	"\u010D\u017E\u0142\u201C\u201D\u2013\u2026",
	"\u00EA\u00EE\u00FF\u00FD\u00FE",
	"\u0928\u092E\u0938\u094D\u0924\u0947\u0967",
	"\u09AC\u09BE\u0982\u09B2\u09BE",
	"\u0A95\u0AC1\u0B93\u0C24\u0CB0\u0D2E\u0A2A",
	"\u0627\u0679\u067E\u06D2",
	"\u041F\u0440\u0438\u0432\u0435\u0442",
	"\u0645\u0631\u062D\u0628\u0627",
	"\u4F60\u597D\u4E16\u754C",
	"\U0001F600\U0001F9D1",
	"\U0001F469\u200D\U0001F467\u200D\U0001F466",
	"x\u0323\u0301q\u0302",
	"\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7",
	"\uAC00\u1100\u1161\u11A8",
};

struct chance {
	uint64_t state;
};

static unsigned draw(struct chance *c, unsigned below)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return (unsigned)(c->state >> 33) % below;
}

/* Characters of a pool, one after the other from a random place on. */
static void add_some(struct chance *c, const char *pool, struct buf *to)
{
	const uint8_t *p = (const uint8_t *)pool, *end = p + strlen(pool);
	const uint8_t *at = p;
	unsigned n = draw(c, 30), skip = draw(c, 12);

	for (; skip > 0; skip--)
		at = utf8_next(&at, end) == '\n' || at >= end ? p : at;
	for (; n > 0; n--) {
		if (at >= end)
			at = p;
		utf8_append(to, utf8_next(&at, end));
	}
}

static void make_text(struct chance *c, struct buf *to)
{
	static const unsigned lengths[] = { 2, 8, 30, 60 };
	unsigned a = draw(c, sizeof pools / sizeof *pools);
	unsigned b = draw(c, sizeof pools / sizeof *pools);
	unsigned n = 1 + draw(c, lengths[draw(c, 4)]), mixed = draw(c, 3);

	buf_reset(to);
	for (; n > 0; n--)
		switch (mixed == 0 ? draw(c, 16) : 3 + draw(c, mixed * 6)) {
		case 0:
			utf8_append(to, 0x80 + draw(c, 0x10FF00));
			break;
		case 1:
		case 2:
			add_some(c, pools[b], to);
			break;
		case 3:
			add_some(c, pools[0], to);
			break;
		default:
			add_some(c, pools[a], to);
		}
}

static uint16_t languages(struct chance *c)
{
	switch (draw(c, 4)) {
	case 0:
		return SEGMENT_ANY_LANGUAGE;
	case 1:
		return (uint16_t)(draw(c, 0x10000) & SEGMENT_ANY_LANGUAGE);
	default:
		return 0;
	}
}

static struct segment_options make_options(struct chance *c)
{
	struct segment_options o = {
		.means = (enum segment_means)draw(c, 4),
		.reference = (uint16_t)draw(c, 256),
		.single = languages(c),
		.locking = languages(c),
		.latin1 = draw(c, 3) == 0,
		.packed = draw(c, 4) == 0,
		.gsm_dcs = draw(c, 2) == 0,
		.classed = draw(c, 8) == 0,
		.message_class = (uint8_t)draw(c, 4),
		.header = { .ports = draw(c, 8) == 0, .to_port = 5000 },
	};

	if (draw(c, 2) == 0)
		o.charset = (enum segment_charset)draw(c, 4);
	if (draw(c, 4) == 0)
		o.replace = (enum segment_replace)draw(c, 3);
	return o;
}

/* -- there and back -------------------------------------------------------- */

/* The parts in any order, some of them twice; of[] says which they are. */
static size_t shuffle(struct chance *c, const struct segment_plan *p,
		      size_t order[WIRES_MAX])
{
	size_t n = 0, i, j, at;

	for (i = 0; i < p->count; i++) {
		order[n++] = i;
		if (draw(c, 4) == 0)
			order[n++] = i;
	}
	for (i = n; i > 1; i--) {
		j = draw(c, (unsigned)i);
		at = order[i - 1];
		order[i - 1] = order[j];
		order[j] = at;
	}
	return n;
}

/* Which part it is, from its header; of SAR parameters from those. */
static size_t number_of(const struct segment_plan *p, size_t i,
			const struct segment_content *c)
{
	if (p->count == 1)
		return 0;
	if (p->sar)
		return p->segments[i].part - 1u;
	CU_ASSERT_FATAL(c->header.joined && c->header.of == p->count);
	CU_ASSERT_FATAL(c->header.ref == p->reference);
	return c->header.part - 1u;
}

static enum err receive(struct chance *c, const struct segment_plan *p,
			const struct segment_rules *rules, struct arena *a,
			struct joined *j)
{
	static const struct segment_content none = { 0 };
	struct segment_content parts[SEGMENT_PARTS_MAX], one;
	size_t order[WIRES_MAX], n, i;
	enum err e = OK;

	for (i = 0; i < p->count; i++)
		parts[i] = none;
	n = shuffle(c, p, order);
	for (i = 0; i < n && e == OK; i++) {
		const struct segment *s = &p->segments[order[i]];
		struct segment_wire w = { s->short_message, p->data_coding,
					  s->udhi };

		e = segment_text(&w, rules, a, &one, NULL);
		if (e == OK)
			parts[number_of(p, order[i], &one)] = one;
	}
	for (i = 0; i < p->count && e == OK; i++) {
		const char *type = JOINED_TEXT;
		struct bytes octets = parts[i].body;

		CU_ASSERT(parts[i].text && !parts[i].damaged);
		e = joined_part(&parts[i], a, &type, &octets);
		if (e == OK)
			e = joined_add(j, type, octets);
	}
	return e;
}

/* Packed, a last 00 that fills its octet looks like padding. */
static bool same(struct bytes want, struct bytes got,
		 const struct segment_plan *p, bool packed)
{
	struct gsm7_coder coder;
	struct bytes last = bytes_after(want, got.n);
	uint8_t septet = 0xFF;
	size_t n = 0;

	if (!packed || p->alphabet != SEGMENT_GSM7 || want.n <= got.n)
		return bytes_equal(want, got);
	gsm7_coder_init(&coder, (struct gsm7_shift){ p->locking, p->single });
	if (gsm7_count(last, &coder, &n) != OK || n != 1)
		return false;
	gsm7_write(last, &coder, &septet);
	return septet == 0 && bytes_equal((struct bytes){ want.p, got.n }, got);
}

typedef enum err writing(struct bytes text, struct buf *to);

/* Is `got` that writing of it? */
static bool is_written(struct bytes text, struct bytes got,
		       const struct segment_plan *p, bool packed, writing *w)
{
	struct buf want = BUF_INIT(4 * TEXT_MAX),
		   other = BUF_INIT(8 * TEXT_MAX);
	bool good = false;

	if (w(text, &want) == OK &&
	    (!p->replaced || translit(buf_bytes(&want), &other) == OK))
		good = same(buf_bytes(p->replaced ? &other : &want), got, p,
			    packed);
	buf_clear(&want);
	buf_clear(&other);
	return good;
}

static bool comes_back(struct chance *c, struct bytes text,
		       const struct segment_options *o,
		       const struct segment_plan *p, struct arena *a)
{
	struct segment_rules rules = { o->charset, o->gsm_dcs, o->packed };
	struct joined j = JOINED_INIT(8 * TEXT_MAX);
	struct bytes got;
	bool good = false;

	if (receive(c, p, &rules, a, &j) == OK && joined_end(&j, &got) == OK)
		good = is_written(text, got, p, o->packed, utf8_plain) ||
		       is_written(text, got, p, o->packed, utf8_tidy);
	joined_clear(&j);
	return good;
}

/* -- the fewest ------------------------------------------------------------ */

static size_t room(size_t header, unsigned bits)
{
	return (140 - header) * 8 / bits;
}

/* Parts at most of `units` behind `header` octets (alone and joined). */
static size_t most(size_t units, size_t alone, size_t joined, unsigned bits,
		   size_t loss)
{
	if (units <= room(alone, bits))
		return 1;
	return (units + room(joined, bits) - loss - 1) /
	       (room(joined, bits) - loss);
}

/* Octets of the header with that many octets of elements; 0 has none. */
static size_t header(size_t elements)
{
	return elements == 0 ? 0 : elements + 1;
}

static size_t loss_of(struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint32_t before = ' ', code;

	for (; p < end; before = code) {
		code = utf8_next(&p, end);
		if (utf8_holds(before, code) || utf8_is_flag_letter(code))
			return CUT_LOSS;
	}
	return 1;
}

/* What the plan may not exceed, found without the planner. */
static size_t least_of_all(struct bytes text, const struct segment_options *o)
{
	size_t own = o->header.ports ? 6 : 0, loss = loss_of(text), n, best;
	size_t join = own + (o->means == SEGMENT_UDH8 ? 5 : 6), shifts;
	struct gsm7_coder coder;
	unsigned l, s;

	CU_ASSERT_FATAL(ucs2_count(text, &n) == OK);
	best = most(n, header(own), header(join), 16, loss);
	if (o->latin1 && utf8_latin1_count(text, &n) == OK &&
	    most(n, header(own), header(join), 8, loss) < best)
		best = most(n, header(own), header(join), 8, loss);
	if (o->charset != SEGMENT_CHARSET_GSM7)
		return best;
	for (l = 0; l <= 13; l++)
		for (s = 0; s <= 13; s++) {
			if ((l > 0 && !(o->locking & SEGMENT_LANGUAGE(l))) ||
			    (s > 0 && !(o->single & SEGMENT_LANGUAGE(s))))
				continue;
			gsm7_coder_init(
				&coder,
				(struct gsm7_shift){ (uint8_t)l, (uint8_t)s });
			if (gsm7_count(text, &coder, &n) != OK)
				continue;
			shifts = (l > 0 ? 3u : 0u) + (s > 0 ? 3u : 0u);
			n = most(n, header(own + shifts), header(join + shifts),
				 7, loss + 1);
			best = n < best ? n : best;
		}
	return best;
}

static size_t count_with(struct bytes text, const struct segment_options *o,
			 struct arena *a)
{
	struct segment_plan p;

	return segment_split(text, o, a, &p) == OK ? p.count : SIZE_MAX;
}

/* Nothing that is allowed alone takes fewer. */
static bool is_fewest(struct chance *c, struct bytes text,
		      const struct segment_options *o, size_t count,
		      struct arena *a)
{
	struct segment_options one = *o;

	one.single &= (uint16_t)SEGMENT_LANGUAGE(1 + draw(c, 13));
	one.locking &= (uint16_t)SEGMENT_LANGUAGE(1 + draw(c, 13));
	one.latin1 = false;
	one.replace = SEGMENT_AS_IT_IS;
	if (count_with(text, &one, a) < count)
		return false;
	one.single = one.locking = 0;
	one.latin1 = o->latin1;
	if (count_with(text, &one, a) < count)
		return false;
	one.ucs2 = true;
	return count_with(text, &one, a) >= count;
}

/* SMPP v3.4 5.2.22; beside another charset 160 septets are the limit. */
static bool parts_fit(const struct segment_plan *p,
		      const struct segment_options *o)
{
	size_t most = o->charset == SEGMENT_CHARSET_UTF8 ? 254 : 160, i;

	for (i = 0; i < p->count && !p->payload; i++)
		if (p->segments[i].short_message.n > most)
			return false;
	return true;
}

static void test_random(void)
{
	struct chance c = { UINT64_C(0x9E3779B97F4A7C15) };
	struct arena *a = arena_new(ARENA);
	struct buf text = BUF_INIT(TEXT_MAX), tidy = BUF_INIT(4 * TEXT_MAX);
	unsigned round, many = 0, national = 0, replaced = 0;

	CU_ASSERT_FATAL(a != NULL);
	for (round = 0; round < ROUNDS; round++) {
		struct segment_options o;
		struct segment_plan p;
		char name[32];
		enum err e;

		snprintf(name, sizeof name, "round %u", round);
		const struct {
			const char *name;
		} row = { name }, *r = &row;

		arena_reset(a);
		make_text(&c, &text);
		o = make_options(&c);
		e = segment_split(buf_bytes(&text), &o, a, &p);
		ROW(r, e == OK || e == ERR_TOOBIG);
		if (e != OK)
			continue;
		ROW(r, comes_back(&c, buf_bytes(&text), &o, &p, a));
		ROW(r, parts_fit(&p, &o));
		if (o.means == SEGMENT_PAYLOAD)
			continue;
		buf_reset(&tidy);
		CU_ASSERT_FATAL(utf8_tidy(buf_bytes(&text), &tidy) == OK);
		ROW(r, p.count <= least_of_all(buf_bytes(&tidy), &o));
		ROW(r, is_fewest(&c, buf_bytes(&text), &o, p.count, a));
		many += p.count > 1;
		national += p.single != 0 || p.locking != 0;
		replaced += p.replaced;
	}
	/* It has seen what it is about. */
	CU_ASSERT(many > ROUNDS / 4 && national > ROUNDS / 60);
	CU_ASSERT(replaced > 0);
	buf_clear(&text);
	buf_clear(&tidy);
	arena_free(a);
}

static const struct check_test tests[] = { { "random texts", test_random },
					   { NULL, NULL } };

CHECK_MAIN("segment_random", tests)
