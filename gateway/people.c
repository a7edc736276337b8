/* people.c - lookups, registrations, peers: all that is not a message. */
#include "gateway/road.h"

#include <stdio.h>
#include <string.h>

static void lookup(struct engine *e, const struct reply *to,
		   const struct frame *f)
{
	struct lookup what;
	struct found found = { .exists = false };

	if (lookup_read(f->payload, e->scratch, &what) == OK &&
	    directory_find(e->directory, &what, e->scratch, road_now(e),
			   &found) != OK)
		return;	/* asked again when the time for an answer is over */
	buf_reset(&e->payload);
	if (found_image(&found, &e->payload) == OK)
		road_send(e, to, FRAME_FOUND, buf_bytes(&e->payload));
}

static void replace(char **text, const char *with)
{
	mem_free(*text);
	*text = with == NULL ? NULL : mem_string(with);
}

static void peer(struct engine *e, unsigned child, const struct frame *f)
{
	struct peer_state p;
	struct lane *l;
	bool was_up;

	if (peer_state_read(f->payload, e->scratch, &p) != OK ||
	    p.peer == NULL ||
	    (l = road_lane(e, p.technology, p.peer)) == NULL)
		return;
	was_up = l->up;
	l->child = (int)child;
	l->known = true;
	if (!p.up || l->life != e->children[child].life)
		l->told = LANE_UNTOLD;
	l->life = e->children[child].life;
	l->up = p.up;
	l->busy = p.busy;
	l->septets_most = p.septets_most;
	l->units_most = p.units_most;
	l->short_names = p.short_names;
	l->window = p.window;
	l->since_us = p.since_us;
	l->far_sent = p.sent;
	l->far_received = p.received;
	l->far_failed = p.failed;
	l->far_used = p.used;
	l->sent_minute = p.sent_minute;
	l->received_minute = p.received_minute;
	replace(&l->kind, p.kind);
	replace(&l->address, p.address);
	replace(&l->text, p.text);
	replace(&l->tls, p.tls);
	if (l->up && !was_up && l->by_target)
		recover_drain_waiting(e, l);
	road_dirty(e, l);
}

/* Domains are reached by CPM, links by all else. */
static bool is_configured(const struct settings *s, const struct lane *l)
{
	const struct setting_group *const *t = settings_tables();

	if (l->technology == TECHNOLOGY_CPM)
		return settings_group_named(s, "domain", l->peer) != NULL;
	for (; *t != NULL; t++)
		if ((*t)->link &&
		    settings_group_named(s, (*t)->name, l->peer) != NULL)
			return true;
	return false;
}

bool people_configured(const struct engine *e, const struct lane *l)
{
	return l->by_target || is_configured(e->settings, l) ||
	       accounts_named(directory_accounts(e->directory), l->peer) !=
		       NULL;
}

void people_left(struct engine *e, const struct directory *before)
{
	const struct lane *l = road_lane(e, TECHNOLOGY_CPM, LANE_DEVICES);
	const struct user *u = directory_users(before);

	for (; l != NULL && u != NULL; u = u->next_all)
		if (directory_user_hashed(e->directory, u->hash) == NULL)
			leave_all(e, l, u->hash);
}

void people_reconfigured(struct engine *e, const struct settings *before,
			 const struct settings *now)
{
	struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next) {
		l->dropped = (l->dropped || is_configured(before, l)) &&
			     !is_configured(now, l);
		if (l->dropped)
			links_dropped(e, l);
	}
}

void engine_child_leaves(struct engine *e, unsigned child)
{
	struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next)
		if (l->child == (int)child) {
			l->up = false;
			replace(&l->text, "its adapter is not configured");
		}
}

void engine_child_gone(struct engine *e, unsigned child)
{
	struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next)
		if (l->child == (int)child) {
			l->child = -1;
			l->known = false;
		}
}

