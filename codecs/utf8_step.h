/* codecs/utf8_step.h - one code point at a time. Spec: RFC 3629. */
#ifndef CODECS_UTF8_STEP_H
#define CODECS_UTF8_STEP_H

#include "codecs/utf8.h"

/**
 * Reads the code point at the front of `in` (not empty) and answers its
 * octets, 1..4. What is not UTF-8 (also surrogates, overlong forms and what
 * is above U+10FFFF) is one octet and *cp = UTF8_BAD.
 */
size_t utf8_step(struct bytes in, uint32_t *cp);

/** Appends a code point; a surrogate or one above U+10FFFF as U+FFFD. */
void utf8_append(struct buf *to, uint32_t cp);

#endif
