/*
 * segment_choice.c - in which alphabet a text goes: the one that takes the
 * fewest short messages, of equals the first of default alphabet, national
 * tables, Latin-1, UTF-16. 3GPP TS 23.038 6.2, 3GPP TS 23.040 9.2.3.24.15.
 */
#include "codecs/segment_inside.h"

#include <string.h>

#include "codecs/gsm7_tables.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

/* Octets that a part in UTF-8 may have beyond one for each character: one of
 * 160 septets still fits short_message (SMPP v3.4 5.2.22). */
#define SPARE_OCTETS 94

struct choosing {
	const struct segment_options *o;
	struct draft *best;
	struct gsm7_coder *coder; /* of *best                          */
	size_t parts;		  /* of *best; 0: none yet             */
};

/* Is it better than what there is? Sets *parts when it is. */
static enum err better(const struct choosing *c, const struct draft *d,
		       size_t *parts, bool *is)
{
	bool shorter = d->coder != NULL && c->best->coder != NULL &&
		       d->units < c->best->units;
	size_t least = segment_size_of(d, c->o).least;
	enum err e;

	*is = false;
	if (least == SIZE_MAX)
		return OK;
	if (c->parts != 0 &&
	    (least > c->parts || (least == c->parts && !shorter)))
		return OK;
	if ((e = segment_count(d, c->o, parts)) != OK)
		return e == ERR_TOOBIG ? OK : e;
	*is = c->parts == 0 || *parts < c->parts ||
	      (*parts == c->parts && shorter);
	return OK;
}

static enum err consider(struct choosing *c, const struct draft *d)
{
	size_t parts = 0;
	bool is;
	enum err e = better(c, d, &parts, &is);

	if (e != OK || !is)
		return e;
	*c->best = *d;
	c->parts = parts;
	if (d->coder != NULL) {
		*c->coder = *d->coder;
		c->best->coder = c->coder;
	}
	return OK;
}

/* -- national tables ------------------------------------------------------ */

/* Languages, as bits, whose tables have it. */
static unsigned known_in(const char16_t *const *tables, uint32_t code)
{
	unsigned set = 0, language, i;

	for (language = 1; language <= GSM7_LANGUAGES; language++)
		for (i = 0; i < GSM7_TABLE; i++)
			if (tables[language][i] == code)
				set |= SEGMENT_LANGUAGE(language);
	return set;
}

/* Languages, as bits, whose locking table has what costs an escape in it. */
static unsigned without_escape(struct bytes text)
{
	static const char16_t escaped[] = u"\f^{}\\[~]|\u20AC";
	unsigned set = 0;
	uint8_t code[4];
	size_t i, n;

	for (i = 0; escaped[i] != 0; i++) {
		n = (size_t)(utf8_put(code, escaped[i]) - code);
		if (text.n > 0 && memmem(text.p, text.n, code, n) != NULL)
			set |= known_in(gsm7_locking, escaped[i]);
	}
	return set;
}

static enum err try_shift(struct choosing *c, const struct draft *plain,
			  struct gsm7_shift shift)
{
	struct gsm7_coder coder;
	struct draft d = *plain;

	gsm7_coder_init(&coder, shift);
	if (gsm7_count(d.source, &coder, &d.units) != OK)
		return OK;
	d.coder = &coder;
	d.header.locking = shift.locking;
	d.header.single = shift.single;
	return consider(c, &d);
}

/*
 * All pairs of tables that are allowed and may be of use. `missing` is a
 * character that the default alphabet lacks, so that one table of the pair
 * must have it; 0: it lacks none, and a locking table may save escapes.
 */
static enum err try_national(struct choosing *c, const struct draft *plain,
			     uint32_t missing)
{
	unsigned locking = c->o->locking & SEGMENT_ANY_LANGUAGE;
	unsigned single = c->o->single & SEGMENT_ANY_LANGUAGE;
	unsigned has_locking = locking, has_single = single;
	uint8_t l, s;
	enum err e = OK;

	if (missing != 0) {
		has_locking &= known_in(gsm7_locking, missing);
		has_single &= known_in(gsm7_single, missing);
	} else {
		has_locking &= without_escape(plain->source);
		has_single = 0;
	}
	for (l = 0; l <= GSM7_LANGUAGES && e == OK; l++) {
		if (l > 0 && !(locking & SEGMENT_LANGUAGE(l)))
			continue;
		for (s = l == 0; s <= GSM7_LANGUAGES && e == OK; s++) {
			unsigned ls = SEGMENT_LANGUAGE(l);
			unsigned ss = SEGMENT_LANGUAGE(s);

			if (s > 0 && !(single & ss))
				continue;
			if ((ls & has_locking) || (ss & has_single))
				e = try_shift(c, plain,
					      (struct gsm7_shift){ l, s });
		}
	}
	return e;
}

