/*
 * tests/codecs/vectors.h - tables of other people's tests, from the folder
 * that the tester names in CPMGW_VECTORS: lines of tab-separated columns
 * (source, place, name, hex or text, what it says).
 */
#ifndef TESTS_CODECS_VECTORS_H
#define TESTS_CODECS_VECTORS_H

#include <stdbool.h>
#include <stdio.h>

#define VECTOR_COLUMNS 5
#define VECTOR_OCTETS  16384

struct vector {
	const char *name; /* for ROW() */
	char *column[VECTOR_COLUMNS]; /* NULL: the line has fewer */
	char text[VECTOR_OCTETS];
};

/** `file` of that folder. NULL: none was named, and there is nothing to do. */
FILE *vectors_open(const char *file);

/** The next line that is no comment. False: the end. */
bool vectors_next(FILE *f, struct vector *v);

#endif
