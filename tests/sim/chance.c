/* chance.c - what the seed decides about its world. */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

/* Most seeds leave most of the trouble out, so that each is seen alone. */
static unsigned some(struct sim *s, unsigned often, unsigned low, unsigned high)
{
	return sim_chance(s, often) ? (unsigned)sim_between(s, low, high) : 0;
}

static void chances(struct sim *s)
{
	struct knobs *k = &s->knobs;

	k->rough = some(s, 60, 2, 40);
	k->silent = some(s, 30, 1, 10);
	k->absent = some(s, 50, 10, 80);
	k->twice = some(s, 50, 10, 60);
	k->keyed = some(s, 80, 50, 100);
	k->parts = some(s, 50, 10, 60);
	k->cancel = some(s, 40, 5, 40);
	k->native = some(s, 70, 20, 100);
	k->shared = some(s, 50, 10, 40);
	k->large = some(s, 30, 5, 50);
	k->receipts_early = some(s, 60, 10, 70);
	k->receipts_twice = some(s, 50, 10, 50);
	k->receipts_never = some(s, 40, 5, 40);
	k->forged = some(s, 30, 5, 30);
	k->linger = 1 + some(s, 30, 10, 800);
}

void chance_knobs(struct sim *s)
{
	struct knobs *k = &s->knobs;
	unsigned p;

	chances(s);
	k->mails = (unsigned)sim_between(s, 10, 60);
	k->faults_us = sim_between(s, 3, 10) * SECOND;
	k->lifetime_us = sim_between(s, 12, 20) * SECOND;
	k->far_us = sim_chance(s, 50) ? sim_between(s, 1, 20) * MS
				      : sim_between(s, 20, 300) * MS;
	k->link_us = sim_chance(s, 70) ? sim_between(s, 20, 500)
				       : sim_between(s, 1, 50) * MS;
	k->commit_us = sim_chance(s, 80) ? sim_between(s, 100, 3000)
					 : sim_between(s, 3, 60) * MS;
	k->fail_unknown = sim_chance(s, 10);
	k->deliver_partial = sim_chance(s, 70);
	for (p = 0; p < PEERS; p++)
		k->window[p] = (unsigned)sim_between(s, 1, 10);
	k->crowd = sim_chance(s, 20);
	k->frail = sim_chance(s, 8);
	k->backlog = sim_chance(s, 4);
	if (!k->backlog)
		return;
	k->flood = sim_chance(s, 20);
	k->rough = k->silent = k->mails = 0;
	k->link_us = 200;
	k->linger = 1;
	k->commit_us = 500;
	k->far_us = (k->flood ? 4 : 20) * MS;
	k->window[SMSC_A] = (unsigned)sim_between(s, 1, k->flood ? 60 : 8);
}

/* -- the configuration ---------------------------------------------------- */

static void set(struct settings_raw *r, const char *name, const char *value)
{
	if (settings_raw_set(r, name, value, "sim", 1) != OK)
		abort();
}

static void group(struct settings_raw *r, const char *name)
{
	if (settings_raw_group(r, name, "sim", 1) != OK)
		abort();
}

static void gateway_group(struct sim *s, struct settings_raw *r)
{
	char text[32];

	group(r, "gateway");
	snprintf(text, sizeof text, "%us",
		 (unsigned)(s->knobs.lifetime_us / SECOND));
	set(r, "lifetime", text);
	set(r, "reassembly-timeout", "15s");
	set(r, "reassembly-partial",
	    s->knobs.deliver_partial ? "deliver" : "drop");
	set(r, "retry-first", "100ms");
	set(r, "retry-most", "2s");
	set(r, "orphan-keep", "60s");
	set(r, "on-unknown", s->knobs.fail_unknown ? "fail" : "resend");
}

static void user_groups(struct settings_raw *r)
{
	char text[32];
	unsigned i;

	for (i = 0; i < USERS; i++) {
		group(r, "user");
		snprintf(text, sizeof text, "u%u", i);
		set(r, "name", text);
		snprintf(text, sizeof text, "+1555010000%u", i);
		set(r, "number", text);
		set(r, "when-absent", WISHES_SMS(i) ? "sms" : "hold");
	}
}

static void link_groups(struct settings_raw *r)
{
	static const enum peer_number smscs[] = { SMSC_A, SMSC_B };
	static const enum peer_number esmes[] = { ESME1, ESME2 };
	unsigned i;

	for (i = 0; i < 2; i++) {
		group(r, "smsc");
		set(r, "name", peer_models[smscs[i]].name);
		set(r, "host", "127.0.0.1");
		set(r, "system-id", "sim");
		group(r, "esme");
		set(r, "system-id", peer_models[esmes[i]].name);
		set(r, "password", "secret");
		set(r, "short-code", i == 0 ? "7001" : "7002");
	}
	group(r, "domain");
	set(r, "name", peer_models[REMOTE].name);
	set(r, "address", "127.0.0.1");
	group(r, "route");
	set(r, "name", "numbers");
	set(r, "prefix", "+1555");
	set(r, "technology", "sms");
	set(r, "peer", "smsc-a;smsc-b");
}

void chance_configuration(struct sim *s)
{
	struct settings_raw *r = settings_raw_new();

	if (r == NULL)
		abort();
	gateway_group(s, r);
	user_groups(r);
	link_groups(r);
	if (settings_raw_image(r, &s->configuration) != OK)
		abort();
	settings_raw_free(r);
}

