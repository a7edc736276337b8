/* codecs/xml.h: a tree that is written again reads the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/xml.h"

static const char ns_xml[] = "http://www.w3.org/XML/1998/namespace";

static void put_name(struct buf *b, const char *prefix, struct bytes ns,
		     struct bytes name)
{
	if (ns.n > 0)
		buf_text(b, bytes_is(ns, ns_xml) ? "xml:" : prefix);
	buf_put(b, name);
}

/* `n:` for the element, `a0:` and so on for the attributes. */
static void put_attributes(struct buf *b, const struct xml_node *n)
{
	const struct xml_attribute *x;
	char prefix[16], name[24];
	unsigned i = 0;

	if (n->ns.n > 0 && !bytes_is(n->ns, ns_xml))
		xml_put_attribute(b, "xmlns:n", n->ns);
	for (x = n->attributes; x != NULL; x = x->next, i++) {
		snprintf(prefix, sizeof prefix, "a%u:", i);
		snprintf(name, sizeof name, "xmlns:a%u", i);
		if (x->ns.n > 0 && !bytes_is(x->ns, ns_xml))
			xml_put_attribute(b, name, x->ns);
		buf_u8(b, ' ');
		put_name(b, prefix, x->ns, x->name);
		buf_text(b, "=\"");
		xml_put_text(b, x->value);
		buf_u8(b, '"');
	}
}

static void put_tree(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *child;

	buf_u8(b, '<');
	put_name(b, "n:", n->ns, n->name);
	put_attributes(b, n);
	buf_u8(b, '>');
	xml_put_text(b, n->text);
	for (child = n->child; child != NULL; child = child->next)
		put_tree(b, child);
	buf_text(b, "</");
	put_name(b, "n:", n->ns, n->name);
	buf_u8(b, '>');
}

/* Attributes' white space is normalised by writing it plain: names only. */
static void compare(const struct xml_node *a, const struct xml_node *b)
{
	const struct xml_attribute *x = a->attributes, *y = b->attributes;

	MUST(bytes_equal(a->name, b->name) && bytes_equal(a->ns, b->ns));
	MUST(bytes_equal(a->text, b->text));
	for (; x != NULL && y != NULL; x = x->next, y = y->next)
		MUST(bytes_equal(x->name, y->name) &&
		     bytes_equal(x->ns, y->ns));
	MUST(x == NULL && y == NULL);
	for (a = a->child, b = b->child; a != NULL && b != NULL;
	     a = a->next, b = b->next)
		compare(a, b);
	MUST(a == NULL && b == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(32 << 20);
	struct xml_node *root, *back;
	struct buf b = BUF_INIT(XML_OCTETS_MAX);
	enum err e;

	MUST(a != NULL);
	e = xml_read((struct bytes){ data, size }, a, &root, NULL);
	if (e == OK)
		put_tree(&b, root);
	if (e == OK && buf_status(&b) == OK) {
		e = xml_read(buf_bytes(&b), a, &back, NULL);
		MUST(e == OK || e == ERR_TOOBIG);
		if (e == OK)
			compare(root, back);
	}
	buf_clear(&b);
	arena_free(a);
	return 0;
}
