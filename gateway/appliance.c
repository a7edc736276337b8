#include "gateway/appliance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/process.h"

#define COMPLAINTS_MAX	(128 * 1024)	/* those of the files, and of programs */

static void turn(void *arg)
{
	struct appliance *a = arg;

	if (a->commit != NULL)
		engine_turn(a->engine);
}

/* -- the engine's world --------------------------------------------------- */

static void world_submit(void *arg, struct step *s)
{
	struct appliance *a = arg;

	commit_submit(a->commit, s);
}

bool appliance_send(struct appliance *a, unsigned child, const struct frame *f,
		    int fd)
{
	struct child *c = a->programs[child].child;
	struct link *l = c == NULL ? NULL : children_link(c);

	if (l == NULL)
		return false;
	if (link_send(l, f, fd) == OK)
		return true;
	children_kill(c, "it does not read what it is sent");
	return false;
}

/* Behind a snapshot goes a question: its answer says that listeners answer. */
static void ask_open(struct appliance *a, unsigned child)
{
	struct control question = { .command = "ready" };
	struct frame f = { .type = FRAME_CONTROL, .ref = REF_OPEN };
	struct buf image = BUF_INIT(256);

	if (control_image(&question, &image) == OK) {
		f.payload = buf_bytes(&image);
		(void)appliance_send(a, child, &f, -1);
	}
	buf_clear(&image);
}

static bool world_send(void *arg, unsigned child, const struct frame *f)
{
	struct appliance *a = arg;

	if (child == ENGINE_OPERATOR) {
		operate_answered(a, f);
		return true;
	}
	if (!appliance_send(a, child, f, -1))
		return false;
	if (f->type == FRAME_SNAPSHOT_END)
		ask_open(a, child);
	return true;
}

static bool world_disk_short(void *arg)
{
	const struct appliance *a = arg;

	return commit_disk_short(a->commit);
}

static size_t world_waiting(void *arg)
{
	const struct appliance *a = arg;

	return commit_waiting(a->commit);
}

/* -- adapter programs ----------------------------------------------------- */

static unsigned number_of(const struct appliance *a, const struct child *c)
{
	const struct appliance_child *p = children_owner(c);

	return (unsigned)(p - a->programs);
}

static void child_up(void *arg, struct child *c, const struct hello *h)
{
	struct appliance *a = arg;
	unsigned child = number_of(a, c);
	struct welcome w = { .state_directory = a->options.state_directory };
	struct buf image = BUF_INIT(4096);
	struct frame answer = { .type = FRAME_WELCOME };

	memcpy(w.nonce_key, keys_nonce(a->keys), sizeof w.nonce_key);
	memcpy(w.id_key, keys_id(a->keys), sizeof w.id_key);
	engine_child_up(a->engine, child);
	engine_child_named(a->engine, child, h->name);
	if (welcome_image(&w, &image) == OK) {
		answer.payload = buf_bytes(&image);
		if (appliance_send(a, child, &answer, -1))
			reload_child_up(a, child);
	}
	explicit_bzero(&w, sizeof w);
	buf_clear(&image);
}

static void child_down(void *arg, struct child *c, bool was_up,
		       uint64_t again_us)
{
	struct appliance *a = arg;
	unsigned child = number_of(a, c);

	operate_child_down(a, child);
	if (was_up)
		engine_child_down(a->engine, child, "its program ended");
	if (again_us == UINT64_MAX)
		engine_child_gone(a->engine, child);
	reload_child_down(a, child, again_us == UINT64_MAX);
}

static void say_ready(struct appliance *a)
{
	const struct settings *s = engine_settings(a->engine);

	printf("cpmgw ready sip=%u smpp=%u state=%s\n",
	       (unsigned)settings_number(settings_single(s, "sip"), "port"),
	       (unsigned)settings_number(settings_single(s, "smpp"), "port"),
	       a->options.state_directory);
	fflush(stdout);
	a->ready = true;
}

static void opened(struct appliance *a, unsigned child)
{
	unsigned i;

	a->programs[child].open = true;
	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].child != NULL && !a->programs[i].open)
			return;
	if (!a->ready)
		say_ready(a);
}

