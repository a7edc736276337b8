/*
 * codecs/gsm7_tables.h - the alphabets themselves, for gsm7.c alone.
 * Spec: 3GPP TS 23.038 6.2.1, 6.2.1.1 and annex A.
 */
#ifndef CODECS_GSM7_TABLES_H
#define CODECS_GSM7_TABLES_H

#include <stdint.h>
#include <uchar.h>

#define GSM7_TABLE	 128	/* codes of one table                        */
#define GSM7_LANGUAGES	 13	/* identifiers 1 to 13; 0 is the default     */
#define GSM7_NONE	 0xFF
#define GSM7_GREEK_FIRST 0x393
#define GSM7_GREEK_LAST	 0x3A9

/* By language identifier, then by code; 0 where there is no character. */
extern const char16_t *const gsm7_locking[GSM7_LANGUAGES + 1];
extern const char16_t *const gsm7_single[GSM7_LANGUAGES + 1];

/* Default alphabet and extension by code point; bit 7: behind an escape. */
extern const uint8_t gsm7_of_latin[256];
extern const uint8_t gsm7_of_greek[GSM7_GREEK_LAST - GSM7_GREEK_FIRST + 1];

#endif
