/*
 * Pushes: what they say is UTF-8, and what was read is written again. The
 * first octet says which of both is tried, and as what.
 */
#include "tests/fuzz/fuzz.h"

#include "codecs/push_si.h"
#include "codecs/push_sl.h"
#include "codecs/pushed.h"
#include "codecs/utf8.h"

static void in(struct bytes push, struct arena *a)
{
	struct buf out = BUF_INIT(1 << 20);
	struct pushed p, again;

	if (pushed_read(push, a, &p) != OK)
		return;
	MUST(utf8_valid(p.text) && pushed_takes(p.type));
	if (pushed_write(p.type, p.body, a, &out) == OK) {
		MUST(pushed_read(buf_bytes(&out), a, &again) == OK);
		MUST(bytes_equal(p.text, again.text));
	}
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { PUSH_SI_XML_TYPE, PUSH_SL_XML_TYPE,
					     PUSH_SI_WBXML_TYPE,
					     PUSH_SL_WBXML_TYPE };
	struct arena *a = arena_new(1 << 26);
	struct buf out = BUF_INIT(1 << 20);
	struct bytes rest = { data + 1, size - 1 };

	MUST(a != NULL);
	if (size > 0 && data[0] >= 4)
		in(rest, a);
	else if (size > 0 && pushed_write(types[data[0]], rest, a, &out) == OK)
		in(buf_bytes(&out), a);
	buf_clear(&out);
	arena_free(a);
	return 0;
}
