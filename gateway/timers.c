#include "gateway/timers.h"

#include "codecs/arena.h"

#define FIRST 64

static void put(struct timers *t, size_t i, struct loop_timer *timer)
{
	t->heap[i] = timer;
	timer->slot = i + 1;
}

static void rise(struct timers *t, size_t i, struct loop_timer *timer)
{
	while (i > 0 && timer->due_us < t->heap[(i - 1) / 2]->due_us) {
		put(t, i, t->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(t, i, timer);
}

static void sink(struct timers *t, size_t i, struct loop_timer *timer)
{
	size_t child;

	while ((child = 2 * i + 1) < t->n) {
		if (child + 1 < t->n &&
		    t->heap[child + 1]->due_us < t->heap[child]->due_us)
			child++;
		if (timer->due_us <= t->heap[child]->due_us)
			break;
		put(t, i, t->heap[child]);
		i = child;
	}
	put(t, i, timer);
}

/* Puts `timer` where slot `i` is, up or down as it must. */
static void place(struct timers *t, size_t i, struct loop_timer *timer)
{
	if (i > 0 && timer->due_us < t->heap[(i - 1) / 2]->due_us)
		rise(t, i, timer);
	else
		sink(t, i, timer);
}

void timers_clear_all(struct timers *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		t->heap[i]->slot = 0;
	mem_free(t->heap);
	*t = (struct timers){ .heap = NULL };
}

static enum err grow(struct timers *t)
{
	size_t capacity = t->capacity == 0 ? FIRST : 2 * t->capacity;
	struct loop_timer **heap;

	heap = mem_realloc(t->heap, capacity * sizeof *heap);
	if (heap == NULL)
		return ERR_NOMEM;
	t->heap = heap;
	t->capacity = capacity;
	return OK;
}

enum err timers_set(struct timers *t, struct loop_timer *timer)
{
	enum err e;

	if (timer->slot != 0) {
		place(t, timer->slot - 1, timer);
		return OK;
	}
	if (t->n == t->capacity && (e = grow(t)) != OK)
		return e;
	rise(t, t->n++, timer);
	return OK;
}

void timers_clear(struct timers *t, struct loop_timer *timer)
{
	size_t i = timer->slot;
	struct loop_timer *last;

	if (i == 0)
		return;
	timer->slot = 0;
	last = t->heap[--t->n];
	if (last != timer)
		place(t, i - 1, last);
}

bool timers_next(const struct timers *t, uint64_t *due_us)
{
	if (t->n == 0)
		return false;
	*due_us = t->heap[0]->due_us;
	return true;
}

/*
 * What a callback sets for at once is later than all that was due before it,
 * or as late; `before` ends the run when only such are left.
 */
bool timers_run(struct timers *t, uint64_t now_us)
{
	size_t before = t->n, i;

	for (i = 0; i < before && t->n > 0; i++) {
		struct loop_timer *timer = t->heap[0];

		if (timer->due_us > now_us)
			break;
		timers_clear(t, timer);
		timer->due(timer->arg);
	}
	return i > 0;
}
