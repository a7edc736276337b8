#include "adapters/sip/gruu.h"

#include <string.h>

/* The URN in it. */
static struct bytes urn_of(const char *instance)
{
	struct bytes urn = bytes_of(instance);

	while (urn.n > 0 && strchr("\"<>", urn.p[0]))
		urn = bytes_after(urn, 1);
	while (urn.n > 0 && strchr("\"<>", urn.p[urn.n - 1]))
		urn.n--;
	return urn;
}

static bool is_gr(struct bytes parameter)
{
	struct bytes name = { parameter.p, bytes_find(parameter, '=') };

	return bytes_is_nocase(name, "gr");
}

struct bytes gruu_of(const char *uri)
{
	struct bytes rest = bytes_of(uri), one;
	size_t at;

	rest.n = bytes_find(rest, '?');
	if ((at = bytes_find(rest, '@')) < rest.n)
		rest = bytes_after(rest, at + 1);
	do {
		rest = bytes_after(rest, bytes_find(rest, ';') + 1);
		one = (struct bytes){ rest.p, bytes_find(rest, ';') };
	} while (rest.n > 0 && !is_gr(one));
	return one;
}

static int digit(uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c)
			   : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The character in front, its escape (RFC 3261 25.1) undone. */
static uint8_t next(struct bytes *text)
{
	uint8_t c = text->p[0];

	if (c == '%' && text->n >= 3 && digit(text->p[1]) >= 0 &&
	    digit(text->p[2]) >= 0) {
		c = (uint8_t)(digit(text->p[1]) * 16 + digit(text->p[2]));
		*text = bytes_after(*text, 2);
	}
	*text = bytes_after(*text, 1);
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool gruu_is(struct bytes parameter, const char *instance)
{
	struct bytes value, urn;

	value = bytes_after(parameter, bytes_find(parameter, '=') + 1);
	if (!instance || value.n == 0)
		return false;
	urn = urn_of(instance);
	while (value.n > 0 && urn.n > 0)
		if (next(&value) != next(&urn))
			return false;
	return value.n == 0 && urn.n == 0;
}

/* RFC 3261 25.1, paramchar. */
static bool stands_so(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c != 0 && strchr("-_.!~*'()[]/:&+$%", c));
}

void gruu_put(const char *instance, struct buf *to)
{
	struct bytes urn = urn_of(instance);
	size_t i;

	buf_text(to, "gr=");
	for (i = 0; i < urn.n; i++)
		if (stands_so(urn.p[i]))
			buf_u8(to, urn.p[i]);
		else
			buf_printf(to, "%%%02X", urn.p[i]);
}
