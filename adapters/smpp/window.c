#include "adapters/smpp/window.h"

#include "codecs/arena.h"

#define NOWHERE UINT32_MAX
#define FIRST	16 /* places of a new one, if it takes so many        */
#define KEEP	64 /* ... that one without requests keeps at most     */

/* Places are indices, so that the table is one piece of memory. */
struct place {
	struct window_item item;
	uint32_t chain; /* next of the same bucket, or of the free   */
	uint32_t older, newer;
};

/* As large as it had to be, not as it may become. */
struct window {
	uint32_t most, used, room, mask;
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

/* All places behind those in use, which stand in the order of age. */
static void chain_free(struct window *w)
{
	uint32_t i;

	w->free = w->used < w->room ? w->used : NOWHERE;
	for (i = w->used; i < w->room; i++)
		w->places[i].chain = i + 1 < w->room ? i + 1 : NOWHERE;
}

static void put(struct window *w, uint32_t i, const struct window_item *item)
{
	uint32_t *at = &w->buckets[item->sequence & w->mask];

	w->places[i] = (struct place){ *item, *at, w->newest, NOWHERE };
	*at = i;
	if (w->newest != NOWHERE)
		w->places[w->newest].newer = i;
	else
		w->oldest = i;
	w->newest = i;
	w->used++;
}

/* False: no memory, and it is as before. */
static bool resize(struct window *w, uint32_t room)
{
	struct window old = *w;
	uint32_t i;

	w->mask = power_of_two(room) - 1;
	w->buckets = mem_alloc((w->mask + 1) * sizeof *w->buckets);
	w->places = mem_alloc(room * sizeof *w->places);
	if (w->buckets == NULL || w->places == NULL) {
		mem_free(w->buckets);
		mem_free(w->places);
		*w = old;
		return false;
	}
	w->room = room;
	w->used = 0;
	w->oldest = w->newest = NOWHERE;
	for (i = 0; i <= w->mask; i++)
		w->buckets[i] = NOWHERE;
	for (i = old.used == 0 ? NOWHERE : old.oldest; i != NOWHERE;
	     i = old.places[i].newer)
		put(w, w->used, &old.places[i].item);
	chain_free(w);
	mem_free(old.buckets);
	mem_free(old.places);
	return true;
}

struct window *window_new(unsigned most)
{
	struct window *w = mem_zero(sizeof *w);

	if (w == NULL)
		return NULL;
	w->most = most;
	if (!resize(w, most < FIRST ? most : FIRST)) {
		window_free(w);
		return NULL;
	}
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
	uint32_t i;

	if (w->used == w->most)
		return ERR_BUSY;
	if (*find(w, item->sequence) != NOWHERE)
		return ERR_EXISTS;
	if (w->used == w->room &&
	    !resize(w, w->room > w->most / 2 ? w->most : w->room * 2))
		return ERR_NOMEM;
	i = w->free;
	w->free = w->places[i].chain;
	put(w, i, item);
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
	/* Without memory for a small one it stays large. */
	if (w->used == 0 && w->room > KEEP)
		(void)resize(w, FIRST);
	return true;
}

bool window_oldest(const struct window *w, struct window_item *out)
{
	if (w->oldest == NOWHERE)
		return false;
	*out = w->places[w->oldest].item;
	return true;
}
