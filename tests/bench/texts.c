#include "tests/bench/texts.h"

#include <stdio.h>
#include <string.h>

#define START	      15 /* characters: "No. 0000000042 "                 */
#define NUMBER_AT     4
#define NUMBER_DIGITS 10
#define FILLER	      0x6587 /* of UCS-2 only                          */

static const char usual[] = "of a load of messages, each of them once.";

unsigned text_pieces(const struct text_form *f)
{
	size_t octets = (size_t)f->characters * 2;

	if (!f->ucs2 || octets <= 140)
		return 1;
	return (unsigned)((octets + TEXT_UCS2_PART - 1) / TEXT_UCS2_PART);
}

static void put16(uint8_t *to, unsigned character)
{
	to[0] = (uint8_t)(character >> 8);
	to[1] = (uint8_t)character;
}

static struct bytes write_ucs2(const struct text_form *f, const char *start,
			       uint8_t *room)
{
	const size_t piece = TEXT_UCS2_PART / 2;
	size_t i;

	for (i = 0; i < f->characters; i++)
		put16(room + 2 * i, i % piece < START
					    ? (unsigned char)start[i % piece]
					    : FILLER);
	return (struct bytes){ room, 2 * (size_t)f->characters };
}

struct bytes text_write(const struct text_form *f, size_t number,
			uint8_t room[TEXT_OCTETS])
{
	char start[START + 1];
	size_t n = f->characters, left = n - START;

	snprintf(start, sizeof start, "No. %0*zu ", NUMBER_DIGITS, number);
	if (f->ucs2)
		return write_ucs2(f, start, room);
	memset(room, '.', n);
	memcpy(room, start, START);
	memcpy(room + START, usual,
	       left < sizeof usual - 1 ? left : sizeof usual - 1);
	return (struct bytes){ room, n };
}

void text_usual(size_t number, char text[TEXT_USUAL + 1])
{
	const struct text_form form = { .characters = TEXT_USUAL };
	uint8_t room[TEXT_OCTETS];

	memcpy(text, text_write(&form, number, room).p, TEXT_USUAL);
	text[TEXT_USUAL] = '\0';
}

bool text_number(const struct text_form *f, struct bytes text, size_t *number)
{
	size_t wide = f->ucs2 ? 2 : 1, i;
	uint8_t start[START];
	uint64_t v;

	if (text.n < START * wide)
		return false;
	for (i = 0; i < START; i++)
		start[i] = text.p[i * wide + wide - 1];
	if (memcmp(start, "No. ", NUMBER_AT) != 0 ||
	    bytes_decimal((struct bytes){ start + NUMBER_AT, NUMBER_DIGITS },
			  UINT64_MAX, &v) != OK)
		return false;
	*number = (size_t)v;
	return true;
}
