#include "codecs/tpdu_inside.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/timestamp.h"

#define TON_ALPHA  5
#define HOUR_US	   (INT64_C(3600) * TIMESTAMP_SECOND)
#define DAY_US	   (24 * HOUR_US)
#define QUARTER_US (15 * 60 * TIMESTAMP_SECOND)
#define ADDRESS	   "3GPP TS 23.040 9.1.2.5"
#define USER	   "3GPP TS 23.040 9.2.3.16"

/* 9.1.2.3: the semi-octets that are no decimal digits. */
static const char digits[] = "0123456789*#abc";

void tpdu_refuse(struct tpdu_reading *r, const char *field, const char *clause)
{
	if (r->bad != OK)
		return;
	r->bad = ERR_MALFORMED;
	r->why = (struct fault){ field, clause, r->c.at };
}

static uint8_t *room(struct tpdu_reading *r, size_t n)
{
	uint8_t *p = arena_alloc(r->arena, n);

	if (!p && r->bad == OK)
		r->bad = ERR_NOMEM;
	return p;
}

/* -- addresses ------------------------------------------------------------ */

struct bytes tpdu_read_digits(struct tpdu_reading *r, struct bytes octets,
			      size_t most)
{
	uint8_t *text = room(r, 2 * octets.n + 1);
	size_t i, n = 0;
	uint8_t v;

	for (i = 0; text && i < most; i++) {
		v = octets.p[i / 2] >> (i % 2 ? 4 : 0) & 0x0F;
		if (v == 0x0F && i + 1 == most)
			break;
		if (v == 0x0F) {
			tpdu_refuse(r, "address", ADDRESS);
			break;
		}
		text[n++] = (uint8_t)digits[v];
	}
	return (struct bytes){ text, n };
}

static struct bytes read_letters(struct tpdu_reading *r, struct bytes octets,
				 size_t semi_octets)
{
	size_t n = semi_octets * 4 / 7;
	uint8_t *text = room(r, gsm7_unpacked_septets(octets.n, 0) + 1);

	if (!text)
		return (struct bytes){ NULL, 0 };
	gsm7_unpack(octets, 0, text);
	return (struct bytes){ text, n };
}

void tpdu_read_address(struct tpdu_reading *r, struct address_smpp *out)
{
	uint8_t length = cursor_u8(&r->c), type = cursor_u8(&r->c);
	struct bytes octets;

	if (length > TPDU_ADDRESS_MAX || (r->c.bad == OK && !(type & 0x80))) {
		tpdu_refuse(r, "address", ADDRESS);
		return;
	}
	octets = cursor_take(&r->c, (length + 1U) / 2);
	if (r->c.bad != OK)
		return;
	out->ton = type >> 4 & 7;
	out->npi = type & 0x0F;
	out->text = out->ton == TON_ALPHA ? read_letters(r, octets, length)
					  : tpdu_read_digits(r, octets, length);
}

enum err tpdu_put_digits(struct bytes text, struct buf *to)
{
	const char *at;
	uint8_t v = 0;
	size_t i;

	for (i = 0; i < text.n; i++) {
		at = text.p[i] ? strchr(digits, text.p[i]) : NULL;
		if (!at)
			return ERR_RANGE;
		v = (uint8_t)(i % 2 ? v | (at - digits) << 4 : at - digits);
		if (i % 2)
			buf_u8(to, v);
	}
	if (text.n % 2)
		buf_u8(to, v | 0xF0);
	return OK;
}

static enum err check_septets(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] > 0x7F)
			return ERR_RANGE;
	return OK;
}

enum err tpdu_put_address(const struct address_smpp *a, struct buf *to)
{
	bool alpha = a->ton == TON_ALPHA;
	uint8_t octets[TPDU_ADDRESS_MAX / 2];
	size_t length = alpha ? (a->text.n * 7 + 3) / 4 : a->text.n;
	enum err e;

