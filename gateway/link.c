#include "gateway/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codecs/arena.h"

#define READ_ROOM	65536
#define INPUT_LIMIT	(FRAME_HEADER + FRAME_PAYLOAD_MAX + READ_ROOM)
#define KEEP_AT_MOST	(4 * READ_ROOM)	/* of an idle buffer's memory     */
#define FDS_MAX		64		/* descriptors on the way         */

/* Descriptors in their order; `at` is where in the stream one leaves. */
struct fd_queue {
	struct {
		int fd;
		uint64_t at;
	} items[FDS_MAX];
	size_t first, n;
};

struct link {
	struct loop *loop;
	int fd;
	const struct link_events *events;
	void *arg;

	struct buf in, out;
	size_t out_sent;	/* octets at the front of `out` that are gone */
	uint64_t stream;	/* octets sent since the beginning            */
	size_t mark;		/* of the open frame                          */
	struct fd_queue fds_in, fds_out;
	struct loop_timer flush;

	bool open_frame, blocked, was_high;
	bool broken;		/* writing failed: closed() is to come        */
	unsigned depth;		/* calls that still use it                    */
	bool freed;		/* while they do                              */
};

static void fds_push(struct fd_queue *q, int fd, uint64_t at)
{
	size_t i = (q->first + q->n++) % FDS_MAX;

	q->items[i].fd = fd;
	q->items[i].at = at;
}

static int fds_pop(struct fd_queue *q)
{
	int fd = q->items[q->first].fd;

	q->first = (q->first + 1) % FDS_MAX;
	q->n--;
	return fd;
}

static void fds_close(struct fd_queue *q)
{
	while (q->n > 0)
		close(fds_pop(q));
}

static void dispose(struct link *l)
{
	buf_clear(&l->in);
	buf_clear(&l->out);
	mem_free(l);
}

/* The descriptor goes at once; the memory when no call uses it any more. */
void link_free(struct link *l)
{
	if (l == NULL || l->freed)
		return;
	l->freed = true;
	loop_clear_timer(l->loop, &l->flush);
	loop_unwatch(l->loop, l->fd);
	close(l->fd);
	fds_close(&l->fds_in);
	fds_close(&l->fds_out);
	if (l->depth == 0)
		dispose(l);
}

/* Between these two the owner may free the link and it is still there. */
static void enter(struct link *l)
{
	l->depth++;
}

static void leave(struct link *l)
{
	if (--l->depth == 0 && l->freed)
		dispose(l);
}

static void tell_closed(struct link *l, enum err why)
{
	loop_unwatch(l->loop, l->fd);
	loop_clear_timer(l->loop, &l->flush);
	l->broken = true;
	l->events->closed(l->arg, why);
}

/* -- reading -- */

static enum err take_fd(struct link *l, int fd)
{
	if (l->fds_in.n == FDS_MAX) {
		close(fd);
		return ERR_MALFORMED;
	}
	fds_push(&l->fds_in, fd, 0);
	return OK;
}

/* All that came are owned from here on, or they would stay open. */
static enum err take_fds(struct link *l, struct msghdr *m)
{
	enum err e = (m->msg_flags & MSG_CTRUNC) != 0 ? ERR_MALFORMED : OK;
	struct cmsghdr *c;
	size_t n, i;
	int fd;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof fd;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			n = 0;
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (take_fd(l, fd) != OK)
				e = ERR_MALFORMED;
		}
	}
	return e;
}

/* Reads once. ERR_BUSY: nothing is there. */
static enum err fill(struct link *l)
{
	union {
		struct cmsghdr align;
		char octets[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec v = { buf_room(&l->in, READ_ROOM), READ_ROOM };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = control.octets,
			    .msg_controllen = sizeof control.octets };
	ssize_t n;

