#include "tests/check.h"

#include "codecs/frame.h"

static const struct row {
	const char *name, *hex;
	enum err want;
	struct frame out;
	size_t used;
} rows[] = {
	{ "a stop", "00000000 01 1E 00 00 0000000000000000", OK,
	  { FRAME_STOP, 0, 0, { NULL, 0 } }, 16 },
	{ "two octets and a descriptor",
	  "00000002 01 07 01 00 0102030405060708 4142", OK,
	  { FRAME_INTAKE, 1, 0x0102030405060708, { NULL, 2 } }, 18 },
	{ "the next frame is left", "00000000 01 1F 00 00 0000000000000001 00",
	  OK, { FRAME_TRACE, 0, 1, { NULL, 0 } }, 16 },
	{ "payload not there yet", "00000001 01 07 00 00 0000000000000000",
	  ERR_MORE, { 0 }, 0 },
	{ "too long, seen at once", "00100001 01 07 00 00 0000000000000000",
	  ERR_TOOBIG, { 0 }, 0 },
	{ "another version", "00000000 02 07 00 00 0000000000000000",
	  ERR_UNSUPPORTED, { 0 }, 0 },
	{ "type 0", "00000000 01 00 00 00 0000000000000000", ERR_UNSUPPORTED,
	  { 0 }, 0 },
	{ "a type that is not there", "00000000 01 FF 00 00 0000000000000000",
	  ERR_UNSUPPORTED, { 0 }, 0 },
	{ "two descriptors", "00000000 01 07 02 00 0000000000000000",
	  ERR_MALFORMED, { 0 }, 0 },
	{ "the spare octet", "00000000 01 07 00 01 0000000000000000",
	  ERR_MALFORMED, { 0 }, 0 },
};

static void test_rows(void)
{
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct frame f = { 0 };
		size_t used = 0;

		ROW(r, frame_decode(in, &f, &used) == r->want);
		ROW(r, f.type == r->out.type && f.fds == r->out.fds);
		ROW(r, f.ref == r->out.ref && used == r->used);
		ROW(r, f.payload.n == r->out.payload.n);
		for (in.n = 0; in.n < r->used; in.n++)
			ROW(r, frame_decode(in, &f, &used) == ERR_MORE);
	}
}

static void test_round_trip(void)
{
	struct frame f = { FRAME_LEG, 1, UINT64_MAX, bytes_of("payload") };
	struct frame back;
	struct buf b = BUF_INIT(4096), opened = BUF_INIT(4096);
	size_t used = 0, mark;

	CU_ASSERT(frame_encode(&f, &b) == OK);
	CU_ASSERT(frame_decode(buf_bytes(&b), &back, &used) == OK);
	CU_ASSERT(used == b.n && back.type == FRAME_LEG && back.fds == 1);
	CU_ASSERT(back.ref == UINT64_MAX);
	CU_ASSERT(bytes_is(back.payload, "payload"));
	f.fds = 0;
	buf_reset(&b);
	CU_ASSERT(frame_encode(&f, &b) == OK);
	mark = frame_open(&opened, FRAME_LEG, UINT64_MAX);
	buf_text(&opened, "payload");
	CU_ASSERT(frame_close(&opened, mark) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&b), buf_bytes(&opened)));
	buf_clear(&b);
	buf_clear(&opened);
}

static void test_limits(void)
{
	static uint8_t big[FRAME_PAYLOAD_MAX + 1];
	struct frame f = { FRAME_LEG, 0, 0, { big, FRAME_PAYLOAD_MAX } };
	struct buf b = BUF_INIT(4 * FRAME_PAYLOAD_MAX);
	struct frame back;
	size_t used, mark;

	CU_ASSERT(frame_encode(&f, &b) == OK);
	CU_ASSERT(frame_decode(buf_bytes(&b), &back, &used) == OK);
	CU_ASSERT(back.payload.n == FRAME_PAYLOAD_MAX);
	f.payload.n++;
	CU_ASSERT(frame_encode(&f, &b) == ERR_TOOBIG);
	buf_clear(&b);
	mark = frame_open(&b, FRAME_LEG, 0);
	buf_put(&b, f.payload);
	CU_ASSERT(frame_close(&b, mark) == ERR_TOOBIG);
	CU_ASSERT(buf_status(&b) == ERR_TOOBIG);
	buf_clear(&b);
	mem_fail_at(1);
	mark = frame_open(&b, FRAME_LEG, 0);
	CU_ASSERT(frame_close(&b, mark) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "round trip", test_round_trip },
	{ "limits", test_limits },
	{ NULL, NULL }
};

CHECK_MAIN("frame", tests)
