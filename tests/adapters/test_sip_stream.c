/*
 * Requests over TCP that never become one that we take: each gets a final
 * response, and then the connection ends, whatever its sender does. RFC 3261
 * 18.3, 21.4.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/adapters/sip_world.h"

#define KB 1024u
#define MB (1024u * KB)

/* What comes behind the usual headers of an OPTIONS. */
static const struct row {
	const char *name;
	const char *first; /* a header, its value padded               */
	size_t padding;
	const char *more; /* more headers, and the end of them         */
	size_t body;
	unsigned status;
	bool stays; /* framing is not lost: it goes on           */
} rows[] = {
	{ "12 MB, as promised", NULL, 0, "Content-Length: 12582912\r\n\r\n",
	  12 * MB, 413, false },
	{ "12 MB promised, little sent", NULL, 0,
	  "Content-Length: 12582912\r\n\r\n", 3, 413, false },
	{ "somewhat too much is read and refused", NULL, 0,
	  "Content-Length: 102400\r\n\r\n", 100 * KB, 413, true },
	{ "no Content-Length (RFC 3261 18.3)", NULL, 0, "\r\n", 0, 400, false },
	{ "no Content-Length, and a body", NULL, 0, "\r\n", 5, 400, false },
	{ "one that cannot be", NULL, 0, "Content-Length: -1\r\n\r\n", 0, 400,
	  false },
	{ "two that differ", NULL, 0,
	  "Content-Length: 3\r\nContent-Length: 5\r\n\r\n", 3, 400, false },
	{ "headers of 90 KB", "X-Pad: ", 90 * KB, "Content-Length: 0\r\n\r\n",
	  0, 413, false },
	{ "headers of 200 KB", "X-Pad: ", 200 * KB, "Content-Length: 0\r\n\r\n",
	  0, 413, false },
	{ "headers without an end", "X-Pad: ", 200 * KB, "", 0, 413, false },
	{ "headers of 40 KB are fine", "X-Pad: ", 40 * KB,
	  "Content-Length: 0\r\n\r\n", 0, 200, true },
};

static void padding(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_u8(b, 'x');
}

static void write_row(const struct row *r, unsigned number, struct buf *b)
{
	const char *method = r->body > 5 ? "MESSAGE" : "OPTIONS";

	buf_printf(b,
		   "%s sip:cpm.example SIP/2.0\r\n"
		   "Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKstream%u\r\n"
		   "From: <sip:a@cpm.example>;tag=1\r\n"
		   "To: <sip:cpm.example>\r\nMax-Forwards: 70\r\n"
		   "Call-ID: stream%u\r\nCSeq: 1 %s\r\n",
		   method, number, number, method);
	if (r->first) {
		buf_text(b, r->first);
		padding(b, r->padding);
		buf_text(b, "\r\n");
	}
	buf_text(b, r->more);
	padding(b, r->body);
}

/* As much as the other side takes: it may end the connection meanwhile. */
static void send_all(struct device_socket *d, const struct buf *b)
{
	size_t at = 0;
	ssize_t n;

	while (at < b->n) {
		n = send(d->fd, b->p + at, b->n - at, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		at += (size_t)n;
	}
}

static void test_rows(void)
{
	struct device_socket d, other;
	struct timeval patience = { .tv_sec = 10 };
	struct buf b = BUF_INIT(16 * MB);
	struct world w;
	unsigned i;
	char octet;

	world_start(&w, NULL);
	device_open(&other, &w, true);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		device_open(&d, &w, true);
		CU_ASSERT(setsockopt(d.fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				     sizeof(patience)) == 0);
		buf_reset(&b);
		write_row(&rows[i], i, &b);
		send_all(&d, &b);
		ROW(&rows[i], device_receive(&d));
		ROW(&rows[i], device_status(&d) == rows[i].status);
		ROW(&rows[i], device_register(&other, "mary", 600) == 200);
		if (rows[i].stays)
			ROW(&rows[i], device_register(&d, "mary", 600) == 200);
		else
			ROW(&rows[i], recv(d.fd, &octet, 1, 0) == 0);
		device_close(&d);
	}
	buf_clear(&b);
	device_close(&other);
	world_finish(&w);
}

