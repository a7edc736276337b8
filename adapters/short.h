/*
 * adapters/short.h - what of a message goes as short messages, whichever way
 * they are carried: its subject and texts joined, or 8-bit data for a port,
 * and who they are from. 3GPP TS 23.038 6.2, 3GPP TS 23.040 9.2.3.24.3.
 */
#ifndef ADAPTERS_SHORT_H
#define ADAPTERS_SHORT_H

#include "codecs/udh.h"
#include "gateway/message.h"

/* Extras: TP-PID; the header's ports, IE 04 or 05, to, from: 1, 2, 2 octets;
 * elements of it that nobody here knows. */
#define SHORT_PROTOCOL	    "smpp.protocol_id"
#define SHORT_PORTS	    "smpp.ports"
#define SHORT_PORT_TLV	    "smpp.tlv.020b" /* SMPP v3.4 5.3.2.21            */
#define SHORT_HEADER	    "smpp.udh"
#define SHORT_HEADER_EXTRAS 2

/**
 * Appends the subject and the texts one after the other as UTF-8, LF between
 * them, whatever their labels promised; *any: there was a text. ERR_TOOBIG: a
 * part is kept outside; ERR_NOMEM, or what `to` says.
 */
enum err short_text(const struct message *m, struct arena *a, struct buf *to,
		    bool *any) CHECKED;

/** The part that goes where there is no text: the first for a port, or of
 *  octets. NULL: there is none. */
const struct part *short_data(const struct message *m);

/** The port that says what octets of that type are, and the one they come
 *  from; 0: none. Pushes come from where connectionless WSP is. */
unsigned short_port(const char *type);
unsigned short_source_port(const char *type);

/** The port that a text of a short message is for, other than those that have
 *  types of their own; 0: none. */
unsigned short_text_port(const struct message *m);

/**
 * The octets of that part as they go: a push is put together in `scratch`,
 * others are borrowed. ERR_NOMEM; else it is no push.
 */
enum err short_octets(const struct part *part, struct arena *a,
		      struct buf *scratch, struct bytes *out) CHECKED;

/** The header that each part of the content has, from extras; and the extras
 *  of a header: *n of them, that borrow from `h`. ERR_NOMEM. */
void short_header(const struct message *m, struct udh *out);
enum err short_header_extras(const struct udh *h, struct arena *a,
			     struct extra out[SHORT_HEADER_EXTRAS],
			     size_t *n) CHECKED;

/** The number when there is one, else an alphanumeric name that nobody can
 *  answer, else ANONYMOUS (SMPP v3.4 5.2.5, 3GPP TS 23.040 9.1.2.5). */
struct address short_sender(const struct message *m, struct arena *a);

#endif
