/*
 * codecs/imdn.h - instant message disposition notifications: the document
 * message/imdn+xml and the request for it. Spec: RFC 5438; the interworking
 * notification: OMA CPM, namespace urn:oma:xml:cpm:imdn-extensions:1.0.
 */
#ifndef CODECS_IMDN_H
#define CODECS_IMDN_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define IMDN_MIME_TYPE "message/imdn+xml"

enum imdn_type {
	IMDN_DELIVERY,
	IMDN_DISPLAY,
	IMDN_PROCESSING,
	IMDN_INTERWORKING	/* OMA: left CPM by another technology       */
};

enum imdn_status {
	IMDN_DELIVERED,		/* delivery                                  */
	IMDN_FAILED,		/* delivery                                  */
	IMDN_DISPLAYED,		/* display                                   */
	IMDN_PROCESSED,		/* processing                                */
	IMDN_STORED,		/* processing                                */
	IMDN_FORBIDDEN,		/* any: the notification is denied           */
	IMDN_ERROR,		/* any: the server failed                    */
	IMDN_LEGACY_SMS,	/* interworking                              */
	IMDN_LEGACY_MMS		/* interworking                              */
};

struct imdn {
	struct bytes message_id;	/* of the message; mandatory         */
	struct bytes datetime;		/* its DateTime, verbatim; mandatory */
	struct bytes recipient_uri;	/* empty: absent                     */
	struct bytes original_recipient_uri;
	struct bytes subject, subject_language;
	struct bytes note;		/* free text; not in RFC 5438 11     */
	enum imdn_type type;
	enum imdn_status status;
};

/** "delivery", "display", ... for traces. */
const char *imdn_type_name(enum imdn_type t);

/** "delivered", "legacy-sms", ...: the element's name. */
const char *imdn_status_name(enum imdn_status s);

/** Whether the type's <status> may hold `s` (RFC 5438 11.1.7). */
bool imdn_status_fits(enum imdn_type t, enum imdn_status s);

/**
 * Reads the document; text goes to the arena. Children may come in any
 * order, unknown ones are skipped. ERR_UNSUPPORTED: the root is not <imdn>
 * of RFC 5438, or there is no notification or status that we know.
 * ERR_MALFORMED: not well-formed, message-id or datetime missing or empty,
 * or a status that does not belong to its notification. Else as xml_read.
 */
enum err imdn_decode(struct bytes in, struct arena *a, struct imdn *out,
		     struct fault *why) CHECKED;

/**
 * Appends the document, elements in the order of RFC 5438 11.1.9.
 * ERR_RANGE: a mandatory member is empty, or the status does not fit the
 * type; else buf_status(to).
 */
enum err imdn_encode(const struct imdn *n, struct buf *to) CHECKED;

/* What a sender asks for: bits of the Disposition-Notification header. */
enum imdn_want {
	IMDN_WANT_POSITIVE     = 1,	/* positive-delivery                 */
	IMDN_WANT_NEGATIVE     = 2,	/* negative-delivery                 */
	IMDN_WANT_DISPLAY      = 4,
	IMDN_WANT_PROCESSING   = 8,
	IMDN_WANT_INTERWORKING = 16
};

/**
 * The header's value (RFC 5438 10) -> bits of enum imdn_want. Unknown words
 * and all parameters are ignored (7.2.1); letters match in either case.
 */
unsigned imdn_want_decode(struct bytes value);

/** Appends "positive-delivery, negative-delivery, ..."; none: nothing. */
void imdn_want_encode(unsigned want, struct buf *to);

#endif
