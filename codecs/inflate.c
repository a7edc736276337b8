#include "codecs/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

#include "codecs/arena.h"

#define CHUNK	  4096u
#define AUTOMATIC (15 + 32) /* window bits: zlib or gzip, as it says */
#define RAW	  (-15)

static voidpf allocate(voidpf opaque, uInt items, uInt size)
{
	(void)opaque;
	if (size != 0 && items > SIZE_MAX / size)
		return NULL;
	return mem_alloc((size_t)items * size);
}

static void release(voidpf opaque, voidpf p)
{
	(void)opaque;
	mem_free(p);
}

/* RFC 1952 2.3.1: ID1 and ID2. */
static bool is_gzip(struct bytes in)
{
	return in.n >= 2 && in.p[0] == 0x1F && in.p[1] == 0x8B;
}

/* CMF and FLG with a right check (RFC 1950 2.2), or gzip's first octets. */
static bool has_header(struct bytes in)
{
	if (in.n < 2)
		return false;
	if (is_gzip(in))
		return true;
	return (in.p[0] & 0x0F) == 8 && in.p[0] >> 4 <= 7 &&
	       (in.p[0] << 8 | in.p[1]) % 31 == 0;
}

/* The next octets out; *done at the end of the stream. */
static enum err step(z_stream *z, struct buf *to, bool *done)
{
	uint8_t chunk[CHUNK];
	int r;

	z->next_out = chunk;
	z->avail_out = CHUNK;
	r = inflate(z, Z_NO_FLUSH);
	buf_put(to, (struct bytes){ chunk, CHUNK - z->avail_out });
	if (to->bad != OK)
		return buf_status(to);
	*done = r == Z_STREAM_END;
	if (r == Z_MEM_ERROR)
		return ERR_NOMEM;
	if (r == Z_BUF_ERROR)
		return ERR_MORE;
	return r == Z_OK || r == Z_STREAM_END ? OK : ERR_MALFORMED;
}

/* RFC 1952 2.2: another member may follow the one that has ended. */
static bool goes_on(z_stream *z, struct bytes in)
{
	struct bytes rest = { z->next_in, z->avail_in };

	return is_gzip(in) && is_gzip(rest) && inflateReset(z) == Z_OK;
}

enum err inflate_read(struct bytes in, struct buf *to)
{
	z_stream z = { .zalloc = allocate, .zfree = release };
	bool done = false;
	enum err e = OK;
	int r;

	if (to->bad != OK)
		return buf_status(to);
	if (in.n > UINT32_MAX)
		return ERR_TOOBIG;
	r = inflateInit2(&z, has_header(in) ? AUTOMATIC : RAW);
	if (r != Z_OK)
		return ERR_NOMEM;
	z.next_in = in.p;
	z.avail_in = (uInt)in.n;
	do
		e = step(&z, to, &done);
	while (e == OK && (!done || goes_on(&z, in)));
	if (e == OK && z.avail_in > 0)
		e = ERR_MALFORMED;
	(void)inflateEnd(&z);
	return e;
}
