/* tests/gateway/commit_fixture.h - group commit on a simulated disk. */
#ifndef TESTS_GATEWAY_COMMIT_FIXTURE_H
#define TESTS_GATEWAY_COMMIT_FIXTURE_H

#include "gateway/commit.h"
#include "tests/check.h"
#include "tests/sim/disk.h"

#define ARENA	(1 << 18)
#define MIB	(1 << 20)

struct fixture {
	struct sim_disk *disk;
	struct store *store;
	struct trace *trace;	/* the test's own; closed by end() */
	struct commit *commit;
	struct commit_disk room;
	struct clock clock;
	uint64_t now_us;
	struct commit_options options;
};

/** In place: the commit keeps pointers into it. */
void begin(struct fixture *f, uint64_t seed);
void end(struct fixture *f);
/** Opens f->store on the disk as it is. */
enum err open_store(struct fixture *f) CHECKED;

/** A step about leg `id`, which is its context_id, too. */
struct step *leg_step(enum step_kind kind, uint64_t id, const char *meta);

#endif