static void child_frame(void *arg, struct child *c, const struct frame *f,
			int fd)
{
	struct appliance *a = arg;
	unsigned child = number_of(a, c);

	if (fd >= 0)
		close(fd);
	switch (f->type) {
	case FRAME_PREPARED:
		reload_prepared(a, child, f);
		break;
	case FRAME_COMMITTED:
		reload_committed(a, child);
		break;
	case FRAME_CONTROLLED:
		if (f->ref == REF_OPEN)
			opened(a, child);
		else
			operate_controlled(a, child, f);
		break;
	default:
		engine_frame(a->engine, child, f);
		break;
	}
}

static void children_ended(void *arg)
{
	struct appliance *a = arg;

	loop_end(a->loop);
}

/* Slow links are bounded by their windows; nothing need be done. */
static void child_high(void *arg, struct child *c, bool high)
{
	struct appliance *a = arg;

	if (high)
		oplog_line(a->log, OPLOG_WARNING, "%s is slow to read",
			   children_name(c));
}

static const struct children_events child_events = {
	.up = child_up,
	.frame = child_frame,
	.high = child_high,
	.down = child_down,
	.stopped = children_ended,
};

/* -- the store comes back, time passes, signals arrive -------------------- */

static void collect(void *arg, int fd, unsigned events)
{
	struct appliance *a = arg;
	struct step *s, *next;
	uint64_t n;

	(void)events;
	if (read(fd, &n, sizeof n) < 0 && errno != EAGAIN)
		return;
	for (s = commit_collect(a->commit); s != NULL; s = next) {
		next = s->next;
		engine_step_done(a->engine, s);
	}
	operate_found(a);
	if (commit_failed(a->commit)) {
		oplog_line(a->log, OPLOG_ALARM,
			   "the disk failed: nothing more is accepted: %s",
			   commit_why(a->commit));
		a->failed = true;
		loop_end(a->loop);
	}
}

struct appliance_child *appliance_add(struct appliance *a, const char *name)
{
	struct appliance_child *c;
	unsigned i = 0;

	while (i < ENGINE_CHILDREN && a->programs[i].child != NULL)
		i++;
	if (i == ENGINE_CHILDREN)
		return NULL;
	c = &a->programs[i];
	*c = (struct appliance_child){ .child = NULL };
	snprintf(c->name, sizeof c->name, "%s", name);
	c->child = children_add(a->children, name, c);
	return c->child == NULL ? NULL : c;
}

static void start_children(struct appliance *a)
{
	const struct settings_group *g =
		settings_single(engine_settings(a->engine), "gateway");
	struct bytes item;
	char name[PROGRAM_NAME_SIZE];
	size_t i;

	for (i = 0; settings_item(g, "adapters", i, &item); i++) {
		snprintf(name, sizeof name, "%.*s", (int)item.n,
			 (const char *)item.p);
		if (appliance_add(a, name) == NULL)
			oplog_line(a->log, OPLOG_ERROR,
				   "cpmgw-%s cannot be started", name);
	}
}

static void tick(void *arg)
{
	struct appliance *a = arg;

	if (loop_set_timer(a->loop, &a->tick, ENGINE_TICK_US, tick, a) != OK)
		loop_end(a->loop);
	engine_tick(a->engine);
}

static void signalled(void *arg, int fd, unsigned events)
{
	struct appliance *a = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(fd, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGHUP) {
		if (reload_start(a, 0) != OK)
			oplog_line(a->log, OPLOG_WARNING,
				   "a reload is under way already");
		return;
	}
	appliance_stop(a);
}

void appliance_stop(struct appliance *a)
{
	const struct settings *s = engine_settings(a->engine);

	if (a->stopping || s == NULL) {
		loop_end(a->loop);
		return;
	}
	oplog_line(a->log, OPLOG_NOTICE, "stopping");
	a->stopping = true;
	engine_drain(a->engine);
	children_stop(a->children);
}

/* -- putting it together -------------------------------------------------- */

static bool complain(struct appliance *a, const char *what, struct buf *why)
{
	oplog_line(a->log, OPLOG_ERROR, "%s: %s", what,
		   why->n > 0 ? buf_string(why) : "failed");
	buf_clear(why);
	return false;
}

