/*
 * codecs/base64.h - octets as printable text: base64 and base64url
 * (RFC 4648 4, 5), the base64 of mail (RFC 2045 6.8) and hexadecimal.
 */
#ifndef CODECS_BASE64_H
#define CODECS_BASE64_H

#include "codecs/bytes.h"

/** Appends base64 with padding, in one line. */
void base64_put(struct buf *to, struct bytes in);

/** Appends base64 with padding in lines of 76 characters, CRLF behind each. */
void base64_put_lines(struct buf *to, struct bytes in);

/** Appends base64url without padding; 16 octets become 22 characters. */
void base64url_put(struct buf *to, struct bytes in);

/** The same for 16 octets, with a NUL behind the 22 characters. */
void base64url_16(const uint8_t in[16], char out[23]);

/*
 * Strict readers, so that one value has one spelling: no spaces, no octet of
 * the other alphabet, padding present (base64) or absent (base64url), unused
 * bits zero (RFC 4648 3.2-3.5). ERR_MALFORMED, and `to` is as it was;
 * else what buf_status(to) says.
 */
enum err base64_read(struct bytes in, struct buf *to) CHECKED;
enum err base64url_read(struct bytes in, struct buf *to) CHECKED;

/**
 * The reader for mail: octets outside the alphabet are skipped, the first
 * '=' ends the data, a last group of one character is dropped (RFC 2045 6.8).
 */
enum err base64_read_lines(struct bytes in, struct buf *to) CHECKED;

/** Appends two lower-case digits for each octet. */
void hex_put(struct buf *to, struct bytes in);

/** Exactly 2 * `n` digits, either case -> `n` octets. ERR_MALFORMED. */
enum err hex_read(struct bytes in, uint8_t *to, size_t n) CHECKED;

#endif
