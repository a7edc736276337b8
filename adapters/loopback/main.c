/*
 * cpmgw-loopback - the shortest complete adapter: every message that it is
 * given it has "delivered", and says so twice, as a mobile network would:
 * first the answer to the leg, with an id of its own, then a report under
 * that id. Messages come from it too, as lines on a socket (submit.h).
 *
 * An adapter is a table of calls (gateway/adapter.h) and child_main(). The
 * engine calls down: open() first, then prepare() and commit() with settings,
 * ready(), and from then on leg() for each message. The adapter calls up:
 * uplink_outcome() once for each leg, uplink_far_report() for what comes
 * later, uplink_intake() for messages of its own. No call blocks: what takes
 * time is a timer or a descriptor of uplink_loop().
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/child.h"
#include "adapters/loopback/settings.h"
#include "adapters/loopback/submit.h"
#include "gateway/oplog.h"

#define ASK_AGAIN_US	1000000
#define FAR_ID_SIZE	24
#define RECORD_MAX	1024

/* A message from when it is given to us until its report is taken. */
struct held {
	struct held *next;
	struct loopback *of;
	struct loop_timer timer;
	enum { ANSWER_IS_DUE, REPORT_IS_DUE, REPORT_IS_ASKED } phase;
	uint64_t token;		/* of the leg                             */
	uint64_t ref;		/* of the report                          */
	bool is_report;		/* the message is one: none follows       */
	char far_id[FAR_ID_SIZE];
};

/* What commit() puts into force. */
struct manner {
	uint64_t delay_us;
	enum outcome_class answer;
	enum delivery_state report;	/* STATE_NONE: none */
	uint32_t window;
	int record;			/* descriptor, or -1 */
	const char *listen;		/* NULL: nowhere     */
};

struct loopback {
	struct uplink *up;
	struct manner now, next;
	struct submit *submit, *next_submit;
	struct held *held;
	uint64_t last_ref, legs, reports;
};

/* The engine cannot be told: the program ends, and the engine knows what was
 * under way. */
static void give_up(struct loopback *l)
{
	oplog_line(uplink_oplog(l->up), OPLOG_ERROR,
		   "the engine cannot be told any more: ends");
	loop_end(uplink_loop(l->up));
}

/* -- what happens to one message -- */

static void let_go(struct held *h)
{
	struct held **at = &h->of->held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	loop_clear_timer(uplink_loop(h->of->up), &h->timer);
	mem_free(h);
}

static void due(void *arg);

/* In memory's end there is no timer; then it is at once. */
static void wait_for(struct held *h, uint64_t in_us)
{
	if (loop_set_timer(uplink_loop(h->of->up), &h->timer, in_us, due, h) !=
	    OK)
		due(h);
}

/* The answer to the leg. The far id is what a report will be found by. */
static enum err answer(struct held *h, enum outcome_class class)
{
	const char *ids[] = { h->far_id };
	struct outcome o = { .class = class, .clause = "loopback" };

	if (class == OUTCOME_ACCEPTED) {
		o.far_ids = ids;
		o.n_far_ids = 1;
	}
	return uplink_outcome(h->of->up, h->token, &o);
}

static enum err report(struct held *h)
{
	enum delivery_state state = h->of->now.report;
	struct far_report r = { .peer = "loopback",
				.far_id = h->far_id,
				.kind = WANT_POSITIVE,
				.state = state };

	if (state != STATE_DELIVERED)
		r.kind = WANT_NEGATIVE;
	r.event_us = uplink_now_us(h->of->up);
	h->of->reports++;
	submit_counts(h->of->submit, h->of->legs, h->of->reports);
	return uplink_far_report(h->of->up, h->ref, &r);
}

static void due(void *arg)
{
	struct held *h = arg;
	struct loopback *l = h->of;
	enum outcome_class class = l->now.answer;
	enum err e;

	if (h->phase == ANSWER_IS_DUE) {
		if (h->is_report)
			class = OUTCOME_DELIVERED;
		if ((e = answer(h, class)) != OK)
			give_up(h->of);
		h->phase = REPORT_IS_DUE;
		if (e == OK && class == OUTCOME_ACCEPTED &&
		    l->now.report != STATE_NONE)
			wait_for(h, l->now.delay_us);
		else
			let_go(h);
		return;
	}
	h->phase = REPORT_IS_ASKED;
	if (report(h) != OK)
		let_go(h);
}

static struct bytes text_of(const struct message *m)
{
	const struct part *p = message_part(m, "text/plain");

	return p == NULL ? (struct bytes){ NULL, 0 } : p->body;
}

