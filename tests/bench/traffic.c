/*
 * A load of short messages, and the other end of it: an ESME that submits
 * (or HTTP requests, for Kannel's sendsms; or an SMSC that injects), and
 * SMSCs that take the messages and send receipts. One process is both ends,
 * so that it sees each message leave, arrive and be reported, each once, and
 * how long that took. Prints one JSON object; ends with 1 when a message was
 * lost or came twice.
 */
#include "tests/bench/traffic.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LINGER_US 300000
#define SCATTER	  2654435761u /* a prime: visits each of `of` once */

static const char help[] =
	"Usage: traffic [options]\n"
	"  --connect PORT      an ESME that submits to that port\n"
	"  --system-id ID --password WORD   its account\n"
	"  --binds N           its binds (1)\n"
	"  --accounts N        of as many accounts: ID000, ID001, ...\n"
	"  --characters N      of a text (64)\n"
	"  --ucs2              in UCS-2, and not in GSM 7-bit\n"
	"  --cut               sent in pieces\n"
	"  --listen PORT       an SMSC there; may be repeated\n"
	"  --inject            the first SMSC sends the messages\n"
	"  --sendsms PORT      they are sent to a Kannel smsbox there\n"
	"  --dlr PORT          whose receipts come here\n"
	"  --sip PORT --own PORT   users of that SIP server, their port\n"
	"  --users N --domain D    so many, bench000@D, ... (100, "
	"cpm.example)\n"
	"  --tcp               over TCP\n"
	"  --sip-source        the users send\n"
	"  --sip-recipients    the users get them\n"
	"  --imdn              their devices report what they got\n"
	"  --from N --to N     sender; recipients without their last 5 digits\n"
	"  --recipients N      different numbers (100000)\n"
	"  --submit N          so many messages at most\n"
	"  --seconds S         sends so long\n"
	"  --patience S        ends after so long without anything (10)\n"
	"  --window N          unanswered messages of one bind (100)\n"
	"  --ahead N           messages that are not through at most\n"
	"  --expect N          arrivals from an earlier load\n"
	"  --arrivals --receipts   wait for them\n"
	"  --withhold          no receipt comes, but it is asked for\n"
	"  --first-id N        what the SMSCs' ids begin behind (0)\n"
	"  --give N --of M --skip K   N receipts for the M messages whose ids\n"
	"                      begin there, after K that have come\n"
	"  --in-order          the oldest first, and not at random\n"
	"  --probe-id ID --probe-password WORD --probe-after N\n"
	"                      after N arrivals one message of another "
	"account\n";

