/*
 * gateway/gwctl_print.h - what gwctl shows on a terminal: texts made harmless,
 * tables aligned, durations as people say them.
 */
#ifndef GATEWAY_GWCTL_PRINT_H
#define GATEWAY_GWCTL_PRINT_H

#include "codecs/arena.h"
#include "codecs/json.h"

/** Columns that a code point takes, in the locale: 0, 1 or 2. */
size_t print_columns(uint32_t cp);

/** Columns that a text takes. */
size_t print_width(const char *text);

/** Appends `text`, and spaces up to `width` columns. */
void print_padded(struct buf *to, const char *text, size_t width);

/**
 * `text` for people, in `a`, of at most GWCTL_TEXT_MAX octets; control
 * characters become '?'. NULL: no memory.
 */
const char *print_harmless(struct arena *a, struct bytes text);

/**
 * The member `name` as a text for people, in `a`; control characters become
 * '?'. A number as written; true "yes", false "no"; "" when there is none.
 * NULL: no memory.
 */
const char *print_member(struct arena *a, const struct json_value *v,
			 const char *name);

/** "3d 4h", "2m 5s", "7s". NULL: no memory. */
const char *print_duration(struct arena *a, uint64_t seconds);

enum print_kind {
	PRINT_TEXT,
	PRINT_NUMBER, /* to the right                              */
	PRINT_SECONDS, /* as a duration                            */
	PRINT_TIME, /* without what is below a second              */
	PRINT_IF /* "yes"; nothing where it is false               */
};

struct print_column {
	const char *title; /* NULL ends                                 */
	const char *member;
	enum print_kind kind;
};

#define PRINT_COLUMNS_MAX 20
#define GWCTL_TEXT_MAX	  4096 /* octets of one text that is shown */

struct print_table {
	struct arena *arena; /* the caller's                              */
	const struct print_column *columns;
	const char **cells; /* row by row                                */
	size_t n_columns, n_cells, room;
	size_t widths[PRINT_COLUMNS_MAX]; /* of what was put; 0: empty     */
};

void print_table_init(struct print_table *t, struct arena *a,
		      const struct print_column *columns);
void print_table_clear(struct print_table *t);

/** A row of the object's members. ERR_NOMEM. */
enum err print_table_add(struct print_table *t,
			 const struct json_value *v) CHECKED;

/**
 * The titles and all rows that were added, which are then forgotten: a long
 * table is put part by part, and its titles again only where a column has
 * become wider. Columns that are empty throughout are left out.
 */
void print_table_put(struct print_table *t, struct buf *to);

#endif
