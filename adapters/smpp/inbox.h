/*
 * adapters/smpp/inbox.h - messages and reports that come over one
 * connection: up to the engine, and its answer back on the wire. No more are
 * taken than may be unanswered: the connection is then not read.
 */
#ifndef ADAPTERS_SMPP_INBOX_H
#define ADAPTERS_SMPP_INBOX_H

#include "adapters/smpp/hub.h"

struct inbox {
	struct peer *peer;
	struct session *session;	/* NULL: gone                        */
	void *owner;			/* the connection                    */
	struct ticket_list tickets;
	unsigned most;			/* unanswered at most                */
	uint8_t version;		/* interface_version of an ESME      */
	bool holding;
	/* May the account send this? 0, or the command_status that says no;
	 * may fill in the sender. NULL: anything. */
	uint32_t (*admit)(struct inbox *in, struct message *m);
	/* 0, or the command_status: may it submit one more now? Asked for each
	 * destination of submit_multi. NULL: always. */
	uint32_t (*pass)(struct inbox *in);
	/* One less is unanswered. NULL: nobody cares. */
	void (*answered)(struct inbox *in);
};

/** Before its first use; `in` does not move afterwards. */
void inbox_init(struct inbox *in, struct peer *p, struct session *s);

/** The connection has gone: nobody is answered any more. */
void inbox_drop(struct inbox *in);

/** A message: deliver_sm, submit_sm, submit_multi or data_sm. It is answered
 *  when the engine has it, or at once with what is wrong. */
void inbox_message(struct inbox *in, const struct smpp_pdu *p);

/** A report: goes to whoever waits for it. */
void inbox_report(struct inbox *in, const struct smpp_pdu *p);

/** One more, or one less, is unanswered. */
void inbox_count(struct inbox *in);
void inbox_uncount(struct inbox *in);
/** Whose ticket it was; NULL: he has gone. */
struct inbox *inbox_take(struct hub *h, uint64_t ref, struct ticket *out);

/** The engine's answers. */
void inbox_accepted(struct hub *h, uint64_t ref, const struct accepted *v);
void inbox_outcome(struct hub *h, uint64_t ref, const struct outcome *v);
void inbox_reported(struct hub *h, uint64_t ref, const struct outcome *v);

#endif
