/*
 * alert.c - recipients who were not there, and are again. What a sender is
 * owed who asked for that (SMPP v3.4 5.3.2.29, set_dpf) waits in a row of its
 * own, in a lane that no link has, and is then a report like any other. What
 * waits for its next attempt at such a recipient goes at once.
 */
#include "gateway/road.h"

#include <string.h>

#define PAGE_ROWS  100
#define SENDERS	   64	/* of whom it is remembered that they are told       */

/* What is looked for, page by page. */
struct awake {
	uint64_t key;
	bool legs;		/* those that wait for an attempt, too       */
	uint64_t told[SENDERS];
	size_t n_told;
};

/* Another one than his hash: that finds what waits for his registration. */
static uint64_t key_of(struct engine *e, uint64_t recipient)
{
	uint8_t octets[1 + sizeof recipient] = { 'a' };

	memcpy(octets + 1, &recipient, sizeof recipient);
	return keys_hash63(e->keys, (struct bytes){ octets, sizeof octets });
}

uint64_t alert_key(struct engine *e, const struct address *to)
{
	return key_of(e, choose_recipient(e, to));
}

bool alert_park(struct engine *e, struct live *r)
{
	r->lane = road_lane(e, TECHNOLOGY_NONE, LANE_ALERTS);
	if (r->lane == NULL)
		return false;
	r->flow = road_flow(e, r->lane, "alerts", PRIORITY_NORMAL);
	if (r->flow == NULL)
		return false;
	r->sought = true;
	r->state = LEG_WAITING;
	/* From now on: he may be back before it is on disk. */
	road_count(r);
	return true;
}

bool alert_absent(struct engine *e, struct live *l)
{
	if (!report_besides(e, l, STATE_REACHABLE, NULL))
		return false;
	tell_leg(e, l, &(struct story){ .step = "alert",
					.verdict = "waits",
					.text = "its sender hears when the "
						"recipient is there again",
					.clause = "SMPP v3.4 5.3.2.29" });
	return true;
}

/* -- he is there again ------------------------------------------------------ */

static void drop(struct engine *e, struct live *l, const char *why)
{
	tell_leg(e, l, &(struct story){ .step = "alert",
					.verdict = "dropped",
					.text = why });
	settle_remove(e, l, NULL);
}

/* One alert for each sender, however many messages of his were waiting. */
static bool was_told(struct engine *e, struct awake *a, const struct live *l)
{
	struct bytes pieces[2] = { bytes_of(l->origin.peer),
				   bytes_of(l->from.text) };
	uint64_t sender = keys_hash(e->keys, pieces, 2).low;
	size_t i;

	for (i = 0; i < a->n_told; i++)
		if (a->told[i] == sender)
			return true;
	if (a->n_told < SENDERS)
		a->told[a->n_told++] = sender;
	return false;
}

static void send_alert(struct engine *e, struct live *l)
{
	l->sought = false;
	l->report.event_us = road_now(e);
	l->expires_us = e->last_us + e->life.usual_us;
	if (report_turn_round(e, l))
		settle_requeue(e, l, road_now(e));
	else
		drop(e, l, "no way back");
}

/* Whether it goes; else it stays as it is. */
static bool retry_now(struct engine *e, struct live *l)
{
	if (l->state != LEG_QUEUED || l->lane->by_target ||
	    l->due_us <= e->last_us)
		return false;
	tell_leg(e, l, &(struct story){ .step = "alert",
					.verdict = "again-now",
					.clause = "SMPP v3.4 4.12" });
	settle_requeue(e, l, road_now(e));
	return true;
}

/* One in memory is being changed, or sent: it is not what it was on disk. */
static void look_at(struct engine *e, struct awake *a,
		    const struct store_leg *row)
{
	struct live *l;

	if (road_find(e, row->id) != NULL || (l = road_load(e, row)) == NULL)
		return;
	if (l->is_report && l->report.state == STATE_REACHABLE) {
		if (was_told(e, a, l))
			drop(e, l, "told once for all of them");
		else
			send_alert(e, l);
	} else if (!a->legs || !retry_now(e, l)) {
		road_forget(e, l);
	}
}

static void ask(struct engine *e, const struct awake *a, uint64_t after);

static void page_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct awake *a = s->context;
	const struct step_item *item;
	uint64_t last = 0;

	for (item = s->found; item != NULL; item = item->next) {
		last = item->leg.id;
		look_at(e, a, &item->leg);
	}
	if (!s->complete && last != 0)
		ask(e, a, last);
}

static void ask(struct engine *e, const struct awake *a, uint64_t after)
{
	struct step *s = road_step(e, STEP_WAITING, page_done);
	struct awake *copy = road_room(s, 1, sizeof *copy);

	*copy = *a;
	s->context = copy;
	s->recipient = a->key;
	s->after_id = after;
	s->limit = PAGE_ROWS;
	road_submit(e, s);
}

void alert_reachable(struct engine *e, uint64_t recipient)
{
	const struct lane *l = road_lane(e, TECHNOLOGY_NONE, LANE_ALERTS);
	struct awake a = { .key = key_of(e, recipient) };

	if (l != NULL && l->waiting > 0)
		ask(e, &a, 0);
}

void alert_delivered(struct engine *e, const struct live *l)
{
	alert_reachable(e, choose_recipient(e, &l->to));
}

void alert_subscriber(struct engine *e, const struct address *who)
{
	struct awake a = { .key = alert_key(e, who), .legs = true };

	ask(e, &a, 0);
}
