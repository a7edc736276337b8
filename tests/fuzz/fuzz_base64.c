/* codecs/base64.h: what is read has one spelling; what is put is read. */
#include "tests/fuzz/fuzz.h"

#include "codecs/base64.h"

static void strict(struct bytes in)
{
	struct buf octets = BUF_INIT(65536), text = BUF_INIT(131072);

	if (base64_read(in, &octets) == OK) {
		base64_put(&text, buf_bytes(&octets));
		MUST(bytes_equal(buf_bytes(&text), in));
	}
	MUST(octets.bad == OK);
	buf_reset(&octets);
	buf_reset(&text);
	if (base64url_read(in, &octets) == OK) {
		base64url_put(&text, buf_bytes(&octets));
		MUST(bytes_equal(buf_bytes(&text), in));
	}
	buf_clear(&octets);
	buf_clear(&text);
}

static void any_octets(struct bytes in)
{
	struct buf text = BUF_INIT(200000), back = BUF_INIT(65536);

	base64_put_lines(&text, in);
	MUST(base64_read_lines(buf_bytes(&text), &back) == OK);
	MUST(bytes_equal(buf_bytes(&back), in));
	buf_reset(&text);
	hex_put(&text, in);
	MUST(buf_status(&text) == OK);
	if (in.n > 0)
		MUST(hex_read(buf_bytes(&text), back.p, in.n) == OK);
	MUST(bytes_equal(buf_bytes(&back), in));
	buf_reset(&back);
	MUST(base64_read_lines(in, &back) == OK && back.n <= in.n);
	buf_clear(&text);
	buf_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };

	strict(in);
	any_octets(in);
	return 0;
}
