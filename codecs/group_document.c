#include "codecs/group_document.h"

#include "codecs/resource_list.h"
#include "codecs/xml.h"

#define NS	  "urn:oma:xml:poc:list-service"
#define NS_POLICY "urn:ietf:params:xml:ns:common-policy"
#define NS_OMA	  "urn:oma:xml:xdm:common-policy"

struct reading {
	struct arena *arena;
	struct group_fault *why;
	size_t members; /* of all groups                             */
	size_t before;	/* lines that the reader of XML has skipped  */
};

static enum err wrong(struct reading *r, enum err e, const char *what,
		      const struct xml_node *at)
{
	r->why->what = what;
	r->why->line = r->before + at->line;
	return e;
}

/* Documents differ in whose name space these elements have. */
static bool ours(const struct xml_node *n, const char *name)
{
	return bytes_is(n->name, name) &&
	       (bytes_is(n->ns, NS) || bytes_is(n->ns, RESOURCE_LIST_NS) ||
		bytes_is(n->ns, NS_POLICY) || bytes_is(n->ns, NS_OMA));
}

static const struct xml_node *child(const struct xml_node *n, const char *name)
{
	for (n = n->child; n != NULL && !ours(n, name); n = n->next)
		;
	return n;
}

static size_t count(const struct xml_node *n, const char *name)
{
	size_t found = 0;

	for (n = n->child; n != NULL; n = n->next)
		found += ours(n, name);
	return found;
}

/* -- members -------------------------------------------------------------- */

static bool is_elsewhere(const struct xml_node *n)
{
	return ours(n, "entry-ref") || ours(n, "external");
}

static enum err read_member(struct reading *r, const struct xml_node *n,
			    struct group_member *out)
{
	if (r->members++ == GROUP_DOCUMENT_MEMBERS_MAX)
		return wrong(r, ERR_TOOBIG, "too many members", n);
	out->uri = bytes_trim(xml_attribute(n, "", "uri"));
	out->name = xml_text(child(n, "display-name"));
	out->line = r->before + n->line;
	if (out->uri.n == 0)
		return wrong(r, ERR_MALFORMED, "entry without uri", n);
	return OK;
}

static enum err read_members(struct reading *r, const struct xml_node *service,
			     struct group *g)
{
	const struct xml_node *list = child(service, "list"), *n;
	enum err e;

	if (list == NULL)
		return OK;
	g->members = arena_array(r->arena, count(list, "entry") + 1,
				 sizeof *g->members);
	if (g->members == NULL)
		return ERR_NOMEM;
	for (n = list->child; n != NULL; n = n->next) {
		if (is_elsewhere(n))
			return wrong(r, ERR_UNSUPPORTED,
				     "members that are elsewhere", n);
		if (!ours(n, "entry"))
			continue;
		e = read_member(r, n, &g->members[g->n_members++]);
		if (e != OK)
			return e;
	}
	return OK;
}

/* -- rules ---------------------------------------------------------------- */

static size_t count_identities(const struct xml_node *identity)
{
	const struct xml_node *n;
	size_t found = 0;

	for (n = identity->child; n != NULL; n = n->next)
		found += 1 + count(n, "except");
	return found;
}

static enum err add_excepts(struct reading *r, const struct xml_node *many,
			    struct group_rule *rule)
{
	const struct xml_node *n;

	for (n = many->child; n != NULL; n = n->next) {
		struct group_identity *i =
			&rule->identities[rule->n_identities];

		if (!ours(n, "except"))
			continue;
		i->except = true;
		i->uri = xml_attribute(n, "", "id");
		i->domain = xml_attribute(n, "", "domain");
		if (i->uri.n == 0 && i->domain.n == 0)
			return wrong(r, ERR_MALFORMED,
				     "except without id or domain", n);
		rule->n_identities++;
	}
	return OK;
}

static enum err read_identity(struct reading *r, const struct xml_node *at,
			      struct group_rule *rule)
{
	const struct xml_node *n;
	enum err e = OK;

	rule->identity = true;
	rule->identities = arena_array(r->arena, count_identities(at) + 1,
				       sizeof *rule->identities);
	if (rule->identities == NULL)
		return ERR_NOMEM;
	for (n = at->child; n != NULL && e == OK; n = n->next) {
		struct group_identity *i =
			&rule->identities[rule->n_identities];

		if (ours(n, "one")) {
			i->uri = xml_attribute(n, "", "id");
			rule->n_identities++;
			if (i->uri.n == 0)
				e = wrong(r, ERR_MALFORMED, "one without id",
					  n);
		} else if (ours(n, "many")) {
			i->many = true;
			i->domain = xml_attribute(n, "", "domain");
			rule->n_identities++;
			e = add_excepts(r, n, rule);
		}
	}
	return e;
}

