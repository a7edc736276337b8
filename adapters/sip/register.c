/* REGISTER: RFC 3261 10.3, RFC 3327 (Path), RFC 3608 (Service-Route),
 * RFC 5626 4.1, 5627 5 (instance, public GRUU), TS 24.229 (P-Associated-URI).
 */
#include "adapters/sip/gruu.h"
#include "adapters/sip/intake_map.h"
#include "adapters/sip/sip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define URI_MAX	    1024
#define ANSWER_MAX  65536
#define EXPIRES_NON 3600u /* for what is no number (RFC 3261 20.19)    */

/* One Contact of the request with what is to become of it. */
struct wish {
	const struct request_contact *contact;
	const char *key;
	uint32_t expires_s;
	struct device *device; /* that it is about already; or NULL         */
};

struct registering {
	struct asked *asked;
	struct sip *sip;
	const struct request *request;
	const struct user *user;
	struct person *person; /* NULL: nothing registered                  */
	struct wish wishes[REQUEST_CONTACTS_MAX];
	size_t n_wishes;
	bool all;	    /* "*": whatever he has, away with it         */
	const char *phrase; /* of a refusal; NULL: the usual one          */
};

/* -- the answer ----------------------------------------------------------- */

static void put_gruu(struct buf *to, const struct device *d,
		     const struct sip_config *c)
{
	buf_printf(to, ";pub-gruu=\"sip:%s@%s;", d->person->name,
		   d->contact.domain ? d->contact.domain : c->domain);
	gruu_put(d->contact.instance, to);
	buf_text(to, "\"");
}

static void put_contact(struct buf *to, const struct device *d,
			const struct asked *a, uint64_t now_us)
{
	const struct contact *c = &d->contact;
	uint64_t left = c->expires_us > now_us ? c->expires_us - now_us : 0;

	buf_printf(to, "Contact: <%s>;expires=%llu", c->uri,
		   (unsigned long long)((left + 999999) / 1000000));
	if (c->q)
		buf_printf(to, ";q=%s", c->q);
	if (c->instance)
		buf_printf(to, ";+sip.instance=%s", c->instance);
	if (c->reg_id)
		buf_printf(to, ";reg-id=%s", c->reg_id);
	if (c->instance && a->gruu)
		put_gruu(to, d, a->sip->config);
	buf_text(to, "\r\n");
}

static void put_routes(struct buf *to, const struct asked *a)
{
	const struct sip_config *c = a->sip->config;
	const struct request *r = a->request;

	if (r->path.n > 0)
		buf_printf(to, "Path: %.*s\r\n", (int)r->path.n,
			   (const char *)r->path.p);
	if (a->sender.sip.kind != ADDRESS_NONE)
		buf_printf(to, "P-Associated-URI: <%s>", a->sender.sip.text);
	if (a->sender.number.kind != ADDRESS_NONE)
		buf_printf(to, ", <tel:%s>", a->sender.number.text);
	buf_text(to, "\r\n");
	/* A wildcard address is nothing that a device could send to, and with
	 * TLS an address is not what our certificate says. */
	if (!r->secure && strcmp(c->address, "0.0.0.0") != 0 &&
	    strcmp(c->address, "::") != 0)
		buf_printf(to, "Service-Route: <sip:%s;lr>\r\n",
			   ua_address(a->sip->ua));
}

static void answer(struct asked *a)
{
	const struct person *p = registrar_person(a->sip->registrar, a->user);
	uint64_t now = uplink_now_us(a->sip->up);
	struct buf text = BUF_INIT(ANSWER_MAX);
	struct ua_reply reply = { .status = 200 };
	const struct device *d;

	for (d = p ? p->devices : NULL; d; d = d->next)
		put_contact(&text, d, a, now);
	put_routes(&text, a);
	if (a->outbound)
		buf_text(&text, "Require: outbound\r\n");
	reply.headers = buf_string(&text);
	if (reply.headers)
		asked_end(a, &reply);
	else
		asked_end_status(a, 500);
	buf_clear(&text);
}

void register_bound(struct asked *a)
{
	if (a->waiting > 0)
		a->waiting--;
	if (a->waiting > 0)
		return;
	if (a->failed)
		asked_end_status(a, 500);
	else
		answer(a);
}

/* -- the changes ---------------------------------------------------------- */

static void remember(struct asked *a, const struct binding *b)
{
	if (uplink_binding(a->sip->up, a->ref, b) == OK)
		a->waiting++;
	else
		a->failed = true;
}

static void remove_device(struct registering *g, struct device *d)
{
	struct binding b = { .user = g->asked->user, .key = NULL };

	b.key = arena_string(g->asked->arena, bytes_of(d->contact.key));
	if (b.key)
		remember(g->asked, &b);
	else
		g->asked->failed = true;
	registrar_drop(g->sip->registrar, d);
}

