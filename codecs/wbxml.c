#include "codecs/wbxml.h"

#include "codecs/utf8.h"
#include "codecs/wsp.h"

static const char clause[] = "WAP-192-WBXML 5";

/* Clause 7.1; the three EXT tokens of a kind follow each other. */
enum {
	SWITCH_PAGE = 0x00,
	END = 0x01,
	ENTITY = 0x02,
	STR_I = 0x03,
	LITERAL = 0x04,
	EXT_I = 0x40,
	PI = 0x43,
	LITERAL_C = 0x44,
	EXT_T = 0x80,
	STR_T = 0x83,
	LITERAL_A = 0x84,
	EXT = 0xC0,
	OPAQUE = 0xC3,
	LITERAL_AC = 0xC4
};

enum { CHARSET_ASCII = 3, CHARSET_LATIN1 = 4 };

/* An element that is not closed yet. */
struct open_node {
	struct xml_node *node;
	struct xml_node **tail; /* where its next child goes */
	struct buf text;
};

struct reader {
	struct cursor c;
	const struct wbxml_vocabulary *v;
	struct arena *arena;
	struct bytes table; /* of strings */
	uint32_t charset;
	uint8_t tag_page, start_page;
	struct xml_node *root;
	size_t depth, nodes, text_n;
	struct open_node open[XML_DEPTH_MAX];
	struct buf value; /* of the attribute at hand */
	enum err e;
	const char *field; /* of the first failure */
	size_t at;
};

static void fail(struct reader *r, enum err e, const char *field)
{
	if (r->e != OK)
		return;
	r->e = e;
	r->field = field;
	r->at = r->c.at;
}

/* What the cursor met, if anything. */
static bool good(struct reader *r, const char *field)
{
	if (r->c.bad != OK)
		fail(r, r->c.bad, field);
	return r->e == OK;
}

/* As UTF-8 behind `to`. */
static void add_text(struct reader *r, struct buf *to, struct bytes text)
{
	size_t i;

	r->text_n += text.n;
	if (r->text_n > WBXML_TEXT_MAX) {
		fail(r, ERR_TOOBIG, "text");
	} else if (bytes_find(text, 0) != text.n) {
		fail(r, ERR_UNSUPPORTED, "text");
	} else if (r->charset == CHARSET_LATIN1) {
		for (i = 0; i < text.n; i++)
			utf8_append(to, text.p[i]);
	} else if (!utf8_valid(text) ||
		   (r->charset == CHARSET_ASCII && !utf8_ascii(text))) {
		fail(r, ERR_MALFORMED, "text");
	} else {
		buf_put(to, text);
	}
	if (to->bad != OK)
		fail(r, to->bad, "text");
}

static struct bytes copy(struct reader *r, struct bytes in)
{
	struct bytes out = { NULL, 0 };

	if (r->e == OK && arena_copy(r->arena, in, &out) != OK)
		fail(r, ERR_NOMEM, "document");
	return out;
}

/* termstr: up to the NUL, which is taken too. */
static struct bytes inline_string(struct reader *r)
{
	struct bytes rest = bytes_after(r->c.in, r->c.at), text;
	size_t n = bytes_find(rest, 0);

	text = cursor_take(&r->c, n);
	cursor_u8(&r->c);
	return good(r, "STR_I") ? text : (struct bytes){ NULL, 0 };
}

/* The string at an index into the table. */
static struct bytes table_string(struct reader *r)
{
	uint32_t index = wsp_uintvar(&r->c);
	struct bytes text = bytes_after(r->table, index);
	size_t n = bytes_find(text, 0);

	if (good(r, "string table index") && n == text.n)
		fail(r, ERR_MALFORMED, "string table index");
	text.n = r->e == OK ? n : 0;
	return text;
}

static struct bytes opaque(struct reader *r)
{
	struct bytes octets = cursor_take(&r->c, wsp_uintvar(&r->c));

	good(r, "OPAQUE");
	return octets;
}

static void add_entity(struct reader *r, struct buf *to)
{
	uint32_t code = wsp_uintvar(&r->c);

	if (!good(r, "ENTITY"))
		return;
	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
		fail(r, ERR_MALFORMED, "ENTITY");
		return;
	}
	r->text_n += 4;
	utf8_append(to, code);
	if (to->bad != OK)
		fail(r, to->bad, "ENTITY");
}

/* The strings that content and attribute values share; false: another token. */
static bool add_string(struct reader *r, uint8_t token, struct buf *to)
{
	switch (token) {
	case ENTITY:
		add_entity(r, to);
		return true;
	case STR_I:
		add_text(r, to, inline_string(r));
		return true;
	case STR_T:
		add_text(r, to, table_string(r));
		return true;
	default:
		return false;
	}
}

