#include <string.h>

#include "codecs/base64.h"
#include "codecs/cpim.h"
#include "codecs/cpm_ids.h"
#include "codecs/imdn.h"
#include "codecs/utf8.h"

/* The value of four digits at the front, or UTF8_BAD. */
static uint32_t unit(struct bytes in)
{
	uint8_t octets[2];

	if (in.n < 4 || hex_read((struct bytes){ in.p, 4 }, octets, 2) != OK)
		return UTF8_BAD;
	return (uint32_t)octets[0] << 8 | octets[1];
}

/* Behind "\u": one code point of one or two escapes; octets used, or 0. */
static size_t unescape_unit(struct bytes in, struct buf *to)
{
	uint32_t high = unit(in), low;
	struct bytes rest = bytes_after(in, 4);

	if (high == UTF8_BAD)
		return 0;
	if (high >= 0xD800 && high <= 0xDBFF && rest.n >= 6 &&
	    rest.p[0] == '\\' && rest.p[1] == 'u') {
		low = unit(bytes_after(rest, 2));
		if (low >= 0xDC00 && low <= 0xDFFF) {
			utf8_append(to, 0x10000 + ((high & 0x3FF) << 10) +
						(low & 0x3FF));
			return 10;
		}
	}
	utf8_append(to, high);
	return 4;
}

/* One character at the front, repaired; octets used. */
static size_t put_character(struct bytes in, struct buf *to)
{
	uint32_t cp;
	size_t n = utf8_step(in, &cp);

	utf8_append(to, cp);
	return n;
}

/* Behind a backslash, `in` not empty; octets used. */
static size_t unescape_one(struct bytes in, struct buf *to)
{
	static const char letters[] = "btnr", meant[] = "\b\t\n\r";
	const char *hit = in.p[0] == 0 ? NULL : strchr(letters, in.p[0]);
	size_t n;

	if (hit != NULL) {
		buf_u8(to, (uint8_t)meant[hit - letters]);
		return 1;
	}
	if (in.p[0] == 'u' && (n = unescape_unit(bytes_after(in, 1), to)) > 0)
		return 1 + n;
	return put_character(in, to);
}

void cpim_unescape(struct bytes value, struct buf *to)
{
	while (value.n > 0 && to->bad == OK) {
		if (value.p[0] != '\\') {
			value = bytes_after(value, put_character(value, to));
			continue;
		}
		value = bytes_after(value, 1);
		if (value.n > 0)
			value = bytes_after(value, unescape_one(value, to));
	}
}

/* The letter behind the backslash, or 0 when there is no short form. */
static char short_escape(uint32_t cp, enum cpim_quote quote)
{
	switch (cp) {
	case '\\':
		return '\\';
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '"':
		return quote == CPIM_DOUBLE_QUOTED ? '"' : 0;
	case '\'':
		return quote == CPIM_SINGLE_QUOTED ? '\'' : 0;
	default:
		return 0;
	}
}

void cpim_escape(struct bytes text, enum cpim_quote quote, struct buf *to)
{
	uint32_t cp;
	char letter;

	while (text.n > 0 && to->bad == OK) {
		text = bytes_after(text, utf8_step(text, &cp));
		letter = short_escape(cp, quote);
		if (letter != 0) {
			buf_u8(to, '\\');
			buf_u8(to, (uint8_t)letter);
		} else if (cp < 0x20 || cp == 0x7F) {
			buf_printf(to, "\\u%04x", (unsigned)cp);
		} else {
			utf8_append(to, cp);
		}
	}
}

/* Nothing that could end a URI in <>, a line, or start an escape. */
static bool good_uri(struct bytes uri)
{
	size_t i;

	for (i = 0; i < uri.n; i++)
		if (uri.p[i] <= ' ' || uri.p[i] == 0x7F || uri.p[i] == '<' ||
		    uri.p[i] == '>' || uri.p[i] == '\\')
			return false;
	return uri.n > 0;
}

/* One line of MIME: no control characters; `empty`: may be empty. */
static bool good_line(struct bytes text, bool empty)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] == 0x7F)
			return false;
	return empty || text.n > 0;
}

static bool good_parties(const struct cpim_party *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!good_uri(list[i].uri))
			return false;
	return true;
}

static bool good_uris(const struct bytes *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!good_uri(list[i]))
			return false;
	return true;
}

