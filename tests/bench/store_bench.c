/*
 * What the spool does in a second, beside the raw limit of the disk in the
 * same run: an SMS's life is four durable steps (accepted, sent with a far
 * id, its report queued in another lane, done), each waiting for the one
 * before; so many lives are in flight. The limit: the same octets appended to
 * a log that was allocated before, with one fdatasync() for all that wait.
 *
 *	store_bench [directory [seconds [waiting]]]
 *
 * Then the same at a steady rate, whoever waits: how long accepting takes and
 * what is written.
 * `waiting`: legs that lie in the spool meanwhile, in another lane.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "gateway/commit.h"

#define STAGES		4
#define IMAGE_OCTETS	300
#define META_OCTETS	120
#define LOG_OCTETS	(64 * 1024 * 1024)
#define STEP_OCTETS	(IMAGE_OCTETS + META_OCTETS)
#define LATENCIES	(1 << 20)

struct life {
	struct life *next;		/* of those that are free */
	uint64_t id, began_us;
	unsigned stage;
};

struct bench {
	const char *directory;
	double seconds;
	unsigned in_flight;
	unsigned rate;			/* lives a second; 0: at once */
	struct life *unused;
	uint64_t next_us;

	/* The store. */
	struct commit *commit;
	int wake;
	uint64_t last_id;
	struct buf notes;
	uint8_t image[IMAGE_OCTETS], meta[META_OCTETS];

	/* The log. */
	pthread_mutex_t lock;
	pthread_cond_t news;
	unsigned asked, answered;
	bool stop;
	int fd;
	off_t at;

	uint64_t done;
	uint32_t *latency;		/* of accepting, us */
	size_t n_latency;
};

