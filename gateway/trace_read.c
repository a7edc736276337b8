/*
 * trace_read.c - the search: filters of all blocks, and the blocks whose
 * filter knows a key. What is torn or damaged is passed over, octet by octet,
 * until a block begins again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/trace_inside.h"

#define WINDOW		65536		/* octets read at a time    */
#define WINDOW_MAX	(BLOCK_HEAD + BLOCK_FILTER_MAX + BLOCK_PAYLOAD_MAX)
#define RESULT_MAX	(64 * 1024 * 1024)	/* octets of records found  */
#define STORIES_MAX	10000
#define PATH_OCTETS	1024

static const uint8_t magic[4] = { 0x63, 0x70, 0x54, 0x72 }; /* BLOCK_MAGIC */

/* A part of a file in memory. */
struct window {
	int fd;
	uint64_t at;			/* of octets[0] in the file */
	struct buf octets;
	bool starved;			/* no memory for it         */
};

struct story {
	uint64_t number, hash, newest_us;
};

struct found {
	struct found *next;
	uint64_t time_us;
	size_t order;
	struct bytes octets;
};

struct search {
	uint64_t key, key_number, key_hex; /* hashes; 0: none        */
	struct story *stories;
	size_t n_stories, limit;
	bool gathering;			/* stories, by the key; then */
	struct found *found;		/* their records             */
	size_t n_found;
	struct arena *arena;
	enum err bad;
};

/* `n` octets at `at`, fewer at the end of the file; valid until the next. */
static struct bytes window_at(struct window *w, uint64_t at, size_t n)
{
	struct bytes v = buf_bytes(&w->octets);
	ssize_t got;

	if (at < w->at || at - w->at > v.n || v.n - (at - w->at) < n) {
		w->at = at;
		buf_reset(&w->octets);
		n = n < WINDOW ? WINDOW : n;
		if (buf_room(&w->octets, n) == NULL) {
			w->starved = true;
			return (struct bytes){ NULL, 0 };
		}
		got = pread(w->fd, w->octets.p, n, (off_t)at);
		w->octets.n = got < 0 ? 0 : (size_t)got;
		v = buf_bytes(&w->octets);
	}
	return bytes_after(v, (size_t)(at - w->at));
}

/* Where the next block may begin, at `at` or later; UINT64_MAX: nowhere. */
static uint64_t next_magic(struct window *w, uint64_t at)
{
	const uint8_t *hit;
	struct bytes v;

	for (;;) {
		v = window_at(w, at, sizeof magic);
		if (v.n < sizeof magic)
			return UINT64_MAX;
		hit = memmem(v.p, v.n, magic, sizeof magic);
		if (hit != NULL)
			return at + (uint64_t)(hit - v.p);
		at += v.n - (sizeof magic - 1);
	}
}

static enum err block_at(struct window *w, uint64_t at, struct trace_block *b)
{
	enum err e = trace_block_read(window_at(w, at, BLOCK_HEAD), b);

	if (e != ERR_MORE || b->filter_octets > BLOCK_FILTER_MAX)
		return e;
	return trace_block_read(window_at(w, at, BLOCK_HEAD +
							 b->filter_octets),
				b);
}

static bool may_hold(const struct search *s, const struct trace_block *b)
{
	size_t i;

	if (s->gathering)
		return (s->key != 0 &&
			filter_has(b->filter, b->probes, s->key)) ||
		       (s->key_number != 0 &&
			filter_has(b->filter, b->probes, s->key_number)) ||
		       (s->key_hex != 0 &&
			filter_has(b->filter, b->probes, s->key_hex));
	for (i = 0; i < s->n_stories; i++)
		if (filter_has(b->filter, b->probes, s->stories[i].hash))
			return true;
	return false;
}

static struct story *story_of(const struct search *s, uint64_t number)
{
	size_t i = 0;

	while (i < s->n_stories && s->stories[i].number != number)
		i++;
	return i < s->n_stories ? &s->stories[i] : NULL;
}

static struct story *oldest_story(const struct search *s)
{
	struct story *oldest = s->stories;
	size_t i;

	for (i = 1; i < s->n_stories; i++)
		if (s->stories[i].newest_us < oldest->newest_us)
			oldest = &s->stories[i];
	return oldest;
}

/* A story that the key is found in; the `limit` newest stay. */
static void note_story(struct search *s, const struct trace_view *v)
{
	struct story *known = story_of(s, v->story);

	if (known == NULL && s->n_stories < s->limit) {
		known = &s->stories[s->n_stories++];
		*known = (struct story){ 0 };
	} else if (known == NULL) {
		known = oldest_story(s);
		if (known->newest_us >= v->time_us)
			return;
		known->newest_us = 0;
	}
	known->number = v->story;
	known->hash = trace_number_hash(v->story);
	if (known->newest_us < v->time_us)
		known->newest_us = v->time_us;
}

static void gather(struct search *s, const struct trace_view *v)
{
	uint64_t hashes[RECORD_HASHES];
	size_t i, n = trace_view_hashes(v, hashes);

	for (i = 0; i < n; i++)
		if (hashes[i] == s->key || hashes[i] == s->key_number ||
		    hashes[i] == s->key_hex) {
			note_story(s, v);
			return;
		}
}

static void keep(struct search *s, const struct trace_view *v,
		 struct bytes octets)
{
	struct found *f;

	if (story_of(s, v->story) == NULL)
		return;
	octets.n = v->octets;
	f = arena_alloc(s->arena, sizeof *f);
	if (f == NULL || arena_copy(s->arena, octets, &f->octets) != OK) {
		s->bad = ERR_NOMEM;
		return;
	}
	f->time_us = v->time_us;
	f->order = s->n_found++;
	f->next = s->found;
	s->found = f;
}

