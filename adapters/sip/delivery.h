/*
 * adapters/sip/delivery.h - a message on its way to the devices of one user,
 * or to a server: shared by deliver.c, which has the whole, and branch.c,
 * which has each device's copy.
 */
#ifndef ADAPTERS_SIP_DELIVERY_H
#define ADAPTERS_SIP_DELIVERY_H

#include "adapters/sip/draft.h"
#include "adapters/sip/sip.h"

/* One device's copy. */
struct smsip;
struct smsip_turn;

struct branch {
	struct target_item item; /* first: it is found by it          */
	struct branch *next;
	struct delivery *delivery;
	struct device *device; /* NULL: gone, or a domain                   */
	struct ua_call *call;
	enum device_takes sent; /* how it was                                */
	bool listed;		/* beside the list of its recipients         */
	const char *elsewhere;	/* where the device has sent us; or NULL     */
	unsigned followed;	/* how often it has                          */
	struct smsip_turn *sms; /* as short messages; NULL: not so           */
	struct bytes body;
};

struct delivery {
	struct delivery *next, *previous;
	struct sip *sip;
	struct arena *arena;
	uint64_t token;
	const char *user;  /* name, once it is known                    */
	bool to_server;	   /* and to no device                          */
	const char *route; /* there: the way; NULL: as the target says  */
	const char *domain; /* whose server it is; NULL: nobody's        */
	struct draft draft;
	const struct leg *leg; /* while it is there                         */
	bool *answered;	       /* likewise: the directory has               */
	struct smsip *smsip;   /* the same as short messages; NULL: none     */
	unsigned attempt;
	bool native; /* its sender waits                          */
	uint64_t since_us;
	struct branch *branches;
	size_t left;	     /* branches without their end                */
	bool finding;	     /* the directory is being asked              */
	bool told;	     /* the engine has its outcome                */
	struct outcome best; /* of what has failed                        */
	bool any;	     /* `best` is one                             */
};

/** Tells the engine, if it has not been told. */
void delivery_tell(struct delivery *v, const struct outcome *o);

/** The branch has its end; with the last one the delivery has. */
void delivery_unhook(struct branch *b);

/** One more; `d` is NULL for a server. NULL: no memory. */
struct branch *branch_add(struct delivery *v, struct device *d);

/** Its turn: sends it. What fails at once ends it before this returns. */
void branch_start(struct target_item *item);

/** Its end: what became of it. Then as delivery_unhook(). */
void branch_settle(struct branch *b, const struct outcome *o);

/** For what is sent to its device: where to; and `lines` with the way, NULL:
 *  no memory. */
void branch_aim(const struct branch *b, struct ua_message *m);
const char *branch_headers(struct branch *b, const char *lines);

#endif
