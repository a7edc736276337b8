/* codecs/inflate.h: never above the limit; what zlib packed comes back. */
#include "tests/fuzz/fuzz.h"

#define ZLIB_CONST
#include <zlib.h>

#include "codecs/inflate.h"

#define LIMIT 30000

static void packed(struct bytes in)
{
	static uint8_t octets[70000];
	uLongf n = sizeof octets;
	struct buf b = BUF_INIT(65536);

	MUST(compress2(octets, &n, in.p, in.n, 1) == Z_OK);
	MUST(inflate_read((struct bytes){ octets, n }, &b) == OK);
	MUST(bytes_equal(buf_bytes(&b), in));
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct buf b = BUF_INIT(LIMIT);
	enum err e = inflate_read(in, &b);

	MUST(e == OK || e == ERR_MORE || e == ERR_MALFORMED || e == ERR_TOOBIG);
	MUST(b.n <= LIMIT && b.capacity <= LIMIT);
	buf_clear(&b);
	if (size > 0)
		packed(in);
	return 0;
}
