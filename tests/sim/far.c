/* far.c - far sides: what they answer, when, and the receipts they send. */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <string.h>

#define RETRY_US	(2 * SECOND)
#define FAR_IDS_MAX	3
#define SERIALS		UINT64_C(0x100000)	/* value: serial, then place */

enum fate { TAKE, TAKE_SILENT, SILENT, LATER, NEVER, ADDRESS, LINK, UNSURE,
	    TAKE_UNSURE, ABSENT };

static struct job *job_of(struct sim *s, uint64_t value)
{
	struct job *j = &s->jobs[value / SERIALS];

	return j->used && j->serial == value % SERIALS ? j : NULL;
}

static uint64_t value_of(const struct sim *s, const struct job *j)
{
	return (uint64_t)(j - s->jobs) * SERIALS + j->serial;
}

static void end_job(struct sim *s, struct job *j)
{
	s->adapters[j->child].flying[j->peer]--;
	j->used = false;
}

void far_gone(struct sim *s, enum child_number c)
{
	size_t i;

	for (i = 0; i < JOBS_MAX; i++)
		if (s->jobs[i].used && s->jobs[i].child == c)
			end_job(s, &s->jobs[i]);
}

/* -- receipts ------------------------------------------------------------- */

static void far_name(char *to, size_t size, uint64_t far_id)
{
	snprintf(to, size, "far%llu", (unsigned long long)far_id);
}

static const char *reporter_of(const struct sim *s, const struct receipt *r)
{
	const struct mail *m = &s->mails[r->mail];

	return r->forged ? "sip:u0@other.example" : m->copies[r->copy].address;
}

static void put_receipt(struct sim *s, struct receipt *r)
{
	char id[32];
	struct far_report v = {
		.peer = peer_models[r->peer].name,
		.far_id = id,
		.kind = r->kind,
		.state = r->state,
		.event_us = sim_wall(s),
		.absent = r->state == STATE_UNDELIVERABLE,
	};
	struct buf image = BUF_INIT(NOTICE_IMAGE_MAX);

	far_name(id, sizeof id, r->far_id);
	if (r->far_id == 0) {
		v.ours = true;
		v.far_id = r->public_id;
		v.reporter.kind =
			r->forged ? ADDRESS_SIP
				  : s->mails[r->mail].copies[r->copy].kind;
		v.reporter.text = reporter_of(s, r);
	}
	sim_tell(s, "m%u/%u: receipt %s%s (%s)", r->mail, r->copy,
		 delivery_state_name(r->state), r->forged ? ", forged" : "",
		 v.far_id);
	if (far_report_image(&v, &image) == OK)
		adapter_send(s, r->child, FRAME_FAR_REPORT,
			     (uint64_t)(r - s->receipts) + 1, &image);
	else
		buf_clear(&image);
}

/* Until it is taken it comes again. */
void far_retry(struct sim *s, uint64_t value)
{
	struct receipt *r = &s->receipts[value];

	if (r->answered)
		return;
	if (s->adapters[r->child].open)
		put_receipt(s, r);
	sim_at(s, RETRY_US, far_retry, value);
}

void far_reported(struct sim *s, uint64_t ref, const struct outcome *o)
{
	struct receipt *r = ref == 0 || ref > s->n_receipts
				    ? NULL
				    : &s->receipts[ref - 1];
	struct copy *c;

	if (r == NULL || o->class == OUTCOME_LATER)
		return;
	r->answered = true;
	c = &s->mails[r->mail].copies[r->copy];
	if (r->forged && o->class == OUTCOME_DELIVERED)
		sim_fail(s, "receipts", "a forged one about m%u is believed",
			 r->mail);
	if (o->class == OUTCOME_DELIVERED && r->state == STATE_DELIVERED) {
		c->confirmed = true;
		r->taken = true;
		r->taken_at = s->now;
	}
}

static void new_receipt(struct sim *s, const struct job *j,
			enum delivery_state state, uint64_t delay)
{
	struct receipt *r = &s->receipts[s->n_receipts];

	if (s->n_receipts == RECEIPTS_MAX)
		return;
	*r = (struct receipt){ .used = true,
			       .child = j->child,
			       .peer = j->peer,
			       .mail = j->mail,
			       .copy = j->copy,
			       .far_id = j->far_serial,
			       .kind = state == STATE_DISPLAYED ? WANT_DISPLAY
								: WANT_POSITIVE,
			       .state = state };
	memcpy(r->public_id, j->public_id, sizeof r->public_id);
	r->forged = j->far_serial == 0 && !s->quiet &&
		    sim_chance(s, s->knobs.forged);
	sim_at(s, delay, far_retry, s->n_receipts++);
}

