#include "adapters/short.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/joined.h"
#include "codecs/pushed.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"
#include "codecs/wsp.h"

#define IE_PORTS_8   4
#define IE_PORTS_16  5
#define PORTS_OCTETS 5

static bool starts(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

static bool charset_is(const char *type, const char *name)
{
	const char *at = strcasestr(type, "charset=");

	if (at == NULL)
		return false;
	at += strlen("charset=");
	return starts(at + (*at == '"'), name);
}

/* One text part as UTF-8, whatever its label promised. */
static enum err add_text(const struct part *part, struct arena *a,
			 struct buf *to)
{
	bool damaged = false;
	uint8_t *latin;
	size_t n;

	if (charset_is(part->type, "utf-16"))
		return ucs2_decode(part->body, to, &damaged);
	if (!charset_is(part->type, "iso-8859-1"))
		return utf8_repair(part->body, to, &damaged);
	if ((latin = arena_alloc(a, 3 * part->body.n + 1)) == NULL)
		return ERR_NOMEM;
	n = utf8_from_set(UTF8_SET_LATIN1, part->body, latin, &damaged);
	buf_put(to, (struct bytes){ latin, n });
	return buf_status(to);
}

enum err short_text(const struct message *m, struct arena *a, struct buf *to,
		    bool *any)
{
	enum err e;
	size_t i;

	*any = false;
	if (m->subject != NULL && m->subject[0] != 0) {
		buf_text(to, m->subject);
		buf_text(to, "\n");
	}
	for (i = 0; i < m->n_parts; i++) {
		if (!starts(m->parts[i].type, "text/plain"))
			continue;
		if (m->parts[i].external)
			return ERR_TOOBIG;
		if (*any)
			buf_text(to, "\n");
		*any = true;
		if ((e = add_text(&m->parts[i], a, to)) != OK)
			return e;
	}
	return buf_status(to);
}

/* The number of that parameter; 0: it has none, or one that is no port. */
static unsigned parameter(const char *type, const char *name)
{
	const char *at = strstr(type, name);
	unsigned long port;

	if (at == NULL)
		return 0;
	port = strtoul(at + strlen(name), NULL, 10);
	return port <= UINT16_MAX ? (unsigned)port : 0;
}

unsigned short_port(const char *type)
{
	if (pushed_takes(type))
		return WSP_PORT_PUSH;
	if (starts(type, "text/x-vcard") || starts(type, "text/vcard"))
		return JOINED_PORT_CARD;
	if (starts(type, "text/calendar") || starts(type, "text/x-vcalendar"))
		return JOINED_PORT_CALENDAR;
	return parameter(type, "x-port=");
}

unsigned short_source_port(const char *type)
{
	return pushed_takes(type) ? WSP_PORT_SESSIONLESS
				  : parameter(type, "x-source-port=");
}

unsigned short_text_port(const struct message *m)
{
	struct bytes v = message_extra(m, SHORT_PORTS);
	unsigned port;

	if (v.n == PORTS_OCTETS)
		v = (struct bytes){ v.p + 1, 2 };
	else
		v = message_extra(m, SHORT_PORT_TLV);
	port = v.n == 2 ? (unsigned)(v.p[0] << 8 | v.p[1]) : 0;
	return port == WSP_PORT_PUSH || port == JOINED_PORT_CARD ||
			       port == JOINED_PORT_CALENDAR
		       ? 0
		       : port;
}

const struct part *short_data(const struct message *m)
{
	size_t i;

	for (i = 0; i < m->n_parts; i++)
		if (!m->parts[i].external &&
		    (short_port(m->parts[i].type) != 0 ||
		     starts(m->parts[i].type, "application/octet-stream")))
			return &m->parts[i];
	return NULL;
}

enum err short_octets(const struct part *part, struct arena *a,
		      struct buf *scratch, struct bytes *out)
{
	enum err e;

	*out = part->body;
	if (!pushed_takes(part->type))
		return OK;
	buf_reset(scratch);
	e = pushed_write(part->type, part->body, a, scratch);
	*out = buf_bytes(scratch);
	return e;
}

void short_header(const struct message *m, struct udh *out)
{
	struct bytes v = message_extra(m, SHORT_PORTS);

	out->other = message_extra(m, SHORT_HEADER);
	if (v.n != PORTS_OCTETS)
		return;
	out->ports = true;
	out->narrow = v.p[0] == IE_PORTS_8;
	out->to_port = (uint16_t)(v.p[1] << 8 | v.p[2]);
	out->from_port = (uint16_t)(v.p[3] << 8 | v.p[4]);
}

enum err short_header_extras(const struct udh *h, struct arena *a,
			     struct extra out[SHORT_HEADER_EXTRAS], size_t *n)
{
	uint8_t *v;

	*n = 0;
	if (h->other.n > 0)
		out[(*n)++] = (struct extra){ SHORT_HEADER, h->other };
	if (!h->ports)
		return OK;
	if ((v = arena_alloc(a, PORTS_OCTETS)) == NULL)
		return ERR_NOMEM;
	v[0] = h->narrow ? IE_PORTS_8 : IE_PORTS_16;
	v[1] = (uint8_t)(h->to_port >> 8);
	v[2] = (uint8_t)h->to_port;
	v[3] = (uint8_t)(h->from_port >> 8);
	v[4] = (uint8_t)h->from_port;
	out[(*n)++] = (struct extra){ SHORT_PORTS, { v, PORTS_OCTETS } };
	return OK;
}

/* Name or user part as an alphanumeric sender that nobody can answer. */
static struct address alpha_sender(const struct message *m, struct arena *a)
{
	const char *text = m->from_name;
	char *name = arena_alloc(a, ADDRESS_ALPHA_MAX + 1);
	size_t n = 0;

	if (text == NULL && m->from.text != NULL)
		text = strncmp(m->from.text, "sip:", 4) == 0 ? m->from.text + 4
							     : m->from.text;
	if (text == NULL || name == NULL)
		return (struct address){ ADDRESS_ANONYMOUS, "" };
	for (; *text != 0 && *text != '@' && n < ADDRESS_ALPHA_MAX; text++)
		if ((*text >= 'a' && *text <= 'z') || *text == ' ' ||
		    (*text >= 'A' && *text <= 'Z') ||
		    (*text >= '0' && *text <= '9'))
			name[n++] = *text;
	while (n > 0 && name[n - 1] == ' ')
		name[--n] = 0;
	if (n == 0)
		return (struct address){ ADDRESS_ANONYMOUS, "" };
	return (struct address){ ADDRESS_ALPHA, name };
}

static bool numbered(const struct address *a)
{
	return a->kind == ADDRESS_E164 || a->kind == ADDRESS_SHORT;
}

struct address short_sender(const struct message *m, struct arena *a)
{
	if (m->from.kind == ADDRESS_ANONYMOUS || m->from.kind == ADDRESS_NONE)
		return (struct address){ ADDRESS_ANONYMOUS, "" };
	if (numbered(&m->from) || m->from.kind == ADDRESS_ALPHA)
		return m->from;
	if (numbered(&m->asserted))
		return m->asserted;
	return alpha_sender(m, a);
}
