/*
 * store_parts.c - parts of longer short messages until all are there. A set
 * that is complete, or whose time is over, is closed: it gets a number of its
 * own, and a part that comes later begins a new one under the same key.
 */
#include "gateway/store_inside.h"

#include <endian.h>
#include <string.h>

#define NAME_FRONT 12

struct set {
	struct bytes key;
	uint32_t of;
	uint64_t closed;
	uint64_t until_us;		/* of its latest part */
};

static void bind_set(sqlite3_stmt *q, const struct set *set)
{
	bind_octets(q, 1, set->key);
	bind_number(q, 2, set->of);
	bind_number(q, 3, set->closed);
}

/* How the engine calls it: `of`, `closed`, then the key. */
static enum err name_set(struct step *step, const struct set *set,
			 struct bytes *name)
{
	size_t n = NAME_FRONT + set->key.n;
	uint8_t *octets = arena_alloc(step->arena, n);
	uint32_t of = htole32(set->of);
	uint64_t closed = htole64(set->closed);

	if (octets == NULL)
		return ERR_NOMEM;
	memcpy(octets, &of, sizeof of);
	memcpy(octets + sizeof of, &closed, sizeof closed);
	memcpy(octets + NAME_FRONT, set->key.p, set->key.n);
	*name = (struct bytes){ octets, n };
	return OK;
}

static enum err named_set(struct bytes name, struct set *set)
{
	uint32_t of;
	uint64_t closed;

	if (name.n <= NAME_FRONT)
		return ERR_RANGE;
	memcpy(&of, name.p, sizeof of);
	memcpy(&closed, name.p + sizeof of, sizeof closed);
	*set = (struct set){ bytes_after(name, NAME_FRONT), le32toh(of),
			     le64toh(closed), 0 };
	return OK;
}

static enum err close_set(struct store *s, struct set *set, uint64_t number,
			  uint64_t until_us)
{
	sqlite3_stmt *q = prepared(s, PART_CLOSE);

	bind_set(q, set);
	bind_number(q, 4, number);
	bind_number(q, 5, until_us);
	set->closed = number;
	return run(s, PART_CLOSE);
}

/*
 * ERR_EXISTS and step->found: this very part went on in another message not
 * long ago, and must not mix with a new one under the same reference. Whoever
 * cancelled that other one (its id stands for none) may send it again.
 */
static enum err went_on(struct store *s, struct step *step)
{
	uint64_t until_us, id, story;
	struct step_item *item;
	enum err e;

	e = key_story(s, &step->key, &until_us, &id);
	if (e != OK || until_us <= step->key_until_us)
		return e == ERR_NOTFOUND ? OK : e;
	e = key_story(s, &STORE_PART_KEY(id), &until_us, &story);
	if (e != ERR_NOTFOUND && (e != OK || story == 0))
		return e;
	if ((item = item_add(step)) == NULL)
		return ERR_NOMEM;
	item->number = id;
	return ERR_EXISTS;
}

/* ERR_EXISTS: this very part is kept already, and is now in `found`. */
static enum err known(struct store *s, struct step *step, struct set *set)
{
	sqlite3_stmt *q = prepared(s, PART_GET);
	struct step_item *item;
	struct set before = *set;
	enum err e;
	bool row;

	bind_octets(q, 1, set->key);
	bind_number(q, 2, set->of);
	bind_number(q, 3, step->number);
	if ((e = next_row(s, PART_GET, &row)) != OK)
		return e;
	if (!row)
		return went_on(s, step);
	if (column_hash(q, 0) == step->key.high &&
	    column_hash(q, 1) == step->key.low) {
		e = item_octets(step, column_octets(q, 2), &item);
		rows_end(s, PART_GET);
		return e == OK ? ERR_EXISTS : e;
	}
	rows_end(s, PART_GET);
	if ((e = went_on(s, step)) != OK)
		return e;
	return close_set(s, &before, step->set, 0);
}

static enum err keep(struct store *s, const struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_INSERT);

	bind_octets(q, 1, step->part_key);
	bind_number(q, 2, step->of);
	bind_number(q, 3, step->number);
	bind_number(q, 4, step->until_us);
	bind_hash(q, 5, step->key.high);
	bind_hash(q, 6, step->key.low);
	bind_octets(q, 7, step->octets);
	bind_number(q, 8, step->set);
	return run(s, PART_INSERT);
}

/* The number that `which`, bound by the caller, gives. */
static enum err number_of(struct store *s, enum statement which, uint64_t *n)
{
	enum err e;
	bool row;

	*n = 0;
	if ((e = next_row(s, which, &row)) != OK || !row)
		return e;
	*n = column_number(prepared(s, which), 0);
	rows_end(s, which);
	return OK;
}

static enum err count(struct store *s, const struct set *set, uint64_t *n)
{
	bind_set(prepared(s, PART_COUNT), set);
	return number_of(s, PART_COUNT, n);
}

