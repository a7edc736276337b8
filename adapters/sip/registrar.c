#include "adapters/sip/registrar.h"

#include <string.h>

#include "adapters/sip/gruu.h"
#include "adapters/sip/ua.h"

#define CONTACT_ARENA_MAX 65536

struct registrar {
	struct uplink *up;
	struct loop *loop;
	struct table people;
	size_t sms; /* devices that take SMS over IP                  */
	bool ready; /* before that the engine is told nothing    */
};

struct registrar *registrar_new(struct uplink *up, const uint8_t key[16])
{
	struct registrar *r = mem_zero(sizeof(*r));

	if (!r)
		return NULL;
	r->up = up;
	r->loop = uplink_loop(up);
	if (table_init(&r->people, 1024, key) != OK) {
		mem_free(r);
		return NULL;
	}
	return r;
}

static void announce(struct registrar *r, const struct person *p)
{
	struct presence v = { .user = p->name, .devices = p->reachable };

	enum err e = r->ready ? uplink_presence(r->up, &v) : OK;

	/* A link that is full: the next registration tells again. */
	(void)e;
}

static void set_sms(struct registrar *r, struct device *d, bool sms)
{
	r->sms += (size_t)sms - (size_t)d->sms;
	d->sms = sms;
}

size_t registrar_sms(const struct registrar *r)
{
	return r->sms;
}

static void free_device(struct registrar *r, struct device *d)
{
	set_sms(r, d, false);
	loop_clear_timer(r->loop, &d->expiry);
	ua_flow_watch(d->flow, NULL, NULL);
	ua_flow_release(d->flow);
	mem_free(d->texts);
	mem_free(d);
}

static void free_person(struct registrar *r, struct person *p)
{
	loop_clear_timer(r->loop, &p->doubt);
	table_remove(&r->people, &p->node);
	mem_free(p->name);
	mem_free(p);
}

void registrar_free(struct registrar *r)
{
	struct table_node *n;
	struct person *p;
	struct device *d;

	if (!r)
		return;
	while ((n = table_any(&r->people))) {
		p = (struct person *)n;
		while ((d = p->devices)) {
			p->devices = d->next;
			target_close(&d->target);
			free_device(r, d);
		}
		free_person(r, p);
	}
	table_clear(&r->people);
	mem_free(r);
}

struct person *registrar_person(const struct registrar *r, const char *name)
{
	uint64_t hash = table_hash(&r->people, bytes_of(name));
	struct table_node *n = table_first(&r->people, hash);

	for (; n; n = table_next(n))
		if (strcmp(((struct person *)n)->name, name) == 0)
			return (struct person *)n;
	return NULL;
}

static struct person *make_person(struct registrar *r, const char *name)
{
	struct person *p = mem_zero(sizeof(*p));

	if (!p)
		return NULL;
	p->registrar = r;
	p->name = mem_string(name);
	if (!p->name) {
		mem_free(p);
		return NULL;
	}
	table_add(&r->people, &p->node, table_hash(&r->people, bytes_of(name)));
	return p;
}

struct device *person_device(const struct person *p, const char *key)
{
	struct device *d = p ? p->devices : NULL;

	while (d && strcmp(d->contact.key, key) != 0)
		d = d->next;
	return d;
}

bool person_has_gruu(const struct person *p, struct bytes parameter)
{
	const struct device *d = p ? p->devices : NULL;

	while (d && !(d->reachable &&
		      gruu_is(parameter, d->contact.instance)))
		d = d->next;
	return d != NULL;
}

/* -- doubt ---------------------------------------------------------------- */

static void doubt_due(void *arg)
{
	struct person *p = arg;

	p->doubt_us *= 2;
	if (p->doubt_us > REGISTRAR_DOUBT_MAX_US)
		p->doubt_us = REGISTRAR_DOUBT_MAX_US;
	if (p->reachable > 0)
		announce(p->registrar, p);
}

static void clear_doubt(struct registrar *r, struct person *p)
{
	p->doubt_us = 0;
	loop_clear_timer(r->loop, &p->doubt);
}

void registrar_doubt(struct registrar *r, const char *name)
{
	struct person *p = registrar_person(r, name);

	if (!p || p->doubt.slot != 0)
		return;
	if (p->doubt_us == 0)
		p->doubt_us = REGISTRAR_DOUBT_US;
	if (loop_set_timer(r->loop, &p->doubt, p->doubt_us, doubt_due, p) != OK)
		p->doubt_us = 0;
}

void registrar_seen(struct registrar *r, const char *name)
{
	struct person *p = registrar_person(r, name);

	if (!p || p->doubt_us == 0)
		return;
	clear_doubt(r, p);
	if (p->reachable > 0)
		announce(r, p);
}

/* -- devices -------------------------------------------------------------- */

static void set_reachable(struct device *d, bool reachable)
{
	if (d->reachable == reachable)
		return;
	d->reachable = reachable;
	if (reachable)
		d->person->reachable++;
	else
		d->person->reachable--;
}

void registrar_drop(struct registrar *r, struct device *d)
{
	struct person *p = d->person;
	struct device **at = &p->devices;
	bool was = d->reachable;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	set_reachable(d, false);
	p->count--;
	target_close(&d->target);
	free_device(r, d);
	if (was)
		announce(r, p);
	if (!p->devices)
		free_person(r, p);
}

