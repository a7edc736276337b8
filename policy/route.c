#include "policy/route.h"

static void add(struct route_verdict *v, enum technology t, const char *peer)
{
	if (v->n < ROUTE_WAYS_MAX)
		v->ways[v->n++] = (struct route_way){ t, peer };
}

/* The next of a row of numbers that look random: Weyl's, mixed. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15);

	x = (x ^ x >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	x = (x ^ x >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	return x ^ x >> 32;
}

static bool away(const struct route_facts *f, size_t i)
{
	return f->links.away >> i & 1;
}

/* Of two peers the first goes before the second, whatever chance says. */
static bool before(const struct route_facts *f, size_t i, size_t j)
{
	const struct route_peer *p = &f->rule->peers[i];
	const struct route_peer *q = &f->rule->peers[j];

	if (away(f, i) != away(f, j))
		return away(f, j);
	if (p->preference != q->preference)
		return p->preference < q->preference;
	return p->cost < q->cost;
}

/*
 * Of those left (bits) the one to go next: the best there is, and among its
 * equals each as often as its weight is to all of theirs.
 */
static size_t choose(const struct route_facts *f, uint32_t left,
		     uint64_t random)
{
	const struct route_peer *peers = f->rule->peers;
	size_t i, best = f->rule->n_peers;
	uint64_t sum = 0, at;

	for (i = 0; i < f->rule->n_peers; i++)
		if (left >> i & 1 &&
		    (best == f->rule->n_peers || before(f, i, best)))
			best = i;
	for (i = best; i < f->rule->n_peers; i++)
		if (left >> i & 1 && !before(f, best, i))
			sum += peers[i].weight;
	if (sum == 0)
		return best;
	at = random % sum;
	for (i = best; i < f->rule->n_peers; i++) {
		if (!(left >> i & 1) || before(f, best, i))
			continue;
		if (at < peers[i].weight)
			break;
		at -= peers[i].weight;
	}
	return i;
}

static void add_rule(struct route_verdict *v, const struct route_facts *f)
{
	const struct route_rule *r = f->rule;
	uint32_t left = (UINT32_C(1) << r->n_peers) - 1;
	uint64_t state = f->links.random;
	size_t i;

	for (left &= ~f->links.denied; left != 0; left &= ~(1u << i)) {
		i = choose(f, left, next_random(&state));
		add(v, r->technology, r->peers[i].name);
	}
}

/* The links for a user's other technologies, in the order of his wish. */
static void add_wishes(struct route_verdict *v, const struct route_facts *f)
{
	size_t i;

	for (i = 0; i < f->n_when_absent; i++)
		if (f->rule != NULL &&
		    f->rule->technology == f->when_absent[i])
			add_rule(v, f);
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

size_t route_turn(struct route_way *ways, size_t n, size_t at, uint32_t up)
{
	struct route_way tried = ways[at];
	size_t last = at, next = at, turns = 1, i;

	for (i = at + 1; i < n && ways[i].technology == tried.technology; i++) {
		last = i;
		if (!(up >> i & 1))
			continue;
		turns++;
		if (next == at)
			next = i;
	}
	if (next == at)
		return 1;
	ways[at] = ways[next];
	for (i = next; i < last; i++)
		ways[i] = ways[i + 1];
	ways[last] = tried;
	return turns;
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
		add_rule(out, f);
		out->reason = out->n > 0 ? "number rule"
					 : "no link may take it";
	}
}
