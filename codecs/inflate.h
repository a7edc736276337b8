/*
 * codecs/inflate.h - Content-Encoding: deflate or gzip, with a bound on what
 * comes out. Spec: RFC 1950, 1951, 1952. The only file with zlib.
 */
#ifndef CODECS_INFLATE_H
#define CODECS_INFLATE_H

#include "codecs/bytes.h"

/**
 * Appends what `in` holds: zlib or gzip as its first octets say, else raw
 * deflate (some senders call that "deflate", RFC 9110 8.4.1.2); all members
 * of gzip. ERR_MORE: `in` ends too soon; ERR_MALFORMED: no such stream, a wrong check value, or
 * octets behind the stream; ERR_TOOBIG: above the limit of `to`; ERR_NOMEM.
 * After an error what `to` holds is of no use.
 */
enum err inflate_read(struct bytes in, struct buf *to) CHECKED;

#endif
