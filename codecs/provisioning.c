#include "codecs/provisioning.h"

#include "codecs/provisioning_tokens.h"
#include "codecs/wapxml.h"
#include "codecs/wbxml.h"

#define DOCUMENT "wap-provisioningdoc"
#define PUBLIC	 PROVISIONING_PUBLIC_TEXT
#define SYSTEM	 "http://www.wapforum.org/DTD/prov.dtd"

static const char clause[] = "OMA-WAP-ProvCont 4.4";

struct provisioning_group *provisioning_add(struct arena *a,
					    struct provisioning_group **list,
					    struct bytes type)
{
	struct provisioning_group *g = arena_alloc(a, sizeof *g);

	if (g == NULL)
		return NULL;
	g->type = type;
	while (*list != NULL)
		list = &(*list)->next;
	return *list = g;
}

struct provisioning_parm *provisioning_set(struct arena *a,
					   struct provisioning_parm **list,
					   struct bytes name,
					   struct bytes value)
{
	struct provisioning_parm *p = arena_alloc(a, sizeof *p);

	if (p == NULL)
		return NULL;
	p->name = name;
	p->value = value;
	while (*list != NULL)
		list = &(*list)->next;
	return *list = p;
}

static enum err read_parms(const struct xml_node *n, struct arena *a,
			   struct provisioning_parm **list)
{
	struct provisioning_parm *p;
	struct bytes name;

	for (n = n->child; n != NULL; n = n->next) {
		if (!xml_is(n, "", "parm"))
			continue;
		name = xml_attribute(n, "", "name");
		if (name.n == 0)
			return ERR_MALFORMED;
		p = provisioning_set(a, list, name,
				     xml_attribute(n, "", "value"));
		if (p == NULL)
			return ERR_NOMEM;
		list = &p->next;
	}
	return OK;
}

/* The characteristics among the children of `n`, and what is in them. */
static enum err read_groups(const struct xml_node *n, struct arena *a,
			    unsigned depth, struct provisioning_group **list)
{
	struct provisioning_group *g;
	struct bytes type;
	enum err e;

	for (n = n->child; n != NULL; n = n->next) {
		if (!xml_is(n, "", "characteristic"))
			continue;
		type = xml_attribute(n, "", "type");
		if (type.n == 0)
			return ERR_MALFORMED;
		if (depth == PROVISIONING_DEPTH_MAX)
			return ERR_TOOBIG;
		g = provisioning_add(a, list, type);
		if (g == NULL)
			return ERR_NOMEM;
		list = &g->next;
		if ((e = read_parms(n, a, &g->parm)) != OK ||
		    (e = read_groups(n, a, depth + 1, &g->child)) != OK)
			return e;
	}
	return OK;
}

static enum err from_tree(const struct xml_node *root, struct arena *a,
			  struct provisioning *out, struct fault *why)
{
	struct provisioning p = { 0 };
	enum err e;

	if (!xml_is(root, "", DOCUMENT))
		return fault_set(why, ERR_UNSUPPORTED, DOCUMENT, clause, 0);
	p.version = xml_attribute(root, "", "version");
	if ((e = read_groups(root, a, 0, &p.group)) != OK)
		return fault_set(why, e, "characteristic", clause, 0);
	*out = p;
	return OK;
}

enum err provisioning_wbxml_decode(struct bytes in, struct arena *a,
				   struct provisioning *out, struct fault *why)
{
	struct xml_node *root;
	enum err e;

	e = wbxml_read(in, &provisioning_vocabulary, a, &root, why);
	if (e != OK)
		return e;
	return from_tree(root, a, out, why);
}

enum err provisioning_xml_decode(struct bytes in, struct arena *a,
				 struct provisioning *out, struct fault *why)
{
	struct xml_node *root;
	enum err e;

	if ((e = wapxml_read(in, a, &root, why)) != OK)
		return e;
	return from_tree(root, a, out, why);
}

/* Can all of the list be written? */
static enum err check(const struct provisioning_group *g, unsigned depth)
{
	const struct provisioning_parm *p;
	enum err e;

	if (g != NULL && depth == PROVISIONING_DEPTH_MAX)
		return ERR_TOOBIG;
	for (; g != NULL; g = g->next) {
		if (g->type.n == 0)
			return ERR_RANGE;
		for (p = g->parm; p != NULL; p = p->next)
			if (p->name.n == 0)
				return ERR_RANGE;
		if ((e = check(g->child, depth + 1)) != OK)
			return e;
	}
	return OK;
}

static void put_parm(struct wbxml_writer *w, const struct provisioning_parm *p)
{
	wbxml_open(w, "parm", WBXML_ATTRIBUTES);
	wbxml_attribute(w, "name", p->name);
	if (p->value.n > 0)
		wbxml_attribute(w, "value", p->value);
	wbxml_end(w);
}

static void put_groups(struct wbxml_writer *w,
		       const struct provisioning_group *g)
{
	const struct provisioning_parm *p;
	bool filled;

	for (; g != NULL; g = g->next) {
		filled = g->parm != NULL || g->child != NULL;
		wbxml_open(w, "characteristic",
			   WBXML_ATTRIBUTES | (filled ? WBXML_CONTENT : 0U));
		wbxml_attribute(w, "type", g->type);
		wbxml_end(w);
		for (p = g->parm; p != NULL; p = p->next)
			put_parm(w, p);
		put_groups(w, g->child);
		if (filled)
			wbxml_end(w);
	}
}

enum err provisioning_wbxml_encode(const struct provisioning *p, struct buf *to)
{
	struct wbxml_writer w;
	bool versioned = p->version.n > 0;
	enum err e;

	if ((e = check(p->group, 0)) != OK)
		return e;
	wbxml_begin(&w, &provisioning_vocabulary, 3, to);
	wbxml_open(&w, DOCUMENT,
		   WBXML_CONTENT | (versioned ? WBXML_ATTRIBUTES : 0U));
	if (versioned) {
		wbxml_attribute(&w, "version", p->version);
		wbxml_end(&w);
	}
	put_groups(&w, p->group);
	wbxml_end(&w);
	return wbxml_status(&w);
}

static void put_xml_groups(struct buf *to, const struct provisioning_group *g)
{
	const struct provisioning_parm *p;

	for (; g != NULL; g = g->next) {
		buf_text(to, "<characteristic");
		xml_put_attribute(to, "type", g->type);
		buf_text(to, ">\r\n");
		for (p = g->parm; p != NULL; p = p->next) {
			buf_text(to, "<parm");
			xml_put_attribute(to, "name", p->name);
			if (p->value.n > 0)
				xml_put_attribute(to, "value", p->value);
			buf_text(to, "/>\r\n");
		}
		put_xml_groups(to, g->child);
		buf_text(to, "</characteristic>\r\n");
	}
}

enum err provisioning_xml_encode(const struct provisioning *p, struct buf *to)
{
	enum err e;

	if ((e = check(p->group, 0)) != OK)
		return e;
	wapxml_begin(to, DOCUMENT, PUBLIC, SYSTEM);
	buf_text(to, "<" DOCUMENT);
	if (p->version.n > 0)
		xml_put_attribute(to, "version", p->version);
	buf_text(to, ">\r\n");
	put_xml_groups(to, p->group);
	buf_text(to, "</" DOCUMENT ">\r\n");
	return buf_status(to);
}
