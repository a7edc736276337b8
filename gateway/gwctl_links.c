/* gwctl links: all of them, or one with each of its binds. */
#include "gateway/gwctl.h"

#include <stdio.h>

#define OUT_MAX (16 * 1024 * 1024)

static const struct print_column link_columns[] = {
	{ "LINK", "peer", PRINT_TEXT },
	{ "ADAPTER", "adapter", PRINT_TEXT },
	{ "KIND", "kind", PRINT_TEXT },
	{ "STATE", "state", PRINT_TEXT },
	{ "HELD", "held", PRINT_IF },
	{ "BUSY", "busy", PRINT_IF },
	{ "ADDRESS", "address", PRINT_TEXT },
	{ "WINDOW", "window", PRINT_NUMBER },
	{ "IN-FLIGHT", "in_flight", PRINT_NUMBER },
	{ "WAITING", "waiting", PRINT_NUMBER },
	{ "SENT", "sent", PRINT_NUMBER },
	{ "/MIN", "sent_minute", PRINT_NUMBER },
	{ "RECEIVED", "received", PRINT_NUMBER },
	{ "/MIN", "received_minute", PRINT_NUMBER },
	{ "FAILED", "failed", PRINT_NUMBER },
	{ "SINCE", "since", PRINT_TIME },
	{ "TLS", "tls", PRINT_TEXT },
	{ "ERROR", "error", PRINT_TEXT },
	{ NULL, NULL, PRINT_TEXT }
};

static const struct print_column bind_columns[] = {
	{ "BIND", "bind", PRINT_NUMBER },
	{ "KIND", "kind", PRINT_TEXT },
	{ "STATE", "state", PRINT_TEXT },
	{ "ADDRESS", "address", PRINT_TEXT },
	{ "TLS", "tls", PRINT_TEXT },
	{ "WINDOW", "window", PRINT_NUMBER },
	{ "ALLOWED", "allowed", PRINT_NUMBER },
	{ "USED", "used", PRINT_NUMBER },
	{ "SENT/S", "sent_second", PRINT_NUMBER },
	{ "/MIN", "sent_minute", PRINT_NUMBER },
	{ "RECEIVED/S", "received_second", PRINT_NUMBER },
	{ "/MIN", "received_minute", PRINT_NUMBER },
	{ "SINCE", "since", PRINT_TIME },
	{ "LAST ERROR", "error", PRINT_TEXT },
	{ "AT", "error_time", PRINT_TIME },
	{ NULL, NULL, PRINT_TEXT }
};

/* What all binds of a link have in common; shown where it is not 0. */
static const struct {
	const char *title, *member;
} facts[] = {
	{ "waiting for a place in a window", "queued" },
	{ "sent in the last second", "sent_second" },
	{ "received in the last second", "received_second" },
	{ "answered after the time-out", "late" },
	{ "refused as too much", "throttled" },
	{ "paused for that, ms", "throttled_ms" },
	{ "of this pause left, ms", "pause_ms" },
	{ "said to be nearly too much", "congested" },
	{ "messages/s since then", "pace" },
};

struct shown {
	struct print_table links, binds;
	struct arena *arena;
	struct buf facts;
};

static enum err put_facts(struct shown *s, const struct json_value *object)
{
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof facts / sizeof *facts; i++)
		if (json_find_uint(object, facts[i].member, UINT64_MAX, &n) ==
			    OK &&
		    n > 0)
			buf_printf(&s->facts, "  %-32s %12s\n", facts[i].title,
				   print_member(s->arena, object,
						facts[i].member));
	return buf_status(&s->facts);
}

static enum err take(void *arg, const struct json_value *object)
{
	struct shown *s = arg;

	if (json_find(object, "link") != NULL)
		return put_facts(s, object);
	return print_table_add(json_find(object, "bind") != NULL ? &s->binds
								 : &s->links,
			       object);
}

static void put_all(struct shown *s, struct buf *out)
{
	bool any = s->binds.n_cells > 0;

	print_table_put(&s->links, out);
	if (s->facts.n > 0)
		buf_text(out, "\n");
	buf_put(out, buf_bytes(&s->facts));
	if (any)
		buf_text(out, "\n");
	print_table_put(&s->binds, out);
	call_print(out);
}

int call_links(struct call *c)
{
	struct buf arguments = BUF_INIT(GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	struct buf out = BUF_INIT(OUT_MAX);
	struct shown s = { .arena = c->arena, .facts = BUF_INIT(OUT_MAX) };
	size_t n = 0;
	int code;

	if (c->n > 0)
		json_put_string(&w, "name", c->arguments[0]);
	print_table_init(&s.links, c->arena, link_columns);
	print_table_init(&s.binds, c->arena, bind_columns);
	code = call_run(c, buf_bytes(&arguments), take, &s, &n);
	put_all(&s, &out);
	if (code == GWCTL_DONE && n == 0 && !c->json)
		puts("There are no links.");
	print_table_clear(&s.links);
	print_table_clear(&s.binds);
	buf_clear(&s.facts);
	buf_clear(&out);
	buf_clear(&arguments);
	return code;
}
