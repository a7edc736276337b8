/*
 * codecs/header.h - MIME header fields, their parameters, and Content-Type.
 * Spec: RFC 5322 2.2, RFC 2045 5.1, RFC 2183, RFC 2231.
 */
#ifndef CODECS_HEADER_H
#define CODECS_HEADER_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define HEADER_FIELDS_MAX     100
#define HEADER_PARAMETERS_MAX 32

struct header_field {
	struct bytes name;	/* as written                                */
	struct bytes value;	/* unfolded, without space at both ends      */
};

struct header_block {
	struct header_field *fields;	/* in order                          */
	size_t count;
	size_t room;			/* fields that the array can hold    */
};

/**
 * The line that starts at *at, without its CRLF or LF; *at then is behind
 * them. False: no line ends in what is left; nothing changes.
 */
bool header_line(struct bytes in, size_t *at, struct bytes *line);

/**
 * Reads fields up to and with the empty line. Lines end with CRLF or LF;
 * folded values go to the arena, others are borrowed. *used: octets read,
 * so what follows starts at in.p + *used. ERR_MORE: no empty line;
 * ERR_MALFORMED: a line without a name and colon, or a control character;
 * ERR_TOOBIG: more than HEADER_FIELDS_MAX; ERR_NOMEM.
 */
enum err header_block_read(struct bytes in, struct arena *a,
			   struct header_block *out, size_t *used,
			   struct fault *why) CHECKED;

/** Without blanks and one pair of < > around it (Content-ID). */
struct bytes header_unangled(struct bytes value);

/**
 * As header_block_read when all of `in` is fields and no empty line follows;
 * the last line need not end.
 */
enum err header_fields_read(struct bytes in, struct arena *a,
			    struct header_block *out, struct fault *why)
	CHECKED;

/** Value of the first field of that name, any case; empty when absent. */
struct bytes header_find(const struct header_block *h, const char *name);

/** Appends a field behind the others; both parts stay borrowed. */
enum err header_add(struct header_block *h, struct arena *a, const char *name,
		    struct bytes value) CHECKED;

/** Appends the fields, CRLF behind each, without the empty line. */
void header_block_write(const struct header_block *h, struct buf *to);

struct parameter {
	struct bytes name, value;	/* value without quotes, decoded     */
};

/* `value; name=value; ...`, as in Content-Disposition. */
struct header_value {
	struct bytes value;		/* before the first ';'              */
	struct parameter *parameters;
	size_t count;
};

/**
 * Quoted strings are resolved; RFC 2231 pieces (name*0, name*1) are joined,
 * its percent-escapes resolved and ISO-8859-1 made UTF-8; other labels are
 * dropped.
 * Parameters without '=' get an empty value. ERR_MALFORMED: a quoted string
 * has no end; ERR_TOOBIG: more than HEADER_PARAMETERS_MAX; ERR_NOMEM.
 */
enum err header_value_read(struct bytes in, struct arena *a,
			   struct header_value *out) CHECKED;

/** Value of that parameter, any case of its name; empty when absent. */
struct bytes header_parameter(const struct header_value *v, const char *name);

/** Appends it, parameters quoted where RFC 2045 5.1 wants that. */
void header_value_write(const struct header_value *v, struct buf *to);

/** Appends `; name=value` by the same rule. */
void header_put_parameter(struct buf *to, const char *name,
			  struct bytes value);

struct content_type {
	struct header_value full;	/* value: "type/subtype"             */
	struct bytes type, subtype;	/* as written                        */
};

/** ERR_MALFORMED: not token "/" token; else as header_value_read. */
enum err content_type_read(struct bytes in, struct arena *a,
			   struct content_type *out) CHECKED;

/** Same type, any case; `name` is "text/plain" or, for the family, "text/". */
bool content_type_is(const struct content_type *t, const char *name);

/** The charset parameter; empty when absent. */
struct bytes content_type_charset(const struct content_type *t);

#endif
