/* The steps of gateway/store.h that answer with many, and people. */
#include <stdio.h>
#include <string.h>

#include "tests/gateway/store_fixture.h"

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
	s = fresh(STEP_WAITING_COUNTS);
	s->limit = 1;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(!s->complete);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 1);
	CU_ASSERT_EQUAL(s->found->count, 8);
	CU_ASSERT_EQUAL(s->found->number, 1);
	s->after_id = 8;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT(s->complete);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 1);
	CU_ASSERT_EQUAL(s->found->count, UINT64_MAX);
	CU_ASSERT_EQUAL(s->found->number, 3);
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

static void forget(struct fixture *f, uint64_t until)
{
	struct step *s = fresh(STEP_FORGET);

	s->until_us = until;
	CU_ASSERT_EQUAL(done(f, s), OK);
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
	forget(&f, 49);
	s->until_us = 1;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 1);
	forget(&f, 50);
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 0);
	CU_ASSERT_EQUAL(two_texts(&f, STEP_BIND, "bob", "a", "3"), OK);
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
	CU_ASSERT(s->complete);
	s->limit = 1;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL(s->n_found, 1);
	CU_ASSERT(!s->complete);
	s->after_id = 1;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 1);
	CU_ASSERT_STRING_EQUAL(s->found->text, "sms/b");
	CU_ASSERT(s->complete);
	step_free(s);
	finish(&f);
}

static void queued_in(struct fixture *f, uint64_t id, uint32_t lane,
		      uint32_t flow)
{
	struct store_leg leg = leg_of(id);

	leg.lane = lane;
	leg.flow = flow;
	CU_ASSERT_EQUAL(insert(f, leg), OK);
}

static void test_flows(void)
{
	struct fixture f = on_disk();
	struct store_leg waits = leg_of(9);
	struct step *s;

	queued_in(&f, 1, 2, 5);
	queued_in(&f, 2, 2, 5);
	queued_in(&f, 3, 1, 7);
	queued_in(&f, 4, 1, 6);
	waits.state = LEG_WAITING;
	waits.lane = 8;
	CU_ASSERT_EQUAL(insert(&f, waits), OK);
	s = fresh(STEP_FLOWS);
	s->limit = 2;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 2);
	CU_ASSERT(s->found->number == 1 && s->found->number2 == 6);
	CU_ASSERT(s->found->next->number2 == 7);
	CU_ASSERT(!s->complete);
	s->lane = 1;
	s->flow = 7;
	CU_ASSERT_EQUAL(apply(&f, s), OK);
	CU_ASSERT_EQUAL_FATAL(s->n_found, 1);
	CU_ASSERT(s->found->number == 2 && s->found->number2 == 5);
	CU_ASSERT(s->complete);
	step_free(s);
	finish(&f);
}

static const struct check_test tests[] = {
	{ "refill by due, id and cursor", test_refill },
	{ "refill within its arena", test_refill_bounded },
	{ "legs that wait for a recipient", test_waiting },
	{ "what has expired, and all", test_expired_and_list },
	{ "devices and users", test_people },
	{ "names", test_names },
	{ "flows with queued legs", test_flows },
	{ NULL, NULL }
};

CHECK_MAIN("store lists", tests)
