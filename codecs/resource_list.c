#include "codecs/resource_list.h"

#include <string.h>

#define NS_COPY "urn:ietf:params:xml:ns:copycontrol"

static const char *const controls[] = { [COPY_TO] = "to",
					[COPY_CC] = "cc",
					[COPY_BCC] = "bcc" };

#define CONTROLS (sizeof controls / sizeof *controls)

/* -- reading -------------------------------------------------------------- */

/* Some senders write the name space in other letters: copyControl. */
static struct bytes copy_attribute(const struct xml_node *n, const char *name)
{
	const struct xml_attribute *at;

	for (at = n->attributes; at != NULL; at = at->next)
		if (bytes_is(at->name, name) &&
		    bytes_is_nocase(at->ns, NS_COPY))
			return at->value;
	return (struct bytes){ NULL, 0 };
}

static enum err read_control(struct bytes text, enum copy_control *out)
{
	size_t i;

	if (text.n == 0)
		return OK;
	for (i = 0; i < CONTROLS; i++) {
		if (!bytes_is(text, controls[i]))
			continue;
		*out = (enum copy_control)i;
		return OK;
	}
	return ERR_MALFORMED;
}

/* xs:boolean. */
static enum err read_bool(struct bytes text, bool *out)
{
	if (bytes_is(text, "true") || bytes_is(text, "1"))
		*out = true;
	else if (text.n > 0 && !bytes_is(text, "false") && !bytes_is(text, "0"))
		return ERR_MALFORMED;
	return OK;
}

static enum err read_count(struct bytes text, uint32_t *out)
{
	uint64_t n;

	if (text.n == 0)
		return OK;
	if (bytes_decimal(text, UINT32_MAX, &n) != OK)
		return ERR_MALFORMED;
	*out = (uint32_t)n;
	return OK;
}

static enum err read_entry(const struct xml_node *n, struct resource *out,
			   struct fault *why)
{
	struct resource r = { .copy = COPY_BCC, .count = 1 };

	r.uri = bytes_trim(xml_attribute(n, "", "uri"));
	r.name = xml_text(xml_child(n, RESOURCE_LIST_NS, "display-name"));
	if (r.uri.n == 0)
		return fault_set(why, ERR_MALFORMED, "uri", "RFC 4826 3.2", 0);
	if (read_control(copy_attribute(n, "copyControl"), &r.copy) != OK)
		return fault_set(why, ERR_MALFORMED, "copyControl",
				 "RFC 5364 5", 0);
	if (read_bool(copy_attribute(n, "anonymize"), &r.anonymize) != OK)
		return fault_set(why, ERR_MALFORMED, "anonymize", "RFC 5364 5",
				 0);
	if (read_count(copy_attribute(n, "count"), &r.count) != OK)
		return fault_set(why, ERR_MALFORMED, "count", "RFC 5364 5", 0);
	*out = r;
	return OK;
}

/* All nodes below `list`, depth first; its reader bounds the depth. */
struct walk {
	const struct xml_node *above[XML_DEPTH_MAX];
	size_t depth;
	const struct xml_node *at;
};

static bool is_list(const struct xml_node *n)
{
	return xml_is(n, RESOURCE_LIST_NS, "list");
}

/* The next node that is no <list>; NULL: there are no more. */
static const struct xml_node *walk_next(struct walk *w)
{
	const struct xml_node *n;

	for (;;) {
		while (w->at == NULL && w->depth > 0)
			w->at = w->above[--w->depth]->next;
		if ((n = w->at) == NULL)
			return NULL;
		if (is_list(n) && w->depth < XML_DEPTH_MAX) {
			w->above[w->depth++] = n;
			w->at = n->child;
			continue;
		}
		w->at = n->next;
		return n;
	}
}

static bool is_elsewhere(const struct xml_node *n)
{
	return xml_is(n, RESOURCE_LIST_NS, "entry-ref") ||
	       xml_is(n, RESOURCE_LIST_NS, "external");
}

static enum err count_entries(struct walk w, size_t *count, struct fault *why)
{
	const struct xml_node *n;

	while ((n = walk_next(&w)) != NULL) {
		if (is_elsewhere(n))
			return fault_set(why, ERR_UNSUPPORTED, "entry-ref",
					 "RFC 5365 6", 0);
		*count += xml_is(n, RESOURCE_LIST_NS, "entry");
	}
	if (*count > RESOURCE_LIST_MAX)
		return fault_set(why, ERR_TOOBIG, "list", "RFC 5363 5.3", 0);
	return OK;
}

