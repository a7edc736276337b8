/* gwctl status, links, queue, users: tables; and commands that only do. */
#include "gateway/gwctl.h"

#include <stdio.h>
#include <string.h>

#define OUT_MAX	     (64 * 1024 * 1024)
#define ROWS_AT_ONCE 1000

static const struct print_column lane_columns[] = {
	{ "LANE", "lane", PRINT_TEXT },
	{ "TECHNOLOGY", "technology", PRINT_TEXT },
	{ "LINK", "peer", PRINT_TEXT },
	{ "WAITING", "waiting", PRINT_NUMBER },
	{ "IN-FLIGHT", "in_flight", PRINT_NUMBER },
	{ "ON-HOLD", "on_hold", PRINT_NUMBER },
	{ "OLDEST", "oldest_s", PRINT_SECONDS },
	{ "HELD", "held", PRINT_IF },
	{ "BY", "held_by", PRINT_TEXT },
	{ "SINCE", "held_since", PRINT_TIME },
	{ NULL, NULL, PRINT_TEXT }
};

static const struct print_column leg_columns[] = {
	{ "MESSAGE", "id", PRINT_TEXT },
	{ "FROM", "from", PRINT_TEXT },
	{ "TO", "to", PRINT_TEXT },
	{ "LANE", "lane", PRINT_TEXT },
	{ "STATE", "state", PRINT_TEXT },
	{ "ATTEMPTS", "attempts", PRINT_NUMBER },
	{ "DUE", "due", PRINT_TIME },
	{ "EXPIRES", "expires", PRINT_TIME },
	{ "BY", "held_by", PRINT_TEXT },
	{ "SINCE", "held_since", PRINT_TIME },
	{ NULL, NULL, PRINT_TEXT }
};

static const struct print_column user_columns[] = {
	{ "USER", "name", PRINT_TEXT },
	{ "ADDRESS", "address", PRINT_TEXT },
	{ "NUMBER", "number", PRINT_TEXT },
	{ "DEVICES", "devices", PRINT_NUMBER },
	{ "WAITING", "waiting", PRINT_NUMBER },
	{ "WHEN ABSENT", "when_absent", PRINT_TEXT },
	{ NULL, NULL, PRINT_TEXT }
};

static const struct print_column program_columns[] = {
	{ "PROGRAM", "name", PRINT_TEXT },
	{ "PID", "pid", PRINT_NUMBER },
	{ "STATE", "state", PRINT_TEXT },
	{ "RESTARTS", "restarts", PRINT_NUMBER },
	{ NULL, NULL, PRINT_TEXT }
};

/* What of the status is a number with a name. */
static const struct {
	const char *title, *member;
} counts[] = {
	{ "accepted", "accepted" },
	{ "refused", "refused" },
	{ "delivered", "delivered" },
	{ "failed", "failed" },
	{ "expired", "expired" },
	{ "reports", "reports" },
	{ "retries", "retries" },
	{ "duplicates", "duplicates" },
	{ "maybe twice", "maybe_duplicates" },
	{ "waiting", "waiting" },
	{ "in flight", "in_flight" },
	{ "on hold", "on_hold" },
	{ "memory KB", "memory_kb" },
};

static enum err put_status(struct arena *a, const struct json_value *v,
			   struct buf *to)
{
	const struct json_value *programs = json_find(v, "programs"), *p;
	struct print_table t;
	uint64_t up = 0;
	enum err e = OK;
	size_t i;

	if (json_find_uint(v, "uptime_s", UINT64_MAX, &up) != OK)
		up = 0;
	buf_printf(to, "cpmgw %s, %s for %s, pid %s\n",
		   print_member(a, v, "version"), print_member(a, v, "state"),
		   print_duration(a, up), print_member(a, v, "pid"));
	if (json_find(v, "configuration") != NULL)
		buf_printf(to, "configuration: %s\n",
			   print_member(a, v, "configuration"));
	if (json_find_true(v, "disk_short"))
		buf_text(to, "The disk is nearly full: nothing new is "
			     "accepted.\n");
	buf_text(to, "\n");
	for (i = 0; i < sizeof counts / sizeof *counts; i++)
		if (json_find(v, counts[i].member) != NULL)
			buf_printf(to, "  %-12s %12s\n", counts[i].title,
				   print_member(a, v, counts[i].member));
	print_table_init(&t, a, program_columns);
	for (p = programs == NULL ? NULL : programs->child; p != NULL;
	     p = p->next)
		if ((e = print_table_add(&t, p)) != OK)
			break;
	if (t.n_cells > 0) {
		buf_text(to, "\n");
		print_table_put(&t, to);
	}
	print_table_clear(&t);
	return e == OK ? buf_status(to) : e;
}

