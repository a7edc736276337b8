/*
 * adapters/sip/ua.h - SIP on the wire: listeners, transactions of both kinds,
 * connections. Only ua*.c and names.c know sofia-sip. RFC 3261 17, 18; RFC
 * 4320.
 *
 * Requests are answered without a transaction object of the library: what was
 * answered is remembered in answers.h, and the request itself only until it
 * is answered.
 */
#ifndef ADAPTERS_SIP_UA_H
#define ADAPTERS_SIP_UA_H

#include "adapters/sip/config.h"
#include "adapters/sip/request.h"
#include "adapters/sip/sip_map.h"

#define UA_PENDING_MAX	 50000	/* requests that wait for their answer       */
#define UA_PENDING_OCTETS (256 * 1024 * 1024)	/* all of them       */
#define UA_ANSWERS_MAX	 500000	/* transactions remembered                   */
#define UA_TRYING_US	 3500000u	/* then 100 over UDP (RFC 4320 4.1)  */
#define UA_LINGER_MS	 500	/* a finished call absorbs repetitions       */
#define UA_PRELOAD_OCTETS 4096	/* memory that a message begins with     */
#define UA_HEADERS_OCTETS 65536	/* of a message, above its body      */
#define UA_PATIENCE_MS	 20000	/* from its first octet to its last one  */
#define UA_DATAGRAM_OCTETS 66000	/* more than any datagram has        */
#define UA_SOCKET_OCTETS 4000000	/* of the UDP socket, each way       */

struct ua;
struct ua_call;
struct ua_flow;
struct loop;
struct secure;

struct ua_callbacks {
	/* A new request; it must be answered once, with ua_answer(). */
	void (*request)(void *arg, struct request *r);
	uint64_t (*now_us)(void *arg);
	uint64_t (*random)(void *arg);
	void *arg;
};

/** Listens as `c` says. On failure `complaint` says why; ERR_IO, ERR_NOMEM. */
enum err ua_open(struct ua **made, struct loop *loop,
		 const struct sip_config *c, const struct ua_callbacks *cb,
		 struct buf *complaint) CHECKED;

/** What is said over connections with TLS is its own from now on. */
void ua_take_secure(struct ua *u, struct secure *s);

/** New limits and timers from now on; `c` stays valid until the next call. */
void ua_configure(struct ua *u, const struct sip_config *c);

/** Requests are dropped (UDP) or answered 503 until this says true. */
void ua_serve(struct ua *u, bool serve);

/** Does anything still wait for its answer? */
bool ua_busy(const struct ua *u);

/** For a list of those that were replaced: its place for the next one. */
struct ua **ua_next(struct ua *u);

/** Unanswered requests and calls are forgotten. NULL is fine. */
void ua_close(struct ua *u);

/** "127.0.0.1:5060", as listened on. */
const char *ua_address(const struct ua *u);

struct ua_reply {
	unsigned status;
	const char *phrase;	/* NULL: the usual one                       */
	uint32_t retry_after_s, minimum_s;	/* 0: none                   */
	const char *headers;	/* more lines, each ended by CRLF; or NULL   */
};

/** Answers and frees the request. */
void ua_answer(struct request *r, const struct ua_reply *reply);

/** The same with nothing but a status. */
void ua_answer_status(struct request *r, unsigned status);

/* What is to be sent: a MESSAGE. All texts are copied. */
struct ua_message {
	const char *target;	/* Request-URI                               */
	const char *route;	/* where to instead; NULL: the target        */
	struct ua_flow *flow;	/* over this connection; NULL: find a way    */
	const char *name;	/* over TLS: whose certificate is wanted;
				 * NULL: that of the host in the URI         */
	bool datagram;		/* by UDP whatever its length: TCP is refused */
	const char *from, *to;	/* whole header values, without tag          */
	const char *call_id;
	unsigned max_forwards;
	const char *headers;	/* more lines, each ended by CRLF; or NULL   */
	const char *type;
	struct bytes body;
};

/** Once, when the final answer is there or none will come. */
typedef void ua_done(void *arg, const struct sip_result *r);

/**
 * Sends it. ERR_RANGE: a value that cannot stand in its header; ERR_NOMEM.
 * `done` is never called before this returns, nor after an error.
 */
enum err ua_send(struct ua *u, const struct ua_message *m, ua_done *done,
		 void *arg, struct ua_call **made) CHECKED;

/** The answer does not matter any more; `done` will not be called. */
void ua_forget(struct ua_call *c);

/** The connection that a request came over, held; NULL over UDP, or without
 *  memory. */
struct ua_flow *ua_flow_of(struct request *r);
struct ua_flow *ua_flow_hold(struct ua_flow *f);
void ua_flow_release(struct ua_flow *f);
bool ua_flow_alive(const struct ua_flow *f);
/** Calls `lost` when a connection with TLS has gone; NULL: no more. Others are
 *  found dead when they are used. NULL is a fine flow. */
typedef void ua_lost(void *arg);
void ua_flow_watch(struct ua_flow *f, ua_lost *lost, void *arg);
/** Is it the same connection? Both may be NULL. */
bool ua_flow_same(const struct ua_flow *a, const struct ua_flow *b);
/** With TLS: it does not end with the listener. */
bool ua_flow_secure(const struct ua_flow *f);

#endif
