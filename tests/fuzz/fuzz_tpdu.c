/* TPDUs: what was read, written and read again is the same. The first octet
 * says in which way it goes. */
#include "tests/fuzz/fuzz.h"

#include "codecs/tpdu.h"

static void check_times(const struct tpdu *t)
{
	uint8_t octets[TPDU_STAMP_OCTETS];
	int64_t at = 0, again = 0;
	bool once;
	enum err e = tpdu_expiry(t, 0, &at, &once);

	MUST(e == OK || e == ERR_NOTFOUND || e == ERR_RANGE ||
	     e == ERR_UNSUPPORTED);
	if (tpdu_stamp_decode(t->sent, &at) == OK &&
	    tpdu_stamp_encode(at, octets) == OK)
		MUST(tpdu_stamp_decode(octets, &again) == OK && again == at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT(TPDU_OCTETS_MAX);
	struct buf twice = BUF_INIT(TPDU_OCTETS_MAX);
	struct fault why = { NULL, NULL, 0 };
	struct arena *a = arena_new(65536);
	struct tpdu t, again;
	enum tpdu_way way;
	enum err e;

	if (size == 0 || !a)
		goto out;
	way = (enum tpdu_way)(data[0] & 3);
	e = tpdu_decode((struct bytes){ data + 1, size - 1 }, way, a, &t, &why);
	MUST(e == OK || e == ERR_MORE || e == ERR_MALFORMED ||
	     e == ERR_UNSUPPORTED);
	if (e != OK) {
		MUST(why.field && why.clause && why.offset < size);
		goto out;
	}
	MUST(t.address.text.n <= TPDU_ADDRESS_MAX);
	check_times(&t);
	MUST(tpdu_encode(&t, &once) == OK);
	MUST(tpdu_decode(buf_bytes(&once), way, a, &again, NULL) == OK);
	MUST(bytes_equal(t.address.text, again.address.text));
	MUST(bytes_equal(t.user, again.user) && t.kind == again.kind);
	MUST(tpdu_encode(&again, &twice) == OK);
	MUST(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
out:
	arena_free(a);
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