	if (v.iov_base == NULL)
		return l->in.bad;
	n = recvmsg(l->fd, &m, MSG_CMSG_CLOEXEC);
	l->in.n -= READ_ROOM - (n > 0 ? (size_t)n : 0);
	if (n > 0)
		return take_fds(l, &m);
	if (n == 0 || errno == ECONNRESET)
		return ERR_CLOSED;
	return errno == EAGAIN || errno == EINTR ? ERR_BUSY : ERR_IO;
}

static enum err give(struct link *l, const struct frame *f)
{
	int fd = -1;

	if (f->fds > 0) {
		if (l->fds_in.n == 0)
			return ERR_MALFORMED;
		fd = fds_pop(&l->fds_in);
	}
	l->events->frame(l->arg, f, fd);
	return l->freed ? ERR_CLOSED : OK;
}

/* Gives up every whole frame; ERR_MORE is how it ends well. */
static enum err give_all(struct link *l)
{
	struct frame f;
	size_t at = 0, used;
	enum err e;

	while ((e = frame_decode(bytes_after(buf_bytes(&l->in), at), &f,
				 &used)) == OK) {
		at += used;
		if ((e = give(l, &f)) != OK)
			return e;
	}
	if (at > 0)
		buf_shift(&l->in, at);
	if (l->in.n == 0 && l->in.capacity > KEEP_AT_MOST)
		buf_clear(&l->in);
	return e;
}

static void readable(struct link *l)
{
	enum err e = fill(l);

	if (e == OK)
		e = give_all(l);
	if (e != ERR_BUSY && e != ERR_MORE && !l->freed)
		tell_closed(l, e);
}

static void ready(void *arg, int fd, unsigned events)
{
	struct link *l = arg;

	(void)fd;
	enter(l);
	if ((events & LOOP_WRITE) != 0) {
		l->blocked = false;
		link_flush(l);
	}
	if (!l->freed && (events & LOOP_READ) != 0)
		readable(l);
	else if (!l->freed && (events & LOOP_HANGUP) != 0)
		tell_closed(l, ERR_CLOSED);
	leave(l);
}

/* -- writing -- */

size_t link_pending_octets(const struct link *l)
{
	return l->out.n - l->out_sent;
}

/* One sendmsg: up to the next descriptor's place, or with it from there. */
static ssize_t send_some(struct link *l)
{
	union {
		struct cmsghdr align;
		char octets[CMSG_SPACE(sizeof(int))];
	} control = { .octets = { 0 } };
	struct iovec v = { l->out.p + l->out_sent, link_pending_octets(l) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct fd_queue *q = &l->fds_out;
	uint64_t until = l->stream + v.iov_len;
	struct cmsghdr *c;

	if (q->n > 0 && q->items[q->first].at == l->stream) {
		m.msg_control = control.octets;
		m.msg_controllen = sizeof control.octets;
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &q->items[q->first].fd, sizeof(int));
		if (q->n > 1)
			until = q->items[(q->first + 1) % FDS_MAX].at;
	} else if (q->n > 0) {
		until = q->items[q->first].at;
	}
	v.iov_len = (size_t)(until - l->stream);
	return sendmsg(l->fd, &m, MSG_NOSIGNAL);
}

static void sent(struct link *l, size_t n)
{
	struct fd_queue *q = &l->fds_out;

	if (q->n > 0 && q->items[q->first].at == l->stream)
		close(fds_pop(q));
	l->stream += n;
	l->out_sent += n;
	if (l->out_sent < l->out.n && l->out_sent < l->out.n / 2)
		return;
	buf_shift(&l->out, l->out_sent);
	l->out_sent = 0;
	if (l->out.n == 0 && l->out.capacity > KEEP_AT_MOST)
		buf_clear(&l->out);
}

static void due(void *arg);

/* The reader may not hear of it: closed() comes by the timer. */
static void write_failed(struct link *l)
{
	l->broken = true;
	buf_reset(&l->out);
	l->out_sent = 0;
	fds_close(&l->fds_out);
	if (loop_set_timer(l->loop, &l->flush, 0, due, l) != OK)
		shutdown(l->fd, SHUT_RDWR);
}

static void mark_high(struct link *l)
{
	size_t n = link_pending_octets(l);
	bool high = l->was_high ? n >= LINK_LOW : n > LINK_HIGH;

	if (high == l->was_high)
		return;
	l->was_high = high;
	if (l->events->high != NULL)
		l->events->high(l->arg, high);
}

static void write_out(struct link *l)
{
	unsigned want = LOOP_READ;
	ssize_t n = 0;

	while (link_pending_octets(l) > 0 && n >= 0) {
		n = send_some(l);
		if (n >= 0)
			sent(l, (size_t)n);
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
		write_failed(l);
		return;
	}
	l->blocked = link_pending_octets(l) > 0;
	if (l->blocked)
		want |= LOOP_WRITE;
	if (loop_rewatch(l->loop, l->fd, want) != OK)
		write_failed(l);
}

void link_flush(struct link *l)
{
	if (l->broken || l->open_frame || l->freed)
		return;
	enter(l);
	loop_clear_timer(l->loop, &l->flush);
	if (!l->blocked)
		write_out(l);
	if (!l->broken)
		mark_high(l);
	leave(l);
}

/* At the end of a turn in which something was written, or went wrong. */
static void due(void *arg)
{
	struct link *l = arg;

	enter(l);
	if (l->broken)
		tell_closed(l, ERR_CLOSED);
	else
		link_flush(l);
	leave(l);
}

void link_finish(struct link *l, int wait_ms)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };

	enter(l);
	link_flush(l);
	while (!l->freed && !l->broken && link_pending_octets(l) > 0 &&
	       poll(&p, 1, wait_ms) == 1) {
		l->blocked = false;
		link_flush(l);
	}
	leave(l);
}

