/*
 * gateway/gwctl_ladder.h - a message's story as a ladder: a column for each
 * party, an arrow for each step that was on a wire. Pure.
 */
#ifndef GATEWAY_GWCTL_LADDER_H
#define GATEWAY_GWCTL_LADDER_H

#include "codecs/bytes.h"

/* One step as the gateway tells it; no pointer is NULL, absent is "". */
struct ladder_step {
	const char *id, *time, *step, *from, *to, *technology, *verdict;
	const char *far_id, *text, *peer, *leg, *clause;
};

/**
 * Appends the ladder of `n` steps of one message. `utf8`: with the lines and
 * arrows of Unicode, else ASCII only. A hop that only the link beyond the
 * gateway has seen is dotted. Nothing when no step names a party. Failures
 * stay in `to`.
 */
void ladder_draw(const struct ladder_step *steps, size_t n, bool utf8,
		 struct buf *to);

/** "12:34:56.123456" of an RFC 3339 time; else the text as it is. */
struct bytes ladder_clock(const char *time);

/** "mary" of "sip:mary@cpm.example", "+1555" of "tel:+1555"; else all. */
struct bytes ladder_party(const char *address);

#endif