/* Where a device behind a translator was seen (RFC 3581). */
static const char *seen_at(const struct registering *g)
{
	const struct request *r = g->request;
	char text[160];

	if (r->stream || !r->moved || r->trusted)
		return NULL;
	(void)snprintf(text, sizeof(text), "sip:%s;transport=udp",
		       r->source_text);
	return arena_string(g->asked->arena, bytes_of(text));
}

static const char *arena_bytes(struct registering *g, struct bytes text)
{
	return text.n > 0 ? arena_string(g->asked->arena, text) : NULL;
}

static enum err store(struct registering *g, const struct wish *w)
{
	const struct request *r = g->request;
	uint64_t now = uplink_now_us(g->sip->up);
	struct contact c = {
		.user = g->asked->user,
		.number = g->user->number,
		.domain = g->user->domain,
		.key = w->key,
		.uri = w->contact->uri,
		.instance = w->contact->instance,
		.reg_id = w->contact->reg_id,
		.q = w->contact->q,
		.features = arena_bytes(g, w->contact->features),
		.path = arena_bytes(g, r->path),
		.route = seen_at(g),
		.call_id = r->call_id,
		.cseq = r->cseq,
		.expires_us = now + (uint64_t)w->expires_s * 1000000,
		.core = r->trusted,
	};
	struct buf image = BUF_INIT(CONTACT_IMAGE_MAX);
	struct binding b = { c.user, c.key, c.expires_us, { 0 } };
	struct ua_flow *flow = NULL;
	enum err e;

	if (r->stream && !r->trusted)
		flow = ua_flow_of(g->asked->request);
	c.stream = flow && (ua_flow_secure(flow) || c.reg_id ||
			    !contact_listens(c.uri, r->source_text));
	if ((e = contact_image(&c, &image)) == OK)
		e = registrar_put(g->sip->registrar, &c, flow);
	ua_flow_release(flow);
	if (e == OK) {
		b.data = buf_bytes(&image);
		remember(g->asked, &b);
	}
	buf_clear(&image);
	return e;
}

/*
 * Does the wish speak of that device? RFC 3261 10.3 step 7 compares URIs; an
 * instance, and its flows, are known by themselves (RFC 5626 6, 5627 3.1),
 * wherever connections lead to and whatever URI stands for them.
 */
static bool is_about(const struct registering *g, const struct wish *w,
		     const struct device *d)
{
	const struct request_contact *n = w->contact;
	const struct contact *c = &d->contact;

	if (strcmp(c->key, w->key) == 0)
		return true;
	if (strcmp(c->uri, n->uri) != 0)
		return false;
	if (!c->instance || !n->instance)
		return true;
	if (strcmp(c->instance, n->instance) == 0)
		return !c->reg_id || !n->reg_id;
	return !(c->stream && g->request->stream);
}

/* First the new one, so that nobody seems to have left in between. */
static void fulfil(struct registering *g, const struct wish *w)
{
	struct device *d, *next;

	if (w->expires_s > 0 && store(g, w) != OK) {
		g->asked->failed = true;
		return;
	}
	g->person = registrar_person(g->sip->registrar, g->asked->user);
	for (d = g->person ? g->person->devices : NULL; d; d = next) {
		next = d->next;
		if (is_about(g, w, d) &&
		    (w->expires_s == 0 || strcmp(d->contact.key, w->key) != 0))
			remove_device(g, d);
	}
}

static void apply(struct registering *g)
{
	struct asked *a = g->asked;
	size_t i;

	/* One count of our own, so that no answer ends it in between. */
	a->waiting++;
	while (g->all &&
	       (g->person = registrar_person(g->sip->registrar, a->user)))
		remove_device(g, g->person->devices);
	for (i = 0; i < g->n_wishes; i++)
		fulfil(g, &g->wishes[i]);
	register_bound(a);
}

/* -- the checks ----------------------------------------------------------- */

static uint32_t expires_of(const struct registering *g,
			   const struct request_contact *c)
{
	uint32_t most = g->sip->config->maximum_s;
	uint64_t v = most;

	if (c->expires &&
	    bytes_decimal(bytes_of(c->expires), UINT32_MAX, &v) != OK)
		v = EXPIRES_NON;
	else if (!c->expires && g->request->has_expires)
		v = g->request->expires_s;
	return v > most ? most : (uint32_t)v;
}

static const char *key_of(struct registering *g,
			  const struct request_contact *c)
{
	struct buf text = BUF_INIT(URI_MAX);
	const char *key = NULL;

	buf_text(&text, c->instance ? c->instance : c->uri);
	if (c->instance && c->reg_id)
		buf_printf(&text, ";reg-id=%s", c->reg_id);
	if (buf_status(&text) == OK)
		key = arena_string(g->asked->arena, buf_bytes(&text));
	buf_clear(&text);
	return key;
}

