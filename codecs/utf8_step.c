#include "codecs/utf8_step.h"

size_t utf8_step(struct bytes in, uint32_t *cp)
{
	const uint8_t *at = in.p;

	*cp = utf8_next(&at, in.p + in.n);
	return (size_t)(at - in.p);
}

void utf8_append(struct buf *to, uint32_t cp)
{
	uint8_t octets[4];
	const uint8_t *end = utf8_put(octets, cp);

	buf_put(to, (struct bytes){ octets, (size_t)(end - octets) });
}
