#include "tests/bench/sip_flow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "codecs/arena.h"
#include "tests/bench/sip_wire.h"

#define CONNECTIONS   8
#define BATCH	      64
#define DATAGRAM_MAX  8192
#define SOCKET_OCTETS (16 << 20)

struct flows {
	struct load *load;
	struct load_conn *udp, *to_server[CONNECTIONS];
	bool tcp;
	struct sockaddr_in server;
	flow_message *message;
	void *arg;

	/* Datagrams that leave at the end of the turn. */
	struct mmsghdr out[BATCH];
	struct iovec out_octets[BATCH];
	struct sockaddr_in out_to[BATCH];
	uint8_t out_room[BATCH][DATAGRAM_MAX];
	unsigned n_out;

	struct mmsghdr in[BATCH];
	struct iovec in_octets[BATCH];
	struct sockaddr_in in_from[BATCH];
	uint8_t in_room[BATCH][DATAGRAM_MAX];
};

static struct sockaddr_in here(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void prepare_in(struct flows *f, unsigned i)
{
	f->in_octets[i] = (struct iovec){ f->in_room[i], DATAGRAM_MAX };
	f->in[i].msg_hdr = (struct msghdr){ .msg_name = &f->in_from[i],
					    .msg_namelen = sizeof f->in_from[i],
					    .msg_iov = &f->in_octets[i],
					    .msg_iovlen = 1 };
}

static void read_udp(struct load_conn *c)
{
	struct flows *f = c->owner;
	struct hop from = { NULL, { 0 } };
	int i, n;

	for (i = 0; i < BATCH; i++)
		prepare_in(f, (unsigned)i);
	n = recvmmsg(c->fd, f->in, BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < n; i++) {
		from.address = f->in_from[i];
		f->message(f->arg,
			   (struct bytes){ f->in_room[i], f->in[i].msg_len },
			   &from);
	}
}

static size_t read_tcp(struct load_conn *c)
{
	struct flows *f = c->owner;
	struct hop from = { .conn = c };
	struct bytes rest = buf_bytes(&c->in), m;
	size_t at = 0;

	while (rest.n > 0) {
		while (at < c->in.n &&
		       (c->in.p[at] == '\r' || c->in.p[at] == '\n'))
			at++;
		rest = bytes_after(buf_bytes(&c->in), at);
		if (rest.n == 0 || (m = wire_frame(rest)).n == 0)
			break;
		f->message(f->arg, m, &from);
		at += m.n;
	}
	return at;
}

static void knock(struct load_conn *listener)
{
	struct load_conn *c;

	while ((c = load_accept(listener, listener->owner)) != NULL)
		c->octets = read_tcp;
}

static int open_udp(unsigned port)
{
	struct sockaddr_in a = here(port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int octets = SOCKET_OCTETS;

	must(fd >= 0, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets,
		       sizeof octets) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
	must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
	return fd;
}

struct flows *flows_new(struct load *l, unsigned server, unsigned own, bool tcp,
			flow_message *message, void *arg)
{
	struct flows *f = mem_zero(sizeof *f);
	unsigned i;

	must(f != NULL, "memory");
	f->load = l;
	f->tcp = tcp;
	f->server = here(server);
	f->message = message;
	f->arg = arg;
	f->udp = load_watch(l, open_udp(own), read_udp, f);
	load_listen(l, own, knock, f);
	for (i = 0; tcp && i < CONNECTIONS; i++) {
		f->to_server[i] = load_connect(l, server, f);
		f->to_server[i]->octets = read_tcp;
	}
	return f;
}

void flows_free(struct flows *f)
{
	mem_free(f);
}

struct hop flows_way(const struct flows *f, size_t n)
{
	if (f->tcp)
		return (struct hop){ .conn = f->to_server[n % CONNECTIONS] };
	return (struct hop){ NULL, f->server };
}

void flows_flush(struct flows *f)
{
	unsigned at = 0;
	int n;

	while (at < f->n_out) {
		n = sendmmsg(f->udp->fd, f->out + at, f->n_out - at, 0);
		/* Full: the rest is lost, as it would be on any network. */
		if (n <= 0)
			break;
		at += (unsigned)n;
	}
	f->n_out = 0;
}

static void send_udp(struct flows *f, const struct sockaddr_in *to,
		     struct bytes m)
{
	unsigned i;

	if (f->n_out == BATCH)
		flows_flush(f);
	must(m.n <= DATAGRAM_MAX, "a long datagram");
	i = f->n_out++;
	memcpy(f->out_room[i], m.p, m.n);
	f->out_to[i] = *to;
	f->out_octets[i] = (struct iovec){ f->out_room[i], m.n };
	f->out[i].msg_hdr = (struct msghdr){ .msg_name = &f->out_to[i],
					     .msg_namelen = sizeof f->out_to[i],
					     .msg_iov = &f->out_octets[i],
					     .msg_iovlen = 1 };
}

void flows_send(struct flows *f, const struct hop *to, struct bytes m)
{
	if (to->conn == NULL) {
		send_udp(f, &to->address, m);
		return;
	}
	if (to->conn->fd < 0)
		return;
	buf_put(&to->conn->out, m);
	load_dirty(to->conn);
}
