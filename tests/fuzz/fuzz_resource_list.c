/* codecs/resource_list.h: a list that is written again reads the same, and
 * what recipients are told names nobody who is to be hidden. */
#include "tests/fuzz/fuzz.h"

#include "codecs/resource_list.h"

static void compare(const struct resource_list *a,
		    const struct resource_list *b)
{
	size_t i;

	MUST(a->n == b->n);
	for (i = 0; i < a->n; i++) {
		MUST(bytes_equal(a->entries[i].uri, b->entries[i].uri));
		MUST(bytes_equal(a->entries[i].name, b->entries[i].name));
		MUST(a->entries[i].copy == b->entries[i].copy);
		MUST(a->entries[i].anonymize == b->entries[i].anonymize);
		MUST(a->entries[i].count == b->entries[i].count);
	}
}

static void history(const struct resource_list *l, struct arena *a,
		    struct buf *b)
{
	struct resource_list told;
	bool any = false;
	size_t i;

	buf_reset(b);
	MUST(resource_list_history(l, a, b, &any) == OK);
	MUST(any == (b->n > 0));
	if (!any)
		return;
	MUST(resource_list_decode(buf_bytes(b), a, &told, NULL) == OK);
	MUST(told.n <= l->n);
	for (i = 0; i < told.n; i++)
		MUST(told.entries[i].copy != COPY_BCC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(32 << 20);
	struct bytes in = { data, size };
	struct buf b = BUF_INIT(8 << 20);
	struct resource_list l, back;

	MUST(a != NULL);
	if (resource_list_decode(in, a, &l, NULL) == OK) {
		MUST(resource_list_encode(&l, &b) == OK);
		if (b.n <= XML_OCTETS_MAX) {
			MUST(resource_list_decode(buf_bytes(&b), a, &back,
						  NULL) == OK);
			compare(&l, &back);
			history(&l, a, &b);
		}
	}
	buf_clear(&b);
	arena_free(a);
	return 0;
}
