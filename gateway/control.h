/*
 * gateway/control.h - gwctl's socket: one JSON object a line each way, over a
 * UNIX stream socket; who may use it is decided by the peer's credentials.
 *
 *	{"command":"hold","arguments":{"name":"smsc-a"}}
 *	... zero or more objects, then
 *	{"end":true,"exit":0}  or  {"end":true,"exit":1,"error":"no such lane"}
 */
#ifndef GATEWAY_CONTROL_H
#define GATEWAY_CONTROL_H

#include "codecs/json.h"
#include "gateway/loop.h"

#define CONTROL_SESSIONS 32
#define CONTROL_LINE_MAX 65536
#define CONTROL_OUT_MAX	 (64 * 1024 * 1024)
#define CONTROL_LOW	 (256 * 1024)

struct control_server;
struct control_session;

/* Called for each command; the answer may come later, but must end. */
typedef void control_command(void *arg, struct control_session *s,
			     const char *command,
			     const struct json_value *arguments);

/**
 * Listens at `path` (0660; a stale socket is replaced). Root and our own user
 * are let in; others are told so. `why` says what failed. When there are too
 * many sessions, the one that has been idle longest ends.
 */
enum err control_new(struct loop *loop, const char *path,
		     struct control_server **made, struct buf *why) CHECKED;
void control_serve(struct control_server *c, control_command *command,
		   void *arg);
/** Members of this group are let in, too; "": of none. ERR_NOTFOUND: there is
 *  no such group. ERR_DENIED: the socket cannot be given to it. */
enum err control_admit(struct control_server *c, const char *group) CHECKED;
void control_free(struct control_server *c);

/** One object, without its newline. */
void control_line(struct control_session *s, struct bytes object);
/** Objects that have their newlines. */
void control_lines(struct control_session *s, struct bytes objects);
/**
 * Calls `drained` once when little of what was written is left to be read by
 * the other end, perhaps at once, or when the session has gone: a long answer
 * is written so, part by part. One for a session at a time.
 */
typedef void control_drained(void *arg);
void control_when_drained(struct control_session *s, control_drained *drained,
			  void *arg);
/** An object whose member `text` says something to people. */
void control_text(struct control_session *s, const char *text);
/** The last line; `error` may be NULL. The session may then be reused. */
void control_end(struct control_session *s, int status, const char *error);
/**
 * Gives the connection away: a blocking descriptor, the caller's. The session
 * ends. -1: it has gone.
 */
int control_give_away(struct control_session *s);

/** The name of the user at the other end; the caller's. NULL: no memory. */
char *control_who(const struct control_session *s);

/*
 * A session may close while its answer is still to come: keep its ticket
 * instead of the pointer. NULL: it has gone.
 */
uint64_t control_ticket(const struct control_session *s);
struct control_session *control_find(struct control_server *c,
				     uint64_t ticket);

#endif