static void expiry_due(void *arg)
{
	struct device *d = arg;
	struct registrar *r = d->person->registrar;
	struct binding b = { .user = d->person->name, .key = d->contact.key };

	enum err e = uplink_binding(r->up, 0, &b);

	/* The engine forgets it by itself, too: its time is in the binding. */
	(void)e;
	registrar_drop(r, d);
}

static enum err set_expiry(struct registrar *r, struct device *d)
{
	uint64_t now = uplink_now_us(r->up);
	uint64_t in_us =
		d->contact.expires_us > now ? d->contact.expires_us - now : 0;

	return loop_set_timer(r->loop, &d->expiry, in_us, expiry_due, d);
}

static struct device *make_device(struct person *p)
{
	struct device *d = mem_zero(sizeof(*d));

	if (!d)
		return NULL;
	d->person = p;
	d->next = p->devices;
	p->devices = d;
	p->count++;
	return d;
}

/* The new texts in the place of the old ones, if there is memory. */
static enum err renew(struct device *d, const struct contact *c)
{
	char *texts;
	enum err e = contact_keep(c, &d->contact, &texts);

	if (e != OK)
		return e;
	mem_free(d->texts);
	d->texts = texts;
	return OK;
}

static void flow_lost(void *arg)
{
	struct device *d = arg;

	registrar_lost(d->person->registrar, d);
}

/* Is there more to be tried now than before? */
static bool is_news(const struct person *p, const struct device *d, bool made,
		    const struct ua_flow *flow)
{
	return made || !d->reachable || p->doubt_us > 0 ||
	       !ua_flow_same(d->flow, flow);
}

enum err registrar_put(struct registrar *r, const struct contact *c,
		       struct ua_flow *flow)
{
	struct person *p = registrar_person(r, c->user);
	struct device *d = person_device(p, c->key);
	bool made = d == NULL, news;
	enum err e;

	if (!p && !(p = make_person(r, c->user)))
		return ERR_NOMEM;
	if (!d && !(d = make_device(p))) {
		if (!p->devices)
			free_person(r, p);
		return ERR_NOMEM;
	}
	if ((e = renew(d, c)) != OK || (e = set_expiry(r, d)) != OK) {
		if (made)
			registrar_drop(r, d);
		return e;
	}
	set_sms(r, d, contact_has(c, "+g.3gpp.smsip"));
	news = is_news(p, d, made, flow);
	d->datagram = false;
	ua_flow_watch(d->flow, NULL, NULL);
	ua_flow_release(d->flow);
	d->flow = ua_flow_hold(flow);
	ua_flow_watch(d->flow, flow_lost, d);
	set_reachable(d, !c->stream || ua_flow_alive(flow));
	if (news && d->reachable) {
		clear_doubt(r, p);
		announce(r, p);
	}
	return OK;
}

enum err registrar_restore(struct registrar *r, const struct binding *b)
{
	struct arena *a = arena_new(CONTACT_ARENA_MAX);
	struct contact c;
	enum err e;

	if (!a)
		return ERR_NOMEM;
	if ((e = contact_read(b->data, a, &c)) != OK)
		goto out;
	if (!b->user || !b->key || strcmp(c.user, b->user) != 0 ||
	    strcmp(c.key, b->key) != 0) {
		e = ERR_MALFORMED;
		goto out;
	}
	c.expires_us = b->expires_us;
	if (c.expires_us > uplink_now_us(r->up))
		e = registrar_put(r, &c, NULL);
out:
	arena_free(a);
	return e;
}

static void announce_each(void *arg, struct table_node *n)
{
	struct person *p = (struct person *)n;

	if (p->reachable > 0)
		announce(arg, p);
}

void registrar_ready(struct registrar *r)
{
	r->ready = true;
	table_walk(&r->people, announce_each, r);
}

void registrar_lost(struct registrar *r, struct device *d)
{
	if (!d->reachable)
		return;
	ua_flow_watch(d->flow, NULL, NULL);
	ua_flow_release(d->flow);
	d->flow = NULL;
	set_reachable(d, false);
	announce(r, d->person);
}

static void lose_each(void *arg, struct table_node *n)
{
	struct device *d = ((struct person *)n)->devices;

	for (; d; d = d->next) {
		if (!d->flow || ua_flow_secure(d->flow))
			continue;
		if (d->contact.stream) {
			registrar_lost(arg, d);
			continue;
		}
		ua_flow_release(d->flow);
		d->flow = NULL;
	}
}

void registrar_lost_all(struct registrar *r)
{
	table_walk(&r->people, lose_each, r);
}

void registrar_disown(const struct registrar *r, struct device *d,
		      struct bytes message_id)
{
	d->disowned = table_hash(&r->people, message_id);
}

bool registrar_disowned(const struct registrar *r, const char *name,
			struct bytes message_id)
{
	const struct person *p = registrar_person(r, name);
	const struct device *d = p ? p->devices : NULL;

	while (d && d->disowned != table_hash(&r->people, message_id))
		d = d->next;
	return d != NULL;
}
