/*
 * trace.c - the writer: records into the open block, blocks into the day's
 * segment, one write() for each flush.
 */
#include "gateway/trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/trace_inside.h"

#define BLOCK_FULL	(256 * 1024)	/* octets of records; then a new one */
#define HELD_MAX	(8 * 1024 * 1024)	/* not written yet          */
#define PATH_OCTETS	1024
#define NAME_OCTETS	64

struct trace {
	char *directory;
	unsigned keep_days;
	uint64_t keep_octets;		/* 0: any number                    */
	int fd;
	struct trace_segment at;
	uint64_t size;			/* of the open segment              */
	struct buf out;			/* whole blocks                     */
	struct buf payload;		/* the open block                   */
	struct trace_block block;
	uint64_t *hashes;
	size_t n_hashes, hashes_size;
};

enum err trace_open(struct trace **made, const char *directory,
		    unsigned keep_days)
{
	struct trace *t = mem_zero(sizeof *t);

	if (t == NULL)
		return ERR_NOMEM;
	t->fd = -1;
	t->keep_days = keep_days;
	t->out = (struct buf)BUF_INIT(2 * HELD_MAX);
	t->payload = (struct buf)BUF_INIT(BLOCK_PAYLOAD_MAX);
	if ((t->directory = mem_string(directory)) == NULL) {
		trace_close(t);
		return ERR_NOMEM;
	}
	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		trace_close(t);
		return errno == ENOSPC ? ERR_TOOBIG : ERR_IO;
	}
	*made = t;
	return OK;
}

void trace_close(struct trace *t)
{
	if (t == NULL)
		return;
	if (t->fd >= 0)
		close(t->fd);
	buf_clear(&t->out);
	buf_clear(&t->payload);
	mem_free(t->hashes);
	mem_free(t->directory);
	mem_free(t);
}

void trace_limit(struct trace *t, uint64_t octets)
{
	t->keep_octets = octets;
}

static void new_block(struct trace *t)
{
	buf_reset(&t->payload);
	t->n_hashes = 0;
	t->block = (struct trace_block){ .first_us = UINT64_MAX };
}

static enum err close_block(struct trace *t)
{
	size_t at = t->out.n;
	enum err e;

	if (t->payload.n == 0)
		return OK;
	e = trace_block_write(&t->block, buf_bytes(&t->payload), t->hashes,
			      t->n_hashes, &t->out);
	if (e != OK) {		/* as if it had not been tried */
		t->out.n = at;
		t->out.bad = OK;
	}
	new_block(t);
	return e;
}

static enum err more_hashes(struct trace *t)
{
	size_t size = t->hashes_size == 0 ? 1024 : 2 * t->hashes_size;
	uint64_t *p;

	if (t->n_hashes + RECORD_HASHES <= t->hashes_size)
		return OK;
	if ((p = mem_realloc(t->hashes, size * sizeof *p)) == NULL)
		return ERR_NOMEM;
	t->hashes = p;
	t->hashes_size = size;
	return OK;
}

static enum err add_record(struct trace *t, struct bytes records,
			   const struct trace_view *v)
{
	struct trace_block *b = &t->block;
	enum err e;

	if (t->payload.n >= BLOCK_FULL && (e = close_block(t)) != OK)
		return e;
	if (t->payload.n == 0)
		new_block(t);
	if ((e = more_hashes(t)) != OK)
		return e;
	buf_put(&t->payload, (struct bytes){ records.p, v->octets });
	if ((e = buf_status(&t->payload)) != OK) {
		t->payload.bad = OK;
		return e;
	}
	t->n_hashes += trace_view_hashes(v, t->hashes + t->n_hashes);
	b->records++;
	if (v->time_us < b->first_us)
		b->first_us = v->time_us;
	if (v->time_us > b->last_us)
		b->last_us = v->time_us;
	return OK;
}

enum err trace_add(struct trace *t, struct bytes records)
{
	struct trace_view v;
	enum err e;

	if (t->out.n > HELD_MAX)
		return ERR_TOOBIG;
	while (records.n > 0) {
		if ((e = trace_view_read(records, &v)) != OK)
			return e == ERR_MORE ? ERR_MALFORMED : e;
		if ((e = add_record(t, records, &v)) != OK)
			return e;
		records = bytes_after(records, v.octets);
	}
	return OK;
}

static int is_segment(const char *name, struct trace_segment *out)
{
	char again[NAME_OCTETS];

	if (sscanf(name, "trace-%8u-%u.log", &out->day, &out->number) != 2)
		return 0;
	snprintf(again, sizeof again, SEGMENT_NAME, out->day, out->number);
	return strcmp(name, again) == 0;
}

