#include "gateway/oplog.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "codecs/arena.h"

#define KINDS	64

/* How often one kind of line came lately. */
struct kind {
	const char *format;
	uint64_t since_us;
	unsigned lines, left_out;
};

struct oplog {
	const char *program;
	const struct clock *clock;
	int fd;
	bool journal;
	enum oplog_level most;
	unsigned long lost;
	struct kind kinds[KINDS];
	size_t oldest;		/* the one that is forgotten next */
};

static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (stream == NULL || fstat(fd, &st) != 0 ||
	    sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return st.st_dev == device && st.st_ino == inode;
}

struct oplog *oplog_new(const char *program, int fd, const struct clock *clock)
{
	struct oplog *o = mem_zero(sizeof *o);

	if (o == NULL)
		return NULL;
	o->program = program;
	o->clock = clock;
	o->fd = fd;
	o->journal = is_journal(fd);
	o->most = OPLOG_INFO;
	return o;
}

void oplog_free(struct oplog *o)
{
	mem_free(o);
}

void oplog_limit(struct oplog *o, enum oplog_level most)
{
	if (o != NULL)
		o->most = most;
}

static void put_head(struct oplog *o, enum oplog_level level, struct buf *line)
{
	uint64_t us = o->clock->wall_us(o->clock->arg);
	time_t seconds = (time_t)(us / 1000000);
	struct tm tm;

	if (o->journal) {
		buf_printf(line, "<%d>", (int)level);
		return;
	}
	if (gmtime_r(&seconds, &tm) == NULL)
		memset(&tm, 0, sizeof tm);
	buf_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ %s[%ld]: ",
		   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec, (unsigned)(us / 1000 % 1000),
		   o->program, (long)getpid());
	if (level <= OPLOG_WARNING)
		buf_text(line, level == OPLOG_ALARM   ? "ALARM: "
			       : level == OPLOG_ERROR ? "error: "
						      : "warning: ");
}

/* Nobody's silence stops the program: no room, no line. */
static bool write_line(int fd, const char *text, size_t n)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	ssize_t put = send(fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put < 0 && errno == ENOTSOCK) {
		if (poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0)
			return false;
		put = write(fd, text, n);
	}
	return put == (ssize_t)n;
}

static void emit(struct oplog *o, enum oplog_level level, const char *text)
{
	struct buf line = BUF_INIT(OPLOG_LINE_MAX);
	size_t head, i;

	put_head(o, level, &line);
	head = line.n;
	buf_text(&line, text);
	if (o->lost > 0)
		buf_printf(&line, " (%lu lines before this were lost)",
			   o->lost);
	for (i = head; i < line.n; i++)
		if (line.p[i] < 0x20 || line.p[i] == 0x7F)
			line.p[i] = '?';
	buf_u8(&line, '\n');
	if (buf_status(&line) == OK &&
	    write_line(o->fd, (const char *)line.p, line.n))
		o->lost = 0;
	else
		o->lost++;
	buf_clear(&line);
}

static struct kind *kind_of(struct oplog *o, const char *format)
{
	struct kind *k;
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (o->kinds[i].format == format)
			return &o->kinds[i];
	k = &o->kinds[o->oldest];
	o->oldest = (o->oldest + 1) % KINDS;
	*k = (struct kind){ .format = format };
	return k;
}

/* False: this line is one too many. */
static bool may_write(struct kind *k, uint64_t now, unsigned *left_out)
{
	*left_out = 0;
	if (k->lines == 0 || now - k->since_us >= OPLOG_WINDOW_US) {
		*left_out = k->left_out;
		k->since_us = now;
		k->lines = 0;
		k->left_out = 0;
	}
	if (k->lines == OPLOG_BURST) {
		k->left_out++;
		return false;
	}
	k->lines++;
	return true;
}

void oplog_line(struct oplog *o, enum oplog_level level, const char *format,
		...)
{
	char text[OPLOG_LINE_MAX - 256];	/* the rest is for the head */
	unsigned left_out;
	va_list args;
	size_t n;

	if (o == NULL || level > o->most ||
	    !may_write(kind_of(o, format),
		       o->clock->monotonic_us(o->clock->arg), &left_out))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	n = strlen(text);
	if (left_out > 0)
		snprintf(text + n, sizeof text - n,
			 " (%u more like this were left out)", left_out);
	emit(o, level, text);
}
