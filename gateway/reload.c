/*
 * reload.c - configuration in two phases: read and checked here, prepared by
 * every adapter, and only then used by all; or by none. Programs that the new
 * configuration adds are started first and have their say like the others;
 * those that it leaves out are stopped once it is in use.
 *
 *	reading -> settling -> preparing -> committing -> answered
 *
 * Settling: a program that has just come up first agrees to what is in use.
 * Committing: who asked is answered when all programs use it.
 */
#include "gateway/appliance.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RELOAD_MOST_US	UINT64_C(50000000) /* gwctl waits 60 s */

static void configure_late(struct appliance *a);

static bool send(struct appliance *a, unsigned child, enum frame_type type,
		 uint64_t ref)
{
	struct frame f = { .type = (uint8_t)type, .ref = ref };

	return appliance_send(a, child, &f, -1);
}

static void each_line(struct bytes rest,
		      void (*each)(void *arg, struct bytes line), void *arg)
{
	struct bytes line;

	while (rest.n > 0) {
		line = (struct bytes){ rest.p, bytes_find(rest, '\n') };
		if (line.n > 0)
			each(arg, line);
		rest = bytes_after(rest, line.n + 1);
	}
}

static void log_complaint(void *arg, struct bytes line)
{
	struct appliance *a = arg;

	oplog_line(a->log, OPLOG_ERROR, "configuration: %.*s", (int)line.n,
		   (const char *)line.p);
}

/* A program's complaint: it has file and line, and gets the program's name. */
struct says {
	struct buf *to;
	const char *program;
};

static void name_program(void *arg, struct bytes line)
{
	struct says *s = arg;

	buf_put(s->to, line);
	buf_printf(s->to, " (says cpmgw-%s)\n", s->program);
}

static void program_complains(struct appliance *a, unsigned child,
			      struct bytes lines)
{
	struct says s = { &a->complaints, a->programs[child].name };

	each_line(lines, name_program, &s);
}

/* "file:line: group gateway: adapters: cpmgw-NAME WHAT" */
static void complain(struct appliance *a, const struct settings *s,
		     const char *name, const char *what)
{
	settings_where(settings_single(s, "gateway"), "adapters",
		       &a->complaints);
	buf_printf(&a->complaints, ": group gateway: adapters: cpmgw-%s %s\n",
		   name, what);
}

/* The session that asked, if one did and is still there. */
static struct control_session *asker(const struct appliance *a)
{
	return a->reload_ticket == 0
		       ? NULL
		       : control_find(a->control, a->reload_ticket);
}

static void say_done(struct control_session *s)
{
	struct buf line = BUF_INIT(CONTROL_LINE_MAX);
	struct json_writer w = JSON_WRITER(&line);

	json_open_object(&w);
	json_put_string(&w, "state", "in use");
	json_put_string(&w, "text", "the configuration is in use");
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	buf_clear(&line);
}

static void answer(struct appliance *a, bool done)
{
	struct control_session *s = asker(a);

	a->reload_ticket = 0;
	a->reload = RELOAD_NONE;
	loop_clear_timer(a->loop, &a->reload_timer);
	confrun_free(a->confrun);
	a->confrun = NULL;
	if (!done)
		each_line(buf_bytes(&a->complaints), log_complaint, a);
	if (a->control == NULL)
		loop_end(a->loop);	/* it was the first one */
	else
		configure_late(a);
	if (s != NULL && done)
		say_done(s);
	if (s != NULL)
		control_end(s, !done,
			    done ? NULL : buf_string(&a->complaints));
}

/* All or nothing: nothing. */
static void refuse(struct appliance *a)
{
	struct appliance_child *c;
	unsigned i;

	a->reload = RELOAD_NONE;
	for (i = 0; i < ENGINE_CHILDREN; i++) {
		c = &a->programs[i];
		if (c->live && (c->asked != 0 || c->prepared))
			(void)send(a, i, FRAME_ABORT, 0);
		if (c->live)
			c->asked = 0;
		if (!c->joining)
			continue;
		c->joining = false;
		c->leaving = true;
		children_remove(c->child);
	}
	settings_free(a->next);
	a->next = NULL;
	answer(a, false);
	a->failed |= engine_settings(a->engine) == NULL;
}

