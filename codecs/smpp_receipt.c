#include "codecs/smpp_receipt.h"

#include <string.h>

#define APPENDIX "SMPP v3.4 appendix B"

enum key { ID, SUB, DLVRD, SUBMIT_DATE, DONE_DATE, STAT, ERR, TEXT, KEYS };

static const char *const keys[KEYS] = { "id",	       "sub",	    "dlvrd",
					"submit date", "done date", "stat",
					"err",	       "text" };

/* Names of 5.2.28; the first of a state is the one that we write. */
static const struct {
	enum smpp_state state;
	const char *stat;
} states[] = {
	{ SMPP_STATE_ENROUTE, "ENROUTE" },
	{ SMPP_STATE_DELIVERED, "DELIVRD" },
	{ SMPP_STATE_EXPIRED, "EXPIRED" },
	{ SMPP_STATE_DELETED, "DELETED" },
	{ SMPP_STATE_UNDELIVERABLE, "UNDELIV" },
	{ SMPP_STATE_ACCEPTED, "ACCEPTD" },
	{ SMPP_STATE_UNKNOWN, "UNKNOWN" },
	{ SMPP_STATE_REJECTED, "REJECTD" },
	{ SMPP_STATE_SKIPPED, "SKIPPED" },
	{ SMPP_STATE_SCHEDULED, "SCHEDULED" },
	{ SMPP_STATE_DELIVERED, "DELIVERED" },
	{ SMPP_STATE_UNDELIVERABLE, "UNDELIVERABLE" },
	{ SMPP_STATE_ACCEPTED, "ACCEPTED" },
	{ SMPP_STATE_ACCEPTED, "ACKED" },
	{ SMPP_STATE_ACCEPTED, "BUFFRED" },
	{ SMPP_STATE_ACCEPTED, "BUFFERD" },
	{ SMPP_STATE_ACCEPTED, "BUFFERED" },
	{ SMPP_STATE_REJECTED, "REJECTED" },
};

#define STATES (sizeof states / sizeof *states)

const char *smpp_state_stat(enum smpp_state state)
{
	size_t i;

	for (i = 0; i < STATES; i++)
		if (states[i].state == state && state != SMPP_STATE_SCHEDULED)
			return states[i].stat;
	return NULL;
}

enum smpp_state smpp_state_of(struct bytes stat)
{
	size_t i;

	for (i = 0; i < STATES; i++)
		if (bytes_is_nocase(stat, states[i].stat))
			return states[i].state;
	return SMPP_STATE_NONE;
}

enum smpp_state smpp_state_number(uint32_t message_state)
{
	if (message_state > SMPP_STATE_SKIPPED)
		return SMPP_STATE_NONE;
	return (enum smpp_state)message_state;
}

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0;
}

static struct bytes trim(struct bytes in)
{
	while (in.n > 0 && blank(in.p[0]))
		in = bytes_after(in, 1);
	while (in.n > 0 && blank(in.p[in.n - 1]))
		in.n--;
	return in;
}

static struct bytes word(struct bytes in)
{
	size_t n = 0;

	while (n < in.n && !blank(in.p[n]))
		n++;
	return (struct bytes){ in.p, n };
}

/* Octets of `name` and its colon at the front of `in`; 0: it is not there. */
static size_t key_length(struct bytes in, const char *name)
{
	struct bytes front = { in.p, strlen(name) };

	if (in.n <= front.n || in.p[front.n] != ':' ||
	    !bytes_is_nocase(front, name))
		return 0;
	return front.n + 1;
}

static unsigned two(const uint8_t *p)
{
	return (p[0] - '0') * 10u + (p[1] - '0');
}

static bool date_good(const struct smpp_date *d)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
					31, 31, 30, 31, 30, 31 };
	bool leap =
		(d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;
	unsigned last;

	if (d->year == 0 || d->month < 1 || d->month > 12)
		return false;
	last = days[d->month - 1] + (leap && d->month == 2 ? 1u : 0u);
	return d->day >= 1 && d->day <= last && d->hour <= 23 &&
	       d->minute <= 59 && d->second <= 59;
}

static struct smpp_date date_fields(unsigned year, const uint8_t *p,
				    bool seconds)
{
	return (struct smpp_date){ .year = (uint16_t)year,
				   .month = (uint8_t)two(p),
				   .day = (uint8_t)two(p + 2),
				   .hour = (uint8_t)two(p + 4),
				   .minute = (uint8_t)two(p + 6),
				   .second =
					   seconds ? (uint8_t)two(p + 8) : 0 };
}

/* 7.1.1: 00..37 are of this century, 38..99 of the last. */
static unsigned full_year(unsigned year)
{
	return year < 38 ? 2000 + year : 1900 + year;
}

