#include "codecs/segment.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/nfc.h"
#include "codecs/segment_inside.h"
#include "codecs/translit.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

#define SEPTETS_MAX 160
#define MARKS_MAX   32 /* units to go back for a whole character    */
#define ROOM_MIN    4  /* units beside a header, or it is too long  */

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

uint8_t segment_coding(enum segment_alphabet alphabet,
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

/* Octets of a part at most, beside its header. */
static size_t octets_max(const struct draft *d, size_t units)
{
	if (d->recoded)
		return d->source.n;
	if (!d->packed)
		return units * unit_octets(d);
	return gsm7_packed_octets(units,
				  gsm7_fill_bits(udh_octets(&d->header)));
}

/* Writes a text in a charset that has all of it; returns its octets. */
static size_t put_recoded(struct bytes text, enum segment_charset charset,
			  uint8_t *to)
{
	size_t n = text.n;

	if (charset == SEGMENT_CHARSET_LATIN1 &&
	    utf8_latin1_count(text, &n) == OK)
		utf8_latin1_write(text, to);
	else if (n > 0)
		memcpy(to, text.p, n);
	return n;
}

/* No length in septets goes with them: where a whole one is spare, it is a CR
 * and no '@'. TS 23.038 6.1.2.3.1. */
static void pack(struct bytes septets, unsigned fill, uint8_t *to)
{
	size_t bits = septets.n * 7 + fill;

	gsm7_pack(septets, fill, to);
	if (septets.n > 0 && bits % 8 == 1)
		to[bits / 8] |= '\r' << 1;
}

/* The text of one part, as written, goes to `to`; returns its octets. */
static size_t put_text(const struct draft *d, struct bytes written,
		       enum segment_charset charset, uint8_t *to)
{
	static const struct gsm7_shift none = { 0, 0 };
	uint8_t text[3 * SEPTETS_MAX];
	size_t n = octets_max(d, written.n / unit_octets(d));
	bool damaged;

	if (d->recoded) {
		n = gsm7_read(written, none, text, &damaged);
		return put_recoded((struct bytes){ text, n }, charset, to);
	}
	if (d->packed)
		pack(written, gsm7_fill_bits(udh_octets(&d->header)), to);
	else if (n > 0)
		memcpy(to, written.p, n);
	return n;
}

/* All in one segment, in a short message or in message_payload. */
static enum err plan_one(const struct draft *d, const struct segment_options *o,
			 struct arena *arena, struct segment_plan *out)
{
	size_t header = udh_octets(&d->header), n = octets_max(d, d->units);
	uint8_t *octets, *apart;
	struct segment *s;
	enum err e;

	if ((s = arena_alloc(arena, sizeof *s)) == NULL ||
	    (octets = arena_alloc(arena, header + n)) == NULL)
		return ERR_NOMEM;
	if ((e = udh_write(&d->header, octets)) != OK)
		return e;
	if (d->recoded) {
		n = put_recoded(d->source, o->charset, octets + header);
	} else if (!d->packed) {
		write_units(d, octets + header);
	} else {
		if ((apart = arena_alloc(arena, d->units)) == NULL)
			return ERR_NOMEM;
		write_units(d, apart);
		put_text(d, (struct bytes){ apart, d->units }, o->charset,
			 octets + header);
	}
	*s = (struct segment){ { octets, header + n }, header > 0, 1, 1 };
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

/* Flags are pairs: does one that begins at or behind `from` go on at `at`? */
static bool in_flag(const struct draft *d, const struct gsm7_shift *shift,
		    size_t from, size_t at)
{
	size_t letters = 0;

	if (!utf8_is_flag_letter(character_at(d, shift, at)))
		return false;
	while (at > from) {
		at = before(d, at);
		if (!utf8_is_flag_letter(character_at(d, shift, at)))
			break;
		letters++;
	}
	return letters % 2 == 1;
}

/* Does `at` lie within what a reader takes for one character? */
static bool inside(const struct draft *d, const struct gsm7_shift *shift,
		   size_t from, size_t at)
{
	return utf8_holds(character_at(d, shift, before(d, at)),
			  character_at(d, shift, at)) ||
	       in_flag(d, shift, from, at);
}

/*
 * A reader of packed septets cannot tell a last 00 that fills its octet from
 * padding: the part ends before it.
 */
static size_t before_padding(const struct draft *d, size_t from, size_t end)
{
	unsigned fill = gsm7_fill_bits(udh_octets(&d->header));
	size_t at = before(d, end);

	if (!d->packed || ((end - from) * 7 + fill) % 8 != 0 ||
	    d->written[end - 1] != 0 || at <= from)
		return end;
	return at;
}

/* The last place to cut for a part from `from`, by what must not be split. */
static size_t last_cut(const struct draft *d, size_t room, size_t from)
{
	size_t end = from + room;

	if (d->units - from <= room)
		return d->units;
	/* A pair is never split: it would start at end - 1. */
	if (before(d, end + 1) == end - 1)
		end--;
	return before_padding(d, from, end);
}

/* Parts of what begins at `from`. */
static size_t parts_from(const struct draft *d, size_t room, size_t from)
{
	size_t n = 0;

	while (from < d->units) {
		from = last_cut(d, room, from);
		n++;
	}
	return n;
}

/* The last place that splits no character of a reader's; `end` if all do. */
static size_t good_cut(const struct draft *d, const struct gsm7_shift *shift,
		       size_t from, size_t end)
{
	size_t at;

	for (at = end; at > from && end - at < MARKS_MAX;) {
		if (!inside(d, shift, from, at))
			return before_padding(d, from, at);
		at = before(d, at);
	}
	return end;
}

/* Ends of the parts in units, at most `max` of them, and as few as can be. */
static enum err cut_all(const struct draft *d, size_t max, size_t *ends,
			size_t *count)
{
	struct gsm7_shift shift = { d->header.locking, d->header.single };
	size_t room = capacity(d->alphabet, &d->header), at = 0, n = 0, all;
	size_t end, good;

	if (room < ROOM_MIN || d->units / room > max)
		return ERR_TOOBIG;
	if ((all = parts_from(d, room, 0)) > max)
		return ERR_TOOBIG;
	while (at < d->units) {
		end = last_cut(d, room, at);
		good = end < d->units ? good_cut(d, &shift, at, end) : end;
		if (good == end ||
		    n + 1 + parts_from(d, room, good) <= all)
			end = good;
		ends[n++] = at = end;
	}
	*count = n;
	return OK;
}

static enum err write_parts(struct draft *d, const size_t *ends,
			    enum segment_charset charset, struct arena *arena,
			    struct segment_plan *out)
{
	size_t header = udh_octets(&d->header), from = 0, i, n;
	struct bytes text;
	uint8_t *to;
	enum err e;

	n = d->recoded ? d->source.n : d->units * unit_octets(d);
	n += out->count * header;
	out->segments = arena_array(arena, out->count, sizeof(struct segment));
	if (out->segments == NULL || (to = arena_alloc(arena, n)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < out->count; i++) {
		text.p = d->written + from * unit_octets(d);
		text.n = (ends[i] - from) * unit_octets(d);
		d->header.part = (uint8_t)(i + 1);
		d->header.of = (uint8_t)out->count;
		if ((e = udh_write(&d->header, to)) != OK)
			return e;
		n = header + put_text(d, text, charset, to + header);
		out->segments[i] = (struct segment){ { to, n },
						     header > 0,
						     (uint8_t)(i + 1),
						     (uint8_t)out->count };
		to += n;
		from = ends[i];
	}
	return OK;
}

/* The header that each of many parts needs; `means` is UDH8, UDH16 or SAR. */
static void join(struct draft *d, const struct segment_options *o)
{
	d->header.joined = true;
	d->header.wide = o->means != SEGMENT_UDH8;
	d->header.ref = o->reference;
	d->header.part = d->header.of = 1;
}

static size_t parts_max(const struct segment_options *o)
{
	if (o->parts_max == 0 || o->parts_max > SEGMENT_PARTS_MAX)
		return SEGMENT_PARTS_MAX;
	return o->parts_max;
}

static enum err plan_many(struct draft *d, const struct segment_options *o,
			  struct arena *arena, struct segment_plan *out)
{
	size_t ends[SEGMENT_PARTS_MAX], max = parts_max(o);
	bool sar = o->means == SEGMENT_SAR && udh_octets(&d->header) == 0;
	uint8_t *written;
	enum err e;

	if (d->units / SEPTETS_MAX >= max)
		return ERR_TOOBIG;
	written = arena_array(arena, d->units, unit_octets(d));
	if (written == NULL)
		return ERR_NOMEM;
	write_units(d, written);
	d->written = written;
	join(d, o);
	if ((e = cut_all(d, max, ends, &out->count)) != OK)
		return e;
	if (sar)
		d->header.joined = false;
	out->sar = sar;
	return write_parts(d, ends, o->charset, arena, out);
}

struct segment_size segment_size_of(const struct draft *d,
				    const struct segment_options *o)
{
	struct segment_size size = { 1, true };
	struct draft many = *d;
	size_t room;

	if (d->units <= capacity(d->alphabet, &d->header))
		return size;
	join(&many, o);
	room = capacity(d->alphabet, &many.header);
	size.alone = false;
	size.least = room < ROOM_MIN ? SIZE_MAX : (d->units + room - 1) / room;
	return size;
}

enum err segment_count(const struct draft *d, const struct segment_options *o,
		       size_t *parts)
{
	struct segment_size size = segment_size_of(d, o);
	size_t ends[SEGMENT_PARTS_MAX];
	struct draft many = *d;
	uint8_t *written;
	enum err e;

	*parts = size.least;
	if (size.alone || o->means == SEGMENT_PAYLOAD)
		return OK;
	if (size.least > parts_max(o))
		return ERR_TOOBIG;
	if ((written = mem_alloc(d->units * unit_octets(d))) == NULL)
		return ERR_NOMEM;
	write_units(d, written);
	many.written = written;
	join(&many, o);
	e = cut_all(&many, parts_max(o), ends, parts);
	mem_free(written);
	return e;
}

static enum err plan(struct draft *d, const struct segment_options *o,
		     struct arena *arena, struct segment_plan *out)
{
	bool fits = d->units <= capacity(d->alphabet, &d->header);
	struct segment_plan made = {
		.alphabet = d->alphabet,
		.data_coding = segment_coding(d->alphabet, o),
		.single = d->header.single,
		.locking = d->header.locking,
		.reference = o->reference,
		.payload = !fits && o->means == SEGMENT_PAYLOAD,
	};
	enum err e;

	if (d->header.joined || (o->classed && o->message_class > 3) ||
	    (o->means == SEGMENT_UDH8 && o->reference > 0xFF))
		return ERR_RANGE;
	if (made.payload && udh_octets(&d->header) + octets_max(d, d->units) >
				    SEGMENT_PAYLOAD_MAX)
		return ERR_TOOBIG;
	if (fits || made.payload)
		e = plan_one(d, o, arena, &made);
	else
		e = plan_many(d, o, arena, &made);
	if (e == OK)
		*out = made;
	return e;
}

/*
 * The same with close letters for those that the default alphabet lacks: when
 * that saves parts or, with SEGMENT_REPLACE, UTF-16.
 */
static enum err replace(struct draft *d, const struct segment_options *o,
			struct buf *room, bool *replaced)
{
	struct draft other = { .header = d->header };
	size_t before = 0, after = 0;
	struct gsm7_coder coder;
	enum err e = translit(d->source, room);

	*replaced = false;
	if (e != OK)
		return e == ERR_UNSUPPORTED ? OK : e;
	other.source = buf_bytes(room);
	other.header.locking = other.header.single = 0;
	if ((e = segment_choose(&other, o, &coder)) != OK)
		return e;
	if (other.alphabet != SEGMENT_GSM7 || other.coder != NULL)
		return OK;
	e = segment_count(&other, o, &after);
	if (e == OK)
		e = segment_count(d, o, &before);
	if (e != OK && (e != ERR_TOOBIG || after == 0))
		return e == ERR_TOOBIG ? OK : e;
	*replaced = e == ERR_TOOBIG || after < before ||
		    (after == before && o->replace == SEGMENT_REPLACE &&
		     d->alphabet == SEGMENT_UCS2);
	if (*replaced)
		*d = other;
	return OK;
}

static enum err split_exact(struct bytes text, const struct segment_options *o,
			   struct arena *arena, struct segment_plan *out)
{
	struct draft d = { .source = text, .header = o->header };
	struct buf room = BUF_INIT(TRANSLIT_GROWTH * text.n);
	struct gsm7_coder coder;
	bool replaced = false;
	enum err e;

	d.header.locking = d.header.single = 0;
	e = segment_choose(&d, o, &coder);
	if (e == OK && o->replace != SEGMENT_AS_IT_IS && !o->ucs2 &&
	    (d.alphabet != SEGMENT_GSM7 || d.coder != NULL))
		e = replace(&d, o, &room, &replaced);
	if (e == OK)
		e = plan(&d, o, arena, out);
	if (e == OK)
		out->replaced = replaced;
	buf_clear(&room);
	return e;
}

/*
 * Form C saves parts, or UTF-16, of letters that came with their marks apart;
 * where it does not, they stay as they came.
 */
static bool saves(const struct segment_plan *tidy,
		  const struct segment_plan *plain)
{
	return tidy->count < plain->count ||
	       (tidy->count == plain->count &&
		tidy->alphabet < plain->alphabet);
}

static enum err split_either(struct bytes plain, struct bytes tidy,
			     const struct segment_options *o,
			     struct arena *arena, struct segment_plan *out)
{
	struct segment_plan as_is;
	enum err e, other;

	if (bytes_equal(plain, tidy))
		return split_exact(tidy, o, arena, out);
	other = split_exact(plain, o, arena, &as_is);
	e = split_exact(tidy, o, arena, out);
	if (other != OK || (e == OK && saves(out, &as_is)))
		return e;
	*out = as_is;
	return OK;
}

enum err segment_split(struct bytes text, const struct segment_options *o,
		       struct arena *arena, struct segment_plan *out)
{
	struct buf plain = BUF_INIT(text.n), tidy = BUF_INIT(SIZE_MAX);
	enum err e;

	if (utf8_is_tidy(text))
		return split_exact(text, o, arena, out);
	tidy.limit = NFC_GROWTH * text.n;
	e = utf8_plain(text, &plain);
	if (e == OK)
		e = utf8_tidy(text, &tidy);
	if (e == OK)
		e = split_either(buf_bytes(&plain), buf_bytes(&tidy), o, arena,
				 out);
	buf_clear(&plain);
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

const char *segment_alphabet_name(const struct segment_plan *p)
{
	switch (p->alphabet) {
	case SEGMENT_GSM7:
		return p->single != 0 || p->locking != 0 ? "GSM 7-bit, national"
							 : "GSM 7-bit";
	case SEGMENT_LATIN1:
		return "ISO-8859-1";
	case SEGMENT_UCS2:
		return "UCS-2";
	case SEGMENT_DATA:
		break;
	}
	return "8-bit";
}
