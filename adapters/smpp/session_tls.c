/* What differs between a connection with TLS and one without. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "adapters/smpp/session_inside.h"

enum err session_secure(struct session *s, const struct tls_context *c)
{
	if (s->dead)
		return ERR_CLOSED;
	if ((s->transport = transport_new(c, s->fd)) == NULL)
		return ERR_NOMEM;
	s->shaking = true;
	session_watch(s);
	return OK;
}

const struct transport *session_transport(const struct session *s)
{
	return s->shaking ? NULL : s->transport;
}

bool session_shaking(const struct session *s)
{
	return s->shaking;
}

/* What was sent to say why must arrive before the connection is gone. */
static void fail(struct session *s)
{
	s->finishing = true;
	s->finish_why = transport_why(s->transport);
	session_set_hold(s, HOLD_END, true);
	session_linger(s);
	session_watch(s);
}

void session_shake(struct session *s)
{
	switch (transport_shake(s->transport)) {
	case SHAKE_WAIT:
		session_watch(s);
		return;
	case SHAKE_FAILED:
		fail(s);
		return;
	case SHAKE_DONE:
		break;
	}
	s->shaking = false;
	session_begin(s);
	/* More may have come with the end of the handshake. */
	s->resume = true;
	session_work(s);
}

ssize_t session_receive(struct session *s, void *to, size_t n)
{
	if (s->transport != NULL)
		return transport_read(s->transport, to, n);
	return recv(s->fd, to, n, 0);
}

ssize_t session_transmit(struct session *s, const void *from, size_t n)
{
	if (s->transport != NULL)
		return transport_write(s->transport, from, n);
	return send(s->fd, from, n, MSG_NOSIGNAL);
}

const char *session_why(const struct session *s)
{
	return s->transport != NULL && errno == EPROTO
		       ? transport_why(s->transport)
		       : strerror(errno);
}
