#include "gateway/children.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/process.h"

#define SECOND		UINT64_C(1000000)
#define CRASHES_MAX	5		/* within ...             */
#define CRASHES_WINDOW	(60 * SECOND)	/* ... are followed by ... */
#define REST		(30 * SECOND)	/* ... this pause          */
#define BACKOFF_FIRST	(SECOND / 10)
#define BACKOFF_MOST	(5 * SECOND)
#define GOOD_LIFE	(60 * SECOND)
#define NAME_ROOM	64
#define HELLO_ARENA_MAX	4096

struct child {
	struct child *next;
	struct children *all;
	void *owner;
	char name[NAME_ROOM], program[NAME_ROOM];

	struct process process;	/* pid 0: none runs                       */
	struct link *link;	/* NULL: closed by the other side         */
	int status;		/* of the one that ended, from waitpid()  */
	bool said_hello, stopping, told_stop;
	struct loop_timer timer;	/* start, HELLO or drain          */

	uint64_t started_us;	/* monotonic                              */
	unsigned failures;	/* since the last good life               */
	uint64_t crashed_us[CRASHES_MAX];	/* the last ones, in order */
	unsigned n_crashed;
	uint64_t crashes;
};

struct children {
	struct children_options options;
	const struct children_events *events;
	void *arg;
	struct child *first;
	bool stopping;
};

static void start(void *arg);
static void too_long(void *arg);

struct children *children_new(const struct children_options *o,
			      const struct children_events *events, void *arg)
{
	struct children *all = mem_zero(sizeof *all);

	if (all == NULL)
		return NULL;
	all->options = *o;
	if (o->hello_us == 0)
		all->options.hello_us = 10 * SECOND;
	if (o->drain_us == 0)
		all->options.drain_us = 10 * SECOND;
	all->events = events;
	all->arg = arg;
	return all;
}

static uint64_t now_us(const struct child *c)
{
	return loop_now_us(c->all->options.loop);
}

static void set_timer(struct child *c, uint64_t in_us, loop_due *due)
{
	if (loop_set_timer(c->all->options.loop, &c->timer, in_us, due, c) ==
	    OK)
		return;
	oplog_line(c->all->options.oplog, OPLOG_ALARM,
		   "%s: memory has ended: it is not looked after any more",
		   c->program);
}

/* -- the end of one life -- */

static bool too_many(struct child *c, uint64_t now)
{
	if (c->n_crashed == CRASHES_MAX) {
		memmove(c->crashed_us, c->crashed_us + 1,
			sizeof c->crashed_us - sizeof *c->crashed_us);
		c->n_crashed--;
	}
	c->crashed_us[c->n_crashed++] = now;
	return c->n_crashed == CRASHES_MAX &&
	       now - c->crashed_us[0] < CRASHES_WINDOW;
}

/* In how long it may start again; counts this end among the crashes. */
static uint64_t again_us(struct child *c)
{
	uint64_t now = now_us(c), wait;

	c->crashes++;
	if (too_many(c, now)) {
		oplog_line(c->all->options.oplog, OPLOG_ALARM,
			   "%s ended %d times within a minute: it rests %d s",
			   c->program, CRASHES_MAX, (int)(REST / SECOND));
		c->n_crashed = 0;
		return REST;
	}
	if (now - c->started_us >= GOOD_LIFE)
		c->failures = 0;
	if (c->failures++ == 0)
		return 0;
	wait = c->failures > 10 ? BACKOFF_MOST
				: BACKOFF_FIRST << (c->failures - 2);
	return wait < BACKOFF_MOST ? wait : BACKOFF_MOST;
}

static void tell_how(const struct child *c)
{
	struct oplog *log = c->all->options.oplog;

	if (c->stopping && WIFEXITED(c->status) && WEXITSTATUS(c->status) == 0)
		oplog_line(log, OPLOG_NOTICE, "%s has stopped", c->program);
	else if (WIFSIGNALED(c->status))
		oplog_line(log, OPLOG_ERROR, "%s was ended by signal %d (%s)",
			   c->program, WTERMSIG(c->status),
			   strsignal(WTERMSIG(c->status)));
	else
		oplog_line(log, OPLOG_ERROR, "%s ended with status %d",
			   c->program, WEXITSTATUS(c->status));
}

