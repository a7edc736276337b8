/*
 * adapters/smpp/session.h - one SMPP connection over TCP, with TLS or without,
 * either end: whole PDUs in, gathered octets out, sequence numbers, the window
 * of requests, enquire_link, time-outs. What the PDUs mean is its owner's
 * affair. Spec: SMPP v3.4 2.7 to 2.9, 4.11, 7.2.
 */
#ifndef ADAPTERS_SMPP_SESSION_H
#define ADAPTERS_SMPP_SESSION_H

#include "adapters/transport.h"
#include "adapters/smpp/window.h"
#include "codecs/smpp_pdu.h"
#include "gateway/loop.h"

struct session;

/* All connections of the program share a loop, a buffer, and one moment in
 * each turn when what was gathered is written. */
struct sessions;

/** NULL: no memory. `loop` outlives it. */
struct sessions *sessions_new(struct loop *loop);
/** After all sessions were closed. */
void sessions_free(struct sessions *all);
/** Stops, or goes on, reading all connections. */
void sessions_slow(struct sessions *all, bool slow);
/** How many are open. */
size_t sessions_count(const struct sessions *all);

enum session_loss {
	SESSION_NOT_SENT,	/* it never left, nobody has it              */
	SESSION_NO_ANSWER	/* it left; no answer in time or for ever    */
};

/* What the owner is told. Any slot may close the session. */
struct session_events {
	/* A connection that was being made is there. */
	void (*connected)(void *owner, struct session *s);
	/* A request that is not enquire_link; to be answered. */
	void (*request)(void *owner, struct session *s,
			const struct smpp_pdu *p);
	/* The answer to session_ask(); unbind_resp closes by itself. */
	void (*answer)(void *owner, struct session *s,
		       const struct smpp_pdu *p);
	/* The answer (a response, or generic_nack) to session_request(). */
	void (*response)(void *owner, struct session *s,
			 const struct window_item *item,
			 const struct smpp_pdu *p);
	/* No answer will come for it. */
	void (*lost)(void *owner, struct session *s,
		     const struct window_item *item, enum session_loss how);
	/* Once and last; `why` is a constant text. */
	void (*closed)(void *owner, struct session *s, const char *why);
	/* A response to what nobody waits for, or not any more. May be NULL. */
	void (*late)(void *owner, struct session *s, const struct smpp_pdu *p);
};

struct session_limits {
	unsigned window;	/* requests of ours; 0: none may be made     */
	uint64_t enquire_us;	/* of silence; 0: never ask                  */
	uint64_t response_us;
	uint64_t idle_us;	/* without a message, then unbind; 0: never  */
	size_t pdu_octets;	/* longest PDU that is taken                 */
};

/** Takes the socket, non-blocking. NULL: no memory; then `fd` stays. */
struct session *session_new(struct sessions *all, int fd,
			    const struct session_events *events, void *owner);

/** From now on it is another's; he sets its limits and its deadline. */
void session_give(struct session *s, const struct session_events *events,
		  void *owner);

/** First of all for a socket whose connect() is under way. */
void session_connecting(struct session *s, uint64_t at_most_us);

/**
 * TLS from its first octet: right after session_new(). The owner hears of it
 * when the handshake is done; the deadline is that of the handshake, too.
 * ERR_NOMEM.
 */
enum err session_secure(struct session *s, const struct tls_context *c)
	CHECKED;

/** NULL: without TLS, or its handshake is not done. */
const struct transport *session_transport(const struct session *s);
/** The handshake of TLS is not done, or has failed. */
bool session_shaking(const struct session *s);

/** ERR_NOMEM: as before. The window is kept when it has the same size. */
enum err session_set_limits(struct session *s, const struct session_limits *l)
	CHECKED;

/** Closes it after that time unless it is set anew; 0: never. */
void session_set_deadline(struct session *s, uint64_t in_us);

/** Sends a response, or anything whose answer nobody awaits. */
void session_send(struct session *s, const struct smpp_pdu *p);

/** Sends the response to `request` with nothing but that status. */
void session_refuse(struct session *s, const struct smpp_pdu *request,
		    uint32_t status);

/** Sends a request outside the window (bind, unbind), one at a time; without
 *  an answer in time the connection is closed. */
void session_ask(struct session *s, struct smpp_pdu *p);

/** How many session_request() calls it would take now. */
unsigned session_room(const struct session *s);

/**
 * Sends the request of one whole encoded PDU; its sequence number is
 * filled in. ERR_BUSY: the window, or the output, is full; ERR_CLOSED;
 * ERR_NOMEM. After an error nothing more is said about it.
 */
enum err session_request(struct session *s, struct bytes pdu, void *what,
			 unsigned which) CHECKED;

/** The same outside the window, for a PDU that has no response. */
enum err session_tell(struct session *s, struct bytes pdu) CHECKED;

/** Stops, or goes on, reading: nothing is taken that cannot be answered. */
void session_hold(struct session *s, bool hold);

/** unbind; closes when it is answered, or not in time. */
void session_unbind(struct session *s);

/** Closes once all output has been written. */
void session_finish(struct session *s, const char *why);

/** Closes at once. `why` is a constant text. */
void session_close(struct session *s, const char *why);

/** "127.0.0.1:2776"; of the far side. */
const char *session_address(const struct session *s);

/** Unanswered requests of ours. */
unsigned session_used(const struct session *s);

#endif
