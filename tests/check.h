/*
 * tests/check.h - what every C test uses: CUnit with rows, hex and a main.
 *
 *	static const struct check_test tests[] = {
 *		{ "decodes rows", test_decode },
 *		{ NULL, NULL }
 *	};
 *	CHECK_MAIN("udh", tests)
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <CUnit/CUnit.h>

#include "codecs/arena.h"
#include "codecs/bytes.h"

struct check_test {
	const char *name;
	void (*run)(void);
};

/** Runs all; prints "N passed, N failed" (tests); the exit status of main. */
int check_run(const char *suite, const struct check_test *tests);

#define CHECK_MAIN(suite_, tests_)                                             \
	int main(void)                                                         \
	{                                                                      \
		return check_run(suite_, tests_);                              \
	}

/** A CUnit assertion that prints (row)->name when it fails. */
#define ROW(row_, cond_)                                                       \
	check_row((cond_), (row_)->name, #cond_, __FILE__, __LINE__)

void check_row(bool good, const char *name, const char *what, const char *file,
	       int line);

/**
 * "05 00 03 AB" -> octets, spaces ignored; at most `size`. A bad digit ends
 * the test program: a vector that cannot be read is a bug of the test.
 */
struct bytes check_unhex(const char *hex, uint8_t *to, size_t size);

/** Instead of what `to` held: `count` times `unit`, then `tail`. */
void check_repeat(struct buf *to, const char *unit, size_t count,
		  const char *tail);

/** A fresh empty directory below $TMPDIR or /tmp; removed at exit. */
const char *check_directory(void);

#endif
