#include "codecs/utf8.h"

#include <string.h>

#include "codecs/nfc.h"

#define BYTE_ORDER_MARK 0xFEFF

/* Octets in front that are below 0x80 and no CR, as far as eights go. */
static size_t plain_octets(struct bytes text)
{
	const uint64_t ones = 0x0101010101010101U, highs = ones << 7;
	uint64_t eight, differs;
	size_t i;

	for (i = 0; text.n - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, text.p + i, sizeof eight);
		differs = eight ^ ones * '\r';
		/* The second term has a bit where `differs` has a zero octet.
		 */
		if (((eight | ((differs - ones) & ~differs)) & highs) != 0)
			break;
	}
	return i;
}

bool utf8_is_tidy(struct bytes text)
{
	size_t i = plain_octets(text), n;

	while (i < text.n) {
		if (text.p[i] < 0xCC) {
			if (text.p[i++] == '\r')
				return false;
			continue;
		}
		n = nfc_firm_octets(bytes_after(text, i));
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* A firm character and what may join it, not yet written. */
struct run {
	uint8_t octets[NFC_RUN_OCTETS];
	size_t n;
	bool alone; /* nothing may join it                               */
	bool over;  /* longer than any writing needs: stays as it is     */
};

static enum err flush(struct run *r, struct buf *to)
{
	struct bytes text = { r->octets, r->n };

	r->n = 0;
	if (!r->alone)
		return nfc_append(text, to);
	buf_put(to, text);
	return buf_status(to);
}

static enum err add(struct run *r, uint32_t code, struct buf *to)
{
	bool firm = nfc_firm(code);
	enum err e = OK;

	if (firm) {
		e = flush(r, to);
		r->over = false;
	} else if (r->n + 4 > sizeof r->octets) {
		buf_put(to, (struct bytes){ r->octets, r->n });
		r->n = 0;
		r->over = true;
	}
	r->alone = firm;
	if (r->over)
		utf8_append(to, code);
	else
		r->n = (size_t)(utf8_put(r->octets + r->n, code) - r->octets);
	return e;
}

/* The next character of a text whose lines end in LF; U+FEFF is none. */
static uint32_t next_plain(const uint8_t **p, const uint8_t *end)
{
	uint32_t code = BYTE_ORDER_MARK;

	while (*p < end && code == BYTE_ORDER_MARK)
		code = utf8_next(p, end);
	if (code != '\r')
		return code;
	if (*p < end && **p == '\n')
		(*p)++;
	return '\n';
}

enum err utf8_plain(struct bytes text, struct buf *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	uint32_t code;

	while (p < end) {
		code = next_plain(&p, end);
		if (code == UTF8_BAD)
			return ERR_MALFORMED;
		if (code != BYTE_ORDER_MARK)
			utf8_append(to, code);
	}
	return buf_status(to);
}

enum err utf8_tidy(struct bytes text, struct buf *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	struct run r = { .alone = true };
	enum err e = OK;
	uint32_t code;

	while (p < end && e == OK) {
		code = next_plain(&p, end);
		if (code == UTF8_BAD)
			return ERR_MALFORMED;
		if (code != BYTE_ORDER_MARK)
			e = add(&r, code, to);
	}
	return e == OK ? flush(&r, to) : e;
}
