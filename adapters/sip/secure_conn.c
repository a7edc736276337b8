/* One connection: its handshake, its octets both ways, its end. */
#include "adapters/sip/secure_inside.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codecs/arena.h"

#define DRAIN_OCTETS (256 * 1024) /* thrown away at once                   */

/* -- which list it is in -------------------------------------------------- */

static struct secure_list *list_of(const struct secure_conn *c)
{
	if (!c->server)
		return &c->secure->called;
	return c->state == SECURE_SHAKING ? &c->secure->shaking
					  : &c->secure->open;
}

static void put_in(struct secure_conn *c)
{
	struct secure_list *l = list_of(c);

	c->older = l->newest;
	c->newer = NULL;
	if (l->newest)
		l->newest->newer = c;
	else
		l->oldest = c;
	l->newest = c;
	l->count++;
}

static void take_out(struct secure_conn *c)
{
	struct secure_list *l = list_of(c);

	if (c->older)
		c->older->newer = c->newer;
	else
		l->oldest = c->newer;
	if (c->newer)
		c->newer->older = c->older;
	else
		l->newest = c->older;
	l->count--;
}

void secure_conn_renew(struct secure_conn *c)
{
	take_out(c);
	put_in(c);
}

/* -- beginning and end ---------------------------------------------------- */

static void ready(void *arg, int fd, unsigned events);
static void due(void *arg);

/* No memory is a reason to end: false. */
static bool watch(struct secure_conn *c, unsigned want)
{
	struct loop *l = c->secure->loop;
	enum err e = OK;

	if (c->events == want)
		return true;
	if (want == 0)
		loop_unwatch(l, c->fd);
	else if (c->events == 0)
		e = loop_watch(l, c->fd, want, ready, c);
	else
		e = loop_rewatch(l, c->fd, want);
	if (e == OK)
		c->events = want;
	return e == OK;
}

static void tell_closed(struct secure_conn *c, const char *why)
{
	const struct secure_events *e = &c->secure->events;

	if (c->told)
		return;
	c->told = true;
	if (c->user)
		e->closed(e->arg, c, why);
	c->user = NULL;
}

void secure_conn_free(struct secure_conn *c, const char *why)
{
	tell_closed(c, why);
	take_out(c);
	loop_clear_timer(c->secure->loop, &c->timer);
	(void)watch(c, 0);
	transport_free(c->transport);
	if (c->resolve)
		resolve_cancel(c->resolve);
	if (c->fd >= 0)
		close(c->fd);
	mem_free(c->target);
	if (c->source)
		secure_source_leave(c->secure, c->source);
	buf_clear(&c->out);
	mem_free(c);
}

static void log_failure(const struct secure_conn *c, const char *why)
{
	char host[64] = "?", port[8] = "?";

	if (c->target) {
		oplog_line(c->secure->oplog, OPLOG_WARNING,
			   "no TLS with %s (%s, port %u): %s", c->target->name,
			   c->target->host, c->target->port, why);
		secure_note(c->secure, c->target->name, why);
		return;
	}
	(void)getnameinfo((const struct sockaddr *)&c->peer.address,
			  c->peer.size, host, sizeof(host), port, sizeof(port),
			  NI_NUMERICHOST | NI_NUMERICSERV);
	oplog_line(c->secure->oplog, OPLOG_INFO, "no TLS with %s, port %s: %s",
		   host, port, why);
}

