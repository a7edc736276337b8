/* intake.c - messages come in, become legs, are spooled, are answered. */
#include "gateway/road.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/admit.h"

#define USER_FLOWS 16		/* people share so many flows per priority */

/* What an insertion needs to know when it comes back. */
struct spooled {
	struct reply reply;
	uint64_t story;
	struct live **legs;
	size_t n;
};

/* The copies of one message. */
struct made {
	struct live *legs[MESSAGE_RECIPIENTS_MAX];
	size_t n;
	bool scheduled;		/* not to be sent yet                         */
	bool joined;		/* of parts that were accepted already        */
	struct route_verdict verdict;	/* of the last one with a way         */
	struct outcome why;		/* there are none                     */
};

static const struct outcome no_route = {
	.class = OUTCOME_ADDRESS,
	.state = STATE_UNDELIVERABLE,
	.text = "no route to the recipient",
	.clause = "group = route",
};

/* Now or never (Expires: 0), and he is not registered. */
static const struct outcome nobody_there = {
	.class = OUTCOME_ABSENT,
	.text = "not registered, and not to be held",
	.clause = "RFC 3428 7",
};

static void refuse(struct engine *e, const struct reply *to,
		   const struct message *m, const struct outcome *o)
{
	e->counts.refused++;
	if (m != NULL)
		tell_message(e, road_id(e), m,
			     &(struct story){ .step = "intake",
					      .verdict = "refused",
					      .text = o->text,
					      .clause = o->clause });
	road_refuse(e, to, FRAME_REFUSED, o);
}

/*
 * A repetition gets the first answer again: that of the far side when the
 * message went natively, else that it was accepted.
 */
void intake_again(struct engine *e, const struct reply *to, uint64_t story)
{
	if ((story & INTAKE_ANSWERED) == 0) {
		intake_accept(e, to, story, true);
		return;
	}
	road_refuse(e, to, FRAME_ANSWER,
		    &(struct outcome){ .class = OUTCOME_DELIVERED,
				       .state = STATE_DELIVERED,
				       .far_code = 200 });
}

void intake_accept(struct engine *e, const struct reply *to, uint64_t story,
		   bool duplicate)
{
	struct accepted a = { .id = story, .duplicate = duplicate };

	buf_reset(&e->payload);
	if (keys_public_id(e->keys, story, a.public_id) != OK ||
	    accepted_image(&a, &e->payload) != OK)
		return;
	road_send(e, to, FRAME_ACCEPTED, buf_bytes(&e->payload));
}

/*
 * Who takes turns with whom: accounts of services and links each for
 * themselves; people share a few flows, since there may be millions.
 */
const char *intake_account(const struct message *m, char *room, size_t size)
{
	const char *account = m->origin.account;
	unsigned sum = 0;

	if (m->origin.technology != TECHNOLOGY_CPM || account == NULL)
		return account == NULL ? m->origin.peer : account;
	while (*account != '\0')
		sum = sum * 31 + (unsigned char)*account++;
	snprintf(room, size, "users-%u", sum % USER_FLOWS);
	return room;
}

static enum err own_address(struct live *l, const struct address *a,
			    struct address *out)
{
	out->kind = a->kind;
	out->text = a->text == NULL
			    ? NULL
			    : arena_string(l->arena, bytes_of(a->text));
	return a->text != NULL && out->text == NULL ? ERR_NOMEM : OK;
}

static const char *own_text(struct live *l, const char *text)
{
	return text == NULL ? NULL : arena_string(l->arena, bytes_of(text));
}

static enum err own_ways(struct live *l, const struct route_verdict *v)
{
	for (l->n_ways = 0; l->n_ways < v->n; l->n_ways++) {
		l->ways[l->n_ways].technology = v->ways[l->n_ways].technology;
		l->ways[l->n_ways].peer =
			own_text(l, v->ways[l->n_ways].peer);
		if (l->ways[l->n_ways].peer == NULL)
			return ERR_NOMEM;
	}
	return OK;
}

