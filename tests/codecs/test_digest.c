#include "codecs/digest.h"

#include <string.h>

#include "codecs/base64.h"
#include "tests/check.h"

static const struct hash_row {
	const char *name;
	enum digest_algorithm algorithm;
	const char *text, *hex;
} hashes[] = {
	{ "RFC 1321 A.5, empty", DIGEST_MD5, "",
	  "d41d8cd98f00b204e9800998ecf8427e" },
	{ "RFC 1321 A.5, a", DIGEST_MD5, "a",
	  "0cc175b9c0f1b6a831c399e269772661" },
	{ "RFC 1321 A.5, abc", DIGEST_MD5, "abc",
	  "900150983cd24fb0d6963f7d28e17f72" },
	{ "RFC 1321 A.5, message digest", DIGEST_MD5, "message digest",
	  "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "FIPS 180-4 example, abc", DIGEST_SHA256, "abc",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "FIPS 180-4 example, two blocks", DIGEST_SHA256,
	  "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "SHA-256 of nothing", DIGEST_SHA256, "",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};

static bool is_hex(const uint8_t *octets, size_t n, const char *hex)
{
	struct buf b = BUF_INIT(128);
	bool same;

	hex_put(&b, (struct bytes){ octets, n });
	same = bytes_is(buf_bytes(&b), hex);
	buf_clear(&b);
	return same;
}

static void test_hashes(void)
{
	uint8_t out[DIGEST_OCTETS_MAX];
	struct digest_stream *s;
	struct bytes pieces[2];
	size_t i, n, cut;

	for (i = 0; i < sizeof hashes / sizeof *hashes; i++) {
		const struct hash_row *r = &hashes[i];

		n = digest_octets(r->algorithm);
		pieces[0] = bytes_of(r->text);
		ROW(r, digest_of(r->algorithm, pieces, 1, out) == OK);
		ROW(r, is_hex(out, n, r->hex));
		cut = pieces[0].n / 2;
		pieces[1] = bytes_after(pieces[0], cut);
		pieces[0].n = cut;
		ROW(r, digest_of(r->algorithm, pieces, 2, out) == OK);
		ROW(r, is_hex(out, n, r->hex));
		s = digest_stream_new(r->algorithm);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		for (cut = 0; cut < 2; cut++) {
			ROW(r, digest_stream_add(s, pieces[0]) == OK);
			ROW(r, digest_stream_add(s, pieces[1]) == OK);
			ROW(r, digest_stream_end(s, out) == OK);
			ROW(r, is_hex(out, n, r->hex));
		}
		digest_stream_free(s);
	}
}

/* RFC 4231 4.2-4.4, 4.7 and 4.8; the key is one octet repeated, or text. */
static const struct hmac_row {
	const char *name, *key;
	uint8_t key_octet;
	size_t key_n;
	const char *text, *hex;
} hmacs[] = {
	{ "4.2", NULL, 0x0B, 20, "Hi There",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "4.3", "Jefe", 0, 4, "what do ya want for nothing?",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "4.7, key above a block", NULL, 0xAA, 131,
	  "Test Using Larger Than Block-Size Key - Hash Key First",
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ "4.8", NULL, 0xAA, 131,
	  "This is a test using a larger than block-size key and a larger "
	  "than block-size data. The key needs to be hashed before being "
	  "used by the HMAC algorithm.",
	  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void test_hmac(void)
{
	uint8_t key[131], out[DIGEST_SHA256_OCTETS];
	struct bytes text, k;
	size_t i;

	for (i = 0; i < sizeof hmacs / sizeof *hmacs; i++) {
		const struct hmac_row *r = &hmacs[i];

		memset(key, r->key_octet, sizeof key);
		if (r->key != NULL)
			memcpy(key, r->key, r->key_n);
		k = (struct bytes){ key, r->key_n };
		text = bytes_of(r->text);
		ROW(r, digest_hmac_sha256(k, &text, 1, out) == OK);
		ROW(r, is_hex(out, sizeof out, r->hex));
	}
}

/* RFC 2202 3, cases 1, 2, 6 and 7. */
static const struct hmac_row hmacs_sha1[] = {
	{ "case 1", NULL, 0x0B, 20, "Hi There",
	  "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ "case 2", "Jefe", 0, 4, "what do ya want for nothing?",
	  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ "case 6, key above a block", NULL, 0xAA, 80,
	  "Test Using Larger Than Block-Size Key - Hash Key First",
	  "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	{ "case 7", NULL, 0xAA, 80,
	  "Test Using Larger Than Block-Size Key and Larger Than One "
	  "Block-Size Data",
	  "e8e99d0f45237d786d6bbaa7965c7808bbff1a91" },
};

static void test_hmac_sha1(void)
{
	uint8_t key[80], out[DIGEST_SHA1_OCTETS];
	struct bytes two[2], k;
	size_t i;

	for (i = 0; i < sizeof hmacs_sha1 / sizeof *hmacs_sha1; i++) {
		const struct hmac_row *r = &hmacs_sha1[i];

		memset(key, r->key_octet, sizeof key);
		if (r->key != NULL)
			memcpy(key, r->key, r->key_n);
		k = (struct bytes){ key, r->key_n };
		two[1] = bytes_of(r->text);
		two[0] = (struct bytes){ two[1].p, 3 };
		two[1] = bytes_after(two[1], 3);
		ROW(r, digest_hmac_sha1(k, two, 2, out) == OK);
		ROW(r, is_hex(out, sizeof out, r->hex));
	}
}

/* FIPS 197 C.1. */
static void test_seal(void)
{
	uint8_t key[16], plain[16], sealed[16], back[16];
	struct digest_seal *s;
	unsigned i;

	for (i = 0; i < 16; i++) {
		key[i] = (uint8_t)i;
		plain[i] = (uint8_t)(i * 0x11);
	}
	s = digest_seal_new(key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	for (i = 0; i < 3; i++) {
		CU_ASSERT(digest_seal_close(s, plain, sealed) == OK);
		CU_ASSERT(
			is_hex(sealed, 16, "69c4e0d86a7b0430d8cdb78070b4c55a"));
		CU_ASSERT(digest_seal_open(s, sealed, back) == OK);
		CU_ASSERT(memcmp(back, plain, 16) == 0);
	}
	digest_seal_free(s);
	digest_seal_free(NULL);
}

/* The SipHash paper, appendix A: key 00..0f, input 00..0e; and no input. */
static void test_siphash(void)
{
	uint8_t key[16], in[15];
	unsigned i;

	for (i = 0; i < 16; i++)
		key[i] = (uint8_t)i;
	memcpy(in, key, sizeof in);
	CU_ASSERT(digest_siphash(key, (struct bytes){ in, 15 }) ==
		  0xa129ca6149be45e5);
	CU_ASSERT(digest_siphash(key, (struct bytes){ NULL, 0 }) ==
		  0x726fdb47dd0e0e31);
}

static void test_scramble(void)
{
	static const uint64_t numbers[] = {
		0, 1, 2, UINT32_MAX, UINT64_C(1) << 63, UINT64_MAX
	};
	uint8_t key[16] = { 1, 2, 3 }, other[16] = { 9 };
	uint64_t v, seen = 0;
	size_t i;

	for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		v = digest_scramble64(key, numbers[i]);
		CU_ASSERT(digest_unscramble64(key, v) == numbers[i]);
		CU_ASSERT(v != digest_scramble64(other, numbers[i]));
		CU_ASSERT(v != numbers[i] && v != seen);
		seen = v;
	}
	for (v = 0; v < 1000; v++) {
		CU_ASSERT(digest_unscramble64(key, digest_scramble64(key, v)) ==
			  v);
		CU_ASSERT(digest_scramble64(key, digest_unscramble64(key, v)) ==
			  v);
	}
}

/* Users, nonces and answers as the RFCs print them. */
static const struct auth_row {
	const char *name;
	enum digest_algorithm algorithm;
	enum digest_qop qop;
	const char *user, *realm, *password, *nonce, *cnonce, *uri, *answer;
} auths[] = {
	{ "RFC 2617 3.5, MD5 auth", DIGEST_MD5, DIGEST_QOP_AUTH, "Mufasa",
	  "testrealm@host.com", "Circle Of Life",
	  "dcd98b7102dd2f0e8b11d0f600bfb0c093", "0a4f113b", "/dir/index.html",
	  "6629fae49393a05397450978507c4ef1" },
	{ "RFC 7616 3.9.1, MD5", DIGEST_MD5, DIGEST_QOP_AUTH, "Mufasa",
	  "http-auth@example.org", "Circle of Life",
	  "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
	  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "/dir/index.html",
	  "8ca523f5e9506fed4657c9700eebdbec" },
	{ "RFC 7616 3.9.1, SHA-256", DIGEST_SHA256, DIGEST_QOP_AUTH, "Mufasa",
	  "http-auth@example.org", "Circle of Life",
	  "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
	  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "/dir/index.html",
	  "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1" },
};

static void test_answers(void)
{
	struct digest_text ha1, answer;
	struct digest_request q;
	size_t i;

	for (i = 0; i < sizeof auths / sizeof *auths; i++) {
		const struct auth_row *r = &auths[i];

		ROW(r, digest_ha1(r->algorithm, bytes_of(r->user),
				  bytes_of(r->realm), bytes_of(r->password),
				  &ha1) == OK);
		q = (struct digest_request){
			.algorithm = r->algorithm,
			.qop = r->qop,
			.ha1 = bytes_of(ha1.text),
			.nonce = bytes_of(r->nonce),
			.nc = bytes_of("00000001"),
			.cnonce = bytes_of(r->cnonce),
			.method = bytes_of("GET"),
			.uri = bytes_of(r->uri),
		};
		ROW(r, digest_response(&q, &answer) == OK);
		ROW(r, strcmp(answer.text, r->answer) == 0);
		ROW(r, answer.n == strlen(r->answer));
	}
}

/* MD5 over the parts in the order of the clause, `text` being all of it. */
static void md5_of(const char *text, char out[33])
{
	struct bytes in = bytes_of(text);
	struct buf b = BUF_INIT(64);
	uint8_t octets[16];

	CU_ASSERT_FATAL(digest_of(DIGEST_MD5, &in, 1, octets) == OK);
	hex_put(&b, (struct bytes){ octets, 16 });
	memcpy(out, buf_string(&b), 33);
	buf_clear(&b);
}

/* The forms without a vector in the RFCs, taken apart by hand. */
static void test_other_forms(void)
{
	char body[33], a2[33], want[33];
	struct buf text = BUF_INIT(512);
	struct digest_text answer;
	struct digest_request q = {
		.qop = DIGEST_QOP_AUTH_INT,
		.ha1 = bytes_of("0123456789abcdef0123456789abcdef"),
		.nonce = bytes_of("n"),
		.nc = bytes_of("00000002"),
		.cnonce = bytes_of("c"),
		.method = bytes_of("MESSAGE"),
		.uri = bytes_of("sip:b@h"),
		.body = bytes_of("hello"),
	};

	md5_of("hello", body);
	buf_printf(&text, "MESSAGE:sip:b@h:%s", body);
	md5_of(buf_string(&text), a2);
	buf_reset(&text);
	buf_printf(&text,
		   "0123456789abcdef0123456789abcdef:n:00000002:c:auth-int:%s",
		   a2);
	md5_of(buf_string(&text), want);
	CU_ASSERT(digest_response(&q, &answer) == OK);
	CU_ASSERT_STRING_EQUAL(answer.text, want);

	q.qop = DIGEST_QOP_NONE; /* RFC 2617 3.2.2.1, last case */
	md5_of("MESSAGE:sip:b@h", a2);
	buf_reset(&text);
	buf_printf(&text, "0123456789abcdef0123456789abcdef:n:%s", a2);
	md5_of(buf_string(&text), want);
	CU_ASSERT(digest_response(&q, &answer) == OK);
	CU_ASSERT_STRING_EQUAL(answer.text, want);
	buf_clear(&text);
}

static void test_names(void)
{
	enum digest_algorithm a = DIGEST_MD5;

	CU_ASSERT(digest_by_name(bytes_of("sha-256"), &a) == OK);
	CU_ASSERT(a == DIGEST_SHA256);
	CU_ASSERT(digest_by_name(bytes_of("MD5"), &a) == OK);
	CU_ASSERT(a == DIGEST_MD5);
	CU_ASSERT(digest_by_name(bytes_of("MD5-sess"), &a) == ERR_UNSUPPORTED);
	CU_ASSERT_STRING_EQUAL(digest_name(DIGEST_MD5), "MD5");
	CU_ASSERT_STRING_EQUAL(digest_name(DIGEST_SHA256), "SHA-256");
}

static void test_equal(void)
{
	CU_ASSERT(digest_equal(bytes_of("abc"), bytes_of("abc")));
	CU_ASSERT(!digest_equal(bytes_of("abc"), bytes_of("abd")));
	CU_ASSERT(!digest_equal(bytes_of("abc"), bytes_of("ab")));
	CU_ASSERT(digest_equal(bytes_of(""), bytes_of(NULL)));
}

static void test_memory(void)
{
	uint8_t key[16] = { 0 };

	mem_fail_at(1);
	CU_ASSERT_PTR_NULL(digest_stream_new(DIGEST_MD5));
	CU_ASSERT_PTR_NULL(digest_seal_new(key));
	mem_fail_at(0);
}

static const struct check_test tests[] = {
	{ "hashes", test_hashes },
	{ "HMAC of RFC 4231", test_hmac },
	{ "HMAC of RFC 2202", test_hmac_sha1 },
	{ "AES-128 of FIPS 197", test_seal },
	{ "SipHash-2-4", test_siphash },
	{ "permutation of 64 bits", test_scramble },
	{ "answers as the RFCs print them", test_answers },
	{ "auth-int and no qop", test_other_forms },
	{ "names of algorithms", test_names },
	{ "comparison", test_equal },
	{ "memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("digest", tests)
