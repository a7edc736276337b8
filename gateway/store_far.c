/*
 * store_far.c - what far sides call our legs, and the reports that came
 * before we knew (orphans).
 */
#include "gateway/store_inside.h"

static void bind_key(sqlite3_stmt *q, const struct store_key *k)
{
	bind_hash(q, 1, k->high);
	bind_hash(q, 2, k->low);
}

/* The far side uses an id again: it now means the newer leg. */
enum err far_add(struct store *s, const struct step *step, uint64_t leg)
{
	sqlite3_stmt *q = prepared(s, FAR_INSERT);
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && i < step->n_far; i++) {
		bind_key(q, &step->far[i]);
		bind_number(q, 3, leg);
		e = run(s, FAR_INSERT);
	}
	return e;
}

enum err orphans_count(struct store *s)
{
	enum err e;
	bool row;

	if ((e = next_row(s, ORPHAN_COUNT, &row)) != OK || !row)
		return e;
	s->orphans = column_number(prepared(s, ORPHAN_COUNT), 0);
	rows_end(s, ORPHAN_COUNT);
	return OK;
}

static enum err orphans_of(struct store *s, struct step *step,
			   const struct store_key *key)
{
	sqlite3_stmt *q = prepared(s, ORPHAN_GET);
	struct step_item *item;
	enum err e;
	bool row;

	bind_key(q, key);
	while ((e = next_row(s, ORPHAN_GET, &row)) == OK && row) {
		e = item_octets(step, column_octets(q, 0), &item);
		if (e != OK)
			break;
	}
	rows_end(s, ORPHAN_GET);
	return e;
}

enum err orphans_find(struct store *s, struct step *step)
{
	enum err e = OK;
	size_t i;

	for (i = 0; s->orphans > 0 && e == OK && i < step->n_far; i++)
		e = orphans_of(s, step, &step->far[i]);
	return e;
}

static bool sets(const struct step *step, const struct store_key *key)
{
	size_t i;

	for (i = 0; step != NULL && i < step->n_far; i++)
		if (step->far[i].high == key->high &&
		    step->far[i].low == key->low)
			return true;
	return false;
}

enum err orphans_drop(struct store *s, struct bytes list,
		      const struct step *step)
{
	sqlite3_stmt *q = prepared(s, ORPHAN_DELETE);
	struct store_key key;
	enum err e = OK;

	for (; s->orphans > 0 && e == OK && list.n >= FAR_KEY_OCTETS;
	     list = bytes_after(list, FAR_KEY_OCTETS)) {
		key = far_key(list.p);
		if (sets(step, &key))
			continue;
		bind_key(q, &key);
		if ((e = run(s, ORPHAN_DELETE)) == OK)
			s->orphans -= (uint64_t)sqlite3_changes(s->db);
	}
	return e;
}

enum err orphans_claimed(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, ORPHAN_CLAIMED);
	struct step_item *item;
	enum err e;
	bool row;

	bind_number(q, 1, step->after_id);
	while ((e = next_row(s, ORPHAN_CLAIMED, &row)) == OK && row) {
		if (step->limit != 0 && step->n_found == step->limit)
			break;
		e = item_octets(step, column_octets(q, 1), &item);
		if (e != OK)
			break;
		item->number = column_number(q, 0);
	}
	rows_end(s, ORPHAN_CLAIMED);
	step->complete = e == OK && !row;
	return e == ERR_NOMEM && step->n_found > 0 ? OK : e;
}

static enum err keep_orphan(struct store *s, const struct step *step)
{
	sqlite3_stmt *q = prepared(s, ORPHAN_INSERT);
	enum err e;

	if (s->orphans >= STORE_ORPHANS_MAX) {
		if ((e = run(s, ORPHAN_OLDEST)) != OK)
			return e;
		s->orphans--;
	}
	bind_key(q, step->far);
	bind_number(q, 3, step->until_us);
	bind_octets(q, 4, step->octets);
	if ((e = run(s, ORPHAN_INSERT)) == OK)
		s->orphans++;
	return e;
}

enum err far_step(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, FAR_GET);
	uint64_t leg;
	enum err e;
	bool row;

	bind_key(q, step->far);
	if ((e = next_row(s, FAR_GET, &row)) != OK)
		return e;
	e = ERR_NOTFOUND;
	if (row) {
		leg = column_number(q, 0);
		rows_end(s, FAR_GET);
		e = leg_get(s, step, leg);
	}
	if (e == ERR_NOTFOUND && step->octets.n > 0) {
		enum err worse = keep_orphan(s, step);

		return worse == OK ? ERR_NOTFOUND : worse;
	}
	return e;
}

enum err far_forget(struct store *s, const struct step *step)
{
	uint64_t limit = step->limit == 0 ? INT64_MAX : step->limit;
	sqlite3_stmt *q = prepared(s, ORPHAN_FORGET);
	enum err e;

	bind_number(q, 1, step->until_us);
	bind_number(q, 2, limit);
	if ((e = run(s, ORPHAN_FORGET)) != OK)
		return e;
	s->orphans -= (uint64_t)sqlite3_changes(s->db);
	q = prepared(s, DEDUPE_FORGET);
	bind_number(q, 1, step->until_us);
	bind_number(q, 2, limit);
	if ((e = run(s, DEDUPE_FORGET)) != OK)
		return e;
	q = prepared(s, BINDING_FORGET);
	bind_number(q, 1, step->until_us);
	bind_number(q, 2, limit);
	return run(s, BINDING_FORGET);
}
