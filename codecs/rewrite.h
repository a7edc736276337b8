/*
 * codecs/rewrite.h - rules that rewrite addresses, such as
 *
 *	+44 -> 0044; /^0([1-9][0-9]*)$/ -> +44\1; 00 -> +; +1 ->; -> 99
 *
 * A rule's left side is what the text must begin with, or a regular
 * expression between slashes; what matched is replaced by the right side, in
 * which \1 to \9 are the groups of the expression, \0 is all that matched and
 * \\ is a backslash. Nothing on the left fits every text. Of several rules
 * the first that fits is applied, and no other.
 */
#ifndef CODECS_REWRITE_H
#define CODECS_REWRITE_H

#include "codecs/bytes.h"

#define REWRITE_RULES_MAX 100
#define REWRITE_TEXT_MAX  255	/* octets of a text, before and after         */

struct rewrite;

/**
 * Compiles rules separated by ';'. An empty text is no rules, which is
 * *out == NULL. ERR_RANGE: a mistake; what it is was written to `complaint`,
 * unless NULL. ERR_NOMEM.
 */
enum err rewrite_new(struct bytes rules, struct rewrite **out,
		     struct buf *complaint) CHECKED;
void rewrite_free(struct rewrite *r);	/* NULL is fine                       */

/**
 * Appends `text` rewritten; as it is where no rule fits (or `r` is NULL).
 * ERR_TOOBIG: more than REWRITE_TEXT_MAX octets, before or after; ERR_NOMEM.
 */
enum err rewrite_apply(const struct rewrite *r, struct bytes text,
		       struct buf *to) CHECKED;

#endif