/* How long it may stay as it is, from when. */
static uint64_t patience_ms(const struct secure_conn *c, uint64_t *from)
{
	const struct sip_config *g = c->secure->config;
	bool crowded = c->secure->open.count > g->connections / 4 * 3;

	*from = c->since_us;
	switch (c->state) {
	case SECURE_RESOLVING:
	case SECURE_CONNECTING:
	case SECURE_SHAKING:
		return SECURE_SHAKE_MS;
	case SECURE_ENDING:
	case SECURE_ENDED:
		return SECURE_LINGER_MS;
	case SECURE_OPEN:
		break;
	}
	if (c->out.n > 0) {
		*from = c->moved_us;
		return SECURE_STUCK_MS;
	}
	if (c->hurry_us > 0) {
		*from = c->hurry_us;
		return SECURE_SILENT_MS;
	}
	if (!c->good)
		return crowded ? SECURE_CROWDED_MS : SECURE_SILENT_MS;
	*from = c->heard_us > c->moved_us ? c->heard_us : c->moved_us;
	return g->idle_timeout_ms;
}

/* Moves its timer; with a place in the heap already that cannot fail. */
static void arm(struct secure_conn *c, uint64_t in_us)
{
	if (loop_set_timer(c->secure->loop, &c->timer, in_us, due, c) != OK)
		c->broken = true;
}

static void arm_patience(struct secure_conn *c)
{
	uint64_t now = loop_now_us(c->secure->loop), from, until;

	until = patience_ms(c, &from) * 1000;
	until += from;
	arm(c, until > now ? until - now : 0);
}

static void enter(struct secure_conn *c, enum secure_state state)
{
	take_out(c);
	c->state = state;
	put_in(c);
	c->since_us = loop_now_us(c->secure->loop);
	arm_patience(c);
}

/* -- what is sent --------------------------------------------------------- */

/* Everything, or as much as they take; false: it is over. */
static bool flush(struct secure_conn *c)
{
	ssize_t n;

	while (c->out.n > 0) {
		n = transport_write(c->transport, c->out.p, c->out.n);
		if (n < 0)
			return errno == EAGAIN;
		buf_shift(&c->out, (size_t)n);
		c->moved_us = loop_now_us(c->secure->loop);
	}
	buf_clear(&c->out);
	return true;
}

/* Waits for what it can use, and for nothing else. */
static bool watch_needs(struct secure_conn *c)
{
	unsigned want = 0;

	if (c->out.n < SECURE_OUT_MANY && c->state == SECURE_OPEN)
		want |= transport_wants_write(c->transport) ? LOOP_WRITE
							    : LOOP_READ;
	if (c->out.n > 0)
		want |= LOOP_WRITE;
	return watch(c, want);
}

/* Its end, as soon as nobody looks at it. */
static void give_up(struct secure_conn *c)
{
	c->broken = true;
	(void)watch(c, 0);
	arm(c, 0);
}

/* What was said last must arrive before the socket is gone. */
static void end_more(struct secure_conn *c)
{
	if (!flush(c)) {
		give_up(c);
		return;
	}
	if (c->out.n > 0 || !transport_finish(c->transport)) {
		if (!watch(c, LOOP_WRITE))
			give_up(c);
		return;
	}
	enter(c, SECURE_ENDED);
	if (shutdown(c->fd, SHUT_WR) != 0 || !watch(c, LOOP_READ))
		give_up(c);
}

static void end(struct secure_conn *c, const char *why)
{
	tell_closed(c, why);
	enter(c, SECURE_ENDING);
	end_more(c);
}

static void fail(struct secure_conn *c, const char *why)
{
	log_failure(c, why);
	buf_clear(&c->out);
	end(c, why);
}

bool secure_conn_write(struct secure_conn *c, struct bytes v)
{
	bool idle = c->out.n == 0 && c->state == SECURE_OPEN;

	if (c->broken || c->told)
		return false;
	if (idle)
		c->moved_us = loop_now_us(c->secure->loop);
	buf_put(&c->out, v);
	if (buf_status(&c->out) != OK || (idle && !flush(c)) ||
	    (c->state == SECURE_OPEN && !watch_needs(c))) {
		give_up(c);
		return false;
	}
	if (idle && c->out.n > 0)
		arm_patience(c);
	return true;
}

/* -- what comes ----------------------------------------------------------- */

