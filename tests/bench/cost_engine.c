/*
 * What a short message costs the engine: the real engine and store on a disk
 * in memory, with this file in the place of the SMPP adapter. Time stands
 * still but for one microsecond with each look, so all is the same each run.
 */
#include "tests/bench/cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/commit.h"
#include "gateway/engine.h"
#include "tests/sim/disk.h"

#define AT_ONCE 64 /* messages under way                        */
#define REPLIES 1024
#define WALL_US UINT64_C(1767225600000000)

/* A frame that the "adapter" owes. */
struct owed {
	enum frame_type type;
	uint64_t ref, far_id;
};

struct world {
	struct clock clock;
	uint64_t time_us;
	struct sim_disk *disk;
	struct commit_disk room;
	struct store *store;
	struct trace *trace;
	char directory[64];
	struct commit *commit;
	struct engine *engine;
	struct keys *keys;
	struct inflight *inflight;
	uint64_t *slots;
	struct arena *arena;
	struct buf image, message;
	struct owed owed[REPLIES];
	size_t n_owed;
	uint64_t far_id, accepted, delivered, reported;
	bool receipts, link_up;
};

static void good(bool yes)
{
	if (!yes)
		abort();
}

/* -- around the engine ------------------------------------------------------
 */

static uint64_t wall(void *arg)
{
	struct world *w = arg;

	return WALL_US + w->time_us;
}

static uint64_t monotonic(void *arg)
{
	struct world *w = arg;

	return ++w->time_us;
}

static uint64_t chance(void *arg)
{
	struct world *w = arg;

	return w->time_us * UINT64_C(0x9e3779b97f4a7c15);
}

static void submit(void *arg, struct step *s)
{
	struct world *w = arg;

	commit_submit(w->commit, s);
}

static void owe(struct world *w, enum frame_type type, uint64_t ref,
		uint64_t far_id)
{
	good(w->n_owed < REPLIES);
	w->owed[w->n_owed++] = (struct owed){ type, ref, far_id };
}

static void take_leg(struct world *w, const struct frame *f)
{
	struct leg leg;

	arena_reset(w->arena);
	good(leg_read(f->payload, w->arena, &leg, NULL) == OK);
	if (leg.message.kind == MESSAGE_REPORT) {
		owe(w, FRAME_OUTCOME, leg.token, 0);
		w->reported++;
		return;
	}
	owe(w, FRAME_OUTCOME, leg.token, ++w->far_id);
	w->delivered++;
	if (w->receipts)
		owe(w, FRAME_FAR_REPORT, w->far_id, w->far_id);
}

static bool send_frame(void *arg, unsigned child, const struct frame *f)
{
	struct world *w = arg;

	(void)child;
	good(f->type != FRAME_REFUSED);
	if (f->type == FRAME_ACCEPTED)
		w->accepted++;
	if (f->type == FRAME_LEG)
		take_leg(w, f);
	return true;
}

static bool disk_short(void *arg)
{
	(void)arg;
	return false;
}

static size_t steps_waiting(void *arg)
{
	struct world *w = arg;

	return commit_waiting(w->commit);
}

/* -- the adapter's frames ---------------------------------------------------
 */

static void put(struct world *w, enum frame_type type, uint64_t ref)
{
	struct frame f = { .type = (uint8_t)type, .ref = ref };

	good(buf_status(&w->image) == OK);
	f.payload = buf_bytes(&w->image);
	engine_frame(w->engine, 0, &f);
	buf_reset(&w->image);
}

static void put_outcome(struct world *w, const struct owed *o)
{
	char id[24];
	const char *ids[] = { id };
	struct outcome v = { .class = OUTCOME_DELIVERED };

	if (o->far_id != 0) {
		snprintf(id, sizeof id, "%llu", (unsigned long long)o->far_id);
		v = (struct outcome){ .class = OUTCOME_ACCEPTED,
				      .clause = "SMPP v3.4 5.1.3",
				      .far_ids = ids,
				      .n_far_ids = 1 };
	}
	good(outcome_image(&v, &w->image) == OK);
	put(w, FRAME_OUTCOME, o->ref);
}

