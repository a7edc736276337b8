/* tests/sim/disk_inside.h - what disk.c and disk_vfs.c share. */
#ifndef TESTS_SIM_DISK_INSIDE_H
#define TESTS_SIM_DISK_INSIDE_H

#include <sqlite3.h>

#include "tests/sim/disk.h"

struct image {			/* octets that grow; zeros where unwritten */
	uint8_t *p;
	size_t n, capacity;
};

struct change {			/* since the last sync */
	struct change *next;
	bool truncate;		/* to `at` */
	size_t at, n;
	uint8_t octets[];
};

struct sim_file {
	struct sim_file *next;
	char *name;
	bool exists, durable_exists;
	struct image now, durable;
	struct change *first, **last;
	size_t n_changes;
};

struct sim_disk {
	sqlite3_vfs vfs;
	struct sim_file *files;
	uint64_t random, now_us, changes, syncs, stop_after, room, reserve;
	unsigned generation, fail_sync;
};

/** The file of that name; with `make` a new one. NULL: none, no memory. */
struct sim_file *sim_file_find(struct sim_disk *d, const char *name,
			       bool make);
/* Each counts as a change; an SQLITE_ code. */
int sim_file_write(struct sim_disk *d, struct sim_file *f, size_t at,
		   struct bytes octets);
int sim_file_truncate(struct sim_disk *d, struct sim_file *f, size_t to);
int sim_file_sync(struct sim_disk *d, struct sim_file *f);
int sim_file_remove(struct sim_disk *d, struct sim_file *f, bool sync);

void sim_vfs_fill(struct sim_disk *d, const char *name);

#endif
