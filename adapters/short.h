/*
 * adapters/short.h - what of a message goes as short messages, whichever way
 * they are carried: its subject and texts joined, or 8-bit data for a port,
 * and who they are from. 3GPP TS 23.038 6.2, 3GPP TS 23.040 9.2.3.24.3.
 */
#ifndef ADAPTERS_SHORT_H
#define ADAPTERS_SHORT_H

#include "gateway/message.h"

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

/**
 * The octets of that part as they go: a push is put together in `scratch`,
 * others are borrowed. ERR_NOMEM; else it is no push.
 */
enum err short_octets(const struct part *part, struct arena *a,
		      struct buf *scratch, struct bytes *out) CHECKED;

/** The number when there is one, else an alphanumeric name that nobody can
 *  answer, else ANONYMOUS (SMPP v3.4 5.2.5, 3GPP TS 23.040 9.1.2.5). */
struct address short_sender(const struct message *m, struct arena *a);

#endif
