/* The in-flight table: what is in it when a process ends, its successor sees. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/inflight.h"
#include "tests/check.h"

static uint64_t *fresh_slots(void)
{
	uint64_t *slots = mem_zero(INFLIGHT_SLOTS * sizeof *slots);

	CU_ASSERT_PTR_NOT_NULL_FATAL(slots);
	return slots;
}

static struct inflight *over(uint64_t *slots)
{
	struct inflight *f = inflight_new(slots);

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	return f;
}

static void test_put_and_clear(void)
{
	uint64_t *slots = fresh_slots(), id;
	struct inflight *f = over(slots);
	uint32_t a, b, c;

	a = inflight_put(f, 100);
	b = inflight_put(f, 200);
	CU_ASSERT(a != 0 && b != 0 && a != b);
	CU_ASSERT(slots[a - 1] == 100 && slots[b - 1] == 200);
	inflight_clear(f, a);
	CU_ASSERT_EQUAL(slots[a - 1], 0);
	inflight_clear(f, 0);
	c = inflight_put(f, 300);
	CU_ASSERT_EQUAL(c, a);
	/* Those of this process are not what the one before has left. */
	CU_ASSERT_EQUAL(inflight_left(f, 0, &id), 0);
	inflight_close(f);
	mem_free(slots);
}

static void test_full(void)
{
	uint64_t *slots = fresh_slots();
	struct inflight *f = over(slots);
	uint32_t i, slot = 0;

	for (i = 0; i < INFLIGHT_SLOTS; i++)
		if ((slot = inflight_put(f, i + 1)) == 0)
			break;
	CU_ASSERT_EQUAL(i, INFLIGHT_SLOTS);
	CU_ASSERT_EQUAL(inflight_put(f, 1), 0);
	inflight_clear(f, slot);
	CU_ASSERT_EQUAL(inflight_put(f, 9), slot);
	CU_ASSERT_EQUAL(slots[slot - 1], 9);
	inflight_close(f);
	mem_free(slots);
}

static void test_left(void)
{
	uint64_t *slots = fresh_slots(), id = 0;
	struct inflight *f = over(slots);
	uint32_t a = inflight_put(f, 100), b = inflight_put(f, 200), slot;
	unsigned i;

	inflight_clear(f, a);
	inflight_close(f);
	f = over(slots);
	CU_ASSERT_EQUAL(inflight_left(f, 0, &id), b);
	CU_ASSERT_EQUAL(id, 200);
	CU_ASSERT_EQUAL(inflight_left(f, 1, &id), 0);
	/* Its place is not given away before it is cleared. */
	for (i = 1; i < INFLIGHT_SLOTS; i++)
		if ((slot = inflight_put(f, 1000 + i)) == 0 || slot == b)
			break;
	CU_ASSERT_EQUAL(i, INFLIGHT_SLOTS);
	CU_ASSERT_EQUAL(inflight_put(f, 1), 0);
	inflight_clear(f, b);
	CU_ASSERT_EQUAL(inflight_put(f, 1), b);
	inflight_close(f);
	mem_free(slots);
}

static void test_file(void)
{
	const char *directory = check_directory();
	struct buf why = BUF_INIT(1000);
	struct inflight *f = NULL;
	char path[300];
	struct stat st;
	uint64_t id = 0;
	uint32_t slot;

	CU_ASSERT_EQUAL_FATAL(inflight_open(directory, &f, &why), OK);
	slot = inflight_put(f, 77);
	inflight_close(f);
	CU_ASSERT_EQUAL_FATAL(inflight_open(directory, &f, &why), OK);
	CU_ASSERT_EQUAL(inflight_left(f, 0, &id), slot);
	CU_ASSERT_EQUAL(id, 77);
	inflight_clear(f, slot);
	inflight_close(f);
	CU_ASSERT_EQUAL_FATAL(inflight_open(directory, &f, &why), OK);
	CU_ASSERT_EQUAL(inflight_left(f, 0, &id), 0);
	inflight_close(f);
	snprintf(path, sizeof path, "%.280s/inflight", directory);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	CU_ASSERT_EQUAL(why.n, 0);
	buf_clear(&why);
}

static void test_no_file(void)
{
	struct buf why = BUF_INIT(1000);
	struct inflight *f = NULL;

	CU_ASSERT_EQUAL(inflight_open("/nowhere/at/all", &f, &why), ERR_IO);
	CU_ASSERT_PTR_NULL(f);
	CU_ASSERT(why.n > 0 && strstr(buf_string(&why), "/nowhere") != NULL);
	buf_clear(&why);
}

static void test_no_memory(void)
{
	uint64_t *slots = fresh_slots();
	unsigned long n;

	for (n = 1; n <= 3; n++) {
		mem_fail_at(n);
		CU_ASSERT_PTR_NULL(inflight_new(slots));
		mem_fail_at(0);
	}
	mem_free(slots);
	inflight_close(NULL);
}

static const struct check_test tests[] = {
	{ "a slot each, and given back", test_put_and_clear },
	{ "all are taken", test_full },
	{ "what the process before has left", test_left },
	{ "the file", test_file },
	{ "no such directory", test_no_file },
	{ "memory ends", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("inflight", tests)
