/*
 * gateway/engine.h - the road of a message, as a state machine: frames from
 * adapters, finished steps of the store and the passing of time go in; frames
 * and steps come out. It has no thread, no socket, no disk and no clock of
 * its own, so that the simulation can be its whole world.
 *
 *	INTAKE -> admit -> spool -> route -> lane -> dispatch -> settle -> report
 */
#ifndef GATEWAY_ENGINE_H
#define GATEWAY_ENGINE_H

#include "codecs/frame.h"
#include "gateway/accounts.h"
#include "gateway/adapter.h"
#include "gateway/clock.h"
#include "gateway/inflight.h"
#include "gateway/keys.h"
#include "gateway/settings.h"
#include "gateway/store.h"

#define ENGINE_CHILDREN 16
/* Not one of them: what operators send themselves, and the answers. */
#define ENGINE_OPERATOR ENGINE_CHILDREN

struct engine;

/* What is around the engine. */
struct engine_world {
	const struct clock *clock;
	void *arg;
	/* Hands a step over; it comes back by engine_step_done(). */
	void (*submit)(void *arg, struct step *s);
	/* Puts a frame into a child's link. false: the child has gone. */
	bool (*send)(void *arg, unsigned child, const struct frame *f);
	bool (*disk_short)(void *arg);
	size_t (*steps_waiting)(void *arg);
	/* How did the message that its story calls `key` end, which `account`
	 * has submitted? The answer is engine_looked_back(), also before this
	 * returns. */
	void (*look_back)(void *arg, uint64_t ref, const char *key,
			  const char *account, const char *from);
	const char *state_directory;
};

/** Takes nothing over; all arguments outlive the engine. */
enum err engine_new(const struct engine_world *w, struct keys *keys,
		    struct inflight *inflight, struct engine **made) CHECKED;
void engine_free(struct engine *e);

/**
 * Uses these checked settings from now on; takes `s`, only on OK. The one
 * before is freed.
 */
enum err engine_configure(struct engine *e, struct settings *s) CHECKED;
const struct settings *engine_settings(const struct engine *e);

/** Asks the store for what was left by the process before. */
void engine_recover(struct engine *e);
/** All of it is known again: adapters may be started. */
bool engine_recovered(const struct engine *e);

void engine_child_up(struct engine *e, unsigned child);
void engine_child_down(struct engine *e, unsigned child, const char *why);
/** It is told to stop: nothing more is sent over it. */
void engine_child_leaves(struct engine *e, unsigned child);
/** It is down for good: another adapter may become that child. */
void engine_child_gone(struct engine *e, unsigned child);
void engine_frame(struct engine *e, unsigned child, const struct frame *f);
/** class ADDRESS: there was none, or it is not that account's. */
void engine_looked_back(struct engine *e, uint64_t ref,
			const struct standing *v);
/** Frees the step. */
void engine_step_done(struct engine *e, struct step *s);

/** Serves lanes, gathers traces, hands steps over: at the end of each turn. */
void engine_turn(struct engine *e);
/** Retries, expiries, sweeps: call it about every ENGINE_TICK_US. */
#define ENGINE_TICK_US 50000
void engine_tick(struct engine *e);

/** Takes nothing new; then engine_idle() when nothing is in flight. */
void engine_drain(struct engine *e);
bool engine_idle(const struct engine *e);

/* -- for operators -------------------------------------------------------- */

struct engine_counts {
	uint64_t accepted, refused, duplicates, delivered, failed, expired;
	uint64_t reports, retries, maybe_duplicates;
	uint64_t on_hold;	/* legs held or in quarantine                 */
	uint64_t in_flight, waiting, in_memory;	/* legs */
};

void engine_counts(const struct engine *e, struct engine_counts *out);
/** One object per lane that is a peer, by name; of that lane alone unless it
 *  is NULL. ERR_NOTFOUND, ERR_NOMEM, ERR_TOOBIG. */
enum err engine_describe_links(struct engine *e, const char *lane,
			       struct buf *lines) CHECKED;

/* A link, as operators name it. */
struct engine_link {
	const char *lane, *peer;
	int child;		/* that has it, or -1                         */
};

/** By "sms/smsc-a" or "smsc-a". ERR_NOTFOUND; ERR_EXISTS: that is the name of
 *  several, see engine_which(). */
enum err engine_find_link(const struct engine *e, const char *name,
			  struct engine_link *out) CHECKED;
