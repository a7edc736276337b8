#include "codecs/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <string.h>

#include "codecs/utf8.h"

static const char clause[] = "XML 1.0";

/* libxml2 wants its own tables made before several threads parse. */
static pthread_once_t ready = PTHREAD_ONCE_INIT;

/* What the callbacks of one run share. */
struct run {
	xmlParserCtxt *parser;
	struct arena *arena;
	struct xml_node *root;
	struct xml_node *open[XML_DEPTH_MAX]; /* root first */
	struct xml_node *last[XML_DEPTH_MAX]; /* last child of each */
	struct buf text[XML_DEPTH_MAX];	      /* character data of each */
	size_t depth, nodes;
	enum err e; /* the first failure of ours */
	int code;   /* libxml2's first error, 0 */
};

static bool space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void fail(struct run *r, enum err e)
{
	if (r->e != OK)
		return;
	r->e = e;
	xmlStopParser(r->parser);
}

static struct bytes copy(struct run *r, const xmlChar *p, size_t n)
{
	struct bytes out = { NULL, 0 };

	if (p != NULL &&
	    arena_copy(r->arena, (struct bytes){ p, n }, &out) != OK)
		fail(r, ERR_NOMEM);
	return out;
}

static struct bytes copy_string(struct run *r, const xmlChar *p)
{
	return copy(r, p, p == NULL ? 0 : strlen((const char *)p));
}

/* libxml2 gives five pointers each: name, prefix, URI, value, its end. */
static void add_attributes(struct run *r, struct xml_node *n, int count,
			   const xmlChar **five)
{
	struct xml_attribute **tail = &n->attributes, *a;

	for (; count > 0 && r->e == OK; count--, five += 5) {
		a = arena_alloc(r->arena, sizeof *a);
		if (a == NULL) {
			fail(r, ERR_NOMEM);
			return;
		}
		a->name = copy_string(r, five[0]);
		a->ns = copy_string(r, five[2]);
		a->value = copy(r, five[3], (size_t)(five[4] - five[3]));
		*tail = a;
		tail = &a->next;
	}
}

static void link_node(struct run *r, struct xml_node *n)
{
	struct xml_node *parent;

	if (r->depth == 0) {
		r->root = n;
		return;
	}
	parent = r->open[r->depth - 1];
	if (r->last[r->depth - 1] == NULL)
		parent->child = n;
	else
		r->last[r->depth - 1]->next = n;
	r->last[r->depth - 1] = n;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix,
		     const xmlChar *uri, int namespaces,
		     const xmlChar **namespace_pairs, int attributes,
		     int defaulted, const xmlChar **five)
{
	struct run *r = user;
	struct xml_node *n;

	(void)prefix;
	(void)namespace_pairs;
	(void)defaulted;
	if (r->e != OK)
		return;
	if (r->depth == XML_DEPTH_MAX || r->nodes == XML_NODES_MAX ||
	    namespaces + attributes > XML_ATTRIBUTES_MAX) {
		fail(r, ERR_TOOBIG);
		return;
	}
	n = arena_alloc(r->arena, sizeof *n);
	if (n == NULL) {
		fail(r, ERR_NOMEM);
		return;
	}
	r->nodes++;
	n->name = copy_string(r, name);
	n->ns = copy_string(r, uri);
	if (r->parser->input != NULL)
		n->line = (size_t)r->parser->input->line;
	add_attributes(r, n, attributes, five);
	link_node(r, n);
	r->open[r->depth] = n;
	r->last[r->depth] = NULL;
	buf_reset(&r->text[r->depth]);
	r->depth++;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix,
		   const xmlChar *uri)
{
	struct run *r = user;
	struct bytes text;

	(void)name;
	(void)prefix;
	(void)uri;
	if (r->e != OK || r->depth == 0)
		return;
	r->depth--;
	text = buf_bytes(&r->text[r->depth]);
	r->open[r->depth]->text = copy(r, text.p, text.n);
}

static void on_text(void *user, const xmlChar *text, int n)
{
	struct run *r = user;
	struct buf *to;

	if (r->e != OK || r->depth == 0 || n <= 0)
		return;
	to = &r->text[r->depth - 1];
	buf_put(to, (struct bytes){ text, (size_t)n });
	if (to->bad != OK)
		fail(r, to->bad);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *public,
		       const xmlChar *system)
{
	(void)name;
	(void)public;
	(void)system;
	fail(user, ERR_MALFORMED);
}

/* Without a DOCTYPE there are only the five. */
static xmlEntity *on_entity(void *user, const xmlChar *name)
{
	(void)user;
	return xmlGetPredefinedEntity(name);
}

static void on_error(void *user, xmlError *error)
{
	struct run *r = user;

	if (r->code == 0 && error->level != XML_ERR_WARNING)
		r->code = error->code;
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_doctype,
	.getEntity = on_entity,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.cdataBlock = on_text,
	.ignorableWhitespace = on_text,
	.serror = on_error,
};