/* False: `in` is no date of any of the forms; it is zeros then, or wrong. */
static bool date_read(struct bytes in, struct smpp_date *out)
{
	const uint8_t *p = in.p;
	struct smpp_date d;
	size_t i;

	for (i = 0; i < in.n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	if (in.n == 14 || (in.n == 12 && (two(p + 2) < 1 || two(p + 2) > 12)))
		d = date_fields(two(p) * 100 + two(p + 2), p + 4, in.n == 14);
	else if (in.n == 10 || in.n == 12)
		d = date_fields(full_year(two(p)), p + 2, in.n == 12);
	else
		return false;
	if (!date_good(&d))
		return false;
	*out = d;
	return true;
}

static bool count_read(struct bytes in, uint16_t *out)
{
	uint64_t v;

	if (in.n > 3 || bytes_decimal(in, 999, &v) != OK)
		return false;
	*out = (uint16_t)v;
	return true;
}

/*
 * Puts the value of `key` (one word) where it belongs. False: it does not
 * look like a value of this key.
 */
static bool value_read(enum key key, struct bytes v, struct smpp_receipt *r)
{
	switch (key) {
	case ID:
		r->id = v;
		return v.n > 0 && v.n <= SMPP_ID_MAX;
	case SUB:
		return count_read(v, &r->sub);
	case DLVRD:
		return count_read(v, &r->dlvrd);
	case SUBMIT_DATE:
		return date_read(v, &r->submitted);
	case DONE_DATE:
		return date_read(v, &r->done);
	case STAT:
		r->stat = v;
		r->state = smpp_state_of(v);
		return r->state != SMPP_STATE_NONE;
	case ERR:
		r->err = v;
		return v.n > 0 && v.n <= 3;
	case TEXT:
	case KEYS:
		break;
	}
	return true;
}

/* Which key stands at the front of `in`; KEYS: none. *used: its octets. */
static enum key key_at(struct bytes in, size_t *used)
{
	unsigned i;

	for (i = 0; i < KEYS; i++) {
		*used = key_length(in, keys[i]);
		if (*used > 0)
			return (enum key)i;
	}
	return KEYS;
}

static struct bytes skip_blanks(struct bytes in)
{
	while (in.n > 0 && blank(in.p[0]))
		in = bytes_after(in, 1);
	return in;
}

/* A key's value: the next word, unless that is itself a key. */
static struct bytes value_of(struct bytes after_colon)
{
	struct bytes in = skip_blanks(after_colon);
	size_t used;

	if (key_at(in, &used) != KEYS)
		in.n = 0;
	return word(in);
}

/*
 * The text goes on to the end, unless fields follow it that were not there
 * before and whose values are such fields' values. Returns what is behind
 * the text.
 */
static struct bytes read_text(struct bytes in, unsigned seen,
			      struct smpp_receipt *r)
{
	struct smpp_receipt scratch;
	struct bytes rest = in;

	for (; rest.n > 0; rest = bytes_after(rest, 1)) {
		size_t used;
		enum key k;

		if (rest.p != in.p && !blank(rest.p[-1]))
			continue;
		k = key_at(rest, &used);
		if (k != KEYS && (seen & 1u << k) == 0 &&
		    value_read(k, value_of(bytes_after(rest, used)), &scratch))
			break;
	}
	r->text = trim((struct bytes){ in.p, in.n - rest.n });
	return rest;
}

static unsigned read_keys(struct bytes in, struct smpp_receipt *r)
{
	unsigned seen = 0;

	for (in = skip_blanks(in); in.n > 0; in = skip_blanks(in)) {
		size_t used;
		enum key k = key_at(in, &used);
		struct bytes v;

		if (k == KEYS || (seen & 1u << k) != 0) {
			in = bytes_after(in, word(in).n);
			continue;
		}
		seen |= 1u << k;
		in = bytes_after(in, used);
		if (k == TEXT) {
			in = read_text(in, seen, r);
			continue;
		}
		v = value_of(in);
		(void)value_read(k, v, r);
		if (v.n > 0)
			in = bytes_after(in, (size_t)(v.p - in.p) + v.n);
	}
	return seen;
}

enum err smpp_receipt_decode(struct bytes in, struct smpp_receipt *out,
			     struct fault *why)
{
	struct smpp_receipt r = { .sub = SMPP_COUNT_NONE,
				  .dlvrd = SMPP_COUNT_NONE,
				  .state = SMPP_STATE_NONE };

	(void)read_keys(in, &r);
	if (r.id.n == 0 && r.stat.n == 0)
		return fault_set(why, ERR_MALFORMED, "id, stat", APPENDIX, 0);
	if (r.id.n > SMPP_ID_MAX)
		return fault_set(why, ERR_MALFORMED, "id", APPENDIX,
				 (size_t)(r.id.p - in.p));
	*out = r;
	return OK;
}

static bool is_word(struct bytes v)
{
	return word(v).n == v.n;
}

/* Which field cannot be written; NULL: all can. */
static const char *unwritable(const struct smpp_receipt *r)
{
	const struct smpp_date *d[] = { &r->submitted, &r->done };
	size_t i;

	if (r->id.n == 0 || r->id.n > SMPP_ID_MAX || !is_word(r->id))
		return "id";
	if (r->sub > 999 && r->sub != SMPP_COUNT_NONE)
		return "sub";
	if (r->dlvrd > 999 && r->dlvrd != SMPP_COUNT_NONE)
		return "dlvrd";
	for (i = 0; i < 2; i++)
		if (d[i]->year != 0 && (d[i]->year < 1938 ||
					d[i]->year > 2037 || !date_good(d[i])))
			return keys[SUBMIT_DATE + i];
	if (smpp_state_stat(r->state) == NULL)
		return "stat";
	return r->err.n > 3 || !is_word(r->err) ? "err" : NULL;
}

static void put_date(struct buf *to, const char *key, const struct smpp_date *d)
{
	buf_printf(to, "%s:%02u%02u%02u%02u%02u ", key, d->year % 100u,
		   d->month, d->day, d->hour, d->minute);
}

enum err smpp_receipt_encode(const struct smpp_receipt *r, struct buf *to,
			     struct fault *why)
{
	static const struct smpp_date none;
	struct bytes text = r->text;
	const char *bad = unwritable(r);

	if (bad != NULL)
		return fault_set(why, ERR_RANGE, bad, APPENDIX, 0);
	if (text.n > SMPP_RECEIPT_TEXT_MAX)
		text.n = SMPP_RECEIPT_TEXT_MAX;
	buf_text(to, "id:");
	buf_put(to, r->id);
	buf_text(to, " ");
	if (r->sub != SMPP_COUNT_NONE)
		buf_printf(to, "sub:%03u ", r->sub);
	if (r->dlvrd != SMPP_COUNT_NONE)
		buf_printf(to, "dlvrd:%03u ", r->dlvrd);
	put_date(to, keys[SUBMIT_DATE],
		 r->submitted.year == 0 ? &none : &r->submitted);
	put_date(to, keys[DONE_DATE], r->done.year == 0 ? &none : &r->done);
	buf_printf(to, "stat:%s err:", smpp_state_stat(r->state));
	buf_put(to, r->err.n == 0 ? bytes_of("000") : r->err);
	buf_text(to, " text:");
	buf_put(to, text);
	return buf_status(to);
}

enum err smpp_id_kind_read(struct bytes text, enum smpp_id_kind *out)
{
	static const char *const kinds[] = { "string", "nocase", "decimal",
					     "hex" };
	unsigned i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!bytes_is_nocase(text, kinds[i]))
			continue;
		*out = (enum smpp_id_kind)i;
		return OK;
	}
	return ERR_NOTFOUND;
}

