/*
 * codecs/scrypt.h - passwords kept as scrypt makes of them (RFC 7914):
 * "$scrypt$N$R$P$SALT$HEX", 32 octets in hexadecimal digits; SALT is text
 * without '$' and stands for its own octets.
 */
#ifndef CODECS_SCRYPT_H
#define CODECS_SCRYPT_H

#include "codecs/bytes.h"

#define SCRYPT_PREFIX	  "$scrypt$"
#define SCRYPT_SALT_MAX	  64
#define SCRYPT_OCTETS	  32
#define SCRYPT_MEMORY_MAX (64 * 1024 * 1024) /* 128 * N * R               */
#define SCRYPT_P_MAX	  16

struct scrypt_cost {
	uint64_t n; /* a power of two above 1                    */
	uint64_t r, p;
};

/** Appends the text. ERR_RANGE: salt or cost are not as above; ERR_NOMEM. */
enum err scrypt_hash(const struct scrypt_cost *cost, const char *salt,
		     struct bytes password, struct buf *to) CHECKED;

/**
 * OK: it is the password; the comparison takes the same time wherever the
 * first difference is. ERR_DENIED: it is not. ERR_MALFORMED, ERR_RANGE: not
 * such a text, or one that costs more than is allowed here. ERR_NOMEM.
 */
enum err scrypt_check(struct bytes hash, struct bytes password) CHECKED;

#endif
