/*
 * tests/bench/texts.h - the texts of a load. Every piece that can arrive by
 * itself begins with its message's number, "No. 0000000042 ".
 */
#ifndef BENCH_TEXTS_H
#define BENCH_TEXTS_H

#include "codecs/bytes.h"

#define TEXT_USUAL     64	/* octets of the usual text                  */
#define TEXT_OCTETS    2048	/* of the longest                            */
#define TEXT_UCS2_PART 134	/* octets of it beside a header: TS 23.040
				 * 9.2.3.24.1                                */

struct text_form {
	unsigned characters;	/* up to TEXT_OCTETS, of UCS-2 half as many  */
	bool ucs2;		/* big-endian, and no other alphabet does    */
};

/** How many pieces the text is cut into on its way. */
unsigned text_pieces(const struct text_form *f);

/** The usual text of that message: of the GSM alphabet. */
void text_usual(size_t number, char text[TEXT_USUAL + 1]);

/** The text of that message. */
struct bytes text_write(const struct text_form *f, size_t number,
			uint8_t room[TEXT_OCTETS]);

/** The number in the text of a message or of a piece. False: none. */
bool text_number(const struct text_form *f, struct bytes text,
		 size_t *number);

#endif
