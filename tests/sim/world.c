/* world.c - the engine's life: start, turns, commits, and how it ends. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_OCTETS	(INFLIGHT_SLOTS * sizeof(uint64_t))
#define RESERVE		((uint64_t)256 * 1024)
#define MINIMUM_FREE	((uint64_t)512 * 1024)
#define QUIET_TICK_US	(200 * MS)

static const uint8_t key_octets[KEYS_OCTETS] = { 7, 1, 9, 4 };

static uint64_t wall(void *arg)
{
	return sim_wall(arg);
}

static uint64_t monotonic(void *arg)
{
	const struct sim *s = arg;

	return s->now + 1000;
}

static uint64_t chance(void *arg)
{
	struct sim *s = arg;
	uint64_t v = s->engine_random += UINT64_C(0x9e3779b97f4a7c15);

	return (v ^ v >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

/* -- what the engine hands out -------------------------------------------- */

/* The process ends before this very frame or step. */
static bool dies_here(struct sim *s)
{
	if (s->dying != CRASH_NONE)
		return true;
	if (s->crash_after == 0 || --s->crash_after > 0)
		return false;
	s->dying = sim_chance(s, 70) ? CRASH_KILL : CRASH_POWER;
	sim_tell(s, "-- the process ends in the middle of a turn");
	return true;
}

static void commit_later(struct sim *s, uint64_t delay_us);

static void submit(void *arg, struct step *step)
{
	struct sim *s = arg;

	if (dies_here(s)) {
		step_free(step);
		return;
	}
	if (step->kind == STEP_TRACE)
		ledger_traces(s, step->octets);
	commit_submit(s->commit, step);
	commit_later(s, sim_between(s, 20, s->knobs.commit_us));
}

static bool send(void *arg, unsigned child, const struct frame *f)
{
	struct sim *s = arg;
	enum child_number c = (enum child_number)child;

	if (dies_here(s))
		return true;
	if (!s->adapters[c].up)
		return false;
	ledger_sent(s, c, f);
	wire_put(s, c, false, f);
	return true;
}

static bool disk_short(void *arg)
{
	const struct sim *s = arg;

	return commit_disk_short(s->commit);
}

static size_t steps_waiting(void *arg)
{
	const struct sim *s = arg;

	return commit_waiting(s->commit);
}

/* -- turns and ticks ------------------------------------------------------ */

static bool still(const struct sim *s, uint64_t life)
{
	return s->running && s->life == life;
}

/* After anything that ran inside the engine. */
static void settle_death(struct sim *s)
{
	if (s->running && s->dying != CRASH_NONE)
		world_crash(s, s->dying, "as planned");
}

static void turn(struct sim *s, uint64_t life)
{
	if (!still(s, life))
		return;
	s->turning = false;
	if (s->dying == CRASH_NONE)
		engine_turn(s->engine);
	settle_death(s);
}

void world_turn_soon(struct sim *s)
{
	if (!s->running || s->turning)
		return;
	s->turning = true;
	sim_at(s, sim_between(s, 0, 100), turn, s->life);
}

static void start_adapters(struct sim *s)
{
	unsigned c;

	if (s->started_adapters || !engine_recovered(s->engine))
		return;
	s->started_adapters = true;
	sim_tell(s, "recovered");
	for (c = 0; c < CHILDREN; c++)
		sim_at(s, sim_between(s, 1, 20) * MS, adapter_start,
		       s->life * CHILDREN + c);
}

static void tick(struct sim *s, uint64_t life)
{
	if (!still(s, life))
		return;
	sim_at(s, s->quiet ? QUIET_TICK_US : ENGINE_TICK_US, tick, life);
	engine_tick(s->engine);
	settle_death(s);
	if (!still(s, life))
		return;
	start_adapters(s);
	world_turn_soon(s);
}

/* -- commits -------------------------------------------------------------- */

