/* Group commit on the simulated disk, and once with its thread. */
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/gateway/commit_fixture.h"

static void submit_insert(struct fixture *f, uint64_t id, bool intake)
{
	struct step *s = leg_step(STEP_INSERT, id, "meta");

	s->intake = intake;
	commit_submit(f->commit, s);
}

/* "1 2:too-big": what has come back, in its order, and is freed. */
static bool came_back(struct fixture *f, const char *want)
{
	struct step *s = commit_collect(f->commit), *next;
	struct buf b = BUF_INIT(100000);
	bool good;

	for (; s != NULL; s = next) {
		next = s->next;
		buf_printf(&b, b.n == 0 ? "%llu" : " %llu",
			   (unsigned long long)s->context_id);
		if (s->result != OK)
			buf_printf(&b, ":%s", err_name(s->result));
		step_free(s);
	}
	good = bytes_is(buf_bytes(&b), want);
	if (!good)
		fprintf(stderr, "  \"%.*s\", not \"%s\"\n", (int)b.n,
			b.n == 0 ? "" : (const char *)b.p, want);
	buf_clear(&b);
	return good;
}

static void run_ok(struct fixture *f, size_t want)
{
	size_t applied = 0;

	CU_ASSERT_EQUAL(commit_run(f->commit, &applied), OK);
	CU_ASSERT_EQUAL(applied, want);
}

static void test_group(void)
{
	uint64_t id, syncs, transactions, steps;
	struct fixture f;

	begin(&f, 1);
	run_ok(&f, 0);
	for (id = 1; id <= 5; id++)
		submit_insert(&f, id, id % 2 == 0);
	commit_submit(f.commit, leg_step(STEP_GET, 3, ""));
	commit_submit(f.commit, leg_step(STEP_GET, 9, ""));
	CU_ASSERT_EQUAL(commit_waiting(f.commit), 7);
	syncs = sim_disk_syncs(f.disk);
	run_ok(&f, 7);
	/* The log's head once, then the transaction. */
	CU_ASSERT(sim_disk_syncs(f.disk) - syncs <= 2);
	CU_ASSERT_EQUAL(commit_waiting(f.commit), 0);
	CU_ASSERT(came_back(&f, "1 2 3 4 5 3 9:not-found"));
	CU_ASSERT(came_back(&f, ""));
	commit_counts(f.commit, &transactions, &steps);
	CU_ASSERT(transactions == 1 && steps == 7);
	syncs = sim_disk_syncs(f.disk);
	for (id = 1; id <= 2500; id++)
		submit_insert(&f, 100 + id, false);
	run_ok(&f, COMMIT_BATCH_MAX);
	run_ok(&f, COMMIT_BATCH_MAX);
	run_ok(&f, 2500 - 2 * COMMIT_BATCH_MAX);
	CU_ASSERT_EQUAL(sim_disk_syncs(f.disk) - syncs, 3);
	end(&f);
}

static struct step *far_step(enum step_kind kind, uint64_t id, uint64_t key)
{
	struct step *s = leg_step(kind, id, "meta");

	s->legs[0].state = LEG_SENT;
	s->far = arena_alloc(s->arena, sizeof *s->far);
	*s->far = (struct store_key){ 1, key };
	s->n_far = 1;
	return s;
}

/* What a far id names comes back ahead of what waits for the disk. */
static void test_found_first(void)
{
	struct fixture f;
	struct step *s;

	begin(&f, 3);
	submit_insert(&f, 1, false);
	commit_submit(f.commit, far_step(STEP_UPDATE, 1, 7));
	run_ok(&f, 2);
	CU_ASSERT(came_back(&f, "1 1"));
	submit_insert(&f, 2, false);
	commit_submit(f.commit, far_step(STEP_FAR, 3, 7));
	s = far_step(STEP_FAR, 4, 8);
	s->octets = bytes_of("a report that came early");
	s->until_us = 1000;
	commit_submit(f.commit, s);
	submit_insert(&f, 5, false);
	commit_submit(f.commit, far_step(STEP_FAR, 6, 7));
	run_ok(&f, 5);
	CU_ASSERT_EQUAL(commit_waiting(f.commit), 0);
	CU_ASSERT(came_back(&f, "3 6 2 4:not-found 5"));
	commit_submit(f.commit, far_step(STEP_UPDATE, 2, 8));
	run_ok(&f, 1);
	s = commit_collect(f.commit);
	CU_ASSERT(s != NULL && s->n_found == 1);	/* it was kept */
	step_free(s);
	end(&f);
}

