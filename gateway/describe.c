/* describe.c - what operators see of the engine, and may do to it. */
#include "gateway/road.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/json.h"
#include "codecs/timestamp.h"

#define COUNT_ROWS 5000		/* recipients at once */

/* A page of legs that an operator asked for. */
struct listing {
	engine_listed *each;
	void *arg;
};

void engine_counts(const struct engine *e, struct engine_counts *out)
{
	const struct lane *l;

	*out = e->counts;
	out->in_memory = e->by_id.count;
	for (l = e->lanes; l != NULL; l = l->next)
		out->waiting += l->waiting;
}

static const char *state_of(const struct lane *l)
{
	if (l->held)
		return "held";
	if (l->up)
		return "up";
	return l->text != NULL && strcmp(l->text, "stopped") == 0 ? "stopped"
								   : "down";
}

static const char *adapter_of(const struct engine *e, const struct lane *l)
{
	return l->child >= 0 ? e->children[l->child].name : NULL;
}

static void put_time(struct json_writer *w, const char *name, uint64_t us)
{
	struct buf text = BUF_INIT(64);

	if (us == 0)
		return;
	if (timestamp_rfc3339_encode((int64_t)us, 0, &text) == OK)
		json_put_text(w, name, buf_bytes(&text));
	buf_clear(&text);
}

static void describe_link(const struct engine *e, const struct lane *l,
			  struct buf *lines)
{
	struct json_writer w = JSON_WRITER(lines);

	json_open_object(&w);
	json_put_string(&w, "peer", l->peer);
	json_put_string(&w, "technology", technology_name(l->technology));
	json_put_string(&w, "adapter", adapter_of(e, l));
	json_put_string(&w, "kind", l->kind);
	json_put_string(&w, "address", l->address);
	json_put_string(&w, "state", state_of(l));
	json_put_uint(&w, "window", l->window);
	json_put_uint(&w, "in_flight", l->outstanding);
	json_put_uint(&w, "waiting", l->waiting);
	json_put_uint(&w, "sent", l->far_sent);
	json_put_uint(&w, "received", l->far_received);
	json_put_uint(&w, "failed", l->far_failed);
	put_time(&w, "since", l->since_us);
	json_put_string(&w, "error", l->text);
	json_close_object(&w);
	buf_text(lines, "\n");
}

void engine_describe_links(struct engine *e, struct buf *lines)
{
	const struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next)
		if (l->known)
			describe_link(e, l, lines);
}

static uint64_t oldest_of(const struct lane *l)
{
	const struct flow *f;
	uint64_t oldest = 0;

	for (f = l->flows; f != NULL; f = f->next)
		if (f->head != NULL &&
		    (oldest == 0 || f->head->received_us < oldest))
			oldest = f->head->received_us;
	return oldest;
}

/* By its whole name, or by its peer where only one lane has it. */
static struct lane *find_lane(const struct engine *e, const char *name)
{
	struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next)
		if (strcmp(l->name, name) == 0 || strcmp(l->peer, name) == 0)
			return l;
	return NULL;
}

static void describe_lane(struct engine *e, const struct lane *l,
			  struct buf *lines)
{
	struct json_writer w = JSON_WRITER(lines);
	uint64_t now = road_now(e), oldest = oldest_of(l);

	json_open_object(&w);
	json_put_string(&w, "lane", l->name);
	json_put_string(&w, "technology", technology_name(l->technology));
	json_put_string(&w, "peer", l->peer);
	json_put_uint(&w, "waiting", l->waiting);
	json_put_uint(&w, "in_flight", l->outstanding);
	json_put_bool(&w, "held", l->held);
	json_put_uint(&w, "oldest_s",
		      oldest == 0 || oldest > now ? 0
						  : (now - oldest) / 1000000);
	json_close_object(&w);
	buf_text(lines, "\n");
}

enum err engine_describe_lanes(struct engine *e, const char *lane,
			       struct buf *lines)
{
	const struct lane *l;

	if (lane != NULL) {
		if ((l = find_lane(e, lane)) == NULL)
			return ERR_NOTFOUND;
		describe_lane(e, l, lines);
		return OK;
	}
	for (l = e->lanes; l != NULL; l = l->next)
		describe_lane(e, l, lines);
	return OK;
}

static void describe_user(const struct user *u, struct buf *lines)
{
	struct json_writer w = JSON_WRITER(lines);

	json_open_object(&w);
	json_put_string(&w, "name", u->name);
	json_put_string(&w, "address", u->address);
	json_put_string(&w, "number", u->number);
	json_put_uint(&w, "devices", u->devices);
	json_put_uint(&w, "devices_most", u->devices_most);
	json_put_uint(&w, "waiting", u->waiting);
	json_put_bool(&w, "held", u->n_wishes == 0);
	json_close_object(&w);
}