bool bench_may_send(const struct bench *b)
{
	const struct ledger *l = &b->ledger;
	size_t through =
		b->o.receipts ? l->counts[REPORTED] : l->counts[ARRIVED];

	if (b->waits_for > 0 || b->o.give != 0)
		return false;
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

void bench_arrived(struct bench *b, struct bytes text, unsigned piece)
{
	size_t n;

	if (b->first_arrived == 0)
		b->first_arrived = wall();
	if (!text_number(&b->o.text, text, &n)) {
		b->ledger.strange++;
		return;
	}
	ledger_piece(&b->ledger, n, ARRIVED, piece);
	if (b->probing && n == b->probe_number) {
		b->probing = false;
		b->probed = true;
		/* It may be there before the answer to its sender. */
		if (b->probe_answered)
			b->overtaken =
				b->ledger.counts[ARRIVED] - 1 - b->probe_mark;
	}
}

void bench_one_ready(struct bench *b)
{
	if (--b->waits_for > 0)
		return;
	b->began_us = b->last_us = now_us();
}

void bench_one_bound(struct bench *b)
{
	if (--b->unbound == 0)
		b->bound_us = now_us() - b->start_us;
	bench_one_ready(b);
}

bool bench_give(struct bench *b, char id[NUMBERS_ROOM])
{
	uint64_t at;

	if (b->waits_for > 0 || b->giving >= b->o.give)
		return false;
	at = b->o.skip + b->giving++;
	if (!b->o.in_order)
		at = at * SCATTER % b->o.of;
	snprintf(id, NUMBERS_ROOM, "%" PRIu64, b->o.first_id + 1 + at);
	return true;
}

void bench_reported(struct bench *b, struct bytes id)
{
	ledger_reported(&b->ledger, id);
	b->given++;
	b->given_us = now_us();
}

enum {
	OPTION_ARRIVALS = 1000,
	OPTION_RECEIPTS,
	OPTION_INJECT,
	OPTION_TCP,
	OPTION_SIP_SOURCE,
	OPTION_SIP_RECIPIENTS,
	OPTION_IMDN,
	OPTION_UCS2,
	OPTION_CUT,
	OPTION_WITHHOLD,
	OPTION_IN_ORDER
};

static const struct option long_options[] = {
	{ "connect", required_argument, NULL, 'c' },
	{ "system-id", required_argument, NULL, 'i' },
	{ "password", required_argument, NULL, 'P' },
	{ "binds", required_argument, NULL, 'b' },
	{ "listen", required_argument, NULL, 'l' },
	{ "inject", no_argument, NULL, OPTION_INJECT },
	{ "sendsms", required_argument, NULL, 'h' },
	{ "dlr", required_argument, NULL, 'd' },
	{ "sip", required_argument, NULL, 'S' },
	{ "own", required_argument, NULL, 'O' },
	{ "users", required_argument, NULL, 'u' },
	{ "domain", required_argument, NULL, 'D' },
	{ "tcp", no_argument, NULL, OPTION_TCP },
	{ "sip-source", no_argument, NULL, OPTION_SIP_SOURCE },
	{ "sip-recipients", no_argument, NULL, OPTION_SIP_RECIPIENTS },
	{ "imdn", no_argument, NULL, OPTION_IMDN },
	{ "recipients", required_argument, NULL, 'r' },
	{ "accounts", required_argument, NULL, 'C' },
	{ "characters", required_argument, NULL, 'x' },
	{ "ucs2", no_argument, NULL, OPTION_UCS2 },
	{ "cut", no_argument, NULL, OPTION_CUT },
	{ "withhold", no_argument, NULL, OPTION_WITHHOLD },
	{ "in-order", no_argument, NULL, OPTION_IN_ORDER },
	{ "first-id", required_argument, NULL, 'F' },
	{ "give", required_argument, NULL, 'g' },
	{ "of", required_argument, NULL, 'o' },
	{ "skip", required_argument, NULL, 'k' },
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
	case 'D':
		o->domain = optarg;
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
	bool *const flags[] = {
		&o->arrivals,	&o->receipts,	    &o->inject,	  &o->tcp,
		&o->sip_source, &o->sip_recipients, &o->imdn,	  &o->text.ucs2,
		&o->cut,	&o->withhold,	    &o->in_order,
	};

	if (c < OPTION_ARRIVALS || c > OPTION_IN_ORDER)
		return false;
	*flags[c - OPTION_ARRIVALS] = true;
	return true;
}

static bool number_option(struct options *o, int c)
{
	const struct {
		int c;
		unsigned *to;
	} numbers[] = {
		{ 'c', &o->connect },	      { 'b', &o->binds },
		{ 'h', &o->sendsms },	      { 'd', &o->dlr },
		{ 'w', &o->window },	      { 'S', &o->sip },
		{ 'O', &o->sip_own },	      { 'u', &o->users },
		{ 'r', &o->recipients },      { 'C', &o->accounts },
		{ 'x', &o->text.characters },
	};
	const struct {
		int c;
		size_t *to;
	} sizes[] = {
		{ 'n', &o->submit },   { 'a', &o->ahead },
		{ 'e', &o->expect },   { 'A', &o->probe_after },
		{ 'F', &o->first_id }, { 'g', &o->give },
		{ 'o', &o->of },       { 'k', &o->skip },
	};
	size_t i;

	for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].c == c)
			*numbers[i].to = number(optarg);
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (sizes[i].c == c)
			*sizes[i].to = number(optarg);
	if (c == 'l') {
		must(o->n_listen < PORTS_MAX, "too many --listen");
		o->listen[o->n_listen++] = number(optarg);
	}
	return c != '?';
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

static void connect_esme(struct bench *b, unsigned bind)
{
	char id[NUMBERS_ROOM];

	if (b->o.accounts == 0)
		snprintf(id, sizeof id, "%s", b->o.system_id);
	else
		snprintf(id, sizeof id, "%s%03u", b->o.system_id,
			 bind % b->o.accounts);
	session_connect(b, END_ESME, id, b->o.password);
}

static void start(struct bench *b)
{
	unsigned bind;
	size_t i;

	for (i = 0; i < b->o.n_listen; i++)
		session_listen(b, b->o.listen[i],
			       i == 0 && b->o.inject ? END_SMSC_SOURCE
						     : END_SMSC);
	for (bind = 0; bind < b->unbound; bind++)
		connect_esme(b, bind);
	if (b->o.probe_id != NULL)
		b->probe = session_connect(b, END_PROBE, b->o.probe_id,
					   b->o.probe_password);
	if (b->o.sendsms != 0)
		http_start(b);
	if (b->o.sip != 0)
		sip_start(b);
}

