/*
 * gateway/oplog.h - the operator's log: one line an event, to stderr or the
 * journal. What became of a message belongs into its trace, not here. Never
 * message text, passwords or tokens.
 */
#ifndef GATEWAY_OPLOG_H
#define GATEWAY_OPLOG_H

#include "gateway/clock.h"

#define OPLOG_LINE_MAX	1024	/* octets; the rest is cut off           */
#define OPLOG_BURST	50	/* lines of one kind in OPLOG_WINDOW_US  */
#define OPLOG_WINDOW_US	(10 * 1000000)

/* As syslog's, which systemd reads from "<3>". */
enum oplog_level {
	OPLOG_ALARM = 2,	/* somebody must act now                 */
	OPLOG_ERROR = 3,
	OPLOG_WARNING = 4,
	OPLOG_NOTICE = 5,	/* rare and normal: started, reloaded    */
	OPLOG_INFO = 6,
	OPLOG_DEBUG = 7
};

struct oplog;

/**
 * Lines of `program` to `fd` (2), which stays the caller's: as "<6>..." when
 * it is the journal's stream ($JOURNAL_STREAM), else after time and program.
 * `program` and `clock` outlive it. NULL: no memory; all calls take that.
 */
struct oplog *oplog_new(const char *program, int fd, const struct clock *clock);
void oplog_free(struct oplog *o);

/** Lines above `most` are left out; OPLOG_INFO at the beginning. */
void oplog_limit(struct oplog *o, enum oplog_level most);

/**
 * Writes a line as printf does; control characters become '?'. Lines of the
 * same `format` are one kind: above OPLOG_BURST they are counted, not
 * written. Waits for nobody: a line that the reader has no room for is lost,
 * and that is said in the next one.
 */
void oplog_line(struct oplog *o, enum oplog_level level, const char *format,
		...) __attribute__((format(printf, 3, 4)));

#endif
