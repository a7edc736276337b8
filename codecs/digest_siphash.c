#include "codecs/digest.h"

/*
 * SipHash: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input
 * PRF" (2012), clause 2. The permutation is a Feistel network of eight
 * rounds over 32-bit halves whose round function is SipHash.
 */
#define ROUNDS 8

struct state {
	uint64_t a, b, c, d;
};

static uint64_t little_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static uint64_t rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void rounds(struct state *s, unsigned n)
{
	while (n-- > 0) {
		s->a += s->b;
		s->c += s->d;
		s->b = rotate(s->b, 13) ^ s->a;
		s->d = rotate(s->d, 16) ^ s->c;
		s->a = rotate(s->a, 32);
		s->c += s->b;
		s->a += s->d;
		s->b = rotate(s->b, 17) ^ s->c;
		s->d = rotate(s->d, 21) ^ s->a;
		s->c = rotate(s->c, 32);
	}
}

static void absorb(struct state *s, uint64_t word)
{
	s->d ^= word;
	rounds(s, 2);
	s->a ^= word;
}

uint64_t digest_siphash(const uint8_t key[16], struct bytes in)
{
	uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8);
	struct state s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
			   k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };
	uint64_t last = (uint64_t)in.n << 56;
	size_t i;

	for (i = 0; i + 8 <= in.n; i += 8)
		absorb(&s, little_endian(in.p + i, 8));
	if (i < in.n)
		last |= little_endian(in.p + i, in.n - i);
	absorb(&s, last);
	s.c ^= 0xFF;
	rounds(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}

/* What round `i` adds to the other half. */
static uint32_t round_value(const uint8_t key[16], unsigned i, uint32_t half)
{
	uint8_t octets[5] = { (uint8_t)i, (uint8_t)(half >> 24),
			      (uint8_t)(half >> 16), (uint8_t)(half >> 8),
			      (uint8_t)half };

	return (uint32_t)digest_siphash(key, (struct bytes){ octets, 5 });
}

uint64_t digest_scramble64(const uint8_t key[16], uint64_t v)
{
	uint32_t left = (uint32_t)(v >> 32), right = (uint32_t)v, next;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		next = left ^ round_value(key, i, right);
		left = right;
		right = next;
	}
	return (uint64_t)left << 32 | right;
}

uint64_t digest_unscramble64(const uint8_t key[16], uint64_t v)
{
	uint32_t left = (uint32_t)(v >> 32), right = (uint32_t)v, previous;
	unsigned i;

	for (i = ROUNDS; i-- > 0;) {
		previous = right ^ round_value(key, i, left);
		right = left;
		left = previous;
	}
	return (uint64_t)left << 32 | right;
}
