/*
 * gateway/road.h - what the files of the engine share: its state, and the
 * steps of the road by name. Nobody else includes it.
 *
 *	roster.c	lanes and flows by name and number
 *	choose.c	by which ways a recipient is reached
 *	intake.c	messages come in and become legs
 *	spool.c		legs go to disk, their senders are answered
 *	reassemble.c	parts of longer short messages become one
 *	dispatch.c	lanes are served and refilled
 *	dispatch_targets.c  one recipient's legs, in their order
 *	divert.c	what waits for a link that is down goes by another
 *	leave.c		what waits for a user who was taken out
 *	expire.c	lifetimes that have ended, reports that did not come
 *	waits.c		adapters hear of legs for peers that are down
 *	settle.c	outcomes: done, again, next way, give up
 *	rest.c		parts that one link has, and the rest of them
 *	fars.c		legs that far sides have, by the ids of those
 *	correlate.c	far ids and far reports find their leg
 *	amend.c		what senders want of what they submitted
 *	inquiry.c	... of what others have by now
 *	sweep.c		the same, without an id: all that fits
 *	report.c	what the sender is told
 *	alert.c		who was not there, and is again
 *	people.c	lookups, registrations, peers
 *	recover.c	what the process before has left
 *	describe.c	what operators see
 *	links.c		links that operators name and stop
 *	hold.c		what operators hold back
 *	change.c	accounts that operators change
 */
#ifndef GATEWAY_ROAD_H
#define GATEWAY_ROAD_H

#include "gateway/access.h"
#include "gateway/groups.h"
#include "gateway/engine.h"
#include "gateway/directory.h"
#include "gateway/lane.h"
#include "gateway/trace.h"
#include "policy/life.h"
#include "policy/retry.h"

#define SCRATCH_MAX	(2 * 1024 * 1024)
#define FARS_MAX	20000	/* legs kept at hand for their reports        */
#define FARS_NEAR	4096	/* their rows lie among those that are in use */
#define NATIVES		1024	/* places of their table              */
#define STEP_ARENA_MAX	(4 * 1024 * 1024)
#define STEPS_SLOW	20000	/* waiting: adapters stop reading             */
#define STEPS_GO	5000
/* Kinds of directory rows: lanes on hold, links that are stopped. */
#define ROAD_HELD	"held"
#define ROAD_STOPPED	"stopped"

struct child_link {
	bool up;
	uint64_t life;		/* another number each time it comes up       */
	char name[32];
	bool slow;
};

struct engine {
	struct engine_world world;
	struct keys *keys;
	struct inflight *inflight;
	struct settings *settings;
	struct directory *directory;
	struct access *access;
	struct groups *groups;

	struct life_rule life;
	uint64_t dedupe_us, orphan_us, parts_us, rest_us;
	struct retry_rule retry;
	bool fail_unknown;	/* on-unknown = fail                          */
	bool deliver_partial;

	struct child_link children[ENGINE_CHILDREN + 1];
	uint64_t lives;

	struct lane *lanes;
	struct table lanes_by_peer, lanes_by_number;
	struct table flows_by_name, flows_by_number;
	uint32_t last_lane, last_flow;
	struct lane *dirty;

	struct table by_id;	/* all legs in memory                         */
	struct far **far_table;
	size_t far_size;
	struct live *sent_first, *sent_last;	/* oldest first               */
	size_t n_sent;
	uint64_t sendings;	/* legs that were sent, and reports awaited   */

	uint64_t wall_base_us, last_id, last_us;
	uint64_t expiry_after_us, forget_after_us, parts_after_us;
	bool expiring, recovered, draining, stopping_intake;
	size_t recovering;	/* steps of recovery that are still out       */

	struct arena *scratch;	/* one frame or step                          */
	struct buf payload, image, meta, notes;
	struct step *first_step, **last_step;	/* to hand over this turn     */
	struct engine_counts counts;
	struct target *paused;
	struct inquiry *inquiries;
	struct asked *asked;	/* of all of these                            */
	size_t n_asked;
	uint64_t asked_ref;
	struct sweep *sweeps;
	size_t n_sweeps;
	uint64_t sweep_number;
	struct live *natives[NATIVES];	/* with a key, by it                  */
	struct live *first_behind, *last_behind;	/* wait their turn   */
};

