/*
 * adapters/smpp/beyond.h - what senders want of messages that an SMSC has:
 * query_sm, cancel_sm and replace_sm over a bind of its link. SMPP v3.4 4.8 to
 * 4.10.
 */
#ifndef ADAPTERS_SMPP_BEYOND_H
#define ADAPTERS_SMPP_BEYOND_H

#include "adapters/smpp/hub.h"

/* In window_item.which: not one of the outbox's. */
#define BEYOND_MARK 0x80000000u

/** The adapter's slot `amend`: uplink_standing(ref) follows, once. */
void beyond_ask(struct hub *h, uint64_t ref, const struct amendment *r);

/* For the events of the link's connections: `item` has the mark. */
void beyond_response(const struct window_item *item, const struct smpp_pdu *p);
void beyond_lost(const struct window_item *item);

/** `s`, which transmits, has room: what waits goes first. */
void beyond_pump(struct peer *peer, struct session *s);

/** The link has no connection any more that transmits. */
void beyond_strand(struct peer *peer);

/** The program ends: nobody is answered any more. */
void beyond_clear(struct hub *h);

#endif