static enum err seen(struct store *s, const struct set *set, uint64_t now_us,
		     uint64_t *n)
{
	bind_set(prepared(s, PART_SEEN), set);
	bind_number(prepared(s, PART_SEEN), 4, now_us);
	return number_of(s, PART_SEEN, n);
}

/* A closed set -> found, all of it or nothing. */
static enum err read_set(struct store *s, struct step *step,
			 const struct set *set, uint64_t known_before)
{
	struct step_item **end = step->found_end, *item;
	sqlite3_stmt *q = prepared(s, PART_SET);
	size_t before = step->n_found;
	struct bytes name;
	enum err e;
	bool row;

	if ((e = name_set(step, set, &name)) != OK)
		return e;
	bind_set(q, set);
	while ((e = next_row(s, PART_SET, &row)) == OK && row) {
		e = item_octets(step, column_octets(q, 1), &item);
		if (e != OK)
			break;
		item->leg.meta = name;
		item->number = column_number(q, 0);
		item->number2 = set->of;
		item->count = known_before;
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
	struct set set = { step->part_key, step->of, 0, step->until_us };
	uint64_t n;
	enum err e;

	if (set.key.n == 0 || step->set == 0 || step->number == 0 ||
	    step->number > step->of)
		return ERR_RANGE;
	if ((e = known(s, step, &set)) != OK || (e = keep(s, step)) != OK)
		return e;
	if ((e = count(s, &set, &n)) != OK || n < step->of)
		return e;
	if ((e = close_set(s, &set, step->set, step->again_us)) != OK)
		return e;
	step->complete = true;
	return read_set(s, step, &set, 0);
}

enum err part_named(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_NAMED);
	struct set set = { .until_us = 0 };
	struct step_item *item;
	enum err e;
	bool row;

	bind_number(q, 1, step->legs[0].id);
	if ((e = next_row(s, PART_NAMED, &row)) != OK)
		return e;
	if (!row)
		return ERR_NOTFOUND;
	set.key = column_octets(q, 0);
	set.of = (uint32_t)column_number(q, 1);
	set.closed = column_number(q, 2);
	if ((e = item_octets(step, column_octets(q, 3), &item)) == OK)
		e = name_set(step, &set, &item->leg.meta);
	if (e == OK)
		item->count = set.closed != 0;
	rows_end(s, PART_NAMED);
	return e;
}

enum err parts_there(struct store *s, const struct step *step)
{
	struct set set;
	uint64_t n;
	enum err e;

	if ((e = named_set(step->part_key, &set)) != OK ||
	    (e = count(s, &set, &n)) != OK)
		return e;
	return n == 0 ? ERR_EXISTS : OK;
}

/* Who sent the parts may ask about any of them while there is the whole. */
static enum err keep_ids(struct store *s, const struct step *step,
			 const struct set *set)
{
	sqlite3_stmt *q = prepared(s, PART_IDS);

	if (!step->aliases || step->n_legs == 0)
		return OK;
	bind_set(q, set);
	bind_number(q, 4, step->legs[0].expires_us);
	bind_number(q, 5, step->story);
	return run(s, PART_IDS);
}

enum err parts_joined(struct store *s, const struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_KEYS);
	struct set set;
	enum err e;

	if ((e = named_set(step->part_key, &set)) != OK)
		return e;
	bind_set(q, &set);
	bind_number(q, 4, step->key_until_us);
	if ((e = run(s, PART_KEYS)) != OK ||
	    (e = keep_ids(s, step, &set)) != OK)
		return e;
	bind_set(prepared(s, PART_DELETE), &set);
	return run(s, PART_DELETE);
}

static enum err take_set(struct store *s, struct step *step, struct set *set)
{
	uint64_t number = set->closed != 0 ? set->closed : step->set;
	uint64_t n;
	enum err e;

	if (set->until_us > step->until_us)	/* not looked at before then */
		return close_set(s, set, set->closed, set->until_us);
	if ((e = seen(s, set, step->until_us, &n)) != OK ||
	    (e = close_set(s, set, number, step->again_us)) != OK)
		return e;
	return read_set(s, step, set, n);
}

/* That one set, before its time. */
static enum err parts_of(struct store *s, struct step *step)
{
	struct set set;
	enum err e;

	if ((e = named_set(step->part_key, &set)) != OK)
		return e;
	return take_set(s, step, &set);
}

/* Up to `limit` sets; what does not fit into the arena stays. */
enum err parts_expired(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, PART_EXPIRED);
	struct set set;
	size_t sets = 0;
	enum err e;
	bool row;

	if (step->again_us <= step->until_us)	/* without end */
		return ERR_RANGE;
	if (step->part_key.n > 0)
		return parts_of(s, step);
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
		set.closed = column_number(q, 2);
		set.until_us = column_number(q, 3);
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