/* Nothing that only reads or traces waits for the disk. */
static void test_reads(void)
{
	static const enum step_kind kinds[] = {
		STEP_REFILL, STEP_WAITING, STEP_EXPIRED, STEP_GET, STEP_LIST,
		STEP_BINDINGS, STEP_DIRECTORY_ALL, STEP_NAMES, STEP_COUNTS,
		STEP_WAITING_WHO, STEP_SEEN, STEP_FORGET, STEP_PARTS_EXPIRED,
	};
	struct trace_record r = { .story = 5, .step = "intake" };
	struct buf image = BUF_INIT(1000);
	const char *d = check_directory();
	struct fixture f;
	uint64_t changes;
	struct step *s;
	size_t i;

	begin(&f, 2);
	commit_free(f.commit);
	CU_ASSERT_EQUAL_FATAL(trace_open(&f.trace, d, 0), OK);
	CU_ASSERT_EQUAL_FATAL(commit_new(&f.commit, f.store, f.trace,
					 &f.options), OK);
	submit_insert(&f, 1, false);
	run_ok(&f, 1);
	changes = sim_disk_changes(f.disk);
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		s = leg_step(kinds[i], 1, "");
		s->until_us = 10;
		s->set = 1;
		s->again_us = 20;
		commit_submit(f.commit, s);
	}
	run_ok(&f, sizeof kinds / sizeof kinds[0]);
	CU_ASSERT_EQUAL(trace_record_image(&r, &image), OK);
	s = leg_step(STEP_TRACE, 5, "");
	s->octets = buf_bytes(&image);
	commit_submit(f.commit, s);
	run_ok(&f, 1);
	CU_ASSERT_EQUAL(sim_disk_changes(f.disk), changes);
	CU_ASSERT(came_back(&f, "1 1 1 1 1 1 1 1 1 1 1 1 1 1 5"));
	CU_ASSERT_EQUAL(trace_find_story(d, 6, NULL, NULL), ERR_NOTFOUND);
	buf_clear(&image);
	end(&f);
}

static void told(void *arg, const struct trace_record *r)
{
	uint64_t *story = arg;

	*story = r->story;
}

/* A story is in its file when the step that it tells of comes back. */
static void test_traces(void)
{
	struct trace_record r = { .story = 5, .step = "intake" };
	struct buf image = BUF_INIT(1000);
	const char *d = check_directory();
	uint64_t story = 0;
	struct fixture f;
	struct step *s;

	begin(&f, 3);
	commit_free(f.commit);
	CU_ASSERT_EQUAL_FATAL(trace_open(&f.trace, d, 0), OK);
	CU_ASSERT_EQUAL_FATAL(commit_new(&f.commit, f.store, f.trace,
					 &f.options), OK);
	CU_ASSERT_EQUAL(trace_record_image(&r, &image), OK);
	s = leg_step(STEP_TRACE, 5, "");
	s->octets = buf_bytes(&image);
	commit_submit(f.commit, s);
	s = leg_step(STEP_TRACE, 6, "");
	s->octets = bytes_of("no record");
	commit_submit(f.commit, s);
	submit_insert(&f, 1, true);
	run_ok(&f, 3);
	CU_ASSERT(came_back(&f, "5 6:malformed 1"));
	CU_ASSERT_EQUAL(trace_find_story(d, 5, told, &story), OK);
	CU_ASSERT_EQUAL(story, 5);
	buf_clear(&image);
	end(&f);
}

static uint64_t room_left(struct fixture *f)
{
	uint64_t n = 0;

	CU_ASSERT_EQUAL(sim_disk_free_octets(f->disk, &n), OK);
	return n;
}

/* So much is free from now on, beside what is used. */
static void leave_room(struct fixture *f, uint64_t octets)
{
	sim_disk_room(f->disk, UINT64_MAX);
	sim_disk_room(f->disk, UINT64_MAX - room_left(f) + octets);
}