/* One piece. Is there to be another one? */
static bool hear(struct secure_conn *c)
{
	const struct secure_events *e = &c->secure->events;
	uint8_t *scratch = c->secure->scratch;
	struct bytes in = { scratch, 0 };
	ssize_t n = transport_read(c->transport, scratch, SECURE_PIECE);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		end(c, n == 0 ? "closed by the far side"
			      : transport_why(c->transport));
		return false;
	}
	in.n = (size_t)n;
	c->heard_us = loop_now_us(c->secure->loop);
	if (!e->heard(e->arg, c, in)) {
		end(c, "refused");
		return false;
	}
	return !c->broken && c->out.n < SECURE_OUT_MANY;
}

static void move(struct secure_conn *c)
{
	unsigned turns = 0;
	bool more = true;

	c->again = false;
	if (!flush(c)) {
		end(c, "connection lost");
		return;
	}
	while (c->out.n < SECURE_OUT_MANY && (more = hear(c)) &&
	       ++turns < SECURE_TURNS)
		;
	if (c->state != SECURE_OPEN)
		return;
	if (c->broken || !watch_needs(c)) {
		give_up(c);
		return;
	}
	/* The library may hold what no event tells of. */
	c->again = more && turns == SECURE_TURNS;
	if (c->again)
		arm(c, 0);
}

/* -- handshake ------------------------------------------------------------ */

static void shaken(struct secure_conn *c)
{
	if (!c->server && !transport_is_domain(c->transport, c->target->name)) {
		fail(c, "its certificate is for others");
		return;
	}
	c->heard_us = c->moved_us = loop_now_us(c->secure->loop);
	c->good = !c->server;
	if (!c->server)
		secure_note(c->secure, c->target->name, NULL);
	enter(c, SECURE_OPEN);
	/* More may have come with the end of the handshake. */
	move(c);
}

static void shake(struct secure_conn *c)
{
	switch (transport_shake(c->transport)) {
	case SHAKE_FAILED:
		fail(c, transport_why(c->transport));
		return;
	case SHAKE_DONE:
		shaken(c);
		return;
	case SHAKE_WAIT:
		break;
	}
	if (!watch(c, transport_wants_write(c->transport) ? LOOP_WRITE
							  : LOOP_READ))
		give_up(c);
}

static void turn_over(void *arg)
{
	struct secure *s = arg;

	s->shakes = 0;
}

/*
 * Each step is as much work as a hundred messages: however many have come, all
 * others have their turn in between. Who is not served now is reported again.
 */
static bool may_shake(struct secure_conn *c)
{
	struct secure *s = c->secure;

	if (!c->server)
		return true;
	if (s->shakes == 0 &&
	    loop_set_timer(s->loop, &s->turn, 0, turn_over, s) != OK)
		return true;
	return s->shakes++ < SECURE_SHAKES;
}

static void connected(struct secure_conn *c)
{
	int bad = 0;
	socklen_t n = sizeof(bad);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &bad, &n) != 0)
		bad = errno;
	if (bad != 0) {
		log_failure(c, strerror(bad));
		secure_conn_free(c, "cannot be reached");
		return;
	}
	c->state = SECURE_SHAKING;
	shake(c);
}

static void drain(struct secure_conn *c)
{
	ssize_t n, all = 0;

	do {
		n = recv(c->fd, NULL, DRAIN_OCTETS, MSG_TRUNC | MSG_DONTWAIT);
		all += n;
	} while (n > 0 && all < DRAIN_OCTETS);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		secure_conn_free(c, "closed");
}

static void ready(void *arg, int fd, unsigned events)
{
	struct secure_conn *c = arg;

	(void)fd;
	(void)events;
	switch (c->state) {
	case SECURE_RESOLVING: /* there is nothing to watch */
		return;
	case SECURE_CONNECTING:
		connected(c);
		return;
	case SECURE_SHAKING:
		if (may_shake(c))
			shake(c);
		return;
	case SECURE_OPEN:
		move(c);
		return;
	case SECURE_ENDING:
		end_more(c);
		return;
	case SECURE_ENDED:
		drain(c);
		return;
	}
}

