/*
 * tests/sim/sim.h - a whole world around the engine, from one seed: adapters,
 * links, far sides, people and senders are small models here; the engine, the
 * store, the commits, the in-flight table and the codecs are the real ones.
 * Time is simulated. Everything that happens is an event in a queue.
 *
 *	main.c		seeds, one after the other
 *	sim.c		time, events, chance, the story
 *	chance.c	what the seed decides about the world
 *	world.c		the engine's life: start, commits, crash
 *	wire.c		links: octets that come late and in pieces
 *	adapter.c	what adapters do with frames
 *	far.c		far sides: what they answer, and their receipts
 *	people.c	who registers and leaves
 *	sender.c	who submits what, and again
 *	ledger.c	what must be true, while it happens
 *	verdict.c	what must be true when all is quiet
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "gateway/commit.h"
#include "gateway/engine.h"
#include "gateway/trace.h"
#include "tests/sim/disk.h"

#define MS		UINT64_C(1000)
#define SECOND		UINT64_C(1000000)

#define MAILS_MAX	1500
#define COPIES_MAX	3
#define PARTS_MAX	4
#define USERS		6
#define WISHES_SMS(u)	((u) % 3 == 2)	/* when he is away */
#define JOBS_MAX	1024
#define ASKED_MAX	4096
#define RECEIPTS_MAX	8192
#define STORIES_MAX	16
#define PEERS_UP_US	(20 * MS)
#define NO_ROUTE	"+44999"	/* no route leads there */

enum child_number { SIP, SMPP, CHILDREN };
enum peer_number { CPM, REMOTE, SMSC_A, SMSC_B, ESME1, ESME2, PEERS };

/* What the seed decides once. Chances are per cent. */
struct knobs {
	unsigned mails, rough, silent, resubmit, twice, keyed, parts, native;
	unsigned cancel;
	unsigned shared, receipts_early, receipts_twice, receipts_never, forged;
	unsigned linger, large, absent, unseen;
	unsigned window[PEERS];
	uint64_t far_us, link_us, commit_us, faults_us, lifetime_us;
	bool fail_unknown, deliver_partial, backlog, flood, crowd, frail;
};

struct sim;
typedef void sim_event(struct sim *s, uint64_t value);

struct event {
	uint64_t at, order, value;
	sim_event *run;
};

/* What one recipient should get of a mail, and what he and its sender got. */
struct copy {
	enum address_kind kind;
	char address[64];
	int user;		/* -1: none of ours                           */
	unsigned delivered;	/* how often the far side took it             */
	unsigned parts_seen;	/* bits                                       */
	bool refused;		/* for good, by the far side                  */
	bool cancelled;		/* by its sender, who has been told so        */
	bool expired, unknown, quarantined, report_lost;	/* as traced */
	bool excused;		/* may come again without a mark              */
	bool native_open;	/* taken natively, its sender not yet told    */
	bool confirmed;		/* the engine has taken a true receipt of it  */
	bool ended_unseen;	/* before its acceptance was seen            */
	bool elsewhere;		/* it went by other than his devices         */
	/* The ids by which the far side accepted it last, and when. */
	uint64_t accepted_as, accepted_at;
	unsigned accepted_n;
	unsigned finals, finals_marked;	/* reports, and those with a mark    */
	bool said_repeated;		/* of a part that came again         */
	unsigned extras[4], extras_marked;	/* display, processing, iwf,
						 * alert                      */
	bool said_delivered, said_failed;
};

struct mail {
	unsigned number;
	enum child_number child;
	enum peer_number peer;
	char from[64], account[32];
	enum address_kind from_kind;
	struct copy copies[COPIES_MAX];
	unsigned n_copies, of;		/* of: parts; 0: whole                */
	uint8_t want;
	enum priority priority;
	bool native, once, keyed;
	uint64_t lifetime_us;		/* 0: as the gateway's                */
	size_t padding;
	uint64_t first_us, accepted_us;	/* simulated time; 0: not yet         */
	unsigned tries, open;		/* submissions; those without answer  */
	unsigned lost;			/* submissions whose answer was lost  */
	bool positive, negative;
	bool end_to_end;		/* answered by the far side itself    */
	uint64_t id;			/* of FRAME_ACCEPTED                  */
	uint64_t stories[STORIES_MAX];
	unsigned n_stories;
	unsigned parts_accepted;	/* bits                               */
	bool part_repeated;		/* one came again, though answered    */
	bool probe;			/* of fairness: when counting began   */
	uint64_t probe_from;
};

