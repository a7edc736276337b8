/*
 * codecs/resource_list.h - lists of addresses: the recipients of one message,
 * and what they are told of each other. Specs: RFC 4826 3 (the document),
 * RFC 5364 4 (copyControl, anonymize, count), RFC 5365 4.
 */
#ifndef CODECS_RESOURCE_LIST_H
#define CODECS_RESOURCE_LIST_H

#include "codecs/arena.h"
#include "codecs/bytes.h"
#include "codecs/xml.h"

#define RESOURCE_LIST_MIME_TYPE	  "application/resource-lists+xml"
#define RESOURCE_LIST_NS	  "urn:ietf:params:xml:ns:resource-lists"
#define RESOURCE_LIST_DISPOSITION "recipient-list"
#define RESOURCE_LIST_HISTORY	  "recipient-list-history;handling=optional"
#define RESOURCE_LIST_ANONYMOUS	  "sip:anonymous@anonymous.invalid"

#define RESOURCE_LIST_MAX 1000	/* entries in one document                   */

/* In the order of their precedence (RFC 5364 4). */
enum copy_control { COPY_TO, COPY_CC, COPY_BCC };

struct resource {
	struct bytes uri;	/* never empty                               */
	struct bytes name;	/* of <display-name>; empty: none            */
	enum copy_control copy;	/* BCC when it is not said                   */
	bool anonymize;
	uint32_t count;		/* how many it stands for; 1 when not said   */
};

struct resource_list {
	struct resource *entries;
	size_t n;
};

/**
 * Reads the document, text goes to the arena. Lists inside lists are read as
 * one. ERR_UNSUPPORTED: another document, or it has <entry-ref> or <external>,
 * whose recipients are elsewhere (RFC 5365 6: not to be used).
 * ERR_MALFORMED: not well-formed, an entry without uri, or an attribute with
 * another value than RFC 5364 5 knows. ERR_TOOBIG: more than
 * RESOURCE_LIST_MAX entries; else as xml_read.
 */
enum err resource_list_decode(struct bytes in, struct arena *a,
			      struct resource_list *out,
			      struct fault *why) CHECKED;

/**
 * The same of one <list> that stands in another document: its entries are
 * added behind those in *out.
 */
enum err resource_list_node(const struct xml_node *list, struct arena *a,
			    struct resource_list *out,
			    struct fault *why) CHECKED;

/**
 * Appends the document. ERR_RANGE: an empty uri; else buf_status(to).
 */
enum err resource_list_encode(const struct resource_list *l,
			      struct buf *to) CHECKED;

/**
 * Appends what recipients are told of a list (RFC 5364 6): nobody who is
 * BCC; those who are to be anonymous as one entry with their number, in the
 * place of the first of them, for each of TO and CC. Adds nothing, and sets
 * *any to false, when that is nobody. ERR_RANGE, buf_status(to), ERR_NOMEM.
 */
enum err resource_list_history(const struct resource_list *l, struct arena *a,
			       struct buf *to, bool *any) CHECKED;

#endif
