#include "codecs/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "codecs/arena.h"
#include "codecs/scrypt.h"

/*
 * OpenSSL 3 looks an algorithm up by name at each EVP_sha256() use, which
 * costs more than the hash. These are fetched once, by whichever thread
 * comes first, and are constant from then on; they live with the process.
 */
static struct {
	EVP_MD *md5, *sha1, *sha256;
	EVP_CIPHER *aes;
} fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
	fetched.md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	fetched.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	fetched.aes = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
}

static EVP_MD *algorithm(enum digest_algorithm a)
{
	if (pthread_once(&fetched_once, fetch_all) != 0)
		return NULL;
	return a == DIGEST_MD5 ? fetched.md5 : fetched.sha256;
}

static EVP_MD *sha1(void)
{
	if (pthread_once(&fetched_once, fetch_all) != 0)
		return NULL;
	return fetched.sha1;
}

size_t digest_octets(enum digest_algorithm a)
{
	return a == DIGEST_MD5 ? DIGEST_MD5_OCTETS : DIGEST_SHA256_OCTETS;
}

const char *digest_name(enum digest_algorithm a)
{
	return a == DIGEST_MD5 ? "MD5" : "SHA-256";
}

enum err digest_by_name(struct bytes name, enum digest_algorithm *a)
{
	if (bytes_is_nocase(name, "MD5"))
		*a = DIGEST_MD5;
	else if (bytes_is_nocase(name, "SHA-256"))
		*a = DIGEST_SHA256;
	else
		return ERR_UNSUPPORTED;
	return OK;
}

struct digest_stream {
	EVP_MD_CTX *context;
	EVP_MD *algorithm;
};

static bool start(struct digest_stream *s)
{
	return EVP_DigestInit_ex(s->context, s->algorithm, NULL) == 1;
}

static bool stream_open(struct digest_stream *s, EVP_MD *md)
{
	s->context = NULL;
	s->algorithm = md;
	if (s->algorithm == NULL)
		return false;
	s->context = EVP_MD_CTX_new();
	return s->context != NULL && start(s);
}

static void stream_close(struct digest_stream *s)
{
	EVP_MD_CTX_free(s->context);
}

struct digest_stream *digest_stream_new(enum digest_algorithm a)
{
	struct digest_stream *s = mem_alloc(sizeof *s);

	if (s == NULL)
		return NULL;
	if (!stream_open(s, algorithm(a))) {
		digest_stream_free(s);
		return NULL;
	}
	return s;
}

void digest_stream_free(struct digest_stream *s)
{
	if (s == NULL)
		return;
	stream_close(s);
	mem_free(s);
}

enum err digest_stream_add(struct digest_stream *s, struct bytes in)
{
	if (in.n == 0 || EVP_DigestUpdate(s->context, in.p, in.n) == 1)
		return OK;
	return ERR_NOMEM;
}

enum err digest_stream_end(struct digest_stream *s, uint8_t *out)
{
	if (EVP_DigestFinal_ex(s->context, out, NULL) != 1 || !start(s))
		return ERR_NOMEM;
	return OK;
}

static enum err add_all(struct digest_stream *s, const struct bytes *pieces,
			size_t count)
{
	size_t i;
	enum err e;

	for (i = 0; i < count; i++)
		if ((e = digest_stream_add(s, pieces[i])) != OK)
			return e;
	return OK;
}

enum err digest_of(enum digest_algorithm a, const struct bytes *pieces,
		   size_t count, uint8_t *out)
{
	struct digest_stream s;
	enum err e = ERR_NOMEM;

	if (!stream_open(&s, algorithm(a)))
		goto out;
	if ((e = add_all(&s, pieces, count)) != OK)
		goto out;
	if (EVP_DigestFinal_ex(s.context, out, NULL) != 1)
		e = ERR_NOMEM;
out:
	stream_close(&s);
	return e;
}

#define HMAC_BLOCK 64 /* octets of a block of SHA-1 and SHA-256 (RFC 2104) */

/* The key as a block, each octet combined with `with`. */
static void key_block(struct bytes key, uint8_t with, uint8_t block[HMAC_BLOCK])
{
	size_t i;

	memset(block, with, HMAC_BLOCK);
	for (i = 0; i < key.n; i++)
		block[i] ^= key.p[i];
}

/* Writes the `octets` of one value of `md` to `out`. */
static enum err hmac(EVP_MD *md, size_t octets, struct bytes key,
		     const struct bytes *pieces, size_t count, uint8_t *out)
{
	uint8_t block[HMAC_BLOCK], inner[DIGEST_OCTETS_MAX];
	uint8_t short_key[DIGEST_OCTETS_MAX];
	struct digest_stream s;
	enum err e = ERR_NOMEM;

	if (!stream_open(&s, md))
		goto out;
	if (key.n > HMAC_BLOCK) {
		if ((e = digest_stream_add(&s, key)) != OK ||
		    (e = digest_stream_end(&s, short_key)) != OK)
			goto out;
		key = (struct bytes){ short_key, octets };
	}
	key_block(key, 0x36, block);
	if ((e = digest_stream_add(&s, (struct bytes){ block, HMAC_BLOCK })) !=
		    OK ||
	    (e = add_all(&s, pieces, count)) != OK ||
	    (e = digest_stream_end(&s, inner)) != OK)
		goto out;
	key_block(key, 0x5C, block);
	if ((e = digest_stream_add(&s, (struct bytes){ block, HMAC_BLOCK })) !=
		    OK ||
	    (e = digest_stream_add(&s, (struct bytes){ inner, octets })) !=
		    OK ||
	    (e = digest_stream_end(&s, out)) != OK)
		goto out;
out:
	stream_close(&s);
	OPENSSL_cleanse(block, sizeof block);
	OPENSSL_cleanse(short_key, sizeof short_key);
	return e;
}