/* The engine changes and removes only what is there. */
static void check_step(struct sim *s, const struct step *step)
{
	for (; step != NULL; step = step->also)
		if ((step->kind == STEP_UPDATE || step->kind == STEP_REMOVE) &&
		    step->result != OK)
			sim_fail(s, "steps", "%d about leg %llu: %s",
				 (int)step->kind,
				 (unsigned long long)step->legs[0].id,
				 err_name(step->result));
}

static void collect(struct sim *s, uint64_t life)
{
	struct step *step, *next;

	if (!still(s, life))
		return;
	for (step = commit_collect(s->commit); step != NULL; step = next) {
		next = step->next;
		check_step(s, step);
		if (s->dying == CRASH_NONE)
			engine_step_done(s->engine, step);
		else
			step_free(step);
	}
	settle_death(s);
	if (still(s, life)) {
		start_adapters(s);
		world_turn_soon(s);
	}
}

static void commit(struct sim *s, uint64_t life)
{
	size_t applied;

	if (!still(s, life))
		return;
	s->committing = false;
	if (commit_run(s->commit, &applied) != OK) {
		sim_tell(s, "commit failed: %s", commit_why(s->commit));
		world_crash(s, sim_chance(s, 70) ? CRASH_KILL : CRASH_POWER,
			    "the disk failed");
		return;
	}
	if (applied > 0)
		sim_at(s, sim_between(s, 0, 200), collect, life);
	if (commit_waiting(s->commit) > 0)
		commit_later(s, applied > 0 ? 50 : 20 * MS);
}

static void commit_later(struct sim *s, uint64_t delay_us)
{
	if (s->committing)
		return;
	s->committing = true;
	if (!s->quiet && sim_chance(s, 1))
		delay_us += sim_between(s, 1, s->knobs.linger) * MS;
	sim_at(s, delay_us, commit, s->life);
}

void world_step(struct sim *s, struct step *step)
{
	commit_submit(s->commit, step);
	commit_later(s, 100);
}

/* -- start and end -------------------------------------------------------- */

static bool open_machine(struct sim *s)
{
	struct commit_options o = {
		.directory = "/sim",
		.reserve_octets = RESERVE,
		.minimum_free_octets = MINIMUM_FREE,
		.disk = &s->room,
		.clock = &s->clock,
	};
	struct buf why = BUF_INIT(4096);
	bool good = store_open(&s->store, "/sim", "sim", &why) == OK;

	if (!good)
		sim_tell(s, "no store: %s", buf_string(&why));
	buf_clear(&why);
	if (!good)
		return false;
	store_log_limit(s->store, 256 * 1024);
	store_gone_limit(s->store, 4);
	return commit_new(&s->commit, s->store, NULL, &o) == OK;
}

/* There are no stories to look into. */
static void look_back(void *arg, uint64_t ref, const char *key,
		      const char *account, const char *from)
{
	struct sim *s = arg;

	(void)key;
	(void)account;
	(void)from;
	engine_looked_back(s->engine, ref,
			   &(struct standing){ .class = OUTCOME_ADDRESS });
}

static void make_engine(struct sim *s)
{
	struct engine_world w = {
		.clock = &s->clock,
		.arg = s,
		.submit = submit,
		.send = send,
		.disk_short = disk_short,
		.steps_waiting = steps_waiting,
		.look_back = look_back,
		.state_directory = "/sim",
	};
	struct buf why = BUF_INIT(4096);
	struct settings *settings;

	s->keys = keys_new(key_octets);
	s->inflight = inflight_new(s->slots);
	if (s->keys == NULL || s->inflight == NULL ||
	    engine_new(&w, s->keys, s->inflight, &s->engine) != OK ||
	    settings_read(buf_bytes(&s->configuration), &settings, &why) !=
		    OK ||
	    engine_configure(s->engine, settings) != OK) {
		sim_tell(s, "%s", why.n > 0 ? buf_string(&why) : "memory");
		abort();
	}
	inflight_doubt(s->inflight, &s->doubt);
	if (s->doubtful)
		inflight_suspect(s->inflight);
	buf_clear(&why);
}

