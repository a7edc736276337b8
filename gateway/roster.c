/*
 * roster.c - lanes and flows: by name, and by the number that stands for it in
 * the store.
 */
#include "gateway/road.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_FIRST 64

struct flow_name {
	struct table_node by_name;	/* first */
	struct table_node by_number;
	uint32_t number;
	enum priority priority;
	char text[];			/* "account/priority" */
};

static const char *const priority_names[PRIORITIES] = {
	[PRIORITY_LOW] = "low",
	[PRIORITY_NORMAL] = "normal",
	[PRIORITY_HIGH] = "high",
	[PRIORITY_URGENT] = "urgent",
};

enum err roster_init(struct engine *e)
{
	struct table *tables[] = { &e->lanes_by_peer, &e->lanes_by_number,
				   &e->flows_by_name, &e->flows_by_number };
	uint64_t key[2] = { road_random(e), road_random(e) };
	uint8_t octets[sizeof key];
	size_t i;
	enum err why;

	memcpy(octets, key, sizeof key);
	for (i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if ((why = table_init(tables[i], PLACES_FIRST, octets)) != OK)
			return why;
	return OK;
}

static void free_name(void *arg, struct table_node *n)
{
	(void)arg;
	mem_free(n);
}

void roster_clear(struct engine *e)
{
	struct lane *l, *next;

	for (l = e->lanes; l != NULL; l = next) {
		next = l->next;
		lane_free(l);
	}
	table_walk(&e->flows_by_name, free_name, NULL);
	table_clear(&e->lanes_by_peer);
	table_clear(&e->lanes_by_number);
	table_clear(&e->flows_by_name);
	table_clear(&e->flows_by_number);
}

static void submit_name(struct engine *e, enum name_kind kind,
			uint32_t number, const char *text)
{
	struct step *s = road_step(e, STEP_NAME, NULL);

	s->name = kind;
	s->number = number;
	if ((s->text = arena_string(s->arena, bytes_of(text))) == NULL)
		abort();
	road_submit(e, s);
}

/* -- lanes ---------------------------------------------------------------- */

static struct lane *add_lane(struct engine *e, uint32_t number,
			     enum technology t, const char *peer)
{
	struct lane *l = lane_new(number, t, peer);

	if (l == NULL)
		return NULL;
	l->next = e->lanes;
	e->lanes = l;
	if (number > e->last_lane)
		e->last_lane = number;
	table_add(&e->lanes_by_peer, &l->by_peer,
		  table_hash(&e->lanes_by_peer, bytes_of(peer)));
	table_add(&e->lanes_by_number, &l->by_number,
		  table_hash_number(number));
	return l;
}

struct lane *road_lane(struct engine *e, enum technology t, const char *peer)
{
	uint64_t hash = table_hash(&e->lanes_by_peer, bytes_of(peer));
	struct table_node *n = table_first(&e->lanes_by_peer, hash);
	struct lane *l;

	for (; n != NULL; n = table_next(n)) {
		l = (struct lane *)n;
		if (l->technology == t && strcmp(l->peer, peer) == 0)
			return l;
	}
	if ((l = add_lane(e, e->last_lane + 1, t, peer)) != NULL)
		submit_name(e, NAME_LANE, l->number, l->name);
	return l;
}

struct lane *road_lane_numbered(const struct engine *e, uint32_t number)
{
	struct table_node *n = table_first(&e->lanes_by_number,
					   table_hash_number(number));

	return n == NULL ? NULL
			 : (struct lane *)((char *)n -
					   offsetof(struct lane, by_number));
}

void roster_add_lane(struct engine *e, uint32_t number, const char *name)
{
	const char *slash = strchr(name, '/');
	char technology[32] = "";

	if (slash == NULL || (size_t)(slash - name) >= sizeof technology)
		return;
	memcpy(technology, name, (size_t)(slash - name));
	if (add_lane(e, number, technology_named(technology), slash + 1) ==
	    NULL)
		abort();
}

/* -- flows ---------------------------------------------------------------- */

static enum priority priority_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	enum priority p;

	for (p = PRIORITY_LOW; slash != NULL && p < PRIORITIES; p++)
		if (strcmp(priority_names[p], slash + 1) == 0)
			return p;
	return PRIORITY_NORMAL;
}

static struct flow_name *add_flow(struct engine *e, uint32_t number,
				  const char *text)
{
	size_t size = strlen(text) + 1;
	struct flow_name *f = mem_zero(sizeof *f + size);

	if (f == NULL)
		return NULL;
	memcpy(f->text, text, size);
	f->number = number;
	f->priority = priority_of(text);
	if (number > e->last_flow)
		e->last_flow = number;
	table_add(&e->flows_by_name, &f->by_name,
		  table_hash(&e->flows_by_name, bytes_of(text)));
	table_add(&e->flows_by_number, &f->by_number,
		  table_hash_number(number));
	return f;
}

void roster_add_flow(struct engine *e, uint32_t number, const char *name)
{
	if (add_flow(e, number, name) == NULL)
		abort();
}

static struct flow_name *named(const struct engine *e, const char *text)
{
	uint64_t hash = table_hash(&e->flows_by_name, bytes_of(text));
	struct table_node *n = table_first(&e->flows_by_name, hash);

	while (n != NULL && strcmp(((struct flow_name *)n)->text, text) != 0)
		n = table_next(n);
	return (struct flow_name *)n;
}

struct flow *road_flow(struct engine *e, struct lane *l, const char *account,
		       enum priority p)
{
	char text[300];
	struct flow_name *f;

	snprintf(text, sizeof text, "%.250s/%s",
		 account == NULL ? "-" : account, priority_names[p]);
	if ((f = named(e, text)) == NULL) {
		if ((f = add_flow(e, e->last_flow + 1, text)) == NULL)
			return NULL;
		submit_name(e, NAME_FLOW, f->number, text);
	}
	return lane_flow(l, f->number, f->text, p);
}

struct flow *road_flow_numbered(struct engine *e, struct lane *l,
				uint32_t number)
{
	struct table_node *n = table_first(&e->flows_by_number,
					   table_hash_number(number));
	const struct flow_name *f;

	if (n == NULL)
		return NULL;
	f = (const struct flow_name *)((char *)n -
				       offsetof(struct flow_name, by_number));
	return lane_flow(l, number, f->text, f->priority);
}
