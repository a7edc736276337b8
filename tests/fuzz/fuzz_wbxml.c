/*
 * WBXML with a vocabulary of two pages: a tree that was read keeps the bounds
 * of codecs/xml.h, and what the writer makes of it reads the same.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/utf8.h"
#include "codecs/wbxml.h"

static const struct wbxml_tag tags[] = {
	{ 0, 0x05, "a" },
	{ 0, 0x06, "b" },
	{ 1, 0x05, "c" },
	{ 0, 0, NULL },
};

static const struct wbxml_start starts[] = {
	{ 0, 0x05, "x", "" },	      { 0, 0x06, "x", "http://" },
	{ 0, 0x07, "x", "http://w" }, { 0, 0x08, "y", "" },
	{ 1, 0x05, "z", "" },	      { 1, 0x06, "x", "ab" },
	{ 0, 0, NULL, NULL },
};

static const struct wbxml_word words[] = {
	{ 0, 0x85, ".com/" },
	{ 0, 0x86, "b" },
	{ 1, 0x85, "bc" },
	{ 0, 0, NULL },
};

static enum err opaque(struct bytes attribute, struct bytes octets,
		       struct buf *text)
{
	buf_printf(text, "%zu", attribute.n + octets.n);
	return buf_status(text);
}

static const struct wbxml_vocabulary vocabularies[] = {
	{ 5, "-//A//EN", tags, starts, words, true, opaque },
	{ 5, "-//A//EN", tags, starts, words, false, NULL },
};

/* Only names that the vocabulary has can be written; returns the nodes. */
static size_t known(const struct xml_node *n, bool *all)
{
	const struct xml_attribute *a;
	size_t nodes = 0;

	for (; n != NULL; n = n->next) {
		nodes += 1 + known(n->child, all);
		MUST(utf8_valid(n->text) &&
		     bytes_find(n->text, 0) == n->text.n);
		*all = *all && n->name.n == 1 && n->name.p[0] >= 'a' &&
		       n->name.p[0] <= 'c';
		for (a = n->attributes; a != NULL; a = a->next) {
			MUST(utf8_valid(a->value));
			*all = *all && a->name.n == 1 && a->name.p[0] >= 'x' &&
			       a->name.p[0] <= 'z';
		}
	}
	return nodes;
}

static void put(struct wbxml_writer *w, const struct xml_node *n)
{
	const struct xml_attribute *a;
	char name[2] = "";

	for (; n != NULL; n = n->next) {
		name[0] = (char)n->name.p[0];
		wbxml_open(w, name,
			   WBXML_CONTENT |
				   (n->attributes == NULL ? 0U
							  : WBXML_ATTRIBUTES));
		for (a = n->attributes; a != NULL; a = a->next) {
			name[0] = (char)a->name.p[0];
			wbxml_attribute(w, name, a->value);
		}
		if (n->attributes != NULL)
			wbxml_end(w);
		wbxml_text(w, n->text);
		put(w, n->child);
		wbxml_end(w);
	}
}

static void same(const struct xml_node *n, const struct xml_node *m)
{
	const struct xml_attribute *a, *b;

	for (; n != NULL && m != NULL; n = n->next, m = m->next) {
		MUST(bytes_equal(n->name, m->name));
		MUST(bytes_equal(n->text, m->text));
		for (a = n->attributes, b = m->attributes;
		     a != NULL && b != NULL; a = a->next, b = b->next)
			MUST(bytes_equal(a->name, b->name) &&
			     bytes_equal(a->value, b->value));
		MUST(a == NULL && b == NULL);
		same(n->child, m->child);
	}
	MUST(n == NULL && m == NULL);
}

static void again(const struct wbxml_vocabulary *v, const struct xml_node *root,
		  struct arena *a)
{
	struct buf b = BUF_INIT(8 << 20);
	struct wbxml_writer w;
	struct xml_node *back;

	wbxml_begin(&w, v, 3, &b);
	put(&w, root);
	MUST(wbxml_status(&w) == OK);
	MUST(wbxml_read(buf_bytes(&b), v, a, &back, NULL) == OK);
	same(root, back);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct arena *a = arena_new(64 << 20);
	struct fault why = { NULL, NULL, 0 };
	struct xml_node *root;
	bool all = true;
	size_t i;
	enum err e;

	MUST(a != NULL);
	for (i = 0; i < 2; i++) {
		why.field = NULL;
		e = wbxml_read(in, &vocabularies[i], a, &root, &why);
		MUST((e == OK) == (why.field == NULL) && why.offset <= size);
		if (e != OK)
			continue;
		all = true;
		MUST(known(root, &all) <= XML_NODES_MAX);
		if (all)
			again(&vocabularies[i], root, a);
	}
	arena_free(a);
	return 0;
}
