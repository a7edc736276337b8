/*
 * codecs/timestamp.h - the written forms of a moment <-> microseconds since
 * 1970-01-01T00:00:00Z. Specs: SMPP v3.4 7.1.1 (absolute, relative), RFC 3339,
 * XML Schema 2 3.2.7. Proleptic Gregorian calendar; no time zone but the one
 * in the text, no leap seconds. Dates of receipts: smpp_receipt.h.
 */
#ifndef CODECS_TIMESTAMP_H
#define CODECS_TIMESTAMP_H

#include "codecs/bytes.h"

#define TIMESTAMP_SECOND INT64_C(1000000)

/* Years 0000 to 9999: the moments that have a form. */
#define TIMESTAMP_FIRST	INT64_C(-62167219200000000)
#define TIMESTAMP_LAST	INT64_C(253402300799999999)

/* A moment in the parts that people write. */
struct timestamp_civil {
	int year;		/* 0 to 9999                                 */
	int month, day;		/* 1 to 12, 1 to 31                          */
	int hour, minute, second;
	int microsecond;
};

/** The parts of `t` in UTC. ERR_RANGE: outside FIRST to LAST. */
enum err timestamp_to_civil(int64_t t, struct timestamp_civil *out) CHECKED;

/** The moment of `c`, taken as UTC. ERR_RANGE: no such day or time. */
enum err timestamp_from_civil(const struct timestamp_civil *c,
			      int64_t *out) CHECKED;

/**
 * YYMMDDhhmmsstnn with p at the end: '+' or '-' absolute, local time nn
 * quarters of an hour ahead of or behind UTC, years 2000 to 2099; 'R'
 * relative to `now`: years and months by the calendar (a day that the month
 * has not becomes its last), then the rest. ERR_NOTFOUND: empty, no time is
 * given; ERR_MALFORMED: not 16 characters of that form, or a relative one
 * with tnn other than 000; ERR_RANGE: no such month, day, hour, minute,
 * second, or nn above 48. On error *out keeps its value.
 */
enum err timestamp_smpp_decode(struct bytes text, int64_t now,
			       int64_t *out) CHECKED;

/** Appends YYMMDDhhmmss000+ (tenths 0). ERR_RANGE: not 2000 to 2099 UTC. */
enum err timestamp_smpp_encode(int64_t t, struct buf *to) CHECKED;

/**
 * Appends the relative form of `seconds` in days and smaller units,
 * 0000DDhhmmss000R. ERR_RANGE: 100 days or more.
 */
enum err timestamp_smpp_relative(uint64_t seconds, struct buf *to) CHECKED;

/**
 * 2025-11-20T21:00:00.25+01:00. A fraction of any length is cut to
 * microseconds; a leap second is the second after it. Unless NULL,
 * *offset_minutes is the offset that was written, Z and -00:00 being 0.
 * ERR_MALFORMED: another form; ERR_RANGE: no such day, time or offset, or
 * in UTC outside the years 0000 to 9999.
 */
enum err timestamp_rfc3339_decode(struct bytes text, int64_t *out,
				  int *offset_minutes) CHECKED;

/** xs:dateTime: the same, but without an offset it is UTC, and 24:00:00 is. */
enum err timestamp_xml_decode(struct bytes text, int64_t *out) CHECKED;

/**
 * Appends local time and offset, Z for 0; a fraction only when there is one,
 * of three or six digits. ERR_RANGE: an offset of a day or more, or outside
 * the years 0000 to 9999.
 */
enum err timestamp_rfc3339_encode(int64_t t, int offset_minutes,
				  struct buf *to) CHECKED;

#endif
