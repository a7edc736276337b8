/* The steps of gateway/store.h, one by one, on the machine's disk. */
#include "gateway/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sim/disk.h"

#define ARENA	(1 << 20)
#define HOUR	UINT64_C(3600000000)

struct fixture {
	struct store *store;
	struct sim_disk *disk;	/* NULL: the machine's */
	char directory[256];
};

static struct fixture on_disk(void)
{
	struct fixture f = { 0 };
	struct buf why = BUF_INIT(1000);

	snprintf(f.directory, sizeof f.directory, "%s/spool",
		 check_directory());
	CU_ASSERT_EQUAL_FATAL(store_open(&f.store, f.directory, NULL, &why),
			      OK);
	buf_clear(&why);
	return f;
}

static struct fixture simulated(void)
{
	struct fixture f = { .directory = "/sim" };
	struct buf why = BUF_INIT(1000);

	f.disk = sim_disk_new("sim", 1);
	CU_ASSERT_EQUAL_FATAL(store_open(&f.store, f.directory, "sim", &why),
			      OK);
	buf_clear(&why);
	return f;
}

static void again(struct fixture *f)
{
	struct buf why = BUF_INIT(1000);

	store_close(f->store);
	CU_ASSERT_EQUAL_FATAL(store_open(&f->store, f->directory,
					 f->disk == NULL ? NULL : "sim", &why),
			      OK);
	buf_clear(&why);
}

static void finish(struct fixture *f)
{
	store_close(f->store);
	sim_disk_free(f->disk);
}

static struct step *fresh(enum step_kind kind)
{
	struct step *s = step_new(kind, ARENA);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

static struct store_leg *with_legs(struct step *s, size_t n)
{
	s->legs = arena_array(s->arena, n, sizeof *s->legs);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->legs);
	s->n_legs = n;
	return s->legs;
}

/* In a transaction of its own. */
static enum err apply(struct fixture *f, struct step *s)
{
	CU_ASSERT_EQUAL(store_begin(f->store), OK);
	store_apply(f->store, s);
	CU_ASSERT_EQUAL(store_commit(f->store), OK);
	return s->result;
}

/* Applied and thrown away: only the result counts. */
static enum err done(struct fixture *f, struct step *s)
{
	enum err e = apply(f, s);

	step_free(s);
	return e;
}

static struct store_leg leg_of(uint64_t id)
{
	return (struct store_leg){
		.id = id,
		.state = LEG_QUEUED,
		.lane = 3,
		.flow = 7,
		.due_us = 1000 + id,
		.expires_us = HOUR + id,
		.meta = bytes_of("what the engine knows"),
		.image = bytes_of("the message itself"),
	};
}

static enum err insert(struct fixture *f, struct store_leg leg)
{
	struct step *s = fresh(STEP_INSERT);

	*with_legs(s, 1) = leg;
	return done(f, s);
}

static struct step *get(struct fixture *f, uint64_t id)
{
	struct step *s = fresh(STEP_GET);

	with_legs(s, 1)->id = id;
	apply(f, s);
	return s;
}

static enum err get_result(struct fixture *f, uint64_t id)
{
	struct step *s = get(f, id);
	enum err e = s->result;

	step_free(s);
	return e;
}

static enum err remove_leg(struct fixture *f, uint64_t id)
{
	struct step *s = fresh(STEP_REMOVE);

	with_legs(s, 1)->id = id;
	return done(f, s);
}

static enum err update(struct fixture *f, struct store_leg leg)
{
	struct step *s = fresh(STEP_UPDATE);

	*with_legs(s, 1) = leg;
	return done(f, s);
}

static uint64_t count(struct fixture *f, enum leg_state state, uint32_t lane)
{
	struct step *s = fresh(STEP_COUNTS);
	struct step_item *i;
	uint64_t n = 0;

	CU_ASSERT_EQUAL(apply(f, s), OK);
	for (i = s->found; i != NULL; i = i->next)
		if (i->number == (uint64_t)state && i->number2 == lane)
			n += i->count;
	step_free(s);
	return n;
}