static bool extension(uint8_t token)
{
	return (token >= EXT_I && token < PI) ||
	       (token >= EXT_T && token < STR_T) ||
	       (token >= EXT && token < OPAQUE);
}

static const struct wbxml_start *find_start(const struct reader *r,
					    uint8_t token)
{
	const struct wbxml_start *s;

	for (s = r->v->starts; s->name != NULL; s++)
		if (s->page == r->start_page && s->token == token)
			return s;
	return NULL;
}

static const struct wbxml_word *find_word(const struct reader *r, uint8_t token)
{
	const struct wbxml_word *w;

	for (w = r->v->words; w->text != NULL; w++)
		if (w->page == r->start_page && w->token == token)
			return w;
	return NULL;
}

/* A name as text; its charset is that of the document. */
static struct bytes name_text(struct reader *r)
{
	struct buf name = BUF_INIT(WBXML_TEXT_MAX);
	struct bytes out;

	add_text(r, &name, table_string(r));
	if (r->e == OK && name.n == 0)
		fail(r, ERR_MALFORMED, "LITERAL");
	out = copy(r, buf_bytes(&name));
	buf_clear(&name);
	return out;
}

/* attrStart; the value that it begins goes to r->value. */
static void read_start(struct reader *r, uint8_t token, struct xml_attribute *a)
{
	const struct wbxml_start *s;

	buf_reset(&r->value);
	if (token == LITERAL) {
		a->name = name_text(r);
		return;
	}
	s = find_start(r, token);
	if (s == NULL) {
		fail(r, ERR_UNSUPPORTED, "attrStart");
		return;
	}
	a->name = bytes_of(s->name);
	add_text(r, &r->value, bytes_of(s->value));
}

/* One token of attrValue. */
static void read_value(struct reader *r, uint8_t token,
		       const struct xml_attribute *a)
{
	const struct wbxml_word *w;
	struct bytes octets;
	enum err e = ERR_UNSUPPORTED;

	if (add_string(r, token, &r->value))
		return;
	if (token == OPAQUE) {
		octets = opaque(r);
		if (r->e == OK && r->v->opaque != NULL)
			e = r->v->opaque(a->name, octets, &r->value);
		if (e != OK)
			fail(r, e, "OPAQUE");
		r->text_n += octets.n;
		return;
	}
	w = find_word(r, token);
	if (w == NULL)
		fail(r, ERR_UNSUPPORTED, "attrValue");
	else
		add_text(r, &r->value, bytes_of(w->text));
}

static void close_attribute(struct reader *r, struct xml_attribute *a)
{
	if (a != NULL)
		a->value = copy(r, buf_bytes(&r->value));
}

static bool starts_attribute(uint8_t token)
{
	return token == LITERAL || (token > LITERAL && token < 0x80);
}

static struct xml_attribute *new_attribute(struct reader *r, unsigned *count)
{
	struct xml_attribute *a = NULL;

	if (++*count > XML_ATTRIBUTES_MAX)
		fail(r, ERR_TOOBIG, "attribute");
	else if ((a = arena_alloc(r->arena, sizeof *a)) == NULL)
		fail(r, ERR_NOMEM, "attribute");
	return a;
}

/* 1*attribute END, also the inside of a processing instruction. */
static void read_attributes(struct reader *r, struct xml_node *n)
{
	struct xml_attribute **tail = &n->attributes, *a = NULL;
	unsigned count = 0;
	uint8_t token;

	while (r->e == OK) {
		token = cursor_u8(&r->c);
		if (!good(r, "attribute") || token == END)
			break;
		if (token == SWITCH_PAGE) {
			r->start_page = cursor_u8(&r->c);
		} else if (extension(token)) {
			fail(r, ERR_UNSUPPORTED, "extension");
		} else if (token == PI || token == LITERAL_C ||
			   token == LITERAL_A || token == LITERAL_AC) {
			fail(r, ERR_MALFORMED, "attribute");
		} else if (starts_attribute(token)) {
			close_attribute(r, a);
			a = new_attribute(r, &count);
			if (a == NULL)
				break;
			read_start(r, token, a);
			*tail = a;
			tail = &a->next;
		} else if (a == NULL) {
			fail(r, ERR_MALFORMED, "attribute");
		} else {
			read_value(r, token, a);
		}
	}
	close_attribute(r, a);
}

static struct bytes tag_name(struct reader *r, uint8_t token)
{
	const struct wbxml_tag *t;

	if ((token & 0x3F) == LITERAL)
		return name_text(r);
	for (t = r->v->tags; t->name != NULL; t++)
		if (t->page == r->tag_page && t->token == (token & 0x3F))
			return bytes_of(t->name);
	fail(r, ERR_UNSUPPORTED, "TAG");
	return (struct bytes){ NULL, 0 };
}

