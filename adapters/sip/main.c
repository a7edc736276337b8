/* cpmgw-sip: the CPM side. */
#include <sofia-sip/su.h>
#include <time.h>

#include "adapters/child.h"
#include "adapters/sip/adapter.h"
#include "gateway/loop_su.h"

/* The library's clock. By itself it follows the wall clock: a step back of an
 * hour stops all its timers, a long one ends the process. */
extern void (*_su_time)(su_time_t *t);

#define EPOCH_1900 2208988800u

static void steady_time(su_time_t *t)
{
	/* Wall time at the start, counted on by the monotonic clock. */
	static int64_t ahead_us;
	struct timespec now, wall;
	int64_t us;

	clock_gettime(CLOCK_MONOTONIC, &now);
	us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	if (ahead_us == 0) {
		clock_gettime(CLOCK_REALTIME, &wall);
		ahead_us = (int64_t)wall.tv_sec * 1000000 +
			   wall.tv_nsec / 1000 - us;
	}
	us += ahead_us;
	t->tv_sec = (unsigned long)(us / 1000000 + EPOCH_1900);
	t->tv_usec = (unsigned long)(us % 1000000);
}

int main(int argc, char **argv)
{
	static const struct child_options options = {
		.program = "cpmgw-sip",
		.sentence = "the SIP side of cpmgw: registrar and messages of "
			    "the CPM domain",
		.make_loop = loop_su_new,
	};

	_su_time = steady_time;
	return child_main(argc, argv, &options, &sip_adapter);
}
