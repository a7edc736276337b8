#include "adapters/sip/slots.h"

#include "codecs/arena.h"

#define NONE UINT32_MAX

void slots_clear(struct slots *s)
{
	mem_free(s->slots);
	s->slots = NULL;
	s->size = s->count = 0;
	s->free = NONE;
}

static enum err grow(struct slots *s)
{
	uint32_t n = s->size ? s->size * 2 : 64, i;
	struct slot *wider;

	if (n > s->limit)
		n = s->limit;
	if (n <= s->size)
		return ERR_BUSY;
	wider = mem_realloc(s->slots, n * sizeof(*wider));
	if (!wider)
		return ERR_NOMEM;
	for (i = n; i-- > s->size;) {
		wider[i] = (struct slot){ .next = s->free };
		s->free = i;
	}
	s->slots = wider;
	s->size = n;
	return OK;
}

uint64_t slots_put(struct slots *s, void *thing)
{
	struct slot *slot;
	uint32_t at;

	if (s->free == NONE && grow(s) != OK)
		return 0;
	at = s->free;
	slot = &s->slots[at];
	s->free = slot->next;
	slot->thing = thing;
	slot->round++;
	s->count++;
	return (uint64_t)slot->round << 32 | (at + 1);
}

void *slots_get(const struct slots *s, uint64_t ref)
{
	uint32_t at = (uint32_t)ref - 1;

	if (at >= s->size || s->slots[at].round != ref >> 32)
		return NULL;
	return s->slots[at].thing;
}

void slots_drop(struct slots *s, uint64_t ref)
{
	uint32_t at = (uint32_t)ref - 1;

	if (!slots_get(s, ref))
		return;
	s->slots[at].thing = NULL;
	s->slots[at].next = s->free;
	s->free = at;
	s->count--;
}

void *slots_at(const struct slots *s, uint32_t n)
{
	return n < s->size ? s->slots[n].thing : NULL;
}
