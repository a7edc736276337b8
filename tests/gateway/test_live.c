/* What of a leg is on disk comes back as it was. */
#include <string.h>

#include "gateway/live.h"
#include "tests/check.h"

#define FARS 3

static struct live *fresh(void)
{
	struct live *l = live_new();

	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	return l;
}

/* Every field that is on disk differs from its default. */
static void fill_report(struct live *l)
{
	l->is_report = true;
	l->report = (struct report){ .kind = WANT_NEGATIVE,
				     .state = STATE_EXPIRED,
				     .via = TECHNOLOGY_SMS,
				     .far_code = 0x45,
				     .text = "no more",
				     .error = "045",
				     .event_us = 1234567890123456 };
}

static struct live *full(void)
{
	struct live *l = fresh();
	size_t i;

	l->story = 99;
	l->origin = (struct origin){ TECHNOLOGY_CPM, "cpm", "mary" };
	l->from = (struct address){ ADDRESS_SIP, "sip:mary@cpm.example" };
	l->to = (struct address){ ADDRESS_E164, "+15550200001" };
	l->to_index = 7;
	l->want = 63;
	l->priority = PRIORITY_URGENT;
	l->once = l->shared = l->maybe_duplicate = l->sought = true;
	l->n_ways = 2;
	l->ways[0] = (struct route_way){ TECHNOLOGY_CPM, "cpm" };
	l->ways[1] = (struct route_way){ TECHNOLOGY_SMS, "smsc-a" };
	l->way = 1;
	l->attempts = 1000;
	l->crashes = 2;
	l->progress = bytes_of("segments 1 and 2");
	l->fars = arena_array(l->arena, FARS, sizeof *l->fars);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l->fars);
	l->n_fars = FARS;
	for (i = 0; i < FARS; i++) {
		l->fars[i].key = (struct store_key){ i << 50 | 1, i << 40 | 2 };
		l->fars[i].delivered = i == 1;
	}
	l->told = WANT_PROCESSING;
	l->passed = 6;
	l->taken = 2;
	l->stays_us = 1767225800000000;
	l->unreported = STATE_REPORT_DENIED;
	l->received_us = 1767225600000000;
	l->held_us = 1767225700000000;
	l->held_by = "an operator";
	fill_report(l);
	return l;
}

static void write_meta(const struct live *l, struct buf *to)
{
	buf_reset(to);
	CU_ASSERT_EQUAL_FATAL(live_meta(l, to), OK);
}

static void check_same_report(const struct live *a, const struct live *b)
{
	CU_ASSERT_EQUAL(a->is_report, b->is_report);
	CU_ASSERT_EQUAL(a->report.kind, b->report.kind);
	CU_ASSERT_EQUAL(a->report.state, b->report.state);
	CU_ASSERT_EQUAL(a->report.via, b->report.via);
	CU_ASSERT_EQUAL(a->report.far_code, b->report.far_code);
	CU_ASSERT_STRING_EQUAL(a->report.text, b->report.text);
	CU_ASSERT_STRING_EQUAL(a->report.error, b->report.error);
	CU_ASSERT_EQUAL(a->report.event_us, b->report.event_us);
}

static void check_same(const struct live *a, const struct live *b)
{
	size_t i;

	CU_ASSERT_EQUAL(a->origin.technology, b->origin.technology);
	CU_ASSERT_STRING_EQUAL(a->origin.peer, b->origin.peer);
	CU_ASSERT_STRING_EQUAL(a->origin.account, b->origin.account);
	CU_ASSERT(address_equal(&a->from, &b->from));
	CU_ASSERT(address_equal(&a->to, &b->to));
	CU_ASSERT_EQUAL(a->to_index, b->to_index);
	CU_ASSERT_EQUAL(a->want, b->want);
	CU_ASSERT_EQUAL(a->priority, b->priority);
	CU_ASSERT(a->once == b->once && a->shared == b->shared);
	CU_ASSERT_EQUAL(a->maybe_duplicate, b->maybe_duplicate);
	CU_ASSERT_EQUAL(a->sought, b->sought);
	CU_ASSERT(a->n_ways == b->n_ways && a->way == b->way);
	for (i = 0; i < a->n_ways; i++) {
		CU_ASSERT_EQUAL(a->ways[i].technology, b->ways[i].technology);
		CU_ASSERT_STRING_EQUAL(a->ways[i].peer, b->ways[i].peer);
	}
	CU_ASSERT(a->attempts == b->attempts && a->crashes == b->crashes);
	CU_ASSERT(bytes_equal(a->progress, b->progress));
	CU_ASSERT_EQUAL_FATAL(a->n_fars, b->n_fars);
	for (i = 0; i < a->n_fars; i++) {
		CU_ASSERT_EQUAL(a->fars[i].key.high, b->fars[i].key.high);
		CU_ASSERT_EQUAL(a->fars[i].key.low, b->fars[i].key.low);
		CU_ASSERT_EQUAL(a->fars[i].delivered, b->fars[i].delivered);
		CU_ASSERT_PTR_EQUAL(b->fars[i].leg, b);
	}
	CU_ASSERT_EQUAL(a->told, b->told);
	CU_ASSERT_EQUAL(a->passed, b->passed);
	CU_ASSERT(a->taken == b->taken && a->stays_us == b->stays_us);
	CU_ASSERT_EQUAL(a->unreported, b->unreported);
	CU_ASSERT_EQUAL(a->received_us, b->received_us);
	CU_ASSERT_EQUAL(a->held_us, b->held_us);
	CU_ASSERT_STRING_EQUAL(a->held_by, b->held_by);
	check_same_report(a, b);
}

