/*
 * gateway/gwctl_link.h - gwctl's side of the control socket: one request
 * line of JSON out, lines of JSON in until the one that ends them.
 */
#ifndef GATEWAY_GWCTL_LINK_H
#define GATEWAY_GWCTL_LINK_H

#include "codecs/arena.h"
#include "codecs/json.h"

#define GWCTL_LINE_MAX (4 * 1024 * 1024)
#define GWCTL_SOCKET   "gwctl.sock" /* in the state directory */

struct gwctl_link {
	int fd;		/* -1: not connected                          */
	int timeout_ms; /* for each line; -1 waits for ever           */
	struct buf in;
	size_t scanned;	     /* octets of `in` known to have no line end   */
	size_t used;	     /* octets of `in` that the last line took     */
	struct arena *arena; /* of the last line's JSON                    */
};

/**
 * Connects to `path`; NULL: to the first that answers of $CPMGW_SOCKET (which
 * stands alone when it is set), the default state directory's, /run/cpmgw's
 * and that of an installed cpmgwd. ERR_NOTFOUND: none answers; `tried` then has one line for
 * each with the reason. ERR_NOMEM. gwctl_link_close() afterwards.
 */
enum err gwctl_link_open(struct gwctl_link *l, const char *path,
			 struct buf *tried) CHECKED;
void gwctl_link_close(struct gwctl_link *l);

/** Sends all of `octets`. ERR_BUSY: timed out; ERR_CLOSED. */
enum err gwctl_link_send(struct gwctl_link *l, struct bytes octets) CHECKED;

/**
 * The next line, as octets without its end and as JSON; both valid until the
 * next call. ERR_BUSY: timed out; ERR_CLOSED; ERR_TOOBIG; ERR_NOMEM;
 * ERR_MALFORMED: not JSON.
 */
enum err gwctl_link_line(struct gwctl_link *l, struct bytes *line,
			 const struct json_value **value) CHECKED;

/** The state directory where nothing else is said. ERR_TOOBIG, ERR_NOMEM. */
enum err gwctl_state_directory(struct buf *to) CHECKED;

#endif
