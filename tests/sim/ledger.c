/* ledger.c - what must be true, while it happens. */
#include "tests/sim/sim.h"

#include <string.h>

#define SLACK_US	SECOND
#define ANSWER_US	(2 * SECOND)	/* until it is surely on disk         */
#define ONCE_US		(8 * SECOND)	/* for the one attempt        */
#define FAIR_MORE	10	/* besides a window: turns of flows           */

struct copy *ledger_copy(struct sim *s, unsigned mail, const char *address,
			 unsigned *index)
{
	struct mail *m = &s->mails[mail];

	for (*index = 0; address != NULL && *index < m->n_copies; ++*index)
		if (strcmp(m->copies[*index].address, address) == 0)
			return &m->copies[*index];
	return NULL;
}

static void add_story(struct mail *m, uint64_t story)
{
	unsigned i;

	for (i = 0; i < m->n_stories; i++)
		if (m->stories[i] == story)
			return;
	if (m->n_stories < STORIES_MAX)
		m->stories[m->n_stories++] = story;
}

static struct mail *mail_of(struct sim *s, uint64_t story)
{
	unsigned i, k;

	for (i = 0; i < s->n_mails; i++)
		for (k = 0; k < s->mails[i].n_stories; k++)
			if (s->mails[i].stories[k] == story)
				return &s->mails[i];
	return NULL;
}

/* -- answers -------------------------------------------------------------- */

/* That there is no way to a recipient is certain from the beginning. */
static void refuse_lost(struct mail *m)
{
	unsigned i;

	for (i = 0; i < m->n_copies; i++)
		m->copies[i].refused |=
			m->once || strncmp(m->copies[i].address, NO_ROUTE,
					   strlen(NO_ROUTE)) == 0;
}

static uint64_t life_of(const struct sim *s, const struct mail *m)
{
	uint64_t life = s->knobs.lifetime_us;

	if (m->lifetime_us != 0)
		life = m->lifetime_us;
	return m->once && life > ONCE_US ? ONCE_US : life;
}

/* It was stored, its answer was lost, and it ended before it was repeated. */
static void ended_unseen(const struct sim *s, struct mail *m)
{
	unsigned i;

	if (s->now + SLACK_US + s->set_back_us < m->first_us + life_of(s, m))
		return;
	for (i = 0; i < m->n_copies; i++)
		m->copies[i].ended_unseen = true;
}

static void accepted(struct sim *s, struct mail *m, const struct asked *a,
		     const struct frame *f)
{
	struct accepted v;

	if (accepted_read(f->payload, &v) != OK) {
		sim_fail(s, "frames", "a broken acceptance");
		return;
	}
	if (m->accepted_us == 0)
		m->accepted_us = s->now;
	if (m->of > 0) {
		m->parts_accepted |= 1u << a->part;
		add_story(m, v.id);
		return;
	}
	if (m->id != 0 && m->id != v.id)
		sim_fail(s, "answers", "m%u has two ids: %llu, %llu", m->number,
			 (unsigned long long)m->id,
			 (unsigned long long)v.id);
	if (v.duplicate && m->id == 0)
		ended_unseen(s, m);
	m->id = v.id;
	m->positive = true;
	add_story(m, v.id);
	refuse_lost(m);
	if (m->probe)
		m->probe_from = s->legs_of_peer[SMSC_A];
}

static void answered(struct sim *s, struct mail *m, const struct frame *f)
{
	struct outcome o;

	if (outcome_read(f->payload, s->scratch, &o) != OK) {
		sim_fail(s, "frames", "a broken outcome");
		return;
	}
	if (f->type == FRAME_ANSWER && (o.class == OUTCOME_ACCEPTED ||
					o.class == OUTCOME_DELIVERED)) {
		m->positive = true;
		m->end_to_end = true;
		refuse_lost(m);
		if (m->accepted_us == 0)
			m->accepted_us = s->now;
		for (unsigned i = 0; i < m->n_copies; i++)
			m->copies[i].native_open = false;
		return;
	}
	/* That says nothing: as if no answer had come. */
	if (o.class == OUTCOME_UNANSWERED)
		m->lost++;
	/* Its sender asks again, though it may have arrived. */
	for (unsigned i = 0; i < m->n_copies; i++)
		m->copies[i].excused |= m->copies[i].native_open;
	if (m->positive && o.class != OUTCOME_LATER)
		sim_fail(s, "answers", "m%u is accepted, then refused",
			 m->number);
}

void ledger_sent(struct sim *s, enum child_number c, const struct frame *f)
{
	struct asked *a;

	(void)c;
	if (f->type != FRAME_ACCEPTED && f->type != FRAME_REFUSED &&
	    f->type != FRAME_ANSWER)
		return;
	if ((a = sender_asked(s, f->ref)) == NULL)
		sim_fail(s, "answers", "one to nobody's question");
	else if (f->type == FRAME_ACCEPTED)
		accepted(s, &s->mails[a->mail], a, f);
	else
		answered(s, &s->mails[a->mail], f);
}

