/*
 * adapters/sip/sip.h - the SIP adapter as a whole: what its rooms share.
 * Each room is entered by the functions below; adapter.c joins them to the
 * engine's calls.
 */
#ifndef ADAPTERS_SIP_SIP_H
#define ADAPTERS_SIP_SIP_H

#include "adapters/sip/identity.h"
#include "adapters/sip/registrar.h"
#include "adapters/sip/slots.h"
#include "adapters/sip/ua.h"
#include "codecs/table.h"

#define SIP_ASKED_MAX	   UA_PENDING_MAX	/* answers that we wait for  */
#define SIP_RETRY_AFTER_S  5	/* told to devices when we are busy          */
#define SIP_ARENA_MAX	   (4 * 1024 * 1024)
#define SIP_SPARES	   64		/* arenas kept for the next message  */

struct delivery;
struct failures;
struct smsip_asked;

/* A request whose answer depends on the engine. */
struct asked {
	struct sip *sip;
	struct request *request;	/* NULL: answered                    */
	struct arena *arena;
	struct identity sender;
	uint64_t ref;		/* our number for the engine                 */
	unsigned waiting;	/* bindings that are not committed yet       */
	bool failed;		/* one of them could not be kept             */
	bool gruu, outbound;	/* register: the answer has it               */
	struct mapped *mapped;	/* pager: what was read                      */
	char *user;		/* register: whose devices                   */
	uint64_t story;		/* what the engine knows it by; 0: nothing   */
	struct smsip_asked *sms;	/* brought by a short message; or NULL */
};

struct sip {
	struct uplink *up;
	struct loop *loop;
	uint8_t hash_key[16];
	uint8_t nonce_key[16];
	struct sip_config *config, *next_config;
	struct ua *ua, *next_ua;
	struct ua *retired;	/* replaced, with answers to give   */
	struct auth *auth;
	struct failures *failures;	/* wrong passwords           */
	struct users *users;
	struct registrar *registrar;
	struct table sms_waiting;	/* short messages that the device has
				 * yet to acknowledge: see smsip_out.c       */
	uint8_t sms_reference;	/* RP-MR of the next one                     */
	struct slots asked;	/* intake, far reports, bindings             */
	struct delivery *deliveries;
	size_t n_deliveries;
	struct arena *spares[SIP_SPARES];
	size_t n_spares;
	struct buf image;	/* scratch: of one message at a time         */
	struct loop_timer status, patience;
	uint64_t since_us;
	uint64_t sent, received, failed;
	bool ready, slow, draining, drained, stopped;
};

/** A request from the wire: sorts it into the rooms. */
void sip_request(void *arg, struct request *r);

/** An `asked` for this request, numbered. NULL: the request was answered. */
struct asked *asked_new(struct sip *s, struct request *r);

/** Answers its request, if that is still to be done, and frees it. */
void asked_end(struct asked *a, const struct ua_reply *reply);
void asked_end_status(struct asked *a, unsigned status);

/**
 * Finds out who sent the request: credentials, or what a trusted server
 * asserts. Then calls `known`; otherwise the request has been answered.
 */
typedef void sip_known(struct asked *a, const struct user *u);
void sip_authenticate(struct asked *a, sip_known *known);

/** Sends one challenge: 401 for REGISTER, else 407. */
void sip_challenge(struct asked *a, bool stale);

/* registrar */
void register_request(struct asked *a, const struct user *u);
void register_bound(struct asked *a);

/* pager: MESSAGE in */
void pager_request(struct asked *a, const struct user *u);
void pager_intake(struct asked *a);
void pager_outcome(struct asked *a, const struct outcome *o);

/* notifications in */
void imdn_request(struct asked *a);
void imdn_reported(struct asked *a, const struct outcome *o);

/* LEG: out */
void deliver_leg(struct sip *s, const struct leg *leg);
void deliver_cancel(struct sip *s, uint64_t token);
/** Ends those that no device has been sent; ends all of them. */
void deliver_end_waiting(struct sip *s);
void deliver_end_all(struct sip *s);

/** An empty arena, a used one if there is; NULL: no memory. Then back. */
struct arena *sip_arena_take(struct sip *s);
void sip_arena_give(struct sip *s, struct arena *a);

/** A new Call-ID; NULL: no memory. */
const char *sip_call_id(const struct sip *s, struct arena *a);

/** After anything has ended: if we drain and nothing is left, say so. */
void sip_maybe_drained(struct sip *s);

#endif