/* The entries that `w` comes by, behind those of *out. */
static enum err add_entries(struct walk w, struct arena *a,
			    struct resource_list *out, struct fault *why)
{
	struct resource_list made = { .n = out->n };
	const struct xml_node *n;
	size_t count = out->n;
	enum err e;

	if ((e = count_entries(w, &count, why)) != OK)
		return e;
	made.entries = arena_array(a, count + 1, sizeof *made.entries);
	if (made.entries == NULL)
		return ERR_NOMEM;
	if (out->n > 0)
		memcpy(made.entries, out->entries,
		       out->n * sizeof *out->entries);
	while ((n = walk_next(&w)) != NULL) {
		if (!xml_is(n, RESOURCE_LIST_NS, "entry"))
			continue;
		if ((e = read_entry(n, &made.entries[made.n], why)) != OK)
			return e;
		made.n++;
	}
	*out = made;
	return OK;
}

enum err resource_list_node(const struct xml_node *list, struct arena *a,
			    struct resource_list *out, struct fault *why)
{
	return add_entries((struct walk){ .at = list->child }, a, out, why);
}

enum err resource_list_decode(struct bytes in, struct arena *a,
			      struct resource_list *out, struct fault *why)
{
	struct resource_list made = { 0 };
	struct xml_node *root;
	enum err e;

	if ((e = xml_read(in, a, &root, why)) != OK)
		return e;
	if (!xml_is(root, RESOURCE_LIST_NS, "resource-lists"))
		return fault_set(why, ERR_UNSUPPORTED, "resource-lists",
				 "RFC 4826 3.2", 0);
	if ((e = resource_list_node(root, a, &made, why)) != OK)
		return e;
	*out = made;
	return OK;
}

/* -- writing -------------------------------------------------------------- */

static void put_entry(const struct resource *r, struct buf *to)
{
	buf_text(to, "<entry");
	xml_put_attribute(to, "uri", r->uri);
	xml_put_attribute(to, "cp:copyControl", bytes_of(controls[r->copy]));
	if (r->anonymize)
		xml_put_attribute(to, "cp:anonymize", bytes_of("true"));
	if (r->count != 1)
		buf_printf(to, " cp:count=\"%u\"", (unsigned)r->count);
	if (r->name.n == 0) {
		buf_text(to, "/>");
		return;
	}
	buf_u8(to, '>');
	xml_put_element(to, "display-name", r->name);
	buf_text(to, "</entry>");
}

enum err resource_list_encode(const struct resource_list *l, struct buf *to)
{
	size_t i;

	buf_text(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
		     "<resource-lists");
	xml_put_attribute(to, "xmlns", bytes_of(RESOURCE_LIST_NS));
	xml_put_attribute(to, "xmlns:cp", bytes_of(NS_COPY));
	buf_text(to, "><list>");
	for (i = 0; i < l->n; i++) {
		if (l->entries[i].uri.n == 0)
			return ERR_RANGE;
		put_entry(&l->entries[i], to);
	}
	buf_text(to, "</list></resource-lists>\r\n");
	return buf_status(to);
}

/* Into the entry of its kind that is there, else a new one. */
static void add_anonymous(struct resource_list *shown, size_t at[CONTROLS],
			  const struct resource *r)
{
	struct resource *one;

	if (at[r->copy] == 0) {
		shown->entries[shown->n++] =
			(struct resource){ .uri = bytes_of(
						   RESOURCE_LIST_ANONYMOUS),
					   .copy = r->copy };
		at[r->copy] = shown->n;
	}
	one = &shown->entries[at[r->copy] - 1];
	one->count++;
}

enum err resource_list_history(const struct resource_list *l, struct arena *a,
			       struct buf *to, bool *any)
{
	struct resource_list shown = { 0 };
	size_t at[CONTROLS] = { 0 }, i; /* places, counted from 1 */

	*any = false;
	shown.entries = arena_array(a, l->n + 1, sizeof *shown.entries);
	if (shown.entries == NULL)
		return ERR_NOMEM;
	for (i = 0; i < l->n; i++) {
		if (l->entries[i].copy == COPY_BCC)
			continue;
		if (l->entries[i].anonymize)
			add_anonymous(&shown, at, &l->entries[i]);
		else
			shown.entries[shown.n++] = l->entries[i];
	}
	if (shown.n == 0)
		return OK;
	*any = true;
	return resource_list_encode(&shown, to);
}
