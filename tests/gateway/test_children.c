/*
 * Real programs: cpmgw-loopback (built here) for one that behaves, and
 * scripts for those that do not. Time is moved by the test, so that no
 * back-off is waited for.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/children.h"
#include "tests/check.h"

#define SECOND UINT64_C(1000000)

struct world {
	uint64_t ahead;		/* of the machine's clock */
	struct clock clock;
	struct loop *loop;
	struct children *children;
	const char *directory;
	char programs[300], run[300];

	unsigned ups, downs, were_up, stops;
	uint64_t again[16];
	bool kill_at_up, stop_at_up, live_long, remove_at_down;
	unsigned stop_after_downs;
};

static uint64_t later(void *arg)
{
	const struct clock *machine = clock_system();
	struct world *w = arg;

	return machine->monotonic_us(machine->arg) + w->ahead;
}

static void on_up(void *arg, struct child *c, const struct hello *h)
{
	struct world *w = arg;

	CU_ASSERT(children_link(c) != NULL);
	CU_ASSERT(children_pid(c) == h->pid);
	CU_ASSERT_STRING_EQUAL(h->name, "loopback");
	w->ups++;
	if (w->live_long)
		w->ahead += 61 * SECOND;
	if (w->kill_at_up)
		CU_ASSERT(kill((pid_t)h->pid, SIGKILL) == 0);
	if (w->stop_at_up)
		children_stop(w->children);
}

static void on_frame(void *arg, struct child *c, const struct frame *f, int fd)
{
	(void)arg;
	(void)c;
	CU_ASSERT(f->type == FRAME_PEER && fd == -1);
}

static void on_high(void *arg, struct child *c, bool high)
{
	(void)arg;
	(void)c;
	CU_ASSERT(!high);
}

static void on_down(void *arg, struct child *c, bool was_up, uint64_t again)
{
	struct world *w = arg;

	CU_ASSERT(children_link(c) == NULL && children_pid(c) == 0);
	CU_ASSERT(children_owner(c) == w);
	if (w->downs < 16)
		w->again[w->downs] = again;
	w->downs++;
	w->were_up += was_up;
	if (again == UINT64_MAX)
		return;
	w->ahead += again;
	if (w->remove_at_down) {
		children_remove(c);
		loop_end(w->loop);
	} else if (w->downs == w->stop_after_downs) {
		children_stop(w->children);
	}
}

static void on_stopped(void *arg)
{
	struct world *w = arg;

	w->stops++;
	loop_end(w->loop);
}

static const struct children_events events = { on_up, on_frame, on_high,
					       on_down, on_stopped };

static void set_up(struct world *w)
{
	struct children_options o = { .drain_us = 2 * SECOND };

	*w = (struct world){ .directory = check_directory() };
	snprintf(w->programs, sizeof w->programs, "%s", w->directory);
	snprintf(w->run, sizeof w->run, "%s/run", w->directory);
	w->clock = *clock_system();
	w->clock.monotonic_us = later;
	w->clock.arg = w;
	w->loop = loop_new(&w->clock);
	CU_ASSERT_FATAL(w->loop != NULL);
	o.loop = w->loop;
	o.programs = w->programs;
	o.run = w->run;
	w->children = children_new(&o, &events, w);
	CU_ASSERT_FATAL(w->children != NULL);
}

static void tear_down(struct world *w)
{
	children_free(w->children);
	loop_free(w->loop);
}

static void good_program(struct world *w)
{
	char here[4096], there[400];

	CU_ASSERT_FATAL(realpath("cpmgw-loopback", here) != NULL);
	snprintf(there, sizeof there, "%s/cpmgw-loopback", w->programs);
	CU_ASSERT_FATAL(symlink(here, there) == 0);
}

static void script(struct world *w, const char *name, const char *text)
{
	char path[400];
	FILE *f;

	snprintf(path, sizeof path, "%s/cpmgw-%s", w->programs, name);
	f = fopen(path, "w");
	CU_ASSERT_FATAL(f != NULL);
	fprintf(f, "#!/bin/sh\n%s\n", text);
	fclose(f);
	CU_ASSERT_FATAL(chmod(path, 0755) == 0);
}

static bool exists(const struct world *w, const char *name)
{
	char path[400];

	snprintf(path, sizeof path, "%s/%s", w->run, name);
	return access(path, F_OK) == 0;
}

static void test_start_and_stop(void)
{
	struct world w;

	set_up(&w);
	good_program(&w);
	w.stop_at_up = true;
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 1 && w.downs == 1 && w.were_up == 1);
	CU_ASSERT(w.again[0] == UINT64_MAX && w.stops == 1);
	CU_ASSERT(children_next(w.children, NULL) == NULL);
	CU_ASSERT(!exists(&w, "cpmgw-loopback.pid"));
	tear_down(&w);
}

/* Removed when it has just ended, and added once more. */
static void test_remove(void)
{
	struct world w;

	set_up(&w);
	good_program(&w);
	w.kill_at_up = true;
	w.remove_at_down = true;
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 1 && w.downs == 2 && w.were_up == 1);
	CU_ASSERT(w.again[0] == 0 && w.again[1] == UINT64_MAX);
	w.kill_at_up = w.remove_at_down = false;
	w.stop_at_up = true;
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 2 && w.downs == 3 && w.stops == 1);
	tear_down(&w);
}

