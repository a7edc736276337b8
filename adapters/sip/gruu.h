/*
 * adapters/sip/gruu.h - public GRUUs: the URI of one device of somebody, made
 * of his address and the device's instance. RFC 5627 4.1, 5.
 */
#ifndef ADAPTERS_SIP_GRUU_H
#define ADAPTERS_SIP_GRUU_H

#include "codecs/bytes.h"

/**
 * The parameter by which a SIP URI is a GRUU, as it stands there: "gr=..." or
 * "gr" alone (a temporary one; we give none). Empty: it is no GRUU.
 */
struct bytes gruu_of(const char *uri);

/** Does such a parameter name that instance ("<urn:...>", with its quotes)? */
bool gruu_is(struct bytes parameter, const char *instance);

/** Appends the parameter of an instance. */
void gruu_put(const char *instance, struct buf *to);

#endif