enum err digest_hmac_sha256(struct bytes key, const struct bytes *pieces,
			    size_t count, uint8_t out[DIGEST_SHA256_OCTETS])
{
	return hmac(algorithm(DIGEST_SHA256), DIGEST_SHA256_OCTETS, key, pieces,
		    count, out);
}

enum err digest_hmac_sha1(struct bytes key, const struct bytes *pieces,
			  size_t count, uint8_t out[DIGEST_SHA1_OCTETS])
{
	return hmac(sha1(), DIGEST_SHA1_OCTETS, key, pieces, count, out);
}

bool digest_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

struct digest_seal {
	EVP_CIPHER_CTX *close, *open;
};

/* A context for one direction, blocks without padding; NULL: no memory. */
static EVP_CIPHER_CTX *seal_context(const uint8_t key[16], int close)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	if (c == NULL)
		return NULL;
	if (EVP_CipherInit_ex2(c, fetched.aes, key, NULL, close, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(c, 0) != 1) {
		EVP_CIPHER_CTX_free(c);
		return NULL;
	}
	return c;
}

struct digest_seal *digest_seal_new(const uint8_t key[16])
{
	struct digest_seal *s;

	if (pthread_once(&fetched_once, fetch_all) != 0 || fetched.aes == NULL)
		return NULL;
	s = mem_zero(sizeof *s);
	if (s == NULL)
		return NULL;
	s->close = seal_context(key, 1);
	s->open = seal_context(key, 0);
	if (s->close == NULL || s->open == NULL) {
		digest_seal_free(s);
		return NULL;
	}
	return s;
}

void digest_seal_free(struct digest_seal *s)
{
	if (s == NULL)
		return;
	EVP_CIPHER_CTX_free(s->close);
	EVP_CIPHER_CTX_free(s->open);
	mem_free(s);
}

static enum err one_block(EVP_CIPHER_CTX *c, const uint8_t in[16],
			  uint8_t out[16])
{
	int n = 0;

	if (EVP_CipherUpdate(c, out, &n, in, 16) != 1 || n != 16)
		return ERR_NOMEM;
	return OK;
}

enum err digest_seal_close(struct digest_seal *s, const uint8_t in[16],
			   uint8_t out[16])
{
	return one_block(s->close, in, out);
}

enum err digest_seal_open(struct digest_seal *s, const uint8_t in[16],
			  uint8_t out[16])
{
	return one_block(s->open, in, out);
}

static enum err text_of(enum digest_algorithm a, const struct bytes *pieces,
			size_t count, struct digest_text *out)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t octets[DIGEST_OCTETS_MAX];
	size_t n = digest_octets(a), i;
	enum err e;

	if ((e = digest_of(a, pieces, count, octets)) != OK)
		return e;
	for (i = 0; i < n; i++) {
		out->text[2 * i] = digits[octets[i] >> 4];
		out->text[2 * i + 1] = digits[octets[i] & 15];
	}
	out->n = 2 * n;
	out->text[out->n] = 0;
	return OK;
}

static struct bytes text_bytes(const struct digest_text *t)
{
	return (struct bytes){ (const uint8_t *)t->text, t->n };
}

enum err digest_ha1(enum digest_algorithm a, struct bytes user,
		    struct bytes realm, struct bytes password,
		    struct digest_text *out)
{
	struct bytes colon = bytes_of(":");
	struct bytes pieces[] = { user, colon, realm, colon, password };

	return text_of(a, pieces, 5, out);
}

/* H(A2): method and URI, and with auth-int the body's own hash. */
static enum err ha2(const struct digest_request *r, struct digest_text *out)
{
	struct bytes colon = bytes_of(":");
	struct bytes pieces[] = { r->method, colon, r->uri, colon, { 0 } };
	struct digest_text body;
	enum err e;

	if (r->qop != DIGEST_QOP_AUTH_INT)
		return text_of(r->algorithm, pieces, 3, out);
	if ((e = text_of(r->algorithm, &r->body, 1, &body)) != OK)
		return e;
	pieces[4] = text_bytes(&body);
	return text_of(r->algorithm, pieces, 5, out);
}

enum err digest_response(const struct digest_request *r,
			 struct digest_text *out)
{
	struct bytes colon = bytes_of(":"), qop;
	struct digest_text a2;
	enum err e;

	if ((e = ha2(r, &a2)) != OK)
		return e;
	if (r->qop == DIGEST_QOP_NONE) {
		struct bytes pieces[] = { r->ha1, colon, r->nonce, colon,
					  text_bytes(&a2) };

		return text_of(r->algorithm, pieces, 5, out);
	}
	qop = bytes_of(r->qop == DIGEST_QOP_AUTH ? "auth" : "auth-int");
	struct bytes pieces[] = { r->ha1, colon, r->nonce,	 colon,
				  r->nc,  colon, r->cnonce,	 colon,
				  qop,	  colon, text_bytes(&a2) };

	return text_of(r->algorithm, pieces, 11, out);
}

enum err digest_scrypt(const struct scrypt_cost *cost, struct bytes salt,
		       struct bytes password, uint8_t out[32])
{
	/* Twice what RFC 7914 needs: the library counts its own, too. */
	if (EVP_PBE_scrypt((const char *)password.p, password.n, salt.p, salt.n,
			   cost->n, cost->r, cost->p,
			   2 * (uint64_t)SCRYPT_MEMORY_MAX, out, 32) != 1)
		return ERR_NOMEM;
	return OK;
}
