#include "gateway/loop.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "codecs/arena.h"
#include "gateway/loop_host.h"
#include "gateway/timers.h"

#define EVENTS_A_TURN	256
#define WATCHES_FIRST	64

/* Of one descriptor. The number tells a new watch from the one before it, so
 * that events which were gathered for the old one are passed over. */
struct watch {
	loop_ready *ready;	/* NULL: not watched */
	void *arg;
	unsigned events;
	uint32_t number;
};

struct loop {
	const struct clock *clock;
	int epoll;
	bool ending;
	struct watch *watches;	/* by descriptor */
	size_t n_watches;
	struct timers timers;
	loop_due *flush;
	void *flush_arg;
	const struct loop_host *host;	/* NULL: the waiting is ours */
	void *host_arg;
};

struct loop *loop_new(const struct clock *clock)
{
	struct loop *l = mem_zero(sizeof *l);

	if (l == NULL)
		return NULL;
	l->clock = clock;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		mem_free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	if (l->host != NULL)
		l->host->free(l->host_arg);
	close(l->epoll);
	timers_clear_all(&l->timers);
	mem_free(l->watches);
	mem_free(l);
}

static enum err room_for(struct loop *l, size_t fd)
{
	size_t n = l->n_watches == 0 ? WATCHES_FIRST : l->n_watches;
	struct watch *w;

	while (n <= fd)
		n *= 2;
	if (n == l->n_watches)
		return OK;
	w = mem_realloc(l->watches, n * sizeof *w);
	if (w == NULL)
		return ERR_NOMEM;
	l->watches = w;
	for (; l->n_watches < n; l->n_watches++)
		w[l->n_watches] = (struct watch){ .ready = NULL };
	return OK;
}

static enum err tell_kernel(struct loop *l, int how, int fd)
{
	const struct watch *w = &l->watches[fd];
	struct epoll_event e = { .events = 0 };

	if ((w->events & LOOP_READ) != 0)
		e.events |= EPOLLIN;
	if ((w->events & LOOP_WRITE) != 0)
		e.events |= EPOLLOUT;
	e.data.u64 = (uint64_t)w->number << 32 | (uint32_t)fd;
	return epoll_ctl(l->epoll, how, fd, &e) == 0 ? OK : ERR_IO;
}

enum err loop_watch(struct loop *l, int fd, unsigned events, loop_ready *ready,
		    void *arg)
{
	struct watch *w;
	enum err e;

	if (fd < 0 || room_for(l, (size_t)fd) != OK)
		return fd < 0 ? ERR_RANGE : ERR_NOMEM;
	w = &l->watches[fd];
	if (w->ready != NULL)
		return ERR_EXISTS;
	w->number++;
	w->events = events;
	if ((e = tell_kernel(l, EPOLL_CTL_ADD, fd)) != OK)
		return e;
	w->ready = ready;
	w->arg = arg;
	return OK;
}

static struct watch *watch_of(struct loop *l, int fd)
{
	if (fd < 0 || (size_t)fd >= l->n_watches ||
	    l->watches[fd].ready == NULL)
		return NULL;
	return &l->watches[fd];
}

enum err loop_rewatch(struct loop *l, int fd, unsigned events)
{
	struct watch *w = watch_of(l, fd);

	if (w == NULL)
		return ERR_NOTFOUND;
	if (w->events == events)
		return OK;
	w->events = events;
	return tell_kernel(l, EPOLL_CTL_MOD, fd);
}

void loop_unwatch(struct loop *l, int fd)
{
	struct watch *w = watch_of(l, fd);

	if (w == NULL)
		return;
	w->ready = NULL;
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
}

enum err loop_set_timer(struct loop *l, struct loop_timer *t, uint64_t in_us,
			loop_due *due, void *arg)
{
	uint64_t now = loop_now_us(l);

	t->due_us = in_us > UINT64_MAX - now ? UINT64_MAX : now + in_us;
	t->due = due;
	t->arg = arg;
	return timers_set(&l->timers, t);
}

void loop_clear_timer(struct loop *l, struct loop_timer *t)
{
	timers_clear(&l->timers, t);
}

void loop_after_turn(struct loop *l, loop_due *flush, void *arg)
{
	l->flush = flush;
	l->flush_arg = arg;
}

/* Rounded up: waking a moment before the time would turn for nothing. */
static int wait_ms(const struct loop *l)
{
	uint64_t due, now, ms;

	if (!timers_next(&l->timers, &due))
		return -1;
	now = loop_now_us(l);
	if (due <= now)
		return 0;
	ms = (due - now - 1) / 1000 + 1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

static void dispatch(struct loop *l, const struct epoll_event *e)
{
	int fd = (int)(uint32_t)e->data.u64;
	struct watch *w = watch_of(l, fd);
	unsigned events = 0;

	if (w == NULL || w->number != (uint32_t)(e->data.u64 >> 32))
		return;
	if ((e->events & EPOLLIN) != 0)
		events |= w->events & LOOP_READ;
	if ((e->events & EPOLLOUT) != 0)
		events |= w->events & LOOP_WRITE;
	if ((e->events & (EPOLLHUP | EPOLLERR)) != 0)
		events |= LOOP_HANGUP;
	if (events != 0)
		w->ready(w->arg, fd, events);
}

/* Descriptors, then timers, then what was gathered goes out. */
static enum err turn(struct loop *l)
{
	struct epoll_event events[EVENTS_A_TURN];
	bool did = l->host != NULL;
	int n, i, ms = wait_ms(l);
	enum err e;

	if (l->host != NULL) {
		if ((e = l->host->wait(l->host_arg, ms)) != OK)
			return e;
		ms = 0;
	}
	n = epoll_wait(l->epoll, events, EVENTS_A_TURN, ms);
	if (n < 0 && errno != EINTR)
		return ERR_IO;
	did = did || n > 0;
	for (i = 0; i < n; i++)
		dispatch(l, &events[i]);
	if (l->timers.n > 0 && timers_run(&l->timers, loop_now_us(l)))
		did = true;
	if (did && l->flush != NULL)
		l->flush(l->flush_arg);
	return OK;
}

enum err loop_run(struct loop *l)
{
	enum err e = OK;

	l->ending = false;
	while (e == OK && !l->ending)
		e = turn(l);
	return e;
}

void loop_end(struct loop *l)
{
	l->ending = true;
}

void loop_set_host(struct loop *l, const struct loop_host *host, void *arg)
{
	l->host = host;
	l->host_arg = arg;
}

void *loop_host_arg(const struct loop *l)
{
	return l->host_arg;
}

int loop_descriptor(const struct loop *l)
{
	return l->epoll;
}

uint64_t loop_now_us(const struct loop *l)
{
	return l->clock->monotonic_us(l->clock->arg);
}

uint64_t loop_wall_us(const struct loop *l)
{
	return l->clock->wall_us(l->clock->arg);
}
