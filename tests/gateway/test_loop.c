#include <sys/socket.h>
#include <unistd.h>

#include "gateway/loop.h"
#include "tests/check.h"

#define SECOND UINT64_C(1000000)

/* Time stands still unless a test moves it: nothing here waits. */
static uint64_t now_of(void *arg)
{
	return *(uint64_t *)arg;
}

struct world {
	uint64_t now;
	struct clock clock;
	struct loop *loop;
	int pair[2], other[2];
	struct loop_timer timers[8];
	unsigned log[64], n_log, turns;
};

static void set_up(struct world *w)
{
	*w = (struct world){ .now = 5 * SECOND };
	w->clock = (struct clock){ now_of, now_of, now_of, &w->now };
	w->loop = loop_new(&w->clock);
	CU_ASSERT_FATAL(w->loop != NULL);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, w->pair) == 0);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, w->other) == 0);
}

static void tear_down(struct world *w)
{
	int i;

	for (i = 0; i < 2; i++) {
		close(w->pair[i]);
		close(w->other[i]);
	}
	loop_free(w->loop);
}

static void poke(int fd)
{
	CU_ASSERT_FATAL(write(fd, "x", 1) == 1);
}

static void eat(int fd)
{
	char c;

	CU_ASSERT(read(fd, &c, 1) == 1);
}

static void note(struct world *w, unsigned what)
{
	if (w->n_log < 64)
		w->log[w->n_log++] = what;
}

static void jump_ten_seconds(void *arg, int fd, unsigned events)
{
	struct world *w = arg;

	CU_ASSERT(events == LOOP_READ);
	eat(fd);
	note(w, 100);
	w->now += 10 * SECOND;
}

static void at_one(void *arg)
{
	note(arg, 1);
}

static void at_two(void *arg)
{
	note(arg, 2);
}

static void at_end(void *arg)
{
	struct world *w = arg;

	note(w, 3);
	loop_end(w->loop);
}

static void count_turn(void *arg)
{
	struct world *w = arg;

	w->turns++;
}

/* The descriptor is ready, time jumps, and the timers come in their order. */
static void test_timers_in_order(void)
{
	struct world w;

	set_up(&w);
	loop_after_turn(w.loop, count_turn, &w);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_READ, jump_ten_seconds,
			     &w) == OK);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[0], 9 * SECOND, at_end,
				 &w) == OK);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[1], 1 * SECOND, at_one,
				 &w) == OK);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[2], 2 * SECOND, at_one,
				 &w) == OK);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[3], 3 * SECOND, at_one,
				 &w) == OK);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[2], 8 * SECOND, at_two,
				 &w) == OK);
	loop_clear_timer(w.loop, &w.timers[3]);
	loop_clear_timer(w.loop, &w.timers[4]);
	poke(w.pair[1]);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.n_log == 4 && w.log[0] == 100 && w.log[1] == 1);
	CU_ASSERT(w.log[2] == 2 && w.log[3] == 3 && w.turns == 1);
	CU_ASSERT(w.timers[0].slot == 0 && w.timers[3].slot == 0);
	tear_down(&w);
}

static void again(void *arg)
{
	struct world *w = arg;

	note(w, 4);
	if (w->n_log == 10)
		loop_end(w->loop);
	CU_ASSERT(loop_set_timer(w->loop, &w->timers[0], 0, again, w) == OK);
}

/* One that sets itself for at once gives way to the others. */
static void test_at_once_is_the_next_turn(void)
{
	struct world w;

	set_up(&w);
	loop_after_turn(w.loop, count_turn, &w);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[0], 0, again, &w) == OK);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.n_log == 10 && w.turns == 10);
	tear_down(&w);
}

/* Whichever of the two comes first takes the other one away. */
static void first_of_two(void *arg, int fd, unsigned events)
{
	struct world *w = arg;
	int that = fd == w->pair[0] ? w->other[0] : w->pair[0];

	CU_ASSERT(events == LOOP_READ);
	eat(fd);
	note(w, 5);
	loop_unwatch(w->loop, that);
	/* A new watch of the same descriptor is not given the old event. */
	CU_ASSERT(loop_watch(w->loop, that, LOOP_WRITE, first_of_two, w) == OK);
	loop_unwatch(w->loop, that);
	loop_end(w->loop);
}

static void test_unwatch_inside_a_callback(void)
{
	struct world w;

	set_up(&w);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_READ, first_of_two, &w) ==
		  OK);
	CU_ASSERT(loop_watch(w.loop, w.other[0], LOOP_READ, first_of_two, &w) ==
		  OK);
	CU_ASSERT(loop_watch(w.loop, w.other[0], LOOP_READ, first_of_two, &w) ==
		  ERR_EXISTS);
	poke(w.pair[1]);
	poke(w.other[1]);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.n_log == 1);
	tear_down(&w);
}

