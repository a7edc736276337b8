/* Numbers of codecs/bytes.h: what was read is what writing gives. */
#include "tests/fuzz/fuzz.h"

#include "codecs/bytes.h"

static void decimal(struct bytes in)
{
	struct buf b = BUF_INIT(32);
	uint64_t v = 0, again = 0;

	if (bytes_decimal(in, UINT64_MAX, &v) != OK)
		return;
	buf_printf(&b, "%llu", (unsigned long long)v);
	MUST(buf_status(&b) == OK && b.n <= in.n);
	MUST(bytes_decimal(buf_bytes(&b), v, &again) == OK && again == v);
	buf_clear(&b);
}

static void varint(struct bytes in)
{
	struct buf b = BUF_INIT(16);
	struct cursor c = CURSOR(in), again;
	uint64_t v = cursor_varint(&c);

	MUST(c.at <= in.n && (c.bad == OK || v == 0));
	buf_varint(&b, v);
	MUST(buf_status(&b) == OK && b.n <= 10);
	again = CURSOR(buf_bytes(&b));
	MUST(cursor_varint(&again) == v && again.bad == OK);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };

	decimal(in);
	varint(in);
	return 0;
}