/* "3 5 8": the ids of the legs that were found, or the numbers of items. */
static bool ids_are(const struct step *s, const char *want)
{
	struct buf b = BUF_INIT(10000);
	const struct step_item *i;
	bool good;
	size_t n = 0;

	for (i = s->found; i != NULL; i = i->next, n++)
		buf_printf(&b, n == 0 ? "%llu" : " %llu",
			   (unsigned long long)i->leg.id);
	good = n == s->n_found && bytes_is(buf_bytes(&b), want);
	if (!good)
		fprintf(stderr, "  found \"%.*s\", not \"%s\"\n", (int)b.n,
			b.n == 0 ? "" : (const char *)b.p, want);
	buf_clear(&b);
	return good;
}

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

static void orphan(struct fixture *f, uint64_t low, const char *octets)
{
	struct step *s = far_lookup(f, 7, low, octets);

	CU_ASSERT_EQUAL(s->result, ERR_NOTFOUND);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
}

/* A report that comes before the answer that names it (GW-MSG). */
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

static struct step *refill(struct fixture *f, uint64_t until, uint64_t after_us,
			   uint64_t after_id, size_t limit)
{
	struct step *s = fresh(STEP_REFILL);

	s->lane = 3;
	s->flow = 7;
	s->until_us = until;
	s->after_us = after_us;
	s->after_id = after_id;
	s->limit = limit;
	CU_ASSERT_EQUAL(apply(f, s), OK);
	return s;
}

static void queue(struct fixture *f, uint64_t id, uint64_t due, uint32_t flow)
{
	struct store_leg leg = leg_of(id);

	leg.due_us = due;
	leg.flow = flow;
	CU_ASSERT_EQUAL(insert(f, leg), OK);
}

static const struct refill_row {
	const char *name;
	uint64_t until, after_us, after_id;
	size_t limit;
	const char *want;
	uint64_t next;
	bool complete;
} refills[] = {
	{ "by due, then id",      100, 0, 0, 9, "4 2 3 8 1", 500, false },
	{ "not before it is due",   9, 0, 0, 9, "4",  10, false },
	{ "the limit",            100, 0, 0, 2, "4 2", 10, false },
	{ "after the cursor",     100, 10, 2, 9, "3 8 1", 500, false },
	{ "among equals",         100, 10, 3, 1, "8",  20, false },
	{ "cursor between",       100, 11, 0, 9, "1",  500, false },
	{ "later ones too",      1000, 20, 1, 9, "6",  0, true },
	{ "nothing left",        1000, 500, 6, 9, "",  0, true },
	{ "no limit",     UINT64_MAX, 0, 0, 0, "4 2 3 8 1 6", 0, true },
};

static void test_refill(void)
{
	struct fixture f = on_disk();
	struct store_leg leg = leg_of(9);
	const struct refill_row *r;
	struct step *s;

	queue(&f, 1, 20, 7);
	queue(&f, 2, 10, 7);
	queue(&f, 3, 10, 7);
	queue(&f, 4, 5, 7);
	queue(&f, 5, 1, 8);
	queue(&f, 6, 500, 7);
	queue(&f, 8, 10, 7);
	leg.state = LEG_WAITING;
	leg.due_us = 1;
	CU_ASSERT_EQUAL(insert(&f, leg), OK);
	for (r = refills; r < refills + sizeof refills / sizeof *r; r++) {
		s = refill(&f, r->until, r->after_us, r->after_id, r->limit);
		ROW(r, ids_are(s, r->want));
		ROW(r, s->next_us == r->next);
		ROW(r, s->complete == r->complete);
		step_free(s);
	}
	finish(&f);
}

/* An answer ends where its arena does, and can be carried on. */
static void test_refill_bounded(void)
{
	struct fixture f = on_disk();
	static uint8_t octets[1500];
	struct store_leg leg;
	struct step *s;
	uint64_t id;

	for (id = 1; id <= 20; id++) {
		leg = leg_of(id);
		leg.image = (struct bytes){ octets, sizeof octets };
		CU_ASSERT_EQUAL(insert(&f, leg), OK);
	}
	s = step_new(STEP_REFILL, 20000);
	s->lane = 3;
	s->flow = 7;
	s->until_us = HOUR;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(s->n_found > 5 && s->n_found < 20);
	CU_ASSERT_EQUAL(s->next_us, 1000 + s->n_found + 1);
	step_free(s);
	s = step_new(STEP_REFILL, 1200);
	s->lane = 3;
	s->flow = 7;
	s->until_us = HOUR;
	CU_ASSERT_EQUAL(apply(&f, s), ERR_NOMEM);
	step_free(s);
	finish(&f);
}

