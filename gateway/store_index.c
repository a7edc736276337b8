/*
 * store_index.c - open addressing: an entry is at its tag's place or behind it
 * with no free one between. Shards and places follow the tag's order, so that
 * an entry can be moved without its key.
 */
#include "gateway/store_index.h"

#define SHARD_FIRST	32
#define CHANGES_FIRST	256
#define SHARD_BITS	6

static struct index_shard *shard_of(struct index *ix, uint32_t tag)
{
	return &ix->shards[tag >> (32 - SHARD_BITS)];
}

static size_t place(const struct index_shard *s, uint32_t tag)
{
	return (size_t)((uint64_t)(tag << SHARD_BITS) * s->size >> 32);
}

static size_t after(const struct index_shard *s, size_t at)
{
	return at + 1 == s->size ? 0 : at + 1;
}

static void put(struct index_shard *s, uint32_t tag, uint64_t id)
{
	size_t at = place(s, tag);

	while (s->ids[at] != 0)
		at = after(s, at);
	s->tags[at] = tag;
	s->ids[at] = id;
	s->used++;
}

/* How far behind its place the one at `at` is. */
static size_t behind(const struct index_shard *s, size_t at)
{
	size_t home = place(s, s->tags[at]);

	return at >= home ? at - home : at + s->size - home;
}

/* Those behind it that would rather be there move up. */
static void take(struct index_shard *s, size_t at)
{
	size_t next = after(s, at), gap = 1;

	for (; s->ids[next] != 0; next = after(s, next), gap++) {
		if (behind(s, next) < gap)
			continue;
		s->tags[at] = s->tags[next];
		s->ids[at] = s->ids[next];
		at = next;
		gap = 0;
	}
	s->ids[at] = 0;
	s->used--;
}

static bool seek(const struct index_shard *s, uint32_t tag, uint64_t id,
		 size_t *at)
{
	if (s->size == 0)
		return false;
	for (*at = place(s, tag); s->ids[*at] != 0; *at = after(s, *at))
		if (s->tags[*at] == tag && s->ids[*at] == id)
			return true;
	return false;
}

static enum err grow(struct index_shard *s)
{
	struct index_shard more = { 0 };
	size_t i;

	more.size = s->size == 0 ? SHARD_FIRST : s->size + s->size / 2;
	more.tags = mem_alloc(more.size * sizeof *more.tags);
	more.ids = mem_zero(more.size * sizeof *more.ids);
	if (more.tags == NULL || more.ids == NULL) {
		mem_free(more.tags);
		mem_free(more.ids);
		return ERR_NOMEM;
	}
	for (i = 0; i < s->size; i++)
		if (s->ids[i] != 0)
			put(&more, s->tags[i], s->ids[i]);
	mem_free(s->tags);
	mem_free(s->ids);
	*s = more;
	return OK;
}

static enum err note(struct index *ix, uint32_t tag, uint64_t id, bool added)
{
	size_t size = ix->changes_size;
	struct index_change *p;

	if (ix->n_changes == size) {
		size = size == 0 ? CHANGES_FIRST : 2 * size;
		p = mem_realloc(ix->changes, size * sizeof *p);
		if (p == NULL)
			return ERR_NOMEM;
		ix->changes = p;
		ix->changes_size = size;
	}
	ix->changes[ix->n_changes++] = (struct index_change){ id, tag, added };
	return OK;
}

enum err index_add(struct index *ix, uint32_t tag, uint64_t id)
{
	struct index_shard *s = shard_of(ix, tag);
	enum err e;

	if (5 * (s->used + 1) > 4 * s->size && (e = grow(s)) != OK)
		return e;
	if ((e = note(ix, tag, id, true)) != OK)
		return e;
	put(s, tag, id);
	ix->count++;
	return OK;
}

enum err index_drop(struct index *ix, uint32_t tag, uint64_t id)
{
	struct index_shard *s = shard_of(ix, tag);
	enum err e;
	size_t at;

	if (!seek(s, tag, id, &at))
		return OK;
	if ((e = note(ix, tag, id, false)) != OK)
		return e;
	take(s, at);
	ix->count--;
	return OK;
}

uint64_t index_next(const struct index *ix, uint32_t tag, size_t *at)
{
	const struct index_shard *s = &ix->shards[tag >> (32 - SHARD_BITS)];
	size_t n = s->size == 0 ? 0 : (place(s, tag) + *at) % s->size;

	if (s->size == 0)
		return 0;
	for (; s->ids[n] != 0; n = after(s, n)) {
		++*at;
		if (s->tags[n] == tag)
			return s->ids[n];
	}
	return 0;
}

void index_keep(struct index *ix)
{
	ix->n_changes = 0;
}

/* There is room: a shard never becomes smaller. */
void index_undo(struct index *ix)
{
	const struct index_change *c;
	struct index_shard *s;
	size_t at;

	while (ix->n_changes > 0) {
		c = &ix->changes[--ix->n_changes];
		s = shard_of(ix, c->tag);
		if (!c->added) {
			put(s, c->tag, c->id);
			ix->count++;
		} else if (seek(s, c->tag, c->id, &at)) {
			take(s, at);
			ix->count--;
		}
	}
}

void index_clear(struct index *ix)
{
	size_t i;

	for (i = 0; i < INDEX_SHARDS; i++) {
		mem_free(ix->shards[i].tags);
		mem_free(ix->shards[i].ids);
	}
	mem_free(ix->changes);
	*ix = (struct index){ 0 };
}
