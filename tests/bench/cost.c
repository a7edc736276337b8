/*
 * Instructions per message. Run by instructions.sh under callgrind, where
 * each row leaves a dump of its own named after it; alone it only shows that
 * it works. Prints "name times" for each row, or for the one that is named.
 */
#include "tests/bench/cost.h"

#include <stdio.h>
#include <string.h>
#include <valgrind/callgrind.h>

static const char *now_counted;

void cost_begin(void)
{
	CALLGRIND_ZERO_STATS;
}

void cost_end(void)
{
	CALLGRIND_DUMP_STATS_AT(now_counted);
}

static void run(const struct cost *c, const char *only)
{
	for (; c->name != NULL; c++) {
		if (only != NULL && strcmp(only, c->name) != 0)
			continue;
		now_counted = c->name;
		c->work(c->times);
		printf("%s %u\n", c->name, c->times);
	}
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;

	run(codec_costs, only);
	run(engine_costs, only);
	return 0;
}
