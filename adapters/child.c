#include "adapters/child.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "adapters/child_inside.h"
#include "config.h"

#define FRAME_ARENA_MAX	(4 * MESSAGE_ARENA_MAX)
#define LAST_WORDS_MS	1000

void child_fail(struct uplink *up, const char *what, enum err e)
{
	if (!up->failed)
		oplog_line(up->oplog, OPLOG_ERROR, "ends: %s: %s", what,
			   err_name(e));
	up->failed = true;
	loop_end(up->loop);
}

void child_drain(struct uplink *up)
{
	if (up->draining)
		return;
	up->draining = true;
	if (up->opened)
		up->adapter->drain(up->self);
	else
		uplink_drained(up);
}

void child_tell_slow(struct uplink *up)
{
	bool slow = up->engine_slow || up->link_high;

	if (slow == up->told_slow || !up->opened)
		return;
	up->told_slow = slow;
	up->adapter->slow(up->self, slow);
}

static void on_frame(void *arg, const struct frame *f, int fd)
{
	child_frame(arg, f, fd);
}

/* Without the engine nothing can be accepted: its ports must be free for the
 * programs of the next one. */
static void on_closed(void *arg, enum err why)
{
	struct uplink *up = arg;

	if (!up->drained)
		child_fail(up, "the link to the engine", why);
}

static void on_high(void *arg, bool high)
{
	struct uplink *up = arg;

	up->link_high = high;
	child_tell_slow(up);
}

static const struct link_events events = { on_frame, on_closed, on_high };

/* Dies with the engine whatever else happens; leaves the terminal's signals
 * to it; may have as many connections as the system allows. */
static void set_up_process(void)
{
	struct rlimit files;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);	/* the engine says when to drain and end */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static enum err say_hello(struct uplink *up)
{
	struct hello h = { .name = up->adapter->name,
			   .version = PACKAGE_VERSION,
			   .pid = (uint64_t)getpid() };
	enum err image = hello_image(
		&h, link_open_frame(up->link, FRAME_HELLO, 0));
	enum err e = link_close_frame(up->link);

	return image != OK ? image : e;
}

static enum err start(struct uplink *up, const struct child_options *o, int fd)
{
	up->clock = clock_system();
	up->oplog = oplog_new(o->program, STDERR_FILENO, up->clock);
	up->arena = arena_new(FRAME_ARENA_MAX);
	up->loop = o->make_loop != NULL ? o->make_loop(up->clock)
					: loop_new(up->clock);
	if (up->oplog == NULL || up->arena == NULL || up->loop == NULL)
		return ERR_NOMEM;
	up->link = link_new(up->loop, fd, &events, up);
	if (up->link == NULL)
		return ERR_IO;
	return say_hello(up);
}

static int run(const struct child_options *o, const struct adapter *adapter,
	       int fd)
{
	struct uplink up = { .adapter = adapter };
	enum err e;

	set_up_process();
	if ((e = start(&up, o, fd)) == OK)
		e = loop_run(up.loop);
	if (e != OK) {
		fprintf(stderr, "%s: %s\n", o->program, err_name(e));
		up.failed = true;
	}
	if (up.opened)
		adapter->close(up.self);
	if (up.link != NULL)
		link_finish(up.link, LAST_WORDS_MS);
	link_free(up.link);
	settings_free(up.prepared);
	settings_free(up.current);
	loop_free(up.loop);
	arena_free(up.arena);
	oplog_free(up.oplog);
	return up.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int usage(const struct child_options *o, FILE *to, int status)
{
	fprintf(to,
		"Usage: %s --link FD\n%s\n\n"
		"cpmgwd starts this program. Options:\n"
		"  --link FD   socket to cpmgwd, an inherited descriptor\n"
		"  --help      this text\n"
		"  --version   name and version\n",
		o->program, o->sentence);
	return status;
}

/* The descriptor's number, or -1. */
static int number(const char *text)
{
	uint64_t v;

	if (bytes_decimal(bytes_of(text), 1 << 20, &v) != OK)
		return -1;
	return (int)v;
}

int child_main(int argc, char **argv, const struct child_options *o,
	       const struct adapter *adapter)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ "link", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 }
	};
	int option, fd = -1;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			return usage(o, stdout, EXIT_SUCCESS);
		case 'v':
			printf("%s %s\n", o->program, PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'l':
			fd = number(optarg);
			break;
		default:
			return usage(o, stderr, 2);
		}
	}
	if (fd < 0 || optind < argc)
		return usage(o, stderr, 2);
	return run(o, adapter, fd);
}
