/* intake.c - messages come in and become legs, or are refused. */
#include "gateway/road.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/admit.h"

#define USER_FLOWS 16		/* people share so many flows per priority */
#define ONCE_US	   8000000	/* for the one attempt of Expires: 0       */

/* The copies of one message. */
struct made {
	struct live *legs[MESSAGE_RECIPIENTS_MAX];
	size_t n;
	uint64_t story;		/* of failures when there is no copy          */
	bool scheduled;		/* not to be sent yet                         */
	bool joined;		/* of parts that were accepted already        */
	bool partial;		/* its sender is told of the refused at once  */
	uint8_t refused[2 * MESSAGE_RECIPIENTS_MAX];
	size_t n_refused;	/* octets of it: see struct accepted          */
	struct route_verdict verdict;	/* of the last one with a way         */
	struct outcome why;		/* there are none                     */
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
 * Who takes turns with whom: accounts of services and links each for
 * themselves; people share a few flows, since there may be millions.
 */
const char *intake_account(const struct origin *o, char *room, size_t size)
{
	const char *account = o->account;
	unsigned sum = 0;

	if (o->technology != TECHNOLOGY_CPM || account == NULL)
		return account == NULL ? o->peer : account;
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

enum err intake_ways(struct live *l, const struct route_verdict *v)
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

struct life_verdict intake_life(const struct engine *e,
				const struct message *m)
{
	struct life_facts f = { e->last_us, m->earliest_us, m->expires_us };
	struct life_verdict v;

	life_decide(&e->life, &f, &v);
	return v;
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
	l->expires_us = intake_life(e, m).ends_us;
	if (m->once && l->expires_us > e->last_us + ONCE_US)
		l->expires_us = e->last_us + ONCE_US;
	l->origin.technology = m->origin.technology;
	l->origin.peer = own_text(l, m->origin.peer);
	l->origin.account = own_text(l, m->origin.account);
	if ((why = own_address(l, from, &l->from)) != OK)
		return why;
	return own_address(l, &m->recipients[index].address, &l->to);
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
	l->flow = road_flow(e, l->lane, intake_account(&m->origin, room, sizeof room),
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
			     size_t index, const struct choice *c)
{
	const struct route_verdict *v = &c->verdict;
	struct live *l = live_new();

	if (l == NULL)
		return NULL;
	l->id = road_id(e);
	if (fill_leg(e, l, m, index) != OK || intake_ways(l, v) != OK)
		goto fail;
	l->recipient = choose_recipient(e, &l->to);
	if (place_leg(e, l, m, v->wait) != OK)
		goto fail;
	l->stored = v->wait && l->state == LEG_WAITING;
	return l;
fail:
	live_free(l);
	return NULL;
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
	l->recipient = choose_recipient(e, &l->to);
	if (report_instead(e, l, why->state, why))
		return l;
	live_free(l);
	return NULL;
}

static void fail_one(struct engine *e, const struct message *m, size_t index,
		     const struct outcome *why, struct made *made)
{
	uint64_t story = made->n > 0 ? made->legs[0]->id : made->story;

	tell_message(e, story, m,
		     &(struct story){ .step = "settled",
				      .verdict = delivery_state_name(why->state),
				      .to = &m->recipients[index].address,
				      .text = why->text,
				      .clause = why->clause });
	if (made->partial) {
		made->refused[made->n_refused++] = (uint8_t)index;
		made->refused[made->n_refused++] = (uint8_t)why->class;
		return;
	}
	made->legs[made->n] = make_failure(e, m, index, why);
	made->n += made->legs[made->n] != NULL;
}

/* When one recipient can be reached the others' failures are reported, or told
 * with the answer. */
static void make_failures(struct engine *e, const struct message *m,
			  struct made *made)
{
	struct choice c;
	size_t i;

	for (i = 0; i < m->n_recipients; i++) {
		choose_ways(e, m, &m->recipients[i].address, &c);
		if (c.verdict.n == 0)
			fail_one(e, m, i, &c.why, made);
	}
}

/* The legs of all recipients; made->n == 0: none, and made->why. */
static void make_legs(struct engine *e, const struct message *m,
		      struct made *made)
{
	struct choice c;
	size_t i;

	for (i = 0; i < m->n_recipients; i++) {
		choose_ways(e, m, &m->recipients[i].address, &c);
		if (c.verdict.n == 0) {
			made->why = c.why;
			continue;
		}
		made->verdict = c.verdict;
		made->legs[made->n] = make_leg(e, m, i, &c);
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

/* What is held for its recipient is on its way: it goes right behind that. */
static bool is_held_up(const struct live *l)
{
	const struct target *t =
		l->lane->by_target ? lane_target(l->lane, l->recipient) : NULL;

	return t != NULL && t->paused_until_us != 0;
}

static bool goes_native(const struct intake *in, const struct made *made)
{
	struct live *const *legs = made->legs;

	return in->native && made->n == 1 && !made->verdict.wait &&
	       legs[0]->image.n > 0 && !made->scheduled &&
	       !is_held_up(legs[0]) &&
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
		spool_answer_again(e, &r->reply, s->story);
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
	/* The rule that denies may be gone when the step is back. */
	r->why.text = why->text == NULL
			      ? NULL
			      : arena_string(s->arena, bytes_of(why->text));
	s->context = r;
	tell_message(e, road_id(e), m,
		     &(struct story){ .step = "intake",
				      .verdict = "refused",
				      .text = why->text,
				      .clause = why->clause });
	road_submit(e, s);
}

/* Nobody wants to be told: the parts are taken, and that is all. */
static void drop_set(struct engine *e, struct bytes name)
{
	struct step *s = road_step(e, STEP_INSERT, NULL);

	s->part_key = road_octets(s, name);
	s->key_until_us = e->last_us + e->dedupe_us;
	road_submit(e, s);
}

void intake_ended(struct engine *e, const struct intake *in,
		  const struct message *m, const struct outcome *why)
{
	struct made made = { .story = road_id(e) };
	struct reply nobody = { .life = 0 };
	size_t i;

	for (i = 0; i < m->n_recipients; i++)
		fail_one(e, m, i, why, &made);
	if (made.n == 0) {
		drop_set(e, in->segment.key);
		return;
	}
	set_keys(e, in, made.legs, made.n);
	spool_legs(e, &nobody,
		   &(struct copies){ .legs = made.legs, .n = made.n }, in);
}

/* Far sides are told the same end as the leg has. */
static struct life_verdict cut_life(struct engine *e, const struct message *m,
				    struct intake *in)
{
	struct life_verdict life = intake_life(e, m);
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct message cut;

	if (!life.cut)
		return life;
	cut = *m;
	cut.expires_us = life.ends_us;
	if (message_image(&cut, &image) != OK ||
	    arena_copy(e->scratch, buf_bytes(&image), &in->message) != OK)
		abort();
	buf_clear(&image);
	return life;
}

static void tell_taken(struct engine *e, const struct made *made,
		       const struct message *m,
		       const struct life_verdict *life)
{
	tell_message(e, made->legs[0]->story, m,
		     &(struct story){ .step = "intake", .verdict = "taken",
				      .text = made->verdict.reason });
	if (m->group.kind != ADDRESS_NONE)
		tell_message(e, made->legs[0]->story, m,
			     &(struct story){ .step = "group",
					      .verdict = "opened",
					      .to = &m->group,
					      .text = m->group_name });
	if (life->cut)
		tell_leg(e, made->legs[0],
			 &(struct story){ .step = "intake",
					  .verdict = "validity-cut",
					  .text = "its sender asked for more",
					  .clause = "lifetime-most" });
}

static void take(struct engine *e, const struct reply *to,
		 const struct intake *asked, const struct message *m)
{
	struct intake cut = *asked;
	const struct intake *in = &cut;
	struct life_verdict life;
	struct made made = { .story = road_id(e),
			     .joined = in->segment.key.n > 0,
			     .partial = in->partial &&
					in->segment.key.n == 0 };
	struct live **legs = made.legs;

	if (!admissible(e, m, &made)) {
		turn_away(e, to, in, m, &made.why);
		return;
	}
	life = cut_life(e, m, &cut);
	made.scheduled = m->earliest_us > e->last_us;
	make_legs(e, m, &made);
	if (made.n == 0) {
		turn_away(e, to, in, m, &made.why);
		if (made.joined && made.why.class != OUTCOME_LATER)
			drop_set(e, in->segment.key);
		return;
	}
	set_keys(e, in, legs, made.n);
	if (legs[0]->has_dedupe && native_joins(e, to, &legs[0]->dedupe)) {
		spool_forget(e, legs, made.n);
		return;
	}
	tell_taken(e, &made, m, &life);
	/* Without its octets in memory a leg is fetched when its turn comes. */
	if (made.n == 1 && arena_copy(legs[0]->arena, in->message,
				 &legs[0]->image) != OK)
		legs[0]->image = (struct bytes){ NULL, 0 };
	if (!goes_native(in, &made)) {
		spool_legs(e, to,
			   &(struct copies){
				   legs, made.n,
				   { made.refused, made.n_refused } },
			   in);
		return;
	}
	legs[0]->native = true;
	legs[0]->state = LEG_QUEUED;
	legs[0]->sender_keeps = in->sender_keeps;
	legs[0]->reply = *to;
	native_try(e, legs[0]);
}

/* To a group, or to more than one person. */
static void take_several(struct engine *e, const struct reply *to,
			 const struct intake *in, const struct message *m)
{
	struct intake settled = *in;
	struct message whole = *m;
	struct outcome why;

	if (recipients_settle(e, &settled, &whole, &why))
		take(e, to, &settled, &whole);
	else if (in->segment.key.n > 0 && why.class != OUTCOME_LATER)
		intake_ended(e, in, m, &why);
	else
		turn_away(e, to, in, m, &why);
}

void intake_message(struct engine *e, const struct reply *to,
		    const struct intake *in, const struct message *m)
{
	road_now(e);
	if (recipients_plain(e, in, m))
		take(e, to, in, m);
	else
		take_several(e, to, in, m);
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
	if (in.replace && m.n_recipients == 1)
		sweep_intake(e, &to, f->payload, &m);
	else if (in.segment.of > 1)
		reassemble_part(e, &to, &in, &m);
	else
		intake_message(e, &to, &in, &m);
}
