/*
 * choose.c - by which ways a message reaches one of its recipients, now: what
 * is known of him, of the links and of the lists goes into a verdict.
 */
#include "gateway/road.h"

#include "policy/carry.h"

static const struct outcome no_route = {
	.class = OUTCOME_ADDRESS,
	.state = STATE_UNDELIVERABLE,
	.text = "no route to the recipient",
	.clause = "group = route",
};

/* Now or never (Expires: 0), and he is not registered, or the link is down. */
static const struct outcome nobody_there = {
	.class = OUTCOME_ABSENT,
	.state = STATE_UNDELIVERABLE,
	.text = "cannot be reached now, and not to be held",
	.clause = "RFC 3428 7",
};

static const struct outcome not_carried = {
	.class = OUTCOME_NEVER,
	.state = STATE_UNRECOGNISED,
	.far_code = 415,
	.text = "nothing in it can be carried to the recipient",
	.clause = "RFC 3261 21.4.13",
};

/* At least something of it can be carried by one of the ways. */
static bool carried(const struct message *m, const struct route_verdict *v)
{
	size_t i, way;

	for (way = 0; way < v->n; way++)
		for (i = 0; i < m->n_parts; i++)
			if (carry_takes(v->ways[way].technology,
					m->parts[i].type))
				return true;
	return m->n_parts == 0;
}

/* Of the ways those whose peers take it; *why: what the last other says. */
static void keep_fitting(struct engine *e, const struct message *m,
			 struct choice *c)
{
	struct route_verdict *v = &c->verdict;
	size_t i, n = 0;

	for (i = 0; i < v->n; i++)
		if (fits_way(e, m, &v->ways[i], &c->why))
			v->ways[n++] = v->ways[i];
	v->n = n;
}

static struct outcome denied(const char *rule, bool sender)
{
	return (struct outcome){ .class = OUTCOME_NEVER,
				 .state = STATE_REJECTED,
				 .sender = sender,
				 .text = rule,
				 .clause = "group = access" };
}

static bool is_away(struct engine *e, const struct route_rule *r, size_t i)
{
	const struct lane *l = road_lane(e, r->technology, r->peers[i].name);

	return l == NULL || !l->up || l->held || l->busy;
}

/* What is known of the links of the rule; the last rule that denies one. */
static const char *links_now(struct engine *e, const struct route_rule *r,
			     struct access_query *q, struct route_links *out)
{
	const char *rule = NULL, *no;
	size_t i;

	for (i = 0; i < r->n_peers; i++) {
		if (r->n_peers > 1 && is_away(e, r, i))
			out->away |= 1u << i;
		if (!access_of_ways(e->access))
			continue;
		q->way = r->peers[i].name;
		if ((no = access_denies(e->access, q, NULL)) == NULL)
			continue;
		out->denied |= 1u << i;
		rule = no;
	}
	if (r->n_peers > 1)
		out->random = road_random(e);
	return rule;
}

static bool goes_now(struct engine *e, const struct route_verdict *v)
{
	const struct lane *l =
		road_lane(e, v->ways[0].technology, v->ways[0].peer);

	return !v->wait && l != NULL && l->up && !l->held;
}

void choose_ways(struct engine *e, const struct message *m,
		 const struct address *to, struct choice *out)
{
	struct access_query q = {
		.from = { m->from.text, m->asserted.text },
		.to = { to->text },
		.origin = { m->origin.peer, m->origin.account },
	};
	struct route_facts f;
	const char *no = NULL;
	bool sender = false;

	*out = (struct choice){ .why = no_route };
	directory_facts(e->directory, to, &f, &out->user);
	if (out->user != NULL)
		q.to[1] = out->user->number;
	if ((no = access_denies(e->access, &q, &sender)) != NULL) {
		out->why = denied(no, sender);
		return;
	}
	if (f.rule != NULL)
		no = links_now(e, f.rule, &q, &f.links);
	route_decide(&f, &out->verdict);
	if (out->verdict.n == 0 && no != NULL)
		out->why = denied(no, false);
	if (out->verdict.n > 0 && !carried(m, &out->verdict)) {
		out->verdict.n = 0;
		out->why = not_carried;
	}
	keep_fitting(e, m, out);
	if (m->once && out->verdict.n > 0 && !goes_now(e, &out->verdict)) {
		out->verdict.n = 0;
		out->why = nobody_there;
	}
}

uint64_t choose_recipient(struct engine *e, const struct address *to)
{
	const struct user *u = directory_user_at(e->directory, to);

	return u != NULL ? u->hash : keys_hash63(e->keys, bytes_of(to->text));
}

enum err engine_route(struct engine *e, const struct message *m, struct buf *to)
{
	struct choice c;
	size_t i;

	choose_ways(e, m, &m->recipients[0].address, &c);
	for (i = 0; i < c.verdict.n; i++)
		buf_printf(to, "%s%s/%s", i > 0 ? ";" : "",
			   technology_name(c.verdict.ways[i].technology),
			   c.verdict.ways[i].peer);
	if (c.verdict.n > 0)
		return buf_status(to);
	buf_text(to, c.why.text);
	return ERR_NOTFOUND;
}

const struct address_rules *engine_rules(const struct engine *e)
{
	return directory_rules(e->directory);
}
