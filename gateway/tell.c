/* tell.c - one record of a message's story. */
#include "gateway/road.h"

#include <stdio.h>

#define PEOPLE_KEYS 4		/* of them at least have room                 */

/* A report that has taken over its leg's row is another leg in its story. */
#define TELL_REPORT (UINT64_C(1) << 63)

static const char *text_of(const struct address *a)
{
	if (a->kind == ADDRESS_ANONYMOUS)
		return "anonymous";
	return a->text;
}

static void put(struct engine *e, const struct trace_record *r)
{
	struct buf *notes = &e->notes;
	size_t before = notes->n;

	if (trace_record_image(r, notes) == OK)
		return;
	/* Full: the rest of this turn's story is lost, not the message. */
	notes->n = before;
	notes->bad = OK;
}

void tell_leg(struct engine *e, const struct live *l, const struct story *s)
{
	const struct route_way *way = live_way(l);
	struct trace_record r = {
		.story = l->story,
		.leg = l->is_report ? l->id | TELL_REPORT : l->id,
		.time_us = road_now(e),
		.step = s->step,
		.from = text_of(&l->from),
		.to = text_of(&l->to),
		.technology = s->technology,
		.peer = s->peer,
		.verdict = s->verdict,
		.far_id = s->far_id,
		.text = s->text,
		.clause = s->clause,
	};

	if (way != NULL && s->technology == TECHNOLOGY_NONE)
		r.technology = way->technology;
	if (way != NULL && s->peer == NULL)
		r.peer = way->peer;
	while (r.n_keys < s->n_keys && r.n_keys < TRACE_KEYS_MAX) {
		r.keys[r.n_keys] = s->keys[r.n_keys];
		r.n_keys++;
	}
	put(e, &r);
}

void tell_report(struct engine *e, const struct far_report *v)
{
	struct trace_record r = {
		.story = road_id(e),
		.time_us = road_now(e),
		.step = "report-in",
		.technology = TECHNOLOGY_SMS,
		.peer = v->peer,
		.verdict = delivery_state_name(v->state),
		.far_id = v->far_id,
		.text = "about no message that is waited for",
	};

	while (r.n_keys < v->n_keys && r.n_keys < TRACE_KEYS_MAX) {
		r.keys[r.n_keys] = v->keys[r.n_keys];
		r.n_keys++;
	}
	put(e, &r);
}

/* One of our people is found by his address and by his number. */
static void add_person(const struct engine *e, const struct address *a,
		       struct trace_record *r)
{
	const struct user *u = directory_user_at(e->directory, a);

	if (u == NULL || r->n_keys + 2 > TRACE_KEYS_MAX)
		return;
	if (a->kind != ADDRESS_SIP)
		r->keys[r->n_keys++] = u->address;
	else if (u->number != NULL)
		r->keys[r->n_keys++] = u->number;
}

static void add_keys(struct engine *e, uint64_t story,
		     const struct message *m, struct trace_record *r)
{
	char *public_id = arena_alloc(e->scratch, PUBLIC_ID_SIZE);
	char *decimal = arena_alloc(e->scratch, 24);
	size_t i;

	if (public_id == NULL || decimal == NULL)
		return;
	if (keys_public_id(e->keys, story, public_id) == OK)
		r->keys[r->n_keys++] = public_id;
	snprintf(decimal, 24, "%llu",
		 (unsigned long long)keys_decimal(e->keys, story));
	r->keys[r->n_keys++] = decimal;
	for (i = 0; i < m->n_ids && r->n_keys < TRACE_KEYS_MAX - PEOPLE_KEYS;
	     i++)
		r->keys[r->n_keys++] = m->ids[i].value;
	add_person(e, &m->from, r);
	for (i = 0; i < m->n_recipients; i++)
		add_person(e, &m->recipients[i].address, r);
}

void tell_message(struct engine *e, uint64_t story, const struct message *m,
		  const struct story *s)
{
	struct trace_record r = {
		.story = story,
		.time_us = road_now(e),
		.step = s->step,
		.from = text_of(&m->from),
		.to = s->to != NULL ? text_of(s->to)
		      : m->n_recipients > 0
			      ? text_of(&m->recipients[0].address)
			      : NULL,
		.technology = m->origin.technology,
		.peer = m->origin.peer,
		.verdict = s->verdict,
		.far_id = s->far_id,
		.text = s->text,
		.clause = s->clause,
	};

	add_keys(e, story, m, &r);
	put(e, &r);
}
