#include "gateway/road.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BY_ID_FIRST	4096
#define FAR_SIZE	32768

/* Of tables by number. */
static const uint8_t no_key[16];

static uint64_t monotonic(const struct engine *e)
{
	return e->world.clock->monotonic_us(e->world.clock->arg);
}

enum err engine_new(const struct engine_world *w, struct keys *keys,
		    struct inflight *inflight, struct engine **made)
{
	struct engine *e = mem_zero(sizeof *e);

	if (e == NULL)
		return ERR_NOMEM;
	e->world = *w;
	e->keys = keys;
	e->inflight = inflight;
	e->wall_base_us = w->clock->wall_us(w->clock->arg) - monotonic(e);
	e->payload = (struct buf)BUF_INIT(FRAME_PAYLOAD_MAX);
	e->image = (struct buf)BUF_INIT(MESSAGE_IMAGE_MAX);
	e->meta = (struct buf)BUF_INIT(LIVE_META_MAX);
	e->notes = (struct buf)BUF_INIT(STEP_ARENA_MAX / 2);
	e->last_step = &e->first_step;
	e->children[ENGINE_OPERATOR].life = ++e->lives;
	e->far_size = FAR_SIZE;
	e->far_table = mem_zero(e->far_size * sizeof *e->far_table);
	e->scratch = arena_new(SCRATCH_MAX);
	if (e->far_table == NULL || e->scratch == NULL ||
	    table_init(&e->by_id, BY_ID_FIRST, no_key) != OK ||
	    roster_init(e) != OK) {
		engine_free(e);
		return ERR_NOMEM;
	}
	*made = e;
	return OK;
}

static void free_one(void *arg, struct table_node *n)
{
	struct live *l = (struct live *)n;

	(void)arg;
	if (l->place != LIVE_FLOW && l->place != LIVE_TARGET)
		live_free(l);
}

void engine_free(struct engine *e)
{
	struct step *s, *after;

	if (e == NULL)
		return;
	table_walk(&e->by_id, free_one, NULL);
	table_clear(&e->by_id);
	mem_free(e->far_table);
	inquiry_clear(e);
	sweep_clear(e);
	roster_clear(e);
	for (s = e->first_step; s != NULL; s = after) {
		after = s->next;
		step_free(s);
	}
	settings_free(e->settings);
	access_free(e->access);
	groups_free(e->groups);
	directory_free(e->directory);
	arena_free(e->scratch);
	buf_clear(&e->payload);
	buf_clear(&e->image);
	buf_clear(&e->meta);
	buf_clear(&e->notes);
	mem_free(e);
}

enum err engine_configure(struct engine *e, struct settings *s)
{
	const struct settings_group *g = settings_single(s, "gateway");
	struct buf complaints = BUF_INIT(4096);	/* cpmgw-conf has told them */
	struct directory *d = NULL, *before;
	struct access *a = NULL;
	struct groups *known = NULL;
	enum err why = access_new(s, &a, &complaints);

	if (why == OK)
		why = groups_new(s, &known, &complaints);
	if (why == OK)
		why = directory_new(s, e->keys, e->world.clock, &d);
	if (why == OK && e->directory != NULL)
		why = directory_inherit(d, e->directory);
	buf_clear(&complaints);
	if (why != OK) {
		directory_free(d);
		groups_free(known);
		access_free(a);
		return why;
	}
	if (e->settings != NULL)
		people_reconfigured(e, e->settings, s);
	before = e->directory;
	e->directory = d;
	if (before != NULL)
		people_left(e, before);
	directory_free(before);
	access_free(e->access);
	groups_free(e->groups);
	settings_free(e->settings);
	e->access = a;
	e->groups = known;
	e->settings = s;
	e->life.usual_us = settings_number(g, "lifetime") * 1000;
	e->life.most_us = settings_number(g, "lifetime-most") * 1000;
	e->dedupe_us = settings_number(g, "dedupe-window") * 1000;
	e->orphan_us = settings_number(g, "orphan-keep") * 1000;
	e->rest_us = settings_number(g, "rest-stays") * 1000;
	e->parts_us = settings_number(g, "reassembly-timeout") * 1000;
	e->retry.first_us = settings_number(g, "retry-first") * 1000;
	e->retry.most_us = settings_number(g, "retry-most") * 1000;
	e->retry.jitter_percent = (unsigned)settings_number(g, "retry-jitter");
	e->fail_unknown = strcmp(settings_text(g, "on-unknown"), "fail") == 0;
	e->deliver_partial =
		strcmp(settings_text(g, "reassembly-partial"), "deliver") == 0;
	return OK;
}