static bool through(const struct bench *b)
{
	const struct ledger *l = &b->ledger;
	size_t want = l->n - l->refused;

	if (b->o.give != 0)
		return b->given >= b->o.give;
	if (l->n == 0 || bench_may_send(b) || l->counts[ANSWERED] < l->n)
		return false;
	if (b->o.ahead != 0 && b->o.submit == 0 &&
	    (double)(now_us() - b->began_us) < b->o.seconds * 1e6)
		return false;
	return (!b->o.arrivals || l->counts[ARRIVED] >= want) &&
	       (!b->o.receipts || l->counts[REPORTED] >= want) &&
	       (b->o.probe_id == NULL || b->probed);
}

/* What may have become possible, on any side. */
static void fill(struct bench *b)
{
	sip_fill(b);
	if (b->o.ahead == 0 && b->sip == NULL && b->o.n_listen == 0)
		return;
	sessions_fill(b);
	http_fill(b);
}

static void tick(struct bench *b)
{
	if (b->sip != NULL)
		sip_tick(b);
	if (b->probe != NULL && !b->probing && !b->probed &&
	    b->ledger.counts[ARRIVED] >= b->o.probe_after)
		session_probe(b->probe);
}

/* Whatever comes after the last one is one too many: it is awaited. */
static void linger(struct bench *b)
{
	uint64_t until = now_us() + LINGER_US;

	while (now_us() < until) {
		sip_flush(b);
		load_turn(b->load, 20);
	}
}

static void run(struct bench *b)
{
	uint64_t now = now_us(), ticked = now;

	if (b->o.connect != 0 && b->o.system_id != NULL)
		b->unbound = b->o.binds;
	b->waits_for = b->unbound + b->o.n_listen + (b->o.sip != 0);
	b->start_us = b->began_us = b->last_us = now;
	start(b);
	while (!through(b)) {
		fill(b);
		load_turn(b->load, 20);
		now = now_us();
		if ((double)(now - b->last_us) > b->o.patience * 1e6)
			break;
		if (now - ticked < 20000)
			continue;
		ticked = now;
		tick(b);
	}
	linger(b);
}

static void prepare_ledger(struct bench *b)
{
	unsigned pieces = text_pieces(&b->o.text);

	must(b->o.text.characters <= TEXT_OCTETS / (b->o.text.ucs2 ? 2 : 1) &&
		     b->o.text.characters >= TEXT_USUAL &&
		     pieces <= LEDGER_PIECES,
	     "--characters");
	ledger_init(&b->ledger);
	b->ledger.pieces[ARRIVED] = pieces;
	b->ledger.pieces[ANSWERED] = b->o.cut ? pieces : 1;
	ledger_expect(&b->ledger, b->o.expect);
}

int main(int argc, char **argv)
{
	struct bench b = { .o = { .binds = 1,
				  .from = "22222",
				  .to = "155502",
				  .patience = 10,
				  .recipients = 100000,
				  .users = 100,
				  .text = { .characters = TEXT_USUAL },
				  .domain = "cpm.example",
				  .window = 100 } };
	bool whole;

	read_options(argc, argv, &b.o);
	b.load = load_new();
	b.next_id = b.o.first_id;
	prepare_ledger(&b);
	if (b.o.expect != 0 && b.o.submit == 0 && b.o.seconds == 0)
		b.o.seconds = 1e-6; /* nothing of its own */
	run(&b);
	printf("{");
	ledger_print(&b.ledger, b.o.arrivals, b.o.receipts);
	printf(",\"sent_again\":%zu,\"came_again\":%zu,\"last_status\":%u",
	       b.sent_again, b.came_again, b.last_status);
	if (b.o.give != 0)
		printf(",\"given\":%zu,\"given_s\":%.6f", b.given,
		       (double)(b.given_us - b.began_us) / 1e6);
	printf(",\"bound_ms\":%.1f", (double)b.bound_us / 1e3);
	printf(",\"throttled\":%zu,\"receipts_again\":%zu,"
	       "\"first_arrived\":%.3f,\"probed\":%s,\"overtaken\":%zu}\n",
	       b.throttled, b.receipts_again, b.first_arrived,
	       b.probed ? "true" : "false", b.overtaken);
	whole = ledger_whole(&b.ledger, b.o.arrivals, b.o.receipts) &&
		(b.o.give == 0 || b.given == b.o.give);
	sip_free(&b);
	load_free(b.load);
	ledger_clear(&b.ledger);
	return whole ? 0 : 1;
}