static void describe_users(struct engine *e, const char *name,
			   const struct listing *to)
{
	struct buf line = BUF_INIT(4096);
	const struct user *u;

	for (u = directory_users(e->directory); u != NULL; u = u->next_all) {
		if (name != NULL && strcmp(u->name, name) != 0 &&
		    (u->number == NULL || strcmp(u->number, name) != 0) &&
		    strcmp(u->address, name) != 0)
			continue;
		buf_reset(&line);
		describe_user(u, &line);
		to->each(to->arg, buf_bytes(&line), 0);
	}
	to->each(to->arg, (struct bytes){ NULL, 0 }, 0);
	buf_clear(&line);
}

/* What is asked about people goes on page by page. */
struct census {
	struct listing to;
	const char *name;	/* of one of them; NULL: all */
};

static void ask_counts(struct engine *e, const struct census *c,
		       uint64_t after);

static void counted_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct census *c = s->context;
	const struct step_item *item;
	struct user *u;
	uint64_t last = 0;

	for (item = s->found; item != NULL; item = item->next) {
		last = item->count;
		u = directory_user_hashed(e->directory, last);
		if (u != NULL)
			u->waiting = item->number;
	}
	if (s->complete || last == 0)
		describe_users(e, c->name, &c->to);
	else
		ask_counts(e, c, last);
}

static void ask_counts(struct engine *e, const struct census *c,
		       uint64_t after)
{
	struct step *s = road_step(e, STEP_WAITING_COUNTS, counted_done);
	struct census *own = road_room(s, 1, sizeof *own);

	*own = *c;
	if (c->name != NULL &&
	    (own->name = arena_string(s->arena, bytes_of(c->name))) == NULL)
		abort();
	s->context = own;
	s->after_id = after;
	s->limit = COUNT_ROWS;
	road_submit(e, s);
}

void engine_list_users(struct engine *e, const char *name, engine_listed *each,
		       void *arg)
{
	struct user *u;

	for (u = directory_users(e->directory); u != NULL; u = u->next_all)
		u->waiting = 0;
	ask_counts(e, &(struct census){ { each, arg }, name }, 0);
}

enum err engine_hold(struct engine *e, const char *lane, bool held)
{
	struct lane *l = find_lane(e, lane);
	struct step *s;

	if (l == NULL)
		return ERR_NOTFOUND;
	l->held = held;
	road_dirty(e, l);
	s = road_step(e, STEP_DIRECTORY, NULL);
	s->text = ROAD_HELD;
	s->text2 = l->name;	/* lanes outlive all steps */
	if (held)
		s->octets = road_octets(s, bytes_of("1"));
	road_submit(e, s);
	return OK;
}

int engine_peer_child(struct engine *e, const char *peer)
{
	const struct lane *l = find_lane(e, peer);
	unsigned i;

	if (l != NULL && l->child >= 0 && e->children[l->child].up)
		return l->child;
	for (i = 0; l == NULL && i < ENGINE_CHILDREN; i++)
		if (e->children[i].up && strcmp(e->children[i].name, peer) == 0)
			return (int)i;
	return -1;
}

/* Adapters that never spoke of a peer may still know it: ask by group. */
const char *engine_lane_name(const struct engine *e, uint32_t number)
{
	const struct lane *l = road_lane_numbered(e, number);

	return l == NULL ? NULL : l->name;
}

uint64_t engine_story_of(struct engine *e, const char *text)
{
	uint64_t id, decimal;

	if (keys_open_id(e->keys, text, &id) == OK)
		return id;
	if (bytes_decimal(bytes_of(text), UINT64_MAX, &decimal) == OK)
		return keys_open_decimal(e->keys, decimal);
	/* As a trace prints it. */
	if (*text != '\0' && strlen(text) <= 16 &&
	    strspn(text, "0123456789abcdef") == strlen(text))
		return strtoull(text, NULL, 16);
	return 0;
}

/* -- legs on disk --------------------------------------------------------- */

static const char *leg_state_name(enum leg_state s)
{
	switch (s) {
	case LEG_QUEUED:
		return "queued";
	case LEG_WAITING:
		return "waiting";
	case LEG_SENT:
		return "sent";
	case LEG_QUARANTINED:
		return "quarantined";
	}
	return "unknown";
}

