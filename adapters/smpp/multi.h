/*
 * adapters/smpp/multi.h - one message to several destinations, submit_multi:
 * which of them are taken, and the answer that names the others. SMPP v3.4
 * 4.5.
 */
#ifndef ADAPTERS_SMPP_MULTI_H
#define ADAPTERS_SMPP_MULTI_H

#include "adapters/smpp/inbox.h"

/* The destinations of one request, until it is answered. */
struct multi;

/** Of a submit_multi; on the heap: mem_free(). NULL: no memory. */
struct multi *multi_new(const struct smpp_pdu *p);

/**
 * Reads the destinations into the recipients of `m`. 0, or the
 * command_status that refuses all: none of them can be taken, or there is no
 * memory. Those of distribution lists have ESME_RINVDLNAME, those beyond
 * what in->pass lets through its status.
 */
uint32_t multi_read(struct multi *v, struct inbox *in, struct arena *a,
		    struct message *m);

/** The answer's unsuccess_smes into `p`, by `to`; `refused` is that of struct
 *  accepted. */
void multi_answer(struct multi *v, struct bytes refused, struct smpp_pdu *p,
		  struct buf *to);

#endif
