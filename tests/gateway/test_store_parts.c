/* Parts of longer short messages in the store, and the stories of several legs.
 */
#include <stdio.h>
#include <string.h>

#include "tests/gateway/store_fixture.h"

/* Its key is that of its octets; `set` closes what it completes. */
static struct step *part(struct fixture *f, uint32_t number, uint32_t of,
			 const char *octets)
{
	struct step *s = fresh(STEP_PART);

	s->part_key = bytes_of("peer/+4917/5");
	s->number = number;
	s->of = of;
	s->octets = bytes_of(octets);
	s->key = (struct store_key){ 1u << 31, (uint64_t)octets[0] };
	s->set = ++f->sets;
	s->again_us = 500;
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
	CU_ASSERT_EQUAL(s->n_found, e == ERR_EXISTS ? 1 : 0);
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

/* The set that `s` has found becomes message `id`. */
static enum err join(struct fixture *f, const struct step *found, uint64_t id)
{
	struct step *s = fresh(STEP_INSERT);

	*with_legs(s, 1) = leg_of(id);
	s->part_key = found->found->leg.meta;
	s->key_until_us = 1000;
	return done(f, s);
}

/* 3GPP TS 23.040 9.2.3.24.1: parts come in any order, and more than once. */
static void test_parts(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 0, 3, "x"), ERR_RANGE);
	CU_ASSERT_EQUAL(part_result(&f, 4, 3, "x"), ERR_RANGE);
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "a, first"), OK);
	s = part(&f, 1, 3, "a, again");
	CU_ASSERT_EQUAL(s->result, ERR_EXISTS);
	CU_ASSERT(parts_are(s, "0/0=a, first;"));
	step_free(s);
	CU_ASSERT_EQUAL(part_result(&f, 2, 2, "of another total"), OK);
	again(&f);
	s = part(&f, 2, 3, "b");
	CU_ASSERT_EQUAL(s->result, OK);
	CU_ASSERT(s->complete);
	CU_ASSERT(parts_are(s, "1/3=a, first;2/3=b;3/3=c;"));
	/* The next text may come before this one is a message. */
	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "d"), OK);
	CU_ASSERT_EQUAL(join(&f, s, 1), OK);
	CU_ASSERT_EQUAL(join(&f, s, 2), ERR_EXISTS);
	step_free(s);
	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "d"), ERR_EXISTS);
	CU_ASSERT_EQUAL(part_result(&f, 2, 3, "e"), OK);
	s = part(&f, 3, 3, "f");
	CU_ASSERT(s->complete);
	CU_ASSERT(parts_are(s, "1/3=d;2/3=e;3/3=f;"));
	step_free(s);
	finish(&f);
}

static struct step *expired(struct fixture *f, uint64_t now_us)
{
	struct step *s = fresh(STEP_PARTS_EXPIRED);

	s->until_us = now_us;
	s->again_us = now_us + 60;
	s->set = ++f->sets;
	CU_ASSERT_EQUAL(apply(f, s), OK);
	CU_ASSERT(s->complete);
	return s;
}

static void test_parts_expired(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "a"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), OK);
	s = expired(&f, 102);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	s = expired(&f, 103);
	CU_ASSERT(parts_are(s, "1/3=a;3/3=c;"));
	CU_ASSERT_EQUAL(s->found->count, 0);
	/* What comes from now on is another text. */
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), OK);
	CU_ASSERT_EQUAL(join(&f, s, 1), OK);
	step_free(s);
	/* That was in the text that is a message now. */
	s = expired(&f, 103);
	CU_ASSERT(parts_are(s, "3/3=c;"));
	CU_ASSERT_EQUAL(s->found->count, 1);
	step_free(s);
	s = expired(&f, 103);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	s = expired(&f, 163);	/* nobody has taken it */
	CU_ASSERT(parts_are(s, "3/3=c;"));
	step_free(s);
	again(&f);	/* and the process after does so at once */
	s = expired(&f, 1);
	CU_ASSERT(parts_are(s, "3/3=c;"));
	step_free(s);
	finish(&f);
}

static struct step *story(struct fixture *f, uint64_t id)
{
	struct step *s = fresh(STEP_STORY);

	with_legs(s, 1)->id = id;
	apply(f, s);
	return s;
}

/* Each with an image of its own by now, and the first one gone. */
static void test_story_of_several(void)
{
	struct fixture f = on_disk();
	struct step *s = fresh(STEP_INSERT);
	struct store_leg *legs = with_legs(s, 3);
	uint64_t i;

	for (i = 0; i < 3; i++) {
		legs[i] = leg_of(i + 10);
		legs[i].story = 10;
	}
	CU_ASSERT_EQUAL(done(&f, s), OK);
	CU_ASSERT_EQUAL(insert(&f, leg_of(13)), OK);
	for (i = 10; i < 13; i++)
		CU_ASSERT_EQUAL(update(&f, leg_of(i)), OK);
	s = story(&f, 10);
	CU_ASSERT(ids_are(s, "10 11 12"));
	step_free(s);
	CU_ASSERT_EQUAL(remove_leg(&f, 10), OK);
	s = story(&f, 10);
	CU_ASSERT(ids_are(s, "11 12"));
	step_free(s);
	s = story(&f, 13);
	CU_ASSERT(ids_are(s, "13"));
	step_free(s);
	finish(&f);
}

static void ids_stand_for(struct fixture *f, uint64_t id, uint64_t what)
{
	struct step *s = fresh(STEP_INSERT);

	s->has_key = true;
	s->key = STORE_PART_KEY(id);
	s->until_us = UINT64_MAX;
	s->key_until_us = 1000;
	s->story = what;
	CU_ASSERT_EQUAL(done(f, s), OK);
}

