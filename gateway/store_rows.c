/*
 * store_rows.c - rows of `leg` read back: checked against their checksums,
 * in bounded answers, damaged ones put into quarantine.
 */
#include "gateway/checksum.h"
#include "gateway/store_inside.h"

#include <endian.h>

#define STORY_SPAN (UINT64_C(1000000) << 10)
#define IMAGE_KEY	UINT64_C(0x696d616765)	/* apart from the row's own */
#define DAMAGED_MAX	32			/* in one answer            */
#define GONE_MAX	256			/* in one answer            */

/* The columns of a LEG_ select. */
enum column { ID, SUM, STATE, LANE, FLOW, DUE, EXPIRES, RECIPIENT, STORY,
	      FAR, META, IMAGE };

static uint64_t stored(uint64_t v)
{
	return htole64(v > INT64_MAX ? INT64_MAX : v);
}

uint32_t leg_sum(const struct store_leg *leg, struct bytes far)
{
	const uint64_t columns[] = {
		stored(leg->story),
		htole64((uint64_t)leg->state << 32 | leg->lane),
		htole64(leg->flow),
		stored(leg->due_us),
		stored(leg->expires_us),
		htole64(leg->recipient),
	};
	uint64_t sum;

	sum = checksum(leg->id, (struct bytes){ (const uint8_t *)columns,
						sizeof columns });
	if (far.n > 0)
		sum = checksum(sum, far);
	return (uint32_t)checksum(sum, leg->meta);
}

uint32_t image_sum(uint64_t id, struct bytes image)
{
	return (uint32_t)checksum(id ^ IMAGE_KEY, image);
}

static void read_columns(sqlite3_stmt *q, struct store_leg *leg)
{
	*leg = (struct store_leg){
		.id = column_number(q, ID),
		.story = column_number(q, STORY),
		.state = (enum leg_state)(column_number(q, STATE) & 3),
		.lane = (uint32_t)column_number(q, LANE),
		.flow = (uint32_t)column_number(q, FLOW),
		.due_us = column_number(q, DUE),
		.expires_us = column_number(q, EXPIRES),
		.recipient = column_hash(q, RECIPIENT),
	};
	if (leg->story == 0)
		leg->story = leg->id;
	leg->meta = column_octets(q, META);
}

/* The image that legs of one story share, into the step's arena. */
static enum err shared_image(struct store *s, struct step *step,
			     struct store_leg *leg)
{
	sqlite3_stmt *q = prepared(s, IMAGE_GET);
	struct bytes image;
	bool row;
	enum err e;

	bind_number(q, 1, leg->story);
	if ((e = next_row(s, IMAGE_GET, &row)) != OK)
		return e;
	if (!row)
		return ERR_MALFORMED;
	image = column_octets(q, 1);
	if (column_number(q, 0) == image_sum(leg->story, image))
		e = arena_copy(step->arena, image, &leg->image);
	else
		e = ERR_MALFORMED;
	rows_end(s, IMAGE_GET);
	return e;
}

static enum err own_image(sqlite3_stmt *q, struct step *step,
			  struct store_leg *leg)
{
	uint32_t want = (uint32_t)((uint64_t)sqlite3_column_int64(q, SUM) >>
				   32);
	struct bytes image = column_octets(q, IMAGE);

	if (want != image_sum(leg->id, image))
		return ERR_MALFORMED;
	return arena_copy(step->arena, image, &leg->image);
}

static enum err leg_row(struct store *s, enum statement which,
			struct step *step)
{
	sqlite3_stmt *q = prepared(s, which);
	struct step_item *item;
	struct store_leg leg;
	enum err e;

	read_columns(q, &leg);
	if ((uint32_t)sqlite3_column_int64(q, SUM) !=
	    leg_sum(&leg, column_octets(q, FAR)))
		return ERR_MALFORMED;
	if ((e = arena_copy(step->arena, leg.meta, &leg.meta)) != OK)
		return e;
	if (sqlite3_column_type(q, IMAGE) == SQLITE_NULL)
		e = shared_image(s, step, &leg);
	else
		e = own_image(q, step, &leg);
	if (e != OK)
		return e;
	if ((item = item_add(step)) == NULL)
		return ERR_NOMEM;
	item->leg = leg;
	return OK;
}

