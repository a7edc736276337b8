/* codecs/multipart.h: parts that are written again read the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/multipart.h"

static void compare(const struct part *a, const struct part *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		MUST(bytes_equal(a->body, b->body));
		MUST(a->headers.count == b->headers.count);
		MUST(bytes_equal(a->type.full.value, b->type.full.value));
		MUST(bytes_equal(a->id, b->id));
		compare(a->child, b->child);
	}
	MUST(a == NULL && b == NULL);
}

static unsigned rewrite(const struct part *first, struct arena *a,
			unsigned depth)
{
	struct buf b = BUF_INIT(1 << 20), content = BUF_INIT(1 << 20);
	struct content_type t;
	const struct part *p;
	struct part *back;
	unsigned count = 0;

	MUST(depth <= MULTIPART_DEPTH_MAX);
	MUST(content_type_read(bytes_of("multipart/x; boundary=fuzzfuzz"), a,
			       &t) == OK);
	if (first != NULL && multipart_write(first, "fuzzfuzz", &b) == OK) {
		MUST(multipart_read(buf_bytes(&b), &t, a, &back, NULL) == OK);
		compare(first, back);
	}
	for (p = first; p != NULL; p = p->next) {
		buf_reset(&content);
		if (part_content(p, &content) == OK)
			MUST(content.n <= p->body.n);
		count += 1 + rewrite(p->child, a, depth + 1);
	}
	buf_clear(&b);
	buf_clear(&content);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16 << 20);
	struct part *p;

	MUST(a != NULL);
	if (part_read((struct bytes){ data, size }, a, &p, NULL) == OK)
		MUST(rewrite(p->child, a, 0) < MULTIPART_PARTS_MAX);
	arena_free(a);
	return 0;
}
