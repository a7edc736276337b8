/* hold.c - operators hold lanes and messages back, and let them go on. */
#include "gateway/road.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 16		/* of one story at a time */

/* -- lanes ---------------------------------------------------------------- */

static void set_lane(struct lane *l, bool held, const char *by, uint64_t us)
{
	mem_free(l->held_by);
	l->held = held;
	l->held_by = held && by != NULL ? mem_string(by) : NULL;
	l->held_us = held ? us : 0;
}

struct keeping {
	engine_kept *done;
	void *arg;
};

static void lane_kept(void *owner, struct step *s)
{
	const struct keeping *k = s->context;

	(void)owner;
	k->done(k->arg);
}

/* Of a lane that is held the directory has "MICROSECONDS BY". */
enum err engine_hold(struct engine *e, const struct engine_hold *h,
		     engine_kept *done, void *arg)
{
	struct buf since = BUF_INIT(512);
	struct keeping *k;
	struct lane *l;
	struct step *s;
	enum err why;

	if ((why = road_lane_called(e, h->lane, &l)) != OK)
		return why;
	if (l->held != h->held) {
		set_lane(l, h->held, h->by, road_now(e));
		road_dirty(e, l);
	}
	/* Also when it was so before: that may not be on disk yet. */
	s = road_step(e, STEP_DIRECTORY, lane_kept);
	k = road_room(s, 1, sizeof *k);
	*k = (struct keeping){ done, arg };
	s->context = k;
	s->text = ROAD_HELD;
	s->text2 = l->name;	/* lanes outlive all steps */
	if (l->held) {
		buf_printf(&since, "%" PRIu64 " %.200s", l->held_us,
			   l->held_by == NULL ? "" : l->held_by);
		s->octets = road_octets(s, buf_bytes(&since));
	}
	road_submit(e, s);
	buf_clear(&since);
	return OK;
}

void hold_recovered(struct lane *l, struct bytes octets)
{
	size_t space = bytes_find(octets, ' ');
	struct bytes by = bytes_after(octets, space + 1);
	char name[256];
	uint64_t us = 0;

	if (space == octets.n ||
	    bytes_decimal((struct bytes){ octets.p, space }, UINT64_MAX,
			  &us) != OK)
		by.n = 0;
	snprintf(name, sizeof name, "%.*s", (int)by.n, (const char *)by.p);
	set_lane(l, true, *name == '\0' ? NULL : name, us);
}

/* -- messages ------------------------------------------------------------- */

struct asked {
	uint64_t story;
	bool hold;
	const char *by;
	engine_held *done;
	void *arg;
	enum engine_hold_verdict verdict;	/* of what was looked at */
};

static void tell_by(struct engine *e, const struct live *l, const char *step,
		    const char *verdict, const char *by)
{
	char text[128];

	snprintf(text, sizeof text, "by %.100s", by);
	tell_leg(e, l, &(struct story){ .step = step,
					.verdict = verdict,
					.text = text });
}

static void release_leg(struct engine *e, struct live *l, const char *by)
{
	if (e->counts.on_hold > 0)
		e->counts.on_hold--;
	l->crashes = 0;
	l->held_us = 0;
	l->held_by = NULL;
	l->expires_us = road_now(e) + e->life.usual_us;
	tell_by(e, l, "release", "queued", by);
	settle_requeue(e, l, road_now(e));
}

static void hold_leg(struct engine *e, struct live *l, const char *by)
{
	e->counts.on_hold++;
	l->held_us = road_now(e);
	l->held_by = arena_string(l->arena, bytes_of(by));
	tell_by(e, l, "hold", "held", by);
	l->state = LEG_QUARANTINED;
	l->expires_us = 0;
	settle_update(e, l);
}

static enum engine_hold_verdict judge(const struct live *l, bool hold)
{
	if (l->place == LIVE_GONE)
		return HOLD_NOTHING;
	if (!live_at_rest(l) && l->place != LIVE_SENT)
		return HOLD_SENDING;
	if ((l->state == LEG_QUARANTINED) == hold)
		return HOLD_ALREADY;
	return l->state == LEG_SENT ? HOLD_SENT : HOLD_DONE;
}

static enum engine_hold_verdict change(struct engine *e,
				       const struct store_leg *row,
				       const struct asked *to)
{
	struct live *l = road_find(e, row->id);
	enum engine_hold_verdict v;

	if (l == NULL && (l = road_load(e, row)) == NULL)
		return HOLD_NOTHING;
	if ((v = judge(l, to->hold)) != HOLD_DONE) {
		if (l->place == LIVE_NOWHERE && l->updating == 0)
			road_forget(e, l);
		return v;
	}
	dispatch_take(e, l);
	if (to->hold)
		hold_leg(e, l, to->by);
	else
		release_leg(e, l, to->by);
	return v;
}

static void look(struct engine *e, const struct asked *to, uint64_t after);

/* All legs of a story were made at once: their ids follow each other. */
static void looked_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct asked *to = s->context;
	const struct step_item *item = s->found;
	enum engine_hold_verdict v;
	uint64_t last = 0;

	for (; item != NULL && item->leg.story == to->story;
	     item = item->next) {
		last = item->leg.id;
		v = change(e, &item->leg, to);
		if (v < to->verdict)
			to->verdict = v;
	}
	/* One look more than there are legs: when it comes back, what was
	 * changed is on disk. */
	if (item == NULL && last != 0)
		look(e, to, last);
	else
		to->done(to->arg, to->story, to->verdict);
}

static void look(struct engine *e, const struct asked *to, uint64_t after)
{
	struct step *s = road_step(e, STEP_LIST, looked_done);
	struct asked *copy = road_room(s, 1, sizeof *copy);
	char *by = road_room(s, strlen(to->by) + 1, 1);

	strcpy(by, to->by);
	*copy = *to;
	copy->by = by;
	s->context = copy;
	s->after_id = after;
	s->limit = ROWS;
	road_submit(e, s);
}

void engine_hold_story(struct engine *e, uint64_t story, bool hold,
		       const char *by, engine_held *done, void *arg)
{
	struct asked to = { story, hold, by, done, arg, HOLD_NOTHING };

	look(e, &to, story - 1);
}
