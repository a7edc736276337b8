/* adapters/smpp/senders.h - as whom an account may send, and does. */
#ifndef ADAPTERS_SMPP_SENDERS_H
#define ADAPTERS_SMPP_SENDERS_H

#include "codecs/number_list.h"
#include "gateway/adapter.h"

/* A zeroed one allows nothing but what the account has of its own. */
struct senders {
	struct number_list *allowed;	/* NULL: none                        */
	struct arena *arena;		/* of the texts below                */
	struct address forced, fallback;	/* NONE: there is none       */
	bool replace, no_memory;
};

/**
 * Reads what the engine has found of the account: its short codes, the first
 * of which is the fallback where no other is set, and the rest. What *s had
 * before is freed.
 */
void senders_read(struct senders *s, const struct found *f,
		  const struct address_rules *rules);
void senders_clear(struct senders *s);

/**
 * Sets the sender of `m`, whose texts are borrowed from *s then; 0, or the
 * command_status that refuses it. `any`: the account may send as anybody.
 */
uint32_t senders_admit(const struct senders *s, bool any, struct message *m);

#endif
