#include "codecs/segment.h"

#include <string.h>

#include "codecs/east.h"
#include "codecs/gsm7.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

/* How the octets of a part are to be read. */
enum reading {
	READ_GSM7,
	READ_ASCII,
	READ_LATIN1,
	READ_CYRILLIC,
	READ_HEBREW,
	READ_UTF8,
	READ_UCS2,
	READ_JIS,
	READ_KANJI,
	READ_2022,
	READ_KOREAN,
	READ_DATA
};

/* One part without its header. */
struct portion {
	enum reading reading;
	struct gsm7_shift shift;
	struct udh header;
	struct bytes octets; /* packed still, if the bind packs   */
	unsigned fill;
};

static enum reading read_default(const struct segment_rules *rules)
{
	switch (rules->default_charset) {
	case SEGMENT_CHARSET_ASCII:
		return READ_ASCII;
	case SEGMENT_CHARSET_LATIN1:
		return READ_LATIN1;
	case SEGMENT_CHARSET_UTF8:
		return READ_UTF8;
	case SEGMENT_CHARSET_GSM7:
		break;
	}
	return READ_GSM7;
}

/* SMPP v3.4 5.2.19: 00 to 0F. */
static enum reading read_smpp(uint8_t coding, const struct segment_rules *rules)
{
	static const enum reading readings[16] = {
		[0x01] = READ_ASCII,  [0x02] = READ_DATA,
		[0x03] = READ_LATIN1, [0x04] = READ_DATA,
		[0x05] = READ_JIS,    [0x06] = READ_CYRILLIC,
		[0x07] = READ_HEBREW, [0x08] = READ_UCS2,
		[0x09] = READ_DATA,   [0x0A] = READ_2022,
		[0x0B] = READ_GSM7,   [0x0C] = READ_GSM7,
		[0x0D] = READ_KANJI,  [0x0E] = READ_KOREAN,
		[0x0F] = READ_GSM7,
	};

	return coding == 0 ? read_default(rules) : readings[coding];
}

/* 3GPP TS 23.038 4: 10 to 7F, general and automatic deletion groups. */
static enum reading read_general(uint8_t coding)
{
	static const enum reading readings[4] = { READ_GSM7, READ_DATA,
						  READ_UCS2, READ_GSM7 };

	if ((coding & 0x20) != 0)
		return READ_DATA; /* compressed */
	return readings[coding >> 2 & 3];
}

static enum reading read_by(uint8_t coding, const struct segment_rules *rules)
{
	if (coding < 0x10)
		return read_smpp(coding, rules);
	if (coding < 0x80)
		return rules->gsm_dcs ? read_general(coding) : READ_GSM7;
	if (coding >= 0xE0 && coding < 0xF0)
		return READ_UCS2;
	if (coding >= 0xF0 && (coding & 0x04) != 0)
		return READ_DATA;
	return READ_GSM7;
}

/* One of codecs/east.h? */
static bool is_east(enum reading r, enum east_set *set)
{
	switch (r) {
	case READ_JIS:
		*set = EAST_JIS;
		return true;
	case READ_KANJI:
		*set = EAST_KANJI;
		return true;
	case READ_2022:
		*set = EAST_2022;
		return true;
	case READ_KOREAN:
		*set = EAST_KOREAN;
		return true;
	case READ_GSM7:
	case READ_ASCII:
	case READ_LATIN1:
	case READ_CYRILLIC:
	case READ_HEBREW:
	case READ_UTF8:
	case READ_UCS2:
	case READ_DATA:
		break;
	}
	return false;
}

/* Class and message waiting of `coding`; 3GPP TS 23.038 4. */
static void set_groups(struct segment_content *c, uint8_t coding,
		       const struct segment_rules *rules)
{
	bool general = coding >= 0x10 && coding < 0x80 && rules->gsm_dcs;

	c->classed = coding >= 0xF0 || (general && (coding & 0x10) != 0);
	if (c->classed)
		c->message_class = coding & 3;
	if (coding < 0xC0 || coding >= 0xF0)
		return;
	c->waiting = true;
	c->waiting_active = (coding & 0x08) != 0;
	c->waiting_discard = coding < 0xD0;
	c->waiting_kind = coding & 3;
}

static enum err open_portion(const struct segment_wire *in,
			     const struct segment_rules *rules,
			     struct portion *out, struct fault *why)
{
	enum east_set set;
	size_t used = 0;

	memset(out, 0, sizeof *out);
	if (in->udhi && udh_decode(in->octets, &out->header, &used, why) != OK)
		return ERR_MALFORMED;
	out->reading = read_by(in->data_coding, rules);
	if (is_east(out->reading, &set) && !east_known(set))
		out->reading = READ_DATA;
	out->octets = bytes_after(in->octets, used);
	out->fill = gsm7_fill_bits(used);
	out->shift.locking = out->header.locking;
	out->shift.single = out->header.single;
	return OK;
}

