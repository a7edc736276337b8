/* operate.c - gwctl's commands. */
#include "config.h"

#include "gateway/operate.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *operate_id(uint64_t number, char id[OPERATE_ID_SIZE])
{
	snprintf(id, OPERATE_ID_SIZE, "%" PRIx64, number);
	return id;
}

char *operate_text(const struct json_value *arguments, const char *name)
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

/* -- the engine ----------------------------------------------------------- */

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
	json_put_uint(w, "on_hold", n.on_hold);
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
	char whole[PATH_MAX];

	(void)arguments;
	json_open_object(&w);
	json_put_string(&w, "state", a->stopping ? "stopping"
				     : a->ready	 ? "running"
						 : "starting");
	json_put_string(&w, "version", PACKAGE_VERSION);
	json_put_int(&w, "pid", getpid());
	json_put_string(&w, "configuration",
			realpath(a->options.conf, whole) != NULL
				? whole
				: a->options.conf);
	json_put_uint(&w, "uptime_s", (now - a->started_us) / 1000000);
	put_counts(a, &w);
	json_put_uint(&w, "memory_kb", resident_kb());
	put_programs(a, &w);
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	control_end(s, 0, NULL);
	buf_clear(&line);
}

/* A listing goes on page by page while its session lives. */
struct paging {
	struct appliance *appliance;
	uint64_t ticket;
	char *lane;		/* alone, or NULL                             */
	uint64_t after;
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
	char *name = operate_text(arguments, "name");
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

static void page(void *arg, struct bytes object, uint64_t next);

static void page_end(struct paging *p, const char *error)
{
	struct control_session *s =
		control_find(p->appliance->control, p->ticket);

	if (s != NULL)
		control_end(s, error != NULL, error);
	mem_free(p->lane);
	mem_free(p);
}

static void page_refused(struct paging *p, enum err why)
{
	struct buf which = BUF_INIT(CONTROL_LINE_MAX);

	if (why == ERR_EXISTS)
		engine_which(p->appliance->engine, p->lane, &which);
	else
		buf_text(&which, "no such lane");
	page_end(p, buf_string(&which));
	buf_clear(&which);
}

static void next_page(void *arg)
{
	struct paging *p = arg;
	bool there = control_find(p->appliance->control, p->ticket) != NULL;
	enum err e = ERR_NOTFOUND;

	if (!there || (e = engine_list(p->appliance->engine, p->lane, p->after,
				       page, p)) != OK)
		page_refused(p, e);
}

static void page(void *arg, struct bytes object, uint64_t next)
{
	struct paging *p = arg;
	struct control_session *s =
		control_find(p->appliance->control, p->ticket);

	if (object.n > 0 && s != NULL)
		control_line(s, object);
	if (object.n > 0)
		return;
	p->after = next;
	if (s == NULL || next == 0)
		page_end(p, NULL);
	else
		control_when_drained(s, next_page, p);
}

static void queue(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	struct paging *p = mem_zero(sizeof *p);
	enum err e;

	if (p == NULL) {
		control_end(s, 1, "out of memory");
		return;
	}
	*p = (struct paging){ .appliance = a,
			      .ticket = control_ticket(s),
			      .lane = operate_text(arguments, "lane") };
	if (json_find_true(arguments, "messages"))
		next_page(p);
	else if ((e = engine_list_lanes(a->engine, p->lane, page, p)) != OK)
		page_refused(p, e);
}

/* -- the appliance -------------------------------------------------------- */

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
	{ "status", status },	{ "links", operate_links }, { "queue", queue },
	{ "users", users },	{ "trace", operate_trace }, { "hold", operate_hold },
	{ "release", operate_release }, { "link", operate_link },
	{ "reload", reload },	{ "stop", stop },
	{ "esme", operate_esme }, { "sms", operate_sms },
	{ "ota", operate_ota },
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
