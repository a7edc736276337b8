/*
 * gateway/adapter.h - everything an adapter may know: what it offers to the
 * program around it (struct adapter), what it may ask of the engine
 * (the calls up), and the small structures that travel both ways.
 *
 * An adapter program has exactly one struct adapter, one thread, one loop.
 * No slot may block. All arguments are borrowed and valid until the slot
 * returns, unless it says otherwise.
 */
#ifndef GATEWAY_ADAPTER_H
#define GATEWAY_ADAPTER_H

#include "gateway/leg.h"
#include "gateway/message.h"
#include "gateway/outcome.h"
#include "gateway/settings.h"

#define NOTICE_IMAGE_MAX 16384

/* -- what travels ------------------------------------------------------- */

struct hello {
	const char *name;	/* "sip", "smpp": as in routes and traces */
	const char *version;
	uint64_t pid;
};

/* What every adapter needs before it may open a listener. */
struct welcome {
	uint8_t nonce_key[16];	/* for digests and tokens; survives restarts */
	uint8_t id_key[16];	/* decimal ids: digest_scramble64()          */
	const char *state_directory;
};

/* A part of a longer short message: the engine joins them. */
struct segment_note {
	struct bytes key;	/* same octets for all parts of one text     */
	uint8_t part, of;	/* 1 <= part <= of; of == 0: not a part      */
	uint32_t timeout_s;
};

struct intake {
	struct bytes message;	/* image, see message_image()                */
	struct bytes dedupe;	/* sender + its id; empty: never a duplicate */
	bool native;		/* the sender's side waits for the far answer */
	struct segment_note segment;
	bool sender_keeps;	/* native: and sends it again without one     */
	bool replace;		/* instead of one that waits, if there is one
				 * with the same account, sender, recipient and
				 * service_type (SMPP v3.4 5.2.18)            */
	bool partial;		/* accepted.refused is told to the sender: no
				 * reports of those                           */
};

/* FRAME_ACCEPTED */
struct accepted {
	uint64_t id;
	char public_id[PUBLIC_ID_SIZE];
	bool duplicate;		/* seen before; this is the earlier answer   */
	/* Of a `partial` one: recipients without a way, two octets each: the
	 * index, and enum outcome_class. Not there for a duplicate. */
	struct bytes refused;
	/* A recipient is not there, and its sender is told when he is back. */
	bool waits;
};

/* A receipt or notification about something that we sent. */
struct far_report {
	const char *peer;	/* bind it came over; "cpm" for devices      */
	const char *far_id;	/* SMSC's id in canonical form, or our       */
				/* public id when `ours`                     */
	bool ours;
	struct address reporter;/* who reports, as far as it is said; NONE:  */
				/* the peer itself                           */
	enum want kind;		/* POSITIVE for any delivery state           */
	enum delivery_state state;
	uint32_t far_code;
	const char *error;	/* the network's own, or NULL                */
	const char *text;
	uint64_t event_us;	/* by its own clock; 0: it does not say      */
	const char **keys;	/* of the report itself, for the trace       */
	size_t n_keys;		/* at most OUTCOME_KEYS_MAX                  */
	bool absent;		/* the recipient was not there               */
	const char *reply;	/* see struct report                         */
	uint16_t response;
};

struct peer_state {
	const char *peer;	/* "smsc-a", "esme1", "cpm"                  */
	enum technology technology;
	bool up;		/* legs may be sent to it                    */
	uint32_t window;	/* legs it wants outstanding at most         */
	uint32_t used;		/* of its own wire window, now               */
	const char *kind;	/* "smsc transceiver", "esme receiver", ...  */
	const char *address;	/* far host:port                             */
	const char *text;	/* last error, or NULL                       */
	uint64_t since_us;
	uint64_t sent, received, failed;	/* since the start           */
	const char *tls;	/* version, cipher, far side's name; or NULL */
	uint32_t sent_minute, received_minute;	/* in the last minute        */
	bool busy;		/* up, but others are to be preferred now    */
	/* What it cannot carry at all, as far as that is known: texts longer
	 * than that in GSM 03.38, in other letters (UTF-16 units; 0: no such
	 * limits); names of other letters or of more than 11. */
	uint32_t septets_most, units_most;
	bool short_names;
};

