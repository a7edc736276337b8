/* gwctl sms test, gwctl ota: messages of the operator's own, followed. */
#include "gateway/gwctl.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 32 /* digits of a PIN or an IMSI                */

static const struct print_column ota_columns[] = {
	{ "NAME", "name", PRINT_TEXT },	     { "TYPE", "type", PRINT_TEXT },
	{ "TITLE", "title", PRINT_TEXT },    { "BEARER", "bearer", PRINT_TEXT },
	{ "APN", "apn", PRINT_TEXT },	     { "PHONE", "phone", PRINT_TEXT },
	{ "PROXY", "proxy", PRINT_TEXT },    { "MMSC", "mmsc", PRINT_TEXT },
	{ "PAGE", "home-page", PRINT_TEXT }, { NULL, NULL, PRINT_TEXT }
};

/* What the gateway has said of a message so far. */
struct posted {
	const struct call *call;
	char id[24];
};

static enum err take_line(void *arg, const struct json_value *v)
{
	static const struct {
		const char *title, *member;
	} shown[] = { { "from", "from" },
		      { "to", "to" },
		      { "alphabet", "alphabet" },
		      { "segments", "segments" },
		      { "route", "route" } };
	struct posted *p = arg;
	struct arena *a = p->call->arena;
	struct buf out = BUF_INIT(8 * GWCTL_TEXT_MAX);
	size_t i;

	if (json_find(v, "id") != NULL)
		snprintf(p->id, sizeof p->id, "%s", print_member(a, v, "id"));
	for (i = 0; i < sizeof shown / sizeof *shown; i++)
		if (json_find(v, shown[i].member) != NULL)
			buf_printf(&out, "%-9s %s\n", shown[i].title,
				   print_member(a, v, shown[i].member));
	if (!p->call->json)
		call_print(&out);
	buf_clear(&out);
	return OK;
}

/* Submits; then its story until its end, which decides the exit code. */
static int post(struct call *c, struct bytes arguments)
{
	struct posted p = { .call = c };
	char state[32] = "";
	int code;

	c->watch = true;
	code = call_run(c, arguments, take_line, &p, NULL);
	if (code != GWCTL_DONE)
		return code;
	code = call_follow(c, p.id, state, sizeof state);
	if (state[0] == '\0')
		return code;
	if (!c->json)
		printf("%s\n", state);
	return strcmp(state, "delivered") == 0 ? GWCTL_DONE : GWCTL_REFUSED;
}

/* A document has lines of its own. */
static enum err take_document(void *arg, const struct json_value *v)
{
	const struct call *c = arg;
	struct buf out = BUF_INIT(64 * GWCTL_TEXT_MAX);
	struct bytes rest, line;
	const char *text;
	enum err e = json_find_text(v, "document", &rest);

	while (e == OK && rest.n > 0) {
		line = (struct bytes){ rest.p, bytes_find(rest, '\n') };
		rest = bytes_after(rest, line.n + 1);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if ((text = print_harmless(c->arena, line)) == NULL)
			e = ERR_NOMEM;
		else
			buf_printf(&out, "%s\n", text);
	}
	call_print(&out);
	buf_clear(&out);
	return e;
}

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "gwctl: %s; see gwctl help %s\n", what, about);
	return GWCTL_USAGE;
}

int call_sms(struct call *c)
{
	struct buf arguments = BUF_INIT(16 * GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	int code;

	if (strcmp(c->arguments[0], "test") != 0)
		return complain("only test", "sms");
	if (c->n_values > (call_value(c, "from") != NULL))
		return complain("that option is not for sms", "sms");
	json_put_string(&w, "to", c->arguments[1]);
	json_put_string(&w, "text", c->arguments[2]);
	if (call_value(c, "from") != NULL)
		json_put_string(&w, "from", call_value(c, "from"));
	code = buf_status(&arguments) == OK
		       ? post(c, buf_bytes(&arguments))
		       : complain("the text is too long", "sms");
	buf_clear(&arguments);
	return code;
}

static int check_ota(const struct call *c)
{
	static const struct {
		const char *name;
		int n;
	} actions[] = { { "list", 1 }, { "show", 2 }, { "send", 3 } };
	bool pin = call_value(c, "pin") != NULL;
	bool value = call_value(c, "value") != NULL;
	size_t i = 0;

	while (i < 3 && strcmp(actions[i].name, c->arguments[0]) != 0)
		i++;
	if (i == 3)
		return complain("list, show or send", "ota");
	if (c->n != actions[i].n)
		return complain("too many or too few arguments", "ota");
	if (c->n_values > pin + value || (i != 2 && c->n_values > 0))
		return complain("that option is not for this", "ota");
	if (pin != value)
		return complain("--pin and --value belong together", "ota");
	return GWCTL_DONE;
}

int call_ota(struct call *c)
{
	struct buf arguments = BUF_INIT(4 * GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	const char *action = c->arguments[0], *value = call_value(c, "value");
	char secret[VALUE_MAX + 2] = "";
	int code = check_ota(c);

	if (code != GWCTL_DONE)
		return code;
	if (value != NULL && strcmp(value, "-") == 0) {
		if (call_secret(secret, sizeof secret) != OK)
			return complain("no value on standard input, or too "
					"long", "ota");
		value = secret;
	}
	json_put_string(&w, "action", action);
	if (c->n > 1)
		json_put_string(&w, "name", c->arguments[1]);
	if (c->n > 2)
		json_put_string(&w, "to", c->arguments[2]);
	if (call_value(c, "pin") != NULL) {
		json_put_string(&w, "pin", call_value(c, "pin"));
		json_put_string(&w, "value", value);
	}
	if (strcmp(action, "list") == 0)
		code = call_table(c, buf_bytes(&arguments), ota_columns,
				  "There are no settings for phones.");
	else if (strcmp(action, "show") == 0)
		code = call_run(c, buf_bytes(&arguments), take_document, c,
				NULL);
	else
		code = post(c, buf_bytes(&arguments));
	buf_clear(&arguments);
	return code;
}