static bool is_packed(const struct portion *p,
		      const struct segment_rules *rules)
{
	return rules->packed && p->reading == READ_GSM7;
}

/* Octets of a portion when each septet has an octet of its own. */
static size_t raw_octets(const struct portion *p,
			 const struct segment_rules *rules)
{
	if (!is_packed(p, rules))
		return p->octets.n;
	return gsm7_unpacked_septets(p->octets.n, p->fill);
}

/* Writes those at `to`; returns how many without padding. */
static size_t write_raw(const struct portion *p,
			const struct segment_rules *rules, uint8_t *to)
{
	size_t n = raw_octets(p, rules);

	if (n == 0)
		return 0;
	if (!is_packed(p, rules)) {
		memcpy(to, p->octets.p, n);
		return n;
	}
	gsm7_unpack(p->octets, p->fill, to);
	if ((p->octets.n * 8 - p->fill) % 7 == 0 &&
	    (to[n - 1] == 0 || to[n - 1] == '\r'))
		n--;
	return n;
}

static size_t repair(struct bytes in, uint8_t *to, bool *damaged)
{
	const uint8_t *p = in.p, *end = utf8_end(in);
	uint8_t *start = to;
	uint32_t code;

	while (p < end) {
		code = utf8_next(&p, end);
		if (code == UTF8_BAD) {
			code = UTF8_REPLACEMENT;
			*damaged = true;
		}
		to = utf8_put(to, code);
	}
	return (size_t)(to - start);
}

/* Writes `raw` as UTF-8 at `to`, which has 3 * (raw.n + 1) octets. */
static size_t convert(const struct portion *p, struct bytes raw, uint8_t *to,
		      bool *damaged)
{
	switch (p->reading) {
	case READ_GSM7:
		return gsm7_read(raw, p->shift, to, damaged);
	case READ_ASCII:
		return utf8_from_set(UTF8_SET_ASCII, raw, to, damaged);
	case READ_LATIN1:
		return utf8_from_set(UTF8_SET_LATIN1, raw, to, damaged);
	case READ_CYRILLIC:
		return utf8_from_set(UTF8_SET_CYRILLIC, raw, to, damaged);
	case READ_HEBREW:
		return utf8_from_set(UTF8_SET_HEBREW, raw, to, damaged);
	case READ_UTF8:
		return repair(raw, to, damaged);
	case READ_UCS2:
		return ucs2_read(raw, to, damaged);
	case READ_JIS:
		return east_read(EAST_JIS, raw, to, damaged);
	case READ_KANJI:
		return east_read(EAST_KANJI, raw, to, damaged);
	case READ_2022:
		return east_read(EAST_2022, raw, to, damaged);
	case READ_KOREAN:
		return east_read(EAST_KOREAN, raw, to, damaged);
	case READ_DATA:
		break;
	}
	if (raw.n > 0)
		memcpy(to, raw.p, raw.n);
	return raw.n;
}

static enum segment_code code_of(enum reading r)
{
	switch (r) {
	case READ_GSM7:
		return SEGMENT_CODE_GSM7;
	case READ_UCS2:
		return SEGMENT_CODE_UCS2;
	case READ_UTF8:
		return SEGMENT_CODE_UTF8;
	case READ_JIS:
		return SEGMENT_CODE_JIS;
	case READ_KANJI:
		return SEGMENT_CODE_KANJI;
	case READ_2022:
		return SEGMENT_CODE_2022;
	case READ_KOREAN:
		return SEGMENT_CODE_KOREAN;
	case READ_ASCII:
	case READ_LATIN1:
	case READ_CYRILLIC:
	case READ_HEBREW:
	case READ_DATA:
		break;
	}
	return SEGMENT_CODE_WHOLE;
}

enum err segment_text(const struct segment_wire *in,
		      const struct segment_rules *rules, struct arena *arena,
		      struct segment_content *out, struct fault *why)
{
	struct segment_content made = { 0 };
	struct portion p;
	struct bytes raw;
	uint8_t *apart, *to;
	enum err e;

	if ((e = open_portion(in, rules, &p, why)) != OK)
		return e;
	raw = p.octets;
	if (is_packed(&p, rules)) {
		apart = arena_alloc(arena, raw_octets(&p, rules));
		if (apart == NULL)
			return ERR_NOMEM;
		raw = (struct bytes){ apart, write_raw(&p, rules, apart) };
	}
	made.text = p.reading != READ_DATA;
	made.header = p.header;
	made.body = raw;
	made.code = code_of(p.reading);
	if (made.code != SEGMENT_CODE_WHOLE)
		made.raw = raw;
	set_groups(&made, in->data_coding, rules);
	if (made.text) {
		if ((to = arena_alloc(arena, 3 * (raw.n + 1))) == NULL)
			return ERR_NOMEM;
		made.body.p = to;
		made.body.n = convert(&p, raw, to, &made.damaged);
	}
	*out = made;
	return OK;
}
