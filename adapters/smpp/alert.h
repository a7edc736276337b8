/*
 * adapters/smpp/alert.h - alert_notification of an SMSC: a subscriber can be
 * reached again. SMPP v3.4 4.12.
 */
#ifndef ADAPTERS_SMPP_ALERT_H
#define ADAPTERS_SMPP_ALERT_H

#include "adapters/smpp/hub.h"

/** Tells it as a line of a story, found by the subscriber's address, and the
 *  engine that he is there, if it says so. It is never answered. */
void alert_in(struct peer *peer, const struct smpp_pdu *p);

#endif
