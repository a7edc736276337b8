/*
 * spool.c - the legs of a message go to disk in one step, and whoever waits
 * for that is answered when they are there.
 */
#include "gateway/road.h"

#include <stdio.h>
#include <string.h>

/* What an insertion needs to know when it comes back. */
struct spooled {
	struct reply reply;
	uint64_t story;
	struct live **legs;
	size_t n;
	struct bytes refused;
	bool waits;
};

void spool_answer_again(struct engine *e, const struct reply *to,
			uint64_t story)
{
	if ((story & SPOOL_ANSWERED) == 0) {
		spool_answer(e, to, story, true);
		return;
	}
	road_refuse(e, to, FRAME_ANSWER,
		    &(struct outcome){ .class = OUTCOME_DELIVERED,
				       .state = STATE_DELIVERED,
				       .far_code = 200 });
}

static void send_accepted(struct engine *e, const struct reply *to,
			  struct accepted *a)
{
	buf_reset(&e->payload);
	if (keys_public_id(e->keys, a->id, a->public_id) != OK ||
	    accepted_image(a, &e->payload) != OK)
		return;
	road_send(e, to, FRAME_ACCEPTED, buf_bytes(&e->payload));
}

void spool_answer(struct engine *e, const struct reply *to, uint64_t story,
		  bool duplicate)
{
	send_accepted(e, to, &(struct accepted){ .id = story,
						 .duplicate = duplicate });
}

static void entered(struct engine *e, const struct spooled *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		struct live *l = c->legs[i];

		l->updating--;
		road_count(l);
		if (l->updating == 0 && l->place == LIVE_NOWHERE)
			dispatch_enter(e, l);
	}
}

void spool_forget(struct engine *e, struct live **legs, size_t n)
{
	while (n > 0)
		road_forget(e, legs[--n]);
}

static void answer_all(struct engine *e, const struct spooled *c)
{
	const struct waiter *w;

	send_accepted(e, &c->reply,
		      &(struct accepted){ .id = c->story,
					  .refused = c->refused,
					  .waits = c->waits });
	for (w = c->legs[0]->waiters; w != NULL; w = w->next)
		spool_answer(e, &w->reply, c->story, true);
}

static void answer_all_again(struct engine *e, const struct spooled *c,
			     uint64_t story)
{
	const struct waiter *w;

	spool_answer_again(e, &c->reply, story);
	for (w = c->legs[0]->waiters; w != NULL; w = w->next)
		spool_answer_again(e, &w->reply, story);
}

static void refuse_all(struct engine *e, const struct spooled *c)
{
	struct outcome full = { .class = OUTCOME_LATER,
				.text = "the disk is full",
				.clause = "minimum-free" };
	const struct waiter *w;

	e->counts.refused++;
	road_refuse(e, &c->reply, FRAME_REFUSED, &full);
	for (w = c->legs[0]->waiters; w != NULL; w = w->next)
		road_refuse(e, &w->reply, FRAME_REFUSED, &full);
}

/* Its story ends here; the first one's goes on. */
static void tell_again(struct engine *e, const struct spooled *c,
		       uint64_t story)
{
	char first[PUBLIC_ID_SIZE], text[PUBLIC_ID_SIZE + 64];
	struct story end = { .step = "intake",
			     .verdict = "duplicate",
			     .clause = "dedupe-window" };

	if (c->n == 0)
		return;
	end.technology = c->legs[0]->origin.technology;
	end.peer = c->legs[0]->origin.peer;
	story &= ~SPOOL_ANSWERED;
	if (keys_public_id(e->keys, story, first) == OK) {
		snprintf(text, sizeof text,
			 "not delivered again: its identifier is that of %s",
			 first);
		end.text = text;
	}
	tell_leg(e, c->legs[0], &end);
}

static void spooled_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct spooled *c = s->context;

	if (s->result == OK) {
		e->counts.accepted++;
		answer_all(e, c);
		entered(e, c);
		return;
	}
	if (s->result == ERR_EXISTS) {
		e->counts.duplicates++;
		tell_again(e, c, s->story);
		answer_all_again(e, c, s->story);
	} else {
		refuse_all(e, c);
	}
	spool_forget(e, c->legs, c->n);
}

/* Held from the start: told so, if that was asked for (RFC 5438 8.1). True:
 * its sender is told, too, when its recipient is there. */
static bool tell_stored(struct engine *e, struct step *s, struct live *l,
			struct bytes image)
{
	struct bytes own = l->image;
	bool waits;

	if (!l->stored || l->state != LEG_WAITING)
		return false;
	l->image = image;
	report_extra(e, l, STATE_STORED);
	waits = alert_absent(e, l);
	l->image = own;
	road_also(s, l);
	return waits;
}

void spool_legs(struct engine *e, const struct reply *to,
		const struct copies *copies, const struct intake *in)
{
	struct live *const *legs = copies->legs;
	struct step *s = road_step(e, STEP_INSERT, spooled_done);
	struct spooled *c = road_room(s, 1, sizeof *c);
	size_t i, n = copies->n;

	*c = (struct spooled){ *to, legs[0]->story, NULL, n,
			       road_octets(s, copies->refused), false };
	c->legs = road_room(s, n, sizeof *c->legs);
	memcpy(c->legs, legs, n * sizeof *legs);
	s->context = c;
	s->intake = true;
	s->has_key = legs[0]->has_dedupe;
	s->key = legs[0]->dedupe;
	s->until_us = e->last_us;
	s->key_until_us = e->last_us + e->dedupe_us;
	s->story = legs[0]->story;
	s->part_key = road_octets(s, in->segment.key);
	s->aliases = legs[0]->origin.account != NULL;
	s->legs = road_room(s, n, sizeof *s->legs);
	s->n_legs = n;
	for (i = 0; i < n; i++) {
		c->waits |= tell_stored(e, s, legs[i], in->message);
		road_row(e, s, legs[i], &s->legs[i]);
		legs[i]->updating++;
	}
	s->legs[0].image = road_octets(s, in->message);
	road_submit(e, s);
}

void spool_native(struct engine *e, struct live *leg)
{
	struct intake in = { .message = leg->image };
	struct reply to = leg->reply;

	leg->native = false;
	leg->reply.life = 0;
	spool_legs(e, &to, &(struct copies){ .legs = &leg, .n = 1 }, &in);
}
