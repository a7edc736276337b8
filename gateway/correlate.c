/* correlate.c - far ids and far reports find their leg, across restarts. */
#include "gateway/road.h"

#include <string.h>

#include "gateway/past.h"
#include "policy/receipts.h"

/* A report on its way to its leg. */
struct arrival {
	struct far_report report;
	struct reply reply;
	struct store_key key;
	bool has_key;
	struct bytes octets;	/* its image; empty: it does not wait         */
};

struct store_key correlate_key(struct engine *e, const char *peer,
			       const char *far_id)
{
	struct bytes pieces[2] = { bytes_of(peer), bytes_of(far_id) };

	return keys_hash(e->keys, pieces, 2);
}

static void acknowledge(struct engine *e, const struct reply *to,
			enum outcome_class class)
{
	if (to->life != 0)
		road_refuse(e, to, FRAME_REPORTED,
			    &(struct outcome){ .class = class });
}

/* It has arrived, whatever was thought of it; another report is to come. */
static void await(struct engine *e, struct live *l, const struct arrival *a)
{
	if (l->place != LIVE_SENT) {
		l->state = LEG_SENT;
		fars_sent(e, l);
	}
	settle_tell(e, l, &a->reply);
}

static size_t segments(const struct live *l)
{
	size_t i, n = 0;

	for (i = 0; i < l->n_fars; i++)
		n += !l->fars[i].ack;
	return n;
}

/* What the sender is told of it. */
static struct outcome outcome_of(const struct arrival *a,
				 enum outcome_class class)
{
	return (struct outcome){ .class = class,
				 .far_code = a->report.far_code,
				 .error = a->report.error,
				 .event_us = a->report.event_us,
				 .text = a->report.text,
				 .reply = a->report.reply,
				 .response = a->report.response };
}

/* Of those reports; nothing that was told is told again. */
static bool to_come(const struct live *l, unsigned kinds)
{
	return (l->want & ~(unsigned)l->told & kinds) != 0;
}

/* Displayed: then it was delivered, too, all of it. */
static void imply_delivered(struct engine *e, struct live *l)
{
	if (segments(l) > 1 ||
	    (l->want & ~(unsigned)l->told & WANT_POSITIVE) == 0)
		return;
	e->counts.delivered++;
	alert_delivered(e, l);
	report_extra(e, l, STATE_DELIVERED);
	l->told |= WANT_POSITIVE | WANT_NEGATIVE;
}

static void displayed(struct engine *e, struct live *l,
		      const struct arrival *a)
{
	struct outcome o = outcome_of(a, OUTCOME_ACCEPTED);
	enum delivery_state s = a->report.state;

	imply_delivered(e, l);
	(void)report_besides(e, l, s == STATE_NONE ? STATE_DISPLAYED : s, &o);
	if (to_come(l, WANT_POSITIVE))
		await(e, l, a);
	else
		settle_remove(e, l, &a->reply);
}

static bool segments_missing(const struct live *l)
{
	size_t i;

	for (i = 0; i < l->n_fars; i++)
		if (!l->fars[i].delivered && !l->fars[i].ack)
			return true;
	return false;
}

static void mark_segment(struct live *l, const struct arrival *a)
{
	size_t i;

	for (i = 0; i < l->n_fars; i++)
		if (l->fars[i].key.low == a->key.low &&
		    l->fars[i].key.high == a->key.high)
			l->fars[i].delivered = true;
}

/* Delivered, and what the recipient himself says of it is yet to come. */
static bool more_to_come(struct engine *e, struct live *l,
			 const struct arrival *a)
{
	if (a->report.state != STATE_DELIVERED)
		return false;
	if (a->report.ours)
		report_extra(e, l, STATE_ACKNOWLEDGED);
	return to_come(l, WANT_DISPLAY | WANT_ACKNOWLEDGED);
}

