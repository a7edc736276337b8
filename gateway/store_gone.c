/*
 * store_gone.c - legs that are removed and whose rows are still on the disk.
 * Reports of a million messages come in any order: taking each row out at once
 * would write a page for each. So a removal is noted at the end of `gone`, and
 * all know from memory that the row is nothing any more. When there are many
 * of them the rows are taken out in the order they lie in, many of each page,
 * a few with every removal that is noted.
 */
#include "gateway/store_inside.h"

#include <string.h>

#define GONE_LEAST	8192	/* so many may always be there               */
#define SLICE_EVERY	8	/* removals                                  */
#define SLICE_ROWS	64	/* looked at, gone or not                    */

static uint32_t tag_of(uint64_t leg)
{
	return index_tag(leg);
}

bool gone_has(const struct store *s, uint64_t leg)
{
	const struct index *ix = &s->gone.legs;
	uint64_t one;
	size_t at = 0;

	if (ix->count == 0)
		return false;
	while ((one = index_next(ix, tag_of(leg), &at)) != 0)
		if (one == leg)
			return true;
	return false;
}

uint64_t gone_greatest(const struct store *s)
{
	return s->gone.greatest;
}

static struct gone_note *place(struct store *s, uint64_t leg)
{
	return &s->gone.notes[tag_of(leg) % GONE_NOTES];
}

void gone_note(struct store *s, const struct store_leg *leg, struct bytes far)
{
	struct gone_note *n = place(s, leg->id);

	if (leg->state != LEG_SENT || far.n > sizeof n->far)
		return;
	*n = (struct gone_note){ .leg = leg->id,
				 .lane = leg->lane,
				 .far_octets = far.n };
	if (far.n > 0)
		memcpy(n->far, far.p, far.n);
}

const struct gone_note *gone_noted(struct store *s, uint64_t leg)
{
	const struct gone_note *n = place(s, leg);

	return n->leg == leg ? n : NULL;
}

void gone_changes(struct store *s, uint64_t leg)
{
	struct gone_note *n = place(s, leg);

	if (n->leg == leg)
		n->leg = 0;
}

enum err gone_load(struct store *s)
{
	sqlite3_stmt *q = prepared(s, GONE_ALL);
	struct gone *g = &s->gone;
	uint64_t leg;
	enum err e;
	bool row;

	g->least = GONE_LEAST;
	while ((e = next_row(s, GONE_ALL, &row)) == OK && row) {
		g->now.last = column_number(q, 0);
		leg = column_number(q, 1);
		if (leg > g->greatest)
			g->greatest = leg;
		if ((e = index_add(&g->legs, tag_of(leg), leg)) != OK)
			break;
		index_keep(&g->legs);
	}
	rows_end(s, GONE_ALL);
	g->kept = g->now;
	return e;
}

void gone_keep(struct store *s)
{
	index_keep(&s->gone.legs);
	s->gone.kept = s->gone.now;
}

void gone_undo(struct store *s)
{
	memset(s->gone.notes, 0, sizeof s->gone.notes);
	index_undo(&s->gone.legs);
	s->gone.now = s->gone.kept;
}

void gone_clear(struct store *s)
{
	index_clear(&s->gone.legs);
}

void store_gone_limit(struct store *s, size_t legs)
{
	s->gone.least = legs;
}

enum err gone_take(struct store *s, uint64_t leg)
{
	enum err e = leg_take_out(s, leg);

	if (e != OK)
		return e;
	return index_drop(&s->gone.legs, tag_of(leg), leg) == OK ? OK : ERR_IO;
}

/*
 * The oldest notes, when all that they name is taken out. After a restart some
 * are of legs that were taken out by the process before.
 */
static enum err forget(struct store *s)
{
	struct gone_state *g = &s->gone.now;
	sqlite3_stmt *q = prepared(s, GONE_OLDEST);
	uint64_t leg, number = 0;
	size_t n = 0;
	enum err e;
	bool row;

	bind_number(q, 1, g->through);
	while ((e = next_row(s, GONE_OLDEST, &row)) == OK && row) {
		number = column_number(q, 0);
		leg = column_number(q, 1);
		if (index_drop(&s->gone.legs, tag_of(leg), leg) != OK)
			e = ERR_IO;
		if (e != OK || ++n == SLICE_ROWS)
			break;
	}
	rows_end(s, GONE_OLDEST);
	if (e != OK)
		return e;
	if (n < SLICE_ROWS)
		g->through = 0;
	bind_number(prepared(s, GONE_FORGET), 1, number);
	return run(s, GONE_FORGET);
}

/* The next rows of all, by id. */
static enum err slice(struct store *s)
{
	sqlite3_stmt *q = prepared(s, LEGS_AFTER);
	uint64_t legs[SLICE_ROWS];
	size_t n = 0, i;
	enum err e;
	bool row;

	bind_number(q, 1, s->gone.now.after);
	while ((e = next_row(s, LEGS_AFTER, &row)) == OK && row) {
		legs[n++] = column_number(q, 0);
		if (n == SLICE_ROWS)
			break;
	}
	rows_end(s, LEGS_AFTER);
	for (i = 0; e == OK && i < n; i++)
		if (gone_has(s, legs[i]))
			e = gone_take(s, legs[i]);
	if (e != OK)
		return e;
	s->gone.now.swept = n < SLICE_ROWS;
	if (n > 0)
		s->gone.now.after = legs[n - 1];
	return OK;
}

static bool many(const struct store *s)
{
	const struct gone *g = &s->gone;

	return g->legs.count > g->least &&
	       g->legs.count > tally_total(s) / 2;
}

enum err gone_add(struct store *s, uint64_t leg)
{
	struct gone_state *g = &s->gone.now;
	sqlite3_stmt *q = prepared(s, GONE_INSERT);
	enum err e;

	gone_changes(s, leg);
	bind_number(q, 1, g->last + 1);
	bind_number(q, 2, leg);
	if ((e = run(s, GONE_INSERT)) != OK)
		return e;
	g->last++;
	if (index_add(&s->gone.legs, tag_of(leg), leg) != OK)
		return ERR_IO;
	if (g->last % SLICE_EVERY != 0)
		return OK;
	if (g->through == 0 && many(s)) {
		g->through = g->last;
		g->after = 0;
		g->swept = false;
	}
	if (g->through == 0)
		return OK;
	return g->swept ? forget(s) : slice(s);
}
