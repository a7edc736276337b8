/* The index in memory beside a plain list of the same entries. */
#include <stdlib.h>

#include "gateway/store_index.h"
#include "tests/check.h"

#define ENTRIES 3000

struct model {
	uint32_t tags[ENTRIES];
	uint64_t ids[ENTRIES];
	size_t n;
};

static size_t times(const struct model *m, uint32_t tag, uint64_t id)
{
	size_t i, n = 0;

	for (i = 0; i < m->n; i++)
		n += m->tags[i] == tag && m->ids[i] == id;
	return n;
}

static size_t found(const struct index *ix, uint32_t tag, uint64_t id)
{
	size_t at = 0, n = 0;
	uint64_t one;

	while ((one = index_next(ix, tag, &at)) != 0)
		n += one == id;
	return n;
}

static bool same(const struct index *ix, const struct model *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (found(ix, m->tags[i], m->ids[i]) !=
		    times(m, m->tags[i], m->ids[i]))
			return false;
	return ix->count == m->n;
}

/* Few tags, some of the last places of a shard: runs that go round its end. */
static uint32_t some_tag(void)
{
	uint32_t shard = (uint32_t)(rand() % 3) << 26;

	return rand() % 2 == 0 ? shard | (0x3ffffff - (uint32_t)rand() % 20)
			       : shard | (uint32_t)rand() % 0x4000000;
}

static void change(struct index *ix, struct model *m)
{
	size_t at;

	if (m->n == 0 || (m->n < ENTRIES && rand() % 5 < 3)) {
		m->tags[m->n] = some_tag();
		m->ids[m->n] = 1 + (uint64_t)rand() % 50;
		CU_ASSERT_EQUAL(index_add(ix, m->tags[m->n], m->ids[m->n]),
				OK);
		m->n++;
		return;
	}
	at = (size_t)rand() % m->n;
	CU_ASSERT_EQUAL(index_drop(ix, m->tags[at], m->ids[at]), OK);
	m->tags[at] = m->tags[--m->n];
	m->ids[at] = m->ids[m->n];
}

static void test_model(void)
{
	static struct model m, before;
	struct index ix = { 0 };
	unsigned round, i;

	srand(7);
	m.n = 0;
	for (round = 0; round < 60; round++) {
		before = m;
		for (i = 0; i < 100; i++)
			change(&ix, &m);
		CU_ASSERT(same(&ix, &m));
		if (rand() % 3 != 0) {
			index_keep(&ix);
			continue;
		}
		index_undo(&ix);
		m = before;
		CU_ASSERT(same(&ix, &m));
	}
	CU_ASSERT(m.n > 100);
	index_clear(&ix);
	CU_ASSERT_EQUAL(ix.count, 0);
}

static void test_absent(void)
{
	struct index ix = { 0 };
	size_t at = 0;

	CU_ASSERT_EQUAL(index_next(&ix, 9, &at), 0);
	CU_ASSERT_EQUAL(index_drop(&ix, 9, 1), OK);
	CU_ASSERT_EQUAL(index_add(&ix, 9, 1), OK);
	CU_ASSERT_EQUAL(index_drop(&ix, 9, 2), OK);
	CU_ASSERT_EQUAL(index_drop(&ix, 8, 1), OK);
	CU_ASSERT_EQUAL(ix.count, 1);
	index_undo(&ix);
	CU_ASSERT_EQUAL(ix.count, 0);
	index_clear(&ix);
}

/* Tags of one shard, so that it grows. */
static size_t add_until(struct index *ix, unsigned long fail_at)
{
	enum err e = OK;
	size_t n = 0;

	mem_fail_at(fail_at);
	while (n < 400 && e == OK)
		if ((e = index_add(ix, (uint32_t)n * 997, 1 + n)) == OK)
			n++;
	mem_fail_at(0);
	CU_ASSERT(e == OK || e == ERR_NOMEM);
	return n;
}

static void test_memory(void)
{
	unsigned long fail_at;
	size_t n = 0, i;

	for (fail_at = 1; n < 400 && fail_at < 100; fail_at++) {
		struct index ix = { 0 };

		n = add_until(&ix, fail_at);
		CU_ASSERT_EQUAL(ix.count, n);
		for (i = 0; i < n; i++)
			CU_ASSERT_EQUAL(found(&ix, (uint32_t)i * 997, 1 + i),
					1);
		index_undo(&ix);
		CU_ASSERT_EQUAL(ix.count, 0);
		index_clear(&ix);
	}
	CU_ASSERT(n == 400 && fail_at > 10);
}

/* What it costs to know a million of them. */
static void test_size(void)
{
	struct index ix = { 0 };
	size_t octets = 0;
	uint64_t i;

	for (i = 1; i <= 1000000; i++) {
		CU_ASSERT_EQUAL(index_add(&ix, index_tag(i), i), OK);
		index_keep(&ix);
	}
	for (i = 0; i < INDEX_SHARDS; i++)
		octets += ix.shards[i].size *
			  (sizeof *ix.shards[i].ids + sizeof(uint32_t));
	CU_ASSERT(octets < 24000000);
	for (i = 1; i <= 1000000; i += 997)
		CU_ASSERT_EQUAL(found(&ix, index_tag(i), i), 1);
	index_clear(&ix);
}

static const struct check_test tests[] = {
	{ "as a list", test_model },
	{ "what is not there", test_absent },
	{ "memory ends", test_memory },
	{ "a million", test_size },
	{ NULL, NULL }
};
CHECK_MAIN("store index", tests)
