/*
 * gateway/store_index.h - hashes of keys -> ids, in memory: some 20 octets for
 * each. Several ids may have the same key, and rarely two keys the same tag:
 * whoever finds an id looks at its row. Changes can be taken back.
 */
#ifndef GATEWAY_STORE_INDEX_H
#define GATEWAY_STORE_INDEX_H

#include "codecs/arena.h"

#define INDEX_SHARDS 64			/* each grows by itself, so none long */

struct index_shard {
	uint32_t *tags;
	uint64_t *ids;			/* 0: free                            */
	size_t size, used;
};

struct index_change {
	uint64_t id;
	uint32_t tag;
	bool added;
};

struct index {
	struct index_shard shards[INDEX_SHARDS];
	size_t count;
	struct index_change *changes;	/* since index_keep()                 */
	size_t n_changes, changes_size;
};

/** Of 64 bits that may be anything. */
static inline uint32_t index_tag(uint64_t key)
{
	return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/** `id` is not 0. ERR_NOMEM: nothing has changed. */
enum err index_add(struct index *ix, uint32_t tag, uint64_t id) CHECKED;

/** One of that tag and id, if there is one. ERR_NOMEM: as above. */
enum err index_drop(struct index *ix, uint32_t tag, uint64_t id) CHECKED;

/**
 * The ids of a tag one by one: *at begins with 0. 0: there are no more. In
 * between nothing may be added or dropped.
 */
uint64_t index_next(const struct index *ix, uint32_t tag, size_t *at);

/** The changes so far stay. */
void index_keep(struct index *ix);
/** They are taken back; needs no memory. */
void index_undo(struct index *ix);

void index_clear(struct index *ix);

#endif
