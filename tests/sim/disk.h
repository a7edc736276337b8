/*
 * tests/sim/disk.h - a disk in memory for SQLite (a VFS) that loses power,
 * fills up and fails as it is told. Everything follows from the seed: what
 * survives, SQLite's random numbers and its time.
 *
 * A file is what the program sees, and what is durable: that changes by
 * fsync; the first one of a new file also syncs the directory, as SQLite's
 * own VFS does for its logs. When the power goes, every 512-octet sector
 * written since is, for itself, as some write left it or as it was before;
 * files that were made or removed without a sync of their directory may be
 * there or not. When only the process dies, all that was written stays.
 */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include "codecs/bytes.h"

struct sim_disk;

/** A new empty disk, known to SQLite as `name` (kept by reference). */
struct sim_disk *sim_disk_new(const char *name, uint64_t seed);
/** After every store on it has been closed. */
void sim_disk_free(struct sim_disk *d);

enum sim_crash { SIM_KILL, SIM_POWER };

/**
 * Now. Handles that are open can do nothing any more, so the store above can
 * be closed without changing the disk; opening again finds what is left.
 */
void sim_disk_crash(struct sim_disk *d, enum sim_crash how);

/**
 * After `n` more changes of the disk (writes, syncs, truncations, removals)
 * the next one and all after it fail, as if the program had ended there.
 * 0: never.
 */
void sim_disk_stop_after(struct sim_disk *d, uint64_t n);
/** Changes so far. */
uint64_t sim_disk_changes(const struct sim_disk *d);
/** Syncs so far. */
uint64_t sim_disk_syncs(const struct sim_disk *d);

/**
 * The `n`th fsync from now (1: the next) fails. As with Linux, what it was for
 * can still be read, but only some of it is durable, and no later fsync will
 * try again.
 */
void sim_disk_fail_sync(struct sim_disk *d, unsigned n);

/** Room for so many octets altogether. */
void sim_disk_room(struct sim_disk *d, uint64_t octets);
/** As struct commit_disk asks (gateway/commit.h); `d` is the argument. */
enum err sim_disk_free_octets(void *d, uint64_t *out) CHECKED;
enum err sim_disk_reserve(void *d, uint64_t octets) CHECKED;

/** What SQLite takes for the time. */
void sim_disk_set_time(struct sim_disk *d, uint64_t now_us);

/**
 * Flips one bit in the middle of every occurrence of `octets` in the file
 * whose name ends in `suffix`; how many.
 */
unsigned sim_disk_flip(struct sim_disk *d, const char *suffix,
		       struct bytes octets);

/** 64 bits from the disk's own sequence, for choices of the test. */
uint64_t sim_disk_random(struct sim_disk *d);

#endif
