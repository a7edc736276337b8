/* adapters/smpp/client_inside.h - shared by client.c, line.c and
 * binds.c only. */
#ifndef ADAPTERS_SMPP_CLIENT_INSIDE_H
#define ADAPTERS_SMPP_CLIENT_INSIDE_H

#include "adapters/smpp/client.h"
#include "adapters/smpp/client_tls.h"
#include "adapters/smpp/inbox.h"
#include "adapters/resolve.h"

struct smsc;

enum line_state {
	LINE_DOWN,
	LINE_WAITING,			/* to try again                      */
	LINE_RESOLVING,
	LINE_CONNECTING,		/* and then binding                  */
	LINE_BOUND,
	LINE_LEAVING			/* nothing new                       */
};

/* One connection of a link; it outlives its sessions. */
struct line {
	struct smsc *smsc;
	enum line_state state;
	uint32_t bind_id;		/* SMPP_BIND_TRANSCEIVER ...         */
	uint16_t port;
	unsigned failures;		/* since it was bound                */
	bool patient;			/* refused for good: try rarely      */
	bool called;			/* only after an outbind             */
	uint64_t since_us;		/* of its state, wall clock          */
	const char *why;		/* last error; NULL or constant      */
	uint64_t why_us;
	struct meter sent, received;	/* PDUs that were answered           */
	bool unbind_asked;		/* by the SMSC                       */
	uint32_t unbind_sequence;
	struct session *session;
	struct resolve *resolve;
	struct inbox inbox;
	struct loop_timer timer;
};

struct smsc {
	struct peer peer;
	struct smsc *next;		/* of the client's                   */
	struct client *client;
	char *name;
	const struct settings_group *group;
	const struct settings_group *next_group;	/* the same, prepared */
	bool enabled;			/* is to be bound                    */
	bool retired;			/* goes when its lines are down      */
	struct line *lines;
	unsigned n_lines;
};

struct client {
	struct hub *hub;
	struct smsc *smscs;		/* retired ones too                  */
	const struct settings *next_settings;
	struct client_tls *tls, *next_tls;	/* of links that have it     */
};

/* line.c */
void line_init(struct smsc *s, uint32_t bind_id, uint16_t port);
/* Binds, unless it is on its way. */
void line_start(struct line *l);
/* The same, in so many microseconds. */
void line_start_in(struct line *l, uint64_t in_us);
/* Binds over a connection of the SMSC's; false: it has one. */
bool line_adopt(struct line *l, struct session *s);
/* Unbinds when what is under way is done; then it is down. */
void line_leave(struct line *l);
/* Closes at once. */
void line_close(struct line *l, const char *why);

/* client.c */
/* A line has come up, or gone down. */
void smsc_changed(struct smsc *s);

#endif