static void put_report(struct world *w, const struct owed *o)
{
	char id[24];
	struct far_report v = { .peer = "smsc-a",
				.far_id = id,
				.kind = WANT_POSITIVE,
				.state = STATE_DELIVERED,
				.text = "DELIVRD" };

	snprintf(id, sizeof id, "%llu", (unsigned long long)o->far_id);
	v.event_us = wall(w);
	good(far_report_image(&v, &w->image) == OK);
	put(w, FRAME_FAR_REPORT, o->ref);
}

static void put_peer(struct world *w, const char *name)
{
	struct peer_state v = { .peer = name,
				.technology = TECHNOLOGY_SMS,
				.up = true,
				.window = 100,
				.kind = "smsc transceiver" };

	good(peer_state_image(&v, &w->image) == OK);
	put(w, FRAME_PEER, 0);
}

static void put_intake(struct world *w)
{
	struct recipient to = { .address = { ADDRESS_E164, "+15550200001" } };
	struct part part = { .type = "text/plain;charset=UTF-8",
			     .body = bytes_of("A message of a length that "
					      "people write, and no more.") };
	struct intake in = { .dedupe = { NULL, 0 } };
	struct message m;

	message_init(&m);
	m.origin = (struct origin){ TECHNOLOGY_SMS, "esme1", "esme1" };
	m.from = m.asserted = (struct address){ ADDRESS_SHORT, "22222" };
	m.recipients = &to;
	m.n_recipients = 1;
	m.received_us = wall(w);
	m.want = w->receipts ? WANT_POSITIVE | WANT_NEGATIVE : 0;
	m.parts = &part;
	m.n_parts = 1;
	buf_reset(&w->message);
	good(message_image(&m, &w->message) == OK);
	in.message = buf_bytes(&w->message);
	good(intake_image(&in, &w->image) == OK);
	put(w, FRAME_INTAKE, 1);
}

/* -- turns ------------------------------------------------------------------
 */

static void commit_all(struct world *w)
{
	struct step *s, *next;
	size_t applied;

	engine_turn(w->engine);
	good(commit_run(w->commit, &applied) == OK);
	for (s = commit_collect(w->commit); s != NULL; s = next) {
		next = s->next;
		engine_step_done(w->engine, s);
	}
	engine_turn(w->engine);
}

static void pay(struct world *w)
{
	struct owed owed[REPLIES];
	size_t i, n = w->n_owed;

	memcpy(owed, w->owed, n * sizeof *owed);
	w->n_owed = 0;
	for (i = 0; i < n; i++)
		if (owed[i].type == FRAME_OUTCOME)
			put_outcome(w, &owed[i]);
		else
			put_report(w, &owed[i]);
}

static void quiet(struct world *w)
{
	do {
		commit_all(w);
		pay(w);
	} while (w->n_owed > 0 || commit_waiting(w->commit) > 0 ||
		 (w->link_up && !engine_idle(w->engine)));
}

static void lives(struct world *w, unsigned times)
{
	unsigned i;

	for (i = 1; i <= times; i++) {
		put_intake(w);
		if (i % AT_ONCE == 0 || i == times)
			quiet(w);
	}
}

/* -- start and end ----------------------------------------------------------
 */

static void set(struct settings_raw *r, const char *name, const char *value)
{
	good(settings_raw_set(r, name, value, "cost", 1) == OK);
}

static struct settings *configuration(void)
{
	struct settings_raw *r = settings_raw_new();
	struct buf image = BUF_INIT(65536), why = BUF_INIT(4096);
	struct settings *s;

	good(r != NULL && settings_raw_group(r, "smsc", "cost", 1) == OK);
	set(r, "name", "smsc-a");
	set(r, "host", "127.0.0.1");
	set(r, "system-id", "cpmgw");
	good(settings_raw_group(r, "esme", "cost", 1) == OK);
	set(r, "system-id", "esme1");
	set(r, "password", "secret");
	set(r, "any-sender", "yes");
	good(settings_raw_group(r, "route", "cost", 1) == OK);
	set(r, "name", "a");
	set(r, "prefix", "+155502");
	set(r, "technology", "sms");
	set(r, "peer", "smsc-a");
	good(settings_raw_image(r, &image) == OK);
	good(settings_read(buf_bytes(&image), &s, &why) == OK);
	settings_raw_free(r);
	buf_clear(&image);
	buf_clear(&why);
	return s;
}

