/*
 * gateway/appliance.h - cpmgwd put together: the loop, the store and its
 * thread, the engine, the adapter programs, the operator's socket; starting,
 * reloading and stopping them in order.
 */
#ifndef GATEWAY_APPLIANCE_H
#define GATEWAY_APPLIANCE_H

#include "gateway/children.h"
#include "gateway/commit.h"
#include "gateway/confrun.h"
#include "gateway/control.h"
#include "gateway/engine.h"
#include "gateway/past.h"

struct appliance_options {
	const char *state_directory;
	const char *conf;		/* file or directory                  */
	const char *programs;		/* where cpmgw-* are                  */
	const char *socket;		/* gwctl's; NULL: in the state        */
	uint64_t port_offset;
};

#define REF_OPEN    1		/* of the question whether listeners answer   */
#define REF_STOPPED 2		/* of what keeps stopped links stopped        */
#define PROGRAM_NAME_SIZE 32

enum reload_phase {
	RELOAD_NONE,
	RELOAD_READING,
	RELOAD_SETTLING,
	RELOAD_PREPARING,
	RELOAD_COMMITTING
};

struct appliance {
	struct appliance_options options;
	struct loop *loop;
	struct oplog *log;
	const struct clock *clock;
	struct keys *keys;
	struct inflight *inflight;
	struct store *store;
	struct trace *trace;
	struct commit *commit;
	struct engine *engine;
	struct past *past;
	struct children *children;
	struct control_server *control;
	char *run;			/* <state>/run                        */
	int lock, wake, signals;
	struct loop_timer tick;
	uint64_t started_us;
	bool stopping, ready, failed;

	/* Adapter programs: what each has been told. */
	struct appliance_child {
		struct child *child;	/* NULL: this place is free           */
		char name[PROGRAM_NAME_SIZE];
		bool up;
		uint64_t asked;		/* FRAME_PREPARE without its answer;  */
					/* 0: none                            */
		bool live;		/* it uses a configuration            */
		bool open;		/* its listeners answer               */
		/* Of a reload that is under way. */
		bool answered, prepared;
		bool committing;	/* told to use it, has not said so    */
		bool joining;		/* it is new in it                    */
		bool leaving;		/* it is told to stop                 */
	} programs[ENGINE_CHILDREN];

	/* A reload, or the first reading. */
	enum reload_phase reload;
	struct loop_timer reload_timer;
	struct confrun *confrun;
	struct settings *next;
	uint64_t last_prepare;		/* number of the last FRAME_PREPARE   */
	struct buf complaints;
	uint64_t reload_ticket;		/* of the session that asked, or 0    */

	struct inquiry *inquiries;	/* what adapters were asked for gwctl */
	uint64_t last_ref;		/* above REF_STOPPED                  */
	unsigned readers;		/* threads that search traces         */
	struct holding *found;		/* what those of gwctl hold found     */
};

/** Runs until stopped by a signal or an operator; the exit status. */
int appliance_run(struct appliance *a);

/** false: the program has gone, or is ended. `fd`: as for link_send(). */
bool appliance_send(struct appliance *a, unsigned child,
		    const struct frame *f, int fd);

/** Lets the control-group of the settings in use at the operator's socket. */
void appliance_admit(struct appliance *a);

/** Starts cpmgw-`name` in a free place. NULL: there is none, or no memory. */
struct appliance_child *appliance_add(struct appliance *a, const char *name);

/* reload.c */
enum err reload_start(struct appliance *a, uint64_t ticket) CHECKED;
void reload_prepared(struct appliance *a, unsigned child,
		     const struct frame *f);
void reload_committed(struct appliance *a, unsigned child);
void reload_child_up(struct appliance *a, unsigned child);
/* `for_good`: it was told to stop; its place is free afterwards. */
void reload_child_down(struct appliance *a, unsigned child, bool for_good);

/* operate*.c */
void operate_command(void *arg, struct control_session *s, const char *command,
		     const struct json_value *arguments);
void operate_answered(struct appliance *a, const struct frame *f);
void operate_controlled(struct appliance *a, unsigned child,
			const struct frame *f);
void operate_child_down(struct appliance *a, unsigned child);
void operate_forget(struct appliance *a);	/* what is not answered */
void operate_found(struct appliance *a);	/* after a->wake */
void appliance_stop(struct appliance *a);

#endif