/* The leg's own copies of what settling needs, without reading the image. */
static enum err fill_leg(struct engine *e, struct live *l,
			 const struct message *m, size_t index)
{
	bool hidden = m->from.kind == ADDRESS_NONE ||
		      m->from.kind == ADDRESS_ANONYMOUS;
	const struct address *from = hidden ? &m->asserted : &m->from;
	enum err why;

	l->want = m->want;
	l->priority = m->priority;
	l->once = m->once;
	l->to_index = (uint32_t)index;
	l->received_us = m->received_us != 0 ? m->received_us : e->last_us;
	l->expires_us = m->expires_us != 0 ? m->expires_us
					   : e->last_us + e->lifetime_us;
	if (l->expires_us > e->last_us + e->lifetime_us)
		l->expires_us = e->last_us + e->lifetime_us;
	l->origin.technology = m->origin.technology;
	l->origin.peer = own_text(l, m->origin.peer);
	l->origin.account = own_text(l, m->origin.account);
	if ((why = own_address(l, from, &l->from)) != OK)
		return why;
	return own_address(l, &m->recipients[index].address, &l->to);
}

static uint64_t recipient_hash(struct engine *e, const struct live *l,
			       const struct user *u)
{
	if (u != NULL)
		return u->hash;
	return keys_hash63(e->keys, bytes_of(l->to.text));
}

/* Lane, flow and state of a new leg by its first way. */
static enum err place_leg(struct engine *e, struct live *l,
			  const struct message *m, bool wait)
{
	const struct route_way *way = live_way(l);
	struct target *t;
	char room[64];

	l->lane = road_lane(e, way->technology, way->peer);
	if (l->lane == NULL)
		return ERR_NOMEM;
	l->flow = road_flow(e, l->lane, intake_account(m, room, sizeof room),
			    l->priority);
	if (l->flow == NULL)
		return ERR_NOMEM;
	l->due_us = road_now(e);
	l->state = LEG_QUEUED;
	if (m->earliest_us > l->due_us) {
		l->due_us = m->earliest_us;
		return OK;
	}
	t = l->lane->by_target ? lane_target(l->lane, l->recipient) : NULL;
	if (wait || (t != NULL && (t->draining || t->paused_until_us != 0)))
		l->state = LEG_WAITING;
	return OK;
}

static struct live *make_leg(struct engine *e, const struct message *m,
			     size_t index, const struct route_verdict *v)
{
	struct user *user =
		directory_user_at(e->directory, &m->recipients[index].address);
	struct live *l = live_new();

	if (l == NULL)
		return NULL;
	l->id = road_id(e);
	if (fill_leg(e, l, m, index) != OK || own_ways(l, v) != OK)
		goto fail;
	l->recipient = recipient_hash(e, l, user);
	if (place_leg(e, l, m, v->wait) != OK)
		goto fail;
	l->stored = v->wait && l->state == LEG_WAITING;
	return l;
fail:
	live_free(l);
	return NULL;
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

static void forget_all(struct engine *e, struct live **legs, size_t n)
{
	while (n > 0)
		road_forget(e, legs[--n]);
}

static void answer_all(struct engine *e, const struct spooled *c)
{
	const struct waiter *w;

	intake_accept(e, &c->reply, c->story, false);
	for (w = c->legs[0]->waiters; w != NULL; w = w->next)
		intake_accept(e, &w->reply, c->story, true);
}

static void answer_all_again(struct engine *e, const struct spooled *c,
			     uint64_t story)
{
	const struct waiter *w;

	intake_again(e, &c->reply, story);
	for (w = c->legs[0]->waiters; w != NULL; w = w->next)
		intake_again(e, &w->reply, story);
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
		answer_all_again(e, c, s->story);
	} else {
		refuse_all(e, c);
	}
	forget_all(e, c->legs, c->n);
}

/* Held from the start: told so, if that was asked for (RFC 5438 8.1). */
static void tell_stored(struct engine *e, struct step *s, struct live *l,
			struct bytes image)
{
	struct bytes own = l->image;

	if (!l->stored || l->state != LEG_WAITING)
		return;
	l->image = image;
	report_extra(e, l, STATE_STORED);
	l->image = own;
	road_also(s, l);
}

/* One step that inserts the legs; they belong to it until it is back. */
static void spool(struct engine *e, const struct reply *to, struct live **legs,
		  size_t n, const struct intake *in)
{
	struct step *s = road_step(e, STEP_INSERT, spooled_done);
	struct spooled *c = road_room(s, 1, sizeof *c);
	size_t i;

	*c = (struct spooled){ *to, legs[0]->story, NULL, n };
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
	s->legs = road_room(s, n, sizeof *s->legs);
	s->n_legs = n;
	for (i = 0; i < n; i++) {
		tell_stored(e, s, legs[i], in->message);
		road_row(e, s, legs[i], &s->legs[i]);
		legs[i]->updating++;
	}
	s->legs[0].image = road_octets(s, in->message);
	road_submit(e, s);
}

