/*
 * codecs/table.h - a hash table of things that hold their own node. Texts that
 * come from the network are hashed with a key (SipHash).
 */
#ifndef CODECS_TABLE_H
#define CODECS_TABLE_H

#include "codecs/bytes.h"

struct table_node {
	struct table_node *next;
	uint64_t hash;
};

struct table {
	struct table_node **buckets;
	size_t size;		/* a power of two                            */
	size_t count;
	uint8_t key[16];
};

/** Room for about `size` nodes at once; it grows by itself. ERR_NOMEM. */
enum err table_init(struct table *t, size_t size, const uint8_t key[16])
	CHECKED;

/** Frees the table, not what is in it. */
void table_clear(struct table *t);

/**
 * The hash of a text; and that of a number which nobody outside chooses: two
 * numbers never have the same.
 */
uint64_t table_hash(const struct table *t, struct bytes key);
uint64_t table_hash_number(uint64_t number);

/** Adds a node that is not in it. */
void table_add(struct table *t, struct table_node *n, uint64_t hash);

/** Takes a node out that is in it. */
void table_remove(struct table *t, struct table_node *n);

/** The first node of that hash, and the next one; the caller compares keys. */
struct table_node *table_first(const struct table *t, uint64_t hash);
struct table_node *table_next(const struct table_node *n);

/** Any node, for taking all of them out; NULL when there is none. */
struct table_node *table_any(const struct table *t);

/** Calls `each` for every node; it may remove the node that it is given. */
typedef void table_each(void *arg, struct table_node *n);
void table_walk(const struct table *t, table_each *each, void *arg);

#endif
