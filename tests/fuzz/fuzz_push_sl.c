/* Service loadings in either form, and what the two say to each other. */
#include "tests/fuzz/fuzz.h"

#include "codecs/push_sl.h"

static void write_all(const struct push_sl *sl, struct arena *a)
{
	struct buf b = BUF_INIT(4 << 20);
	struct push_sl back;

	MUST(push_sl_wbxml_encode(sl, &b) == OK);
	MUST(push_sl_wbxml_decode(buf_bytes(&b), a, &back, NULL) == OK);
	MUST(bytes_equal(sl->href, back.href) && sl->action == back.action);
	buf_reset(&b);
	MUST(push_sl_xml_encode(sl, &b) == OK);
	MUST(push_sl_xml_decode(buf_bytes(&b), a, &back, NULL) == OK);
	MUST(sl->action == back.action);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 << 20);
	struct bytes in = { data, size };
	struct fault why = { NULL, NULL, 0 };
	struct push_sl sl;
	enum err e;

	MUST(a != NULL);
	e = push_sl_wbxml_decode(in, a, &sl, &why);
	MUST((e == OK) == (why.field == NULL) && why.offset <= size);
	if (e == OK)
		write_all(&sl, a);
	if (push_sl_xml_decode(in, a, &sl, NULL) == OK)
		write_all(&sl, a);
	arena_free(a);
	return 0;
}
