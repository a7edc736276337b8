/* policy/receipts.h - who is owed which report. RFC 5438 7.2.1, 8.2. */
#ifndef POLICY_RECEIPTS_H
#define POLICY_RECEIPTS_H

#include "policy/facts.h"

/**
 * The kind of report that tells of `s`: WANT_POSITIVE, WANT_NEGATIVE,
 * WANT_DISPLAY, WANT_PROCESSING, WANT_INTERWORKING, WANT_INTERMEDIATE,
 * WANT_ALERT, WANT_ACKNOWLEDGED.
 */
enum want receipts_kind(enum delivery_state s);

/** `want` (bits) asks to be told of `s`. */
bool receipts_owed(uint8_t want, enum delivery_state s);

#endif
