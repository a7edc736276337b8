/* tests/bench/sip_side.h - what the two halves of the SIP side share. */
#ifndef BENCH_SIP_SIDE_H
#define BENCH_SIP_SIDE_H

#include "tests/bench/sip_flow.h"
#include "tests/bench/sip_wire.h"
#include "tests/bench/traffic.h"

#define NAME_ROOM    NUMBERS_ROOM
#define TARGET_ROOM  192
#define NOTIFY_SLOTS 4096
#define CAME	     (1 << 20)
#define CAME_WAYS    8		/* places of one hash                        */

struct user {
	char name[NAME_ROOM];
	struct wire_digest www, proxy;
};

enum slot_kind { SLOT_REGISTER, SLOT_MESSAGE, SLOT_IMDN };

struct slot {
	enum slot_kind kind;
	bool busy, rests;
	struct user *user;
	size_t number;			/* of the message                    */
	uint64_t call;
	unsigned serial;		/* of the branch, and CSeq           */
	char text[WORD_MAX], target[TARGET_ROOM];
	struct buf wire;
	uint64_t due_us, wait_us;
};

/* What came: to know the same transaction again. The oldest gives way. */
struct came {
	uint64_t branches[CAME_WAYS];	/* their hashes                      */
	unsigned next;
};

struct sip {
	struct bench *bench;
	struct flows *flows;
	struct user *users;
	unsigned asked, registered;
	struct slot *slots;		/* o.window of the source, then IMDN */
	size_t n_slots;
	uint64_t calls;
	unsigned run;			/* makes ids differ between runs     */
	struct buf body;
	struct came *came;		/* by the branch's hash              */
};

/** One message from the wire. */
void sip_message(void *arg, struct bytes m, const struct hop *from);
void sip_answered(struct sip *s, struct bytes m);
void sip_notify(struct sip *s, size_t user, struct bytes id,
		struct bytes target);

#endif
