/*
 * codecs/nfc.h - Unicode normalisation form C: one number for what can be
 * written with one. Specs: Unicode 15 3.11 and 3.12, UAX #15.
 */
#ifndef CODECS_NFC_H
#define CODECS_NFC_H

#include "codecs/utf8.h"

#define NFC_RUN_OCTETS 256	/* a letter with what can join it            */
#define NFC_GROWTH     3	/* times as long at most (UAX #15 1.3)       */

/**
 * Does form C leave the character alone, and does it join nothing that is
 * before it? (NFC_Quick_Check is Yes and its combining class 0.) False also
 * for U+FEFF; and for rare scripts without a further look.
 */
bool nfc_firm(uint32_t code);

/**
 * Octets, 2..4, of the character in front of `text`, whose first octet is 0xCC
 * or more. 0: it is not firm, or is cut off.
 */
size_t nfc_firm_octets(struct bytes text);

/**
 * Appends `run` in form C. It must be well-formed and no longer than
 * NFC_RUN_OCTETS, with nothing firm behind its first character. ERR_TOOBIG and
 * ERR_NOMEM as `to` says.
 */
enum err nfc_append(struct bytes run, struct buf *to) CHECKED;

#endif
