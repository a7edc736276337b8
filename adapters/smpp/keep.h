/*
 * adapters/smpp/keep.h - what only SMPP knows of a message: in as extras of
 * the neutral form, out again where the PDU has a place for it. What has none
 * there is named, so that it is traced and not silently dropped.
 */
#ifndef ADAPTERS_SMPP_KEEP_H
#define ADAPTERS_SMPP_KEEP_H

#include "adapters/smpp/smpp_out.h"
#include "codecs/segment.h"
#include "codecs/smpp_pdu.h"
#include "gateway/message.h"

#define KEEP_MAX 64 /* extras of one message; the rest is lost       */

/**
 * Adds extras for everything of `p` that struct message has no field for:
 * `c` is its content, as read. ERR_NOMEM.
 */
enum err keep_in(const struct smpp_pdu *p, const struct segment_content *c,
		 struct arena *a, struct message *out) CHECKED;

/** The fields outside the content, into a PDU that is else complete. */
void keep_out(struct departure *d, struct smpp_pdu *p);

/**
 * The data_coding of the content, where it is another than that of the plan:
 * message waiting (3GPP TS 23.038 4), data in a code that is not ours.
 */
void keep_coding(struct departure *d, struct segment_plan *plan);

/** registered_delivery of the submission, where it is another than `want`
 *  tells: it asked for delivery acknowledgements; else 0. SMPP v3.4 5.2.17. */
uint8_t keep_registered(const struct message *m);

/** Whether there is a parameter `tag` that goes out again. */
bool keep_has(const struct departure *d, uint16_t tag);

/** Appends the parameters that go out again. */
void keep_tlvs(const struct departure *d, struct buf *to);

#endif
