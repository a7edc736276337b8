#include "adapters/smpp/outbox.h"

#include <string.h>

#include "adapters/smpp/hub.h"
#include "codecs/arena.h"
#include "codecs/digest.h"
#include "codecs/smpp_names.h"

/* What waits is given back when the far side wants nothing for so long. */
#define GIVE_BACK_US   3000000
#define CONGESTED      80	/* of congestion_state                       */
#define CONGESTED_MOST 100

void outbox_init(struct outbox *o, struct peer *peer)
{
	*o = (struct outbox){ .peer = peer };
	o->last = &o->first;
}

unsigned outbox_window(const struct outbox *o)
{
	unsigned i, sum = 0;

	for (i = 0; i < o->n_sessions; i++)
		sum += session_room(o->ways[i].session) +
		       session_used(o->ways[i].session);
	return sum;
}

unsigned outbox_used(const struct outbox *o)
{
	unsigned i, sum = 0;

	for (i = 0; i < o->n_sessions; i++)
		sum += session_used(o->ways[i].session);
	return sum;
}

static void give_outcome(struct hub *h, uint64_t token,
			 const struct outcome *out)
{
	struct outcome bare = { .class = out->class,
				.far_code = out->far_code,
				.text = out->text,
				.clause = out->clause,
				.absent = out->absent,
				.report_wait_s = out->report_wait_s,
				.unreported = out->unreported };

	/* Without room for ids it is still better said than not. */
	if (uplink_outcome(h->up, token, out) != OK &&
	    uplink_outcome(h->up, token, &bare) != OK)
		hub_give_up(h);
}

static void settle(struct outbox *o, struct job *j)
{
	struct peer *p = o->peer;
	struct outcome out = { .class = OUTCOME_UNANSWERED };
	enum err e = job_outcome(j, p->entry.name, hub_arena(p->hub),
				 &p->hub->scratch, &out);

	(void)e; /* what could be said is in `out` */
	if (out.class == OUTCOME_ACCEPTED) {
		out.report_wait_s = p->manner.report_wait_s;
		out.unreported = p->manner.unreported;
	}
	if (out.class == OUTCOME_ACCEPTED || out.class == OUTCOME_DELIVERED)
		peer_count_sent(p);
	else
		p->failed++;
	give_outcome(p->hub, j->token, &out);
	job_free(&p->hub->jobs, j);
}

static void take_off_queue(struct outbox *o, struct job *j)
{
	struct job **at = &o->first;

	if (!j->queued)
		return;
	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	if (j->next == NULL)
		o->last = at;
	j->queued = false;
	o->n_queued--;
}

static void settle_if_done(struct outbox *o, struct job *j)
{
	if (!job_settled(j))
		return;
	take_off_queue(o, j);
	settle(o, j);
}

static unsigned room_of(const struct outbox_way *w)
{
	unsigned used = session_used(w->session);
	unsigned room = session_room(w->session);
	unsigned allowed = w->allowed > used ? w->allowed - used : 0;

	return room < allowed ? room : allowed;
}

/* The connection with the most room in its whole window, of those that may use
 * more of it now; of equal ones each in its turn. */
static struct session *choose(struct outbox *o)
{
	struct session *found = NULL;
	unsigned i, room, most = 0, used = 0, at = o->turn;

	for (i = 0; i < o->n_sessions; i++) {
		const struct outbox_way *w = &o->ways[(at + i) % o->n_sessions];

		used += session_used(w->session);
		room = room_of(w) > 0 ? session_room(w->session) : 0;
		if (room <= most)
			continue;
		most = room;
		found = w->session;
		o->turn = (at + i + 1) % o->n_sessions;
	}
	return used < throttle_allows(&o->throttle) ? found : NULL;
}

/* Sends the job's next PDU; false: it has none, or could not. */
static bool send_one(struct job *j, struct session *s)
{
	struct bytes pdu;
	unsigned segment;

	if (!job_peek(j, &pdu, &segment))
		return false;
	if (j->unanswered ? session_tell(s, pdu) != OK
			  : session_request(s, pdu, j, segment) != OK)
		return false;
	job_sent(j, segment);
	if (j->unanswered)
		job_told(j, segment);
	return true;
}

static void pump(struct outbox *o);

