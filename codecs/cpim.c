#include "codecs/cpim.h"

#include <string.h>

static const char clause[] = "RFC 3862 3";

enum kind { ADDRESS, ADDRESSES, TEXT, OTHER };

#define AT(member_) offsetof(struct cpim, member_)

/*
 * The headers that we know: where their values go. Require may name these
 * and no others.
 */
static const struct known {
	const char *ns, *name;
	enum kind kind;
	size_t at, count_at;
} known[] = {
	{ CPIM_NS_CORE, "From", ADDRESS, AT(from), 0 },
	{ CPIM_NS_CORE, "To", ADDRESSES, AT(to), AT(to_count) },
	{ CPIM_NS_CORE, "cc", ADDRESSES, AT(cc), AT(cc_count) },
	{ CPIM_NS_CORE, "DateTime", TEXT, AT(datetime), 0 },
	{ CPIM_NS_CORE, "Subject", TEXT, AT(subject), 0 },
	{ CPIM_NS_CORE, "NS", OTHER, 0, 0 },
	{ CPIM_NS_CORE, "Require", OTHER, 0, 0 },
	{ CPIM_NS_IMDN, "Message-ID", TEXT, AT(message_id), 0 },
	{ CPIM_NS_IMDN, "Disposition-Notification", TEXT,
	  AT(disposition_notification), 0 },
	{ CPIM_NS_IMDN, "Original-To", ADDRESS, AT(original_to), 0 },
	{ CPIM_NS_IMDN, "IMDN-Record-Route", ADDRESSES, AT(record_routes),
	  AT(record_route_count) },
	{ CPIM_NS_IMDN, "IMDN-Route", ADDRESSES, AT(routes), AT(route_count) },
};

#define KNOWN (sizeof known / sizeof *known)

struct binding {
	struct bytes prefix, ns;
};

struct reader {
	struct bytes in;
	struct arena *arena;
	struct fault *why;
	struct binding bindings[CPIM_PREFIXES_MAX];
	size_t bound;
	struct bytes default_ns;
	struct cpim *out;
	size_t lines;	  /* in the block of CPIM headers */
	size_t block_n;	  /* its octets, without the empty line */
	bool mime_inside; /* Content-Type stands in it */
	struct buf mime;  /* the MIME lines of that block */
};

