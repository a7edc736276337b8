/*
 * report.c - what the sender is told. A report is a leg like any other, in
 * the other direction; the last one about a leg takes over that leg's row,
 * unless that is far off: then it gets one beside those that are in use.
 */
#include "gateway/road.h"

#include <stdlib.h>
#include <string.h>

#include "policy/receipts.h"

#define EXCERPT_MAX	64	/* octets of the text that a receipt repeats */
#define REPORT_TEXT_MAX 200
#define DAY_US		UINT64_C(86400000000)

/* The first octets of a text, never half a character. */
static struct bytes excerpt(struct bytes text)
{
	if (text.n <= EXCERPT_MAX)
		return text;
	text.n = EXCERPT_MAX;
	while (text.n > 0 && (text.p[text.n] & 0xC0) == 0x80)
		text.n--;
	return text;
}

/* The report as a message of its own, out of the message it is about. */
enum err report_image(struct engine *e, const struct live *l, struct buf *to)
{
	struct message m, out;
	struct recipient sender = { .role = RECIPIENT_TO };
	struct part part = { .type = "text/plain;charset=UTF-8" };
	const struct part *text;
	enum err why;

	if ((why = message_read(l->image, e->scratch, &m, NULL)) != OK)
		return why;
	text = message_part(&m, "text/plain");
	message_init(&out);
	out.kind = MESSAGE_REPORT;
	out.origin = m.origin;
	out.from = l->to;
	sender.address = l->from;
	sender.name = m.from_name;
	out.recipients = &sender;
	out.n_recipients = 1;
	out.original_to = m.original_to;
	out.group = m.group;
	out.group_name = m.group_name;
	out.received_us = l->received_us;
	out.submitted_us = m.submitted_us;
	out.submitted_text = m.submitted_text;
	out.subject = m.subject;
	out.want = l->want;
	out.ids = m.ids;
	out.n_ids = m.n_ids;
	out.extras = m.extras;
	out.n_extras = m.n_extras;
	if (text != NULL) {
		part.body = excerpt(text->body);
		out.parts = &part;
		out.n_parts = 1;
	}
	out.report = l->report;
	out.report.about = l->story;
	out.report.recipient = l->to;
	return message_image(&out, to);
}

/*
 * By the far side's clock, unless that is absurd: a day before it was ours, or
 * a day from now.
 */
static uint64_t event_at(struct engine *e, const struct live *r,
			 const struct outcome *o)
{
	uint64_t now = road_now(e);

	if (o == NULL || o->event_us == 0 || o->event_us > now + DAY_US ||
	    o->event_us + DAY_US < r->received_us)
		return now;
	return o->event_us;
}

static void fill(struct engine *e, struct live *r, enum delivery_state s,
		 const struct outcome *o)
{
	const struct route_way *way = live_way(r);

	r->is_report = true;
	r->report = (struct report){
		.kind = receipts_kind(s),
		.state = s,
		.via = way == NULL ? TECHNOLOGY_NONE : way->technology,
		.event_us = event_at(e, r, o),
	};
	if (o != NULL && o->text != NULL)
		r->report.text = arena_string(
			r->arena,
			(struct bytes){ (const uint8_t *)o->text,
					strnlen(o->text, REPORT_TEXT_MAX) });
	if (o != NULL) {
		r->report.far_code = o->far_code;
		r->report.response = o->response;
	}
	if (o != NULL && o->error != NULL)
		r->report.error = arena_string(r->arena, bytes_of(o->error));
	if (o != NULL && o->reply != NULL)
		r->report.reply = arena_string(r->arena, bytes_of(o->reply));
	r->attempts = 0;
	r->crashes = 0;
	r->maybe_duplicate = false;
	r->once = false;
	rest_clear(r);
	r->expires_us = e->last_us + e->life.usual_us;
	r->due_us = e->last_us;
	r->state = LEG_QUEUED;
}

/* The way back to people: by what is known of them now. */
static bool way_to_person(struct engine *e, struct live *r,
			  struct route_way *way)
{
	struct route_facts facts;
	struct route_verdict v;
	struct user *u;

	directory_facts(e->directory, &r->from, &facts, &u);
	if (u != NULL) {
		*way = (struct route_way){ TECHNOLOGY_CPM, LANE_DEVICES };
		r->recipient = u->hash;
		if (u->devices == 0)
			r->state = LEG_WAITING;
		return true;
	}
	route_decide(&facts, &v);
	if (v.n == 0)
		return false;
	*way = v.ways[0];
	return true;
}

bool report_turn_round(struct engine *e, struct live *r)
{
	struct route_way way = { r->origin.technology, r->origin.peer };
	struct target *t;

	if (way.technology == TECHNOLOGY_CPM && !way_to_person(e, r, &way))
		return false;
	if (way.peer == NULL)
		return false;
	r->ways[0].technology = way.technology;
	r->ways[0].peer = arena_string(r->arena, bytes_of(way.peer));
	if (r->ways[0].peer == NULL)
		return false;
	r->n_ways = 1;
	r->way = 0;
	r->lane = road_lane(e, way.technology, way.peer);
	if (r->lane == NULL)
		return false;
	r->flow = road_flow(e, r->lane, "reports", PRIORITY_HIGH);
	if (r->flow == NULL)
		return false;
	t = r->lane->by_target ? lane_target(r->lane, r->recipient) : NULL;
	if (t != NULL && (t->draining || t->paused_until_us != 0))
		r->state = LEG_WAITING;
	return true;
}