void world_start(struct sim *s, uint64_t value)
{
	(void)value;
	s->life++;
	s->clock = (struct clock){ wall, monotonic, chance, s };
	s->engine_random = sim_random(s);
	s->turning = s->committing = s->started_adapters = s->draining = false;
	s->dying = CRASH_NONE;
	sim_disk_set_time(s->disk, sim_wall(s));
	if (!open_machine(s)) {
		commit_free(s->commit);
		store_close(s->store);
		s->commit = NULL;
		s->store = NULL;
		sim_disk_crash(s->disk, SIM_KILL);
		if (s->quiet)
			sim_fail(s, "start", "the store cannot be opened");
		sim_at(s, 500 * MS, world_start, 0);
		return;
	}
	make_engine(s);
	s->running = true;
	if (s->knobs.frail && !s->quiet && sim_chance(s, 70))
		s->crash_after = sim_between(s, 1, 60);
	sim_tell(s, "-- life %llu begins", (unsigned long long)s->life);
	engine_recover(s->engine);
	world_turn_soon(s);
	sim_at(s, ENGINE_TICK_US, tick, s->life);
}

static void close_all(struct sim *s)
{
	const struct doubt *d = inflight_doubted(s->inflight);

	s->doubtful &= s->doubt.id == d->id && s->doubt.due_us == d->due_us;
	s->doubt = *d;
	engine_free(s->engine);
	commit_free(s->commit);
	store_close(s->store);
	inflight_close(s->inflight);
	keys_free(s->keys);
	s->engine = NULL;
	s->commit = NULL;
	s->store = NULL;
	s->inflight = NULL;
	s->keys = NULL;
	s->running = false;
	s->dying = CRASH_NONE;
}

/* The table was written back at some time before; now or then is kept. */
static void lose_slots(struct sim *s)
{
	if (sim_chance(s, 60))
		memcpy(s->slots, s->slots_then, SLOTS_OCTETS);
	memcpy(s->slots_then, s->slots, SLOTS_OCTETS);
}

void world_crash(struct sim *s, enum crash how, const char *why)
{
	unsigned c;

	if (!s->running)
		return;
	s->n_crashes++;
	s->crash_after = 0;
	sim_tell(s, "-- %s: %s",
		 how == CRASH_POWER ? "power lost" : "killed", why);
	sim_disk_crash(s->disk, how == CRASH_POWER ? SIM_POWER : SIM_KILL);
	s->running = false;
	for (c = 0; c < CHILDREN; c++)
		adapter_orphaned(s, (enum child_number)c, how == CRASH_POWER);
	if (how == CRASH_POWER)
		lose_slots(s);
	ledger_native_lost(s);
	ledger_answers_lost(s);
	close_all(s);
	s->doubtful |= how == CRASH_POWER;
	s->n_powers += how == CRASH_POWER;
	if (!s->quiet && sim_chance(s, 10)) {
		uint64_t back_us = sim_between(s, 0, 3 * SECOND);

		s->wall_base -= back_us;
		s->set_back_us += back_us;
	}
	sim_at(s, sim_between(s, 1, 500) * MS, world_start, 0);
}

static void stopped(struct sim *s, uint64_t life)
{
	unsigned c;

	if (!still(s, life))
		return;
	if (!engine_idle(s->engine) && sim_chance(s, 90)) {
		sim_at(s, 50 * MS, stopped, life);
		return;
	}
	sim_tell(s, "-- stopped in order");
	s->running = false;
	for (c = 0; c < CHILDREN; c++)
		adapter_orphaned(s, (enum child_number)c, false);
	ledger_native_lost(s);
	ledger_answers_lost(s);
	close_all(s);
	sim_at(s, sim_between(s, 1, 500) * MS, world_start, 0);
}

void world_stop(struct sim *s, uint64_t value)
{
	(void)value;
	if (!s->running || s->draining)
		return;
	s->draining = true;
	sim_tell(s, "-- drains");
	engine_drain(s->engine);
	sim_at(s, 50 * MS, stopped, s->life);
}

void world_end(struct sim *s)
{
	if (s->running) {
		sim_disk_crash(s->disk, SIM_KILL);
		close_all(s);
	}
}
