/* sim.c - time, events, chance, the story. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define WALL_US		UINT64_C(1767225600000000)	/* 1 January 2026 */
#define LONGEST_US	(400 * SECOND)
#define EVENTS_MOST	2000000
#define LOOK_US		(500 * MS)
#define SCRATCH		(4 * 1024 * 1024)
#define SLOTS_OCTETS	(INFLIGHT_SLOTS * sizeof(uint64_t))

static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

uint64_t sim_random(struct sim *s)
{
	uint64_t v = s->random += UINT64_C(0x9e3779b97f4a7c15);

	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

uint64_t sim_between(struct sim *s, uint64_t low, uint64_t high)
{
	return low + sim_random(s) % (high - low + 1);
}

bool sim_chance(struct sim *s, unsigned percent)
{
	return sim_random(s) % 100 < percent;
}

uint64_t sim_wall(const struct sim *s)
{
	return s->wall_base + s->now;
}

void sim_tell(struct sim *s, const char *format, ...)
{
	va_list args;

	if (!s->telling)
		return;
	printf("%9.4f ", (double)s->now / 1e6);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void sim_fail(struct sim *s, const char *what, const char *format, ...)
{
	va_list args;

	if (s->failed)
		return;
	s->failed = true;
	printf("seed %llu: %s: ", (unsigned long long)s->seed, what);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (at %.4f s)\n", (double)s->now / 1e6);
}

/* -- events --------------------------------------------------------------- */

static bool before(const struct event *a, const struct event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void swap(struct event *a, struct event *b)
{
	struct event c = *a;

	*a = *b;
	*b = c;
}

void sim_at(struct sim *s, uint64_t delay_us, sim_event *run, uint64_t value)
{
	size_t i = s->n_events++, up;

	if (s->n_events > s->events_size) {
		s->events_size = 2 * s->n_events + 64;
		s->events = must(mem_realloc(
			s->events, s->events_size * sizeof *s->events));
	}
	s->events[i] =
		(struct event){ s->now + delay_us, s->order++, value, run };
	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(&s->events[i], &s->events[up]))
			break;
		swap(&s->events[i], &s->events[up]);
	}
}

static struct event next_event(struct sim *s)
{
	struct event first = s->events[0];
	size_t i = 0, child;

	s->events[0] = s->events[--s->n_events];
	while ((child = 2 * i + 1) < s->n_events) {
		if (child + 1 < s->n_events &&
		    before(&s->events[child + 1], &s->events[child]))
			child++;
		if (!before(&s->events[child], &s->events[i]))
			break;
		swap(&s->events[child], &s->events[i]);
		i = child;
	}
	return first;
}

/* -- one seed ------------------------------------------------------------- */

struct sim *sim_new(uint64_t seed, bool telling)
{
	struct sim *s = must(mem_zero(sizeof *s));

	s->seed = seed;
	s->telling = telling;
	s->random = seed * UINT64_C(0xd1342543de82ef95) + 1;
	s->wall_base = WALL_US;
	s->disk = sim_disk_new("sim", seed);
	s->room = (struct commit_disk){ sim_disk_free_octets, sim_disk_reserve,
					s->disk };
	s->slots = must(mem_zero(SLOTS_OCTETS));
	s->slots_then = must(mem_zero(SLOTS_OCTETS));
	s->mails = must(mem_zero(MAILS_MAX * sizeof *s->mails));
	s->scratch = must(arena_new(SCRATCH));
	s->configuration = (struct buf)BUF_INIT(SETTINGS_IMAGE_MAX);
	s->rows = UINT64_MAX;
	return s;
}

void sim_free(struct sim *s)
{
	wire_free(s);
	sim_disk_free(s->disk);
	buf_clear(&s->configuration);
	arena_free(s->scratch);
	mem_free(s->slots);
	mem_free(s->slots_then);
	mem_free(s->mails);
	mem_free(s->events);
	mem_free(s);
}

/* From now on nothing fails, and everybody is there who comes at all. */
static void calm(struct sim *s, uint64_t value)
{
	unsigned i;

	(void)value;
	sim_tell(s, "-- faults end");
	s->quiet = true;
	s->crash_after = 0;
	sim_disk_room(s->disk, UINT64_MAX);
	sim_disk_fail_sync(s->disk, 0);
	sim_disk_stop_after(s->disk, 0);
	for (i = 0; i < USERS; i++)
		if (!s->people[i].leaving_for_good)
			people_register(s, i);
	for (i = 0; i < PEERS; i++)
		adapter_peer(s, (enum peer_number)i, true);
}

static void look(struct sim *s, uint64_t value)
{
	(void)value;
	ledger_memory(s);
	sim_at(s, LOOK_US, look, 0);
}

bool sim_run(struct sim *s)
{
	uint64_t checked = 0, events = 0;

	chance_knobs(s);
	chance_configuration(s);
	sender_plan(s);
	chance_faults(s);
	sim_at(s, 0, world_start, 0);
	sim_at(s, s->knobs.faults_us, calm, 0);
	sim_at(s, LOOK_US, look, 0);
	while (!s->failed && s->n_events > 0) {
		struct event e = next_event(s);

		s->now = e.at;
		arena_reset(s->scratch);
		e.run(s, e.value);
		if (s->quiet && s->now - checked > SECOND) {
			checked = s->now;
			if (verdict_quiet(s))
				break;
		}
		if (s->now > LONGEST_US || ++events > EVENTS_MOST)
			sim_fail(s, "rest", "it never becomes quiet");
	}
	if (!s->failed)
		verdict(s);
	world_end(s);
	return !s->failed;
}
