#include "adapters/smpp/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/smpp/session_inside.h"
#include "codecs/arena.h"

#define SEQUENCE_LAST 0x7FFFFFFFu /* 5.1.4                             */
#define COMMAND_AT    4		  /* octets of the header              */
#define SEQUENCE_AT   12
#define FINISH_US     2000000
#define LINGER_US     1000000
#define OUT_KEEP      4096	  /* capacity that an idle one keeps   */

static void flush(void *arg);

struct sessions *sessions_new(struct loop *loop)
{
	struct sessions *all = mem_zero(sizeof *all);

	if (all != NULL)
		all->loop = loop;
	return all;
}

static void free_session(struct session *s)
{
	window_free(s->window);
	transport_free(s->transport);
	buf_clear(&s->in);
	buf_clear(&s->out);
	mem_free(s);
}

/* Those that the next flush() still finds in its list stay until then. */
static void free_dead(struct sessions *all)
{
	struct session **at = &all->dead, *s;

	while ((s = *at) != NULL) {
		if (s->working) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free_session(s);
	}
}

void sessions_free(struct sessions *all)
{
	if (all == NULL)
		return;
	loop_clear_timer(all->loop, &all->flush);
	for (; all->work != NULL; all->work = all->work->next_work)
		all->work->working = false;
	free_dead(all);
	mem_free(all);
}

void sessions_slow(struct sessions *all, bool slow)
{
	struct session *s, *next;

	all->slow = slow;
	for (s = all->first; s != NULL; s = next) {
		next = s->next;
		session_set_hold(s, HOLD_SLOW, slow);
	}
}

size_t sessions_count(const struct sessions *all)
{
	return all->count;
}

uint64_t session_now(const struct session *s)
{
	return loop_now_us(s->all->loop);
}

/*
 * The end of this turn: what came together is parsed and written. Without
 * memory for the timer the next one that wakes it does it for all.
 */
static void wake(struct sessions *all)
{
	enum err e = OK;

	if (all->flush.slot == 0)
		e = loop_set_timer(all->loop, &all->flush, 0, flush, all);
	(void)e;
}

void session_work(struct session *s)
{
	if (s->working || s->dead)
		return;
	s->working = true;
	s->next_work = s->all->work;
	s->all->work = s;
	wake(s->all);
}

static void flush(void *arg)
{
	struct sessions *all = arg;
	struct session *list = all->work, *s;

	all->work = NULL;
	while ((s = list) != NULL) {
		list = s->next_work;
		s->working = false;
		if (!s->dead && s->broken != NULL)
			session_close(s, s->broken);
		if (!s->dead && s->resume)
			session_go_on(s);
		if (!s->dead)
			session_write(s);
	}
	free_dead(all);
}

/* Owners are in the middle of something: it closes at the end of the turn. */
void session_break(struct session *s, const char *why)
{
	s->broken = why;
	session_work(s);
}

void session_watch(struct session *s)
{
	bool reads = s->holds == 0 || s->lingering || s->shaking;
	unsigned events = 0;

	if (s->dead)
		return;
	if (!s->connecting && reads)
		events |= LOOP_READ;
	if (s->connecting || (s->out.n > 0 && !s->shaking))
		events |= LOOP_WRITE;
	if (s->transport != NULL && transport_wants_write(s->transport) &&
	    !s->lingering && (reads || s->finishing))
		events = LOOP_WRITE;
	if (events == s->watching)
		return;
	s->watching = events;
	if (loop_rewatch(s->all->loop, s->fd, events) != OK)
		session_break(s, "cannot be watched");
}

void session_set_hold(struct session *s, enum hold why, bool hold)
{
	unsigned before = s->holds;

	if (s->dead)
		return;
	s->holds = hold ? before | why : before & ~(unsigned)why;
	if (s->holds == 0 && before != 0) {
		/* Answers that wait in the socket must be seen first. */
		s->grace_us = session_now(s) + s->limits.response_us;
		s->resume = true;
		session_work(s);
	}
}

void session_hold(struct session *s, bool hold)
{
	session_set_hold(s, HOLD_OWNER, hold);
}

/* Whether it goes on: an error closes. */
static bool write_some(struct session *s)
{
	ssize_t n = session_transmit(s, s->out.p, s->out.n);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			session_close(s, session_why(s));
		return false;
	}
	s->written += (uint64_t)n;
	s->wrote_us = session_now(s);
	buf_shift(&s->out, (size_t)n);
	return s->out.n > 0;
}

/*
 * Our last octets are in the socket. Closing it now, with octets of the far
 * side unread, would take them back (RST): it closes first, or in a while.
 */