/* engine.c */
uint64_t road_now(struct engine *e);		/* strictly increasing, wall */
uint64_t road_id(struct engine *e);
uint64_t road_random(struct engine *e);
/* A step and what belongs to it. Without memory for them nothing could be
 * promised any more: the process aborts and its successor goes on from the
 * disk. */
struct step *road_step(struct engine *e, enum step_kind kind,
		       void (*done)(void *, struct step *));
void *road_room(struct step *s, size_t count, size_t size);
struct bytes road_octets(struct step *s, struct bytes in);
void road_submit(struct engine *e, struct step *s);
/** What is to go with the next change of l's row goes with `s`. */
void road_also(struct step *s, struct live *l);
void road_send(struct engine *e, const struct reply *to, enum frame_type type,
	       struct bytes payload);
void road_refuse(struct engine *e, const struct reply *to,
		 enum frame_type type, const struct outcome *o);
struct live *road_find(const struct engine *e, uint64_t id);
void road_remember(struct engine *e, struct live *l);
void road_forget(struct engine *e, struct live *l);	/* frees it */
void road_dirty(struct engine *e, struct lane *l);
void road_count(struct live *l);	/* after its row has changed */
/** Fills row's columns and meta from `l`; octets live in the step's arena. */
void road_row(struct engine *e, struct step *s, const struct live *l,
	      struct store_leg *row);
/** Reads a row into memory; finds its lane and flow. NULL: unreadable. */
struct live *road_load(struct engine *e, const struct store_leg *row);

/* roster.c: lanes and flows by name, and by their number in the store */
enum err roster_init(struct engine *e) CHECKED;
void roster_clear(struct engine *e);
/** The lane of that peer, made when absent. NULL: no memory. */
struct lane *road_lane(struct engine *e, enum technology t, const char *peer);
struct lane *road_lane_numbered(const struct engine *e, uint32_t number);
/** That of an account (NULL: nobody's) and priority, made when absent. */
struct flow *road_flow(struct engine *e, struct lane *l, const char *account,
		       enum priority p);
/** NULL: nothing has that number. */
struct flow *road_flow_numbered(struct engine *e, struct lane *l,
				uint32_t number);
/** What the store knows; without memory the process ends. */
void roster_add_lane(struct engine *e, uint32_t number, const char *name);
void roster_add_flow(struct engine *e, uint32_t number, const char *name);

/* tell.c: one record of the story. `l` may be NULL for whole messages. */
struct story {
	const char *step, *verdict, *text, *clause, *far_id, *peer;
	const struct address *to;	/* of whole messages; NULL: the first */
	enum technology technology;
	const char **keys;		/* of legs, besides far_id            */
	size_t n_keys;
};
void tell_leg(struct engine *e, const struct live *l, const struct story *s);
void tell_message(struct engine *e, uint64_t story, const struct message *m,
		  const struct story *s);
/** A report about nothing that is known: a story of its own. */
void tell_report(struct engine *e, const struct far_report *r);

/* choose.c: by which ways `m` reaches one of its recipients, now */
struct choice {
	struct route_verdict verdict;
	struct user *user;	/* he, or NULL                                */
	struct outcome why;	/* verdict.n == 0: why there is none          */
};
void choose_ways(struct engine *e, const struct message *m,
		 const struct address *to, struct choice *out);
/* fits.c: whether its peer carries `m`; else *why not */
bool fits_way(struct engine *e, const struct message *m,
	      const struct route_way *way, struct outcome *why);
/** By what everything for him is found, whichever of his addresses it has. */
uint64_t choose_recipient(struct engine *e, const struct address *to);

/* recipients.c */
/** They are who gets a copy, just as they came. */
bool recipients_plain(const struct engine *e, const struct intake *in,
		      const struct message *m);
/**
 * Else: those who get a copy, and the image of the message with them: in e->scratch
 * where that is not what came. False: nobody, and why.
 */
bool recipients_settle(struct engine *e, struct intake *in, struct message *m,
		       struct outcome *why);

/* intake.c */
void intake_frame(struct engine *e, unsigned child, const struct frame *f);
void intake_message(struct engine *e, const struct reply *to,
		    const struct intake *asked, const struct message *m);
/** One made of parts that were accepted ends: only its reports go on. */
void intake_ended(struct engine *e, const struct intake *in,
		  const struct message *m, const struct outcome *why);