/* The row as far as it can be believed; gwctl shows it to the operator. */
static enum err damaged_row(sqlite3_stmt *q, struct step *step)
{
	struct step_item *item = item_add(step);

	if (item == NULL)
		return ERR_NOMEM;
	read_columns(q, &item->leg);
	item->leg.meta = (struct bytes){ NULL, 0 };
	item->leg.state = LEG_QUARANTINED;
	return OK;
}

static enum err quarantine(struct store *s, uint64_t id)
{
	sqlite3_stmt *q = prepared(s, LEG_BEFORE);
	enum leg_state state = LEG_QUARANTINED;
	uint32_t lane = 0;
	bool row;
	enum err e;

	bind_number(q, 1, id);
	if ((e = next_row(s, LEG_BEFORE, &row)) != OK)
		return e;
	if (row) {
		state = (enum leg_state)(column_number(q, 1) & 3);
		lane = (uint32_t)column_number(q, 2);
		rows_end(s, LEG_BEFORE);
	}
	if (state == LEG_QUARANTINED)
		return OK;
	if ((e = tally_add(s, LEG_QUARANTINED, lane, 1)) != OK ||
	    (e = tally_add(s, state, lane, -1)) != OK)
		return e;
	atomic_fetch_add(&s->damaged, 1);
	gone_changes(s, id);
	bind_number(prepared(s, LEG_QUARANTINE), 1, id);
	return run(s, LEG_QUARANTINE);
}

static void note(struct store *s, sqlite3_stmt *q)
{
	struct store_leg leg;

	read_columns(q, &leg);
	gone_note(s, &leg, column_octets(q, FAR));
}

enum err leg_get(struct store *s, struct step *step, uint64_t id,
		 const struct store_key *far)
{
	sqlite3_stmt *q = prepared(s, LEG_GET);
	enum err e;
	bool row;

	if (gone_has(s, id))
		return ERR_NOTFOUND;
	bind_number(q, 1, id);
	if ((e = next_row(s, LEG_GET, &row)) != OK)
		return e;
	if (!row)
		return ERR_NOTFOUND;
	if (far != NULL && !far_lists(column_octets(q, FAR), far))
		e = ERR_NOTFOUND;
	else if ((e = leg_row(s, LEG_GET, step)) == OK && far != NULL)
		note(s, q);
	rows_end(s, LEG_GET);
	if (e == ERR_MALFORMED) {
		enum err worse = quarantine(s, id);

		return worse == OK ? ERR_MALFORMED : worse;
	}
	return e;
}

struct scan {
	struct step *step;
	enum statement which;
	uint64_t damaged[DAMAGED_MAX], gone[GONE_MAX];
	size_t n_damaged, n_gone;
};

/* The row is due later, or there are enough. */
static bool left_out(struct store *s, struct scan *c)
{
	sqlite3_stmt *q = prepared(s, c->which);
	struct step *step = c->step;
	bool full = (step->limit != 0 && step->n_found >= step->limit) ||
		    c->n_damaged == DAMAGED_MAX || c->n_gone == GONE_MAX;

	if (c->which != LEGS_REFILL)
		return full;
	if (!full && column_number(q, DUE) <= step->until_us)
		return false;
	step->next_us = column_number(q, DUE);
	return true;
}

/* Removed legs are met by id, and by when they would have expired. */
static bool passed_over(struct store *s, struct scan *c)
{
	uint64_t id = column_number(prepared(s, c->which), ID);

	if (!gone_has(s, id))
		return false;
	if (c->which == LEGS_EXPIRED)
		c->gone[c->n_gone++] = id;
	return true;
}

static enum err scan_row(struct store *s, struct scan *c)
{
	sqlite3_stmt *q = prepared(s, c->which);
	enum err e;

	if (passed_over(s, c))
		return OK;
	e = leg_row(s, c->which, c->step);
	if (e == ERR_MALFORMED) {
		c->damaged[c->n_damaged++] = column_number(q, ID);
		e = c->which == LEGS_LIST ? damaged_row(q, c->step) : OK;
	}
	if (e == ERR_NOMEM && c->which == LEGS_REFILL)
		c->step->next_us = column_number(q, DUE);
	return e;
}

