/* adapters/sip/ua_inside.h - shared by ua*.c only: the sofia-sip side. */
#ifndef ADAPTERS_SIP_UA_INSIDE_H
#define ADAPTERS_SIP_UA_INSIDE_H

struct ua;
struct ua_call;

#define NTA_AGENT_MAGIC_T    struct ua
#define NTA_OUTGOING_MAGIC_T struct ua_call

#include <sofia-sip/hostdomain.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_tag.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>

#include "adapters/sip/answers.h"
#include "adapters/sip/connections.h"
#include "adapters/sip/secure.h"
#include "adapters/sip/ua.h"
#include "gateway/loop.h"

/* A connection with TLS, and what is under way there. */
struct ua_wire {
	struct secure_conn *conn;	/* NULL: it has gone                 */
	unsigned holders;
	msg_t *msg;		/* that is coming; NULL: none                */
	size_t line_ends;	/* octets of a keep-alive that have come     */
	struct ua_call *calls;
	struct ua_flow *flows;	/* somebody wants to know when it goes       */
};

/* Where something has come from: one of both. Held by whoever keeps it. */
struct ua_way {
	tport_t *tport;
	struct ua_wire *wire;
};

struct ua_flow {
	unsigned holders;
	struct ua_way way;
	ua_lost *lost;		/* NULL: nobody wants to know                */
	void *arg;
	struct ua_flow *next, **at;	/* of the wire's, while `lost` is set */
};

/* A request that is not answered yet, in the order of arrival. */
struct ua_incoming {
	struct ua_incoming *older, *newer;
	struct ua *ua;
	msg_t *msg;		/* ours: owns what `request` borrows         */
	struct ua_way way;	/* held                                      */
	uint64_t key;		/* of the transaction                        */
	uint64_t came_us;
	size_t octets;		/* about what it holds                       */
	bool trying;		/* 100 was sent, or is not wanted            */
	char source[64];
	struct request request;
};

struct ua_call {
	struct ua_call *older, *newer;
	struct ua *ua;
	nta_outgoing_t *transaction;
	struct ua_wire *wire;	/* or this one, held                         */
	struct ua_call *next_there;
	uint64_t branch;	/* there                                     */
	ua_done *done;
	void *arg;
	bool sending;		/* ua_send() has not returned                */
	bool early;		/* the answer came while it had not          */
	struct sip_result result;	/* of an early one                   */
	struct loop_timer timer;
};

struct ua {
	struct ua *next;	/* of the replaced ones                      */
	struct ua_callbacks callbacks;
	const struct sip_config *config;
	struct loop *loop;
	msg_mclass_t *parser;
	nta_agent_t *agent;
	struct secure *secure;
	struct answers *answers;
	struct connections *connections;
	struct ua_incoming *oldest, *newest;
	struct ua_call *first_call;
	struct loop_timer trying;
	uint8_t key[16];	/* of transactions and To tags               */
	bool serving;
	size_t octets;		/* held by requests without an answer        */
	uint32_t pending;	/* how many there are                        */
	char address[96];
};

/** Fills in->request; memory from the message. ERR_NOMEM, ERR_MALFORMED,
 *  ERR_TOOBIG: a body above message-maximum. */
enum err ua_read(struct ua_incoming *in, const sip_t *sip) CHECKED;

/** Forgets all calls. */
void ua_calls_close(struct ua *u);

/** Puts a header that lives in the message's own memory into it; else -1. */
int ua_put(msg_t *msg, void *header);

/** A request that belongs to no transaction; takes `msg`. */
void ua_take(struct ua *u, msg_t *msg, sip_t *sip, const struct ua_way *way);
/** Refuses it; takes `msg`. */
void ua_refuse(struct ua *u, msg_t *msg, const struct ua_way *way,
	       unsigned status);

void ua_way_hold(const struct ua_way *w);
void ua_way_release(const struct ua_way *w);
bool ua_way_is_stream(const struct ua_way *w);

/** Answers there; takes `msg`, the request, whose To has its tag. */
void wire_reply(struct ua *u, struct ua_wire *w, msg_t *msg,
		const struct ua_reply *reply);
/** Is it a server that we believe? */
bool wire_trusted(const struct ua *u, const struct ua_wire *w);
struct ua_wire *wire_hold(struct ua_wire *w);
void wire_release(struct ua_wire *w);

/**
 * Sends the call's request, without its Via, over the wire, and keeps both
 * together until wire_forget(). ERR_IO, ERR_NOMEM.
 */
enum err wire_call(struct ua_wire *w, struct ua_call *c, msg_t *msg) CHECKED;
void wire_forget(struct ua_call *c);
/** Ends it, with what its answer says besides; `sip` NULL: there is none. */
void ua_call_answered(struct ua_call *c, const sip_t *sip,
		      const struct sip_result *so_far);

/** Does that lead over TLS, and where to? ERR_UNSUPPORTED: not over TLS;
 *  ERR_IO: nowhere. */
enum err wire_find(struct ua *u, const struct ua_message *m,
		   struct ua_wire **found) CHECKED;

#endif
