/*
 * adapters/sip/imdn_map.h - reports of the neutral form <-> the words of
 * message/imdn+xml. RFC 5438 7.2, 11.1.2; states as in SMPP v3.4 5.2.28.
 */
#ifndef ADAPTERS_SIP_IMDN_MAP_H
#define ADAPTERS_SIP_IMDN_MAP_H

#include "codecs/imdn.h"
#include "gateway/message.h"

/** The kind of notification that a report goes as, and the way back. */
enum imdn_type imdn_type_of(enum want kind);
enum want imdn_kind_of(enum imdn_type t);

/**
 * What it says. ERR_UNSUPPORTED: there is no notification of that kind with
 * that state.
 */
enum err imdn_status_of(const struct report *r, enum imdn_status *out) CHECKED;

/** What a notification means. */
enum delivery_state imdn_state_of(enum imdn_status s);

#endif