static void change(void *arg, int fd, unsigned events)
{
	struct world *w = arg;

	note(w, events);
	if (events == LOOP_WRITE) {
		CU_ASSERT(loop_rewatch(w->loop, fd, LOOP_READ) == OK);
		close(w->pair[1]);
		w->pair[1] = -1;
	} else {
		CU_ASSERT(events == (LOOP_READ | LOOP_HANGUP));
		loop_unwatch(w->loop, fd);
		loop_end(w->loop);
	}
}

static void test_other_events_and_hang_up(void)
{
	struct world w;

	set_up(&w);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_WRITE, change, &w) == OK);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.n_log == 2);
	CU_ASSERT(loop_rewatch(w.loop, w.pair[0], 0) == ERR_NOTFOUND);
	CU_ASSERT(loop_watch(w.loop, -1, LOOP_READ, change, &w) == ERR_RANGE);
	CU_ASSERT(loop_watch(w.loop, 9999, LOOP_READ, change, &w) == ERR_IO);
	tear_down(&w);
}

static void clear_neighbour(void *arg)
{
	struct world *w = arg;

	note(w, 6);
	loop_clear_timer(w->loop, &w->timers[0]);
	loop_clear_timer(w->loop, &w->timers[1]);
	loop_end(w->loop);
}

static void test_clear_inside_a_callback(void)
{
	struct world w;

	set_up(&w);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[0], 0, clear_neighbour,
				 &w) == OK);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[1], 0, clear_neighbour,
				 &w) == OK);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.n_log == 1);
	tear_down(&w);
}

#define MANY 1000

struct late {
	struct loop_timer timer;
	struct world *world;
	uint64_t due;
	uint64_t *last;
};

static void late_due(void *arg)
{
	struct late *l = arg;

	CU_ASSERT(*l->last <= l->due);
	*l->last = l->due;
	note(l->world, 7);
}

/* Times from a fixed sequence; some cleared, some moved; order holds. */
static void test_many_timers(void)
{
	static struct late many[MANY];
	struct world w;
	uint64_t last = 0, x = 1;
	size_t i;

	set_up(&w);
	for (i = 0; i < MANY; i++) {
		x = x * 6364136223846793005 + 1442695040888963407;
		many[i] = (struct late){ .world = &w, .last = &last };
		many[i].due = (x >> 33) % (9 * SECOND);
		CU_ASSERT(loop_set_timer(w.loop, &many[i].timer, many[i].due,
					 late_due, &many[i]) == OK);
	}
	for (i = 0; i < MANY; i += 3)
		loop_clear_timer(w.loop, &many[i].timer);
	for (i = 1; i < MANY; i += 3) {
		many[i].due = many[i].due / 2 + i;
		CU_ASSERT(loop_set_timer(w.loop, &many[i].timer, many[i].due,
					 late_due, &many[i]) == OK);
	}
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[0], 10 * SECOND, at_end,
				 &w) == OK);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_READ, jump_ten_seconds,
			     &w) == OK);
	poke(w.pair[1]);
	CU_ASSERT(loop_run(w.loop) == OK);
	for (i = 0; i < MANY; i++)
		CU_ASSERT(many[i].timer.slot == 0);
	tear_down(&w);
}

static void test_memory_ends(void)
{
	struct world w;
	int far;

	set_up(&w);
	mem_fail_at(1);
	CU_ASSERT(loop_new(&w.clock) == NULL);
	CU_ASSERT(loop_set_timer(w.loop, &w.timers[0], 0, at_one, &w) ==
		  ERR_NOMEM);
	CU_ASSERT(w.timers[0].slot == 0);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_READ, change, &w) ==
		  ERR_NOMEM);
	mem_fail_at(0);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_READ, change, &w) == OK);
	far = dup2(w.pair[0], 700);
	mem_fail_at(1);
	CU_ASSERT(loop_watch(w.loop, far, LOOP_READ, change, &w) == ERR_NOMEM);
	mem_fail_at(0);
	CU_ASSERT(loop_watch(w.loop, far, LOOP_READ, change, &w) == OK);
	loop_unwatch(w.loop, far);
	close(far);
	tear_down(&w);
}

static const struct check_test tests[] = {
	{ "timers in order", test_timers_in_order },
	{ "at once is the next turn", test_at_once_is_the_next_turn },
	{ "unwatch inside a callback", test_unwatch_inside_a_callback },
	{ "other events, hang-up", test_other_events_and_hang_up },
	{ "clear inside a callback", test_clear_inside_a_callback },
	{ "many timers", test_many_timers },
	{ "memory ends", test_memory_ends },
	{ NULL, NULL }
};

CHECK_MAIN("loop", tests)