/* One line, one write(): it is whole even if we are killed. */
static void record(const struct loopback *l, const struct leg *leg)
{
	const struct message *m = &leg->message;
	struct buf b = BUF_INIT(RECORD_MAX);
	struct bytes text = text_of(m);
	ssize_t n;

	if (l->now.record < 0)
		return;
	buf_printf(&b, "%s %" PRIu64 " %s %s %s %u %s ",
		   m->kind == MESSAGE_REPORT ? "report" : "leg", leg->story,
		   leg->public_id, m->from.text == NULL ? "-" : m->from.text,
		   leg->to.text == NULL ? "-" : leg->to.text, leg->attempt,
		   leg->maybe_duplicate ? "maybe" : "first");
	if (m->kind == MESSAGE_REPORT)
		buf_printf(&b, "%s %" PRIu64,
			   delivery_state_name(m->report.state),
			   m->report.about);
	if (text.n > RECORD_MAX / 2)
		text.n = RECORD_MAX / 2;
	buf_put(&b, text);
	buf_u8(&b, '\n');
	if (buf_status(&b) == OK) {
		n = write(l->now.record, b.p, b.n);
		(void)n;
	}
	buf_clear(&b);
}

static void on_leg(void *self, const struct leg *leg)
{
	struct outcome no_memory = { .class = OUTCOME_LATER };
	struct loopback *l = self;
	struct held *h = mem_zero(sizeof *h);

	record(l, leg);
	submit_counts(l->submit, ++l->legs, l->reports);
	if (h == NULL) {
		if (uplink_outcome(l->up, leg->token, &no_memory) != OK)
			give_up(l);
		return;
	}
	h->of = l;
	h->token = leg->token;
	h->ref = ++l->last_ref;
	h->is_report = leg->message.kind == MESSAGE_REPORT;
	snprintf(h->far_id, sizeof h->far_id, "lb-%016" PRIx64,
		 uplink_random(l->up));
	h->next = l->held;
	l->held = h;
	wait_for(h, l->now.delay_us);
}

static void on_cancel(void *self, uint64_t token)
{
	struct loopback *l = self;
	struct held *h;

	for (h = l->held; h != NULL; h = h->next)
		if (h->token == token && h->phase == ANSWER_IS_DUE)
			break;
	if (h == NULL)
		return;
	if (answer(h, OUTCOME_LATER) != OK)
		give_up(l);
	let_go(h);
}

/* The engine has the report, or wants it once more. */
static void on_reported(void *self, uint64_t ref, const struct outcome *v)
{
	struct loopback *l = self;
	struct held *h;

	for (h = l->held; h != NULL && h->ref != ref; h = h->next)
		;
	if (h == NULL)
		return;
	if (v->class == OUTCOME_LATER)
		wait_for(h, ASK_AGAIN_US);
	else
		let_go(h);
}

/* -- settings -- */

static enum outcome_class class_named(const char *name)
{
	unsigned c;

	for (c = OUTCOME_ACCEPTED; c < OUTCOME_UNANSWERED; c++)
		if (strcmp(outcome_class_name(c), name) == 0)
			break;
	return (enum outcome_class)c;
}

static enum delivery_state report_named(const char *name)
{
	if (strcmp(name, "none") == 0)
		return STATE_NONE;
	return strcmp(name, "delivered") == 0 ? STATE_DELIVERED
					      : STATE_UNDELIVERABLE;
}

static void forget(struct manner *m)
{
	if (m->record >= 0)
		close(m->record);
	*m = (struct manner){ .record = -1 };
}

static enum err complain(const struct settings_group *g, const char *setting,
			 struct buf *complaint)
{
	settings_where(g, setting, complaint);
	buf_printf(complaint, ": group loopback: %s: %s cannot be opened\n",
		   setting, settings_text(g, setting));
	return ERR_IO;
}

/* Everything that can fail is done here, so that commit() cannot. */
static enum err on_prepare(void *self, const struct settings *s,
			   struct buf *complaint)
{
	const struct settings_group *g = settings_single(s, "loopback");
	const char *path = settings_text(g, "record");
	struct loopback *l = self;
	struct manner *m = &l->next;

	m->delay_us = settings_number(g, "delay") * 1000;
	m->answer = class_named(settings_text(g, "answer"));
	m->report = report_named(settings_text(g, "report"));
	m->window = (uint32_t)settings_number(g, "window");
	m->listen = settings_text(g, "listen");
	if (path != NULL)
		m->record = open(path,
				 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
				 0600);
	if (path != NULL && m->record < 0)
		return complain(g, "record", complaint);
	if (m->listen == NULL ||
	    (l->now.listen != NULL && strcmp(m->listen, l->now.listen) == 0))
		return OK;
	if (submit_new(&l->next_submit, l->up, m->listen) == OK)
		return OK;
	forget(m);
	return complain(g, "listen", complaint);
}