/** Until when `m` is tried: now, if it is taken now. */
struct life_verdict intake_life(const struct engine *e,
				const struct message *m);
/** Makes these its ways. ERR_NOMEM. */
enum err intake_ways(struct live *l, const struct route_verdict *v) CHECKED;
const char *intake_account(const struct origin *o, char *room, size_t size);

/* spool.c */
struct copies {
	struct live **legs;
	size_t n;
	struct bytes refused;	/* of struct accepted                         */
};
/** One step that inserts the legs; they belong to it until it is back. */
void spool_legs(struct engine *e, const struct reply *to,
		const struct copies *copies, const struct intake *in);
/** A native leg whose far side did not answer: now it is spooled. */
void spool_native(struct engine *e, struct live *leg);
/* In a key's story: the far side's answer was passed back, not an id. */
#define SPOOL_ANSWERED (UINT64_C(1) << 62)
/**
 * A repetition gets the first answer again: that of the far side when the
 * message went natively, else that it was accepted.
 */
void spool_answer_again(struct engine *e, const struct reply *to,
			uint64_t story);
void spool_answer(struct engine *e, const struct reply *to, uint64_t story,
		  bool duplicate);
void spool_forget(struct engine *e, struct live **legs, size_t n);

/* reassemble.c */
void reassemble_part(struct engine *e, const struct reply *to,
		     const struct intake *in, const struct message *m);
void reassemble_tick(struct engine *e, uint64_t now);
/** A part that waits, as STEP_STORY found it. Errors as message_read(). */
enum err reassemble_read(struct engine *e, const struct step_item *part,
			 struct message *m) CHECKED;
/** Its parts' ids stand for none any more: they may be sent again. */
void reassemble_forget(struct engine *e, const struct message *m);
/** The set that a STEP_PARTS_EXPIRED has found ends so, and is forgotten. */
void reassemble_cancelled(struct engine *e, const struct step *s,
			  const struct outcome *why);

/* dispatch.c */
void dispatch_enter(struct engine *e, struct live *l);
void dispatch_lane(struct engine *e, struct lane *l);
void dispatch_drain_target(struct engine *e, struct lane *l,
			   uint64_t recipient);
void dispatch_tick(struct engine *e, uint64_t now);
struct target *dispatch_landed(struct engine *e, struct live *l);
void dispatch_release(struct engine *e, struct target *t);
void dispatch_take(struct engine *e, struct live *l);
void dispatch_put_back(struct engine *e, struct live *l);
void dispatch_hold(struct engine *e, const struct live *l);
/** Sends it now, or leaves it as it is: false. */
bool dispatch_native(struct engine *e, struct live *l);
/** Puts it behind its recipient, who is busy with another. False: it cannot. */
bool dispatch_behind(struct engine *e, struct live *l);

/* settle.c */
void settle_frame(struct engine *e, unsigned child, const struct frame *f);
void settle_final(struct engine *e, struct live *l, enum delivery_state s,
		  const struct outcome *o);
void settle_child_died(struct engine *e, unsigned child);
void settle_update(struct engine *e, struct live *l);
void settle_remove(struct engine *e, struct live *l, const struct reply *tell);
void settle_requeue(struct engine *e, struct live *l, uint64_t due_us);
/** The same, with another message in it, which is fetched when its turn comes. */
void settle_replace(struct engine *e, struct live *l, struct bytes image);
void settle_tell(struct engine *e, struct live *l, const struct reply *tell);
void settle_unknown(struct engine *e, struct live *l);
/** Queued, and nowhere: goes by another link that is up; false: none is. */
bool settle_elsewhere(struct engine *e, struct live *l);
/** By the ways that there are now; false: it stays where it is. */
bool settle_reroute(struct engine *e, struct live *l);

/* rest.c */
/** Another attempt begins from nothing. */
void rest_clear(struct live *l);
/** Its link has parts of it, and may still get the rest. */
bool rest_stays(struct engine *e, const struct live *l);
/** An outcome says what the link has. */
void rest_noted(struct engine *e, struct live *l, const struct outcome *o);
/** It has been offered to another link: again when it may leave. */
void rest_offered(struct engine *e, const struct live *l);
/** It goes by another way from now on. */
void rest_moved(struct live *l);
/** It has stayed long enough, and another link has got it. */
bool rest_goes(struct engine *e, struct live *l);
/** When to try again: sooner than another, to find its link back. */
uint64_t rest_due(struct engine *e, const struct live *l, uint64_t due_us);

