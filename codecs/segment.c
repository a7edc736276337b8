#include "codecs/segment.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/nfc.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

#define SEPTETS_MAX 160
#define MARKS_MAX   12 /* units to go back for a whole character    */
#define ROOM_MIN    4  /* units beside a header, or it is too long  */
#define JOINER	    0x200D

/* A text that is being planned. */
struct draft {
	struct bytes source; /* UTF-8, or data                    */
	enum segment_alphabet alphabet;
	const struct gsm7_coder *coder; /* NULL: default alphabet            */
	size_t units;			/* septets, 16-bit units or octets   */
	bool packed;
	struct udh header;
	const uint8_t *written; /* all units, for cutting            */
};

static size_t unit_octets(const struct draft *d)
{
	return d->alphabet == SEGMENT_UCS2 ? 2 : 1;
}

/* Units of one short message beside a header; 3GPP TS 23.040 9.2.3.16. */
static size_t capacity(enum segment_alphabet alphabet, const struct udh *h)
{
	size_t used = udh_octets(h), left;

	if (used >= SEGMENT_OCTETS)
		return 0;
	left = SEGMENT_OCTETS - used;
	if (alphabet == SEGMENT_GSM7)
		return left * 8 / 7;
	return alphabet == SEGMENT_UCS2 ? left / 2 : left;
}

static void write_units(const struct draft *d, uint8_t *to)
{
	switch (d->alphabet) {
	case SEGMENT_GSM7:
		gsm7_write(d->source, d->coder, to);
		break;
	case SEGMENT_LATIN1:
		utf8_latin1_write(d->source, to);
		break;
	case SEGMENT_UCS2:
		ucs2_write(d->source, to);
		break;
	case SEGMENT_DATA:
		if (d->source.n > 0)
			memcpy(to, d->source.p, d->source.n);
		break;
	}
}

static uint8_t data_coding(enum segment_alphabet alphabet,
			   const struct segment_options *o)
{
	static const uint8_t plain[] = { 0x00, 0x03, 0x08, 0x04 };
	static const uint8_t group[] = { 0x10, 0x03, 0x18, 0x14 };
	static const uint8_t classes[] = { 0xF0, 0x03, 0x08, 0xF4 };
	uint8_t coding = o->gsm_dcs ? group[alphabet] : classes[alphabet];

	if (!o->classed || coding < 0x10)
		return plain[alphabet];
	return coding | o->message_class;
}

/* Octets of one part on the wire. */
static size_t part_octets(const struct draft *d, size_t units)
{
	size_t header = udh_octets(&d->header);

	if (!d->packed)
		return header + units * unit_octets(d);
	return header + gsm7_packed_octets(units, gsm7_fill_bits(header));
}

/* Header and text of one part at `to`; `text` as written, unpacked. */
static enum err write_part(const struct draft *d, struct bytes text,
			   uint8_t *to)
{
	size_t header = udh_octets(&d->header);
	enum err e = udh_write(&d->header, to);

	if (e != OK || text.n == 0)
		return e;
	if (d->packed)
		gsm7_pack(text, gsm7_fill_bits(header), to + header);
	else if (text.p != to + header)
		memcpy(to + header, text.p, text.n);
	return OK;
}

/* All in one segment, in a short message or in message_payload. */
static enum err plan_one(const struct draft *d, struct arena *arena,
			 struct segment_plan *out)
{
	size_t header = udh_octets(&d->header), n = part_octets(d, d->units);
	struct bytes text = { NULL, d->units * unit_octets(d) };
	uint8_t *octets, *apart = NULL;
	struct segment *s;
	enum err e;

	if ((s = arena_alloc(arena, sizeof *s)) == NULL ||
	    (octets = arena_alloc(arena, n)) == NULL)
		return ERR_NOMEM;
	if (d->packed && (apart = arena_alloc(arena, text.n)) == NULL)
		return ERR_NOMEM;
	text.p = d->packed ? apart : octets + header;
	write_units(d, d->packed ? apart : octets + header);
	if ((e = write_part(d, text, octets)) != OK)
		return e;
	*s = (struct segment){ { octets, n }, header > 0, 1, 1 };
	out->segments = s;
	out->count = 1;
	return OK;
}

/* The character at `at`, for what can have marks; else a blank. */
static uint32_t character_at(const struct draft *d,
			     const struct gsm7_shift *shift, size_t at)
{
	const uint8_t *p = d->written + at * unit_octets(d), *end;
	uint8_t text[6];
	bool damaged;
	size_t n = 1;

	if (d->alphabet == SEGMENT_UCS2) {
		n = ucs2_is_high((uint16_t)(p[0] << 8 | p[1])) ? 4 : 2;
		n = ucs2_read((struct bytes){ p, n }, text, &damaged);
	} else if (d->alphabet == SEGMENT_GSM7 && d->coder != NULL) {
		n = *p == GSM7_ESCAPE ? 2 : 1;
		n = gsm7_read((struct bytes){ p, n }, *shift, text, &damaged);
	} else {
		return ' ';
	}
	p = text;
	end = text + n;
	return utf8_next(&p, end);
}

