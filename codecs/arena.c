#include "codecs/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN	2048

/*
 * The only variable state outside a struct in codecs/: a test's countdown,
 * each thread its own. 0: allocations never fail on purpose.
 */
static _Thread_local unsigned long fail_countdown;

static bool must_fail(void)
{
	if (fail_countdown == 0)
		return false;
	if (fail_countdown == 1)
		return true;
	fail_countdown--;
	return false;
}

void mem_fail_at(unsigned long n)
{
	fail_countdown = n;
}

void *mem_alloc(size_t n)
{
	return must_fail() ? NULL : malloc(n == 0 ? 1 : n);
}

void *mem_zero(size_t n)
{
	return must_fail() ? NULL : calloc(1, n == 0 ? 1 : n);
}

void *mem_realloc(void *p, size_t n)
{
	return must_fail() ? NULL : realloc(p, n == 0 ? 1 : n);
}

void mem_free(void *p)
{
	free(p);
}

char *mem_string(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = mem_alloc(n);

	if (copy != NULL)
		memcpy(copy, text, n);
	return copy;
}

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) uint8_t data[];
};

struct arena {
	struct block *head;	/* the one that is being filled */
	struct block *first;	/* the one that a reset keeps   */
	size_t used, limit;
};

struct arena *arena_new(size_t limit)
{
	struct arena *a = mem_zero(sizeof *a);

	if (a != NULL)
		a->limit = limit;
	return a;
}

static void free_blocks(struct arena *a, const struct block *keep)
{
	struct block *b, *next;

	for (b = a->head; b != NULL; b = next) {
		next = b->next;
		if (b != keep)
			mem_free(b);
	}
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	free_blocks(a, NULL);
	mem_free(a);
}

void arena_reset(struct arena *a)
{
	free_blocks(a, a->first);
	a->head = a->first;
	a->used = 0;
	if (a->first != NULL) {
		a->first->next = NULL;
		a->first->used = 0;
	}
}

static struct block *add_block(struct arena *a, size_t n)
{
	size_t size = n > BLOCK_MIN ? n : BLOCK_MIN;
	struct block *b = mem_alloc(sizeof *b + size);

	if (b == NULL)
		return NULL;
	b->next = a->head;
	b->used = 0;
	b->size = size;
	a->head = b;
	if (a->first == NULL)
		a->first = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t align = alignof(max_align_t);
	struct block *b = a->head;
	void *p;

	if (n > a->limit || a->used > a->limit - n)
		return NULL;
	n = (n + align - 1) / align * align;
	if ((b == NULL || n > b->size - b->used) &&
	    (b = add_block(a, n)) == NULL)
		return NULL;
	p = b->data + b->used;
	b->used += n;
	a->used += n;
	memset(p, 0, n);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > a->limit / size)
		return NULL;
	return arena_alloc(a, count * size);
}

char *arena_string(struct arena *a, struct bytes text)
{
	char *s = text.n == SIZE_MAX ? NULL : arena_alloc(a, text.n + 1);

	if (s != NULL && text.n > 0)
		memcpy(s, text.p, text.n);
	return s;
}

enum err arena_copy(struct arena *a, struct bytes in, struct bytes *out)
{
	uint8_t *p;

	*out = (struct bytes){ NULL, 0 };
	if (in.n == 0)
		return OK;
	if ((p = arena_alloc(a, in.n)) == NULL)
		return ERR_NOMEM;
	memcpy(p, in.p, in.n);
	*out = (struct bytes){ p, in.n };
	return OK;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
