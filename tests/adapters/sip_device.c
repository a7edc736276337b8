/* Devices of tests/adapters/sip_world.h: SIP written by hand. */
#include "tests/adapters/sip_world.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 10000

static struct sockaddr_in server_of(const struct world *w)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(w->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

void device_open(struct device_socket *d, const struct world *w, bool tcp)
{
	struct sockaddr_in a = server_of(w), own = { 0 };
	socklen_t n = sizeof(own);

	memset(d, 0, sizeof(*d));
	d->world = w;
	d->tcp = tcp;
	d->fd = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	CU_ASSERT_FATAL(d->fd >= 0);
	CU_ASSERT_FATAL(connect(d->fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	CU_ASSERT_FATAL(getsockname(d->fd, (struct sockaddr *)&own, &n) == 0);
	d->port = ntohs(own.sin_port);
}

void device_close(struct device_socket *d)
{
	close(d->fd);
	d->fd = -1;
}

void device_send(struct device_socket *d, const char *text, size_t n)
{
	size_t front = d->tail < n ? n - d->tail : 0;

	CU_ASSERT(send(d->fd, text, front, MSG_NOSIGNAL) == (ssize_t)front);
	if (front == n)
		return;
	/* So that what comes first is read first. */
	if (front > 0)
		usleep(50000);
	CU_ASSERT(send(d->fd, text + front, n - front, MSG_NOSIGNAL) ==
		  (ssize_t)(n - front));
}

/* Octets of the first whole message in d->in; 0: not whole yet. */
static size_t whole(const struct device_socket *d)
{
	const char *end = memmem(d->in, d->in_n, "\r\n\r\n", 4), *length;
	size_t n;

	if (!end)
		return 0;
	length = strcasestr(d->in, "\r\nContent-Length:");
	n = (size_t)(end - d->in) + 4;
	if (length && length < end)
		n += (size_t)atoi(length + 17);
	return n <= d->in_n ? n : 0;
}

static bool readable(const struct device_socket *d, int ms)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static bool receive_ms(struct device_socket *d, int ms)
{
	size_t n;
	ssize_t got;

	while ((n = d->tcp ? whole(d) : 0) == 0) {
		if (!readable(d, ms))
			return false;
		got = recv(d->fd, d->in + d->in_n, sizeof(d->in) - 1 - d->in_n,
			   0);
		if (got <= 0)
			return false;
		d->in_n += (size_t)got;
		d->in[d->in_n] = 0;
		if (!d->tcp) {
			n = d->in_n;
			break;
		}
	}
	memcpy(d->text, d->in, n);
	d->text[n] = 0;
	d->text_n = n;
	memmove(d->in, d->in + n, d->in_n - n);
	d->in_n -= n;
	d->in[d->in_n] = 0;
	return true;
}

bool device_receive(struct device_socket *d)
{
	return receive_ms(d, PATIENCE_MS);
}

bool device_silent(struct device_socket *d, unsigned ms)
{
	return !receive_ms(d, (int)ms);
}

unsigned device_status(const struct device_socket *d)
{
	unsigned status = 0;

	return sscanf(d->text, "SIP/2.0 %u", &status) == 1 ? status : 0;
}

const char *device_header(const struct device_socket *d, const char *name)
{
	static char values[8][8192];
	static unsigned turn;
	char *to = values[turn++ % 8], key[80];
	const char *at, *end;

	snprintf(key, sizeof(key), "\r\n%s:", name);
	at = strcasestr(d->text, key);
	*to = 0;
	if (!at || at > device_body(d))
		return to;
	at += strlen(key);
	at += strspn(at, " ");
	end = strstr(at, "\r\n");
	snprintf(to, sizeof(values[0]), "%.*s", (int)(end - at), at);
	return to;
}

const char *device_body(const struct device_socket *d)
{
	const char *end = strstr(d->text, "\r\n\r\n");

	return end ? end + 4 : "";
}

/* -- requests ------------------------------------------------------------- */

static void put_credentials(struct device_socket *d,
			    const struct device_request *r, struct buf *to)
{
	bool registers = strcmp(r->method, "REGISTER") == 0;
	const char *uri = r->uri ? r->uri : r->target;
	struct digest_request q = { .algorithm = r->algorithm,
				    .qop = DIGEST_QOP_AUTH,
				    .nonce = bytes_of(d->nonce),
				    .cnonce = bytes_of("0a4f113b"),
				    .method = bytes_of(r->method),
				    .uri = bytes_of(uri) };
	struct digest_text ha1, response;
	char nc[16];

	snprintf(nc, sizeof(nc), "%08x", ++d->nonce_count);
	q.nc = bytes_of(nc);
	CU_ASSERT_FATAL(digest_ha1(r->algorithm, bytes_of(r->user),
				   bytes_of("cpm.example"),
				   bytes_of(r->password), &ha1) == OK);
	q.ha1 = bytes_of(ha1.text);
	CU_ASSERT_FATAL(digest_response(&q, &response) == OK);
	buf_printf(to,
		   "%s: Digest username=\"%s\", realm=\"cpm.example\", "
		   "nonce=\"%s\", uri=\"%s\", response=\"%s\", "
		   "algorithm=%s, cnonce=\"0a4f113b\", qop=auth, nc=%s\r\n",
		   registers ? "Authorization" : "Proxy-Authorization", r->user,
		   d->nonce, uri, response.text, digest_name(r->algorithm), nc);
}

struct device_request device_message(const char *type, const char *body)
{
	return (struct device_request){
		.method = "MESSAGE",
		.target = "tel:+15550200001",
		.from = "<sip:mary@cpm.example>",
		.to = "<tel:+15550200001>",
		.type = type,
		.body = body,
		.user = "mary",
		.password = "mary-secret",
	};
}

struct device_request device_registration(const char *headers)
{
	return (struct device_request){
		.method = "REGISTER",
		.target = "sip:cpm.example",
		.from = "<sip:mary@cpm.example>",
		.to = "<sip:mary@cpm.example>",
		.headers = headers,
		.user = "mary",
		.password = "mary-secret",
	};
}

void device_ask(struct device_socket *d, const struct device_request *r)
{
	struct buf b = BUF_INIT(DEVICE_TEXT);
	size_t n = r->body_n ? r->body_n : r->body ? strlen(r->body) : 0;
	unsigned branch = r->branch ? r->branch : ++d->branch;

	buf_printf(&b, "%s %s SIP/2.0\r\n", r->method, r->target);
	buf_printf(&b,
		   "Via: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bK%u-%u;rport\r\n",
		   d->tcp ? "TCP" : "UDP", d->port, d->port, branch);
	buf_printf(&b, "Max-Forwards: 70\r\nFrom: %s;tag=t%u\r\nTo: %s\r\n",
		   r->from, d->port, r->to);
	buf_printf(&b, "Call-ID: %s\r\nCSeq: %u %s\r\n",
		   r->call_id ? r->call_id : "call-1",
		   r->cseq ? r->cseq : ++d->cseq, r->method);
	if (r->user && d->nonce[0])
		put_credentials(d, r, &b);
	if (r->headers)
		buf_text(&b, r->headers);
	if (r->type)
		buf_printf(&b, "Content-Type: %s\r\n", r->type);
	buf_printf(&b, "Content-Length: %zu\r\n\r\n", n);
	buf_put(&b, (struct bytes){ (const uint8_t *)r->body, n });
	CU_ASSERT_FATAL(buf_status(&b) == OK);
	device_send(d, (const char *)b.p, b.n);
	buf_clear(&b);
}

static void keep_nonce(struct device_socket *d)
{
	const char *challenge = device_header(
		d, device_status(d) == 401 ? "WWW-Authenticate"
					   : "Proxy-Authenticate");
	const char *at = strstr(challenge, "nonce=\"");

	CU_ASSERT_FATAL(at != NULL);
	snprintf(d->nonce, sizeof(d->nonce), "%.*s", (int)strcspn(at + 7, "\""),
		 at + 7);
	d->nonce_count = 0;
}

/* Answers of the program need the engine: its turn comes while we wait. */
bool device_await(struct device_socket *d)
{
	struct world *w = (struct world *)d->world;
	int tries;

	for (tries = 0; tries < PATIENCE_MS / 5; tries++) {
		if ((d->tcp && whole(d)) || readable(d, 5))
			return device_receive(d);
		(void)world_silent(w, FRAME_LAST, 1);
	}
	return false;
}

unsigned device_converse(struct device_socket *d, struct device_request *r)
{
	d->nonce[0] = 0;
	device_ask(d, r);
	CU_ASSERT_FATAL(device_await(d));
	if (device_status(d) != 401 && device_status(d) != 407)
		return device_status(d);
	keep_nonce(d);
	device_ask(d, r);
	CU_ASSERT_FATAL(device_await(d));
	return device_status(d);
}

void device_reply(struct device_socket *d, unsigned status, const char *headers)
{
	static const char *const copied[] = { "From", "To", "Call-ID", "CSeq" };
	struct buf b = BUF_INIT(DEVICE_TEXT);
	const char *at = d->text, *end;
	size_t i;

	buf_printf(&b, "SIP/2.0 %u Answer\r\n", status);
	while ((at = strcasestr(at, "\r\nVia:")) && at < device_body(d)) {
		end = strstr(at + 2, "\r\n");
		buf_printf(&b, "%.*s\r\n", (int)(end - at - 2), at + 2);
		at = end;
	}
	for (i = 0; i < 4; i++)
		buf_printf(&b, "%s: %s%s\r\n", copied[i],
			   device_header(d, copied[i]),
			   i == 1 ? ";tag=device" : "");
	buf_printf(&b, "%sContent-Length: 0\r\n\r\n", headers ? headers : "");
	device_send(d, (const char *)b.p, b.n);
	buf_clear(&b);
}

unsigned device_register(struct device_socket *d, const char *user,
			 unsigned expires)
{
	char aor[96], from[100], password[64], headers[256], call[64];
	struct device_request r = { .method = "REGISTER",
				    .target = "sip:cpm.example",
				    .from = from,
				    .to = from,
				    .call_id = call,
				    .headers = headers,
				    .user = user,
				    .password = password };

	snprintf(aor, sizeof(aor), "sip:%s@cpm.example", user);
	snprintf(from, sizeof(from), "<%s>", aor);
	snprintf(password, sizeof(password), "%s-secret", user);
	snprintf(call, sizeof(call), "register-%u", d->port);
	snprintf(headers, sizeof(headers),
		 "Contact: <sip:%s@127.0.0.1:%u%s>\r\nExpires: %u\r\n", user,
		 d->port, d->tcp ? ";transport=tcp" : "", expires);
	return device_converse(d, &r);
}
