/*
 * store_far.c - what far sides call our legs, and the reports that came
 * before we knew (orphans). Each leg's row lists its keys; which leg has a key
 * is known in memory, so that of many who wait for their reports, each looked
 * for at another place, none costs a page of its own.
 */
#include "gateway/store_inside.h"

static void bind_key(sqlite3_stmt *q, const struct store_key *k)
{
	bind_hash(q, 1, k->high);
	bind_hash(q, 2, k->low);
}

static uint32_t key_tag(const struct store_key *k)
{
	return index_tag(k->high ^ index_tag(k->low));
}

bool far_lists(struct bytes list, const struct store_key *key)
{
	struct store_key one;

	for (; list.n >= FAR_KEY_OCTETS;
	     list = bytes_after(list, FAR_KEY_OCTETS)) {
		one = far_key(list.p);
		if (one.high == key->high && one.low == key->low)
			return true;
	}
	return false;
}

/* Whether the leg's row lists the key. */
static enum err leg_has(struct store *s, uint64_t leg,
			const struct store_key *key, bool *has)
{
	enum err e;
	bool row;

	*has = false;
	bind_number(prepared(s, LEG_FAR), 1, leg);
	if ((e = next_row(s, LEG_FAR, &row)) != OK || !row)
		return e;
	*has = far_lists(column_octets(prepared(s, LEG_FAR), 0), key);
	rows_end(s, LEG_FAR);
	return OK;
}

/* The leg that has the key, 0: none. */
static enum err owner(struct store *s, const struct store_key *key,
		      uint64_t *leg)
{
	uint32_t tag = key_tag(key);
	bool has = false;
	enum err e = OK;
	size_t at = 0;

	while (e == OK && !has && (*leg = index_next(&s->far, tag, &at)) != 0)
		e = leg_has(s, *leg, key, &has);
	return e;
}

/* The far side uses an id again: it now means the newer leg. */
static enum err take_over(struct store *s, const struct store_key *key,
			  uint64_t leg)
{
	uint64_t other;
	enum err e;

	if ((e = owner(s, key, &other)) != OK)
		return e;
	if (other != 0 && other != leg &&
	    (e = index_drop(&s->far, key_tag(key), other)) != OK)
		return ERR_IO;
	return OK;
}

/* Without memory in the middle of a step: see error_of(). */
enum err far_add(struct store *s, uint64_t leg, struct bytes list)
{
	struct store_key key;
	enum err e = OK;

	for (; e == OK && list.n >= FAR_KEY_OCTETS;
	     list = bytes_after(list, FAR_KEY_OCTETS)) {
		key = far_key(list.p);
		if ((e = take_over(s, &key, leg)) == OK &&
		    index_add(&s->far, key_tag(&key), leg) != OK)
			e = ERR_IO;
	}
	return e;
}

enum err far_drop(struct store *s, uint64_t leg, struct bytes list)
{
	struct store_key key;

	for (; list.n >= FAR_KEY_OCTETS;
	     list = bytes_after(list, FAR_KEY_OCTETS)) {
		key = far_key(list.p);
		if (index_drop(&s->far, key_tag(&key), leg) != OK)
			return ERR_IO;
	}
	return OK;
}

/* By age, so that of two legs with the same key the newer has it. */
enum err far_load(struct store *s)
{
	sqlite3_stmt *q = prepared(s, FAR_ALL);
	uint64_t leg;
	enum err e;
	bool row;

	while ((e = next_row(s, FAR_ALL, &row)) == OK && row) {
		leg = column_number(q, 0);
		if (!gone_has(s, leg))
			e = far_add(s, leg, column_octets(q, 1));
		if (e != OK)
			break;
		index_keep(&s->far);
	}
	rows_end(s, FAR_ALL);
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

static enum err add_claimed(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, ORPHAN_CLAIMED);
	struct store_key key = { column_hash(q, 2), column_hash(q, 3) };
	struct step_item *item;
	uint64_t leg;
	enum err e;

	if ((e = owner(s, &key, &leg)) != OK || leg == 0)
		return e;
	if ((e = item_octets(step, column_octets(q, 1), &item)) != OK)
		return e;
	item->number = column_number(q, 0);
	return OK;
}

enum err orphans_claimed(struct store *s, struct step *step)
{
	enum err e;
	bool row;

	bind_number(prepared(s, ORPHAN_CLAIMED), 1, step->after_id);
	while ((e = next_row(s, ORPHAN_CLAIMED, &row)) == OK && row) {
		if (step->limit != 0 && step->n_found == step->limit)
			break;
		if ((e = add_claimed(s, step)) != OK)
			break;
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
	uint32_t tag = key_tag(step->far);
	enum err e = ERR_NOTFOUND;
	uint64_t leg;
	size_t at = 0;

	while (e == ERR_NOTFOUND && (leg = index_next(&s->far, tag, &at)) != 0)
		e = leg_get(s, step, leg, step->far);
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
