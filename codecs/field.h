/*
 * codecs/field.h - tagged fields: how our own structures look on disk and
 * between our programs. A field is varint tag, varint length, octets; an
 * unknown tag is passed over, so an older program reads a newer image.
 */
#ifndef CODECS_FIELD_H
#define CODECS_FIELD_H

#include "codecs/bytes.h"

/* A structure that could not be written whole is seen in buf_status(). */
void field_put(struct buf *to, unsigned tag, struct bytes value);
void field_text(struct buf *to, unsigned tag, const char *text); /* not NULL */
void field_number(struct buf *to, unsigned tag, uint64_t v);	  /* not 0   */

/**
 * Opens a field whose value is written next, and closes it again: 5 octets
 * are kept for its length. Returns the mark that field_close wants.
 */
size_t field_open(struct buf *to, unsigned tag);
void field_close(struct buf *to, size_t mark);

struct field {
	unsigned tag;		/* 1..65535 */
	struct bytes value;	/* borrowed */
};

/**
 * The next field. false: none is left, or the octets are not fields; then
 * c->bad tells the two apart (OK, ERR_MORE, ERR_MALFORMED).
 */
bool field_next(struct cursor *c, struct field *out);

/** A number of field_number; 0 and *bad set when it is not one. */
uint64_t field_value(const struct field *f, enum err *bad);

#endif
