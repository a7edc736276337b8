/*
 * The process or the power ends at any change of the disk: what was answered
 * is there, what was not is there wholly or not at all.
 */
#include <stdio.h>

#include "tests/gateway/commit_fixture.h"

#define IDS	24
#define ROUNDS	12
#define SEEDS	400

/* What every leg must be: 0: not there, else the number in its meta. */
struct model {
	uint64_t version[IDS + 1];
	enum leg_state state[IDS + 1];
};

static void submit_random(struct fixture *f, struct model *m, uint64_t version)
{
	uint64_t id = 1 + sim_disk_random(f->disk) % IDS;
	char meta[400];
	struct step *s;

	snprintf(meta, sizeof meta, "%llu %0*d", (unsigned long long)version,
		 (int)(sim_disk_random(f->disk) % 300), 0);
	if (m->version[id] == 0) {
		s = leg_step(STEP_INSERT, id, meta);
		s->legs->image = s->legs->meta;
		s->intake = true;
	} else if (sim_disk_random(f->disk) % 3 == 0) {
		s = leg_step(STEP_REMOVE, id, "");
		version = 0;
	} else {
		s = leg_step(STEP_UPDATE, id, meta);
		s->legs->state = LEG_SENT;
		s->drop_far = true;
		s->far = arena_alloc(s->arena, sizeof *s->far);
		*s->far = (struct store_key){ id, version };
		s->n_far = 1;
	}
	m->version[id] = version;
	m->state[id] = s->kind == STEP_UPDATE ? LEG_SENT : LEG_QUEUED;
	commit_submit(f->commit, s);
}

static bool counts_are(struct fixture *f, const struct model *m)
{
	struct step *s = step_new(STEP_COUNTS, ARENA);
	const struct step_item *i;
	uint64_t want[4] = { 0 }, id;
	bool good = true;

	for (id = 1; id <= IDS; id++)
		want[m->state[id]] += m->version[id] != 0;
	store_apply(f->store, s);
	for (i = s->found; i != NULL; i = i->next) {
		good &= i->count == want[i->number];
		want[i->number] = 0;
	}
	for (id = 0; id < 4; id++)
		good &= want[id] == 0;
	step_free(s);
	return good;
}

/* The far key of a leg that was sent leads to it. */
static bool far_is(struct fixture *f, uint64_t id, uint64_t version)
{
	struct step *s = step_new(STEP_FAR, ARENA);
	bool good;

	s->far = arena_alloc(s->arena, sizeof *s->far);
	*s->far = (struct store_key){ id, version };
	s->n_far = 1;
	store_apply(f->store, s);
	good = s->result == OK && s->found->leg.id == id;
	step_free(s);
	return good;
}

static bool store_is(struct fixture *f, const struct model *m)
{
	struct step *s = step_new(STEP_LIST, ARENA);
	uint64_t id, versions = 0, wanted = 0;
	const struct step_item *i;
	bool good;

	store_apply(f->store, s);
	good = s->result == OK && s->complete;
	for (id = 1; id <= IDS; id++)
		wanted += m->version[id] != 0;
	for (i = s->found; good && i != NULL; i = i->next, versions++) {
		struct bytes number = i->leg.meta;
		uint64_t version = 0;

		id = i->leg.id;
		number.n = bytes_find(number, ' ');
		good = id <= IDS && i->leg.state == m->state[id] &&
		       bytes_decimal(number, UINT64_MAX, &version) == OK &&
		       version == m->version[id] &&
		       (i->leg.state != LEG_SENT || far_is(f, id, version));
	}
	step_free(s);
	return good && versions == wanted && counts_are(f, m) &&
	       store_damaged(f->store) == 0;
}

static void free_finished(struct fixture *f)
{
	struct step *s = commit_collect(f->commit), *next;

	for (; s != NULL; s = next) {
		next = s->next;
		CU_ASSERT_EQUAL(s->result, OK);
		step_free(s);
	}
}

/* The end of the process; the next one finds the disk as it is left. */
static enum err restart(struct fixture *f, enum sim_crash how)
{
	enum err e;

	sim_disk_crash(f->disk, how);
	commit_free(f->commit);
	f->commit = NULL;
	store_close(f->store);
	f->store = NULL;
	if ((e = open_store(f)) != OK)
		return e;
	store_log_limit(f->store, 16384);
	return commit_new(&f->commit, f->store, NULL, &f->options);
}

/* False: something acknowledged is not there, or something half is. */
static bool crash_round(struct fixture *f, struct model *m, uint64_t version)
{
	struct model before = *m;
	uint64_t i, n = 1 + sim_disk_random(f->disk) % 12;
	bool power = sim_disk_random(f->disk) % 4 != 0;
	size_t applied;
	enum err e;

	if (sim_disk_random(f->disk) % 4 != 0)
		sim_disk_stop_after(f->disk, 1 + sim_disk_random(f->disk) % 40);
	else if (sim_disk_random(f->disk) % 2 == 0)
		sim_disk_fail_sync(f->disk,
				   1 + (unsigned)sim_disk_random(f->disk) % 4);
	for (i = 0; i < n; i++)
		submit_random(f, m, version + i);
	e = commit_run(f->commit, &applied);
	free_finished(f);
	if (restart(f, power ? SIM_POWER : SIM_KILL) != OK)
		return false;
	if (applied > 0)		/* all of it was answered */
		return applied == n && store_is(f, m);
	if (e != ERR_IO)
		return false;
	if (!store_is(f, m)) {
		*m = before;
		return store_is(f, m);
	}
	return true;
}

static void test_crashes(void)
{
	struct fixture f;
	struct model m;
	unsigned seed, round;
	bool good = true;

	for (seed = 0; good && seed < SEEDS; seed++) {
		begin(&f, 1000 + seed);
		m = (struct model){ 0 };
		for (round = 0; good && round < ROUNDS; round++)
			good = crash_round(&f, &m, 1000 * (round + 1));
		if (!good)
			fprintf(stderr, "  seed %u, round %u\n", seed, round);
		CU_ASSERT(good);
		end(&f);
	}
}

/* Opening itself may be cut short anywhere, the first time too. */
static void test_crash_in_opening(void)
{
	struct buf why = BUF_INIT(1000);
	struct sim_disk *d;
	struct store *s;
	uint64_t n;
	enum err e;

	for (n = 1; n < 200; n++) {
		d = sim_disk_new("sim", n);
		sim_disk_stop_after(d, n);
		e = store_open(&s, "/sim", "sim", &why);
		sim_disk_crash(d, n % 2 == 0 ? SIM_POWER : SIM_KILL);
		if (e == OK)
			store_close(s);
		buf_reset(&why);
		e = store_open(&s, "/sim", "sim", &why);
		CU_ASSERT_EQUAL(e, OK);
		if (e == OK)
			store_close(s);
		sim_disk_free(d);
	}
	buf_clear(&why);
}

static const struct check_test tests[] = {
	{ "crashes anywhere", test_crashes },
	{ "crashes in opening", test_crash_in_opening },
	{ NULL, NULL }
};

CHECK_MAIN("crash", tests)
