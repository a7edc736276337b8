/* verdict.c - what must be true when all is quiet. */
#include "tests/sim/sim.h"

#include <sqlite3.h>
#include <stdio.h>

#define PARTS_US	(25 * SECOND)

/* -- is it? --------------------------------------------------------------- */

static void counted(void *engine, struct step *step)
{
	struct sim *s = step->context;
	const struct step_item *item;

	(void)engine;
	s->rows = 0;
	for (item = step->found; item != NULL; item = item->next)
		if (item->number != LEG_QUARANTINED)
			s->rows += item->count;
}

static void count_rows(struct sim *s)
{
	struct step *step = step_new(STEP_COUNTS, 1 << 20);

	if (step == NULL)
		return;
	step->done = counted;
	step->context = s;
	world_step(s, step);
}

static bool parts_may_come(const struct sim *s)
{
	unsigned i;

	if (s->now > s->knobs.faults_us + PARTS_US)
		return false;
	for (i = 0; i < s->n_mails; i++)
		if (s->mails[i].of > 0)
			return true;
	return false;
}

bool verdict_quiet(struct sim *s)
{
	struct engine_counts n;
	uint64_t rows = s->rows;
	unsigned i;

	/* Counted when it was quiet a second ago, or it counts no more. */
	s->rows = UINT64_MAX;
	if (!s->running || !engine_recovered(s->engine))
		return false;
	engine_counts(s->engine, &n);
	for (i = 0; i < CHILDREN; i++)
		if (!s->adapters[i].open || s->adapters[i].down.octets.n > 0 ||
		    s->adapters[i].up_.octets.n > 0)
			return false;
	for (i = 0; i < JOBS_MAX; i++)
		if (s->jobs[i].used)
			return false;
	for (i = 0; i < s->n_mails; i++)
		if (s->mails[i].open > 0 &&
		    s->now < s->knobs.faults_us + 100 * SECOND)
			return false;
	for (i = 0; i < s->n_receipts; i++)
		if (!s->receipts[i].answered)
			return false;
	if (parts_may_come(s))
		return false;
	if (commit_waiting(s->commit) > 0)
		return false;
	count_rows(s);
	return n.in_flight == 0 && rows == 0;
}

/* -- is all well? --------------------------------------------------------- */

static bool was_told(const struct sim *s, unsigned mail, unsigned copy,
		     uint64_t far_id)
{
	const struct receipt *r;
	uint64_t life = s->knobs.lifetime_us, own = s->mails[mail].lifetime_us;
	unsigned i;

	if (own != 0)
		life = own;
	for (i = 0; i < s->n_receipts; i++) {
		r = &s->receipts[i];
		if (r->taken && r->mail == mail && r->copy == copy &&
		    r->far_id == far_id &&
		    r->taken_at + SECOND + s->set_back_us <
			    s->mails[mail].first_us + life)
			return true;
	}
	return false;
}

/* All of it was delivered in time, and the engine has been told so. */
static bool told_all(const struct sim *s, unsigned mail, unsigned copy)
{
	const struct copy *c = &s->mails[mail].copies[copy];
	unsigned i;

	if (c->accepted_at == 0)
		return false;
	if (c->accepted_n == 0)
		return was_told(s, mail, copy, 0);
	for (i = 0; i < c->accepted_n; i++)
		if (!was_told(s, mail, copy, c->accepted_as + i))
			return false;
	return true;
}

static void check_copy(struct sim *s, const struct mail *m, unsigned index)
{
	const struct copy *c = &m->copies[index];
	unsigned finals = c->finals + c->finals_marked;
	bool both = (m->want & WANT_POSITIVE) != 0 &&
		    (m->want & WANT_NEGATIVE) != 0;
	bool done = c->delivered > 0 || c->refused || c->expired ||
		    c->unknown || c->quarantined || c->ended_unseen;

	if (!done && finals == 0)
		sim_fail(s, "loss", "m%u/%u was accepted and is gone",
			 m->number, index);
	if (c->quarantined || c->report_lost || c->excused ||
	    c->ended_unseen || m->end_to_end)
		return;
	if (c->expired && !c->refused && told_all(s, m->number, index))
		sim_fail(s, "reports", "m%u/%u: delivered, but expired",
			 m->number, index);
	if (both && finals == 0)
		sim_fail(s, "reports", "m%u/%u has none", m->number, index);
	if ((m->want & WANT_NEGATIVE) != 0 && c->delivered == 0 && finals == 0)
		sim_fail(s, "reports", "m%u/%u failed unheard", m->number,
			 index);
	if ((m->want & WANT_POSITIVE) != 0 && c->confirmed && finals == 0 &&
	    !c->expired && !c->unknown && !c->refused)
		sim_fail(s, "reports", "m%u/%u: the receipt went no further",
			 m->number, index);
}

