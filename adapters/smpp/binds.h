/* adapters/smpp/binds.h - the binds of a link to an SMSC, or of an account, for
 * operators. */
#ifndef ADAPTERS_SMPP_BINDS_H
#define ADAPTERS_SMPP_BINDS_H

#include "adapters/smpp/hub.h"

/**
 * Appends lines of JSON: an object with member "link" for all of it, then one
 * with member "bind" (from 1) for each bind. `p` is a link to an SMSC.
 */
void binds_of_link(const struct peer *p, struct buf *to);
/** The same of an account, whose binds are those that are open. */
void binds_of_account(const struct peer *p, struct buf *to);

#endif
