/* Traces: records, keys, filters, segments and the search. */
#include "gateway/trace.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/trace_inside.h"
#include "tests/check.h"

#define DAY_US	UINT64_C(86400000000)
#define NOON	UINT64_C(1769860800000000)	/* 2026-01-31 12:00:00 UTC */

static struct trace_record sample(uint64_t story, uint64_t time_us)
{
	return (struct trace_record){
		.story = story,
		.leg = story + 1,
		.time_us = time_us,
		.step = "intake",
		.from = "+491701234567",
		.to = "tel:+49-170-7654321",
		.technology = TECHNOLOGY_SMS,
		.peer = "smsc-1",
		.verdict = "accepted",
		.far_id = "1F3A",
		.text = "",
		.clause = "SMPP v3.4 5.1.3",
		.keys = { "Call-1@host", "sip:Bob@Example.com" },
		.n_keys = 2,
	};
}

static void same_text(const char *a, const char *b)
{
	CU_ASSERT_EQUAL((a == NULL), (b == NULL));
	if (a != NULL && b != NULL)
		CU_ASSERT_STRING_EQUAL(a, b);
}

static void test_record(void)
{
	struct trace_record r = sample(5, 9), back;
	struct buf image = BUF_INIT(100000);
	struct arena *a = arena_new(100000);
	struct bytes in;
	size_t n, used = 0;
	enum err e;

	r.peer = NULL;
	CU_ASSERT_EQUAL_FATAL(trace_record_image(&r, &image), OK);
	in = buf_bytes(&image);
	CU_ASSERT_EQUAL(trace_record_read(in, a, &back, &used), OK);
	CU_ASSERT_EQUAL(used, in.n);
	CU_ASSERT(back.story == 5 && back.leg == 6 && back.time_us == 9);
	CU_ASSERT(back.technology == TECHNOLOGY_SMS && back.n_keys == 2);
	same_text(back.step, r.step);
	same_text(back.from, r.from);
	same_text(back.to, r.to);
	same_text(back.peer, NULL);
	same_text(back.text, "");
	same_text(back.far_id, r.far_id);
	same_text(back.clause, r.clause);
	same_text(back.keys[1], r.keys[1]);
	for (n = 0; n < in.n; n++)
		CU_ASSERT_EQUAL(trace_record_read((struct bytes){ in.p, n }, a,
						  &back, &used), ERR_MORE);
	for (n = 1; n <= 13; n++) {
		arena_free(a);
		a = arena_new(100000);
		mem_fail_at(n);
		e = trace_record_read(in, a, &back, &used);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
	}
	r.n_keys = TRACE_KEYS_MAX + 1;
	CU_ASSERT_EQUAL(trace_record_image(&r, &image), ERR_RANGE);
	arena_free(a);
	buf_clear(&image);
}

static void test_bad_records(void)
{
	struct trace_record r = sample(5, 9), back;
	struct buf image = BUF_INIT(100000);
	struct arena *a = arena_new(100000);
	char *large = calloc(1, RECORD_MAX + 1);
	size_t used;

	CU_ASSERT_EQUAL_FATAL(trace_record_image(&r, &image), OK);
	image.p[29] = TRACE_KEYS_MAX + 1;	/* keys */
	CU_ASSERT_EQUAL(trace_record_read(buf_bytes(&image), a, &back, &used),
			ERR_MALFORMED);
	image.p[29] = 1;			/* one fewer than there are */
	CU_ASSERT_EQUAL(trace_record_read(buf_bytes(&image), a, &back, &used),
			ERR_MALFORMED);
	image.p[29] = 2;
	image.p[32] = '\0';			/* inside "intake" */
	CU_ASSERT_EQUAL(trace_record_read(buf_bytes(&image), a, &back, &used),
			ERR_MALFORMED);
	image.p[32] = 'n';
	image.p[28] = 200;			/* a technology of tomorrow */
	CU_ASSERT_EQUAL(trace_record_read(buf_bytes(&image), a, &back, &used),
			OK);
	CU_ASSERT_EQUAL(back.technology, TECHNOLOGY_NONE);
	memset(large, 'x', RECORD_MAX);
	r.text = large;
	used = image.n;
	CU_ASSERT_EQUAL(trace_record_image(&r, &image), ERR_TOOBIG);
	CU_ASSERT_EQUAL(image.n, used);
	free(large);
	arena_free(a);
	buf_clear(&image);
}