const struct settings *engine_settings(const struct engine *e)
{
	return e->settings;
}

/*
 * Wall time that never steps back or stands still: the wall clock at the
 * start, carried on by the monotonic one. Due times are unique by it, which
 * the refill cursors rely on.
 */
uint64_t road_now(struct engine *e)
{
	uint64_t now = e->wall_base_us + monotonic(e);

	if (now <= e->last_us)
		now = e->last_us + 1;
	e->last_us = now;
	return now;
}

uint64_t road_id(struct engine *e)
{
	uint64_t id = road_now(e) << 10;

	if (id <= e->last_id)
		id = e->last_id + 1;
	e->last_id = id;
	return id;
}

uint64_t road_random(struct engine *e)
{
	return e->world.clock->random(e->world.clock->arg);
}

struct step *road_step(struct engine *e, enum step_kind kind,
		       void (*done)(void *, struct step *))
{
	struct step *s = step_new(kind, STEP_ARENA_MAX);

	if (s == NULL)
		abort();
	s->done = done;
	s->owner = e;
	return s;
}

void *road_room(struct step *s, size_t count, size_t size)
{
	void *p = arena_array(s->arena, count == 0 ? 1 : count, size);

	if (p == NULL)
		abort();
	return p;
}

struct bytes road_octets(struct step *s, struct bytes in)
{
	struct bytes out;

	if (arena_copy(s->arena, in, &out) != OK)
		abort();
	return out;
}

void road_also(struct step *s, struct live *l)
{
	while (s->also != NULL)
		s = s->also;
	s->also = l->also;
	l->also = NULL;
}

void road_submit(struct engine *e, struct step *s)
{
	s->next = NULL;
	*e->last_step = s;
	e->last_step = &s->next;
}

void road_send(struct engine *e, const struct reply *to, enum frame_type type,
	       struct bytes payload)
{
	struct frame f = { .type = (uint8_t)type, .ref = to->ref,
			   .payload = payload };

	if (to->life == 0 || to->life != e->children[to->child].life)
		return;
	if (!e->world.send(e->world.arg, to->child, &f))
		e->children[to->child].life = 0;
}

void road_refuse(struct engine *e, const struct reply *to,
		 enum frame_type type, const struct outcome *o)
{
	buf_reset(&e->payload);
	if (outcome_image(o, &e->payload) == OK)
		road_send(e, to, type, buf_bytes(&e->payload));
}

struct live *road_find(const struct engine *e, uint64_t id)
{
	return (struct live *)table_first(&e->by_id, table_hash_number(id));
}

void road_remember(struct engine *e, struct live *l)
{
	table_add(&e->by_id, &l->by_id, table_hash_number(l->id));
}

void road_forget(struct engine *e, struct live *l)
{
	fars_drop(e, l);
	table_remove(&e->by_id, &l->by_id);
	live_free(l);
}

void road_dirty(struct engine *e, struct lane *l)
{
	if (l->dirty)
		return;
	l->dirty = true;
	l->next_dirty = e->dirty;
	e->dirty = l;
}

void road_count(struct live *l)
{
	bool waits = l->state == LEG_QUEUED || l->state == LEG_WAITING;
	struct lane *now = waits ? l->lane : NULL;

	if (l->counted == now)
		return;
	if (l->counted != NULL)
		l->counted->waiting--;
	if (now != NULL)
		now->waiting++;
	l->counted = now;
}

void road_row(struct engine *e, struct step *s, const struct live *l,
	      struct store_leg *row)
{
	buf_reset(&e->meta);
	if (live_meta(l, &e->meta) != OK)
		abort();
	*row = (struct store_leg){
		.id = l->id,
		.story = l->shared ? l->story : l->id,
		.state = l->state,
		.lane = l->lane->number,
		.flow = l->flow->number,
		.due_us = l->due_us,
		.expires_us = l->expires_us,
		.recipient = l->lane->by_target ? l->recipient
			     : l->sought	? alert_key(e, &l->to)
						: 0,
		.meta = road_octets(s, buf_bytes(&e->meta)),
	};
}

