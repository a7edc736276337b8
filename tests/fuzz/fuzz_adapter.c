/*
 * The structures of gateway/adapter.h. The first octet chooses which; what
 * is read can be written, and the two images are the same.
 */
#include <stdalign.h>
#include <stddef.h>

#include "tests/fuzz/fuzz.h"

#include "tests/gateway/link_values.h"

union room {
	max_align_t align;
	char octets[LINK_VALUE_MAX];
};

static void both_ways(const struct link_value *v, struct bytes in,
		      struct arena *a)
{
	struct buf first = BUF_INIT(1 << 20), second = BUF_INIT(1 << 20);
	union room room;

	if (v->read(in, a, &room) == OK) {
		MUST(v->image(&room, &first) == OK);
		MUST(v->read(buf_bytes(&first), a, &room) == OK);
		MUST(v->image(&room, &second) == OK);
		MUST(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
	}
	buf_clear(&first);
	buf_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct link_value *v = link_values();
	struct arena *a = arena_new(1 << 20);
	unsigned n;

	MUST(a != NULL);
	for (n = size > 0 ? data[0] : 0; n > 0 && v[1].name != NULL; n--)
		v++;
	both_ways(v, bytes_after((struct bytes){ data, size }, 1), a);
	arena_free(a);
	return 0;
}