static const struct key_row {
	const char *name, *a, *b;
	bool same;
} key_rows[] = {
	{ "case",		"Call-1@Host",	"call-1@hOST",	true },
	{ "spaces",		"+49 170 123",	"+49170123",	true },
	{ "with or without +",	"+49170123",	"49170123",	true },
	{ "tel:",		"tel:+49170123", "49170123",	true },
	{ "sip:",		"sip:a@b.c",	"a@b.c",	true },
	{ "sips:",		"SIPS:a@b.c",	"a@b.c",	true },
	{ "separators (RFC 3966 5.1.1)", "tel:+49-(170).123", "49170123",
	  true },
	{ "a short code",	"tel:4711",	"4711",		true },
	{ "another number",	"+49170123",	"+49170124",	false },
	{ "no number",		"+a-b",		"ab",		false },
	{ "hyphens in an id",	"1-2-3-4",	"1234",		false },
	{ "prefix of it",	"abc",		"abcd",		false },
};

static void test_keys(void)
{
	const struct key_row *r = key_rows;

	for (; r < key_rows + sizeof key_rows / sizeof *r; r++)
		ROW(r, (trace_key_hash(bytes_of(r->a)) ==
			trace_key_hash(bytes_of(r->b))) == r->same);
	CU_ASSERT_EQUAL(trace_key_hash(bytes_of(" \t")), 0);
	CU_ASSERT_EQUAL(trace_key_hash(bytes_of("tel:")), 0);
}

static void test_filter(void)
{
	struct buf b = BUF_INIT(1 << 20);
	struct trace_block block = { .records = 1 }, back;
	uint64_t hashes[1000];
	unsigned i, wrong = 0;

	for (i = 0; i < 1000; i++)
		hashes[i] = trace_number_hash(i);
	CU_ASSERT_EQUAL_FATAL(trace_block_write(&block, bytes_of("payload"),
						hashes, 1000, &b), OK);
	CU_ASSERT_EQUAL_FATAL(trace_block_read(buf_bytes(&b), &back), OK);
	for (i = 0; i < 1000; i++)
		CU_ASSERT(filter_has(back.filter, back.probes, hashes[i]));
	for (i = 1000; i < 101000; i++)
		wrong += filter_has(back.filter, back.probes,
				    trace_number_hash(i));
	CU_ASSERT(wrong < 1000);		/* 1 %; about 0.4 % expected */
	for (i = 0; i < BLOCK_HEAD + back.filter_octets; i++)
		CU_ASSERT_EQUAL(trace_block_read((struct bytes){ b.p, i },
						 &back), ERR_MORE);
	CU_ASSERT(!trace_block_holds(&back, bytes_of("Payload")));
	for (i = 0; i < BLOCK_HEAD; i++) {
		b.p[i] ^= 1;
		CU_ASSERT(trace_block_read(buf_bytes(&b), &back) != OK);
		b.p[i] ^= 1;
	}
	buf_clear(&b);
}

static struct trace *open_in(const char *directory, unsigned keep_days)
{
	struct trace *t = NULL;

	CU_ASSERT_EQUAL_FATAL(trace_open(&t, directory, keep_days), OK);
	return t;
}

static void add(struct trace *t, const struct trace_record *r)
{
	struct buf image = BUF_INIT(RECORD_MAX);

	CU_ASSERT_EQUAL(trace_record_image(r, &image), OK);
	CU_ASSERT_EQUAL(trace_add(t, buf_bytes(&image)), OK);
	buf_clear(&image);
}

