/*
 * A load of short messages, and the other end of it: an ESME that submits
 * (or HTTP requests, for Kannel's sendsms; or an SMSC that injects), and
 * SMSCs that take the messages and send receipts. One process is both ends,
 * so that it sees each message leave, arrive and be reported, each once, and
 * how long that took. Prints one JSON object; ends with 1 when a message was
 * lost or came twice.
 */
#include "tests/bench/smpp_load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char help[] =
	"Usage: smpp_load [options]\n"
	"  --connect PORT      an ESME that submits to that port\n"
	"  --system-id ID --password WORD   its account\n"
	"  --binds N           its binds (1)\n"
	"  --listen PORT       an SMSC there; may be repeated\n"
	"  --inject            the first SMSC sends the messages\n"
	"  --sendsms PORT      they are sent to a Kannel smsbox there\n"
	"  --dlr PORT          whose receipts come here\n"
	"  --from N --to N     sender; recipients without their last 5 digits\n"
	"  --submit N          so many messages at most\n"
	"  --seconds S         sends so long\n"
	"  --patience S        ends after so long without anything (10)\n"
	"  --window N          unanswered messages of one bind (100)\n"
	"  --ahead N           messages that are not through at most\n"
	"  --expect N          arrivals from an earlier load\n"
	"  --arrivals --receipts   wait for them\n"
	"  --probe-id ID --probe-password WORD --probe-after N\n"
	"                      after N arrivals one message of another account\n";

bool bench_may_send(const struct bench *b)
{
	const struct ledger *l = &b->ledger;
	size_t through = b->o.receipts ? l->counts[REPORTED]
				       : l->counts[ARRIVED];

	if (b->o.submit != 0 && l->n - b->o.expect >= b->o.submit)
		return false;
	if (b->o.ahead != 0 && l->n - through >= b->o.ahead)
		return false;
	return b->o.seconds == 0 ||
	       (double)(now_us() - b->began_us) < b->o.seconds * 1e6;
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_arrived(struct bench *b, struct bytes text)
{
	size_t n;

	if (b->first_arrived == 0)
		b->first_arrived = wall();
	if (!ledger_number(text, &n)) {
		b->ledger.strange++;
		return;
	}
	ledger_mark(&b->ledger, n, ARRIVED);
	if (b->probing && n == b->probe_number) {
		b->probing = false;
		b->probed = true;
		b->overtaken = b->ledger.counts[ARRIVED] - 1 - b->probe_mark;
	}
}

enum { OPTION_ARRIVALS = 1000, OPTION_RECEIPTS, OPTION_INJECT };

static const struct option long_options[] = {
	{ "connect", required_argument, NULL, 'c' },
	{ "system-id", required_argument, NULL, 'i' },
	{ "password", required_argument, NULL, 'P' },
	{ "binds", required_argument, NULL, 'b' },
	{ "listen", required_argument, NULL, 'l' },
	{ "inject", no_argument, NULL, OPTION_INJECT },
	{ "sendsms", required_argument, NULL, 'h' },
	{ "dlr", required_argument, NULL, 'd' },
	{ "from", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 't' },
	{ "submit", required_argument, NULL, 'n' },
	{ "seconds", required_argument, NULL, 's' },
	{ "patience", required_argument, NULL, 'p' },
	{ "window", required_argument, NULL, 'w' },
	{ "ahead", required_argument, NULL, 'a' },
	{ "expect", required_argument, NULL, 'e' },
	{ "arrivals", no_argument, NULL, OPTION_ARRIVALS },
	{ "receipts", no_argument, NULL, OPTION_RECEIPTS },
	{ "probe-id", required_argument, NULL, 'I' },
	{ "probe-password", required_argument, NULL, 'W' },
	{ "probe-after", required_argument, NULL, 'A' },
	{ NULL, 0, NULL, 0 }
};

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static bool text_option(struct options *o, int c)
{
	switch (c) {
	case 'i':
		o->system_id = optarg;
		return true;
	case 'P':
		o->password = optarg;
		return true;
	case 'f':
		o->from = optarg;
		return true;
	case 't':
		o->to = optarg;
		return true;
	case 'I':
		o->probe_id = optarg;
		return true;
	case 'W':
		o->probe_password = optarg;
		return true;
	case 's':
		o->seconds = atof(optarg);
		return true;
	case 'p':
		o->patience = atof(optarg);
		return true;
	default:
		return false;
	}
}

static bool flag_option(struct options *o, int c)
{
	if (c == OPTION_ARRIVALS)
		o->arrivals = true;
	else if (c == OPTION_RECEIPTS)
		o->receipts = true;
	else if (c == OPTION_INJECT)
		o->inject = true;
	else
		return false;
	return true;
}

static bool number_option(struct options *o, int c)
{
	switch (c) {
	case 'c':
		o->connect = number(optarg);
		break;
	case 'b':
		o->binds = number(optarg);
		break;
	case 'l':
		must(o->n_listen < PORTS_MAX, "too many --listen");
		o->listen[o->n_listen++] = number(optarg);
		break;
	case 'h':
		o->sendsms = number(optarg);
		break;
	case 'd':
		o->dlr = number(optarg);
		break;
	case 'n':
		o->submit = number(optarg);
		break;
	case 'w':
		o->window = number(optarg);
		break;
	case 'a':
		o->ahead = number(optarg);
		break;
	case 'e':
		o->expect = number(optarg);
		break;
	case 'A':
		o->probe_after = number(optarg);
		break;
	default:
		return false;
	}
	return true;
}

static void read_options(int argc, char **argv, struct options *o)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) >= 0)
		if (!text_option(o, c) && !flag_option(o, c) &&
		    !number_option(o, c)) {
			fputs(help, stderr);
			exit(2);
		}
}

