/* Whose turn it is: flows by weight, one pending leg for each recipient. */
#include <stdio.h>
#include <string.h>

#include "gateway/lane.h"
#include "tests/check.h"

#define LEGS 2000

struct fixture {
	struct lane *lane;
	struct flow *flows[PRIORITIES];
	uint64_t last_id;
	unsigned overflown;
	struct live *over[LEGS];
};

static void begin(struct fixture *f, const char *peer)
{
	static const char *const names[] = { "a/low", "a/normal", "a/high",
					     "a/urgent" };
	unsigned p;

	*f = (struct fixture){ .last_id = 0 };
	f->lane = lane_new(1, TECHNOLOGY_CPM, peer);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->lane);
	for (p = 0; p < PRIORITIES; p++) {
		f->flows[p] = lane_flow(f->lane, p + 1, names[p],
					(enum priority)p);
		CU_ASSERT_PTR_NOT_NULL_FATAL(f->flows[p]);
	}
}

static struct live *leg_in(struct fixture *f, struct flow *flow,
			   uint64_t recipient)
{
	struct live *l = live_new();

	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	l->id = l->due_us = ++f->last_id;
	l->lane = f->lane;
	l->flow = flow;
	l->recipient = recipient;
	return l;
}

static struct live *push(struct fixture *f, enum priority p,
			 uint64_t recipient)
{
	struct live *l = leg_in(f, f->flows[p], recipient);

	lane_push(f->lane, l);
	return l;
}

static void overflow(void *arg, struct live *l)
{
	struct fixture *f = arg;

	f->over[f->overflown++] = l;
}

static struct live *next(struct fixture *f)
{
	return lane_next(f->lane, overflow, f);
}

/* Takes and frees the next one; 0: none. */
static uint64_t next_id(struct fixture *f)
{
	struct live *l = next(f);
	uint64_t id = l == NULL ? 0 : l->id;

	live_free(l);
	return id;
}

static void end(struct fixture *f)
{
	while (f->overflown > 0)
		live_free(f->over[--f->overflown]);
	lane_free(f->lane);
}

static void test_names(void)
{
	struct fixture f;
	struct flow *again;

	begin(&f, "other.example");
	CU_ASSERT_STRING_EQUAL(f.lane->name, "cpm/other.example");
	CU_ASSERT(!f.lane->by_target && f.lane->child == -1 && !f.lane->up);
	again = lane_flow(f.lane, 2, "another name", PRIORITY_LOW);
	CU_ASSERT_PTR_EQUAL(again, f.flows[PRIORITY_NORMAL]);
	CU_ASSERT_STRING_EQUAL(again->name, "a/normal");
	end(&f);
	begin(&f, LANE_DEVICES);
	CU_ASSERT(f.lane->by_target);
	end(&f);
}

static void test_first_in_first_out(void)
{
	struct fixture f;
	unsigned i;

	begin(&f, "x");
	CU_ASSERT_EQUAL(next_id(&f), 0);
	for (i = 0; i < 5; i++)
		push(&f, PRIORITY_NORMAL, 0);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 5);
	for (i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(next_id(&f), i + 1);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 0);
	end(&f);
}

static const struct weight_row {
	const char *name;
	enum priority p;
	unsigned share;		/* of 15 turns, when all have legs */
} weights[] = {
	{ "low", PRIORITY_LOW, 1 },
	{ "normal", PRIORITY_NORMAL, 2 },
	{ "high", PRIORITY_HIGH, 4 },
	{ "urgent", PRIORITY_URGENT, 8 },
};

