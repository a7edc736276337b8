/* Legs that are removed while their rows stay: nobody sees them any more. */
#include "gateway/store_inside.h"
#include "tests/gateway/store_fixture.h"

#define LEGS	1000
#define LIMIT	100

/* Sent in that lane, with far key (9, key) and no other. */
static struct step *sent(uint64_t id, uint32_t lane, uint64_t key)
{
	struct step *s = fresh(STEP_UPDATE);

	*with_legs(s, 1) = leg_of(id);
	s->legs[0].state = LEG_SENT;
	s->legs[0].lane = lane;
	s->far = arena_alloc(s->arena, sizeof *s->far);
	*s->far = (struct store_key){ 9, key };
	s->n_far = 1;
	s->drop_far = true;
	return s;
}

static void send(struct fixture *f, uint64_t id)
{
	CU_ASSERT_EQUAL(insert(f, leg_of(id)), OK);
	CU_ASSERT_EQUAL(done(f, sent(id, 3, id)), OK);
}

static struct step *removal(uint64_t id)
{
	struct step *s = fresh(STEP_REMOVE);

	with_legs(s, 1)->id = id;
	s->later = true;
	return s;
}

static enum err remove_later(struct fixture *f, uint64_t id)
{
	return done(f, removal(id));
}

static struct step *search(uint64_t key)
{
	struct step *s = fresh(STEP_FAR);

	s->far = arena_alloc(s->arena, sizeof *s->far);
	*s->far = (struct store_key){ 9, key };
	s->n_far = 1;
	return s;
}

static enum err by_far(struct fixture *f, uint64_t key)
{
	return done(f, search(key));
}

static uint64_t rows(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	CU_ASSERT_EQUAL(store_number(f->store, sql, &n), OK);
	return (uint64_t)n;
}

static uint64_t leg_rows(struct fixture *f)
{
	return rows(f, "SELECT count(*) FROM leg");
}

