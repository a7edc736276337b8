#include "adapters/loopback/submit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/loop.h"
#include "gateway/oplog.h"

#define LINE_MAX_OCTETS	65536
#define OUTPUT_LIMIT	(16 * 1024 * 1024)
#define READ_ROOM	65536

struct connection {
	struct connection *next;
	struct submit *submit;
	int fd;
	uint32_t number;	/* of the connection: high half of a ref     */
	uint32_t line;		/* low half                                  */
	struct buf in, out;
	unsigned watched;
};

struct submit {
	struct uplink *up;
	struct loop *loop;
	int fd;
	bool slow;
	uint32_t last;
	uint64_t legs, reports;
	struct connection *connections;
};

static void drop(struct connection *c)
{
	struct connection **at = &c->submit->connections;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	loop_unwatch(c->submit->loop, c->fd);
	close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	mem_free(c);
}

/* False: the connection has gone. */
static bool watch_what_is_needed(struct connection *c)
{
	unsigned events = c->submit->slow ? 0 : LOOP_READ;

	if (c->out.n > 0)
		events |= LOOP_WRITE;
	if (events == c->watched)
		return true;
	c->watched = events;
	if (loop_rewatch(c->submit->loop, c->fd, events) == OK)
		return true;
	drop(c);
	return false;
}

static struct connection *connection_of(struct submit *s, uint64_t ref)
{
	struct connection *c;

	for (c = s == NULL ? NULL : s->connections; c != NULL; c = c->next)
		if (c->number == (uint32_t)(ref >> 32))
			return c;
	return NULL;
}

/* -- one line -- */

struct line {
	struct bytes key, from, to, text;
	bool report, native;
};

static struct bytes next_word(struct bytes *in)
{
	struct bytes word = { in->p, bytes_find(*in, ' ') };

	*in = bytes_after(*in, word.n + 1);
	return word;
}

static bool begins(struct bytes word, const char *with)
{
	size_t n = strlen(with);

	return word.n >= n && memcmp(word.p, with, n) == 0;
}

static enum err read_line(struct bytes in, struct line *out)
{
	*out = (struct line){ .report = false };
	while (begins(in, "@")) {
		struct bytes word = next_word(&in);

		if (begins(word, "@key="))
			out->key = bytes_after(word, 5);
		else if (bytes_is(word, "@report"))
			out->report = true;
		else if (bytes_is(word, "@native"))
			out->native = true;
		else
			return ERR_MALFORMED;
	}
	out->from = next_word(&in);
	out->to = next_word(&in);
	out->text = in;
	return out->to.n > 0 ? OK : ERR_MALFORMED;
}

/* From here a message takes the road that those of all adapters take. */
static enum err send_up(struct connection *c, const struct line *line,
			struct arena *a, struct buf *image)
{
	struct part text = { .type = "text/plain;charset=UTF-8",
			     .body = line->text };
	struct recipient to = { .role = RECIPIENT_TO };
	struct intake in = { .dedupe = line->key, .native = line->native };
	struct message m;
	enum err e;

	message_init(&m);
	m.origin.technology = TECHNOLOGY_LOOPBACK;
	m.origin.peer = "loopback";
	m.received_us = uplink_now_us(c->submit->up);
	m.want = line->report ? WANT_POSITIVE | WANT_NEGATIVE : 0;
	m.recipients = &to;
	m.n_recipients = 1;
	m.parts = &text;
	m.n_parts = 1;
	if ((e = address_parse(line->from, NULL, a, &m.from)) != OK ||
	    (e = address_parse(line->to, NULL, a, &to.address)) != OK ||
	    (e = message_image(&m, image)) != OK)
		return e;
	in.message = buf_bytes(image);
	return uplink_intake(c->submit->up, (uint64_t)c->number << 32 | c->line,
			     &in);
}

static void take_line(struct connection *c, struct bytes in)
{
	struct arena *a = arena_new(4096);
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct line line;

	c->line++;
	if (bytes_is(in, "count"))
		buf_printf(&c->out, "count %" PRIu64 " %" PRIu64 "\n",
			   c->submit->legs, c->submit->reports);
	else if (a == NULL || read_line(in, &line) != OK ||
		 send_up(c, &line, a, &image) != OK)
		buf_printf(&c->out, "malformed %" PRIu32 "\n", c->line);
	buf_clear(&image);
	arena_free(a);
}

/* -- the socket -- */

