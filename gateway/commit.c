/*
 * commit.c - one batch: what waits becomes one transaction. On the disk's
 * being full and what then comes first: intake is refused, settling goes on,
 * on the reserve if it must be.
 */
#include "gateway/commit_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LOOK_US		100000	/* between two looks at the free space */
#define PATH_OCTETS	1024

static uint64_t read_clock(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t commit_now_us(const struct commit *c)
{
	const struct clock *k = c->options.clock;

	return k == NULL ? read_clock(CLOCK_MONOTONIC)
			 : k->monotonic_us(k->arg);
}

static uint64_t wall_us(const struct commit *c)
{
	const struct clock *k = c->options.clock;

	return k == NULL ? read_clock(CLOCK_REALTIME) : k->wall_us(k->arg);
}

static enum err machine_free(void *arg, uint64_t *out)
{
	const struct commit *c = arg;

	return store_free_octets(c->options.directory, out);
}

/* The file `reserve`: blocks that nobody else can take. */
static enum err machine_reserve(void *arg, uint64_t octets)
{
	const struct commit *c = arg;
	char path[PATH_OCTETS];
	enum err e = OK;
	int fd, bad;

	if (snprintf(path, sizeof path, "%s/reserve", c->options.directory) >=
	    (int)sizeof path)
		return ERR_TOOBIG;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == ENOSPC ? ERR_TOOBIG : ERR_IO;
	bad = octets == 0 ? 0 : posix_fallocate(fd, 0, (off_t)octets);
	if (bad != 0)
		e = bad == ENOSPC || bad == EDQUOT || bad == EFBIG ? ERR_TOOBIG
								   : ERR_IO;
	if (ftruncate(fd, e == OK ? (off_t)octets : 0) != 0)
		e = ERR_IO;
	close(fd);
	return e;
}

/* Free space, now and then; also takes the reserve back. */
static void look(struct commit *c)
{
	const struct commit_options *o = &c->options;
	uint64_t now = commit_now_us(c), there;

	if (c->looked_us != 0 && now - c->looked_us < LOOK_US)
		return;
	c->looked_us = now == 0 ? 1 : now;
	if (c->disk.free_octets(c->disk.arg, &there) != OK)
		return;
	atomic_store(&c->is_short, there < o->minimum_free_octets);
	if (!c->reserved && o->reserve_octets > 0 &&
	    there >= o->minimum_free_octets &&
	    there - o->minimum_free_octets >= o->reserve_octets)
		c->reserved = c->disk.reserve(c->disk.arg,
					      o->reserve_octets) == OK;
}

enum err commit_new(struct commit **made, struct store *store,
		    struct trace *trace, const struct commit_options *o)
{
	struct commit *c = mem_zero(sizeof *c);
	pthread_condattr_t monotonic;

	if (c == NULL)
		return ERR_NOMEM;
	c->store = store;
	c->trace = trace;
	c->options = *o;
	c->disk = (struct commit_disk){ machine_free, machine_reserve, c };
	if (o->disk != NULL)
		c->disk = *o->disk;
	c->waiting.last = &c->waiting.first;
	c->finished.last = &c->finished.first;
	c->wake = -1;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&c->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	look(c);
	*made = c;
	return OK;
}

static void free_list(struct step *s)
{
	struct step *next;

	for (; s != NULL; s = next) {
		next = s->next;
		step_free(s);
	}
}

void commit_free(struct commit *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n_batch; i++)
		step_free(c->batch[i]);
	free_list(c->waiting.first);
	free_list(c->finished.first);
	pthread_cond_destroy(&c->news);
	pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

static void append(struct step_list *l, struct step *s)
{
	s->next = NULL;
	*l->last = s;
	l->last = &s->next;
}

void commit_submit(struct commit *c, struct step *s)
{
	bool tell;

	atomic_fetch_add(&c->unfinished, 1);
	pthread_mutex_lock(&c->lock);
	append(&c->waiting, s);
	c->n_waiting++;
	tell = c->tell_at != 0 && c->n_waiting >= c->tell_at;
	if (tell)
		c->tell_at = 0;
	pthread_mutex_unlock(&c->lock);
	if (tell)
		pthread_cond_signal(&c->news);
}

struct step *commit_collect(struct commit *c)
{
	struct step *first;

	pthread_mutex_lock(&c->lock);
	first = c->finished.first;
	c->finished.first = NULL;
	c->finished.last = &c->finished.first;
	pthread_mutex_unlock(&c->lock);
	return first;
}

/* Steps that wait join those that are held back. */
static void fill_batch(struct commit *c)
{
	struct step *s;

	pthread_mutex_lock(&c->lock);
	while (c->n_batch < COMMIT_BATCH_MAX &&
	       (s = c->waiting.first) != NULL) {
		c->waiting.first = s->next;
		if (s->next == NULL)
			c->waiting.last = &c->waiting.first;
		c->n_waiting--;
		c->settled[c->n_batch] = false;
		c->batch[c->n_batch++] = s;
	}
	pthread_mutex_unlock(&c->lock);
}

/* Settled steps, in their order, to the finished ones; others stay. */
static size_t finish(struct commit *c)
{
	size_t i, kept = 0, done = 0;

	pthread_mutex_lock(&c->lock);
	for (i = 0; i < c->n_batch; i++) {
		if (c->settled[i]) {
			append(&c->finished, c->batch[i]);
			done++;
		} else {
			c->batch[kept++] = c->batch[i];
		}
	}
	pthread_mutex_unlock(&c->lock);
	c->n_batch = kept;
	for (i = 0; i < kept; i++)
		c->settled[i] = false;
	atomic_fetch_sub(&c->unfinished, done);
	atomic_fetch_add(&c->steps, done);
	return done;
}

static bool only_reads(const struct step *s)
{
	switch (s->kind) {
	case STEP_SEEN:
	case STEP_REFILL:
	case STEP_WAITING:
	case STEP_EXPIRED:
	case STEP_GET:
	case STEP_LIST:
	case STEP_STORY:
	case STEP_BINDINGS:
	case STEP_DIRECTORY_ALL:
	case STEP_NAMES:
	case STEP_COUNTS:
	case STEP_FLOWS:
	case STEP_WAITING_WHO:
	case STEP_ORPHANS:
	case STEP_WAITING_COUNTS:
	case STEP_TRACE:
		return true;
	case STEP_FAR:
		return s->octets.n == 0;
	case STEP_INSERT:
	case STEP_UPDATE:
	case STEP_REMOVE:
	case STEP_PART:
	case STEP_PARTS_EXPIRED:
	case STEP_BIND:
	case STEP_DIRECTORY:
	case STEP_NAME:
	case STEP_FORGET:
		return false;
	}
	return false;
}

static void refuse_intake(struct commit *c)
{
	size_t i;

	for (i = 0; i < c->n_batch; i++) {
		if (c->settled[i] || !c->batch[i]->intake)
			continue;
		c->batch[i]->result = ERR_TOOBIG;
		c->settled[i] = true;
	}
}

/*
 * Traces are for people: that the disk has no room for them does not stop a
 * message, that it fails does.
 */
static enum err write_traces(struct commit *c)
{
	struct step *s;
	bool any = false;
	enum err e;
	size_t i;

	for (i = 0; i < c->n_batch; i++) {
		s = c->batch[i];
		if (s->kind != STEP_TRACE || c->settled[i])
			continue;
		s->result = c->trace == NULL ? OK
					     : trace_add(c->trace, s->octets);
		c->settled[i] = any = true;
	}
	if (!any || c->trace == NULL)
		return OK;
	e = trace_flush(c->trace, wall_us(c));
	return e == ERR_IO ? ERR_IO : OK;
}

/* What waits joins the batch. */
static enum err take_in(struct commit *c)
{
	fill_batch(c);
	if (atomic_load(&c->is_short))
		refuse_intake(c);
	return write_traces(c);
}

/* -- legs that a far id names --------------------------------------------- */

/* One that is not there may have to be kept, in its turn. */
static enum err look_for(struct commit *c, struct step *s)
{
	struct bytes octets = s->octets;

	s->octets = (struct bytes){ NULL, 0 };
	store_apply(c->store, s);
	s->octets = octets;
	return s->result;
}

static void hand_over(struct commit *c, struct step_list *found, size_t n)
{
	if (n == 0)
		return;
	pthread_mutex_lock(&c->lock);
	*c->finished.last = found->first;
	c->finished.last = found->last;
	pthread_mutex_unlock(&c->lock);
	atomic_fetch_sub(&c->unfinished, n);
	atomic_fetch_add(&c->steps, n);
	c->handed += n;
	if (c->wake >= 0)
		commit_wake(c);
}

/*
 * They are handed over at once, so that what is made of them joins the batch.
 * Nothing that may still be rolled back is told by it: a leg that the batch
 * changes is in memory, and is looked for there first.
 */
static enum err find_legs(struct commit *c, size_t from)
{
	struct step_list found = { NULL, &found.first };
	size_t i, kept = from;
	enum err e = OK;
	struct step *s;

	for (i = from; i < c->n_batch; i++) {
		s = c->batch[i];
		if (s->kind == STEP_FAR && e != ERR_IO && e != ERR_TOOBIG &&
		    (e = look_for(c, s)) == OK) {
			append(&found, s);
			continue;
		}
		c->settled[kept] = c->settled[i];
		c->batch[kept++] = s;
	}
	i = c->n_batch - kept;
	c->n_batch = kept;
	hand_over(c, &found, i);
	return e == ERR_IO || e == ERR_TOOBIG ? e : OK;
}

/* -- one transaction ------------------------------------------------------ */

/* Which of the steps that are not settled yet: */
enum which {
	JOINING,	/* all, and those that come meanwhile */
	ALL,
	READS,
};

static enum err apply_steps(struct commit *c, size_t from, enum which which)
{
	struct step *s;
	size_t i;

	for (i = from; i < c->n_batch; i++) {
		s = c->batch[i];
		if (c->settled[i] || (which == READS && !only_reads(s)))
			continue;
		store_apply(c->store, s);
		if (s->result == ERR_TOOBIG || s->result == ERR_IO)
			return s->result;
	}
	return OK;
}

static enum err apply_joining(struct commit *c)
{
	size_t done = 0;
	enum err e;

	do {
		if ((e = find_legs(c, done)) != OK ||
		    (e = apply_steps(c, done, JOINING)) != OK)
			return e;
		done = c->n_batch;
		e = take_in(c);
	} while (e == OK && c->n_batch > done);
	return e;
}

/* Settles the steps that it is for. */
static enum err attempt(struct commit *c, enum which which)
{
	enum err e;
	size_t i;

	if (store_begin(c->store) != OK)
		return ERR_IO;
	e = which == JOINING ? apply_joining(c) : apply_steps(c, 0, which);
	if (e != OK) {
		store_rollback(c->store);
		return e;
	}
	if ((e = store_commit(c->store)) != OK)
		return e;
	for (i = 0; i < c->n_batch; i++)
		if (which != READS || only_reads(c->batch[i]))
			c->settled[i] = true;
	atomic_fetch_add(&c->transactions, 1);
	return OK;
}

static enum err apply_all(struct commit *c)
{
	enum err e = attempt(c, JOINING);

	if (e != ERR_TOOBIG)
		return e;
	atomic_store(&c->is_short, true);
	c->looked_us = commit_now_us(c);
	refuse_intake(c);
	if ((e = attempt(c, ALL)) != ERR_TOOBIG)
		return e;
	if (c->reserved) {
		if (c->disk.reserve(c->disk.arg, 0) != OK)
			return ERR_IO;
		c->reserved = false;
		if ((e = attempt(c, ALL)) != ERR_TOOBIG)
			return e;
	}
	c->full = true;
	e = attempt(c, READS);
	return e == ERR_TOOBIG ? OK : e;
}

static bool any_left(const struct commit *c)
{
	size_t i;

	for (i = 0; i < c->n_batch; i++)
		if (!c->settled[i])
			return true;
	return false;
}

enum err commit_batch(struct commit *c, size_t *applied)
{
	enum err e;

	*applied = c->handed = 0;
	if (atomic_load(&c->failed))
		return ERR_IO;
	c->full = false;
	look(c);
	e = take_in(c);
	if (e == OK && any_left(c))
		e = apply_all(c);
	if (e != OK) {
		atomic_store(&c->failed, true);
		return ERR_IO;
	}
	*applied = c->handed + finish(c);
	return OK;
}

enum err commit_tidy(struct commit *c)
{
	if (store_tidy(c->store) == OK)
		return OK;
	atomic_store(&c->failed, true);
	return ERR_IO;
}

enum err commit_run(struct commit *c, size_t *applied)
{
	enum err e = commit_batch(c, applied);

	return e == OK ? commit_tidy(c) : e;
}

void commit_give_up(struct commit *c)
{
	size_t i;

	do {
		for (i = 0; i < c->n_batch; i++) {
			c->batch[i]->result = ERR_TOOBIG;
			c->settled[i] = true;
		}
		finish(c);
		fill_batch(c);
	} while (c->n_batch > 0);
}

bool commit_disk_short(const struct commit *c)
{
	return atomic_load(&c->is_short);
}

bool commit_failed(const struct commit *c)
{
	return atomic_load(&c->failed);
}

const char *commit_why(const struct commit *c)
{
	return store_why(c->store);
}

size_t commit_waiting(const struct commit *c)
{
	return atomic_load(&c->unfinished);
}

void commit_counts(const struct commit *c, uint64_t *transactions,
		   uint64_t *steps)
{
	*transactions = atomic_load(&c->transactions);
	*steps = atomic_load(&c->steps);
}
