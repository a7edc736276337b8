/*
 * adapters/child.h - what every adapter program does: options, the link to
 * the engine on an inherited descriptor, settings, drain and end.
 */
#ifndef ADAPTERS_CHILD_H
#define ADAPTERS_CHILD_H

#include "gateway/adapter.h"
#include "gateway/clock.h"
#include "gateway/loop.h"

/* The engine starts a program as `cpmgw-NAME --link 3`. */
struct child_options {
	const char *program;	/* "cpmgw-smpp"                               */
	const char *sentence;	/* what it is, for --help                     */
	/* NULL: the epoll loop of gateway/loop.h. Else makes the loop that the
	 * program runs on (sofia's su_root behind gateway/loop.h).           */
	struct loop *(*make_loop)(const struct clock *clock);
};

/**
 * The whole main() of an adapter program: --help, --version, --link FD.
 * Returns the exit status.
 */
int child_main(int argc, char **argv, const struct child_options *o,
	       const struct adapter *adapter);

#endif