/* It was nothing, or will be something in a moment. */
static bool passing(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* False: the connection ends. */
static bool take_lines(struct connection *c)
{
	uint8_t *p = buf_room(&c->in, READ_ROOM);
	ssize_t n = p == NULL ? 0 : recv(c->fd, p, READ_ROOM, MSG_DONTWAIT);
	size_t at = 0, length;

	if (p != NULL)
		c->in.n -= READ_ROOM - (size_t)(n > 0 ? n : 0);
	if (n < 0 && passing())
		return true;
	if (n <= 0)
		return false;
	for (;;) {
		struct bytes rest = bytes_after(buf_bytes(&c->in), at);

		length = bytes_find(rest, '\n');
		if (length == rest.n)
			break;
		take_line(c, (struct bytes){ rest.p, length });
		at += length + 1;
	}
	buf_shift(&c->in, at);
	return c->in.n < LINE_MAX_OCTETS && buf_status(&c->out) == OK;
}

static bool write_out(struct connection *c)
{
	ssize_t n;

	if (c->out.n == 0)
		return true;
	n = send(c->fd, c->out.p, c->out.n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		buf_shift(&c->out, (size_t)n);
	return n >= 0 || passing();
}

static void ready(void *arg, int fd, unsigned events)
{
	struct connection *c = arg;
	bool good = true;

	(void)fd;
	if ((events & LOOP_READ) != 0)
		good = take_lines(c);
	else if ((events & LOOP_HANGUP) != 0)
		good = false;
	if (good && (events & LOOP_WRITE) != 0)
		good = write_out(c);
	if (good)
		watch_what_is_needed(c);
	else
		drop(c);
}

static void on_connection(void *arg, int fd, unsigned events)
{
	int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct submit *s = arg;
	struct connection *c;

	(void)events;
	if (accepted < 0)
		return;
	c = mem_zero(sizeof *c);
	if (c == NULL ||
	    loop_watch(s->loop, accepted, LOOP_READ, ready, c) != OK) {
		mem_free(c);
		close(accepted);
		return;
	}
	c->submit = s;
	c->fd = accepted;
	c->number = ++s->last;
	c->in.limit = LINE_MAX_OCTETS + READ_ROOM;
	c->out.limit = OUTPUT_LIMIT;
	c->watched = LOOP_READ;
	c->next = s->connections;
	s->connections = c;
	watch_what_is_needed(c);
}

static enum err listen_at(struct submit *s, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof at.sun_path)
		return ERR_TOOBIG;
	strcpy(at.sun_path, path);
	unlink(path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(s->fd, 16) != 0)
		return ERR_IO;
	return loop_watch(s->loop, s->fd, LOOP_READ, on_connection, s);
}

enum err submit_new(struct submit **made, struct uplink *up, const char *path)
{
	struct submit *s = mem_zero(sizeof *s);
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	s->fd = -1;
	s->up = up;
	s->loop = uplink_loop(up);
	if ((e = listen_at(s, path)) != OK) {
		submit_free(s);
		return e;
	}
	*made = s;
	return OK;
}

/* The path stays: it may be that of the next program already. */
void submit_free(struct submit *s)
{
	if (s == NULL)
		return;
	while (s->connections != NULL)
		drop(s->connections);
	if (s->fd >= 0) {
		loop_unwatch(s->loop, s->fd);
		close(s->fd);
	}
	mem_free(s);
}

void submit_slow(struct submit *s, bool slow)
{
	struct connection *c, *next;

	if (s == NULL)
		return;
	s->slow = slow;
	for (c = s->connections; c != NULL; c = next) {
		next = c->next;
		watch_what_is_needed(c);
	}
}

void submit_counts(struct submit *s, uint64_t legs, uint64_t reports)
{
	if (s == NULL)
		return;
	s->legs = legs;
	s->reports = reports;
}

/* Answers are written when the socket says so: many with one call. */
void submit_accepted(struct submit *s, uint64_t ref, const struct accepted *v)
{
	struct connection *c = connection_of(s, ref);

	if (c == NULL)
		return;
	buf_printf(&c->out, "%s %s %" PRIu32 "\n",
		   v->duplicate ? "duplicate" : "accepted", v->public_id,
		   (uint32_t)ref);
	watch_what_is_needed(c);
}

static void put_outcome(struct submit *s, uint64_t ref, const char *word,
			const struct outcome *v)
{
	struct connection *c = connection_of(s, ref);

	if (c == NULL)
		return;
	buf_printf(&c->out, "%s %s %" PRIu32 " %" PRIu32 "\n", word,
		   outcome_class_name(v->class), v->far_code, (uint32_t)ref);
	watch_what_is_needed(c);
}

void submit_refused(struct submit *s, uint64_t ref, const struct outcome *v)
{
	put_outcome(s, ref, "refused", v);
}

void submit_answer(struct submit *s, uint64_t ref, const struct outcome *v)
{
	put_outcome(s, ref, "answered", v);
}
