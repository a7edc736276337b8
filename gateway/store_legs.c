/* store_legs.c - legs put in, changed and taken out. */
#include "gateway/store_inside.h"

#include <endian.h>
#include <string.h>

#define INLINE_MAX	1600	/* larger images have a row of their own */
#define FAR_OCTETS	(STEP_FAR_MAX * FAR_KEY_OCTETS)

/* What a change must know of the row before. */
struct before {
	uint64_t sum, expires, story;
	enum leg_state state;
	uint32_t lane;
	bool shared;			/* its image is in `image`           */
	size_t far_octets;
	uint8_t far[FAR_OCTETS];
};

static bool number_fits(uint64_t id)
{
	return id != 0 && id <= INT64_MAX;
}

static enum err read_before(struct store *s, uint64_t id, struct before *b)
{
	sqlite3_stmt *q = prepared(s, LEG_BEFORE);
	struct bytes far;
	bool row;
	enum err e;

	bind_number(q, 1, id);
	if ((e = next_row(s, LEG_BEFORE, &row)) != OK)
		return e;
	if (!row)
		return ERR_NOTFOUND;
	b->sum = (uint64_t)sqlite3_column_int64(q, 0);
	b->state = (enum leg_state)(column_number(q, 1) & 3);
	b->lane = (uint32_t)column_number(q, 2);
	b->expires = column_number(q, 3);
	b->story = column_number(q, 4);
	b->shared = column_number(q, 6) != 0;
	far = column_octets(q, 5);
	b->far_octets = far.n <= FAR_OCTETS ? far.n : FAR_OCTETS;
	if (far.n > 0)
		memcpy(b->far, far.p, b->far_octets);
	rows_end(s, LEG_BEFORE);
	if (b->story == 0)
		b->story = id;
	return OK;
}

/* A number that is too large is kept as the largest; see leg_sum(). */
static void bind_leg(sqlite3_stmt *q, const struct store_leg *leg,
		     uint64_t sum)
{
	bind_number(q, 1, leg->id);
	sqlite3_bind_int64(q, 2, (int64_t)sum);
	bind_number(q, 3, leg->state);
	bind_number(q, 4, leg->lane);
	bind_number(q, 5, leg->flow);
	bind_number(q, 6, leg->due_us);
	bind_number(q, 7, leg->expires_us);
	bind_hash(q, 8, leg->recipient);
}

/* An empty image is not NULL: that stands for a shared one. */
static void bind_image(sqlite3_stmt *q, int at, struct bytes image)
{
	sqlite3_bind_blob64(q, at, image.n == 0 ? (const void *)"" : image.p,
			    image.n, SQLITE_STATIC);
}

static enum err insert_leg(struct store *s, const struct store_leg *leg,
			   struct bytes image, bool shared, bool several)
{
	sqlite3_stmt *q = prepared(s, LEG_INSERT);
	struct store_leg row = *leg;
	uint64_t sum;
	enum err e;

	if (row.story == 0)
		row.story = row.id;
	if (!number_fits(row.id) || !number_fits(row.story))
		return ERR_RANGE;
	sum = leg_sum(&row, (struct bytes){ NULL, 0 });
	if (!shared)
		sum |= (uint64_t)image_sum(row.id, image) << 32;
	bind_leg(q, &row, sum);
	bind_number(q, 9, row.story == row.id && !several ? 0 : row.story);
	bind_octets(q, 10, row.meta);
	if (shared)
		sqlite3_bind_null(q, 11);
	else
		bind_image(q, 11, image);
	if ((e = tally_add(s, row.state, row.lane, 1)) != OK)
		return e;
	if ((e = run(s, LEG_INSERT)) == OK)
		return OK;
	if (tally_add(s, row.state, row.lane, -1) != OK)
		return ERR_IO;
	return e;
}

static enum err delete_leg(struct store *s, uint64_t id, enum leg_state state,
			   uint32_t lane)
{
	enum err e;

	if ((e = tally_add(s, state, lane, -1)) != OK)
		return e;
	bind_number(prepared(s, LEG_DELETE), 1, id);
	return run(s, LEG_DELETE);
}

static enum err insert_content(struct store *s, uint64_t story, size_t legs,
			       struct bytes image)
{
	sqlite3_stmt *q = prepared(s, IMAGE_INSERT);
	enum err e;

	bind_number(prepared(s, CONTENT_INSERT), 1, story);
	bind_number(prepared(s, CONTENT_INSERT), 2, legs);
	if ((e = run(s, CONTENT_INSERT)) != OK)
		return e;
	bind_number(q, 1, story);
	bind_number(q, 2, image_sum(story, image));
	bind_image(q, 3, image);
	return run(s, IMAGE_INSERT);
}

static enum err drop_content(struct store *s, uint64_t story)
{
	enum err e;

	bind_number(prepared(s, CONTENT_DELETE), 1, story);
	bind_number(prepared(s, IMAGE_DELETE), 1, story);
	if ((e = run(s, CONTENT_DELETE)) != OK)
		return e;
	return run(s, IMAGE_DELETE);
}

