/* operate_ota.c - gwctl ota: settings that are sent to phones. */
#include "gateway/operate.h"

#include <stdio.h>
#include <string.h>

#include "gateway/ota.h"

#define ARENA_MAX ((size_t)256 * 1024)
#define PUSH_MAX  16384
#define PUSH_TYPE "application/octet-stream;x-port=2948"

/* One command, taken apart. */
struct order {
	struct appliance *appliance;
	struct control_session *session;
	const struct json_value *arguments;
	const struct settings_group *group;
	struct arena *arena;
};

static void list(struct appliance *a, struct control_session *s)
{
	static const char *const shown[] = { "type",	  "title", "bearer",
					     "apn",	  "phone", "proxy",
					     "home-page", "mmsc" };
	const struct settings *all = engine_settings(a->engine);
	const struct settings_group *g;
	size_t i, j;

	for (i = 0; (g = settings_group_at(all, OTA_GROUP, i)) != NULL; i++) {
		struct buf line = BUF_INIT(CONTROL_LINE_MAX);
		struct json_writer w = JSON_WRITER(&line);

		json_open_object(&w);
		json_put_string(&w, "name", settings_name(g));
		for (j = 0; j < sizeof shown / sizeof *shown; j++)
			if (settings_text(g, shown[j]) != NULL)
				json_put_string(&w, shown[j],
						settings_text(g, shown[j]));
		json_close_object(&w);
		control_line(s, buf_bytes(&line));
		buf_clear(&line);
	}
	control_end(s, 0, NULL);
}

static void show(const struct order *o)
{
	struct buf xml = BUF_INIT(PUSH_MAX), line = BUF_INIT(CONTROL_LINE_MAX);
	struct json_writer w = JSON_WRITER(&line);
	struct provisioning p;

	if (ota_document(o->group, true, o->arena, &p) != OK ||
	    provisioning_xml_encode(&p, &xml) != OK) {
		control_end(o->session, 1, "too long, or out of memory");
		goto out;
	}
	json_open_object(&w);
	json_put_string(&w, "name", settings_name(o->group));
	json_put_text(&w, "document", buf_bytes(&xml));
	json_close_object(&w);
	control_line(o->session, buf_bytes(&line));
	control_end(o->session, 0, NULL);
out:
	buf_clear(&xml);
	buf_clear(&line);
}

static bool read_secret(const struct order *o, struct provisioning_secret *s,
			bool *any)
{
	struct bytes kind, value;

	*any = json_find_text(o->arguments, "pin", &kind) == OK;
	if (!*any)
		return true;
	if (json_find_text(o->arguments, "value", &value) != OK)
		return false;
	*s = (struct provisioning_secret){ .security = PROVISIONING_USERPIN };
	if (bytes_is(kind, "userpin")) {
		s->pin = value;
		return true;
	}
	s->security = PROVISIONING_NETWPIN;
	s->imsi = value;
	return bytes_is(kind, "netwpin");
}

static void submit(const struct order *o, struct bytes push)
{
	struct recipient to = { .role = RECIPIENT_TO };
	struct part part = { .type = PUSH_TYPE, .body = push };
	struct bytes number;
	struct message m;

	if (json_find_text(o->arguments, "to", &number) != OK ||
	    address_parse(number, engine_rules(o->appliance->engine), o->arena,
			  &to.address) != OK) {
		control_end(o->session, 2, "not an address");
		return;
	}
	message_init(&m);
	m.from = (struct address){ ADDRESS_ANONYMOUS, "" };
	m.recipients = &to;
	m.n_recipients = 1;
	m.parts = &part;
	m.n_parts = 1;
	if (operate_submit(o->appliance, o->session, &m) != OK)
		control_end(o->session, 1, "too long, or out of memory");
}

static void send_document(const struct order *o)
{
	struct provisioning_secret secret = { .security =
						      PROVISIONING_USERPIN };
	struct buf push = BUF_INIT(PUSH_MAX);
	bool any = false;
	enum err e;

	if (!read_secret(o, &secret, &any)) {
		control_end(o->session, 2,
			    "--pin takes userpin or netwpin, and --value the "
			    "digits");
		return;
	}
	e = ota_push(o->group, any ? &secret : NULL, o->arena, &push);
	if (e == OK)
		submit(o, buf_bytes(&push));
	else if (e == ERR_RANGE && any)
		control_end(o->session, 2,
			    "--value: a PIN has 1 to 32 digits, an IMSI 6 to "
			    "15");
	else
		control_end(o->session, 1, "too long, or out of memory");
	buf_clear(&push);
}

static void act(const struct order *o, const char *action)
{
	if (strcmp(action, "show") == 0)
		show(o);
	else if (strcmp(action, "send") == 0)
		send_document(o);
	else
		control_end(o->session, 2, "no such action");
}

void operate_ota(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments)
{
	char *action = operate_text(arguments, "action");
	char *name = operate_text(arguments, "name");
	struct order o = { a, s, arguments, NULL, arena_new(ARENA_MAX) };

	if (name != NULL)
		o.group = settings_group_named(engine_settings(a->engine),
					       OTA_GROUP, name);
	if (o.arena == NULL)
		control_end(s, 1, "out of memory");
	else if (action == NULL || strcmp(action, "list") == 0)
		list(a, s);
	else if (o.group == NULL)
		control_end(s, 1, "no such settings");
	else
		act(&o, action);
	mem_free(action);
	mem_free(name);
	arena_free(o.arena);
}