void session_linger(struct session *s)
{
	if (s->lingering ||
	    (s->transport != NULL && !transport_finish(s->transport)))
		return;
	s->lingering = true;
	shutdown(s->fd, SHUT_WR);
	session_set_deadline(s, LINGER_US);
}

void session_write(struct session *s)
{
	while (!s->connecting && !s->shaking && s->out.n > 0 && write_some(s))
		;
	if (s->dead)
		return;
	if (s->out.n == 0 && s->finishing)
		session_linger(s);
	if (s->out.n == 0 && s->out.capacity > OUT_KEEP)
		buf_clear(&s->out);
	session_set_hold(s, HOLD_OUTPUT, s->out.n > SESSION_OUT_HIGH);
	session_watch(s);
}

/* SMPP begins. A server has to be bound before its deadline. */
void session_begin(struct session *s)
{
	s->read_us = session_now(s);
	if (s->outward) {
		s->deadline_us = 0;
		s->events->connected(s->owner, s);
	}
	session_watch(s);
}

static void connected(struct session *s)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error != 0) {
		session_close(s, strerror(error));
		return;
	}
	s->connecting = false;
	if (s->shaking)
		session_shake(s);
	else
		session_begin(s);
}

static void ready(void *arg, int fd, unsigned events)
{
	struct session *s = arg;

	(void)fd;
	if (s->connecting) {
		connected(s);
		return;
	}
	if (s->shaking && !s->lingering && events != LOOP_HANGUP) {
		session_shake(s);
		return;
	}
	if (events & LOOP_READ ||
	    (s->transport != NULL && s->holds == 0 &&
	     transport_wants_write(s->transport)))
		session_read(s);
	if (!s->dead && events & LOOP_WRITE)
		session_write(s);
	if (!s->dead && events & LOOP_HANGUP && !(events & LOOP_READ))
		session_close(s, "connection lost");
}

static void name_far_side(struct session *s)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof a;
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	memset(&a, 0, sizeof a);
	if (getpeername(s->fd, (struct sockaddr *)&a, &size) != 0)
		return;
	if (a.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)&a;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
		port = ntohs(in->sin_port);
	} else if (a.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)&a;

		inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
		port = ntohs(in->sin6_port);
	}
	snprintf(s->address, sizeof s->address,
		 a.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, port);
}

struct session *session_new(struct sessions *all, int fd,
			    const struct session_events *events, void *owner)
{
	struct session *s = mem_zero(sizeof *s);

	if (s == NULL)
		return NULL;
	s->all = all;
	s->fd = fd;
	s->events = events;
	s->owner = owner;
	s->in.limit = SESSION_READ_OCTETS + SMPP_PDU_OCTETS_MAX;
	s->out.limit = SESSION_OUT_LIMIT;
	s->limits.pdu_octets = SMPP_PDU_OCTETS_MAX;
	s->limits.response_us = 10000000;
	s->holds = all->slow ? HOLD_SLOW : 0;
	s->watching = all->slow ? 0 : LOOP_READ;
	if (loop_watch(all->loop, fd, s->watching, ready, s) != OK) {
		mem_free(s);
		return NULL;
	}
	s->read_us = s->message_us = session_now(s);
	name_far_side(s);
	s->next = all->first;
	s->link = &all->first;
	if (s->next != NULL)
		s->next->link = &s->next;
	all->first = s;
	all->count++;
	return s;
}

void session_give(struct session *s, const struct session_events *events,
		  void *owner)
{
	s->events = events;
	s->owner = owner;
}

void session_connecting(struct session *s, uint64_t at_most_us)
{
	s->connecting = s->outward = true;
	session_set_deadline(s, at_most_us);
	session_watch(s);
}

enum err session_set_limits(struct session *s, const struct session_limits *l)
{
	struct window *w = NULL;

	if (l->window != s->limits.window && l->window > 0 &&
	    (s->window == NULL || window_used(s->window) == 0)) {
		if ((w = window_new(l->window)) == NULL)
			return ERR_NOMEM;
		window_free(s->window);
		s->window = w;
	}
	s->limits = *l;
	session_arm(s, session_now(s));
	return OK;
}

void session_set_deadline(struct session *s, uint64_t in_us)
{
	s->deadline_us = in_us == 0 ? 0 : session_now(s) + in_us;
	if (in_us != 0)
		session_arm(s, s->deadline_us);
}

uint32_t session_next(struct session *s)
{
	s->sequence = s->sequence == SEQUENCE_LAST ? 1 : s->sequence + 1;
	return s->sequence;
}