/* RFC 3261 10.3 step 7: an older request of the same device is late. */
static bool is_late(const struct registering *g, const struct device *d)
{
	return d && strcmp(d->contact.call_id, g->request->call_id) == 0 &&
	       g->request->cseq <= d->contact.cseq;
}

static unsigned refused(struct registering *g, unsigned status,
			const char *phrase)
{
	g->phrase = phrase;
	return status;
}

/* RFC 3261 10.2.1 allows any URI, but we have no use for others. */
static bool is_sip(const char *uri)
{
	return strncasecmp(uri, "sip:", 4) == 0 ||
	       strncasecmp(uri, "sips:", 5) == 0;
}

/* The device of its key, else another one that it is about; or NULL. */
static struct device *device_of(const struct registering *g,
				const struct wish *w)
{
	struct device *d = person_device(g->person, w->key);

	if (d || !g->person)
		return d;
	d = g->person->devices;
	while (d && !is_about(g, w, d))
		d = d->next;
	return d;
}

/* The status that refuses it; 0: fine. */
static unsigned check_contact(struct registering *g,
			      const struct request_contact *c)
{
	struct wish *w = &g->wishes[g->n_wishes];

	if (!c->uri || strlen(c->uri) > URI_MAX || strpbrk(c->uri, "<>\"\\ "))
		return 400;
	if (!is_sip(c->uri))
		return refused(g, 400, "Contact Must Be A SIP URI");
	w->contact = c;
	w->expires_s = expires_of(g, c);
	w->key = key_of(g, c);
	if (!w->key)
		return 400;
	w->device = device_of(g, w);
	if (is_late(g, w->device))
		return refused(g, 500, "Out of Order");
	if (w->expires_s > 0 && w->expires_s < g->sip->config->minimum_s)
		return 423;
	g->n_wishes++;
	return 0;
}

/* "*": all of them, and only with Expires: 0. */
static unsigned check_all(struct registering *g)
{
	const struct request *r = g->request;
	struct device *d = g->person ? g->person->devices : NULL;

	if (r->n_contacts != 1 || !r->has_expires || r->expires_s != 0)
		return 400;
	for (; d; d = d->next)
		if (is_late(g, d))
			return refused(g, 500, "Out of Order");
	g->all = true;
	return 0;
}

/* The last wish about the device of that key, which decides; or NULL. */
static const struct wish *wish_of(const struct registering *g, const char *key)
{
	size_t i = g->n_wishes;

	while (i-- > 0)
		if (strcmp(g->wishes[i].key, key) == 0)
			return &g->wishes[i];
	return NULL;
}

/* It cannot be reached any more, and the request does not speak of it. */
static bool may_go(const struct registering *g, const struct device *d)
{
	size_t i;

	for (i = 0; i < g->n_wishes; i++)
		if (is_about(g, &g->wishes[i], d))
			return false;
	return !(d->reachable && (!d->flow || ua_flow_alive(d->flow)));
}

/* How many devices there would be; one named twice is one. */
static size_t count_wished(const struct registering *g)
{
	size_t n = g->person ? g->person->count : 0, i;
	const struct wish *w;

	for (i = 0; i < g->n_wishes; i++) {
		w = &g->wishes[i];
		if (wish_of(g, w->key) != w)
			continue;
		if (!w->device && w->expires_s > 0)
			n++;
		else if (w->device && w->expires_s == 0)
			n--;
	}
	return n;
}

/* Room for the new ones: what cannot be reached any more goes first; nothing
 * goes when that would not be enough. */
static unsigned check_room(struct registering *g)
{
	size_t most = g->user->devices, n = count_wished(g), idle = 0;
	size_t have = g->person ? g->person->count : 0;
	struct device *d, *next;

	if (most == 0 || n <= most || n <= have)
		return 0;
	for (d = g->person ? g->person->devices : NULL; d; d = d->next)
		idle += may_go(g, d);
	if (idle < n - most)
		return refused(g, 403, "Too Many Devices");
	for (d = have ? g->person->devices : NULL; d && n > most; d = next) {
		next = d->next;
		if (may_go(g, d)) {
			remove_device(g, d);
			n--;
		}
	}
	g->person = registrar_person(g->sip->registrar, g->asked->user);
	return 0;
}

/*
 * RFC 5626 6: a flow is registered by itself. We keep connections, and answer
 * the keep-alives on them; over UDP that would take STUN.
 */
