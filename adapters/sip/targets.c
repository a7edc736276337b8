#include "adapters/sip/targets.h"

/* A loop, not a recursion: start() may fail and end its turn at once. */
static void run(struct target *t)
{
	struct target_item *item;

	if (t->running)
		return;
	t->running = true;
	while (!t->active && t->first) {
		item = t->first;
		t->first = item->next;
		if (!t->first)
			t->last = NULL;
		t->waiting--;
		item->next = NULL;
		t->active = item;
		item->start(item);
	}
	t->running = false;
}

void target_add(struct target *t, struct target_item *item)
{
	item->target = t;
	item->next = NULL;
	if (t->last)
		t->last->next = item;
	else
		t->first = item;
	t->last = item;
	t->waiting++;
	run(t);
}

static void take_out(struct target *t, struct target_item *item)
{
	struct target_item *before = NULL, *at = t->first;

	while (at && at != item) {
		before = at;
		at = at->next;
	}
	if (!at)
		return;
	if (before)
		before->next = item->next;
	else
		t->first = item->next;
	if (t->last == item)
		t->last = before;
	t->waiting--;
}

void target_done(struct target_item *item)
{
	struct target *t = item->target;

	if (!t)
		return;
	item->target = NULL;
	if (t->active == item)
		t->active = NULL;
	else
		take_out(t, item);
	item->next = NULL;
	run(t);
}

void target_close(struct target *t)
{
	struct target_item *item;

	if (t->active)
		t->active->target = NULL;
	t->active = NULL;
	t->running = true; /* nothing starts any more */
	while ((item = t->first)) {
		t->first = item->next;
		item->next = NULL;
		item->target = NULL;
		t->waiting--;
		item->gone(item);
	}
	t->last = NULL;
	t->running = false;
}
