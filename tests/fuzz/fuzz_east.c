/* An octet that names the set, then text in it. */
#include "tests/fuzz/fuzz.h"

#include "codecs/arena.h"
#include "codecs/east.h"
#include "codecs/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool damaged = false;
	struct bytes in, out;
	uint8_t *to;

	if (size == 0)
		return 0;
	in = (struct bytes){ data + 1, size - 1 };
	MUST((to = mem_alloc(3 * in.n + 1)) != NULL);
	out = (struct bytes){ to, east_read(data[0] & 3, in, to, &damaged) };
	MUST(out.n <= 3 * in.n && utf8_valid(out));
	mem_free(to);
	return 0;
}
