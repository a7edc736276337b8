/*
 * tests/bench/ledger.h - every message of a load by its number: when it was
 * sent, answered, arrived, was reported; each of it once, or once for each of
 * the pieces that it is cut into.
 */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "codecs/bytes.h"

#define LEDGER_PIECES 32	/* of one message at most                    */

enum moment { ANSWERED, ARRIVED, REPORTED, MOMENTS };

struct ledger {
	struct ledger_row *rows;
	size_t n, room;			/* sent                              */
	size_t counts[MOMENTS];		/* rows that have had it             */
	size_t twice[MOMENTS];
	size_t refused, strange;	/* no number, or one never sent      */
	unsigned pieces[MOMENTS];	/* that each of it takes; usually 1  */
	uint64_t began_us, sent_us, last_us[MOMENTS];

	/* What a peer calls our messages, by the id that it gave. */
	struct ledger_name *names;
	size_t n_names, names_room;
};

void ledger_init(struct ledger *l);
void ledger_clear(struct ledger *l);

/** `n` messages of an earlier load will arrive; call it first. */
void ledger_expect(struct ledger *l, size_t n);
/** The next message leaves now. Returns its number. */
size_t ledger_send(struct ledger *l);
/** That happened to message `number`. */
void ledger_mark(struct ledger *l, size_t number, enum moment m);
/** ... or to that piece of it, from 0; it happens to all with the last. */
void ledger_piece(struct ledger *l, size_t number, enum moment m,
		  unsigned piece);
void ledger_refused(struct ledger *l, size_t number);
/** The peer's name of a message is known, or a report has come by it. */
void ledger_named(struct ledger *l, struct bytes id, size_t number);
void ledger_reported(struct ledger *l, struct bytes id);

/** Members of a JSON object on standard output, without its braces. */
void ledger_print(struct ledger *l, bool arrivals, bool reports);
/** Nothing lost, nothing twice. */
bool ledger_whole(const struct ledger *l, bool arrivals, bool reports);

#endif
