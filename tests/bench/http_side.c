/*
 * The load by HTTP, as Kannel's sendsms takes it: one request at a time on
 * each of `window` connections, receipts by its dlr-url.
 */
#include "tests/bench/traffic.h"

#include <stdio.h>
#include <string.h>

#include "codecs/arena.h"

struct asker {
	struct bench *bench;
	struct load_conn *conn;
	size_t number;
	bool asked;
};

/* Octets of the first whole request or answer in `in`; 0: not yet. */
static size_t whole(struct bytes in)
{
	static const char end[] = "\r\n\r\n";
	const char *text = (const char *)in.p;
	const char *gap = memmem(text, in.n, end, 4), *length;
	char digits[16] = "0";
	size_t head, body;

	if (gap == NULL)
		return 0;
	head = (size_t)(gap - text) + 4;
	length = memmem(text, head, "Content-Length: ", 16);
	if (length != NULL)
		snprintf(digits, sizeof digits, "%.15s", length + 16);
	body = 0;
	sscanf(digits, "%zu", &body);
	return in.n < head + body ? 0 : head + body;
}

static void put_text(struct buf *to, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == ' ')
			buf_u8(to, '+');
		else
			buf_u8(to, (uint8_t)*text);
}

static void ask(struct asker *a)
{
	struct bench *b = a->bench;
	char text[TEXT_USUAL + 1], to[NUMBERS_ROOM];
	struct buf *out = &a->conn->out;

	if (a->asked || !bench_may_send(b))
		return;
	a->number = ledger_send(&b->ledger);
	text_usual(a->number, text);
	a->asked = true;
	number_of(b, a->number, to);
	buf_printf(out,
		   "GET /cgi-bin/sendsms?username=bench&password=bench"
		   "&from=%s&to=%%2B%s&text=",
		   b->o.from, to);
	put_text(out, text);
	if (b->o.dlr != 0)
		buf_printf(out,
			   "&dlr-mask=3&dlr-url=http%%3A%%2F%%2F127.0.0.1"
			   "%%3A%u%%2F%zu",
			   b->o.dlr, a->number);
	buf_text(out, " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
	load_dirty(a->conn);
}

static size_t answer(struct load_conn *c)
{
	struct asker *a = c->owner;
	struct bench *b = a->bench;
	size_t n = whole(buf_bytes(&c->in));

	if (n == 0)
		return 0;
	b->last_us = now_us();
	if (memmem(c->in.p, n, " 202 ", 5) == NULL)
		ledger_refused(&b->ledger, a->number);
	ledger_mark(&b->ledger, a->number, ANSWERED);
	a->asked = false;
	ask(a);
	return n;
}

static void closed(struct load_conn *c)
{
	must(c->fd >= 0, "sendsms closed the connection");
}

static size_t receipt(struct load_conn *c)
{
	struct bench *b = c->owner;
	struct bytes rest = buf_bytes(&c->in);
	size_t n, number;
	char line[32];

	while ((n = whole(rest)) > 0) {
		b->last_us = now_us();
		snprintf(line, sizeof line, "%.*s", 31, (const char *)rest.p);
		if (sscanf(line, "GET /%zu", &number) == 1)
			ledger_mark(&b->ledger, number, REPORTED);
		buf_text(&c->out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
				  "Content-Type: text/plain\r\n\r\n");
		load_dirty(c);
		rest = bytes_after(rest, n);
	}
	return c->in.n - rest.n;
}

static void knock(struct load_conn *listener)
{
	struct load_conn *c;

	while ((c = load_accept(listener, listener->owner)) != NULL)
		c->octets = receipt;
}

void http_start(struct bench *b)
{
	struct asker *all = mem_zero(b->o.window * sizeof *all);
	unsigned i;

	must(all != NULL, "memory");
	b->askers = all;
	if (b->o.dlr != 0)
		load_listen(b->load, b->o.dlr, knock, b);
	for (i = 0; i < b->o.window; i++) {
		all[i].bench = b;
		all[i].conn = load_connect(b->load, b->o.sendsms, &all[i]);
		all[i].conn->octets = answer;
		all[i].conn->closed = closed;
		ask(&all[i]);
	}
}

void http_fill(struct bench *b)
{
	unsigned i;

	for (i = 0; b->askers != NULL && i < b->o.window; i++)
		ask(&b->askers[i]);
}
