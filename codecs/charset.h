/*
 * codecs/charset.h - text in the charsets that MIME names, as UTF-8. The
 * tables are iconv(3)'s, and these names are all that reaches it. Specs: IANA
 * character sets, RFC 2781 (UTF-16), RFC 2978.
 */
#ifndef CODECS_CHARSET_H
#define CODECS_CHARSET_H

#include "codecs/bytes.h"

/**
 * Appends `in`, which is in the charset `name` (any case; empty: US-ASCII),
 * as UTF-8. US-ASCII and UTF-8 are appended as they are, well-formed or not.
 * ERR_UNSUPPORTED: no charset that is known here; ERR_MALFORMED: octets that
 * are not of it, *to then has some of it; ERR_TOOBIG and ERR_NOMEM.
 */
enum err charset_read(struct bytes name, struct bytes in, struct buf *to)
	CHECKED;

/** Is text in that charset UTF-8 as it stands? */
bool charset_is_utf8(struct bytes name);

#endif