static void test_full(void)
{
	struct buf meta = BUF_INIT(LIVE_META_MAX), again = BUF_INIT(1 << 20);
	struct live *l = full(), *b = fresh();
	struct store_leg row = { .id = 5, .story = 99, .state = LEG_SENT,
				 .due_us = 6, .expires_us = 7, .recipient = 8,
				 .image = bytes_of("the message") };

	write_meta(l, &meta);
	row.meta = buf_bytes(&meta);
	CU_ASSERT_EQUAL_FATAL(live_read(b, &row), OK);
	check_same(l, b);
	CU_ASSERT(b->id == 5 && b->story == 99 && b->state == LEG_SENT);
	CU_ASSERT(b->due_us == 6 && b->expires_us == 7 && b->recipient == 8);
	CU_ASSERT(bytes_is(b->image, "the message"));
	CU_ASSERT_PTR_NOT_EQUAL(b->image.p, row.image.p);
	write_meta(b, &again);
	CU_ASSERT(bytes_equal(buf_bytes(&meta), buf_bytes(&again)));
	CU_ASSERT_STRING_EQUAL(live_way(b)->peer, "smsc-a");
	b->way = 2;
	CU_ASSERT_PTR_NULL(live_way(b));
	buf_clear(&meta);
	buf_clear(&again);
	live_free(l);
	live_free(b);
}

static void test_empty(void)
{
	struct buf meta = BUF_INIT(LIVE_META_MAX);
	struct live *l = fresh(), *b = fresh();
	struct store_leg row = { .id = 5 };

	write_meta(l, &meta);
	row.meta = buf_bytes(&meta);
	CU_ASSERT_EQUAL(live_read(b, &row), OK);
	CU_ASSERT(b->origin.peer == NULL && b->origin.account == NULL);
	CU_ASSERT_EQUAL(b->from.kind, ADDRESS_NONE);
	CU_ASSERT(!b->is_report && !b->once && !b->maybe_duplicate);
	CU_ASSERT(!b->sought);
	CU_ASSERT(b->n_fars == 0 && b->n_ways == 0 && b->image.n == 0);
	CU_ASSERT_PTR_NULL(live_way(b));
	buf_clear(&meta);
	live_free(l);
	live_free(b);
}

/* Any part of it, and any octet changed: an answer, never a crash. */
static void test_damage(void)
{
	struct buf meta = BUF_INIT(LIVE_META_MAX);
	struct live *l = full(), *b;
	struct store_leg row = { .id = 5 };
	size_t i, whole = 0;
	enum err e;

	write_meta(l, &meta);
	for (i = 0; i < meta.n; i++) {
		row.meta = (struct bytes){ meta.p, i };
		b = fresh();
		e = live_read(b, &row);
		CU_ASSERT(e == OK || e == ERR_MALFORMED);
		whole += e == OK;
		live_free(b);
		meta.p[i] ^= 0x81;
		row.meta = buf_bytes(&meta);
		b = fresh();
		e = live_read(b, &row);
		CU_ASSERT(e == OK || e == ERR_MALFORMED);
		if (e == OK && b->n_ways > 0)
			CU_ASSERT(b->way <= b->n_ways);
		live_free(b);
		meta.p[i] ^= 0x81;
	}
	/* Only between two fields can it end without being noticed. */
	CU_ASSERT(whole < 40);
	buf_clear(&meta);
	live_free(l);
}

static void test_limits(void)
{
	struct buf meta = BUF_INIT(LIVE_META_MAX), small = BUF_INIT(100);
	struct live *l = full(), *b = fresh();
	struct store_leg row = { .id = 5 };

	CU_ASSERT_EQUAL(live_meta(l, &small), ERR_TOOBIG);
	l->fars = arena_array(l->arena, STEP_FAR_MAX, sizeof *l->fars);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l->fars);
	l->n_fars = STEP_FAR_MAX;
	l->n_ways = ROUTE_WAYS_MAX;
	for (l->way = 0; l->way < ROUTE_WAYS_MAX; l->way++)
		l->ways[l->way] = (struct route_way){ TECHNOLOGY_SMS, "x" };
	write_meta(l, &meta);
	row.meta = buf_bytes(&meta);
	CU_ASSERT_EQUAL(live_read(b, &row), OK);
	CU_ASSERT_EQUAL(b->n_fars, STEP_FAR_MAX);
	CU_ASSERT(b->n_ways == ROUTE_WAYS_MAX && b->way == ROUTE_WAYS_MAX);
	buf_clear(&meta);
	buf_clear(&small);
	live_free(l);
	live_free(b);
}

static void test_no_memory(void)
{
	struct buf meta = BUF_INIT(LIVE_META_MAX);
	struct live *l = full(), *b;
	struct store_leg row = { .id = 5, .image = bytes_of("the message") };
	static uint8_t large[5000];
	unsigned long n;

	mem_fail_at(1);
	CU_ASSERT_PTR_NULL(live_new());
	mem_fail_at(2);
	CU_ASSERT_PTR_NULL(live_new());
	mem_fail_at(0);
	l->progress = (struct bytes){ large, sizeof large };
	write_meta(l, &meta);
	row.meta = buf_bytes(&meta);
	row.image = (struct bytes){ large, sizeof large };
	for (n = 1; n < 10; n++) {
		b = fresh();
		mem_fail_at(n);
		if (live_read(b, &row) == OK) {
			mem_fail_at(0);
			live_free(b);
			break;
		}
		mem_fail_at(0);
		live_free(b);
	}
	CU_ASSERT(n > 1 && n < 10);
	buf_clear(&meta);
	live_free(l);
	live_free(NULL);
}

static const struct check_test tests[] = {
	{ "all fields", test_full },
	{ "no field", test_empty },
	{ "damaged", test_damage },
	{ "limits", test_limits },
	{ "memory ends", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("live", tests)
