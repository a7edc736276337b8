/*
 * adapters/sip/registrar.h - who is registered where: devices in memory, the
 * timers of their expiry, and what the engine is told of it (AVAILABLE,
 * GONE). The bindings themselves are kept by the engine. RFC 3261 10.
 */
#ifndef ADAPTERS_SIP_REGISTRAR_H
#define ADAPTERS_SIP_REGISTRAR_H

#include "adapters/sip/contact.h"
#include "adapters/sip/targets.h"
#include "codecs/table.h"
#include "gateway/adapter.h"
#include "gateway/loop.h"

#define REGISTRAR_DOUBT_US	10000000u	/* first look again          */
#define REGISTRAR_DOUBT_MAX_US	300000000u

struct registrar;
struct ua_flow;

/* What of a message a device takes. */
enum device_takes {
	TAKES_ALL,
	TAKES_ONE_FROM,		/* CPIM if it says From as SIP does          */
	TAKES_PLAIN		/* text/plain only                           */
};

struct device {
	struct device *next;	/* of the same person                        */
	struct person *person;
	struct contact contact;
	char *texts;		/* of `contact`                              */
	struct ua_flow *flow;	/* held; NULL: by address                    */
	bool reachable;		/* false: a connection that has gone         */
	bool sms;		/* takes SMS over IP (3GPP TS 24.341)        */
	enum device_takes takes;
	uint64_t disowned;	/* what it has refused and was sent in another
				 * way then: see registrar_disown()          */
	bool datagram;		/* takes no connections                      */
	bool no_lists;		/* nor lists of recipients beside a message  */
	struct target target;
	struct loop_timer expiry;
};

struct person {
	struct table_node node;
	struct registrar *registrar;
	char *name;
	struct device *devices;
	uint32_t count, reachable;
	uint64_t doubt_us;	/* 0: none; else the wait before a new try   */
	struct loop_timer doubt;
};

/** NULL: no memory. */
struct registrar *registrar_new(struct uplink *up, const uint8_t key[16]);
void registrar_free(struct registrar *r);

/** The person of that name; NULL when nothing is registered. */
struct person *registrar_person(const struct registrar *r, const char *name);

/** How many devices take SMS over IP. */
size_t registrar_sms(const struct registrar *r);

/** His device of that key, or NULL. */
struct device *person_device(const struct person *p, const char *key);

/** Can a device of his be reached that such a GRUU is of? NULL: nobody. */
bool person_has_gruu(const struct person *p, struct bytes parameter);

/**
 * Puts a device in or renews it, with its flow (held; may be NULL), and tells
 * the engine when that makes it worth trying again. ERR_NOMEM.
 */
enum err registrar_put(struct registrar *r, const struct contact *c,
		       struct ua_flow *flow) CHECKED;

/** Takes it out; what waits for it is gone(). Tells the engine. */
void registrar_drop(struct registrar *r, struct device *d);

/** A binding of the snapshot. ERR_MALFORMED: it cannot be read; ERR_NOMEM. */
enum err registrar_restore(struct registrar *r, const struct binding *b)
	CHECKED;

/** After the snapshot: the engine learns who is there. */
void registrar_ready(struct registrar *r);

/** Its connection has gone: unreachable until it comes again. */
void registrar_lost(struct registrar *r, struct device *d);

/** All connections without TLS have gone, with their listener. */
void registrar_lost_all(struct registrar *r);

/** He did not answer. Look again after a while; or when he is seen(). */
void registrar_doubt(struct registrar *r, const char *name);
void registrar_seen(struct registrar *r, const char *name);

/**
 * The device has refused the message of that imdn.Message-ID, but is sent it
 * in another way. What it says about the first one's failure means nothing.
 */
void registrar_disown(const struct registrar *r, struct device *d,
		      struct bytes message_id);

/** Has one of his devices refused that message before it took it? */
bool registrar_disowned(const struct registrar *r, const char *name,
			struct bytes message_id);

#endif
