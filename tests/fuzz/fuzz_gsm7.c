/*
 * Alphabets and packing. The first two octets choose the tables, the third
 * the fill bits; the rest is taken as septets, packed, UTF-16 and UTF-8.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/nfc.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

static void septets(struct bytes in, struct gsm7_shift shift)
{
	struct buf text = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);
	struct buf second = BUF_INIT(1 << 20);
	struct gsm7_coder c;
	bool damaged = false, worse = false;

	gsm7_coder_init(&c, shift);
	MUST(gsm7_decode(in, shift, &text, &damaged) == OK);
	MUST(utf8_valid(buf_bytes(&text)) && text.n <= 3 * in.n);
	if (!damaged) {
		MUST(gsm7_encode(buf_bytes(&text), &c, &back) == OK);
		MUST(back.n <= 2 * in.n);
		MUST(gsm7_decode(buf_bytes(&back), shift, &second, &worse) ==
		     OK);
		MUST(!worse &&
		     bytes_equal(buf_bytes(&text), buf_bytes(&second)));
	}
	buf_clear(&text);
	buf_clear(&back);
	buf_clear(&second);
}

static void packing(struct bytes in, unsigned fill)
{
	size_t n = gsm7_unpacked_septets(in.n, fill);
	uint8_t *plain = malloc(n + 1), *packed, *again = malloc(n + 2);
	size_t octets = gsm7_packed_octets(n, fill);

	packed = malloc(octets + 1);
	MUST(plain != NULL && packed != NULL && again != NULL);
	MUST(octets <= in.n || n == 0);
	gsm7_unpack(in, fill, plain);
	gsm7_pack((struct bytes){ plain, n }, fill, packed);
	MUST(gsm7_unpacked_septets(octets, fill) == n || n == 0);
	gsm7_unpack((struct bytes){ packed, octets }, fill, again);
	MUST(memcmp(plain, again, n) == 0);
	free(plain);
	free(packed);
	free(again);
}

static void wide(struct bytes in)
{
	struct buf text = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);
	bool damaged = false;

	MUST(ucs2_decode(in, &text, &damaged) == OK);
	MUST(utf8_valid(buf_bytes(&text)) && text.n <= ucs2_read_max(in.n));
	MUST(ucs2_encode(buf_bytes(&text), &back) == OK);
	MUST(damaged || bytes_equal(buf_bytes(&back), in));
	buf_clear(&text);
	buf_clear(&back);
}

static void text(struct bytes in)
{
	struct buf good = BUF_INIT(1 << 20), tidy = BUF_INIT(1 << 20);
	struct buf twice = BUF_INIT(1 << 20);
	bool damaged = false;
	size_t n;

	MUST(utf8_repair(in, &good, &damaged) == OK);
	MUST(damaged == !utf8_valid(in) && utf8_valid(buf_bytes(&good)));
	MUST((utf8_tidy(in, &tidy) == OK) == !damaged);
	MUST(tidy.n <= NFC_GROWTH * in.n);
	MUST(!damaged || gsm7_count(in, NULL, &n) != OK);
	if (!damaged) {
		MUST(!utf8_is_tidy(in) || bytes_equal(in, buf_bytes(&tidy)));
		MUST(utf8_tidy(buf_bytes(&tidy), &twice) == OK);
		MUST(bytes_equal(buf_bytes(&twice), buf_bytes(&tidy)));
	}
	buf_clear(&good);
	buf_clear(&tidy);
	buf_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };

	if (size >= 3) {
		in = bytes_after(in, 3);
		septets(in, (struct gsm7_shift){ data[0] & 15, data[1] & 15 });
		packing(in, data[2] % 7);
	}
	wide(in);
	text(in);
	return 0;
}