static void final(struct engine *e, struct live *l, const struct arrival *a)
{
	enum delivery_state s = a->report.state;
	struct outcome o = outcome_of(a, OUTCOME_DELIVERED);

	if (s == STATE_DELIVERED && a->has_key) {
		mark_segment(l, a);
		if (segments_missing(l)) {
			await(e, l, a);
			return;
		}
	}
	if (s == STATE_DELIVERED) {
		e->counts.delivered++;
		alert_delivered(e, l);
	} else {
		e->counts.failed++;
	}
	if (more_to_come(e, l, a)) {
		report_extra(e, l, s);
		l->told |= WANT_POSITIVE | WANT_NEGATIVE;
		await(e, l, a);
		return;
	}
	report_due(e, l, s, &o, &a->reply);
}

static const char *own_text(struct live *l, const char *text)
{
	return text == NULL ? NULL : arena_string(l->arena, bytes_of(text));
}

/* When there are too many it has to come again. */
static void keep_early(struct engine *e, struct live *l,
		       const struct arrival *a)
{
	struct early *early, **at = &l->early;
	const char *error = a->report.error;
	struct bytes octets;
	size_t n = 0;

	if (error != NULL)
		error = arena_string(l->arena, bytes_of(error));
	for (; *at != NULL; at = &(*at)->next)
		n++;
	if (n == LIVE_EARLY_MAX ||
	    (early = arena_alloc(l->arena, sizeof *early)) == NULL ||
	    arena_copy(l->arena, a->octets, &octets) != OK) {
		acknowledge(e, &a->reply, OUTCOME_LATER);
		return;
	}
	*early = (struct early){ .kind = a->report.kind,
				 .state = a->report.state,
				 .far_code = a->report.far_code,
				 .absent = a->report.absent,
				 .error = error,
				 .event_us = a->report.event_us,
				 .text = own_text(l, a->report.reply),
				 .response = a->report.response,
				 .octets = octets,
				 .reply = a->reply };
	*at = early;
}

/* "UNDELIV err:045": past.c reads it, too. */
static const char *report_text(struct engine *e, const struct far_report *r)
{
	struct buf *to = &e->payload;
	const char *text;

	if (r->error == NULL || strspn(r->error, "0") == strlen(r->error))
		return r->text;
	buf_reset(to);
	if (r->text != NULL)
		buf_printf(to, "%s ", r->text);
	buf_printf(to, PAST_ERROR "%s", r->error);
	text = arena_string(e->scratch, buf_bytes(to));
	return text == NULL ? r->text : text;
}

static void trace_report(struct engine *e, const struct live *l,
			 const struct arrival *a)
{
	tell_leg(e, l,
		 &(struct story){
			 .step = "report-in",
			 .verdict = delivery_state_name(a->report.state),
			 .far_id = a->report.ours ? NULL : a->report.far_id,
			 .peer = a->report.peer,
			 .text = report_text(e, &a->report),
			 .keys = a->report.keys,
			 .n_keys = a->report.n_keys });
}

static void far_done(void *owner, struct step *s);
static void again_done(void *owner, struct step *s);

static struct step *seek(struct engine *e, enum step_kind kind,
			 const struct arrival *a, struct bytes octets)
{
	struct step *s = road_step(e, kind, far_done);
	struct arrival *copy = road_room(s, 1, sizeof *copy);

	*copy = *a;
	copy->octets = road_octets(s, octets);
	s->context = copy;
	return s;
}

/* Steps are taken in order: it is looked at again after those before it. */
static void look_again(struct engine *e, const struct arrival *a)
{
	struct step *s;

	if (a->octets.n == 0) {
		acknowledge(e, &a->reply, OUTCOME_LATER);
		return;
	}
	s = seek(e, STEP_TRACE, a, a->octets);
	s->done = again_done;
	road_submit(e, s);
}

/*
 * Nothing changes by it: it is taken, as soon as what it repeats is on disk.
 * A leg that was read for its sake alone goes again.
 */
static void no_news(struct engine *e, struct live *l, const struct arrival *a)
{
	if (l->updating > 0) {
		look_again(e, a);
		return;
	}
	acknowledge(e, &a->reply, OUTCOME_DELIVERED);
	if (l->place == LIVE_NOWHERE)
		road_forget(e, l);
}