static void search_payload(struct search *s, struct bytes payload)
{
	struct trace_view v;

	while (payload.n > 0 && trace_view_read(payload, &v) == OK) {
		if (s->gathering)
			gather(s, &v);
		else
			keep(s, &v, payload);
		payload = bytes_after(payload, v.octets);
	}
}

/* A whole block ends where the next one begins, or the file ends. */
static bool ends_well(struct window *w, uint64_t end)
{
	struct bytes v = window_at(w, end - 1, 1 + sizeof magic);

	if (v.n == 0)
		return false;
	v = bytes_after(v, 1);
	return v.n < sizeof magic || memcmp(v.p, magic, sizeof magic) == 0;
}

static void search_segment(struct search *s, struct window *w)
{
	struct trace_block b;
	struct bytes payload;
	uint64_t at = 0, behind;

	while (s->bad == OK && (at = next_magic(w, at)) != UINT64_MAX) {
		b.filter_octets = UINT32_MAX;
		if (block_at(w, at, &b) != OK) {
			at++;
			continue;
		}
		behind = at + BLOCK_HEAD + b.filter_octets;
		at = behind + b.payload_octets;
		if (!may_hold(s, &b)) {
			if (!ends_well(w, at))
				at = behind;
			continue;
		}
		payload = window_at(w, behind, b.payload_octets);
		if (payload.n > b.payload_octets)
			payload.n = b.payload_octets;
		if (trace_block_holds(&b, payload))
			search_payload(s, payload);
		else
			at = behind;
	}
}

static void search_file(struct search *s, const char *directory,
			const struct trace_segment *segment)
{
	struct window w = { .octets = BUF_INIT(WINDOW_MAX) };
	char path[PATH_OCTETS];

	if (snprintf(path, sizeof path, "%s/" SEGMENT_NAME, directory,
		     segment->day, segment->number) >= (int)sizeof path)
		return;
	if ((w.fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return;		/* removed meanwhile */
	search_segment(s, &w);
	if (w.starved)
		s->bad = ERR_NOMEM;
	buf_clear(&w.octets);
	close(w.fd);
}

static int by_time(const void *left, const void *right)
{
	const struct found *a = *(struct found *const *)left;
	const struct found *b = *(struct found *const *)right;

	if (a->time_us != b->time_us)
		return a->time_us < b->time_us ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static enum err tell(const struct search *s, trace_each *each, void *arg)
{
	struct found **list, *f;
	struct trace_record r;
	struct arena *a;
	size_t i = 0, used;

	list = mem_alloc((s->n_found + 1) * sizeof *list);
	a = arena_new(4 * RECORD_MAX);
	if (list == NULL || a == NULL) {
		mem_free(list);
		arena_free(a);
		return ERR_NOMEM;
	}
	for (f = s->found; f != NULL; f = f->next)
		list[i++] = f;
	qsort(list, i, sizeof(struct found *), by_time);
	for (i = 0; i < s->n_found; i++) {
		arena_reset(a);
		if (trace_record_read(list[i]->octets, a, &r, &used) == OK)
			each(arg, &r);
	}
	mem_free(list);
	arena_free(a);
	return s->n_found > 0 ? OK : ERR_NOTFOUND;
}

/* First the stories by the key, newest segments first; then their records. */
static enum err search(struct search *s, const char *directory,
		       trace_each *each, void *arg)
{
	struct trace_segment *list = NULL;
	size_t i, n = 0;
	enum err e;

	if ((e = trace_segments(directory, &list, &n)) != OK)
		return e;
	for (i = n; s->gathering && i > 0 && s->n_stories < s->limit; i--)
		search_file(s, directory, &list[i - 1]);
	s->gathering = false;
	if ((s->arena = arena_new(RESULT_MAX)) == NULL)
		s->bad = ERR_NOMEM;
	for (i = 0; s->n_stories > 0 && s->bad == OK && i < n; i++)
		search_file(s, directory, &list[i]);
	e = s->bad == OK ? tell(s, each, arg) : s->bad;
	arena_free(s->arena);
	mem_free(list);
	return e;
}

enum err trace_find(const char *directory, const char *key, size_t *limit,
		    trace_each *each, void *arg)
{
	struct search s = { .gathering = true };
	uint64_t number;
	enum err e;

	s.key = trace_key_hash(bytes_of(key));
	if (bytes_decimal(bytes_of(key), UINT64_MAX, &number) == OK)
		s.key_number = trace_number_hash(number);
	if (key[0] != '\0' && strlen(key) <= 16 &&
	    strspn(key, "0123456789abcdef") == strlen(key))
		s.key_hex = trace_number_hash(strtoull(key, NULL, 16));
	s.limit = *limit < STORIES_MAX ? *limit : STORIES_MAX;
	*limit = 0;
	if (s.key == 0 || s.limit == 0)
		return ERR_NOTFOUND;
	s.stories = mem_alloc(s.limit * sizeof *s.stories);
	if (s.stories == NULL)
		return ERR_NOMEM;
	e = search(&s, directory, each, arg);
	*limit = s.n_stories;
	mem_free(s.stories);
	return e;
}

enum err trace_find_story(const char *directory, uint64_t story,
			  trace_each *each, void *arg)
{
	struct story one = { .number = story };
	struct search s = { .stories = &one, .n_stories = 1, .limit = 1 };

	one.hash = trace_number_hash(story);
	return search(&s, directory, each, arg);
}
