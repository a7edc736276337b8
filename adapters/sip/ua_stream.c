/*
 * The library reads a message from a connection until it is whole, however
 * long that takes, and closes the connection without a word when it grows too
 * large before its headers have ended. So its parser is looked after here:
 * what cannot become a message that we take is an error as soon as that is
 * certain. The library then refuses it (400, 413) and sends its FIN; the rest
 * is in connections.c. And what the library can make nothing of, and so would
 * not answer, is made readable, to be refused.
 */
#include "adapters/sip/ua_inside.h"

#include <dlfcn.h>
#include <sofia-sip/msg_buffer.h>
#include <string.h>
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

/* What is known of a message that is being read. */
struct reading {
	su_time_t since;
	char *method;	/* NULL: one that the library reads                  */
	bool bad;	/* it is refused, once it is whole                   */
};

static struct reading *reading_of(msg_t *msg, sip_t *sip)
{
	struct reading *r = sip->sip_user;

	if (!r && (r = su_zalloc(msg_home(msg), sizeof(*r)))) {
		r->since = su_now();
		sip->sip_user = r;
	}
	return r;
}

/* Has it been on its way for too long? Its first piece starts the clock. */
static bool too_slow(msg_t *msg, sip_t *sip)
{
	const struct reading *r = reading_of(msg, sip);

	return !r || su_duration(su_now(), r->since) > UA_PATIENCE_MS;
}

/* The line that stands first, once all of it is there; else empty. */
static struct bytes first_line(struct bytes in)
{
	if (bytes_find(in, '\n') == in.n)
		return (struct bytes){ NULL, 0 };
	in.n = bytes_find(in, '\n');
	while (in.n > 0 && in.p[in.n - 1] == '\r')
		in.n--;
	return in;
}

