/* store_parts.c - parts of longer short messages until all are there. */
#include "gateway/store_inside.h"

#define TAKEN_US	60000000	/* then a taken set is found again   */

struct set {
	struct bytes key;
	uint32_t of;
	uint64_t until;		/* of its latest part */
};

static void bind_set(sqlite3_stmt *q, struct bytes key, uint32_t of)
{
	bind_octets(q, 1, key);
	bind_number(q, 2, of);
}

/* ERR_EXISTS: this very part is kept already. */
static enum err known(struct store *s, const struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_GET);
	enum err e;
	bool row;

	bind_set(q, step->part_key, step->of);
	bind_number(q, 3, step->number);
	if ((e = next_row(s, PART_GET, &row)) != OK || !row)
		return e;
	e = bytes_equal(column_octets(q, 0), step->octets) ? ERR_EXISTS : OK;
	rows_end(s, PART_GET);
	return e;
}

static enum err keep(struct store *s, const struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_INSERT);

	bind_set(q, step->part_key, step->of);
	bind_number(q, 3, step->number);
	bind_number(q, 4, step->until_us);
	bind_octets(q, 5, step->octets);
	return run(s, PART_INSERT);
}

static enum err count(struct store *s, const struct step *step, uint64_t *n)
{
	enum err e;
	bool row;

	*n = 0;
	bind_set(prepared(s, PART_COUNT), step->part_key, step->of);
	if ((e = next_row(s, PART_COUNT, &row)) != OK || !row)
		return e;
	*n = column_number(prepared(s, PART_COUNT), 0);
	rows_end(s, PART_COUNT);
	return OK;
}

/* A set -> found, all of it or nothing. */
static enum err read_set(struct store *s, struct step *step, struct bytes key,
			 uint32_t of)
{
	struct step_item **end = step->found_end, *item;
	sqlite3_stmt *q = prepared(s, PART_SET);
	const char *text = arena_string(step->arena, key);
	size_t before = step->n_found;
	enum err e = ERR_NOMEM;
	bool row;

	if (text == NULL)
		return ERR_NOMEM;
	bind_set(q, key, of);
	while ((e = next_row(s, PART_SET, &row)) == OK && row) {
		e = item_octets(step, column_octets(q, 1), &item);
		if (e != OK)
			break;
		item->text = text;
		item->leg.meta = (struct bytes){ (const uint8_t *)text, key.n };
		item->number = column_number(q, 0);
		item->number2 = of;
	}
	rows_end(s, PART_SET);
	if (e == OK)
		return OK;
	*end = NULL;
	step->found_end = end;
	step->n_found = before;
	return e;
}

enum err part_step(struct store *s, struct step *step)
{
	enum err e, kept;
	uint64_t n;

	if (step->part_key.n == 0 || step->number == 0 ||
	    step->number > step->of)
		return ERR_RANGE;
	if ((kept = known(s, step)) == OK)
		kept = keep(s, step);
	if (kept != OK && kept != ERR_EXISTS)
		return kept;
	if ((e = count(s, step, &n)) != OK || n < step->of)
		return e == OK ? kept : e;
	if ((e = read_set(s, step, step->part_key, step->of)) != OK)
		return e;
	step->complete = true;
	return OK;
}

enum err parts_drop(struct store *s, struct bytes key)
{
	bind_octets(prepared(s, PART_DELETE), 1, key);
	return run(s, PART_DELETE);
}

/* All parts of the set are kept until `until`, and not looked at before. */
static enum err defer(struct store *s, struct bytes key, uint32_t of,
		      uint64_t until)
{
	bind_set(prepared(s, PART_DEFER), key, of);
	bind_number(prepared(s, PART_DEFER), 3, until);
	return run(s, PART_DEFER);
}

/* A set one of whose parts has expired: its latest part decides. */
static enum err take_set(struct store *s, struct step *step,
			 const struct set *set)
{
	enum err e;

	if (set->until > step->until_us)
		return defer(s, set->key, set->of, set->until);
	if ((e = read_set(s, step, set->key, set->of)) != OK)
		return e;
	return defer(s, set->key, set->of, step->until_us + TAKEN_US);
}

/* Up to `limit` sets; what does not fit into the arena stays. */
enum err parts_expired(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_EXPIRED);
	struct set set;
	size_t sets = 0;
	enum err e;
	bool row;

	while (step->limit == 0 || sets < step->limit) {
		bind_number(q, 1, step->until_us);
		if ((e = next_row(s, PART_EXPIRED, &row)) != OK)
			return e;
		if (!row) {
			step->complete = true;
			return OK;
		}
		e = arena_copy(step->arena, column_octets(q, 0), &set.key);
		set.of = (uint32_t)column_number(q, 1);
		set.until = column_number(q, 2);
		rows_end(s, PART_EXPIRED);
		if (e == OK)
			e = take_set(s, step, &set);
		if (e == ERR_NOMEM && sets > 0)
			return OK;
		if (e != OK)
			return e;
		sets++;
	}
	return OK;
}