static bool own_directory(struct appliance *a)
{
	const char *path = a->options.state_directory;
	struct stat st;

	if ((mkdir(path, 0700) != 0 && errno != EEXIST) ||
	    stat(path, &st) != 0) {
		oplog_line(a->log, OPLOG_ERROR, "%s: %s", path,
			   strerror(errno));
		return false;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		oplog_line(a->log, OPLOG_ERROR,
			   "%s: must be ours alone (mode 0700)", path);
		return false;
	}
	return true;
}

static bool lock(struct appliance *a)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/lock", a->options.state_directory);
	a->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->lock >= 0 && flock(a->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	oplog_line(a->log, OPLOG_ERROR, "%s: %s", path,
		   errno == EWOULDBLOCK ? "another gateway runs here"
					: strerror(errno));
	return false;
}

static bool open_store(struct appliance *a)
{
	const char *directory = a->options.state_directory;
	struct buf why = BUF_INIT(4096);

	if (keys_load(directory, a->clock, &a->keys, &why) != OK)
		return complain(a, "keys", &why);
	if (inflight_open(directory, &a->inflight, &why) != OK)
		return complain(a, "in-flight table", &why);
	if (store_open(&a->store, directory, NULL, &why) != OK)
		return complain(a, "store", &why);
	buf_clear(&why);
	return true;
}

