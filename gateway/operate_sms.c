/*
 * operate_sms.c - gwctl sms test: a message of the operator's own, by the road
 * that all others take; and what it needs of ota.
 */
#include "gateway/operate.h"

#include <string.h>

#define ARENA_MAX (4 * (size_t)CONTROL_LINE_MAX)
#define ORIGIN	  "gwctl"

enum err operate_submit(struct appliance *a, struct control_session *s,
			struct message *m)
{
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct buf payload = BUF_INIT(FRAME_PAYLOAD_MAX);
	struct frame f = { .type = FRAME_INTAKE, .ref = control_ticket(s) };
	struct intake in = { .native = false };
	enum err e;

	m->origin.peer = ORIGIN;
	m->received_us = engine_now_us(a->engine);
	m->want = WANT_POSITIVE | WANT_NEGATIVE;
	if ((e = message_image(m, &image)) != OK)
		goto out;
	in.message = buf_bytes(&image);
	if ((e = intake_image(&in, &payload)) != OK)
		goto out;
	f.payload = buf_bytes(&payload);
	engine_frame(a->engine, ENGINE_OPERATOR, &f);
out:
	buf_clear(&image);
	buf_clear(&payload);
	return e;
}

static void accepted(struct control_session *s, const struct accepted *v)
{
	struct buf line = BUF_INIT(4096);
	struct json_writer w = JSON_WRITER(&line);
	char id[OPERATE_ID_SIZE];

	json_open_object(&w);
	json_put_string(&w, "id", operate_id(v->id, id));
	json_put_string(&w, "state", "accepted");
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	control_end(s, 0, NULL);
	buf_clear(&line);
}

/* Its session's ticket is the reference of the question. */
void operate_answered(struct appliance *a, const struct frame *f)
{
	struct control_session *s = control_find(a->control, f->ref);
	struct arena *arena = arena_new(OUTCOME_IMAGE_MAX);
	struct accepted v;
	struct outcome why = { .text = NULL };

	if (s == NULL || arena == NULL) {
		arena_free(arena);
		return;
	}
	if (f->type == FRAME_ACCEPTED && accepted_read(f->payload, &v) == OK)
		accepted(s, &v);
	else if (outcome_read(f->payload, arena, &why) == OK &&
		 why.text != NULL)
		control_end(s, 1, why.text);
	else
		control_end(s, 1, "refused");
	arena_free(arena);
}

/* A message that is still to be submitted. */
struct probe {
	struct appliance *appliance;
	uint64_t ticket;
	struct message message;
	struct recipient to;
	struct part text;
	struct arena *arena;	/* all of it is here                          */
};

/* What the link's program said of the text, if it did. */
static void put_plan(struct json_writer *w, struct bytes object,
		     struct arena *arena)
{
	const struct json_value *plan;
	struct bytes alphabet;
	uint64_t segments;

	if (json_read(object, arena, &plan, NULL) != OK ||
	    json_find_text(plan, "alphabet", &alphabet) != OK ||
	    json_find_uint(plan, "segments", UINT64_MAX, &segments) != OK)
		return;
	json_put_text(w, "alphabet", alphabet);
	json_put_uint(w, "segments", segments);
}

static void describe(const struct probe *p, struct control_session *s,
		     struct bytes plan, const char *route)
{
	struct buf line = BUF_INIT(CONTROL_LINE_MAX);
	struct json_writer w = JSON_WRITER(&line);

	json_open_object(&w);
	json_put_string(&w, "from", p->message.from.text);
	json_put_string(&w, "to", p->to.address.text);
	put_plan(&w, plan, p->arena);
	json_put_string(&w, "route", route);
	json_close_object(&w);
	if (buf_status(&line) == OK)
		control_line(s, buf_bytes(&line));
	buf_clear(&line);
}

/* "sms/smsc-a;sms/smsc-b", or why there is none. */
static enum err find_route(struct probe *p, char **route)
{
	struct buf text = BUF_INIT(8192);
	enum err e = engine_route(p->appliance->engine, &p->message, &text);

	*route = arena_string(p->arena, buf_bytes(&text));
	buf_clear(&text);
	return *route == NULL ? ERR_NOMEM : e;
}

static void go_on(void *arg, struct bytes plan)
{
	struct probe *p = arg;
	struct control_session *s =
		control_find(p->appliance->control, p->ticket);
	char *route;
	enum err e;

	if (s == NULL)
		return;
	e = find_route(p, &route);
	describe(p, s, plan, e == OK ? route : "none");
	if (operate_submit(p->appliance, s, &p->message) != OK)
		control_end(s, 1, "too long, or out of memory");
}

/* By short messages it is asked how the text will be cut. */
static bool asked(struct probe *p, struct control_session *s)
{
	static const char sms[] = "sms/";
	struct operate_plan plan = { .done = go_on,
				     .arg = p,
				     .arena = p->arena };
	char *route;

	if (find_route(p, &route) != OK ||
	    strncmp(route, sms, sizeof sms - 1) != 0)
		return false;
	route[strcspn(route, ";")] = '\0';
	plan.lane = route;
	plan.text = arena_string(p->arena, p->text.body);
	return plan.text != NULL && operate_plan(p->appliance, s, &plan);
}

static bool read_address(struct probe *p, struct control_session *s,
			 const struct json_value *arguments, const char *name,
			 struct address *out)
{
	const struct address_rules *rules = engine_rules(p->appliance->engine);
	struct bytes text;

	if (json_find_text(arguments, name, &text) != OK)
		return true;
	if (address_parse(text, rules, p->arena, out) == OK &&
	    out->kind != ADDRESS_NONE)
		return true;
	control_end(s, 2, "not an address");
	return false;
}

static bool read_probe(struct probe *p, struct control_session *s,
		       const struct json_value *arguments)
{
	struct message *m = &p->message;
	struct bytes text;
	char *own;

	message_init(m);
	p->to.role = RECIPIENT_TO;
	p->text.type = "text/plain;charset=UTF-8";
	m->from = (struct address){ ADDRESS_ANONYMOUS, "" };
	m->recipients = &p->to;
	m->n_recipients = 1;
	m->parts = &p->text;
	m->n_parts = 1;
	if (!read_address(p, s, arguments, "to", &p->to.address) ||
	    !read_address(p, s, arguments, "from", &m->from))
		return false;
	m->asserted = m->from;
	if (p->to.address.kind == ADDRESS_NONE ||
	    json_find_text(arguments, "text", &text) != OK) {
		control_end(s, 2, "sms test NUMBER TEXT");
		return false;
	}
	if ((own = arena_string(p->arena, text)) == NULL) {
		control_end(s, 1, "out of memory");
		return false;
	}
	p->text.body = bytes_of(own);
	return true;
}

void operate_sms(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct probe *p = arena == NULL ? NULL
					: arena_alloc(arena, sizeof *p);

	if (p == NULL) {
		control_end(s, 1, "out of memory");
		arena_free(arena);
		return;
	}
	*p = (struct probe){ .appliance = a,
			     .ticket = control_ticket(s),
			     .arena = arena };
	if (read_probe(p, s, arguments)) {
		if (asked(p, s))
			return;
		go_on(p, (struct bytes){ NULL, 0 });
	}
	arena_free(arena);
}
