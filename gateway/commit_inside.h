/* gateway/commit_inside.h - what commit.c and commit_thread.c share. */
#ifndef GATEWAY_COMMIT_INSIDE_H
#define GATEWAY_COMMIT_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "gateway/commit.h"

struct step_list {
	struct step *first, **last;
};

/* Whether batches wait for more steps: see linger() in commit_thread.c. */
enum trial { TRY_WITHOUT, TRY_WITH, KEEP };

struct linger {
	uint64_t began_us;		/* the last batch                    */
	size_t last;			/* its steps                         */
	enum trial trial;
	uint64_t since_us, steps;	/* of this trial                     */
	uint64_t without;		/* steps a second when not waiting   */
	bool on;
};

struct commit {
	/* Set once. */
	struct store *store;
	struct trace *trace;
	struct commit_options options;
	struct commit_disk disk;

	/* Under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct step_list waiting, finished;
	size_t n_waiting;
	size_t tell_at;		/* so many waiting: signal; 0: nobody asks   */
	bool stopping;

	/* The one who runs: */
	struct step *batch[COMMIT_BATCH_MAX];
	bool settled[COMMIT_BATCH_MAX];	/* its result is final               */
	size_t n_batch;			/* first those held back before      */
	size_t handed;			/* ahead of the batch                */
	bool full;			/* some are held back                */
	bool reserved;
	uint64_t looked_us;
	struct linger linger;

	/* Read by anybody. */
	_Atomic bool is_short, failed;
	_Atomic size_t unfinished;
	_Atomic uint64_t transactions, steps;

	pthread_t thread;
	bool started;
	int wake;
	enum err stopped;	/* the thread's last word                    */
};

uint64_t commit_now_us(const struct commit *c);		/* monotonic */

/** As commit_run(), but leaves store_tidy() for later. */
enum err commit_batch(struct commit *c, size_t *applied) CHECKED;
/** Finished steps are there. */
void commit_wake(const struct commit *c);
enum err commit_tidy(struct commit *c) CHECKED;
/** Steps that wait for room come back with ERR_TOOBIG. */
void commit_give_up(struct commit *c);

#endif