/* Something waits now: it leaves at the turn's end, or at once if much. The
 * turn's end is also where the owner hears that it became too much. */
static void written(struct link *l)
{
	if (!l->blocked && link_pending_octets(l) >= LINK_LOW)
		write_out(l);
	if (l->flush.slot != 0 || link_pending_octets(l) == 0 ||
	    (l->blocked &&
	     (l->was_high || link_pending_octets(l) <= LINK_HIGH)))
		return;
	if (loop_set_timer(l->loop, &l->flush, 0, due, l) != OK && !l->blocked)
		write_out(l);
}

struct buf *link_open_frame(struct link *l, enum frame_type type, uint64_t ref)
{
	if (l->open_frame)
		abort();
	l->open_frame = true;
	l->mark = frame_open(&l->out, type, ref);
	return &l->out;
}

enum err link_close_frame(struct link *l)
{
	enum err e = frame_close(&l->out, l->mark);

	l->open_frame = false;
	if (e == OK && l->broken)
		e = ERR_CLOSED;
	if (e == OK) {
		written(l);
		return OK;
	}
	l->out.n = l->mark;
	l->out.bad = OK;
	return e;
}

enum err link_send(struct link *l, const struct frame *f, int fd)
{
	struct frame copy = *f;
	size_t mark = l->out.n;
	enum err e;

	if (l->open_frame)
		abort();
	if (l->broken)
		return ERR_CLOSED;
	if (fd >= 0 && l->fds_out.n == FDS_MAX)
		return ERR_TOOBIG;
	copy.fds = fd >= 0 ? 1 : 0;
	if ((e = frame_encode(&copy, &l->out)) != OK) {
		l->out.n = mark;
		l->out.bad = OK;
		return e;
	}
	if (fd >= 0)
		fds_push(&l->fds_out, fd, l->stream + mark - l->out_sent);
	written(l);
	return OK;
}

struct link *link_new(struct loop *loop, int fd,
		      const struct link_events *events, void *arg)
{
	int flags = fcntl(fd, F_GETFL);
	struct link *l;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    (l = mem_zero(sizeof *l)) == NULL)
		return NULL;
	l->loop = loop;
	l->fd = fd;
	l->events = events;
	l->arg = arg;
	l->in.limit = INPUT_LIMIT;
	l->out.limit = LINK_LIMIT;
	if (loop_watch(loop, fd, LOOP_READ, ready, l) != OK) {
		mem_free(l);
		return NULL;
	}
	return l;
}
