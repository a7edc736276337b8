/*
 * adapters/smpp/window.h - the requests that the far side has not answered:
 * found by sequence number in constant time, kept in the order in which they
 * were sent, which is also the order in which they time out. No clock: what
 * is too old is the caller's question. It has memory for what is in it, not for
 * all that may be. SMPP v3.4 2.9, 5.1.4.
 */
#ifndef ADAPTERS_SMPP_WINDOW_H
#define ADAPTERS_SMPP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "codecs/err.h"

struct window_item {
	uint32_t sequence;	/* of the request                            */
	uint32_t answer_id;	/* command_id of its response                */
	unsigned which;		/* part of the caller's thing, from 0        */
	void *what;		/* the caller's thing                        */
	uint64_t sent_us;	/* as the caller counts                      */
	uint64_t end;		/* octets of the stream up to its end        */
};

struct window;

/** For at most `most` (1..65536) requests at once. NULL: no memory. */
struct window *window_new(unsigned most);
void window_free(struct window *w);

/** Requests in it, and how many more it takes. */
unsigned window_used(const struct window *w);
unsigned window_room(const struct window *w);

/** Copies *item in. ERR_BUSY: full; ERR_EXISTS: its sequence is there;
 *  ERR_NOMEM. */
enum err window_add(struct window *w, const struct window_item *item) CHECKED;

/** The one with that sequence, which stays; false: there is none. */
bool window_find(const struct window *w, uint32_t sequence,
		 struct window_item *out);

/** Takes the one with that sequence out. False: there is none. */
bool window_take(struct window *w, uint32_t sequence, struct window_item *out);

/** The one that was added first, which stays; false when it is empty. */
bool window_oldest(const struct window *w, struct window_item *out);

#endif
