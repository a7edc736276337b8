/*
 * adapters/smpp/hub.h - what all parts of the program share: the way to the
 * engine, memory for one message at a time, and the peers by name.
 */
#ifndef ADAPTERS_SMPP_HUB_H
#define ADAPTERS_SMPP_HUB_H

#include "adapters/smpp/job.h"
#include "adapters/smpp/manner.h"
#include "adapters/smpp/meter.h"
#include "adapters/smpp/names.h"
#include "adapters/smpp/outbox.h"
#include "adapters/smpp/session.h"
#include "adapters/smpp/ticket.h"
#include "gateway/adapter.h"

#define HUB_REFERENCES 4096
/* gwctl shows these as the state. */
#define PEER_STOPPED   "stopped"
#define PEER_DRAINING  "draining"

struct peer;
struct client;
struct server;
struct errand;

struct hub {
	struct uplink *up;
	struct loop *loop;
	struct sessions *sessions;
	struct arena *arena;		/* reset for each message            */
	struct buf scratch, image;	/* likewise                          */
	struct buf lost;		/* names of a leg's fields           */
	uint8_t id_key[16];
	char *state_directory;
	const struct settings *settings;	/* committed ones            */
	const struct settings *next;		/* prepared ones             */
	struct tickets tickets;
	uint16_t *references;		/* HUB_REFERENCES of them            */
	struct jobs jobs;
	struct names names;		/* of peers                          */
	struct peer *peers;
	struct client *client;
	struct server *server;
	struct errand *errands;		/* see beyond.c                      */
	struct loop_timer tell;		/* peers' numbers, now and then      */
	bool ready;			/* connections may be made           */
	bool draining, drained;
	bool closing;			/* the engine hears nothing more     */
};

/* What `gwctl link ...` may want of a peer. */
struct peer_role {
	void (*start)(struct peer *p);
	void (*stop)(struct peer *p);	/* after what is under way           */
	void (*kick)(struct peer *p);	/* at once; comes again              */
	void (*drain)(struct peer *p);	/* stop, after all that it has       */
	/* Appends lines of JSON about its binds; NULL: there is no more to
	 * say than what the engine knows. */
	void (*show)(const struct peer *p, struct buf *to);
};

/* An SMSC that we bind to, or an account that binds to us. */
struct peer {
	struct name_entry entry;
	struct peer *next, **link;	/* of hub->peers                     */
	struct hub *hub;
	const struct peer_role *role;
	void *self;			/* of its role                       */
	struct manner manner;
	struct outbox out;
	bool up;			/* as the engine knows it            */
	const char *kind;		/* "smsc transceiver"                */
	char address[64];
	char tls[TRANSPORT_TEXT];	/* of the bind at that address; ""   */
	const char *text;		/* last error; NULL or constant      */
	uint64_t since_us;
	uint64_t sent, received, failed, told;
	struct meter sent_meter, received_meter;
	uint32_t told_sent, told_received;	/* in the minute before      */
};

/** NULL: no memory. Closes nothing by itself. */
struct hub *hub_new(struct uplink *up, const struct welcome *w);
void hub_free(struct hub *h);

/** An empty arena, for the message that is looked at now. */
struct arena *hub_arena(struct hub *h);

/** Adds a zeroed peer whose entry.name is set. ERR_NOMEM. */
enum err peer_add(struct hub *h, struct peer *p) CHECKED;
void peer_remove(struct peer *p);

/** A bind has come up: its address and its TLS are what is told. */
void peer_met(struct peer *p, const struct session *s);

/** Tells the engine how it stands; `up` as it is from now on. */
void peer_tell(struct peer *p, bool up);

/** One line for the operator: "smsc-a: bound (127.0.0.1:2776)". */
void peer_log(const struct peer *p, const char *what, const char *detail);

/** A message more. */
void peer_count_sent(struct peer *p);
void peer_count_received(struct peer *p);

/** Its outbox or window has changed: tells the engine. */
void peer_retell(struct peer *p);

/** Where the files of TLS are, and its warnings go. */
struct tls_place hub_tls_place(const struct hub *h, const char *group);

/** Tells the numbers of all peers where they have changed. */
void hub_tell(struct hub *h);
/** Starts telling numbers now and then. */
void hub_tell_often(struct hub *h);

/** While draining: all is done when no connection is left. */
void hub_check_drained(struct hub *h);

/** The reference of the next concatenation between two addresses: another
 *  than the 255 before it. 3GPP TS 23.040 9.2.3.24.1. */
uint16_t hub_reference(struct hub *h, const struct peer *p,
		       const struct leg *leg);

/** The engine cannot be told any more: the program ends, and the engine
 *  knows what was under way. */
void hub_give_up(struct hub *h);

/** A leg, to the peer that it names. */
void hub_leg(struct hub *h, const struct leg *leg);

#endif
