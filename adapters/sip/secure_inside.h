/* adapters/sip/secure_inside.h - shared by secure*.c only. */
#ifndef ADAPTERS_SIP_SECURE_INSIDE_H
#define ADAPTERS_SIP_SECURE_INSIDE_H

#include "adapters/resolve.h"
#include "adapters/sip/secure.h"
#include "codecs/table.h"
#include "gateway/loop.h"
#include "gateway/oplog.h"

#define SECURE_OUT_MAX	   (4 * 1024 * 1024) /* that wait to be sent         */
#define SECURE_OUT_MANY	   (64 * 1024)	/* then nothing more is read         */
#define SECURE_TURNS	   4	/* pieces of one connection in a row         */
#define SECURE_SHAKE_MS	   10000u	/* for the whole handshake           */
#define SECURE_LINGER_MS   5000u	/* for their end after ours          */
#define SECURE_SILENT_MS   30000u	/* for anything good                 */
#define SECURE_CROWDED_MS  2000u	/* the same when there are many      */
#define SECURE_STUCK_MS	   30000u	/* for what they do not take         */

enum secure_state {
	SECURE_RESOLVING,
	SECURE_CONNECTING,
	SECURE_SHAKING,
	SECURE_OPEN,
	SECURE_ENDING,		/* what is left is sent                      */
	SECURE_ENDED		/* ours is said; theirs is waited for        */
};
#define SECURE_SHAKES	   1	/* steps of handshakes in one turn           */
#define SECURE_TROUBLES	   32	/* that are remembered                       */

/* All connections that came from one address. */
struct secure_source {
	struct table_node node;
	uint8_t address[16];	/* IPv6: of the whole network of 64 bits     */
	uint32_t count;
};

struct secure_conn {
	struct secure_conn *older, *newer;	/* of the same list          */
	struct secure *secure;
	struct secure_source *source;	/* NULL: we have called              */
	struct transport *transport;
	enum secure_state state;
	bool server;
	bool broken;		/* to be ended by its timer                  */
	bool told;		/* closed()                                  */
	bool good, known;	/* see secure_conn_good()                    */
	bool again;		/* there is more to read                     */
	int fd;			/* -1: none yet                              */
	struct resolve *resolve;
	unsigned events;	/* watched; 0: not                           */
	struct buf out;
	struct loop_timer timer;
	uint64_t since_us;	/* it is in this state                       */
	uint64_t heard_us, moved_us;	/* last octets in; out               */
	uint64_t hurry_us;	/* since then; 0: no                         */
	void *user;
	struct resolved peer;
	struct secure_target *target;	/* whom we call; else NULL           */
};

struct secure_list {
	struct secure_conn *oldest, *newest;
	uint32_t count;
};

/* What became of the last connection to somebody. */
struct secure_trouble {
	char name[SECURE_NAME];	/* "": unused                                */
	const char *why;	/* NULL: none                                */
};

struct secure_listener {
	int fd;			/* -1: none                                  */
	char address[64];
	uint16_t port;		/* 0: none                                   */
	bool watched;
};

struct secure {
	struct loop *loop;
	struct oplog *oplog;
	struct secure_events events;
	const struct sip_config *config;	/* NULL: none yet            */
	struct tls_context *inward, *outward;
	struct tls_context *next_inward, *next_outward;
	struct secure_listener now, next;
	struct secure_list shaking, open;	/* who has come; `open`: and
						 * what is ending            */
	struct secure_list called;		/* whom we have called       */
	struct table sources;
	struct secure_trouble troubles[SECURE_TROUBLES];
	unsigned next_trouble;
	struct loop_timer pause;
	struct loop_timer turn;	/* set: `shakes` are counted                 */
	unsigned shakes;	/* of those who have come, in this turn      */
	bool serving;
	uint8_t scratch[SECURE_PIECE];
};

/** Of a socket that has been accepted, which it takes over when OK. ERR_NOMEM.
 */
enum err secure_conn_accept(struct secure *s, int fd,
			    const struct resolved *from,
			    struct secure_source *source) CHECKED;
/** Begins a connection; it may end as soon as its timer. ERR_NOMEM. */
enum err secure_conn_call(struct secure *s, const struct secure_target *t,
			  struct secure_conn **made) CHECKED;
/** It is the newest of its list. */
void secure_conn_renew(struct secure_conn *c);
/** Ends it on the spot. */
void secure_conn_free(struct secure_conn *c, const char *why);

/** Why there is no connection with him, or NULL. */
void secure_note(struct secure *s, const char *name, const char *why);

/** It does not count any more. */
void secure_source_leave(struct secure *s, struct secure_source *source);

#endif
