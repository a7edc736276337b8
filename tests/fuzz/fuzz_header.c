/* codecs/header.h: what was read and written again reads the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/header.h"

static void block(struct bytes in, struct arena *a)
{
	struct header_block h, back;
	struct buf b = BUF_INIT(200000);
	size_t used, i;

	if (header_block_read(in, a, &h, &used, NULL) != OK)
		return;
	MUST(used <= in.n && h.count <= HEADER_FIELDS_MAX);
	header_block_write(&h, &b);
	buf_text(&b, "\r\n");
	MUST(header_block_read(buf_bytes(&b), a, &back, &used, NULL) == OK);
	MUST(used == b.n && back.count == h.count);
	for (i = 0; i < h.count; i++) {
		MUST(bytes_equal(h.fields[i].name, back.fields[i].name));
		MUST(bytes_equal(h.fields[i].value, back.fields[i].value));
	}
	buf_clear(&b);
}

static bool same_name(struct bytes a, struct bytes b)
{
	char text[16];

	if (a.n != b.n || a.n >= sizeof text || memchr(a.p, 0, a.n) != NULL)
		return a.n == b.n;
	memcpy(text, a.p, a.n);
	text[a.n] = 0;
	return bytes_is_nocase(b, text);
}

/* Names that RFC 2231 does not speak about, each once. */
static bool plain_names(const struct header_value *v)
{
	size_t i, j;

	for (i = 0; i < v->count; i++) {
		if (bytes_find(v->parameters[i].name, '*') <
		    v->parameters[i].name.n)
			return false;
		for (j = 0; j < i; j++)
			if (same_name(v->parameters[i].name,
				      v->parameters[j].name))
				return false;
	}
	return true;
}

static void value(struct bytes in, struct arena *a)
{
	struct header_value v, back;
	struct buf b = BUF_INIT(400000);
	size_t i;

	if (header_value_read(in, a, &v) != OK || !plain_names(&v))
		return;
	header_value_write(&v, &b);
	MUST(header_value_read(buf_bytes(&b), a, &back) == OK);
	MUST(bytes_equal(v.value, back.value) && v.count == back.count);
	for (i = 0; i < v.count; i++)
		MUST(bytes_equal(v.parameters[i].value,
				 back.parameters[i].value));
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct arena *a = arena_new(16 << 20);
	struct content_type t;

	MUST(a != NULL);
	block(in, a);
	value(in, a);
	if (content_type_read(in, a, &t) == OK)
		MUST(t.type.n + 1 + t.subtype.n == t.full.value.n);
	arena_free(a);
	return 0;
}