static void read_element(struct reader *r, uint8_t token)
{
	struct open_node *parent =
		r->depth == 0 ? NULL : &r->open[r->depth - 1];
	struct xml_node *n;
	struct open_node *o;

	if (r->depth == XML_DEPTH_MAX || ++r->nodes > XML_NODES_MAX) {
		fail(r, ERR_TOOBIG, "element");
		return;
	}
	n = arena_alloc(r->arena, sizeof *n);
	if (n == NULL) {
		fail(r, ERR_NOMEM, "element");
		return;
	}
	n->name = tag_name(r, token);
	if ((token & WBXML_ATTRIBUTES) != 0)
		read_attributes(r, n);
	if (parent == NULL) {
		r->root = n;
	} else {
		*parent->tail = n;
		parent->tail = &n->next;
	}
	if ((token & WBXML_CONTENT) == 0)
		return;
	o = &r->open[r->depth++];
	o->node = n;
	o->tail = &n->child;
	buf_reset(&o->text);
}

static void close_element(struct reader *r)
{
	struct open_node *o = &r->open[--r->depth];

	o->node->text = copy(r, buf_bytes(&o->text));
}

/* One token of content. */
static void read_content(struct reader *r, uint8_t token)
{
	struct buf *text = &r->open[r->depth - 1].text;

	if (token == END)
		close_element(r);
	else if (token == OPAQUE)
		add_text(r, text, opaque(r));
	else if (!add_string(r, token, text))
		read_element(r, token);
}

/* One token of the body, with all that belongs to it. */
static void read_token(struct reader *r)
{
	struct xml_node instruction = { 0 };
	uint8_t token = cursor_u8(&r->c);

	if (!good(r, "body"))
		return;
	if (token == PI)
		read_attributes(r, &instruction);
	else if (extension(token))
		fail(r, ERR_UNSUPPORTED, "extension");
	else if (token == SWITCH_PAGE)
		r->tag_page = cursor_u8(&r->c);
	else if (r->depth > 0)
		read_content(r, token);
	else if (r->root != NULL || token < LITERAL || token == STR_T ||
		 token == OPAQUE)
		fail(r, ERR_MALFORMED, "body");
	else
		read_element(r, token);
}

static void read_body(struct reader *r)
{
	while (r->e == OK &&
	       (r->root == NULL || r->depth > 0 || cursor_left(&r->c) > 0)) {
		read_token(r);
		good(r, "body");
	}
}

/* Clause 5.5: is this the document type of the vocabulary? 1 is "unknown". */
static void check_public_id(struct reader *r, uint32_t id, uint32_t index)
{
	struct bytes name = bytes_after(r->table, index);

	name.n = bytes_find(name, 0);
	if (id == 0 ? !bytes_is(name, r->v->public_text)
		    : id != 1 && id != r->v->public_id)
		fail(r, ERR_UNSUPPORTED, "publicid");
}

static void read_prologue(struct reader *r)
{
	uint8_t version = cursor_u8(&r->c);
	uint32_t id, index = 0;

	if (good(r, "version") && (version < 1 || version > 3))
		fail(r, ERR_UNSUPPORTED, "version");
	id = wsp_uintvar(&r->c);
	if (good(r, "publicid") && id == 0)
		index = wsp_uintvar(&r->c);
	r->charset = wsp_uintvar(&r->c);
	if (good(r, "charset") && r->charset != 0 &&
	    r->charset != CHARSET_ASCII && r->charset != CHARSET_LATIN1 &&
	    r->charset != WBXML_CHARSET_UTF8)
		fail(r, ERR_UNSUPPORTED, "charset");
	r->table = cursor_take(&r->c, wsp_uintvar(&r->c));
	if (good(r, "strtbl"))
		check_public_id(r, id, index);
}

enum err wbxml_read(struct bytes in, const struct wbxml_vocabulary *v,
		    struct arena *a, struct xml_node **root, struct fault *why)
{
	struct reader r = { .c = CURSOR(in), .v = v, .arena = a };
	size_t i;

	r.value.limit = 4 * WBXML_TEXT_MAX;
	for (i = 0; i < XML_DEPTH_MAX; i++)
		r.open[i].text.limit = 4 * WBXML_TEXT_MAX;
	read_prologue(&r);
	read_body(&r);
	if (r.e == OK)
		*root = r.root;
	else
		fault_set(why, r.e, r.field, clause, r.at);
	for (i = 0; i < XML_DEPTH_MAX; i++)
		buf_clear(&r.open[i].text);
	buf_clear(&r.value);
	return r.e;
}