static void add_flush(struct trace *t, uint64_t story, uint64_t time_us,
		      const char *key)
{
	struct trace_record r = sample(story, time_us);

	r.keys[0] = key;
	r.n_keys = 1;
	add(t, &r);
	CU_ASSERT_EQUAL(trace_flush(t, time_us), OK);
}

/* "5@9 5@10": story @ time of what was found. */
static void tell(void *arg, const struct trace_record *r)
{
	struct buf *b = arg;

	buf_printf(b, b->n == 0 ? "%llu@%llu" : " %llu@%llu",
		   (unsigned long long)r->story,
		   (unsigned long long)(r->time_us % 1000));
}

static bool finds(const char *directory, const char *key, size_t limit,
		  const char *want)
{
	struct buf b = BUF_INIT(100000);
	enum err e = trace_find(directory, key, &limit, tell, &b);
	bool good = e == (*want == '\0' ? ERR_NOTFOUND : OK) &&
		    bytes_is(buf_bytes(&b), want);

	if (!good)
		fprintf(stderr, "  %s: \"%.*s\", not \"%s\"\n", key, (int)b.n,
			b.n == 0 ? "" : (const char *)b.p, want);
	buf_clear(&b);
	return good;
}

static bool story_is(const char *directory, uint64_t story, const char *want)
{
	struct buf b = BUF_INIT(100000);
	enum err e = trace_find_story(directory, story, tell, &b);
	bool good = e == (*want == '\0' ? ERR_NOTFOUND : OK) &&
		    bytes_is(buf_bytes(&b), want);

	buf_clear(&b);
	return good;
}

static void test_find(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 0);

	CU_ASSERT(finds(d, "x", 1, ""));
	add_flush(t, 5, NOON + 30, "alpha@h");
	add_flush(t, 7, NOON + 40, "beta@h");
	add_flush(t, 5, NOON + 20, "sip:+4930555@h");
	add_flush(t, 9, NOON + 50, "gamma");
	trace_close(t);
	CU_ASSERT(finds(d, "ALPHA@h", 9, "5@20 5@30"));
	CU_ASSERT(finds(d, "beta@h", 9, "7@40"));
	CU_ASSERT(finds(d, "4930555", 9, "5@20 5@30"));
	CU_ASSERT(finds(d, "nobody", 9, ""));
	CU_ASSERT(finds(d, "+491701234567", 9, "5@20 5@30 7@40 9@50"));
	CU_ASSERT(finds(d, "0170", 9, ""));
	CU_ASSERT(finds(d, "491707654321", 2, "7@40 9@50"));
	CU_ASSERT(finds(d, "1f3a", 1, "9@50"));
	CU_ASSERT(finds(d, "7", 9, "7@40"));
	CU_ASSERT(finds(d, "8", 9, "7@40"));	/* a leg's number */
	CU_ASSERT(finds(d, "", 9, ""));
	CU_ASSERT(story_is(d, 5, "5@20 5@30"));
	CU_ASSERT(story_is(d, 6, ""));
	CU_ASSERT_EQUAL(trace_find_story("/nowhere", 5, tell, NULL),
			ERR_NOTFOUND);
}

static unsigned files_in(const char *directory, const char *prefix)
{
	const struct dirent *e;
	DIR *d = opendir(directory);
	unsigned n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
	closedir(d);
	return n;
}

