#include "adapters/smpp/outbox.h"

#include <string.h>

#include "adapters/smpp/hub.h"
#include "codecs/arena.h"
#include "codecs/digest.h"

#define HALVE_AGAIN_US 1000000

void outbox_init(struct outbox *o, struct peer *peer)
{
	*o = (struct outbox){ .peer = peer };
	o->last = &o->first;
}

unsigned outbox_window(const struct outbox *o)
{
	unsigned i, sum = 0;

	for (i = 0; i < o->n_sessions; i++)
		sum += session_room(o->sessions[i]) +
		       session_used(o->sessions[i]);
	return sum;
}

unsigned outbox_used(const struct outbox *o)
{
	unsigned i, sum = 0;

	for (i = 0; i < o->n_sessions; i++)
		sum += session_used(o->sessions[i]);
	return sum;
}

static void give_outcome(struct hub *h, uint64_t token,
			 const struct outcome *out)
{
	struct outcome bare = { .class = out->class,
				.far_code = out->far_code,
				.text = out->text,
				.clause = out->clause };

	/* Without room for ids it is still better said than not. */
	if (uplink_outcome(h->up, token, out) != OK &&
	    uplink_outcome(h->up, token, &bare) != OK)
		hub_give_up(h);
}

static void settle(struct outbox *o, struct job *j)
{
	struct peer *p = o->peer;
	struct outcome out = { .class = OUTCOME_UNANSWERED };
	enum err e = job_outcome(j, hub_arena(p->hub), &p->hub->scratch, &out);

	(void)e; /* what could be said is in `out` */
	if (out.class == OUTCOME_ACCEPTED || out.class == OUTCOME_DELIVERED)
		p->sent++;
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
}

static void settle_if_done(struct outbox *o, struct job *j)
{
	if (!job_settled(j))
		return;
	take_off_queue(o, j);
	settle(o, j);
}

/* The next connection with room, each in its turn. */
static struct session *choose(struct outbox *o)
{
	unsigned i;

	if (outbox_used(o) >= o->allowed)
		return NULL;
	for (i = 0; i < o->n_sessions; i++) {
		struct session *s = o->sessions[o->turn++ % o->n_sessions];

		if (session_room(s) > 0)
			return s;
	}
	return NULL;
}

/* Sends the job's next PDU; false: it has none, or could not. */
static bool send_one(struct job *j, struct session *s)
{
	struct bytes pdu;
	unsigned segment;

	if (!job_peek(j, &pdu, &segment) ||
	    session_request(s, pdu, j, segment) != OK)
		return false;
	job_sent(j, segment);
	return true;
}

static void pump(struct outbox *o);

static void pump_again(void *arg)
{
	pump(arg);
}

/* Not yet, by the link's throughput: it is pumped again when it may. */
static bool must_rest(struct outbox *o)
{
	struct hub *h = o->peer->hub;
	uint64_t wait_us = rate_wait_us(&o->peer->manner.throughput, &o->rate,
					loop_now_us(h->loop));

	if (wait_us == 0)
		return false;
	if (loop_set_timer(h->loop, &o->rest, wait_us, pump_again, o) != OK)
		hub_give_up(h);
	return true;
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
		(void)rate_pass(&o->peer->manner.throughput, &o->rate,
				loop_now_us(o->peer->hub->loop));
	}
}

void outbox_work(struct outbox *o)
{
	pump(o);
}

enum err outbox_add(struct outbox *o, struct session *s)
{
	unsigned n = o->capacity == 0 ? 4 : o->capacity * 2;
	struct session **more;

	if (o->n_sessions == o->capacity) {
		more = mem_realloc(o->sessions, n * sizeof(struct session *));
		if (more == NULL)
			return ERR_NOMEM;
		o->sessions = more;
		o->capacity = n;
	}
	o->sessions[o->n_sessions++] = s;
	o->allowed = outbox_window(o);
	pump(o);
	return OK;
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
	unsigned i;

	for (i = 0; i < o->n_sessions && o->sessions[i] != s; i++)
		;
	if (i == o->n_sessions)
		return;
	o->sessions[i] = o->sessions[--o->n_sessions];
	o->allowed = outbox_window(o);
	if (o->n_sessions == 0)
		strand(o);
}

void outbox_clear(struct outbox *o)
{
	strand(o);
	loop_clear_timer(o->peer->hub->loop, &o->rest);
	mem_free(o->sessions);
	o->sessions = NULL;
	o->n_sessions = o->capacity = 0;
}

static void enqueue(struct outbox *o, struct job *j)
{
	j->next = NULL;
	j->queued = true;
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
	if (o->n_sessions == 0) {
		give_outcome(h, leg->token, &why);
		return;
	}
	if ((j = job_new(&h->jobs, &d, &why)) == NULL) {
		p->failed += why.class != OUTCOME_DELIVERED;
		give_outcome(h, leg->token, &why);
		return;
	}
	tell_lost(o, leg, j->without);
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
	return true;
}

static void slow_down(struct outbox *o)
{
	uint64_t now = loop_now_us(o->peer->hub->loop);

	if (o->halved_us != 0 && now - o->halved_us < HALVE_AGAIN_US)
		return;
	o->halved_us = now;
	o->allowed = o->allowed > 1 ? o->allowed / 2 : 1;
	o->grown = 0;
}

static void speed_up(struct outbox *o)
{
	if (o->halved_us == 0 || ++o->grown < o->allowed)
		return;
	o->grown = 0;
	if (++o->allowed >= outbox_window(o))
		o->halved_us = 0;
}

void outbox_response(struct outbox *o, const struct window_item *item,
		     const struct smpp_pdu *p)
{
	struct job *j = item->what;

	if (p->command_status == ESME_RTHROTTLED ||
	    p->command_status == ESME_RMSGQFUL)
		slow_down(o);
	else
		speed_up(o);
	job_answer(j, item->which, p, &o->peer->manner);
	settle_if_done(o, j);
	pump(o);
}

void outbox_lost(struct outbox *o, const struct window_item *item,
		 enum session_loss how)
{
	struct job *j = item->what;

	job_lost(j, item->which, how == SESSION_NO_ANSWER);
	settle_if_done(o, j);
	pump(o);
}
