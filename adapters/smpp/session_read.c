/* What comes in: octets -> PDUs -> the owner's slots. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "adapters/smpp/session_inside.h"

#define IN_KEEP 4096 /* capacity for less than half of that          */

static void answer_enquire(struct session *s, const struct smpp_pdu *p)
{
	session_refuse(s, p, ESME_ROK);
}

static void take_request(struct session *s, const struct smpp_pdu *p)
{
	if (p->command_id == SMPP_ENQUIRE_LINK) {
		answer_enquire(s, p);
		return;
	}
	s->message_us = s->read_us;
	s->events->request(s->owner, s, p);
}

/* A response of another kind is none: 5.1.4, 4.3. */
static bool answers(const struct smpp_pdu *p, uint32_t answer_id)
{
	return p->command_id == answer_id || p->command_id == SMPP_GENERIC_NACK;
}

/* The answer to something that stands outside the window? */
static bool take_special(struct session *s, const struct smpp_pdu *p)
{
	if (s->enquired_us != 0 && p->sequence_number == s->enquired &&
	    answers(p, SMPP_ENQUIRE_LINK_RESP)) {
		s->enquired_us = 0;
		return true;
	}
	if (s->asked_us == 0 || p->sequence_number != s->asked ||
	    !answers(p, s->asked_id))
		return false;
	s->asked_us = 0;
	if (s->unbinding)
		session_close(s, "unbound");
	else
		s->events->answer(s->owner, s, p);
	return true;
}

/* A response that nobody waits for, or not for such a one, changes nothing. */
static void take_response(struct session *s, const struct smpp_pdu *p)
{
	struct window_item item;

	if (take_special(s, p) || s->window == NULL)
		return;
	if (!window_find(s->window, p->sequence_number, &item) ||
	    !answers(p, item.answer_id) ||
	    !window_take(s->window, item.sequence, &item)) {
		if (s->events->late != NULL)
			s->events->late(s->owner, s, p);
		return;
	}
	s->events->response(s->owner, s, &item, p);
}

/*
 * 4.4.2: the id is all of the body, to its NUL. One that is too long, or has
 * no NUL, is still the name under which the far side has the message.
 */
static void read_id(struct bytes octets, struct smpp_pdu *p)
{
	struct bytes body = bytes_after(octets, SMPP_HEADER_OCTETS);

	if ((p->command_id != SMPP_SUBMIT_SM_RESP &&
	     p->command_id != SMPP_DATA_SM_RESP) ||
	    p->message_id.n > 0)
		return;
	body.n = bytes_find(body, 0);
	p->message_id = body;
}

static void take_pdu(struct session *s, struct bytes octets)
{
	struct smpp_refusal why = { .answer_id = 0 };
	struct smpp_pdu p, no;
	enum err e = smpp_pdu_decode(octets, &p, &why);

	/* A broken response still tells which request it was for. */
	if (p.command_id & SMPP_RESP) {
		if (e != OK)
			read_id(octets, &p);
		take_response(s, &p);
		return;
	}
	if (e == OK) {
		take_request(s, &p);
		return;
	}
	if (why.answer_id != 0) {
		no = smpp_refusal_pdu(&why);
		session_send(s, &no);
	}
	if (why.framing_lost)
		session_finish(s, "framing lost");
}

static void lose_framing(struct session *s, const struct smpp_refusal *why)
{
	struct smpp_pdu no = smpp_refusal_pdu(why);

	session_send(s, &no);
	session_finish(s, "framing lost");
}

/*
 * Room for all that may come at once is too much for what waits: half a PDU.
 * Without memory for less it stays.
 */
static void slim(struct session *s)
{
	struct buf less = BUF_INIT(s->in.limit);

	if (s->in.capacity <= IN_KEEP || s->in.n > IN_KEEP / 2)
		return;
	buf_put(&less, buf_bytes(&s->in));
	if (buf_status(&less) != OK)
		return;
	buf_clear(&s->in);
	s->in = less;
}

/* Keeps what is not a whole PDU yet, or not to be looked at yet. */
static void keep(struct session *s, struct bytes rest)
{
	if (s->dead || s->finishing)
		return;
	if (s->in.n > 0) {
		buf_shift(&s->in, s->in.n - rest.n);
		slim(s);
		return;
	}
	buf_put(&s->in, rest);
	if (s->in.bad != OK)
		session_close(s, "no memory");
}

void session_parse(struct session *s, struct bytes in)
{
	struct smpp_refusal why;
	struct bytes pdu;
	enum err e = OK;

	while (!s->dead && s->holds == 0 && in.n > 0) {
		e = smpp_frame(in, s->limits.pdu_octets, &pdu, &why);
		if (e != OK)
			break;
		in = bytes_after(in, pdu.n);
		take_pdu(s, pdu);
	}
	if (s->dead)
		return;
	if (e != OK && e != ERR_MORE) {
		lose_framing(s, &why);
		return;
	}
	keep(s, in);
}

/* Where the next octets go: behind the front of a PDU if there is one. */
static ssize_t read_some(struct session *s, struct bytes *in)
{
	size_t before = s->in.n;
	uint8_t *to = s->all->buffer;
	ssize_t n;

	if (before > 0) {
		to = buf_room(&s->in, SESSION_READ_OCTETS);
		if (to == NULL) {
			errno = ENOMEM;
			return -1;
		}
	}
	n = session_receive(s, to, SESSION_READ_OCTETS);
	if (before > 0)
		s->in.n = before + (n > 0 ? (size_t)n : 0);
	*in = before > 0 ? buf_bytes(&s->in)
			 : (struct bytes){ to, n > 0 ? (size_t)n : 0 };
	return n;
}

void session_read(struct session *s)
{
	struct bytes in;
	ssize_t n;

	if (s->lingering) {
		n = recv(s->fd, s->all->buffer, SESSION_READ_OCTETS, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			session_close(s, s->finish_why);
		return;
	}
	n = read_some(s, &in);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			session_close(s, session_why(s));
		return;
	}
	if (n == 0) {
		session_close(s, "closed by the far side");
		return;
	}
	s->read_us = session_now(s);
	session_parse(s, in);
	if (!s->dead && s->in.n == 0 && s->in.capacity > 0)
		buf_clear(&s->in);
	if (s->dead)
		return;
	/* No event comes for what the transport holds already. */
	if (s->transport != NULL && s->holds == 0 &&
	    transport_more(s->transport)) {
		s->resume = true;
		session_work(s);
	}
	session_watch(s);
}

void session_go_on(struct session *s)
{
	s->resume = false;
	if (s->in.n > 0)
		session_parse(s, buf_bytes(&s->in));
	if (!s->dead && s->transport != NULL && !s->shaking && s->holds == 0)
		session_read(s);
}