static void test_weights(void)
{
	struct fixture f;
	const struct weight_row *r;
	unsigned taken[PRIORITIES] = { 0 }, i;
	struct live *l;

	begin(&f, "x");
	for (i = 0; i < 400; i++)
		for (r = weights; r < weights + PRIORITIES; r++)
			push(&f, r->p, 0);
	for (i = 0; i < 15 * 10; i++) {
		l = next(&f);
		CU_ASSERT_PTR_NOT_NULL_FATAL(l);
		taken[l->flow->number - 1]++;
		live_free(l);
	}
	for (r = weights; r < weights + PRIORITIES; r++)
		ROW(r, taken[r->p] == 10 * r->share);
	end(&f);
}

/* Nobody waits behind another's million: at most one round of turns. */
static void test_latecomer(void)
{
	struct fixture f;
	struct flow *late;
	unsigned i, before = 0;
	struct live *l;

	begin(&f, "x");
	for (i = 0; i < 1000; i++)
		push(&f, PRIORITY_NORMAL, 0);
	for (i = 0; i < 7; i++)
		next_id(&f);
	late = lane_flow(f.lane, 9, "b/normal", PRIORITY_NORMAL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(late);
	lane_push(f.lane, leg_in(&f, late, 0));
	while ((l = next(&f)) != NULL && l->flow != late) {
		live_free(l);
		before++;
	}
	live_free(l);
	CU_ASSERT(before <= 2);
	end(&f);
}

static void test_put_back(void)
{
	struct fixture f;
	struct live *first, *second, *third;

	begin(&f, "x");
	push(&f, PRIORITY_NORMAL, 0);
	push(&f, PRIORITY_NORMAL, 0);
	push(&f, PRIORITY_NORMAL, 0);
	first = next(&f);
	second = next(&f);
	third = next(&f);
	CU_ASSERT_EQUAL(third->id, 3);
	lane_push_back(f.lane, second);
	lane_push_back(f.lane, third);
	lane_push_back(f.lane, first);
	push(&f, PRIORITY_NORMAL, 0);
	CU_ASSERT_EQUAL(next_id(&f), 1);
	CU_ASSERT_EQUAL(next_id(&f), 2);
	CU_ASSERT_EQUAL(next_id(&f), 3);
	CU_ASSERT_EQUAL(next_id(&f), 4);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	end(&f);
}

static void test_remove(void)
{
	struct fixture f;
	struct live *l[3];
	unsigned i;

	begin(&f, "x");
	for (i = 0; i < 3; i++)
		l[i] = push(&f, PRIORITY_NORMAL, 0);
	lane_remove(f.lane, l[2]);
	CU_ASSERT_EQUAL(l[2]->place, LIVE_NOWHERE);
	lane_push(f.lane, l[2]);
	lane_remove(f.lane, l[1]);
	lane_remove(f.lane, l[0]);
	lane_remove(f.lane, l[0]);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 1);
	CU_ASSERT_EQUAL(next_id(&f), 3);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	live_free(l[0]);
	live_free(l[1]);
	end(&f);
}

/* -- recipients ------------------------------------------------------------ */

/* The adapter is through with the one that is pending for him. */
static void done(struct fixture *f, uint64_t recipient)
{
	struct target *t = lane_target(f->lane, recipient);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	t->pending = false;
	target_wake(t);
	target_drop_if_idle(t);
}

static void test_one_pending(void)
{
	struct fixture f;

	begin(&f, LANE_DEVICES);
	push(&f, PRIORITY_NORMAL, 7);
	push(&f, PRIORITY_NORMAL, 7);
	push(&f, PRIORITY_NORMAL, 8);
	push(&f, PRIORITY_URGENT, 7);
	CU_ASSERT_EQUAL(next_id(&f), 1);
	/* The urgent one meets him busy; 8 is free. */
	CU_ASSERT_EQUAL(next_id(&f), 3);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(lane_target(f.lane, 7)->n, 2);
	CU_ASSERT_EQUAL(f.lane->behind, 2);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 0);
	done(&f, 7);
	CU_ASSERT(next_id(&f) != 0);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	done(&f, 7);
	CU_ASSERT(next_id(&f) != 0);
	done(&f, 7);
	done(&f, 8);
	CU_ASSERT_EQUAL(f.lane->targets.count, 0);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 0);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_URGENT]->loaded, 0);
	end(&f);
}