static void pump_again(void *arg)
{
	struct outbox *o = arg;
	bool paused = o->pausing;

	o->pausing = outbox_pauses(o);
	pump(o);
	if (paused && !o->pausing)
		peer_retell(o->peer);
}

/* Also when there is nothing to send it is told when a pause has ended. */
static void rest_for(struct outbox *o, uint64_t wait_us)
{
	struct hub *h = o->peer->hub;

	if (loop_set_timer(h->loop, &o->rest, wait_us, pump_again, o) != OK)
		hub_give_up(h);
}

/* Not yet, by the link's throughput, or as the far side wishes: it is pumped
 * again when it may. */
static bool must_rest(struct outbox *o)
{
	uint64_t now = loop_now_us(o->peer->hub->loop);
	uint64_t wait_us =
		rate_wait_us(&o->peer->manner.throughput, &o->rate, now);
	uint64_t pause_us = throttle_wait_us(&o->throttle, now);

	if (wait_us < pause_us)
		wait_us = pause_us;
	if (wait_us > 0)
		rest_for(o, wait_us);
	return wait_us > 0;
}

static void count_sent(struct outbox *o)
{
	uint64_t now = loop_now_us(o->peer->hub->loop);

	(void)rate_pass(&o->peer->manner.throughput, &o->rate, now);
	throttle_sent(&o->throttle, now);
}

static void pump(struct outbox *o)
{
	struct session *s;
	struct bytes pdu;
	unsigned segment;
	struct job *j;

	while ((j = o->first) != NULL) {
		if (!job_peek(j, &pdu, &segment)) {
			take_off_queue(o, j);
			settle_if_done(o, j);
			continue;
		}
		if ((s = choose(o)) == NULL || must_rest(o) || !send_one(j, s))
			return;
		count_sent(o);
	}
}

enum err outbox_add(struct outbox *o, struct session *s)
{
	unsigned n = o->capacity == 0 ? 4 : o->capacity * 2;
	unsigned first = o->peer->manner.first_window;
	struct outbox_way *more;

	if (o->n_sessions == o->capacity) {
		more = mem_realloc(o->ways, n * sizeof *more);
		if (more == NULL)
			return ERR_NOMEM;
		o->ways = more;
		o->capacity = n;
	}
	o->ways[o->n_sessions++] = (struct outbox_way){
		.session = s, .allowed = first == 0 ? UINT32_MAX : first
	};
	pump(o);
	return OK;
}

static struct outbox_way *way_of(const struct outbox *o,
				 const struct session *s)
{
	unsigned i;

	for (i = 0; i < o->n_sessions; i++)
		if (o->ways[i].session == s)
			return &o->ways[i];
	return NULL;
}

unsigned outbox_allows(const struct outbox *o, const struct session *s)
{
	const struct outbox_way *w = way_of(o, s);

	return w == NULL ? 0 : session_used(s) + room_of(w);
}

static void stop_if_finished(struct outbox *o)
{
	if (!o->finishing || o->first != NULL || outbox_used(o) > 0)
		return;
	o->finishing = false;
	o->peer->role->stop(o->peer);
}

void outbox_work(struct outbox *o)
{
	pump(o);
	stop_if_finished(o);
}

void outbox_finish(struct outbox *o)
{
	o->finishing = true;
	stop_if_finished(o);
}

void outbox_go_on(struct outbox *o)
{
	o->finishing = false;
}

/* Without any connection nothing that waits will leave. */
static void strand(struct outbox *o)
{
	struct job *j;

	while ((j = o->first) != NULL) {
		take_off_queue(o, j);
		job_strand(j);
		settle_if_done(o, j);
	}
}

void outbox_remove(struct outbox *o, struct session *s)
{
	struct outbox_way *w = way_of(o, s);

	if (w == NULL)
		return;
	*w = o->ways[--o->n_sessions];
	if (o->n_sessions == 0)
		strand(o);
	stop_if_finished(o);
}

void outbox_clear(struct outbox *o)
{
	strand(o);
	loop_clear_timer(o->peer->hub->loop, &o->rest);
	mem_free(o->ways);
	mem_free(o->lost);
	o->ways = NULL;
	o->lost = NULL;
	o->n_sessions = o->capacity = 0;
}

