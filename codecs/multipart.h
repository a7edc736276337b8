/*
 * codecs/multipart.h - a MIME entity <-> a tree of parts, and transfer
 * encodings. Spec: RFC 2045, RFC 2046 5.1.
 */
#ifndef CODECS_MULTIPART_H
#define CODECS_MULTIPART_H

#include "codecs/header.h"

#define MULTIPART_PARTS_MAX	   50	/* in the whole tree                 */
#define MULTIPART_DEPTH_MAX	   8	/* multiparts inside each other      */
#define MULTIPART_BOUNDARY_OCTETS  26	/* with the NUL                      */

struct part {
	struct header_block headers;	/* all, in order                     */
	struct content_type type;	/* absent: text/plain (RFC 2045 5.2) */
	struct header_value disposition; /* value empty when absent          */
	struct bytes id;		/* Content-ID without <>             */
	struct bytes location;		/* Content-Location                  */
	struct bytes encoding;		/* Content-Transfer-Encoding         */
	struct bytes name;		/* filename, else the type's name    */
	struct bytes body;		/* as transferred; of a multipart:   */
					/* everything, preamble included     */
	struct part *child, *next;	/* child: only of a multipart        */
};

/**
 * Reads headers, empty line and body; multiparts inside are taken apart.
 * A closing boundary may be missing when only white space follows the last
 * boundary (RFC 5438 8.3 shows that). ERR_MORE: headers without end, or a
 * multipart that is not closed; ERR_MALFORMED: a bad header or Content-Type,
 * or a multipart without boundary parameter or without any part; ERR_TOOBIG:
 * too many parts or too deep; ERR_NOMEM.
 */
enum err part_read(struct bytes in, struct arena *a, struct part **out,
		   struct fault *why) CHECKED;

/**
 * As part_read when the headers are elsewhere (of SIP, HTTP): takes the body
 * of an entity of type `t`, a multipart, apart. *first is the list of parts.
 */
enum err multipart_read(struct bytes body, const struct content_type *t,
			struct arena *a, struct part **first,
			struct fault *why) CHECKED;

/** The part with that Content-ID, `<` `>` and "cid:" ignored, or NULL. */
const struct part *multipart_by_id(const struct part *first, struct bytes id);

/**
 * Appends the body without its transfer encoding: base64, quoted-printable,
 * 7bit, 8bit, binary or none. ERR_UNSUPPORTED: another encoding.
 */
enum err part_content(const struct part *p, struct buf *to) CHECKED;

/**
 * Appends headers, empty line and body as they are. To build a part, use
 * header_add on its headers and set its body; nothing else is looked at.
 */
void part_write(const struct part *p, struct buf *to);

/**
 * Appends all of the list between boundary lines; `boundary` is that of the
 * Content-Type. ERR_EXISTS: a part contains it; else buf_status(to).
 */
enum err multipart_write(const struct part *first, const char *boundary,
			 struct buf *to) CHECKED;

/** A boundary from 16 random octets: 25 characters that need no quotes. */
void multipart_boundary(const uint8_t random[16],
			char out[MULTIPART_BOUNDARY_OCTETS]);

/** Quoted-printable -> octets (RFC 2045 6.7, its tolerances). */
void quoted_printable_read(struct bytes in, struct buf *to);

#endif