/* At once, 0.1 s, doubling; at the fifth a rest; then from there on. */
static void test_back_off(void)
{
	static const uint64_t want[] = { 0,	  100000,      200000,
					 400000,  30 * SECOND, 800000,
					 1600000, UINT64_MAX };
	struct world w;
	unsigned i;

	set_up(&w);
	script(&w, "loopback", "exit 3");
	w.stop_after_downs = 7;
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 0 && w.downs == 8 && w.stops == 1);
	for (i = 0; i < 8; i++)
		CU_ASSERT(w.again[i] == want[i]);
	tear_down(&w);
}

/* Whoever lived a minute is started at once, however often it ends. */
static void test_a_good_life(void)
{
	struct world w;
	unsigned i;

	set_up(&w);
	good_program(&w);
	w.kill_at_up = true;
	w.live_long = true;
	w.stop_after_downs = 6;
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 6 && w.were_up == 6);
	for (i = 0; i < 6; i++)
		CU_ASSERT(w.again[i] == 0);
	tear_down(&w);
}

static void test_none_to_start(void)
{
	struct world w;

	set_up(&w);
	w.stop_after_downs = 2;
	CU_ASSERT(children_add(w.children, "nothere", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 0 && w.downs == 3);
	tear_down(&w);
}

/* One that says what no frame is, and does not end: killed, not waited for. */
static void test_one_that_babbles(void)
{
	struct world w;

	set_up(&w);
	script(&w, "loopback",
	       "echo 'this is far too long to be a frame' >&3\nexec sleep 600");
	w.stop_after_downs = 1;
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 0 && w.downs == 2);
	tear_down(&w);
}

/* One with the right frames and the wrong name. */
static void test_the_wrong_program(void)
{
	struct world w;
	char from[400], to[400];

	set_up(&w);
	good_program(&w);
	snprintf(from, sizeof from, "%s/cpmgw-loopback", w.programs);
	snprintf(to, sizeof to, "%s/cpmgw-smpp", w.programs);
	CU_ASSERT_FATAL(rename(from, to) == 0);
	w.stop_after_downs = 1;
	CU_ASSERT(children_add(w.children, "smpp", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.ups == 0 && w.downs == 2);
	tear_down(&w);
}

/* Freed in the middle of a life: the process must be gone. */
static void hold_then_end(void *arg, struct child *c, const struct hello *h)
{
	struct world *w = arg;

	(void)c;
	w->ups = (unsigned)h->pid;
	CU_ASSERT(exists(w, "cpmgw-loopback.pid"));
	loop_end(w->loop);
}

static void test_free_ends_them(void)
{
	static const struct children_events other = { hold_then_end, on_frame,
						      on_high, on_down,
						      on_stopped };
	struct children_options o = { .drain_us = 0 };
	struct world w;

	set_up(&w);
	good_program(&w);
	children_free(w.children);
	o.loop = w.loop;
	o.programs = w.programs;
	o.run = w.run;
	w.children = children_new(&o, &other, &w);
	CU_ASSERT_FATAL(w.children != NULL);
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	children_free(w.children);
	w.children = NULL;
	CU_ASSERT(w.ups > 1 && kill((pid_t)w.ups, 0) != 0);
	CU_ASSERT(!exists(&w, "cpmgw-loopback.pid"));
	tear_down(&w);
}

/* Its process has ended, and what it started still has its link. */
static void end_when_gone(void *arg)
{
	struct world *w = arg;

	if (children_pid(children_next(w->children, NULL)) != 0)
		w->ups = 1;
	else if (w->ups > 0)
		loop_end(w->loop);
}

static void test_free_of_a_half_ended(void)
{
	struct world w;
	char path[400];
	int pid = 0;
	FILE *f;

	set_up(&w);
	snprintf(path, sizeof path, "%s/heir", w.directory);
	script(&w, "loopback",
	       "sleep 600 &\necho $! >\"$(dirname \"$0\")\"/heir");
	CU_ASSERT(children_add(w.children, "loopback", &w) != NULL);
	loop_after_turn(w.loop, end_when_gone, &w);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.downs == 0 && exists(&w, "cpmgw-loopback.pid"));
	children_free(w.children);
	w.children = NULL;
	CU_ASSERT(!exists(&w, "cpmgw-loopback.pid"));
	f = fopen(path, "r");
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(fscanf(f, "%d", &pid) == 1);
	fclose(f);
	CU_ASSERT(pid > 1 && kill(pid, SIGKILL) == 0);
	tear_down(&w);
}

static const struct check_test tests[] = {
	{ "start and stop", test_start_and_stop },
	{ "removed after an end", test_remove },
	{ "back-off", test_back_off },
	{ "a good life", test_a_good_life },
	{ "none to start", test_none_to_start },
	{ "one that babbles", test_one_that_babbles },
	{ "the wrong program", test_the_wrong_program },
	{ "free ends them", test_free_ends_them },
	{ "freed when half ended", test_free_of_a_half_ended },
	{ NULL, NULL }
};

CHECK_MAIN("children", tests)