static bool is_listed(const struct settings *s, const char *name)
{
	const struct settings_group *g = settings_single(s, "gateway");
	struct bytes item;
	size_t i;

	for (i = 0; settings_item(g, "adapters", i, &item); i++)
		if (bytes_is(item, name))
			return true;
	return false;
}

/* What operators have stopped stays so: it is said before anything binds. */
static void commit(struct appliance *a, unsigned child)
{
	a->programs[child].committing = send(a, child, FRAME_COMMIT, 0);
	engine_stop_links(a->engine, child, REF_STOPPED);
}

static void use_one(struct appliance *a, unsigned child)
{
	struct appliance_child *c = &a->programs[child];

	bool joins = c->joining;

	c->joining = false;
	if (c->child != NULL && !c->leaving && !is_listed(a->next, c->name)) {
		c->leaving = true;
		engine_child_leaves(a->engine, child);
		children_remove(c->child);
	}
	if (!c->prepared || c->leaving)
		return;
	c->live = true;
	commit(a, child);
	if (joins)
		engine_child_ready(a->engine, child);
}

/* Of the group `gateway` this is read at the start only. */
static void say_what_waits(struct appliance *a, struct control_session *s,
			   const struct settings *before)
{
	static const char *const names[] = { "reserve", "minimum-free",
					     "linger", "trace-keep",
					     "trace-size" };
	const struct settings_group *old = settings_single(before, "gateway");
	const struct settings_group *new = settings_single(a->next, "gateway");
	struct buf text = BUF_INIT(4096);
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		if (settings_number(old, names[i]) ==
		    settings_number(new, names[i]))
			continue;
		buf_reset(&text);
		settings_where(new, names[i], &text);
		buf_printf(&text, ": group gateway: %s: in use from the next "
				  "start on",
			   names[i]);
		control_text(s, buf_string(&text));
	}
	buf_clear(&text);
}

static void all_committed(struct appliance *a)
{
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].committing)
			return;
	answer(a, true);
}

/* All or nothing: all. */
static void use(struct appliance *a)
{
	const struct settings *before = engine_settings(a->engine);
	const struct settings_group *g = settings_single(a->next, "gateway");
	struct control_session *s = asker(a);
	unsigned i;
	enum err e;

	if (s != NULL && before != NULL)
		say_what_waits(a, s, before);
	if ((e = engine_configure(a->engine, a->next)) != OK) {
		buf_printf(&a->complaints, "cannot be used: %s\n",
			   err_name(e));
		refuse(a);
		return;
	}
	for (i = 0; i < ENGINE_CHILDREN; i++)
		use_one(a, i);
	a->next = NULL;
	if (a->control != NULL) {
		appliance_admit(a);
		children_set_drain(a->children,
				   settings_number(g, "drain") * 1000);
	}
	oplog_line(a->log, OPLOG_NOTICE, "configuration: in use");
	a->reload = RELOAD_COMMITTING;
	all_committed(a);
}

static bool is_awaited(const struct appliance_child *c)
{
	return c->joining ? !c->answered : c->live && c->asked != 0;
}

static void all_prepared(struct appliance *a)
{
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (is_awaited(&a->programs[i]))
			return;
	if (a->complaints.n > 0)
		refuse(a);
	else
		use(a);
}

/* Settings that are too large for a frame travel as a file. */
static int memory_file(struct bytes left)
{
	int fd = memfd_create("cpmgw-settings", MFD_CLOEXEC);
	ssize_t n;

	while (fd >= 0 && left.n > 0) {
		if ((n = write(fd, left.p, left.n)) <= 0) {
			close(fd);
			return -1;
		}
		left = bytes_after(left, (size_t)n);
	}
	return fd;
}

