/*
 * codecs/digest.h - fingerprints, keyed fingerprints, sealed identifiers and
 * the answers of HTTP digest authentication as SIP uses it. digest.c is the
 * only file with OpenSSL's libcrypto; the keyed permutations of 64 bits
 * (digest_siphash.c) need no library.
 *
 * Each function that uses libcrypto may answer ERR_NOMEM; nothing else fails
 * unless it says so. All are safe in several threads.
 */
#ifndef CODECS_DIGEST_H
#define CODECS_DIGEST_H

#include "codecs/bytes.h"

enum digest_algorithm {
	DIGEST_MD5,		/* RFC 1321, 16 octets                       */
	DIGEST_SHA256		/* FIPS 180-4, 32 octets                     */
};

#define DIGEST_MD5_OCTETS    16
#define DIGEST_SHA1_OCTETS   20
#define DIGEST_SHA256_OCTETS 32
#define DIGEST_OCTETS_MAX    32

/** Length of the algorithm's value in octets. */
size_t digest_octets(enum digest_algorithm a);

/** "MD5" or "SHA-256", as in WWW-Authenticate (RFC 8760 2.1). */
const char *digest_name(enum digest_algorithm a);

/** That name, upper or lower case. ERR_UNSUPPORTED: another algorithm. */
enum err digest_by_name(struct bytes name, enum digest_algorithm *a) CHECKED;

/** Of the `count` pieces joined; writes digest_octets(a) octets to `out`. */
enum err digest_of(enum digest_algorithm a, const struct bytes *pieces,
		   size_t count, uint8_t *out) CHECKED;

/** RFC 2104 with SHA-256, of the `count` pieces joined. */
enum err digest_hmac_sha256(struct bytes key, const struct bytes *pieces,
			    size_t count, uint8_t out[DIGEST_SHA256_OCTETS])
	CHECKED;

/** RFC 2104 with SHA-1 (RFC 2202), of the `count` pieces joined. */
enum err digest_hmac_sha1(struct bytes key, const struct bytes *pieces,
			  size_t count, uint8_t out[DIGEST_SHA1_OCTETS])
	CHECKED;

/** RFC 7914, 32 octets; codecs/scrypt.h has the bounds. */
struct scrypt_cost;
enum err digest_scrypt(const struct scrypt_cost *cost, struct bytes salt,
		       struct bytes password, uint8_t out[32]) CHECKED;

/* A value over octets that arrive piece by piece. */
struct digest_stream;

/** NULL: no memory. */
struct digest_stream *digest_stream_new(enum digest_algorithm a);
void digest_stream_free(struct digest_stream *s);
enum err digest_stream_add(struct digest_stream *s, struct bytes in) CHECKED;

/** Writes the value; the stream then starts again, empty. */
enum err digest_stream_end(struct digest_stream *s, uint8_t *out) CHECKED;

/** Equal; takes the same time wherever the first difference is. */
bool digest_equal(struct bytes a, struct bytes b);

/* One 16-octet block under AES-128 (FIPS 197), for sealed identifiers. */
struct digest_seal;

/** Not for several threads at once. NULL: no memory. */
struct digest_seal *digest_seal_new(const uint8_t key[16]);
void digest_seal_free(struct digest_seal *s);
enum err digest_seal_close(struct digest_seal *s, const uint8_t in[16],
			   uint8_t out[16]) CHECKED;
enum err digest_seal_open(struct digest_seal *s, const uint8_t in[16],
			  uint8_t out[16]) CHECKED;

/** SipHash-2-4, 64-bit, for hash tables over foreign keys. */
uint64_t digest_siphash(const uint8_t key[16], struct bytes in);

/* A keyed permutation of 64-bit numbers, and its inverse. */
uint64_t digest_scramble64(const uint8_t key[16], uint64_t v);
uint64_t digest_unscramble64(const uint8_t key[16], uint64_t v);

/* Hexadecimal text as digest authentication compares it; NUL-terminated. */
struct digest_text {
	char text[2 * DIGEST_OCTETS_MAX + 1];
	size_t n;		/* 32 or 64                                  */
};

enum digest_qop {
	DIGEST_QOP_NONE,	/* RFC 2069 form; nc and cnonce are not used */
	DIGEST_QOP_AUTH,
	DIGEST_QOP_AUTH_INT	/* covers the body                           */
};

/* What one answer is made of; all without quotes (RFC 7616 3.4). */
struct digest_request {
	enum digest_algorithm algorithm;
	enum digest_qop qop;
	struct bytes ha1;	/* hexadecimal, from digest_ha1              */
	struct bytes nonce, nc, cnonce;
	struct bytes method;	/* empty for rspauth (RFC 7616 3.5)          */
	struct bytes uri;	/* digest-uri exactly as in the header       */
	struct bytes body;	/* for DIGEST_QOP_AUTH_INT                   */
};

/** H(user ":" realm ":" password) (RFC 7616 3.4.2). */
enum err digest_ha1(enum digest_algorithm a, struct bytes user,
		    struct bytes realm, struct bytes password,
		    struct digest_text *out) CHECKED;

/** The response, or rspauth, of `r` (RFC 2617 3.2.2, RFC 7616 3.4.1). */
enum err digest_response(const struct digest_request *r,
			 struct digest_text *out) CHECKED;

#endif
