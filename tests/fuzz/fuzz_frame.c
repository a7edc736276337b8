/* Frames and tagged fields: what was read is what writing gives. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "codecs/field.h"
#include "codecs/frame.h"

static void fields(struct bytes in)
{
	struct cursor c = CURSOR(in);
	struct field f, again;
	enum err bad = OK;
	struct buf b = BUF_INIT(1 << 20);

	while (field_next(&c, &f)) {
		struct cursor back;

		MUST(f.tag > 0 && f.tag <= UINT16_MAX && c.bad == OK);
		MUST(f.value.n == 0 || (f.value.p >= in.p &&
					f.value.p + f.value.n <= in.p + in.n));
		(void)field_value(&f, &bad);
		buf_reset(&b);
		field_put(&b, f.tag, f.value);
		back = CURSOR(buf_bytes(&b));
		MUST(field_next(&back, &again) && again.tag == f.tag);
		MUST(bytes_equal(again.value, f.value));
	}
	MUST(c.bad != OK || cursor_left(&c) == 0);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct buf b = BUF_INIT(2 * FRAME_PAYLOAD_MAX);
	struct frame f;
	size_t used;

	while (frame_decode(in, &f, &used) == OK) {
		MUST(used == FRAME_HEADER + f.payload.n && used <= in.n);
		buf_reset(&b);
		MUST(frame_encode(&f, &b) == OK);
		MUST(b.n == used && memcmp(b.p, in.p, used) == 0);
		fields(f.payload);
		in = bytes_after(in, used);
	}
	fields(in);
	buf_clear(&b);
	return 0;
}
