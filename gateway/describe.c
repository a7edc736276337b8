/* describe.c - what operators see of the engine, and may do to it. */
#include "gateway/road.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/json.h"
#include "codecs/timestamp.h"

#define LANE_LINE_MAX 8192
#define CALLED_MAX 4096
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

/* As an operator wished it: its adapter says so in the place of an error. */
static bool is_ordered(const struct lane *l)
{
	return !l->up && l->text != NULL &&
	       (strcmp(l->text, "stopped") == 0 ||
		strcmp(l->text, "draining") == 0);
}

static const char *state_of(const struct lane *l)
{
	if (l->up)
		return "up";
	return is_ordered(l) ? l->text : "down";
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
	json_put_bool(&w, "held", l->held);
	json_put_bool(&w, "busy", l->up && l->busy);
	json_put_uint(&w, "window", l->window);
	json_put_uint(&w, "in_flight", l->outstanding);
	json_put_uint(&w, "waiting", l->waiting);
	json_put_uint(&w, "sent", l->far_sent);
	json_put_uint(&w, "received", l->far_received);
	json_put_uint(&w, "failed", l->far_failed);
	json_put_uint(&w, "sent_minute", l->sent_minute);
	json_put_uint(&w, "received_minute", l->received_minute);
	put_time(&w, "since", l->since_us);
	json_put_string(&w, "tls", l->tls);
	json_put_string(&w, "error", is_ordered(l) ? NULL : l->text);
	json_close_object(&w);
	buf_text(lines, "\n");
}

static int by_name(const void *left, const void *right)
{
	const struct lane *a = *(const struct lane *const *)left;
	const struct lane *b = *(const struct lane *const *)right;

	return strcmp(a->name, b->name);
}

/* All lanes by name, then NULL; the caller's. NULL: no memory. */
static const struct lane **sorted_lanes(const struct engine *e)
{
	const struct lane **all, *l;
	size_t n = 0;

	for (l = e->lanes; l != NULL; l = l->next)
		n++;
	if ((all = mem_zero((n + 1) * sizeof(const struct lane *))) == NULL)
		return NULL;
	n = 0;
	for (l = e->lanes; l != NULL; l = l->next)
		all[n++] = l;
	qsort(all, n, sizeof(const struct lane *), by_name);
	return all;
}

enum err engine_describe_links(struct engine *e, const char *lane,
			       struct buf *lines)
{
	const struct lane **all = sorted_lanes(e);
	bool any = lane == NULL;
	size_t i;

	for (i = 0; all != NULL && all[i] != NULL; i++) {
		if (!all[i]->known || (!all[i]->up && all[i]->dropped) ||
		    (lane != NULL && strcmp(all[i]->name, lane) != 0))
			continue;
		any = true;
		describe_link(e, all[i], lines);
	}
	mem_free(all);
	if (all == NULL)
		return ERR_NOMEM;
	return any ? buf_status(lines) : ERR_NOTFOUND;
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
	json_put_uint(&w, "on_hold", l->on_hold);
	json_put_bool(&w, "held", l->held);
	json_put_string(&w, "held_by", l->held_by);
	put_time(&w, "held_since", l->held_us);
	if (oldest != 0 && oldest <= now)
		json_put_uint(&w, "oldest_s", (now - oldest) / 1000000);
	json_close_object(&w);
}

/* Lanes are remembered for ever; of those without a peer only what is left. */
static bool is_left_over(const struct engine *e, const struct lane *l)
{
	return l->waiting == 0 && l->outstanding == 0 && l->on_hold == 0 &&
	       !l->held && !l->up && !people_configured(e, l);
}

static void describe_lanes(struct engine *e, const char *lane,
			   const struct listing *to)
{
	const struct lane **all = sorted_lanes(e), *l;
	struct buf line = BUF_INIT(LANE_LINE_MAX);
	size_t i;

	for (i = 0; all != NULL && (l = all[i]) != NULL; i++) {
		if (lane != NULL ? strcmp(l->name, lane) != 0
				 : is_left_over(e, l))
			continue;
		buf_reset(&line);
		describe_lane(e, l, &line);
		to->each(to->arg, buf_bytes(&line), 0);
	}
	to->each(to->arg, (struct bytes){ NULL, 0 }, 0);
	mem_free(all);
	buf_clear(&line);
}

/* Of lanes, or of people, page by page. */
struct census {
	struct listing to;
	const char *name;	/* of one of them; NULL: all */
};

