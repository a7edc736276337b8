/*
 * LEG: a message to the devices of one user, or to a server. All devices get
 * it at once, each its queue permitting; the first 2xx decides (RFC 4320),
 * else the best of the refusals.
 */

#include <string.h>

#include "adapters/sip/gruu.h"
#include "adapters/sip/smsip.h"

/* -- the end -------------------------------------------------------------- */

static void free_delivery(struct delivery *v)
{
	struct sip *s = v->sip;

	if (v->previous)
		v->previous->next = v->next;
	else
		s->deliveries = v->next;
	if (v->next)
		v->next->previous = v->previous;
	s->n_deliveries--;
	sip_arena_give(s, v->arena);
	mem_free(v);
	sip_maybe_drained(s);
}

void delivery_tell(struct delivery *v, const struct outcome *o)
{
	struct outcome told = *o;
	enum err e;

	if (v->told)
		return;
	v->told = true;
	/* That device and no other (RFC 5627 6.1), by no other way. */
	if (v->draft.gruu.n > 0 && !v->to_server &&
	    (o->class == OUTCOME_ABSENT || o->class == OUTCOME_ADDRESS)) {
		told.class = OUTCOME_NEVER;
		told.state = STATE_UNDELIVERABLE;
		told.far_code = 480;
		told.clause = "RFC 5627 6.1";
	}
	told.progress = smsip_progress(v);
	told.keys = v->draft.keys;
	told.n_keys = v->draft.n_keys;
	if (o->class == OUTCOME_DELIVERED || o->class == OUTCOME_ACCEPTED)
		v->sip->sent++;
	else
		v->sip->failed++;
	/* Without memory for it the link is about to end, and with it all
	 * that is outstanding. */
	e = uplink_outcome(v->sip->up, v->token, &told);
	(void)e;
}

static void tell_class(struct delivery *v, enum outcome_class class,
		       const char *text, const char *clause)
{
	struct outcome o = { .class = class, .text = text, .clause = clause };

	delivery_tell(v, &o);
}

/* Nothing is under way any more. */
static void all_done(struct delivery *v)
{
	struct registrar *r = v->sip->registrar;

	if (v->any && !v->told) {
		if (v->best.class == OUTCOME_ABSENT && v->user &&
		    v->draft.gruu.n == 0)
			registrar_doubt(r, v->user);
		delivery_tell(v, &v->best);
	}
	tell_class(v, OUTCOME_ABSENT, "no device is registered",
		   "RFC 3261 21.4.18");
	free_delivery(v);
}

void delivery_unhook(struct branch *b)
{
	struct delivery *v = b->delivery;

	b->delivery = NULL;
	if (v && --v->left == 0 && !v->finding)
		all_done(v);
}

/* -- the start ------------------------------------------------------------ */

static void to_server(struct delivery *v)
{
	struct branch *b = branch_add(v, NULL);

	if (!b) {
		tell_class(v, OUTCOME_LATER, "no memory", NULL);
		free_delivery(v);
	} else {
		branch_start(&b->item);
	}
}

/* RFC 5626 5.3: over one of a device's flows only, the newest of them. */
static bool has_other_flow(const struct delivery *v, const struct device *d)
{
	const char *instance = d->contact.reg_id ? d->contact.instance : NULL;
	const struct branch *b = instance ? v->branches : NULL;

	for (; b; b = b->next)
		if (b->device && b->device->contact.instance &&
		    strcmp(b->device->contact.instance, instance) == 0)
			return true;
	return false;
}

static bool is_meant(const struct delivery *v, const struct device *d)
{
	return d->reachable && smsip_is_meant(v, d) &&
	       (v->draft.gruu.n == 0 ||
		gruu_is(v->draft.gruu, d->contact.instance));
}

