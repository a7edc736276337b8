/*
 * LEG: a message to the devices of one user, or to another domain. All
 * devices get it at once, each its queue permitting; the first 2xx decides
 * (RFC 4320), else the best of the refusals.
 */
#include <string.h>

#include "adapters/sip/draft.h"
#include "adapters/sip/sip.h"
#include "codecs/base64.h"

#define REDIRECTS_MAX 5

/* One device's copy. */
struct branch {
	struct target_item item; /* first: it is found by it          */
	struct branch *next;
	struct delivery *delivery;
	struct device *device; /* NULL: gone, or a domain                   */
	struct ua_call *call;
	enum device_takes sent; /* how it was                                */
	const char *elsewhere; /* where the device has sent us; or NULL     */
	unsigned followed;     /* how often it has                          */
	struct bytes body;
};

struct delivery {
	struct delivery *next, *previous;
	struct sip *sip;
	struct arena *arena;
	uint64_t token;
	const char *user; /* name, once it is known                    */
	bool to_server;	  /* and to no device                          */
	const char *route; /* there: the way; NULL: as the target says  */
	struct draft draft;
	unsigned attempt;
	struct branch *branches;
	size_t left;	     /* branches without their end                */
	bool finding;	     /* the directory is being asked              */
	bool told;	     /* the engine has its outcome                */
	struct outcome best; /* of what has failed                        */
	bool any;	     /* `best` is one                             */
};

static void branch_end(struct branch *b, const struct sip_result *r);

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

static void tell(struct delivery *v, const struct outcome *o)
{
	enum err e;

	if (v->told)
		return;
	v->told = true;
	if (o->class == OUTCOME_DELIVERED || o->class == OUTCOME_ACCEPTED)
		v->sip->sent++;
	else
		v->sip->failed++;
	/* Without memory for it the link is about to end, and with it all
	 * that is outstanding. */
	e = uplink_outcome(v->sip->up, v->token, o);
	(void)e;
}

static void tell_class(struct delivery *v, enum outcome_class class,
		       const char *text, const char *clause)
{
	struct outcome o = { .class = class, .text = text, .clause = clause };

	tell(v, &o);
}

/* Nothing is under way any more. */
static void all_done(struct delivery *v)
{
	struct registrar *r = v->sip->registrar;

	if (v->any && !v->told) {
		if (v->best.class == OUTCOME_ABSENT && v->user)
			registrar_doubt(r, v->user);
		tell(v, &v->best);
	}
	tell_class(v, OUTCOME_ABSENT, "no device is registered", "RFC 5438 8.1");
	free_delivery(v);
}

static void unhook(struct branch *b)
{
	struct delivery *v = b->delivery;

	b->delivery = NULL;
	if (v && --v->left == 0 && !v->finding)
		all_done(v);
}

/* -- one branch ----------------------------------------------------------- */

static void call_done(void *arg, const struct sip_result *r)
{
	struct branch *b = arg;

	b->call = NULL;
	branch_end(b, r);
}

static const char *make_call_id(struct delivery *v)
{
	uint8_t raw[16];
	uint64_t half;
	char text[23];
	int i;

	for (i = 0; i < 2; i++) {
		half = uplink_random(v->sip->up);
		memcpy(raw + 8 * i, &half, 8);
	}
	base64url_16(raw, text);
	return arena_string(v->arena, bytes_of(text));
}