static bool is_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* METHOD SP URI SP SIP/2.0 of such octets as nearly all of them have. */
static bool is_plain_request(struct bytes line)
{
	static const char end[] = " SIP/2.0";
	static const char uri[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-_.+:@;=";
	size_t n = sizeof(end) - 1, i = 0;

	if (line.n < n || memcmp(line.p + line.n - n, end, n) != 0)
		return false;
	line.n -= n;
	while (i < line.n && is_letter(line.p[i]))
		i++;
	if (i == 0 || i == line.n || line.p[i] != ' ')
		return false;
	line = bytes_after(line, i + 1);
	for (i = 0; i < line.n && line.p[i] != 0; i++)
		if (!strchr(uri, line.p[i]))
			return false;
	return i == line.n && line.n > 4 && memcmp(line.p, "sip:", 4) == 0;
}

/* What the library makes of it. No memory: as if it were good. */
static bool is_request(struct bytes line)
{
	su_home_t *home = su_home_new(sizeof(*home));
	char *text = home ? su_strndup(home, (const char *)line.p,
				       (isize_t)line.n)
			  : NULL;
	bool good = !text || sip_request_make(home, text) != NULL;

	su_home_unref(home);
	return good;
}

/* A method of such octets as the library knows none of? */
static char *strange_method(su_home_t *home, struct bytes line)
{
	line.n = bytes_find(line, ' ');
	if (bytes_find(line, '+') == line.n && bytes_find(line, '`') == line.n)
		return NULL;
	return su_strndup(home, (const char *)line.p, (isize_t)line.n);
}

/*
 * RFC 3261 7.1: two spaces in a request line, no more. The library skips
 * others; and where it can make nothing of the line, it never answers, and
 * reads no further on that connection. That line is then made one that it can
 * read, of the same length. True: the request is refused. An ACK is not.
 */
static bool mend_start(msg_t *msg, sip_t *sip, struct bytes line)
{
	static const char front[] = "X sip:", end[] = " SIP/2.0";
	size_t spaces = 0, i, n = sizeof(end) - 1;
	uint8_t *at = (uint8_t *)line.p;
	struct reading *r;

	if (line.n < sizeof(front) + n || is_plain_request(line) ||
	    strncasecmp((const char *)line.p, "SIP/", 4) == 0 ||
	    strncasecmp((const char *)line.p, "ACK ", 4) == 0)
		return false;
	for (i = 0; i < line.n; i++)
		spaces += line.p[i] == ' ';
	if (is_request(line))
		return spaces > 2;
	if ((r = reading_of(msg, sip)))
		r->method = strange_method(msg_home(msg), line);
	memset(at, 'x', line.n);
	memcpy(at, front, sizeof(front) - 1);
	memcpy(at + line.n - n, end, n);
	return true;
}

/* The same in CSeq; RFC 3261 8.2.6.2 wants it back, see finish(). */
static void mend_cseq(struct bytes in)
{
	uint8_t *line = (uint8_t *)in.p, *at;
	size_t n;

	for (; in.n > 0; in = bytes_after(in, n + 1)) {
		n = bytes_find(in, '\n');
		line = (uint8_t *)in.p;
		if (n < 5 || strncasecmp((char *)line, "CSeq", 4) != 0)
			continue;
		for (at = line; at < line + n; at++)
			if (*at == '+' || *at == '`')
				*at = 'x';
	}
}

/* It is whole: the method is what it was, and it is refused if it is bad. */
static void finish(msg_t *msg, const sip_t *sip)
{
	const struct reading *r = sip->sip_user;

	if (!r)
		return;
	if (r->method && sip->sip_cseq)
		sip->sip_cseq->cs_method_name = r->method;
	if (r->bad)
		(void)msg_set_flags(msg, MSG_FLG_ERROR);
}

/* Those that have not been read yet, up to the empty line behind them; `begun`:
 * those before them have been. */
static struct bytes headers_in(struct bytes in, bool begun)
{
	static const char *const ends[] = { "\r\n\r\n", "\n\n" };
	const uint8_t *end;
	size_t i;

	while (in.n > 0 && (in.p[0] == '\r' || in.p[0] == '\n')) {
		if (begun)
			return (struct bytes){ NULL, 0 };
		in = bytes_after(in, 1);
	}
	for (i = 0; i < 2 && in.n > 0; i++) {
		end = memmem(in.p, in.n, ends[i], strlen(ends[i]));
		if (end)
			in.n = (size_t)(end - in.p);
	}
	return in;
}

/* A NUL ends what the library reads: true, and it is none any more. */
static bool mend_nul(struct bytes in)
{
	bool any = false;
	uint8_t *at;

	while (in.n > 0 && (at = memchr(in.p, 0, in.n))) {
		*at = '?';
		any = true;
	}
	return any;
}

/* A separator with nothing behind it, up to `end`. */
static bool is_idle(const uint8_t *at, const uint8_t *end)
{
	if (*at != ';' && *at != ',')
		return false;
	do
		at++;
	while (at < end && (*at == ' ' || *at == '\t'));
	return at == end || *at == ';' || *at == ',' || *at == '\r';
}

/*
 * RFC 4475 3.1.2.1: separators that separate nothing in a Via, of which the
 * library makes no Via at all, and so no answer. They become spaces; true.
 */
static bool mend_via(struct bytes in)
{
	bool any = false;
	size_t n;

	if (in.n == 0)
		return false;
	if (!memmem(in.p, in.n, ";;", 2) && !memmem(in.p, in.n, ";,", 2) &&
	    !memmem(in.p, in.n, ",,", 2))
		return false;
	for (; in.n > 0; in = bytes_after(in, n + 1)) {
		uint8_t *at = (uint8_t *)in.p, *end;

		n = bytes_find(in, '\n');
		end = at + n;
		if (n < 3 || (strncasecmp((char *)at, "Via", 3) != 0 &&
			      strncasecmp((char *)at, "v:", 2) != 0))
			continue;
		for (; at < end; at++)
			if (is_idle(at, end)) {
				*at = ' ';
				any = true;
			}
	}
	return any;
}

/* Looks for what has to be refused, in what has come of its headers. */
static void look(msg_t *msg, sip_t *sip)
{
	struct bytes in = { msg_buf_committed_data(msg),
			    msg_buf_committed(msg) };
	bool begun = sip->sip_request || sip->sip_status, bad = false;
	struct reading *r;

	if (sip->sip_flags & MSG_FLG_BODY)
		return;
	in = headers_in(in, begun);
	if (!begun)
		bad = mend_start(msg, sip, first_line(in));
	if ((r = sip->sip_user) && r->method)
		mend_cseq(in);
	bad |= mend_nul(in);
	bad |= mend_via(in);
	/* Without memory it is refused at once. */
	if (bad && (r = reading_of(msg, sip)))
		r->bad = true;
	else if (bad)
		(void)msg_set_flags(msg, MSG_FLG_ERROR);
}

/* In the place of the library's own: 1 whole, 0 not yet, -1 an error. */
int msg_extract(msg_t *msg)
{
	int (*parse)(msg_t *) = NULL;
	sip_t *sip = sip_object(msg);
	unsigned wrong = 0;
	int result;

	*(void **)&parse = dlsym(RTLD_NEXT, "msg_extract");
	if (sip)
		look(msg, sip);
	result = parse ? parse(msg) : -1;
	if (result > 0 && sip)
		finish(msg, sip);
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
