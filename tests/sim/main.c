/*
 * main.c - `sim [--seed N] [--runs N] [--story]`: seeds from N on, one after
 * the other. A seed that fails is run again with its story, and its line says
 * how to see it once more. The seeds run in a process of their own, so that
 * one in which the engine itself ends is known, too.
 */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS	2000
#define STORY_LINES 150

struct options {
	uint64_t seed, runs;
	bool story;
};

struct totals {
	uint64_t now, mails, delivered, finals, crashes, marked;
};

static int usage(void)
{
	fprintf(stderr, "usage: sim [--seed N] [--runs N] [--story]\n");
	return 2;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	int i;

	*o = (struct options){ 1, RUNS, false };
	for (i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (strcmp(argv[i], "--story") == 0)
			o->story = true;
		else if (strcmp(argv[i], "--seed") == 0 && more)
			o->seed = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--runs") == 0 && more)
			o->runs = strtoull(argv[++i], NULL, 10);
		else
			return false;
	}
	return true;
}

static bool run(uint64_t seed, bool telling, struct totals *t)
{
	struct sim *s = sim_new(seed, telling);
	bool good = sim_run(s);

	t->mails += s->n_mails;
	t->delivered += s->n_delivered;
	t->finals += s->n_finals;
	t->crashes += s->n_crashes;
	t->marked += s->n_marked;
	sim_free(s);
	return good;
}

/* The last of what it tells, through a file: the beginning is long. */
static void tell_last(uint64_t seed)
{
	char command[256];

	fflush(stdout);
	snprintf(command, sizeof command,
		 "/proc/%d/exe --seed %llu --runs 1 --story | tail -n %d",
		 (int)getpid(), (unsigned long long)seed, STORY_LINES);
	if (system(command) != 0)
		printf("(no story)\n");
}

static void progress(const struct options *o, const struct totals *t)
{
	printf("%llu of %llu seeds: %llu messages, %llu delivered, "
	       "%llu final reports, %llu crashes, %llu marked\n",
	       (unsigned long long)(t->now - o->seed + 1),
	       (unsigned long long)o->runs, (unsigned long long)t->mails,
	       (unsigned long long)t->delivered, (unsigned long long)t->finals,
	       (unsigned long long)t->crashes, (unsigned long long)t->marked);
	fflush(stdout);
}

static int run_all(const struct options *o, struct totals *t)
{
	uint64_t i;

	for (i = 0; i < o->runs; i++) {
		t->now = o->seed + i;
		if (!run(t->now, o->story, t)) {
			if (!o->story)
				tell_last(t->now);
			printf("replay: sim --seed %llu --runs 1 --story\n",
			       (unsigned long long)t->now);
			return 1;
		}
		if ((i + 1) % 500 == 0 || i + 1 == o->runs)
			progress(o, t);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o;
	struct totals *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	if (!read_options(argc, argv, &o))
		return usage();
	if (t == MAP_FAILED || (child = fork()) < 0)
		return 1;
	if (child == 0)
		exit(run_all(&o, t));
	if (waitpid(child, &status, 0) != child)
		return 1;
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return WEXITSTATUS(status);
	printf("seed %llu: the program ended (%s %d)\n",
	       (unsigned long long)t->now,
	       WIFSIGNALED(status) ? "signal" : "status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 1;
}
