/* wire.c - links: octets arrive late, and cut anywhere, but in their order. */
#include "tests/sim/sim.h"

#define WIRE_MAX	((size_t)64 * 1024 * 1024)

static struct pipe *pipe_of(struct sim *s, enum child_number c, bool to_engine)
{
	return to_engine ? &s->adapters[c].up_ : &s->adapters[c].down;
}

static void whole_frames(struct sim *s, enum child_number c, bool to_engine)
{
	struct pipe *p = pipe_of(s, c, to_engine);
	uint64_t life = s->adapters[c].life;
	struct frame f;
	size_t used;

	while (s->adapters[c].up && s->adapters[c].life == life &&
	       frame_decode(buf_bytes(&p->arrived), &f, &used) == OK) {
		if (!to_engine)
			adapter_frame(s, c, &f);
		else if (s->running && s->dying == CRASH_NONE)
			engine_frame(s->engine, (unsigned)c, &f);
		if (s->adapters[c].life != life)
			return;
		buf_shift(&p->arrived, used);
	}
	if (to_engine)
		world_turn_soon(s);
}

static void move(struct sim *s, enum child_number c, bool to_engine, size_t n)
{
	struct pipe *p = pipe_of(s, c, to_engine);

	buf_put(&p->arrived, (struct bytes){ p->octets.p, n });
	buf_shift(&p->octets, n);
	whole_frames(s, c, to_engine);
}

/* value: the adapter's life, then which pipe. */
static void arrive(struct sim *s, uint64_t value)
{
	enum child_number c = (enum child_number)(value / 2 % CHILDREN);
	bool to_engine = value % 2 == 1;
	struct pipe *p = pipe_of(s, c, to_engine);
	size_t n;

	if (s->adapters[c].life != value / 2 / CHILDREN)
		return;
	p->moving = false;
	n = p->octets.n;
	if (n > 1 && sim_chance(s, 30))
		n = sim_between(s, 1, n);
	move(s, c, to_engine, n);
	if (s->adapters[c].life != value / 2 / CHILDREN || p->octets.n == 0 ||
	    p->moving)
		return;
	p->moving = true;
	sim_at(s, sim_between(s, 0, s->knobs.link_us), arrive, value);
}

void wire_put(struct sim *s, enum child_number c, bool to_engine,
	      const struct frame *f)
{
	struct pipe *p = pipe_of(s, c, to_engine);
	uint64_t which =
		(s->adapters[c].life * CHILDREN + c) * 2 + (to_engine ? 1 : 0);

	if (frame_encode(f, &p->octets) != OK)
		sim_fail(s, "frames", "one is too large");
	if (p->moving)
		return;
	p->moving = true;
	sim_at(s, sim_between(s, 0, s->knobs.link_us), arrive, which);
}

void wire_last_words(struct sim *s, enum child_number c, bool to_engine)
{
	struct pipe *p = pipe_of(s, c, to_engine);
	size_t n = p->octets.n;

	if (n > 0 && sim_chance(s, 50))
		n = sim_between(s, 0, n);
	if (n > 0)
		move(s, c, to_engine, n);
}

static void pipe_reset(struct pipe *p)
{
	buf_clear(&p->octets);
	buf_clear(&p->arrived);
	*p = (struct pipe){ BUF_INIT(WIRE_MAX), BUF_INIT(WIRE_MAX), false };
}

void wire_reset(struct sim *s, enum child_number c)
{
	pipe_reset(&s->adapters[c].down);
	pipe_reset(&s->adapters[c].up_);
}

void wire_free(struct sim *s)
{
	unsigned c;

	for (c = 0; c < CHILDREN; c++)
		wire_reset(s, (enum child_number)c);
}
