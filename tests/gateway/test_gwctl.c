/* gwctl against a scripted gateway: what it asks, shows and ends with. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/check.h"

#define END_GOOD   "{\"end\":true,\"exit\":0}\n"
#define OUTPUT_MAX  65536
#define OUTPUT_LONG (8 * 1024 * 1024)

struct script {
	const char *answer; /* NULL: never answers                       */
	char request[4096];
	char path[512];
	int listener;
	pthread_t thread;
};

static void *serve(void *arg)
{
	struct script *s = arg;
	int fd = accept(s->listener, NULL, NULL);
	ssize_t n = 0, got;

	while (n < (ssize_t)sizeof s->request - 1) {
		got = read(fd, s->request + n,
			   sizeof s->request - 1 - (size_t)n);
		if (got <= 0)
			break;
		n += got;
		if (s->request[n - 1] == '\n')
			break;
	}
	s->request[n] = '\0';
	if (s->answer == NULL)
		got = read(fd, s->request, 0) +
		      read(fd, (char[1]){ 0 }, 1); /* until it gives up */
	else if (write(fd, s->answer, strlen(s->answer)) < 0)
		perror("write");
	close(fd);
	return NULL;
}

static void start(struct script *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(s->path, sizeof s->path, "%s/gwctl.sock", check_directory());
	snprintf(a.sun_path, sizeof a.sun_path, "%.100s", s->path);
	s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof a) != 0 ||
	    listen(s->listener, 1) != 0 ||
	    pthread_create(&s->thread, NULL, serve, s) != 0)
		abort();
}

static void finish(struct script *s)
{
	pthread_join(s->thread, NULL);
	close(s->listener);
	unlink(s->path);
}

