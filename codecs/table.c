#include "codecs/table.h"

#include <string.h>

#include "codecs/arena.h"
#include "codecs/digest.h"

enum err table_init(struct table *t, size_t size, const uint8_t key[16])
{
	size_t n = 64;

	while (n < size && n < SIZE_MAX / 4 / sizeof(*t->buckets))
		n *= 2;
	t->buckets = mem_zero(n * sizeof(*t->buckets));
	if (!t->buckets)
		return ERR_NOMEM;
	t->size = n;
	t->count = 0;
	memcpy(t->key, key, sizeof(t->key));
	return OK;
}

void table_clear(struct table *t)
{
	mem_free(t->buckets);
	t->buckets = NULL;
	t->size = t->count = 0;
}

uint64_t table_hash(const struct table *t, struct bytes key)
{
	return digest_siphash(t->key, key);
}

uint64_t table_hash_number(uint64_t number)
{
	uint64_t mixed = number * UINT64_C(0x9E3779B97F4A7C15);

	return mixed ^ (mixed >> 32);
}

/* Twice the buckets; without memory the chains just grow longer. */
static void grow(struct table *t)
{
	size_t n = t->size * 2;
	struct table_node **wider = mem_zero(n * sizeof(*wider));
	struct table_node *node, *next;
	size_t i;

	if (!wider)
		return;
	for (i = 0; i < t->size; i++)
		for (node = t->buckets[i]; node; node = next) {
			next = node->next;
			node->next = wider[node->hash & (n - 1)];
			wider[node->hash & (n - 1)] = node;
		}
	mem_free(t->buckets);
	t->buckets = wider;
	t->size = n;
}

void table_add(struct table *t, struct table_node *n, uint64_t hash)
{
	struct table_node **head;

	if (t->count >= t->size)
		grow(t);
	head = &t->buckets[hash & (t->size - 1)];
	n->hash = hash;
	n->next = *head;
	*head = n;
	t->count++;
}

void table_remove(struct table *t, struct table_node *n)
{
	struct table_node **at = &t->buckets[n->hash & (t->size - 1)];

	while (*at && *at != n)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = n->next;
	n->next = NULL;
	t->count--;
}

static struct table_node *same(struct table_node *n, uint64_t hash)
{
	while (n && n->hash != hash)
		n = n->next;
	return n;
}

struct table_node *table_first(const struct table *t, uint64_t hash)
{
	return same(t->buckets[hash & (t->size - 1)], hash);
}

struct table_node *table_next(const struct table_node *n)
{
	return same(n->next, n->hash);
}

struct table_node *table_any(const struct table *t)
{
	size_t i;

	for (i = 0; t->count > 0 && i < t->size; i++)
		if (t->buckets[i])
			return t->buckets[i];
	return NULL;
}

void table_walk(const struct table *t, table_each *each, void *arg)
{
	struct table_node *n, *next;
	size_t i;

	for (i = 0; i < t->size; i++)
		for (n = t->buckets[i]; n; n = next) {
			next = n->next;
			each(arg, n);
		}
}
