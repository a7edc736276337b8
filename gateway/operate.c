/* operate.c - gwctl's commands. */
#include "config.h"

#include "gateway/appliance.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codecs/timestamp.h"

#define LINES_MAX	(8 * 1024 * 1024)
#define READERS_MAX	8
#define STORIES_MAX	20
#define FOLLOW_EVERY_US	200000

/* -- trace: read-only, on a thread of its own ---------------------------------- */

struct reader {
	struct appliance *appliance;
	int fd;
	char *directory, *key;
	bool follow;
	uint64_t last_us;	/* of what was written already                */
	uint64_t records;
	struct buf lines;
};

static void put_record(struct reader *r, const struct trace_record *t)
{
	struct json_writer w = JSON_WRITER(&r->lines);
	struct buf time = BUF_INIT(64);
	char id[32];

	if (t->time_us <= r->last_us)
		return;
	r->last_us = t->time_us;
	r->records++;
	snprintf(id, sizeof id, "%llx", (unsigned long long)t->story);
	json_open_object(&w);
	json_put_string(&w, "id", id);
	if (timestamp_rfc3339_encode((int64_t)t->time_us, 0, &time) == OK)
		json_put_text(&w, "time", buf_bytes(&time));
	json_put_string(&w, "step", t->step);
	json_put_string(&w, "from", t->from);
	json_put_string(&w, "to", t->to);
	json_put_string(&w, "technology", technology_name(t->technology));
	json_put_string(&w, "verdict", t->verdict);
	json_put_string(&w, "far_id", t->far_id);
	json_put_string(&w, "text", t->text);
	json_put_string(&w, "peer", t->peer);
	json_put_string(&w, "clause", t->clause);
	if (t->leg != 0) {
		snprintf(id, sizeof id, "%llx", (unsigned long long)t->leg);
		json_put_string(&w, "leg", id);
	}
	json_close_object(&w);
	buf_text(&r->lines, "\n");
	buf_clear(&time);
}

static void each_record(void *arg, const struct trace_record *t)
{
	put_record(arg, t);
}