struct figures {
	double per_second, p50_ms, p99_ms, cpu_us, thread_us, written;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t clock_us(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static double quantile_ms(struct bench *b, double q)
{
	if (b->n_latency == 0)
		return 0;
	qsort(b->latency, b->n_latency, sizeof *b->latency, by_value);
	return b->latency[(size_t)((double)(b->n_latency - 1) * q)] / 1000.0;
}

/* -- the store ------------------------------------------------------------ */

static void note(struct bench *b, const struct life *l)
{
	static const char *const steps[STAGES] = { "intake", "outcome",
						   "report", "done" };
	struct trace_record r = {
		.story = l->id,
		.time_us = now_us(),
		.step = steps[l->stage],
		.from = "+491701234567",
		.to = "+491707654321",
		.technology = TECHNOLOGY_SMS,
		.peer = "smsc-1",
		.verdict = "accepted",
		.far_id = "1f3a90bc",
		.clause = "SMPP v3.4 5.1.3",
		.keys = { "d7c1a4b2-0e9f@ims.example" },
		.n_keys = 1,
	};

	must(trace_record_image(&r, &b->notes) == OK, "trace");
}

static struct store_leg *leg_of(struct bench *b, struct step *s,
				const struct life *l)
{
	struct store_leg *leg = arena_alloc(s->arena, sizeof *leg);

	must(leg != NULL, "memory");
	s->legs = leg;
	s->n_legs = 1;
	*leg = (struct store_leg){
		.id = l->id,
		.story = l->id,
		.state = l->stage == 1 ? LEG_SENT : LEG_QUEUED,
		.lane = l->stage < 2 ? 1 : 2,
		.flow = 1,
		.due_us = l->id >> 10,
		.expires_us = (l->id >> 10) + UINT64_C(86400000000),
	};
	must(arena_copy(s->arena, (struct bytes){ b->meta, META_OCTETS },
			&leg->meta) == OK, "memory");
	return leg;
}

static void submit_stage(struct bench *b, struct life *l)
{
	static const enum step_kind kinds[STAGES] = {
		STEP_INSERT, STEP_UPDATE, STEP_UPDATE, STEP_REMOVE
	};
	struct step *s = step_new(kinds[l->stage], 65536);
	struct store_leg *leg;

	must(s != NULL, "memory");
	leg = leg_of(b, s, l);
	s->context = l;
	if (l->stage == 0) {
		s->intake = true;
		must(arena_copy(s->arena,
				(struct bytes){ b->image, IMAGE_OCTETS },
				&leg->image) == OK, "memory");
	}
	if (l->stage == 1) {
		s->far = arena_alloc(s->arena, sizeof *s->far);
		must(s->far != NULL, "memory");
		s->far->high = l->id * UINT64_C(0x9e3779b97f4a7c15);
		s->far->low = l->id;
		s->n_far = 1;
	}
	s->drop_far = l->stage == 2;
	note(b, l);
	commit_submit(b->commit, s);
}

static void begin_life(struct bench *b, struct life *l)
{
	uint64_t id = clock_us(CLOCK_REALTIME) << 10;

	b->last_id = id > b->last_id ? id : b->last_id + 1;
	*l = (struct life){ .id = b->last_id, .began_us = now_us() };
	submit_stage(b, l);
}

static void submit_notes(struct bench *b)
{
	struct step *s;

	if (b->notes.n == 0)
		return;
	s = step_new(STEP_TRACE, 16 << 20);
	must(s != NULL && arena_copy(s->arena, buf_bytes(&b->notes),
				     &s->octets) == OK, "memory");
	buf_reset(&b->notes);
	commit_submit(b->commit, s);
}

/* Those whose time has come, at the bench's rate. */
static void begin_lives(struct bench *b)
{
	struct life *l;

	while (b->next_us <= now_us() && (l = b->unused) != NULL) {
		b->unused = l->next;
		b->next_us += 1000000 / b->rate;
		begin_life(b, l);
	}
	submit_notes(b);
}

static void stage_done(struct bench *b, struct life *l)
{
	if (l->stage == 0 && b->n_latency < LATENCIES)
		b->latency[b->n_latency++] =
			(uint32_t)(now_us() - l->began_us);
	if (++l->stage < STAGES) {
		submit_stage(b, l);
		return;
	}
	b->done++;
	if (b->rate == 0) {
		begin_life(b, l);
		return;
	}
	l->next = b->unused;
	b->unused = l;
}

static void collect(struct bench *b)
{
	struct step *s = commit_collect(b->commit), *next;

	for (; s != NULL; s = next) {
		next = s->next;
		must(s->result == OK, "a step");
		if (s->context != NULL)
			stage_done(b, s->context);
		step_free(s);
	}
	submit_notes(b);
}

static void turn_store(struct bench *b)
{
	struct pollfd p = { .fd = b->wake, .events = POLLIN };
	uint64_t now = now_us(), left = b->next_us > now ? b->next_us - now : 0;
	const struct timespec t = { 0, (long)left * 1000 };
	eventfd_t n;

	if (b->rate != 0)
		begin_lives(b);
	if (ppoll(&p, 1, b->rate == 0 ? NULL : &t, NULL) == 1)
		must(eventfd_read(b->wake, &n) == 0, "eventfd");
	must(!commit_failed(b->commit), "the disk");
	collect(b);
}

static void drain_store(struct bench *b)
{
	struct step *s, *next;

	must(commit_stop(b->commit) == OK, "commit_stop");
	for (s = commit_collect(b->commit); s != NULL; s = next) {
		next = s->next;
		step_free(s);
	}
}

/* -- the log -------------------------------------------------------------- */

static void *log_thread(void *arg)
{
	struct bench *b = arg;
	static uint8_t octets[1024 * STEP_OCTETS];
	unsigned n;

	pthread_mutex_lock(&b->lock);
	while (!b->stop) {
		if (b->asked == 0) {
			pthread_cond_wait(&b->news, &b->lock);
			continue;
		}
		n = b->asked;
		b->asked = 0;
		pthread_mutex_unlock(&b->lock);
		if (b->at + n * STEP_OCTETS > LOG_OCTETS)
			b->at = 0;
		must(pwrite(b->fd, octets, n * STEP_OCTETS, b->at) ==
			     n * STEP_OCTETS, "log");
		must(fdatasync(b->fd) == 0, "fdatasync");
		b->at += n * STEP_OCTETS;
		pthread_mutex_lock(&b->lock);
		b->answered += n;
		must(eventfd_write(b->wake, 1) == 0, "eventfd");
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static void turn_log(struct bench *b)
{
	eventfd_t n;

	must(eventfd_read(b->wake, &n) == 0, "eventfd");
	pthread_mutex_lock(&b->lock);
	b->done += b->answered;
	b->asked += b->answered;
	b->answered = 0;
	pthread_mutex_unlock(&b->lock);
	pthread_cond_signal(&b->news);
}

static void make_log(struct bench *b)
{
	static uint8_t octets[1024 * 1024];
	char path[512];
	off_t at;

	snprintf(path, sizeof path, "%s/log", b->directory);
	b->fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	must(b->fd >= 0, path);
	for (at = 0; at < LOG_OCTETS; at += (off_t)sizeof octets)
		must(pwrite(b->fd, octets, sizeof octets, at) ==
			     sizeof octets, path);
	must(fsync(b->fd) == 0, path);
	unlink(path);
}

/* -- both ----------------------------------------------------------------- */

static double cpu_us(int who)
{
	struct rusage r;

	getrusage(who, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static double written(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_oublock * 512;
}

static struct figures measure(struct bench *b, void (*turn)(struct bench *))
{
	double all = cpu_us(RUSAGE_SELF), own = cpu_us(RUSAGE_THREAD);
	uint64_t began = now_us(), took;
	double octets = written();
	struct figures f;

	b->done = 0;
	b->n_latency = 0;
	while (now_us() - began < (uint64_t)(b->seconds * 1e6))
		turn(b);
	took = now_us() - began;
	all = cpu_us(RUSAGE_SELF) - all;
	own = cpu_us(RUSAGE_THREAD) - own;
	f.per_second = (double)b->done * 1e6 / (double)took;
	f.cpu_us = all / (double)b->done;
	f.thread_us = (all - own) / (double)b->done;
	f.written = (written() - octets) / (double)b->done;
	f.p50_ms = quantile_ms(b, 0.5);
	f.p99_ms = quantile_ms(b, 0.99);
	return f;
}

static struct figures log_figures(struct bench *b)
{
	struct figures f;
	pthread_t thread;

	b->stop = false;
	b->asked = b->answered = 0;
	b->done = 0;
	must(pthread_create(&thread, NULL, log_thread, b) == 0, "thread");
	b->asked = b->in_flight;
	pthread_cond_signal(&b->news);
	f = measure(b, turn_log);
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_mutex_unlock(&b->lock);
	pthread_cond_signal(&b->news);
	pthread_join(thread, NULL);
	f.per_second /= STAGES;
	return f;
}

static void lay_down(struct store *s, unsigned long n)
{
	uint8_t octets[IMAGE_OCTETS] = { 1 };
	struct step *step = step_new(STEP_INSERT, 65536);
	unsigned long i;

	must(step != NULL, "memory");
	step->legs = arena_alloc(step->arena, sizeof *step->legs);
	step->n_legs = 1;
	must(step->legs != NULL && store_begin(s) == OK, "begin");
	for (i = 0; i < n; i++) {
		*step->legs = (struct store_leg){
			.id = 1000 + i,
			.lane = 9,
			.due_us = 1000 + i,
			.expires_us = UINT64_C(1) << 60,
			.meta = { octets, META_OCTETS },
			.image = { octets, IMAGE_OCTETS },
		};
		store_apply(s, step);
		must(step->result == OK, "insert");
		if (i % 10000 != 9999)
			continue;
		must(store_commit(s) == OK && store_tidy(s) == OK &&
			     store_begin(s) == OK, "commit");
	}
	must(store_commit(s) == OK, "commit");
	step_free(step);
}

static struct figures store_figures(struct bench *b, struct store *store,
				    struct trace *trace)
{
	const struct commit_options o = { .directory = b->directory,
					  .linger_us = 5000 };
	struct life *lives = calloc(b->in_flight, sizeof *lives);
	struct figures f;
	unsigned i;

	must(lives != NULL, "memory");
	must(commit_new(&b->commit, store, trace, &o) == OK, "commit_new");
	must(commit_start(b->commit, b->wake) == OK, "commit_start");
	b->unused = NULL;
	b->next_us = now_us();
	for (i = 0; i < b->in_flight; i++) {
		lives[i].next = b->unused;
		b->unused = &lives[i];
		if (b->rate == 0)
			begin_life(b, &lives[i]);
	}
	submit_notes(b);
	f = measure(b, turn_store);
	drain_store(b);
	commit_free(b->commit);
	free(lives);
	return f;
}

static void at_full_speed(struct bench *b, struct store *store,
			  struct trace *trace)
{
	static const unsigned in_flight[] = { 1, 16, 256, 1024 };
	struct figures f, raw;
	unsigned i;

	printf("in flight | lives/s   raw log  ratio | accept p50  p99 ms |"
	       " CPU us: all  commit thread | octets/life\n");
	for (i = 0; i < sizeof in_flight / sizeof in_flight[0]; i++) {
		b->in_flight = in_flight[i];
		f = store_figures(b, store, trace);
		raw = log_figures(b);
		printf("%9u | %7.0f  %8.0f  %5.2f | %10.2f  %6.2f |"
		       " %11.1f  %13.1f | %11.0f\n",
		       b->in_flight, f.per_second, raw.per_second,
		       f.per_second / raw.per_second, f.p50_ms, f.p99_ms,
		       f.cpu_us, f.thread_us, f.written);
		fflush(stdout);
	}
}

static void at_a_rate(struct bench *b, struct store *store,
		      struct trace *trace)
{
	static const unsigned rates[] = { 50, 500, 2000 };
	struct figures f;
	unsigned i;

	printf("  lives/s |    done | accept p50  p99 ms | CPU us |"
	       " octets/life\n");
	b->in_flight = 65536;
	for (i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		b->rate = rates[i];
		f = store_figures(b, store, trace);
		printf("%9u | %7.0f | %10.2f  %6.2f | %6.1f | %11.0f\n",
		       b->rate, f.per_second, f.p50_ms, f.p99_ms, f.cpu_us,
		       f.written);
		fflush(stdout);
	}
	b->rate = 0;
}

int main(int argc, char **argv)
{
	struct bench b = { .directory = argc > 1 ? argv[1] : "bench-spool",
			   .seconds = argc > 2 ? atof(argv[2]) : 3,
			   .notes = BUF_INIT(16 << 20),
			   .lock = PTHREAD_MUTEX_INITIALIZER,
			   .news = PTHREAD_COND_INITIALIZER };
	unsigned long waiting = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	struct buf why = BUF_INIT(1000);
	struct store *store;
	struct trace *trace;
	uint64_t began = now_us();

	if (store_open(&store, b.directory, NULL, &why) != OK) {
		fprintf(stderr, "%s\n", buf_string(&why));
		return 1;
	}
	printf("opened in %.3f s\n", (double)(now_us() - began) / 1e6);
	must(trace_open(&trace, b.directory, 1) == OK, "trace_open");
	must((b.wake = eventfd(0, EFD_CLOEXEC)) >= 0, "eventfd");
	must((b.latency = calloc(LATENCIES, sizeof *b.latency)) != NULL, "");
	if (waiting > 0)
		lay_down(store, waiting);
	make_log(&b);
	at_full_speed(&b, store, trace);
	at_a_rate(&b, store, trace);
	store_close(store);
	trace_close(trace);
	buf_clear(&b.notes);
	buf_clear(&why);
	close(b.fd);
	free(b.latency);
	return 0;
}