void report_undelivered(struct engine *e, struct live *l,
			const struct outcome *o)
{
	bool alert = l->report.state == STATE_REACHABLE;

	tell_leg(e, l, &(struct story){ .step = alert ? "alert" : "report",
					.verdict = "undelivered",
					.text = o == NULL ? NULL : o->text });
	settle_remove(e, l, NULL);
}

/* An operator reads it in the story instead. */
static bool owed(const struct live *l, uint8_t want, enum delivery_state s)
{
	return l->origin.technology != TECHNOLOGY_NONE && receipts_owed(want, s);
}

bool report_instead(struct engine *e, struct live *l, enum delivery_state s,
		    const struct outcome *o)
{
	if (!owed(l, l->want, s))
		return false;
	fill(e, l, s, o);
	return report_turn_round(e, l);
}

static void extra_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct live *r = road_find(e, s->context_id);

	if (r == NULL)
		return;
	r->updating--;
	if (s->result != OK) {
		r->state = LEG_SENT;
		road_count(r);
		road_forget(e, r);
		return;
	}
	road_count(r);
	dispatch_enter(e, r);
}

static struct live *copy_leg(struct engine *e, const struct live *l)
{
	struct buf meta = BUF_INIT(LIVE_META_MAX);
	struct store_leg row = { .id = road_id(e), .image = l->image };
	struct live *r = live_new();

	if (r != NULL && live_meta(l, &meta) == OK) {
		row.story = l->story;
		row.meta = buf_bytes(&meta);
		if (live_read(r, &row) != OK) {
			live_free(r);
			r = NULL;
		}
	}
	buf_clear(&meta);
	if (r != NULL)
		r->shared = false;
	return r;
}

/*
 * Marks it: the reports of one kind are one, but that the ways there each are
 * told once. False: it is not owed, or was told.
 */
static bool owed_once(struct live *l, enum delivery_state s)
{
	uint32_t state = UINT32_C(1) << s;

	if (l->is_report ||
	    !owed(l, (uint8_t)(l->want & ~(unsigned)l->told), s))
		return false;
	if (receipts_kind(s) != WANT_INTERMEDIATE) {
		l->told |= (uint8_t)receipts_kind(s);
		return true;
	}
	if ((l->passed & state) != 0)
		return false;
	l->passed |= state;
	return true;
}

/*
 * A report besides the final one: in a row of its own, that is there if and
 * only if the leg's own row says so.
 */
bool report_besides(struct engine *e, struct live *l, enum delivery_state s,
		    const struct outcome *o)
{
	struct live *r;
	struct step *step;

	if (!owed_once(l, s))
		return false;
	if ((r = copy_leg(e, l)) == NULL)
		abort();
	r->n_fars = 0;
	fill(e, r, s, o);
	if (s == STATE_REACHABLE ? !alert_park(e, r)
				 : !report_turn_round(e, r)) {
		live_free(r);
		return false;
	}
	road_remember(e, r);
	step = road_step(e, STEP_INSERT, extra_done);
	step->legs = road_room(step, 1, sizeof *step->legs);
	step->n_legs = 1;
	road_row(e, step, r, &step->legs[0]);
	step->legs[0].image = road_octets(step, r->image);
	step->story = r->id;
	step->context_id = r->id;
	r->updating++;
	step->also = l->also;
	l->also = step;
	return true;
}

void report_extra(struct engine *e, struct live *l, enum delivery_state s)
{
	(void)report_besides(e, l, s, NULL);
}

void report_carried(struct engine *e, struct live *l, const struct outcome *o)
{
	const struct route_way *way = live_way(l);

	report_extra(e, l, STATE_PROCESSED);
	if ((o->by_sms || way->technology == TECHNOLOGY_SMS) &&
	    l->origin.technology != TECHNOLOGY_SMS)
		report_extra(e, l, STATE_LEGACY_SMS);
}

void report_due(struct engine *e, struct live *l, enum delivery_state s,
		const struct outcome *o, const struct reply *tell)
{
	if (l->origin.technology == TECHNOLOGY_NONE)
		tell_leg(e, l, &(struct story){ .step = "report",
						.verdict =
							delivery_state_name(s),
						.text = "to the operator" });
	if (!owed(l, (uint8_t)(l->want & ~(unsigned)l->told), s)) {
		settle_remove(e, l, tell);
		return;
	}
	if (l->far_off && report_besides(e, l, s, o)) {
		settle_remove(e, l, tell);
		return;
	}
	fars_drop(e, l);
	fill(e, l, s, o);
	if (!report_turn_round(e, l)) {
		tell_leg(e, l, &(struct story){ .step = "report",
						.verdict = "no-way-back" });
		settle_remove(e, l, tell);
		return;
	}
	settle_tell(e, l, tell);
}