static bool add_device(struct delivery *v, struct device *d)
{
	struct smsip_turn *sms = NULL;
	struct branch *b;

	if (smsip_goes(v, d) && !(sms = smsip_turn_new(v)))
		return false;
	if (!(b = branch_add(v, d)))
		return false;
	b->sms = sms;
	return true;
}

static void to_devices(struct delivery *v, const struct person *p)
{
	static const struct outcome no_memory = { .class = OUTCOME_LATER,
						  .text = "no memory" };
	struct device *d;
	struct branch *b, *next;

	/* All of them first: what starts may end at once, and drop some. */
	v->finding = true;
	for (d = p ? p->devices : NULL; d; d = d->next)
		if (is_meant(v, d) && !has_other_flow(v, d) &&
		    !add_device(v, d)) {
			v->best = no_memory;
			v->any = true;
		}
	v->leg = NULL;
	for (b = v->branches; b; b = next) {
		next = b->next;
		if (b->delivery && b->device)
			target_add(&b->device->target, &b->item);
	}
	v->finding = false;
	if (v->left == 0)
		all_done(v);
}

/*
 * Whatever number or alias was called: a device knows itself by its user's
 * address only (RFC 3862), and refuses what is for anybody else.
 */
static void to_user(struct delivery *v, const struct user *u)
{
	struct buf text = BUF_INIT(1024);
	const char *to;

	buf_printf(&text, "<sip:%s@%s>", u->name, u->domain);
	to = arena_string(v->arena, buf_bytes(&text));
	if (buf_status(&text) == OK && to)
		v->draft.to = to;
	buf_clear(&text);
}

static void user_found(void *arg, const struct user *u)
{
	struct delivery *v = arg;

	v->finding = false;
	if (v->answered)
		*v->answered = true;
	v->answered = NULL;
	if (!u || v->told) {
		tell_class(v, OUTCOME_LATER, "the directory does not answer",
			   NULL);
		free_delivery(v);
		return;
	}
	if (u->exists && u->name)
		v->user = arena_string(v->arena, bytes_of(u->name));
	if (v->user && u->domain)
		to_user(v, u);
	to_devices(v, v->user ? registrar_person(v->sip->registrar, v->user)
			      : NULL);
}

static struct delivery *make(struct sip *s, const struct leg *leg)
{
	struct delivery *v = mem_zero(sizeof(*v));

	if (!v)
		return NULL;
	v->arena = sip_arena_take(s);
	if (!v->arena) {
		mem_free(v);
		return NULL;
	}
	v->sip = s;
	v->token = leg->token;
	v->attempt = leg->attempt;
	v->native = leg->native;
	v->since_us = uplink_now_us(s->up);
	v->next = s->deliveries;
	if (v->next)
		v->next->previous = v;
	s->deliveries = v;
	s->n_deliveries++;
	return v;
}

static uint64_t random_of(void *arg)
{
	return uplink_random(arg);
}

static enum err draft_leg(struct delivery *v, const struct leg *leg)
{
	const struct sip_config *config = v->sip->config;
	const struct sip_domain *domain = config_domain(config, leg->peer);
	struct draft_context c = {
		.config = config,
		.now_us = uplink_now_us(v->sip->up),
		.random = random_of,
		.arg = v->sip->up,
		.assert_identity = !domain || domain->trusted,
		.thread_key = v->sip->nonce_key,
	};
	enum err e = draft_make(&c, leg, v->arena, &v->draft);

	if (e == OK && domain) {
		v->to_server = true;
		v->route = domain->route;
	}
	/* Only to whom we know: everybody can put anything there. */
	if (e == OK && v->draft.imdn_route &&
	    config_server(config, v->draft.imdn_route, &v->route)) {
		v->to_server = true;
		v->draft.target = v->draft.imdn_route;
	}
	if (e == OK && !v->draft.type &&
	    config->sms_centre.kind == ADDRESS_NONE)
		e = ERR_UNSUPPORTED;
	return e;
}