static void check_parts(struct sim *s, const struct mail *m)
{
	const struct copy *c = &m->copies[0];
	unsigned all = (1u << (m->of + 1)) - 2;

	if (c->refused || c->expired || c->unknown || c->quarantined ||
	    c->finals + c->finals_marked > 0)
		return;
	if (m->parts_accepted != all && !s->knobs.deliver_partial) {
		if (m->parts_accepted != 0 && c->delivered == 0 &&
		    (m->want & WANT_NEGATIVE) != 0)
			sim_fail(s, "reports", "m%u: parts %x failed unheard",
				 m->number, m->parts_accepted);
		return;
	}
	if ((m->parts_accepted & ~c->parts_seen) != 0)
		sim_fail(s, "loss", "m%u: parts %x of %x", m->number,
			 c->parts_seen, m->parts_accepted);
}

static void check_mail(struct sim *s, const struct mail *m)
{
	unsigned i;

	if (m->of > 0) {
		check_parts(s, m);
		return;
	}
	for (i = 0; m->positive && i < m->n_copies; i++)
		check_copy(s, m, i);
	for (i = 0; !m->positive && m->lost == 0 && !m->once &&
		    i < m->n_copies; i++)
		if (m->copies[i].delivered > 0)
			sim_fail(s, "answers", "m%u was not accepted, but came",
				 m->number);
	if (m->open > 0)
		sim_fail(s, "answers", "m%u has none", m->number);
}

static int number_of(void *out, int n, char **values, char **names)
{
	(void)names;
	return n == 1 && sscanf(values[0], "%d", (int *)out) == 1 ? 0 : 1;
}

static void check_table(struct sim *s, sqlite3 *db, const char *what,
			const char *sql)
{
	int n = -1;

	if (sqlite3_exec(db, sql, number_of, &n, NULL) != SQLITE_OK || n != 0)
		sim_fail(s, "disk", "%s: %d (%s)", what, n,
			 sqlite3_errmsg(db));
}

/* Nothing is left but what waits for an operator, and keys. */
static void check_disk(struct sim *s)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2("/sim/spool.db", &db, SQLITE_OPEN_READWRITE,
			    "sim") != SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL,
			 NULL) != SQLITE_OK) {
		sim_fail(s, "disk", "%s", sqlite3_errmsg(db));
		sqlite3_close(db);
		return;
	}
	check_table(s, db, "legs",
		    "SELECT count(*) FROM leg WHERE state <> 3 AND id NOT IN "
		    "(SELECT leg FROM gone)");
	check_table(s, db, "contents without legs",
		    "SELECT count(*) FROM content WHERE story NOT IN "
		    "(SELECT CASE story WHEN 0 THEN id ELSE story END "
		    "FROM leg)");
	check_table(s, db, "images without contents",
		    "SELECT count(*) FROM image WHERE story NOT IN "
		    "(SELECT story FROM content)");
	check_table(s, db, "parts", "SELECT count(*) FROM part");
	check_table(s, db, "integrity",
		    "SELECT count(*) FROM pragma_quick_check "
		    "WHERE quick_check <> 'ok'");
	sqlite3_close(db);
}

static void check_rest(struct sim *s)
{
	struct engine_counts n;
	size_t i;

	engine_counts(s->engine, &n);
	if (n.waiting != 0)
		sim_fail(s, "counts", "%u wait", (unsigned)n.waiting);
	if (n.in_memory != 0)
		sim_fail(s, "memory", "%u legs stay", (unsigned)n.in_memory);
	for (i = 0; i < INFLIGHT_SLOTS; i++)
		if (s->slots[i] != 0)
			sim_fail(s, "in-flight", "slot %u is not cleared",
				 (unsigned)i);
}

void verdict(struct sim *s)
{
	unsigned i;

	check_rest(s);
	world_end(s);
	check_disk(s);
	for (i = 0; i < s->n_mails; i++)
		check_mail(s, &s->mails[i]);
}
