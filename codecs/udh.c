#include "codecs/udh.h"

#include <string.h>

#define CLAUSE "3GPP TS 23.040 9.2.3.24"

enum {
	IE_PARTS = 0x00,
	IE_PORTS_8 = 0x04,
	IE_PORTS_16 = 0x05,
	IE_PARTS_16 = 0x08,
	IE_SINGLE_SHIFT = 0x24,
	IE_LOCKING_SHIFT = 0x25
};

static uint16_t two(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void set_parts(struct udh *h, bool wide, const uint8_t *data)
{
	const uint8_t *numbers = data + (wide ? 2 : 1);

	/* 9.2.3.24.1: such an element shall be ignored. */
	if (numbers[1] == 0 || numbers[1] > numbers[0])
		return;
	h->joined = true;
	h->wide = wide;
	h->ref = wide ? two(data) : data[0];
	h->of = numbers[0];
	h->part = numbers[1];
}

static void set_ports(struct udh *h, bool narrow, const uint8_t *data)
{
	h->ports = true;
	h->narrow = narrow;
	h->to_port = narrow ? data[0] : two(data);
	h->from_port = narrow ? data[1] : two(data + 2);
}

/* Is `id` with this length one that struct udh has fields for? */
static bool known(uint8_t id, size_t length)
{
	switch (id) {
	case IE_PARTS:
		return length == 3;
	case IE_PARTS_16:
	case IE_PORTS_16:
		return length == 4;
	case IE_PORTS_8:
		return length == 2;
	case IE_SINGLE_SHIFT:
	case IE_LOCKING_SHIFT:
		return length == 1;
	default:
		return false;
	}
}

static void set_known(struct udh *h, uint8_t id, const uint8_t *data)
{
	switch (id) {
	case IE_PARTS:
	case IE_PARTS_16:
		set_parts(h, id == IE_PARTS_16, data);
		break;
	case IE_PORTS_8:
	case IE_PORTS_16:
		set_ports(h, id == IE_PORTS_8, data);
		break;
	case IE_SINGLE_SHIFT:
		h->single = data[0];
		break;
	default:
		h->locking = data[0];
		break;
	}
}

enum err udh_decode(struct bytes in, struct udh *out, size_t *used,
		    struct fault *why)
{
	struct udh h = { 0 };
	size_t end, at = 1, next;

	if (in.n == 0 || in.n - 1 < in.p[0])
		return fault_set(why, ERR_MORE, "UDHL", CLAUSE, in.n);
	end = 1U + in.p[0];
	for (; at < end; at = next) {
		if (end - at < 2 || end - at - 2 < in.p[at + 1])
			return fault_set(why, ERR_MALFORMED, "IEDL", CLAUSE,
					 at);
		next = at + 2 + in.p[at + 1];
		if (known(in.p[at], in.p[at + 1])) {
			set_known(&h, in.p[at], in.p + at + 2);
			continue;
		}
		if (h.other.p == NULL)
			h.other.p = in.p + at;
		h.other.n = (size_t)(in.p + next - h.other.p);
	}
	*out = h;
	*used = end;
	return OK;
}

static bool wide_parts(const struct udh *h)
{
	return h->wide || h->ref > 0xFF;
}

static bool wide_ports(const struct udh *h)
{
	return !h->narrow || h->to_port > 0xFF || h->from_port > 0xFF;
}

/*
 * Copies the unknown IEs of `other` to `to`, unless NULL; returns their
 * octets. What follows the last whole IE is left out.
 */
static size_t copy_other(struct bytes other, uint8_t *to)
{
	size_t n = 0, length;

	while (other.n >= 2 && other.n - 2 >= other.p[1]) {
		length = 2U + other.p[1];
		if (!known(other.p[0], other.p[1])) {
			if (to != NULL)
				memcpy(to + n, other.p, length);
			n += length;
		}
		other = bytes_after(other, length);
	}
	return n;
}

static bool whole_elements(struct bytes other)
{
	while (other.n >= 2 && other.n - 2 >= other.p[1])
		other = bytes_after(other, 2U + other.p[1]);
	return other.n == 0;
}

size_t udh_octets(const struct udh *h)
{
	size_t n = copy_other(h->other, NULL);

	if (h->joined)
		n += wide_parts(h) ? 6 : 5;
	if (h->ports)
		n += wide_ports(h) ? 6 : 4;
	n += h->single != 0 ? 3 : 0;
	n += h->locking != 0 ? 3 : 0;
	return n == 0 ? 0 : n + 1;
}

static uint8_t *put(uint8_t *to, const uint8_t *octets, size_t n)
{
	memcpy(to, octets, n);
	return to + n;
}

static uint8_t *put_parts(uint8_t *to, const struct udh *h)
{
	if (wide_parts(h))
		return put(to,
			   (uint8_t[]){ IE_PARTS_16, 4, (uint8_t)(h->ref >> 8),
					(uint8_t)h->ref, h->of, h->part },
			   6);
	return put(to,
		   (uint8_t[]){ IE_PARTS, 3, (uint8_t)h->ref, h->of, h->part },
		   5);
}

static uint8_t *put_ports(uint8_t *to, const struct udh *h)
{
	uint16_t t = h->to_port, f = h->from_port;

	if (wide_ports(h))
		return put(to,
			   (uint8_t[]){ IE_PORTS_16, 4, (uint8_t)(t >> 8),
					(uint8_t)t, (uint8_t)(f >> 8),
					(uint8_t)f },
			   6);
	return put(to, (uint8_t[]){ IE_PORTS_8, 2, (uint8_t)t, (uint8_t)f }, 4);
}

static enum err encodable(const struct udh *h)
{
	if (h->joined && (h->part == 0 || h->part > h->of))
		return ERR_RANGE;
	if (!whole_elements(h->other))
		return ERR_MALFORMED;
	return udh_octets(h) > UDH_OCTETS_MAX ? ERR_TOOBIG : OK;
}

enum err udh_write(const struct udh *h, uint8_t *to)
{
	enum err e = encodable(h);
	size_t n = udh_octets(h);

	if (e != OK || n == 0)
		return e;
	*to++ = (uint8_t)(n - 1);
	if (h->joined)
		to = put_parts(to, h);
	if (h->ports)
		to = put_ports(to, h);
	if (h->single != 0)
		to = put(to, (uint8_t[]){ IE_SINGLE_SHIFT, 1, h->single }, 3);
	if (h->locking != 0)
		to = put(to, (uint8_t[]){ IE_LOCKING_SHIFT, 1, h->locking }, 3);
	copy_other(h->other, to);
	return OK;
}

enum err udh_encode(const struct udh *h, struct buf *to)
{
	uint8_t octets[UDH_OCTETS_MAX];
	enum err e;

	if ((e = udh_write(h, octets)) != OK)
		return e;
	buf_put(to, (struct bytes){ octets, udh_octets(h) });
	return buf_status(to);
}
