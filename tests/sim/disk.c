#include "tests/sim/disk_inside.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/arena.h"

#define SECTOR	512

static uint64_t scramble(uint64_t v)
{
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

uint64_t sim_disk_random(struct sim_disk *d)
{
	d->random += UINT64_C(0x9e3779b97f4a7c15);
	return scramble(d->random);
}

/* A simulation without memory is no simulation. */
static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void image_size(struct image *i, size_t n)
{
	if (n > i->capacity) {
		i->capacity = 2 * n;
		i->p = must(mem_realloc(i->p, i->capacity));
	}
	if (n > i->n)
		memset(i->p + i->n, 0, n - i->n);
	i->n = n;
}

static void image_put(struct image *i, size_t at, struct bytes v)
{
	if (v.n == 0)
		return;
	if (at + v.n > i->n)
		image_size(i, at + v.n);
	memcpy(i->p + at, v.p, v.n);
}

static void image_copy(struct image *to, const struct image *from)
{
	image_size(to, 0);
	image_put(to, 0, (struct bytes){ from->p, from->n });
}

static void forget_changes(struct sim_file *f)
{
	struct change *c;

	while ((c = f->first) != NULL) {
		f->first = c->next;
		mem_free(c);
	}
	f->last = &f->first;
	f->n_changes = 0;
}

struct sim_disk *sim_disk_new(const char *name, uint64_t seed)
{
	struct sim_disk *d = must(mem_zero(sizeof *d));

	d->random = scramble(seed + 1);
	d->room = UINT64_MAX;
	d->now_us = UINT64_C(1767225600000000);	/* 1 January 2026 */
	sim_vfs_fill(d, name);
	if (sqlite3_vfs_register(&d->vfs, 0) != SQLITE_OK)
		abort();
	return d;
}

void sim_disk_free(struct sim_disk *d)
{
	struct sim_file *f, *next;

	if (d == NULL)
		return;
	sqlite3_vfs_unregister(&d->vfs);
	for (f = d->files; f != NULL; f = next) {
		next = f->next;
		forget_changes(f);
		mem_free(f->now.p);
		mem_free(f->durable.p);
		mem_free(f->name);
		mem_free(f);
	}
	mem_free(d);
}

struct sim_file *sim_file_find(struct sim_disk *d, const char *name,
			       bool make)
{
	struct sim_file *f = d->files;

	while (f != NULL && strcmp(f->name, name) != 0)
		f = f->next;
	if (f == NULL && make) {
		f = must(mem_zero(sizeof *f));
		f->name = must(mem_string(name));
		f->last = &f->first;
		f->next = d->files;
		d->files = f;
	}
	if (f != NULL && make)
		f->exists = true;
	return f != NULL && f->exists ? f : NULL;
}

/* False: the program has ended before this change. */
static bool alive(struct sim_disk *d)
{
	if (d->stop_after != 0 && d->changes >= d->stop_after)
		return false;
	d->changes++;
	return true;
}

static void add_change(struct sim_file *f, bool truncate, size_t at,
		       struct bytes v)
{
	struct change *c = must(mem_alloc(sizeof *c + v.n));

	*c = (struct change){ .truncate = truncate, .at = at, .n = v.n };
	if (v.n > 0)
		memcpy(c->octets, v.p, v.n);
	*f->last = c;
	f->last = &c->next;
	f->n_changes++;
}

static uint64_t used(const struct sim_disk *d)
{
	const struct sim_file *f;
	uint64_t n = d->reserve;

	for (f = d->files; f != NULL; f = f->next)
		n += f->exists ? f->now.n : 0;
	return n;
}

int sim_file_write(struct sim_disk *d, struct sim_file *f, size_t at,
		   struct bytes v)
{
	uint64_t more = at + v.n > f->now.n ? at + v.n - f->now.n : 0;

	if (!alive(d))
		return SQLITE_IOERR_WRITE;
	if (more > 0 && used(d) + more > d->room)
		return SQLITE_FULL;
	add_change(f, false, at, v);
	image_put(&f->now, at, v);
	return SQLITE_OK;
}

int sim_file_truncate(struct sim_disk *d, struct sim_file *f, size_t to)
{
	if (!alive(d))
		return SQLITE_IOERR_TRUNCATE;
	add_change(f, true, to, (struct bytes){ NULL, 0 });
	image_size(&f->now, to);
	return SQLITE_OK;
}

static void apply(struct image *to, const struct change *c)
{
	if (c->truncate)
		image_size(to, c->at);
	else
		image_put(to, c->at, (struct bytes){ c->octets, c->n });
}

/*
 * The sectors of a change that were written before the power went: each
 * sector has taken the first few of `of` changes, chosen by `salt`.
 */
struct loss {
	uint64_t salt;
	size_t index, of;
};

static void apply_torn(struct image *to, const struct change *c,
		       const struct loss *l)
{
	size_t at = c->at, n;

	for (; at < c->at + c->n; at += n) {
		n = SECTOR - at % SECTOR;
		if (n > c->at + c->n - at)
			n = c->at + c->n - at;
		if (l->index >= scramble(l->salt ^ at / SECTOR) % (l->of + 1))
			continue;
		image_put(to, at,
			  (struct bytes){ c->octets + (at - c->at), n });
	}
}

enum survival { NOTHING, ALL, PREFIX, SECTORS, SURVIVALS };

static void survive(struct sim_disk *d, struct sim_file *f, enum survival how)
{
	struct loss l = { .salt = sim_disk_random(d), .of = f->n_changes };
	size_t cut = sim_disk_random(d) % (f->n_changes + 1);
	const struct change *c;

	for (c = f->first; c != NULL; c = c->next, l.index++) {
		bool whole = how == ALL || (how != NOTHING && l.index < cut &&
					    (how == PREFIX || c->truncate));

		if (whole)
			apply(&f->durable, c);
		else if (!c->truncate && (how == SECTORS ||
					  (how == PREFIX && l.index == cut)))
			apply_torn(&f->durable, c, &l);
	}
}

/* Which files there are is durable; what is in new ones is not. */
static void sync_directory(struct sim_disk *d)
{
	struct sim_file *f;

	for (f = d->files; f != NULL; f = f->next) {
		if (!f->exists && f->durable_exists) {
			forget_changes(f);
			image_size(&f->durable, 0);
		}
		f->durable_exists = f->exists;
	}
}

int sim_file_sync(struct sim_disk *d, struct sim_file *f)
{
	const struct change *c;

	if (!alive(d))
		return SQLITE_IOERR_FSYNC;
	d->syncs++;
	if (d->fail_sync > 0 && --d->fail_sync == 0) {
		survive(d, f, SECTORS);
		forget_changes(f);
		return SQLITE_IOERR_FSYNC;
	}
	for (c = f->first; c != NULL; c = c->next)
		apply(&f->durable, c);
	forget_changes(f);
	if (!f->durable_exists)
		sync_directory(d);
	return SQLITE_OK;
}

int sim_file_remove(struct sim_disk *d, struct sim_file *f, bool sync)
{
	if (!alive(d))
		return SQLITE_IOERR_DELETE;
	add_change(f, true, 0, (struct bytes){ NULL, 0 });
	image_size(&f->now, 0);
	f->exists = false;
	if (sync)
		sync_directory(d);
	return SQLITE_OK;
}

static void lose(struct sim_disk *d, struct sim_file *f, enum survival how)
{
	survive(d, f, how);
	forget_changes(f);
	if (f->exists != f->durable_exists)
		f->exists = sim_disk_random(d) % 2 == 0;
	if (!f->exists)
		image_size(&f->durable, 0);
	f->durable_exists = f->exists;
	image_copy(&f->now, &f->durable);
}

void sim_disk_crash(struct sim_disk *d, enum sim_crash how)
{
	enum survival what = (enum survival)(sim_disk_random(d) % SURVIVALS);
	struct sim_file *f;

	d->generation++;
	d->stop_after = 0;
	d->fail_sync = 0;
	for (f = d->files; f != NULL && how == SIM_POWER; f = f->next)
		lose(d, f, what);
}

void sim_disk_stop_after(struct sim_disk *d, uint64_t n)
{
	d->stop_after = n == 0 ? 0 : d->changes + n;
}

uint64_t sim_disk_changes(const struct sim_disk *d)
{
	return d->changes;
}

uint64_t sim_disk_syncs(const struct sim_disk *d)
{
	return d->syncs;
}

void sim_disk_fail_sync(struct sim_disk *d, unsigned n)
{
	d->fail_sync = n;
}

void sim_disk_room(struct sim_disk *d, uint64_t octets)
{
	d->room = octets;
}

enum err sim_disk_free_octets(void *disk, uint64_t *out)
{
	struct sim_disk *d = disk;
	uint64_t n = used(d);

	*out = n < d->room ? d->room - n : 0;
	return OK;
}

enum err sim_disk_reserve(void *disk, uint64_t octets)
{
	struct sim_disk *d = disk;

	if (octets > d->reserve && used(d) + octets - d->reserve > d->room)
		return ERR_TOOBIG;
	d->reserve = octets;
	return OK;
}

void sim_disk_set_time(struct sim_disk *d, uint64_t now_us)
{
	d->now_us = now_us;
}

static unsigned flip(struct image *i, struct bytes what)
{
	uint8_t *at = i->p, *end = i->p + i->n;
	unsigned n = 0;

	while (i->n > 0 && (at = memmem(at, (size_t)(end - at), what.p,
					what.n)) != NULL) {
		at[what.n / 2] ^= 4;
		at += what.n;
		n++;
	}
	return n;
}

unsigned sim_disk_flip(struct sim_disk *d, const char *suffix,
		       struct bytes octets)
{
	size_t length, want = strlen(suffix);
	struct sim_file *f;
	unsigned n = 0;

	for (f = d->files; f != NULL; f = f->next) {
		length = strlen(f->name);
		if (length < want ||
		    strcmp(f->name + length - want, suffix) != 0)
			continue;
		n += flip(&f->now, octets);
		flip(&f->durable, octets);
	}
	return n;
}