/* A native leg whose far side did not answer: now it is spooled. */
void intake_spool(struct engine *e, struct live *leg)
{
	struct intake in = { .message = leg->image };
	struct reply to = leg->reply;

	leg->native = false;
	leg->reply.life = 0;
	spool(e, &to, &leg, 1, &in);
}

/* One that was accepted in parts may have expired meanwhile: see expire(). */
static bool admissible(struct engine *e, const struct message *m,
		       struct made *made)
{
	struct admit_facts f = {
		.recipients = m->n_recipients,
		.recipients_most = MESSAGE_RECIPIENTS_MAX,
		.expires_us = made->joined ? 0 : m->expires_us,
		.now_us = e->last_us,
		.disk_short = e->world.disk_short(e->world.arg),
		.stopping = e->draining,
	};
	struct admit_verdict v;

	admit_decide(&f, &v);
	made->why = (struct outcome){ .class = v.class,
				      .state = v.state,
				      .retry_after_ms = v.retry_after_ms,
				      .text = v.reason,
				      .clause = v.clause };
	return v.yes;
}

/* Why there can be no copy for him; NULL: there can. */
static const struct outcome *unreachable(const struct message *m,
					 const struct route_verdict *v)
{
	if (v->n == 0)
		return &no_route;
	return m->once && v->wait ? &nobody_there : NULL;
}

/*
 * The copy of one recipient to whom there is no way: nothing but the report of
 * that. NULL: nobody wants it.
 */
static struct live *make_failure(struct engine *e, const struct message *m,
				 size_t index, const struct outcome *why)
{
	struct live *l = live_new();

	if (l == NULL)
		abort();
	l->id = road_id(e);
	if (fill_leg(e, l, m, index) != OK)
		abort();
	l->recipient = recipient_hash(e, l, NULL);
	if (report_instead(e, l, STATE_UNDELIVERABLE, why))
		return l;
	live_free(l);
	return NULL;
}

/* When one recipient can be reached the others' failures are reported. */
static void make_failures(struct engine *e, const struct message *m,
			  struct made *made)
{
	struct route_facts facts;
	struct route_verdict v;
	struct user *user;
	uint64_t story = made->n > 0 ? made->legs[0]->id : road_id(e);
	const struct outcome *why;
	size_t i;

	for (i = 0; i < m->n_recipients; i++) {
		directory_facts(e->directory, &m->recipients[i].address,
				&facts, &user);
		route_decide(&facts, &v);
		if ((why = unreachable(m, &v)) == NULL)
			continue;
		tell_message(e, story, m,
			     &(struct story){ .step = "settled",
					      .verdict = "undeliverable",
					      .to = &m->recipients[i].address,
					      .text = why->text,
					      .clause = why->clause });
		made->legs[made->n] = make_failure(e, m, i, why);
		made->n += made->legs[made->n] != NULL;
	}
}

/* The legs of all recipients; made->n == 0: none, and made->why. */
static void make_legs(struct engine *e, const struct message *m,
		      struct made *made)
{
	struct route_facts facts;
	struct route_verdict v;
	const struct outcome *why;
	struct user *user;
	size_t i;

	made->why = no_route;
	for (i = 0; i < m->n_recipients; i++) {
		directory_facts(e->directory, &m->recipients[i].address,
				&facts, &user);
		route_decide(&facts, &v);
		if ((why = unreachable(m, &v)) != NULL) {
			made->why = *why;
			continue;
		}
		made->verdict = v;
		made->legs[made->n] = make_leg(e, m, i, &v);
		if (made->legs[made->n] == NULL)
			goto nothing;
		made->n++;
	}
	if ((made->n > 0 || made->joined) && made->n < m->n_recipients)
		make_failures(e, m, made);
	return;
nothing:
	while (made->n > 0)
		live_free(made->legs[--made->n]);
	made->why = (struct outcome){ .class = OUTCOME_LATER,
				      .text = "out of memory" };
}

