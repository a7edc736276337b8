/* RPDUs: what was read, written and read again is the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/rpdu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT(RPDU_OCTETS_MAX);
	struct fault why = { NULL, NULL, 0 };
	struct arena *a = arena_new(65536);
	struct rpdu r, again;
	enum err e;

	if (!a)
		return 0;
	e = rpdu_decode((struct bytes){ data, size }, a, &r, &why);
	MUST(e == OK || e == ERR_MORE || e == ERR_MALFORMED ||
	     e == ERR_UNSUPPORTED);
	if (e != OK) {
		MUST(why.field && why.clause && why.offset <= size);
	} else {
		MUST(rpdu_cause_text(r.cause));
		MUST(rpdu_encode(&r, &once) == OK);
		MUST(rpdu_decode(buf_bytes(&once), a, &again, NULL) == OK);
		MUST(r.kind == again.kind && r.cause == again.cause);
		MUST(bytes_equal(r.centre.text, again.centre.text) ||
		     r.kind != RPDU_DATA);
		MUST(bytes_equal(r.user, again.user) || r.kind == RPDU_SMMA);
	}
	arena_free(a);
	buf_clear(&once);
	return 0;
}