/* One leg fewer uses the image; the last one takes it along. */
static enum err release_content(struct store *s, uint64_t story)
{
	sqlite3_stmt *q = prepared(s, CONTENT_COUNT);
	uint64_t legs = 0;
	bool row;
	enum err e;

	bind_number(q, 1, story);
	if ((e = next_row(s, CONTENT_COUNT, &row)) != OK)
		return e;
	if (row) {
		legs = column_number(q, 0);
		rows_end(s, CONTENT_COUNT);
	}
	if (legs <= 1)
		return drop_content(s, story);
	bind_number(prepared(s, CONTENT_RECOUNT), 1, story);
	bind_number(prepared(s, CONTENT_RECOUNT), 2, legs - 1);
	return run(s, CONTENT_RECOUNT);
}

enum err key_story(struct store *s, const struct store_key *key,
		   uint64_t *until_us, uint64_t *story)
{
	sqlite3_stmt *q = prepared(s, DEDUPE_GET);
	bool row;
	enum err e;

	bind_hash(q, 1, key->high);
	bind_hash(q, 2, key->low);
	if ((e = next_row(s, DEDUPE_GET, &row)) != OK)
		return e;
	if (!row)
		return ERR_NOTFOUND;
	*until_us = column_number(q, 0);
	*story = column_number(q, 1);
	rows_end(s, DEDUPE_GET);
	return OK;
}

/* ERR_EXISTS and step->story: known, and not past. */
enum err key_seen(struct store *s, struct step *step)
{
	uint64_t until_us, story;
	enum err e = key_story(s, &step->key, &until_us, &story);

	if (e != OK)
		return e == ERR_NOTFOUND ? OK : e;
	if (step->until_us != 0 && until_us <= step->until_us)
		return OK;
	step->story = story;
	return ERR_EXISTS;
}

static enum err keep_key(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, DEDUPE_INSERT);

	bind_hash(q, 1, step->key.high);
	bind_hash(q, 2, step->key.low);
	bind_number(q, 3, step->key_until_us);
	bind_number(q, 4, step->story);
	return run(s, DEDUPE_INSERT);
}

/*
 * Whether the image gets a row of its own: when it is used by several legs or
 * large, unless an earlier step has put another one under this story.
 */
static enum err must_share(struct store *s, const struct step *step,
			   uint64_t story, bool *shared)
{
	enum err e;
	bool row;

	*shared = number_fits(story) &&
		  (step->n_legs > 1 || step->legs[0].image.n > INLINE_MAX);
	if (!*shared)
		return OK;
	bind_number(prepared(s, CONTENT_COUNT), 1, story);
	if ((e = next_row(s, CONTENT_COUNT, &row)) != OK || !row)
		return e;
	rows_end(s, CONTENT_COUNT);
	*shared = false;
	return OK;
}

static enum err take_back(struct store *s, const struct step *step, size_t n,
			  bool shared)
{
	const struct store_leg *leg;
	enum err e = OK;

	while (n > 0 && e == OK) {
		leg = &step->legs[--n];
		e = delete_leg(s, leg->id, leg->state, leg->lane);
	}
	if (e != OK || !shared)
		return e;
	return drop_content(s, step->story);
}

/* All legs or none. A step with ERR_IO or ERR_TOOBIG is rolled back whole. */
static enum err insert_all(struct store *s, struct step *step)
{
	const struct store_leg *legs = step->legs;
	uint64_t story = legs[0].story == 0 ? legs[0].id : legs[0].story;
	enum err e, worse;
	bool shared;
	size_t n = 0;

	step->story = story;
	if ((e = must_share(s, step, story, &shared)) != OK)
		return e;
	if (shared)
		e = insert_content(s, story, step->n_legs, legs[0].image);
	while (e == OK && n < step->n_legs)
		if ((e = insert_leg(s, &legs[n], legs[0].image, shared,
				    step->n_legs > 1)) == OK)
			n++;
	if (e == OK || e == ERR_IO || e == ERR_TOOBIG)
		return e;
	worse = take_back(s, step, n, shared);
	return worse == OK ? e : worse;
}

enum err legs_insert(struct store *s, struct step *step)
{
	size_t i;
	enum err e;

	if (step->has_key && (e = key_seen(s, step)) != OK)
		return e;
	if (step->part_key.n > 0 && (e = parts_there(s, step)) != OK)
		return e;
	for (i = 1; i < step->n_legs; i++)
		if (step->legs[i].story != step->legs[0].story)
			return ERR_RANGE;
	if (step->n_legs > 0 && (e = insert_all(s, step)) != OK)
		return e;
	if (step->has_key && (e = keep_key(s, step)) != OK)
		return e;
	return step->part_key.n == 0 ? OK : parts_joined(s, step);
}

static void put_key(uint8_t *to, const struct store_key *k)
{
	uint64_t halves[2] = { htole64(k->high), htole64(k->low) };

	memcpy(to, halves, sizeof halves);
}

