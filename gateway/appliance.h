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
	uint64_t port_offset;
};

#define REF_OPEN 1		/* of the question whether listeners answer   */

enum reload_phase { RELOAD_NONE, RELOAD_READING, RELOAD_PREPARING };

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
		struct child *child;
		bool up, prepared;
		bool live;		/* it uses a configuration            */
		bool open;		/* its listeners answer               */
	} programs[ENGINE_CHILDREN];
	unsigned n_programs;

	/* A reload, or the first reading. */
	enum reload_phase reload;
	struct confrun *confrun;
	struct settings *next;
	unsigned preparing;		/* answers that are still to come     */
	struct buf complaints;
	uint64_t reload_ticket;		/* of the session that asked, or 0    */

	/* gwctl link ...: whose answer goes to which session. */
	struct { uint64_t ref, ticket; } asked[CONTROL_SESSIONS];
	uint64_t last_ref;	/* above REF_OPEN                             */
	unsigned readers;		/* threads that search traces         */
};

/** Runs until stopped by a signal or an operator; the exit status. */
int appliance_run(struct appliance *a);

bool appliance_send(struct appliance *a, unsigned child,
		    const struct frame *f);

/* reload.c */
enum err reload_start(struct appliance *a, uint64_t ticket) CHECKED;
void reload_prepared(struct appliance *a, unsigned child,
		     const struct frame *f);
void reload_child_up(struct appliance *a, unsigned child);
void reload_child_down(struct appliance *a, unsigned child);

/* operate.c */
void operate_command(void *arg, struct control_session *s, const char *command,
		     const struct json_value *arguments);
void operate_controlled(struct appliance *a, const struct frame *f);
void appliance_stop(struct appliance *a);

#endif
