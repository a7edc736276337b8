#include "gateway/lane.h"

#include <string.h>

#define WEIGHT_TARGETS	4

static const unsigned weights[PRIORITIES] = {
	[PRIORITY_LOW] = 1,
	[PRIORITY_NORMAL] = 2,
	[PRIORITY_HIGH] = 4,
	[PRIORITY_URGENT] = 8,
};

/* Of tables by number. */
static const uint8_t no_key[16];

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
	l->targets_flow.of_targets = true;
	l->targets_flow.weight = WEIGHT_TARGETS;
	if (l->name == NULL || l->peer == NULL ||
	    table_init(&l->targets, 0, no_key) != OK ||
	    table_init(&l->flows_by_number, 0, no_key) != OK)
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

static void free_target(void *arg, struct table_node *n)
{
	struct target *t = (struct target *)n;

	(void)arg;
	free_legs(t->head);
	free_legs(t->later);
	mem_free(t);
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
	mem_free(l->held_by);
	mem_free(l->stopped);
	table_walk(&l->targets, free_target, NULL);
	table_clear(&l->targets);
	table_clear(&l->flows_by_number);
	mem_free(l->name);
	mem_free(l->peer);
	mem_free(l->kind);
	mem_free(l->address);
	mem_free(l->text);
	mem_free(l->tls);
	mem_free(l);
}

struct flow *lane_flow(struct lane *l, uint32_t number, const char *name,
		       enum priority priority)
{
	uint64_t hash = table_hash_number(number);
	struct table_node *n = table_first(&l->flows_by_number, hash);
	struct flow *f = (struct flow *)n;

	if (f != NULL)
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
	table_add(&l->flows_by_number, &f->node, hash);
	return f;
}

void lane_on_disk(struct lane *l, struct flow *f)
{
	f->on_disk = true;
	if (f->listed)
		return;
	f->listed = true;
	f->next_listed = l->listed;
	l->listed = f;
}

void lane_each_on_disk(struct lane *l,
		       void (*each)(void *arg, struct lane *l, struct flow *f),
		       void *arg)
{
	struct flow **at = &l->listed, *f;

	while ((f = *at) != NULL) {
		if (!f->on_disk) {
			f->listed = false;
			*at = f->next_listed;
			continue;
		}
		if (!f->fetching)
			each(arg, l, f);
		at = &f->next_listed;
	}
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
	leg->flow->loaded--;
	if (t != NULL && !t->draining && t->paused_until_us == 0 &&
	    t->n < TARGET_QUEUE_MAX && l->behind < LANE_BEHIND_MAX)
		target_push(t, leg);
	else
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

struct target *lane_target(const struct lane *l, uint64_t recipient)
{
	uint64_t hash = table_hash_number(recipient);

	return (struct target *)table_first(&l->targets, hash);
}

struct target *lane_target_get(struct lane *l, uint64_t recipient)
{
	struct target *t = lane_target(l, recipient);

	if (t != NULL)
		return t;
	if ((t = mem_zero(sizeof *t)) == NULL)
		return NULL;
	t->lane = l;
	t->recipient = recipient;
	t->draining = t->again = l->asking > 0;
	table_add(&l->targets, &t->node, table_hash_number(recipient));
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
	t->lane->behind++;
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
	t->lane->behind++;
}

void target_push_later(struct target *t, struct live *leg)
{
	leg->place = LIVE_TARGET;
	leg->target = t;
	leg->next = NULL;
	if (t->last_later == NULL)
		t->later = leg;
	else
		t->last_later->next = leg;
	t->last_later = leg;
	t->n_later++;
	t->lane->behind++;
}

void target_now(struct target *t)
{
	if (t->later == NULL)
		return;
	if (t->tail == NULL)
		t->head = t->later;
	else
		t->tail->next = t->later;
	t->tail = t->last_later;
	t->n += t->n_later;
	t->later = t->last_later = NULL;
	t->n_later = 0;
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
	t->lane->behind--;
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
	if (t->pending || t->n > 0 || t->n_later > 0 || t->draining ||
	    t->ready ||
	    t->fetching || t->paused_until_us != 0)
		return;
	table_remove(&t->lane->targets, &t->node);
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

	if (leg->place == LIVE_TARGET &&
	    unlink_leg(&t->head, &t->tail, leg)) {
		t->n--;
		l->behind--;
	} else if (leg->place == LIVE_TARGET &&
		   unlink_leg(&t->later, &t->last_later, leg)) {
		t->n_later--;
		l->behind--;
	} else if (leg->place == LIVE_FLOW &&
		   unlink_leg(&f->head, &f->tail, leg)) {
		f->loaded--;
	} else {
		return;
	}
	leg->next = NULL;
	leg->target = NULL;
	leg->place = LIVE_NOWHERE;
}