/* What cannot be written as a MESSAGE. */
static void not_drafted(struct delivery *v, enum err e)
{
	struct outcome o = { .class = OUTCOME_NEVER,
			     .state = STATE_UNDELIVERABLE,
			     .text = err_name(e),
			     .clause = "RFC 3862" };

	if (e == ERR_NOMEM)
		o.class = OUTCOME_LATER;
	if (e == ERR_UNSUPPORTED && v->draft.target == NULL)
		o.class = OUTCOME_ADDRESS;
	if (e == ERR_TOOBIG)
		o.far_code = 513;
	if (e == ERR_RANGE)
		o.far_code = 483;
	delivery_tell(v, &o);
	free_delivery(v);
}

/* The leg is there for the time of the call only: if the answer takes longer
 * than that, what may be made of it is made now. */
static void ask(struct delivery *v, const struct leg *leg,
		const struct lookup *what)
{
	bool answered = false;

	v->finding = true;
	v->leg = leg;
	v->answered = &answered;
	users_ask(v->sip->users, what, user_found, v);
	if (answered)
		return;
	v->answered = NULL;
	smsip_plan(v);
	v->leg = NULL;
}

void deliver_leg(struct sip *s, const struct leg *leg)
{
	static const struct outcome no_memory = { .class = OUTCOME_LATER,
						  .text = "no memory" };
	struct lookup what = { .kind = LOOKUP_USER_ADDRESS };
	struct delivery *v = make(s, leg);
	enum err e;

	if (!v) {
		e = uplink_outcome(s->up, leg->token, &no_memory);
		(void)e;
		return;
	}
	if ((e = draft_leg(v, leg)) != OK) {
		not_drafted(v, e);
		return;
	}
	if (v->to_server) {
		to_server(v);
		return;
	}
	what.name = arena_string(v->arena, bytes_of(leg->to.text));
	if (!what.name) {
		not_drafted(v, ERR_NOMEM);
		return;
	}
	ask(v, leg, &what);
}

/* -- taking back ---------------------------------------------------------- */

static void give_up(struct delivery *v)
{
	struct branch *b, *next;

	v->told = true;
	v->finding = true;
	for (b = v->branches; b; b = next) {
		next = b->next;
		ua_forget(b->call);
		b->call = NULL;
		smsip_stop(b);
		target_done(&b->item);
		if (b->delivery)
			delivery_unhook(b);
	}
	v->finding = false;
	free_delivery(v);
}

void deliver_cancel(struct sip *s, uint64_t token)
{
	struct delivery *v = s->deliveries;

	while (v && v->token != token)
		v = v->next;
	if (!v || v->told)
		return;
	tell_class(v, v->branches ? OUTCOME_UNANSWERED : OUTCOME_LATER,
		   "cancelled", NULL);
	/* Asked for in the directory: it ends when the answer comes. */
	if (!v->finding)
		give_up(v);
}

/* Has any device been sent it? */
static bool is_sent(const struct delivery *v)
{
	const struct branch *b = v->branches;

	while (b && !b->call && !smsip_waits(b))
		b = b->next;
	return b != NULL;
}

static void end_one(struct delivery *v)
{
	tell_class(v, is_sent(v) ? OUTCOME_UNANSWERED : OUTCOME_LATER,
		   "the gateway stops", NULL);
	/* Asked for in the directory: it ends when the answer comes. */
	if (!v->finding)
		give_up(v);
}

/* The newest first, so that none gets its turn because another has gone. */
void deliver_end_waiting(struct sip *s)
{
	struct delivery *v, *next;

	for (v = s->deliveries; v; v = next) {
		next = v->next;
		if (!is_sent(v))
			end_one(v);
	}
}

void deliver_end_all(struct sip *s)
{
	struct delivery *v, *next;

	deliver_end_waiting(s);
	for (v = s->deliveries; v; v = next) {
		next = v->next;
		end_one(v);
	}
}
