/*
 * gateway/routes.h - the number rules (group = route): which one a number
 * goes by. Built from the settings; never changes.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include "gateway/settings.h"
#include "policy/route.h"

struct routes;

/** From checked settings; all of it lives in `a`. ERR_NOMEM. */
enum err routes_new(const struct settings *s, struct arena *a,
		    struct routes **made) CHECKED;

/** The rule with the longest prefix that the number begins with, or NULL. */
const struct route_rule *routes_find(const struct routes *r,
				     const char *number);

/** Does `fits` say so of some rule? */
bool routes_any(const struct routes *r,
		bool (*fits)(void *arg, const struct route_rule *rule),
		void *arg);

#endif
