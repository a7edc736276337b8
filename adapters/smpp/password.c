#include "adapters/smpp/password.h"

#include <string.h>

#include "codecs/digest.h"
#include "codecs/scrypt.h"

#define PREFIX "$sha256$"

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Cuts the hash in two; false: it has another form. */
static bool read_hash(const char *hash, struct bytes *salt, uint8_t value[32])
{
	struct bytes rest = bytes_of(hash);
	size_t n = strlen(PREFIX), i;
	int high, low;

	if (rest.n < n || memcmp(rest.p, PREFIX, n) != 0)
		return false;
	rest = bytes_after(rest, n);
	n = bytes_find(rest, '$');
	*salt = (struct bytes){ rest.p, n };
	rest = bytes_after(rest, n + 1);
	if (rest.n != 64)
		return false;
	for (i = 0; i < 32; i++) {
		high = hex_digit(rest.p[2 * i]);
		low = hex_digit(rest.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		value[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool sha256_good(const char *hash, struct bytes password)
{
	uint8_t want[DIGEST_SHA256_OCTETS] = { 0 }, got[DIGEST_SHA256_OCTETS];
	struct bytes salt = bytes_of("no such account");
	bool known = read_hash(hash, &salt, want);
	struct bytes pieces[2] = { salt, password };

	if (digest_of(DIGEST_SHA256, pieces, 2, got) != OK)
		return false;
	return digest_equal((struct bytes){ want, sizeof want },
			    (struct bytes){ got, sizeof got }) &&
	       known && password.n > 0;
}

bool password_good(const char *hash, struct bytes password)
{
	if (hash != NULL &&
	    strncmp(hash, SCRYPT_PREFIX, strlen(SCRYPT_PREFIX)) == 0)
		return scrypt_check(bytes_of(hash), password) == OK;
	return sha256_good(hash, password);
}
