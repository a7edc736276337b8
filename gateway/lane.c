#include "gateway/lane.h"

#include <string.h>

#define TARGETS_FIRST	64
#define WEIGHT_TARGETS	4

static const unsigned weights[PRIORITIES] = {
	[PRIORITY_LOW] = 1,
	[PRIORITY_NORMAL] = 2,
	[PRIORITY_HIGH] = 4,
	[PRIORITY_URGENT] = 8,
};

struct lane *lane_new(uint32_t number, enum technology t, const char *peer)
{
	struct buf name = BUF_INIT(1024);
	struct lane *l = mem_zero(sizeof *l);
	const char *text;

	buf_printf(&name, "%s/%s", technology_name(t), peer);
	text = buf_string(&name);
	if (l == NULL || text == NULL)
		goto fail;
	l->number = number;
	l->technology = t;
	l->by_target = t == TECHNOLOGY_CPM && strcmp(peer, LANE_DEVICES) == 0;
	l->child = -1;
	l->name = mem_string(text);
	l->peer = mem_string(peer);
	l->targets = mem_zero(TARGETS_FIRST * sizeof *l->targets);
	l->targets_size = TARGETS_FIRST;
	l->targets_flow.of_targets = true;
	l->targets_flow.weight = WEIGHT_TARGETS;
	if (l->name == NULL || l->peer == NULL || l->targets == NULL)
		goto fail;
	buf_clear(&name);
	return l;
fail:
	buf_clear(&name);
	lane_free(l);
	return NULL;
}

static void free_legs(struct live *leg)
{
	struct live *next;

	for (; leg != NULL; leg = next) {
		next = leg->next;
		live_free(leg);
	}
}

static void free_targets(struct lane *l)
{
	struct target *t, *next;
	size_t i;

	for (i = 0; l->targets != NULL && i < l->targets_size; i++)
		for (t = l->targets[i]; t != NULL; t = next) {
			next = t->next_hash;
			free_legs(t->head);
			mem_free(t);
		}
	mem_free(l->targets);
}

void lane_free(struct lane *l)
{
	struct flow *f, *next;

	if (l == NULL)
		return;
	for (f = l->flows; f != NULL; f = next) {
		next = f->next;
		free_legs(f->head);
		mem_free(f->name);
		mem_free(f);
	}
	free_targets(l);
	mem_free(l->held_by);
	mem_free(l->name);
	mem_free(l->peer);
	mem_free(l->kind);
	mem_free(l->address);
	mem_free(l->text);
	mem_free(l);
}

struct flow *lane_flow(struct lane *l, uint32_t number, const char *name,
		       enum priority priority)
{
	struct flow *f;

	for (f = l->flows; f != NULL; f = f->next)
		if (f->number == number)
			return f;
	if ((f = mem_zero(sizeof *f)) == NULL)
		return NULL;
	if ((f->name = mem_string(name)) == NULL) {
		mem_free(f);
		return NULL;
	}
	f->number = number;
	f->weight = weights[priority];
	f->next = l->flows;
	l->flows = f;
	return f;
}

static void enter_ring(struct lane *l, struct flow *f)
{
	if (f->in_ring)
		return;
	f->in_ring = true;
	f->credit = f->weight;
	if (l->ring == NULL) {
		f->ring_next = f;
	} else {
		f->ring_next = l->ring->ring_next;
		l->ring->ring_next = f;
	}
	l->ring = f;
}

/* `before` is the one whose ring_next is `f`. */
static void leave_ring(struct lane *l, struct flow *before, struct flow *f)
{
	f->in_ring = false;
	if (before == f)
		l->ring = NULL;
	else
		before->ring_next = f->ring_next;
}

void lane_push(struct lane *l, struct live *leg)
{
	struct flow *f = leg->flow;

	leg->place = LIVE_FLOW;
	leg->next = NULL;
	if (f->tail == NULL)
		f->head = leg;
	else
		f->tail->next = leg;
	f->tail = leg;
	f->loaded++;
	enter_ring(l, f);
}