static void wait_for(struct fixture *f, uint64_t id, uint64_t recipient)
{
	struct store_leg leg = leg_of(id);

	leg.state = LEG_WAITING;
	leg.recipient = recipient;
	CU_ASSERT_EQUAL(insert(f, leg), OK);
}

static void test_waiting(void)
{
	struct fixture f = on_disk();
	struct step *s;

	wait_for(&f, 4, UINT64_MAX);
	wait_for(&f, 1, UINT64_MAX);
	wait_for(&f, 2, 8);
	wait_for(&f, 3, UINT64_MAX);
	s = fresh(STEP_WAITING);
	s->recipient = UINT64_MAX;
	s->limit = 2;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(ids_are(s, "1 3"));
	CU_ASSERT(!s->complete);
	s->after_id = 3;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(ids_are(s, "4"));
	CU_ASSERT(s->complete);
	step_free(s);
	s = fresh(STEP_WAITING_WHO);
	s->limit = 10;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 2);
	CU_ASSERT_EQUAL(s->found->count, 8);
	CU_ASSERT_EQUAL(s->found->next->count, UINT64_MAX);
	s->after_id = 8;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 1);
	step_free(s);
	finish(&f);
}

static void test_expired_and_list(void)
{
	struct fixture f = on_disk();
	struct store_leg leg;
	struct step *s;
	uint64_t id;

	for (id = 1; id <= 4; id++) {
		leg = leg_of(id);
		leg.expires_us = id == 4 ? 0 : 100 - id;
		leg.state = id == 2 ? LEG_SENT : LEG_QUEUED;
		CU_ASSERT_EQUAL(insert(&f, leg), OK);
	}
	s = fresh(STEP_EXPIRED);
	s->until_us = 98;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(ids_are(s, "3 2"));
	step_free(s);
	s = fresh(STEP_LIST);
	s->limit = 2;
	s->after_id = 1;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(ids_are(s, "2 3"));
	step_free(s);
	finish(&f);
}

static struct step *part(struct fixture *f, uint32_t number, uint32_t of,
			 const char *octets)
{
	struct step *s = fresh(STEP_PART);

	s->part_key = bytes_of("peer/+4917/5");
	s->number = number;
	s->of = of;
	s->octets = bytes_of(octets);
	s->until_us = 100 + number;
	apply(f, s);
	return s;
}

static enum err part_result(struct fixture *f, uint32_t number, uint32_t of,
			    const char *octets)
{
	struct step *s = part(f, number, of, octets);
	enum err e = s->result;

	CU_ASSERT(!s->complete);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	return e;
}

static bool parts_are(const struct step *s, const char *want)
{
	struct buf b = BUF_INIT(1000);
	const struct step_item *i;
	bool good;

	for (i = s->found; i != NULL; i = i->next) {
		buf_printf(&b, "%d/%d=", (int)i->number, (int)i->number2);
		buf_put(&b, i->octets);
		buf_text(&b, ";");
	}
	good = bytes_is(buf_bytes(&b), want);
	buf_clear(&b);
	return good;
}

/* 3GPP TS 23.040 9.2.3.24.1: parts come in any order, and more than once. */
static void test_parts(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 0, 3, "x"), ERR_RANGE);
	CU_ASSERT_EQUAL(part_result(&f, 4, 3, "x"), ERR_RANGE);
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "a"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), ERR_EXISTS);
	CU_ASSERT_EQUAL(part_result(&f, 2, 2, "of another total"), OK);
	again(&f);
	s = part(&f, 2, 3, "b");
	CU_ASSERT_EQUAL(s->result, OK);
	CU_ASSERT(s->complete);
	CU_ASSERT(parts_are(s, "1/3=a;2/3=b;3/3=c;"));
	step_free(s);
	s = part(&f, 2, 3, "b");	/* the answer was lost */
	CU_ASSERT_EQUAL(s->result, OK);
	CU_ASSERT(s->complete && s->n_found == 3);
	step_free(s);
	s = fresh(STEP_INSERT);
	*with_legs(s, 1) = leg_of(1);
	s->part_key = bytes_of("peer/+4917/5");
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(part_result(&f, 2, 3, "b"), OK);
	finish(&f);
}