static bool start_commit(struct appliance *a)
{
	const struct settings *s = engine_settings(a->engine);
	const struct settings_group *g = settings_single(s, "gateway");
	struct commit_options o = {
		.directory = a->options.state_directory,
		.reserve_octets = settings_number(g, "reserve"),
		.minimum_free_octets = settings_number(g, "minimum-free"),
		.linger_us = settings_number(g, "linger") * 1000,
	};
	struct buf none = BUF_INIT(16);

	if (trace_open(&a->trace, a->options.state_directory,
		       (unsigned)settings_number(g, "trace-keep")) != OK)
		return complain(a, "trace", &none);
	trace_limit(a->trace, settings_number(g, "trace-size"));
	if (commit_new(&a->commit, a->store, a->trace, &o) != OK ||
	    commit_start(a->commit, a->wake) != OK)
		return complain(a, "commit thread", &none);
	return true;
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool start_loop(struct appliance *a)
{
	struct buf none = BUF_INIT(16);

	a->signals = watch_signals();
	a->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	a->loop = loop_new(a->clock);
	if (a->loop == NULL || a->signals < 0 || a->wake < 0 ||
	    loop_watch(a->loop, a->signals, LOOP_READ, signalled, a) != OK ||
	    loop_watch(a->loop, a->wake, LOOP_READ, collect, a) != OK)
		return complain(a, "event loop", &none);
	loop_after_turn(a->loop, turn, a);
	return true;
}

static void world_look_back(void *arg, uint64_t ref, const char *key,
			    const char *account, const char *from)
{
	struct appliance *a = arg;

	past_ask(a->past, ref, key, account, from);
}

static void looked_back(void *arg, uint64_t ref, const struct standing *v)
{
	struct appliance *a = arg;

	engine_looked_back(a->engine, ref, v);
}

static bool start_engine(struct appliance *a)
{
	struct engine_world world = {
		.clock = a->clock,
		.arg = a,
		.submit = world_submit,
		.send = world_send,
		.disk_short = world_disk_short,
		.steps_waiting = world_waiting,
		.look_back = world_look_back,
		.state_directory = a->options.state_directory,
	};
	struct buf none = BUF_INIT(16);

	if (engine_new(&world, a->keys, a->inflight, &a->engine) != OK)
		return complain(a, "engine", &none);
	a->past = past_new(a->loop, a->options.state_directory, looked_back, a);
	if (a->past == NULL)
		return complain(a, "reader of traces", &none);
	return true;
}

static bool make_run(struct appliance *a)
{
	struct buf path = BUF_INIT(4096);

	buf_printf(&path, "%s/run", a->options.state_directory);
	if (buf_string(&path) == NULL)
		return false;
	a->run = mem_string(buf_string(&path));
	buf_clear(&path);
	return a->run != NULL && (mkdir(a->run, 0700) == 0 || errno == EEXIST);
}

static bool start_programs(struct appliance *a)
{
	const struct settings *s = engine_settings(a->engine);
	const struct settings_group *g = settings_single(s, "gateway");
	struct children_options o = {
		.loop = a->loop,
		.oplog = a->log,
		.programs = a->options.programs,
		.drain_us = settings_number(g, "drain") * 1000,
	};
	struct buf none = BUF_INIT(16);

	/* Our own pid beside those of the programs. */
	if (!make_run(a) ||
	    process_pidfile_write(a->run, "cpmgwd", getpid()) != OK)
		return complain(a, "pid file", &none);
	o.run = a->run;
	a->children = children_new(&o, &child_events, a);
	return a->children != NULL || complain(a, "programs", &none);
}

/* The first configuration; the loop runs for nothing else meanwhile. */
static bool configure(struct appliance *a)
{
	if (reload_start(a, 0) != OK || loop_run(a->loop) != OK)
		return false;
	return !a->failed && engine_settings(a->engine) != NULL;
}

void appliance_admit(struct appliance *a)
{
	const struct settings_group *g =
		settings_single(engine_settings(a->engine), "gateway");
	const char *group = settings_text(g, "control-group");

	if (control_admit(a->control, group) == ERR_DENIED)
		oplog_line(a->log, OPLOG_WARNING,
			   "control-group: the socket cannot be given to "
			   "group %s",
			   group);
}

static bool start_control(struct appliance *a)
{
	struct buf why = BUF_INIT(4096);
	char path[4096];

	if (a->options.socket != NULL)
		snprintf(path, sizeof path, "%s", a->options.socket);
	else
		snprintf(path, sizeof path, "%s/gwctl.sock",
			 a->options.state_directory);
	if (control_new(a->loop, path, &a->control, &why) != OK)
		return complain(a, "control socket", &why);
	appliance_admit(a);
	control_serve(a->control, operate_command, a);
	buf_clear(&why);
	return true;
}

/* What was left is known again before the first program starts. */
static bool recover(struct appliance *a)
{
	engine_recover(a->engine);
	engine_turn(a->engine);
	return loop_set_timer(a->loop, &a->tick, ENGINE_TICK_US, tick, a) == OK;
}

static void recovered(void *arg)
{
	struct appliance *a = arg;

	turn(a);
	if (!engine_recovered(a->engine))
		return;
	loop_after_turn(a->loop, turn, a);
	oplog_line(a->log, OPLOG_NOTICE, "recovered: adapters start");
	start_children(a);
}

static void close_all(struct appliance *a)
{
	confrun_free(a->confrun);
	operate_forget(a);
	control_free(a->control);
	children_free(a->children);
	turn(a);
	past_free(a->past);
	if (a->commit != NULL && commit_stop(a->commit) != OK)
		a->failed = true;
	engine_free(a->engine);
	commit_free(a->commit);
	trace_close(a->trace);
	store_close(a->store);
	inflight_close(a->inflight);
	keys_free(a->keys);
	loop_free(a->loop);
	buf_clear(&a->complaints);
	if (a->run != NULL)
		process_pidfile_remove(a->run, "cpmgwd");
	mem_free(a->run);
	if (a->lock >= 0)
		close(a->lock);
}

int appliance_run(struct appliance *a)
{
	a->lock = a->wake = a->signals = -1;
	a->last_ref = REF_STOPPED;
	a->complaints = (struct buf)BUF_INIT(COMPLAINTS_MAX);
	a->started_us = a->clock->monotonic_us(a->clock->arg);
	if (!own_directory(a) || !lock(a) || !start_loop(a) || !open_store(a) ||
	    !start_engine(a) || !configure(a) || !start_commit(a) ||
	    !start_programs(a) || !start_control(a) || !recover(a)) {
		a->failed = true;
		goto out;
	}
	loop_after_turn(a->loop, recovered, a);
	oplog_line(a->log, OPLOG_NOTICE, "started in %s",
		   a->options.state_directory);
	if (loop_run(a->loop) != OK)
		a->failed = true;
out:
	close_all(a);
	return a->failed ? 1 : 0;
}
