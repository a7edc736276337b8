/*
 * policy/route.h - the ordered ways by which a recipient can be reached. The
 * sender never chooses: what is known of the recipient decides.
 */
#ifndef POLICY_ROUTE_H
#define POLICY_ROUTE_H

#include <stddef.h>

#include "policy/facts.h"

#define ROUTE_PEERS_MAX 16		/* of one rule                       */
#define ROUTE_WAYS_MAX	(1 + ROUTE_PEERS_MAX)

struct route_way {
	enum technology technology;
	const char *peer;	/* link, account, domain; "cpm" for devices   */
};

/* One link of a rule. */
struct route_peer {
	const char *name;
	uint32_t preference;	/* lower goes first                           */
	uint32_t cost;		/* then what costs less                       */
	uint32_t weight;	/* share among equals; 0: only without others */
};

/* An operator's rule: numbers that begin so go by these links. */
struct route_rule {
	const char *prefix;	/* "+155502"                                  */
	enum technology technology;
	const struct route_peer *peers;
	size_t n_peers;		/* at most ROUTE_PEERS_MAX                    */
};

/* What is known of the links of a rule now: bit i is peer i. */
struct route_links {
	uint32_t away;		/* down or held: after all others             */
	uint32_t denied;	/* not for this message                       */
	uint64_t random;	/* decides among equals by their weights      */
};

/* What is known of one recipient. */
struct route_facts {
	bool user;		/* one of our CPM users                       */
	bool registered;	/* has a device now                           */
	const enum technology *when_absent;	/* a user's wish, in order;   */
	size_t n_when_absent;	/* none: held until he registers              */
	const char *account;	/* owner of that short code, or NULL          */
	enum technology account_technology;
	const char *domain;	/* a domain that we know the way to, or NULL  */
	const struct route_rule *rule;	/* longest match, or NULL             */
	struct route_links links;	/* of that rule                       */
};

struct route_verdict {
	struct route_way ways[ROUTE_WAYS_MAX];
	size_t n;		/* 0: no route                                */
	bool wait;		/* the first way must wait for a registration */
	const char *reason;
};

/**
 * Decides. A registered user is reached by CPM, then by what he wishes; an
 * unregistered one by what he wishes if a rule has a link for it, else held;
 * then short codes, domains and number rules, in this order. A rule's links
 * come in the order of preference, cost and weighted chance, those away last;
 * a message that one cannot take falls to the next.
 */
void route_decide(const struct route_facts *f, struct route_verdict *out);

/**
 * The link ways[at] cannot take a message now: the next one of the same
 * technology that is up (bit i: ways[i]) comes before it, and it comes after
 * all of them, so that what is before `at` is what has been given up. Returns
 * how many there are to take turns, itself included; 1: there is no other,
 * and nothing has changed.
 */
size_t route_turn(struct route_way *ways, size_t n, size_t at, uint32_t up);

#endif
