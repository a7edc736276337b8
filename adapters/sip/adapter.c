#include "adapters/sip/adapter.h"

#include <stdio.h>
#include <string.h>

#include "adapters/sip/failures.h"
#include "adapters/sip/settings.h"
#include "adapters/sip/sip.h"
#include "codecs/base64.h"
#include "gateway/settings_rows.h"

#define STATUS_US 5000000u /* between two reports of the peers          */
#define DRAIN_US  4000000u /* for devices to answer when we are to stop */

static const struct setting_group *const groups[] = { &rows_sip,     &rows_core,
						      &rows_domain,  &rows_iwf,
						      &rows_gateway, &rows_lists, NULL };

/* -- what the engine is told of us ---------------------------------------- */

static void report(struct sip *s, const struct peer_state *v)
{
	enum err e = uplink_peer(s->up, v);

	(void)e; /* the next one comes in seconds */
}

static void report_domain(struct sip *s, const struct sip_domain *d, bool up)
{
	char tls[TRANSPORT_TEXT];
	struct peer_state v = {
		.peer = d->name,
		.technology = TECHNOLOGY_CPM,
		.up = up,
		.window = s->config->window,
		.kind = "sip domain",
		.address = d->address,
		.since_us = s->since_us,
	};

	if (d->secure && secure_describe(s->secure, d->name, tls))
		v.tls = tls;
	if (d->secure)
		v.text = secure_complaint(s->secure, d->name);
	report(s, &v);
}

static void report_peers(struct sip *s)
{
	const struct sip_config *c = s->config;
	bool up = s->ready && !s->stopped && !s->draining;
	struct peer_state v = {
		.peer = "cpm",
		.technology = TECHNOLOGY_CPM,
		.up = up,
		.window = c->window,
		.used = (uint32_t)s->n_deliveries,
		.kind = "sip registrar",
		.address = ua_address(s->ua),
		.text = s->stopped ? "stopped" : NULL,
		.since_us = s->since_us,
		.sent = s->sent,
		.received = s->received,
		.failed = s->failed,
	};
	char tls[TRANSPORT_TEXT];
	size_t i;

	if (c->tls_port != 0) {
		(void)snprintf(tls, sizeof(tls), "port %u, %u open",
			       c->tls_port, (unsigned)secure_count(s->secure));
		v.tls = tls;
	}
	report(s, &v);
	for (i = 0; i < c->n_domains; i++)
		report_domain(s, &c->domains[i], up);
}

static bool has_domain(const struct sip_config *c, const char *name)
{
	size_t i = 0;

	while (i < c->n_domains && strcmp(c->domains[i].name, name) != 0)
		i++;
	return i < c->n_domains;
}

static void report_removed(struct sip *s, const struct sip_config *old)
{
	struct peer_state v = { .technology = TECHNOLOGY_CPM,
				.kind = "sip domain",
				.text = "not configured any more" };
	size_t i;

	for (i = 0; old && i < old->n_domains; i++) {
		v.peer = old->domains[i].name;
		if (!has_domain(s->config, v.peer))
			report(s, &v);
	}
}

/* Listeners that were replaced stay until what came by them is answered. */
static void close_retired(struct sip *s)
{
	struct ua **at = &s->retired, *u;

	while ((u = *at)) {
		if (ua_busy(u)) {
			at = ua_next(u);
			continue;
		}
		*at = *ua_next(u);
		ua_close(u);
	}
}

static void status_due(void *arg)
{
	struct sip *s = arg;
	enum err e;

	close_retired(s);
	if (s->ua)
		report_peers(s);
	e = loop_set_timer(s->loop, &s->status, STATUS_US, status_due, s);
	(void)e; /* cannot fail: its place was there before */
}

void sip_maybe_drained(struct sip *s)
{
	if (!s->draining || s->drained || s->asked.count > 0 ||
	    s->n_deliveries > 0)
		return;
	s->drained = true;
	uplink_drained(s->up);
}

struct arena *sip_arena_take(struct sip *s)
{
	if (s->n_spares > 0)
		return s->spares[--s->n_spares];
	return arena_new(SIP_ARENA_MAX);
}

void sip_arena_give(struct sip *s, struct arena *a)
{
	if (a && s->n_spares < SIP_SPARES) {
		arena_reset(a);
		s->spares[s->n_spares++] = a;
		return;
	}
	arena_free(a);
}

const char *sip_call_id(const struct sip *s, struct arena *a)
{
	uint8_t raw[16];
	uint64_t half;
	char text[23];
	int i;

	for (i = 0; i < 2; i++) {
		half = uplink_random(s->up);
		memcpy(raw + 8 * i, &half, 8);
	}
	base64url_16(raw, text);
	return arena_string(a, bytes_of(text));
}

/* -- beginning and end ---------------------------------------------------- */