/* xs:boolean. */
static bool is_true(struct bytes text)
{
	return bytes_is(text, "true") || bytes_is(text, "1");
}

static bool is_false(struct bytes text)
{
	return bytes_is(text, "false") || bytes_is(text, "0");
}

/* RFC 4745 7: what is not known here is not fulfilled. */
static enum err read_conditions(struct reading *r, const struct xml_node *at,
				struct group_rule *rule)
{
	const struct xml_node *n;
	enum err e;

	for (n = at->child; n != NULL; n = n->next) {
		if (ours(n, "identity")) {
			if (rule->identity)
				return wrong(r, ERR_MALFORMED,
					     "two identities", n);
			if ((e = read_identity(r, n, rule)) != OK)
				return e;
		} else if (ours(n, "is-list-member") &&
			   !is_false(xml_text(n))) {
			rule->members = true;
		} else if (ours(n, "other-identity")) {
			rule->others = true;
		} else {
			rule->never = true;
		}
	}
	return OK;
}

static enum err read_say(struct reading *r, const struct xml_node *actions,
			 const char *name, enum group_say *out)
{
	const struct xml_node *n = child(actions, name);

	if (n == NULL)
		return OK;
	if (is_true(xml_text(n)))
		*out = GROUP_YES;
	else if (is_false(xml_text(n)))
		*out = GROUP_NO;
	else
		return wrong(r, ERR_MALFORMED,
			     "an action that is neither true nor false", n);
	return OK;
}

static enum err read_rule(struct reading *r, const struct xml_node *n,
			  struct group_rule *out)
{
	const struct xml_node *conditions = child(n, "conditions");
	const struct xml_node *actions = child(n, "actions");
	enum err e = OK;

	if (conditions != NULL)
		e = read_conditions(r, conditions, out);
	if (e == OK && actions != NULL)
		e = read_say(r, actions, "allow-initiate-conference",
			     &out->initiate);
	if (e == OK && actions != NULL)
		e = read_say(r, actions, "allow-anonymity", &out->anonymity);
	return e;
}

static enum err read_rules(struct reading *r, const struct xml_node *service,
			   struct group *g)
{
	const struct xml_node *set = child(service, "ruleset"), *n;
	enum err e;

	if (set == NULL)
		return OK;
	g->rules = arena_array(r->arena, count(set, "rule") + 1,
			       sizeof *g->rules);
	if (g->rules == NULL)
		return ERR_NOMEM;
	for (n = set->child; n != NULL; n = n->next) {
		if (!ours(n, "rule"))
			continue;
		if ((e = read_rule(r, n, &g->rules[g->n_rules++])) != OK)
			return e;
	}
	return OK;
}

/* -- groups --------------------------------------------------------------- */

static enum err read_group(struct reading *r, const struct xml_node *n,
			   struct group **out)
{
	struct group *g = arena_alloc(r->arena, sizeof *g);
	enum err e;

	if (g == NULL)
		return ERR_NOMEM;
	g->line = r->before + n->line;
	g->uri = bytes_trim(xml_attribute(n, "", "uri"));
	g->name = xml_text(child(n, "display-name"));
	if (g->uri.n == 0)
		return wrong(r, ERR_MALFORMED, "list-service without uri", n);
	if ((e = read_members(r, n, g)) != OK)
		return e;
	if ((e = read_rules(r, n, g)) != OK)
		return e;
	*out = g;
	return OK;
}

static size_t lines(struct bytes in, size_t octets)
{
	size_t found = 0, i;

	for (i = 0; i < octets && i < in.n; i++)
		found += in.p[i] == '\n';
	return found;
}

/* White space in front, which the reader of XML does not count. */
static size_t blank(struct bytes in)
{
	size_t n = 0;

	while (n < in.n && (in.p[n] == ' ' || in.p[n] == '\t' ||
			    in.p[n] == '\r' || in.p[n] == '\n'))
		n++;
	return n;
}

static const char *said(enum err e)
{
	return e == ERR_MORE	    ? "ends too early"
	       : e == ERR_TOOBIG    ? "too large"
	       : e == ERR_MALFORMED ? "no well-formed XML"
				    : "no XML in UTF-8";
}

enum err group_document_decode(struct bytes in, struct arena *a,
			       struct group **out, struct group_fault *why)
{
	struct reading r = { .arena = a,
			     .why = why,
			     .before = lines(in, blank(in)) };
	struct group *first = NULL, **last = &first;
	const struct xml_node *n;
	struct xml_node *root;
	struct fault fault = { 0 };
	enum err e;