/* Who never reads nor closes is sent away, too. */
static void test_stubborn(void)
{
	struct buf b = BUF_INIT(16 * MB);
	struct device_socket d;
	struct world w;
	ssize_t n = 1;

	world_start(&w, NULL);
	device_open(&d, &w, true);
	write_row(&rows[0], 0, &b);
	send_all(&d, &b);
	CU_ASSERT(device_receive(&d) && device_status(&d) == 413);
	/* The connection is reset at last: nothing can be sent any more. */
	while (n > 0)
		n = send(d.fd, b.p, b.n, MSG_NOSIGNAL);
	buf_clear(&b);
	device_close(&d);
	world_finish(&w);
}

/* What is looked for among headers means nothing in a body, however it comes. */
static void test_bodies(void)
{
	static const char body[] = "\r\n\0Via: a;;b,,\nCSeq: 1 F+O\n\n\0;;";
	struct device_request r =
		device_message("application/octet-stream", body);
	struct device_socket d;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;
	size_t tails[] = { 0, sizeof(body) - 1, sizeof(body) + 1,
			   sizeof(body) + 3, sizeof(body) + 10 };
	size_t i;

	r.body_n = sizeof(body) - 1;
	world_start(&w, NULL);
	for (i = 0; i < 2 * sizeof(tails) / sizeof(tails[0]); i++) {
		device_open(&d, &w, i % 2 == 0);
		device_ask(&d, &r);
		CU_ASSERT_FATAL(device_await(&d) && device_status(&d) == 407);
		CU_ASSERT_FATAL(sscanf(strstr(d.text, "nonce=\"") + 7,
				       "%127[^\"]", d.nonce) == 1);
		d.nonce_count = 0;
		d.tail = d.tcp ? tails[i / 2] : 0;
		device_ask(&d, &r);
		f = world_wait(&w, FRAME_INTAKE);
		CU_ASSERT_FATAL(f != NULL);
		CU_ASSERT_FATAL(intake_read(f->payload, &in) == OK);
		CU_ASSERT_FATAL(message_read(in.message, w.arena, &m, NULL) ==
				OK);
		CU_ASSERT(bytes_equal(m.native,
				      (struct bytes){ (const uint8_t *)body,
						      r.body_n }));
		world_accept(&w, f->ref);
		CU_ASSERT_FATAL(device_await(&d));
		CU_ASSERT(device_status(&d) == 202);
		device_close(&d);
	}
	world_finish(&w);
}

/* RFC 3261 8.2.6.2: what the library cannot read comes back as it was. */
static void test_method(void)
{
	static const char text[] =
		"!F+O`.%'~ sip:cpm.example SIP/2.0\r\n"
		"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKmethod\r\n"
		"From: <sip:a@cpm.example>;tag=1\r\n"
		"To: <sip:cpm.example>\r\nMax-Forwards: 70\r\n"
		"Call-ID: method\r\nCSeq: 1 !F+O`.%'~\r\n"
		"Content-Length: 0\r\n\r\n";
	struct device_socket d;
	struct world w;
	size_t tail;

	world_start(&w, NULL);
	for (tail = 0; tail < sizeof(text) - 1; tail += 30) {
		device_open(&d, &w, true);
		d.tail = tail;
		device_send(&d, text, sizeof(text) - 1);
		CU_ASSERT_FATAL(device_receive(&d));
		CU_ASSERT(device_status(&d) == 400);
		CU_ASSERT_STRING_EQUAL(device_header(&d, "CSeq"),
				       "1 !F+O`.%'~");
		device_close(&d);
	}
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "refused, then closed", test_rows },
	{ "who goes on is sent away", test_stubborn },
	{ "bodies are left alone", test_bodies },
	{ "a method of strange octets", test_method },
	{ NULL, NULL }
};
CHECK_MAIN("sip stream", tests)