/* A leg at an adapter. */
struct job {
	bool used, taken;
	uint32_t serial;
	enum child_number child;
	enum peer_number peer;
	unsigned mail, copy;
	uint64_t token;
	bool marked, native, report;
	uint8_t want;
	unsigned parts_seen;
	enum want kind;			/* of a report                        */
	enum delivery_state state;
	enum outcome_class answer;
	char public_id[PUBLIC_ID_SIZE];
	uint64_t far_serial;		/* of the ids the far side gave       */
	unsigned far_ids;
};

/* A submission whose answer is awaited. */
struct asked {
	bool used;
	uint64_t ref, life;
	unsigned mail, part;
};

/* What a far side says of something it took, until that is taken, too. */
struct receipt {
	bool used, answered, forged, taken;
	uint64_t taken_at;
	enum child_number child;
	enum peer_number peer;
	unsigned mail, copy;
	uint64_t far_id;
	char public_id[PUBLIC_ID_SIZE];
	enum want kind;
	enum delivery_state state;
};

struct person {
	bool registered, leaving_for_good;
	bool bound, wanted;		/* the engine said so; it should be   */
};

struct pipe {
	struct buf octets;		/* on their way                       */
	struct buf arrived;
	bool moving;
};

struct adapter_model {
	bool up, open;
	uint64_t life;
	bool peer_up[PEERS];
	unsigned flying[PEERS];
	unsigned bound_seen;		/* users of the snapshot, bits        */
	struct pipe down, up_;		/* from and to the engine             */
};

enum crash { CRASH_NONE, CRASH_KILL, CRASH_POWER };

struct sim {
	uint64_t seed, random, now, wall_base, set_back_us, order;
	struct event *events;		/* a heap                             */
	size_t n_events, events_size;
	bool telling, failed;
	struct knobs knobs;

	/* The machine. */
	struct sim_disk *disk;
	struct commit_disk room;
	uint64_t *slots, *slots_then;	/* in-flight: now, and earlier        */
	bool doubtful;			/* the power went                     */
	struct doubt doubt;
	struct buf configuration;
	bool quiet;			/* no more faults                     */

	/* The process. */
	struct clock clock;
	uint64_t engine_random, life;
	struct keys *keys;
	struct inflight *inflight;
	struct store *store;
	struct commit *commit;
	struct engine *engine;
	bool running, turning, committing, started_adapters, draining;
	enum crash dying;
	uint64_t crash_after;		/* so many frames and steps; 0: never */

	struct adapter_model adapters[CHILDREN];
	struct person people[USERS];
	struct job jobs[JOBS_MAX];
	struct asked asked[ASKED_MAX];
	struct receipt receipts[RECEIPTS_MAX];
	unsigned n_receipts;
	struct mail *mails;
	unsigned n_mails;
	uint64_t serial, ref;
	uint64_t legs_of_peer[PEERS];
	uint64_t n_delivered, n_crashes, n_powers, n_marked, n_finals;
	uint64_t rows;			/* on disk, without quarantine        */
	struct arena *scratch;
};

