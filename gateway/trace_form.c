/* trace_form.c - records, keys, filters and blocks of traces as octets. */
#include <string.h>

#include "gateway/checksum.h"
#include "gateway/trace_inside.h"

#define KEY_MAX		256	/* of a longer key, the front counts */
#define TEXT_HASH	UINT64_C(0x74657874)
#define NUMBER_HASH	UINT64_C(0x6e756d62)
#define PHONE_LEAST	3	/* digits */

static void put_text(struct buf *to, const char *text)
{
	struct bytes v = bytes_of(text);

	buf_varint(to, text == NULL ? 0 : v.n + 1);
	buf_put(to, v);
}

static void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static void put_u64(uint8_t *p, uint64_t v)
{
	put_u32(p, (uint32_t)(v >> 32));
	put_u32(p + 4, (uint32_t)v);
}

enum err trace_record_image(const struct trace_record *r, struct buf *to)
{
	size_t i, at = to->n;
	enum err e;

	if (r->n_keys > TRACE_KEYS_MAX)
		return ERR_RANGE;
	buf_u32(to, 0);
	buf_u64(to, r->story);
	buf_u64(to, r->leg);
	buf_u64(to, r->time_us);
	buf_u8(to, (uint8_t)r->technology);
	buf_u8(to, (uint8_t)r->n_keys);
	put_text(to, r->step);
	put_text(to, r->from);
	put_text(to, r->to);
	put_text(to, r->peer);
	put_text(to, r->verdict);
	put_text(to, r->far_id);
	put_text(to, r->text);
	put_text(to, r->clause);
	for (i = 0; i < r->n_keys; i++)
		put_text(to, r->keys[i]);
	if ((e = buf_status(to)) != OK)
		return e;
	if (to->n - at > RECORD_MAX) {
		to->n = at;
		return ERR_TOOBIG;
	}
	put_u32(to->p + at, (uint32_t)(to->n - at - 4));
	return OK;
}

static struct bytes take_text(struct cursor *c)
{
	uint64_t n = cursor_varint(c);
	struct bytes v;

	if (n == 0 || c->bad != OK)
		return (struct bytes){ NULL, 0 };
	v = cursor_take(c, n - 1 > SIZE_MAX ? SIZE_MAX : (size_t)(n - 1));
	if (v.n > 0 && memchr(v.p, '\0', v.n) != NULL)
		c->bad = ERR_MALFORMED;
	if (v.p == NULL && c->bad == OK)
		v.p = c->in.p;
	return v;
}

enum err trace_view_read(struct bytes in, struct trace_view *out)
{
	struct cursor c = CURSOR(in);
	size_t i, n = cursor_u32(&c);
	uint8_t technology;

	if (c.bad != OK)
		return c.bad;
	if (n > RECORD_MAX)
		return ERR_MALFORMED;
	if (n > cursor_left(&c))
		return ERR_MORE;
	c.in.n = n + 4;
	out->octets = n + 4;
	out->story = cursor_u64(&c);
	out->leg = cursor_u64(&c);
	out->time_us = cursor_u64(&c);
	technology = cursor_u8(&c);
	out->technology = technology <= TECHNOLOGY_LOOPBACK
				  ? (enum technology)technology
				  : TECHNOLOGY_NONE;
	out->n_keys = cursor_u8(&c);
	if (out->n_keys > TRACE_KEYS_MAX)
		return ERR_MALFORMED;
	for (i = 0; i < TEXTS + out->n_keys; i++)
		out->texts[i] = take_text(&c);
	return c.bad == OK && cursor_left(&c) == 0 ? OK : ERR_MALFORMED;
}

enum err trace_record_read(struct bytes in, struct arena *a,
			   struct trace_record *out, size_t *used)
{
	const char *texts[TEXTS + TRACE_KEYS_MAX];
	struct trace_view v;
	enum err e;
	size_t i;

