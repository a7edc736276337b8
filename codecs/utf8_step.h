/*
 * codecs/utf8_step.h - codecs/utf8.h for those who walk a struct bytes and
 * write into a struct buf.
 */
#ifndef CODECS_UTF8_STEP_H
#define CODECS_UTF8_STEP_H

#include "codecs/utf8.h"

/**
 * Reads the code point at the front of `in` (not empty) and answers its
 * octets, 1..4. *cp = UTF8_BAD: none, and the answer is how many octets one
 * U+FFFD stands for.
 */
size_t utf8_step(struct bytes in, uint32_t *cp);

/** Appends a code point; what is none (a surrogate, UTF8_BAD) as U+FFFD. */
void utf8_append(struct buf *to, uint32_t cp);

#endif