static bool ask(struct appliance *a, unsigned child, const struct settings *s)
{
	struct frame f = { .type = FRAME_PREPARE, .ref = ++a->last_prepare };
	struct buf image = BUF_INIT(SETTINGS_IMAGE_MAX);
	bool sent = false;
	int fd = -1;

	if (settings_image_shared(s, &image) != OK)
		goto out;
	if (image.n <= FRAME_PAYLOAD_MAX)
		f.payload = buf_bytes(&image);
	else if ((fd = memory_file(buf_bytes(&image))) < 0)
		goto out;
	if (!(sent = appliance_send(a, child, &f, fd)) && fd >= 0)
		close(fd);
	a->programs[child].asked = sent ? f.ref : 0;
out:
	buf_clear(&image);
	return sent;
}

static struct appliance_child *program_named(struct appliance *a,
					     const char *name)
{
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].child != NULL &&
		    strcmp(a->programs[i].name, name) == 0)
			return &a->programs[i];
	return NULL;
}

static void join(struct appliance *a, const char *name)
{
	struct appliance_child *c = program_named(a, name);

	if (c != NULL && c->leaving)
		complain(a, a->next, name, "still stops: try again");
	if (c != NULL)
		return;
	if ((c = appliance_add(a, name)) == NULL)
		complain(a, a->next, name, "cannot be started");
	else
		c->joining = true;
}

static void join_all(struct appliance *a)
{
	const struct settings_group *g = settings_single(a->next, "gateway");
	struct bytes item;
	char name[PROGRAM_NAME_SIZE];
	size_t i;

	for (i = 0; settings_item(g, "adapters", i, &item); i++) {
		snprintf(name, sizeof name, "%.*s", (int)item.n,
			 (const char *)item.p);
		join(a, name);
	}
}

static void prepare_all(struct appliance *a)
{
	struct appliance_child *c;
	unsigned i;

	a->reload = RELOAD_PREPARING;
	for (i = 0; i < ENGINE_CHILDREN; i++) {
		c = &a->programs[i];
		c->prepared = c->answered = false;
		if (c->live && !c->leaving && is_listed(a->next, c->name) &&
		    !ask(a, i, a->next))
			complain(a, a->next, c->name, "cannot be asked");
	}
	if (a->children != NULL)
		join_all(a);
	all_prepared(a);
}

/* Goes on when every program has agreed to what is in use, or ended. */
static void settled(struct appliance *a)
{
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].asked != 0)
			return;
	prepare_all(a);
}

static void read_done(void *arg, struct settings *s, struct bytes complaints)
{
	struct appliance *a = arg;

	buf_put(&a->complaints, complaints);
	a->next = s;
	a->reload = RELOAD_SETTLING;
	if (s == NULL)
		refuse(a);
	else
		settled(a);
}

/* It is in use, but some programs do not say so. */
static void slow_to_commit(struct appliance *a)
{
	struct control_session *s = asker(a);
	char text[100];
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++) {
		if (!a->programs[i].committing)
			continue;
		a->programs[i].committing = false;
		snprintf(text, sizeof text, "cpmgw-%s is slow to use it",
			 a->programs[i].name);
		if (s != NULL)
			control_text(s, text);
	}
	answer(a, true);
}

static void too_long(void *arg)
{
	struct appliance *a = arg;
	unsigned i;

	if (a->reload == RELOAD_COMMITTING) {
		slow_to_commit(a);
		return;
	}
	if (a->reload == RELOAD_READING)
		buf_text(&a->complaints, "cpmgw-conf takes too long\n");
	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].asked != 0 || is_awaited(&a->programs[i]))
			buf_printf(&a->complaints,
				   "cpmgw-%s does not answer\n",
				   a->programs[i].name);
	refuse(a);
}

enum err reload_start(struct appliance *a, uint64_t ticket)
{
	struct buf program = BUF_INIT(4096);
	enum err e;