/* On its way: the sender is told of each such state once, if at all. */
static void passing(struct engine *e, struct live *l, const struct arrival *a)
{
	struct outcome o = outcome_of(a, OUTCOME_ACCEPTED);
	bool news = false;

	if (l->place == LIVE_SENT && a->report.absent)
		news = alert_absent(e, l);
	if (l->place == LIVE_SENT && a->report.state != STATE_NONE)
		news |= report_besides(e, l, a->report.state, &o);
	if (!news)
		no_news(e, l, a);
	else if (a->report.state == STATE_ACKNOWLEDGED &&
		 !to_come(l, WANT_POSITIVE | WANT_DISPLAY))
		settle_remove(e, l, &a->reply);
	else
		settle_tell(e, l, &a->reply);
}

/*
 * A far side that does not know says nothing that a notification could tell:
 * RFC 5438 8.1 has no such status of delivery. When the lifetime has ended the
 * sender hears that it failed.
 */
static bool tells_nothing(const struct live *l, const struct arrival *a)
{
	return a->report.state == STATE_UNKNOWN &&
	       l->origin.technology == TECHNOLOGY_CPM;
}

static void apply(struct engine *e, struct live *l, const struct arrival *a)
{
	bool display = a->report.kind == WANT_DISPLAY;

	trace_report(e, l, a);
	if (l->native) {
		acknowledge(e, &a->reply, OUTCOME_ADDRESS);
		return;
	}
	if (!l->is_report && l->place == LIVE_FLIGHT) {
		keep_early(e, l, a);
		return;
	}
	if (l->is_report || l->place == LIVE_GONE ||
	    l->state == LEG_QUARANTINED || tells_nothing(l, a)) {
		no_news(e, l, a);
		return;
	}
	if (!display && !delivery_state_final(a->report.state)) {
		passing(e, l, a);
		return;
	}
	dispatch_take(e, l);
	if (a->report.absent)
		alert_absent(e, l);
	if (display)
		displayed(e, l, a);
	else
		final(e, l, a);
}

/* The answer has come, too, and has been acted upon. */
void correlate_early(struct engine *e, struct live *l)
{
	struct early *early = l->early;

	l->early = NULL;
	for (; early != NULL; early = early->next) {
		struct arrival a = { .reply = early->reply,
				     .octets = early->octets };

		a.report.ours = true;
		a.report.kind = early->kind;
		a.report.state = early->state;
		a.report.far_code = early->far_code;
		a.report.absent = early->absent;
		a.report.error = early->error;
		a.report.event_us = early->event_us;
		a.report.reply = early->text;
		a.report.response = early->response;
		apply(e, l, &a);
	}
}

void correlate_orphans(struct engine *e, const struct step *s)
{
	const struct step_item *item;

	for (item = s->found; item != NULL; item = item->next) {
		struct arrival a = { .has_key = true };
		struct live *l = road_find(e, s->context_id);

		if (l == NULL || far_report_read(item->octets, e->scratch,
						 &a.report) != OK)
			continue;
		a.key = correlate_key(e, a.report.peer, a.report.far_id);
		apply(e, l, &a);
	}
}

/* -- the leg is not in memory --------------------------------------------- */

static struct arrival *arrival_again(struct engine *e, struct step *s)
{
	struct arrival *a = s->context;

	if (far_report_read(a->octets, e->scratch, &a->report) != OK)
		return NULL;
	return a;
}

/* Only the one a message went to may report on it. */
static bool may_report(struct engine *e, const struct live *l,
		       const struct far_report *r)
{
	const struct user *u;

	if (r->reporter.kind == ADDRESS_NONE ||
	    address_equal(&r->reporter, &l->to))
		return true;
	u = directory_user_at(e->directory, &r->reporter);
	return u != NULL && u == directory_user_at(e->directory, &l->to);
}

