/*
 * policy/route.h - the ordered ways by which a recipient can be reached. The
 * sender never chooses: what is known of the recipient decides.
 */
#ifndef POLICY_ROUTE_H
#define POLICY_ROUTE_H

#include <stddef.h>

#include "policy/facts.h"

#define ROUTE_WAYS_MAX 8

struct route_way {
	enum technology technology;
	const char *peer;	/* link, account, domain; "cpm" for devices   */
};

/* An operator's rule: numbers that begin so go by these links. */
struct route_rule {
	const char *prefix;	/* "+155502"                                  */
	enum technology technology;
	const char *const *peers;	/* in order of preference             */
	size_t n_peers;
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
 * then short codes, domains and number rules, in this order.
 */
void route_decide(const struct route_facts *f, struct route_verdict *out);

#endif
