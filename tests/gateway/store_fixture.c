#include "tests/gateway/store_fixture.h"

#include <stdio.h>

struct fixture on_disk(void)
{
	struct fixture f = { 0 };
	struct buf why = BUF_INIT(1000);

	snprintf(f.directory, sizeof f.directory, "%s/spool",
		 check_directory());
	CU_ASSERT_EQUAL_FATAL(store_open(&f.store, f.directory, NULL, &why),
			      OK);
	buf_clear(&why);
	return f;
}

struct fixture simulated(void)
{
	struct fixture f = { .directory = "/sim" };
	struct buf why = BUF_INIT(1000);

	f.disk = sim_disk_new("sim", 1);
	CU_ASSERT_EQUAL_FATAL(store_open(&f.store, f.directory, "sim", &why),
			      OK);
	buf_clear(&why);
	return f;
}

void again(struct fixture *f)
{
	struct buf why = BUF_INIT(1000);

	store_close(f->store);
	CU_ASSERT_EQUAL_FATAL(store_open(&f->store, f->directory,
					 f->disk == NULL ? NULL : "sim", &why),
			      OK);
	buf_clear(&why);
}

void finish(struct fixture *f)
{
	store_close(f->store);
	sim_disk_free(f->disk);
}

struct step *fresh(enum step_kind kind)
{
	struct step *s = step_new(kind, ARENA);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

struct store_leg *with_legs(struct step *s, size_t n)
{
	s->legs = arena_array(s->arena, n, sizeof *s->legs);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->legs);
	s->n_legs = n;
	return s->legs;
}

enum err apply(struct fixture *f, struct step *s)
{
	CU_ASSERT_EQUAL(store_begin(f->store), OK);
	store_apply(f->store, s);
	CU_ASSERT_EQUAL(store_commit(f->store), OK);
	return s->result;
}

enum err done(struct fixture *f, struct step *s)
{
	enum err e = apply(f, s);

	step_free(s);
	return e;
}

struct store_leg leg_of(uint64_t id)
{
	return (struct store_leg){
		.id = id,
		.state = LEG_QUEUED,
		.lane = 3,
		.flow = 7,
		.due_us = 1000 + id,
		.expires_us = HOUR + id,
		.meta = bytes_of("what the engine knows"),
		.image = bytes_of("the message itself"),
	};
}

enum err insert(struct fixture *f, struct store_leg leg)
{
	struct step *s = fresh(STEP_INSERT);

	*with_legs(s, 1) = leg;
	return done(f, s);
}

struct step *get(struct fixture *f, uint64_t id)
{
	struct step *s = fresh(STEP_GET);

	with_legs(s, 1)->id = id;
	apply(f, s);
	return s;
}

enum err get_result(struct fixture *f, uint64_t id)
{
	struct step *s = get(f, id);
	enum err e = s->result;

	step_free(s);
	return e;
}

enum err remove_leg(struct fixture *f, uint64_t id)
{
	struct step *s = fresh(STEP_REMOVE);

	with_legs(s, 1)->id = id;
	return done(f, s);
}

enum err update(struct fixture *f, struct store_leg leg)
{
	struct step *s = fresh(STEP_UPDATE);

	*with_legs(s, 1) = leg;
	return done(f, s);
}

uint64_t count(struct fixture *f, enum leg_state state, uint32_t lane)
{
	struct step *s = fresh(STEP_COUNTS);
	struct step_item *i;
	uint64_t n = 0;

	CU_ASSERT_EQUAL(apply(f, s), OK);
	for (i = s->found; i != NULL; i = i->next)
		if (i->number == (uint64_t)state && i->number2 == lane)
			n += i->count;
	step_free(s);
	return n;
}

bool ids_are(const struct step *s, const char *want)
{
	struct buf b = BUF_INIT(10000);
	const struct step_item *i;
	bool good;
	size_t n = 0;

	for (i = s->found; i != NULL; i = i->next, n++)
		buf_printf(&b, n == 0 ? "%llu" : " %llu",
			   (unsigned long long)i->leg.id);
	good = n == s->n_found && bytes_is(buf_bytes(&b), want);
	if (!good)
		fprintf(stderr, "  found \"%.*s\", not \"%s\"\n", (int)b.n,
			b.n == 0 ? "" : (const char *)b.p, want);
	buf_clear(&b);
	return good;
}

struct step *refill(struct fixture *f, uint64_t until, uint64_t after_us,
		    uint64_t after_id, size_t limit)
{
	struct step *s = fresh(STEP_REFILL);

	s->lane = 3;
	s->flow = 7;
	s->until_us = until;
	s->after_us = after_us;
	s->after_id = after_id;
	s->limit = limit;
	CU_ASSERT_EQUAL(apply(f, s), OK);
	return s;
}