/* -- sim.c ---------------------------------------------------------------- */
struct sim *sim_new(uint64_t seed, bool telling);
void sim_free(struct sim *s);
/** false: an invariant was broken; the story says which. */
bool sim_run(struct sim *s);
void sim_at(struct sim *s, uint64_t delay_us, sim_event *run, uint64_t value);
uint64_t sim_random(struct sim *s);
/** From low to high, both included. */
uint64_t sim_between(struct sim *s, uint64_t low, uint64_t high);
bool sim_chance(struct sim *s, unsigned percent);
uint64_t sim_wall(const struct sim *s);
void sim_tell(struct sim *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** The invariant `what` is broken. Only the first one is kept. */
void sim_fail(struct sim *s, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* -- chance.c ------------------------------------------------------------- */
void chance_knobs(struct sim *s);
void chance_configuration(struct sim *s);
void chance_faults(struct sim *s);

/* -- world.c -------------------------------------------------------------- */
void world_start(struct sim *s, uint64_t value);
void world_crash(struct sim *s, enum crash how, const char *why);
void world_stop(struct sim *s, uint64_t value);	/* in order */
void world_turn_soon(struct sim *s);
/** One of the simulation's own. */
void world_step(struct sim *s, struct step *step);
void world_end(struct sim *s);

/* -- wire.c --------------------------------------------------------------- */
void wire_put(struct sim *s, enum child_number c, bool to_engine,
	      const struct frame *f);
void wire_reset(struct sim *s, enum child_number c);
/** All or some of what is on its way arrives before the end of a link. */
void wire_last_words(struct sim *s, enum child_number c, bool to_engine);
void wire_free(struct sim *s);

/* -- adapter.c ------------------------------------------------------------ */
extern const struct peer_model {
	const char *name;
	enum technology technology;
	enum child_number child;
} peer_models[PEERS];

void adapter_start(struct sim *s, uint64_t child);
void adapter_die(struct sim *s, uint64_t child);
/** The engine is gone: so is the adapter. */
void adapter_orphaned(struct sim *s, enum child_number c, bool power);
void adapter_frame(struct sim *s, enum child_number c, const struct frame *f);
/** Sends payload `image` up; false: it is not running. */
bool adapter_send(struct sim *s, enum child_number c, enum frame_type type,
		  uint64_t ref, struct buf *image);
void adapter_peer(struct sim *s, enum peer_number p, bool up);
void adapter_peer_up(struct sim *s, uint64_t peer);
void adapter_peer_down(struct sim *s, uint64_t peer);

/* -- far.c ---------------------------------------------------------------- */
void far_leg(struct sim *s, enum child_number c, const struct frame *f);
void far_gone(struct sim *s, enum child_number c);
void far_reported(struct sim *s, uint64_t ref, const struct outcome *o);
void far_retry(struct sim *s, uint64_t value);

/* -- people.c ------------------------------------------------------------- */
void people_register(struct sim *s, uint64_t user);
void people_leave(struct sim *s, uint64_t user);
void people_bound(struct sim *s, uint64_t ref);
void people_snapshot(struct sim *s, const struct binding *b);
void people_announce(struct sim *s);
void people_gone(struct sim *s, uint64_t user);
/** "u3" -> 3; -1. */
int people_named(const char *name);

/* -- sender.c ------------------------------------------------------------- */
void sender_plan(struct sim *s);
void sender_submit(struct sim *s, uint64_t mail_and_part);
/** The engine's answer to a cancellation; `ref` is the mail's number. */
void sender_standing(struct sim *s, const struct frame *f);
void sender_answered(struct sim *s, enum child_number c, const struct frame *f);
void sender_forget(struct sim *s, enum child_number c);
struct asked *sender_asked(struct sim *s, uint64_t ref);

/* -- ledger.c ------------------------------------------------------------- */
/** What the engine hands to a link, before anything can be lost. */
void ledger_sent(struct sim *s, enum child_number c, const struct frame *f);
void ledger_leg(struct sim *s, const struct job *j, const struct leg *leg);
/** The far side takes what the job carries. */
void ledger_taken(struct sim *s, struct job *j);
/** The records of a step. */
void ledger_traces(struct sim *s, struct bytes records);
void ledger_native_lost(struct sim *s);
/** Answers that came just before may be forgotten. */
void ledger_answers_lost(struct sim *s);
void ledger_memory(struct sim *s);
struct copy *ledger_copy(struct sim *s, unsigned mail, const char *address,
			 unsigned *index);

/* -- verdict.c ------------------------------------------------------------ */
void verdict(struct sim *s);
bool verdict_quiet(struct sim *s);

#endif
