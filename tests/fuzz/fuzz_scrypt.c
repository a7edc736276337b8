/* codecs/scrypt.h: any octets are a hash, or none. */
#include "tests/fuzz/fuzz.h"

#include "codecs/scrypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	enum err e = scrypt_check(in, (struct bytes){ data, size & 7 });

	MUST(e == OK || e == ERR_DENIED || e == ERR_MALFORMED ||
	     e == ERR_RANGE || e == ERR_NOMEM);
	return 0;
}