static void test_parts_expired(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "a"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), OK);
	s = fresh(STEP_PARTS_EXPIRED);
	s->until_us = 102;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 0);
	s->until_us = 103;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(parts_are(s, "1/3=a;3/3=c;"));
	CU_ASSERT_STRING_EQUAL(s->found->text, "peer/+4917/5");
	CU_ASSERT(s->complete);
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	finish(&f);
}

static enum err two_texts(struct fixture *f, enum step_kind kind,
			  const char *text, const char *text2,
			  const char *octets)
{
	struct step *s = fresh(kind);

	s->text = text;
	s->text2 = text2;
	s->octets = bytes_of(octets);
	s->until_us = octets == NULL ? 0 : 50;
	return done(f, s);
}

static void test_people(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(two_texts(&f, STEP_BIND, "bob", "b", "2"), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_BIND, "bob", "a", "1"), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_BIND, "bob", "a", "3"), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_BIND, "bob", "b", NULL), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_BIND, NULL, "b", "1"), ERR_RANGE);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_DIRECTORY, "user", "c", "3"), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_DIRECTORY, "user", "a", "1"), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_DIRECTORY, "user", "b", "2"), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_DIRECTORY, "user", "b", NULL), OK);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_DIRECTORY, "who", "x", "9"), OK);
	again(&f);
	s = fresh(STEP_BINDINGS);
	s->until_us = 49;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 1);
	CU_ASSERT_STRING_EQUAL(s->found->text, "bob");
	CU_ASSERT_STRING_EQUAL(s->found->text2, "a");
	CU_ASSERT(bytes_is(s->found->octets, "3") && s->found->number == 50);
	s->until_us = 50;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	s = fresh(STEP_DIRECTORY_ALL);
	s->text = "user";
	s->limit = 1;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(s->n_found == 1 && !s->complete);
	CU_ASSERT_STRING_EQUAL(s->found->text2, "a");
	s->text2 = "a";
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(s->n_found == 1 && s->complete);
	CU_ASSERT_STRING_EQUAL(s->found->text2, "c");
	CU_ASSERT(bytes_is(s->found->octets, "3"));
	step_free(s);
	finish(&f);
}

static void name(struct fixture *f, enum name_kind kind, uint32_t number,
		 const char *text)
{
	struct step *s = fresh(STEP_NAME);

	s->name = kind;
	s->number = number;
	s->text = text;
	CU_ASSERT_EQUAL(done(f, s), OK);
}

static void test_names(void)
{
	struct fixture f = on_disk();
	struct step *s;

	name(&f, NAME_LANE, 2, "sms/b");
	name(&f, NAME_LANE, 1, "sms/a");
	name(&f, NAME_FLOW, 1, "-/high");
	again(&f);
	s = fresh(STEP_NAMES);
	s->name = NAME_LANE;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 2);
	CU_ASSERT_EQUAL(s->found->number, 1);
	CU_ASSERT_STRING_EQUAL(s->found->text, "sms/a");
	CU_ASSERT_STRING_EQUAL(s->found->next->text, "sms/b");
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

/* GW-SEC-10: a damaged row is never handed out. */
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
	{ "orphan reports", test_orphans },
	{ "orphans are bounded", test_orphans_bounded },
	{ "refill by due, id and cursor", test_refill },
	{ "refill within its arena", test_refill_bounded },
	{ "legs that wait for a recipient", test_waiting },
	{ "what has expired, and all", test_expired_and_list },
	{ "parts", test_parts },
	{ "parts that have expired", test_parts_expired },
	{ "devices and users", test_people },
	{ "names", test_names },
	{ "a rollback", test_rollback },
	{ "damage", test_damage },
	{ NULL, NULL }
};

CHECK_MAIN("store", tests)