/* Runs "gwctl ARGUMENTS" with `environment`; both outputs in `out`. */
static int run_long(const char *environment, const char *arguments, char *out,
		    size_t size)
{
	const char *gwctl = getenv("GWCTL");
	char command[2048];
	size_t n;
	FILE *f;
	int status;

	snprintf(command, sizeof command, "%s exec %s %s 2>&1", environment,
		 gwctl == NULL ? "./gwctl" : gwctl, arguments);
	if ((f = popen(command, "r")) == NULL)
		abort();
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run(const char *environment, const char *arguments, char *out)
{
	return run_long(environment, arguments, out, OUTPUT_MAX);
}

static const char story[] =
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:00.100000Z\","
	"\"step\":\"intake\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"cpm\",\"peer\":\"cpm\","
	"\"verdict\":\"taken\",\"far_id\":null,\"text\":null,\"leg\":null,"
	"\"clause\":null}\n"
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:00.200000Z\","
	"\"step\":\"send\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"sms\",\"peer\":\"smsc-a\","
	"\"verdict\":\"sent\",\"leg\":\"L1\"}\n"
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:00.300000Z\","
	"\"step\":\"outcome\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"sms\",\"peer\":\"smsc-a\","
	"\"verdict\":\"accepted\",\"far_id\":\"77\",\"leg\":\"L1\"}\n"
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:01.000000Z\","
	"\"step\":\"report-in\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"sms\",\"peer\":\"smsc-a\","
	"\"verdict\":\"delivered\",\"clause\":\"SMPP v3.4 5.2.28\",\"leg\":\"L1\"}\n"
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:01.100000Z\","
	"\"step\":\"settled\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"sms\",\"peer\":\"smsc-a\","
	"\"verdict\":\"delivered\",\"leg\":\"L1\"}\n"
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:01.200000Z\","
	"\"step\":\"report\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"cpm\",\"peer\":\"cpm\","
	"\"verdict\":\"sent\",\"leg\":\"L2\"}\n"
	"{\"id\":\"A1\",\"time\":\"2026-01-31T12:00:01.300000Z\","
	"\"step\":\"outcome\",\"from\":\"sip:mary@cpm.example\","
	"\"to\":\"+15550200001\",\"technology\":\"cpm\",\"peer\":\"cpm\","
	"\"verdict\":\"delivered\",\"leg\":\"L2\"}\n" END_GOOD;

static const char inward[] =
	"{\"id\":\"B\",\"time\":\"1\",\"step\":\"intake\",\"from\":"
	"\"+1555\",\"to\":\"sip:mary@x\",\"technology\":\"sms\",\"peer\":"
	"\"smsc-a\",\"verdict\":\"taken\"}\n"
	"{\"id\":\"B\",\"time\":\"2\",\"step\":\"route\",\"from\":"
	"\"+1555\",\"to\":\"sip:mary@x\",\"technology\":\"cpm\","
	"\"verdict\":\"next-way\"}\n"
	"{\"id\":\"B\",\"time\":\"3\",\"step\":\"send\",\"from\":"
	"\"+1555\",\"to\":\"sip:mary@x\",\"technology\":\"cpm\","
	"\"verdict\":\"maybe-duplicate\",\"leg\":\"1\"}\n"
	"{\"id\":\"B\",\"time\":\"4\",\"step\":\"report\",\"from\":"
	"\"+1555\",\"to\":\"sip:mary@x\",\"technology\":\"sms\",\"peer\":"
	"\"smsc-a\",\"verdict\":\"sent\",\"leg\":\"2\"}\n"
	"{\"id\":\"B\",\"time\":\"5\",\"step\":\"outcome\",\"from\":"
	"\"+1555\",\"to\":\"sip:mary@x\",\"technology\":\"sms\",\"peer\":"
	"\"smsc-a\",\"verdict\":\"accepted\",\"leg\":\"2\"}\n" END_GOOD;

static const char links[] =
	"{\"peer\":\"smsc-a\",\"adapter\":\"smpp\",\"kind\":\"smsc\","
	"\"address\":\"127.0.0.1:2776\",\"state\":\"up\",\"window\":10,"
	"\"in_flight\":0,\"waiting\":5,\"sent\":12,\"received\":3,"
	"\"failed\":0,\"since\":\"2026-01-31T12:00:00Z\",\"error\":null}\n"
	"{\"peer\":\"b\",\"adapter\":\"smpp\",\"kind\":\"smsc\","
	"\"address\":\"127.0.0.1:2777\",\"state\":\"stopped\",\"window\":10,"
	"\"in_flight\":0,\"waiting\":0,\"sent\":0,\"received\":0,"
	"\"failed\":0,\"since\":null,\"error\":null}\n" END_GOOD;

static const struct row {
	const char *name, *arguments, *answer, *request, *output;
	int code;
} rows[] = {
	{ "trace", "trace +15550200001", story,
	  "{\"command\":\"trace\",\"arguments\":{\"key\":\"+15550200001\"}}\n",
	  "@trace", 0 },
	{ "links", "links", links, "{\"command\":\"links\",\"arguments\":{}}\n",
	  "LINK    ADAPTER  KIND  STATE    ADDRESS         WINDOW  IN-FLIGHT  "
	  "WAITING  SENT  RECEIVED  FAILED  SINCE\n"
	  "smsc-a  smpp     smsc  up       127.0.0.1:2776      10          0  "
	  "      5    12         3       0  2026-01-31 12:00:00Z\n"
	  "b       smpp     smsc  stopped  127.0.0.1:2777      10          0  "
	  "      0     0         0       0\n",
	  0 },
	{ "JSON goes through as it is", "--json links",
	  "{\"peer\":\"x\"}\n" END_GOOD,
	  "{\"command\":\"links\",\"arguments\":{}}\n", "{\"peer\":\"x\"}\n",
	  0 },
	{ "status", "status",
	  "{\"state\":\"running\",\"version\":\"1.2\",\"pid\":7,"
	  "\"configuration\":\"/etc/cpmgw\","
	  "\"uptime_s\":93784,\"accepted\":5,\"disk_short\":true,\"programs\":"
	  "[{\"name\":\"cpmgw-sip\",\"pid\":8,\"state\":\"up\","
	  "\"restarts\":0}]}\n" END_GOOD,
	  "{\"command\":\"status\",\"arguments\":{}}\n",
	  "cpmgw 1.2, running for 1d 2h, pid 7\nconfiguration: /etc/cpmgw\n"
	  "The disk is nearly full: nothing new is accepted.\n\n"
	  "  accepted                5\n\n"
	  "PROGRAM    PID  STATE  RESTARTS\n"
	  "cpmgw-sip    8  up            0\n",
	  0 },
	{ "queue", "queue sms/smsc-a",
	  "{\"lane\":\"sms/smsc-a\",\"technology\":\"sms\",\"peer\":\"smsc-a\","
	  "\"waiting\":3,\"in_flight\":1,\"held\":true,\"held_by\":\"root\","
	  "\"oldest_s\":65}"
	  "\n" END_GOOD,
	  "{\"command\":\"queue\",\"arguments\":{\"lane\":\"sms/smsc-a\"}}\n",
	  "LANE        TECHNOLOGY  LINK    WAITING  IN-FLIGHT  OLDEST  HELD"
	  "  BY\n"
	  "sms/smsc-a  sms         smsc-a        3          1   1m 5s  yes "
	  "  root\n",
	  0 },
	{ "the queue has something on hold", "queue",
	  "{\"lane\":\"sms/a\",\"technology\":\"sms\",\"peer\":\"a\","
	  "\"on_hold\":2}\n{\"lane\":\"sms/b\",\"on_hold\":1}\n" END_GOOD,
	  "{\"command\":\"queue\",\"arguments\":{}}\n",
	  "LANE   TECHNOLOGY  LINK  ON-HOLD\n"
	  "sms/a  sms         a           2\n"
	  "sms/b                          1\n\n"
	  "On hold or in quarantine: 3. gwctl queue --messages lists them, "
	  "gwctl release\nlets them go on.\n", 0 },
	{ "what is held, and by whom", "queue --messages",
	  "{\"id\":\"1a\",\"from\":\"22222\",\"to\":\"+1555\",\"lane\":\"sms/a\","
	  "\"state\":\"held\",\"attempts\":0,\"held_by\":\"root\","
	  "\"held_since\":\"2026-01-31T12:00:00.123456Z\"}\n" END_GOOD,
	  "{\"command\":\"queue\",\"arguments\":{\"messages\":true}}\n",
	  "MESSAGE  FROM   TO     LANE   STATE  ATTEMPTS  BY    SINCE\n"
	  "1a       22222  +1555  sms/a  held          0  root  2026-01-31 "
	  "12:00:00Z\n",
	  0 },
	{ "messages of the queue", "queue --messages", END_GOOD,
	  "{\"command\":\"queue\",\"arguments\":{\"messages\":true}}\n",
	  "Nothing is waiting.\n", 0 },
	{ "users", "users mary",
	  "{\"name\":\"mary\",\"address\":\"sip:mary@cpm.example\","
	  "\"number\":\"+15550100001\",\"devices\":2,\"waiting\":0,"
	  "\"when_absent\":\"mms;sms\"}\n" END_GOOD,
	  "{\"command\":\"users\",\"arguments\":{\"name\":\"mary\"}}\n",
	  "USER  ADDRESS               NUMBER        DEVICES  WAITING  WHEN "
	  "ABSENT\n"
	  "mary  sip:mary@cpm.example  +15550100001        2        0  "
	  "mms;sms\n",
	  0 },
	{ "link", "link start smsc-b", END_GOOD,
	  "{\"command\":\"link\",\"arguments\":{\"action\":\"start\","
	  "\"name\":\"smsc-b\"}}\n",
	  "", 0 },
	{ "hold says what it did", "hold x",
	  "{\"text\":\"3 messages are held\"}\n" END_GOOD,
	  "{\"command\":\"hold\",\"arguments\":{\"name\":\"x\"}}\n",
	  "3 messages are held\n", 0 },
	{ "refused", "release x",
	  "{\"end\":true,\"exit\":1,\"error\":\"there is no x\"}\n",
	  "{\"command\":\"release\",\"arguments\":{\"name\":\"x\"}}\n",
	  "gwctl: there is no x\n", 1 },
	{ "a complaint a line", "reload",
	  "{\"end\":true,\"exit\":1,\"error\":\"f:1: a\\nf:2: b\\u001b\\n\"}\n",
	  "{\"command\":\"reload\",\"arguments\":{}}\n",
	  "gwctl: f:1: a\ngwctl: f:2: b?\n", 1 },
	{ "nothing is known", "trace x", END_GOOD,
	  "{\"command\":\"trace\",\"arguments\":{\"key\":\"x\"}}\n",
	  "gwctl: nothing is known of x\n", 1 },
	{ "a terminal is not disturbed", "users",
	  "{\"name\":\"a\\u001b[2J\\u009bb\\n\"}\n" END_GOOD,
	  "{\"command\":\"users\",\"arguments\":{}}\n", "USER\na?[2J?b?\n", 0 },
	{ "quotes in an argument", "trace 'a\"b'", END_GOOD,
	  "{\"command\":\"trace\",\"arguments\":{\"key\":\"a\\\"b\"}}\n",
	  "gwctl: nothing is known of a\"b\n", 1 },
	{ "the answer ends early", "links",
	  "{\"peer\":", "{\"command\":\"links\",\"arguments\":{}}\n",
	  "gwctl: the gateway has closed the connection\n", 3 },
	{ "stop may end early", "stop", "",
	  "{\"command\":\"stop\",\"arguments\":{}}\n", "", 0 },
	{ "no JSON", "links", "hello\n",
	  "{\"command\":\"links\",\"arguments\":{}}\n",
	  "gwctl: the gateway's answer cannot be read: malformed\n", 1 },
	{ "timed out", "--timeout 1 links", NULL,
	  "{\"command\":\"links\",\"arguments\":{}}\n",
	  "gwctl: no answer within 1 s\n", 4 },
	{ "reload is refused with every mistake", "reload",
	  "{\"text\":\"f:1: group sip: port: x is not a number\"}\n"
	  "{\"end\":true,\"exit\":1,\"error\":\"the old configuration stays\"}"
	  "\n",
	  "{\"command\":\"reload\",\"arguments\":{}}\n",
	  "gwctl: the old configuration stays\n"
	  "f:1: group sip: port: x is not a number\n",
	  1 },
};

static const char trace_output[] =
	"message A1, 2026-01-31\n"
	"  12:00:00.100000  intake      sip:mary@cpm.example -> +155502"
	"00001, cpm                     taken\n"
	"  12:00:00.200000  send        sip:mary@cpm.example -> +155502"
	"00001, sms over smsc-a         sent\n"
	"  12:00:00.300000  outcome     sip:mary@cpm.example -> +155502"
	"00001, sms over smsc-a; id 77  accepted\n"
	"  12:00:01.000000  report-in   sip:mary@cpm.example -> +155502"
	"00001, sms over smsc-a         delivered     [SMPP v3.4 5.2.28]\n"
	"  12:00:01.100000  settled     sip:mary@cpm.example -> +155502"
	"00001, sms over smsc-a         delivered\n"
	"  12:00:01.200000  report      sip:mary@cpm.example -> +155502"
	"00001, cpm                     sent\n"
	"  12:00:01.300000  outcome     sip:mary@cpm.example -> +155502"
	"00001, cpm                     delivered\n"
	"\n";

static const char ladder_output[] =
	"                        mary               gateway            "
	" smsc-a           +15550200001\n"
	"                           |                   |              "
	"     |                   |\n"
	"12:00:00.100000            |------- cpm ------>|              "
	"     |                   |\n"
	"12:00:00.200000            |                   |------- sms --"
	"---->|..................>|\n"
	"12:00:00.300000            |                   |<--- accepted "
	"-----|                   |\n"
	"12:00:01.000000            |                   |<--- delivered"
	" ----|<..................|\n"
	"12:00:01.100000            |                   * settled: deli"
	"vered                    |\n"
	"12:00:01.200000            |<---- report ------|              "
	"     |                   |\n"
	"12:00:01.300000            |---- delivered --->|              "
	"     |                   |\n"
	"                           |                   |              "
	"     |                   |\n";

static const char inward_output[] =
	"                        +1555              smsc-a             "
	" gateway              mary\n"
	"                           |                   |              "
	"     |                   |\n"
	"1                          |..................>|------- sms --"
	"---->|                   |\n"
	"2                          |                   |              "
	"     * route: next-way (cpm)\n"
	"3                          |                   |              "
	"     |--- cpm again? --->|\n"
	"4                          |<..................|<---- report -"
	"-----|                   |\n"
	"5                          |                   |---- accepted "
	"---->|                   |\n"
	"                           |                   |              "
	"     |                   |\n";

static void test_rows(void)
{
	static char out[OUTPUT_MAX], want[OUTPUT_MAX], arguments[1024];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct script s = { .answer = r->answer };

		start(&s);
		snprintf(arguments, sizeof arguments, "--socket %s %s", s.path,
			 r->arguments);
		snprintf(want, sizeof want, "%s", r->output);
		if (strcmp(r->output, "@trace") == 0)
			snprintf(want, sizeof want, "%s%s", trace_output,
				 ladder_output);
		ROW(r, run("LC_ALL=C", arguments, out) == r->code);
		finish(&s);
		ROW(r, strcmp(s.request, r->request) == 0);
		ROW(r, strcmp(out, want) == 0);
		if (strcmp(out, want) != 0)
			fprintf(stderr, "%s", out);
	}
}

