#include "adapters/smpp/binds.h"

#include "adapters/smpp/client_inside.h"
#include "adapters/smpp/server_inside.h"
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

	if (us != 0 && timestamp_rfc3339_encode((int64_t)us, 0, &text) == OK)
		json_put_text(w, name, buf_bytes(&text));
	buf_clear(&text);
}

static void put_rates(const struct meter *sent, const struct meter *received,
		      uint64_t now, struct json_writer *w)
{
	json_put_uint(w, "sent_second", meter_second(sent, now));
	json_put_uint(w, "sent_minute", meter_minute(sent, now));
	json_put_uint(w, "received_second", meter_second(received, now));
	json_put_uint(w, "received_minute", meter_minute(received, now));
}

static void put_link(const struct peer *p, uint64_t now, struct buf *to)
{
	const struct throttle *t = &p->out.throttle;
	struct json_writer w = JSON_WRITER(to);

	json_open_object(&w);
	json_put_string(&w, "link", p->entry.name);
	json_put_uint(&w, "queued", p->out.n_queued);
	put_rates(&p->sent_meter, &p->received_meter, now, &w);
	json_put_uint(&w, "late", p->out.late);
	json_put_uint(&w, "throttled", t->refused);
	json_put_uint(&w, "throttled_ms", t->paused_us / 1000);
	json_put_uint(&w, "congested", t->congested);
	json_put_uint(&w, "pause_ms",
		      t->until_us > now ? (t->until_us - now) / 1000 : 0);
	if (t->pace != 0)
		json_put_uint(&w, "pace", t->pace);
	json_close_object(&w);
	buf_text(to, "\n");
}

/* "TLSv1.3 TLS_AES_256_GCM_SHA384 smsc.example" */
static void put_tls(const struct session *s, struct json_writer *w)
{
	const struct transport *t = session_transport(s);
	char text[TRANSPORT_TEXT] = "";

	if (t != NULL)
		transport_describe(t, text);
	if (text[0] != 0)
		json_put_string(w, "tls", text);
}

static void put_window(const struct peer *p, const struct session *s,
		       struct json_writer *w)
{
	json_put_uint(w, "window", session_room(s) + session_used(s));
	json_put_uint(w, "allowed", outbox_allows(&p->out, s));
	json_put_uint(w, "used", session_used(s));
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
	if (l->session != NULL)
		put_tls(l->session, &w);
	if (l->session != NULL && l->bind_id != SMPP_BIND_RECEIVER)
		put_window(&l->smsc->peer, l->session, &w);
	put_rates(&l->sent, &l->received, now, &w);
	json_put_uint(&w, "failures", l->failures);
	json_put_string(&w, "error", l->why);
	put_time(&w, "error_time", l->why_us);
	json_close_object(&w);
	buf_text(to, "\n");
}

void binds_of_link(const struct peer *p, struct buf *to)
{
	const struct smsc *s = p->self;
	uint64_t now = loop_now_us(p->hub->loop);
	unsigned i;

	put_link(p, now, to);
	for (i = 0; i < s->n_lines; i++)
		put_bind(&s->lines[i], i + 1, now, to);
}

static void put_conn(const struct conn *c, unsigned number, uint64_t now,
		     struct buf *to)
{
	struct json_writer w = JSON_WRITER(to);

	json_open_object(&w);
	json_put_uint(&w, "bind", number);
	json_put_string(&w, "kind", kind_name(c->bind_id));
	json_put_string(&w, "state",
			c->state == CONN_LEAVING ? "leaving" : "bound");
	json_put_string(&w, "address", session_address(c->session));
	put_time(&w, "since", c->since_us);
	put_tls(c->session, &w);
	if (c->receives)
		put_window(&c->account->peer, c->session, &w);
	put_rates(&c->sent, &c->received, now, &w);
	json_close_object(&w);
	buf_text(to, "\n");
}

void binds_of_account(const struct peer *p, struct buf *to)
{
	const struct account *a = p->self;
	uint64_t now = loop_now_us(p->hub->loop);
	const struct conn *c;
	unsigned number = 0;

	put_link(p, now, to);
	for (c = a->conns; c != NULL; c = c->next)
		if (c->session != NULL)
			put_conn(c, ++number, now, to);
}
