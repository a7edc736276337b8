/* tests/gateway/store_fixture.h - a store, and steps in a line each. */
#ifndef TESTS_GATEWAY_STORE_FIXTURE_H
#define TESTS_GATEWAY_STORE_FIXTURE_H

#include "gateway/store.h"
#include "tests/check.h"
#include "tests/sim/disk.h"

#define ARENA	(1 << 20)
#define HOUR	UINT64_C(3600000000)

struct fixture {
	struct store *store;
	struct sim_disk *disk;	/* NULL: the machine's */
	char directory[256];
	uint64_t sets;		/* closed so far */
};

/** On the machine's disk, or a simulated one ("sim"). */
struct fixture on_disk(void);
struct fixture simulated(void);
/** Closes and opens it. */
void again(struct fixture *f);
void finish(struct fixture *f);

struct step *fresh(enum step_kind kind);
/** Room for `n` legs in the step; zeroed. */
struct store_leg *with_legs(struct step *s, size_t n);

/** In a transaction of its own. */
enum err apply(struct fixture *f, struct step *s);
/** The same and thrown away: only the result counts. */
enum err done(struct fixture *f, struct step *s);

/** Queued in lane 3, flow 7, due 1000 + id, with image and meta. */
struct store_leg leg_of(uint64_t id);
enum err insert(struct fixture *f, struct store_leg leg);
struct step *get(struct fixture *f, uint64_t id);
enum err get_result(struct fixture *f, uint64_t id);
enum err remove_leg(struct fixture *f, uint64_t id);
enum err update(struct fixture *f, struct store_leg leg);
/** What STEP_COUNTS says. */
uint64_t count(struct fixture *f, enum leg_state state, uint32_t lane);
/** Legs queued in (3, 7), up to `until`, after (us, id). */
struct step *refill(struct fixture *f, uint64_t until, uint64_t after_us,
		    uint64_t after_id, size_t limit);

/** "3 5 8": the ids of the legs that were found, in order. */
bool ids_are(const struct step *s, const char *want);

#endif
