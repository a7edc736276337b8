/*
 * adapters/sip/failures.h - who has tried too many wrong passwords: a name
 * from one address is locked out for a while (RFC 7616 5.7). The owner of the
 * name, elsewhere, is not. Bounded: the table forgets the oldest.
 */
#ifndef ADAPTERS_SIP_FAILURES_H
#define ADAPTERS_SIP_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

#include "codecs/bytes.h"

#define FAILURES_PLACES	 8192
#define FAILURES_MAX	 100		/* wrong ones within the window      */
#define FAILURES_WINDOW_US 60000000u	/* then locked for as long           */

struct failures;

/** NULL: no memory. */
struct failures *failures_new(const uint8_t key[16]);
void failures_free(struct failures *f);

/** Is that name from that address locked out now? */
bool failures_locked(const struct failures *f, struct bytes name,
		     struct bytes address, uint64_t now_us);

/** One more wrong password. */
void failures_add(struct failures *f, struct bytes name, struct bytes address,
		  uint64_t now_us);

/** A right one: all is forgiven. */
void failures_clear(struct failures *f, struct bytes name,
		    struct bytes address);

#endif
