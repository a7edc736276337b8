/* The loop inside su_root: descriptors and timers of both, in one turn. */
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/loop_su.h"
#include "tests/check.h"

struct world {
	struct loop *loop;
	su_root_t *root;
	su_timer_t *timer;
	struct loop_timer ours;
	int pair[2], other[2];
	int index;
	unsigned theirs, mine, turns;
};

static void on_flush(void *arg)
{
	struct world *w = arg;

	w->turns++;
}

static void at_end(void *arg)
{
	struct world *w = arg;

	loop_end(w->loop);
}

/* Ours is ready: it makes theirs ready. */
static void on_ready(void *arg, int fd, unsigned events)
{
	struct world *w = arg;
	char c;

	CU_ASSERT(events == LOOP_READ && read(fd, &c, 1) == 1);
	w->mine++;
	CU_ASSERT(write(w->other[1], "x", 1) == 1);
}

/* Theirs: it sets a timer of ours, which must not wait for another event. */
static int on_theirs(su_root_magic_t *magic, su_wait_t *wait,
		     su_wakeup_arg_t *arg)
{
	struct world *w = (struct world *)arg;
	char c;

	(void)magic;
	(void)wait;
	CU_ASSERT(read(w->other[0], &c, 1) == 1);
	w->theirs++;
	CU_ASSERT(loop_set_timer(w->loop, &w->ours, 0, at_end, w) == OK);
	return 0;
}

static void on_su_timer(su_root_magic_t *magic, su_timer_t *t,
			su_timer_arg_t *arg)
{
	struct world *w = (struct world *)arg;

	(void)magic;
	(void)t;
	CU_ASSERT(write(w->pair[1], "x", 1) == 1);
}

static void test_both(void)
{
	su_wait_t wait[1] = { SU_WAIT_INIT };
	struct world w = { .theirs = 0 };

	w.loop = loop_su_new(clock_system());
	CU_ASSERT_FATAL(w.loop != NULL);
	w.root = loop_su_root(w.loop);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, w.pair) == 0);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, w.other) == 0);
	loop_after_turn(w.loop, on_flush, &w);
	CU_ASSERT(loop_watch(w.loop, w.pair[0], LOOP_READ, on_ready, &w) == OK);
	CU_ASSERT(su_wait_create(wait, w.other[0], SU_WAIT_IN) == 0);
	w.index = su_root_register(w.root, wait, on_theirs,
				   (su_wakeup_arg_t *)&w, 0);
	CU_ASSERT_FATAL(w.index > 0);
	w.timer = su_timer_create(su_root_task(w.root), 1);
	CU_ASSERT_FATAL(w.timer != NULL);
	CU_ASSERT(su_timer_set(w.timer, on_su_timer, (su_timer_arg_t *)&w) ==
		  0);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.theirs == 1 && w.mine == 1 && w.turns >= 1);
	su_timer_destroy(w.timer);
	su_root_deregister(w.root, w.index);
	loop_free(w.loop);
	close(w.pair[0]);
	close(w.pair[1]);
	close(w.other[0]);
	close(w.other[1]);
}

static const struct check_test tests[] = {
	{ "both", test_both },
	{ NULL, NULL }
};

CHECK_MAIN("loop_su", tests)
