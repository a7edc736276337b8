/* adapters/smpp/names.h - things found by name in constant time. */
#ifndef ADAPTERS_SMPP_NAMES_H
#define ADAPTERS_SMPP_NAMES_H

#include "codecs/bytes.h"

/* Inside the thing; zeroed before its first use. */
struct name_entry {
	struct name_entry *next;
	const char *name;	/* borrowed                                  */
	void *thing;
	uint64_t hash;
};

struct names {
	struct name_entry **buckets;
	size_t n_buckets, count;
	uint8_t key[16];	/* random: names come from far sides         */
};

/** ERR_NOMEM: not added. The name is not there yet. */
enum err names_add(struct names *t, struct name_entry *e) CHECKED;
void names_remove(struct names *t, struct name_entry *e);
/** NULL: none. */
void *names_find(const struct names *t, struct bytes name);
void names_clear(struct names *t);

#endif
