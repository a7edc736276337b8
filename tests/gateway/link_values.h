/*
 * tests/gateway/link_values.h - the structures of gateway/adapter.h under one
 * pair of calls, so that tests and fuzz entries go over all of them alike.
 */
#ifndef TESTS_GATEWAY_LINK_VALUES_H
#define TESTS_GATEWAY_LINK_VALUES_H

#include "gateway/adapter.h"

struct link_value {
	const char *name;
	const void *full;	/* a value with every member set              */
	size_t size;		/* of the structure, at most LINK_VALUE_MAX   */
	enum err (*image)(const void *v, struct buf *to);
	enum err (*read)(struct bytes in, struct arena *a, void *v);
};

#define LINK_VALUE_MAX 256

/** Ended by a row without a name. */
const struct link_value *link_values(void);

#endif