static void test_overflow(void)
{
	struct fixture f;
	unsigned i;

	begin(&f, LANE_DEVICES);
	for (i = 0; i < TARGET_QUEUE_MAX + 4; i++)
		push(&f, PRIORITY_NORMAL, 7);
	CU_ASSERT_EQUAL(next_id(&f), 1);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(lane_target(f.lane, 7)->n, TARGET_QUEUE_MAX);
	CU_ASSERT_EQUAL_FATAL(f.overflown, 3);
	CU_ASSERT_EQUAL(f.over[0]->id, TARGET_QUEUE_MAX + 2);
	CU_ASSERT_EQUAL(f.over[2]->id, TARGET_QUEUE_MAX + 4);
	CU_ASSERT_EQUAL(f.lane->behind, TARGET_QUEUE_MAX);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 0);
	end(&f);
}

/* However many are busy: their legs leave the flow, and others pass them. */
static void test_busy_ones_hold_up_nobody(void)
{
	const unsigned busy = LANE_BEHIND_MAX / TARGET_QUEUE_MAX + 2;
	struct fixture f;
	unsigned i, k;

	begin(&f, LANE_DEVICES);
	for (i = 0; i < busy; i++)
		for (k = 0; k < TARGET_QUEUE_MAX + 1; k++)
			push(&f, PRIORITY_NORMAL, 100 + i);
	push(&f, PRIORITY_NORMAL, 7);
	for (i = 0; i < busy; i++)
		CU_ASSERT(next_id(&f) != 0);
	CU_ASSERT_EQUAL(next_id(&f), busy * (TARGET_QUEUE_MAX + 1) + 1);
	CU_ASSERT_EQUAL(f.flows[PRIORITY_NORMAL]->loaded, 0);
	CU_ASSERT_EQUAL(f.lane->behind, LANE_BEHIND_MAX);
	CU_ASSERT_EQUAL(f.overflown, 2 * TARGET_QUEUE_MAX);
	end(&f);
}

/* While he is paused, or what is held for him is fetched, nothing passes. */
static void test_not_past_what_is_held(void)
{
	struct fixture f;
	struct target *t;

	begin(&f, LANE_DEVICES);
	t = lane_target_get(f.lane, 7);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	t->draining = true;
	push(&f, PRIORITY_NORMAL, 7);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(f.overflown, 1);
	t->draining = false;
	t->paused_until_us = 5;
	push(&f, PRIORITY_NORMAL, 7);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(f.overflown, 2);
	target_push(t, leg_in(&f, f.flows[PRIORITY_NORMAL], 7));
	target_wake(t);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	t->paused_until_us = 0;
	target_wake(t);
	CU_ASSERT_EQUAL(next_id(&f), 3);
	end(&f);
}

