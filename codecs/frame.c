#include "codecs/frame.h"

enum err frame_decode(struct bytes in, struct frame *out, size_t *used)
{
	struct cursor c = CURSOR(in);
	uint32_t length = cursor_u32(&c);
	uint8_t version = cursor_u8(&c);
	struct frame f = { .type = cursor_u8(&c), .fds = cursor_u8(&c) };
	uint8_t spare = cursor_u8(&c);

	f.ref = cursor_u64(&c);
	if (c.bad != OK)
		return c.bad;
	if (length > FRAME_PAYLOAD_MAX)
		return ERR_TOOBIG;
	if (version != FRAME_VERSION || f.type == 0 || f.type >= FRAME_LAST)
		return ERR_UNSUPPORTED;
	if (f.fds > 1 || spare != 0)
		return ERR_MALFORMED;
	f.payload = cursor_take(&c, length);
	if (c.bad != OK)
		return c.bad;
	*out = f;
	*used = c.at;
	return OK;
}

static void put_header(struct buf *to, size_t length, const struct frame *f)
{
	buf_u32(to, (uint32_t)length);
	buf_u8(to, FRAME_VERSION);
	buf_u8(to, f->type);
	buf_u8(to, f->fds);
	buf_u8(to, 0);
	buf_u64(to, f->ref);
}

enum err frame_encode(const struct frame *f, struct buf *to)
{
	if (f->payload.n > FRAME_PAYLOAD_MAX)
		return ERR_TOOBIG;
	put_header(to, f->payload.n, f);
	buf_put(to, f->payload);
	return buf_status(to);
}

size_t frame_open(struct buf *to, enum frame_type type, uint64_t ref)
{
	size_t mark = to->n;
	struct frame f = { .type = (uint8_t)type, .ref = ref };

	put_header(to, 0, &f);
	return mark;
}

enum err frame_close(struct buf *to, size_t mark)
{
	size_t n;

	if (to->bad != OK)
		return to->bad;
	n = to->n - mark - FRAME_HEADER;
	if (n > FRAME_PAYLOAD_MAX) {
		to->bad = ERR_TOOBIG;
		return to->bad;
	}
	to->p[mark] = (uint8_t)(n >> 24);
	to->p[mark + 1] = (uint8_t)(n >> 16);
	to->p[mark + 2] = (uint8_t)(n >> 8);
	to->p[mark + 3] = (uint8_t)n;
	return OK;
}