/* -- legs ----------------------------------------------------------------- */

static bool finished(const struct copy *c)
{
	return c->delivered > 0 || c->refused || c->expired || c->unknown ||
	       c->quarantined || c->elsewhere;
}

/* Of one sender to one recipient: in the order they were accepted. */
static void check_order(struct sim *s, const struct job *j)
{
	const struct mail *m = &s->mails[j->mail], *a;
	int user = m->copies[j->copy].user;
	unsigned i, k;

	for (i = 0; i < s->n_mails; i++) {
		a = &s->mails[i];
		if (a == m || a->accepted_us == 0 || a->of > 0 || m->of > 0 ||
		    a->accepted_us >= m->first_us ||
		    a->priority != m->priority ||
		    strcmp(a->from, m->from) != 0)
			continue;
		for (k = 0; k < a->n_copies; k++)
			if (a->copies[k].user == user &&
			    !finished(&a->copies[k]))
				sim_fail(s, "order", "m%u goes before m%u",
					 m->number, a->number);
	}
}

static int to_whom(const struct sim *s, const struct job *j)
{
	const struct mail *m = &s->mails[j->mail];

	return j->report ? people_named(m->account) : m->copies[j->copy].user;
}

static void check_pending(struct sim *s, const struct job *j)
{
	size_t i;

	for (i = 0; i < JOBS_MAX; i++)
		if (s->jobs[i].used && &s->jobs[i] != j &&
		    s->jobs[i].peer == CPM &&
		    to_whom(s, &s->jobs[i]) == to_whom(s, j))
			sim_fail(s, "order",
				 "m%u and m%u are with one recipient at once",
				 j->mail, s->jobs[i].mail);
}

static void check_fair(struct sim *s, struct mail *m)
{
	uint64_t n = s->legs_of_peer[SMSC_A] - m->probe_from;

	m->probe = false;
	if (n > s->knobs.window[SMSC_A] + FAIR_MORE)
		sim_fail(s, "fairness", "m%u waits behind %u", m->number,
			 (unsigned)n);
}

void ledger_leg(struct sim *s, const struct job *j, const struct leg *leg)
{
	struct mail *m = &s->mails[j->mail];
	struct copy *c = &m->copies[j->copy];

	s->legs_of_peer[j->peer]++;
	if (j->peer == CPM)
		check_pending(s, j);
	if (j->report)
		return;
	add_story(m, leg->story);
	s->n_marked += j->marked;
	if (m->probe)
		check_fair(s, m);
	if (j->peer != CPM)
		c->elsewhere = true;
	else if (!WISHES_SMS(c->user) && !finished(c))
		check_order(s, j);
}

/* -- deliveries ----------------------------------------------------------- */

static void report_taken(struct sim *s, const struct job *j)
{
	struct mail *m = &s->mails[j->mail];
	struct copy *c = &m->copies[j->copy];
	bool final = (j->kind & (WANT_POSITIVE | WANT_NEGATIVE)) != 0;
	bool excused = j->marked || c->excused;
	unsigned extra = j->kind == WANT_DISPLAY	 ? 0
			 : j->kind == WANT_PROCESSING ? 1
			 : j->kind == WANT_ALERT      ? 3
						      : 2;

	if ((m->want & j->kind) == 0)
		sim_fail(s, "reports", "nobody asked for m%u/%u %s", j->mail,
			 j->copy, delivery_state_name(j->state));
	if (j->state == STATE_DELIVERED && c->delivered == 0)
		sim_fail(s, "reports", "m%u/%u was not delivered", j->mail,
			 j->copy);
	if (!final) {
		/* Processed, and that it was stored: two of one kind. */
		if (!excused && c->extras[extra]++ > (extra == 1 ? 1 : 0) &&
		    !s->knobs.fail_unknown)
			sim_fail(s, "reports", "m%u/%u: %s again", j->mail,
				 j->copy, delivery_state_name(j->state));
		return;
	}
	if (m->part_repeated && !c->said_repeated &&
	    j->state == STATE_UNKNOWN) {
		c->said_repeated = true;
		return;
	}
	if (c->finals + c->finals_marked > 0 && !excused)
		sim_fail(s, "reports", "m%u/%u has another final one, %s",
			 j->mail, j->copy, delivery_state_name(j->state));
	c->finals += !j->marked;
	c->finals_marked += j->marked;
	c->said_delivered |= j->state == STATE_DELIVERED;
	c->said_failed |= j->state != STATE_DELIVERED;
	s->n_finals++;
}

/* With on-unknown = fail only the power's going makes a second copy. */
static bool may_repeat(const struct sim *s)
{
	return !s->knobs.fail_unknown || s->n_powers != 0;
}