static void enqueue(struct outbox *o, struct job *j)
{
	j->next = NULL;
	j->queued = true;
	o->n_queued++;
	*o->last = j;
	o->last = &j->next;
	pump(o);
}

/* A line of the message's story; told again when a retry leaves more out. */
static void tell_lost(struct outbox *o, const struct leg *leg, unsigned without)
{
	struct hub *h = o->peer->hub;
	struct note n = { .story = leg->story,
			  .step = "map",
			  .to = leg->to.text,
			  .verdict = "lost",
			  .technology = TECHNOLOGY_SMS };

	if (h->lost.n == 0 || (leg->attempt > 1 && without == 0))
		return;
	n.text = arena_string(h->arena, buf_bytes(&h->lost));
	if (n.text == NULL)
		n.text = "lost=?"; /* no memory to say what */
	if (uplink_note(h->up, &n) != OK)
		hub_give_up(h);
}

/* Segments that another link has: they stay with it, or go again. */
static void tell_rest(struct outbox *o, const struct departure *d,
		      const struct job *j)
{
	struct hub *h = o->peer->hub;
	struct note n = { .story = d->leg->story,
			  .step = "rest",
			  .from = o->peer->entry.name,
			  .to = d->leg->to.text,
			  .verdict = d->anew ? "maybe-duplicate" : "continued",
			  .text = d->anew ? "cut in another way than before: "
					    "what was taken goes again"
					  : "another link has its first parts",
			  .clause = "3GPP TS 23.040 9.2.3.24.1",
			  .technology = TECHNOLOGY_SMS };

	if (!d->anew && j->before.n == 0)
		return;
	if (uplink_note(h->up, &n) != OK)
		hub_give_up(h);
}

void outbox_leg(struct outbox *o, const struct leg *leg)
{
	struct peer *p = o->peer;
	struct hub *h = p->hub;
	struct departure d = { .leg = leg,
			       .manner = &p->manner,
			       .id_key = h->id_key,
			       .scratch = &h->scratch,
			       .arena = hub_arena(h),
			       .lost = &h->lost,
			       .now_us = uplink_now_us(h->up),
			       .reference = hub_reference(h, p, leg) };
	struct outcome why = { .class = OUTCOME_LINK, .text = "not bound" };
	struct job *j;

	buf_reset(&h->lost);
	if (o->n_sessions == 0 || o->finishing) {
		give_outcome(h, leg->token, &why);
		return;
	}
	if ((j = job_new(&h->jobs, &d, &why)) == NULL) {
		p->failed += why.class != OUTCOME_DELIVERED;
		give_outcome(h, leg->token, &why);
		return;
	}
	tell_lost(o, leg, j->without);
	tell_rest(o, &d, j);
	enqueue(o, j);
}

bool outbox_cancel(struct outbox *o, uint64_t token)
{
	struct outcome out = { .class = OUTCOME_NEVER, .text = "cancelled" };
	struct job *j = o->first;

	while (j != NULL && j->token != token)
		j = j->next;
	if (j == NULL || j->sent > 0 || j->at > 0)
		return j != NULL;
	take_off_queue(o, j);
	give_outcome(o->peer->hub, token, &out);
	job_free(&o->peer->hub->jobs, j);
	stop_if_finished(o);
	return true;
}

/* Twice as wide when each of the window has been answered. */
static void open_window(struct outbox_way *w)
{
	if (w == NULL || w->allowed >= UINT32_MAX / 2 ||
	    ++w->answered < w->allowed)
		return;
	w->answered = 0;
	w->allowed *= 2;
}

/* SMPP v5.0 4.8.4.18: it has about as much as it can take. */
static bool is_congested(const struct smpp_pdu *p)
{
	uint32_t state;

	return smpp_tlv_number(p->tlvs, SMPP_TLV_CONGESTION_STATE, &state) &&
	       state >= CONGESTED && state <= CONGESTED_MOST;
}

bool outbox_pauses(const struct outbox *o)
{
	return throttle_pauses(&o->throttle, loop_now_us(o->peer->hub->loop));
}

/* In a pause one, to go on with. */
unsigned outbox_wants(const struct outbox *o)
{
	return outbox_pauses(o) ? 1 : outbox_window(o);
}

/* The link rests, and the message waits at least as long. True: from now on,
 * and for so long that what waits may go another way. */