struct store_key far_key(const uint8_t octets[FAR_KEY_OCTETS])
{
	uint64_t halves[2];

	memcpy(halves, octets, sizeof halves);
	return (struct store_key){ le64toh(halves[0]), le64toh(halves[1]) };
}

/* Its own image from now on, whoever shares the one before. */
static enum err replace_image(struct store *s, const struct store_leg *leg,
			      const struct before *b, uint32_t sum)
{
	sqlite3_stmt *q = prepared(s, LEG_IMAGE);
	uint64_t both = (uint64_t)image_sum(leg->id, leg->image) << 32 | sum;
	enum err e;

	if (b->shared && (e = release_content(s, b->story)) != OK)
		return e;
	bind_number(q, 1, leg->id);
	sqlite3_bind_int64(q, 2, (int64_t)both);
	bind_image(q, 3, leg->image);
	return run(s, LEG_IMAGE);
}

static enum err write_update(struct store *s, const struct step *step,
			     const struct before *b)
{
	struct bytes far = { b->far, b->far_octets };
	struct store_leg row = step->legs[0];
	enum statement which = LEG_UPDATE;
	uint32_t sum;
	sqlite3_stmt *q;
	enum err e;

	if (row.expires_us > INT64_MAX)
		row.expires_us = INT64_MAX;
	if (row.expires_us != b->expires)
		which = LEG_UPDATE_EXPIRES;
	row.story = b->story;
	sum = leg_sum(&row, far);
	q = prepared(s, which);
	bind_leg(q, &row, (b->sum >> 32) << 32 | sum);
	bind_octets(q, 9, far);
	bind_octets(q, 10, row.meta);
	if ((e = run(s, which)) != OK || row.image.n == 0)
		return e;
	return replace_image(s, &row, b, sum);
}

enum err leg_update(struct store *s, struct step *step)
{
	const struct store_leg *leg = step->legs;
	struct before b;
	struct bytes fresh;
	size_t i, kept;
	enum err e;

	if (gone_has(s, leg->id))
		return ERR_NOTFOUND;
	gone_changes(s, leg->id);
	if ((e = read_before(s, leg->id, &b)) != OK)
		return e;
	kept = step->drop_far ? 0 : b.far_octets;
	if (step->n_far > (FAR_OCTETS - kept) / FAR_KEY_OCTETS)
		return ERR_RANGE;
	if ((e = orphans_find(s, step)) != OK ||
	    (e = tally_add(s, leg->state, leg->lane, 1)) != OK ||
	    (e = tally_add(s, b.state, b.lane, -1)) != OK)
		return e;
	if (step->drop_far) {
		struct bytes old = { b.far, b.far_octets };

		if ((e = far_drop(s, leg->id, old)) != OK ||
		    (e = orphans_drop(s, old, step)) != OK)
			return e;
	}
	fresh = (struct bytes){ b.far + kept, step->n_far * FAR_KEY_OCTETS };
	for (i = 0; i < step->n_far; i++, kept += FAR_KEY_OCTETS)
		put_key(b.far + kept, &step->far[i]);
	b.far_octets = kept;
	if ((e = write_update(s, step, &b)) != OK)
		return e;
	return far_add(s, leg->id, fresh);
}

static enum err take_out(struct store *s, uint64_t id, const struct before *b)
{
	enum err e;

	gone_changes(s, id);
	bind_number(prepared(s, LEG_DELETE), 1, id);
	if ((e = run(s, LEG_DELETE)) != OK)
		return e;
	return b->shared ? release_content(s, b->story) : OK;
}

enum err leg_take_out(struct store *s, uint64_t id)
{
	struct before b;
	enum err e = read_before(s, id, &b);

	return e == OK ? take_out(s, id, &b) : e;
}

/* Of one that goes later a note is enough. */
static enum err known_before(struct store *s, const struct step *step,
			     struct before *b)
{
	uint64_t id = step->legs[0].id;
	const struct gone_note *n = step->later ? gone_noted(s, id) : NULL;

	if (n == NULL)
		return gone_has(s, id) ? ERR_NOTFOUND
				       : read_before(s, id, b);
	b->state = LEG_SENT;
	b->lane = n->lane;
	b->far_octets = n->far_octets;
	memcpy(b->far, n->far, n->far_octets);
	return OK;
}

/* Only one that was sent: other rows are looked for by what they say. */
enum err leg_remove(struct store *s, struct step *step)
{
	uint64_t id = step->legs[0].id;
	struct before b;
	struct bytes far = { b.far, 0 };
	enum err e;

	if ((e = known_before(s, step, &b)) != OK)
		return e;
	far.n = b.far_octets;
	if ((e = tally_add(s, b.state, b.lane, -1)) != OK ||
	    (e = far_drop(s, id, far)) != OK ||
	    (e = orphans_drop(s, far, NULL)) != OK)
		return e;
	if (step->later && b.state == LEG_SENT)
		return gone_add(s, id);
	return take_out(s, id, &b);
}
