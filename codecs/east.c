#include "codecs/east.h"

#include <iconv.h>

#include "codecs/utf8.h"

#define NO_ICONV ((iconv_t)-1)

static const struct {
	const char *wide, *narrow; /* with octets above 0x7F, and without */
	const char *bare;	   /* the escape that bare codes lack     */
} sets[] = {
	[EAST_JIS] = { "SHIFT_JIS", "ISO-2022-JP-2", "\x1B$B" },
	[EAST_KANJI] = { "EUC-JP", "ISO-2022-JP-2", "\x1B$(D" },
	[EAST_2022] = { "SHIFT_JIS", "ISO-2022-JP-2", NULL },
	[EAST_KOREAN] = { "CP949", "CP949", NULL },
};

static bool opens(const char *name)
{
	iconv_t cd = iconv_open("UTF-8", name);

	if (cd == NO_ICONV)
		return false;
	iconv_close(cd);
	return true;
}

bool east_known(enum east_set set)
{
	return opens(sets[set].wide) && opens(sets[set].narrow);
}

/* Behind what stands at `p` and is no character: both octets of a pair. */
static size_t bad_octets(const uint8_t *p, size_t n)
{
	return n > 1 && p[0] >= 0x80 && p[1] >= 0x80 ? 2 : 1;
}

/* Pairs of two-octet codes and nothing else. */
static bool is_bare(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (in.p[i] < 0x21 || in.p[i] > 0x7E)
			return false;
	return in.n % 2 == 0;
}

/* Ready to read octets such as these; else NO_ICONV. */
static iconv_t converter(enum east_set set, struct bytes in)
{
	bool narrow = utf8_ascii(in);
	iconv_t cd = iconv_open("UTF-8",
				narrow ? sets[set].narrow : sets[set].wide);
	struct bytes escape = bytes_of(sets[set].bare);
	char none[1], *from = (char *)escape.p, *to = none;
	size_t room = 0;

	if (cd == NO_ICONV || escape.n == 0 || !is_bare(in) ||
	    iconv(cd, &from, &escape.n, &to, &room) != (size_t)-1)
		return cd;
	iconv_close(cd);
	return NO_ICONV;
}

size_t east_read(enum east_set set, struct bytes in, uint8_t *to,
		 bool *damaged)
{
	iconv_t cd = converter(set, in);
	char *from = (char *)in.p, *at = (char *)to;
	size_t left = in.n, room = 3 * in.n, bad;

	while (left > 0) {
		if (cd != NO_ICONV &&
		    iconv(cd, &from, &left, &at, &room) != (size_t)-1)
			break;
		bad = bad_octets((const uint8_t *)from, left);
		if (cd == NO_ICONV)
			bad = left;
		at = (char *)utf8_put((uint8_t *)at, UTF8_REPLACEMENT);
		room -= 3;
		from += bad;
		left -= bad;
		*damaged = true;
	}
	if (cd != NO_ICONV)
		iconv_close(cd);
	return (size_t)(at - (char *)to);
}
