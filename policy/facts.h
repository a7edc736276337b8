/*
 * policy/facts.h - the vocabulary of decisions: plain values only, shared by
 * all that decide and all that carry out.
 */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* How a leg travels. Numbers are on disk: only ever append. */
enum technology {
	TECHNOLOGY_NONE,
	TECHNOLOGY_CPM,		/* SIP MESSAGE or MSRP to a registered device */
	TECHNOLOGY_SMS,		/* SMPP, either role                          */
	TECHNOLOGY_MMS,
	TECHNOLOGY_VASP,	/* MM7                                        */
	TECHNOLOGY_MAIL,
	TECHNOLOGY_XMPP,
	TECHNOLOGY_SIMPLE,
	TECHNOLOGY_IMPS,
	TECHNOLOGY_LOOPBACK	/* everything comes straight back             */
};

/** "cpm", "sms", ...; "none" for what is not in the enum. */
const char *technology_name(enum technology t);

/** The technology of that name, TECHNOLOGY_NONE when there is none. */
enum technology technology_named(const char *name);

enum priority {
	PRIORITY_LOW,		/* SIP non-urgent, MM7 Low                    */
	PRIORITY_NORMAL,
	PRIORITY_HIGH,		/* SIP urgent, SMPP 1, MM7 High               */
	PRIORITY_URGENT,	/* SIP emergency, SMPP 2 and 3                */
	PRIORITIES
};

enum message_class {		/* MM7 MessageClass, X-Mms-Message-Class      */
	CLASS_PERSONAL,
	CLASS_ADVERTISEMENT,
	CLASS_INFORMATIONAL,
	CLASS_AUTO
};

/* Which reports the sender asked for: bits of a set. */
enum want {
	WANT_POSITIVE = 1,	/* delivered                                  */
	WANT_NEGATIVE = 2,	/* failed, expired                            */
	WANT_DISPLAY = 4,
	WANT_PROCESSING = 8,
	WANT_INTERWORKING = 16,
	WANT_INTERMEDIATE = 32,	/* SMPP registered_delivery bit 4             */
	WANT_ALERT = 64,	/* he was not there, and is back: SMPP set_dpf */
	WANT_ACKNOWLEDGED = 128	/* delivered, as the recipient himself says:
				 * SMPP registered_delivery bit 2             */
};

enum privacy {			/* RFC 3323, RFC 3325: bits of a set          */
	PRIVACY_ID = 1,
	PRIVACY_HEADER = 2,
	PRIVACY_HISTORY = 4,
	PRIVACY_USER = 8,
	PRIVACY_CRITICAL = 16,
	PRIVACY_SESSION = 32,
	PRIVACY_NONE = 64	/* the sender wants to be seen                */
};

/* What is known of one recipient's copy. On disk: only ever append. */
enum delivery_state {
	STATE_NONE,
	STATE_ENROUTE,
	STATE_ACCEPTED,
	STATE_DELIVERED,
	STATE_DISPLAYED,
	STATE_DELETED_UNREAD,
	STATE_EXPIRED,
	STATE_DELETED,
	STATE_UNDELIVERABLE,
	STATE_REJECTED,
	STATE_UNKNOWN,
	STATE_UNRECOGNISED,
	STATE_FORWARDED,
	STATE_REPORT_DENIED,
	STATE_CONDITION_NOT_MET,
	STATE_REPLACED,
	STATE_STORED,		/* RFC 5438 processing notification           */
	STATE_PROCESSED,
	STATE_LEGACY_SMS,	/* OMA interworking notification              */
	STATE_LEGACY_MMS,
	STATE_REACHABLE,	/* could not be reached before: SMPP 4.12      */
	STATE_ACKNOWLEDGED	/* it has arrived, says the recipient's SME    */
};

/** "delivered", "expired", ... */
const char *delivery_state_name(enum delivery_state s);

/** Nothing more is to come about the delivery itself. */
bool delivery_state_final(enum delivery_state s);

/* What one attempt means for the leg. On disk: only ever append. */
enum outcome_class {
	OUTCOME_ACCEPTED,	/* the far side has it; a report may follow   */
	OUTCOME_DELIVERED,	/* the recipient has it; nothing more follows */
	OUTCOME_LATER,		/* T: try again with back-off                 */
	OUTCOME_ABSENT,		/* recipient not registered: wait for him     */
	OUTCOME_ADDRESS,	/* A: this way cannot reach him; next way     */
	OUTCOME_NEVER,		/* P: final for this message                  */
	OUTCOME_LINK,		/* L: the link's fault; requeue, no attempt   */
	OUTCOME_UNANSWERED	/* sent, no answer: it may have arrived       */
};

/** "accepted", "later", ... */
const char *outcome_class_name(enum outcome_class c);

#endif