static void test_short(void)
{
	struct fixture f;

	begin(&f, 4);
	submit_insert(&f, 1, true);
	run_ok(&f, 1);
	leave_room(&f, 3 * MIB);
	submit_insert(&f, 2, true);	/* looked at 100 ms ago at most */
	run_ok(&f, 1);
	CU_ASSERT(!commit_disk_short(f.commit));
	f.now_us += 100000;
	submit_insert(&f, 3, true);
	submit_insert(&f, 4, false);
	run_ok(&f, 2);
	CU_ASSERT(commit_disk_short(f.commit));
	CU_ASSERT(came_back(&f, "1 2 3:too-big 4"));
	leave_room(&f, 40 * MIB);
	f.now_us += 100000;
	submit_insert(&f, 5, true);
	run_ok(&f, 1);
	CU_ASSERT(!commit_disk_short(f.commit));
	CU_ASSERT(came_back(&f, "5"));
	end(&f);
}

static void test_full(void)
{
	struct fixture f;

	begin(&f, 5);
	f.options.minimum_free_octets = 0;	/* no warning beforehand */
	commit_free(f.commit);
	CU_ASSERT_EQUAL_FATAL(commit_new(&f.commit, f.store, NULL,
					 &f.options), OK);
	submit_insert(&f, 1, false);
	run_ok(&f, 1);
	leave_room(&f, 0);
	submit_insert(&f, 2, true);
	submit_insert(&f, 3, false);
	submit_insert(&f, 4, true);
	commit_submit(f.commit, leg_step(STEP_GET, 2, ""));
	run_ok(&f, 4);			/* on the reserve */
	CU_ASSERT(came_back(&f, "1 2:too-big 3 4:too-big 2:not-found"));
	CU_ASSERT(commit_disk_short(f.commit));
	CU_ASSERT(room_left(&f) > 0);
	leave_room(&f, 0);		/* and now there is nothing left */
	submit_insert(&f, 5, false);
	submit_insert(&f, 6, true);
	commit_submit(f.commit, leg_step(STEP_GET, 3, ""));
	run_ok(&f, 2);
	CU_ASSERT(came_back(&f, "6:too-big 3"));
	CU_ASSERT_EQUAL(commit_waiting(f.commit), 1);
	f.now_us += 100000;
	run_ok(&f, 0);
	leave_room(&f, 40 * MIB);
	f.now_us += 100000;
	submit_insert(&f, 7, true);
	run_ok(&f, 2);
	CU_ASSERT(came_back(&f, "5 7"));
	CU_ASSERT(!commit_disk_short(f.commit));
	CU_ASSERT(room_left(&f) < 39 * MIB);	/* the reserve is back */
	end(&f);
}

static void test_failed_sync(void)
{
	struct fixture f;
	size_t applied;

	begin(&f, 6);
	submit_insert(&f, 1, true);
	run_ok(&f, 1);
	CU_ASSERT(came_back(&f, "1"));
	sim_disk_fail_sync(f.disk, 1);
	submit_insert(&f, 2, true);
	submit_insert(&f, 3, false);
	CU_ASSERT_EQUAL(commit_run(f.commit, &applied), ERR_IO);
	CU_ASSERT(commit_failed(f.commit));
	CU_ASSERT(commit_why(f.commit)[0] != '\0');
	CU_ASSERT(came_back(&f, ""));
	submit_insert(&f, 4, true);	/* never again */
	CU_ASSERT_EQUAL(commit_run(f.commit, &applied), ERR_IO);
	CU_ASSERT(came_back(&f, ""));
	end(&f);
}

/* A checkpoint that cannot sync: what was answered stays answered. */
static void test_failed_tidy(void)
{
	struct fixture f;
	size_t applied;

	begin(&f, 7);
	store_log_limit(f.store, 0);
	sim_disk_fail_sync(f.disk, 3);	/* log's head, log, then the file */
	submit_insert(&f, 1, true);
	CU_ASSERT_EQUAL(commit_run(f.commit, &applied), ERR_IO);
	CU_ASSERT_EQUAL(applied, 1);
	CU_ASSERT(commit_failed(f.commit));
	CU_ASSERT(came_back(&f, "1"));
	end(&f);
}

