/* policy/sender.h - as whom an account sends. */
#ifndef POLICY_SENDER_H
#define POLICY_SENDER_H

#include <stdbool.h>

/* What is known of the account and of the sender that it gave. */
struct sender_facts {
	bool given;		/* it gave one at all                         */
	bool any;		/* it may send as anybody                     */
	bool listed;		/* the one it gave is its own, or allowed     */
	bool forced;		/* there is one that it always sends as       */
	bool fallback;		/* there is one for when it gives none        */
	bool replace;		/* ... and for when it may not use its own    */
};

enum sender_verdict {
	SENDER_KEPT,		/* as given; anonymous when none was          */
	SENDER_FORCED,
	SENDER_FALLBACK,
	SENDER_REFUSED
};

/** The forced one always; else what it may use; else the fallback. */
enum sender_verdict sender_decide(const struct sender_facts *f);

#endif