/* Where the character before `at` begins; one unit is before it at least. */
static size_t before(const struct draft *d, size_t at)
{
	const uint8_t *p;

	if (at < 2)
		return at - 1;
	p = d->written + (at - 2) * unit_octets(d);
	if (d->alphabet == SEGMENT_GSM7 && p[0] == GSM7_ESCAPE)
		return at - 2;
	if (d->alphabet == SEGMENT_UCS2 &&
	    ucs2_is_high((uint16_t)(p[0] << 8 | p[1])))
		return at - 2;
	return at - 1;
}

/* The last place to cut, after `from` and not after `end`. */
static size_t cut(const struct draft *d, const struct gsm7_shift *shift,
		  size_t from, size_t end)
{
	size_t whole, at;

	/* A pair is never split: it would start at end - 1. */
	if (before(d, end + 1) == end - 1)
		end--;
	whole = end;
	for (at = end; at > from && whole - at < MARKS_MAX;) {
		size_t previous = before(d, at);

		if (!utf8_is_mark(character_at(d, shift, at)) &&
		    character_at(d, shift, previous) != JOINER)
			return at;
		at = previous;
	}
	return whole;
}

/* Ends of the parts in units, at most `max` of them. */
static enum err cut_all(const struct draft *d, const struct gsm7_shift *shift,
			size_t max, size_t *ends, size_t *count)
{
	size_t room = capacity(d->alphabet, &d->header), at = 0, n = 0;

	if (room < ROOM_MIN)
		return ERR_TOOBIG;
	while (at < d->units) {
		if (n == max)
			return ERR_TOOBIG;
		if (d->units - at <= room)
			at = d->units;
		else
			at = cut(d, shift, at, at + room);
		ends[n++] = at;
	}
	*count = n;
	return OK;
}

static enum err write_parts(struct draft *d, const size_t *ends,
			    struct arena *arena, struct segment_plan *out)
{
	size_t unit = unit_octets(d), from = 0, i, n;
	struct bytes text;
	uint8_t *to;
	enum err e;

	n = out->count * udh_octets(&d->header) + d->units * unit;
	out->segments = arena_array(arena, out->count, sizeof(struct segment));
	if (out->segments == NULL || (to = arena_alloc(arena, n)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < out->count; i++) {
		text.p = d->written + from * unit;
		text.n = (ends[i] - from) * unit;
		d->header.part = (uint8_t)(i + 1);
		d->header.of = (uint8_t)out->count;
		n = part_octets(d, ends[i] - from);
		if ((e = write_part(d, text, to)) != OK)
			return e;
		out->segments[i] = (struct segment){ { to, n },
						     udh_octets(&d->header) > 0,
						     (uint8_t)(i + 1),
						     (uint8_t)out->count };
		to += n;
		from = ends[i];
	}
	return OK;
}

/* Numbered parts; `means` is UDH8, UDH16 or SAR. */
static enum err plan_many(struct draft *d, const struct segment_options *o,
			  struct arena *arena, struct segment_plan *out)
{
	size_t ends[SEGMENT_PARTS_MAX], max = o->parts_max;
	struct gsm7_shift shift = { d->header.locking, d->header.single };
	bool sar = o->means == SEGMENT_SAR && udh_octets(&d->header) == 0;
	uint8_t *written;
	enum err e;

	if (max == 0 || max > SEGMENT_PARTS_MAX)
		max = SEGMENT_PARTS_MAX;
	if (d->units / SEPTETS_MAX >= max)
		return ERR_TOOBIG;
	written = arena_array(arena, d->units, unit_octets(d));
	if (written == NULL)
		return ERR_NOMEM;
	write_units(d, written);
	d->written = written;
	d->header.joined = true;
	d->header.wide = o->means != SEGMENT_UDH8;
	d->header.ref = o->reference;
	d->header.part = d->header.of = 1;
	if ((e = cut_all(d, &shift, max, ends, &out->count)) != OK)
		return e;
	if (sar)
		d->header.joined = false;
	out->sar = sar;
	return write_parts(d, ends, arena, out);
}

static enum err plan(struct draft *d, const struct segment_options *o,
		     struct arena *arena, struct segment_plan *out)
{
	bool fits = d->units <= capacity(d->alphabet, &d->header);
	struct segment_plan made = {
		.alphabet = d->alphabet,
		.data_coding = data_coding(d->alphabet, o),
		.single = d->header.single,
		.locking = d->header.locking,
		.reference = o->reference,
		.payload = !fits && o->means == SEGMENT_PAYLOAD,
	};
	enum err e;

