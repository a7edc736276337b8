/* codecs/digest.h: pieces make no difference; permutations have inverses. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/digest.h"

static void pieces(struct bytes in, size_t cut)
{
	struct bytes two[2] = { { in.p, cut }, bytes_after(in, cut) };
	uint8_t one[DIGEST_OCTETS_MAX], other[DIGEST_OCTETS_MAX];

	MUST(digest_of(DIGEST_SHA256, &in, 1, one) == OK);
	MUST(digest_of(DIGEST_SHA256, two, 2, other) == OK);
	MUST(memcmp(one, other, DIGEST_SHA256_OCTETS) == 0);
	MUST(digest_hmac_sha256(two[0], &in, 1, one) == OK);
	MUST(digest_hmac_sha256(two[0], two, 2, other) == OK);
	MUST(memcmp(one, other, DIGEST_SHA256_OCTETS) == 0);
	MUST(digest_hmac_sha1(two[0], &in, 1, one) == OK);
	MUST(digest_hmac_sha1(two[0], two, 2, other) == OK);
	MUST(memcmp(one, other, DIGEST_SHA1_OCTETS) == 0);
}

static void permutations(const uint8_t key[16], const uint8_t block[16])
{
	struct digest_seal *s = digest_seal_new(key);
	uint8_t sealed[16], open[16];
	uint64_t v;

	memcpy(&v, block, sizeof v);
	MUST(digest_unscramble64(key, digest_scramble64(key, v)) == v);
	MUST(s != NULL && digest_seal_close(s, block, sealed) == OK);
	MUST(digest_seal_open(s, sealed, open) == OK);
	MUST(memcmp(open, block, 16) == 0);
	digest_seal_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };

	pieces(in, size / 2);
	if (size < 32)
		return 0;
	permutations(data, data + 16);
	MUST(digest_siphash(data, in) == digest_siphash(data, in));
	return 0;
}