/* While it waits, when it has become one of a whole, when that is gone. */
static void test_parts_by_id(void)
{
	struct fixture f = on_disk();
	struct step *s, *whole;

	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "a"), OK);
	s = story(&f, 1);
	CU_ASSERT_EQUAL(s->result, OK);
	CU_ASSERT_FATAL(s->n_found == 1);
	CU_ASSERT_EQUAL(s->found->leg.id, 0);
	CU_ASSERT_EQUAL(s->found->count, 0);
	CU_ASSERT(bytes_is(s->found->octets, "a"));
	step_free(s);
	whole = part(&f, 2, 2, "b");
	CU_ASSERT(whole->complete);
	s = story(&f, 2);
	CU_ASSERT_FATAL(s->n_found == 1);
	CU_ASSERT_EQUAL(s->found->count, 1);
	step_free(s);
	s = fresh(STEP_INSERT);
	*with_legs(s, 1) = leg_of(50);
	s->part_key = whole->found->leg.meta;
	s->key_until_us = 1000;
	s->aliases = true;
	CU_ASSERT_EQUAL(done(&f, s), OK);
	step_free(whole);
	again(&f);
	s = story(&f, 2);
	CU_ASSERT_EQUAL(s->story, 50);
	CU_ASSERT(ids_are(s, "50"));
	step_free(s);
	CU_ASSERT_EQUAL(remove_leg(&f, 50), OK);
	s = story(&f, 2);
	CU_ASSERT_EQUAL(s->result, ERR_NOTFOUND);
	step_free(s);
	finish(&f);
}

/* Of a set that is not waited for any more all is found at once. */
static void test_parts_of_one_set(void)
{
	struct fixture f = on_disk();
	struct step *s, *which;

	CU_ASSERT_EQUAL(part_result(&f, 1, 3, "a"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 3, 3, "c"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "other"), OK);
	which = story(&f, 1);
	s = fresh(STEP_PARTS_EXPIRED);
	s->part_key = which->found->leg.meta;
	s->again_us = 60;
	s->set = 99;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(parts_are(s, "1/3=a;3/3=c;"));
	step_free(s);
	s = fresh(STEP_PARTS_EXPIRED);	/* it has another name now */
	s->part_key = which->found->leg.meta;
	s->again_us = 60;
	s->set = 100;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	step_free(which);
	finish(&f);
}

/* A late repetition is known by its first id, and joins nothing. */
static void test_parts_that_went_on(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "a"), OK);
	s = part(&f, 2, 2, "b");
	CU_ASSERT_EQUAL(join(&f, s, 50), OK);
	step_free(s);
	s = part(&f, 1, 2, "a");
	CU_ASSERT_EQUAL(s->result, ERR_EXISTS);
	CU_ASSERT_FATAL(s->n_found == 1);
	CU_ASSERT_EQUAL(s->found->number, 1);
	step_free(s);
	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "d"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "a"), ERR_EXISTS);
	s = part(&f, 2, 2, "e");
	CU_ASSERT(parts_are(s, "1/2=d;2/2=e;"));
	step_free(s);
	/* What was cancelled may come again. */
	ids_stand_for(&f, 1, 0);
	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "a"), OK);
	finish(&f);
}

/* A reference used again before the text that had it was complete. */
static void test_parts_of_two(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "a"), OK);
	CU_ASSERT_EQUAL(part_result(&f, 1, 2, "b"), OK);
	s = expired(&f, 1);
	CU_ASSERT(parts_are(s, "1/2=a;"));
	step_free(s);
	s = part(&f, 2, 2, "c");
	CU_ASSERT(parts_are(s, "1/2=b;2/2=c;"));
	step_free(s);
	finish(&f);
}

/* Stale parts of a set that still grows do not hold up the others. */
static void test_parts_of_living_sets(void)
{
	struct fixture f = on_disk();
	struct step *s;

	CU_ASSERT_EQUAL(part_result(&f, 9, 20, "late"), OK);	/* until 109 */
	CU_ASSERT_EQUAL(part_result(&f, 1, 20, "early"), OK);	/* until 101 */
	CU_ASSERT_EQUAL(part_result(&f, 5, 6, "other"), OK);	/* until 105 */
	s = fresh(STEP_PARTS_EXPIRED);
	s->set = ++f.sets;
	s->limit = 1;
	s->until_us = 106;
	CU_ASSERT_EQUAL(apply(&f, s), ERR_RANGE);
	s->again_us = 200;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(s->n_found == 0 && !s->complete);
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(parts_are(s, "5/6=other;"));
	step_free(s);
	s = expired(&f, 106);
	CU_ASSERT_EQUAL(s->n_found, 0);
	step_free(s);
	s = expired(&f, 109);
	CU_ASSERT(parts_are(s, "1/20=early;9/20=late;"));
	step_free(s);
	finish(&f);
}

static const struct check_test tests[] = {
	{ "parts", test_parts },
	{ "the story of several", test_story_of_several },
	{ "parts by their ids", test_parts_by_id },
	{ "parts of one set", test_parts_of_one_set },
	{ "parts that went on", test_parts_that_went_on },
	{ "parts that have expired", test_parts_expired },
	{ "parts of living sets", test_parts_of_living_sets },
	{ "parts of two texts", test_parts_of_two },
	{ NULL, NULL }
};

CHECK_MAIN("store parts", tests)
