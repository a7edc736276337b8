#include "adapters/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codecs/arena.h"

/* What the thread needs; it alone owns it. */
struct question {
	int fd;
	uint16_t port;
	char host[256];
};

struct resolve {
	struct loop *loop;
	int fd;
	resolve_done *done;
	void *arg;
};

static bool look_up(const char *host, uint16_t port, int flags,
		    struct resolved *out)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICSERV | flags };
	struct addrinfo *a;
	char text[8];

	snprintf(text, sizeof text, "%u", port);
	if (getaddrinfo(host, text, &hints, &a) != 0)
		return false;
	memset(out, 0, sizeof *out);
	memcpy(&out->address, a->ai_addr, a->ai_addrlen);
	out->size = a->ai_addrlen;
	freeaddrinfo(a);
	return true;
}

bool resolve_number(const char *host, uint16_t port, struct resolved *out)
{
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	return look_up(host, port, AI_NUMERICHOST, out);
}

static void *ask(void *arg)
{
	struct question *q = arg;
	struct resolved r = { .size = 0 };

	if (!look_up(q->host, q->port, AI_ADDRCONFIG, &r))
		r.size = 0;
	/* Nobody may be there any more. */
	if (send(q->fd, &r, sizeof r, MSG_NOSIGNAL) < 0)
		r.size = 0;
	close(q->fd);
	mem_free(q);
	return NULL;
}

static void ready(void *arg, int fd, unsigned events)
{
	struct resolve *r = arg;
	resolve_done *done = r->done;
	struct resolved answer;
	void *whom = r->arg;

	(void)events;
	if (recv(fd, &answer, sizeof answer, MSG_DONTWAIT) !=
	    (ssize_t)sizeof answer)
		answer.size = 0;
	resolve_cancel(r);
	done(whom, &answer);
}

static bool start_thread(struct question *q)
{
	pthread_attr_t detached;
	pthread_t thread;
	bool good;

	if (pthread_attr_init(&detached) != 0)
		return false;
	good = pthread_attr_setdetachstate(&detached,
					   PTHREAD_CREATE_DETACHED) == 0 &&
	       pthread_create(&thread, &detached, ask, q) == 0;
	pthread_attr_destroy(&detached);
	return good;
}

struct resolve *resolve_start(struct loop *loop, const char *host,
			      uint16_t port, resolve_done *done, void *arg)
{
	struct resolve *r = mem_zero(sizeof *r);
	struct question *q = mem_zero(sizeof *q);
	int fds[2] = { -1, -1 };

	if (r == NULL || q == NULL || strlen(host) >= sizeof q->host ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		goto out;
	*r = (struct resolve){ loop, fds[0], done, arg };
	*q = (struct question){ .fd = fds[1], .port = port };
	memcpy(q->host, host, strlen(host));
	if (loop_watch(loop, fds[0], LOOP_READ, ready, r) != OK)
		goto out;
	if (start_thread(q))
		return r;
	loop_unwatch(loop, fds[0]);
out:
	if (fds[0] >= 0) {
		close(fds[0]);
		close(fds[1]);
	}
	mem_free(r);
	mem_free(q);
	return NULL;
}

void resolve_cancel(struct resolve *r)
{
	if (r == NULL)
		return;
	loop_unwatch(r->loop, r->fd);
	close(r->fd);
	mem_free(r);
}

int resolved_connect(const struct resolved *r)
{
	int fd = socket(r->address.ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, why;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
	    (connect(fd, (const struct sockaddr *)&r->address, r->size) == 0 ||
	     errno == EINPROGRESS))
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}
