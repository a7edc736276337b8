/*
 * codecs/segment.h - one text <-> numbered short messages.
 * Specs: 3GPP TS 23.040 9.2.3.16 and 9.2.3.24, 3GPP TS 23.038 4 and 6,
 * SMPP v3.4 5.2.19 (data_coding), 5.3.2.22-24 (sar_*).
 */
#ifndef CODECS_SEGMENT_H
#define CODECS_SEGMENT_H

#include "codecs/arena.h"
#include "codecs/bytes.h"
#include "codecs/udh.h"

#define SEGMENT_OCTETS	    140	  /* TP-UD of one short message            */
#define SEGMENT_PARTS_MAX   255
#define SEGMENT_PAYLOAD_MAX 65535 /* octets of message_payload             */

enum segment_alphabet {
	SEGMENT_GSM7,
	SEGMENT_LATIN1,
	SEGMENT_UCS2,
	SEGMENT_DATA		/* octets, no text                           */
};

/* How the parts of a longer text say that they belong together. */
enum segment_means {
	SEGMENT_UDH8,		/* IE 00; reference 0 to 255                 */
	SEGMENT_UDH16,		/* IE 08                                     */
	SEGMENT_SAR,		/* TLVs by the caller; the room of IE 08     */
	SEGMENT_PAYLOAD		/* not at all: whole, in message_payload     */
};

/* What data_coding 00 means on a bind. */
enum segment_charset {
	SEGMENT_CHARSET_GSM7,
	SEGMENT_CHARSET_ASCII,
	SEGMENT_CHARSET_LATIN1,
	SEGMENT_CHARSET_UTF8
};

/* What becomes of letters that the default alphabet lacks. */
enum segment_replace {
	SEGMENT_AS_IT_IS,
	SEGMENT_REPLACE_FIT,	/* a close one if that saves short messages  */
	SEGMENT_REPLACE		/* or UTF-16                                 */
};

/* Sets of national languages: a bit for each (TS 23.038 6.2.1.2.4). */
#define SEGMENT_LANGUAGE(id_) (1u << (id_))
#define SEGMENT_ANY_LANGUAGE  0x3FFEu	/* 1 Turkish to 13 Urdu              */

/* What may be used; all zero: default alphabet, UCS2, IE 00. */
struct segment_options {
	enum segment_means means;
	uint16_t reference;
	uint16_t parts_max;	/* 0: 255                                    */
	uint16_t single, locking;	/* languages (TS 23.038 annex A)     */
	enum segment_charset charset;	/* of data_coding 00, at the receiver */
	enum segment_replace replace;
	bool ucs2;		/* text as data_coding 08 and nothing else   */
	bool latin1;		/* data_coding 03 for what it carries        */
	bool packed;		/* eight septets in seven octets             */
	bool gsm_dcs;		/* classes as 10-1F, else as F0-F7           */
	bool classed;		/* message_class counts                      */
	uint8_t message_class;	/* 0 to 3                                    */
	struct udh header;	/* IEs of every part (ports, others)         */
};

struct segment {
	struct bytes short_message;	/* header and text                   */
	bool udhi;			/* there is a header                 */
	uint8_t part, of;		/* 1, 1 when alone                   */
};

struct segment_plan {
	struct segment *segments;	/* as many as `count`; never none    */
	size_t count;
	enum segment_alphabet alphabet;
	uint8_t data_coding;
	uint8_t single, locking;	/* languages in use, 0: none         */
	bool payload;	/* the only segment belongs in message_payload       */
	bool sar;	/* `count` parts without IE 00 or 08: sar_* say it   */
	bool replaced;	/* letters by others that are close                  */
	uint16_t reference;
};

/** "GSM 7-bit", "GSM 7-bit, national", "ISO-8859-1", "UCS-2" or "8-bit". */
const char *segment_alphabet_name(const struct segment_plan *p);

/**
 * Plans `text` (UTF-8), as utf8_plain() has it or, when that saves parts or
 * UTF-16, as utf8_tidy() has it, in the alphabet that carries all of it in the
 * fewest parts; of equals the first of GSM default and extension, national
 * tables, Latin-1 and UTF-16BE, as far as allowed. Of another charset than
 * GSM's data_coding 00 has what both have, counted in septets, as the SMSC
 * makes them of it; and then no national tables. No part ends inside an escape
 * or surrogate pair nor, where that costs no part more, within a cluster of
 * UAX #29. SAR with any header falls back to IE 08: the two exclude each
 * other. PAYLOAD is used when one short message is not enough.
 * *out lives in `arena`. Empty text is one empty segment.
 * ERR_MALFORMED: not UTF-8; ERR_TOOBIG: more than parts_max parts, above
 * SEGMENT_PAYLOAD_MAX, or the header leaves no room; ERR_RANGE: UDH8 with a
 * reference above 255, a class above 3; ERR_NOMEM.
 */
enum err segment_split(struct bytes text, const struct segment_options *o,
		       struct arena *arena, struct segment_plan *out) CHECKED;

/** The same for 8-bit data; errors as above. */
enum err segment_split_data(struct bytes data, const struct segment_options *o,
			    struct arena *arena, struct segment_plan *out)
	CHECKED;

/* How a bind is to be understood; all zero is the usual one. */
struct segment_rules {
	enum segment_charset default_charset;
	bool gsm_dcs;	/* 10-7F mean what TS 23.038 4 says                  */
	bool packed;	/* GSM text comes in packed septets                  */
};

/* One short message as it came. */
struct segment_wire {
	struct bytes octets;
	uint8_t data_coding;
	bool udhi;
};

/* Codes whose characters may lie on both sides of a cut. */
enum segment_code {
	SEGMENT_CODE_WHOLE,	/* none does: octets are characters, or data */
	SEGMENT_CODE_GSM7,	/* under the shift of the header             */
	SEGMENT_CODE_UCS2,
	SEGMENT_CODE_UTF8,
	SEGMENT_CODE_JIS,	/* those of codecs/east.h                    */
	SEGMENT_CODE_KANJI,
	SEGMENT_CODE_2022,
	SEGMENT_CODE_KOREAN
};

struct segment_content {
	bool text;		/* else `body` is octets of no known charset */
	struct bytes body;	/* UTF-8 when text                           */
	enum segment_code code;
	struct bytes raw;	/* before it was read; of a WHOLE one empty  */
	struct udh header;	/* of the first part; borrows from it        */
	bool damaged;		/* U+FFFD stands for something unreadable    */
	bool classed;
	uint8_t message_class;	/* 0 to 3                                    */
	bool waiting;		/* message waiting group (TS 23.038 4)       */
	bool waiting_active;
	bool waiting_discard;	/* the text is not to be kept                */
	uint8_t waiting_kind;	/* 0 voice, 1 fax, 2 mail, 3 other           */
};

/**
 * Reads one short message. Reserved codings are GSM 7-bit (TS 23.038 4);
 * compressed ones and pictograms are data, and so are Japanese and Korean
 * where codecs/east.h does not know them. Packed: a last 00 ('@') or 0D that
 * fills its octet cannot be told from padding and is dropped.
 * *out lives in `arena` or borrows from `in`; of a part that may be cut within
 * a character out->raw is what codecs/joined.h takes. ERR_MALFORMED: udhi,
 * and the header does not fit (see *why); ERR_NOMEM. On error *out keeps its
 * value.
 */
enum err segment_text(const struct segment_wire *in,
		      const struct segment_rules *rules, struct arena *arena,
		      struct segment_content *out, struct fault *why) CHECKED;

#endif