/* All rows of a bound statement, within the limit and the arena. */
static enum err scan(struct store *s, enum statement which, struct step *step)
{
	struct scan c = { .step = step, .which = which };
	enum err e, worse;
	bool row;

	while ((e = next_row(s, which, &row)) == OK && row)
		if (left_out(s, &c) || (e = scan_row(s, &c)) != OK)
			break;
	rows_end(s, which);
	step->complete = e == OK && !row;
	while (c.n_damaged > 0)
		if ((worse = quarantine(s, c.damaged[--c.n_damaged])) != OK)
			return worse;
	while (c.n_gone > 0)
		if ((worse = gone_take(s, c.gone[--c.n_gone])) != OK)
			return worse;
	return e == ERR_NOMEM && step->n_found > 0 ? OK : e;
}

enum err legs_refill(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, LEGS_REFILL);

	bind_number(q, 1, step->lane);
	bind_number(q, 2, step->flow);
	bind_number(q, 3, step->after_us);
	bind_number(q, 4, step->after_id);
	return scan(s, LEGS_REFILL, step);
}

enum err legs_waiting(struct store *s, struct step *step)
{
	bind_hash(prepared(s, LEGS_WAITING), 1, step->recipient);
	bind_number(prepared(s, LEGS_WAITING), 2, step->after_id);
	return scan(s, LEGS_WAITING, step);
}

enum err legs_expired(struct store *s, struct step *step)
{
	bind_number(prepared(s, LEGS_EXPIRED), 1, step->until_us);
	return scan(s, LEGS_EXPIRED, step);
}

enum err legs_list(struct store *s, struct step *step)
{
	bind_number(prepared(s, LEGS_LIST), 1, step->after_id);
	return scan(s, LEGS_LIST, step);
}

/* Its one leg is there, and there never was another. */
static enum err alone(struct store *s, uint64_t story, bool *is)
{
	sqlite3_stmt *q = prepared(s, LEG_BEFORE);
	bool row;
	enum err e;

	bind_number(q, 1, story);
	*is = false;
	if ((e = next_row(s, LEG_BEFORE, &row)) != OK || !row)
		return e;
	*is = column_number(q, 4) == 0 && column_number(q, 6) == 0;
	rows_end(s, LEG_BEFORE);
	return OK;
}

/* Ids are times: those of one message are within a second. */
static enum err legs_of(struct store *s, struct step *step, uint64_t story)
{
	sqlite3_stmt *q = prepared(s, LEGS_STORY);
	bool one;
	enum err e;

	step->story = story;
	if ((e = alone(s, story, &one)) != OK)
		return e;
	bind_number(q, 1, story);
	bind_number(q, 2, one ? story + 1 : story + STORY_SPAN);
	return scan(s, LEGS_STORY, step);
}

/* By its own id, by that of a part that has become it, or it still waits. */
enum err legs_story(struct store *s, struct step *step)
{
	uint64_t id = step->legs[0].id, until_us, story;
	enum err e;

	if ((e = legs_of(s, step, id)) != OK || step->n_found > 0)
		return e;
	e = key_story(s, &STORE_PART_KEY(id), &until_us, &story);
	if (e == ERR_NOTFOUND)
		return part_named(s, step);
	if (e != OK || (e = legs_of(s, step, story)) != OK)
		return e;
	return step->n_found > 0 ? OK : ERR_NOTFOUND;
}

/* One seek for each, however many legs wait for the same recipient. */
enum err legs_waiting_who(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, LEG_RECIPIENT);
	uint64_t after = step->after_id;
	struct step_item *item;
	bool row;
	enum err e;

	while (step->limit == 0 || step->n_found < step->limit) {
		bind_hash(q, 1, after);
		if ((e = next_row(s, LEG_RECIPIENT, &row)) != OK)
			return e;
		if (!row) {
			step->complete = true;
			break;
		}
		after = column_hash(q, 0);
		rows_end(s, LEG_RECIPIENT);
		if ((item = item_add(step)) == NULL)
			return step->n_found > 0 ? OK : ERR_NOMEM;
		item->count = after;
	}
	return OK;
}