static enum err complain(struct reader *r, enum err e, const char *field,
			 const uint8_t *at)
{
	return fault_set(r->why, e, field, clause, (size_t)(at - r->in.p));
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool folded(struct bytes line)
{
	return line.n > 0 && blank(line.p[0]);
}

static struct bytes name_of(struct bytes line)
{
	return bytes_trim((struct bytes){ line.p, bytes_find(line, ':') });
}

static bool is_mime(struct bytes line)
{
	struct bytes name = name_of(line), front = name;

	if (front.n > 8)
		front.n = 8;
	return bytes_is_nocase(front, "content-") ||
	       bytes_is_nocase(name, "mime-version");
}

/* Finds the end of the first block, and whether it holds Content-Type. */
static enum err survey(struct reader *r)
{
	struct bytes line;
	size_t at = 0;

	for (;;) {
		r->block_n = at;
		if (!header_line(r->in, &at, &line))
			return complain(r, ERR_MORE, "empty line",
					r->in.p + r->in.n);
		if (line.n == 0)
			break;
		if (bytes_is_nocase(name_of(line), "content-type"))
			r->mime_inside = true;
		if (++r->lines > CPIM_HEADERS_MAX)
			return complain(r, ERR_TOOBIG, "headers", line.p);
	}
	if (r->lines == 0)
		return complain(r, ERR_MALFORMED, "headers", r->in.p);
	return OK;
}

/* RFC 3862 3.6: NAMECHAR only, or nothing. */
static bool good_prefix(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (in.p[i] <= ' ' || in.p[i] >= 0x7F ||
		    strchr("()<>@,;:\\\"/[]?={}.", in.p[i]) != NULL)
			return false;
	return true;
}

/* `prefix <uri>`, `prefix<uri>`, `prefix uri` or `<uri>`. */
static enum err read_ns(struct bytes value, struct binding *b)
{
	size_t n = bytes_find(value, '<'), end;

	if (n < value.n) {
		b->ns = bytes_after(value, n + 1);
		end = bytes_find(b->ns, '>');
		if (end == b->ns.n)
			return ERR_MALFORMED;
		b->ns.n = end;
	} else {
		n = bytes_find(value, ' ');
		b->ns = n == value.n ? value : bytes_after(value, n + 1);
		n = n == value.n ? 0 : n;
	}
	b->prefix = bytes_trim((struct bytes){ value.p, n });
	b->ns = bytes_trim(b->ns);
	if (!good_prefix(b->prefix) || bytes_find(b->ns, ':') == b->ns.n)
		return ERR_MALFORMED;
	return OK;
}

static enum err bind_prefix(struct reader *r, const struct cpim_header *h)
{
	struct binding b;
	size_t i;

	if (read_ns(h->value, &b) != OK)
		return complain(r, ERR_MALFORMED, "NS", h->raw.p);
	if (b.prefix.n == 0) {
		r->default_ns = b.ns;
		return OK;
	}
	for (i = 0; i < r->bound; i++)
		if (bytes_equal(r->bindings[i].prefix, b.prefix))
			break;
	if (i == CPIM_PREFIXES_MAX)
		return complain(r, ERR_TOOBIG, "NS", h->raw.p);
	r->bindings[i] = b;
	if (i == r->bound)
		r->bound++;
	return OK;
}

/* The namespace of a header whose prefix is `prefix`; empty: unknown. */
static struct bytes resolve(const struct reader *r, struct bytes prefix)
{
	size_t i;

	if (prefix.n == 0)
		return r->default_ns;
	for (i = 0; i < r->bound; i++)
		if (bytes_equal(r->bindings[i].prefix, prefix))
			return r->bindings[i].ns;
	if (bytes_is(prefix, "imdn"))
		return bytes_of(CPIM_NS_IMDN);
	return (struct bytes){ NULL, 0 };
}

static const struct known *find_known(struct bytes ns, struct bytes name)
{
	size_t i;

	for (i = 0; i < KNOWN; i++)
		if (bytes_is(name, known[i].name) && bytes_is(ns, known[i].ns))
			return &known[i];
	return NULL;
}

static void split_name(struct bytes whole, struct bytes *prefix,
		       struct bytes *name)
{
	size_t dot = bytes_find(whole, '.');

	*prefix = (struct bytes){ NULL, 0 };
	*name = whole;
	if (dot == whole.n)
		return;
	*prefix = (struct bytes){ whole.p, dot };
	*name = bytes_after(whole, dot + 1);
}

/* Keeps the first name that we do not know. */
static void note_required(struct reader *r, struct bytes value)
{
	struct bytes one, prefix, name;

	while (value.n > 0 && r->out->required.n == 0) {
		one = (struct bytes){ value.p, bytes_find(value, ',') };
		value = bytes_after(value, one.n + 1);
		one = bytes_trim(one);
		split_name(one, &prefix, &name);
		if (find_known(resolve(r, prefix), name) == NULL)
			r->out->required = one;
	}
}

/* Octets of `;name=value;...` at the front, up to a space outside quotes. */
static size_t parameters_length(struct bytes in)
{
	bool quoted = false;
	size_t i;

	if (in.n == 0 || in.p[0] != ';')
		return 0;
	for (i = 0; i < in.n && (quoted || in.p[i] != ' '); i++) {
		if (in.p[i] == '\\' && quoted)
			i++;
		else if (in.p[i] == '"')
			quoted = !quoted;
	}
	return i > in.n ? in.n : i;
}

static enum err split_line(struct reader *r, struct bytes line,
			   struct cpim_header *h)
{
	struct bytes name = name_of(line), rest;
	size_t i, colon = bytes_find(line, ':');

	for (i = 0; i < line.n; i++)
		if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 0x7F)
			return complain(r, ERR_MALFORMED, "control character",
					line.p + i);
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7F)
			return complain(r, ERR_MALFORMED, "Header-name",
					line.p);
	if (colon == line.n || name.n == 0 || folded(line))
		return complain(r, ERR_MALFORMED, "Header-name", line.p);
	h->raw = line;
	split_name(name, &h->prefix, &h->name);
	rest = (struct bytes){ line.p + colon + 1, line.n - colon - 1 };
	h->parameters = (struct bytes){ rest.p, parameters_length(rest) };
	h->value = bytes_trim(bytes_after(rest, h->parameters.n));
	return OK;
}

static enum err read_header(struct reader *r, struct bytes line)
{
	struct cpim_header *h = &r->out->headers[r->out->count];
	enum err e;