static void test_utf8(void)
{
	struct script s = { .answer = story };
	static char out[OUTPUT_MAX];
	char arguments[600];

	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s trace x", s.path);
	CU_ASSERT(run("LC_ALL=C.UTF-8", arguments, out) == 0);
	finish(&s);
	CU_ASSERT(strstr(out, "\u2502\u2500") != NULL);
	CU_ASSERT(strstr(out, "\u25B6\u2502") != NULL);
	CU_ASSERT(strstr(out, "|") == NULL);
}

/* Names of two columns a letter, and one with an accent of its own. */
static void test_wide_letters(void)
{
	struct script s = {
		.answer = "{\"name\":\"\u7530\u4e2d\",\"address\":\"a\"}\n"
			  "{\"name\":\"e\u0301va\",\"address\":\"b\"}\n"
			  "{\"name\":\"maryann\",\"address\":\"c\"}\n" END_GOOD
	};
	struct script l = {
		.answer = "{\"id\":\"1\",\"time\":\"1\",\"step\":\"intake\","
			  "\"from\":\"\u7530\u4e2d\",\"to\":\"b\","
			  "\"technology\":\"cpm\",\"verdict\":\"taken\"}\n" END_GOOD
	};
	static char out[OUTPUT_MAX];
	char arguments[600];

	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s users", s.path);
	CU_ASSERT(run("LC_ALL=C.UTF-8", arguments, out) == 0);
	finish(&s);
	CU_ASSERT_STRING_EQUAL(out, "USER     ADDRESS\n"
				    "\u7530\u4e2d     a\n"
				    "e\u0301va      b\n"
				    "maryann  c\n");
	start(&l);
	snprintf(arguments, sizeof arguments, "--socket %s trace x", l.path);
	CU_ASSERT(run("LC_ALL=C.UTF-8", arguments, out) == 0);
	finish(&l);
	CU_ASSERT(strstr(out, "\n                          \u7530\u4e2d"
			      "                   gateway\n"
			      "                             \u2502") != NULL);
}

