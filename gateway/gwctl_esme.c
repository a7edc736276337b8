/* gwctl esme: accounts that bind to the SMPP server. */
#include "gateway/gwctl.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "codecs/base64.h"
#include "codecs/scrypt.h"

#define PASSWORD_MAX 8 /* octets: SMPP v3.4 5.2.2                   */
#define SALT_OCTETS  12
#define SHOWN_MAX    (1024 * 1024)

/* The adapter checks a bind in its one thread: a few milliseconds. */
static const struct scrypt_cost cost = { 1024, 8, 1 };

static const struct print_column columns[] = {
	{ "ACCOUNT", "name", PRINT_TEXT },
	{ "STATE", "state", PRINT_TEXT },
	{ "UNTIL", "banned-until", PRINT_TEXT },
	{ "SHORT-CODE", "short-code", PRINT_TEXT },
	{ "BINDS", "binds", PRINT_NUMBER },
	{ "RATE", "rate", PRINT_NUMBER },
	{ "BURST", "burst", PRINT_NUMBER },
	{ "WINDOW", "window", PRINT_NUMBER },
	{ "QUOTA", "daily-quota", PRINT_NUMBER },
	{ "PASSWORD", "password", PRINT_TEXT },
	{ "FROM", "from", PRINT_TEXT },
	{ "COMMENT", "comment", PRINT_TEXT },
	{ NULL, NULL, PRINT_TEXT }
};

static int complain(const char *what)
{
	fprintf(stderr, "gwctl: %s; see gwctl help esme\n", what);
	return GWCTL_USAGE;
}

/* What the gateway keeps of it; the password itself goes no further. */
static enum err hash_password(struct buf *to)
{
	char password[PASSWORD_MAX + 2] = "";
	uint8_t octets[SALT_OCTETS];
	struct buf salt = BUF_INIT(2 * SALT_OCTETS + 1);
	enum err e = call_secret(password, sizeof password);

	if (e == OK &&
	    getrandom(octets, sizeof octets, 0) != (ssize_t)sizeof octets)
		e = ERR_IO;
	if (e == OK) {
		hex_put(&salt, (struct bytes){ octets, sizeof octets });
		e = buf_string(&salt) == NULL
			    ? ERR_NOMEM
			    : scrypt_hash(&cost, buf_string(&salt),
					  bytes_of(password), to);
	}
	explicit_bzero(password, sizeof password);
	buf_clear(&salt);
	return e;
}

static enum err put_set(const struct call *c, struct json_writer *w)
{
	struct buf hash = BUF_INIT(256);
	enum err e = OK;
	int i;

	json_name(w, "set");
	json_open_object(w);
	if (c->password_stdin && (e = hash_password(&hash)) == OK)
		json_put_text(w, "password", buf_bytes(&hash));
	for (i = 0; i < c->n_values; i++)
		if (strcmp(c->values[i].name, "for") != 0)
			json_put_string(w, c->values[i].name,
					c->values[i].value);
	json_close_object(w);
	buf_clear(&hash);
	return e == OK ? buf_status(w->to) : e;
}

static bool sets(const char *action)
{
	return strcmp(action, "add") == 0 || strcmp(action, "set") == 0 ||
	       strcmp(action, "limit") == 0;
}

static int check(const struct call *c)
{
	static const char *const actions[] = { "list",	 "show",   "add",
					       "set",	 "limit",  "disable",
					       "enable", "kick",   "ban",
					       "reset",	 "remove", NULL };
	const char *action = c->arguments[0];
	bool has_for = call_value(c, "for") != NULL;
	int i = 0;

	while (actions[i] != NULL && strcmp(actions[i], action) != 0)
		i++;
	if (actions[i] == NULL)
		return complain("there is no such action");
	if ((c->n == 1) != (strcmp(action, "list") == 0))
		return complain(c->n == 1 ? "which account? a name is missing"
					  : "list takes no name");
	if (has_for && strcmp(action, "ban") != 0)
		return complain("--for is for ban");
	if (!sets(action) && (c->n_values > has_for || c->password_stdin))
		return complain("that option is for add, set and limit");
	if (strcmp(action, "add") == 0 && !c->password_stdin)
		return complain("a new account needs --password-stdin");
	return GWCTL_DONE;
}

struct shown {
	struct arena *arena;
	struct buf out;
};

/* A list is written as it is set: its members behind one another. */
static enum err put_value(struct shown *s, const struct json_value *v)
{
	const struct json_value *m;
	const char *text;

	if (v->kind == JSON_BOOL)
		buf_text(&s->out, v->truth ? "yes" : "no");
	if (v->kind == JSON_STRING || v->kind == JSON_NUMBER) {
		if ((text = print_harmless(s->arena, v->text)) == NULL)
			return ERR_NOMEM;
		buf_text(&s->out, text);
	}
	for (m = v->kind == JSON_ARRAY ? v->child : NULL; m != NULL;
	     m = m->next) {
		if ((text = print_harmless(s->arena, m->text)) == NULL)
			return ERR_NOMEM;
		buf_printf(&s->out, "%s%s", m == v->child ? "" : ";", text);
	}
	buf_text(&s->out, "\n");
	return buf_status(&s->out);
}

static bool says_nothing(const struct json_value *v)
{
	return v->kind == JSON_NULL ||
	       (v->kind == JSON_STRING && v->text.n == 0) ||
	       (v->kind == JSON_ARRAY && v->child == NULL);
}

/* Everything that is known of one account, a line each. */
static enum err take_account(void *arg, const struct json_value *object)
{
	struct shown *s = arg;
	const struct json_value *v;
	const char *name;
	enum err e = OK;

	for (v = object->child; v != NULL && e == OK; v = v->next) {
		if (says_nothing(v))
			continue;
		if ((name = print_harmless(s->arena, v->name)) == NULL)
			return ERR_NOMEM;
		buf_text(&s->out, "  ");
		print_padded(&s->out, name, 20);
		e = put_value(s, v);
	}
	return e;
}

/* The account, and below it its binds as `links` has them. */
static int show_account(struct call *c, struct bytes arguments)
{
	struct shown s = { .arena = c->arena, .out = BUF_INIT(SHOWN_MAX) };
	struct call links = *c;
	int code = call_run(c, arguments, take_account, &s, NULL);

	call_print(&s.out);
	buf_clear(&s.out);
	if (code != GWCTL_DONE || c->json)
		return code;
	puts("");
	links.command = "links";
	links.arguments = c->arguments + 1;
	links.n = 1;
	return call_links(&links);
}

int call_esme(struct call *c)
{
	struct buf arguments = BUF_INIT(4 * GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	const char *action = c->arguments[0];
	int code = check(c);
	enum err e = OK;

	if (code != GWCTL_DONE)
		return code;
	json_put_string(&w, "action", action);
	if (c->n > 1)
		json_put_string(&w, "name", c->arguments[1]);
	if (call_value(c, "for") != NULL)
		json_put_string(&w, "for", call_value(c, "for"));
	if (sets(action))
		e = put_set(c, &w);
	if (e == ERR_RANGE)
		code = complain("the password has to be a line of 1 to 8 "
				"octets");
	else if (e != OK)
		code = complain("the options are too long, or standard input "
				"cannot be read");
	else if (strcmp(action, "show") == 0)
		code = show_account(c, buf_bytes(&arguments));
	else if (strcmp(action, "list") == 0)
		code = call_table(c, buf_bytes(&arguments), columns,
				  "There are no accounts.");
	else
		code = call_say(c, buf_bytes(&arguments));
	buf_clear(&arguments);
	return code;
}
