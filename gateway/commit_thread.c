/* commit_thread.c - the thread around the batches, and how long it waits. */
#include "gateway/commit_inside.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define ENOUGH		64	/* steps: waiting for more saves little     */
#define WORTHWHILE	4	/* steps to be expected meanwhile           */
#define SLICE_LEAST_US	60
#define TRIAL		8	/* times the linger                         */
#define KEEP_US		2000000
#define FULL_PAUSE_US	100000

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Under the lock: until `steps` wait, it is time, or the end. */
static void wait_for(struct commit *c, size_t steps, uint64_t until_us)
{
	struct timespec t = { (time_t)(until_us / 1000000),
			      (long)(until_us % 1000000 * 1000) };
	int timed_out = 0;

	while (c->n_waiting < steps && !c->stopping && timed_out == 0) {
		c->tell_at = steps;
		if (until_us == UINT64_MAX)
			pthread_cond_wait(&c->news, &c->lock);
		else
			timed_out = pthread_cond_timedwait(&c->news, &c->lock,
							   &t);
	}
	c->tell_at = 0;
}

static uint64_t at_most(uint64_t v, uint64_t most)
{
	return v < most ? v : most;
}

/*
 * Senders that wait for our answers send nothing meanwhile: waiting for more
 * only holds them up. Others send all the same. Which it is shows in a short
 * trial: if with waiting less than a third as much comes in, it is off for a
 * while, and else on.
 */
static void judge(struct linger *l, uint64_t now, uint64_t most)
{
	uint64_t took = now - l->since_us, least, rate;

	if (l->since_us == 0)
		l->since_us = now;
	least = l->trial == KEEP ? KEEP_US : TRIAL * most;
	if (l->since_us == now || took < least)
		return;
	rate = l->steps * 1000000 / took;
	switch (l->trial) {
	case TRY_WITHOUT:
		l->without = rate;
		l->on = rate * most >= UINT64_C(1000000) * WORTHWHILE;
		l->trial = l->on ? TRY_WITH : KEEP;
		break;
	case TRY_WITH:
		l->on = 3 * rate >= l->without;
		l->trial = KEEP;
		break;
	case KEEP:
		l->on = false;
		l->trial = TRY_WITHOUT;
		break;
	}
	l->since_us = now;
	l->steps = 0;
}

/*
 * Under the lock, something waits. Every transaction writes whole pages and
 * syncs, so more steps in it cost less each. First until as many wait as the
 * last batch answered: they come back at once when their senders waited for
 * us. Then, if that is worth it, until many wait or the time is up.
 */
static void linger(struct commit *c)
{
	uint64_t most = c->options.linger_us, now = now_us(), slice;
	struct linger *l = &c->linger;

	judge(l, now, most);
	if (most == 0 || l->last == 0 || now - l->began_us > 2 * most)
		return;		/* idle until now */
	slice = at_most(2 * (now - l->began_us) / l->last, most / 4);
	if (slice < SLICE_LEAST_US)
		slice = SLICE_LEAST_US;
	if (c->n_waiting < l->last)
		wait_for(c, l->last < ENOUGH ? l->last : ENOUGH, now + slice);
	if (l->on)
		wait_for(c, ENOUGH, now + most);
}

/* False: it is the end, and nothing waits. */
static bool next_batch(struct commit *c)
{
	bool any;

	pthread_mutex_lock(&c->lock);
	if (c->full && !c->stopping)
		wait_for(c, SIZE_MAX, now_us() + FULL_PAUSE_US);
	else if (!c->full)
		wait_for(c, 1, UINT64_MAX);
	if (c->n_waiting > 0)
		linger(c);
	any = c->full ? !c->stopping : c->n_waiting > 0;
	c->linger.began_us = now_us();
	c->linger.last = c->n_waiting;
	c->linger.steps += c->n_waiting;
	pthread_mutex_unlock(&c->lock);
	return any;
}

void commit_wake(const struct commit *c)
{
	const uint64_t one = 1;
	ssize_t n;

	do
		n = write(c->wake, &one, sizeof one);
	while (n < 0 && errno == EINTR);
}

static void *work(void *arg)
{
	struct commit *c = arg;
	enum err e = OK;
	size_t applied;

	prctl(PR_SET_NAME, "commit");
	prctl(PR_SET_TIMERSLACK, 1000UL);	/* ns, for short waits */
	while (e == OK && next_batch(c)) {
		e = commit_batch(c, &applied);
		if (e != OK || applied > 0)
			commit_wake(c);
		if (e == OK && (e = commit_tidy(c)) != OK)
			commit_wake(c);
	}
	if (e == OK && c->full) {
		commit_give_up(c);
		commit_wake(c);
		e = ERR_TOOBIG;
	}
	c->stopped = e;
	return NULL;
}

enum err commit_start(struct commit *c, int wake_fd)
{
	c->wake = wake_fd;
	if (pthread_create(&c->thread, NULL, work, c) != 0)
		return ERR_NOMEM;
	c->started = true;
	return OK;
}

enum err commit_stop(struct commit *c)
{
	if (!c->started)
		return OK;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_mutex_unlock(&c->lock);
	pthread_cond_signal(&c->news);
	pthread_join(c->thread, NULL);
	c->started = false;
	return c->stopped;
}
