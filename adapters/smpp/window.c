#include "adapters/smpp/window.h"

#include "codecs/arena.h"

#define NOWHERE UINT32_MAX

/* Places are indices, so that the table is one piece of memory. */
struct place {
	struct window_item item;
	uint32_t chain; /* next of the same bucket, or of the free   */
	uint32_t older, newer;
};

struct window {
	uint32_t most, used, mask;
	uint32_t free, oldest, newest;
	uint32_t *buckets;
	struct place *places;
};

static uint32_t power_of_two(uint32_t at_least)
{
	uint32_t n = 1;

	while (n < at_least)
		n *= 2;
	return n;
}

struct window *window_new(unsigned most)
{
	struct window *w = mem_zero(sizeof *w);
	uint32_t i;

	if (w == NULL)
		return NULL;
	w->most = most;
	w->mask = power_of_two(most) - 1;
	w->buckets = mem_alloc((w->mask + 1) * sizeof *w->buckets);
	w->places = mem_zero(most * sizeof *w->places);
	if (w->buckets == NULL || w->places == NULL) {
		window_free(w);
		return NULL;
	}
	for (i = 0; i <= w->mask; i++)
		w->buckets[i] = NOWHERE;
	for (i = 0; i < most; i++)
		w->places[i].chain = i + 1 < most ? i + 1 : NOWHERE;
	w->oldest = w->newest = NOWHERE;
	return w;
}

void window_free(struct window *w)
{
	if (w == NULL)
		return;
	mem_free(w->buckets);
	mem_free(w->places);
	mem_free(w);
}

unsigned window_used(const struct window *w)
{
	return w->used;
}

unsigned window_room(const struct window *w)
{
	return w->most - w->used;
}

/* Consecutive sequence numbers fall into consecutive buckets. */
static uint32_t *find(const struct window *w, uint32_t sequence)
{
	uint32_t *at = &w->buckets[sequence & w->mask];

	while (*at != NOWHERE && w->places[*at].item.sequence != sequence)
		at = &w->places[*at].chain;
	return at;
}

enum err window_add(struct window *w, const struct window_item *item)
{
	uint32_t i = w->free, *at;
	struct place *p;

	if (w->used == w->most)
		return ERR_BUSY;
	if (*find(w, item->sequence) != NOWHERE)
		return ERR_EXISTS;
	p = &w->places[i];
	w->free = p->chain;
	at = &w->buckets[item->sequence & w->mask];
	*p = (struct place){ *item, *at, w->newest, NOWHERE };
	*at = i;
	if (w->newest != NOWHERE)
		w->places[w->newest].newer = i;
	else
		w->oldest = i;
	w->newest = i;
	w->used++;
	return OK;
}

static void unlink_age(struct window *w, const struct place *p)
{
	if (p->older != NOWHERE)
		w->places[p->older].newer = p->newer;
	else
		w->oldest = p->newer;
	if (p->newer != NOWHERE)
		w->places[p->newer].older = p->older;
	else
		w->newest = p->older;
}

bool window_find(const struct window *w, uint32_t sequence,
		 struct window_item *out)
{
	uint32_t i = *find(w, sequence);

	if (i == NOWHERE)
		return false;
	*out = w->places[i].item;
	return true;
}

bool window_take(struct window *w, uint32_t sequence, struct window_item *out)
{
	uint32_t *at = find(w, sequence), i = *at;
	struct place *p;

	if (i == NOWHERE)
		return false;
	p = &w->places[i];
	*out = p->item;
	*at = p->chain;
	unlink_age(w, p);
	p->chain = w->free;
	w->free = i;
	w->used--;
	return true;
}

bool window_oldest(const struct window *w, struct window_item *out)
{
	if (w->oldest == NOWHERE)
		return false;
	*out = w->places[w->oldest].item;
	return true;
}