static void describe_leg(struct engine *e, const struct store_leg *row,
			 struct buf *line)
{
	struct json_writer w = JSON_WRITER(line);
	char id[PUBLIC_ID_SIZE] = "";
	struct live *l = live_new();

	if (l == NULL || live_read(l, row) != OK ||
	    keys_public_id(e->keys, l->story, id) != OK) {
		live_free(l);
		return;
	}
	json_open_object(&w);
	json_put_string(&w, "id", id);
	json_put_string(&w, "from", l->is_report ? l->to.text : l->from.text);
	json_put_string(&w, "to", l->is_report ? l->from.text : l->to.text);
	json_put_string(&w, "kind", l->is_report ? "report" : "message");
	json_put_string(&w, "lane", engine_lane_name(e, row->lane));
	json_put_string(&w, "state", leg_state_name(row->state));
	json_put_uint(&w, "attempts", l->attempts);
	put_time(&w, "due", row->due_us);
	put_time(&w, "expires", row->expires_us);
	json_close_object(&w);
	live_free(l);
}

static void listed_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct listing *to = s->context;
	const struct step_item *item;
	struct buf line = BUF_INIT(8192);
	uint64_t last = 0;

	for (item = s->found; item != NULL; item = item->next) {
		last = item->leg.id;
		if (s->lane != 0 && item->leg.lane != s->lane)
			continue;
		buf_reset(&line);
		describe_leg(e, &item->leg, &line);
		if (line.n > 0)
			to->each(to->arg, buf_bytes(&line), 0);
	}
	buf_clear(&line);
	to->each(to->arg, (struct bytes){ NULL, 0 },
		 s->complete ? 0 : last);
}

enum err engine_list(struct engine *e, const char *lane, uint64_t after,
		     engine_listed *each, void *arg)
{
	const struct lane *l = lane == NULL ? NULL : find_lane(e, lane);
	struct step *s;
	struct listing *to;

	if (lane != NULL && l == NULL)
		return ERR_NOTFOUND;
	s = road_step(e, STEP_LIST, listed_done);
	to = road_room(s, 1, sizeof *to);
	*to = (struct listing){ each, arg };
	s->context = to;
	s->lane = l == NULL ? 0 : l->number;
	s->after_id = after;
	s->limit = ENGINE_LIST_ROWS;
	road_submit(e, s);
	return OK;
}

/* -- one message ---------------------------------------------------------- */

struct asked {
	bool hold;
	engine_held *done;
	void *arg;
};

static void release_leg(struct engine *e, struct live *l)
{
	if (e->counts.quarantined > 0)
		e->counts.quarantined--;
	l->crashes = 0;
	l->expires_us = road_now(e) + e->lifetime_us;
	tell_leg(e, l, &(struct story){ .step = "release",
					.verdict = "queued",
					.text = "by an operator" });
	settle_requeue(e, l, road_now(e));
}

static void hold_leg(struct engine *e, struct live *l)
{
	e->counts.quarantined++;
	tell_leg(e, l, &(struct story){ .step = "hold",
					.verdict = "held",
					.text = "by an operator" });
	l->state = LEG_QUARANTINED;
	l->expires_us = 0;
	settle_update(e, l);
}

static void asked_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct asked *to = s->context;
	struct live *l = road_find(e, s->context_id);
	bool is_held;

	if (s->found == NULL) {
		to->done(to->arg, ERR_NOTFOUND);
		return;
	}
	if (l == NULL && (l = road_load(e, &s->found->leg)) == NULL) {
		to->done(to->arg, ERR_MALFORMED);
		return;
	}
	is_held = l->state == LEG_QUARANTINED;
	if (!live_at_rest(l) || is_held == to->hold || l->state == LEG_SENT) {
		if (l->place == LIVE_NOWHERE && l->updating == 0)
			road_forget(e, l);
		to->done(to->arg, ERR_BUSY);
		return;
	}
	dispatch_take(e, l);
	if (to->hold)
		hold_leg(e, l);
	else
		release_leg(e, l);
	to->done(to->arg, OK);
}

void engine_hold_message(struct engine *e, uint64_t id, bool hold,
			 engine_held *done, void *arg)
{
	struct step *s = road_step(e, STEP_GET, asked_done);
	struct asked *to = road_room(s, 1, sizeof *to);

	*to = (struct asked){ hold, done, arg };
	s->context = to;
	s->legs = road_room(s, 1, sizeof *s->legs);
	s->legs[0].id = id;
	s->n_legs = 1;
	s->context_id = id;
	road_submit(e, s);
}