/* `n` times `line`, with its number where there is a %d; the caller's. */
static char *repeated(const char *line, unsigned n)
{
	size_t size = (strlen(line) + 12) * n + sizeof END_GOOD, at = 0;
	char *text = malloc(size);
	unsigned i;

	if (text == NULL)
		abort();
	for (i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, size - at, line, i);
	snprintf(text + at, size - at, "%s", END_GOOD);
	return text;
}

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* A long table comes part by part; its titles again when it gets wider. */
static void test_long_table(void)
{
	char *answer = repeated("{\"name\":\"user%d\",\"devices\":1}\n", 5000);
	struct script s = { .answer = answer };
	static char out[OUTPUT_LONG];
	char arguments[600];

	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s users", s.path);
	CU_ASSERT(run_long("LC_ALL=C", arguments, out,
			   sizeof out) == 0);
	finish(&s);
	CU_ASSERT(count_of(out, "\nuser") == 5000);
	CU_ASSERT(count_of(out, "USER") == 2);
	CU_ASSERT(strstr(out, "USER     DEVICES\nuser0          1\n") ==
		  out + strspn(out, " "));
	CU_ASSERT(strstr(out, "\nuser4999        1\n") != NULL);
	free(answer);
}

/* 1,000 steps in a story, and more of them than are shown. */
static void test_long_stories(void)
{
	static const char step[] =
		"{\"id\":\"A\",\"time\":\"t%d\",\"step\":\"send\",\"from\":"
		"\"a\",\"to\":\"b\",\"technology\":\"sms\",\"peer\":\"x\"}\n";
	static char out[OUTPUT_LONG];
	char *answer = repeated(step, 1000);
	struct script s = { .answer = answer };
	char arguments[600];

	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s trace x", s.path);
	CU_ASSERT(run_long("LC_ALL=C", arguments, out,
			   sizeof out) == 0);
	finish(&s);
	CU_ASSERT(count_of(out, "  send ") == 1000);
	CU_ASSERT(count_of(out, "- sms -") == 1000);
	free(answer);
	s.answer = answer = repeated(step, 20001);
	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s trace x", s.path);
	CU_ASSERT(run_long("LC_ALL=C", arguments, out,
			   sizeof out) == 0);
	finish(&s);
	CU_ASSERT(count_of(out, "  send ") == 20000);
	CU_ASSERT(strstr(out, "more steps than the first 20000") != NULL);
	free(answer);
}

