/*
 * codecs/expression.h - regular expressions about addresses: POSIX extended
 * (IEEE Std 1003.1 9.4), compiled once, with what they may cost bounded.
 */
#ifndef CODECS_EXPRESSION_H
#define CODECS_EXPRESSION_H

#include "codecs/bytes.h"

#define EXPRESSION_MAX	   255	/* octets of an expression                    */
#define EXPRESSION_TEXT	   255	/* octets of a text that it is tried on       */
#define EXPRESSION_GROUPS  10	/* the whole and \1 to \9                     */
#define EXPRESSION_REPEATS 1000	/* all of its {n,m} multiplied                */

struct expression;

/* What matched; `from` == `to` for nothing, `from` > `to` for no part. */
struct expression_part {
	size_t from, to;
};

/**
 * Compiles. ERR_RANGE: it is none, or too much; why was written to
 * `complaint`, unless NULL. References back (\1 in the expression) are
 * refused: their time has no bound; and so are \d and the like, which other
 * kinds of expressions have. ERR_NOMEM.
 */
enum err expression_new(struct bytes text, struct expression **out,
			struct buf *complaint) CHECKED;
void expression_free(struct expression *e);	/* NULL is fine               */

/** Groups in parentheses, 0 to 9. */
size_t expression_groups(const struct expression *e);

/**
 * Does it match somewhere in `text`? `parts` may be NULL. A text of more than
 * EXPRESSION_TEXT octets, or with a NUL in it, matches nothing.
 */
bool expression_matches(const struct expression *e, struct bytes text,
			struct expression_part parts[EXPRESSION_GROUPS]);

#endif
