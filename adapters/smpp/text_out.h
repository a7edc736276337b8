/*
 * adapters/smpp/text_out.h - the content of a message as short messages:
 * its subject and texts joined, or 8-bit data for a port. 3GPP TS 23.038 6.2,
 * 3GPP TS 23.040 9.2.3.24.3.
 */
#ifndef ADAPTERS_SMPP_TEXT_OUT_H
#define ADAPTERS_SMPP_TEXT_OUT_H

#include "adapters/smpp/smpp_out.h"

/** The plan under that reference; in d->arena. False: as smpp_depart. */
bool text_out_plan(struct departure *d, uint16_t reference,
		   struct segment_plan *plan, struct outcome *why);

/** How a text would go to such a peer: {"alphabet":..,"segments":..}; {} when
 *  it cannot. ERR_NOMEM. */
enum err text_out_show(const struct manner *m, struct bytes text,
		       struct arena *a, struct buf *to) CHECKED;

#endif