/* `n` octets are to be written; from now on they must get away. */
static void queue(struct session *s, size_t n)
{
	if (s->queued == s->written)
		s->wrote_us = session_now(s);
	s->queued += n;
	session_work(s);
	session_arm(s, s->wrote_us + s->limits.response_us);
}

void session_send(struct session *s, const struct smpp_pdu *p)
{
	size_t before = s->out.n;

	if (s->dead)
		return;
	if (smpp_pdu_encode(p, &s->out, NULL) != OK)
		session_break(s, "output overflows");
	queue(s, s->out.n - before);
}

void session_refuse(struct session *s, const struct smpp_pdu *request,
		    uint32_t status)
{
	struct smpp_pdu p = { .command_id =
				      smpp_response_id(request->command_id),
			      .command_status = status,
			      .sequence_number = request->sequence_number };

	if (p.command_id != 0)
		session_send(s, &p);
}

void session_ask(struct session *s, struct smpp_pdu *p)
{
	p->sequence_number = s->asked = session_next(s);
	s->asked_id = smpp_response_id(p->command_id);
	s->asked_us = session_now(s);
	session_send(s, p);
	session_arm(s, s->asked_us + s->limits.response_us);
}

unsigned session_room(const struct session *s)
{
	if (s->dead || s->finishing || s->unbinding || s->window == NULL)
		return 0;
	return window_room(s->window);
}

unsigned session_used(const struct session *s)
{
	return s->window == NULL ? 0 : window_used(s->window);
}

static uint32_t load32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void store32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

enum err session_request(struct session *s, struct bytes pdu, void *what,
			 unsigned which)
{
	struct window_item item = { .which = which, .what = what };
	uint8_t *to;
	enum err e;

	if (s->dead)
		return ERR_CLOSED;
	/* A far side that does not read them has enough to do. */
	if (session_room(s) == 0 || s->out.n + pdu.n > s->out.limit)
		return ERR_BUSY;
	if ((to = buf_room(&s->out, pdu.n)) == NULL)
		return buf_status(&s->out);
	item.sequence = session_next(s);
	item.answer_id = smpp_response_id(load32(pdu.p + COMMAND_AT));
	item.sent_us = s->message_us = session_now(s);
	item.end = s->queued + pdu.n;
	if ((e = window_add(s->window, &item)) != OK) {
		s->out.n -= pdu.n;
		return e;
	}
	memcpy(to, pdu.p, pdu.n);
	store32(to + SEQUENCE_AT, item.sequence);
	queue(s, pdu.n);
	session_arm(s, item.sent_us + s->limits.response_us);
	return OK;
}

enum err session_tell(struct session *s, struct bytes pdu)
{
	uint8_t *to;

	if (s->dead)
		return ERR_CLOSED;
	if (s->finishing || s->unbinding || s->out.n + pdu.n > s->out.limit)
		return ERR_BUSY;
	if ((to = buf_room(&s->out, pdu.n)) == NULL)
		return buf_status(&s->out);
	memcpy(to, pdu.p, pdu.n);
	store32(to + SEQUENCE_AT, session_next(s));
	s->message_us = session_now(s);
	queue(s, pdu.n);
	return OK;
}

void session_unbind(struct session *s)
{
	struct smpp_pdu p = { .command_id = SMPP_UNBIND };

	if (s->dead || s->unbinding)
		return;
	s->unbinding = true;
	session_ask(s, &p);
}

void session_finish(struct session *s, const char *why)
{
	if (s->dead)
		return;
	s->finishing = true;
	s->finish_why = why;
	session_set_hold(s, HOLD_END, true);
	session_set_deadline(s, FINISH_US);
	session_work(s);
}

/* Everything that was asked is lost: written or not. */
static void lose_all(struct session *s)
{
	struct window_item item;

	while (s->window != NULL && window_oldest(s->window, &item) &&
	       window_take(s->window, item.sequence, &item))
		s->events->lost(s->owner, s, &item,
				item.end <= s->written ? SESSION_NO_ANSWER
						       : SESSION_NOT_SENT);
}

void session_close(struct session *s, const char *why)
{
	if (s->dead)
		return;
	s->dead = true;
	loop_clear_timer(s->all->loop, &s->timer);
	loop_unwatch(s->all->loop, s->fd);
	/* Without room for close_notify it sees the end alone. */
	if (s->transport != NULL)
		(void)transport_finish(s->transport);
	close(s->fd);
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	s->all->count--;
	lose_all(s);
	s->events->closed(s->owner, s, why);
	s->next = s->all->dead;
	s->all->dead = s;
	wake(s->all);
}

const char *session_address(const struct session *s)
{
	return s->address;
}
