#include "codecs/scrypt.h"

#include <string.h>

#include "codecs/base64.h"
#include "codecs/digest.h"

static bool in_bounds(const struct scrypt_cost *c, struct bytes salt)
{
	return c->n > 1 && (c->n & (c->n - 1)) == 0 && c->r > 0 && c->p > 0 &&
	       c->p <= SCRYPT_P_MAX && c->r <= SCRYPT_MEMORY_MAX / 128 &&
	       c->n <= SCRYPT_MEMORY_MAX / 128 / c->r && salt.n > 0 &&
	       salt.n <= SCRYPT_SALT_MAX && bytes_find(salt, '$') == salt.n;
}

static enum err derive(const struct scrypt_cost *c, struct bytes salt,
		       struct bytes password, uint8_t out[SCRYPT_OCTETS])
{
	if (!in_bounds(c, salt))
		return ERR_RANGE;
	return digest_scrypt(c, salt, password, out);
}

enum err scrypt_hash(const struct scrypt_cost *cost, const char *salt,
		     struct bytes password, struct buf *to)
{
	uint8_t value[SCRYPT_OCTETS];
	enum err e = derive(cost, bytes_of(salt), password, value);

	if (e != OK)
		return e;
	buf_printf(to, SCRYPT_PREFIX "%llu$%llu$%llu$%s$",
		   (unsigned long long)cost->n, (unsigned long long)cost->r,
		   (unsigned long long)cost->p, salt);
	hex_put(to, (struct bytes){ value, sizeof value });
	return buf_status(to);
}

/* What stands before the next '$', which is taken away with it. */
static struct bytes word(struct bytes *rest)
{
	size_t n = bytes_find(*rest, '$');
	struct bytes w = { rest->p, n };

	*rest = bytes_after(*rest, n + 1);
	return w;
}

enum err scrypt_check(struct bytes hash, struct bytes password)
{
	struct bytes rest = bytes_after(hash, strlen(SCRYPT_PREFIX)), salt;
	uint8_t want[SCRYPT_OCTETS], got[SCRYPT_OCTETS];
	struct scrypt_cost c;
	enum err e;

	if (hash.n < strlen(SCRYPT_PREFIX) ||
	    memcmp(hash.p, SCRYPT_PREFIX, strlen(SCRYPT_PREFIX)) != 0 ||
	    bytes_decimal(word(&rest), UINT32_MAX, &c.n) != OK ||
	    bytes_decimal(word(&rest), UINT32_MAX, &c.r) != OK ||
	    bytes_decimal(word(&rest), UINT32_MAX, &c.p) != OK)
		return ERR_MALFORMED;
	salt = word(&rest);
	if (rest.n != 2 * SCRYPT_OCTETS)
		return ERR_MALFORMED;
	if ((e = hex_read(rest, want, sizeof want)) != OK ||
	    (e = derive(&c, salt, password, got)) != OK)
		return e;
	return digest_equal((struct bytes){ want, sizeof want },
			    (struct bytes){ got, sizeof got })
		       ? OK
		       : ERR_DENIED;
}
