#include "codecs/base64.h"

#define BAD	    0xFF
#define LINE_OCTETS 57 /* 76 characters (RFC 2045 6.8) */

static const char plain[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of one character, `c62` and `c63` being the last two. */
static uint8_t value(uint8_t c, char c62, char c63)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint8_t)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0' + 52);
	if (c == c62)
		return 62;
	return c == c63 ? 63 : BAD;
}

static void put(struct buf *to, struct bytes in, const char *alphabet, bool pad)
{
	size_t tail = in.n % 3, full = in.n / 3, i;
	size_t end = tail == 0 ? 0 : pad ? 4 : tail + 1;
	uint8_t *p;
	uint32_t v;

	if (full > (SIZE_MAX - 4) / 4) {
		to->bad = to->bad == OK ? ERR_TOOBIG : to->bad;
		return;
	}
	p = buf_room(to, full * 4 + end);
	if (p == NULL)
		return;
	for (i = 0; i < full; i++, p += 4) {
		v = (uint32_t)in.p[3 * i] << 16 |
		    (uint32_t)in.p[3 * i + 1] << 8 | in.p[3 * i + 2];
		p[0] = (uint8_t)alphabet[v >> 18];
		p[1] = (uint8_t)alphabet[v >> 12 & 63];
		p[2] = (uint8_t)alphabet[v >> 6 & 63];
		p[3] = (uint8_t)alphabet[v & 63];
	}
	if (tail == 0)
		return;
	v = (uint32_t)in.p[3 * full] << 16;
	if (tail == 2)
		v |= (uint32_t)in.p[3 * full + 1] << 8;
	for (i = 0; i < end; i++)
		p[i] = (uint8_t)(i > tail ? '='
					  : alphabet[v >> (18 - 6 * i) & 63]);
}

void base64_put(struct buf *to, struct bytes in)
{
	put(to, in, plain, true);
}

void base64url_put(struct buf *to, struct bytes in)
{
	put(to, in, url, false);
}

void base64url_16(const uint8_t in[16], char out[23])
{
	uint32_t v = 0;
	size_t i, at = 0;

	for (i = 0; i < 16; i++) {
		v = v << 8 | in[i];
		out[at++] = url[v >> (2 + 2 * (i % 3)) & 63];
		if (i % 3 == 2)
			out[at++] = url[v & 63];
	}
	out[at++] = url[v << 4 & 63];
	out[at] = 0;
}

void base64_put_lines(struct buf *to, struct bytes in)
{
	struct bytes line;

	while (in.n > 0 && to->bad == OK) {
		line = in;
		if (line.n > LINE_OCTETS)
			line.n = LINE_OCTETS;
		put(to, line, plain, true);
		buf_text(to, "\r\n");
		in = bytes_after(in, line.n);
	}
}

/* `in` is characters only; every one must be of the alphabet. */
static enum err read_strict(struct bytes in, struct buf *to, char c62, char c63)
{
	size_t tail = in.n % 4, octets, i, at = 0;
	uint32_t v = 0;
	uint8_t *p;

	if (tail == 1)
		return ERR_MALFORMED;
	for (i = 0; i < in.n; i++)
		if (value(in.p[i], c62, c63) == BAD)
			return ERR_MALFORMED;
	if ((tail == 2 && (value(in.p[in.n - 1], c62, c63) & 15) != 0) ||
	    (tail == 3 && (value(in.p[in.n - 1], c62, c63) & 3) != 0))
		return ERR_MALFORMED;
	octets = in.n / 4 * 3 + (tail == 0 ? 0 : tail - 1);
	p = buf_room(to, octets);
	if (p == NULL)
		return buf_status(to);
	for (i = 0; at < octets; i++) {
		v = v << 6 | value(in.p[i], c62, c63);
		if (i % 4 != 0)
			p[at++] = (uint8_t)(v >> (6 - 2 * (i % 4)));
	}
	return OK;
}

enum err base64_read(struct bytes in, struct buf *to)
{
	if (in.n % 4 != 0)
		return ERR_MALFORMED;
	if (in.n > 0 && in.p[in.n - 1] == '=')
		in.n -= in.p[in.n - 2] == '=' ? 2 : 1;
	return read_strict(in, to, '+', '/');
}

enum err base64url_read(struct bytes in, struct buf *to)
{
	return read_strict(in, to, '-', '_');
}

enum err base64_read_lines(struct bytes in, struct buf *to)
{
	uint32_t v = 0;
	size_t i, digits = 0;
	uint8_t digit;

	for (i = 0; i < in.n && in.p[i] != '=' && to->bad == OK; i++) {
		digit = value(in.p[i], '+', '/');
		if (digit == BAD)
			continue;
		v = v << 6 | digit;
		if (digits % 4 != 0)
			buf_u8(to, (uint8_t)(v >> (6 - 2 * (digits % 4))));
		digits++;
	}
	return buf_status(to);
}

void hex_put(struct buf *to, struct bytes in)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *p;
	size_t i;

	if (in.n > SIZE_MAX / 2) {
		to->bad = to->bad == OK ? ERR_TOOBIG : to->bad;
		return;
	}
	p = buf_room(to, in.n * 2);
	for (i = 0; p != NULL && i < in.n; i++) {
		p[2 * i] = (uint8_t)digits[in.p[i] >> 4];
		p[2 * i + 1] = (uint8_t)digits[in.p[i] & 15];
	}
}

static uint8_t hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint8_t)(c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (uint8_t)(c - 'A' + 10);
	return BAD;
}

enum err hex_read(struct bytes in, uint8_t *to, size_t n)
{
	size_t i;

	if (in.n % 2 != 0 || in.n / 2 != n)
		return ERR_MALFORMED;
	for (i = 0; i < in.n; i++)
		if (hex_value(in.p[i]) == BAD)
			return ERR_MALFORMED;
	for (i = 0; i < n; i++)
		to[i] = (uint8_t)(hex_value(in.p[2 * i]) << 4 |
				  hex_value(in.p[2 * i + 1]));
	return OK;
}
