/*
 * store_tally.c - how many legs are in each state and lane. Counting rows
 * would read the whole spool, so the numbers are kept, and those that changed
 * are written in the transaction that changed them.
 */
#include "gateway/store_inside.h"

#include <string.h>

#define TALLIES_FIRST	64

static size_t place(const struct tallies *t, enum leg_state state,
		    uint32_t lane)
{
	uint32_t h = (lane << 2 | (uint32_t)state) * UINT32_C(2654435761);

	return (h >> 7) & (t->size - 1);
}

/* The slot of (state, lane), or the free one where it belongs. */
static struct tally *slot_of(struct tallies *t, enum leg_state state,
			     uint32_t lane)
{
	size_t at = place(t, state, lane);

	while (t->slots[at].used && (t->slots[at].lane != lane ||
				     t->slots[at].state != (uint8_t)state))
		at = (at + 1) & (t->size - 1);
	return &t->slots[at];
}

void tally_clear(struct store *s)
{
	mem_free(s->tallies.slots);
	mem_free(s->tallies.changed);
	s->tallies = (struct tallies){ 0 };
}

static enum err grow(struct tallies *t)
{
	struct tallies bigger = { 0 };
	struct tally *to;
	size_t i;

	bigger.size = t->size == 0 ? TALLIES_FIRST : 2 * t->size;
	bigger.slots = mem_zero(bigger.size * sizeof *bigger.slots);
	bigger.changed = mem_zero(bigger.size * sizeof(struct tally *));
	if (bigger.slots == NULL || bigger.changed == NULL) {
		mem_free(bigger.slots);
		mem_free(bigger.changed);
		return ERR_NOMEM;
	}
	for (i = 0; i < t->size; i++) {
		if (!t->slots[i].used)
			continue;
		to = slot_of(&bigger, t->slots[i].state, t->slots[i].lane);
		*to = t->slots[i];
		bigger.used++;
		if (to->changed)
			bigger.changed[bigger.n_changed++] = to;
	}
	mem_free(t->slots);
	mem_free(t->changed);
	*t = bigger;
	return OK;
}

static enum err find(struct tallies *t, enum leg_state state, uint32_t lane,
		     struct tally **out)
{
	enum err e;

	if (t->size > 0 && (*out = slot_of(t, state, lane))->used)
		return OK;	/* what is there needs no memory */
	if (2 * (t->used + 1) > t->size && (e = grow(t)) != OK)
		return e;
	*out = slot_of(t, state, lane);
	**out = (struct tally){ .lane = lane,
				.state = (uint8_t)state,
				.used = true };
	t->used++;
	return OK;
}

enum err tally_add(struct store *s, enum leg_state state, uint32_t lane,
		   int by)
{
	struct tallies *t = &s->tallies;
	struct tally *row;
	enum err e;

	if ((e = find(t, state, lane, &row)) != OK)
		return e;
	if (by > 0)
		row->count++;
	else if (row->count > 0)
		row->count--;
	if (!row->changed)
		t->changed[t->n_changed++] = row;
	row->changed = true;
	return OK;
}

enum err tally_load(struct store *s)
{
	sqlite3_stmt *q = prepared(s, TALLY_ALL);
	struct tally *row;
	enum err e;
	bool more;

	tally_clear(s);
	while ((e = next_row(s, TALLY_ALL, &more)) == OK && more) {
		e = find(&s->tallies, (enum leg_state)(column_number(q, 0) & 3),
			 (uint32_t)column_number(q, 1), &row);
		if (e != OK) {
			rows_end(s, TALLY_ALL);
			return e;
		}
		row->count = column_number(q, 2);
	}
	return e;
}

enum err tally_save(struct store *s)
{
	sqlite3_stmt *q = prepared(s, TALLY_SET);
	struct tallies *t = &s->tallies;
	struct tally *row;
	enum err e;

	while (t->n_changed > 0) {
		row = t->changed[t->n_changed - 1];
		bind_number(q, 1, row->state);
		bind_number(q, 2, row->lane);
		bind_number(q, 3, row->count);
		if ((e = run(s, TALLY_SET)) != OK)
			return e;
		row->changed = false;
		t->n_changed--;
	}
	return OK;
}

uint64_t tally_total(const struct store *s)
{
	const struct tallies *t = &s->tallies;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < t->size; i++)
		if (t->slots[i].used)
			n += t->slots[i].count;
	return n;
}

enum err tally_items(const struct store *s, struct step *step)
{
	const struct tallies *t = &s->tallies;
	struct step_item *item;
	size_t i;

	for (i = 0; i < t->size; i++) {
		if (!t->slots[i].used || t->slots[i].count == 0)
			continue;
		if ((item = item_add(step)) == NULL)
			return ERR_NOMEM;
		item->number = t->slots[i].state;
		item->number2 = t->slots[i].lane;
		item->count = t->slots[i].count;
	}
	step->complete = true;
	return OK;
}