/* Of a user, by his name; or that a subscriber of another network, who may
 * have been waited for, can be reached again. */
struct presence {
	const char *user;	/* name in the directory, or NULL            */
	uint32_t devices;
	struct address subscriber;
};

enum lookup_kind {
	LOOKUP_USER_NAME = 1,	/* "mary": who authenticates                 */
	LOOKUP_USER_ADDRESS,	/* "+1555..." or "sip:mary@cpm.example"      */
	LOOKUP_ACCOUNT		/* "esme1"                                   */
};

struct lookup {
	enum lookup_kind kind;
	const char *name;
};

/* A user or an account; absent strings are NULL. */
struct found {
	bool exists;
	const char *name;
	const char *domain;	/* users: sip:name@domain                    */
	const char *number;	/* users: "+1555..."                         */
	const char *ha1_md5, *ha1_sha256;	/* users: hex                */
	const char *password_hash;	/* accounts: "$sha256$salt$hex"      */
	uint32_t devices;	/* users: greatest number of devices         */
	uint32_t rate;		/* accounts: submissions/s, 0 is no limit    */
	uint32_t window;	/* accounts: unanswered at most, 0: default  */
	uint32_t binds;		/* accounts: binds at once                   */
	const char *short_code;	/* accounts                                  */
	bool any_sender;	/* accounts: may send as any address         */
	uint64_t version;
	/* accounts: as settings of group esme of these names                 */
	uint32_t burst;
	uint64_t daily_quota;
	const char *bind_kinds;	/* "transceiver;receiver"; NULL: all         */
	const char *short_codes;	/* all of them, separated by ';'     */
	const char *allowed, *default_sender, *forced_sender, *wrong_sender;
	const char *allowed_hosts;	/* NULL: all                         */
	bool barred;		/* disabled or banned: not to be let in      */
	const char *tls, *tls_name;
};

struct binding {
	const char *user;
	const char *key;	/* one per device: instance, else contact    */
	uint64_t expires_us;	/* 0: delete                                 */
	struct bytes data;	/* the registrar's own                       */
};

/* Of a peer that is not up: legs wait for it, that could go now, or none do. */
struct waits {
	const char *peer;
	bool any;
};

/* Without a peer: uplink_peer() for all whose numbers have changed. */
#define CONTROL_TELL "tell"
/* Lines of JSON about a peer, in the place of a complaint. */
#define CONTROL_SHOW "show"
/* How `text` would go to it, in the place of a complaint: a JSON object. */
#define CONTROL_PLAN "plan"

struct control {
	const char *command;	/* "start", "stop", "drain", "kick", or above */
	const char *peer;
	const char *text;
};

enum amendment_kind {
	AMEND_QUERY = 1,	/* how does it stand?                         */
	AMEND_CANCEL,
	AMEND_REPLACE
};

/*
 * What a sender wants of a message that he submitted before. Up: of the one
 * that FRAME_ACCEPTED named, or without id of all that still wait and fit.
 * Down: of the one that the adapter has passed on; `progress` is what it gave
 * with that outcome.
 */
struct amendment {
	enum amendment_kind kind;
	uint64_t id;		/* 0: by recipient                            */
	const char *account;	/* up: who asks, for none but his own         */
	const char *peer;	/* down: where it went                        */
	struct address from, to;/* NONE: any                                  */
	const char *service_type;	/* without id: NULL is any            */
	struct bytes message;	/* REPLACE: image of what is there instead;
				 * of its parts that one whose content_id is
				 * the message's `extra`, else the first      */
	struct bytes progress;
	const char *extra;
};

