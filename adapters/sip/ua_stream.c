/*
 * The library reads a message from a connection until it is whole, however
 * long that takes, and closes the connection without a word when it grows too
 * large before its headers have ended. So its parser is looked after here:
 * what cannot become a message that we take is an error as soon as that is
 * certain. The library then refuses it (400, 413) and sends its FIN; the rest
 * is in connections.c.
 */
#include "adapters/sip/ua_inside.h"

#include <dlfcn.h>
#include <sofia-sip/msg_buffer.h>
#include <strings.h>

#include "codecs/bytes.h"

/* RFC 3261 18.3: nothing else says where it ends. */
static bool without_length(const sip_t *sip)
{
	return (sip->sip_flags & MSG_FLG_BODY) && !sip->sip_content_length;
}

static bool too_large(const msg_t *msg, const sip_t *sip)
{
	return !(sip->sip_flags & MSG_FLG_BODY) &&
	       msg_size(msg) + msg_buf_committed(msg) > UA_HEADERS_OCTETS;
}

/* Has it been on its way for too long? Its first piece starts the clock. */
static bool too_slow(msg_t *msg, sip_t *sip)
{
	su_time_t now = su_now();

	if (!sip->sip_user) {
		sip->sip_user = su_alloc(msg_home(msg), sizeof(now));
		if (sip->sip_user)
			*(su_time_t *)sip->sip_user = now;
		return !sip->sip_user;
	}
	return su_duration(now, *(su_time_t *)sip->sip_user) > UA_PATIENCE_MS;
}

/*
 * RFC 3261 7.1: two spaces in a request line, no more. The library skips
 * others. False as well when the line has not come yet, or is behind us.
 */
static bool bad_start(const msg_t *msg, const sip_t *sip)
{
	struct bytes in = { msg_buf_committed_data(msg),
			    msg_buf_committed(msg) };
	size_t spaces = 0, i;

	if (sip->sip_request || sip->sip_status)
		return false;
	while (in.n > 0 && (in.p[0] == '\r' || in.p[0] == '\n'))
		in = bytes_after(in, 1);
	in.n = bytes_find(in, '\n');
	for (i = 0; i < in.n; i++)
		spaces += in.p[i] == ' ';
	return spaces > 2 && strncasecmp((const char *)in.p, "SIP/", 4) != 0;
}

/* In the place of the library's own: 1 whole, 0 not yet, -1 an error. */
int msg_extract(msg_t *msg)
{
	int (*parse)(msg_t *) = NULL;
	sip_t *sip = sip_object(msg);
	unsigned wrong = 0;
	int result;

	*(void **)&parse = dlsym(RTLD_NEXT, "msg_extract");
	if (sip && bad_start(msg, sip))
		(void)msg_set_flags(msg, MSG_FLG_ERROR);
	result = parse ? parse(msg) : -1;
	if (result != 0 || !sip)
		return result;
	if (too_large(msg, sip))
		wrong = MSG_FLG_ERROR | MSG_FLG_TOOLARGE;
	else if (without_length(sip))
		wrong = MSG_FLG_ERROR;
	else if (too_slow(msg, sip))
		wrong = MSG_FLG_ERROR;
	if (wrong == 0)
		return 0;
	(void)msg_mark_as_complete(msg, wrong);
	return -1;
}
