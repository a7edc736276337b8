/* fars.c - legs that far sides have, at hand by the ids that those gave them. */
#include "gateway/road.h"

static size_t far_place(const struct engine *e, const struct store_key *k)
{
	return (size_t)k->low % e->far_size;
}

struct far *fars_find(const struct engine *e, const struct store_key *k,
		      const struct address *reporter)
{
	struct far *f = e->far_table[far_place(e, k)], *last = NULL;

	for (; f != NULL; f = f->next) {
		if (f->key.low != k->low || f->key.high != k->high)
			continue;
		if (reporter->kind == ADDRESS_NONE ||
		    address_equal(reporter, &f->leg->to))
			return f;
		if (last == NULL)
			last = f;
	}
	return last;
}

static void add(struct engine *e, struct live *l)
{
	size_t i, at;

	for (i = 0; i < l->n_fars; i++) {
		at = far_place(e, &l->fars[i].key);
		l->fars[i].next = e->far_table[at];
		e->far_table[at] = &l->fars[i];
	}
}

static void unlist(struct engine *e, struct live *l)
{
	if (l->before != NULL)
		l->before->next = l->next;
	else
		e->sent_first = l->next;
	if (l->next != NULL)
		l->next->before = l->before;
	else
		e->sent_last = l->before;
	l->before = l->next = NULL;
	l->place = LIVE_NOWHERE;
	e->n_sent--;
}

void fars_drop(struct engine *e, struct live *l)
{
	size_t i;

	if (l->place != LIVE_SENT)
		return;
	unlist(e, l);
	for (i = 0; i < l->n_fars; i++) {
		struct far **at =
			&e->far_table[far_place(e, &l->fars[i].key)];

		while (*at != NULL && *at != &l->fars[i])
			at = &(*at)->next;
		if (*at != NULL)
			*at = l->fars[i].next;
	}
}

void fars_keep(struct engine *e, struct live *l)
{
	l->place = LIVE_SENT;
	l->before = e->sent_last;
	l->next = NULL;
	if (e->sent_last == NULL)
		e->sent_first = l;
	else
		e->sent_last->next = l;
	e->sent_last = l;
	e->n_sent++;
	add(e, l);
}

void fars_limit(struct engine *e)
{
	struct live *oldest = e->sent_first;

	if (e->n_sent > FARS_MAX && oldest->updating == 0)
		road_forget(e, oldest);
}

void fars_sent(struct engine *e, struct live *l)
{
	l->sending = e->sendings++;
	fars_keep(e, l);
	fars_limit(e);
}