static void test_inward_ladder(void)
{
	struct script s = { .answer = inward };
	static char out[OUTPUT_MAX];
	char arguments[600];
	const char *ladder;

	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s trace x", s.path);
	CU_ASSERT(run("LC_ALL=C", arguments, out) == 0);
	finish(&s);
	ladder = strstr(out, "\n\n");
	CU_ASSERT_FATAL(ladder != NULL);
	CU_ASSERT_STRING_EQUAL(ladder + 2, inward_output);
	if (strcmp(ladder + 2, inward_output) != 0)
		fprintf(stderr, "%s", out);
}

static void test_follow(void)
{
	struct script s = { .answer = story };
	static char out[OUTPUT_MAX];
	char arguments[600];

	start(&s);
	snprintf(arguments, sizeof arguments, "--socket %s trace x --follow",
		 s.path);
	CU_ASSERT(run("LC_ALL=C", arguments, out) == 0);
	finish(&s);
	CU_ASSERT_STRING_EQUAL(s.request,
			       "{\"command\":\"trace\",\"arguments\":{\"key\":"
			       "\"x\",\"follow\":true}}\n");
	CU_ASSERT(strncmp(out, "message A1, 2026-01-31\n  12:00:00.100000",
			  40) == 0);
	CU_ASSERT(strstr(out, "---") == NULL);
}