	if (d->header.joined || (o->classed && o->message_class > 3) ||
	    (o->means == SEGMENT_UDH8 && o->reference > 0xFF))
		return ERR_RANGE;
	if (made.payload && part_octets(d, d->units) > SEGMENT_PAYLOAD_MAX)
		return ERR_TOOBIG;
	if (fits || made.payload)
		e = plan_one(d, arena, &made);
	else
		e = plan_many(d, o, arena, &made);
	if (e == OK)
		*out = made;
	return e;
}

/* What one pair of national tables would take. */
struct national {
	struct gsm7_coder coder;
	struct gsm7_shift shift;
	size_t septets, parts; /* parts: 0 for none found yet       */
};

static size_t parts_of(size_t units, size_t alone, size_t joined)
{
	return units <= alone ? 1 : (units + joined - 1) / joined;
}

/* Tries one pair of tables and keeps it in *best if it is better. */
static void try_shift(const struct draft *d, struct gsm7_shift shift,
		      struct national *best)
{
	struct udh h = d->header;
	struct national n;
	size_t alone, joined;

	h.locking = shift.locking;
	h.single = shift.single;
	alone = capacity(SEGMENT_GSM7, &h);
	h.joined = true;
	joined = capacity(SEGMENT_GSM7, &h);
	gsm7_coder_init(&n.coder, shift);
	if (joined < ROOM_MIN ||
	    gsm7_count(d->source, &n.coder, &n.septets) != OK)
		return;
	n.shift = shift;
	n.parts = parts_of(n.septets, alone, joined);
	if (best->parts == 0 || n.parts < best->parts ||
	    (n.parts == best->parts && n.septets < best->septets))
		*best = n;
}

static void try_language(const struct draft *d, uint8_t language,
			 const struct segment_options *o, struct national *best)
{
	if (o->single)
		try_shift(d, (struct gsm7_shift){ 0, language }, best);
	if (o->locking)
		try_shift(d, (struct gsm7_shift){ language, 0 }, best);
	if (o->single && o->locking)
		try_shift(d, (struct gsm7_shift){ language, language }, best);
}

/* Is there a national alphabet that carries all of the text? */
static bool find_national(struct draft *d, const struct segment_options *o,
			  struct national *best)
{
	uint8_t language;

	best->parts = 0;
	if (!o->single && !o->locking)
		return false;
	if (o->language >= 1 && o->language <= GSM7_LANGUAGE_LAST)
		try_language(d, o->language, o, best);
	for (language = 1; language <= GSM7_LANGUAGE_LAST; language++)
		if (best->parts == 0 || o->language == 0)
			try_language(d, language, o, best);
	if (best->parts == 0)
		return false;
	d->alphabet = SEGMENT_GSM7;
	d->coder = &best->coder;
	d->units = best->septets;
	d->header.locking = best->shift.locking;
	d->header.single = best->shift.single;
	return true;
}

static enum err split_tidy(struct bytes text, const struct segment_options *o,
			   struct arena *arena, struct segment_plan *out)
{
	struct draft d = { .source = text, .header = o->header };
	struct national best;
	enum err e;

	d.header.locking = d.header.single = 0;
	if (o->ucs2) {
		d.alphabet = SEGMENT_UCS2;
		e = ucs2_count(text, &d.units);
		return e == OK ? plan(&d, o, arena, out) : e;
	}
	e = gsm7_count(text, NULL, &d.units);
	if (e == ERR_UNSUPPORTED && !find_national(&d, o, &best)) {
		d.alphabet = SEGMENT_LATIN1;
		if (o->latin1)
			e = utf8_latin1_count(text, &d.units);
		if (e == ERR_UNSUPPORTED) {
			d.alphabet = SEGMENT_UCS2;
			e = ucs2_count(text, &d.units);
		}
	} else if (e == ERR_UNSUPPORTED) {
		e = OK;
	}
	if (e != OK)
		return e;
	d.packed = o->packed && d.alphabet == SEGMENT_GSM7;
	return plan(&d, o, arena, out);
}

enum err segment_split(struct bytes text, const struct segment_options *o,
		       struct arena *arena, struct segment_plan *out)
{
	struct buf tidy = BUF_INIT(SIZE_MAX);
	enum err e;

	if (utf8_is_tidy(text))
		return split_tidy(text, o, arena, out);
	tidy.limit = NFC_GROWTH * text.n;
	if ((e = utf8_tidy(text, &tidy)) == OK)
		e = split_tidy(buf_bytes(&tidy), o, arena, out);
	buf_clear(&tidy);
	return e;
}

enum err segment_split_data(struct bytes data, const struct segment_options *o,
			    struct arena *arena, struct segment_plan *out)
{
	struct draft d = { .source = data,
			   .alphabet = SEGMENT_DATA,
			   .units = data.n,
			   .header = o->header };

	d.header.locking = d.header.single = 0;
	return plan(&d, o, arena, out);
}