static bool send_lines(struct reader *r)
{
	struct bytes rest = buf_bytes(&r->lines);

	while (rest.n > 0) {
		ssize_t n = send(r->fd, rest.p, rest.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		rest = bytes_after(rest, (size_t)n);
	}
	buf_reset(&r->lines);
	return true;
}

static bool client_there(const struct reader *r)
{
	char c;

	return recv(r->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) != 0;
}

/* The number that stands above each story: 16 hexadecimal digits. */
static bool story_number(const char *key, uint64_t *number)
{
	if (strlen(key) != 16 || strspn(key, "0123456789abcdef") != 16)
		return false;
	*number = strtoull(key, NULL, 16);
	return true;
}

static bool look(struct reader *r)
{
	uint64_t number;
	enum err e = ERR_NOTFOUND;

	if (story_number(r->key, &number))
		e = trace_find_story(r->directory, number, each_record, r);
	if (e == ERR_NOTFOUND)
		e = trace_find(r->directory, r->key, STORIES_MAX, each_record,
			       r);
	return (e == OK || e == ERR_NOTFOUND) && send_lines(r);
}

static void *read_trace(void *arg)
{
	struct reader *r = arg;
	bool good = look(r);

	while (good && r->follow && client_there(r)) {
		usleep(FOLLOW_EVERY_US);
		good = look(r);
	}
	buf_printf(&r->lines, "{\"end\":true,\"exit\":%d%s}\n",
		   r->records > 0 ? 0 : 1,
		   r->records > 0 ? "" : ",\"error\":\"no trace of it\"");
	(void)send_lines(r);
	close(r->fd);
	__atomic_sub_fetch(&r->appliance->readers, 1, __ATOMIC_SEQ_CST);
	buf_clear(&r->lines);
	mem_free(r->directory);
	mem_free(r->key);
	mem_free(r);
	return NULL;
}

static char *text_of(const struct json_value *arguments, const char *name)
{
	struct bytes v;
	char *text;

	if (json_find_text(arguments, name, &v) != OK)
		return NULL;
	if ((text = mem_alloc(v.n + 1)) == NULL)
		return NULL;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	return text;
}

static bool start_reader(struct reader *r)
{
	pthread_attr_t detached;
	pthread_t thread;
	bool good;

	if (pthread_attr_init(&detached) != 0)
		return false;
	good = pthread_attr_setdetachstate(&detached,
					   PTHREAD_CREATE_DETACHED) == 0 &&
	       pthread_create(&thread, &detached, read_trace, r) == 0;
	pthread_attr_destroy(&detached);
	return good;
}

static void trace(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	struct reader *r = mem_zero(sizeof *r);

	if (r == NULL || (r->key = text_of(arguments, "key")) == NULL ||
	    __atomic_load_n(&a->readers, __ATOMIC_SEQ_CST) >= READERS_MAX) {
		control_end(s, r != NULL && r->key == NULL ? 2 : 1,
			    r != NULL && r->key == NULL
				    ? "which message? a key is missing"
				    : "too many searches at once");
		goto fail;
	}
	r->appliance = a;
	r->follow = json_find_true(arguments, "follow");
	r->directory = mem_string(a->options.state_directory);
	r->lines = (struct buf)BUF_INIT(LINES_MAX);
	if (r->directory == NULL || (r->fd = control_give_away(s)) < 0)
		goto fail;
	__atomic_add_fetch(&a->readers, 1, __ATOMIC_SEQ_CST);
	if (start_reader(r))
		return;
	__atomic_sub_fetch(&a->readers, 1, __ATOMIC_SEQ_CST);
	close(r->fd);
fail:
	if (r != NULL) {
		mem_free(r->directory);
		mem_free(r->key);
	}
	mem_free(r);
}

/* -- the engine ------------------------------------------------------------------- */

static void put_programs(struct appliance *a, struct json_writer *w)
{
	const struct child *c = NULL;

	json_name(w, "programs");
	json_open_array(w);
	while ((c = children_next(a->children, c)) != NULL) {
		json_open_object(w);
		json_put_string(w, "name", children_name(c));
		json_put_uint(w, "pid", children_pid(c));
		json_put_string(w, "state",
				children_link(c) != NULL ? "running"
				: children_pid(c) != 0	 ? "starting"
							 : "resting");
		json_put_uint(w, "restarts", children_crashes(c));
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_counts(struct appliance *a, struct json_writer *w)
{
	struct engine_counts n;
	uint64_t commits, steps;

	engine_counts(a->engine, &n);
	commit_counts(a->commit, &commits, &steps);
	json_put_uint(w, "accepted", n.accepted);
	json_put_uint(w, "refused", n.refused);
	json_put_uint(w, "duplicates", n.duplicates);
	json_put_uint(w, "delivered", n.delivered);
	json_put_uint(w, "failed", n.failed);
	json_put_uint(w, "expired", n.expired);
	json_put_uint(w, "reports", n.reports);
	json_put_uint(w, "retries", n.retries);
	json_put_uint(w, "maybe_duplicates", n.maybe_duplicates);
	json_put_uint(w, "waiting", n.waiting);
	json_put_uint(w, "in_flight", n.in_flight);
	json_put_uint(w, "quarantined", n.quarantined);
	json_put_bool(w, "disk_short", commit_disk_short(a->commit));
	json_put_uint(w, "commits", commits);
	json_put_uint(w, "steps", steps);
}

static uint64_t resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long all = 0, resident = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void status(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments)
{
	struct buf line = BUF_INIT(65536);
	struct json_writer w = JSON_WRITER(&line);
	uint64_t now = a->clock->monotonic_us(a->clock->arg);

	(void)arguments;
	json_open_object(&w);
	json_put_string(&w, "state", a->stopping ? "stopping"
				     : a->ready	 ? "running"
						 : "starting");
	json_put_string(&w, "version", PACKAGE_VERSION);
	json_put_int(&w, "pid", getpid());
	json_put_uint(&w, "uptime_s", (now - a->started_us) / 1000000);
	put_counts(a, &w);
	json_put_uint(&w, "memory_kb", resident_kb());
	put_programs(a, &w);
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	control_end(s, 0, NULL);
	buf_clear(&line);
}

static void links(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	struct buf lines = BUF_INIT(LINES_MAX);

	(void)arguments;
	engine_describe_links(a->engine, &lines);
	control_lines(s, buf_bytes(&lines));
	control_end(s, 0, NULL);
	buf_clear(&lines);
}

/* A listing goes on page by page while its session lives. */
struct paging {
	struct appliance *appliance;
	uint64_t ticket;
	char *lane;		/* of legs                                    */
	bool one;		/* it was asked for by name                   */
	bool any;
};

static void each_user(void *arg, struct bytes object, uint64_t next)
{
	struct paging *p = arg;
	struct control_session *s =
		control_find(p->appliance->control, p->ticket);

	(void)next;
	if (object.n > 0) {
		p->any = true;
		if (s != NULL)
			control_line(s, object);
		return;
	}
	if (s != NULL && p->one && !p->any)
		control_end(s, 1, "no such user");
	else if (s != NULL)
		control_end(s, 0, NULL);
	mem_free(p);
}

static void users(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	char *name = text_of(arguments, "name");
	struct paging *p = mem_zero(sizeof *p);

	if (p == NULL) {
		control_end(s, 1, "out of memory");
	} else {
		*p = (struct paging){ .appliance = a,
				      .ticket = control_ticket(s),
				      .one = name != NULL };
		engine_list_users(a->engine, name, each_user, p);
	}
	mem_free(name);
}

static void page(void *arg, struct bytes object, uint64_t next)
{
	struct paging *p = arg;
	struct control_session *s =
		control_find(p->appliance->control, p->ticket);

	if (object.n > 0) {
		if (s != NULL)
			control_line(s, object);
		return;
	}
	if (s != NULL && next != 0 &&
	    engine_list(p->appliance->engine, p->lane, next, page, p) == OK)
		return;
	if (s != NULL)
		control_end(s, 0, NULL);
	mem_free(p->lane);
	mem_free(p);
}

static void queue_messages(struct appliance *a, struct control_session *s,
			   char *lane)
{
	struct paging *p = mem_zero(sizeof *p);

	if (p == NULL) {
		mem_free(lane);
		control_end(s, 1, "out of memory");
		return;
	}
	*p = (struct paging){ .appliance = a,
			      .ticket = control_ticket(s),
			      .lane = lane };
	if (engine_list(a->engine, lane, 0, page, p) == OK)
		return;
	control_end(s, 1, "no such lane");
	mem_free(lane);
	mem_free(p);
}

static void queue(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	struct buf lines = BUF_INIT(LINES_MAX);
	char *lane = text_of(arguments, "lane");

	if (json_find_true(arguments, "messages")) {
		queue_messages(a, s, lane);
		return;
	}
	if (engine_describe_lanes(a->engine, lane, &lines) == OK) {
		control_lines(s, buf_bytes(&lines));
		control_end(s, 0, NULL);
	} else {
		control_end(s, 1, "no such lane");
	}
	mem_free(lane);
	buf_clear(&lines);
}

struct holding {
	struct appliance *appliance;
	uint64_t ticket;
};

static void message_held(void *arg, enum err result)
{
	struct holding *h = arg;
	struct control_session *s =
		control_find(h->appliance->control, h->ticket);

	mem_free(h);
	if (s == NULL)
		return;
	if (result == OK)
		control_end(s, 0, NULL);
	else
		control_end(s, 1,
			    result == ERR_NOTFOUND
				    ? "no such lane or message"
				    : "it is being sent, or is so already");
}

static void hold_message(struct appliance *a, struct control_session *s,
			 uint64_t id, bool hold)
{
	struct holding *h = mem_zero(sizeof *h);

	if (h == NULL) {
		control_end(s, 1, "out of memory");
		return;
	}
	*h = (struct holding){ a, control_ticket(s) };
	engine_hold_message(a->engine, id, hold, message_held, h);
}

static void hold_or_release(struct appliance *a, struct control_session *s,
			    const struct json_value *arguments, bool hold)
{
	char *name = text_of(arguments, "name");
	uint64_t id;

	if (name == NULL)
		control_end(s, 2, "hold or release what? a name is missing");
	else if (engine_hold(a->engine, name, hold) == OK)
		control_end(s, 0, NULL);
	else if ((id = engine_story_of(a->engine, name)) != 0)
		hold_message(a, s, id, hold);
	else
		control_end(s, 1, "no such lane or message");
	mem_free(name);
}

static void hold(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments)
{
	hold_or_release(a, s, arguments, true);
}

static void release(struct appliance *a, struct control_session *s,
		    const struct json_value *arguments)
{
	hold_or_release(a, s, arguments, false);
}

/* -- adapters ------------------------------------------------------------------------ */

static void ask_adapter(struct appliance *a, struct control_session *s,
			const struct control *c)
{
	struct frame f = { .type = FRAME_CONTROL, .ref = ++a->last_ref };
	struct buf image = BUF_INIT(4096);
	size_t slot = a->last_ref % CONTROL_SESSIONS;
	int child = engine_peer_child(a->engine, c->peer);

	if (child < 0) {
		control_end(s, 1, "no such link");
		return;
	}
	if (control_image(c, &image) == OK) {
		f.payload = buf_bytes(&image);
		a->asked[slot].ref = f.ref;
		a->asked[slot].ticket = control_ticket(s);
		if (!appliance_send(a, (unsigned)child, &f))
			control_end(s, 1, "its program does not run");
	} else {
		control_end(s, 2, "the name is too long");
	}
	buf_clear(&image);
}

void operate_controlled(struct appliance *a, const struct frame *f)
{
	size_t slot = f->ref % CONTROL_SESSIONS;
	struct control_session *s;
	char why[512];

	if (a->asked[slot].ref != f->ref)
		return;
	a->asked[slot].ref = 0;
	if ((s = control_find(a->control, a->asked[slot].ticket)) == NULL)
		return;
	snprintf(why, sizeof why, "%.*s", (int)f->payload.n,
		 (const char *)f->payload.p);
	control_end(s, f->payload.n > 0, f->payload.n > 0 ? why : NULL);
}

static void link_command(struct appliance *a, struct control_session *s,
			 const struct json_value *arguments)
{
	char *action = text_of(arguments, "action");
	char *name = text_of(arguments, "name");
	struct control c = { .command = action, .peer = name };

	if (action == NULL || name == NULL)
		control_end(s, 2, "link start|stop|drain|kick NAME");
	else
		ask_adapter(a, s, &c);
	mem_free(action);
	mem_free(name);
}

/* -- the appliance ---------------------------------------------------------------------- */

static void reload(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments)
{
	enum err e = reload_start(a, control_ticket(s));

	(void)arguments;
	if (e == ERR_BUSY)
		control_end(s, 1, "a reload is under way already");
	else if (e != OK)
		control_end(s, 1, "cpmgw-conf cannot be started");
}

static void stop(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments)
{
	(void)arguments;
	control_end(s, 0, NULL);
	appliance_stop(a);
}

static const struct {
	const char *name;
	void (*run)(struct appliance *a, struct control_session *s,
		    const struct json_value *arguments);
} commands[] = {
	{ "status", status },	{ "links", links }, { "queue", queue },
	{ "users", users },	{ "trace", trace }, { "hold", hold },
	{ "release", release }, { "link", link_command },
	{ "reload", reload },	{ "stop", stop },
};

void operate_command(void *arg, struct control_session *s, const char *command,
		     const struct json_value *arguments)
{
	size_t i;

	for (i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, command) == 0) {
			commands[i].run(arg, s, arguments);
			return;
		}
	control_end(s, 2, "unknown command");
}