/* Path, if there is one, becomes Route (RFC 3327 5.3). */
static const char *headers_for(struct branch *b)
{
	const struct contact *c = b->device ? &b->device->contact : NULL;
	struct delivery *v = b->delivery;
	struct buf text = BUF_INIT(32768);
	const char *made = NULL;

	if (!c || !c->path || b->elsewhere)
		return v->draft.headers;
	buf_printf(&text, "Route: %s\r\n%s", c->path, v->draft.headers);
	if (buf_status(&text) == OK)
		made = arena_string(v->arena, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

static void aim(const struct branch *b, struct ua_message *m)
{
	const struct delivery *v = b->delivery;
	const struct contact *c;

	if (!b->device) {
		m->target = v->draft.target;
		m->route = v->route;
		return;
	}
	if (b->elsewhere) {
		m->target = b->elsewhere;
		return;
	}
	c = &b->device->contact;
	m->target = c->core ? v->draft.target : c->uri;
	m->route = c->core ? c->uri : c->route;
	m->flow = c->path ? NULL : b->device->flow;
	m->datagram = b->device->datagram;
}

/* The body in that form; false: there is none. */
static bool take_form(struct branch *b, enum device_takes form)
{
	const struct draft *d = &b->delivery->draft;

	if (form == TAKES_PLAIN && !d->plain_type)
		return false;
	if (form == TAKES_ONE_FROM &&
	    draft_one_from(d, b->delivery->arena, &b->body) != OK)
		return false;
	if (form == TAKES_ALL)
		b->body = d->body;
	else if (form == TAKES_PLAIN)
		b->body = d->plain;
	b->sent = form;
	return true;
}

static enum err send_to(struct branch *b)
{
	struct delivery *v = b->delivery;
	struct ua_message m = {
		.from = v->draft.from,
		.to = v->draft.to,
		.call_id = make_call_id(v),
		.max_forwards = v->draft.max_forwards,
		.headers = headers_for(b),
		.type = v->draft.type,
		.body = b->body,
	};

	if (!m.call_id || !m.headers)
		return ERR_NOMEM;
	if (b->sent == TAKES_PLAIN)
		m.type = v->draft.plain_type;
	aim(b, &m);
	return ua_send(v->sip->ua, &m, call_done, b, &b->call);
}

static void start(struct target_item *item)
{
	static const struct sip_result dead = { .status = 503, .own = true };
	static const struct sip_result broken = { .status = 500, .own = true };
	struct branch *b = (struct branch *)item;
	struct device *d = b->device;

	if (d && d->contact.stream && !ua_flow_alive(d->flow)) {
		registrar_lost(b->delivery->sip->registrar, d);
		branch_end(b, &dead);
		return;
	}
	if (!d || !take_form(b, d->takes))
		(void)take_form(b, TAKES_ALL);
	if (send_to(b) != OK)
		branch_end(b, &broken);
}

static void gone(struct target_item *item)
{
	static const struct sip_result left = { .status = 480, .own = true };
	struct branch *b = (struct branch *)item;

	b->device = NULL;
	branch_end(b, &left);
}

/*
 * 415 to CPIM: once more, as plain text (RFC 3261 21), and from now on. 488:
 * some devices, liblinphone one of them, demand that CPIM's From is SIP's,
 * and take no telephone number there. Who says it to that, too, gets the text
 * alone this once.
 */
static bool try_otherwise(struct branch *b, const struct sip_result *r)
{
	struct delivery *v = b->delivery;
	bool taken;

	if ((r->status != 415 && r->status != 488) || r->own ||
	    !b->item.target)
		return false;
	taken = r->status == 488 && b->sent == TAKES_ALL &&
		take_form(b, TAKES_ONE_FROM);
	if (!taken)
		taken = b->sent != TAKES_PLAIN && take_form(b, TAKES_PLAIN);
	if (!taken || send_to(b) != OK)
		return false;
	if (b->device && r->status == 415)
		b->device->takes = TAKES_PLAIN;
	if (b->device)
		registrar_disown(v->sip->registrar, b->device,
				 bytes_of(v->draft.message_id));
	return true;
}

/*
 * RFC 3261 16.7 step 4: what a device of ours says about where it is, is as
 * good as its registration. Other domains look after their own.
 */
static bool follow(struct branch *b, const struct sip_result *r)
{
	struct delivery *v = b->delivery;
	const char *to;

	if (!r->contact || !b->device || b->followed == REDIRECTS_MAX)
		return false;
	to = arena_string(v->arena, bytes_of(r->contact));
	if (!to)
		return false;
	b->elsewhere = to;
	b->followed++;
	return send_to(b) == OK;
}

static void success(struct branch *b, const struct sip_result *r)
{
	struct delivery *v = b->delivery;
	struct outcome o;

	outcome_of_sip(r, v->draft.report_follows && b->sent != TAKES_PLAIN,
		       v->attempt, &o);
	if (b->device && b->sent == TAKES_ONE_FROM)
		b->device->takes = TAKES_ONE_FROM;
	if (v->user)
		registrar_seen(v->sip->registrar, v->user);
	tell(v, &o);
}

static void failure(struct branch *b, const struct sip_result *r)
{
	struct delivery *v = b->delivery;
	struct outcome o;

	outcome_of_sip(r, false, v->attempt, &o);
	if (o.text)
		o.text = arena_string(v->arena, bytes_of(o.text));
	if (r->status == 491)
		o.retry_after_ms = (uint32_t)(uplink_random(v->sip->up) % 2000);
	if (!v->any || outcome_better(&o, &v->best))
		v->best = o;
	v->any = true;
}

static void branch_end(struct branch *b, const struct sip_result *r)
{
	if (!b->delivery)
		return;
	if (b->device && r->datagram)
		b->device->datagram = true;
	if (try_otherwise(b, r) || follow(b, r))
		return;
	if (r->status < 300)
		success(b, r);
	else
		failure(b, r);
	/* The next one to this device first: unhook() may free the branch. */
	target_done(&b->item);
	unhook(b);
}

/* -- the start ------------------------------------------------------------ */

static struct branch *add_branch(struct delivery *v, struct device *d)
{
	struct branch *b = arena_alloc(v->arena, sizeof(*b));

	if (!b)
		return NULL;
	b->item.start = start;
	b->item.gone = gone;
	b->delivery = v;
	b->device = d;
	b->next = v->branches;
	v->branches = b;
	v->left++;
	return b;
}

static void to_server(struct delivery *v)
{
	static const struct sip_result broken = { .status = 500, .own = true };
	struct branch *b = add_branch(v, NULL);

	if (!b) {
		tell_class(v, OUTCOME_LATER, "no memory", NULL);
		free_delivery(v);
	} else if (!take_form(b, TAKES_ALL) || send_to(b) != OK) {
		branch_end(b, &broken);
	}
}

static void to_devices(struct delivery *v, const struct person *p)
{
	struct device *d;
	struct branch *b, *next;

	/* All of them first: what starts may end at once, and drop some. */
	v->finding = true;
	for (d = p ? p->devices : NULL; d; d = d->next)
		if (d->reachable)
			(void)add_branch(v, d);
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
	tell(v, &o);
	free_delivery(v);
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
	v->finding = true;
	users_ask(s->users, &what, user_found, v);
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
		target_done(&b->item);
		if (b->delivery)
			unhook(b);
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

	while (b && !b->call)
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