/* A date, language or identifier: no space, no separator of its header. */
static bool good_word(struct bytes word)
{
	size_t i;

	for (i = 0; i < word.n; i++)
		if (word.p[i] <= ' ' || word.p[i] >= 0x7F || word.p[i] == ';' ||
		    word.p[i] == '\\')
			return false;
	return true;
}

static bool good_extras(const struct cpim_draft *d)
{
	const struct cpim_extra *x;
	size_t i;

	for (i = 0; i < d->extra_count; i++) {
		x = &d->extras[i];
		if (!cpm_message_id_valid(bytes_of(x->name)))
			return false;
		if (x->ns == NULL)
			continue;
		if (!cpm_message_id_valid(bytes_of(x->ns_prefix)) ||
		    strchr(x->ns_prefix, '.') != NULL ||
		    !good_uri(bytes_of(x->ns)))
			return false;
	}
	return true;
}

static bool good_draft(const struct cpim_draft *d)
{
	return good_parties(&d->from, 1) && d->to_count > 0 &&
	       good_parties(d->to, d->to_count) &&
	       good_parties(d->cc, d->cc_count) && good_word(d->datetime) &&
	       good_word(d->subject_language) &&
	       (d->message_id.n == 0 || cpm_message_id_valid(d->message_id)) &&
	       (d->original_to.uri.n == 0 || good_uri(d->original_to.uri)) &&
	       good_uris(d->record_routes, d->record_route_count) &&
	       good_uris(d->routes, d->route_count) && good_extras(d) &&
	       good_line(d->content_type, false) &&
	       good_line(d->disposition, true) &&
	       good_line(d->content_id, true) &&
	       good_line(d->transfer_encoding, true);
}

static void put_line(struct buf *to, const char *name, struct bytes value)
{
	if (value.n == 0)
		return;
	buf_text(to, name);
	buf_text(to, ": ");
	buf_put(to, value);
	buf_text(to, "\r\n");
}

static void put_party(struct buf *to, const char *name,
		      const struct cpim_party *p)
{
	buf_text(to, name);
	buf_text(to, ": ");
	if (p->name.n > 0) {
		buf_u8(to, '"');
		cpim_escape(p->name, CPIM_DOUBLE_QUOTED, to);
		buf_text(to, "\" ");
	}
	buf_u8(to, '<');
	buf_put(to, p->uri);
	buf_text(to, ">\r\n");
}

static void put_parties(struct buf *to, const char *name,
			const struct cpim_party *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		put_party(to, name, &list[i]);
}

static void put_uris(struct buf *to, const char *name, const struct bytes *list,
		     size_t count)
{
	struct cpim_party p = { .name = { NULL, 0 } };
	size_t i;

	for (i = 0; i < count; i++) {
		p.uri = list[i];
		put_party(to, name, &p);
	}
}

static void put_subject(struct buf *to, const struct cpim_draft *d)
{
	if (d->subject.n == 0)
		return;
	buf_text(to, "Subject:");
	if (d->subject_language.n > 0) {
		buf_text(to, ";lang=");
		buf_put(to, d->subject_language);
	}
	buf_u8(to, ' ');
	cpim_escape(d->subject, CPIM_BARE, to);
	buf_text(to, "\r\n");
}

static bool same_ns(const struct cpim_extra *a, const struct cpim_extra *b)
{
	return a->ns != NULL && strcmp(a->ns, b->ns) == 0 &&
	       strcmp(a->ns_prefix, b->ns_prefix) == 0;
}

static void put_extras(struct buf *to, const struct cpim_draft *d)
{
	const struct cpim_extra *x;
	size_t i;

	for (i = 0; i < d->extra_count; i++) {
		x = &d->extras[i];
		if (x->ns != NULL) {
			if (i == 0 || !same_ns(x - 1, x))
				buf_printf(to, "NS: %s <%s>\r\n", x->ns_prefix,
					   x->ns);
			buf_text(to, x->ns_prefix);
			buf_u8(to, '.');
		}
		buf_text(to, x->name);
		buf_text(to, ": ");
		cpim_escape(x->value, CPIM_BARE, to);
		buf_text(to, "\r\n");
	}
}