static void on_commit(void *self)
{
	struct loopback *l = self;
	struct peer_state state = { .peer = "loopback",
				    .technology = TECHNOLOGY_LOOPBACK,
				    .up = true,
				    .kind = "loopback" };

	if (l->next.listen == NULL || l->next_submit != NULL) {
		submit_free(l->submit);
		l->submit = l->next_submit;
		l->next_submit = NULL;
	}
	forget(&l->now);
	l->now = l->next;
	l->next = (struct manner){ .record = -1 };
	state.window = l->now.window;
	state.since_us = uplink_now_us(l->up);
	if (uplink_peer(l->up, &state) != OK)
		give_up(l);
}

static void on_abort(void *self)
{
	struct loopback *l = self;

	submit_free(l->next_submit);
	l->next_submit = NULL;
	forget(&l->next);
}

/* -- answers to our own messages -- */

static void on_accepted(void *self, uint64_t ref, const struct accepted *v)
{
	struct loopback *l = self;

	submit_accepted(l->submit, ref, v);
}

static void on_refused(void *self, uint64_t ref, const struct outcome *v)
{
	struct loopback *l = self;

	submit_refused(l->submit, ref, v);
}

static void on_answer(void *self, uint64_t ref, const struct outcome *v)
{
	struct loopback *l = self;

	submit_answer(l->submit, ref, v);
}

static void on_slow(void *self, bool slow)
{
	struct loopback *l = self;

	submit_slow(l->submit, slow);
}

/* -- what this adapter has no use for -- */

static void on_ready(void *self)
{
	(void)self;
}

static void on_found(void *self, uint64_t ref, const struct found *v)
{
	(void)self;
	(void)ref;
	(void)v;
}

static void on_bound(void *self, uint64_t ref)
{
	(void)self;
	(void)ref;
}

static void on_snapshot(void *self, const struct binding *v)
{
	(void)self;
	(void)v;
}

static void on_changed(void *self, const struct lookup *what)
{
	(void)self;
	(void)what;
}

static enum err on_control(void *self, const struct control *c,
			   struct buf *complaint)
{
	(void)self;
	buf_printf(complaint, "loopback has no command %s", c->command);
	return ERR_UNSUPPORTED;
}

/* -- beginning and end -- */

static enum err on_open(struct uplink *up, const struct welcome *w,
			void **self)
{
	struct loopback *l = mem_zero(sizeof *l);

	(void)w;
	if (l == NULL)
		return ERR_NOMEM;
	l->up = up;
	l->now.record = -1;
	l->next.record = -1;
	*self = l;
	return OK;
}

/* Everything that is held is answered now: not sent, so it costs no attempt;
 * reports are given up rather than lost. */
static void on_drain(void *self)
{
	struct loopback *l = self;
	enum err e = OK;

	submit_slow(l->submit, true);
	while (l->held != NULL && e == OK) {
		if (l->held->phase == ANSWER_IS_DUE)
			e = answer(l->held, OUTCOME_LINK);
		else if (l->held->phase == REPORT_IS_DUE)
			e = report(l->held);
		let_go(l->held);
	}
	uplink_drained(l->up);
}

static void on_close(void *self)
{
	struct loopback *l = self;

	while (l->held != NULL)
		let_go(l->held);
	submit_free(l->submit);
	submit_free(l->next_submit);
	forget(&l->now);
	forget(&l->next);
	mem_free(l);
}

static const struct setting_group *const groups[] = { &rows_loopback, NULL };

static const struct adapter loopback = {
	.name = "loopback",
	.groups = groups,
	.open = on_open,
	.prepare = on_prepare,
	.commit = on_commit,
	.abort = on_abort,
	.ready = on_ready,
	.leg = on_leg,
	.cancel = on_cancel,
	.accepted = on_accepted,
	.refused = on_refused,
	.answer = on_answer,
	.reported = on_reported,
	.found = on_found,
	.bound = on_bound,
	.snapshot = on_snapshot,
	.changed = on_changed,
	.slow = on_slow,
	.control = on_control,
	.drain = on_drain,
	.close = on_close,
};

int main(int argc, char **argv)
{
	static const struct child_options options = {
		.program = "cpmgw-loopback",
		.sentence = "Sends everything back, and takes messages from a "
			    "socket; for tests.",
	};

	return child_main(argc, argv, &options, &loopback);
}
