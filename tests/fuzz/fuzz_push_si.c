/* Service indications in either form, and what the two say to each other. */
#include "tests/fuzz/fuzz.h"

#include "codecs/push_si.h"

static void same(const struct push_si *a, const struct push_si *b)
{
	MUST(bytes_equal(a->text, b->text) && bytes_equal(a->href, b->href));
	MUST(bytes_equal(a->id, b->id) && a->action == b->action);
	MUST(a->created == b->created && a->expires == b->expires);
}

/* A document may ask to delete nothing; we do not write such. */
static void write_all(const struct push_si *si, struct arena *a)
{
	struct buf b = BUF_INIT(4 << 20);
	struct push_si back;
	enum err e = push_si_wbxml_encode(si, &b);

	MUST((e == ERR_RANGE) ==
	     (si->action == PUSH_SI_DELETE && si->id.n == 0));
	if (e == OK) {
		MUST(push_si_wbxml_decode(buf_bytes(&b), a, &back, NULL) == OK);
		same(si, &back);
		buf_reset(&b);
		MUST(push_si_xml_encode(si, &b) == OK);
		/* Controls became U+FFFD, which XML then keeps. */
		MUST(push_si_xml_decode(buf_bytes(&b), a, &back, NULL) == OK);
		MUST(back.created == si->created && back.action == si->action);
	}
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 << 20);
	struct bytes in = { data, size };
	struct fault why = { NULL, NULL, 0 };
	struct push_si si;
	enum err e;

	MUST(a != NULL);
	e = push_si_wbxml_decode(in, a, &si, &why);
	MUST((e == OK) == (why.field == NULL) && why.offset <= size);
	if (e == OK)
		write_all(&si, a);
	if (push_si_xml_decode(in, a, &si, NULL) == OK)
		write_all(&si, a);
	arena_free(a);
	return 0;
}
