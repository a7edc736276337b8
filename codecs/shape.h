/*
 * codecs/shape.h - plain structures as images of tagged fields (field.h),
 * both ways from one table.
 *
 * The index of a row is its tag, so a table is written as
 *
 *	static const struct shape_row rows[] = {
 *		[1] = { SHAPE_TEXT, SHAPE_AT(struct hello, name) },
 *		[2] = { SHAPE_NUMBER, SHAPE_AT(struct hello, pid),
 *			.max = UINT64_MAX },
 *	};
 *	static const struct shape hello = SHAPE(struct hello, rows, 1 << 1);
 *
 * and grows at its end only: tags are on disk. In an image tags ascend, what
 * is zero or absent is left out, and an unknown tag is passed over.
 */
#ifndef CODECS_SHAPE_H
#define CODECS_SHAPE_H

#include "codecs/arena.h"

enum shape_kind {
	SHAPE_NONE,		/* no such tag                                */
	SHAPE_NUMBER,		/* unsigned, enum or bool: min..max           */
	SHAPE_BIT,		/* enum: 0, or one bit that is at most max    */
	SHAPE_LEVEL,		/* int8_t: -1 (what it must be before) .. max */
	SHAPE_TEXT,		/* const char *; NULL is absent               */
	SHAPE_CHARS,		/* char[]: text with its NUL                  */
	SHAPE_OCTETS,		/* struct bytes; borrowed when read           */
	SHAPE_FIXED,		/* uint8_t[]: all of them, or all zero        */
	SHAPE_BASE,		/* as OCTETS; what a SLICE may be part of     */
	SHAPE_SLICE,		/* as OCTETS; part of the base: written once  */
	SHAPE_ADDRESS,		/* struct address, canonical                  */
	SHAPE_NESTED,		/* the structure of `of`, without LEVELs      */
	SHAPE_LIST,		/* pointer to, and number of, structures `of` */
	SHAPE_TEXTS		/* const char **, and their number            */
};

struct shape;

struct shape_row {
	enum shape_kind kind;
	const char *name;	/* of the member                              */
	uint16_t offset, size;
	uint16_t count_offset;	/* LIST, TEXTS: of its size_t                 */
	uint64_t min, max;	/* of a number; max also of a list's length   */
	const struct shape *of;
};

struct shape {
	const struct shape_row *rows;
	size_t n;		/* rows, the empty row 0 included; at most 64 */
	size_t size;		/* octets of the structure                    */
	uint64_t required;	/* bits 1 << tag: absent is malformed         */
};

#define SHAPE_AT(struct_, member_)                                             \
	.name = #member_, .offset = offsetof(struct_, member_),                \
	.size = sizeof(((struct_ *)0)->member_)
#define SHAPE_COUNT(struct_, member_) .count_offset = offsetof(struct_, member_)
#define SHAPE(struct_, rows_, required_)                                       \
	{                                                                      \
		(rows_), sizeof(rows_) / sizeof *(rows_), sizeof(struct_),     \
		(required_)                                                    \
	}

/**
 * Appends the image of the structure at `from`. What shape_read would refuse
 * is refused here: ERR_RANGE (a number), ERR_TOOBIG (a list, or the limit of
 * `to`), ERR_MALFORMED (something required is absent). ERR_NOMEM.
 */
enum err shape_image(const struct shape *s, const void *from, struct buf *to)
	CHECKED;

/**
 * Reads the whole of `in` into the structure at `out`, which the caller has
 * zeroed. Total. Octets are borrowed from `in`, texts and lists are in `a`
 * (NULL: the shape has none). ERR_MORE, ERR_MALFORMED (also a number out of
 * its range, a text with a NUL in it), ERR_TOOBIG (a list), ERR_NOMEM. *why,
 * unless NULL, names the member and the offset in `in`.
 */
enum err shape_read(const struct shape *s, struct bytes in, struct arena *a,
		    void *out, struct fault *why) CHECKED;

/** May that number stand in a row of kind NUMBER or BIT? */
bool shape_in_range(const struct shape_row *row, uint64_t v);

#endif