static void start(struct bench *b)
{
	size_t i;

	for (i = 0; i < b->o.n_listen; i++)
		session_listen(b, b->o.listen[i],
			       i == 0 && b->o.inject ? END_SMSC_SOURCE
						     : END_SMSC);
	for (i = 0; b->o.connect != 0 && b->o.system_id != NULL &&
		    i < b->o.binds; i++)
		session_connect(b, END_ESME, b->o.system_id, b->o.password);
	if (b->o.probe_id != NULL)
		b->probe = session_connect(b, END_PROBE, b->o.probe_id,
					   b->o.probe_password);
	if (b->o.sendsms != 0)
		http_start(b);
}

static bool through(const struct bench *b)
{
	const struct ledger *l = &b->ledger;
	size_t want = l->n - l->refused;

	if (l->n == 0 || bench_may_send(b) || l->counts[ANSWERED] < l->n)
		return false;
	if (b->o.ahead != 0 && b->o.submit == 0 &&
	    (double)(now_us() - b->began_us) < b->o.seconds * 1e6)
		return false;
	return (!b->o.arrivals || l->counts[ARRIVED] >= want) &&
	       (!b->o.receipts || l->counts[REPORTED] >= want) &&
	       (b->o.probe_id == NULL || b->probed);
}

static void run(struct bench *b)
{
	uint64_t now = now_us();

	b->began_us = b->last_us = now;
	start(b);
	while (!through(b)) {
		load_turn(b->load, 50);
		if (b->o.ahead != 0) {
			sessions_fill(b);
			http_fill(b);
		}
		now = now_us();
		if ((double)(now - b->last_us) > b->o.patience * 1e6)
			break;
		if (b->probe != NULL && !b->probing && !b->probed &&
		    b->ledger.counts[ARRIVED] >= b->o.probe_after)
			session_probe(b->probe);
	}
}

int main(int argc, char **argv)
{
	struct bench b = { .o = { .binds = 1,
				  .from = "22222",
				  .to = "155502",
				  .patience = 10,
				  .window = 100 } };
	bool whole;

	read_options(argc, argv, &b.o);
	b.load = load_new();
	ledger_init(&b.ledger);
	ledger_expect(&b.ledger, b.o.expect);
	if (b.o.expect != 0 && b.o.submit == 0 && b.o.seconds == 0)
		b.o.seconds = 1e-6;	/* nothing of its own */
	run(&b);
	printf("{");
	ledger_print(&b.ledger, b.o.arrivals, b.o.receipts);
	printf(",\"throttled\":%zu,\"receipts_again\":%zu,"
	       "\"first_arrived\":%.3f,\"probed\":%s,\"overtaken\":%zu}\n",
	       b.throttled, b.receipts_again, b.first_arrived,
	       b.probed ? "true" : "false", b.overtaken);
	whole = ledger_whole(&b.ledger, b.o.arrivals, b.o.receipts);
	load_free(b.load);
	ledger_clear(&b.ledger);
	return whole ? 0 : 1;
}
