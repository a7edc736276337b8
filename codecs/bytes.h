/*
 * codecs/bytes.h - octets that are borrowed (struct bytes), read in order
 * (struct cursor), or owned and bounded (struct buf).
 *
 * Both the cursor and the buffer remember their first failure and then do
 * nothing more, so a codec reads or writes a whole structure and looks once.
 */
#ifndef CODECS_BYTES_H
#define CODECS_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "codecs/err.h"

struct bytes {
	const uint8_t *p;
	size_t n;
};

/** The octets of a NUL-terminated string, without the NUL; NULL is empty. */
struct bytes bytes_of(const char *text);

/** Same length and same octets. */
bool bytes_equal(struct bytes a, struct bytes b);

/** As bytes_equal against a string. */
bool bytes_is(struct bytes a, const char *text);

/** As above, A-Z and a-z alike (ASCII only, no locale). */
bool bytes_equal_nocase(struct bytes a, struct bytes b);
bool bytes_is_nocase(struct bytes a, const char *text);

/** `in` without its first `skip` octets; empty when there are fewer. */
struct bytes bytes_after(struct bytes in, size_t skip);

/** `in` without spaces and tabs at both ends. */
struct bytes bytes_trim(struct bytes in);

/** Index of the first octet `c`, or in.n. */
size_t bytes_find(struct bytes in, uint8_t c);

/**
 * Decimal digits only, the whole of `in`. ERR_MALFORMED: empty or another
 * octet; ERR_RANGE: above `max`.
 */
enum err bytes_decimal(struct bytes in, uint64_t max, uint64_t *out) CHECKED;

/* Reads from the front; `at` never passes in.n. */
struct cursor {
	struct bytes in;
	size_t at;
	enum err bad;		/* OK, or the first failure; then all read 0 */
};

#define CURSOR(bytes_) ((struct cursor){ .in = (bytes_) })

/** Octets not read yet. */
size_t cursor_left(const struct cursor *c);

/* Big-endian numbers. At the end of the input: 0, and bad = ERR_MORE. */
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);

/** LEB128, at most 10 octets; longer or above 64 bits: ERR_MALFORMED. */
uint64_t cursor_varint(struct cursor *c);

/** Borrows the next `n` octets; fewer left: empty, and bad = ERR_MORE. */
struct bytes cursor_take(struct cursor *c, size_t n);

/* Grows to `limit` octets and not one further. */
struct buf {
	uint8_t *p;
	size_t n, capacity, limit;
	enum err bad;		/* OK, ERR_TOOBIG or ERR_NOMEM; sticky       */
};

#define BUF_INIT(limit_) { .limit = (limit_) }

/** Frees the octets; the buffer may be used again. */
void buf_clear(struct buf *b);

/** Forgets octets and failure, keeps the memory. */
void buf_reset(struct buf *b);

/** What was written; valid until the next call on `b`. */
struct bytes buf_bytes(const struct buf *b);

/** The first failure of any writer since the last reset. */
enum err buf_status(const struct buf *b) CHECKED;

/**
 * Room for `n` octets at the end, counted as written; the caller fills them
 * in at once. NULL after a failure.
 */
uint8_t *buf_room(struct buf *b, size_t n);

void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_varint(struct buf *b, uint64_t v);
void buf_put(struct buf *b, struct bytes v);
void buf_text(struct buf *b, const char *text);	/* without its NUL */

/** As printf. */
void buf_printf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Takes `n` octets away from the front (what was sent on a socket). */
void buf_shift(struct buf *b, size_t n);

/**
 * The octets with a NUL behind them (not counted); NULL after a failure.
 * Valid until the next call on `b`.
 */
const char *buf_string(struct buf *b);

#endif