static int by_age(const void *left, const void *right)
{
	const struct trace_segment *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static enum err add_segment(struct trace_segment **list, size_t n,
			    const struct trace_segment *s)
{
	struct trace_segment *p;

	if (n % 64 == 0) {
		p = mem_realloc(*list, (n + 64) * sizeof *p);
		if (p == NULL)
			return ERR_NOMEM;
		*list = p;
	}
	(*list)[n] = *s;
	return OK;
}

enum err trace_segments(const char *directory, struct trace_segment **out,
			size_t *n)
{
	struct trace_segment *list = NULL, s;
	DIR *d = opendir(directory);
	const struct dirent *entry;
	size_t found = 0;
	enum err e = OK;

	if (d == NULL)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	while (e == OK && (entry = readdir(d)) != NULL)
		if (is_segment(entry->d_name, &s) &&
		    (e = add_segment(&list, found, &s)) == OK)
			found++;
	closedir(d);
	if (e != OK) {
		mem_free(list);
		return e;
	}
	if (found > 0)
		qsort(list, found, sizeof *list, by_age);
	*out = list;
	*n = found;
	return OK;
}

static enum err path_of(const struct trace *t, const struct trace_segment *s,
			char path[PATH_OCTETS])
{
	char name[NAME_OCTETS];

	snprintf(name, sizeof name, SEGMENT_NAME, s->day, s->number);
	return snprintf(path, PATH_OCTETS, "%s/%s", t->directory, name) <
			       PATH_OCTETS
		       ? OK
		       : ERR_TOOBIG;
}

static unsigned day_of(uint64_t us)
{
	time_t s = (time_t)(us / 1000000);
	struct tm tm;

	gmtime_r(&s, &tm);
	return (unsigned)(tm.tm_year + 1900) * 10000 +
	       (unsigned)(tm.tm_mon + 1) * 100 + (unsigned)tm.tm_mday;
}

static uint64_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* From the newest back: what there is no room for goes, but for the newest. */
static void keep_within(const struct trace *t, const struct trace_segment *list,
			size_t n)
{
	uint64_t octets = TRACE_SEGMENT_MAX;	/* the next one's room */
	char path[PATH_OCTETS];
	size_t i;

	for (i = n; t->keep_octets > 0 && i > 0; i--) {
		if (path_of(t, &list[i - 1], path) != OK)
			continue;
		octets += size_of(path);
		if (octets > t->keep_octets && i < n)
			unlink(path);
	}
}

/*
 * Removes what is too old or too much; *newest is the last number of `today`,
 * if any. A segment that cannot be removed is tried again with the next one.
 */
static enum err look_around(const struct trace *t, uint64_t now_us,
			    struct trace_segment *newest)
{
	uint64_t keep_us = (uint64_t)t->keep_days * 86400 * 1000000;
	unsigned oldest = t->keep_days == 0 || keep_us > now_us
				  ? 0
				  : day_of(now_us - keep_us);
	struct trace_segment *list = NULL;
	char path[PATH_OCTETS];
	size_t i, n = 0;
	enum err e;

	if ((e = trace_segments(t->directory, &list, &n)) != OK)
		return e == ERR_NOTFOUND ? ERR_IO : e;
	for (i = 0; i < n; i++) {
		if (list[i].day == newest->day)
			newest->number = list[i].number;
		if (list[i].day < oldest && path_of(t, &list[i], path) == OK)
			unlink(path);
	}
	keep_within(t, list, n);
	mem_free(list);
	return OK;
}

static enum err error_of(int number)
{
	return number == ENOSPC || number == EDQUOT ? ERR_TOOBIG : ERR_IO;
}

static enum err open_segment(struct trace *t, const struct trace_segment *s)
{
	char path[PATH_OCTETS];
	struct stat st;
	enum err e;
	int fd;

	if ((e = path_of(t, s, path)) != OK)
		return e;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return error_of(errno);
	if (fstat(fd, &st) != 0) {
		close(fd);
		return ERR_IO;
	}
	if (t->fd >= 0)
		close(t->fd);
	t->fd = fd;
	t->at = *s;
	t->size = (uint64_t)st.st_size;
	return OK;
}

/* The segment that the blocks of now go to. */
static enum err turn_over(struct trace *t, uint64_t now_us)
{
	struct trace_segment s = { .day = day_of(now_us) };
	enum err e;

	if (t->fd < 0 || t->at.day != s.day) {
		if ((e = look_around(t, now_us, &s)) != OK ||
		    (e = open_segment(t, &s)) != OK)
			return e;
	}
	while (t->size > 0 && t->size + t->out.n > TRACE_SEGMENT_MAX) {
		s = t->at;
		if ((e = look_around(t, now_us, &s)) != OK)
			return e;
		s.number = t->at.number + 1;
		if ((e = open_segment(t, &s)) != OK)
			return e;
	}
	return OK;
}

enum err trace_flush(struct trace *t, uint64_t now_us)
{
	ssize_t n;
	enum err e;

	if ((e = close_block(t)) != OK || t->out.n == 0)
		return e;
	if ((e = turn_over(t, now_us)) != OK)
		goto out;
	do
		n = write(t->fd, t->out.p, t->out.n);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)t->out.n) {
		t->size += (uint64_t)n;
		buf_reset(&t->out);
		return OK;
	}
	/* A short write is a full disk; the torn block is taken away. */
	e = n >= 0 ? ERR_TOOBIG : error_of(errno);
	if (n > 0 && ftruncate(t->fd, (off_t)t->size) != 0)
		e = ERR_IO;
out:
	if (t->out.n > HELD_MAX)	/* these stories are lost */
		buf_reset(&t->out);
	return e;
}