/* The first character that is not in the default alphabet; 0: none. */
static uint32_t first_missing(struct bytes text)
{
	const uint8_t *p = text.p, *end = utf8_end(text), *at;
	uint32_t code;
	size_t n;

	while (p < end) {
		at = p;
		code = utf8_next(&p, end);
		if (gsm7_count((struct bytes){ at, (size_t)(p - at) }, NULL,
			       &n) != OK)
			return code;
	}
	return 0;
}

/* -- the choice ----------------------------------------------------------- */

/* Does the charset of data_coding 00 have all of that text? */
static bool charset_has(enum segment_charset charset, struct bytes text)
{
	size_t octets = 0;

	switch (charset) {
	case SEGMENT_CHARSET_ASCII:
		return utf8_ascii(text);
	case SEGMENT_CHARSET_LATIN1:
		return utf8_latin1_count(text, &octets) == OK;
	case SEGMENT_CHARSET_UTF8:
		return ucs2_count(text, &octets) == OK &&
		       text.n <= octets + SPARE_OCTETS;
	case SEGMENT_CHARSET_GSM7:
		break;
	}
	return true;
}

/*
 * Can nothing else take fewer parts? UTF-16 cannot, as even an escape and its
 * septet are shorter; the others need escapes to save something.
 */
static bool is_least(const struct choosing *c, const struct draft *d)
{
	size_t characters = 0;

	if (segment_size_of(d, c->o).alone ||
	    (!c->o->latin1 && (c->o->single | c->o->locking) == 0))
		return true;
	return ucs2_count(d->source, &characters) == OK &&
	       characters == d->units;
}

/* The default alphabet; *sure: no other can be better. */
static enum err try_default(struct choosing *c, const struct draft *plain,
			    bool *sure)
{
	struct draft d = *plain;
	enum err e = gsm7_count(d.source, NULL, &d.units);

	*sure = false;
	if (e != OK)
		return e == ERR_UNSUPPORTED ? OK : e;
	if (segment_coding(SEGMENT_GSM7, c->o) == 0)
		d.recoded = c->o->charset != SEGMENT_CHARSET_GSM7;
	if (d.recoded && !charset_has(c->o->charset, d.source))
		return OK;
	d.packed = c->o->packed && !d.recoded;
	*sure = is_least(c, &d);
	if (!*sure)
		return consider(c, &d);
	*c->best = d;
	return OK;
}

static enum err try_latin1(struct choosing *c, const struct draft *plain)
{
	struct draft d = *plain;

	d.alphabet = SEGMENT_LATIN1;
	if (!c->o->latin1 || utf8_latin1_count(d.source, &d.units) != OK)
		return OK;
	return consider(c, &d);
}

/* All but the default alphabet. */
static enum err try_others(struct choosing *c, const struct draft *plain)
{
	bool septets = segment_coding(SEGMENT_GSM7, c->o) != 0 ||
		       c->o->charset == SEGMENT_CHARSET_GSM7;
	struct draft d = *plain;
	enum err e;

	d.packed = c->o->packed;
	if (septets && (c->o->single | c->o->locking) != 0 &&
	    (e = try_national(c, &d, first_missing(d.source))) != OK)
		return e;
	if ((e = try_latin1(c, plain)) != OK)
		return e;
	d = *plain;
	d.alphabet = SEGMENT_UCS2;
	if ((e = ucs2_count(d.source, &d.units)) != OK)
		return e;
	if (c->parts > 0)
		return consider(c, &d);
	*c->best = d;
	return OK;
}

enum err segment_choose(struct draft *d, const struct segment_options *o,
			struct gsm7_coder *coder)
{
	struct choosing c = { .o = o, .best = d, .coder = coder };
	struct draft plain = *d;
	bool sure;
	enum err e;

	if (o->ucs2) {
		d->alphabet = SEGMENT_UCS2;
		return ucs2_count(d->source, &d->units);
	}
	if ((e = try_default(&c, &plain, &sure)) != OK || sure)
		return e;
	return try_others(&c, &plain);
}