/* --socket, then $CPMGW_SOCKET, then the default state directory. */
static void test_where_the_socket_is(void)
{
	struct script s = { .answer = "{\"text\":\"here\"}\n" END_GOOD };
	char environment[600], other[600];
	static char out[OUTPUT_MAX];

	start(&s);
	snprintf(environment, sizeof environment, "CPMGW_SOCKET=%s", s.path);
	CU_ASSERT(run(environment, "hold x", out) == 0);
	finish(&s);
	CU_ASSERT(run(environment, "hold x", out) == 3);
	CU_ASSERT(strstr(out, s.path) != NULL);
	snprintf(other, sizeof other, "--socket %s.other hold x", s.path);
	CU_ASSERT(run(environment, other, out) == 3);
	CU_ASSERT(strstr(out, ".other") != NULL);
}

static void test_default_state(void)
{
	struct script s = { .answer = END_GOOD };
	char environment[2048], directory[600];
	static char out[OUTPUT_MAX];
	char *slash;

	start(&s);
	snprintf(directory, sizeof directory, "%s", s.path);
	slash = strrchr(directory, '/');
	*slash = '\0';
	/* The state is DIRECTORY/cpmgw: a link to where the socket is. */
	snprintf(environment, sizeof environment,
		 "ln -s . %s/cpmgw; unset CPMGW_SOCKET; XDG_STATE_HOME=%s",
		 directory, directory);
	CU_ASSERT(run(environment, "hold x", out) == 0);
	finish(&s);
}

static const struct plain {
	const char *name, *arguments, *has;
	int code;
} plains[] = {
	{ "help", "--help", "Examples:", 0 },
	{ "help of a command", "help trace", "Call-ID", 0 },
	{ "help of a command, too", "trace --help", "Call-ID", 0 },
	{ "version", "--version", "gwctl ", 0 },
	{ "no command", "", "try gwctl --help", 2 },
	{ "no such command", "frob", "there is no such command", 2 },
	{ "no such option", "--frob status", "", 2 },
	{ "missing argument", "trace", "usage: gwctl trace KEY", 2 },
	{ "too many", "status x", "too many", 2 },
	{ "--follow elsewhere", "links --follow", "not for this", 2 },
	{ "--messages elsewhere", "links --messages", "not for this", 2 },
	{ "link what", "link build x", "start, stop or drain", 2 },
	{ "bad timeout", "--timeout x status", "1 to 86400", 2 },
	{ "conf what", "conf show", "only check", 2 },
	{ "no file", "conf check /nowhere/x", "No such file", 1 },
};

static void test_without_a_gateway(void)
{
	static char out[OUTPUT_MAX];
	size_t i;

	for (i = 0; i < sizeof plains / sizeof *plains; i++) {
		const struct plain *r = &plains[i];

		ROW(r, run("LC_ALL=C", r->arguments, out) == r->code);
		ROW(r, strstr(out, r->has) != NULL);
	}
}

static const struct check_test tests[] = {
	{ "requests, answers and exit codes", test_rows },
	{ "UTF-8", test_utf8 },
	{ "wide letters", test_wide_letters },
	{ "a long table", test_long_table },
	{ "long stories", test_long_stories },
	{ "a ladder from the other side", test_inward_ladder },
	{ "follow", test_follow },
	{ "where the socket is", test_where_the_socket_is },
	{ "the default state", test_default_state },
	{ "without a gateway", test_without_a_gateway },
	{ NULL, NULL }
};

CHECK_MAIN("gwctl", tests)
