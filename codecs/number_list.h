/*
 * codecs/number_list.h - sets of addresses: numbers, what they begin with,
 * regular expressions. A million numbers are eight megabytes, and looking one
 * up is a few binary searches.
 *
 * An entry is a text ("+15550100001", "22222", "News"), a text that ends in
 * '*' for all that begin so ("+1900*"; "*" is all), or a regular expression
 * between slashes. A number without '+' stands for the one with it, too.
 */
#ifndef CODECS_NUMBER_LIST_H
#define CODECS_NUMBER_LIST_H

#include "codecs/bytes.h"

#define NUMBER_LIST_MAX		    2000000	/* entries                    */
#define NUMBER_LIST_EXPRESSIONS_MAX 100
#define NUMBER_LIST_TEXT_MAX	    255		/* octets of an entry         */

struct number_list;

/** An empty one. NULL: no memory. */
struct number_list *number_list_new(void);
void number_list_free(struct number_list *l);	/* NULL is fine               */

/**
 * Adds an entry, trimmed already. ERR_RANGE: it is none, why was written to
 * `complaint` unless NULL. ERR_TOOBIG: too many; ERR_NOMEM.
 */
enum err number_list_add(struct number_list *l, struct bytes entry,
			 struct buf *complaint) CHECKED;

/** Adds all items of "a; b; c". Errors as above. */
enum err number_list_add_all(struct number_list *l, struct bytes items,
			     struct buf *complaint) CHECKED;

/**
 * Adds a file of entries, one a line; '#' begins a comment line, empty lines
 * are fine. Every mistake is a line "name:line: why" in `complaints`.
 * ERR_RANGE: there were some. ERR_TOOBIG, ERR_NOMEM.
 */
enum err number_list_read(struct number_list *l, struct bytes file,
			  const char *name, struct buf *complaints) CHECKED;

/** Sorts; after the last entry, before the first question. */
void number_list_finish(struct number_list *l);

/** Is `text` one of them? */
bool number_list_has(const struct number_list *l, struct bytes text);

/** Entries, each counted once. */
size_t number_list_count(const struct number_list *l);

#endif
