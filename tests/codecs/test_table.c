#include "codecs/table.h"

#include <string.h>

#include "codecs/arena.h"
#include "tests/check.h"

#define THINGS 1000

struct thing {
	struct table_node node;	/* first */
	unsigned number, visits;
};

static const uint8_t key[16] = "sixteen octets.";

static struct thing *find(const struct table *t, unsigned number)
{
	return (struct thing *)table_first(t, table_hash_number(number));
}

/* It grows from 64 places on, and everything stays in it. */
static void test_grows(void)
{
	static struct thing things[THINGS];
	struct table t;
	unsigned i;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, 0, key), OK);
	for (i = 0; i < THINGS; i++) {
		things[i] = (struct thing){ .number = i };
		table_add(&t, &things[i].node, table_hash_number(i));
	}
	CU_ASSERT_EQUAL(t.count, THINGS);
	for (i = 0; i < THINGS; i++)
		CU_ASSERT_PTR_EQUAL(find(&t, i), &things[i]);
	CU_ASSERT_PTR_NULL(find(&t, THINGS));
	for (i = 0; i < THINGS; i += 2)
		table_remove(&t, &things[i].node);
	table_remove(&t, &things[0].node);	/* is out already */
	CU_ASSERT_EQUAL(t.count, THINGS / 2);
	for (i = 0; i < THINGS; i++)
		CU_ASSERT_PTR_EQUAL(find(&t, i),
				    i % 2 == 0 ? NULL : &things[i]);
	table_clear(&t);
}

/* Different texts may have one hash: all of them are found. */
static void test_same_hash(void)
{
	struct thing a = { .number = 1 }, b = { .number = 2 };
	struct table_node *n;
	struct table t;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, 0, key), OK);
	table_add(&t, &a.node, 5);
	table_add(&t, &b.node, 5);
	CU_ASSERT_PTR_NOT_NULL_FATAL(n = table_first(&t, 5));
	CU_ASSERT_PTR_EQUAL(n, &b.node);
	CU_ASSERT_PTR_NOT_NULL_FATAL(n = table_next(n));
	CU_ASSERT_PTR_EQUAL(n, &a.node);
	CU_ASSERT_PTR_NULL(table_next(n));
	table_clear(&t);
}

static void visit(void *arg, struct table_node *n)
{
	struct thing *x = (struct thing *)n;

	x->visits++;
	if (x->number % 3 == 0)
		table_remove(arg, n);
}

static void test_walk(void)
{
	static struct thing things[THINGS];
	struct table t;
	unsigned i, n = 0;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, THINGS, key), OK);
	for (i = 0; i < THINGS; i++) {
		things[i] = (struct thing){ .number = i };
		table_add(&t, &things[i].node, table_hash_number(i));
	}
	table_walk(&t, visit, &t);
	for (i = 0; i < THINGS; i++)
		n += things[i].visits == 1;
	CU_ASSERT_EQUAL(n, THINGS);
	CU_ASSERT_EQUAL(t.count, THINGS - (THINGS + 2) / 3);
	while (table_any(&t) != NULL)
		table_remove(&t, table_any(&t));
	CU_ASSERT_EQUAL(t.count, 0);
	table_clear(&t);
}

static void test_hash(void)
{
	const uint8_t other[16] = "another sixteen";
	struct table t, u;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, 0, key), OK);
	CU_ASSERT_EQUAL_FATAL(table_init(&u, 0, other), OK);
	CU_ASSERT_EQUAL(table_hash(&t, bytes_of("mary")),
			table_hash(&t, bytes_of("mary")));
	CU_ASSERT_NOT_EQUAL(table_hash(&t, bytes_of("mary")),
			    table_hash(&t, bytes_of("Mary")));
	CU_ASSERT_NOT_EQUAL(table_hash(&t, bytes_of("mary")),
			    table_hash(&u, bytes_of("mary")));
	table_clear(&t);
	table_clear(&u);
}

/* No memory: none at first; later the chains only grow longer. */
static void test_no_memory(void)
{
	static struct thing things[THINGS];
	struct table t;
	unsigned i;

	mem_fail_at(1);
	CU_ASSERT_EQUAL(table_init(&t, 0, key), ERR_NOMEM);
	mem_fail_at(0);
	CU_ASSERT_EQUAL_FATAL(table_init(&t, 0, key), OK);
	for (i = 0; i < THINGS; i++) {
		things[i] = (struct thing){ .number = i };
		mem_fail_at(1);
		table_add(&t, &things[i].node, table_hash_number(i));
		mem_fail_at(0);
	}
	CU_ASSERT_EQUAL(t.size, 64);
	for (i = 0; i < THINGS; i++)
		CU_ASSERT_PTR_EQUAL(find(&t, i), &things[i]);
	table_clear(&t);
}

static const struct check_test tests[] = {
	{ "it grows", test_grows },
	{ "one hash, two things", test_same_hash },
	{ "a walk that removes", test_walk },
	{ "hashes have a key", test_hash },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};
CHECK_MAIN("table", tests)
