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
#include "adapters/sip/ua.h"
#include "gateway/loop.h"

/* A request that is not answered yet, in the order of arrival. */
struct ua_incoming {
	struct ua_incoming *older, *newer;
	struct ua *ua;
	msg_t *msg;		/* ours: owns what `request` borrows         */
	tport_t *tport;		/* held                                      */
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

#endif
