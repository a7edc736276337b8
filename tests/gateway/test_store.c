/* The steps of gateway/store.h about single legs, opening and damage. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/gateway/store_fixture.h"

static void test_insert(void)
{
	struct fixture f = on_disk();
	struct store_leg want = leg_of(5), *got;
	struct step *s;

	want.recipient = UINT64_MAX - 3;
	want.flow = UINT32_MAX;
	CU_ASSERT_EQUAL(insert(&f, want), OK);
	CU_ASSERT_EQUAL(insert(&f, want), ERR_RANGE);
	want.id = 0;
	CU_ASSERT_EQUAL(insert(&f, want), ERR_RANGE);
	want.id = (uint64_t)INT64_MAX + 1;
	CU_ASSERT_EQUAL(insert(&f, want), ERR_RANGE);
	again(&f);
	s = get(&f, 5);
	CU_ASSERT_EQUAL_FATAL(s->result, OK);
	got = &s->found->leg;
	CU_ASSERT(got->id == 5 && got->story == 5 && got->lane == 3);
	CU_ASSERT(got->state == LEG_QUEUED && got->flow == UINT32_MAX);
	CU_ASSERT(got->due_us == 1005 && got->expires_us == HOUR + 5);
	CU_ASSERT(got->recipient == UINT64_MAX - 3);
	CU_ASSERT(bytes_equal(got->meta, want.meta));
	CU_ASSERT(bytes_equal(got->image, want.image));
	step_free(s);
	CU_ASSERT_EQUAL(get_result(&f, 6), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 1);
	CU_ASSERT_EQUAL(remove_leg(&f, 5), OK);
	CU_ASSERT_EQUAL(remove_leg(&f, 5), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 0);
	finish(&f);
}

/* Numbers at their ends; an image of no octets; one of 200,000. */
static void test_extremes(void)
{
	struct fixture f = on_disk();
	static uint8_t large[200000];
	struct store_leg leg = leg_of(INT64_MAX);
	struct step *s;

	memset(large, 'x', sizeof large);
	leg.due_us = UINT64_MAX;
	leg.expires_us = UINT64_MAX;
	leg.image.n = 0;
	leg.meta.n = 0;
	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	s = get(&f, INT64_MAX);
	CU_ASSERT_EQUAL_FATAL(s->result, OK);
	CU_ASSERT_EQUAL(s->found->leg.due_us, INT64_MAX);
	CU_ASSERT(s->found->leg.image.n == 0 && s->found->leg.meta.n == 0);
	step_free(s);
	leg = leg_of(9);
	leg.image = (struct bytes){ large, sizeof large };
	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	s = get(&f, 9);
	CU_ASSERT_EQUAL_FATAL(s->result, OK);
	CU_ASSERT(bytes_equal(s->found->leg.image, leg.image));
	step_free(s);
	CU_ASSERT_EQUAL(remove_leg(&f, 9), OK);
	CU_ASSERT_EQUAL(insert(&f, leg), OK);	/* nothing was left over */
	finish(&f);
}

static enum err insert_keyed(struct fixture *f, uint64_t id, uint64_t now,
			     uint64_t until, uint64_t *story)
{
	struct step *s = fresh(STEP_INSERT);
	enum err e;

	*with_legs(s, 1) = leg_of(id);
	s->has_key = true;
	s->key = (struct store_key){ UINT64_MAX, 1 };
	s->until_us = now;
	s->key_until_us = until;
	e = apply(f, s);
	*story = s->story;
	step_free(s);
	return e;
}

static enum err seen(struct fixture *f, struct store_key key, uint64_t now,
		     uint64_t *story)
{
	struct step *s = fresh(STEP_SEEN);
	enum err e;

	s->has_key = true;
	s->key = key;
	s->until_us = now;
	e = apply(f, s);
	*story = s->story;
	step_free(s);
	return e;
}

