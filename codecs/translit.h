/*
 * codecs/translit.h - text in the letters of the GSM default alphabet, as
 * close as they come: Unicode's decompositions without the marks, Greek by
 * its capitals, punctuation by its plain forms. 3GPP TS 23.038 6.2.1.
 */
#ifndef CODECS_TRANSLIT_H
#define CODECS_TRANSLIT_H

#include "codecs/bytes.h"

#define TRANSLIT_GROWTH 2 /* octets for each of the text, at most            */

/**
 * Appends `text` (UTF-8) with close letters for those that are neither in the
 * default alphabet nor in its extension; marks and signs without width go.
 * ERR_UNSUPPORTED: a character has none, and *to then has part of the text;
 * ERR_MALFORMED: not UTF-8; else as `to` says.
 */
enum err translit(struct bytes text, struct buf *to) CHECKED;

#endif