	if ((e = split_line(r, line, h)) != OK)
		return e;
	r->out->count++;
	if (h->prefix.n == 0 && bytes_is(h->name, "NS")) {
		h->ns = bytes_of(CPIM_NS_CORE);
		return bind_prefix(r, h);
	}
	if (h->prefix.n == 0 && bytes_is(h->name, "Require")) {
		h->ns = bytes_of(CPIM_NS_CORE);
		note_required(r, h->value);
		return OK;
	}
	h->ns = resolve(r, h->prefix);
	return OK;
}

static enum err read_headers(struct reader *r)
{
	struct bytes block = { r->in.p, r->block_n }, line;
	bool mime = false;
	size_t at = 0;
	enum err e;

	r->out->headers =
		arena_array(r->arena, r->lines, sizeof *r->out->headers);
	if (r->out->headers == NULL)
		return complain(r, ERR_NOMEM, "headers", r->in.p);
	while (header_line(block, &at, &line)) {
		mime = r->mime_inside && (folded(line) ? mime : is_mime(line));
		if (mime) {
			buf_put(&r->mime, line);
			buf_u8(&r->mime, '\n');
			continue;
		}
		if ((e = read_header(r, line)) != OK)
			return e;
	}
	return OK;
}

/* The closing quote of the string that starts `in`, or in.n. */
static size_t string_end(struct bytes in)
{
	size_t i = 1;

	while (i < in.n && in.p[i] != '"')
		i += in.p[i] == '\\' ? 2 : 1;
	return i < in.n ? i : in.n;
}

/* Without <>: the address is the last word. */
static void read_bare_address(struct bytes value, struct cpim_address *out)
{
	size_t at = value.n;

	while (at > 0 && !blank(value.p[at - 1]))
		at--;
	out->uri = bytes_after(value, at);
	out->name = bytes_trim((struct bytes){ value.p, at });
}

/* RFC 3862 4.1: [ Formal-name ] "<" URI ">". */
static enum err read_address(struct bytes value, struct cpim_address *out)
{
	struct bytes rest = value;
	size_t n = 0;

	if (value.n > 0 && value.p[0] == '"') {
		n = string_end(value);
		if (n == value.n)
			return ERR_MALFORMED;
		rest = bytes_after(value, n + 1);
	}
	n = bytes_find(rest, '<');
	if (n == rest.n) {
		read_bare_address(rest, out);
	} else {
		out->name = bytes_trim((struct bytes){ rest.p, n });
		out->uri = bytes_after(rest, n + 1);
		n = bytes_find(out->uri, '>');
		if (n == out->uri.n)
			return ERR_MALFORMED;
		out->uri = bytes_trim((struct bytes){ out->uri.p, n });
	}
	if (value.n > 0 && value.p[0] == '"')
		out->name =
			(struct bytes){ value.p + 1, string_end(value) - 1 };
	return out->uri.n == 0 ? ERR_MALFORMED : OK;
}

static void *member(struct cpim *c, size_t at)
{
	return (char *)c + at;
}

/* Makes room for every header of the list kinds. */
static enum err make_lists(struct reader *r)
{
	struct cpim *c = r->out;
	const struct known *k;
	struct cpim_address **list;
	size_t i, *count;

	for (i = 0; i < c->count; i++) {
		k = find_known(c->headers[i].ns, c->headers[i].name);
		if (k == NULL || k->kind != ADDRESSES)
			continue;
		count = member(c, k->count_at);
		++*count;
	}
	for (k = known; k < known + KNOWN; k++) {
		if (k->kind != ADDRESSES)
			continue;
		list = member(c, k->at);
		count = member(c, k->count_at);
		*list = arena_array(r->arena, *count, sizeof **list);
		if (*list == NULL)
			return complain(r, ERR_NOMEM, "headers", r->in.p);
		*count = 0;
	}
	return OK;
}

/* Puts a known header's value where it belongs; the first one counts. */
static enum err place(struct reader *r, const struct cpim_header *h)
{
	const struct known *k = find_known(h->ns, h->name);
	struct cpim_address *address, **list;
	struct bytes *text;
	size_t *count;
	enum err e = OK;

	if (k == NULL || k->kind == OTHER)
		return OK;
	if (k->kind == TEXT) {
		text = member(r->out, k->at);
		if (text->p == NULL)
			*text = (struct bytes){ h->value.n == 0 ? h->raw.p
								: h->value.p,
						h->value.n };
		return OK;
	}
	if (k->kind == ADDRESSES) {
		list = member(r->out, k->at);
		count = member(r->out, k->count_at);
		e = read_address(h->value, &(*list)[(*count)++]);
	} else {
		address = member(r->out, k->at);
		if (address->uri.n == 0)
			e = read_address(h->value, address);
	}
	if (e != OK)
		return complain(r, e, k->name, h->raw.p);
	return OK;
}

