/*
 * codecs/cpim.h - message/cpim: addresses, time, subject and notification
 * requests around one MIME entity. Spec: RFC 3862; imdn headers: RFC 5438.
 *
 * What devices send is read liberally: addresses without <>, "NS: x<urn:y>",
 * lines ended by LF, MIME headers in the same block as the CPIM ones (as in
 * RFC 5438's own examples), the prefix "imdn" without declaration. What we
 * write is strict.
 */
#ifndef CODECS_CPIM_H
#define CODECS_CPIM_H

#include "codecs/header.h"

#define CPIM_MIME_TYPE	  "message/cpim"
#define CPIM_NS_CORE	  "urn:ietf:params:cpim-headers:"
#define CPIM_NS_IMDN	  "urn:ietf:params:imdn"
#define CPIM_HEADERS_MAX  200
#define CPIM_PREFIXES_MAX 16

struct cpim_address {
	struct bytes name;	/* display name, still escaped, no quotes    */
	struct bytes uri;	/* without <>; empty: no such header         */
};

struct cpim_header {
	struct bytes raw;	/* the line without its end                  */
	struct bytes ns;	/* URI of its namespace; empty: undeclared   */
	struct bytes prefix;	/* before the dot; empty: none               */
	struct bytes name;	/* behind the dot                            */
	struct bytes parameters; /* behind the colon: ";lang=fr", or empty   */
	struct bytes value;	/* still escaped                             */
};

/* Everything is borrowed from the input, or lives in the arena. */
struct cpim {
	struct cpim_header *headers;	/* in order; MIME ones are in `mime` */
	size_t count;
	struct cpim_address from;
	struct cpim_address *to, *cc;
	size_t to_count, cc_count;
	struct bytes datetime;
	struct bytes subject, subject_language;	/* of the first Subject      */
	struct bytes message_id;		/* imdn.Message-ID           */
	struct bytes disposition_notification;	/* for imdn_want_decode      */
	bool asks_notification;		/* that header is there, maybe empty */
	struct cpim_address original_to;	/* imdn.Original-To          */
	struct cpim_address *record_routes, *routes; /* imdn, topmost first  */
	size_t record_route_count, route_count;
	struct bytes required;	/* first name in Require that we do not      */
				/* know: refuse the message; else empty      */
	struct header_block mime;	/* of the encapsulated entity        */
	struct content_type type;	/* absent: text/plain                */
	struct bytes disposition;	/* Content-Disposition, whole value  */
	struct bytes content_id;	/* without <>                        */
	struct bytes transfer_encoding, content_encoding;
	struct bytes entity;		/* MIME headers and body; empty when */
					/* they stand among the CPIM headers */
	struct bytes body;		/* as transferred                    */
};

/**
 * Reads a message/cpim body. A missing From, To or DateTime is not an error.
 * ERR_MORE: headers without the empty line; ERR_MALFORMED: a line without
 * colon, control characters in a header, a bad NS or address, a bad
 * Content-Type; ERR_TOOBIG: above CPIM_HEADERS_MAX or CPIM_PREFIXES_MAX;
 * ERR_NOMEM. Content-Length is not used: the transport frames the message.
 */
enum err cpim_decode(struct bytes in, struct arena *a, struct cpim *out,
		     struct fault *why) CHECKED;

/** The `nth` (0 first) header `name` of namespace `ns`, or NULL. */
const struct cpim_header *cpim_find(const struct cpim *c, const char *ns,
				    const char *name, size_t nth);

/**
 * What an NS header declares; an empty prefix is the default namespace.
 * ERR_NOTFOUND: `h` is no NS header.
 */
enum err cpim_namespace(const struct cpim_header *h, struct bytes *prefix,
			struct bytes *ns) CHECKED;

/**
 * Appends a value with its escapes resolved (RFC 3862 2.3). A surrogate pair
 * written as two \u is joined; a lone one, and an octet that is not UTF-8,
 * becomes U+FFFD.
 */
void cpim_unescape(struct bytes value, struct buf *to);

/* How text is delimited, which decides about its quotes (2.3.1). */
enum cpim_quote { CPIM_BARE, CPIM_DOUBLE_QUOTED, CPIM_SINGLE_QUOTED };

/** Appends text (UTF-8, repaired) with exactly the escapes of 2.3.1. */
void cpim_escape(struct bytes text, enum cpim_quote quote, struct buf *to);

/* An address or header to be written: plain text, not escaped. */
struct cpim_party {
	struct bytes name;	/* empty: none; else written in quotes       */
	struct bytes uri;
};

struct cpim_extra {
	const char *ns_prefix, *ns; /* NULL: the core namespace              */
	const char *name;
	struct bytes value;
};

struct cpim_draft {
	struct cpim_party from;
	const struct cpim_party *to, *cc;
	size_t to_count, cc_count;
	struct bytes datetime;		/* RFC 3339; empty: none             */
	struct bytes subject, subject_language;
	struct bytes message_id;	/* imdn; empty: none                 */
	unsigned want;			/* bits of enum imdn_want            */
	struct cpim_party original_to;	/* uri empty: none                   */
	const struct bytes *record_routes, *routes; /* URIs, topmost first   */
	size_t record_route_count, route_count;
	const struct cpim_extra *extras;
	size_t extra_count;
	struct bytes content_type;	/* whole value; mandatory            */
	struct bytes disposition;	/* whole value; empty: none          */
	struct bytes content_id;	/* without <>; empty: none           */
	struct bytes transfer_encoding;	/* empty: none                       */
	bool with_length;		/* write Content-Length              */
	struct bytes body;
};

/**
 * Appends the message: From, To, cc, DateTime, Subject, extras, NS and imdn
 * headers, then the entity. ERR_RANGE: From, To or Content-Type missing, or
 * a URI, date, type, token or name that its header cannot hold; else
 * buf_status(to).
 */
enum err cpim_encode(const struct cpim_draft *d, struct buf *to) CHECKED;

/**
 * Appends message `in` with one more imdn header, above every other imdn
 * header: `imdn.<name>: <uri>`, with the NS line when needed. No other octet
 * changes. Errors of cpim_decode; ERR_RANGE: a bad `uri`.
 */
enum err cpim_insert(struct bytes in, const char *name, struct bytes uri,
		     struct arena *a, struct buf *to) CHECKED;

/**
 * Appends message `in` without the topmost imdn header of that name (what an
 * intermediary does with its own IMDN-Route, RFC 5438 8). ERR_NOTFOUND.
 */
enum err cpim_remove(struct bytes in, const char *name, struct arena *a,
		     struct buf *to) CHECKED;

#endif
