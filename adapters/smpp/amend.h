/*
 * adapters/smpp/amend.h - query_sm, cancel_sm and replace_sm of an ESME: to
 * the engine, and its answer back. SMPP v3.4 4.8 to 4.10.
 */
#ifndef ADAPTERS_SMPP_AMEND_H
#define ADAPTERS_SMPP_AMEND_H

#include "adapters/smpp/inbox.h"

/** One of the three; it is answered when the engine has answered. */
void amend_request(struct inbox *in, const struct smpp_pdu *p);

/** The engine's answer. */
void amend_standing(struct hub *h, uint64_t ref, const struct standing *v);

#endif