/* expire.c */
void settle_expired(struct engine *e, struct live *l);

/* divert.c */
void divert_tick(struct engine *e, struct lane *l, uint64_t now);

/* leave.c */
/** Its recipient is not a user any more: it goes by another way, or has failed.
 *  False: he is one, nothing was done. `l` is of a lane of users, and nowhere. */
bool leave_left(struct engine *e, struct live *l);
/** All that waits in `l`, a lane of users, under that key, if it is that of
 *  one who was taken out. */
void leave_all(struct engine *e, const struct lane *l, uint64_t recipient);

/* waits.c */
void waits_tick(struct engine *e, struct lane *l);

/* native.c */
void native_try(struct engine *e, struct live *l);
/** One with the same key is under way: its answer is this one's, too. */
bool native_joins(struct engine *e, const struct reply *to,
		  const struct store_key *key);
void native_outcome(struct engine *e, struct live *l, const struct outcome *o);
/** For dispatch.c: the turn of one that waits has come; it goes back behind its
 *  target; it is not to wait any longer, and is spooled. */
void native_turn(struct engine *e, struct live *l);
void native_again(struct engine *e, struct live *l);
void native_spool(struct engine *e, struct live *l, const char *why);
void native_tick(struct engine *e, uint64_t now);
/** None is to wait any longer. */
void native_drain(struct engine *e);

/* fars.c */
/** Of several with that id, which some SMSCs give twice, the one that went to
 *  whom the report is from; else the last one. NULL: none is at hand. */
struct far *fars_find(const struct engine *e, const struct store_key *k,
		      const struct address *reporter);
/** It has gone: kept at hand, and no more of them than FARS_MAX: the oldest is
 *  on disk. */
void fars_sent(struct engine *e, struct live *l);
/** These apart, for one that had been put away. */
void fars_keep(struct engine *e, struct live *l);
void fars_limit(struct engine *e);
/** Out of the list of those at hand, and its far ids out of the table. */
void fars_drop(struct engine *e, struct live *l);

/* correlate.c */
struct store_key correlate_key(struct engine *e, const char *peer,
			       const char *far_id);
void correlate_frame(struct engine *e, unsigned child, const struct frame *f);
void correlate_orphans(struct engine *e, const struct step *s);
void correlate_early(struct engine *e, struct live *l);
void correlate_again(struct engine *e, struct bytes octets);

/* amend.c */
void amend_frame(struct engine *e, unsigned child, const struct frame *f);
/** It waits, is the account's, and is what `r` means. */
bool amend_fits(struct engine *e, const struct live *l,
		const struct amendment *r);
/** Cancels or replaces one that fits; false: it cannot be replaced. */
bool amend_leg(struct engine *e, struct live *l, const struct amendment *r);
/** FRAME_STANDING: at once, or when all that was decided is on disk. */
void amend_answer(struct engine *e, const struct reply *to,
		  const struct standing *v);
void amend_answer_after(struct engine *e, const struct reply *to,
			enum outcome_class class, enum delivery_state state);
/** As amend_fits(), but the far side has it. */
bool amend_beyond(struct engine *e, const struct live *l,
		  const struct amendment *r);
/** The far side has cancelled it. */
void amend_cancelled(struct engine *e, struct live *l);

/* inquiry.c */
/** One answer to `to`, or to that sweep. NULL: no memory. */
struct inquiry *inquiry_new(struct engine *e, const struct reply *to,
			    enum amendment_kind kind, uint64_t sweep);
/** Asks the adapter of one that the far side has; false: it cannot be asked. */
bool inquiry_ask(struct engine *e, struct inquiry *q, const struct live *l,
		 const struct amendment *r);
/** Others of which it is known by now. */
void inquiry_add(struct inquiry *q, size_t done, size_t failed);
/** Nobody else is asked: it answers when all have, and is gone then. */
void inquiry_close(struct engine *e, struct inquiry *q);
/** Nobody was asked. */
void inquiry_drop(struct engine *e, struct inquiry *q);
/** How has it ended? That is in its story, which others may have to read. */
void inquiry_past(struct engine *e, const struct reply *to,
		  const struct amendment *r);