static struct step *census_step(struct engine *e, const struct census *c,
				enum step_kind kind,
				void (*done)(void *, struct step *))
{
	struct step *s = road_step(e, kind, done);
	struct census *own = road_room(s, 1, sizeof *own);

	*own = *c;
	if (c->name != NULL &&
	    (own->name = arena_string(s->arena, bytes_of(c->name))) == NULL)
		abort();
	s->context = own;
	return s;
}

/* What is in quarantine only the store knows. */
static void tally_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct census *c = s->context;
	const struct step_item *item;
	struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next)
		l->on_hold = 0;
	for (item = s->found; item != NULL; item = item->next) {
		l = road_lane_numbered(e, (uint32_t)item->number2);
		if (l != NULL && item->number == LEG_QUARANTINED)
			l->on_hold = item->count;
	}
	describe_lanes(e, c->name, &c->to);
}

enum err engine_list_lanes(struct engine *e, const char *lane,
			   engine_listed *each, void *arg)
{
	struct census c = { { each, arg }, NULL };
	struct lane *l;
	enum err why;

	if (lane != NULL && (why = road_lane_called(e, lane, &l)) != OK)
		return why;
	if (lane != NULL)
		c.name = l->name;
	road_submit(e, census_step(e, &c, STEP_COUNTS, tally_done));
	return OK;
}

/* "hold", or the technologies to try: "mms;sms". */
static void put_wishes(struct json_writer *w, const struct user *u)
{
	struct buf text = BUF_INIT(256);
	size_t i;

	buf_text(&text, u->n_wishes == 0 ? "hold" : "");
	for (i = 0; i < u->n_wishes; i++)
		buf_printf(&text, "%s%s", i > 0 ? ";" : "",
			   technology_name(u->wishes[i]));
	json_put_text(w, "when_absent", buf_bytes(&text));
	buf_clear(&text);
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
	put_wishes(&w, u);
	json_close_object(&w);
}

char *engine_called(const struct engine *e, const char *text)
{
	struct arena *arena = arena_new(CALLED_MAX);
	struct address a = { ADDRESS_NONE, NULL };
	struct user *u;
	char *called = NULL;

	if (arena != NULL &&
	    directory_called(e->directory, text, arena, &a, &u) == OK &&
	    a.text != NULL && strcmp(a.text, text) != 0)
		called = mem_string(a.text);
	arena_free(arena);
	return called;
}

static void describe_users(struct engine *e, const char *name,
			   const struct listing *to)
{
	struct buf line = BUF_INIT(4096);
	char *called = name == NULL ? NULL : engine_called(e, name);
	const char *address = called != NULL ? called : name;
	const struct user *u;

	for (u = directory_users(e->directory); u != NULL; u = u->next_all) {
		if (address != NULL && strcmp(u->address, address) != 0)
			continue;
		buf_reset(&line);
		describe_user(u, &line);
		to->each(to->arg, buf_bytes(&line), 0);
	}
	to->each(to->arg, (struct bytes){ NULL, 0 }, 0);
	buf_clear(&line);
	mem_free(called);
}

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
	struct step *s = census_step(e, c, STEP_WAITING_COUNTS, counted_done);

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

static const char *leg_state_name(const struct live *l)
{
	switch (l->state) {
	case LEG_QUEUED:
		return "queued";
	case LEG_WAITING:
		return "waiting";
	case LEG_SENT:
		return "sent";
	case LEG_QUARANTINED:
		return l->held_us != 0 ? "held" : "quarantined";
	}
	return "unknown";
}

static void describe_leg(struct engine *e, const struct store_leg *row,
			 struct buf *line)
{
	struct json_writer w = JSON_WRITER(line);
	struct live *l = live_new();
	char id[24];

	if (l == NULL || live_read(l, row) != OK) {
		live_free(l);
		return;
	}
	snprintf(id, sizeof id, "%" PRIx64, l->story);
	json_open_object(&w);
	json_put_string(&w, "id", id);
	json_put_string(&w, "from", l->is_report ? l->to.text : l->from.text);
	json_put_string(&w, "to", l->is_report ? l->from.text : l->to.text);
	json_put_string(&w, "kind", l->is_report ? "report" : "message");
	json_put_string(&w, "lane", engine_lane_name(e, row->lane));
	json_put_string(&w, "state", leg_state_name(l));
	json_put_uint(&w, "attempts", l->attempts);
	put_time(&w, "due",
		 row->state == LEG_QUARANTINED ? 0 : row->due_us);
	put_time(&w, "expires", row->expires_us);
	json_put_string(&w, "held_by", l->held_by);
	put_time(&w, "held_since", l->held_us);
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
	struct lane *l = NULL;
	struct step *s;
	struct listing *to;
	enum err why;

	if (lane != NULL && (why = road_lane_called(e, lane, &l)) != OK)
		return why;
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