struct status {
	struct arena *arena;
	struct buf out;
};

static enum err take_status(void *arg, const struct json_value *object)
{
	struct status *s = arg;

	return put_status(s->arena, object, &s->out);
}

int call_status(struct call *c)
{
	struct status s = { .arena = c->arena, .out = BUF_INIT(OUT_MAX) };
	int code = call_run(c, bytes_of(""), take_status, &s, NULL);

	call_print(&s.out);
	buf_clear(&s.out);
	return code;
}

struct rows {
	struct print_table table;
	struct buf out;
	uint64_t on_hold; /* messages, in all lanes                    */
};

static void put_rows(struct rows *r)
{
	print_table_put(&r->table, &r->out);
	call_print(&r->out);
	buf_reset(&r->out);
	arena_reset(r->table.arena);
}

static enum err take_row(void *arg, const struct json_value *object)
{
	struct rows *r = arg;
	enum err e = print_table_add(&r->table, object);
	uint64_t n;

	if (json_find_uint(object, "on_hold", UINT64_MAX, &n) == OK)
		r->on_hold += n;
	if (e == OK &&
	    r->table.n_cells >= r->table.n_columns * ROWS_AT_ONCE)
		put_rows(r);
	return e;
}

int call_table(struct call *c, struct bytes arguments,
	       const struct print_column *columns, const char *none)
{
	struct rows r = { .out = BUF_INIT(OUT_MAX) };
	size_t n = 0;
	int code;

	print_table_init(&r.table, c->arena, columns);
	code = call_run(c, arguments, take_row, &r, &n);
	put_rows(&r);
	if (code == GWCTL_DONE && n == 0 && !c->json)
		puts(none);
	if (r.on_hold > 0)
		printf("\nOn hold or in quarantine: %llu. gwctl queue "
		       "--messages lists them, gwctl release\nlets them "
		       "go on.\n",
		       (unsigned long long)r.on_hold);
	print_table_clear(&r.table);
	buf_clear(&r.out);
	return code;
}

int call_queue(struct call *c)
{
	struct buf arguments = BUF_INIT(GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	int code;

	if (c->messages)
		json_put_bool(&w, "messages", true);
	if (c->n > 0)
		json_put_string(&w, "lane", c->arguments[0]);
	code = call_table(c, buf_bytes(&arguments),
		    c->messages ? leg_columns : lane_columns,
		    "Nothing is waiting.");
	buf_clear(&arguments);
	return code;
}

int call_users(struct call *c)
{
	struct buf arguments = BUF_INIT(GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	int code;

	if (c->n > 0)
		json_put_string(&w, "name", c->arguments[0]);
	code = call_table(c, buf_bytes(&arguments), user_columns,
		    "There are no users.");
	buf_clear(&arguments);
	return code;
}

/* What the gateway has to say about what it did. */
static enum err take_text(void *arg, const struct json_value *object)
{
	struct status *s = arg;
	const char *text = print_member(s->arena, object, "text");

	if (text == NULL)
		return ERR_NOMEM;
	if (*text != '\0')
		buf_printf(&s->out, "%s\n", text);
	return buf_status(&s->out);
}

int call_say(struct call *c, struct bytes arguments)
{
	struct status s = { .arena = c->arena, .out = BUF_INIT(OUT_MAX) };
	int code = call_run(c, arguments, take_text, &s, NULL);

	call_print(&s.out);
	buf_clear(&s.out);
	return code;
}

int call_order(struct call *c)
{
	struct buf arguments = BUF_INIT(GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	int code;

	if (strcmp(c->command, "link") == 0)
		json_put_string(&w, "action", c->arguments[0]);
	if (c->n > 0)
		json_put_string(&w, "name", c->arguments[c->n - 1]);
	code = call_say(c, buf_bytes(&arguments));
	buf_clear(&arguments);
	return code;
}
