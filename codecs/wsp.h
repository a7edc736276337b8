/*
 * codecs/wsp.h - what WSP carries in an SMS: the connectionless push PDU, and
 * the header values and content types that MMS encapsulation shares with it.
 * Spec: WAP-230-WSP 8.1.2 (uintvar), 8.2.4.1 (Push), 8.4 (headers); numbers
 * of its appendix A.
 *
 * All texts are borrowed: from the input, or constants of the program.
 */
#ifndef CODECS_WSP_H
#define CODECS_WSP_H

#include "codecs/bytes.h"

/* WDP ports (WAP-259-WDP appendix B). */
#define WSP_PORT_PUSH	     2948
#define WSP_PORT_PUSH_SECURE 2949
#define WSP_PORT_SESSIONLESS 9200 /* connectionless WSP                      */

#define WSP_PARAMETERS_MAX 8	/* of one content type                       */
#define WSP_HEADERS_MAX	   32	/* of one PDU, the content type not counted  */
#define WSP_NO_CODE	   0xFFFFFFFFU /* a name written as text             */

/* Well-known field names (table 39), as in struct wsp_header. */
enum wsp_field {
	WSP_CONTENT_LENGTH = 0x0D,
	WSP_CONTENT_LOCATION = 0x0E,
	WSP_DATE = 0x12,
	WSP_EXPIRES = 0x14,
	WSP_APPLICATION_ID = 0x2F, /* X-Wap-Application-Id                   */
	WSP_CONTENT_URI = 0x30,
	WSP_INITIATOR_URI = 0x31,
	WSP_PUSH_FLAG = 0x34	/* 1 authenticated, 2 trusted, 4 last        */
};

/* Well-known parameters (table 38). */
enum wsp_parameter_code {
	WSP_Q = 0x00,		/* a number as it is encoded (8.4.2.3)       */
	WSP_CHARSET = 0x01,	/* a number: IANA's MIBenum, 106 UTF-8       */
	WSP_TYPE = 0x09,
	WSP_START = 0x0A,
	WSP_SEC = 0x11,		/* OMA-WAP-ProvCont 4.3                      */
	WSP_MAC = 0x12,
	WSP_NAME = 0x17
};

/* Push application ids (OMNA). */
enum wsp_application {
	WSP_APPLICATION_ANY = 0x00,
	WSP_APPLICATION_SIA = 0x01,
	WSP_APPLICATION_WML = 0x02,
	WSP_APPLICATION_MMS = 0x04
};

enum wsp_kind {
	WSP_NONE,		/* a parameter without value                 */
	WSP_NUMBER,		/* integer; of a date seconds since 1970 UTC */
	WSP_TEXT,		/* without quotes                            */
	WSP_DATA		/* octets that have no general meaning       */
};

struct wsp_value {
	enum wsp_kind kind;
	uint64_t number;
	struct bytes octets;	/* of WSP_TEXT and WSP_DATA                  */
};

struct wsp_parameter {
	uint32_t code;		/* 0..0x7F, or WSP_NO_CODE: `name` is it     */
	struct bytes name;	/* lower case; empty: a code that we know not */
	struct wsp_value value;
};

struct wsp_content_type {
	uint32_t code;		/* number of the media type, or WSP_NO_CODE  */
	struct bytes media;	/* "text/plain"; empty: an unknown number    */
	size_t count;
	struct wsp_parameter parameters[WSP_PARAMETERS_MAX];
};

struct wsp_header {
	uint8_t page;		/* header code page, 1 the default           */
	uint32_t code;		/* 0..0x7F, or WSP_NO_CODE: `name` is it     */
	struct bytes name;	/* empty: a code that we know not            */
	struct wsp_value value;
};

struct wsp_push {
	uint8_t transaction_id;
	struct wsp_content_type type;
	size_t count;
	struct wsp_header headers[WSP_HEADERS_MAX];
	struct bytes body;
};

/**
 * uintvar, also WBXML's mb_u_int32: 1 to 5 octets, most significant first.
 * Sets c->bad to ERR_MORE, or ERR_MALFORMED when it is above 32 bits.
 */
uint32_t wsp_uintvar(struct cursor *c);
void wsp_put_uintvar(struct buf *to, uint32_t v);

/** Name of a media type number (table 40), or NULL. */
const char *wsp_media_name(uint32_t code);

/** Number of a media type, either case; WSP_NO_CODE when it has none. */
uint32_t wsp_media_code(struct bytes media);

/** Name of a field of code page 1 (table 39), or NULL. */
const char *wsp_field_name(uint32_t code);

/** Name of a parameter (table 38), or NULL. */
const char *wsp_parameter_name(uint32_t code);

/**
 * Content-type-value at the cursor (8.4.2.24). ERR_MORE: the input ends
 * inside it; ERR_MALFORMED: it runs past its own length, or has no media
 * type; ERR_TOOBIG: more than WSP_PARAMETERS_MAX parameters. On error *out
 * keeps its value; c->at is where it stopped.
 */
enum err wsp_content_type_read(struct cursor *c, struct wsp_content_type *out)
	CHECKED;

/**
 * Appends it, in the short form when there is no parameter. `media` names it
 * unless empty, then `code` does. ERR_RANGE: neither, a text with a NUL in
 * it, or a value that its parameter cannot have; else as `to` says.
 */
enum err wsp_content_type_put(struct buf *to, const struct wsp_content_type *t)
	CHECKED;

/** The parameter of that number, or NULL. */
const struct wsp_parameter *wsp_parameter(const struct wsp_content_type *t,
					  uint32_t code);

/**
 * Reads a connectionless Push PDU (8.2.4.1), transaction id first; what
 * follows the headers is the body. ERR_MORE: it ends inside the headers;
 * ERR_UNSUPPORTED: another PDU; ERR_MALFORMED: a value runs past its length
 * or has no form of 8.4.1.2; ERR_TOOBIG: above a limit named here. On error
 * *out keeps its value; *why, unless NULL, says where.
 */
enum err wsp_push_decode(struct bytes in, struct wsp_push *out,
			 struct fault *why) CHECKED;

/**
 * Appends the PDU. `page` 0 is page 1; dates are written as the long
 * integers that they are (8.4.2.3). ERR_RANGE as wsp_content_type_put, and
 * for a header without code and name; ERR_TOOBIG, ERR_NOMEM as `to` says.
 */
enum err wsp_push_encode(const struct wsp_push *p, struct buf *to) CHECKED;

/** The first header of code page 1 with that code, or NULL. */
const struct wsp_header *wsp_push_header(const struct wsp_push *p,
					 uint32_t code);

#endif
