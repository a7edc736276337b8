/*
 * adapters/smpp/ticket.h - questions to the engine that are not answered:
 * which PDU of which connection each was for. Found by reference in constant
 * time; a connection that closes leaves its tickets without an owner.
 */
#ifndef ADAPTERS_SMPP_TICKET_H
#define ADAPTERS_SMPP_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "codecs/err.h"

struct tickets;

/* Those of one owner; zeroed before its first use. */
struct ticket_list {
	uint32_t first;		/* slot + 1; 0: none                         */
	unsigned count;
	void *owner;
};

struct ticket {
	struct ticket_list *list;	/* NULL: the owner has gone          */
	uint32_t sequence, command_id;	/* of the PDU to be answered         */
	uint32_t older, newer;		/* slots + 1 in the list             */
	uint32_t generation;
	uint64_t about;			/* ticket_about(); 0                 */
	void *kept;			/* ticket_keep(); NULL               */
	bool open;
};

struct tickets {
	struct ticket *slots;
	uint32_t n_slots, free;		/* free: slot + 1, linked by `older` */
};

/** The reference of a new one; 0: no memory. */
uint64_t ticket_open(struct tickets *t, struct ticket_list *list,
		     uint32_t sequence, uint32_t command_id);

/** Notes what an open one is about. */
void ticket_about(struct tickets *t, uint64_t ref, uint64_t about);

/** Gives it something of the heap, which whoever closes it frees. */
void ticket_keep(struct tickets *t, uint64_t ref, void *kept);

/** Takes it out of all lists. False: no such reference. */
bool ticket_close(struct tickets *t, uint64_t ref, struct ticket *out);

/** The owner goes: its tickets stay open, for nobody. */
void ticket_abandon(struct tickets *t, struct ticket_list *list);

void tickets_clear(struct tickets *t);

#endif