static void sip_close(void *self)
{
	struct sip *s = self;
	uint32_t i;
	struct asked *a;
	struct ua *u;

	loop_clear_timer(s->loop, &s->status);
	loop_clear_timer(s->loop, &s->patience);
	s->draining = false;
	/* Questions first: what waits for them ends by itself. */
	users_free(s->users);
	deliver_end_all(s);
	for (i = 0; i < s->asked.size; i++)
		if ((a = slots_at(&s->asked, i)))
			asked_end_status(a, 503);
	registrar_free(s->registrar);
	secure_free(s->secure);
	ua_close(s->ua);
	ua_close(s->next_ua);
	while ((u = s->retired)) {
		s->retired = *ua_next(u);
		ua_close(u);
	}
	auth_free(s->auth);
	failures_free(s->failures);
	config_free(s->config);
	config_free(s->next_config);
	slots_clear(&s->asked);
	table_clear(&s->sms_waiting);
	while (s->n_spares > 0)
		arena_free(s->spares[--s->n_spares]);
	buf_clear(&s->image);
	mem_free(s->folder);
	mem_free(s);
}

static enum err sip_open(struct uplink *up, const struct welcome *w,
			 void **self)
{
	struct sip *s = mem_zero(sizeof(*s));
	uint64_t half;
	int i;

	if (!s)
		return ERR_NOMEM;
	s->up = up;
	s->loop = uplink_loop(up);
	s->asked = (struct slots)SLOTS_INIT(SIP_ASKED_MAX);
	s->image = (struct buf)BUF_INIT(MESSAGE_IMAGE_MAX);
	memcpy(s->nonce_key, w->nonce_key, sizeof(s->nonce_key));
	for (i = 0; i < 2; i++) {
		half = uplink_random(up);
		memcpy(s->hash_key + 8 * i, &half, 8);
	}
	s->since_us = uplink_now_us(up);
	s->users = users_new(up, s->hash_key);
	s->registrar = registrar_new(up, s->hash_key);
	s->failures = failures_new(s->hash_key);
	s->secure = secure_new(s->loop, uplink_oplog(up), s->hash_key);
	s->folder = mem_string(w->state_directory);
	s->sms_reference = (uint8_t)uplink_random(up);
	if (!s->users || !s->registrar || !s->failures || !s->secure ||
	    !s->folder || table_init(&s->sms_waiting, 64, s->hash_key) != OK ||
	    loop_set_timer(s->loop, &s->status, STATUS_US, status_due, s) !=
		    OK) {
		sip_close(s);
		return ERR_NOMEM;
	}
	*self = s;
	return OK;
}

/* -- settings ------------------------------------------------------------- */

static uint64_t now_of(void *arg)
{
	return uplink_now_us(((struct sip *)arg)->up);
}

static uint64_t random_of(void *arg)
{
	return uplink_random(((struct sip *)arg)->up);
}

static enum err listen_anew(struct sip *s, struct buf *complaint)
{
	struct ua_callbacks callbacks = { .request = sip_request,
					  .now_us = now_of,
					  .random = random_of,
					  .arg = s };

	return ua_open(&s->next_ua, s->loop, s->next_config, &callbacks,
		       complaint);
}

static void sip_abort(void *self)
{
	struct sip *s = self;

	ua_close(s->next_ua);
	s->next_ua = NULL;
	secure_abort(s->secure);
	config_free(s->next_config);
	s->next_config = NULL;
}

/* The counts of nonces do not outlive this program, and so no nonce does. */
static enum err make_auth(struct sip *s)
{
	struct auth_settings a = { .realm = s->next_config->realm };
	uint64_t random[2] = { random_of(s), random_of(s) };
	uint8_t key[16];

	memcpy(key, random, sizeof(key));
	s->auth = auth_new(key, &a);
	return s->auth ? OK : ERR_NOMEM;
}

static enum err sip_prepare(void *self, const struct settings *settings,
			    struct buf *complaint)
{
	struct sip *s = self;
	enum err e = config_new(settings, &s->next_config, complaint);

	if (e == OK && !s->auth)
		e = make_auth(s);
	if (e == OK)
		e = secure_prepare(s->secure, s->next_config, s->folder,
				   complaint);
	if (e == OK &&
	    !(s->ua && config_same_listener(s->config, s->next_config)))
		e = listen_anew(s, complaint);
	if (e != OK)
		sip_abort(s);
	return e;
}

static void take_listeners(struct sip *s)
{
	struct ua *old = s->ua;

	if (!s->next_ua) {
		ua_configure(s->ua, s->config);
		return;
	}
	s->ua = s->next_ua;
	s->next_ua = NULL;
	if (old) {
		registrar_lost_all(s->registrar);
		ua_serve(old, false);
		*ua_next(old) = s->retired;
		s->retired = old;
	}
	ua_serve(s->ua, s->ready);
	ua_take_secure(s->ua, s->secure);
}

