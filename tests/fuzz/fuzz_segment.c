/*
 * Segmentation: three octets of options, then a text (and data) that comes
 * together again; and the octets as a short message of any coding.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/joined.h"
#include "codecs/segment.h"
#include "codecs/translit.h"
#include "codecs/utf8.h"

static struct segment_options options(const uint8_t *data)
{
	unsigned language = data[2] & 15;
	uint16_t some = (uint16_t)SEGMENT_LANGUAGE(language);

	if (language == 0)
		some = SEGMENT_ANY_LANGUAGE;
	return (struct segment_options){
		.means = data[0] & 3,
		.reference = data[1],
		.single = data[0] & 4 ? some : 0,
		.locking = data[0] & 8 ? some : 0,
		.latin1 = data[0] & 16,
		.packed = data[0] & 32,
		.gsm_dcs = data[0] & 64,
		.classed = data[0] & 128,
		.message_class = data[2] >> 4 & 3,
		.charset = data[1] >> 6,
		.replace = data[2] & 128 ? SEGMENT_REPLACE : SEGMENT_AS_IT_IS,
		.header = { .ports = data[2] & 64, .to_port = data[1] },
	};
}

/* A packed text may end in a septet 00, which looks like padding. */
static bool same_text(struct bytes a, struct bytes b, bool packed)
{
	struct bytes rest = bytes_after(a, b.n);
	uint32_t last;

	if (packed && a.n > b.n && utf8_step(rest, &last) == rest.n)
		a.n = b.n;
	return bytes_equal(a, b);
}

/* The part as codecs/joined.h takes it. */
static void add(struct joined *j, const struct segment_content *c,
		struct arena *arena)
{
	const char *type = c->text ? JOINED_TEXT : "data";
	struct bytes octets = c->body;

	MUST(joined_part(c, arena, &type, &octets) == OK);
	MUST(joined_add(j, type, octets) == OK);
}

typedef enum err writing(struct bytes text, struct buf *to);

/* Is `got` that writing of `text`? */
static bool is_written(const struct segment_plan *p, struct bytes text,
		       struct bytes got, bool packed, writing *w)
{
	struct buf want = BUF_INIT(1 << 20), close = BUF_INIT(1 << 20);
	bool is;

	MUST(w(text, &want) == OK);
	if (p->replaced && translit(buf_bytes(&want), &close) != OK)
		buf_reset(&close);
	is = same_text(buf_bytes(p->replaced ? &close : &want), got, packed);
	buf_clear(&want);
	buf_clear(&close);
	return is;
}

static void join(const struct segment_plan *p, const struct segment_options *o,
		 struct arena *arena, struct bytes in)
{
	struct segment_rules rules = { .packed = o->packed,
				       .gsm_dcs = o->gsm_dcs,
				       .default_charset = o->charset };
	struct segment_wire w;
	struct joined j = JOINED_INIT(1 << 20);
	struct segment_content c;
	struct bytes all;
	size_t i;

	MUST(p->count >= 1 && p->count <= SEGMENT_PARTS_MAX);
	for (i = 0; i < p->count; i++) {
		const struct segment *s = &p->segments[i];

		w = (struct segment_wire){ s->short_message, p->data_coding,
					   s->udhi };
		MUST(s->part == i + 1 && s->of == p->count);
		MUST(p->payload || s->short_message.n <= 254);
		MUST(segment_text(&w, &rules, arena, &c, NULL) == OK);
		MUST(!c.damaged && c.text == (p->alphabet != SEGMENT_DATA));
		MUST(c.header.joined == (p->count > 1 && !p->sar));
		add(&j, &c, arena);
	}
	MUST(joined_end(&j, &all) == OK);
	MUST(p->alphabet == SEGMENT_DATA
		     ? bytes_equal(all, in)
		     : is_written(p, in, all, o->packed, utf8_plain) ||
			       is_written(p, in, all, o->packed, utf8_tidy));
	joined_clear(&j);
}

static void there_and_back(struct bytes in, const struct segment_options *o,
			   struct arena *arena)
{
	struct segment_plan p;
	enum err e;

	e = segment_split(in, o, arena, &p);
	MUST((e == ERR_MALFORMED) == !utf8_valid(in) || e == ERR_TOOBIG);
	if (e == OK)
		join(&p, o, arena, in);
	if (segment_split_data(in, o, arena, &p) == OK)
		join(&p, o, arena, in);
}

static void as_it_came(struct bytes in, const uint8_t *data,
		       struct arena *arena)
{
	struct segment_rules rules = { .default_charset = data[2] & 3,
				       .gsm_dcs = data[2] & 4,
				       .packed = data[2] & 8 };
	struct segment_wire w = { in, data[0], data[1] & 1 };
	struct segment_content c;
	struct joined j = JOINED_INIT(1 << 20);
	struct bytes all;
	enum err e = segment_text(&w, &rules, arena, &c, NULL);

	MUST(e == OK || (e == ERR_MALFORMED && w.udhi));
	if (e != OK)
		return;
	MUST(!c.text || utf8_valid(c.body));
	add(&j, &c, arena);
	MUST(joined_end(&j, &all) == OK && bytes_equal(c.body, all));
	joined_clear(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 26);
	struct segment_options o;
	struct bytes in;

	MUST(arena != NULL);
	if (size >= 3) {
		o = options(data);
		in = (struct bytes){ data + 3, size - 3 };
		there_and_back(in, &o, arena);
		as_it_came(in, data, arena);
	}
	arena_free(arena);
	return 0;
}