static const char digits[] = "0123456789abcdef";

/* 0..15, or 16 when `c` is no hex digit. */
static unsigned hex_value(uint8_t c)
{
	const char *at;

	if (c >= 'A' && c <= 'F')
		c = (uint8_t)(c | 32);
	at = memchr(digits, c, 16);
	return at == NULL ? 16 : (unsigned)(at - digits);
}

/* Every octet of `in` is a digit of `base`. */
static bool all_digits(struct bytes in, unsigned base)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (hex_value(in.p[i]) >= base)
			return false;
	return in.n > 0;
}

/* The number `in` (digits of `base`) as hex without leading zeros. */
static void number_text(struct bytes in, unsigned base, char *out)
{
	uint8_t value[SMPP_ID_MAX] = { 0 }; /* a hex digit each, low first */
	size_t used = 1, i, j;

	for (i = 0; i < in.n; i++) {
		unsigned carry = hex_value(in.p[i]);

		for (j = 0; j < used || carry > 0; j++) {
			carry += value[j] * base;
			value[j] = carry & 15;
			carry >>= 4;
		}
		used = j;
		while (used > 1 && value[used - 1] == 0)
			used--;
	}
	for (j = used; j > 0; j--)
		*out++ = digits[value[j - 1]];
	*out = '\0';
}

static enum err id_number(struct bytes id, unsigned base, char *out)
{
	if (base == 16 && id.n > 2 && id.p[0] == '0' && (id.p[1] | 32) == 'x')
		id = bytes_after(id, 2);
	if (!all_digits(id, base))
		return ERR_MALFORMED;
	number_text(id, base, out);
	return OK;
}

static enum err id_string(struct bytes id, bool nocase, char *out)
{
	size_t i;

	if (bytes_find(id, 0) < id.n)
		return ERR_MALFORMED;
	for (i = 0; i < id.n; i++) {
		bool capital = id.p[i] >= 'A' && id.p[i] <= 'Z';

		out[i] = (char)(nocase && capital ? id.p[i] | 32 : id.p[i]);
	}
	out[i] = '\0';
	return OK;
}

enum err smpp_id_canonical(struct bytes id, enum smpp_id_kind kind,
			   char out[SMPP_ID_ROOM])
{
	id = trim(id);
	if (id.n == 0 || id.n > SMPP_ID_MAX)
		return ERR_RANGE;
	switch (kind) {
	case SMPP_ID_DECIMAL:
		return id_number(id, 10, out);
	case SMPP_ID_HEX:
		return id_number(id, 16, out);
	case SMPP_ID_STRING:
	case SMPP_ID_NOCASE:
		break;
	}
	return id_string(id, kind == SMPP_ID_NOCASE, out);
}