static void forget(struct child *c)
{
	struct child **at = &c->all->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	mem_free(c);
}

static void tell_down(struct child *c, uint64_t again)
{
	struct children *all = c->all;
	bool was_up = c->said_hello, last;

	c->said_hello = false;
	all->events->down(all->arg, c, was_up, again);
	if (again != UINT64_MAX)
		return;
	forget(c);
	last = all->stopping && all->first == NULL;
	if (last)
		all->events->stopped(all->arg);
}

/* Nothing of that life is left: the process, and what it had written. */
static void ended(struct child *c)
{
	uint64_t again = UINT64_MAX;

	if (c->process.pid != 0 || c->link != NULL)
		return;
	loop_clear_timer(c->all->options.loop, &c->timer);
	tell_how(c);
	if (c->all->options.run != NULL)
		process_pidfile_remove(c->all->options.run, c->program);
	if (!c->stopping) {
		again = again_us(c);
		set_timer(c, again, start);
	}
	tell_down(c, again);
}

static void on_exit_ready(void *arg, int fd, unsigned events)
{
	struct child *c = arg;

	(void)events;
	if (waitpid(c->process.pid, &c->status, WNOHANG) == 0)
		return;
	loop_unwatch(c->all->options.loop, fd);
	close(fd);
	c->process.pid = 0;
	if (c->link != NULL)
		set_timer(c, c->all->options.drain_us, too_long);
	ended(c);
}

/* It will not run without a link, whatever it thinks. */
static void on_closed(void *arg, enum err why)
{
	struct child *c = arg;

	link_free(c->link);
	c->link = NULL;
	if (why != ERR_CLOSED)
		children_kill(c, err_name(why));
	else if (c->process.pid != 0 && !c->stopping)
		set_timer(c, c->all->options.drain_us, too_long);
	ended(c);
}

/* -- one life -- */

void children_kill(struct child *c, const char *why)
{
	if (c->process.pid == 0)
		return;
	oplog_line(c->all->options.oplog, OPLOG_ERROR, "%s: %s: killed",
		   c->program, why);
	kill(c->process.pid, SIGKILL);
}

/* It did not begin, drain or end in time; or it has ended, and who inherited
 * its link has not. */
static void too_long(void *arg)
{
	struct child *c = arg;

	if (c->process.pid == 0) {
		link_free(c->link);
		c->link = NULL;
		ended(c);
	} else if (c->stopping) {
		children_kill(c, "did not drain in time");
	} else {
		children_kill(c, c->link == NULL ? "has closed its link"
						 : "did not begin in time");
	}
}

static void on_hello(struct child *c, const struct frame *f)
{
	struct arena *a = arena_new(HELLO_ARENA_MAX);
	struct children *all = c->all;
	struct hello h;

	if (a == NULL || f->type != FRAME_HELLO ||
	    hello_read(f->payload, a, &h) != OK ||
	    strcmp(h.name, c->name) != 0) {
		children_kill(c, "is not the program that it should be");
	} else {
		c->said_hello = true;
		if (!c->stopping)
			loop_clear_timer(all->options.loop, &c->timer);
		oplog_line(all->options.oplog, OPLOG_NOTICE,
			   "%s %s runs as %" PRIu64, c->program,
			   h.version == NULL ? "" : h.version, h.pid);
		all->events->up(all->arg, c, &h);
	}
	arena_free(a);
}

