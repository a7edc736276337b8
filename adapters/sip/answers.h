/*
 * adapters/sip/answers.h - what was answered to which transaction, for
 * retransmissions over UDP: RFC 3261 17.2.2 without a transaction object of
 * 11 KB each. A client stops repeating 64*T1 after its first request, so an
 * entry lives that long from the first one on.
 */
#ifndef ADAPTERS_SIP_ANSWERS_H
#define ADAPTERS_SIP_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "codecs/err.h"

#define ANSWERS_LIFETIME_US 33000000u

struct answers;

struct answer {
	uint16_t status;	/* 0: not answered yet                       */
	uint16_t retry_after_s;	/* 0: none                                   */
	uint16_t minimum_s;	/* Min-Expires of a 423; 0: none             */
	bool trying;		/* 100 was sent                              */
};

/** At most `limit` transactions; then the oldest goes. NULL: no memory. */
struct answers *answers_new(uint32_t limit);
void answers_free(struct answers *a);

/**
 * Has this transaction been seen? If not, it is remembered, unanswered, and
 * NULL returned. Borrowed until the next call on `a`.
 */
const struct answer *answers_see(struct answers *a, uint64_t key,
				 uint64_t now_us);

/** What was answered; nothing happens when the transaction is forgotten. */
void answers_set(struct answers *a, uint64_t key, const struct answer *v);

/** Remembered now. */
uint32_t answers_count(const struct answers *a);

#endif