/* RFC 3862 3.3: the value of ";lang=". */
static struct bytes language(struct bytes parameters)
{
	struct bytes one;

	while (parameters.n > 0) {
		parameters = bytes_after(parameters, 1);
		one = (struct bytes){ parameters.p,
				      bytes_find(parameters, ';') };
		parameters = bytes_after(parameters, one.n);
		if (one.n > 5 && memcmp(one.p, "lang=", 5) == 0)
			return bytes_after(one, 5);
	}
	return (struct bytes){ NULL, 0 };
}

static enum err interpret(struct reader *r)
{
	const struct cpim_header *subject;
	size_t i;
	enum err e;

	if ((e = make_lists(r)) != OK)
		return e;
	for (i = 0; i < r->out->count; i++)
		if ((e = place(r, &r->out->headers[i])) != OK)
			return e;
	r->out->asks_notification = r->out->disposition_notification.p != NULL;
	subject = cpim_find(r->out, CPIM_NS_CORE, "Subject", 0);
	if (subject != NULL)
		r->out->subject_language = language(subject->parameters);
	return OK;
}

/* The MIME headers, from where they stand, and the body. */
static enum err read_entity(struct reader *r)
{
	struct cpim *c = r->out;
	struct bytes rest, lines;
	size_t at = r->block_n, used;
	enum err e;

	if (!header_line(r->in, &at, &rest))
		return complain(r, ERR_MORE, "empty line", r->in.p + at);
	rest = (struct bytes){ r->in.p + at, r->in.n - at };
	if (r->mime_inside) {
		if ((e = buf_status(&r->mime)) != OK ||
		    (e = arena_copy(r->arena, buf_bytes(&r->mime), &lines)) !=
			    OK)
			return complain(r, e, "MIME headers", rest.p);
		e = header_fields_read(lines, r->arena, &c->mime, NULL);
		c->body = rest;
	} else {
		e = header_block_read(rest, r->arena, &c->mime, &used, NULL);
		c->entity = rest;
		if (e == OK)
			c->body = bytes_after(rest, used);
	}
	if (e != OK)
		return complain(r, e, "MIME headers", rest.p);
	return OK;
}

static enum err read_mime(struct reader *r)
{
	struct cpim *c = r->out;
	struct bytes type = header_find(&c->mime, "Content-Type");
	enum err e;

	if (type.n == 0)
		type = bytes_of("text/plain");
	if ((e = content_type_read(type, r->arena, &c->type)) != OK)
		return complain(r, e, "Content-Type", r->in.p);
	c->disposition = header_find(&c->mime, "Content-Disposition");
	c->content_id = header_unangled(header_find(&c->mime, "Content-ID"));
	c->transfer_encoding =
		header_find(&c->mime, "Content-Transfer-Encoding");
	c->content_encoding = header_find(&c->mime, "Content-Encoding");
	return OK;
}

enum err cpim_decode(struct bytes in, struct arena *a, struct cpim *out,
		     struct fault *why)
{
	struct cpim c = { 0 };
	struct reader r = {
		.in = in,
		.arena = a,
		.why = why,
		.default_ns = bytes_of(CPIM_NS_CORE),
		.out = &c,
		.mime = BUF_INIT(in.n),
	};
	enum err e;

	if ((e = survey(&r)) != OK || (e = read_headers(&r)) != OK ||
	    (e = interpret(&r)) != OK || (e = read_entity(&r)) != OK ||
	    (e = read_mime(&r)) != OK)
		goto out;
	*out = c;
out:
	buf_clear(&r.mime);
	return e;
}

const struct cpim_header *cpim_find(const struct cpim *c, const char *ns,
				    const char *name, size_t nth)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (bytes_is(c->headers[i].name, name) &&
		    bytes_is(c->headers[i].ns, ns) && nth-- == 0)
			return &c->headers[i];
	return NULL;
}

enum err cpim_namespace(const struct cpim_header *h, struct bytes *prefix,
			struct bytes *ns)
{
	struct binding b;

	if (h->prefix.n > 0 || !bytes_is(h->name, "NS"))
		return ERR_NOTFOUND;
	if (read_ns(h->value, &b) != OK)
		return ERR_MALFORMED;
	*prefix = b.prefix;
	*ns = b.ns;
	return OK;
}