/* A leg that waits somewhere for its next attempt may have arrived before. */
static void loaded(struct engine *e, struct step *s, struct arrival *a)
{
	const struct store_leg *row = &s->found->leg;
	struct live *l = road_find(e, row->id);
	bool here = l != NULL;

	if (!here && (l = road_load(e, row)) == NULL) {
		acknowledge(e, &a->reply, OUTCOME_LATER);
		return;
	}
	if (a->report.ours && !may_report(e, l, &a->report)) {
		acknowledge(e, &a->reply, OUTCOME_ADDRESS);
		if (!here)
			road_forget(e, l);
		return;
	}
	l->far_off |= !here;
	if (!here && l->state == LEG_SENT)
		fars_keep(e, l);
	apply(e, l, a);
	fars_limit(e);	/* most often it was its last report */
}

/* What no leg here is called; it may be one that has no answer yet. */
static void unknown(struct engine *e, const struct arrival *a)
{
	if (!a->report.ours)
		tell_report(e, &a->report);
	acknowledge(e, &a->reply, OUTCOME_ACCEPTED);
}

static void far_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct arrival *a = arrival_again(e, s);

	if (a == NULL)
		return;
	if (s->found != NULL)
		loaded(e, s, a);
	else if (s->result == ERR_NOTFOUND)
		unknown(e, a);
	else
		acknowledge(e, &a->reply, OUTCOME_LATER);
}

/* With `keep` it waits on disk for a leg that gets that key later. */
static void seek_far(struct engine *e, const struct arrival *a,
		     struct bytes octets, bool keep)
{
	struct step *s = seek(e, STEP_FAR, a, octets);
	const struct arrival *copy = s->context;

	if (keep)
		s->octets = copy->octets;

	s->far = road_room(s, 1, sizeof *s->far);
	s->far[0] = a->key;
	s->n_far = 1;
	s->until_us = road_now(e) + e->orphan_us;
	road_submit(e, s);
}

static void seek_leg(struct engine *e, uint64_t id, const struct arrival *a,
		     struct bytes octets)
{
	struct step *s = seek(e, STEP_GET, a, octets);

	s->legs = road_room(s, 1, sizeof *s->legs);
	s->legs[0].id = id;
	s->n_legs = 1;
	road_submit(e, s);
}

static void ours(struct engine *e, struct arrival *a, struct bytes octets)
{
	struct live *l;
	uint64_t id;

	if (keys_open_id(e->keys, a->report.far_id, &id) != OK) {
		acknowledge(e, &a->reply, OUTCOME_ADDRESS);
		return;
	}
	if ((l = road_find(e, id)) == NULL)
		seek_leg(e, id, a, octets);
	else if (may_report(e, l, &a->report))
		apply(e, l, a);
	else
		acknowledge(e, &a->reply, OUTCOME_ADDRESS);
}

/* To its leg, if that is in memory; else it is sought. */
static void route(struct engine *e, struct arrival *a)
{
	struct far *far;

	if (a->report.ours) {
		ours(e, a, a->octets);
		return;
	}
	a->key = correlate_key(e, a->report.peer, a->report.far_id);
	a->has_key = true;
	if ((far = fars_find(e, &a->key, &a->report.reporter)) == NULL) {
		seek_far(e, a, a->octets, true);
		return;
	}
	far->leg->far_off |= e->sendings - far->leg->sending > FARS_NEAR;
	apply(e, far->leg, a);
}

static void again_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct arrival *a = arrival_again(e, s);

	if (a != NULL)
		route(e, a);
}

void correlate_frame(struct engine *e, unsigned child, const struct frame *f)
{
	struct arrival a = {
		.reply = { child, e->children[child].life, f->ref },
		.octets = f->payload,
	};

	if (far_report_read(f->payload, e->scratch, &a.report) != OK ||
	    a.report.peer == NULL || a.report.far_id == NULL) {
		acknowledge(e, &a.reply, OUTCOME_ADDRESS);
		return;
	}
	route(e, &a);
}

/* One that was kept when the process before ended. */
void correlate_again(struct engine *e, struct bytes octets)
{
	struct arrival a = { .has_key = true };

	if (far_report_read(octets, e->scratch, &a.report) != OK ||
	    a.report.peer == NULL || a.report.far_id == NULL)
		return;
	a.key = correlate_key(e, a.report.peer, a.report.far_id);
	seek_far(e, &a, octets, false);
}
