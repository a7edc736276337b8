#include "tests/check.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>

static char directory[256];

void check_row(bool good, const char *name, const char *what, const char *file,
	       int line)
{
	if (!good)
		fprintf(stderr, "  row \"%s\": %s\n", name, what);
	CU_assertImplementation(good, (unsigned)line, what, file, "", CU_FALSE);
}

struct bytes check_unhex(const char *hex, uint8_t *to, size_t size)
{
	size_t n = 0;
	unsigned octet;
	int used;

	while (*hex != '\0') {
		if (*hex == ' ' || *hex == '\n') {
			hex++;
			continue;
		}
		if (n == size || sscanf(hex, "%2x%n", &octet, &used) != 1 ||
		    used != 2) {
			fprintf(stderr, "bad hex in a vector: %s\n", hex);
			abort();
		}
		to[n++] = (uint8_t)octet;
		hex += 2;
	}
	return (struct bytes){ to, n };
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_directory(void)
{
	nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *check_directory(void)
{
	const char *base = getenv("TMPDIR");

	if (directory[0] != '\0')
		remove_directory();
	else
		atexit(remove_directory);
	snprintf(directory, sizeof directory, "%s/cpmgw-check-XXXXXX",
		 base == NULL ? "/tmp" : base);
	if (mkdtemp(directory) == NULL) {
		perror(directory);
		abort();
	}
	return directory;
}

int check_run(const char *suite, const struct check_test *tests)
{
	CU_pSuite s;
	unsigned run, failed;

	if (CU_initialize_registry() != CUE_SUCCESS ||
	    (s = CU_add_suite(suite, NULL, NULL)) == NULL)
		return 99;
	for (; tests->name != NULL; tests++)
		if (CU_add_test(s, tests->name, tests->run) == NULL)
			return 99;
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	if (CU_get_number_of_asserts() == 0)
		failed = run;
	CU_cleanup_registry();
	printf("%u passed, %u failed\n", run - failed, failed);
	return failed == 0 && run > 0 ? 0 : 1;
}

void check_repeat(struct buf *to, const char *unit, size_t count,
		  const char *tail)
{
	buf_reset(to);
	while (count-- > 0)
		buf_text(to, unit);
	buf_text(to, tail);
	CU_ASSERT_FATAL(buf_status(to) == OK);
}
