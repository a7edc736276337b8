#include "adapters/sip/answers.h"

#include "codecs/arena.h"

#define NONE UINT32_MAX

/* A ring in the order of time, and chains through it by key. */
struct entry {
	uint64_t key, until_us;
	uint32_t next; /* of the same bucket                        */
	struct answer answer;
};

struct answers {
	struct entry *ring;
	uint32_t *heads;
	uint32_t size, limit; /* of the ring: now, at most                 */
	uint32_t mask;	      /* of the heads                              */
	uint32_t first, count;
};

static uint32_t place(const struct answers *a, uint32_t n)
{
	return (uint32_t)(((uint64_t)a->first + n) % a->size);
}

static void index_all(struct answers *a)
{
	uint32_t i, at, *head;

	for (i = 0; i <= a->mask; i++)
		a->heads[i] = NONE;
	for (i = 0; i < a->count; i++) {
		at = place(a, i);
		head = &a->heads[a->ring[at].key & a->mask];
		a->ring[at].next = *head;
		*head = at;
	}
}

/* A ring of `size` places with the same entries, from place 0 on. */
static enum err resize(struct answers *a, uint32_t size)
{
	struct entry *ring = mem_alloc(size * sizeof(*ring));
	uint32_t heads = 1, *index, i;

	while (heads < size)
		heads *= 2;
	index = mem_alloc(heads * sizeof(*index));
	if (!ring || !index) {
		mem_free(ring);
		mem_free(index);
		return ERR_NOMEM;
	}
	for (i = 0; i < a->count; i++)
		ring[i] = a->ring[place(a, i)];
	mem_free(a->ring);
	mem_free(a->heads);
	a->ring = ring;
	a->heads = index;
	a->size = size;
	a->mask = heads - 1;
	a->first = 0;
	index_all(a);
	return OK;
}

struct answers *answers_new(uint32_t limit)
{
	struct answers *a = mem_zero(sizeof(*a));

	if (!a)
		return NULL;
	a->limit = limit < 16 ? 16 : limit;
	if (resize(a, a->limit < 1024 ? a->limit : 1024) == OK)
		return a;
	answers_free(a);
	return NULL;
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	mem_free(a->ring);
	mem_free(a->heads);
	mem_free(a);
}

static void drop_first(struct answers *a)
{
	uint32_t *at = &a->heads[a->ring[a->first].key & a->mask];

	while (*at != a->first)
		at = &a->ring[*at].next;
	*at = a->ring[a->first].next;
	a->first = place(a, 1);
	a->count--;
}

static struct entry *find(const struct answers *a, uint64_t key)
{
	uint32_t at = a->heads[key & a->mask];

	while (at != NONE && a->ring[at].key != key)
		at = a->ring[at].next;
	return at == NONE ? NULL : &a->ring[at];
}

static void make_room(struct answers *a)
{
	uint32_t size = a->size > a->limit / 2 ? a->limit : a->size * 2;

	if (a->count < a->size)
		return;
	if (size > a->size && resize(a, size) == OK)
		return;
	drop_first(a);
}

const struct answer *answers_see(struct answers *a, uint64_t key,
				 uint64_t now_us)
{
	struct entry *e;
	uint32_t at, *head;

	while (a->count > 0 && a->ring[a->first].until_us <= now_us)
		drop_first(a);
	e = find(a, key);
	if (e)
		return &e->answer;
	make_room(a);
	at = place(a, a->count);
	head = &a->heads[key & a->mask];
	a->ring[at] = (struct entry){
		.key = key,
		.until_us = now_us + ANSWERS_LIFETIME_US,
		.next = *head,
	};
	*head = at;
	a->count++;
	return NULL;
}

void answers_set(struct answers *a, uint64_t key, const struct answer *v)
{
	struct entry *e = find(a, key);

	if (e)
		e->answer = *v;
}

uint32_t answers_count(const struct answers *a)
{
	return a->count;
}