static void put_imdn(struct buf *to, const struct cpim_draft *d)
{
	if (d->message_id.n == 0 && d->want == 0 && d->original_to.uri.n == 0 &&
	    d->record_route_count == 0 && d->route_count == 0)
		return;
	buf_text(to, "NS: imdn <" CPIM_NS_IMDN ">\r\n");
	put_line(to, "imdn.Message-ID", d->message_id);
	if (d->want != 0) {
		buf_text(to, "imdn.Disposition-Notification: ");
		imdn_want_encode(d->want, to);
		buf_text(to, "\r\n");
	}
	if (d->original_to.uri.n > 0)
		put_party(to, "imdn.Original-To", &d->original_to);
	put_uris(to, "imdn.IMDN-Record-Route", d->record_routes,
		 d->record_route_count);
	put_uris(to, "imdn.IMDN-Route", d->routes, d->route_count);
}

static void put_entity(struct buf *to, const struct cpim_draft *d)
{
	buf_text(to, "\r\n");
	put_line(to, "Content-Type", d->content_type);
	put_line(to, "Content-Disposition", d->disposition);
	if (d->content_id.n > 0) {
		buf_text(to, "Content-ID: <");
		buf_put(to, d->content_id);
		buf_text(to, ">\r\n");
	}
	put_line(to, "Content-Transfer-Encoding", d->transfer_encoding);
	if (d->with_length)
		buf_printf(to, "Content-Length: %zu\r\n", d->body.n);
	buf_text(to, "\r\n");
	buf_put(to, d->body);
}

enum err cpim_encode(const struct cpim_draft *d, struct buf *to)
{
	if (!good_draft(d))
		return ERR_RANGE;
	put_party(to, "From", &d->from);
	put_parties(to, "To", d->to, d->to_count);
	put_parties(to, "cc", d->cc, d->cc_count);
	put_line(to, "DateTime", d->datetime);
	put_subject(to, d);
	put_extras(to, d);
	put_imdn(to, d);
	put_entity(to, d);
	return buf_status(to);
}

/* Index in `in` behind the line of `h`. */
static size_t behind(struct bytes in, const struct cpim_header *h)
{
	struct bytes line;
	size_t at = (size_t)(h->raw.p - in.p);

	return header_line(in, &at, &line) ? at : in.n;
}

/*
 * Where a header above all other imdn headers goes: behind the declaration
 * of their namespace, whose *prefix may be empty. False: at the front.
 */
static bool top_of_imdn(struct bytes in, const struct cpim *c,
			struct bytes *prefix, size_t *at)
{
	const struct cpim_header *h;
	struct bytes ns;
	size_t i;

	for (i = 0; i < c->count; i++) {
		h = &c->headers[i];
		if (bytes_is(h->ns, CPIM_NS_IMDN))
			return false;
		if (cpim_namespace(h, prefix, &ns) != OK ||
		    !bytes_is(ns, CPIM_NS_IMDN))
			continue;
		*at = behind(in, h);
		return true;
	}
	return false;
}

enum err cpim_insert(struct bytes in, const char *name, struct bytes uri,
		     struct arena *a, struct buf *to)
{
	struct bytes prefix = bytes_of("imdn");
	bool declared;
	struct cpim c;
	size_t at = 0;
	enum err e;

	if (!good_uri(uri))
		return ERR_RANGE;
	if ((e = cpim_decode(in, a, &c, NULL)) != OK)
		return e;
	declared = top_of_imdn(in, &c, &prefix, &at);
	buf_put(to, (struct bytes){ in.p, at });
	if (!declared) {
		prefix = bytes_of("imdn");
		buf_text(to, "NS: imdn <" CPIM_NS_IMDN ">\r\n");
	}
	buf_put(to, prefix);
	buf_text(to, prefix.n > 0 ? "." : "");
	buf_text(to, name);
	buf_text(to, ": <");
	buf_put(to, uri);
	buf_text(to, ">\r\n");
	buf_put(to, bytes_after(in, at));
	return buf_status(to);
}

enum err cpim_remove(struct bytes in, const char *name, struct arena *a,
		     struct buf *to)
{
	const struct cpim_header *h;
	struct cpim c;
	enum err e;

	if ((e = cpim_decode(in, a, &c, NULL)) != OK)
		return e;
	h = cpim_find(&c, CPIM_NS_IMDN, name, 0);
	if (h == NULL)
		return ERR_NOTFOUND;
	buf_put(to, (struct bytes){ in.p, (size_t)(h->raw.p - in.p) });
	buf_put(to, bytes_after(in, behind(in, h)));
	return buf_status(to);
}
