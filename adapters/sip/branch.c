/* One device's copy of a message: how it is sent, and what comes of it. */
#include "adapters/sip/smsip.h"

#include <string.h>

#define REDIRECTS_MAX 5

static void branch_end(struct branch *b, const struct sip_result *r);

static void call_done(void *arg, const struct sip_result *r)
{
	struct branch *b = arg;
	/* As long as it is a target, its device is there. */
	struct device *d = b->item.target ? b->device : NULL;

	/* Its connection has gone, and it does not listen either. */
	if (d && d->flow && !ua_flow_alive(d->flow) && r->own &&
	    r->status == 503)
		registrar_lost(b->delivery->sip->registrar, d);
	b->call = NULL;
	branch_end(b, r);
}

/* Path, if there is one, becomes Route (RFC 3327 5.3). */
const char *branch_headers(struct branch *b, const char *lines)
{
	const struct contact *c = b->device ? &b->device->contact : NULL;
	struct delivery *v = b->delivery;
	struct buf text = BUF_INIT(32768);
	const char *made = NULL;

	if (!c || !c->path || b->elsewhere)
		return lines;
	buf_printf(&text, "Route: %s\r\n%s", c->path, lines);
	if (buf_status(&text) == OK)
		made = arena_string(v->arena, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

void branch_aim(const struct branch *b, struct ua_message *m)
{
	const struct delivery *v = b->delivery;
	const struct contact *c;

	if (!b->device) {
		m->target = v->draft.target;
		m->route = v->route;
		m->name = v->domain;
		return;
	}
	if (b->elsewhere) {
		m->target = b->elsewhere;
		return;
	}
	c = &b->device->contact;
	m->target = c->core ? v->draft.target : c->uri;
	m->route = c->core ? c->uri : c->route;
	m->flow = c->path || !ua_flow_alive(b->device->flow) ? NULL
							    : b->device->flow;
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
		.call_id = sip_call_id(v->sip, v->arena),
		.max_forwards = v->draft.max_forwards,
		.headers = branch_headers(b, v->draft.headers),
		.type = v->draft.type,
		.body = b->body,
	};

	if (!m.call_id || !m.headers)
		return ERR_NOMEM;
	if (b->sent == TAKES_PLAIN)
		m.type = v->draft.plain_type;
	if (b->listed && b->sent == TAKES_ALL) {
		m.type = v->draft.listed_type;
		m.body = v->draft.listed;
	}
	branch_aim(b, &m);
	draft_key(&v->draft, m.call_id);
	return ua_send(v->sip->ua, &m, call_done, b, &b->call);
}

void branch_start(struct target_item *item)
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
	if (b->sms) {
		smsip_start(b);
		return;
	}
	b->listed = b->delivery->draft.listed_type && !(d && d->no_lists);
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

/* RFC 5364 7: who takes no list is sent the message alone. */
static bool try_alone(struct branch *b, const struct sip_result *r)
{
	if (!b->listed || b->sent != TAKES_ALL)
		return false;
	b->listed = false;
	if (b->item.target && r->status == 415)
		b->device->no_lists = true;
	return send_to(b) == OK;
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

	if ((r->status != 415 && r->status != 488) || r->own)
		return false;
	if (try_alone(b, r))
		return true;
	if (!b->item.target)
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

static void success(struct branch *b, const struct outcome *o)
{
	struct delivery *v = b->delivery;

	if (v->user)
		registrar_seen(v->sip->registrar, v->user);
	delivery_tell(v, o);
}

static void failure(struct branch *b, const struct outcome *o)
{
	struct delivery *v = b->delivery;

	if (!v->any || outcome_better(o, &v->best))
		v->best = *o;
	v->any = true;
}

void branch_settle(struct branch *b, const struct outcome *o)
{
	if (o->class == OUTCOME_DELIVERED || o->class == OUTCOME_ACCEPTED)
		success(b, o);
	else
		failure(b, o);
	/* The next one to this device first: delivery_unhook() may free the
	 * branch. */
	target_done(&b->item);
	delivery_unhook(b);
}

static void branch_end(struct branch *b, const struct sip_result *r)
{
	struct delivery *v = b->delivery;
	struct outcome o;

	if (!v)
		return;
	if (b->item.target && r->datagram && !b->elsewhere)
		b->device->datagram = true;
	if (try_otherwise(b, r) || follow(b, r))
		return;
	if (r->status < 300 && b->item.target && b->sent == TAKES_ONE_FROM)
		b->device->takes = TAKES_ONE_FROM;
	outcome_of_sip(r, v->draft.report_follows && b->sent != TAKES_PLAIN,
		       v->attempt, &o);
	o.direct = r->status < 300 && v->draft.direct && b->sent != TAKES_PLAIN;
	if (o.text)
		o.text = arena_string(v->arena, bytes_of(o.text));
	/* Nobody registers there, whose coming would be a reason to try. */
	if (v->to_server && o.class == OUTCOME_ABSENT)
		o.class = OUTCOME_LATER;
	if (r->status == 491)
		o.retry_after_ms = (uint32_t)(uplink_random(v->sip->up) % 2000);
	branch_settle(b, &o);
}

struct branch *branch_add(struct delivery *v, struct device *d)
{
	struct branch *b = arena_alloc(v->arena, sizeof(*b));

	if (!b)
		return NULL;
	b->item.start = branch_start;
	b->item.gone = gone;
	b->delivery = v;
	b->device = d;
	b->next = v->branches;
	v->branches = b;
	v->left++;
	return b;
}