static void smsc_receipts(struct sim *s, struct job *j)
{
	const struct knobs *k = &s->knobs;
	uint64_t delay = sim_chance(s, k->receipts_early)
				 ? sim_between(s, 0, 2 * MS)
				 : sim_between(s, 50 * MS, 3 * SECOND);
	enum delivery_state state = STATE_DELIVERED;
	uint64_t first = j->far_serial;
	unsigned i;

	if ((j->want & (WANT_POSITIVE | WANT_NEGATIVE)) == 0 ||
	    sim_chance(s, k->receipts_never))
		return;
	if (sim_chance(s, 10)) {
		state = STATE_UNDELIVERABLE;
		s->mails[j->mail].copies[j->copy].refused = true;
	}
	for (i = 0; i < j->far_ids; i++) {
		j->far_serial = first + i;
		new_receipt(s, j, state, delay);
		if (sim_chance(s, k->receipts_twice))
			new_receipt(s, j, state,
				    delay + sim_between(s, 0, 3 * SECOND));
	}
	j->far_serial = first;
}

static void device_receipts(struct sim *s, const struct job *j)
{
	uint64_t delay = sim_between(s, 0, 20 * MS);

	if (j->native || j->far_ids > 0)
		return;
	if ((j->want & (WANT_POSITIVE | WANT_NEGATIVE)) != 0 &&
	    !sim_chance(s, s->knobs.receipts_never)) {
		new_receipt(s, j, STATE_DELIVERED, delay);
		if (sim_chance(s, s->knobs.receipts_twice))
			new_receipt(s, j, STATE_DELIVERED,
				    sim_between(s, 0, 3 * SECOND));
	}
	if ((j->want & WANT_DISPLAY) != 0 && sim_chance(s, 60))
		new_receipt(s, j, STATE_DISPLAYED,
			    delay + (sim_chance(s, 30)
					     ? sim_between(s, 0, 50)
					     : sim_between(s, 0, SECOND)));
}

/* -- the answer ----------------------------------------------------------- */

static void note_acceptance(struct sim *s, const struct job *j)
{
	struct copy *c = &s->mails[j->mail].copies[j->copy];

	c->accepted_as = j->far_serial;
	c->accepted_n = j->far_ids;
	c->accepted_at = s->now;
}

/* An SMSC says that somebody is there again; it may be nobody's. */
static void subscriber_back(struct sim *s, uint64_t value)
{
	const struct mail *m = &s->mails[value / COPIES_MAX];
	const struct copy *c = &m->copies[value % COPIES_MAX];
	struct presence p = { .devices = 1,
			      .subscriber = { c->kind, c->address } };
	struct buf image = BUF_INIT(NOTICE_IMAGE_MAX);

	if (s->adapters[SMPP].open && presence_image(&p, &image) == OK)
		adapter_send(s, SMPP, FRAME_AVAILABLE, 0, &image);
	else
		buf_clear(&image);
}

static void maybe_absent(struct sim *s, const struct job *j, struct outcome *o)
{
	o->absent = sim_chance(s, 50);
	if (sim_chance(s, 50))
		sim_at(s, sim_between(s, 0, 3 * SECOND), subscriber_back,
		       (uint64_t)j->mail * COPIES_MAX + j->copy);
}

/* Sometimes it has taken a part. */
static void partly(struct sim *s, struct outcome *o)
{
	static const char *part = "a part";

	o->progress = bytes_of("some of it");
	if (!sim_chance(s, 50))
		return;
	o->far_ids = &part;
	o->n_far_ids = 1;
}

static void answer(struct sim *s, uint64_t value)
{
	struct job *j = job_of(s, value);
	char names[FAR_IDS_MAX][32];
	const char *ids[FAR_IDS_MAX];
	struct outcome o = { .far_ids = ids };
	struct buf image = BUF_INIT(OUTCOME_IMAGE_MAX);

	if (j == NULL)
		return;
	o.class = j->answer;
	if (o.class == OUTCOME_ACCEPTED && !j->report)
		for (; o.n_far_ids < j->far_ids; o.n_far_ids++) {
			far_name(names[o.n_far_ids], sizeof names[0],
				 j->far_serial + o.n_far_ids);
			ids[o.n_far_ids] = names[o.n_far_ids];
		}
	if (o.class == OUTCOME_ACCEPTED && !j->report && !j->native)
		note_acceptance(s, j);
	if (o.class == OUTCOME_LATER && j->child == SMPP && !j->report)
		maybe_absent(s, j, &o);
	if (o.class == OUTCOME_LATER && sim_chance(s, 20))
		partly(s, &o);
	if (o.class == OUTCOME_LATER && sim_chance(s, 20))
		o.retry_after_ms = (uint32_t)sim_between(s, 1, 2000);
	sim_tell(s, "m%u/%u%s: outcome %s", j->mail, j->copy,
		 j->report ? " report" : "", outcome_class_name(o.class));
	if (outcome_image(&o, &image) == OK)
		adapter_send(s, j->child, FRAME_OUTCOME, j->token, &image);
	else
		buf_clear(&image);
	end_job(s, j);
}