	if (length > TPDU_ADDRESS_MAX)
		return ERR_TOOBIG;
	if (a->ton > 7 || a->npi > 15)
		return ERR_RANGE;
	buf_u8(to, (uint8_t)length);
	buf_u8(to, (uint8_t)(0x80 | a->ton << 4 | a->npi));
	if (!alpha)
		return tpdu_put_digits(a->text, to);
	if ((e = check_septets(a->text)) != OK)
		return e;
	gsm7_pack(a->text, 0, octets);
	buf_put(to, (struct bytes){ octets, gsm7_packed_octets(a->text.n, 0) });
	return OK;
}

/* -- user data ------------------------------------------------------------ */

bool tpdu_is_septets(uint8_t coding)
{
	uint8_t alphabet = coding >> 2 & 3;

	if (coding < 0x80) /* general, automatic deletion */
		return !(coding & 0x20) && (alphabet == 0 || alphabet == 3);
	if (coding >= 0xF0)
		return !(coding & 0x04);
	return coding < 0xE0;
}

static size_t header_octets(const struct tpdu *t, struct bytes octets)
{
	return t->udhi && octets.n > 0 ? 1U + octets.p[0] : 0;
}

/* Octets of the header, and with its fill bits as septets. */
static size_t header_septets(size_t header)
{
	return (header * 8 + gsm7_fill_bits(header)) / 7;
}

static void apart(struct tpdu_reading *r, struct tpdu *t, struct bytes octets,
		  size_t length)
{
	size_t header = header_octets(t, octets);
	size_t before = header_septets(header);
	unsigned fill = gsm7_fill_bits(header);
	struct bytes packed = bytes_after(octets, header);
	uint8_t *to;

	if (header > octets.n || before > length || (t->udhi && header == 0)) {
		tpdu_refuse(r, "TP-UDHL", "3GPP TS 23.040 9.2.3.24");
		return;
	}
	/* With nothing behind it a header may end in fill bits alone. */
	to = room(r, header + gsm7_unpacked_septets(packed.n, fill) + 1);
	if (!to)
		return;
	if (header > 0)
		memcpy(to, octets.p, header);
	if (length > before)
		gsm7_unpack(packed, fill, to + header);
	t->user = (struct bytes){ to, header + length - before };
}

void tpdu_read_user(struct tpdu_reading *r, struct tpdu *t)
{
	bool septets = tpdu_is_septets(t->coding);
	uint8_t length = cursor_u8(&r->c);
	struct bytes octets;

	if (length > (septets ? TPDU_SEPTETS_MAX : TPDU_USER_MAX)) {
		tpdu_refuse(r, "TP-UDL", USER);
		return;
	}
	octets = cursor_take(&r->c, septets ? (length * 7U + 7) / 8 : length);
	if (r->c.bad != OK)
		return;
	if (septets)
		apart(r, t, octets, length);
	else if (t->udhi &&
		 (octets.n == 0 || header_octets(t, octets) > octets.n))
		tpdu_refuse(r, "TP-UDHL", "3GPP TS 23.040 9.2.3.24");
	else
		t->user = octets;
}

static enum err put_septets(const struct tpdu *t, size_t header, struct buf *to)
{
	struct bytes septets = bytes_after(t->user, header);
	size_t length = header_septets(header) + septets.n;
	size_t octets = (length * 7 + 7) / 8;
	uint8_t *at;
	enum err e;

	if (length > TPDU_SEPTETS_MAX)
		return ERR_TOOBIG;
	if ((e = check_septets(septets)) != OK)
		return e;
	buf_u8(to, (uint8_t)length);
	if (!(at = buf_room(to, octets)))
		return buf_status(to);
	memset(at, 0, octets);
	if (header > 0)
		memcpy(at, t->user.p, header);
	if (septets.n > 0)
		gsm7_pack(septets, gsm7_fill_bits(header), at + header);
	return OK;
}

enum err tpdu_put_user(const struct tpdu *t, struct buf *to)
{
	size_t header = header_octets(t, t->user);

	if (t->udhi && (header == 0 || header > t->user.n))
		return ERR_MALFORMED;
	if (header > TPDU_USER_MAX)
		return ERR_TOOBIG;
	if (tpdu_is_septets(t->coding))
		return put_septets(t, header, to);
	if (t->user.n > TPDU_USER_MAX)
		return ERR_TOOBIG;
	buf_u8(to, (uint8_t)t->user.n);
	buf_put(to, t->user);
	return OK;
}

