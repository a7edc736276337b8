/*
 * adapters/smpp/ack.h - by what an SME's acknowledgement finds its message
 * when it names no id: the user_message_reference, and who wrote to whom.
 * SMPP v3.4 2.11, 4.6.1, 5.3.2.17.
 */
#ifndef ADAPTERS_SMPP_ACK_H
#define ADAPTERS_SMPP_ACK_H

#include "adapters/smpp/manner.h"
#include "codecs/smpp_pdu.h"

#define ACK_ID_ROOM 96	/* and a NUL                                         */

/** Of a message that went out as `p` to `to`; "": nobody can acknowledge it
 *  so, or is asked to. */
void ack_id_of(const struct smpp_pdu *p, const struct address *to,
	       const struct manner *m, char out[ACK_ID_ROOM]);

/** The same of an acknowledgement of it. ERR_MALFORMED: it has no reference;
 *  ERR_NOMEM. */
enum err ack_id_in(const struct smpp_pdu *p, const struct manner *m,
		   struct arena *a, char out[ACK_ID_ROOM]) CHECKED;

#endif
