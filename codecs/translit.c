#include "codecs/translit.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/translit_table.h"
#include "codecs/utf8.h"

static const struct translit_row *row_of(uint32_t code)
{
	size_t low = 0, high = translit_rows_n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (translit_rows[middle].code == code)
			return &translit_rows[middle];
		if (translit_rows[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum err translit(struct bytes text, struct buf *to)
{
	const uint8_t *p = text.p, *end = utf8_end(text), *from;
	const struct translit_row *row;
	struct bytes one;
	uint32_t code;
	size_t septets;

	while (p < end) {
		from = p;
		if ((code = utf8_next(&p, end)) == UTF8_BAD)
			return ERR_MALFORMED;
		one = (struct bytes){ from, (size_t)(p - from) };
		if (gsm7_count(one, NULL, &septets) == OK) {
			buf_put(to, one);
			continue;
		}
		if (code >= 0x300 && code <= 0x36F)
			continue;
		if ((row = row_of(code)) == NULL)
			return ERR_UNSUPPORTED;
		buf_put(to, (struct bytes){ (const uint8_t *)row->to,
					    strnlen(row->to, sizeof row->to) });
	}
	return buf_status(to);
}