	if (a->reload != RELOAD_NONE || a->stopping)
		return ERR_BUSY;
	buf_printf(&program, "%s/cpmgw-conf", a->options.programs);
	if (buf_string(&program) == NULL)
		return ERR_NOMEM;
	e = confrun_start(a->loop, buf_string(&program), a->options.conf,
			  a->options.port_offset, &a->confrun);
	buf_clear(&program);
	if (e != OK)
		return e;
	if ((e = loop_set_timer(a->loop, &a->reload_timer, RELOAD_MOST_US,
				too_long, a)) != OK) {
		confrun_free(a->confrun);
		a->confrun = NULL;
		return e;
	}
	buf_reset(&a->complaints);
	a->reload = RELOAD_READING;
	a->reload_ticket = ticket;
	confrun_wait(a->confrun, read_done, a);
	return OK;
}

/* -- programs come up, agree or not, and end ------------------------------- */

/* What is in use, to one that came up alone. */
static void configure(struct appliance *a, unsigned child)
{
	if (!ask(a, child, engine_settings(a->engine)))
		oplog_line(a->log, OPLOG_ERROR, "cpmgw-%s: not configured",
			   a->programs[child].name);
}

/* While the others were asked these came up. */
static void configure_late(struct appliance *a)
{
	struct appliance_child *c;
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++) {
		c = &a->programs[i];
		if (c->up && !c->live && !c->leaving && c->asked == 0)
			configure(a, i);
	}
}

void reload_child_up(struct appliance *a, unsigned child)
{
	struct appliance_child *c = &a->programs[child];

	c->up = true;
	if (c->joining)
		(void)ask(a, child, a->next);	/* if it cannot be, it ends */
	else if (a->reload != RELOAD_PREPARING && !c->leaving)
		configure(a, child);
}

void reload_child_down(struct appliance *a, unsigned child, bool for_good)
{
	struct appliance_child *c = &a->programs[child];
	bool awaited = a->reload == RELOAD_PREPARING && is_awaited(c);

	c->up = c->live = c->prepared = c->committing = c->open = false;
	c->answered = true;
	c->asked = 0;
	if (awaited)
		complain(a, a->next, c->name, "has ended, see the log");
	if (for_good)
		*c = (struct appliance_child){ .child = NULL };
	if (awaited)
		all_prepared(a);
	else if (a->reload == RELOAD_SETTLING)
		settled(a);
	else if (a->reload == RELOAD_COMMITTING)
		all_committed(a);
}

struct refusal {
	struct appliance *appliance;
	const char *program;
};

static void log_refusal(void *arg, struct bytes line)
{
	const struct refusal *r = arg;

	oplog_line(r->appliance->log, OPLOG_ERROR, "cpmgw-%s refuses: %.*s",
		   r->program, (int)line.n, (const char *)line.p);
}

/* It was asked alone: about what is in use. */
static void asked_alone(struct appliance *a, unsigned child,
			struct bytes complaint)
{
	struct appliance_child *c = &a->programs[child];
	struct refusal r = { a, c->name };

	if (complaint.n == 0) {
		c->live = true;
		commit(a, child);
		engine_child_ready(a->engine, child);
	} else {
		each_line(complaint, log_refusal, &r);
		if (a->ready) {
			children_kill(c->child, "is to try again");
		} else {
			a->failed = true;
			loop_end(a->loop);
		}
	}
	if (a->reload == RELOAD_SETTLING)
		settled(a);
}

void reload_prepared(struct appliance *a, unsigned child,
		     const struct frame *f)
{
	struct appliance_child *c = &a->programs[child];

	if (c->asked == 0 || f->ref != c->asked)
		return;
	c->asked = 0;
	if (!c->live && !c->joining) {
		asked_alone(a, child, f->payload);
		return;
	}
	c->answered = true;
	c->prepared = f->payload.n == 0;
	program_complains(a, child, f->payload);
	all_prepared(a);
}

void reload_committed(struct appliance *a, unsigned child)
{
	a->programs[child].committing = false;
	if (a->reload == RELOAD_COMMITTING)
		all_committed(a);
}
