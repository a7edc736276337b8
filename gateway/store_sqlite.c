/*
 * store_sqlite.c - the spool in one SQLite file: opening, transactions and
 * errors. One read-write connection with an exclusive lock, so the index of
 * the write-ahead log is in memory and no lock is taken per transaction.
 */
#include "gateway/store_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PATH_OCTETS	1024
#define PAGE_OCTETS	4096	/* as the pragma says                 */
#define LOG_OCTETS	(16 * 1024 * 1024)

/*
 * The cache is in KiB; temporary tables never reach the disk. EXTRA is FULL
 * that also syncs the directory when a rollback journal goes, as one does
 * when the file is made: else that journal could come back and undo it all.
 */
static const char *const pragmas[] = {
	"PRAGMA locking_mode = EXCLUSIVE",
	"PRAGMA synchronous = EXTRA",
	"PRAGMA page_size = 4096",
	"PRAGMA journal_mode = WAL",
	"PRAGMA wal_autocheckpoint = 0",
	"PRAGMA cache_size = -32768",
	"PRAGMA temp_store = MEMORY",
	"PRAGMA mmap_size = 0",
	"PRAGMA foreign_keys = OFF",
	"PRAGMA trusted_schema = OFF",
	"PRAGMA cell_size_check = ON",
};

/* A disk without room; `code` is SQLite's extended result. */
static bool no_room(sqlite3 *db, int code)
{
	int os = sqlite3_system_errno(db);

	return (code & 0xff) == SQLITE_FULL ||
	       (code == SQLITE_IOERR_WRITE &&
		(os == ENOSPC || os == EDQUOT));
}

/*
 * Without memory in the middle of a step nothing is certain but what is on
 * the disk: that ends the program like a failing disk.
 */
static enum err error_of(sqlite3 *db, int code)
{
	if (no_room(db, code))
		return ERR_TOOBIG;
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return OK;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
		return ERR_RANGE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		return ERR_DENIED;
	default:
		return ERR_IO;
	}
}

enum err store_error(struct store *s, const char *what)
{
	int code = sqlite3_extended_errcode(s->db);

	snprintf(s->why, sizeof s->why, "%s (%d) at: %.100s",
		 sqlite3_errmsg(s->db), code, what);
	return error_of(s->db, code);
}

enum err store_sql(struct store *s, const char *sql)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_error(s, sql);
	return OK;
}

enum err store_number(struct store *s, const char *sql, int64_t *out)
{
	sqlite3_stmt *q = NULL;
	enum err e = OK;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK ||
	    sqlite3_step(q) != SQLITE_ROW)
		e = store_error(s, sql);
	else
		*out = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return e;
}

/* The file is there, and nobody else's. On error errno says why. */
static enum err open_spool(const char *path, bool *fresh)
{
	const int how = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, how | O_CREAT | O_EXCL, 0600);
	bool good;

	*fresh = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, how);
	if (fd < 0)
		return ERR_IO;
	good = fchmod(fd, 0600) == 0;
	close(fd);
	return good ? OK : ERR_IO;
}

/* What was made in the directory that holds `path` outlasts the power. */
static bool sync_parent(const char *path)
{
	char parent[PATH_OCTETS];
	size_t n = strlen(path);
	bool good;
	int fd;

	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	snprintf(parent, sizeof parent, "%.*s", (int)n, path);
	fd = open(n == 0 ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	good = fsync(fd) == 0;
	close(fd);
	return good;
}

/* The machine's disk: a directory and a file that are ours alone. */
static enum err check_directory(struct store *s, const char *directory,
				const char *path)
{
	struct stat st;
	bool fresh;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		goto fail;
	if (stat(directory, &st) != 0)
		goto fail;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0) {
		snprintf(s->why, sizeof s->why,
			 "must be a directory of user %u with mode 0700",
			 (unsigned)geteuid());
		return ERR_DENIED;
	}
	if (open_spool(path, &fresh) == OK &&
	    (!fresh || sync_parent(directory)))
		return OK;
fail:
	snprintf(s->why, sizeof s->why, "%s", strerror(errno));
	return errno == ENOSPC ? ERR_TOOBIG
	       : errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_IO;
}

static int log_grew(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct store *s = arg;

	(void)db;
	(void)name;
	s->log_frames = frames;
	return SQLITE_OK;
}

/*
 * What the log holds after a crash can be read, but need not be durable: the
 * program before may have ended between writing and syncing it, or because
 * that sync failed. It is written back before anybody answers on its strength,
 * and the log emptied, so that no part of it can come back. On a full disk,
 * where there may be no room to write back, it is at least synced.
 */
static enum err settle_log(struct store *s)
{
	sqlite3_file *log = NULL;
	enum err e;