	*why = (struct group_fault){ 0 };
	if ((e = xml_read(in, a, &root, &fault)) != OK) {
		*why = (struct group_fault){
			said(e), 1 + lines(in, e == ERR_MORE
						       ? in.n
						       : blank(in) +
								 fault.offset)
		};
		return e == ERR_MORE ? ERR_MALFORMED : e;
	}
	if (!xml_is(root, NS, "group"))
		return wrong(&r, ERR_UNSUPPORTED, "no group document", root);
	for (n = root->child; n != NULL; n = n->next) {
		if (!xml_is(n, NS, "list-service"))
			continue;
		if ((e = read_group(&r, n, last)) != OK)
			return e;
		last = &(*last)->next;
	}
	if (first == NULL)
		return wrong(&r, ERR_MALFORMED, "no list-service", root);
	*out = first;
	return OK;
}

/* -- writing -------------------------------------------------------------- */

static void put_name(struct buf *to, struct bytes name)
{
	if (name.n > 0)
		xml_put_element(to, "display-name", name);
}

static enum err put_members(const struct group *g, struct buf *to)
{
	size_t i;

	buf_text(to, "<list>");
	for (i = 0; i < g->n_members; i++) {
		if (g->members[i].uri.n == 0)
			return ERR_RANGE;
		buf_text(to, "<entry");
		xml_put_attribute(to, "uri", g->members[i].uri);
		buf_u8(to, '>');
		put_name(to, g->members[i].name);
		buf_text(to, "</entry>");
	}
	buf_text(to, "</list>");
	return OK;
}

static void put_one(struct buf *to, const char *element,
		    const struct group_identity *i)
{
	buf_printf(to, "<cp:%s", element);
	if (i->uri.n > 0)
		xml_put_attribute(to, "id", i->uri);
	if (i->domain.n > 0)
		xml_put_attribute(to, "domain", i->domain);
}

static void put_identity(const struct group_rule *r, struct buf *to)
{
	bool open = false;
	size_t i;

	buf_text(to, "<cp:identity>");
	for (i = 0; i < r->n_identities; i++) {
		const struct group_identity *one = &r->identities[i];

		if (open && !one->except)
			buf_text(to, "</cp:many>");
		open = one->many || (open && one->except);
		put_one(to,
			one->except ? "except"
			: one->many ? "many"
				    : "one",
			one);
		buf_text(to, one->many ? ">" : "/>");
	}
	buf_text(to, open ? "</cp:many></cp:identity>" : "</cp:identity>");
}

static void put_say(struct buf *to, const char *name, enum group_say say)
{
	if (say != GROUP_SILENT)
		buf_printf(to, "<%s>%s</%s>", name,
			   say == GROUP_YES ? "true" : "false", name);
}

static void put_rule(const struct group_rule *r, size_t number, struct buf *to)
{
	buf_printf(to, "<cp:rule id=\"r%zu\"><cp:conditions>", number);
	if (r->identity)
		put_identity(r, to);
	if (r->members)
		buf_text(to, "<is-list-member/>");
	if (r->others)
		buf_text(to, "<ocp:other-identity/>");
	if (r->never)
		buf_text(to, "<cp:sphere value=\"\"/>");
	buf_text(to, "</cp:conditions><cp:actions>");
	put_say(to, "allow-initiate-conference", r->initiate);
	put_say(to, "allow-anonymity", r->anonymity);
	buf_text(to, "</cp:actions></cp:rule>");
}

static void put_rules(const struct group *g, struct buf *to)
{
	size_t i;

	if (g->n_rules == 0)
		return;
	buf_text(to, "<cp:ruleset>");
	for (i = 0; i < g->n_rules; i++)
		put_rule(&g->rules[i], i + 1, to);
	buf_text(to, "</cp:ruleset>");
}

enum err group_document_encode(const struct group *first, struct buf *to)
{
	const struct group *g;

	buf_text(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<group");
	xml_put_attribute(to, "xmlns", bytes_of(NS));
	xml_put_attribute(to, "xmlns:cp", bytes_of(NS_POLICY));
	xml_put_attribute(to, "xmlns:ocp", bytes_of(NS_OMA));
	buf_u8(to, '>');
	for (g = first; g != NULL; g = g->next) {
		if (g->uri.n == 0)
			return ERR_RANGE;
		buf_text(to, "<list-service");
		xml_put_attribute(to, "uri", g->uri);
		buf_u8(to, '>');
		put_name(to, g->name);
		if (put_members(g, to) != OK)
			return ERR_RANGE;
		put_rules(g, to);
		buf_text(to, "</list-service>");
	}
	buf_text(to, "</group>\r\n");
	return buf_status(to);
}