static bool goes_native(const struct intake *in, const struct made *made)
{
	struct live *const *legs = made->legs;

	return in->native && made->n == 1 && !made->verdict.wait &&
	       legs[0]->image.n > 0 &&
	       legs[0]->state == LEG_QUEUED && !made->scheduled &&
	       legs[0]->ways[0].technology == TECHNOLOGY_CPM &&
	       legs[0]->lane->up && !legs[0]->lane->held;
}

static void set_keys(struct engine *e, const struct intake *in,
		     struct live **legs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		legs[i]->story = legs[0]->id;
		legs[i]->shared = n > 1;
		road_remember(e, legs[i]);
	}
	if (in->dedupe.n > 0 && e->dedupe_us > 0) {
		legs[0]->has_dedupe = true;
		legs[0]->dedupe = keys_hash(e->keys, &in->dedupe, 1);
	}
}

/* A refusal, and whom it is for. */
struct refusal {
	struct reply reply;
	struct outcome why;
};

static void unseen_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct refusal *r = s->context;

	if (s->result == ERR_EXISTS) {
		e->counts.duplicates++;
		intake_again(e, &r->reply, s->story);
		return;
	}
	e->counts.refused++;
	road_refuse(e, &r->reply, FRAME_REFUSED, &r->why);
}

/* Not now, or no more; but a repetition gets the first answer all the same. */
static void turn_away(struct engine *e, const struct reply *to,
		      const struct intake *in, const struct message *m,
		      const struct outcome *why)
{
	struct refusal *r;
	struct step *s;

	if (in->dedupe.n == 0 || e->dedupe_us == 0) {
		refuse(e, to, m, why);
		return;
	}
	s = road_step(e, STEP_SEEN, unseen_done);
	s->has_key = true;
	s->key = keys_hash(e->keys, &in->dedupe, 1);
	s->until_us = e->last_us;
	if (native_joins(e, to, &s->key)) {
		step_free(s);
		return;
	}
	r = road_room(s, 1, sizeof *r);
	*r = (struct refusal){ *to, *why };
	s->context = r;
	tell_message(e, road_id(e), m,
		     &(struct story){ .step = "intake",
				      .verdict = "refused",
				      .text = why->text,
				      .clause = why->clause });
	road_submit(e, s);
}

void intake_message(struct engine *e, const struct reply *to,
		    const struct intake *in, const struct message *m)
{
	struct made made = { .joined = in->segment.key.n > 0 };
	struct live **legs = made.legs;

	road_now(e);
	if (!admissible(e, m, &made)) {
		turn_away(e, to, in, m, &made.why);
		return;
	}
	made.scheduled = m->earliest_us > e->last_us;
	make_legs(e, m, &made);
	if (made.n == 0) {
		turn_away(e, to, in, m, &made.why);
		if (made.joined && made.why.class != OUTCOME_LATER)
			reassemble_drop(e, in->segment.key);
		return;
	}
	set_keys(e, in, legs, made.n);
	if (legs[0]->has_dedupe && native_joins(e, to, &legs[0]->dedupe)) {
		forget_all(e, legs, made.n);
		return;
	}
	tell_message(e, legs[0]->story, m,
		     &(struct story){ .step = "intake", .verdict = "taken",
				      .text = made.verdict.reason });
	/* Without its octets in memory a leg is fetched when its turn comes. */
	if (made.n == 1 && arena_copy(legs[0]->arena, in->message,
				 &legs[0]->image) != OK)
		legs[0]->image = (struct bytes){ NULL, 0 };
	if (!goes_native(in, &made)) {
		spool(e, to, legs, made.n, in);
		return;
	}
	legs[0]->native = true;
	legs[0]->reply = *to;
	native_try(e, legs[0]);
}

void intake_frame(struct engine *e, unsigned child, const struct frame *f)
{
	struct reply to = { child, e->children[child].life, f->ref };
	struct intake in;
	struct message m;
	struct outcome why = { .class = OUTCOME_NEVER,
			       .state = STATE_REJECTED,
			       .text = "an adapter sent a broken message" };

	if (intake_read(f->payload, &in) != OK ||
	    message_read(in.message, e->scratch, &m, NULL) != OK) {
		refuse(e, &to, NULL, &why);
		return;
	}
	if (in.segment.of > 1)
		reassemble_part(e, &to, &in, &m);
	else
		intake_message(e, &to, &in, &m);
}