static unsigned check_flows(struct registering *g)
{
	const struct request *r = g->request;
	size_t i, flows = 0, lasting = 0;
	const struct wish *w;

	for (i = 0; i < g->n_wishes; i++) {
		w = &g->wishes[i];
		lasting += w->expires_s > 0;
		flows += w->expires_s > 0 && w->contact->instance &&
			 w->contact->reg_id;
	}
	g->asked->outbound =
		flows > 0 && r->outbound && r->stream && !r->trusted;
	return flows > 0 && lasting > 1 ? refused(g, 400, "One Flow At A Time")
					: 0;
}

static bool is_sips(const char *uri)
{
	return uri && strncasecmp(uri, "sips:", 5) == 0;
}

/* RFC 5630 5.2: what is secure is not bound to what is not. */
static bool mixes_schemes(const struct request *r)
{
	size_t i, secure = 0;

	for (i = 0; i < r->n_contacts; i++)
		secure += is_sips(r->contacts[i].uri);
	return secure > 0 &&
	       (secure < r->n_contacts || !is_sips(r->target) ||
		(r->path.n > 0 && memmem(r->path.p, r->path.n, "<sip:", 5)));
}

static unsigned check(struct registering *g)
{
	const struct request *r = g->request;
	unsigned status = 0;
	size_t i;

	if (r->too_many_contacts)
		return 400;
	if (mixes_schemes(r))
		return refused(g, 400, "SIPS Needs SIPS");
	for (i = 0; i < r->n_contacts; i++)
		if (r->contacts[i].all)
			return check_all(g);
	for (i = 0; i < r->n_contacts && status == 0; i++)
		status = check_contact(g, &r->contacts[i]);
	if (status == 0)
		status = check_flows(g);
	return status ? status : check_room(g);
}

static void refuse(const struct registering *g, unsigned status)
{
	struct ua_reply reply = { .status = status, .phrase = g->phrase };

	if (status == 423)
		reply.minimum_s = g->sip->config->minimum_s;
	asked_end(g->asked, &reply);
}

/* The host of a SIP URI, without its port; empty: another URI. */
static struct bytes host_of(const char *uri)
{
	struct bytes host = bytes_of(strchr(uri, ':'));
	size_t at;

	if (!is_sip(uri))
		return (struct bytes){ NULL, 0 };
	host = bytes_after(host, 1);
	if ((at = bytes_find(host, '@')) < host.n)
		host = bytes_after(host, at + 1);
	at = host.n > 0 && host.p[0] == '[' ? bytes_find(host, ']') : 0;
	while (at < host.n && !strchr(":;?", host.p[at]))
		at++;
	return (struct bytes){ host.p, at };
}

static bool is_address(struct bytes host)
{
	char text[64];
	uint8_t octets[16];

	(void)snprintf(text, sizeof(text), "%.*s", (int)host.n,
		       (const char *)host.p);
	return text[0] == '[' || inet_pton(AF_INET, text, octets) == 1;
}

/*
 * RFC 3261 10.3 step 1: do we keep what is registered in that domain? Not a
 * name but an address is wherever the request got to; and a core says who it
 * is that it asks.
 */
static bool is_served(const struct asked *a, const struct user *u)
{
	struct bytes host = host_of(a->request->target);

	return a->request->trusted || is_address(host) ||
	       bytes_is_nocase(host, a->sip->config->domain) ||
	       bytes_is_nocase(host, a->sip->config->address) ||
	       (u->domain && bytes_is_nocase(host, u->domain));
}

/* Is the address-of-record the user's own? */
static bool is_his(struct asked *a)
{
	struct address to;

	if (address_of_uri(a->sip->config, a->request->to, a->arena, &to) != OK)
		return false;
	return address_equal(&to, &a->sender.sip) ||
	       address_equal(&to, &a->sender.number);
}

void register_request(struct asked *a, const struct user *u)
{
	struct registering *g;
	unsigned status;

	if (!u || !u->exists || !u->name) {
		asked_end_status(a, u ? 404 : 503);
		return;
	}
	g = arena_alloc(a->arena, sizeof(*g));
	a->user = arena_string(a->arena, bytes_of(u->name));
	if (!g || !a->user ||
	    identity_of_user(u, a->sip->config->domain, a->arena, &a->sender) !=
		    OK) {
		asked_end_status(a, 503);
		return;
	}
	if (!is_served(a, u)) {
		asked_end_status(a, 404);
		return;
	}
	if (!is_his(a)) {
		asked_end_status(a, 403);
		return;
	}
	g->asked = a;
	g->sip = a->sip;
	g->request = a->request;
	g->user = u;
	g->person = registrar_person(a->sip->registrar, a->user);
	a->gruu = a->request->gruu;
	status = check(g);
	if (status)
		refuse(g, status);
	else
		apply(g);
}
