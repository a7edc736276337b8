/* cpmgwd - the engine of the cpmgw interworking gateway. */
#include "config.h"

#include "gateway/appliance.h"

#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
	"Usage: cpmgwd [--state DIR] [--conf PATH] [--port-offset N]\n"
	"              [--socket PATH] [--programs DIR]\n"
	"The engine of the cpmgw interworking gateway: takes messages from its\n"
	"adapters, keeps them on disk until they are delivered, and brings the\n"
	"reports back. It starts cpmgw-sip, cpmgw-smpp and the other programs\n"
	"that the configuration names, watches them and restarts them.\n"
	"\n"
	"  --state DIR        spool, traces, keys and sockets; made with mode\n"
	"                     0700 when absent (default " PACKAGE_STATE ")\n"
	"  --conf PATH        configuration, a file or a directory with\n"
	"                     cpmgw.conf in it (default\n"
	"                     " PACKAGE_SYSCONF ")\n"
	"  --port-offset N    adds N to every port of the configuration\n"
	"  --socket PATH      the operator's socket (default: gwctl.sock in the\n"
	"                     state); outside of it members of control-group\n"
	"                     can reach it\n"
	"  --programs DIR     where cpmgw-* are (default: beside cpmgwd)\n"
	"  --help, --version\n"
	"\n"
	"When all listeners answer, one line goes to standard output:\n"
	"  cpmgw ready sip=5060 smpp=2775 state=DIR\n"
	"SIGTERM ends it after what is under way is finished; SIGHUP reads the\n"
	"configuration again. `gwctl status` shows how it does.\n";

/* cpmgw-conf is beside us in a build tree, else in the libexec directory. */
static void find_programs(char *to, size_t size)
{
	char own[PATH_MAX], probe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

	snprintf(to, size, "%s", PACKAGE_LIBEXEC);
	if (n <= 0)
		return;
	own[n] = '\0';
	n = snprintf(probe, sizeof probe, "%s/cpmgw-conf", dirname(own));
	if (n > 0 && (size_t)n < sizeof probe && access(probe, X_OK) == 0)
		snprintf(to, size, "%.*s", (int)(n - 11), probe);
}

static int usage(const char *why, const char *what)
{
	fprintf(stderr, "cpmgwd: %s%s\nTry 'cpmgwd --help'.\n", why, what);
	return 2;
}

static int read_options(int argc, char **argv, struct appliance_options *o)
{
	static const struct option options[] = {
		{ "state", required_argument, NULL, 's' },
		{ "conf", required_argument, NULL, 'c' },
		{ "port-offset", required_argument, NULL, 'p' },
		{ "socket", required_argument, NULL, 'S' },
		{ "programs", required_argument, NULL, 'P' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) >= 0)
		switch (c) {
		case 's':
			o->state_directory = optarg;
			break;
		case 'c':
			o->conf = optarg;
			break;
		case 'p':
			if (bytes_decimal(bytes_of(optarg), 65535,
					  &o->port_offset) != OK)
				return usage("--port-offset: not a number "
					     "from 0 to 65535: ",
					     optarg);
			break;
		case 'S':
			o->socket = optarg;
			break;
		case 'P':
			o->programs = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'v':
			puts("cpmgwd " PACKAGE_VERSION);
			return 0;
		case ':':
			return usage("a value is missing after ",
				     argv[optind - 1]);
		default:
			return usage("wrong option: ", argv[optind - 1]);
		}
	return optind < argc ? usage("unexpected: ", argv[optind]) : -1;
}

int main(int argc, char **argv)
{
	char programs[PATH_MAX];
	struct appliance a = { .clock = clock_system() };
	int status;

	find_programs(programs, sizeof programs);
	a.options = (struct appliance_options){
		.state_directory = PACKAGE_STATE,
		.conf = PACKAGE_SYSCONF,
		.programs = programs,
	};
	if ((status = read_options(argc, argv, &a.options)) >= 0)
		return status;
	umask(077);
	if ((a.log = oplog_new("cpmgwd", STDERR_FILENO, a.clock)) == NULL)
		return 1;
	status = appliance_run(&a);
	oplog_free(a.log);
	return status;
}