static void sip_commit(void *self)
{
	struct sip *s = self;
	struct sip_config *old = s->config;
	struct auth_settings a;
	struct ua *u;
	enum err e;

	s->config = s->next_config;
	s->next_config = NULL;
	a = (struct auth_settings){
		.realm = s->config->realm,
		.algorithms = { s->config->algorithms[0],
				s->config->algorithms[1] },
		.n_algorithms = s->config->n_algorithms,
		.lifetime_us = s->config->nonce_lifetime_us,
	};
	e = auth_change(s->auth, &a);
	(void)e; /* a few octets: else the old ones stay */
	take_listeners(s);
	secure_commit(s->secure, s->config);
	users_forget(s->users);
	for (u = s->retired; u; u = *ua_next(u))
		ua_configure(u, s->config);
	report_removed(s, old);
	config_free(old);
	if (s->ready)
		report_peers(s);
}

static void sip_ready(void *self)
{
	struct sip *s = self;

	s->ready = true;
	ua_serve(s->ua, true);
	secure_serve(s->secure, true);
	registrar_ready(s->registrar);
	report_peers(s);
}

/* -- answers -------------------------------------------------------------- */

static void sip_leg(void *self, const struct leg *leg)
{
	deliver_leg(self, leg);
}

static void sip_cancel(void *self, uint64_t token)
{
	deliver_cancel(self, token);
}

static void sip_accepted(void *self, uint64_t ref, const struct accepted *v)
{
	struct asked *a = slots_get(&((struct sip *)self)->asked, ref);
	struct outcome o = { .class = OUTCOME_ACCEPTED };

	if (!a)
		return;
	a->story = v->id;
	pager_outcome(a, &o);
}

static void sip_outcome(void *self, uint64_t ref, const struct outcome *v)
{
	struct asked *a = slots_get(&((struct sip *)self)->asked, ref);

	if (a)
		pager_outcome(a, v);
}

static void sip_reported(void *self, uint64_t ref, const struct outcome *v)
{
	struct asked *a = slots_get(&((struct sip *)self)->asked, ref);

	if (a)
		imdn_reported(a, v);
}

static void sip_found(void *self, uint64_t ref, const struct found *v)
{
	users_found(((struct sip *)self)->users, ref, v);
}

static void sip_bound(void *self, uint64_t ref)
{
	struct asked *a = slots_get(&((struct sip *)self)->asked, ref);

	if (a)
		register_bound(a);
}

static void sip_snapshot(void *self, const struct binding *v)
{
	enum err e = registrar_restore(((struct sip *)self)->registrar, v);

	(void)e; /* one that cannot be read will be made again by its device */
}

static void sip_changed(void *self, const struct lookup *what)
{
	users_changed(((struct sip *)self)->users, what);
}

static void sip_slow(void *self, bool slow)
{
	((struct sip *)self)->slow = slow;
}

static enum err no_link(const struct sip *s, const char *peer,
			struct buf *complaint)
{
	if (has_domain(s->config, peer)) {
		buf_printf(complaint,
			   "%s is a domain: nothing is built for it, so it "
			   "cannot be started or stopped; with cpm all of SIP "
			   "is",
			   peer);
		return ERR_UNSUPPORTED;
	}
	buf_printf(complaint, "%s: no such link", peer);
	return ERR_NOTFOUND;
}

static enum err sip_control(void *self, const struct control *c,
			    struct buf *complaint)
{
	struct sip *s = self;
	bool stop = strcmp(c->command, "stop") == 0 ||
		    strcmp(c->command, "drain") == 0;

	if (strcmp(c->command, CONTROL_TELL) == 0) {
		if (s->ua)
			report_peers(s);
		return OK;
	}
	if (!c->peer || strcmp(c->peer, "cpm") != 0)
		return no_link(s, c->peer ? c->peer : "", complaint);
	if (!stop && strcmp(c->command, "start") != 0) {
		buf_printf(complaint, "%s: start, stop and drain are possible",
			   c->command);
		return ERR_UNSUPPORTED;
	}
	s->stopped = stop;
	report_peers(s);
	return OK;
}

/* What the engine has yet to answer it answers while it waits for us. */
static void drain_due(void *arg)
{
	deliver_end_all(arg);
}

static void sip_drain(void *self)
{
	struct sip *s = self;

	s->draining = true;
	if (s->ua)
		report_peers(s);
	deliver_end_waiting(s);
	if (loop_set_timer(s->loop, &s->patience, DRAIN_US, drain_due, s) != OK)
		drain_due(s);
	sip_maybe_drained(s);
}

const struct adapter sip_adapter = {
	.name = "sip",
	.groups = groups,
	.open = sip_open,
	.prepare = sip_prepare,
	.commit = sip_commit,
	.abort = sip_abort,
	.ready = sip_ready,
	.leg = sip_leg,
	.cancel = sip_cancel,
	.accepted = sip_accepted,
	.refused = sip_outcome,
	.answer = sip_outcome,
	.reported = sip_reported,
	.found = sip_found,
	.bound = sip_bound,
	.snapshot = sip_snapshot,
	.changed = sip_changed,
	.slow = sip_slow,
	.control = sip_control,
	.drain = sip_drain,
	.close = sip_close,
};
