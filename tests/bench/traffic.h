/* tests/bench/traffic.h - what the sides of the load generator share. */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include "codecs/smpp_pdu.h"
#include "tests/bench/ledger.h"
#include "tests/bench/load.h"
#include "tests/bench/texts.h"

#define PORTS_MAX    4
#define SEQUENCES    65536		/* more than any window */
#define NUMBERS_ROOM 24

struct options {
	unsigned connect, binds;	/* an ESME of so many binds          */
	const char *system_id, *password;
	unsigned accounts;		/* not 0: ID000, ID001, ... in turn  */
	struct text_form text;
	bool cut;			/* the ESME sends it in pieces       */
	unsigned listen[PORTS_MAX];	/* SMSCs                             */
	size_t n_listen;
	bool inject;			/* the first SMSC is the source      */
	unsigned sendsms, dlr;		/* the source is HTTP, with receipts */
	const char *from, *to;		/* `to` is a prefix of 5 more digits */
	size_t submit;			/* at most; 0: no limit              */
	double seconds;			/* of sending                        */
	double patience;		/* of nothing, then it ends          */
	unsigned window;
	size_t ahead;			/* sent and not through; 0: no limit */
	size_t expect;			/* of an earlier load                */
	bool arrivals, receipts;
	bool withhold;			/* receipts are asked for, not given */
	size_t give, of, skip;		/* ... but now: see bench_give()     */
	bool in_order;
	size_t first_id;		/* of the SMSCs: the next is 1 more  */
	unsigned recipients;		/* different ones; up to 100,000     */

	unsigned sip, sip_own;		/* the server, and our own port      */
	unsigned users;			/* registered; 0: no SIP at all      */
	const char *domain;
	bool tcp;
	bool sip_source;		/* users send ...                    */
	bool sip_recipients;		/* ... to users                      */
	bool imdn;			/* devices report what they get      */

	const char *probe_id, *probe_password;
	size_t probe_after;		/* arrivals                          */
};

struct bench {
	struct options o;
	struct load *load;
	struct ledger ledger;
	uint64_t began_us, last_us;	/* something happened                */
	double first_arrived;		/* since 1970                        */
	uint64_t next_id;		/* of the SMSCs                      */
	size_t throttled, receipts_again;
	size_t giving, given;		/* receipts of o.give                */
	uint64_t given_us;		/* the last                          */
	size_t unbound;			/* binds of the ESME                 */
	uint64_t start_us, bound_us;	/* until they all are there          */
	unsigned last_status;		/* of a SIP refusal                  */
	size_t waits_for;		/* links and users before it starts  */

	struct session *sessions;
	struct asker *askers;		/* o.window of them                  */
	struct sip *sip;
	size_t sent_again, came_again;	/* retransmissions                   */
	struct session *probe;
	size_t probe_number, probe_mark;	/* arrivals when answered    */
	bool probing, probe_answered, probed;
	size_t overtaken;		/* that arrived before the probe     */
};

/** A link is bound, or all users are registered: when nothing is missing any
 *  more the clock of the load starts. */
void bench_one_ready(struct bench *b);
/** May one more message be sent now? */
bool bench_may_send(const struct bench *b);
/** A message has arrived, or that piece of it, from 0. */
void bench_arrived(struct bench *b, struct bytes text, unsigned piece);

void bench_reported(struct bench *b, struct bytes id);
void bench_one_bound(struct bench *b);
/**
 * The next id of o.give receipts, for messages of an earlier load: of the
 * o.of ids behind o.first_id, as they were given or in an order that looks
 * random, without the first o.skip of that order. False: none, or not yet.
 */
bool bench_give(struct bench *b, char id[NUMBERS_ROOM]);

/* An SMPP connection; which end it is decides what it does. */
enum end {
	END_ESME,			/* connects; is the source           */
	END_SMSC,			/* accepts; takes messages           */
	END_SMSC_SOURCE,		/* accepts; sends messages           */
	END_PROBE			/* connects; sends one message       */
};

void session_listen(struct bench *b, unsigned port, enum end end);
struct session *session_connect(struct bench *b, enum end end,
				const char *system_id, const char *password);
/** Sends what may be sent: the others' progress may have made room. */
void sessions_fill(struct bench *b);
/** Sends the one message of the probe. */
void session_probe(struct session *s);

void http_start(struct bench *b);
void http_fill(struct bench *b);

/** Registers the users; then they send, if they are the source. */
void sip_start(struct bench *b);
void sip_fill(struct bench *b);
void sip_flush(struct bench *b);
/** Retransmissions: call it about every 50 ms. */
void sip_tick(struct bench *b);
void sip_free(struct bench *b);

/** "15550200123": the recipient of message `n`. */
void number_of(const struct bench *b, size_t n, char text[NUMBERS_ROOM]);

#endif