static bool slow_down(struct outbox *o, const struct window_item *item,
		      uint32_t status, uint64_t now)
{
	struct throttle *t = &o->throttle;
	bool anew = status == ESME_RMSGQFUL
			    ? throttle_queue_full(t, item->sent_us, now)
			    : throttle_refused(t, item->sent_us, now);
	uint64_t rest_us = throttle_wait_us(t, now);
	struct job *j = item->what;

	if (j->worst.retry_after_ms < rest_us / 1000 + 1)
		j->worst.retry_after_ms = (uint32_t)(rest_us / 1000 + 1);
	if (!anew)
		return false;
	o->pausing = true;
	peer_retell(o->peer);
	rest_for(o, rest_us);
	return rest_us >= GIVE_BACK_US;
}

void outbox_response(struct outbox *o, const struct session *s,
		     const struct window_item *item, const struct smpp_pdu *p)
{
	uint64_t now = loop_now_us(o->peer->hub->loop);
	struct job *j = item->what;
	bool long_rest = false;

	open_window(way_of(o, s));
	job_answer(j, item->which, p, &o->peer->manner);
	if (manner_is_too_much(&o->peer->manner, p->command_status))
		long_rest = slow_down(o, item, p->command_status, now);
	else
		throttle_answered(&o->throttle, item->sent_us, now);
	if (is_congested(p))
		throttle_congested(&o->throttle, now);
	settle_if_done(o, j);
	if (long_rest)
		strand(o);
	pump(o);
	stop_if_finished(o);
}

/* Without memory for it a late answer is passed over. */
static void remember(struct outbox *o, const struct session *s,
		     const struct window_item *item)
{
	const struct job *j = item->what;

	if (o->lost == NULL)
		o->lost = mem_zero(OUTBOX_LOST * sizeof *o->lost);
	if (o->lost == NULL)
		return;
	o->lost[o->lost_at] = (struct outbox_lost){ .session = s,
						    .sequence = item->sequence,
						    .story = j->story,
						    .sent_us = item->sent_us };
	o->lost_at = (o->lost_at + 1) % OUTBOX_LOST;
}

void outbox_missed(struct outbox *o, const struct session *s,
		   const struct window_item *item, enum session_loss how)
{
	struct job *j = item->what;

	if (how == SESSION_NO_ANSWER)
		remember(o, s, item);
	job_lost(j, item->which, how == SESSION_NO_ANSWER);
	settle_if_done(o, j);
	pump(o);
	stop_if_finished(o);
}

void outbox_forget(struct outbox *o, const struct session *s)
{
	unsigned i;

	for (i = 0; o->lost != NULL && i < OUTBOX_LOST; i++)
		if (o->lost[i].session == s)
			o->lost[i].session = NULL;
}

/* 2.9: it was given up, and sent again or not: now it is known to be there. */
static void tell_late(struct outbox *o, const struct outbox_lost *l,
		      const struct smpp_pdu *p)
{
	struct hub *h = o->peer->hub;
	bool taken = p->command_status == ESME_ROK &&
		     p->command_id != SMPP_GENERIC_NACK;
	struct note n = { .story = l->story,
			  .step = "late",
			  .from = o->peer->entry.name,
			  .verdict = taken ? "maybe twice" : "refused",
			  .clause = "SMPP v3.4 2.9",
			  .technology = TECHNOLOGY_SMS };
	uint64_t after_us = loop_now_us(h->loop) - l->sent_us;

	buf_reset(&h->scratch);
	buf_printf(&h->scratch, "answered after %u ms: %s id=%.*s",
		   (unsigned)(after_us / 1000),
		   smpp_status_name(p->command_status), (int)p->message_id.n,
		   (const char *)p->message_id.p);
	n.text = buf_string(&h->scratch);
	if (uplink_note(h->up, &n) != OK)
		hub_give_up(h);
}

void outbox_late(struct outbox *o, const struct session *s,
		 const struct smpp_pdu *p)
{
	unsigned i;

	for (i = 0; o->lost != NULL && i < OUTBOX_LOST; i++) {
		struct outbox_lost *l = &o->lost[i];

		if (l->session != s || l->sequence != p->sequence_number)
			continue;
		o->late++;
		tell_late(o, l, p);
		l->session = NULL;
		return;
	}
}