	if ((e = trace_view_read(in, &v)) != OK)
		return e;
	for (i = 0; i < TEXTS + v.n_keys; i++) {
		texts[i] = NULL;
		if (v.texts[i].p == NULL)
			continue;
		if ((texts[i] = arena_string(a, v.texts[i])) == NULL)
			return ERR_NOMEM;
	}
	*out = (struct trace_record){
		.story = v.story,
		.leg = v.leg,
		.time_us = v.time_us,
		.step = texts[TEXT_STEP],
		.from = texts[TEXT_FROM],
		.to = texts[TEXT_TO],
		.technology = v.technology,
		.peer = texts[TEXT_PEER],
		.verdict = texts[TEXT_VERDICT],
		.far_id = texts[TEXT_FAR_ID],
		.text = texts[TEXT_TEXT],
		.clause = texts[TEXT_CLAUSE],
		.n_keys = v.n_keys,
	};
	memcpy(out->keys, texts + TEXTS, v.n_keys * sizeof texts[0]);
	*used = v.octets;
	return OK;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(struct bytes v)
{
	size_t i = 0;

	while (i < v.n && is_digit(v.p[i]))
		i++;
	return i == v.n && v.n >= PHONE_LEAST;
}

static bool skip_prefix(struct bytes *v, const char *prefix)
{
	size_t n = strlen(prefix);

	if (v->n < n || memcmp(v->p, prefix, n) != 0)
		return false;
	*v = bytes_after(*v, n);
	return true;
}

/* Lower case, without spaces: at most KEY_MAX octets. */
static struct bytes plain(struct bytes in, uint8_t *to)
{
	size_t i, n = 0;
	uint8_t c;

	for (i = 0; i < in.n && n < KEY_MAX; i++) {
		c = in.p[i];
		if (c == ' ' || (c >= '\t' && c <= '\r'))
			continue;
		to[n++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
	}
	return (struct bytes){ to, n };
}

/* The digits of a number without what people put between; or nothing. */
static struct bytes number_of(struct bytes v, uint8_t *to)
{
	const struct bytes none = { NULL, 0 };
	size_t i, n = 0;

	for (i = 0; i < v.n; i++) {
		if (is_digit(v.p[i]))
			to[n++] = v.p[i];
		else if (v.p[i] == '\0' || strchr("-.()", v.p[i]) == NULL)
			return none;
	}
	return n < PHONE_LEAST ? none : (struct bytes){ to, n };
}

/* The key without prefix and '+'; `to` holds KEY_MAX octets twice. */
static struct bytes normal(struct bytes in, uint8_t *to)
{
	struct bytes v = plain(in, to), digits;
	bool phone = skip_prefix(&v, "tel:");

	if (!phone && !skip_prefix(&v, "sip:"))
		(void)skip_prefix(&v, "sips:");
	digits = v;
	if (v.n > 0 && v.p[0] == '+') {
		phone = true;
		digits = bytes_after(v, 1);
	}
	if (!phone)
		return v;
	digits = number_of(digits, to + KEY_MAX);
	return digits.n > 0 ? digits : v;
}

static uint64_t text_hash(struct bytes v)
{
	uint64_t h = checksum(TEXT_HASH, v);

	return h == 0 ? 1 : h;
}

uint64_t trace_key_hash(struct bytes key)
{
	uint8_t room[2 * KEY_MAX];
	struct bytes v = normal(key, room);

	return v.n == 0 ? 0 : text_hash(v);
}

uint64_t trace_number_hash(uint64_t number)
{
	uint8_t octets[8];
	unsigned i;

	for (i = 0; i < 8; i++)
		octets[i] = (uint8_t)(number >> 8 * i);
	return checksum(NUMBER_HASH, (struct bytes){ octets, 8 });
}

/* A number before the @ of a SIP address is a key by itself. */
static size_t key_hashes(struct bytes key, uint64_t *to)
{
	uint8_t room[2 * KEY_MAX];
	struct bytes v, user;
	size_t n = 0;

	if (key.n == 0)
		return 0;
	v = normal(key, room);
	if (v.n > 0)
		to[n++] = text_hash(v);
	user = (struct bytes){ v.p, bytes_find(v, '@') };
	if (user.n < v.n && user.n > 0) {
		if (user.p[0] == '+')
			user = bytes_after(user, 1);
		if (all_digits(user))
			to[n++] = text_hash(user);
	}
	return n;
}

size_t trace_view_hashes(const struct trace_view *v, uint64_t *to)
{
	size_t i, n = 0;

	to[n++] = trace_number_hash(v->story);
	if (v->leg != 0 && v->leg != v->story)
		to[n++] = trace_number_hash(v->leg);
	n += key_hashes(v->texts[TEXT_FROM], to + n);
	n += key_hashes(v->texts[TEXT_TO], to + n);
	n += key_hashes(v->texts[TEXT_FAR_ID], to + n);
	for (i = 0; i < v->n_keys; i++)
		n += key_hashes(v->texts[TEXTS + i], to + n);
	return n;
}

/* The `probe`th of a key's bits, below `bits` (at most 2^32). */
static size_t bit_of(uint64_t hash, unsigned probe, size_t bits)
{
	uint32_t h = (uint32_t)hash + probe * ((uint32_t)(hash >> 32) | 1);

	return (size_t)(((uint64_t)h * bits) >> 32);
}

void filter_set(uint8_t *filter, size_t octets, uint64_t hash)
{
	unsigned i;
	size_t bit;

	for (i = 0; i < FILTER_PROBES; i++) {
		bit = bit_of(hash, i, octets * 8);
		filter[bit / 8] |= (uint8_t)(1u << bit % 8);
	}
}

bool filter_has(struct bytes filter, unsigned probes, uint64_t hash)
{
	unsigned i;
	size_t bit;

	for (i = 0; i < probes; i++) {
		bit = bit_of(hash, i, filter.n * 8);
		if ((filter.p[bit / 8] & 1u << bit % 8) == 0)
			return false;
	}
	return true;
}

static uint64_t head_sum(struct bytes head, struct bytes filter)
{
	return checksum(checksum(BLOCK_MAGIC, head), filter);
}

enum err trace_block_read(struct bytes in, struct trace_block *out)
{
	struct cursor c = CURSOR(in);
	uint64_t sum;

