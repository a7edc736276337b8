/* operate_esme.c - gwctl esme: accounts, while they are bound. */
#include "gateway/operate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct setting ban_time = { "for",
					 SETTING_DURATION,
					 "s",
					 SETTING_SECOND,
					 3650 * (uint64_t)SETTING_DAY,
					 NULL,
					 NULL,
					 false,
					 "How long.",
					 false };

/* An answer that comes when the change is on disk. */
struct answer {
	struct appliance *appliance;
	uint64_t ticket;
	char text[128];
};

/* One command, taken apart. */
struct order {
	char *action, *name;
	const char *done; /* what is then said of the account          */
	struct buf set;	  /* the object of what is to be set           */
	struct buf why;
	const struct json_value *arguments;
};

static void changed(void *arg, enum err result)
{
	struct answer *w = arg;
	struct control_session *s =
		control_find(w->appliance->control, w->ticket);

	if (s != NULL && result == OK) {
		control_text(s, w->text);
		control_end(s, 0, NULL);
	} else if (s != NULL) {
		control_end(s, 1, "the disk failed");
	}
	mem_free(w);
}

static void list_object(void *arg, struct bytes object)
{
	control_line(arg, object);
}

static void list(struct appliance *a, struct control_session *s,
		 const struct order *o)
{
	enum err e = engine_list_accounts(a->engine, o->name, list_object, s);

	if (e == OK)
		control_end(s, 0, NULL);
	else
		control_end(s, 1,
			    e == ERR_NOTFOUND ? "no such account"
					      : "out of memory");
}

static void submit(struct appliance *a, struct control_session *s,
		   struct order *o, enum account_change what)
{
	struct arena *arena = arena_new(4 * ACCOUNT_ROW_MAX);
	struct answer *w = mem_zero(sizeof *w);
	struct account_order order = { .what = what, .name = o->name };
	enum err e = ERR_NOMEM;

	if (arena == NULL || w == NULL)
		goto out;
	if (o->set.n > 0 && ((e = buf_status(&o->set)) != OK ||
			     (e = json_read(buf_bytes(&o->set), arena,
					    &order.set, NULL)) != OK))
		goto out;
	w->appliance = a;
	w->ticket = control_ticket(s);
	snprintf(w->text, sizeof w->text, "%s %s", o->name, o->done);
	e = engine_change_account(a->engine, &order, &o->why, changed, w);
out:
	if (e != OK) {
		control_end(s, e == ERR_RANGE ? 2 : 1,
			    o->why.n > 0 ? buf_string(&o->why)
					 : "out of memory");
		mem_free(w);
	}
	arena_free(arena);
}

/* What the command line has set, and no more. */
static void take_set(struct order *o)
{
	const struct json_value *set = json_find(o->arguments, "set"), *v;
	struct json_writer w = JSON_WRITER(&o->set);
	char name[64];

	json_open_object(&w);
	for (v = set == NULL ? NULL : set->child; v != NULL; v = v->next) {
		snprintf(name, sizeof name, "%.*s", (int)v->name.n,
			 (const char *)v->name.p);
		json_put_text(&w, name,
			      v->kind == JSON_STRING ? v->text : bytes_of(""));
	}
	json_close_object(&w);
}

/* Whether it is enabled, NULL: as it was, and until when it is banned. */
static void put_state(struct order *o, const char *enabled,
		      const uint64_t *banned_until_us)
{
	struct json_writer w = JSON_WRITER(&o->set);
	char until[24];

	json_open_object(&w);
	if (enabled != NULL)
		json_put_string(&w, "enabled", enabled);
	if (banned_until_us != NULL) {
		snprintf(until, sizeof until, "%" PRIu64, *banned_until_us);
		json_put_string(&w, "banned-until", until);
	}
	json_close_object(&w);
}

static void add(struct appliance *a, struct control_session *s, struct order *o)
{
	o->done = "is added";
	take_set(o);
	submit(a, s, o, ACCOUNT_ADD);
}

static void set(struct appliance *a, struct control_session *s, struct order *o)
{
	const struct json_value *set = json_find(o->arguments, "set");

	if (set == NULL || set->child == NULL) {
		control_end(s, 2, "nothing is to be set");
		return;
	}
	o->done = "is changed";
	take_set(o);
	submit(a, s, o, ACCOUNT_SET);
}

static void disable(struct appliance *a, struct control_session *s,
		    struct order *o)
{
	put_state(o, "no", NULL);
	o->done = "is disabled";
	submit(a, s, o, ACCOUNT_SET);
}

static void enable(struct appliance *a, struct control_session *s,
		   struct order *o)
{
	static const uint64_t never = 0;

	put_state(o, "yes", &never);
	o->done = "is enabled";
	submit(a, s, o, ACCOUNT_SET);
}

static void ban(struct appliance *a, struct control_session *s, struct order *o)
{
	char *time = operate_text(o->arguments, "for");
	uint64_t until = ACCOUNT_FOREVER, ms;

	if (time != NULL) {
		if (settings_value_check(&ban_time, bytes_of(time), &ms,
					 &o->why) != OK) {
			control_end(s, 2, buf_string(&o->why));
			goto out;
		}
		until = engine_now_us(a->engine) + ms * 1000;
	}
	put_state(o, NULL, &until);
	o->done = "is banned";
	submit(a, s, o, ACCOUNT_SET);
out:
	mem_free(time);
}

static void kick(struct appliance *a, struct control_session *s,
		 struct order *o)
{
	if (engine_has_account(a->engine, o->name))
		operate_kick(a, s, o->name);
	else
		control_end(s, 1, "no such account");
}

static void reset(struct appliance *a, struct control_session *s,
		  struct order *o)
{
	o->done = "is as in the configuration";
	submit(a, s, o, ACCOUNT_RESET);
}

static void remove_account(struct appliance *a, struct control_session *s,
			   struct order *o)
{
	o->done = "is removed";
	submit(a, s, o, ACCOUNT_REMOVE);
}

static const struct {
	const char *name;
	void (*run)(struct appliance *a, struct control_session *s,
		    struct order *o);
} actions[] = {
	{ "add", add },
	{ "set", set },
	{ "limit", set },
	{ "disable", disable },
	{ "enable", enable },
	{ "ban", ban },
	{ "kick", kick },
	{ "reset", reset },
	{ "remove", remove_account },
};

static void run(struct appliance *a, struct control_session *s, struct order *o)
{
	size_t i;

	if (o->action == NULL || strcmp(o->action, "list") == 0) {
		mem_free(o->name);
		o->name = NULL;
		list(a, s, o);
		return;
	}
	if (o->name == NULL) {
		control_end(s, 2, "which account? a name is missing");
		return;
	}
	if (strcmp(o->action, "show") == 0) {
		list(a, s, o);
		return;
	}
	for (i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(o->action, actions[i].name) == 0) {
			actions[i].run(a, s, o);
			return;
		}
	control_end(s, 2, "no such action");
}

void operate_esme(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	struct order o = { .action = operate_text(arguments, "action"),
			   .name = operate_text(arguments, "name"),
			   .set = BUF_INIT(ACCOUNT_ROW_MAX),
			   .why = BUF_INIT(1024),
			   .arguments = arguments };

	run(a, s, &o);
	mem_free(o.action);
	mem_free(o.name);
	buf_clear(&o.set);
	buf_clear(&o.why);
}