static void start_engine(struct world *w)
{
	static const uint8_t octets[KEYS_OCTETS] = { 3, 1, 4, 1, 5 };
	const struct engine_world around = { .clock = &w->clock,
					     .arg = w,
					     .submit = submit,
					     .send = send_frame,
					     .disk_short = disk_short,
					     .steps_waiting = steps_waiting,
					     .state_directory = w->directory };

	w->slots = calloc(INFLIGHT_SLOTS, sizeof *w->slots);
	w->keys = keys_new(octets);
	good(w->slots != NULL && w->keys != NULL);
	good((w->inflight = inflight_new(w->slots)) != NULL);
	good(engine_new(&around, w->keys, w->inflight, &w->engine) == OK);
	good(engine_configure(w->engine, configuration()) == OK);
	engine_recover(w->engine);
	while (!engine_recovered(w->engine))
		commit_all(w);
	engine_child_up(w->engine, 0);
	engine_child_named(w->engine, 0, "smpp");
	engine_child_ready(w->engine, 0);
	commit_all(w);
}

static void start(struct world *w, bool link_up, bool receipts)
{
	struct commit_options o = { .directory = "/cost",
				    .disk = &w->room,
				    .clock = &w->clock };
	struct buf why = BUF_INIT(4096);

	*w = (struct world){ .receipts = receipts,
			     .link_up = link_up,
			     .image = BUF_INIT(MESSAGE_IMAGE_MAX),
			     .message = BUF_INIT(MESSAGE_IMAGE_MAX),
			     .directory = "cost-trace-XXXXXX" };
	w->clock = (struct clock){ wall, monotonic, chance, w };
	w->disk = sim_disk_new("cost", 1);
	w->room = (struct commit_disk){ sim_disk_free_octets, sim_disk_reserve,
					w->disk };
	w->arena = arena_new(MESSAGE_ARENA_MAX);
	good(w->disk != NULL && w->arena != NULL);
	good(mkdtemp(w->directory) != NULL);
	sim_disk_room(w->disk, UINT64_C(1) << 30);
	sim_disk_set_time(w->disk, WALL_US);
	good(store_open(&w->store, "/cost", "cost", &why) == OK);
	good(trace_open(&w->trace, w->directory, 1) == OK);
	good(commit_new(&w->commit, w->store, w->trace, &o) == OK);
	buf_clear(&why);
	start_engine(w);
	if (link_up)
		put_peer(w, "smsc-a");
	put_peer(w, "esme1");
	commit_all(w);
}

static void end(struct world *w)
{
	char command[128];

	engine_free(w->engine);
	commit_free(w->commit);
	trace_close(w->trace);
	store_close(w->store);
	sim_disk_free(w->disk);
	inflight_close(w->inflight);
	keys_free(w->keys);
	free(w->slots);
	arena_free(w->arena);
	buf_clear(&w->image);
	buf_clear(&w->message);
	snprintf(command, sizeof command, "rm -rf %s", w->directory);
	good(system(command) == 0);
}

static void count(unsigned times, bool link_up, bool receipts)
{
	static struct world w;

	start(&w, link_up, receipts);
	lives(&w, AT_ONCE);
	w.accepted = w.delivered = w.reported = 0;
	cost_begin();
	lives(&w, times);
	cost_end();
	good(w.accepted == times);
	good(!link_up || w.delivered == times);
	good(!receipts || w.reported == times);
	end(&w);
}

static void accept_only(unsigned times)
{
	count(times, false, false);
}

static void through(unsigned times)
{
	count(times, true, false);
}

static void with_receipt(unsigned times)
{
	count(times, true, true);
}

const struct cost engine_costs[] = {
	{ "engine_accept", 1024, accept_only },
	{ "engine_smpp_to_smpp", 1024, through },
	{ "engine_smpp_to_smpp_receipt", 1024, with_receipt },
	{ NULL, 0, NULL },
};
