/*
 * adapters/sip/list_body.h - a body with lists of recipients -> the list, and
 * the message that is left without it. RFC 5363 4.1, RFC 5365 7.3.
 */
#ifndef ADAPTERS_SIP_LIST_BODY_H
#define ADAPTERS_SIP_LIST_BODY_H

#include "codecs/resource_list.h"

/* Texts live in the arena that was given. */
struct list_body {
	struct resource_list list;	/* of several lists: all of them     */
	const char *type;	/* of what is left; NULL: text/plain         */
	const char *language;	/* or NULL                                   */
	struct bytes body;	/* its transfer encoding is undone           */
};

/**
 * Reads a body of that Content-Type. One part that is left stands for itself,
 * several are a multipart again. *why says what is wrong in any error:
 * ERR_MALFORMED (no list is one, and so is nothing beside it), ERR_UNSUPPORTED
 * (a list in another format), ERR_TOOBIG (left is more than `limit` octets, or
 * a limit of the codecs), ERR_NOMEM.
 */
enum err list_body_read(struct bytes body, const char *type, size_t limit,
			struct arena *a, struct list_body *out,
			const char **why) CHECKED;

#endif