static void answer_later(struct sim *s, struct job *j, enum outcome_class class,
			 uint64_t delay)
{
	j->answer = class;
	sim_at(s, delay, answer, value_of(s, j));
}

static enum outcome_class taken_class(struct sim *s, const struct job *j)
{
	if (j->report || (j->far_ids == 0 && j->want == 0) ||
	    j->peer == ESME1 || j->peer == ESME2)
		return sim_chance(s, 50) ? OUTCOME_DELIVERED
					 : OUTCOME_ACCEPTED;
	if (j->far_ids > 0 || !j->native)
		return OUTCOME_ACCEPTED;
	return OUTCOME_DELIVERED;
}

static void take(struct sim *s, struct job *j, bool silent, bool unsure)
{
	uint64_t back = sim_between(s, 0, s->knobs.far_us);

	ledger_taken(s, j);
	if (j->report) {
		;
	} else if (j->peer == SMSC_A || j->peer == SMSC_B) {
		j->far_ids = (unsigned)sim_between(s, 1, FAR_IDS_MAX);
		j->far_serial = ++s->serial * 8;
		smsc_receipts(s, j);
	} else if (j->peer == CPM || j->peer == REMOTE) {
		device_receipts(s, j);
	}
	if (silent || unsure)
		answer_later(s, j, OUTCOME_UNANSWERED,
			     silent ? sim_between(s, SECOND, 4 * SECOND)
				    : back);
	else
		answer_later(s, j, taken_class(s, j), back);
}

static enum fate rough_fate(struct sim *s, const struct job *j)
{
	static const enum fate fates[] = { LATER, LATER, NEVER, ADDRESS, LINK,
					   UNSURE, TAKE_UNSURE };

	if (sim_chance(s, s->knobs.silent))
		return sim_chance(s, 50) ? SILENT : TAKE_SILENT;
	if (!sim_chance(s, s->knobs.rough))
		return TAKE;
	if (j->peer == CPM && sim_chance(s, s->knobs.absent))
		return ABSENT;
	return fates[sim_between(s, 0, sizeof fates / sizeof *fates - 1)];
}

static enum fate fate_of(struct sim *s, const struct job *j)
{
	enum fate f = TAKE;
	const struct mail *m = &s->mails[j->mail];
	int user = m->copies[j->copy].user;

	if (j->report)
		user = m->child == SIP ? people_named(m->account) : -1;
	if (!s->quiet)
		f = rough_fate(s, j);
	if (j->report && (f == NEVER || f == ADDRESS))
		f = LATER;
	if (f == TAKE && j->peer == CPM &&
	    (user < 0 || !s->people[user].registered))
		f = ABSENT;
	return f;
}

static void absent(struct sim *s, const struct job *j)
{
	const struct mail *m = &s->mails[j->mail];
	int user = j->report ? people_named(m->account)
			     : m->copies[j->copy].user;

	if (user >= 0 && sim_chance(s, 70))
		sim_at(s, sim_between(s, 0, 100 * MS), people_gone,
		       (uint64_t)user);
}

static void refuse(struct sim *s, struct job *j, enum outcome_class class)
{
	if (!j->report)
		s->mails[j->mail].copies[j->copy].refused = true;
	answer_later(s, j, class, sim_between(s, 0, s->knobs.far_us));
}

/* It has reached the far side. */
static void at_far(struct sim *s, uint64_t value)
{
	struct job *j = job_of(s, value);
	enum fate f;

	if (j == NULL)
		return;
	f = fate_of(s, j);
	switch (f) {
	case TAKE:
	case TAKE_SILENT:
	case TAKE_UNSURE:
		take(s, j, f == TAKE_SILENT, f == TAKE_UNSURE);
		break;
	case SILENT:
	case UNSURE:
		answer_later(s, j, OUTCOME_UNANSWERED,
			     f == SILENT ? sim_between(s, SECOND, 4 * SECOND)
					 : 0);
		break;
	case LATER:
		answer_later(s, j, OUTCOME_LATER,
			     sim_between(s, 0, s->knobs.far_us));
		break;
	case NEVER:
		refuse(s, j, OUTCOME_NEVER);
		break;
	case ADDRESS:
		refuse(s, j, OUTCOME_ADDRESS);
		break;
	case LINK:
		/* Now and then the adapter thinks that it is still up. */
		if (sim_chance(s, 80))
			adapter_peer_down(s, j->peer);
		answer_later(s, j, OUTCOME_LINK, 0);
		break;
	case ABSENT:
		absent(s, j);
		answer_later(s, j, OUTCOME_ABSENT,
			     sim_between(s, 0, s->knobs.far_us));
		break;
	}
}