static void on_frame(void *arg, const struct frame *f, int fd)
{
	struct child *c = arg;

	if (c->said_hello) {
		c->all->events->frame(c->all->arg, c, f, fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	on_hello(c, f);
}

static void on_high(void *arg, bool high)
{
	struct child *c = arg;

	if (c->said_hello)
		c->all->events->high(c->all->arg, c, high);
}

static const struct link_events link_events = { on_frame, on_closed, on_high };

static enum err watch(struct child *c)
{
	struct loop *loop = c->all->options.loop;

	if (loop_watch(loop, c->process.pidfd, LOOP_READ, on_exit_ready, c) !=
	    OK)
		return ERR_NOMEM;
	c->link = link_new(loop, c->process.link, &link_events, c);
	if (c->link != NULL)
		return OK;
	loop_unwatch(loop, c->process.pidfd);
	return ERR_NOMEM;
}

static enum err begin(struct child *c)
{
	const char *run = c->all->options.run;
	char path[4096];
	enum err e;

	snprintf(path, sizeof path, "%s/%s", c->all->options.programs,
		 c->program);
	if ((e = process_start(path, &c->process)) != OK)
		return e;
	if ((e = watch(c)) != OK) {
		kill(c->process.pid, SIGKILL);
		waitpid(c->process.pid, NULL, 0);
		close(c->process.pidfd);
		close(c->process.link);
		c->process.pid = 0;
		return e;
	}
	if (run != NULL &&
	    process_pidfile_write(run, c->program, c->process.pid) != OK)
		oplog_line(c->all->options.oplog, OPLOG_WARNING,
			   "%s/%s.pid cannot be written", run, c->program);
	return OK;
}

static void start(void *arg)
{
	struct child *c = arg;
	uint64_t again;
	enum err e;

	c->started_us = now_us(c);
	if ((e = begin(c)) == OK) {
		set_timer(c, c->all->options.hello_us, too_long);
		return;
	}
	oplog_line(c->all->options.oplog, OPLOG_ERROR,
		   "%s/%s cannot be started: %s", c->all->options.programs,
		   c->program, err_name(e));
	again = again_us(c);
	set_timer(c, again == 0 ? BACKOFF_FIRST : again, start);
	tell_down(c, again);
}

struct child *children_add(struct children *all, const char *name, void *owner)
{
	struct child *c = mem_zero(sizeof *c), **at = &all->first;

	if (c == NULL)
		return NULL;
	c->all = all;
	c->owner = owner;
	snprintf(c->name, sizeof c->name, "%s", name);
	snprintf(c->program, sizeof c->program, "cpmgw-%s", name);
	if (loop_set_timer(all->options.loop, &c->timer, 0, start, c) != OK) {
		mem_free(c);
		return NULL;
	}
	if (all->options.run != NULL)
		mkdir(all->options.run, 0755);
	while (*at != NULL)
		at = &(*at)->next;
	*at = c;
	return c;
}

/* -- stopping -- */

void children_remove(struct child *c)
{
	struct frame stop = { .type = FRAME_STOP };

	if (c->stopping)
		return;
	c->stopping = true;
	if (c->process.pid == 0) {
		loop_clear_timer(c->all->options.loop, &c->timer);
		tell_down(c, UINT64_MAX);
		return;
	}
	set_timer(c, c->all->options.drain_us, too_long);
	if (c->link != NULL && link_send(c->link, &stop, -1) != OK)
		children_kill(c, "cannot be told to stop");
}

void children_set_drain(struct children *all, uint64_t drain_us)
{
	all->options.drain_us = drain_us;
}

void children_stop(struct children *all)
{
	struct child *c, *next;

	all->stopping = true;
	if (all->first == NULL) {
		all->events->stopped(all->arg);
		return;
	}
	for (c = all->first; c != NULL; c = next) {
		next = c->next;
		children_remove(c);
	}
}

static void end_now(struct child *c)
{
	struct loop *loop = c->all->options.loop;

	loop_clear_timer(loop, &c->timer);
	link_free(c->link);
	if (c->process.pid != 0) {
		loop_unwatch(loop, c->process.pidfd);
		kill(c->process.pid, SIGKILL);
		waitpid(c->process.pid, NULL, 0);
		close(c->process.pidfd);
	}
	/* Also where its process has ended and its link has not yet. */
	if (c->all->options.run != NULL)
		process_pidfile_remove(c->all->options.run, c->program);
	mem_free(c);
}

void children_free(struct children *all)
{
	struct child *c, *next;

	if (all == NULL)
		return;
	for (c = all->first; c != NULL; c = next) {
		next = c->next;
		end_now(c);
	}
	mem_free(all);
}

/* -- looking -- */

const char *children_name(const struct child *c)
{
	return c->name;
}

void *children_owner(const struct child *c)
{
	return c->owner;
}

struct link *children_link(const struct child *c)
{
	return c->said_hello ? c->link : NULL;
}

uint64_t children_pid(const struct child *c)
{
	return (uint64_t)c->process.pid;
}

uint64_t children_crashes(const struct child *c)
{
	return c->crashes;
}

struct child *children_next(const struct children *all, const struct child *c)
{
	return c == NULL ? all->first : c->next;
}