static void test_back_to_the_front(void)
{
	struct fixture f;
	struct target *t;
	struct live *l;

	begin(&f, LANE_DEVICES);
	push(&f, PRIORITY_NORMAL, 7);
	push(&f, PRIORITY_NORMAL, 7);
	l = next(&f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	t = l->target;
	target_push_front(t, l);
	done(&f, 7);
	CU_ASSERT_EQUAL(next_id(&f), 1);
	done(&f, 7);
	CU_ASSERT_EQUAL(next_id(&f), 2);
	done(&f, 7);
	CU_ASSERT_EQUAL(f.lane->targets.count, 0);
	end(&f);
}

static void test_ready_but_empty(void)
{
	struct fixture f;
	struct target *t;
	struct live *l;

	begin(&f, LANE_DEVICES);
	t = lane_target_get(f.lane, 7);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	l = leg_in(&f, f.flows[PRIORITY_NORMAL], 7);
	target_push(t, l);
	target_wake(t);
	lane_remove(f.lane, l);
	CU_ASSERT(t->n == 0 && t->ready);
	/* Another becomes pending before the empty one has its turn. */
	push(&f, PRIORITY_URGENT, 7);
	push(&f, PRIORITY_URGENT, 7);
	CU_ASSERT(next_id(&f) != 0);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	done(&f, 7);
	CU_ASSERT(next_id(&f) != 0);
	done(&f, 7);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(f.lane->targets.count, 0);
	live_free(l);
	end(&f);
}

/* Until it is known who has held legs, everybody may. */
static void test_asking(void)
{
	struct fixture f;

	begin(&f, LANE_DEVICES);
	f.lane->asking = 1;
	push(&f, PRIORITY_NORMAL, 7);
	CU_ASSERT_EQUAL(next_id(&f), 0);
	CU_ASSERT_EQUAL(f.overflown, 1);
	f.lane->asking = 0;
	push(&f, PRIORITY_NORMAL, 8);
	CU_ASSERT_EQUAL(next_id(&f), 2);
	end(&f);
}

static void test_many_recipients(void)
{
	struct fixture f;
	uint64_t i;

	begin(&f, LANE_DEVICES);
	for (i = 0; i < LEGS; i++)
		push(&f, PRIORITY_NORMAL, 1000 * i + 1);
	for (i = 0; i < LEGS; i++)
		CU_ASSERT_EQUAL(next_id(&f), i + 1);
	CU_ASSERT_EQUAL(f.lane->targets.count, LEGS);
	for (i = 0; i < LEGS; i++)
		CU_ASSERT_PTR_NOT_NULL(lane_target(f.lane, 1000 * i + 1));
	CU_ASSERT_PTR_NULL(lane_target(f.lane, 2));
	for (i = 0; i < LEGS; i++)
		done(&f, 1000 * i + 1);
	CU_ASSERT_EQUAL(f.lane->targets.count, 0);
	end(&f);
}

static void test_no_memory(void)
{
	struct fixture f;
	unsigned long n;
	struct lane *l = NULL;

	for (n = 1; n < 20; n++) {
		mem_fail_at(n);
		l = lane_new(1, TECHNOLOGY_SMS, "smsc-a");
		mem_fail_at(0);
		if (l != NULL)
			break;
	}
	CU_ASSERT(n > 3 && n < 20);
	lane_free(l);
	begin(&f, LANE_DEVICES);
	mem_fail_at(1);
	CU_ASSERT_PTR_NULL(lane_flow(f.lane, 77, "x", PRIORITY_LOW));
	CU_ASSERT_PTR_NULL(lane_target_get(f.lane, 5));
	mem_fail_at(2);
	CU_ASSERT_PTR_NULL(lane_flow(f.lane, 77, "x", PRIORITY_LOW));
	mem_fail_at(0);
	/* Without room for a target its leg waits on disk. */
	push(&f, PRIORITY_NORMAL, 5);
	mem_fail_at(1);
	CU_ASSERT_PTR_NULL(next(&f));
	mem_fail_at(0);
	CU_ASSERT_EQUAL(f.overflown, 1);
	end(&f);
}

static const struct check_test tests[] = {
	{ "names", test_names },
	{ "first in, first out", test_first_in_first_out },
	{ "weights", test_weights },
	{ "one who comes late", test_latecomer },
	{ "put back", test_put_back },
	{ "removed", test_remove },
	{ "one pending for each recipient", test_one_pending },
	{ "too many for one recipient", test_overflow },
	{ "busy ones hold up nobody", test_busy_ones_hold_up_nobody },
	{ "not past what is held", test_not_past_what_is_held },
	{ "back to the front", test_back_to_the_front },
	{ "ready, but empty", test_ready_but_empty },
	{ "while it is asked who has held legs", test_asking },
	{ "many recipients", test_many_recipients },
	{ "memory ends", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("lane", tests)