static void test_duplicates(void)
{
	const struct store_key key = { UINT64_MAX, 1 }, other = { 1, 1 };
	struct fixture f = on_disk();
	uint64_t story;
	struct step *s;

	CU_ASSERT_EQUAL(insert_keyed(&f, 1, 0, 100, &story), OK);
	CU_ASSERT_EQUAL(story, 1);
	CU_ASSERT_EQUAL(insert_keyed(&f, 2, 99, 200, &story), ERR_EXISTS);
	CU_ASSERT_EQUAL(story, 1);
	CU_ASSERT_EQUAL(get_result(&f, 2), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(seen(&f, key, 99, &story), ERR_EXISTS);
	CU_ASSERT_EQUAL(story, 1);
	CU_ASSERT_EQUAL(seen(&f, key, 100, &story), OK);
	CU_ASSERT_EQUAL(seen(&f, other, 1, &story), OK);
	CU_ASSERT_EQUAL(insert_keyed(&f, 3, 100, 300, &story), OK);
	CU_ASSERT_EQUAL(insert_keyed(&f, 4, 0, 300, &story), ERR_EXISTS);
	CU_ASSERT_EQUAL(story, 3);
	s = fresh(STEP_FORGET);
	s->until_us = 300;
	s->limit = 10;
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(insert_keyed(&f, 4, 0, 400, &story), OK);
	s = fresh(STEP_INSERT);		/* only a key */
	s->has_key = true;
	s->key = other;
	s->story = 77;
	s->key_until_us = 50;
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(seen(&f, other, 49, &story), ERR_EXISTS);
	CU_ASSERT_EQUAL(story, 77);
	finish(&f);
}

static enum err insert_three(struct fixture *f, uint64_t last)
{
	struct step *s = fresh(STEP_INSERT);
	struct store_leg *legs = with_legs(s, 3);
	size_t i;

	for (i = 0; i < 3; i++) {
		legs[i] = leg_of(i == 2 ? last : 10 + i);
		legs[i].story = 10;
		if (i > 0)
			legs[i].image.n = 0;
	}
	return done(f, s);
}

static void test_shared(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(11);
	struct step *s;

	CU_ASSERT_EQUAL(insert(&f, leg_of(12)), OK);
	CU_ASSERT_EQUAL(insert_three(&f, 12), ERR_RANGE);
	CU_ASSERT_EQUAL(get_result(&f, 10), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 1);
	CU_ASSERT_EQUAL(insert_three(&f, 13), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 4);
	CU_ASSERT_EQUAL(remove_leg(&f, 10), OK);
	s = get(&f, 13);
	CU_ASSERT_EQUAL_FATAL(s->result, OK);
	CU_ASSERT_EQUAL(s->found->leg.story, 10);
	CU_ASSERT(bytes_is(s->found->leg.image, "the message itself"));
	step_free(s);
	leg.image = bytes_of("a report instead");
	CU_ASSERT_EQUAL(update(&f, leg), OK);
	s = get(&f, 11);
	CU_ASSERT_EQUAL_FATAL(s->result, OK);
	CU_ASSERT(bytes_is(s->found->leg.image, "a report instead"));
	CU_ASSERT_EQUAL(s->found->leg.story, 10);
	step_free(s);
	CU_ASSERT_EQUAL(get_result(&f, 13), OK);
	CU_ASSERT_EQUAL(remove_leg(&f, 11), OK);
	CU_ASSERT_EQUAL(remove_leg(&f, 13), OK);
	CU_ASSERT_EQUAL(insert_three(&f, 13), OK);	/* all was removed */
	finish(&f);
}

static void test_update(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(5);
	struct step *s;

	CU_ASSERT_EQUAL(update(&f, leg), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	leg.state = LEG_SENT;
	leg.lane = 4;
	leg.due_us = 99;
	leg.expires_us = 0;
	leg.meta = bytes_of("more");
	leg.image = (struct bytes){ NULL, 0 };
	CU_ASSERT_EQUAL(update(&f, leg), OK);
	again(&f);
	s = get(&f, 5);
	CU_ASSERT_EQUAL_FATAL(s->result, OK);
	CU_ASSERT(s->found->leg.state == LEG_SENT);
	CU_ASSERT(s->found->leg.lane == 4 && s->found->leg.due_us == 99);
	CU_ASSERT(s->found->leg.expires_us == 0);
	CU_ASSERT(bytes_is(s->found->leg.meta, "more"));
	CU_ASSERT(bytes_is(s->found->leg.image, "the message itself"));
	step_free(s);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 0);
	CU_ASSERT_EQUAL(count(&f, LEG_SENT, 4), 1);
	finish(&f);
}

static struct step *far_lookup(struct fixture *f, uint64_t high, uint64_t low,
			       const char *orphan)
{
	struct step *s = fresh(STEP_FAR);

	s->far = arena_alloc(s->arena, sizeof *s->far);
	*s->far = (struct store_key){ high, low };
	s->n_far = 1;
	s->octets = bytes_of(orphan);
	s->until_us = 1000;
	apply(f, s);
	return s;
}

static enum err far_result(struct fixture *f, uint64_t high, uint64_t low)
{
	struct step *s = far_lookup(f, high, low, NULL);
	enum err e = s->result;

	CU_ASSERT(e != OK || s->n_found == 1);
	step_free(s);
	return e;
}

/* Far keys (high, 1) .. (high, n). */
static struct step *set_far(struct fixture *f, struct store_leg leg,
			    uint64_t high, size_t n, bool drop)
{
	struct step *s = fresh(STEP_UPDATE);
	size_t i;

	*with_legs(s, 1) = leg;
	s->far = arena_array(s->arena, n + 1, sizeof *s->far);
	for (i = 0; i < n; i++)
		s->far[i] = (struct store_key){ high, i + 1 };
	s->n_far = n;
	s->drop_far = drop;
	apply(f, s);
	return s;
}

static void test_far(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(5);
	struct step *s;

	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	CU_ASSERT_EQUAL(insert(&f, leg_of(6)), OK);
	leg.state = LEG_SENT;
	s = set_far(&f, leg, UINT64_MAX, 3, false);
	CU_ASSERT_EQUAL(s->result, OK);
	step_free(s);
	CU_ASSERT_EQUAL(get_result(&f, 5), OK);
	again(&f);
	s = far_lookup(&f, UINT64_MAX, 2, NULL);
	CU_ASSERT_EQUAL(s->result, OK);
	CU_ASSERT(ids_are(s, "5"));
	step_free(s);
	CU_ASSERT_EQUAL(far_result(&f, UINT64_MAX, 4), ERR_NOTFOUND);
	/* The same id means the newer leg, also when the older one goes. */
	s = set_far(&f, leg_of(6), UINT64_MAX, 1, false);
	CU_ASSERT_EQUAL(s->result, OK);
	step_free(s);
	s = set_far(&f, leg, 2, 1, true);
	CU_ASSERT_EQUAL(s->result, OK);
	step_free(s);
	CU_ASSERT_EQUAL(far_result(&f, UINT64_MAX, 2), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(far_result(&f, 2, 1), OK);
	s = far_lookup(&f, UINT64_MAX, 1, NULL);
	CU_ASSERT(ids_are(s, "6"));
	step_free(s);
	CU_ASSERT_EQUAL(remove_leg(&f, 5), OK);
	CU_ASSERT_EQUAL(far_result(&f, 2, 1), ERR_NOTFOUND);
	s = set_far(&f, leg_of(6), 8, STEP_FAR_MAX, true);
	CU_ASSERT_EQUAL(s->result, OK);
	step_free(s);
	s = set_far(&f, leg_of(6), 9, 1, false);
	CU_ASSERT_EQUAL(s->result, ERR_RANGE);
	step_free(s);
	CU_ASSERT_EQUAL(far_result(&f, 8, STEP_FAR_MAX), OK);
	finish(&f);
}

/* What was rolled back was never so. */
static void test_far_rollback(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(5);
	struct step *s = fresh(STEP_UPDATE);

	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	leg.state = LEG_SENT;
	step_free(set_far(&f, leg, 7, 2, false));
	*with_legs(s, 1) = leg;
	s->far = arena_alloc(s->arena, sizeof *s->far);
	*s->far = (struct store_key){ 8, 1 };
	s->n_far = 1;
	s->drop_far = true;
	CU_ASSERT_EQUAL(store_begin(f.store), OK);
	store_apply(f.store, s);
	CU_ASSERT_EQUAL(s->result, OK);
	store_rollback(f.store);
	CU_ASSERT_EQUAL(far_result(&f, 8, 1), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(far_result(&f, 7, 1), OK);
	CU_ASSERT_EQUAL(far_result(&f, 7, 2), OK);
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(far_result(&f, 8, 1), OK);
	CU_ASSERT_EQUAL(far_result(&f, 7, 1), ERR_NOTFOUND);
	finish(&f);
}

/* The newer leg has it, whichever is read first at the start. */
static void test_far_twice(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(5);
	struct step *s;

	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	CU_ASSERT_EQUAL(insert(&f, leg_of(6)), OK);
	leg.state = LEG_SENT;
	step_free(set_far(&f, leg, 7, 1, false));
	step_free(set_far(&f, leg_of(6), 7, 1, false));
	again(&f);
	s = far_lookup(&f, 7, 1, NULL);
	CU_ASSERT(ids_are(s, "6"));
	step_free(s);
	CU_ASSERT_EQUAL(remove_leg(&f, 6), OK);
	CU_ASSERT_EQUAL(far_result(&f, 7, 1), ERR_NOTFOUND);
	finish(&f);
}

static void orphan(struct fixture *f, uint64_t low, const char *octets)
{
	struct step *s = far_lookup(f, 7, low, octets);

	CU_ASSERT_EQUAL(s->result, ERR_NOTFOUND);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
}

/* A report that comes before the answer that names it. */
static void test_orphans(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(5);
	struct step *s;

	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	orphan(&f, 1, "enroute");
	orphan(&f, 2, "other");
	orphan(&f, 1, "delivered");
	again(&f);
	leg.state = LEG_SENT;
	s = set_far(&f, leg, 7, 1, false);
	CU_ASSERT_EQUAL(s->result, OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 2);
	CU_ASSERT(bytes_is(s->found->octets, "enroute"));
	CU_ASSERT(bytes_is(s->found->next->octets, "delivered"));
	step_free(s);
	/* They stay until the leg loses the key: known after a restart. */
	again(&f);
	s = fresh(STEP_ORPHANS);
	apply(&f, s);
	CU_ASSERT(s->result == OK && s->complete && s->n_found == 2);
	step_free(s);
	s = set_far(&f, leg, 7, 1, true);
	CU_ASSERT_EQUAL(s->n_found, 2);
	step_free(s);
	s = set_far(&f, leg, 8, 1, true);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	s = set_far(&f, leg, 7, 1, true);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	s = fresh(STEP_FORGET);
	s->until_us = 1000;
	s->limit = 1;
	CU_ASSERT_EQUAL(done(&f, s), OK);
	s = set_far(&f, leg, 7, 2, true);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	finish(&f);
}

static void test_orphans_bounded(void)
{
	struct fixture f = on_disk();
	struct step *s = far_lookup(&f, 7, 1, "the oldest");
	uint64_t i;

	CU_ASSERT_EQUAL(insert(&f, leg_of(5)), OK);
	CU_ASSERT_EQUAL(store_begin(f.store), OK);
	for (i = 0; i < STORE_ORPHANS_MAX; i++) {
		s->far->low = 2 + i;
		store_apply(f.store, s);
	}
	CU_ASSERT_EQUAL(store_commit(f.store), OK);
	step_free(s);
	s = set_far(&f, leg_of(5), 7, 2, false);
	CU_ASSERT_EQUAL(s->n_found, 1);
	step_free(s);
	finish(&f);
}

static void test_rollback(void)
{
	struct fixture f = on_disk();
	struct step *s = fresh(STEP_INSERT);

	*with_legs(s, 1) = leg_of(5);
	CU_ASSERT_EQUAL(store_begin(f.store), OK);
	store_apply(f.store, s);
	CU_ASSERT_EQUAL(s->result, OK);
	store_rollback(f.store);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 0);
	CU_ASSERT_EQUAL(get_result(&f, 5), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 1);
	finish(&f);
}

/* checksums: a damaged row is never handed out. */
static void test_damage(void)
{
	static const struct damage {
		const char *name, *octets;
		bool large;
	} rows[] = {
		{ "in the image", "the message itself", false },
		{ "in the meta", "what the engine knows", false },
		{ "in an image apart", "xxxxxxxx3xxxxxxxx", true },
	}, *r;
	static uint8_t large[5000];
	struct store_leg leg;
	struct fixture f;
	struct step *s;

	memset(large, 'x', sizeof large);
	large[4000] = '3';
	for (r = rows; r < rows + 3; r++) {
		f = simulated();
		leg = leg_of(5);
		if (r->large)
			leg.image = (struct bytes){ large, sizeof large };
		ROW(r, insert(&f, leg) == OK);
		again(&f);	/* out of the log, into the file */
		store_close(f.store);
		ROW(r, sim_disk_flip(f.disk, "spool.db",
				     bytes_of(r->octets)) == 1);
		f.store = NULL;
		again(&f);
		s = refill(&f, HOUR, 0, 0, 10);
		ROW(r, s->n_found == 0);
		step_free(s);
		ROW(r, store_damaged(f.store) == 1);
		ROW(r, count(&f, LEG_QUARANTINED, 3) == 1);
		ROW(r, count(&f, LEG_QUEUED, 3) == 0);
		ROW(r, get_result(&f, 5) == ERR_MALFORMED);
		s = fresh(STEP_LIST);
		ROW(r, apply(&f, s) == OK && s->n_found == 1);
		ROW(r, s->found->leg.state == LEG_QUARANTINED);
		ROW(r, s->found->leg.image.n == 0);
		step_free(s);
		ROW(r, store_damaged(f.store) == 1);
		ROW(r, remove_leg(&f, 5) == OK);
		finish(&f);
	}
}

static enum err try_open(const char *directory, const char *vfs)
{
	struct buf why = BUF_INIT(1000);
	struct store *s = NULL;
	enum err e = store_open(&s, directory, vfs, &why);

	CU_ASSERT((e == OK) == (why.n == 0));
	store_close(s);
	buf_clear(&why);
	return e;
}

static void test_opening(void)
{
	struct fixture f = on_disk();
	char path[512];
	struct stat st;
	FILE *file;

	CU_ASSERT_EQUAL(try_open(f.directory, NULL), ERR_BUSY);
	snprintf(path, sizeof path, "%s/spool.db", f.directory);
	CU_ASSERT(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CU_ASSERT(stat(f.directory, &st) == 0 && (st.st_mode & 0777) == 0700);
	finish(&f);
	CU_ASSERT_EQUAL(chmod(f.directory, 0750), 0);
	CU_ASSERT_EQUAL(try_open(f.directory, NULL), ERR_DENIED);
	CU_ASSERT_EQUAL(chmod(f.directory, 0700), 0);
	CU_ASSERT_EQUAL(try_open(f.directory, NULL), OK);
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fprintf(file, "this is no database, and it is long enough to see\n");
	fclose(file);
	CU_ASSERT_EQUAL(try_open(f.directory, NULL), ERR_IO);
}

static const struct check_test tests[] = {
	{ "opening", test_opening },
	{ "a leg put in, read and removed", test_insert },
	{ "numbers and images at their ends", test_extremes },
	{ "duplicates", test_duplicates },
	{ "legs that share an image", test_shared },
	{ "an update", test_update },
	{ "far keys", test_far },
	{ "far keys that are rolled back", test_far_rollback },
	{ "two legs with one far key", test_far_twice },
	{ "orphan reports", test_orphans },
	{ "orphans are bounded", test_orphans_bounded },
	{ "a rollback", test_rollback },
	{ "damage", test_damage },
	{ NULL, NULL }
};

CHECK_MAIN("store", tests)
