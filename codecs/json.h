/*
 * codecs/json.h - JSON (RFC 8259): a writer straight into a buffer, and a
 * small bounded reader for the operator's socket.
 */
#ifndef CODECS_JSON_H
#define CODECS_JSON_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

/*
 * Writer. It sets the commas; the caller pairs open with close and gives a
 * name before each value inside an object. Failures stay in the buffer.
 */
struct json_writer {
	struct buf *to;
	bool comma;		/* a comma is due before the next thing      */
};

#define JSON_WRITER(buf_) ((struct json_writer){ .to = (buf_) })

void json_open_object(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w);
void json_close_array(struct json_writer *w);
void json_name(struct json_writer *w, const char *name);

/*
 * Values. Text is UTF-8; each octet that is not becomes U+FFFD. Escaped are
 * '"', '\\', U+0000-U+001F, U+007F, U+2028 and U+2029, nothing else.
 */
void json_text(struct json_writer *w, struct bytes text);
void json_string(struct json_writer *w, const char *text); /* NULL: null */
void json_int(struct json_writer *w, int64_t v);
void json_uint(struct json_writer *w, uint64_t v);
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);

/* Name and value in one. */
void json_put_text(struct json_writer *w, const char *name, struct bytes v);
void json_put_string(struct json_writer *w, const char *name, const char *v);
void json_put_int(struct json_writer *w, const char *name, int64_t v);
void json_put_uint(struct json_writer *w, const char *name, uint64_t v);
void json_put_bool(struct json_writer *w, const char *name, bool v);

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

#define JSON_DEPTH_MAX	16	/* nested arrays and objects                */
#define JSON_VALUES_MAX 10000	/* values in one text                       */

struct json_value {
	enum json_kind kind;
	bool truth;			/* JSON_BOOL                         */
	struct bytes name;		/* inside an object: decoded         */
	struct bytes text;		/* string decoded; number as written */
	const struct json_value *child;	/* first of an array or object       */
	const struct json_value *next;	/* in the same array or object       */
};

/**
 * Reads one JSON text, white space around it allowed, nothing behind it.
 * Strings become UTF-8: escaped surrogate pairs are joined; a lone surrogate
 * or an octet that is not UTF-8 is ERR_MALFORMED. Escapes are resolved into
 * the arena, other text is borrowed from `in`. ERR_MORE: `in` ends
 * inside the text; ERR_TOOBIG: deeper than JSON_DEPTH_MAX or more than
 * JSON_VALUES_MAX values; ERR_NOMEM: the arena is full.
 */
enum err json_read(struct bytes in, struct arena *a,
		   const struct json_value **out, struct fault *why) CHECKED;

/** The last member of that name (RFC 8259 4), or NULL; `v` may be NULL. */
const struct json_value *json_find(const struct json_value *v,
				   const char *name);

/** Text of the string member `name`; ERR_NOTFOUND; ERR_MALFORMED: no string */
enum err json_find_text(const struct json_value *v, const char *name,
			struct bytes *out) CHECKED;

/**
 * Whole number of the member `name`, digits only. ERR_NOTFOUND;
 * ERR_MALFORMED: no number, a sign, a fraction or an exponent; ERR_RANGE:
 * above `max`.
 */
enum err json_find_uint(const struct json_value *v, const char *name,
			uint64_t max, uint64_t *out) CHECKED;

/** True when the member `name` is there and true. */
bool json_find_true(const struct json_value *v, const char *name);

#endif
