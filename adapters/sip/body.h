/*
 * adapters/sip/body.h - an entity as the flat list of its parts: transfer
 * encodings undone, multiparts taken apart, text in UTF-8. RFC 2045, 2046.
 */
#ifndef ADAPTERS_SIP_BODY_H
#define ADAPTERS_SIP_BODY_H

#include "codecs/arena.h"

#define BODY_PARTS_MAX 50

/* The type of text that cannot be read: its charset is not known here, or its
 * octets are not of it. Only who is sent the whole as it came may know more. */
#define BODY_UNREAD "text/x-unread"

/* Absent texts are NULL; `type` never is. */
struct body_part {
	const char *type;	/* "text/plain;charset=UTF-8"                */
	const char *disposition, *content_id, *name, *language;
	struct bytes body;	/* of the source where nothing had to change */
};

/* What the headers around say; empty: absent. */
struct body_source {
	struct bytes type;	/* Content-Type, whole; empty: text/plain    */
	struct bytes disposition, content_id, transfer_encoding, language;
	struct bytes body;
};

struct body {
	struct body_part parts[BODY_PARTS_MAX];
	size_t count;
	bool only_multipart;	/* it was a multipart                        */
};

/**
 * Reads all parts; texts and what had to be decoded live in `a`. ERR_MORE,
 * ERR_MALFORMED, ERR_UNSUPPORTED (a transfer encoding), ERR_TOOBIG (more
 * parts, deeper, or decoded to above `limit` octets), ERR_NOMEM.
 */
enum err body_read(const struct body_source *s, size_t limit, struct arena *a,
		   struct body *out) CHECKED;

/**
 * Writes parts as multipart/mixed: appends the body, and the whole
 * Content-Type to `type`. `random` makes the boundary. ERR_EXISTS: a part
 * contains the boundary; ERR_NOMEM, ERR_TOOBIG.
 */
enum err body_write(const struct body_part *parts, size_t count,
		    const uint8_t random[16], struct buf *type,
		    struct buf *to) CHECKED;

/** Is that type (`text/plain;...`) of the family or name `name`? */
bool body_type_is(const char *type, const char *name);

#endif
