/* codecs/json.h: a text that is written again reads the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/json.h"

static void put(struct json_writer *w, const struct json_value *v,
		struct arena *a);

static void put_children(struct json_writer *w, const struct json_value *v,
			 struct arena *a)
{
	const struct json_value *child;

	for (child = v->child; child != NULL; child = child->next) {
		if (v->kind == JSON_OBJECT)
			json_name(w, arena_string(a, child->name));
		put(w, child, a);
	}
}

static void put(struct json_writer *w, const struct json_value *v,
		struct arena *a)
{
	switch (v->kind) {
	case JSON_NULL:
		json_null(w);
		break;
	case JSON_BOOL:
		json_bool(w, v->truth);
		break;
	case JSON_NUMBER:
		if (w->comma)
			buf_u8(w->to, ',');
		buf_put(w->to, v->text);
		w->comma = true;
		break;
	case JSON_STRING:
		json_text(w, v->text);
		break;
	case JSON_ARRAY:
		json_open_array(w);
		put_children(w, v, a);
		json_close_array(w);
		break;
	case JSON_OBJECT:
		json_open_object(w);
		put_children(w, v, a);
		json_close_object(w);
		break;
	}
}

static void compare(const struct json_value *a, const struct json_value *b)
{
	MUST(a->kind == b->kind && a->truth == b->truth);
	MUST(bytes_equal(a->text, b->text));
	if (memchr(a->name.p == NULL ? (const uint8_t *)"" : a->name.p, 0,
		   a->name.n) == NULL)
		MUST(bytes_equal(a->name, b->name));
	for (a = a->child, b = b->child; a != NULL && b != NULL;
	     a = a->next, b = b->next)
		compare(a, b);
	MUST(a == NULL && b == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16 << 20);
	const struct json_value *v, *back;
	struct buf b = BUF_INIT(1 << 20);
	struct json_writer w = JSON_WRITER(&b);

	MUST(a != NULL);
	if (json_read((struct bytes){ data, size }, a, &v, NULL) == OK) {
		put(&w, v, a);
		MUST(buf_status(&b) == OK);
		MUST(json_read(buf_bytes(&b), a, &back, NULL) == OK);
		compare(v, back);
	}
	buf_reset(&b);
	w = JSON_WRITER(&b);
	json_text(&w, (struct bytes){ data, size });
	MUST(json_read(buf_bytes(&b), a, &v, NULL) == OK);
	MUST(v->kind == JSON_STRING);
	buf_clear(&b);
	arena_free(a);
	return 0;
}
