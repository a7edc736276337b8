/*
 * gateway/commit.h - group commit: everything that waits goes into one
 * transaction, then the answers. The batch logic is one call, so that the
 * simulation drives it step by step; the thread around it is commit_start().
 */
#ifndef GATEWAY_COMMIT_H
#define GATEWAY_COMMIT_H

#include "gateway/clock.h"
#include "gateway/store.h"
#include "gateway/trace.h"

#define COMMIT_BATCH_MAX 1024		/* steps in one transaction */

struct commit;

/* How much room there is; the simulation answers by itself. */
struct commit_disk {
	/* Free octets for others, without the reserve. */
	enum err (*free_octets)(void *arg, uint64_t *out);
	/* Makes the reserve exactly that large; 0 gives it up. ERR_TOOBIG. */
	enum err (*reserve)(void *arg, uint64_t octets);
	void *arg;
};

struct commit_options {
	const char *directory;
	uint64_t reserve_octets;	/* kept for settling on a full disk   */
	uint64_t minimum_free_octets;	/* below: intake steps are refused    */
	uint64_t linger_us;		/* at most, under load; 0 when idle   */
	const struct commit_disk *disk;	/* NULL: that of `directory`          */
	const struct clock *clock;	/* NULL: the machine's                */
};

/**
 * `store` and `trace` (NULL: none) are used by nobody else from now on and
 * stay the caller's, to be closed after commit_free(). What the options
 * point to stays valid as long.
 */
enum err commit_new(struct commit **made, struct store *store,
		    struct trace *trace, const struct commit_options *o)
	CHECKED;
/** After commit_stop(); steps that are still in it are freed. */
void commit_free(struct commit *c);

/** Hands over a step; any one thread. It comes back by commit_collect(). */
void commit_submit(struct commit *c, struct step *s);

/**
 * Applies what waits and what comes meanwhile, once: refuses intake steps when
 * the disk is short, else applies, commits, and moves them to the finished list
 * in their order, but legs that STEP_FAR finds come ahead of all. On a full
 * disk the transaction is rolled back, intake steps end with ERR_TOOBIG
 * and the others are applied again, on the reserve if it must be; if there
 * is still no room, those that write wait for the next call. *applied is
 * the number of steps that finished. ERR_IO: the disk failed; nothing may be
 * acknowledged any more and the program must end.
 */
enum err commit_run(struct commit *c, size_t *applied) CHECKED;

/** The finished steps, oldest first, linked by `next`; NULL: none. */
struct step *commit_collect(struct commit *c);

/** Starts the thread; `wake` (an eventfd) is written when steps finished. */
enum err commit_start(struct commit *c, int wake) CHECKED;
/**
 * After everything submitted has been applied; joins the thread. ERR_TOOBIG:
 * the disk was full, some steps came back with that. ERR_IO.
 */
enum err commit_stop(struct commit *c) CHECKED;

/** The disk is short: intake is refused. For status and back-pressure. */
bool commit_disk_short(const struct commit *c);
/** The disk has failed: end the program. */
bool commit_failed(const struct commit *c);
/** Why, for the log; valid when commit_failed(). */
const char *commit_why(const struct commit *c);
/** Steps waiting, for back-pressure. */
size_t commit_waiting(const struct commit *c);
/** Transactions and steps so far. */
void commit_counts(const struct commit *c, uint64_t *transactions,
		   uint64_t *steps);

#endif
