/* codecs/imdn.h: a document that is written again reads the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/imdn.h"

static void compare(const struct imdn *a, const struct imdn *b)
{
	MUST(bytes_equal(a->message_id, b->message_id));
	MUST(bytes_equal(a->datetime, b->datetime));
	MUST(bytes_equal(a->recipient_uri, b->recipient_uri));
	MUST(bytes_equal(a->original_recipient_uri, b->original_recipient_uri));
	MUST(bytes_equal(a->subject, b->subject));
	MUST(bytes_equal(a->note, b->note));
	MUST(a->type == b->type && a->status == b->status);
	if (a->subject.n > 0)
		MUST(bytes_equal(a->subject_language, b->subject_language));
}

static void wants(struct bytes in)
{
	unsigned want = imdn_want_decode(in);
	struct buf b = BUF_INIT(128);

	MUST(want < 32);
	imdn_want_encode(want, &b);
	MUST(buf_status(&b) == OK && imdn_want_decode(buf_bytes(&b)) == want);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16 << 20);
	struct bytes in = { data, size };
	struct buf b = BUF_INIT(1 << 20);
	struct imdn n, back;

	MUST(a != NULL);
	wants(in);
	if (imdn_decode(in, a, &n, NULL) == OK) {
		MUST(imdn_encode(&n, &b) == OK);
		MUST(imdn_decode(buf_bytes(&b), a, &back, NULL) == OK);
		compare(&n, &back);
	}
	buf_clear(&b);
	arena_free(a);
	return 0;
}
