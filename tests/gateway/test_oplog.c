#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/oplog.h"
#include "gateway/stats.h"
#include "tests/check.h"

static uint64_t now_of(void *arg)
{
	return *(uint64_t *)arg;
}

static uint64_t now = 1767225600123000;	/* 2026-01-01T00:00:00.123Z */
static const struct clock fixed = { now_of, now_of, now_of, &now };

static char text[65536];

static const char *read_all(int fd)
{
	ssize_t n = read(fd, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static size_t lines(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

struct ends {
	struct oplog *log;
	int read, write;
};

static struct ends opened(void)
{
	int fds[2];
	struct ends e;

	CU_ASSERT_FATAL(pipe2(fds, O_NONBLOCK) == 0);
	e = (struct ends){ oplog_new("cpmgwd", fds[1], &fixed), fds[0],
			   fds[1] };
	CU_ASSERT_FATAL(e.log != NULL);
	return e;
}

static void closed(struct ends *e)
{
	oplog_free(e->log);
	close(e->read);
	close(e->write);
}

static void test_a_line(void)
{
	struct ends e = opened();
	char want[128];

	oplog_line(e.log, OPLOG_ERROR, "peer %s: %d", "smsc\r\n-a", 7);
	snprintf(want, sizeof want,
		 "2026-01-01T00:00:00.123Z cpmgwd[%ld]: error: "
		 "peer smsc?\?-a: 7\n",
		 (long)getpid());
	CU_ASSERT_STRING_EQUAL(read_all(e.read), want);
	oplog_line(e.log, OPLOG_DEBUG, "not wanted");
	CU_ASSERT_STRING_EQUAL(read_all(e.read), "");
	oplog_limit(e.log, OPLOG_DEBUG);
	oplog_line(e.log, OPLOG_DEBUG, "wanted");
	CU_ASSERT(strstr(read_all(e.read), "]: wanted\n") != NULL);
	oplog_line(NULL, OPLOG_ERROR, "nowhere");
	closed(&e);
}

static void test_the_journal(void)
{
	struct ends e = opened();
	struct stat st;
	char stream[64];

	CU_ASSERT(fstat(e.write, &st) == 0);
	snprintf(stream, sizeof stream, "%llu:%llu",
		 (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	oplog_free(e.log);
	e.log = oplog_new("cpmgwd", e.write, &fixed);
	unsetenv("JOURNAL_STREAM");
	oplog_line(e.log, OPLOG_WARNING, "slow");
	CU_ASSERT_STRING_EQUAL(read_all(e.read), "<4>slow\n");
	closed(&e);
}

static void again(struct ends *e, int i)
{
	oplog_line(e->log, OPLOG_INFO, "again %d", i);
}

static void test_repeats(void)
{
	struct ends e = opened();
	int i;

	for (i = 0; i < OPLOG_BURST + 30; i++)
		again(&e, i);
	oplog_line(e.log, OPLOG_INFO, "another");
	CU_ASSERT(lines(read_all(e.read)) == OPLOG_BURST + 1);
	now += OPLOG_WINDOW_US;
	/* Of the same format, so of the same place in the program. */
	again(&e, 80);
	CU_ASSERT(strstr(read_all(e.read),
			 "again 80 (30 more like this were left out)\n") !=
		  NULL);
	closed(&e);
}

static void test_long_lines_are_cut(void)
{
	struct ends e = opened();
	char big[5000];

	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	oplog_line(e.log, OPLOG_INFO, "%s", big);
	read_all(e.read);
	CU_ASSERT(lines(text) == 1 && strlen(text) <= OPLOG_LINE_MAX);
	closed(&e);
}

/* Nobody reads: the program goes on, and says later what is missing. */
static void test_a_reader_that_sleeps(void)
{
	char full[4096] = { 0 };
	struct ends e = opened();

	while (write(e.write, full, sizeof full) > 0)
		;
	oplog_line(e.log, OPLOG_INFO, "one");
	oplog_line(e.log, OPLOG_INFO, "two");
	while (read(e.read, text, sizeof text) > 0)
		;
	oplog_line(e.log, OPLOG_INFO, "three");
	CU_ASSERT(strstr(read_all(e.read),
			 "three (2 lines before this were lost)") != NULL);
	closed(&e);
}

static void test_memory_ends(void)
{
	struct ends e = opened();

	mem_fail_at(1);
	CU_ASSERT(oplog_new("x", 2, &fixed) == NULL);
	oplog_line(e.log, OPLOG_INFO, "one");
	CU_ASSERT(stats_new() == NULL);
	mem_fail_at(0);
	CU_ASSERT_STRING_EQUAL(read_all(e.read), "");
	closed(&e);
}

static const struct measure legs = { "cpmgw_legs_total", MEASURE_COUNTER,
				     "Legs sent.", "peer" };
static const struct measure depth = { "cpmgw_queued", MEASURE_GAUGE,
				      "Legs that wait.", NULL };

static void test_stats(void)
{
	struct stats *s = stats_new();
	struct buf b = BUF_INIT(4096), tight = BUF_INIT(20);
	uint64_t *a;

	CU_ASSERT_FATAL(s != NULL);
	a = stats_number(s, &legs, "smsc-a");
	*a += 2;
	*stats_number(s, &depth, NULL) = 5;
	++*stats_number(s, &legs, "b\"\\\n");
	CU_ASSERT(stats_number(s, &legs, "smsc-a") == a);
	mem_fail_at(1);
	*stats_number(s, &legs, "c") = 9;
	mem_fail_at(0);
	CU_ASSERT(stats_text(s, &b) == OK);
	CU_ASSERT_STRING_EQUAL(buf_string(&b),
			       "# HELP cpmgw_legs_total Legs sent.\n"
			       "# TYPE cpmgw_legs_total counter\n"
			       "cpmgw_legs_total{peer=\"smsc-a\"} 2\n"
			       "cpmgw_legs_total{peer=\"b\\\"\\\\\\n\"} 1\n"
			       "# HELP cpmgw_queued Legs that wait.\n"
			       "# TYPE cpmgw_queued gauge\n"
			       "cpmgw_queued 5\n");
	CU_ASSERT(stats_text(s, &tight) == ERR_TOOBIG);
	buf_clear(&b);
	buf_clear(&tight);
	stats_free(s);
	stats_free(NULL);
}

static const struct check_test tests[] = {
	{ "a line", test_a_line },
	{ "the journal", test_the_journal },
	{ "repeats", test_repeats },
	{ "long lines are cut", test_long_lines_are_cut },
	{ "a reader that sleeps", test_a_reader_that_sleeps },
	{ "memory ends", test_memory_ends },
	{ "stats", test_stats },
	{ NULL, NULL }
};

CHECK_MAIN("oplog", tests)