/* -- faults --------------------------------------------------------------- */

static void crash_here(struct sim *s, uint64_t how)
{
	if (!s->quiet)
		world_crash(s, (enum crash)how, "from outside");
}

static void crash_in_turn(struct sim *s, uint64_t after)
{
	if (!s->quiet)
		s->crash_after = after;
}

static void crash_on_disk(struct sim *s, uint64_t after)
{
	if (!s->quiet)
		sim_disk_stop_after(s->disk, after);
}

static void sync_fails(struct sim *s, uint64_t after)
{
	if (!s->quiet)
		sim_disk_fail_sync(s->disk, (unsigned)after);
}

static void room_again(struct sim *s, uint64_t value)
{
	(void)value;
	sim_tell(s, "-- room on the disk again");
	sim_disk_room(s->disk, UINT64_MAX);
}

static void disk_fills(struct sim *s, uint64_t room)
{
	uint64_t there;

	if (s->quiet)
		return;
	sim_tell(s, "-- the disk is nearly full");
	sim_disk_room(s->disk, UINT64_MAX);
	if (sim_disk_free_octets(s->disk, &there) != OK)
		return;
	sim_disk_room(s->disk, UINT64_MAX - there + room);
	sim_at(s, sim_between(s, 100, 3000) * MS, room_again, 0);
}

/* A crash may forget that a lane was held: nobody was told. */
static void no_matter(void *arg)
{
	(void)arg;
}

static void hold(struct sim *s, uint64_t peer_and_held)
{
	const struct peer_model *m = &peer_models[peer_and_held / 2 % PEERS];
	bool held = peer_and_held % 2 == 1;
	const struct engine_hold lane = { .lane = m->name,
					  .held = held && !s->quiet };

	if (s->running && engine_recovered(s->engine) &&
	    engine_hold(s->engine, &lane, no_matter, NULL) == OK) {
		sim_tell(s, "%s is %s", m->name, held ? "held" : "released");
		world_turn_soon(s);
	}
	if (held)
		sim_at(s, sim_between(s, 100, 3000) * MS, hold,
		       peer_and_held - 1);
	else if (!s->running || !engine_recovered(s->engine))
		sim_at(s, 300 * MS, hold, peer_and_held);
}

static void reload(struct sim *s, uint64_t value)
{
	struct buf why = BUF_INIT(4096);
	struct settings *settings;

	(void)value;
	if (s->running &&
	    settings_read(buf_bytes(&s->configuration), &settings, &why) ==
		    OK &&
	    engine_configure(s->engine, settings) != OK)
		abort();
	buf_clear(&why);
}

static void lane_is_told(void *arg, struct bytes object, uint64_t next)
{
	(void)arg;
	if (next != 0 || object.n >= 1 << 20)
		abort();
}

static void describe(struct sim *s, uint64_t value)
{
	struct buf lines = BUF_INIT(1 << 20);

	(void)value;
	if (!s->running)
		return;
	if (engine_describe_links(s->engine, NULL, &lines) != OK ||
	    engine_list_lanes(s->engine, NULL, lane_is_told, NULL) != OK)
		abort();
	world_turn_soon(s);
	buf_clear(&lines);
}

static uint64_t sometime(struct sim *s)
{
	return sim_between(s, 100 * MS, s->knobs.faults_us - 1);
}

static void times(struct sim *s, unsigned n, sim_event *run, uint64_t most)
{
	for (; n > 0; n--)
		sim_at(s, sometime(s), run, sim_between(s, 0, most));
}

static void plan_people(struct sim *s)
{
	bool restless = sim_chance(s, 50);
	unsigned i;

	for (i = 0; i < USERS; i++) {
		if (sim_chance(s, 70))
			sim_at(s, sim_between(s, 0, 2000) * MS,
			       people_register, i);
		s->people[i].leaving_for_good = sim_chance(s, 8);
		if (restless)
			times(s, (unsigned)sim_between(s, 0, 3), people_leave,
			      USERS - 1);
		if (restless && sim_chance(s, 60))
			sim_at(s, sometime(s), people_leave, i);
	}
}

static void plan_crashes(struct sim *s)
{
	times(s, some(s, 30, 1, 2), crash_in_turn, 200);
	times(s, some(s, 25, 1, 2), crash_on_disk, 40);
	times(s, some(s, 10, 1, 1), sync_fails, 5);
	if (sim_chance(s, 20))
		sim_at(s, sometime(s), crash_here, CRASH_KILL);
	if (sim_chance(s, 15))
		sim_at(s, sometime(s), crash_here, CRASH_POWER);
	times(s, some(s, 25, 1, 3), adapter_die, CHILDREN - 1);
	if (sim_chance(s, 10))
		sim_at(s, sometime(s), world_stop, 0);
}

void chance_faults(struct sim *s)
{
	plan_people(s);
	if (s->knobs.backlog)
		return;
	if (sim_chance(s, 80))
		plan_crashes(s);
	times(s, some(s, 30, 1, 4), adapter_peer_down, PEERS - 1);
	times(s, some(s, 15, 1, 2), disk_fills, 3 * 512 * 1024);
	times(s, some(s, 20, 1, 2), hold, 2 * PEERS - 1);
	times(s, some(s, 10, 1, 2), reload, 0);
	times(s, 1, describe, 0);
}