static void test_days(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 2);
	char path[512];
	struct stat st;

	add_flush(t, 1, NOON, "a");
	add_flush(t, 1, NOON + DAY_US, "b");
	add_flush(t, 1, NOON + 2 * DAY_US, "c");
	CU_ASSERT_EQUAL(files_in(d, "trace-2026"), 3);
	CU_ASSERT_EQUAL(files_in(d, "trace-20260131-000.log"), 1);
	CU_ASSERT(finds(d, "b", 1, "1@0 1@0 1@0"));
	add_flush(t, 1, NOON + 3 * DAY_US, "d");
	CU_ASSERT_EQUAL(files_in(d, "trace-2026"), 3);
	CU_ASSERT_EQUAL(files_in(d, "trace-20260131"), 0);
	CU_ASSERT(finds(d, "a", 1, ""));
	trace_close(t);
	t = open_in(d, 2);		/* goes on in the same file */
	add_flush(t, 1, NOON + 3 * DAY_US, "e");
	CU_ASSERT_EQUAL(files_in(d, "trace-2026"), 3);
	trace_close(t);
	snprintf(path, sizeof path, "%s/trace-20260203-000.log", d);
	CU_ASSERT(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
}

static void test_size(void)
{
	const char *d = check_directory();
	struct trace *t;
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s/trace-20260131-000.log", d);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CU_ASSERT(ftruncate(fd, TRACE_SEGMENT_MAX - 100) == 0);
	close(fd);
	t = open_in(d, 0);
	add_flush(t, 1, NOON, "a");
	add_flush(t, 1, NOON + 1, "b");
	CU_ASSERT_EQUAL(files_in(d, "trace-20260131"), 2);
	trace_close(t);
	CU_ASSERT(finds(d, "b", 1, "1@0 1@1"));
}

/* A segment of that many octets, as if it had been written. */
static void leave(const char *directory, const char *name, off_t octets)
{
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CU_ASSERT(fd >= 0 && ftruncate(fd, octets) == 0);
	close(fd);
}

static void test_limit(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 30);

	trace_limit(t, UINT64_C(3) * TRACE_SEGMENT_MAX);
	leave(d, "trace-20260129-000.log", TRACE_SEGMENT_MAX);
	leave(d, "trace-20260130-000.log", TRACE_SEGMENT_MAX);
	leave(d, "trace-20260130-001.log", TRACE_SEGMENT_MAX);
	add_flush(t, 1, NOON, "a");	/* of the 31st */
	CU_ASSERT_EQUAL(files_in(d, "trace-20260129"), 0);
	CU_ASSERT_EQUAL(files_in(d, "trace-20260130"), 2);
	trace_close(t);
	leave(d, "trace-20260131-000.log", TRACE_SEGMENT_MAX - 100);
	t = open_in(d, 30);
	trace_limit(t, UINT64_C(3) * TRACE_SEGMENT_MAX);
	add_flush(t, 1, NOON + 1, "b");	/* does not fit into that one */
	CU_ASSERT_EQUAL(files_in(d, "trace-20260131"), 2);
	CU_ASSERT_EQUAL(files_in(d, "trace-20260130-000"), 0);
	CU_ASSERT_EQUAL(files_in(d, "trace-20260130-001"), 1);
	CU_ASSERT(finds(d, "b", 1, "1@0 1@1"));
	trace_limit(t, 1);	/* never the last one, nor what is next */
	add_flush(t, 1, NOON + DAY_US, "c");
	CU_ASSERT_EQUAL(files_in(d, "trace-20260131-001"), 1);
	CU_ASSERT_EQUAL(files_in(d, "trace-2026"), 2);
	CU_ASSERT(finds(d, "c", 1, "1@1 1@0"));
	trace_close(t);
}

static struct bytes read_all(const char *path, uint8_t *to, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, to, size);

	close(fd);
	CU_ASSERT_FATAL(n >= 0 && (size_t)n < size);
	return (struct bytes){ to, (size_t)n };
}

static void write_all(const char *path, struct bytes v)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	CU_ASSERT_EQUAL(write(fd, v.p, v.n), (ssize_t)v.n);
	close(fd);
}

