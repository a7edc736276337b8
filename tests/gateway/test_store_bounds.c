/*
 * What the store costs and survives: no statement reads a table that grows
 * with the number of messages, and no step is left half done without memory.
 */
#include "tests/gateway/store_fixture.h"

#include <string.h>

#include "gateway/store_inside.h"

/* They read all rows, of a table that stays small or once at the start. */
static bool may_scan(enum statement which)
{
	return which == ORPHAN_COUNT || which == BINDING_ALL ||
	       which == TALLY_ALL || which == FAR_ALL || which == GONE_ALL;
}

/* The first line of the plan that is a scan or a sort, or "". */
static void bad_plan(sqlite3 *db, const char *sql, char *out, size_t size)
{
	char explain[2000];
	sqlite3_stmt *q = NULL;

	out[0] = '\0';
	snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
	CU_ASSERT_FATAL(sqlite3_prepare_v2(db, explain, -1, &q, NULL) ==
			SQLITE_OK);
	while (out[0] == '\0' && sqlite3_step(q) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(q, 3);

		if (strncmp(line, "SCAN ", 5) == 0 ||
		    strstr(line, "TEMP B-TREE") != NULL)
			snprintf(out, size, "%s: %s", sql, line);
	}
	sqlite3_finalize(q);
}

static void test_plans(void)
{
	struct fixture f = on_disk();
	char bad[400];
	unsigned i;

	for (i = 0; i < STATEMENTS; i++) {
		const char *sql = sqlite3_sql(f.store->statements[i]);

		bad_plan(f.store->db, sql, bad, sizeof bad);
		if (may_scan((enum statement)i)) {
			CU_ASSERT(bad[0] != '\0');
		} else if (bad[0] != '\0') {
			CU_FAIL("a scan or a sort");
			fprintf(stderr, "%s\n", bad);
		}
	}
	finish(&f);
}

#define LANES	32	/* one more makes the table of tallies grow */

static struct store_leg in_lane(uint32_t lane)
{
	struct store_leg leg = leg_of(lane);

	leg.lane = lane;
	return leg;
}

static enum err moved(struct fixture *f, unsigned long fail_at)
{
	struct step *s = fresh(STEP_UPDATE);
	enum err e;

	*with_legs(s, 1) = in_lane(1);
	s->legs[0].lane = LANES + 1;
	mem_fail_at(fail_at);
	e = apply(f, s);
	mem_fail_at(0);
	step_free(s);
	return e;
}

static void test_memory_ends_in_a_change(void)
{
	struct fixture f = on_disk();
	unsigned long n;
	uint32_t lane;
	enum err e = ERR_NOMEM;

	for (lane = 1; lane <= LANES; lane++)
		CU_ASSERT_EQUAL(insert(&f, in_lane(lane)), OK);
	for (n = 1; (e = moved(&f, n)) == ERR_NOMEM && n < 20; n++) {
		CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 1), 1);
		CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, LANES + 1), 0);
	}
	CU_ASSERT(e == OK && n > 1);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 1), 0);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, LANES + 1), 1);
	again(&f);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, LANES + 1), 1);
	finish(&f);
}

static enum err two_recipients(struct fixture *f, unsigned long fail_at)
{
	struct step *s = fresh(STEP_INSERT);
	struct store_leg *legs = with_legs(s, 2);
	enum err e;

	legs[0] = legs[1] = leg_of(100);
	legs[1].id = 101;
	legs[0].story = legs[1].story = 100;
	legs[0].lane = 900;
	legs[1].lane = 901;
	mem_fail_at(fail_at);
	e = apply(f, s);
	mem_fail_at(0);
	step_free(s);
	return e;
}

static void test_memory_ends_in_an_insertion(void)
{
	struct fixture f = on_disk();
	unsigned long n;
	uint32_t lane;
	enum err e = ERR_NOMEM;

	for (lane = 1; lane < LANES; lane++)
		CU_ASSERT_EQUAL(insert(&f, in_lane(lane)), OK);
	for (n = 1; (e = two_recipients(&f, n)) == ERR_NOMEM && n < 20; n++) {
		CU_ASSERT_EQUAL(get_result(&f, 100), ERR_NOTFOUND);
		CU_ASSERT_EQUAL(get_result(&f, 101), ERR_NOTFOUND);
		CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 900), 0);
	}
	CU_ASSERT(e == OK && n > 1);
	CU_ASSERT_EQUAL(get_result(&f, 100), OK);
	CU_ASSERT_EQUAL(count(&f, LEG_QUEUED, 901), 1);
	finish(&f);
}

static const struct check_test tests[] = {
	{ "statements search and do not scan", test_plans },
	{ "memory ends in a change", test_memory_ends_in_a_change },
	{ "memory ends in an insertion", test_memory_ends_in_an_insertion },
	{ NULL, NULL }
};
CHECK_MAIN("store bounds", tests)
