#include "gateway/checksum.h"

#include <endian.h>
#include <string.h>

static uint64_t left(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static inline void mix(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = left(v[1], 13) ^ v[0];
	v[3] = left(v[3], 16) ^ v[2];
	v[0] = left(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = left(v[1], 17) ^ v[2];
	v[3] = left(v[3], 21) ^ v[0];
	v[2] = left(v[2], 32);
}

static inline void take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v);
	v[0] ^= word;
}

uint64_t checksum(uint64_t key, struct bytes in)
{
	uint64_t v[4] = {
		UINT64_C(0x736f6d6570736575) ^ key,
		UINT64_C(0x646f72616e646f6d),
		UINT64_C(0x6c7967656e657261) ^ key,
		UINT64_C(0x7465646279746573),
	};
	uint64_t word;
	size_t at;

	for (at = 0; in.n - at >= 8; at += 8) {
		memcpy(&word, in.p + at, 8);
		take(v, le64toh(word));
	}
	word = 0;
	if (in.n > at)
		memcpy(&word, in.p + at, in.n - at);
	take(v, le64toh(word) | (uint64_t)in.n << 56);
	v[2] ^= 0xff;
	mix(v);
	mix(v);
	mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
