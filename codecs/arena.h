/*
 * codecs/arena.h - memory that lives as long as one message, and the one
 * door to the heap, so that tests can make any allocation fail.
 */
#ifndef CODECS_ARENA_H
#define CODECS_ARENA_H

#include "codecs/bytes.h"

/* As malloc, calloc, realloc and free; every file of ours calls these. */
void *mem_alloc(size_t n);
void *mem_zero(size_t n);
void *mem_realloc(void *p, size_t n);
void mem_free(void *p);
char *mem_string(const char *text);	/* NULL when memory ends */

/**
 * For tests: of the calling thread's allocations the `n`th from now on
 * (1 is the next) and all after it fail. 0 lifts that.
 */
void mem_fail_at(unsigned long n);

struct arena;

/** An empty arena that will hold at most `limit` octets. NULL: no memory. */
struct arena *arena_new(size_t limit);

/** Frees it and everything in it; NULL is fine. */
void arena_free(struct arena *a);

/** Empties it; the first block stays for the next message. */
void arena_reset(struct arena *a);

/** Zeroed, aligned for any type. NULL: limit or memory used up. */
void *arena_alloc(struct arena *a, size_t n);

/** As arena_alloc for `count` things of `size`; the product is checked. */
void *arena_array(struct arena *a, size_t count, size_t size);

/** A copy with a NUL behind it; octets may contain NULs. NULL as above. */
char *arena_string(struct arena *a, struct bytes text);

/** A copy; *out is empty when `in` is. */
enum err arena_copy(struct arena *a, struct bytes in, struct bytes *out)
	CHECKED;

/** Octets handed out so far. */
size_t arena_used(const struct arena *a);

#endif
