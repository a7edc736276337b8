/* codecs/utf8.h - one code point at a time. Spec: RFC 3629. */
#ifndef CODECS_UTF8_H
#define CODECS_UTF8_H

#include "codecs/bytes.h"

#define UTF8_BAD	 UINT32_MAX
#define UTF8_REPLACEMENT 0xFFFD

/**
 * Reads the code point at the front of `in` (not empty) and answers its
 * octets, 1..4. What is not UTF-8 (also surrogates, overlong forms and what
 * is above U+10FFFF) is one octet and *cp = UTF8_BAD.
 */
size_t utf8_step(struct bytes in, uint32_t *cp);

/** Appends a code point; a surrogate or one above U+10FFFF as U+FFFD. */
void utf8_put(struct buf *to, uint32_t cp);

/** Whether all of `in` is UTF-8. */
bool utf8_valid(struct bytes in);

#endif
