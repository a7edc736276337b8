/* codecs/translit_table.h - the letters themselves, for translit.c alone. */
#ifndef CODECS_TRANSLIT_TABLE_H
#define CODECS_TRANSLIT_TABLE_H

#include <stddef.h>
#include <uchar.h>

struct translit_row {
	char16_t code;
	char to[4];	/* UTF-8, with a NUL when there is room; "": nothing  */
};

/* Ascending. */
extern const struct translit_row translit_rows[];
extern const size_t translit_rows_n;

#endif
