/* disk_vfs.c - the simulated disk as SQLite sees it. */
#include "tests/sim/disk_inside.h"

#include <stdio.h>
#include <string.h>

struct handle {
	sqlite3_file base;
	struct sim_disk *disk;
	struct sim_file *file;
	unsigned generation;
};

static struct handle *live(sqlite3_file *base)
{
	struct handle *h = (struct handle *)base;

	return h->generation == h->disk->generation ? h : NULL;
}

static int close_file(sqlite3_file *base)
{
	(void)base;
	return SQLITE_OK;
}

static int read_file(sqlite3_file *base, void *to, int n, sqlite3_int64 at)
{
	struct handle *h = live(base);
	const struct image *i;
	size_t there, want = (size_t)n, from = (size_t)at;

	if (h == NULL)
		return SQLITE_IOERR_READ;
	i = &h->file->now;
	there = from >= i->n ? 0 : i->n - from;
	if (there > want)
		there = want;
	if (there > 0)
		memcpy(to, i->p + from, there);
	if (there == want)
		return SQLITE_OK;
	memset((uint8_t *)to + there, 0, want - there);
	return SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *base, const void *from, int n,
		      sqlite3_int64 at)
{
	struct handle *h = live(base);

	if (h == NULL)
		return SQLITE_IOERR_WRITE;
	return sim_file_write(h->disk, h->file, (size_t)at,
			      (struct bytes){ from, (size_t)n });
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 to)
{
	struct handle *h = live(base);

	if (h == NULL)
		return SQLITE_IOERR_TRUNCATE;
	return sim_file_truncate(h->disk, h->file, (size_t)to);
}

static int sync_file(sqlite3_file *base, int flags)
{
	struct handle *h = live(base);

	(void)flags;
	if (h == NULL)
		return SQLITE_IOERR_FSYNC;
	return sim_file_sync(h->disk, h->file);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
	struct handle *h = live(base);

	if (h == NULL)
		return SQLITE_IOERR_FSTAT;
	*out = (sqlite3_int64)h->file->now.n;
	return SQLITE_OK;
}

static int lock(sqlite3_file *base, int level)
{
	(void)level;
	return live(base) != NULL ? SQLITE_OK : SQLITE_IOERR_LOCK;
}

static int is_reserved(sqlite3_file *base, int *out)
{
	(void)base;
	*out = 0;
	return SQLITE_OK;
}

static int control(sqlite3_file *base, int op, void *arg)
{
	(void)base;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *base)
{
	(void)base;
	return 512;
}

static int characteristics(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = close_file,
	.xRead = read_file,
	.xWrite = write_file,
	.xTruncate = truncate_file,
	.xSync = sync_file,
	.xFileSize = file_size,
	.xLock = lock,
	.xUnlock = lock,
	.xCheckReservedLock = is_reserved,
	.xFileControl = control,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = characteristics,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base,
		     int flags, int *got)
{
	struct handle *h = (struct handle *)base;
	struct sim_disk *d = vfs->pAppData;

	h->base.pMethods = NULL;
	h->disk = d;
	h->generation = d->generation;
	if (name == NULL)	/* nothing temporary should reach the disk */
		return SQLITE_CANTOPEN;
	h->file = sim_file_find(d, name, (flags & SQLITE_OPEN_CREATE) != 0);
	if (h->file == NULL)
		return SQLITE_CANTOPEN;
	h->base.pMethods = &methods;
	if (got != NULL)
		*got = flags;
	return SQLITE_OK;
}

static int remove_file(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct sim_disk *d = vfs->pAppData;
	struct sim_file *f = sim_file_find(d, name, false);

	if (f == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	return sim_file_remove(d, f, sync != 0);
}

static int access_file(sqlite3_vfs *vfs, const char *name, int flags,
		       int *out)
{
	(void)flags;
	*out = sim_file_find(vfs->pAppData, name, false) != NULL;
	return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	int n = snprintf(out, (size_t)size, "%s", name);

	(void)vfs;
	return n < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int randomness(sqlite3_vfs *vfs, int n, char *out)
{
	int i;

	for (i = 0; i < n; i++)
		out[i] = (char)sim_disk_random(vfs->pAppData);
	return n;
}

static int sleep_for(sqlite3_vfs *vfs, int us)
{
	struct sim_disk *d = vfs->pAppData;

	d->now_us += (uint64_t)us;
	return us;
}

/* Milliseconds since noon, 24 November 4714 BC. */
static int time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	const struct sim_disk *d = vfs->pAppData;

	*out = (sqlite3_int64)(d->now_us / 1000 + UINT64_C(210866760000000));
	return SQLITE_OK;
}

static int time_days(sqlite3_vfs *vfs, double *out)
{
	sqlite3_int64 ms;

	time_ms(vfs, &ms);
	*out = (double)ms / 86400000.0;
	return SQLITE_OK;
}

static int last_error(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	(void)n;
	(void)out;
	return 0;
}

void sim_vfs_fill(struct sim_disk *d, const char *name)
{
	d->vfs = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = sizeof(struct handle),
		.mxPathname = 512,
		.zName = name,
		.pAppData = d,
		.xOpen = open_file,
		.xDelete = remove_file,
		.xAccess = access_file,
		.xFullPathname = full_name,
		.xRandomness = randomness,
		.xSleep = sleep_for,
		.xCurrentTime = time_days,
		.xGetLastError = last_error,
		.xCurrentTimeInt64 = time_ms,
	};
}
