/* Close letters: what comes out is in the default alphabet, and stays so. */
#include "tests/fuzz/fuzz.h"

#include "codecs/gsm7.h"
#include "codecs/translit.h"
#include "codecs/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct buf out = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
	enum err e = translit(in, &out);
	size_t septets;

	MUST(e == OK || e == ERR_UNSUPPORTED || e == ERR_MALFORMED);
	MUST(e == OK || gsm7_count(in, NULL, &septets) != OK);
	if (e == OK) {
		MUST(utf8_valid(in) && out.n <= TRANSLIT_GROWTH * size);
		MUST(gsm7_count(buf_bytes(&out), NULL, &septets) == OK);
		MUST(translit(buf_bytes(&out), &again) == OK);
		MUST(bytes_equal(buf_bytes(&out), buf_bytes(&again)));
	}
	buf_clear(&out);
	buf_clear(&again);
	return 0;
}