void inquiry_standing(struct engine *e, unsigned child, const struct frame *f);
void inquiry_child_died(struct engine *e, unsigned child);
void inquiry_clear(struct engine *e);

/* sweep.c */
/** Cancels all that fit `r`, which has no id; `octets` are its image. */
void sweep_cancel(struct engine *e, const struct reply *to,
		  struct bytes octets, const struct amendment *r);
/** A message that takes the place of one that waits, if there is one. */
void sweep_intake(struct engine *e, const struct reply *to,
		  struct bytes octets, const struct message *m);
/** What became of those that its inquiry asked. */
void sweep_asked(struct engine *e, uint64_t number, size_t done,
		 size_t failed);
void sweep_clear(struct engine *e);

/* awaited.c */
/** Will the far side that has it report on it? */
bool awaited_comes(const struct live *l);
/** It waits for those reports, by what the outcome has called it. */
void awaited_from(struct engine *e, struct live *l, const struct outcome *o);

/* report.c */
void report_due(struct engine *e, struct live *l, enum delivery_state s,
		const struct outcome *o, const struct reply *tell);
/** Makes `l`, not yet on disk, such a report; false: nobody is owed it. */
bool report_instead(struct engine *e, struct live *l, enum delivery_state s,
		    const struct outcome *o);
/* Another one goes to disk with the next change of l's row. One of each kind,
 * and of those of WANT_INTERMEDIATE one of each state. False: none is owed. */
bool report_besides(struct engine *e, struct live *l, enum delivery_state s,
		    const struct outcome *o);
/* What is told once the far side has it: processed, and by SMS if it is. */
void report_carried(struct engine *e, struct live *l, const struct outcome *o);
void report_extra(struct engine *e, struct live *l,
		  enum delivery_state s);
enum err report_image(struct engine *e, const struct live *l, struct buf *to)
	CHECKED;
/** It ends: whoever waits for it does not hear. `o` may be NULL. */
void report_undelivered(struct engine *e, struct live *l,
			const struct outcome *o);
/** Turns `r` round: towards whoever sent the message. false: no way. */
bool report_turn_round(struct engine *e, struct live *r);

/* alert.c */
/** `l` could not be delivered since its recipient is not there: when its sender
 *  asked for that, an alert waits on disk with the next change of l's row.
 *  False: none is owed, or one waits already. */
bool alert_absent(struct engine *e, struct live *l);
/** For report.c: `r`, a report of STATE_REACHABLE, waits. false: no memory. */
bool alert_park(struct engine *e, struct live *r);
/** Finds the rows of what waits for a sign of life of that recipient. */
uint64_t alert_key(struct engine *e, const struct address *to);
/** A recipient, as choose_recipient() has it, is there; one has got `l`. */
void alert_reachable(struct engine *e, uint64_t recipient);
void alert_delivered(struct engine *e, const struct live *l);
/** An SMSC says it of a subscriber: what waits for a next attempt goes now. */
void alert_subscriber(struct engine *e, const struct address *who);

/* people.c */
/** Links that were in the settings before and are not now, are not shown. */
void people_reconfigured(struct engine *e, const struct settings *before,
			 const struct settings *now);
/** Of these, some may not be in e's directory any more: see leave.c. */
void people_left(struct engine *e, const struct directory *before);
/** It is in the configuration, or an account that was added since. */
bool people_configured(const struct engine *e, const struct lane *l);
bool people_frame(struct engine *e, unsigned child, const struct frame *f);

/* links.c */
/** By its whole name, else by its peer. ERR_NOTFOUND; ERR_EXISTS: more than
 *  one that is in use has that peer, see engine_which(). */
enum err road_lane_called(const struct engine *e, const char *name,
			  struct lane **out) CHECKED;
void links_recovered(struct lane *l, struct bytes octets);
/** It was taken out: it does not stay stopped. */
void links_dropped(struct engine *e, struct lane *l);

/* hold.c */
void hold_recovered(struct lane *l, struct bytes octets);

/* change.c */
#define ROAD_ACCOUNTS 1000	/* rows of accounts that are read at once     */
/** What a step of kind STEP_DIRECTORY_ALL has found; the last name, or NULL. */
const char *change_recovered(struct engine *e, const struct step *s);

/* recover.c */
void recover_drain_waiting(struct engine *e, struct lane *l);

#endif