/* Wherever the file was cut or damaged, what follows it is found. */
static void test_torn(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 0);
	uint8_t room[4096];
	struct bytes one, two;
	char path[512];
	size_t cut;

	snprintf(path, sizeof path, "%s/trace-20260131-000.log", d);
	add_flush(t, 1, NOON + 1, "a");
	trace_close(t);
	one = read_all(path, room, sizeof room);
	for (cut = 0; cut < one.n; cut++) {
		write_all(path, (struct bytes){ one.p, cut });
		t = open_in(d, 0);
		add_flush(t, 2, NOON + 2, "b");
		trace_close(t);
		CU_ASSERT(finds(d, "b", 1, "2@2"));
		CU_ASSERT(finds(d, "a", 1, ""));
	}
	write_all(path, one);
	t = open_in(d, 0);
	add_flush(t, 2, NOON + 2, "b");
	trace_close(t);
	two = read_all(path, room, sizeof room);
	for (cut = 0; cut < one.n; cut++) {
		room[cut] ^= 0x10;
		write_all(path, two);
		CU_ASSERT(finds(d, "b", 1, "2@2"));
		CU_ASSERT(finds(d, "a", 1, ""));
		room[cut] ^= 0x10;
	}
	write_all(path, two);
	CU_ASSERT(finds(d, "a", 1, "1@1"));
}

/* Many records in one flush: several blocks, one segment; all found. */
static void test_many(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 0);
	struct trace_record r;
	char key[64], want[64];
	uint64_t i;

	for (i = 0; i < 5000; i++) {
		r = sample(10 * i, NOON + i % 1000);
		snprintf(key, sizeof key, "key-%llu", (unsigned long long)i);
		r.keys[0] = key;
		add(t, &r);
	}
	CU_ASSERT_EQUAL(trace_flush(t, NOON), OK);
	CU_ASSERT_EQUAL(trace_flush(t, NOON), OK);
	trace_close(t);
	for (i = 0; i < 5000; i += 499) {
		snprintf(key, sizeof key, "key-%llu", (unsigned long long)i);
		snprintf(want, sizeof want, "%llu@%llu",
			 (unsigned long long)(10 * i),
			 (unsigned long long)(i % 1000));
		CU_ASSERT(finds(d, key, 3, want));
		CU_ASSERT(story_is(d, 10 * i, want));
	}
}

static void test_add_bad(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 0);

	CU_ASSERT_EQUAL(trace_add(t, bytes_of("no record at all")),
			ERR_MALFORMED);
	CU_ASSERT_EQUAL(trace_add(t, bytes_of("")), OK);
	CU_ASSERT_EQUAL(trace_flush(t, NOON), OK);
	CU_ASSERT_EQUAL(files_in(d, "trace"), 0);
	trace_close(t);
}

/* Without memory: an error or all, never a part that looks whole. */
static void test_no_memory(void)
{
	const char *d = check_directory();
	struct trace *t = open_in(d, 0);
	struct buf b = BUF_INIT(1000);
	unsigned long n;
	size_t limit;
	enum err e;

	add_flush(t, 5, NOON + 1, "a");
	trace_close(t);
	for (n = 1; n < 40; n++) {
		buf_reset(&b);
		mem_fail_at(n);
		limit = 3;
		e = trace_find(d, "a", &limit, tell, &b);
		mem_fail_at(0);
		CU_ASSERT(e == ERR_NOMEM || e == OK);
	}
	CU_ASSERT_EQUAL(e, OK);
	for (n = 1; n < 6; n++) {
		mem_fail_at(n);
		e = trace_open(&t, d, 0);
		mem_fail_at(0);
		if (e != OK) {
			CU_ASSERT_EQUAL(e, ERR_NOMEM);
			continue;
		}
		trace_close(t);
	}
	buf_clear(&b);
}

static const struct check_test tests[] = {
	{ "a record there and back, and cut short", test_record },
	{ "records that are none", test_bad_records },
	{ "keys that mean the same", test_keys },
	{ "filter and block", test_filter },
	{ "the search", test_find },
	{ "a file a day, and old ones go", test_days },
	{ "a full segment", test_size },
	{ "no more than the limit", test_limit },
	{ "torn and damaged blocks", test_torn },
	{ "many records at once", test_many },
	{ "what is no record is refused", test_add_bad },
	{ "without memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("trace", tests)