/* -- a leg comes ---------------------------------------------------------- */

static struct job *free_job(struct sim *s)
{
	size_t i;

	for (i = 0; i < JOBS_MAX; i++)
		if (!s->jobs[i].used)
			return &s->jobs[i];
	sim_fail(s, "window", "more than %d legs with adapters", JOBS_MAX);
	return NULL;
}

static bool peer_of(const struct leg *leg, enum child_number c,
		    enum peer_number *out)
{
	unsigned p;

	for (p = 0; p < PEERS; p++)
		if (leg->technology == peer_models[p].technology &&
		    leg->peer != NULL && peer_models[p].child == c &&
		    strcmp(leg->peer, peer_models[p].name) == 0) {
			*out = (enum peer_number)p;
			return true;
		}
	return false;
}

/* "m12;", or of parts "m12p1;m12p2;". */
static bool read_text(struct sim *s, const struct message *m, struct job *j)
{
	const struct part *text = message_part(m, "text/plain");
	char room[512], *at;
	unsigned number, part;
	size_t n;

	if (text == NULL)
		return false;
	n = text->body.n < sizeof room - 1 ? text->body.n : sizeof room - 1;
	memcpy(room, text->body.p, n);
	room[n] = '\0';
	if ((at = strchr(room, 'm')) == NULL ||
	    sscanf(at, "m%u", &number) != 1 || number >= s->n_mails)
		return false;
	j->mail = number;
	for (; at != NULL; at = strchr(at + 1, 'm'))
		if (sscanf(at, "m%up%u;", &number, &part) == 2 && part < 32)
			j->parts_seen |= 1u << part;
	return true;
}

/* The SIP address of the one of our people who has that number. */
static const char *alias_of(const char *number, char room[64])
{
	if (strncmp(number, "+1555010000", 11) != 0)
		return NULL;
	snprintf(room, 64, "sip:u%s@cpm.example", number + 11);
	return room;
}

static bool read_leg(struct sim *s, enum child_number c, const struct leg *leg,
		     struct job *j)
{
	const struct message *m = &leg->message;
	const char *to = leg->to.text;
	char alias[64];

	*j = (struct job){ .child = c,
			   .serial = (uint32_t)(++s->serial % SERIALS),
			   .token = leg->token,
			   .marked = leg->maybe_duplicate,
			   .native = leg->native,
			   .report = m->kind == MESSAGE_REPORT,
			   .want = m->want };
	memcpy(j->public_id, leg->public_id, sizeof j->public_id);
	if (!peer_of(leg, c, &j->peer) || !read_text(s, m, j))
		return false;
	if (j->report) {
		j->kind = m->report.kind;
		j->state = m->report.state;
		to = m->report.recipient.text;
	}
	if (c == SMPP && !j->report && strncmp(to, "sip:", 4) == 0)
		return false;	/* SMS knows numbers only */
	return ledger_copy(s, j->mail, to, &j->copy) != NULL ||
	       ledger_copy(s, j->mail, alias_of(to, alias), &j->copy) != NULL;
}

void far_leg(struct sim *s, enum child_number c, const struct frame *f)
{
	struct job *j = free_job(s);
	struct adapter_model *a = &s->adapters[c];
	struct leg leg;

	if (j == NULL)
		return;
	if (leg_read(f->payload, s->scratch, &leg, NULL) != OK ||
	    !read_leg(s, c, &leg, j)) {
		sim_fail(s, "frames", "a leg that nobody understands");
		return;
	}
	j->used = true;
	sim_tell(s, "m%u/%u%s: leg %llu to %s by %s%s%s", j->mail, j->copy,
		 j->report ? " report" : "", (unsigned long long)leg.id,
		 leg.to.text, leg.peer, j->marked ? ", maybe duplicate" : "",
		 j->native ? ", native" : "");
	if (++a->flying[j->peer] > s->knobs.window[j->peer])
		sim_fail(s, "window", "%s has %u legs", leg.peer,
			 a->flying[j->peer]);
	ledger_leg(s, j, &leg);
	sim_at(s, sim_between(s, 0, s->knobs.far_us), at_far, value_of(s, j));
}
