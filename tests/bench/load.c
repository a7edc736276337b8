#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "codecs/arena.h"

#define EVENTS	      256
#define READ_OCTETS   65536
#define BUFFER_OCTETS (64u << 20)

struct load {
	int epoll;
	struct load_conn *conns, *dirty;
};

void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct load *load_new(void)
{
	struct load *l = mem_zero(sizeof *l);

	must(l != NULL, "memory");
	must((l->epoll = epoll_create1(EPOLL_CLOEXEC)) >= 0, "epoll");
	return l;
}

void load_close(struct load_conn *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	buf_clear(&c->in);
	buf_clear(&c->out);
	if (c->closed != NULL)
		c->closed(c);
}

void load_free(struct load *l)
{
	struct load_conn *c, *next;

	for (c = l->conns; c != NULL; c = next) {
		next = c->next;
		c->closed = NULL;
		load_close(c);
		mem_free(c);
	}
	close(l->epoll);
	mem_free(l);
}

static struct load_conn *add(struct load *l, int fd, void *owner)
{
	struct load_conn *c = mem_zero(sizeof *c);
	struct epoll_event e = { .events = EPOLLIN };

	must(c != NULL, "memory");
	*c = (struct load_conn){ .load = l,
				 .fd = fd,
				 .in = BUF_INIT(BUFFER_OCTETS),
				 .out = BUF_INIT(BUFFER_OCTETS),
				 .owner = owner,
				 .next = l->conns };
	e.data.ptr = c;
	must(epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) == 0, "epoll");
	l->conns = c;
	return c;
}

static struct sockaddr_in here(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

struct load_conn *load_watch(struct load *l, int fd,
			     void (*ready)(struct load_conn *c), void *owner)
{
	struct load_conn *c = add(l, fd, owner);

	c->ready = ready;
	return c;
}

struct load_conn *load_listen(struct load *l, unsigned port,
			      void (*ready)(struct load_conn *c), void *owner)
{
	struct sockaddr_in a = here(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;
	struct load_conn *c;

	must(fd >= 0, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
	must(listen(fd, 128) == 0, "listen");
	c = load_watch(l, fd, ready, owner);
	c->listens = true;
	return c;
}

static void no_delay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

struct load_conn *load_accept(struct load_conn *listener, void *owner)
{
	int fd =
		accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return NULL;
	no_delay(fd);
	return add(listener->load, fd, owner);
}

struct load_conn *load_try(struct load *l, unsigned port, void *owner)
{
	struct sockaddr_in a = here(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0, "socket");
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return NULL;
	}
	no_delay(fd);
	must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	return add(l, fd, owner);
}

struct load_conn *load_connect(struct load *l, unsigned port, void *owner)
{
	struct timespec pause = { 0, 50000000 };
	struct load_conn *c = NULL;
	int tries;

	for (tries = 0; tries < 200; tries++) {
		if ((c = load_try(l, port, owner)) != NULL)
			break;
		nanosleep(&pause, NULL);
	}
	must(c != NULL, "connect");
	return c;
}

void load_dirty(struct load_conn *c)
{
	if (c->dirty || c->fd < 0)
		return;
	c->dirty = true;
	c->next_dirty = c->load->dirty;
	c->load->dirty = c;
}

static void want_room(struct load_conn *c, bool on)
{
	struct epoll_event e = { .events = EPOLLIN };

	if (c->waits == on)
		return;
	c->waits = on;
	if (on)
		e.events |= EPOLLOUT;
	e.data.ptr = c;
	must(epoll_ctl(c->load->epoll, EPOLL_CTL_MOD, c->fd, &e) == 0, "epoll");
}

static void flush(struct load_conn *c)
{
	ssize_t n;

	if (c->fd < 0)
		return;
	must(c->out.bad == OK, "output buffer");
	while (c->out.n > 0) {
		n = send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			want_room(c, true);
			return;
		}
		if (n < 0) {
			load_close(c);
			return;
		}
		buf_shift(&c->out, (size_t)n);
	}
	want_room(c, false);
}

static void take(struct load_conn *c)
{
	static uint8_t room[READ_OCTETS];
	ssize_t n = recv(c->fd, room, sizeof room, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		load_close(c);
		return;
	}
	buf_put(&c->in, (struct bytes){ room, (size_t)n });
	must(c->in.bad == OK, "input buffer");
	buf_shift(&c->in, c->octets(c));
}

static void handle(struct load_conn *c, uint32_t events)
{
	if (c->fd < 0)
		return;
	if (c->ready != NULL) {
		c->ready(c);
		return;
	}
	if (events & EPOLLOUT)
		load_dirty(c);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		take(c);
}

void load_turn(struct load *l, int ms)
{
	struct epoll_event events[EVENTS];
	struct load_conn *c;
	int i, n = epoll_wait(l->epoll, events, EVENTS, ms);

	for (i = 0; i < n; i++)
		handle(events[i].data.ptr, events[i].events);
	while ((c = l->dirty) != NULL) {
		l->dirty = c->next_dirty;
		c->dirty = false;
		flush(c);
	}
}
