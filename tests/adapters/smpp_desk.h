/* tests/adapters/smpp_desk.h - one leg on its way to PDUs, without sockets. */
#ifndef TESTS_ADAPTERS_SMPP_DESK_H
#define TESTS_ADAPTERS_SMPP_DESK_H

#include "adapters/smpp/smpp_out.h"
#include "codecs/smpp_pdu.h"
#include "tests/check.h"

#define DESK_NOW UINT64_C(1763672400000000) /* 2025-11-20 21:00 */

/* A leg to +15550200001 by smsc-a, or to an ESME of that name. */
struct desk {
	struct arena *arena;
	struct buf scratch, pdus, lost;
	struct progress progress;
	struct part part;
	struct leg leg;
	struct manner manner;
	struct departure d;
	struct outcome why;
};

/** Speaks as its settings say by default. */
struct manner desk_manner(bool server);

/** A submission with addresses and nothing else. */
struct smpp_pdu desk_pdu(void);

/** `text` is borrowed. */
void desk_open(struct desk *k, const char *text, bool server);
void desk_close(struct desk *k);

/** The nth PDU that was written (from 0); false: there are not so many. */
bool desk_pdu_at(const struct desk *k, unsigned n, struct smpp_pdu *p);

/** What is said to be lost: "" or "lost=a,b". */
const char *desk_lost(struct desk *k);

#endif
