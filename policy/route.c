#include "policy/route.h"

static void add(struct route_verdict *v, enum technology t, const char *peer)
{
	if (v->n < ROUTE_WAYS_MAX)
		v->ways[v->n++] = (struct route_way){ t, peer };
}

static void add_rule(struct route_verdict *v, const struct route_rule *r)
{
	size_t i;

	for (i = 0; i < r->n_peers; i++)
		add(v, r->technology, r->peers[i]);
}

/* The links for a user's other technologies, in the order of his wish. */
static void add_wishes(struct route_verdict *v, const struct route_facts *f)
{
	size_t i;

	for (i = 0; i < f->n_when_absent; i++)
		if (f->rule != NULL &&
		    f->rule->technology == f->when_absent[i])
			add_rule(v, f->rule);
}

static void decide_user(const struct route_facts *f, struct route_verdict *v)
{
	if (f->registered) {
		add(v, TECHNOLOGY_CPM, "cpm");
		add_wishes(v, f);
		v->reason = "registered";
		return;
	}
	add_wishes(v, f);
	if (v->n > 0) {
		v->reason = "not registered: as the user wishes";
		return;
	}
	add(v, TECHNOLOGY_CPM, "cpm");
	v->wait = true;
	v->reason = "not registered: held";
}

void route_decide(const struct route_facts *f, struct route_verdict *out)
{
	*out = (struct route_verdict){ .reason = "no route" };
	if (f->user) {
		decide_user(f, out);
	} else if (f->account != NULL) {
		add(out, f->account_technology, f->account);
		out->reason = "short code of an account";
	} else if (f->domain != NULL) {
		add(out, TECHNOLOGY_CPM, f->domain);
		out->reason = "domain";
	} else if (f->rule != NULL) {
		add_rule(out, f->rule);
		out->reason = "number rule";
	}
}
