/*
 * codecs/wsp_value.h - the forms that a WSP value has on the wire, for the
 * files of codecs/wsp.h alone. Spec: WAP-230-WSP 8.4.1.2, 8.4.2.1.
 */
#ifndef CODECS_WSP_VALUE_H
#define CODECS_WSP_VALUE_H

#include "codecs/wsp.h"

/**
 * A value by its first octet: length and data, text, or short integer. Data
 * of one to eight octets are a number when `numbers` says so. Failures are
 * in c->bad.
 */
void wsp_value_read(struct cursor *c, bool numbers, struct wsp_value *out);

/** Appends text, with Quote in front where needed. false: a NUL in it. */
bool wsp_put_text(struct buf *to, struct bytes text);

/** Appends a length of 8.4.2.2: one octet up to 30, else 31 and uintvar. */
void wsp_put_length(struct buf *to, size_t n);

/** Appends an integer of one to eight octets behind their number. */
void wsp_put_long(struct buf *to, uint64_t v);

/** Short below 0x80, else long. */
void wsp_put_integer(struct buf *to, uint64_t v);

/** Octets up to the NUL, which is taken too; ERR_MORE in c->bad without. */
struct bytes wsp_take_text(struct cursor *c);

#endif
