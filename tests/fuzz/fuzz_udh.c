/* User data headers: what was read, written and read again is the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/udh.h"

static bool same(const struct udh *a, const struct udh *b)
{
	return a->joined == b->joined && a->wide == b->wide &&
	       a->ref == b->ref && a->part == b->part && a->of == b->of &&
	       a->ports == b->ports && a->narrow == b->narrow &&
	       a->to_port == b->to_port && a->from_port == b->from_port &&
	       a->single == b->single && a->locking == b->locking;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT(512), twice = BUF_INIT(512);
	struct udh h, again = { 0 };
	size_t used = 0, used_again;
	struct fault why = { NULL, NULL, 0 };
	enum err e = udh_decode((struct bytes){ data, size }, &h, &used, &why);

	MUST(e == OK || e == ERR_MORE || e == ERR_MALFORMED);
	if (e != OK) {
		MUST(why.field != NULL && why.offset <= size && used == 0);
		return 0;
	}
	MUST(used >= 1 && used <= size && h.other.n < used);
	MUST(!h.joined || (h.part >= 1 && h.part <= h.of));
	e = udh_encode(&h, &once);
	MUST(e == OK || (e == ERR_TOOBIG && used > UDH_OCTETS_MAX));
	if (e == OK && once.n > 0) {
		MUST(once.n == udh_octets(&h) && once.n <= used);
		MUST(udh_decode(buf_bytes(&once), &again, &used_again, NULL) ==
			     OK &&
		     used_again == once.n && same(&h, &again));
		MUST(udh_encode(&again, &twice) == OK);
		MUST(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	}
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