static bool earlier(const struct live *a, const struct live *b)
{
	return a->due_us < b->due_us ||
	       (a->due_us == b->due_us && a->id < b->id);
}

void lane_push_back(struct lane *l, struct live *leg)
{
	struct flow *f = leg->flow;
	struct live **at = &f->head;

	while (*at != NULL && earlier(*at, leg))
		at = &(*at)->next;
	leg->place = LIVE_FLOW;
	leg->next = *at;
	*at = leg;
	if (leg->next == NULL)
		f->tail = leg;
	f->loaded++;
	enter_ring(l, f);
}

static struct live *flow_pop(struct flow *f)
{
	struct live *leg = f->head;

	f->head = leg->next;
	if (f->head == NULL)
		f->tail = NULL;
	leg->next = NULL;
	leg->place = LIVE_NOWHERE;
	return leg;
}

static struct live *ready_pop(struct lane *l)
{
	struct target *t = l->ready_head;
	struct live *leg;

	l->ready_head = t->next_ready;
	if (l->ready_head == NULL)
		l->ready_tail = NULL;
	t->ready = false;
	t->next_ready = NULL;
	if (t->pending || t->paused_until_us != 0)
		return NULL;
	if ((leg = target_pop(t)) == NULL) {
		target_drop_if_idle(t);
		return NULL;
	}
	t->pending = true;
	leg->target = t;
	return leg;
}

/* A leg out of its flow meets its recipient: pending, behind, or too many. */
static struct live *meet(struct lane *l, struct live *leg,
			 void (*overflow)(void *, struct live *), void *arg)
{
	struct target *t = lane_target_get(l, leg->recipient);

	if (t != NULL && !t->pending && t->n == 0 && !t->draining &&
	    t->paused_until_us == 0) {
		t->pending = true;
		leg->target = t;
		leg->flow->loaded--;
		return leg;
	}
	if (t != NULL && !t->draining && t->paused_until_us == 0 &&
	    t->n < TARGET_QUEUE_MAX) {
		target_push(t, leg);
		return NULL;
	}
	leg->flow->loaded--;
	overflow(arg, leg);
	return NULL;
}

static bool source_empty(const struct lane *l, const struct flow *f)
{
	return f->of_targets ? l->ready_head == NULL : f->head == NULL;
}

/* The source whose turn it is, its credit taken; NULL: none has anything. */
static struct flow *turn(struct lane *l)
{
	while (l->ring != NULL) {
		struct flow *f = l->ring->ring_next;

		if (source_empty(l, f)) {
			leave_ring(l, l->ring, f);
			continue;
		}
		if (f->credit > 0) {
			f->credit--;
			return f;
		}
		f->credit = f->weight;
		l->ring = f;
	}
	return NULL;
}

struct live *lane_next(struct lane *l, void (*overflow)(void *, struct live *),
		       void *arg)
{
	struct flow *f;
	struct live *leg;

	while ((f = turn(l)) != NULL) {
		if (f->of_targets) {
			if ((leg = ready_pop(l)) == NULL)
				continue;
			leg->flow->loaded--;
			return leg;
		}
		leg = flow_pop(f);
		if (!l->by_target) {
			f->loaded--;
			return leg;
		}
		if ((leg = meet(l, leg, overflow, arg)) != NULL)
			return leg;
	}
	return NULL;
}

static size_t target_place(const struct lane *l, uint64_t recipient)
{
	return (size_t)(recipient >> 8) % l->targets_size;
}

struct target *lane_target(const struct lane *l, uint64_t recipient)
{
	struct target *t = l->targets[target_place(l, recipient)];

	while (t != NULL && t->recipient != recipient)
		t = t->next_hash;
	return t;
}

