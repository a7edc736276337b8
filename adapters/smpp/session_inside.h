/* adapters/smpp/session_inside.h - shared by session.c and its parts
 * session_*.c only. */
#ifndef ADAPTERS_SMPP_SESSION_INSIDE_H
#define ADAPTERS_SMPP_SESSION_INSIDE_H

#include "adapters/smpp/session.h"

#define SESSION_READ_OCTETS (64 * 1024)
#define SESSION_OUT_LIMIT   (8 * 1024 * 1024)
#define SESSION_OUT_HIGH    (512 * 1024)	/* stop reading              */
#define SESSION_ADDRESS	    64

/* Why it is not read: bits. */
enum hold { HOLD_OWNER = 1, HOLD_SLOW = 2, HOLD_OUTPUT = 4, HOLD_END = 8 };

struct sessions {
	struct loop *loop;
	struct loop_timer flush;
	struct session *first;		/* all that are open                 */
	struct session *work;		/* those that flush() looks at       */
	struct session *dead;		/* closed; freed by flush()          */
	size_t count;
	bool slow;
	uint8_t buffer[SESSION_READ_OCTETS];
};

struct session {
	struct sessions *all;
	struct session *next, **link;	/* of `first`, then of `dead`        */
	struct session *next_work;
	bool working, resume;

	const struct session_events *events;
	void *owner;
	int fd;
	struct transport *transport;	/* NULL: plain                       */
	bool shaking;			/* until TLS has begun               */
	bool outward;			/* we made the connection            */
	bool connecting, dead, finishing, lingering;
	const char *finish_why;
	const char *broken;		/* to be closed, and why             */
	unsigned watching;		/* events that the loop looks for    */
	unsigned holds;
	char address[SESSION_ADDRESS];

	struct session_limits limits;
	struct window *window;
	uint32_t sequence;		/* of the last request of ours       */

	struct buf in;			/* the front of an unfinished PDU    */
	struct buf out;
	uint64_t queued, written;	/* octets since the start            */

	uint64_t deadline_us;		/* 0: none                           */
	uint64_t asked_us, enquired_us;	/* sent, not answered; 0: none       */
	uint32_t asked, enquired;	/* their sequence numbers            */
	uint32_t asked_id;		/* command_id of the answer          */
	uint64_t wrote_us;		/* last octet, or since it waits     */
	uint64_t read_us, message_us;	/* last octet, last message          */
	uint64_t grace_us;		/* nothing times out before          */
	bool unbinding;
	struct loop_timer timer;
};

/* session.c */
uint64_t session_now(const struct session *s);
void session_work(struct session *s);
uint32_t session_next(struct session *s);
void session_watch(struct session *s);
void session_break(struct session *s, const char *why);
void session_set_hold(struct session *s, enum hold why, bool hold);
void session_write(struct session *s);

void session_begin(struct session *s);
void session_linger(struct session *s);

/* session_tls.c */
void session_shake(struct session *s);
ssize_t session_receive(struct session *s, void *to, size_t n);
ssize_t session_transmit(struct session *s, const void *from, size_t n);
/* What the last of those that failed means. */
const char *session_why(const struct session *s);

/* session_read.c */
void session_read(struct session *s);
void session_parse(struct session *s, struct bytes in);
void session_go_on(struct session *s);

/* session_time.c */
void session_arm(struct session *s, uint64_t due_us);
void session_due(void *session);

#endif
