/*
 * codecs/east.h - the East Asian sets that data_coding can name, read by
 * iconv(3). Specs: SMPP v3.4 5.2.19, JIS X 0208, JIS X 0212, RFC 1468 and 1554
 * (ISO-2022-JP), KS C 5601 (EUC-KR).
 */
#ifndef CODECS_EAST_H
#define CODECS_EAST_H

#include "codecs/bytes.h"

/*
 * The Japanese ones: with escapes it is ISO-2022-JP. Without, pairs of 21 to
 * 7E are the bare codes of the set, other octets below 0x80 are ASCII, and
 * with octets above it is the 8-bit form of the set: Shift_JIS, or EUC-JP
 * where JIS X 0212 belongs to it.
 */
enum east_set {
	EAST_JIS,		/* JIS X 0208                                */
	EAST_KANJI,		/* JIS X 0212, beside 0208                   */
	EAST_2022,		/* ISO-2022-JP: never bare codes             */
	EAST_KOREAN		/* EUC-KR and what CP949 adds to it          */
};

/** Has this machine the tables of `set`? They are files of its C library. */
bool east_known(enum east_set set);

/**
 * Writes `in` as UTF-8 at `to`, which has 3 * in.n octets; returns how many.
 * U+FFFD, and *damaged, for what is not in the set; of a set that is not
 * known all is.
 */
size_t east_read(enum east_set set, struct bytes in, uint8_t *to,
		 bool *damaged);

#endif