void ledger_taken(struct sim *s, struct job *j)
{
	struct copy *c = &s->mails[j->mail].copies[j->copy];
	bool again = c->delivered > 0;

	j->taken = true;
	if (j->report) {
		report_taken(s, j);
		return;
	}
	if (c->cancelled)
		sim_fail(s, "cancelling", "m%u/%u comes all the same", j->mail,
			 j->copy);
	if (s->mails[j->mail].of > 0)
		again = (c->parts_seen & j->parts_seen) != 0;
	if (again && !c->excused && (!j->marked || !may_repeat(s)))
		sim_fail(s, "duplicates", "m%u/%u comes again, %s", j->mail,
			 j->copy, j->marked ? "marked" : "unmarked");
	c->delivered++;
	c->parts_seen |= j->parts_seen;
	c->native_open |= j->native;
	s->n_delivered++;
}

/* The answer to it can come no more: its sender asks again. */
void ledger_native_lost(struct sim *s)
{
	unsigned i, k;

	for (i = 0; i < s->n_mails; i++) {
		for (k = 0; k < s->mails[i].n_copies; k++) {
			struct copy *c = &s->mails[i].copies[k];

			c->excused |= c->native_open;
			c->native_open = false;
		}
	}
}

void ledger_answers_lost(struct sim *s)
{
	unsigned i, k;

	for (i = 0; i < s->n_mails; i++)
		for (k = 0; k < s->mails[i].n_copies; k++) {
			struct copy *c = &s->mails[i].copies[k];

			if (c->accepted_at + ANSWER_US > s->now)
				c->accepted_at = 0;
		}
}

/* -- traces --------------------------------------------------------------- */

static void check_expiry(struct sim *s, const struct mail *m)
{
	/* The engine goes on from where it was when a clock is set back. */
	if (s->now + SLACK_US + s->set_back_us < m->first_us + life_of(s, m))
		sim_fail(s, "expiry", "m%u expires too early", m->number);
}

static void settled(struct sim *s, struct mail *m, struct copy *c,
		    const char *verdict)
{
	if (strcmp(verdict, "expired") == 0) {
		check_expiry(s, m);
		c->expired = true;
	}
	if (strcmp(verdict, "unknown") == 0)
		c->unknown = true;
	if (m->once && strcmp(verdict, "undeliverable") == 0)
		c->refused = true;

}

/* Parts become one message: its story is known by theirs. */
static void taken(struct sim *s, const struct trace_record *r)
{
	struct mail *m = NULL;
	uint64_t decimal;
	size_t i;

	for (i = 0; m == NULL && i < r->n_keys; i++)
		if (bytes_decimal(bytes_of(r->keys[i]), UINT64_MAX,
				  &decimal) == OK)
			m = mail_of(s, keys_open_decimal(s->keys, decimal));
	if (m != NULL)
		add_story(m, r->story);
}

static void traced(struct sim *s, const struct trace_record *r)
{
	struct mail *m;
	struct copy *c;
	unsigned i;

	if (r->step != NULL && strcmp(r->step, "intake") == 0)
		taken(s, r);
	if (r->step == NULL || r->verdict == NULL ||
	    (strcmp(r->step, "settled") != 0 &&
	     strcmp(r->step, "quarantine") != 0 &&
	     strcmp(r->step, "report") != 0) ||
	    (m = mail_of(s, r->story)) == NULL)
		return;
	if ((c = ledger_copy(s, m->number, r->to, &i)) == NULL)
		return;
	if (r->leg >> 63 == 0) {
		if (strcmp(r->step, "settled") == 0)
			settled(s, m, c, r->verdict);
		c->quarantined |= strcmp(r->step, "quarantine") == 0;
	} else {
		c->report_lost |= strcmp(r->verdict, "undelivered") == 0 ||
				  strcmp(r->verdict, "no-way-back") == 0 ||
				  strcmp(r->step, "quarantine") == 0;
	}
}

void ledger_traces(struct sim *s, struct bytes records)
{
	struct trace_record r;
	struct arena *a = arena_new(1 << 20);
	size_t used;

	while (a != NULL && records.n > 0) {
		if (trace_record_read(records, a, &r, &used) != OK) {
			sim_fail(s, "traces", "a broken record");
			break;
		}
		sim_tell(s, "  trace %llu leg %llu %s: %s %s",
			 (unsigned long long)r.story,
			 (unsigned long long)r.leg, r.step,
			 r.verdict ? r.verdict : "", r.text ? r.text : "");
		traced(s, &r);
		records = bytes_after(records, used);
		arena_reset(a);
	}
	arena_free(a);
}

/* -- memory --------------------------------------------------------------- */

void ledger_memory(struct sim *s)
{
	struct engine_counts n;
	uint64_t most = 2 * 512;
	unsigned p;

	if (!s->running)
		return;
	if (sim_chance(s, 30))
		memcpy(s->slots_then, s->slots,
		       INFLIGHT_SLOTS * sizeof *s->slots);
	engine_counts(s->engine, &n);
	most += commit_waiting(s->commit);
	for (p = 0; p < PEERS; p++)
		most += s->knobs.window[p];
	if (s->knobs.flood && n.in_memory > most)
		sim_fail(s, "memory", "%u legs", (unsigned)n.in_memory);
}
