/*
 * codecs/joined.h - the contents of the parts of one longer short message,
 * joined. A sender may cut anywhere: also behind an escape, or within a
 * surrogate pair. So text that may be cut waits as it came, and is read when
 * its neighbours are there. Specs: 3GPP TS 23.040 9.2.3.24.1, 3GPP TS 23.038
 * 6.2.1.1 and 6.2.3.
 */
#ifndef CODECS_JOINED_H
#define CODECS_JOINED_H

#include "codecs/bytes.h"
#include "codecs/gsm7.h"
#include "codecs/segment.h"

/* Types of parts. All but the first are of no use to anybody else. */
#define JOINED_TEXT	 "text/plain;charset=UTF-8"
#define JOINED_UCS2	 "text/plain;charset=utf-16be"
#define JOINED_GSM7	 "text/plain;charset=gsm7" /* and its shift          */
#define JOINED_JIS	 "text/plain;charset=jis" /* of codecs/east.h        */
#define JOINED_KANJI	 "text/plain;charset=kanji"
#define JOINED_2022	 "text/plain;charset=iso-2022-jp"
#define JOINED_KOREAN	 "text/plain;charset=korean"
#define JOINED_TYPE_SIZE 64

/* Behind a type of a text: the port that it is for (WAP-259-WDP). */
#define JOINED_PORT	     ";x-port="
#define JOINED_PORT_CARD     9204
#define JOINED_PORT_CALENDAR 9205

/** The type of septets, one an octet, under that shift. */
void joined_gsm7_type(struct gsm7_shift shift, char out[JOINED_TYPE_SIZE]);

/**
 * What joined_add() takes of a part that may be cut within a character: its
 * octets as they came, and their type. Of others *type and *octets stay.
 * ERR_NOMEM: `a`.
 */
enum err joined_part(const struct segment_content *c, struct arena *a,
		     const char **type, struct bytes *octets) CHECKED;

/**
 * The type of octets for that port, from that one; 0: none (3GPP TS 23.040
 * 9.2.3.24.3). And that of a text or part for a port: its own, with the port
 * behind it where that makes it a card or an event. NULL: no memory.
 */
const char *joined_data_type(unsigned to_port, unsigned from_port,
			     struct arena *a);
const char *joined_port_type(const char *type, unsigned to_port,
			     struct arena *a);

/** What the whole text is, of which the first part had that type. */
const char *joined_text_type(const char *first);

struct joined {
	struct buf body;	/* read: UTF-8, or octets                    */
	struct buf run;		/* of one type, not read yet                 */
	const char *type;	/* of the run; borrowed. NULL: there is none */
	bool text;		/* the first of all was one                  */
};

#define JOINED_INIT(limit_)                                                    \
	{ .body = BUF_INIT(limit_), .run = BUF_INIT(limit_) }

void joined_clear(struct joined *j);

/**
 * Adds the content of the next part; `type` is borrowed until the end. Texts
 * of one type are read together, whatever is not in its charset becomes
 * U+FFFD; other types are octets, but behind a text only what is UTF-8 of
 * them is kept. ERR_TOOBIG: the limit; ERR_NOMEM.
 */
enum err joined_add(struct joined *j, const char *type, struct bytes octets)
	CHECKED;

/** Adds a text of ours: nothing is read across it. Errors as above. */
enum err joined_put(struct joined *j, const char *text) CHECKED;

/** All of it, borrowed from *j. Errors as above. */
enum err joined_end(struct joined *j, struct bytes *out) CHECKED;

#endif
