/*
 * inquiry.c - what a sender asks of messages that others have: the far side,
 * whose adapter may know how to ask it, or the past. One answer, however many
 * were asked.
 */
#include "gateway/road.h"

#include <stdio.h>

#define ASKED_MAX 1000		/* at once, by all                            */
#define NO_CHILD  UINT32_MAX

struct inquiry {
	struct inquiry *next;	/* of the engine's list                       */
	struct reply reply;
	enum amendment_kind kind;
	uint64_t sweep;		/* that has asked; 0: the sender himself      */
	size_t open, done, failed;
	bool closed;		/* nobody else is to be asked                 */
	struct standing standing;	/* the first failure, else the last   */
};

/* One that was asked. */
struct asked {
	struct asked *next;
	uint64_t ref, leg;
	unsigned child;
	struct inquiry *inquiry;
};

struct inquiry *inquiry_new(struct engine *e, const struct reply *to,
			    enum amendment_kind kind, uint64_t sweep)
{
	struct inquiry *q = mem_zero(sizeof *q);

	if (q == NULL)
		return NULL;
	q->reply = *to;
	q->kind = kind;
	q->sweep = sweep;
	q->next = e->inquiries;
	e->inquiries = q;
	return q;
}

void inquiry_drop(struct engine *e, struct inquiry *q)
{
	struct inquiry **at = &e->inquiries;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	mem_free(q);
}

static void conclude(struct engine *e, struct inquiry *q)
{
	if (!q->closed || q->open > 0)
		return;
	if (q->sweep != 0)
		sweep_asked(e, q->sweep, q->done, q->failed);
	else if (q->kind == AMEND_QUERY)
		amend_answer(e, &q->reply, &q->standing);
	else
		amend_answer_after(e, &q->reply, q->standing.class,
				   q->standing.state);
	inquiry_drop(e, q);
}

static void add(struct inquiry *q, const struct standing *v)
{
	if (q->failed == 0)
		q->standing = *v;
	if (v->class == OUTCOME_DELIVERED)
		q->done++;
	else
		q->failed++;
}

void inquiry_add(struct inquiry *q, size_t done, size_t failed)
{
	for (; done > 0; done--)
		add(q, &(struct standing){ .class = OUTCOME_DELIVERED });
	for (; failed > 0; failed--)
		add(q, &(struct standing){ .class = OUTCOME_NEVER });
}

void inquiry_close(struct engine *e, struct inquiry *q)
{
	q->closed = true;
	conclude(e, q);
}

static void answered(struct engine *e, struct inquiry *q,
		     const struct standing *v)
{
	add(q, v);
	q->open--;
	conclude(e, q);
}

static struct asked *remember(struct engine *e, struct inquiry *q)
{
	struct asked *a;

	if (e->n_asked == ASKED_MAX || (a = mem_zero(sizeof *a)) == NULL)
		return NULL;
	a->ref = ++e->asked_ref;
	a->child = NO_CHILD;
	a->inquiry = q;
	a->next = e->asked;
	e->asked = a;
	e->n_asked++;
	q->open++;
	return a;
}

/* The caller frees it. NULL: nobody asked, or that is long ago. */
static struct asked *recall(struct engine *e, uint64_t ref)
{
	struct asked **at = &e->asked, *a;

	while (*at != NULL && (*at)->ref != ref)
		at = &(*at)->next;
	if ((a = *at) != NULL) {
		*at = a->next;
		e->n_asked--;
	}
	return a;
}

void inquiry_clear(struct engine *e)
{
	struct asked *a;

	while ((a = e->asked) != NULL) {
		e->asked = a->next;
		mem_free(a);
	}
	while (e->inquiries != NULL)
		inquiry_drop(e, e->inquiries);
}

void inquiry_child_died(struct engine *e, unsigned child)
{
	struct asked *a, *next;
	struct inquiry *q;

	for (a = e->asked; a != NULL; a = next) {
		next = a->next;
		if (a->child != child)
			continue;
		q = a->inquiry;
		mem_free(recall(e, a->ref));
		answered(e, q, &(struct standing){ .class = OUTCOME_LATER });
	}
}

