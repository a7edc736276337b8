/* gwctl: the operator's tool. A table of commands over the control socket. */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "gateway/gwctl.h"

#define ARENA_MAX     ((size_t)256 * 1024 * 1024)
#define TIMEOUT_MS    10000
#define TIMEOUT_MAX_S 86400

enum { FOLLOW = 1, MESSAGES = 2, SLOW = 4, VALUES = 8 };

struct command {
	const char *name, *arguments, *sentence;
	int least, most; /* arguments                                 */
	unsigned takes;	 /* FOLLOW, MESSAGES, VALUES;
			  * SLOW: may take a minute          */
	int (*run)(struct call *c);
	const char *more; /* for its own help, with an example         */
};

static const struct command commands[] = {
	{ "status", "", "Is it well? Counters and programs.", 0, 0, 0,
	  call_status,
	  "Shows since when the gateway runs, what it has accepted and\n"
	  "delivered since then, what waits now, and its programs.\n\n"
	  "  gwctl status\n"
	  "  gwctl status --json | jq .waiting\n" },
	{ "trace", "KEY [--follow]", "The story of a message, and its ladder.",
	  1, 1, FOLLOW, call_trace,
	  "KEY is anything that a message is known by: an id of the gateway,\n"
	  "a user's name, a telephone number or address in any form that\n"
	  "messages may have it, a SIP Call-ID, an imdn.Message-ID,\n"
	  "an SMSC's message id. Each line is a step: when, what happened, "
	  "the\n"
	  "verdict and the rule that decided. Times are UTC. With --follow "
	  "new\n"
	  "steps are shown as they happen, until interrupted.\n\n"
	  "  gwctl trace +15550200001\n"
	  "  gwctl trace --follow mary\n"
	  "  gwctl trace --json 4b1f0c2e@example.com\n" },
	{ "queue", "[LANE] [--messages]", "What waits, and for whom.", 0, 1,
	  MESSAGES, call_queue,
	  "A lane is a queue for one destination; ON-HOLD counts what is held "
	  "or\n"
	  "in quarantine. With --messages every message that is on disk has a\n"
	  "line of its own: queued, waiting for its recipient, sent and "
	  "waiting\n"
	  "for its report, held by an operator, or in quarantine, since "
	  "programs\n"
	  "died three times while they had it.\n\n"
	  "  gwctl queue\n"
	  "  gwctl queue --messages sms/smsc-a\n" },
	{ "links", "[NAME]", "The links to SMSCs, ESMEs and others.", 0, 1, 0,
	  call_links,
	  "Shows for each link whether it is up, down, stopped (off until it "
	  "is\n"
	  "started) or draining, its window, what it has carried, in all and "
	  "in\n"
	  "the last minute, and its last error. With the NAME of a link to an\n"
	  "SMSC also each of its binds: how much of its window is in use, of "
	  "what\n"
	  "it may use now, what went and came in the last second and minute,\n"
	  "and how often the SMSC said that it was too much.\n\n"
	  "  gwctl links\n"
	  "  gwctl links smsc-a\n"
	  "  gwctl links --json | jq 'select(.state != \"up\")'\n" },
	{ "users", "[NAME]", "Users, their devices, what waits for them.", 0, 1,
	  0, call_users,
	  "NAME may also be the user's number or SIP address.\n\n"
	  "  gwctl users\n"
	  "  gwctl users mary\n" },
	{ "hold", "LANE|KEY", "Stop sending from a lane, or a message.", 1, 1,
	  0, call_order,
	  "LANE is one that `gwctl queue` shows, with or without its "
	  "technology.\n"
	  "Else KEY is anything that `gwctl trace` takes, and all messages of "
	  "it\n"
	  "that wait are held, one or many. What is held stays on disk, and "
	  "does\n"
	  "not expire, until it is released.\n\n"
	  "  gwctl hold sms/smsc-a\n"
	  "  gwctl hold 19832f9e38810c00\n"
	  "  gwctl hold +15550200001\n" },
	{ "release", "LANE|KEY", "Go on with what was held.", 1, 1, 0,
	  call_order,
	  "Also lets messages out of quarantine: they are sent once more, and\n"
	  "may arrive twice; their report follows. Their lifetime begins "
	  "anew.\n\n"
	  "  gwctl release sms/smsc-a\n"
	  "  gwctl release 19832f9e38810c00\n" },
	{ "link", "start|stop|drain NAME", "Build a link, or take it down.", 2,
	  2, SLOW, call_order,
	  "A stopped link stays down, over restarts too, until it is started;\n"
	  "the messages for it wait or go another way. stop waits for the "
	  "answers\n"
	  "to what was sent; drain first sends all that the link has been "
	  "given,\n"
	  "while it is given nothing new, and is then a stop.\n\n"
	  "  gwctl link drain smsc-b\n"
	  "  gwctl link start smsc-b\n"
	  "  gwctl link stop smsc-b\n" },
	{ "esme", "ACTION [NAME] [options]",
	  "Accounts of ESMEs: show, add, change, close.", 1, 2, VALUES,
	  call_esme,
	  "  list, show NAME   what accounts there are, and what they may do\n"
	  "  add NAME          a new one; its password is read from standard\n"
	  "                    input: --password-stdin\n"
	  "  set, limit NAME   change what it may do, at once\n"
	  "  disable NAME      unbind it, and let it in no more\n"
	  "  enable NAME       let it in again, also after a ban\n"
	  "  ban NAME          the same as disable, --for a time\n"
	  "  kick NAME         close its binds; it may come again\n"
	  "  reset NAME        forget live changes: as in the configuration\n"
	  "  remove NAME       one that was added live\n\n"
	  "Options of add, set and limit are the settings of group esme in\n"
	  "cpmgw.conf(5), their values written as there:\n"
	  "  --binds N --bind KINDS --rate N --burst N --window N\n"
	  "  --daily-quota N --short-code LIST --any-sender yes|no\n"
	  "  --allowed-address LIST --default-sender S --forced-sender S\n"
	  "  --wrong-sender refuse|default --allowed-host LIST --comment T\n"
	  "  --tls no|yes|require --tls-name NAME\n"
	  "Live changes are kept over restarts and stand over the "
	  "configuration.\n\n"
	  "  gwctl esme list\n"
	  "  gwctl esme add shop --short-code '22230;22231' --rate 20 \\\n"
	  "      --password-stdin < password\n"
	  "  gwctl esme limit shop --rate 5 --binds 2\n"
	  "  gwctl esme ban shop --for 10m\n" },
	{ "sms", "test NUMBER TEXT [--from SENDER]",
	  "Send one message, and follow it.", 3, 3, SLOW | VALUES, call_sms,
	  "Shows alphabet, segments and route, then each step until the "
	  "message\n"
	  "is delivered or has failed, or nothing happens for --timeout "
	  "seconds\n"
	  "(60). A receipt is asked for. Ends with 0 when it is delivered.\n\n"
	  "  gwctl sms test +15550200001 'Is this on?'\n"
	  "  gwctl sms test +15550200001 Hello --from 22222 --json\n" },
	{ "ota", "list|show NAME|send NAME NUMBER",
	  "Settings for phones: show, send.", 1, 3, SLOW | VALUES, call_ota,
	  "NAME is a group ota-setting of the configuration. It is sent as a "
	  "client\n"
	  "provisioning document, by SMS, and followed until it is delivered. "
	  "With\n"
	  "--pin userpin the phone asks for the PIN that --value says; with "
	  "--pin\n"
	  "netwpin --value is the IMSI of its card, and it asks for nothing.\n"
	  "--value - reads it from standard input.\n\n"
	  "  gwctl ota list\n"
	  "  gwctl ota show internet\n"
	  "  gwctl ota send internet +15550200001 --pin userpin --value 1234\n" },
	{ "reload", "", "Read the configuration again.", 0, 0, SLOW, call_order,
	  "All of the new configuration is used, or none of it; then every\n"
	  "mistake is told. Links that did not change stay up; programs that\n"
	  "it adds or leaves out are started and stopped.\n\n"
	  "  gwctl conf check && gwctl reload\n" },
	{ "conf", "check [FILE]", "Check a configuration; needs no gateway.", 1,
	  2, 0, call_conf,
	  "FILE may be a directory with a cpmgw.conf in it. Without it: that\n"
	  "of the gateway that runs, else of the default state directory, "
	  "else\n" PACKAGE_SYSCONF ".\n\n"
	  "  gwctl conf check /etc/cpmgw/cpmgw.conf\n" },
	{ "stop", "", "Finish what is under way, and end.", 0, 0, SLOW,
	  call_order,
	  "Nothing new is accepted, answers that are still to come are waited\n"
	  "for (`drain` in cpmgw.conf), then all programs end. What waits "
	  "stays\n"
	  "on disk. Returns when the gateway has ended.\n\n"
	  "  gwctl stop\n" },
	{ NULL, NULL, NULL, 0, 0, 0, NULL, NULL }
};

