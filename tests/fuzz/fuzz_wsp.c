/* Pushes: what was read, written and read again is the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/wsp.h"

static void same_value(const struct wsp_value *a, const struct wsp_value *b)
{
	MUST(a->kind == b->kind && a->number == b->number);
	MUST(bytes_equal(a->octets, b->octets));
}

static void same_type(const struct wsp_content_type *a,
		      const struct wsp_content_type *b)
{
	size_t i;

	MUST(a->code == b->code && bytes_equal(a->media, b->media));
	MUST(a->count == b->count && a->count <= WSP_PARAMETERS_MAX);
	for (i = 0; i < a->count; i++) {
		MUST(a->parameters[i].code == b->parameters[i].code);
		MUST(bytes_equal(a->parameters[i].name, b->parameters[i].name));
		same_value(&a->parameters[i].value, &b->parameters[i].value);
	}
}

static void same(const struct wsp_push *a, const struct wsp_push *b)
{
	size_t i;

	MUST(a->transaction_id == b->transaction_id);
	same_type(&a->type, &b->type);
	MUST(a->count == b->count && a->count <= WSP_HEADERS_MAX);
	for (i = 0; i < a->count; i++) {
		MUST(a->headers[i].page == b->headers[i].page);
		MUST(a->headers[i].code == b->headers[i].code);
		MUST(bytes_equal(a->headers[i].name, b->headers[i].name));
		same_value(&a->headers[i].value, &b->headers[i].value);
	}
	MUST(bytes_equal(a->body, b->body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT(1 << 20), twice = BUF_INIT(1 << 20);
	struct fault why = { NULL, NULL, 0 };
	struct wsp_push p, again;
	enum err e = wsp_push_decode((struct bytes){ data, size }, &p, &why);

	MUST(e == OK || e == ERR_MORE || e == ERR_MALFORMED ||
	     e == ERR_UNSUPPORTED || e == ERR_TOOBIG);
	MUST((e == OK) == (why.field == NULL) && why.offset <= size);
	if (e != OK)
		return 0;
	MUST(wsp_push_encode(&p, &once) == OK);
	MUST(wsp_push_decode(buf_bytes(&once), &again, NULL) == OK);
	same(&p, &again);
	MUST(wsp_push_encode(&again, &twice) == OK);
	MUST(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