bool inquiry_ask(struct engine *e, struct inquiry *q, const struct live *l,
		 const struct amendment *r)
{
	struct amendment down = *r;
	struct frame f = { .type = FRAME_AMENDMENT };
	struct asked *a;

	if (l->progress.n == 0 || !l->lane->up || l->lane->child < 0)
		return false;
	down.id = l->id;
	down.account = NULL;
	down.peer = live_way(l)->peer;
	down.from = l->from;
	down.to = l->to;
	down.progress = l->progress;
	buf_reset(&e->payload);
	if (amendment_image(&down, &e->payload) != OK ||
	    (a = remember(e, q)) == NULL)
		return false;
	a->child = (unsigned)l->lane->child;
	a->leg = l->id;
	f.ref = a->ref;
	f.payload = buf_bytes(&e->payload);
	if (e->world.send(e->world.arg, a->child, &f))
		return true;
	q->open--;
	mem_free(recall(e, a->ref));
	return false;
}

void inquiry_past(struct engine *e, const struct reply *to,
		  const struct amendment *r)
{
	struct inquiry *q = inquiry_new(e, to, r->kind, 0);
	struct asked *a = q == NULL ? NULL : remember(e, q);
	char decimal[24];

	if (a == NULL) {
		if (q != NULL)
			inquiry_drop(e, q);
		amend_answer(e, to,
			     &(struct standing){ .class = OUTCOME_LATER });
		return;
	}
	q->closed = true;
	snprintf(decimal, sizeof decimal, "%llu",
		 (unsigned long long)keys_decimal(e->keys, r->id));
	e->world.look_back(e->world.arg, a->ref, decimal,
			   r->account == NULL ? "" : r->account,
			   r->from.text == NULL ? "" : r->from.text);
}

/* What has ended can neither be cancelled nor replaced. */
void engine_looked_back(struct engine *e, uint64_t ref,
			const struct standing *v)
{
	struct asked *a = recall(e, ref);
	struct standing end = *v;

	if (a == NULL)
		return;
	if (a->inquiry->kind != AMEND_QUERY && end.class == OUTCOME_DELIVERED)
		end = (struct standing){ .class = OUTCOME_NEVER };
	answered(e, a->inquiry, &end);
	mem_free(a);
}

/* The far side has cancelled it: so it has ended here, too. */
static void found_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *l = road_find(e, s->legs[0].id);

	if (l == NULL && s->found != NULL)
		l = road_load(e, &s->found->leg);
	if (l != NULL)
		amend_cancelled(e, l);
	answered(e, s->context,
		 &(struct standing){ .class = OUTCOME_DELIVERED,
				     .state = STATE_DELETED });
}

static void cancelled_beyond(struct engine *e, const struct asked *a)
{
	struct step *s = road_step(e, STEP_GET, found_done);

	s->context = a->inquiry;
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->legs[0].id = a->leg;
	s->n_legs = 1;
	road_submit(e, s);
}

/* An adapter's answer: it has done so with the far side, or cannot. */
void inquiry_standing(struct engine *e, unsigned child, const struct frame *f)
{
	enum amendment_kind kind;
	struct standing v;
	struct asked *a;

	if ((a = recall(e, f->ref)) == NULL)
		return;
	kind = a->inquiry->kind;
	if (a->child != child ||
	    standing_read(f->payload, e->scratch, &v) != OK)
		v = (struct standing){ .class = OUTCOME_LATER };
	if (v.class != OUTCOME_DELIVERED && kind == AMEND_QUERY)
		v = (struct standing){ .class = OUTCOME_DELIVERED,
				       .state = STATE_ENROUTE };
	if (v.class == OUTCOME_DELIVERED && kind == AMEND_CANCEL)
		cancelled_beyond(e, a);
	else
		answered(e, a->inquiry, &v);
	mem_free(a);
}