/* The value of encoding="..." in the XML declaration; empty when absent. */
static struct bytes declared_encoding(struct bytes declaration)
{
	struct bytes name = bytes_of("encoding"), value;
	const uint8_t *end = declaration.p + declaration.n, *hit;
	uint8_t quote;

	hit = memmem(declaration.p, declaration.n, name.p, name.n);
	if (hit == NULL)
		return (struct bytes){ NULL, 0 };
	value = (struct bytes){ hit + name.n, (size_t)(end - hit) - name.n };
	while (value.n > 0 && (space(value.p[0]) || value.p[0] == '='))
		value = bytes_after(value, 1);
	if (value.n == 0)
		return value;
	quote = value.p[0];
	value = bytes_after(value, 1);
	value.n = bytes_find(value, quote);
	return value;
}

/* Encodings that libxml2 reads without the help of iconv. */
static bool good_encoding(struct bytes name)
{
	static const char *const names[] = { "UTF-8", "UTF8", "US-ASCII",
					     "ASCII", "ISO-8859-1" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (bytes_is_nocase(name, names[i]))
			return true;
	return name.n == 0;
}

/*
 * What can be told before parsing. UTF-16 and UTF-32 have a zero or a mark
 * of theirs in front; UTF-8 its own mark or '<'.
 */
static enum err look(struct bytes in, struct bytes *encoding)
{
	struct bytes start = bytes_of("<?xml"), front = in;
	const uint8_t *end;

	if (in.n > XML_OCTETS_MAX)
		return ERR_TOOBIG;
	if (in.n == 0)
		return ERR_MORE;
	if (in.p[0] == 0 || in.p[0] >= 0xFE || (in.n > 1 && in.p[1] == 0))
		return ERR_UNSUPPORTED;
	if (in.p[0] != '<' && in.p[0] != 0xEF)
		return ERR_MALFORMED;
	if (in.p[0] == 0xEF)
		front = bytes_after(in, 3);
	if (front.n < start.n || memcmp(front.p, start.p, start.n) != 0)
		return OK;
	end = memmem(front.p, front.n, "?>", 2);
	if (end == NULL)
		return ERR_MORE;
	front.n = (size_t)(end - front.p);
	*encoding = declared_encoding(front);
	return good_encoding(*encoding) ? OK : ERR_UNSUPPORTED;
}

/* Behind the next `end` in `in` from `at` on, or in.n. */
static size_t behind(struct bytes in, size_t at, const char *end)
{
	const uint8_t *hit;

	hit = memmem(in.p + at, in.n - at, end, strlen(end));
	return hit == NULL ? in.n : (size_t)(hit - in.p) + strlen(end);
}

static bool starts(struct bytes in, size_t at, const char *with)
{
	size_t n = strlen(with);

	return in.n - at >= n && memcmp(in.p + at, with, n) == 0;
}

/* Equals signs of the tag at *at that stand outside quotes; *at moves past. */
static size_t equals_signs(struct bytes in, size_t *at)
{
	uint8_t quote = 0, c;
	size_t n = 0;

	for (; *at < in.n; ++*at) {
		c = in.p[*at];
		if (quote != 0)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>')
			break;
		else
			n += c == '=';
	}
	return n;
}

/* Are there so many in all of it that it is worth a closer look? */
static bool many_equals_signs(struct bytes in)
{
	size_t n = 0, at;

	while ((at = bytes_find(in, '=')) < in.n && ++n <= XML_ATTRIBUTES_MAX)
		in = bytes_after(in, at + 1);
	return n > XML_ATTRIBUTES_MAX;
}

/*
 * libxml2 compares all attributes of an element with each other, which takes
 * seconds when they fill the document: so they are counted before. Where a
 * document is malformed the count may be off, but libxml2 goes no further.
 */
static bool too_many_attributes(struct bytes in, size_t *at)
{
	size_t tag;

	if (!many_equals_signs(in))
		return false;
	for (*at = 0; (*at = behind(in, *at, "<")) < in.n;) {
		tag = *at - 1;
		if (starts(in, *at, "!--"))
			*at = behind(in, *at, "-->");
		else if (starts(in, *at, "![CDATA["))
			*at = behind(in, *at, "]]>");
		else if (starts(in, *at, "?"))
			*at = behind(in, *at, "?>");
		else if (equals_signs(in, at) > XML_ATTRIBUTES_MAX) {
			*at = tag;
			return true;
		}
	}
	return false;
}

/*
 * Feeds the document, then its end: what goes wrong only then is that the
 * document does not go on.
 */
static enum err feed(struct run *r, struct bytes in)
{
	enum err e = ERR_MALFORMED;

	xmlParseChunk(r->parser, (const char *)in.p, (int)in.n, 0);
	if (r->e == OK && r->code == 0) {
		xmlParseChunk(r->parser, NULL, 0, 1);
		e = ERR_MORE;
	}
	if (r->e != OK)
		return r->e;
	if (r->code == XML_ERR_NO_MEMORY)
		return ERR_NOMEM;
	if (r->root == NULL || r->depth > 0)
		return e;
	return r->code == 0 ? OK : ERR_MALFORMED;
}

static size_t stopped_at(const struct run *r, struct bytes in)
{
	long at = xmlByteConsumed(r->parser);

	return at < 0 || (size_t)at > in.n ? in.n : (size_t)at;
}

static enum err run_parser(struct run *r, struct bytes in, struct fault *why)
{
	xmlSAXHandler sax = handler;
	enum err e;

	if (pthread_once(&ready, xmlInitParser) != 0)
		return fault_set(why, ERR_NOMEM, "document", clause, 0);
	r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (r->parser == NULL)
		return fault_set(why, ERR_NOMEM, "document", clause, 0);
	/* NOENT: libxml2 would leave "&#38;" in attributes otherwise. */
	xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
	if ((e = feed(r, in)) != OK)
		fault_set(why, e, "document", clause, stopped_at(r, in));
	xmlFreeParserCtxt(r->parser);
	return e;
}

enum err xml_read(struct bytes in, struct arena *a, struct xml_node **root,
		  struct fault *why)
{
	struct run r = { .arena = a };
	struct bytes encoding = { NULL, 0 };
	size_t i;
	enum err e;

	while (in.n > 0 && space(in.p[0]))
		in = bytes_after(in, 1);
	if ((e = look(in, &encoding)) != OK)
		return fault_set(why, e, "document", clause, 0);
	if (too_many_attributes(in, &i))
		return fault_set(why, ERR_TOOBIG, "attributes", clause, i);
	for (i = 0; i < XML_DEPTH_MAX; i++)
		r.text[i].limit = XML_OCTETS_MAX;
	e = run_parser(&r, in, why);
	/* libxml2 lets overlong forms pass. */
	if (e == OK && !bytes_is_nocase(encoding, "ISO-8859-1") &&
	    !utf8_valid(in))
		e = fault_set(why, ERR_MALFORMED, "document", clause, 0);
	if (e == OK)
		*root = r.root;
	for (i = 0; i < XML_DEPTH_MAX; i++)
		buf_clear(&r.text[i]);
	return e;
}

bool xml_is(const struct xml_node *n, const char *ns, const char *name)
{
	return bytes_is(n->name, name) && bytes_is(n->ns, ns);
}

const struct xml_node *xml_child(const struct xml_node *n, const char *ns,
				 const char *name)
{
	const struct xml_node *child;

	for (child = n == NULL ? NULL : n->child; child != NULL;
	     child = child->next)
		if (xml_is(child, ns, name))
			return child;
	return NULL;
}

struct bytes xml_attribute(const struct xml_node *n, const char *ns,
			   const char *name)
{
	const struct xml_attribute *a;

	for (a = n->attributes; a != NULL; a = a->next)
		if (bytes_is(a->name, name) && bytes_is(a->ns, ns))
			return a->value;
	return (struct bytes){ NULL, 0 };
}

struct bytes xml_text(const struct xml_node *n)
{
	struct bytes text = { NULL, 0 };

	if (n != NULL)
		text = n->text;
	while (text.n > 0 && space(text.p[0]))
		text = bytes_after(text, 1);
	while (text.n > 0 && space(text.p[text.n - 1]))
		text.n--;
	return text;
}

/* XML 1.0 2.2: Char. */
static bool allowed(uint32_t cp)
{
	return cp >= 0x20 ? cp != 0xFFFE && cp != 0xFFFF && cp <= 0x10FFFF
			  : cp == '\t' || cp == '\n' || cp == '\r';
}

static const char *reference(uint32_t cp, bool attribute)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\r':
		return "&#13;";
	case '\t':
		return attribute ? "&#9;" : NULL;
	case '\n':
		return attribute ? "&#10;" : NULL;
	default:
		return NULL;
	}
}

static void put_escaped(struct buf *to, struct bytes text, bool attribute)
{
	uint32_t cp;
	size_t n;

	while (text.n > 0 && to->bad == OK) {
		n = utf8_step(text, &cp);
		if (reference(cp, attribute) != NULL)
			buf_text(to, reference(cp, attribute));
		else if (!allowed(cp))
			utf8_append(to, UTF8_REPLACEMENT);
		else
			buf_put(to, (struct bytes){ text.p, n });
		text = bytes_after(text, n);
	}
}

void xml_put_text(struct buf *to, struct bytes text)
{
	put_escaped(to, text, false);
}

void xml_put_attribute(struct buf *to, const char *name, struct bytes value)
{
	buf_u8(to, ' ');
	buf_text(to, name);
	buf_text(to, "=\"");
	put_escaped(to, value, true);
	buf_u8(to, '"');
}

void xml_put_element(struct buf *to, const char *name, struct bytes text)
{
	buf_u8(to, '<');
	buf_text(to, name);
	buf_u8(to, '>');
	put_escaped(to, text, false);
	buf_text(to, "</");
	buf_text(to, name);
	buf_u8(to, '>');
}
