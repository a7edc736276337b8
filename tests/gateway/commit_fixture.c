#include "tests/gateway/commit_fixture.h"

static uint64_t fixture_now(void *arg)
{
	const struct fixture *f = arg;

	return f->now_us;
}

static uint64_t fixture_random(void *arg)
{
	const struct fixture *f = arg;

	return sim_disk_random(f->disk);
}

enum err open_store(struct fixture *f)
{
	struct buf why = BUF_INIT(1000);
	enum err e = store_open(&f->store, "/sim", "sim", &why);

	buf_clear(&why);
	return e;
}

void begin(struct fixture *f, uint64_t seed)
{
	*f = (struct fixture){ .now_us = 1000000 };
	f->disk = sim_disk_new("sim", seed);
	f->room = (struct commit_disk){ sim_disk_free_octets, sim_disk_reserve,
					f->disk };
	f->clock = (struct clock){ fixture_now, fixture_now, fixture_random,
				   f };
	f->options = (struct commit_options){
		.directory = "/sim",
		.reserve_octets = MIB,
		.minimum_free_octets = 4 * MIB,
		.disk = &f->room,
		.clock = &f->clock,
	};
	CU_ASSERT_EQUAL_FATAL(open_store(f), OK);
	CU_ASSERT_EQUAL_FATAL(commit_new(&f->commit, f->store, NULL,
					 &f->options), OK);
}

void end(struct fixture *f)
{
	commit_free(f->commit);
	store_close(f->store);
	trace_close(f->trace);
	sim_disk_free(f->disk);
}

struct step *leg_step(enum step_kind kind, uint64_t id, const char *meta)
{
	struct step *s = step_new(kind, ARENA);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	s->legs = arena_alloc(s->arena, sizeof *s->legs);
	s->n_legs = 1;
	*s->legs = (struct store_leg){ .id = id, .lane = 1, .due_us = id };
	if (arena_copy(s->arena, bytes_of(meta), &s->legs->meta) != OK)
		CU_FAIL_FATAL("memory");
	s->context_id = id;
	return s;
}