/* -- its time ------------------------------------------------------------- */

static void due(void *arg)
{
	struct secure_conn *c = arg;
	uint64_t now = loop_now_us(c->secure->loop), from, patience;

	if (c->broken) {
		secure_conn_free(c, "it takes no more");
		return;
	}
	patience = patience_ms(c, &from) * 1000;
	if (now >= from + patience) {
		if (c->state <= SECURE_SHAKING)
			log_failure(c, "took too long");
		secure_conn_free(c, "took too long");
		return;
	}
	arm(c, from + patience - now);
	if (c->again && c->state == SECURE_OPEN)
		move(c);
}

/* -- the two kinds -------------------------------------------------------- */

/* With its timer, and in no list yet. */
static struct secure_conn *make(struct secure *s, int fd,
				enum secure_state state)
{
	struct secure_conn *c = mem_zero(sizeof(*c));

	if (!c)
		return NULL;
	c->secure = s;
	c->fd = fd;
	c->state = state;
	c->out = (struct buf)BUF_INIT(SECURE_OUT_MAX);
	c->since_us = c->heard_us = c->moved_us = loop_now_us(s->loop);
	if (loop_set_timer(s->loop, &c->timer, SECURE_SHAKE_MS * 1000, due,
			   c) == OK)
		return c;
	mem_free(c);
	return NULL;
}

enum err secure_conn_accept(struct secure *s, int fd,
			    const struct resolved *from,
			    struct secure_source *source)
{
	struct secure_conn *c = make(s, fd, SECURE_SHAKING);

	if (!c)
		return ERR_NOMEM;
	c->server = true;
	c->peer = *from;
	c->transport = transport_new(s->inward, fd);
	if (!c->transport || !watch(c, LOOP_READ)) {
		loop_clear_timer(s->loop, &c->timer);
		transport_free(c->transport);
		mem_free(c);
		return ERR_NOMEM;
	}
	c->source = source;
	put_in(c);
	return OK;
}

/* The address is known, if there is one. */
static void resolved(void *arg, const struct resolved *r)
{
	struct secure_conn *c = arg;
	const char *why = "there is no such host";

	c->resolve = NULL;
	c->peer = *r;
	if (r->size > 0) {
		c->fd = resolved_connect(r);
		why = strerror(errno);
	}
	if (c->fd >= 0) {
		c->transport = transport_new(c->secure->outward, c->fd);
		why = "no memory";
	}
	if (!c->transport ||
	    !transport_ask_for(c->transport, c->target->name) ||
	    !watch(c, LOOP_WRITE)) {
		log_failure(c, why);
		give_up(c);
		return;
	}
	c->state = SECURE_CONNECTING;
}

enum err secure_conn_call(struct secure *s, const struct secure_target *t,
			  struct secure_conn **made)
{
	struct secure_conn *c = make(s, -1, SECURE_RESOLVING);
	struct resolved at;

	if (!c)
		return ERR_NOMEM;
	put_in(c);
	c->target = mem_alloc(sizeof(*c->target));
	if (!c->target) {
		secure_conn_free(c, "no memory");
		return ERR_NOMEM;
	}
	*c->target = *t;
	*made = c;
	if (resolve_number(t->host, t->port, &at)) {
		resolved(c, &at);
		return OK;
	}
	c->resolve = resolve_start(s->loop, t->host, t->port, resolved, c);
	if (c->resolve)
		return OK;
	secure_conn_free(c, "no memory");
	return ERR_NOMEM;
}

void secure_conn_hurry(struct secure_conn *c, bool hurry)
{
	if (hurry == (c->hurry_us > 0))
		return;
	c->hurry_us = hurry ? loop_now_us(c->secure->loop) : 0;
	if (hurry)
		arm_patience(c);
}