	if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
				      NULL, NULL) != SQLITE_OK &&
	    (e = store_error(s, "checkpoint")) != ERR_TOOBIG)
		return e;
	if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
				 &log) != SQLITE_OK ||
	    log == NULL || log->pMethods == NULL)
		return OK;
	return log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK
		       ? OK
		       : ERR_IO;
}

/* Sets of parts that were complete, but are no message yet: at once. */
static const char close_again[] = "UPDATE part SET until=0 WHERE closed<>0";

static enum err open_database(struct store *s, const char *path,
			      const char *vfs)
{
	unsigned i;
	enum err e;

	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);	/* a lock per malloc */
	if (sqlite3_open_v2(path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				    SQLITE_OPEN_NOMUTEX,
			    vfs) != SQLITE_OK)
		return s->db == NULL ? ERR_NOMEM : store_error(s, "open");
	sqlite3_extended_result_codes(s->db, 1);
	for (i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++)
		if ((e = store_sql(s, pragmas[i])) != OK)
			return e;
	sqlite3_wal_hook(s->db, log_grew, s);
	if ((e = schema_upgrade(s)) != OK || (e = settle_log(s)) != OK ||
	    (e = statements_prepare(s)) != OK ||
	    (e = store_sql(s, close_again)) != OK ||
	    (e = tally_load(s)) != OK || (e = gone_load(s)) != OK ||
	    (e = far_load(s)) != OK)
		return e;
	return orphans_count(s);
}

enum err store_open(struct store **made, const char *directory, const char *vfs,
		    struct buf *why)
{
	struct store *s = mem_zero(sizeof *s);
	char path[PATH_OCTETS];
	enum err e = OK;

	if (s == NULL)
		return ERR_NOMEM;
	store_log_limit(s, LOG_OCTETS);
	if (snprintf(path, sizeof path, "%s/spool.db", directory) >=
	    (int)sizeof path)
		e = ERR_TOOBIG;
	if (e == OK && vfs == NULL)
		e = check_directory(s, directory, path);
	if (e == OK)
		e = open_database(s, path, vfs);
	if (e == OK) {
		*made = s;
		return OK;
	}
	buf_printf(why, "%s: %s", directory,
		   s->why[0] == '\0' ? err_name(e) : s->why);
	store_close(s);
	return e;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	statements_finalize(s);
	sqlite3_close_v2(s->db);
	tally_clear(s);
	index_clear(&s->far);
	gone_clear(s);
	mem_free(s);
}

enum err store_begin(struct store *s)
{
	return run(s, DO_BEGIN);
}

enum err store_commit(struct store *s)
{
	enum err e;

	if ((e = tally_save(s)) == OK)
		e = run(s, DO_COMMIT);
	if (e == OK) {
		index_keep(&s->far);
		gone_keep(s);
		return OK;
	}
	store_rollback(s);
	return e == ERR_TOOBIG ? ERR_TOOBIG : ERR_IO;
}

/*
 * SQLite may have rolled back by itself already. What is kept in memory is
 * read again; if that fails, so will the next step.
 */
void store_rollback(struct store *s)
{
	char why[sizeof s->why];

	memcpy(why, s->why, sizeof why);
	index_undo(&s->far);
	gone_undo(s);
	if (!sqlite3_get_autocommit(s->db) && run(s, DO_ROLLBACK) != OK)
		return;
	if (tally_load(s) != OK || orphans_count(s) != OK)
		return;
	memcpy(s->why, why, sizeof why);
}

enum err store_tidy(struct store *s)
{
	int frames = 0, done = 0;
	enum err e;

	if (s->log_frames < s->tidy_at)
		return OK;
	if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
				      &frames, &done) == SQLITE_OK) {
		s->log_frames = 0;
		s->tidy_at = s->log_limit;
		return OK;
	}
	if ((e = store_error(s, "checkpoint")) != ERR_TOOBIG)
		return ERR_IO;
	s->tidy_at = s->log_frames + s->log_limit / 4;
	return OK;
}

void store_log_limit(struct store *s, uint64_t octets)
{
	uint64_t pages = octets / PAGE_OCTETS;

	s->log_limit = pages > INT_MAX / 2 ? INT_MAX / 2 : (int)pages;
	s->tidy_at = s->log_limit;
}

uint64_t store_damaged(const struct store *s)
{
	return atomic_load(&s->damaged);
}

const char *store_why(const struct store *s)
{
	return s->why;
}

enum err store_free_octets(const char *directory, uint64_t *out)
{
	struct statvfs v;

	if (statvfs(directory, &v) != 0)
		return ERR_IO;
	*out = (uint64_t)v.f_bavail * v.f_frsize;
	return OK;
}
