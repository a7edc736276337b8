/* groups_rules.c - who may send to a group: the rules of its document. */
#include "gateway/groups_inside.h"

#include <string.h>
#include <strings.h>

/* -- reading -------------------------------------------------------------- */

static enum err read_one(struct groups_reading *r, const struct group *from,
			 const struct group_identity *i, struct group_one *out)
{
	enum err e = OK;

	out->except = i->except;
	out->many = i->many;
	if (i->domain.n > 0 &&
	    (out->domain = arena_string(r->arena, i->domain)) == NULL)
		return ERR_NOMEM;
	if (i->uri.n > 0)
		e = address_parse(i->uri, &r->numbers, r->arena,
				  &out->address);
	if (e == OK || e == ERR_NOMEM)
		return e;
	groups_complain(r, from->line, "no address in a rule", i->uri);
	return OK;
}

static enum err read_rule(struct groups_reading *r, const struct group *from,
			  const struct group_rule *rule,
			  struct group_rule_known *out)
{
	enum err e = OK;

	*out = (struct group_rule_known){
		.members = rule->members,
		.others = rule->others,
		.never = rule->never,
		.identity = rule->identity,
		.initiate = rule->initiate,
		.anonymity = rule->anonymity,
	};
	out->ones = arena_array(r->arena, rule->n_identities + 1,
				sizeof *out->ones);
	if (out->ones == NULL)
		return ERR_NOMEM;
	for (; e == OK && out->n_ones < rule->n_identities; out->n_ones++)
		e = read_one(r, from, &rule->identities[out->n_ones],
			     &out->ones[out->n_ones]);
	return e;
}

enum err groups_rules_read(struct groups_reading *r, const struct group *from,
			   const struct group_rules **out)
{
	struct group_rules *made = arena_alloc(r->arena, sizeof *made);
	enum err e = OK;

	if (made == NULL)
		return ERR_NOMEM;
	made->rules = arena_array(r->arena, from->n_rules + 1,
				  sizeof *made->rules);
	if (made->rules == NULL)
		return ERR_NOMEM;
	for (; e == OK && made->n < from->n_rules; made->n++)
		e = read_rule(r, from, &from->rules[made->n],
			      &made->rules[made->n]);
	*out = made;
	return e;
}

/* -- asking --------------------------------------------------------------- */

bool group_sender_is(const struct group_sender *who, const struct address *a)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (who->addresses[i] != NULL &&
		    who->same(who->arg, who->addresses[i], a))
			return true;
	return false;
}

static bool of_domain(const struct group_sender *who, const char *domain)
{
	const char *at;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (who->addresses[i] == NULL ||
		    who->addresses[i]->text == NULL)
			continue;
		at = strchr(who->addresses[i]->text, '@');
		if (at != NULL && strcasecmp(at + 1, domain) == 0)
			return true;
	}
	return false;
}

static bool one_fits(const struct group_one *one,
		     const struct group_sender *who)
{
	if (one->address.kind != ADDRESS_NONE)
		return group_sender_is(who, &one->address);
	return one->domain == NULL || of_domain(who, one->domain);
}

/* One of them, and none of the exceptions behind it. */
static bool identity_fits(const struct group_rule_known *r,
			  const struct group_sender *who)
{
	size_t i = 0;
	bool fits;

	while (i < r->n_ones) {
		fits = one_fits(&r->ones[i], who);
		for (i++; i < r->n_ones && r->ones[i].except; i++)
			fits = fits && !one_fits(&r->ones[i], who);
		if (fits)
			return true;
	}
	return false;
}

static bool any_identity_fits(const struct group_rules *rules,
			      const struct group_sender *who)
{
	size_t i;

	for (i = 0; i < rules->n; i++)
		if (rules->rules[i].identity &&
		    identity_fits(&rules->rules[i], who))
			return true;
	return false;
}

static bool rule_fits(const struct group_known *g,
		      const struct group_rule_known *r,
		      const struct group_sender *who)
{
	return !r->never && (!r->members || groups_member(g, who)) &&
	       (!r->identity || identity_fits(r, who)) &&
	       (!r->others || !any_identity_fits(g->rules, who));
}

bool groups_member(const struct group_known *g, const struct group_sender *who)
{
	size_t i;

	for (i = 0; i < g->n_members; i++)
		if (group_sender_is(who, &g->members[i].address))
			return true;
	return false;
}

/* RFC 4745 10: what no rule grants is not granted. */
static bool may_initiate(const struct group_known *g, enum group_say said,
			 bool any, const struct group_sender *who)
{
	return any ? said == GROUP_YES : groups_member(g, who);
}

enum group_answer groups_ask(const struct group_known *g,
			     const struct group_sender *who)
{
	enum group_say initiate = GROUP_SILENT, anonymity = GROUP_SILENT;
	const struct group_rule_known *r;
	bool any = false;
	size_t i;

	for (i = 0; i < g->rules->n; i++) {
		r = &g->rules->rules[i];
		any |= r->initiate != GROUP_SILENT;
		if (!rule_fits(g, r, who))
			continue;
		if (r->initiate > initiate)
			initiate = r->initiate;
		if (r->anonymity > anonymity)
			anonymity = r->anonymity;
	}
	if (!may_initiate(g, initiate, any, who))
		return GROUP_MAY_NOT;
	if (who->hidden && anonymity != GROUP_YES)
		return GROUP_NOT_HIDDEN;
	return GROUP_MAY;
}