static void presence(struct engine *e, const struct frame *f)
{
	struct presence p;
	struct user *u;
	struct lane *l;

	if (presence_read(f->payload, e->scratch, &p) != OK)
		return;
	if (p.subscriber.kind != ADDRESS_NONE && f->type == FRAME_AVAILABLE)
		alert_subscriber(e, &p.subscriber);
	if (p.user == NULL ||
	    (u = directory_user(e->directory, p.user)) == NULL)
		return;
	u->devices = f->type == FRAME_AVAILABLE ? p.devices : 0;
	if (u->devices == 0)
		return;
	alert_reachable(e, u->hash);
	l = road_lane(e, TECHNOLOGY_CPM, LANE_DEVICES);
	if (l != NULL && l->up)
		dispatch_drain_target(e, l, u->hash);
}

static void bound_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct reply *to = s->context;

	if (s->result == OK)
		road_send(e, to, FRAME_BOUND, (struct bytes){ NULL, 0 });
}

static const char *own(struct step *s, const char *text)
{
	char *copy = road_room(s, strlen(text) + 1, 1);

	strcpy(copy, text);
	return copy;
}

static void binding(struct engine *e, const struct reply *to,
		    const struct frame *f)
{
	struct binding b;
	struct step *s;
	struct reply *back;

	if (binding_read(f->payload, e->scratch, &b) != OK || b.user == NULL ||
	    b.key == NULL)
		return;
	s = road_step(e, STEP_BIND, bound_done);
	back = road_room(s, 1, sizeof *back);
	*back = *to;
	s->context = back;
	s->text = own(s, b.user);
	s->text2 = own(s, b.key);
	s->octets = road_octets(s, b.data);
	s->until_us = b.expires_us;
	road_submit(e, s);
}

static void note(struct engine *e, const struct frame *f)
{
	struct note n;
	struct trace_record r;

	if (note_read(f->payload, e->scratch, &n) != OK)
		return;
	r = (struct trace_record){
		.story = n.story != 0 ? n.story : road_id(e),
		.time_us = road_now(e),
		.step = n.step == NULL ? "note" : n.step,
		.from = n.from,
		.to = n.to,
		.technology = n.technology,
		.verdict = n.verdict,
		.text = n.text,
		.clause = n.clause,
	};
	if (n.key != NULL)
		r.keys[r.n_keys++] = n.key;
	if (trace_record_image(&r, &e->notes) != OK)
		e->notes.bad = OK;
}

bool people_frame(struct engine *e, unsigned child, const struct frame *f)
{
	struct reply to = { child, e->children[child].life, f->ref };

	switch (f->type) {
	case FRAME_LOOKUP:
		lookup(e, &to, f);
		return true;
	case FRAME_PEER:
		peer(e, child, f);
		return true;
	case FRAME_AVAILABLE:
	case FRAME_GONE:
		presence(e, f);
		return true;
	case FRAME_BINDING:
		binding(e, &to, f);
		return true;
	case FRAME_TRACE:
		note(e, f);
		return true;
	default:
		return false;
	}
}

static void send_binding(struct engine *e, const struct reply *to,
			 const struct step_item *item)
{
	struct binding b = { .user = item->text,
			     .key = item->text2,
			     .expires_us = item->number,
			     .data = item->octets };

	buf_reset(&e->payload);
	if (binding_image(&b, &e->payload) == OK)
		road_send(e, to, FRAME_SNAPSHOT, buf_bytes(&e->payload));
}

static void bindings_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct reply to = { .child = (unsigned)s->context_id };
	const struct step_item *item;

	to.life = e->children[to.child].life;
	for (item = s->found; item != NULL; item = item->next)
		send_binding(e, &to, item);
	road_send(e, &to, FRAME_SNAPSHOT_END, (struct bytes){ NULL, 0 });
}

void engine_child_named(struct engine *e, unsigned child, const char *name)
{
	struct child_link *c = &e->children[child];

	snprintf(c->name, sizeof c->name, "%s", name);
}

void engine_child_ready(struct engine *e, unsigned child)
{
	struct step *s = road_step(e, STEP_BINDINGS, bindings_done);

	s->context_id = child;
	s->until_us = road_now(e);
	road_submit(e, s);
}
