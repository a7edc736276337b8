#include "gateway/routes.h"

#include <stdlib.h>
#include <string.h>

struct prefix {
	const char *digits;	/* "+155502" */
	uint64_t order;
	struct route_rule rule;
};

struct routes {
	struct prefix *prefixes;	/* sorted by digits */
	size_t n;
};

static size_t items(const struct settings_group *g, const char *setting)
{
	struct bytes item;
	size_t n = 0;

	while (settings_item(g, setting, n, &item))
		n++;
	return n;
}

/* The ith of a list of numbers, which may be absent. */
static uint32_t number_at(const struct settings_group *g, const char *setting,
			  size_t i, size_t absent)
{
	struct bytes item;
	uint64_t v;

	if (!settings_item(g, setting, i, &item) ||
	    bytes_decimal(item, UINT32_MAX, &v) != OK)
		return (uint32_t)absent;
	return (uint32_t)v;
}

/* Links that are not ranked go in the order in which they are written. */
static enum err read_peers(const struct settings_group *g, struct arena *a,
			   struct route_peer *peers)
{
	bool ranked = items(g, "preference") + items(g, "cost") +
			      items(g, "weight") > 0;
	struct bytes item;
	size_t i;

	for (i = 0; settings_item(g, "peer", i, &item); i++) {
		if ((peers[i].name = arena_string(a, item)) == NULL)
			return ERR_NOMEM;
		peers[i].preference =
			number_at(g, "preference", i, ranked ? 0 : i);
		peers[i].cost = number_at(g, "cost", i, 0);
		peers[i].weight = number_at(g, "weight", i, 1);
	}
	return OK;
}

static enum err read_rule(const struct settings_group *g, struct arena *a,
			  struct route_rule *r)
{
	size_t n = items(g, "peer");
	struct route_peer *peers = arena_array(a, n + 1, sizeof *peers);
	enum err e;

	if (peers == NULL)
		return ERR_NOMEM;
	if ((e = read_peers(g, a, peers)) != OK)
		return e;
	r->technology = technology_named(settings_text(g, "technology"));
	if (n == 0)
		peers[n++].name = technology_name(r->technology);
	r->peers = peers;
	r->n_peers = n;
	return OK;
}

static enum err add_route(struct routes *r, const struct settings_group *g,
			  struct arena *a)
{
	struct route_rule rule = { 0 };
	struct bytes item;
	size_t i;
	enum err e;

	if ((e = read_rule(g, a, &rule)) != OK)
		return e;
	for (i = 0; settings_item(g, "prefix", i, &item); i++) {
		struct prefix *p = &r->prefixes[r->n++];

		p->digits = arena_string(a, item);
		if (p->digits == NULL)
			return ERR_NOMEM;
		p->order = settings_number(g, "priority");
		p->rule = rule;
		p->rule.prefix = p->digits;
	}
	return OK;
}

static int by_digits(const void *a, const void *b)
{
	const struct prefix *p = a, *q = b;
	int order = strcmp(p->digits, q->digits);

	if (order != 0)
		return order;
	return p->order < q->order ? -1 : p->order > q->order;
}

enum err routes_new(const struct settings *s, struct arena *a,
		    struct routes **made)
{
	struct routes *r = arena_alloc(a, sizeof *r);
	const struct settings_group *g;
	size_t i, n = 0;
	enum err e;

	for (i = 0; (g = settings_group_at(s, "route", i)) != NULL; i++)
		n += items(g, "prefix");
	if (r == NULL ||
	    (r->prefixes = arena_array(a, n + 1, sizeof *r->prefixes)) == NULL)
		return ERR_NOMEM;
	for (i = 0; (g = settings_group_at(s, "route", i)) != NULL; i++)
		if ((e = add_route(r, g, a)) != OK)
			return e;
	qsort(r->prefixes, r->n, sizeof *r->prefixes, by_digits);
	*made = r;
	return OK;
}

/* The first of those with the prefix number[0..n). */
static const struct prefix *equal(const struct routes *r, const char *number,
				  size_t n)
{
	size_t low = 0, high = r->n;
	const struct prefix *hit = NULL;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct prefix *p = &r->prefixes[middle];
		int order = strncmp(p->digits, number, n);

		if (order == 0 && strlen(p->digits) > n)
			order = 1;
		if (order == 0)
			hit = p;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return hit;
}

const struct route_rule *routes_find(const struct routes *r,
				     const char *number)
{
	const struct prefix *p;
	size_t n;

	for (n = strlen(number); n > 0; n--)
		if ((p = equal(r, number, n)) != NULL)
			return &p->rule;
	return NULL;
}

bool routes_any(const struct routes *r,
		bool (*fits)(void *arg, const struct route_rule *rule),
		void *arg)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (fits(arg, &r->prefixes[i].rule))
			return true;
	return false;
}