	if (cursor_u32(&c) != BLOCK_MAGIC || cursor_u16(&c) != BLOCK_VERSION)
		return c.bad == OK ? ERR_MALFORMED : c.bad;
	out->probes = cursor_u16(&c);
	out->filter_octets = cursor_u32(&c);
	out->payload_octets = cursor_u32(&c);
	out->records = cursor_u32(&c);
	(void)cursor_u32(&c);
	out->first_us = cursor_u64(&c);
	out->last_us = cursor_u64(&c);
	out->payload_sum = cursor_u64(&c);
	sum = cursor_u64(&c);
	if (c.bad != OK)
		return c.bad;
	if (out->filter_octets > BLOCK_FILTER_MAX || out->filter_octets == 0 ||
	    out->payload_octets > BLOCK_PAYLOAD_MAX || out->probes > 32)
		return ERR_MALFORMED;
	out->filter = cursor_take(&c, out->filter_octets);
	if (c.bad != OK)
		return c.bad;
	in.n = BLOCK_HEAD - 8;
	return sum == head_sum(in, out->filter) ? OK : ERR_MALFORMED;
}

bool trace_block_holds(const struct trace_block *b, struct bytes payload)
{
	return payload.n == b->payload_octets &&
	       checksum(b->first_us, payload) == b->payload_sum;
}

enum err trace_block_write(const struct trace_block *b, struct bytes payload,
			   const uint64_t *hashes, size_t n, struct buf *to)
{
	size_t i, at = to->n, octets = n * FILTER_BITS / 8 + 1;
	struct bytes head;
	uint8_t *filter;

	if (octets > BLOCK_FILTER_MAX)
		octets = BLOCK_FILTER_MAX;
	buf_u32(to, BLOCK_MAGIC);
	buf_u16(to, BLOCK_VERSION);
	buf_u16(to, FILTER_PROBES);
	buf_u32(to, (uint32_t)octets);
	buf_u32(to, (uint32_t)payload.n);
	buf_u32(to, b->records);
	buf_u32(to, 0);
	buf_u64(to, b->first_us);
	buf_u64(to, b->last_us);
	buf_u64(to, checksum(b->first_us, payload));
	buf_u64(to, 0);
	if ((filter = buf_room(to, octets)) == NULL)
		return buf_status(to);
	memset(filter, 0, octets);
	for (i = 0; i < n; i++)
		filter_set(filter, octets, hashes[i]);
	head = (struct bytes){ to->p + at, BLOCK_HEAD - 8 };
	put_u64(to->p + at + BLOCK_HEAD - 8,
		head_sum(head, (struct bytes){ filter, octets }));
	buf_put(to, payload);
	return buf_status(to);
}