/* -- times ---------------------------------------------------------------- */

/* Two digits, the first in the low half; above 99: they are none. */
static int two(uint8_t octet)
{
	int tens = octet & 0x0F, units = octet >> 4;

	return tens > 9 || units > 9 ? 100 : 10 * tens + units;
}

static uint8_t swapped(int v)
{
	return (uint8_t)(v % 10 << 4 | v / 10);
}

enum err tpdu_stamp_decode(const uint8_t in[TPDU_STAMP_OCTETS], int64_t *out)
{
	struct timestamp_civil c = {
		.year = 2000 + two(in[0]),
		.month = two(in[1]),
		.day = two(in[2]),
		.hour = two(in[3]),
		.minute = two(in[4]),
		.second = two(in[5]),
	};
	int quarters = two(in[6] & 0xF7);
	int64_t t;
	enum err e;

	if (c.year > 2099 || quarters > 79)
		return ERR_RANGE;
	if ((e = timestamp_from_civil(&c, &t)) != OK)
		return e;
	/* 9.2.3.11: bit 3 is the sign, 1 is negative. */
	*out = in[6] & 0x08 ? t + quarters * QUARTER_US
			    : t - quarters * QUARTER_US;
	return OK;
}

enum err tpdu_stamp_encode(int64_t t, uint8_t out[TPDU_STAMP_OCTETS])
{
	struct timestamp_civil c;
	enum err e = timestamp_to_civil(t, &c);

	if (e != OK)
		return e;
	if (c.year < 2000 || c.year > 2099)
		return ERR_RANGE;
	out[0] = swapped(c.year - 2000);
	out[1] = swapped(c.month);
	out[2] = swapped(c.day);
	out[3] = swapped(c.hour);
	out[4] = swapped(c.minute);
	out[5] = swapped(c.second);
	out[6] = 0;
	return OK;
}

/* 9.2.3.12.1 */
static int64_t relative(uint8_t v)
{
	if (v <= 143)
		return (v + 1) * (HOUR_US / 12);
	if (v <= 167)
		return 12 * HOUR_US + (v - 143) * (HOUR_US / 2);
	if (v <= 196)
		return (v - 166) * DAY_US;
	return (v - 192) * 7 * DAY_US;
}

/* 9.2.3.12.3: hours, minutes and seconds in semi-octets. */
static enum err clock_time(const uint8_t in[3], int64_t *out)
{
	int h = two(in[0]), m = two(in[1]), s = two(in[2]);

	if (h > 99 || m > 59 || s > 59)
		return ERR_RANGE;
	*out = h * HOUR_US + m * (HOUR_US / 60) + s * TIMESTAMP_SECOND;
	return OK;
}

static enum err enhanced(const uint8_t in[TPDU_STAMP_OCTETS], int64_t *out,
			 bool *once)
{
	*once = in[0] & 0x40;
	if (in[0] & 0x80)
		return ERR_UNSUPPORTED;
	switch (in[0] & 7) {
	case 0:
		return ERR_NOTFOUND;
	case 1:
		*out = relative(in[1]);
		return OK;
	case 2:
		*out = in[1] * TIMESTAMP_SECOND;
		return in[1] == 0 ? ERR_RANGE : OK;
	case 3:
		return clock_time(in + 1, out);
	default:
		return ERR_UNSUPPORTED;
	}
}

enum err tpdu_expiry(const struct tpdu *t, int64_t now, int64_t *out,
		     bool *once)
{
	int64_t after = 0;
	enum err e;

	*once = false;
	switch (t->validity) {
	case TPDU_NO_VALIDITY:
		break;
	case TPDU_RELATIVE:
		*out = now + relative(t->period[0]);
		return OK;
	case TPDU_ABSOLUTE:
		return tpdu_stamp_decode(t->period, out);
	case TPDU_ENHANCED:
		if ((e = enhanced(t->period, &after, once)) == OK)
			*out = now + after;
		return e;
	}
	return ERR_NOTFOUND;
}
