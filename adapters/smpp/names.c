#include "adapters/smpp/names.h"

#include "codecs/arena.h"
#include "codecs/digest.h"

#define BUCKETS_FIRST 64

static struct name_entry **bucket(const struct names *t, uint64_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

static enum err grow(struct names *t)
{
	struct names old = *t;
	struct name_entry *e, *next, **to;
	size_t i;

	t->n_buckets = old.n_buckets == 0 ? BUCKETS_FIRST : old.n_buckets * 2;
	t->buckets = mem_zero(t->n_buckets * sizeof(struct name_entry *));
	if (t->buckets == NULL) {
		*t = old;
		return ERR_NOMEM;
	}
	for (i = 0; i < old.n_buckets; i++)
		for (e = old.buckets[i]; e != NULL; e = next) {
			next = e->next;
			to = bucket(t, e->hash);
			e->next = *to;
			*to = e;
		}
	mem_free(old.buckets);
	return OK;
}

enum err names_add(struct names *t, struct name_entry *e)
{
	struct name_entry **to;

	if (t->count >= t->n_buckets && grow(t) != OK)
		return ERR_NOMEM;
	e->hash = digest_siphash(t->key, bytes_of(e->name));
	to = bucket(t, e->hash);
	e->next = *to;
	*to = e;
	t->count++;
	return OK;
}

void names_remove(struct names *t, struct name_entry *e)
{
	struct name_entry **at = bucket(t, e->hash);

	while (*at != NULL && *at != e)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = e->next;
	t->count--;
}

void *names_find(const struct names *t, struct bytes name)
{
	uint64_t hash;
	struct name_entry *e;

	if (t->n_buckets == 0)
		return NULL;
	hash = digest_siphash(t->key, name);
	for (e = *bucket(t, hash); e != NULL; e = e->next)
		if (e->hash == hash && bytes_is(name, e->name))
			return e->thing;
	return NULL;
}

void names_clear(struct names *t)
{
	mem_free(t->buckets);
	t->buckets = NULL;
	t->n_buckets = t->count = 0;
}