/*
 * class DELIVERED: done, or `state` is how it stands; ADDRESS: there is none;
 * NEVER: it is too late, or not possible; LATER: ask again.
 */
struct standing {
	enum outcome_class class;
	enum delivery_state state;
	uint32_t far_code;	/* the network's error, 0: none is known      */
	uint64_t event_us;	/* of a final state                           */
};

/* One line of a message's story that only the adapter knows. */
struct note {
	uint64_t story;		/* 0: found by `key`                         */
	const char *key;	/* address, Call-ID ...                      */
	const char *step, *from, *to, *verdict, *text, *clause;
	enum technology technology;
};

enum err hello_image(const struct hello *v, struct buf *to) CHECKED;
enum err hello_read(struct bytes in, struct arena *a, struct hello *v) CHECKED;
enum err welcome_image(const struct welcome *v, struct buf *to) CHECKED;
enum err welcome_read(struct bytes in, struct arena *a, struct welcome *v)
	CHECKED;
enum err intake_image(const struct intake *v, struct buf *to) CHECKED;
enum err intake_read(struct bytes in, struct intake *v) CHECKED;
enum err accepted_image(const struct accepted *v, struct buf *to) CHECKED;
enum err accepted_read(struct bytes in, struct accepted *v) CHECKED;
enum err far_report_image(const struct far_report *v, struct buf *to) CHECKED;
enum err far_report_read(struct bytes in, struct arena *a,
			 struct far_report *v) CHECKED;
enum err peer_state_image(const struct peer_state *v, struct buf *to) CHECKED;
enum err peer_state_read(struct bytes in, struct arena *a,
			 struct peer_state *v) CHECKED;
enum err presence_image(const struct presence *v, struct buf *to) CHECKED;
enum err presence_read(struct bytes in, struct arena *a, struct presence *v)
	CHECKED;
enum err lookup_image(const struct lookup *v, struct buf *to) CHECKED;
enum err lookup_read(struct bytes in, struct arena *a, struct lookup *v)
	CHECKED;
enum err found_image(const struct found *v, struct buf *to) CHECKED;
enum err found_read(struct bytes in, struct arena *a, struct found *v) CHECKED;
enum err binding_image(const struct binding *v, struct buf *to) CHECKED;
enum err binding_read(struct bytes in, struct arena *a, struct binding *v)
	CHECKED;
enum err amendment_image(const struct amendment *v, struct buf *to) CHECKED;
enum err amendment_read(struct bytes in, struct arena *a, struct amendment *v)
	CHECKED;
enum err standing_image(const struct standing *v, struct buf *to) CHECKED;
enum err standing_read(struct bytes in, struct arena *a, struct standing *v)
	CHECKED;
enum err control_image(const struct control *v, struct buf *to) CHECKED;
enum err control_read(struct bytes in, struct arena *a, struct control *v)
	CHECKED;
enum err waits_image(const struct waits *v, struct buf *to) CHECKED;
enum err waits_read(struct bytes in, struct arena *a, struct waits *v) CHECKED;
enum err note_image(const struct note *v, struct buf *to) CHECKED;
enum err note_read(struct bytes in, struct arena *a, struct note *v) CHECKED;

/* -- what an adapter offers ---------------------------------------------- */

struct uplink;			/* the way to the engine; adapters/child.h   */
struct loop;
struct oplog;

/* `self` is what open() made. All slots are set but those that say
 * so. */
struct adapter {
	const char *name;
	const struct setting_group *const *groups; /* NULL ends them */

	/* Once, after the engine's welcome, before any other slot. */
	enum err (*open)(struct uplink *up, const struct welcome *w,
			 void **self);

	/*
	 * Checks `s` and binds the listeners that are new in it, keeping what
	 * runs now running. On failure writes why into `complaint` (with
	 * file:line of the setting) and changes nothing. `s` stays valid until
	 * commit or abort; after commit, until the next commit.
	 */
	enum err (*prepare)(void *self, const struct settings *s,
			    struct buf *complaint);
	void (*commit)(void *self);	/* what did not change stays up */
	void (*abort)(void *self);

