#include "adapters/sip/connections.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "codecs/arena.h"
#include "gateway/loop.h"

#define STEP_US		250000u /* between two slices                        */
#define SLICE		1024	/* descriptors at a time                     */
#define SILENT_MS	30000u	/* for the first word, or for anything good  */
#define CROWDED_MS	2000u	/* the same when there are too many          */
#define SPARE		1024	/* descriptors for everything else           */
#define LINGER_MS	5000u	/* for their FIN after ours                  */
#define DRAIN_OCTETS	(4 * 1024 * 1024) /* thrown away at a look then      */
#define STATE_FIN_WAIT1 4 /* of struct tcp_info                        */
#define STATE_FIN_WAIT2 5
#define STATE_LISTEN	10
#define DEFER_S		10 /* the kernel keeps silent ones this long    */

struct connections {
	struct loop *loop;
	struct loop_timer timer;
	uint16_t port;
	uint32_t limit, idle_ms;
	int at, end;	/* next descriptor; end of this round        */
	int highest;	/* seen in this round                        */
	uint32_t found; /* in this round                             */
};

static bool is_ours(const struct connections *c, int fd)
{
	struct sockaddr_in6 local = { .sin6_family = AF_UNSPEC };
	socklen_t n = sizeof(local);
	int type = 0;
	socklen_t type_n = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_n) != 0 ||
	    type != SOCK_STREAM)
		return false;
	if (getsockname(fd, (struct sockaddr *)&local, &n) != 0)
		return false;
	/* The port is at the same place in both families. */
	return (local.sin6_family == AF_INET ||
		local.sin6_family == AF_INET6) &&
	       ntohs(local.sin6_port) == c->port;
}

/*
 * The listening socket: the kernel hands over those that have said a word, and
 * keeps for each no more than we take in one piece (it doubles the number).
 */
static void prepare(int fd)
{
	int seconds = DEFER_S, octets = CONNECTION_OCTETS / 2;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
			 sizeof(seconds));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

/*
 * We have refused what came and said our FIN. Who is still sending cannot
 * read the answer before he is done, and would lose it if the connection was
 * reset under him: so what he sends is thrown away for a while.
 */
static void drain(int fd)
{
	ssize_t n = 1, all = 0;

	while (n > 0 && all < DRAIN_OCTETS) {
		n = recv(fd, NULL, DRAIN_OCTETS, MSG_TRUNC | MSG_DONTWAIT);
		all += n;
	}
}

/* Does anything wait that the library does not read any more? */
static bool is_stuck(int fd, const struct tcp_info *info)
{
	int octets = 0;

	return info->tcpi_last_data_recv > LINGER_MS &&
	       ioctl(fd, SIOCINQ, &octets) == 0 && octets > 0;
}

/* How long its next word may take. */
static uint32_t patience_of(const struct connections *c,
			    const struct tcp_info *info)
{
	uint32_t patience = c->idle_ms;

	/* Less than the shortest request, or nothing that deserved an
	 * answer. */
	if ((info->tcpi_bytes_received < 64 || info->tcpi_bytes_sent == 0) &&
	    patience > SILENT_MS)
		patience = SILENT_MS;
	if (c->found > c->limit && patience > CROWDED_MS)
		patience = CROWDED_MS;
	return patience;
}

static void look(struct connections *c, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);
	bool over;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
		return;
	if (info.tcpi_state == STATE_LISTEN) {
		prepare(fd);
		return;
	}
	c->found++;
	if (info.tcpi_state == STATE_FIN_WAIT1 ||
	    info.tcpi_state == STATE_FIN_WAIT2) {
		drain(fd);
		over = info.tcpi_last_data_sent > LINGER_MS;
	} else {
		over = info.tcpi_last_data_recv > patience_of(c, &info) ||
		       is_stuck(fd, &info);
	}
	if (over)
		(void)shutdown(fd, SHUT_RDWR);
}

static int descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT32_MAX)
		return INT32_MAX;
	return (int)limit.rlim_cur;
}

static void round_done(struct connections *c)
{
	c->found = 0;
	/* Somewhat further than the highest one in use. */
	c->end = c->highest + SLICE;
	if (c->end > descriptors())
		c->end = descriptors();
	c->highest = 0;
	c->at = 3;
}

static void step(void *arg)
{
	struct connections *c = arg;
	int until = c->at + SLICE;

	for (; c->at < until && c->at < c->end; c->at++)
		if (is_ours(c, c->at)) {
			c->highest = c->at;
			look(c, c->at);
		}
	if (c->at >= c->end)
		round_done(c);
	if (loop_set_timer(c->loop, &c->timer, STEP_US, step, c) != OK)
		c->timer.slot = 0;
}

enum err connections_new(struct connections **made, struct loop *loop,
			 uint16_t port)
{
	struct connections *c = mem_zero(sizeof(*c));
	enum err e;

	if (!c)
		return ERR_NOMEM;
	c->loop = loop;
	c->port = port;
	c->limit = c->idle_ms = UINT32_MAX;
	c->at = 3;
	c->end = SLICE;
	e = loop_set_timer(loop, &c->timer, STEP_US, step, c);
	if (e != OK) {
		mem_free(c);
		return e;
	}
	*made = c;
	return OK;
}

void connections_free(struct connections *c)
{
	if (!c)
		return;
	loop_clear_timer(c->loop, &c->timer);
	mem_free(c);
}

void connections_limits(struct connections *c, uint32_t limit, uint32_t idle_ms)
{
	struct rlimit files;

	c->limit = limit;
	c->idle_ms = idle_ms;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur >= (rlim_t)limit * 2 + SPARE)
		return;
	files.rlim_cur = (rlim_t)limit * 2 + SPARE;
	if (files.rlim_cur > files.rlim_max)
		files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}