static void nowhere(struct fixture *f)
{
	struct step *s = fresh(STEP_LIST);

	CU_ASSERT_EQUAL(get_result(f, 2), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(by_far(f, 2), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(update(f, leg_of(2)), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(remove_later(f, 2), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(remove_leg(f, 2), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(count(f, LEG_SENT, 3), 2);
	CU_ASSERT_EQUAL(apply(f, s), OK);
	CU_ASSERT(ids_are(s, "1 3"));
	step_free(s);
	CU_ASSERT_EQUAL(by_far(f, 1), OK);
	CU_ASSERT_EQUAL(by_far(f, 3), OK);
	CU_ASSERT_EQUAL(leg_rows(f), 3);
}

/* It is met for the last time when it would have expired. */
static void test_nowhere(void)
{
	struct fixture f = on_disk();
	uint64_t id;
	struct step *s;

	for (id = 1; id <= 3; id++)
		send(&f, id);
	CU_ASSERT_EQUAL(remove_later(&f, 2), OK);
	nowhere(&f);
	again(&f);
	nowhere(&f);
	s = fresh(STEP_EXPIRED);
	s->until_us = 2 * HOUR;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(ids_are(s, "1 3"));
	step_free(s);
	CU_ASSERT_EQUAL(leg_rows(&f), 2);
	finish(&f);
}

/* Others are looked for by what their rows say: they go at once. */
static void test_queued(void)
{
	struct fixture f = on_disk();

	CU_ASSERT_EQUAL(insert(&f, leg_of(5)), OK);
	CU_ASSERT_EQUAL(remove_later(&f, 5), OK);
	CU_ASSERT_EQUAL(leg_rows(&f), 0);
	finish(&f);
}

static void test_rollback(void)
{
	struct fixture f = on_disk();
	struct step *s = removal(5);

	send(&f, 5);
	CU_ASSERT_EQUAL(store_begin(f.store), OK);
	store_apply(f.store, s);
	CU_ASSERT_EQUAL(s->result, OK);
	store_rollback(f.store);
	CU_ASSERT_EQUAL(get_result(&f, 5), OK);
	CU_ASSERT_EQUAL(by_far(&f, 5), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_SENT, 3), 1);
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(get_result(&f, 5), ERR_NOTFOUND);
	finish(&f);
}

/* What was seen when it was found does not count when it has changed. */
static void test_changed(void)
{
	struct fixture f = on_disk();

	send(&f, 1);
	CU_ASSERT_EQUAL(by_far(&f, 1), OK);
	CU_ASSERT_EQUAL(done(&f, sent(1, 4, 50)), OK);
	CU_ASSERT_EQUAL(remove_later(&f, 1), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_SENT, 3), 0);
	CU_ASSERT_EQUAL(count(&f, LEG_SENT, 4), 0);
	CU_ASSERT_EQUAL(by_far(&f, 50), ERR_NOTFOUND);
	send(&f, 2);
	CU_ASSERT_EQUAL(by_far(&f, 2), OK);
	CU_ASSERT_EQUAL(update(&f, leg_of(2)), OK);
	CU_ASSERT_EQUAL(remove_later(&f, 2), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 3), 0);
	CU_ASSERT_EQUAL(leg_rows(&f), 1);
	send(&f, 3);
	CU_ASSERT_EQUAL(by_far(&f, 3), OK);
	CU_ASSERT_EQUAL(remove_leg(&f, 3), OK);
	CU_ASSERT_EQUAL(remove_later(&f, 3), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(count(&f, LEG_SENT, 3), 0);
	finish(&f);
}

/* What was seen in a transaction that is rolled back was not so. */
static void test_found_in_vain(void)
{
	struct fixture f = on_disk();
	struct step *moved = sent(1, 4, 50), *s = search(50);

	send(&f, 1);
	CU_ASSERT_EQUAL(store_begin(f.store), OK);
	store_apply(f.store, moved);
	store_apply(f.store, s);
	CU_ASSERT_EQUAL(s->result, OK);
	store_rollback(f.store);
	CU_ASSERT_EQUAL(by_far(&f, 50), ERR_NOTFOUND);
	CU_ASSERT_EQUAL(remove_later(&f, 1), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_SENT, 3), 0);
	CU_ASSERT_EQUAL(by_far(&f, 1), ERR_NOTFOUND);
	step_free(moved);
	step_free(s);
	finish(&f);
}

/* Ids go on from the greatest that there ever was. */
static void test_greatest(void)
{
	struct fixture f = on_disk();
	struct step *s = fresh(STEP_COUNTS);

	send(&f, 5);
	send(&f, 8);
	CU_ASSERT_EQUAL(remove_later(&f, 8), OK);
	again(&f);
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->story, 8);
	step_free(s);
	finish(&f);
}

/* In an order of their own; every tenth stays. */
static uint64_t nth(uint64_t n)
{
	return 1 + n * 7919 % LEGS;
}

static bool stays(uint64_t id)
{
	return id % 10 == 0;
}

static void check_all(struct fixture *f)
{
	uint64_t id;

	for (id = 1; id <= LEGS; id++) {
		enum err want = stays(id) ? OK : ERR_NOTFOUND;

		CU_ASSERT_EQUAL(get_result(f, id), want);
		CU_ASSERT_EQUAL(by_far(f, id), want);
	}
	CU_ASSERT_EQUAL(count(f, LEG_SENT, 3), LEGS / 10);
}

/* Rows and notes do not grow without end, also over restarts. */
static void test_bounded(void)
{
	struct fixture f = on_disk();
	uint64_t n, most;

	for (n = 1; n <= LEGS; n++)
		send(&f, n);
	store_gone_limit(f.store, LIMIT);
	for (n = 0; n < LEGS; n++) {
		if (stays(nth(n)))
			continue;
		CU_ASSERT_EQUAL(remove_later(&f, nth(n)), OK);
		if (n % 300 == 299) {
			again(&f);
			store_gone_limit(f.store, LIMIT);
		}
	}
	check_all(&f);
	most = LEGS / 10 + 4 * LIMIT;
	CU_ASSERT(leg_rows(&f) < most);
	CU_ASSERT(rows(&f, "SELECT count(*) FROM gone") < most);
	again(&f);
	check_all(&f);
	finish(&f);
}

/* The content of several recipients goes with the last row. */
static void test_shared(void)
{
	struct fixture f = on_disk();
	struct step *s = fresh(STEP_INSERT);
	struct store_leg *legs = with_legs(s, 2);
	uint64_t n;

	legs[0] = legs[1] = leg_of(1);
	legs[1].id = 2;
	legs[0].story = legs[1].story = 1;
	legs[0].state = legs[1].state = LEG_SENT;
	CU_ASSERT_EQUAL(done(&f, s), OK);
	store_gone_limit(f.store, 0);
	CU_ASSERT_EQUAL(remove_later(&f, 1), OK);
	CU_ASSERT_EQUAL(get_result(&f, 2), OK);
	CU_ASSERT_EQUAL(remove_later(&f, 2), OK);
	for (n = 3; n < 40; n++) {
		send(&f, n);
		CU_ASSERT_EQUAL(remove_later(&f, n), OK);
	}
	CU_ASSERT(leg_rows(&f) < 20);
	CU_ASSERT_EQUAL(rows(&f, "SELECT count(*) FROM content"), 0);
	CU_ASSERT_EQUAL(rows(&f, "SELECT count(*) FROM image"), 0);
	finish(&f);
}

static const struct check_test tests[] = {
	{ "a removed leg is nowhere", test_nowhere },
	{ "one that was not sent", test_queued },
	{ "a rollback", test_rollback },
	{ "one that has changed", test_changed },
	{ "one that was found in vain", test_found_in_vain },
	{ "the greatest id", test_greatest },
	{ "rows and notes are bounded", test_bounded },
	{ "a shared content", test_shared },
	{ NULL, NULL }
};
CHECK_MAIN("store gone", tests)
