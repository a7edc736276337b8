#include "adapters/smpp/ticket.h"

#include <string.h>

#include "codecs/arena.h"

#define SLOTS_FIRST 256

static enum err grow(struct tickets *t)
{
	uint32_t n = t->n_slots == 0 ? SLOTS_FIRST : t->n_slots * 2, i;
	struct ticket *slots = mem_realloc(t->slots, n * sizeof *slots);

	if (slots == NULL)
		return ERR_NOMEM;
	memset(slots + t->n_slots, 0, (n - t->n_slots) * sizeof *slots);
	for (i = t->n_slots; i < n; i++)
		slots[i].older = i + 1 < n ? i + 2 : 0;
	t->free = t->n_slots + 1;
	t->slots = slots;
	t->n_slots = n;
	return OK;
}

uint64_t ticket_open(struct tickets *t, struct ticket_list *list,
		     uint32_t sequence, uint32_t command_id)
{
	uint32_t number;
	struct ticket *k;

	if (t->free == 0 && grow(t) != OK)
		return 0;
	number = t->free;
	k = &t->slots[number - 1];
	t->free = k->older;
	*k = (struct ticket){ .list = list,
			      .sequence = sequence,
			      .command_id = command_id,
			      .older = list->first,
			      .generation = k->generation + 1,
			      .open = true };
	if (k->older != 0)
		t->slots[k->older - 1].newer = number;
	list->first = number;
	list->count++;
	return (uint64_t)k->generation << 32 | number;
}

void ticket_about(struct tickets *t, uint64_t ref, uint64_t about)
{
	t->slots[(uint32_t)ref - 1].about = about;
}

void ticket_keep(struct tickets *t, uint64_t ref, void *kept)
{
	t->slots[(uint32_t)ref - 1].kept = kept;
}

static void leave_list(struct tickets *t, const struct ticket *k)
{
	if (k->newer != 0)
		t->slots[k->newer - 1].older = k->older;
	else
		k->list->first = k->older;
	if (k->older != 0)
		t->slots[k->older - 1].newer = k->newer;
	k->list->count--;
}

bool ticket_close(struct tickets *t, uint64_t ref, struct ticket *out)
{
	uint32_t number = (uint32_t)ref;
	struct ticket *k;

	if (number == 0 || number > t->n_slots)
		return false;
	k = &t->slots[number - 1];
	if (!k->open || k->generation != (uint32_t)(ref >> 32))
		return false;
	*out = *k;
	if (k->list != NULL)
		leave_list(t, k);
	k->open = false;
	k->list = NULL;
	k->kept = NULL;
	k->older = t->free;
	t->free = number;
	return true;
}

void ticket_abandon(struct tickets *t, struct ticket_list *list)
{
	uint32_t number = list->first;

	for (; number != 0; number = t->slots[number - 1].older)
		t->slots[number - 1].list = NULL;
	list->first = 0;
	list->count = 0;
}

void tickets_clear(struct tickets *t)
{
	uint32_t i;

	for (i = 0; i < t->n_slots; i++)
		mem_free(t->slots[i].kept);
	mem_free(t->slots);
	*t = (struct tickets){ 0 };
}