/** "which: sms/x or cpm/x?" */
void engine_which(const struct engine *e, const char *peer, struct buf *to);
/** A link was stopped, and is to stay so over a restart, or started again;
 *  `done` once that is on disk. */
typedef void engine_kept(void *arg);
void engine_keep_stopped(struct engine *e, const char *lane, bool stopped,
			 engine_kept *done, void *arg);
/* A lane by its name, "sms/smsc-a" or "smsc-a". */
struct engine_hold {
	const char *lane;
	const char *by;		/* whom to name for it; may be NULL           */
	bool held;		/* or to be released                          */
};

/** Holds or releases a lane; what is held stays so over a restart: `done`
 *  once that is on disk. Otherwise ERR_NOTFOUND, or ERR_EXISTS: see
 *  engine_which(). */
enum err engine_hold(struct engine *e, const struct engine_hold *h,
		     engine_kept *done, void *arg) CHECKED;
/** Tells a child what is stopped of its links: after FRAME_COMMIT. */
void engine_stop_links(struct engine *e, unsigned child, uint64_t ref);

/** The lane of that number, for a row of STEP_LIST. NULL. */
const char *engine_lane_name(const struct engine *e, uint32_t number);
/**
 * Legs on disk by age, ENGINE_LIST_ROWS a page: `each` gets one JSON object a
 * leg, then an empty one with what `after` must be for the next page (0: that
 * was all). ERR_NOTFOUND: no such lane; ERR_EXISTS: see engine_which().
 * `lane` may be NULL.
 */
#define ENGINE_LIST_ROWS 1000
typedef void engine_listed(void *arg, struct bytes object, uint64_t next);
enum err engine_list(struct engine *e, const char *lane, uint64_t after,
		     engine_listed *each, void *arg) CHECKED;

/** The same for lanes, in one page: that one alone, or with NULL every one. */
enum err engine_list_lanes(struct engine *e, const char *lane,
			   engine_listed *each, void *arg) CHECKED;

/** The address by which traces know whoever people call `text`: a user's name,
 *  or a number or address in any form. The caller's; NULL: it is none of
 *  these, or the same. */
char *engine_called(const struct engine *e, const char *text);

/** The same for users; `name`: as engine_called() takes it, or NULL. */
void engine_list_users(struct engine *e, const char *name, engine_listed *each,
		       void *arg);

/**
 * Changes an account. OK: `done` is called once, when the change is on disk
 * and the adapters have been told. Else as accounts_change(), `why` is for
 * people, and `done` is not called.
 */
typedef void engine_changed(void *arg, enum err result);
enum err engine_change_account(struct engine *e,
			       const struct account_order *o, struct buf *why,
			       engine_changed *done, void *arg) CHECKED;
/** As accounts_list() and, with a name, accounts_show(). */
enum err engine_list_accounts(struct engine *e, const char *name,
			      accounts_each *each, void *arg) CHECKED;
/** By which ways `m` reaches its first recipient now: "sms/smsc-a;sms/smsc-b".
 *  ERR_NOTFOUND: by none, `to` says why; else as `to` says. */
enum err engine_route(struct engine *e, const struct message *m,
		      struct buf *to) CHECKED;
/** How numbers are written here. */
const struct address_rules *engine_rules(const struct engine *e);
bool engine_has_account(const struct engine *e, const char *name);
/** Microseconds since 1970, as the engine counts them. */
uint64_t engine_now_us(struct engine *e);

/* The first that is true of any copy of a message. */
enum engine_hold_verdict {
	HOLD_DONE,
	HOLD_SENDING,		/* it is with an adapter, or about to be      */
	HOLD_ALREADY,		/* or to be released, and not held            */
	HOLD_SENT,		/* its report is waited for                   */
	HOLD_NOTHING		/* there is nothing of it on disk             */
};

/**
 * Holds a message back, with all its copies that wait, or lets a held or
 * quarantined one go on. `by`: the operator's name, for the trace. While held
 * it does not expire; its lifetime begins anew when it is released.
 */
typedef void engine_held(void *arg, uint64_t story,
			 enum engine_hold_verdict verdict);
void engine_hold_story(struct engine *e, uint64_t story, bool hold,
		       const char *by, engine_held *done, void *arg);

/** The child's name as adapters report it, and that it wants the snapshot. */
void engine_child_named(struct engine *e, unsigned child, const char *name);
void engine_child_ready(struct engine *e, unsigned child);

/** For any id of ours as people write it: public, decimal, or as a trace
 *  prints it. It need not exist. 0: none. */
uint64_t engine_story_of(struct engine *e, const char *text);

#endif