static const char help_options[] =
	"\nOptions:\n"
	"  --json          the answer as JSON, one object a line\n"
	"  --socket PATH   the control socket; else $CPMGW_SOCKET, else\n"
	"                  gwctl.sock in $XDG_STATE_HOME/cpmgw (or in\n"
	"                  /var/tmp/cpmgw-UID), else in /run/cpmgw, else in\n"
	"                  " PACKAGE_STATE "\n"
	"  --timeout S     wait at most S seconds for each answer (10; 60 for\n"
	"                  link, reload and stop)\n"
	"  --version, --help\n"
	"\n"
	"Ends with 0: done, 1: refused or not found, 2: usage, 3: the gateway\n"
	"cannot be reached, 4: timed out.\n"
	"\n"
	"Examples:\n"
	"  gwctl status                  is everything well?\n"
	"  gwctl trace +15550200001      what became of John's messages?\n"
	"  gwctl queue --messages        what waits, and since when?\n"
	"  gwctl help trace              more about one command\n";

static const struct command *command_named(const char *name)
{
	const struct command *c;

	for (c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int usage(const char *what, const struct command *c)
{
	if (c != NULL)
		fprintf(stderr, "gwctl: %s; usage: gwctl %s %s\n", what,
			c->name, c->arguments);
	else
		fprintf(stderr, "gwctl: %s; try gwctl --help\n", what);
	return GWCTL_USAGE;
}

static int print_help(const char *about)
{
	const struct command *c = about == NULL ? NULL : command_named(about);
	char left[80];

	if (c != NULL) {
		printf("Usage: gwctl %s %s\n%s\n\n%s", c->name, c->arguments,
		       c->sentence, c->more);
		return GWCTL_DONE;
	}
	if (about != NULL)
		return usage("there is no such command", NULL);
	fputs("Usage: gwctl [--json] [--socket PATH] COMMAND ...\n\n", stdout);
	for (c = commands; c->name != NULL; c++) {
		snprintf(left, sizeof left, "%s %s", c->name, c->arguments);
		printf("  %-28s %s\n", left, c->sentence);
	}
	fputs(help_options, stdout);
	return GWCTL_DONE;
}

static int check(const struct call *c, const struct command *found)
{
	bool is_link = strcmp(found->name, "link") == 0;

	if (c->n < found->least)
		return usage("an argument is missing", found);
	if (c->n > found->most)
		return usage("too many arguments", found);
	if (c->follow && (found->takes & FOLLOW) == 0)
		return usage("--follow is not for this command", found);
	if ((c->n_values > 0 || c->password_stdin) &&
	    (found->takes & VALUES) == 0)
		return usage("that option is not for this command", found);
	if (c->messages && (found->takes & MESSAGES) == 0)
		return usage("--messages is not for this command", found);
	if (is_link && strcmp(c->arguments[0], "start") != 0 &&
	    strcmp(c->arguments[0], "stop") != 0 &&
	    strcmp(c->arguments[0], "drain") != 0)
		return usage("start, stop or drain", found);
	if (strcmp(found->name, "conf") == 0 &&
	    strcmp(c->arguments[0], "check") != 0)
		return usage("only check", found);
	return GWCTL_DONE;
}

static int run(struct call *c)
{
	const struct command *found = command_named(c->command);
	int code;

	if (strcmp(c->command, "help") == 0)
		return print_help(c->n > 0 ? c->arguments[0] : NULL);
	if (found == NULL)
		return usage("there is no such command", NULL);
	if ((code = check(c, found)) != GWCTL_DONE)
		return code;
	if (c->timeout_ms == 0)
		c->timeout_ms = (found->takes & SLOW) != 0 ? 6 * TIMEOUT_MS
							   : TIMEOUT_MS;
	if ((c->arena = arena_new(ARENA_MAX)) == NULL) {
		fputs("gwctl: out of memory\n", stderr);
		return GWCTL_REFUSED;
	}
	code = found->run(c);
	arena_free(c->arena);
	return code;
}

/* Options with a value that are some commands' own. */
static const char *const value_options[] = {
	"allowed-address", "allowed-host",  "any-sender", "bind",
	"binds",	   "burst",	    "comment",	  "daily-quota",
	"default-sender",  "for",	    "forced-sender", "from",
	"pin",		   "rate",	    "short-code", "tls",
	"tls-name", "value",
	"window",	   "wrong-sender",
};

#define VALUE_OPTIONS (sizeof value_options / sizeof *value_options)

static bool read_timeout(const char *text, int *ms)
{
	uint64_t s;

	if (bytes_decimal(bytes_of(text), TIMEOUT_MAX_S, &s) != OK || s == 0)
		return false;
	*ms = (int)s * 1000;
	return true;
}

/* Its value is the next argument. */
static bool takes_value(const char *option)
{
	size_t i;

	for (i = 0; i < VALUE_OPTIONS; i++)
		if (strncmp(option, "--", 2) == 0 &&
		    strcmp(option + 2, value_options[i]) == 0)
			return true;
	return strcmp(option, "--socket") == 0 ||
	       strcmp(option, "--timeout") == 0;
}

/*
 * An id may begin with '-': since all options are long ones, whatever does not
 * begin with "--" is an operand. Options first, "--", then the operands; NULL:
 * no memory.
 */
static char **sort_arguments(int argc, char **argv)
{
	static char end[] = "--";
	char **sorted = mem_zero(((size_t)argc + 2) * sizeof *sorted);
	int i, at = 0, pass;

	for (pass = 0; sorted != NULL && pass < 2; pass++) {
		for (i = 0; i < argc && strcmp(argv[i], end) != 0; i++) {
			bool option = i == 0 || strncmp(argv[i], "--", 2) == 0;
			bool value = i + 1 < argc && takes_value(argv[i]);

			if (option == (pass == 0))
				sorted[at++] = argv[i];
			if (!value)
				continue;
			i++;
			if (pass == 0)
				sorted[at++] = argv[i];
		}
		if (pass == 0)
			sorted[at++] = end;
	}
	for (i++; sorted != NULL && i < argc; i++)
		sorted[at++] = argv[i];
	return sorted;
}

static const struct option fixed_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "socket", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ "follow", no_argument, NULL, 'f' },
	{ "messages", no_argument, NULL, 'm' },
	{ "password-stdin", no_argument, NULL, 'p' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
};

#define FIXED_OPTIONS (sizeof fixed_options / sizeof *fixed_options)

static void all_options(struct option *to)
{
	size_t i;

	memcpy(to, fixed_options, sizeof fixed_options);
	for (i = 0; i < VALUE_OPTIONS; i++)
		to[FIXED_OPTIONS + i] = (struct option){
			value_options[i], required_argument, NULL, 'v'
		};
	to[FIXED_OPTIONS + i] = (struct option){ NULL, 0, NULL, 0 };
}

/* What does nothing but to set something. */
static bool take_option(struct call *call, int c, const char *name)
{
	switch (c) {
	case 'j':
		call->json = true;
		return true;
	case 's':
		call->socket = optarg;
		return true;
	case 'f':
		call->follow = true;
		return true;
	case 'm':
		call->messages = true;
		return true;
	case 'p':
		call->password_stdin = true;
		return true;
	case 'v':
		if (call->n_values == CALL_VALUES_MAX)
			return false;
		call->values[call->n_values++] =
			(struct call_value){ name, optarg };
		return true;
	default:
		return false;
	}
}

/* One that there is not, or too many of one, or two that begin so. */
static int wrong_option(const char *name)
{
	char what[100];

	snprintf(what, sizeof what, "%.60s is no option that can be here",
		 name);
	return usage(what, NULL);
}

static int serve(int argc, char **argv)
{
	struct option options[FIXED_OPTIONS + VALUE_OPTIONS + 1];
	struct call call = { .command = NULL };
	bool help = false;
	int c, at = 0;

	all_options(options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, &at)) != -1) {
		if (take_option(&call, c, options[at].name))
			continue;
		if (c == 'h')
			help = true;
		else if (c == 'V')
			return puts("gwctl " PACKAGE_VERSION) < 0;
		else if (c != 't')
			return wrong_option(argv[optind - 1]);
		else if (!read_timeout(optarg, &call.timeout_ms))
			return usage("--timeout takes 1 to 86400 seconds",
				     NULL);
	}
	if (help)
		return print_help(optind < argc ? argv[optind] : NULL);
	if (optind == argc)
		return usage("a command is missing", NULL);
	call.command = argv[optind];
	call.arguments = argv + optind + 1;
	call.n = argc - optind - 1;
	return run(&call);
}

int main(int argc, char **argv)
{
	char **sorted = sort_arguments(argc, argv);
	int status, n = 0;

	setlocale(LC_CTYPE, "");
	if (sorted == NULL)
		return usage("out of memory", NULL);
	while (sorted[n] != NULL)
		n++;
	status = serve(n, sorted);
	mem_free(sorted);
	return status;
}
