#include "tests/bench/sip_wire.h"

#include <stdio.h>
#include <string.h>

#include "codecs/digest.h"
#include "tests/bench/load.h"

#define CNONCE "b5c9d3e1"

static const uint8_t *find(struct bytes in, const char *mark)
{
	return in.n == 0 ? NULL : memmem(in.p, in.n, mark, strlen(mark));
}

static struct bytes head_of(struct bytes m)
{
	const uint8_t *end = find(m, "\r\n\r\n");

	if (end != NULL)
		m.n = (size_t)(end - m.p) + 2;
	return m;
}

struct bytes wire_body(struct bytes m)
{
	return bytes_after(m, head_of(m).n + 2);
}

unsigned wire_status(struct bytes m)
{
	if (m.n < 12 || memcmp(m.p, "SIP/2.0 ", 8) != 0)
		return 0;
	return (unsigned)(m.p[8] - '0') * 100 + (unsigned)(m.p[9] - '0') * 10 +
	       (unsigned)(m.p[10] - '0');
}

bool wire_is(struct bytes m, const char *method)
{
	size_t n = strlen(method);

	return m.n > n && memcmp(m.p, method, n) == 0 && m.p[n] == ' ';
}

/* The next line of the head; false: none is left. */
static bool next_line(struct bytes *head, struct bytes *line)
{
	size_t n = bytes_find(*head, '\n');

	if (head->n == 0)
		return false;
	*line = (struct bytes){ head->p, n > 0 && n < head->n ? n - 1 : n };
	*head = bytes_after(*head, n + 1);
	return true;
}

static bool line_is(struct bytes line, const char *name, const char *compact,
		    struct bytes *value)
{
	size_t colon = bytes_find(line, ':');
	struct bytes own = { line.p, colon };

	if (colon == line.n)
		return false;
	own = bytes_trim(own);
	if (!bytes_is_nocase(own, name) &&
	    (compact == NULL || !bytes_is_nocase(own, compact)))
		return false;
	*value = bytes_trim(bytes_after(line, colon + 1));
	return true;
}

bool wire_header(struct bytes m, const char *name, const char *compact,
		 struct bytes *value)
{
	struct bytes head = head_of(m), line;

	while (next_line(&head, &line))
		if (line_is(line, name, compact, value))
			return true;
	return false;
}

struct bytes wire_frame(struct bytes in)
{
	struct bytes none = { in.p, 0 }, value;
	uint64_t body = 0;
	size_t head;

	if (find(in, "\r\n\r\n") == NULL)
		return none;
	head = head_of(in).n + 2;
	if (wire_header(in, "Content-Length", "l", &value))
		must(bytes_decimal(value, 1 << 20, &body) == OK, "length");
	return in.n < head + body ? none : (struct bytes){ in.p, head + body };
}

bool wire_between(struct bytes in, const char *mark, const char *ends,
		  struct bytes *out)
{
	const uint8_t *at = find(in, mark);
	size_t n = 0;

	if (at == NULL)
		return false;
	at += strlen(mark);
	while (at + n < in.p + in.n && strchr(ends, at[n]) == NULL)
		n++;
	*out = (struct bytes){ at, n };
	return true;
}

static void keep(struct bytes in, const char *mark, char to[WORD_MAX])
{
	struct bytes v = { NULL, 0 };

	if (!wire_between(in, mark, "\"", &v))
		v.n = 0;
	must(v.n < WORD_MAX, "a long challenge");
	if (v.n > 0)
		memcpy(to, v.p, v.n);
	to[v.n] = '\0';
}

bool wire_challenge(struct bytes m, struct wire_digest *d)
{
	struct bytes head = head_of(m), line, v;

	d->proxy = wire_status(m) == 407;
	while (next_line(&head, &line)) {
		if (!line_is(line, "WWW-Authenticate", NULL, &v) &&
		    !line_is(line, "Proxy-Authenticate", NULL, &v))
			continue;
		if (find(v, "SHA-256") != NULL)
			continue;
		keep(v, "realm=\"", d->realm);
		keep(v, "nonce=\"", d->nonce);
		keep(v, "opaque=\"", d->opaque);
		d->nc = 0;
		d->known = true;
		return true;
	}
	return false;
}

void wire_authorize(struct wire_digest *d, const char *user,
		    const char *password, const char *method, const char *uri,
		    struct buf *to)
{
	char nc[16];
	struct digest_text ha1, answer;
	struct digest_request r = { .algorithm = DIGEST_MD5,
				    .qop = DIGEST_QOP_AUTH };

	snprintf(nc, sizeof nc, "%08x", ++d->nc);
	must(digest_ha1(DIGEST_MD5, bytes_of(user), bytes_of(d->realm),
			bytes_of(password), &ha1) == OK,
	     "ha1");
	r.ha1 = (struct bytes){ (const uint8_t *)ha1.text, ha1.n };
	r.nonce = bytes_of(d->nonce);
	r.nc = bytes_of(nc);
	r.cnonce = bytes_of(CNONCE);
	r.method = bytes_of(method);
	r.uri = bytes_of(uri);
	must(digest_response(&r, &answer) == OK, "digest");
	buf_printf(to,
		   "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", "
		   "uri=\"%s\", response=\"%s\", algorithm=MD5, qop=auth, "
		   "nc=%s, cnonce=\"" CNONCE "\"",
		   d->proxy ? "Proxy-Authorization" : "Authorization", user,
		   d->realm, d->nonce, uri, answer.text, nc);
	if (d->opaque[0] != '\0')
		buf_printf(to, ", opaque=\"%s\"", d->opaque);
	buf_text(to, "\r\n");
}

void wire_answer(struct bytes request, const char *status, struct buf *to)
{
	struct bytes head = head_of(request), line, v;

	buf_printf(to, "SIP/2.0 %s\r\n", status);
	while (next_line(&head, &line)) {
		if (line_is(line, "Via", "v", &v) ||
		    line_is(line, "From", "f", &v) ||
		    line_is(line, "Call-ID", "i", &v) ||
		    line_is(line, "CSeq", NULL, &v)) {
			buf_put(to, line);
			buf_text(to, "\r\n");
		} else if (line_is(line, "To", "t", &v)) {
			buf_put(to, line);
			if (find(v, ";tag=") == NULL)
				buf_text(to, ";tag=bench");
			buf_text(to, "\r\n");
		}
	}
	buf_text(to, "Content-Length: 0\r\n\r\n");
}
