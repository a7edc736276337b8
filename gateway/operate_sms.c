/*
 * operate_sms.c - gwctl sms test: a message of the operator's own, by the road
 * that all others take; and what it needs of ota.
 */
#include "gateway/operate.h"

#include <stdio.h>
#include <string.h>

#include "codecs/segment.h"

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

static const char *alphabet_name(const struct segment_plan *p)
{
	switch (p->alphabet) {
	case SEGMENT_GSM7:
		return p->single != 0 || p->locking != 0 ? "GSM 7-bit, national"
							 : "GSM 7-bit";
	case SEGMENT_LATIN1:
		return "ISO-8859-1";
	case SEGMENT_UCS2:
		return "UCS-2";
	case SEGMENT_DATA:
		break;
	}
	return "8-bit";
}

/* How the text fits into short messages, where the link sets nothing else. */
static void put_plan(struct json_writer *w, struct bytes text,
		     struct arena *arena)
{
	static const struct segment_options usual = { .means = SEGMENT_UDH8 };
	struct segment_plan p;

	if (segment_split(text, &usual, arena, &p) != OK)
		return;
	json_put_string(w, "alphabet", alphabet_name(&p));
	json_put_uint(w, "segments", p.count);
}

static void describe(struct appliance *a, struct control_session *s,
		     const struct message *m, struct arena *arena)
{
	struct buf line = BUF_INIT(CONTROL_LINE_MAX), route = BUF_INIT(8192);
	struct json_writer w = JSON_WRITER(&line);
	bool any = engine_route(a->engine, m, &route) == OK;

	json_open_object(&w);
	json_put_string(&w, "from", m->from.text);
	json_put_string(&w, "to", m->recipients[0].address.text);
	put_plan(&w, m->parts[0].body, arena);
	json_put_text(&w, "route", any ? buf_bytes(&route) : bytes_of("none"));
	json_close_object(&w);
	if (buf_status(&line) == OK)
		control_line(s, buf_bytes(&line));
	buf_clear(&line);
	buf_clear(&route);
}

static bool read_address(struct appliance *a, struct control_session *s,
			 const struct json_value *arguments, const char *name,
			 struct arena *arena, struct address *out)
{
	struct bytes text;

	if (json_find_text(arguments, name, &text) != OK)
		return true;
	if (address_parse(text, engine_rules(a->engine), arena, out) == OK &&
	    out->kind != ADDRESS_NONE)
		return true;
	control_end(s, 2, "not an address");
	return false;
}

static void test(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments, struct arena *arena)
{
	struct recipient to = { .role = RECIPIENT_TO };
	struct part part = { .type = "text/plain;charset=UTF-8" };
	struct message m;

	message_init(&m);
	m.from = (struct address){ ADDRESS_ANONYMOUS, "" };
	m.recipients = &to;
	m.n_recipients = 1;
	m.parts = &part;
	m.n_parts = 1;
	if (!read_address(a, s, arguments, "to", arena, &to.address) ||
	    !read_address(a, s, arguments, "from", arena, &m.from))
		return;
	if (to.address.kind == ADDRESS_NONE ||
	    json_find_text(arguments, "text", &part.body) != OK) {
		control_end(s, 2, "sms test NUMBER TEXT");
		return;
	}
	m.asserted = m.from;
	describe(a, s, &m, arena);
	if (operate_submit(a, s, &m) != OK)
		control_end(s, 1, "too long, or out of memory");
}

void operate_sms(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments)
{
	struct arena *arena = arena_new(ARENA_MAX);

	if (arena == NULL)
		control_end(s, 1, "out of memory");
	else
		test(a, s, arguments, arena);
	arena_free(arena);
}