/* Twice the places; without memory the table just stays crowded. */
static void more_places(struct lane *l)
{
	size_t i, before = l->targets_size;
	struct target **old = l->targets;
	struct target **fresh = mem_zero(2 * before * sizeof *fresh);
	struct target *t, *next;

	if (fresh == NULL)
		return;
	l->targets = fresh;
	l->targets_size = 2 * before;
	for (i = 0; i < before; i++)
		for (t = old[i]; t != NULL; t = next) {
			size_t at = target_place(l, t->recipient);

			next = t->next_hash;
			t->next_hash = fresh[at];
			fresh[at] = t;
		}
	mem_free(old);
}

struct target *lane_target_get(struct lane *l, uint64_t recipient)
{
	struct target *t = lane_target(l, recipient);
	size_t at;

	if (t != NULL)
		return t;
	if (l->n_targets > l->targets_size)
		more_places(l);
	if ((t = mem_zero(sizeof *t)) == NULL)
		return NULL;
	at = target_place(l, recipient);
	t->lane = l;
	t->recipient = recipient;
	t->draining = t->again = l->asking > 0;
	t->next_hash = l->targets[at];
	l->targets[at] = t;
	l->n_targets++;
	return t;
}

void target_push(struct target *t, struct live *leg)
{
	leg->place = LIVE_TARGET;
	leg->target = t;
	leg->next = NULL;
	if (t->tail == NULL)
		t->head = leg;
	else
		t->tail->next = leg;
	t->tail = leg;
	t->n++;
}

void target_push_front(struct target *t, struct live *leg)
{
	leg->place = LIVE_TARGET;
	leg->target = t;
	leg->next = t->head;
	t->head = leg;
	if (t->tail == NULL)
		t->tail = leg;
	t->n++;
}

struct live *target_pop(struct target *t)
{
	struct live *leg = t->head;

	if (leg == NULL)
		return NULL;
	t->head = leg->next;
	if (t->head == NULL)
		t->tail = NULL;
	t->n--;
	leg->next = NULL;
	leg->target = NULL;
	leg->place = LIVE_NOWHERE;
	return leg;
}

void target_wake(struct target *t)
{
	struct lane *l = t->lane;

	if (t->ready || t->pending || t->n == 0 ||
	    t->paused_until_us != 0)
		return;
	t->ready = true;
	t->next_ready = NULL;
	if (l->ready_tail == NULL)
		l->ready_head = t;
	else
		l->ready_tail->next_ready = t;
	l->ready_tail = t;
	enter_ring(l, &l->targets_flow);
}

void target_drop_if_idle(struct target *t)
{
	struct lane *l = t->lane;
	struct target **at = &l->targets[target_place(l, t->recipient)];

	if (t->pending || t->n > 0 || t->draining || t->ready ||
	    t->fetching || t->paused_until_us != 0)
		return;
	while (*at != t)
		at = &(*at)->next_hash;
	*at = t->next_hash;
	l->n_targets--;
	mem_free(t);
}

/* Out of a list; its last one becomes *tail. */
static bool unlink_leg(struct live **head, struct live **tail,
		       const struct live *leg)
{
	struct live *before = NULL, *at;

	for (at = *head; at != NULL && at != leg; at = at->next)
		before = at;
	if (at == NULL)
		return false;
	if (before == NULL)
		*head = leg->next;
	else
		before->next = leg->next;
	if (*tail == leg)
		*tail = before;
	return true;
}

void lane_remove(struct lane *l, struct live *leg)
{
	struct flow *f = leg->flow;
	struct target *t = leg->target;

	(void)l;
	if (leg->place == LIVE_TARGET && unlink_leg(&t->head, &t->tail, leg))
		t->n--;
	else if (leg->place != LIVE_FLOW ||
		 !unlink_leg(&f->head, &f->tail, leg))
		return;
	f->loaded--;
	leg->next = NULL;
	leg->target = NULL;
	leg->place = LIVE_NOWHERE;
}
