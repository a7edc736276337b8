#include "adapters/smpp/binds.h"

#include "adapters/smpp/client_inside.h"
#include "codecs/json.h"
#include "codecs/timestamp.h"

static const char *state_name(enum line_state s)
{
	switch (s) {
	case LINE_DOWN:
		return "down";
	case LINE_WAITING:
		return "waiting";
	case LINE_RESOLVING:
		return "resolving";
	case LINE_CONNECTING:
		return "binding";
	case LINE_BOUND:
		return "bound";
	case LINE_LEAVING:
		return "leaving";
	}
	return "?";
}

static const char *kind_name(uint32_t bind_id)
{
	if (bind_id == SMPP_BIND_TRANSMITTER)
		return "transmitter";
	return bind_id == SMPP_BIND_RECEIVER ? "receiver" : "transceiver";
}

static void put_time(struct json_writer *w, const char *name, uint64_t us)
{
	struct buf text = BUF_INIT(64);

	if (us != 0 &&
	    timestamp_rfc3339_encode((int64_t)us, 0, &text) == OK)
		json_put_text(w, name, buf_bytes(&text));
	buf_clear(&text);
}

static void put_link(const struct peer *p, uint64_t now, struct buf *to)
{
	const struct throttle *t = &p->out.throttle;
	struct json_writer w = JSON_WRITER(to);

	json_open_object(&w);
	json_put_string(&w, "link", p->entry.name);
	json_put_uint(&w, "queued", p->out.n_queued);
	json_put_uint(&w, "sent_second", meter_second(&p->sent_meter, now));
	json_put_uint(&w, "sent_minute", meter_minute(&p->sent_meter, now));
	json_put_uint(&w, "received_second",
		      meter_second(&p->received_meter, now));
	json_put_uint(&w, "received_minute",
		      meter_minute(&p->received_meter, now));
	json_put_uint(&w, "late", p->out.late);
	json_put_uint(&w, "throttled", t->refused);
	json_put_uint(&w, "throttled_ms", t->paused_us / 1000);
	json_put_uint(&w, "pause_ms",
		      t->until_us > now ? (t->until_us - now) / 1000 : 0);
	if (t->pace != 0)
		json_put_uint(&w, "pace", t->pace);
	json_close_object(&w);
	buf_text(to, "\n");
}

static void put_numbers(const struct line *l, uint64_t now,
			struct json_writer *w)
{
	bool sends = l->bind_id != SMPP_BIND_RECEIVER;

	if (sends && l->session != NULL) {
		json_put_uint(w, "window", session_room(l->session) +
						   session_used(l->session));
		json_put_uint(w, "allowed",
			      outbox_allows(&l->smsc->peer.out, l->session));
		json_put_uint(w, "used", session_used(l->session));
	}
	json_put_uint(w, "sent_second", meter_second(&l->sent, now));
	json_put_uint(w, "sent_minute", meter_minute(&l->sent, now));
	json_put_uint(w, "received_second", meter_second(&l->received, now));
	json_put_uint(w, "received_minute", meter_minute(&l->received, now));
}

static void put_bind(const struct line *l, unsigned number, uint64_t now,
		     struct buf *to)
{
	struct json_writer w = JSON_WRITER(to);

	json_open_object(&w);
	json_put_uint(&w, "bind", number);
	json_put_string(&w, "kind", kind_name(l->bind_id));
	json_put_string(&w, "state", state_name(l->state));
	json_put_string(&w, "address",
			l->session != NULL ? session_address(l->session)
					   : NULL);
	put_time(&w, "since", l->since_us);
	put_numbers(l, now, &w);
	json_put_uint(&w, "failures", l->failures);
	json_put_string(&w, "error", l->why);
	put_time(&w, "error_time", l->why_us);
	json_close_object(&w);
	buf_text(to, "\n");
}

void binds_describe(const struct peer *p, struct buf *to)
{
	const struct smsc *s = p->self;
	uint64_t now = loop_now_us(p->hub->loop);
	unsigned i;

	put_link(p, now, to);
	for (i = 0; i < s->n_lines; i++)
		put_bind(&s->lines[i], i + 1, now, to);
}