	/* After the last binding of the snapshot: listeners may answer. */
	void (*ready)(void *self);

	/* A leg to send. uplink_outcome(token) may be called before it
	 * returns; it must be called exactly once, however late. */
	void (*leg)(void *self, const struct leg *leg);
	void (*cancel)(void *self, uint64_t token);

	/* Answers to the calls up; `ref` is what the call was given. */
	void (*accepted)(void *self, uint64_t ref, const struct accepted *v);
	void (*refused)(void *self, uint64_t ref, const struct outcome *v);
	void (*answer)(void *self, uint64_t ref, const struct outcome *v);
	void (*reported)(void *self, uint64_t ref, const struct outcome *v);
	void (*found)(void *self, uint64_t ref, const struct found *v);
	void (*bound)(void *self, uint64_t ref);
	/* The next two may be NULL: it asks for nothing, and cannot ask. */
	void (*standing)(void *self, uint64_t ref, const struct standing *v);
	/* About a leg whose outcome was ACCEPTED, and had progress;
	 * uplink_standing(ref) is called exactly once, however late. */
	void (*amend)(void *self, uint64_t ref, const struct amendment *v);

	void (*snapshot)(void *self, const struct binding *v);
	void (*changed)(void *self, const struct lookup *what);
	void (*slow)(void *self, bool slow);	/* stop or go on reading      */
	/* Each time that it changes, and once more after each word of a peer
	 * that is not up. May be NULL. */
	void (*waits)(void *self, const struct waits *v);
	/* gwctl link ...; a refusal writes why into `complaint`, "show"
	 * lines of JSON about the link, if there is more to say of it. */
	enum err (*control)(void *self, const struct control *c,
			    struct buf *complaint);
	/* Take nothing new, finish what runs, then uplink_drained(). */
	void (*drain)(void *self);
	void (*close)(void *self);
};

/*
 * The calls up. Each puts a frame into the link's buffer and returns; none
 * blocks. ERR_TOOBIG, ERR_NOMEM: nothing was sent and no answer will come.
 */

/** The answer is accepted(), refused() or, for a native one, answer(). */
enum err uplink_intake(struct uplink *up, uint64_t ref, const struct intake *v)
	CHECKED;
enum err uplink_outcome(struct uplink *up, uint64_t token,
			const struct outcome *v) CHECKED;
/** The answer is reported(): class DELIVERED taken, ACCEPTED nobody waits for
 *  it any more, LATER ask again, ADDRESS not about a message of ours. */
enum err uplink_far_report(struct uplink *up, uint64_t ref,
			   const struct far_report *v) CHECKED;
enum err uplink_peer(struct uplink *up, const struct peer_state *v) CHECKED;
enum err uplink_presence(struct uplink *up, const struct presence *v) CHECKED;
enum err uplink_lookup(struct uplink *up, uint64_t ref,
		       const struct lookup *v) CHECKED;
/** The answer is bound(), after the commit. */
enum err uplink_binding(struct uplink *up, uint64_t ref,
			const struct binding *v) CHECKED;
/** The answer is standing(), after the commit. */
enum err uplink_amendment(struct uplink *up, uint64_t ref,
			const struct amendment *v) CHECKED;
enum err uplink_standing(struct uplink *up, uint64_t ref,
			 const struct standing *v) CHECKED;
enum err uplink_note(struct uplink *up, const struct note *v) CHECKED;
void uplink_drained(struct uplink *up);

/** Microseconds since 1970, and 64 random bits: arguments of the program. */
uint64_t uplink_now_us(const struct uplink *up);
uint64_t uplink_random(struct uplink *up);

/** The event loop of the program (NULL where the adapter runs its own). */
struct loop *uplink_loop(struct uplink *up);

/** The program's operator log. */
struct oplog *uplink_oplog(struct uplink *up);

#endif