struct live *road_load(struct engine *e, const struct store_leg *row)
{
	struct live *l = live_new();

	if (l == NULL)
		return NULL;
	if (live_read(l, row) != OK ||
	    (l->lane = road_lane_numbered(e, row->lane)) == NULL ||
	    (l->flow = road_flow_numbered(e, l->lane, row->flow)) == NULL) {
		live_free(l);
		return NULL;
	}
	if (l->state == LEG_QUEUED || l->state == LEG_WAITING)
		l->counted = l->lane;
	road_remember(e, l);
	return l;
}

void engine_child_up(struct engine *e, unsigned child)
{
	struct child_link *c = &e->children[child];

	*c = (struct child_link){ .up = true, .life = ++e->lives };
}

void engine_child_down(struct engine *e, unsigned child, const char *why)
{
	struct lane *l;

	e->children[child].up = false;
	e->children[child].life = 0;
	for (l = e->lanes; l != NULL; l = l->next)
		if (l->child == (int)child) {
			l->up = false;
			l->known = true;
			mem_free(l->text);
			l->text = mem_string(why);
		}
	inquiry_child_died(e, child);
	settle_child_died(e, child);
}

void engine_frame(struct engine *e, unsigned child, const struct frame *f)
{
	arena_reset(e->scratch);
	if (people_frame(e, child, f))
		return;
	switch (f->type) {
	case FRAME_INTAKE:
		intake_frame(e, child, f);
		break;
	case FRAME_OUTCOME:
		settle_frame(e, child, f);
		break;
	case FRAME_FAR_REPORT:
		correlate_frame(e, child, f);
		break;
	case FRAME_AMENDMENT:
		amend_frame(e, child, f);
		break;
	case FRAME_STANDING:
		inquiry_standing(e, child, f);
		break;
	default:
		break;
	}
}

void engine_step_done(struct engine *e, struct step *s)
{
	struct step *also;

	arena_reset(e->scratch);
	for (also = s; also != NULL; also = also->also) {
		if (also != s && s->result != OK)
			also->result = s->result;
		if (also->done != NULL)
			also->done(e, also);
	}
	step_free(s);
}

static void slow_down(struct engine *e)
{
	size_t waiting = e->world.steps_waiting(e->world.arg);
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++) {
		struct child_link *c = &e->children[i];
		struct reply r = { .child = i, .life = c->life };
		bool slow = c->slow ? waiting > STEPS_GO
				    : waiting > STEPS_SLOW;

		if (!c->up || slow == c->slow)
			continue;
		c->slow = slow;
		road_send(e, &r, slow ? FRAME_SLOW : FRAME_GO,
			  (struct bytes){ NULL, 0 });
	}
}

static void hand_over(struct engine *e)
{
	struct step *s = e->first_step, *next;

	e->first_step = NULL;
	e->last_step = &e->first_step;
	for (; s != NULL; s = next) {
		next = s->next;
		e->world.submit(e->world.arg, s);
	}
}

/* Traces go first, so that no step is committed before its story is told. */
static void hand_over_notes(struct engine *e)
{
	struct step *s;

	if (e->notes.n == 0)
		return;
	s = road_step(e, STEP_TRACE, NULL);
	s->octets = road_octets(s, buf_bytes(&e->notes));
	e->world.submit(e->world.arg, s);
	buf_reset(&e->notes);
}

void engine_turn(struct engine *e)
{
	struct lane *l;

	while ((l = e->dirty) != NULL) {
		e->dirty = l->next_dirty;
		l->dirty = false;
		dispatch_lane(e, l);
	}
	hand_over_notes(e);
	hand_over(e);
	slow_down(e);
}

void engine_drain(struct engine *e)
{
	e->draining = true;
	native_drain(e);
}

bool engine_idle(const struct engine *e)
{
	return e->counts.in_flight == 0 && e->first_step == NULL &&
	       e->world.steps_waiting(e->world.arg) == 0;
}
