/*
 * gateway/children.h - the engine's side of its adapter programs: starts each
 * as `cpmgw-NAME --link 3` on one end of a socketpair, watches it, restarts
 * it with back-off (at once, then 0.1 s doubling to 5 s, forgotten after 60 s
 * of life; five deaths within a minute: 30 s of rest and an alarm), and ends
 * it. Its pid is in <state>/run/cpmgw-NAME.pid while it lives.
 */
#ifndef GATEWAY_CHILDREN_H
#define GATEWAY_CHILDREN_H

#include "codecs/frame.h"
#include "gateway/link.h"
#include "gateway/loop.h"
#include "gateway/oplog.h"

#define CHILDREN_MAX 16

struct children;

struct children_events {
	/* It runs; frames may be sent. */
	void (*up)(void *arg, unsigned child);
	/* It has ended, or its link has; it is started again by itself. */
	void (*down)(void *arg, unsigned child, const char *why);
	/* `fd`: see struct link_events. */
	void (*frame)(void *arg, unsigned child, const struct frame *f, int fd);
	/* After children_stop(): all have ended. */
	void (*stopped)(void *arg);
};

struct children_options {
	const char *programs;		/* directory of cpmgw-NAME            */
	const char *state_directory;	/* its run/ has the pid files         */
	struct oplog *log;
};

/** All arguments outlive it (the structs are copied). NULL: no memory. */
struct children *children_new(struct loop *loop,
			      const struct children_options *o,
			      const struct children_events *events, void *arg);
/** Kills what still runs. */
void children_free(struct children *c);

/** Starts `cpmgw-NAME`; *child is its number from 0. ERR_TOOBIG; ERR_NOMEM. */
enum err children_start(struct children *c, const char *name, unsigned *child)
	CHECKED;

/** ERR_CLOSED: not running. */
enum err children_send(struct children *c, unsigned child,
		       const struct frame *f, int fd) CHECKED;

/** FRAME_STOP to all, SIGKILL to those that live after `limit_us`. */
void children_stop(struct children *c, uint64_t limit_us);

struct child_info {
	const char *name;	/* "cpmgw-smpp" */
	int64_t pid;		/* 0: not running */
	const char *state;	/* "running", "starting", "resting", "stopped" */
	unsigned restarts;
};

/** false: no such child. */
bool children_info(const struct children *c, unsigned child,
		   struct child_info *out);

#endif