/* -- the thread ----------------------------------------------------------- */

#define MANY	3000

static size_t collect_in_order(struct commit *c, uint64_t *last)
{
	struct step *s = commit_collect(c), *next;
	size_t n = 0;

	for (; s != NULL; s = next, n++) {
		next = s->next;
		CU_ASSERT_EQUAL(s->result, OK);
		CU_ASSERT_EQUAL(s->context_id, ++*last);
		step_free(s);
	}
	return n;
}

static void test_thread(void)
{
	struct commit_options o = { .linger_us = 1000 };
	struct buf why = BUF_INIT(1000);
	struct pollfd p = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };
	uint64_t id = 0, last = 0, transactions, steps;
	struct store *store;
	struct commit *c;
	char path[300];
	eventfd_t told_times;

	snprintf(path, sizeof path, "%s/spool", check_directory());
	o.directory = path;
	CU_ASSERT_EQUAL_FATAL(store_open(&store, path, NULL, &why), OK);
	CU_ASSERT_EQUAL_FATAL(commit_new(&c, store, NULL, &o), OK);
	CU_ASSERT_EQUAL_FATAL(commit_start(c, p.fd), OK);
	while (last < MANY) {
		while (id < MANY && id < last + 100)
			commit_submit(c, leg_step(STEP_INSERT, ++id, "m"));
		if (poll(&p, 1, 10000) != 1)
			break;
		CU_ASSERT_EQUAL(eventfd_read(p.fd, &told_times), 0);
		collect_in_order(c, &last);
	}
	CU_ASSERT_EQUAL(last, MANY);
	for (; id < MANY + 500; id++)
		commit_submit(c, leg_step(STEP_INSERT, id + 1, "m"));
	CU_ASSERT_EQUAL(commit_stop(c), OK);
	CU_ASSERT_EQUAL(collect_in_order(c, &last), 500);
	commit_counts(c, &transactions, &steps);
	CU_ASSERT_EQUAL(steps, MANY + 500);
	CU_ASSERT(transactions < MANY / 4);
	commit_free(c);
	store_close(store);
	close(p.fd);
	buf_clear(&why);
}

static void test_machine_disk(void)
{
	struct commit_options o = { .reserve_octets = MIB };
	struct buf why = BUF_INIT(1000);
	struct store *store;
	struct commit *c;
	char path[300], reserve[320];
	uint64_t there = 0;

	snprintf(path, sizeof path, "%s/spool", check_directory());
	snprintf(reserve, sizeof reserve, "%s/reserve", path);
	o.directory = path;
	CU_ASSERT_EQUAL_FATAL(store_open(&store, path, NULL, &why), OK);
	CU_ASSERT_EQUAL(store_free_octets(path, &there), OK);
	CU_ASSERT(there > 0);
	CU_ASSERT_EQUAL(store_free_octets("/nowhere", &there), ERR_IO);
	CU_ASSERT_EQUAL_FATAL(commit_new(&c, store, NULL, &o), OK);
	CU_ASSERT_EQUAL(access(reserve, F_OK), 0);
	CU_ASSERT(!commit_disk_short(c));
	commit_free(c);
	o.minimum_free_octets = UINT64_MAX;
	CU_ASSERT_EQUAL_FATAL(commit_new(&c, store, NULL, &o), OK);
	CU_ASSERT(commit_disk_short(c));
	commit_free(c);
	store_close(store);
	buf_clear(&why);
}

static const struct check_test tests[] = {
	{ "what waits is one transaction", test_group },
	{ "legs that a far id names come first", test_found_first },
	{ "reads cost no sync", test_reads },
	{ "traces before answers", test_traces },
	{ "a disk that is short of room", test_short },
	{ "a disk that is full", test_full },
	{ "a sync that fails", test_failed_sync },
	{ "a checkpoint that fails", test_failed_tidy },
	{ "the thread", test_thread },
	{ "the machine's disk", test_machine_disk },
	{ NULL, NULL }
};

CHECK_MAIN("commit", tests)
