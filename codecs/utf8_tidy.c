#include "codecs/utf8.h"

#include <string.h>
#include <uchar.h>

#define BYTE_ORDER_MARK 0xFEFF

/* Unicode canonical compositions whose result some GSM alphabet has. */
static const struct composition {
	char16_t mark;
	const char16_t *letters, *made;
} compositions[] = {
	{ 0x300, u"AEIOUaeiou", u"ÀÈÌÒÙàèìòù" },
	{ 0x301, u"AEIOUYaeiouy", u"ÁÉÍÓÚÝáéíóúý" },
	{ 0x302, u"AEIOUaeiou", u"ÂÊÎÔÛâêîôû" },
	{ 0x303, u"ANOano", u"ÃÑÕãñõ" },
	{ 0x306, u"Gg", u"Ğğ" },
	{ 0x307, u"I", u"İ" },
	{ 0x308, u"AEIOUaeiouy", u"ÄËÏÖÜäëïöüÿ" },
	{ 0x30A, u"Aa", u"Åå" },
	{ 0x327, u"CScs", u"ÇŞçş" },
};

/* The letter and mark as one, or 0. */
static uint32_t compose(uint32_t letter, uint32_t mark)
{
	const struct composition *c = compositions;
	size_t n = sizeof compositions / sizeof *compositions, i;

	for (; n > 0; n--, c++) {
		if (c->mark != mark)
			continue;
		for (i = 0; c->letters[i] != 0; i++)
			if (c->letters[i] == letter)
				return c->made[i];
	}
	return 0;
}

/* Unicode singletons: the same character under a second number. */
static uint32_t singleton(uint32_t code)
{
	switch (code) {
	case 0x2126:
		return 0x3A9;
	case 0x212A:
		return 'K';
	case 0x212B:
		return 0xC5;
	case 0x37E:
		return ';';
	default:
		return code;
	}
}

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
	size_t i;

	for (i = plain_octets(text); i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '\r' || c == 0xCC || c == 0xCD || c == 0xEF)
			return false;
		if (c == 0xE2 && i + 1 < text.n && text.p[i + 1] == 0x84)
			return false;
	}
	return true;
}

static void flush(struct buf *to, uint32_t *held)
{
	if (*held == UTF8_BAD)
		return;
	utf8_append(to, *held);
	*held = UTF8_BAD;
}

/* `held` is the last code point, kept back for the mark that may follow. */
enum err utf8_tidy(struct bytes text, struct buf *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	uint32_t held = UTF8_BAD, code, made;

	while (p < end) {
		code = utf8_next(&p, end);
		if (code == UTF8_BAD)
			return ERR_MALFORMED;
		if (code == BYTE_ORDER_MARK)
			continue;
		if (code == '\r') {
			if (p < end && *p == '\n')
				p++;
			code = '\n';
		}
		code = singleton(code);
		made = held == UTF8_BAD ? 0 : compose(held, code);
		if (made == 0)
			flush(to, &held);
		held = made == 0 ? code : made;
	}
	flush(to, &held);
	return buf_status(to);
}
